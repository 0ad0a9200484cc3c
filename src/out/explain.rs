//! Draws plans for people: the way from the route, the hook, and the time budget.

use super::escape::escaped;
use super::place::Positions;
use crate::model::{Hook, Plan, Way};
use crate::say::drain as say;

/// Characters that the picture of a time budget is wide.
const WIDTH: u64 = 48;

/// Every plan as text, an empty line between two.
#[must_use]
pub fn explain(plans: &[Plan], positions: &Positions<'_>) -> String {
    let drawn: Vec<String> = plans.iter().map(|plan| draw(plan, positions)).collect();
    drawn.join("\n")
}

fn draw(plan: &Plan, positions: &Positions<'_>) -> String {
    let mut text = String::new();
    let mut line = |s: String| {
        text.push_str(&escaped(&s));
        text.push('\n');
    };
    match positions.of(&plan.place) {
        Some((source, at)) => line(format!("{}  {}:{}", plan.workload, source.name, at.line)),
        None => line(plan.workload.to_string()),
    }
    for way in plan.ways.iter() {
        line(format!("  path      {}", way_text(way)));
    }
    line(format!(
        "  sleep     {} s ({})",
        plan.sleep.seconds,
        say::origin(&plan.sleep.origin)
    ));
    for container in &plan.containers {
        let hook = match &container.hook {
            Hook::Kept { seconds } => format!("already sleeps {seconds} s"),
            Hook::None { .. } | Hook::Other { .. } => "no sleep".to_owned(),
            Hook::Added { handler, .. } => format!("add {}", say::written(*handler)),
            Hook::Changed { before, after, .. } => {
                format!("change the sleep from {before} s to {after} s")
            }
            Hook::Prepended { seconds, .. } => {
                format!("put `sleep {seconds}; ` before the script")
            }
            Hook::Replaced { handler, .. } => {
                format!("replace the hook by {}", say::written(*handler))
            }
        };
        line(format!("  container {}: {hook}", container.name));
    }
    let grace = &plan.grace;
    let stated = grace
        .stated
        .map_or_else(|| "not set".to_owned(), |s| format!("set to {s} s"));
    match grace.written {
        Some(seconds) => line(format!("  grace     becomes {seconds} s ({stated})")),
        None => line(format!("  grace     {} s ({stated})", grace.after())),
    }
    if grace.sleep > 0 {
        line(format!(
            "  budget    {}",
            picture(grace.sleep, grace.shutdown, grace.after())
        ));
    }
    text
}

/// The path from a route to a workload.
pub(super) fn way_text(way: &Way) -> String {
    let title = |object: &crate::model::ObjectRef| format!("{} `{}`", object.kind, object.name);
    let service = way.service.as_ref().filter(|_| way.route != way.service);
    let mut text = match (&way.route, service) {
        (None, None) => "annotation `set-prestop.dev/inject: enabled`".to_owned(),
        (None, Some(_)) => "selected by `backends` or `inject: enabled`".to_owned(),
        (Some(route), _) => match &way.class {
            Some(class) => format!("{} (class `{class}`)", title(&route.object)),
            None => title(&route.object),
        },
    };
    if let Some(service) = service {
        text = format!("{text} → {}", title(&service.object));
    }
    text
}

/// `|preStop 10 s ----|SIGTERM, shutdown 30 s ------------|margin 5 s --|SIGKILL at 45 s`
fn picture(sleep: u64, program: u64, grace: u64) -> String {
    let rest = grace.saturating_sub(sleep.saturating_add(program));
    let mut text = String::from("|");
    for (name, seconds) in [
        ("preStop", sleep),
        ("SIGTERM, shutdown", program),
        ("margin", rest),
    ] {
        if seconds == 0 {
            continue;
        }
        let label = format!("{name} {seconds} s ");
        let wide = (seconds.saturating_mul(WIDTH) / grace.max(1)).clamp(1, WIDTH);
        let dashes = usize::try_from(wide)
            .unwrap_or(1)
            .saturating_sub(label.len())
            .max(2);
        text.push_str(&label);
        text.push_str(&"-".repeat(dashes));
        text.push('|');
    }
    format!("{text}SIGKILL at {grace} s")
}
