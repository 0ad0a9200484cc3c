//! What is said of a workload that has to drain: its changes, its hooks, its grace period.

use super::{Message, Reason, kind_name};
use crate::model::{
    DEFAULT_GRACE, FieldPath, Grace, Handler, Hook, NotASleep, Origin, PackageFile, Place, Plan,
    Role,
};
use set_prestop_yaml::Kind;
use std::ops::Range;

/// Whether changes are told as done, or as missing (`check`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mood {
    Done,
    Missing,
}

/// The changes of a plan.
pub(crate) fn changes(plan: &Plan, mood: Mood) -> Vec<Message> {
    let told = |reason: Reason, text: String, field: FieldPath, at: &Range<usize>| {
        let message = match mood {
            Mood::Done => Message::new(reason, text),
            Mood::Missing => Message::new(Reason::ChangePending, text)
                .help("run without `--check` (or `check: true`) to write it"),
        };
        let place = Place {
            range: at.start..at.start,
            ..plan.place.clone()
        };
        message
            .field(field)
            .about(&plan.workload, plan.file.as_ref(), Some(place))
    };
    let hooks = plan.containers.iter().filter_map(|container| {
        let (reason, text) = change(&container.hook, mood)?;
        let text = format!("{text} ({})", origin(&plan.sleep.origin));
        Some(told(reason, text, plan.hook_path(container), &container.at))
    });
    let mut messages: Vec<Message> = hooks.collect();
    messages.extend(plan.grace.written.map(|seconds| {
        let field = plan.pod.clone().key("terminationGracePeriodSeconds");
        let text = grace_written(&plan.grace, seconds, mood);
        told(Reason::GraceWritten, text, field, &plan.grace.at)
    }));
    messages
}

/// What is done for a container, or missing; none if its hook stays.
fn change(hook: &Hook, mood: Mood) -> Option<(Reason, String)> {
    let missing = mood == Mood::Missing;
    Some(match hook {
        Hook::None { .. } | Hook::Kept { .. } | Hook::Other { .. } => return None,
        Hook::Added { handler, .. } if missing => {
            (Reason::HookAdded, format!("missing {}", written(*handler)))
        }
        Hook::Added { handler, .. } => (Reason::HookAdded, format!("added {}", written(*handler))),
        Hook::Changed { before, after, .. } => {
            let (reason, verb) = match (after < before, missing) {
                (true, true) => (Reason::HookLowered, "lower"),
                (true, false) => (Reason::HookLowered, "lowered"),
                (false, true) => (Reason::HookRaised, "raise"),
                (false, false) => (Reason::HookRaised, "raised"),
            };
            let needs = if missing { "should " } else { "" };
            (
                reason,
                format!("{needs}{verb} the sleep from {before} s to {after} s"),
            )
        }
        Hook::Prepended { seconds, .. } if missing => (
            Reason::HookPrepended,
            format!("should put `sleep {seconds}; ` before the script"),
        ),
        Hook::Prepended { seconds, .. } => (
            Reason::HookPrepended,
            format!("put `sleep {seconds}; ` before the script"),
        ),
        Hook::Replaced { handler } if missing => (
            Reason::HookReplaced,
            format!("should replace the hook by {}", written(*handler)),
        ),
        Hook::Replaced { handler } => (
            Reason::HookReplaced,
            format!("replaced the hook by {}", written(*handler)),
        ),
    })
}

fn grace_written(grace: &Grace, seconds: u64, mood: Mood) -> String {
    let Grace {
        sleep,
        shutdown,
        margin,
        ..
    } = grace;
    let was = match grace.stated {
        Some(stated) => format!("was {stated}"),
        None => format!("not set, so {DEFAULT_GRACE}"),
    };
    let verb = match mood {
        Mood::Done => "set to",
        Mood::Missing => "should be",
    };
    format!("{verb} {seconds}: {sleep} s sleep + {shutdown} s shutdown + {margin} s margin ({was})")
}

/// A handler as it is written.
pub(crate) fn written(handler: Handler) -> String {
    match handler {
        Handler::Exec(seconds) => format!("`sleep {seconds}`"),
        Handler::Sleep(seconds) => format!("native `sleep: {{seconds: {seconds}}}`"),
    }
}

/// Where a sleep comes from.
pub(crate) fn origin(origin: &Origin) -> String {
    match origin {
        Origin::Annotation { on } => format!("annotation on the {}", role(*on)),
        Origin::ClassRule { class } => format!("rule for class `{class}`"),
        Origin::Configured => "`sleepSeconds`".to_owned(),
        Origin::Controller { product, .. } => format!("controller {product}"),
        Origin::Default => "default".to_owned(),
    }
}

fn role(role: Role) -> &'static str {
    match role {
        Role::Route => "route",
        Role::Service => "Service",
        Role::Workload => "workload",
    }
}

/// The sleep is not the default because the load balancer needs another; none if it is the default.
pub(crate) fn sleep_from_controller(seconds: u64, origin: &Origin) -> Option<Message> {
    let Origin::Controller {
        product,
        class,
        source,
    } = origin
    else {
        return None;
    };
    let help = match class {
        Some(class) => format!(
            "to set it yourself: `ingressClasses: [{{class: {class}, sleepSeconds: {seconds}}}]`"
        ),
        None => format!("to set it yourself: `sleepSeconds: {seconds}`"),
    };
    let text = format!("{seconds} s, because the controller is {product} ({source})");
    Some(Message::new(Reason::SleepFromController, text).help(help))
}

