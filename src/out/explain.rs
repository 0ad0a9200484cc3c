//! Draws plans for people: the way from the route, the hook, and the time budget.

use crate::model::{Change, Plan};

/// Characters that the picture of a time budget is wide.
const WIDTH: u64 = 48;

/// Every plan as text, an empty line between two.
#[must_use]
pub fn explain(plans: &[Plan]) -> String {
    plans.iter().map(draw).collect::<Vec<_>>().join("\n")
}

fn draw(plan: &Plan) -> String {
    let mut text = String::new();
    let mut line = |s: String| {
        text.push_str(&s);
        text.push('\n');
    };
    match &plan.location {
        Some(at) => line(format!("{}  {}:{}", plan.resource, at.name, at.line)),
        None => line(plan.resource.to_string()),
    }
    for way in &plan.ways {
        line(format!("  way       {way}"));
    }
    line(format!(
        "  sleep     {} s ({})",
        plan.sleep_seconds, plan.origin
    ));
    for container in &plan.containers {
        let hook = match (&container.change, container.before, container.after) {
            (Change::Nothing, Some(seconds), _) => format!("sleeps {seconds} s already"),
            (Change::Nothing, None, _) => "no sleep".to_owned(),
            (Change::Add { handler, .. }, ..) => format!("{handler} added"),
            (Change::Number { .. }, Some(before), Some(after)) => {
                format!("sleep {before} s becomes {after} s")
            }
            (Change::Number { .. }, ..) => "sleep changed".to_owned(),
            (Change::Prepend { .. }, _, after) => {
                format!("`sleep {}; ` put before its script", after.unwrap_or(0))
            }
            (Change::Replace { handler }, ..) => format!("hook replaced by {handler}"),
        };
        line(format!("  container {}: {hook}", container.name));
    }
    let grace = &plan.grace;
    let stated = grace
        .stated
        .map_or_else(|| "not stated".to_owned(), |s| format!("{s} s stated"));
    match grace.written {
        Some(seconds) => line(format!("  grace     {seconds} s written ({stated})")),
        None => line(format!("  grace     {} s ({stated})", grace.after())),
    }
    if grace.sleep > 0 {
        line(format!(
            "  budget    {}",
            picture(grace.sleep, grace.program, grace.after())
        ));
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
