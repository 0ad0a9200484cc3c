//! What a plan is in words, for the drawing of `--explain`. A line has a label before it and no full stop.

use super::drain::{origin, written};
use crate::model::{
    Address, Behind, Container, Coverage, Covered, DEFAULT_GRACE, Exposed, Grace, Hook, NoHook,
    Origin, Plan, Rollout, Sleep,
};
use crate::simulate::{Race, simulate};

/// Requests per second of the estimate.
const RATE: f64 = 40.0;

/// What became of the changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tense {
    /// They are made.
    Done,
    /// They are shown, and nothing is made.
    Would,
}

/// How many workloads there are, what is in front of them, and how many change.
pub(crate) fn summary(coverage: &Coverage, changed: usize, tense: Tense, files: &str) -> String {
    let count = coverage.workloads.len();
    if count == 0 {
        return format!("no workloads{files}");
    }
    let mut text = format!(
        "{}{files}: {} behind a route",
        several(count, "workload"),
        coverage.count(Behind::Route)
    );
    match coverage.count(Behind::Named) {
        0 => {}
        named => text.extend([" and ", &named.to_string(), " named"]),
    }
    let verb = match tense {
        Tense::Done => "changed",
        Tense::Would => "to change",
    };
    text.extend([", ", &changed.to_string(), " ", verb]);
    let rest = [
        (coverage.count(Behind::Service), "a Service only"),
        (coverage.count(Behind::Nothing), "nothing"),
    ];
    let rest = rest.iter().filter(|(count, _)| *count > 0);
    let rest: Vec<String> = rest
        .map(|(count, what)| format!("{count} behind {what}"))
        .collect();
    if !rest.is_empty() {
        text.extend(["; ", &rest.join(", ")]);
    }
    text
}

/// `1 workload`, `2 workloads`.
pub(crate) fn several(count: usize, one: &str) -> String {
    match count {
        1 => format!("1 {one}"),
        _ => format!("{count} {one}s"),
    }
}

/// `shop.example.com/ and 3 more`; none if the route says no host and no path.
pub(crate) fn addresses(addresses: &[Address]) -> Option<String> {
    let first = match addresses.first()? {
        Address {
            host: Some(host),
            path: Some(path),
        } => format!("{host}{path}"),
        Address {
            host: Some(host),
            path: None,
        } => host.clone(),
        Address { path, .. } => format!("{} on any host", path.as_deref().unwrap_or("/")),
    };
    Some(match addresses.len() - 1 {
        0 => first,
        more => format!("{first} and {more} more"),
    })
}

/// How long the containers have to sleep, and what says so.
pub(crate) fn sleep(sleep: &Sleep, class: Option<&str>) -> String {
    let why = match &sleep.origin {
        Origin::Default {
            product: Some(product),
        } => format!("the default: {product} is not known to need more"),
        Origin::Default { product: None } => match class {
            Some(class) => {
                format!("the default: it is not known which controller serves class `{class}`")
            }
            None => "the default: it is not known which load balancer this is".to_owned(),
        },
        Origin::Controller { product, class, .. } => match class {
            Some(class) => format!("{product}, class `{class}`"),
            None => (*product).to_owned(),
        },
        other => origin(other).to_string(),
    };
    format!("{} s, {why}", sleep.seconds)
}

/// The preStop hook of a container as it is.
pub(crate) fn now(hook: &Hook) -> String {
    match hook {
        Hook::None {
            why: NoHook::NotChosen,
        } => "not among the containers that the annotation names".to_owned(),
        Hook::None {
            why: NoHook::NoShell,
        } => "no preStop hook, and no shell to run one".to_owned(),
        Hook::Added { .. } => "no preStop hook".to_owned(),
        Hook::Kept { seconds } => format!("sleeps {seconds} s"),
        Hook::Changed { before, .. } => format!("sleeps {before} s"),
        Hook::Prepended { .. } => "a script that does not sleep first".to_owned(),
        Hook::Other { what } | Hook::Replaced { what, .. } => super::drain::not_a_sleep(what).0,
    }
}