/// A workload behind a route that is not changed.
pub(crate) fn left_alone(why: &str) -> Message {
    Message::new(Reason::LeftAlone, format!("left alone: {why}"))
}

/// Why a workload is left alone whose sleep is 0.
pub(crate) fn zero_seconds(from: &Origin) -> String {
    format!("the sleep is 0 s ({})", origin(from))
}

/// A Job behind a route.
pub(crate) fn job_behind_route(why: &str) -> Message {
    Message::new(Reason::JobBehindRoute, format!("left alone: {why}"))
}

/// A bare Pod is changed.
pub(crate) fn bare_pod() -> Message {
    Message::new(
        Reason::BarePod,
        "a running Pod cannot be updated in place; it has to be recreated",
    )
    .help("delete and create it, or make it a Deployment")
}

/// Why an exec hook cannot sleep in a container.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum NoExec {
    Windows,
    Image(String),
}

impl std::fmt::Display for NoExec {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            NoExec::Windows => f.write_str("it runs on Windows"),
            NoExec::Image(image) => write!(f, "its image `{image}` is known to have none"),
        }
    }
}

/// An existing hook that cannot run.
pub(crate) fn exec_cannot_run(why: &NoExec) -> Message {
    let text = format!(
        "the existing hook needs a shell, but this container has none ({why}); the hook fails and SIGTERM is sent immediately"
    );
    Message::new(Reason::NoShell, text)
        .help("use `sleep: {seconds: ...}` instead (Kubernetes 1.30 or later)")
}

/// A container that gets no hook because nothing can run it.
pub(crate) fn no_shell(name: &str, why: &NoExec) -> Message {
    let text = format!("no hook added to `{name}`: it has no shell ({why})");
    Message::new(Reason::NoShell, text).help(
        "set `handler: Sleep` if the cluster is 1.30 or later, or let the program itself wait after SIGTERM",
    )
}

/// An existing sleep that is longer than needed.
pub(crate) fn sleep_longer(stands: u64, sleep: u64) -> Message {
    let text = format!("keeping the existing {stands} s sleep; {sleep} s would be enough");
    Message::new(Reason::SleepLonger, text)
        .help("to lower it, set `existingHooks: Set`, or change it where it is written")
}

/// A sleep that is too short and stays.
pub(crate) fn sleep_shorter(stands: u64, sleep: u64) -> Message {
    let text = format!(
        "keeping the existing {stands} s sleep because of `existingHooks: Keep`; {sleep} s are needed"
    );
    Message::new(Reason::SleepShorter, text).help("set `existingHooks: Raise` to raise it")
}

/// An existing hook that is no sleep and stays.
pub(crate) fn hook_kept(what: &NotASleep) -> Message {
    let text = match what {
        NotASleep::Handlers(names) => {
            format!("{} does not begin with a sleep", quoted(names, " and "))
        }
        NotASleep::NoSeconds => "`sleep` has no `seconds`".to_owned(),
        NotASleep::NoCommand => "`exec` has no `command`".to_owned(),
        NotASleep::Command(command) => {
            format!("`{}` does not begin with a sleep", shortened(command))
        }
    };
    Message::new(
        Reason::HookKept,
        format!("keeping the existing hook: {text}"),
    )
    .help(
        "start the hook with a sleep, or set `existingHooks: Prepend` (shell scripts) or `Replace`",
    )
}

/// A list of words in backquotes.
fn quoted(words: &[String], between: &str) -> String {
    let words: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    words.join(between)
}

/// A script's first line, cut to what fits into a message.
fn shortened(script: &str) -> String {
    let line = script.trim().lines().next().unwrap_or_default();
    let mut short: String = line.chars().take(60).collect();
    if short.len() < script.trim().len() {
        short.push('…');
    }
    short
}

/// The annotation names a container that the pod does not have.
pub(crate) fn no_such_container(name: &str, known: &[String]) -> Message {
    Message::new(
        Reason::BadAnnotation,
        format!("the pod has no regular container `{name}`"),
    )
    .help(format!(
        "choose from {}; init containers and native sidecars are not supported",
        quoted(known, ", ")
    ))
}

/// A grace period of 0.
pub(crate) fn grace_zero() -> Message {
    Message::new(
        Reason::GraceZero,
        "a grace period of 0 kills the program at once and runs no hook",
    )
    .help("set the seconds that the program needs, or `set-prestop.dev/inject: disabled` if it is meant to be killed")
}

/// A field of the wrong type.
pub(crate) fn wrong_type(field: &str, found: Kind, expected: &str, help: &str) -> Message {
    let text = format!("`{field}` is {}, expected {expected}", kind_name(found));
    Message::new(Reason::BadResource, text).help(help)
}

/// A field that is not a number of seconds.
pub(crate) fn not_seconds(field: &str, help: &str) -> Message {
    let text = format!("`{field}` is not a whole number of seconds");
    Message::new(Reason::BadResource, text).help(help)
}

/// The same message about a workload.
pub(crate) fn of(message: Message, plan: &Plan, place: Place) -> Message {
    let file: Option<&PackageFile> = plan.file.as_ref();
    message.about(&plan.workload, file, Some(place))
}