/// The grace period as it is.
pub(crate) fn grace_now(grace: &Grace) -> String {
    match grace.stated {
        Some(stated) => format!("grace period {stated} s"),
        None => format!("grace period not set, so {DEFAULT_GRACE} s"),
    }
}

/// What is done about a hook; none if it stays.
pub(crate) fn change(hook: &Hook, needed: u64, tense: Tense) -> Option<String> {
    // A hook that is written waits as long as the longest one that the pod has already.
    let as_another = if hook.after() > Some(needed) {
        ", as long as another container"
    } else {
        ""
    };
    let verb = |done: &'static str, would: &'static str| match tense {
        Tense::Done => done,
        Tense::Would => would,
    };
    Some(match hook {
        Hook::None { .. } | Hook::Kept { .. } | Hook::Other { .. } => return None,
        Hook::Added { handler, .. } => {
            let verb = verb("added", "would add");
            format!("{verb} {}{as_another}", written(*handler))
        }
        Hook::Changed { before, after, .. } => {
            let verb = if after < before {
                verb("lowered", "would lower")
            } else {
                verb("raised", "would raise")
            };
            format!("{verb} the sleep from {before} s to {after} s")
        }
        Hook::Prepended { seconds, .. } => format!(
            "{} `sleep {seconds}; ` before the script",
            verb("put", "would put")
        ),
        Hook::Replaced { handler, .. } => format!(
            "{} the hook by {}{as_another}",
            verb("replaced", "would replace"),
            written(*handler)
        ),
    })
}

/// What is done about the grace period; none if it stays.
pub(crate) fn grace_change(grace: &Grace, tense: Tense) -> Option<String> {
    let seconds = grace.written?;
    let verb = match tense {
        Tense::Done => "set",
        Tense::Would => "would set",
    };
    let Grace {
        sleep,
        shutdown,
        margin,
        ..
    } = grace;
    Some(format!(
        "{verb} terminationGracePeriodSeconds to {seconds}: {sleep} s sleep + {shutdown} s shutdown + {margin} s margin"
    ))
}

/// What a workload gets, in a few words.
pub(crate) fn brief(plan: &Plan, tense: Tense) -> String {
    let sleep = plan.grace.sleep;
    if plan.changes() == 0 {
        let sleeps = |container: &Container| container.hook.after() >= Some(plan.sleep.seconds);
        return if plan.containers.iter().all(sleeps) {
            format!("sleeps {sleep} s")
        } else {
            format!("stays without a {} s sleep", plan.sleep.seconds)
        };
    }
    let verb = match tense {
        Tense::Done => "got",
        Tense::Would => "needs",
    };
    let hook = plan.containers.iter().any(|c| c.hook.is_change());
    let hook = hook.then(|| format!("sleep {sleep} s"));
    let grace = plan.grace.written.map(|s| format!("grace period {s} s"));
    let both: Vec<String> = hook.into_iter().chain(grace).collect();
    format!("{verb} {}", both.join(", "))
}

/// Nothing is changed.
pub(crate) fn stays(plan: &Plan) -> &'static str {
    let sleeps = |container: &Container| container.hook.after() >= Some(plan.sleep.seconds);
    let own = |container: &Container| matches!(container.hook, Hook::Other { .. });
    if plan.containers.iter().all(sleeps) {
        "nothing: it sleeps long enough"
    } else if plan.containers.iter().any(own) {
        "nothing: the hook stays as it is"
    } else {
        "nothing"
    }
}

/// What the change costs; none if there is none.
pub(crate) fn costs(plan: &Plan) -> Vec<String> {
    let (sleep, grace) = (plan.grace.sleep, plan.grace.after());
    let slept = plan.containers.iter().filter_map(|c| c.hook.before()).max();
    let more = sleep.saturating_sub(slept.unwrap_or_default());
    if plan.changes() == 0 || sleep == 0 {
        return Vec::new();
    }
    let was = plan.grace.stated.unwrap_or(DEFAULT_GRACE);
    let mut costs = Vec::new();
    let drain = if grace == was {
        format!("a node drain waits up to {grace} s for it, as before")
    } else {
        format!("a node drain waits up to {grace} s for it (was {was} s)")
    };
    if more == 0 {
        costs.push(drain);
        return costs;
    }
    costs.push(format!("each pod stops {more} s later; {drain}"));
    match plan.rollout {
        None => {}
        Some(Rollout::Beside { .. }) => costs.push(format!(
            "a rollout takes no longer; its old pods stay {more} s longer beside the new ones"
        )),
        Some(rollout @ Rollout::InSteps { pods, at_once }) => {
            let steps = if at_once == 1 {
                "one at a time".to_owned()
            } else {
                format!("{at_once} at a time")
            };
            costs.push(match (pods, rollout.longer(more)) {
                (Some(1), Some(longer)) => {
                    format!("a rollout of the only pod takes {longer} s longer")
                }
                (Some(pods), Some(longer)) => format!(
                    "a rollout of {}, {steps}, takes {longer} s longer",
                    several(usize::try_from(pods).unwrap_or(usize::MAX), "pod")
                ),
                _ => {
                    format!("a rollout, node by node, {steps}, takes {more} s longer for each step")
                }
            });
        }
        Some(Rollout::AllAtOnce) => {
            costs.push(format!("a rollout is without any pod for {more} s longer"));
        }
    }
    costs
}

/// What a restart loses without the sleep, by [`simulate`]; none if it is not that simple.
pub(crate) fn loses(plan: &Plan) -> Option<String> {
    let Some(Rollout::Beside { pods }) = plan.rollout else {
        return None;
    };
    let slept = plan.containers.iter().any(|c| c.hook.before().is_some());
    let pods = u32::try_from(pods.unwrap_or(2))
        .ok()
        .filter(|p| (1..1000).contains(p))?;
    let lag = u32::try_from(plan.sleep.seconds)
        .ok()
        .filter(|lag| *lag <= 600)?;
    if slept || plan.changes() == 0 {
        return None;
    }
    let race = Race {
        rate: RATE,
        replicas: pods,
        lag: f64::from(lag),
        ..Race::default()
    };
    let without = simulate(&race).requests;
    let seconds = |n: u64| u32::try_from(n).map_or(f64::MAX, f64::from);
    let with = simulate(&Race {
        sleep: seconds(plan.grace.sleep),
        grace: seconds(plan.grace.after()),
        ..race
    });
    Some(format!(
        "a restart at {RATE} requests/s: up to {without:.0} lost before, {} after, if the load balancer takes {lag} s",
        match with.requests {
            lost if lost < 0.5 => "none".to_owned(),
            lost => format!("{lost:.0}"),
        }
    ))
}

/// The moments of a pod that stops, by name.
pub(crate) const DELETED: &str = "deleted";
pub(crate) const LETS_GO: &str = "load balancer lets go";
pub(crate) const LETS_GO_SHORT: &str = "let go";
pub(crate) const SIGTERM: &str = "SIGTERM";
pub(crate) const SIGKILL: &str = "SIGKILL";

/// What is told of a workload that no route leads to.
pub(crate) fn unreached(covered: &Covered) -> String {
    let services = covered.services.iter().map(|selecting| {
        let how = match selecting.exposed {
            Some(Exposed::LoadBalancer) => " (type LoadBalancer)",
            Some(Exposed::NodePort) => " (type NodePort)",
            None => "",
        };
        format!("{}{how}", selecting.service.name())
    });
    let mut services: Vec<String> = services.collect();
    services.sort_unstable();
    services.dedup();
    format!(
        "{}: Service {}",
        covered.workload.object,
        services.join(", ")
    )
}

/// Above the workloads that no route leads to.
pub(crate) const NOT_REACHED: &str = "Behind a Service but no route, so not changed";
/// What to do about them.
pub(crate) const REACH: &str = "to include one: annotate it with `set-prestop.dev/inject: enabled`, name its Service in `backends`, or pass its route with `--context`; `loadBalancerServices` makes Services of type LoadBalancer count as routes";
/// Above the workloads that nothing leads to.
pub(crate) const NOTHING: &str = "Behind nothing, so not changed";
/// Above what is left alone, each with its reason.
pub(crate) const LEFT_ALONE: &str = "Left alone";
/// How the run is done that makes the changes.
pub(crate) const NEXT: &str = "To make the changes:";
