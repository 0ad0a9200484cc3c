//! What is said of a workload that has to drain: its changes, its hooks, its grace period.

use super::{FieldChange, Message, Reason, Severity, kind_name};
use crate::model::{
    Container, DEFAULT_GRACE, Grace, Handler, Hook, NewValue, NotASleep, Number, Origin, Place,
    Plan, Role, Sleep,
};
use lossless_yaml::{Decimal, Kind};
use smallvec::{SmallVec, smallvec};
use std::fmt::{self, Write as _};
use std::ops::Range;

/// Whether changes are told as done, as what a run would do that only shows them, or as missing (`check`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mood {
    Done,
    Would,
    Missing,
}

impl Mood {
    pub(crate) fn of(check: bool, preview: bool) -> Mood {
        match (check, preview) {
            (true, _) => Mood::Missing,
            (false, true) => Mood::Would,
            (false, false) => Mood::Done,
        }
    }
}

/// A change, and the containers that get it.
type Group<'p> = (Change, SmallVec<[&'p Container; 2]>);

/// The changes of the containers; those that get the same change share a message.
fn groups(plan: &Plan, mood: Mood) -> SmallVec<[Group<'_>; 1]> {
    let mut groups: SmallVec<[Group<'_>; 1]> = SmallVec::new();
    for container in &plan.containers {
        let Some(change) = change(plan, container, mood) else {
            continue;
        };
        match groups.iter_mut().find(|(known, _)| *known == change) {
            Some((_, containers)) => containers.push(container),
            None => groups.push((change, smallvec![container])),
        }
    }
    groups
}

/// Room for what is said of a change.
const CHANGE: usize = 72;

/// Adds the changes of a plan.
pub(crate) fn changes(plan: &Plan, mood: Mood, messages: &mut Vec<Message>) {
    let told = |reason: Reason, text: String, field: String, at: &Range<usize>| {
        let message = match mood {
            Mood::Done | Mood::Would => Message::new(reason, text),
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
    for (change, containers) in groups(plan, mood) {
        let Some(first) = containers.first() else {
            continue;
        };
        let Change {
            reason,
            mut text,
            but,
        } = change;
        // The only container of a pod needs no name.
        if plan.containers.len() > 1 {
            text.push_str(" in ");
            quote(&mut text, containers.iter().map(|c| c.name.as_str()), ", ");
        }
        text.extend(but);
        // A `String` takes everything.
        let _ = write!(text, " ({})", origin(&plan.sleep.origin));
        let field = format!("{}.containers[{}].lifecycle.preStop", plan.pod, first.index);
        let mut message = told(reason, text, field, &first.at);
        message.change = field_change(plan, first);
        messages.push(message);
    }
    messages.extend(plan.grace.written.map(|seconds| {
        let field = format!("{}.terminationGracePeriodSeconds", plan.pod);
        let text = grace_written(&plan.grace, seconds, mood);
        let mut message = told(Reason::GraceWritten, text, field, &plan.grace.at);
        message.change = Some(FieldChange {
            path: None,
            current: plan.grace.stated.map(NewValue::Seconds).map(Box::new),
            proposed: NewValue::Seconds(seconds),
        });
        message
    }));
}

/// The field of a container that changes, and its values.
fn field_change(plan: &Plan, container: &Container) -> Option<FieldChange> {
    let (below, proposed) = match container.hook.edit()? {
        (_, NewValue::Lifecycle(handler) | NewValue::PreStop(handler)) => {
            (None, NewValue::PreStop(handler))
        }
        (below, other) => (Some(below), other),
    };
    let current = match &container.hook {
        Hook::Changed { number, before, .. } => Some(match number {
            Number::Native => NewValue::Seconds(*before),
            Number::Command { word, .. } => NewValue::Word(word.clone()),
        }),
        Hook::Prepended { script, .. } => Some(NewValue::Word(script.clone())),
        _ => None,
    };
    let path = below.map(|below| Box::new(plan.below(container, below)));
    Some(FieldChange {
        path,
        current: current.map(Box::new),
        proposed,
    })
}

/// What is done for a container, or missing.
#[derive(PartialEq, Eq)]
struct Change {
    reason: Reason,
    text: String,
    /// What is to be known of it, each behind a comma.
    but: [&'static str; 2],
}

/// What is done for a container, or missing; none if its hook stays.
fn change(plan: &Plan, container: &Container, mood: Mood) -> Option<Change> {
    let verb = |done: &'static str, would: &'static str, due: &'static str| match mood {
        Mood::Done => done,
        Mood::Would => would,
        Mood::Missing => due,
    };
    let mut text = String::with_capacity(CHANGE);
    // A `String` takes everything.
    let (reason, _) = match &container.hook {
        Hook::None { .. } | Hook::Kept { .. } | Hook::Other { .. } => return None,
        Hook::Added { handler, .. } => {
            let verb = verb("added", "would add", "missing");
            let written = written(*handler);
            (Reason::HookAdded, write!(text, "{verb} {written}"))
        }
        Hook::Changed { before, after, .. } => {
            let (reason, verb) = if after < before {
                (
                    Reason::HookLowered,
                    verb("lowered", "would lower", "should lower"),
                )
            } else {
                (
                    Reason::HookRaised,
                    verb("raised", "would raise", "should raise"),
                )
            };
            (
                reason,
                write!(text, "{verb} the sleep from {before} s to {after} s"),
            )
        }
        Hook::Prepended { seconds, .. } => {
            let verb = verb("put", "would put", "should put");
            let written = write!(text, "{verb} `sleep {seconds}; ` before the script");
            (Reason::HookPrepended, written)
        }
        Hook::Replaced { handler, .. } => {
            let verb = verb("replaced", "would replace", "should replace");
            let written = written(*handler);
            let written = write!(text, "{verb} the hook by {written}");
            (Reason::HookReplaced, written)
        }
    };
    // A hook that is written waits as long as the longest one that the pod has already.
    let long = container.hook.after() > Some(plan.sleep.seconds);
    let needs_shell = matches!(
        container.hook,
        Hook::Added {
            handler: Handler::Exec(_),
            ..
        }
    );
    let said = |is: bool, text| if is { text } else { "" };
    let but = [
        said(long, ", as long as another container of the pod"),
        said(
            needs_shell,
            ", which needs `/bin/sh` and `sleep` in the image",
        ),
    ];
    Some(Change { reason, text, but })
}

fn grace_written(grace: &Grace, seconds: u64, mood: Mood) -> String {
    let Grace {
        sleep,
        shutdown,
        margin,
        ..
    } = grace;
    let (was, before) = match grace.stated {
        Some(stated) => ("was", stated),
        None => ("not set, so", DEFAULT_GRACE),
    };
    let (verb, unit) = match mood {
        Mood::Done => ("set to", ""),
        Mood::Would => ("would be", ""),
        // A picture names no field.
        Mood::Missing => ("the grace period should be", " s"),
    };
    format!(
        "{verb} {seconds}{unit}: {sleep} s sleep + {shutdown} s shutdown + {margin} s margin ({was} {before})"
    )
}

/// A handler as it is written.
pub(crate) fn written(handler: Handler) -> impl fmt::Display {
    fmt::from_fn(move |f| match handler {
        Handler::Exec(seconds) => write!(f, "`sleep {seconds}`"),
        Handler::Sleep(seconds) => write!(f, "native `sleep: {{seconds: {seconds}}}`"),
    })
}

/// Where a sleep comes from.
pub(crate) fn origin(origin: &Origin) -> impl fmt::Display {
    fmt::from_fn(move |f| match origin {
        Origin::Annotation { on } => write!(f, "annotation on the {}", role(*on)),
        Origin::ClassRule { class } => write!(f, "rule for class `{class}`"),
        Origin::Backend { service } => write!(f, "`backends` entry for `{service}`"),
        Origin::Configured => f.write_str("`sleepSeconds`"),
        Origin::Controller { product, .. } => write!(f, "controller {product}"),
        Origin::Default { .. } => f.write_str("default"),
    })
}

#[cfg(feature = "patches")]
/// The path from a route to a workload.
pub(crate) fn way(way: &crate::model::Way) -> String {
    let title = |object: &crate::model::ObjectRef| format!("{} `{}`", object.kind(), object.name());
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

#[cfg(feature = "patches")]
/// How many more paths lead to a workload than are listed.
pub(crate) fn more_ways(more: usize) -> String {
    match more {
        1 => "1 more path".to_owned(),
        _ => format!("{more} more paths"),
    }
}

#[cfg(feature = "patches")]
/// Where the number of a controller is from; none of any other origin.
pub(crate) fn source(origin: &Origin) -> Option<String> {
    match origin {
        Origin::Controller { source, .. } => Some(format!("source of the seconds: {source}")),
        _ => None,
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
    let text = format!("its pods get requests while it runs; left alone: {why}");
    Message::new(Reason::JobBehindRoute, text)
        .help("give its pods labels that the Service does not select")
}

/// A pod without containers.
pub(crate) fn no_containers() -> Message {
    let mut message = Message::new(
        Reason::LeftAlone,
        "left alone: the pod's `spec` has no `containers`",
    );
    message.severity = Severity::Warning;
    message.help("add containers; the API server rejects a pod without them")
}

/// A key that a mapping has twice; `first` is where it is first.
pub(crate) fn key_twice(key: &str, first: Place) -> Message {
    Message::new(
        Reason::KeyTwice,
        format!("`{key}` is set twice; only the last one counts"),
    )
    .help("keep one of them")
    .related(first, "first set here")
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
        "use the native sleep (`handler: Sleep`) if the cluster is 1.30 or later, or let the program itself wait after SIGTERM",
    )
}

/// A native sleep for a cluster that is too old; `written` tells whether this run writes it.
pub(crate) fn handler_too_new(version: &str, written: bool) -> Message {
    let what = if written { "writing" } else { "keeping" };
    let text = format!(
        "{what} the native sleep, but `kubernetesVersion` is {version}: an API server older than 1.30 refuses it"
    );
    Message::new(Reason::HandlerTooNew, text)
        .help("set `handler: Exec`, or correct `kubernetesVersion`")
}

/// What native sleeps ask for.
pub(crate) fn needs_kubernetes() -> Message {
    Message::new(
        Reason::NeedsKubernetes,
        "the native sleep needs Kubernetes 1.30 or later, on the API server and on every node",
    )
    .help("for an older cluster, set `kubernetesVersion` or `handler: Exec`")
}

/// An existing sleep that is longer than needed. Without a known controller nobody can say what is enough.
pub(crate) fn sleep_longer(stands: u64, sleep: &Sleep) -> Message {
    let seconds = sleep.seconds;
    let known = match sleep.origin {
        Origin::Default { .. } => format!("the default is {seconds} s"),
        _ => format!("{seconds} s would be enough"),
    };
    Message::new(
        Reason::SleepLonger,
        format!("keeping the existing {stands} s sleep; {known}"),
    )
    .help("to lower it, set `existingHooks: Set`, or change it where it is written")
}

/// A sleep that is too short and stays.
pub(crate) fn sleep_shorter(stands: u64, sleep: u64) -> Message {
    let text = format!(
        "keeping the existing {stands} s sleep because of `existingHooks: Keep`; {sleep} s are needed"
    );
    Message::new(Reason::SleepShorter, text).help("set `existingHooks: Raise` to raise it")
}

/// An existing hook that is not a sleep and is kept.
pub(crate) fn hook_kept(what: &NotASleep) -> Message {
    let (why, help) = not_a_sleep(what);
    Message::new(
        Reason::HookKept,
        format!("keeping the existing hook: {why}"),
    )
    .help(help)
}

/// Why a hook does not count as a sleep, and what to do about it. It is a table, longer than a screen: a reason and a remedy for
/// each case, which belong side by side.
pub(crate) fn not_a_sleep(what: &NotASleep) -> (String, String) {
    const BEGIN: &str =
        "start the hook with a sleep, or set `existingHooks: Prepend` (shell scripts) or `Replace`";
    match what {
        NotASleep::AnswersAtOnce(handler) => (
            format!("`{handler}` answers at once and does not wait"),
            "use `sleep: {seconds: ...}`, or set `existingHooks: Replace`".to_owned(),
        ),
        NotASleep::UnknownHandler(key) => (
            format!(
                "`{key}` is not a handler that Kubernetes knows: the API server drops or rejects it"
            ),
            "write `sleep: {seconds: ...}`, or set `existingHooks: Replace`".to_owned(),
        ),
        NotASleep::Handlers(names) => (
            format!(
                "{} are two handlers; Kubernetes takes one",
                quoted(names, " and ")
            ),
            "keep one handler: the sleep".to_owned(),
        ),
        NotASleep::NoSeconds => (
            "`sleep` has no `seconds`".to_owned(),
            "write `sleep: {seconds: 10}`".to_owned(),
        ),
        NotASleep::NoCommand => (
            "`exec` has no `command`".to_owned(),
            "write a command, or use `sleep: {seconds: ...}`".to_owned(),
        ),
        NotASleep::Command(command) | NotASleep::NoSleep(command) => (
            format!("it runs `{}` and does not sleep", shortened(command)),
            BEGIN.to_owned(),
        ),
        NotASleep::RunsFirst(command) => (
            format!("it runs `{}` before it sleeps", shortened(command)),
            "put the sleep first, or set `existingHooks: Prepend` or `Replace`".to_owned(),
        ),
        NotASleep::Background => (
            "the sleep ends in the background (`&`), so nobody waits for it".to_owned(),
            "write `;` in place of `&`".to_owned(),
        ),
        NotASleep::Joined(operator) => (
            format!("the sleep is part of a larger command (`{operator}`)"),
            "end the sleep with `;` or `&&`".to_owned(),
        ),
        NotASleep::UnknownTime(time) => (
            format!("it waits for an unknown time (`{}`)", shortened(time)),
            "write the seconds as a number, or set `existingHooks: Replace`".to_owned(),
        ),
        NotASleep::NotATime(time) => (
            format!("`{}` is not a time that `sleep` takes", shortened(time)),
            "write the seconds as a number".to_owned(),
        ),
        NotASleep::Folded { time, rest } => (
            format!(
                "`sleep` gets more than a time (`{time} {}`) and fails: a folded scalar (`>`) makes one command of two lines",
                shortened(rest)
            ),
            format!(
                "use a literal scalar (`|`), or write `sleep {time}; {}`",
                shortened(rest)
            ),
        ),
        NotASleep::TwoTimes(times) => (
            format!("`sleep` gets two times (`{times}`), and not every `sleep` adds them"),
            "write one number of seconds".to_owned(),
        ),
        NotASleep::SplitScript(script) => (
            format!(
                "`-c` takes one script: in `{script}` split into two words, `sleep` gets no time and fails"
            ),
            format!("write the script as one word: `\"{script}\"`"),
        ),
        NotASleep::OneWord(command) => (
            format!(
                "`{}` is one word, and no program has that name",
                shortened(command)
            ),
            "write each word as its own item, such as `[sleep, \"15\"]`".to_owned(),
        ),
    }
}

/// Adds words in backquotes.
fn quote<'w>(text: &mut String, words: impl Iterator<Item = &'w str>, between: &str) {
    for (index, word) in words.enumerate() {
        if index > 0 {
            text.push_str(between);
        }
        text.extend(["`", word, "`"]);
    }
}

/// A list of words in backquotes.
fn quoted(words: &[String], between: &str) -> String {
    let mut text = String::new();
    quote(&mut text, words.iter().map(String::as_str), between);
    text
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

/// A grace period of 0; what is written in its place, if anything is.
pub(crate) fn grace_zero(written: Option<u64>) -> Message {
    let instead = written.map_or_else(String::new, |seconds| {
        format!("; {seconds} is written instead")
    });
    Message::new(
        Reason::GraceZero,
        format!("a grace period of 0 kills the program at once and runs no hook{instead}"),
    )
    .help("set the seconds that the program needs, or `set-prestop.dev/inject: disabled` if it is meant to be killed")
}

/// A workload whose name is the template of one.
pub(crate) fn template_name() -> Message {
    Message::new(
        Reason::BadResource,
        "`metadata.name` is a template, not a name",
    )
    .help("render it first: `helm template CHART | set-prestop`")
    .field("metadata.name")
}

/// A key that is nearly one that is read.
pub(crate) fn key_misspelt(key: &str, meant: &str) -> Message {
    let text = format!("`{key}` is not a field of Kubernetes: the API server drops or refuses it");
    Message::new(Reason::KeyMisspelt, text)
        .help(format!("did you mean `{meant}`?"))
        .instead(meant)
}

/// A key in the wrong place.
pub(crate) fn key_misplaced(key: &str, place: &str, right: &str) -> Message {
    let text = format!("`{key}` has no effect in {place}: the API server drops or refuses it");
    Message::new(Reason::KeyMisplaced, text).help(format!("move it to {right}"))
}

/// A grace period that is no whole number of seconds, and the number that may be meant.
pub(crate) fn not_a_grace_period(field: &str, stands: Option<&str>, kind: Kind) -> Message {
    let what = stands.map_or(kind_name(kind).to_owned(), |text| format!("`{text}`"));
    let stands = stands.unwrap_or_default();
    let text = format!("`{field}` is {what}, which is not a whole number of seconds");
    let message = Message::new(Reason::BadResource, text);
    // A unit is meant as such.
    let number = Decimal::read(stands.strip_suffix('s').unwrap_or(stands));
    match number.filter(|number| number.is_finite()) {
        Some(n) if n.is_negative() => message.help(format!(
            "write 0 or a greater number, such as `{field}: 45`"
        )),
        Some(n) => {
            let whole = n.ceil();
            let help = format!("write `{field}: {whole}`");
            message.help(help).instead(whole.to_string())
        }
        None => message.help(format!(
            "write a whole number without quotes, such as `{field}: 45`"
        )),
    }
}

/// A number of seconds that Kubernetes would take and nobody can mean.
pub(crate) fn too_many_seconds(field: &str, seconds: u64) -> Message {
    let text = format!("`{field}` is {seconds} seconds, more than ten years");
    Message::new(Reason::BadResource, text).help("write the number of seconds that is meant")
}

/// A grace period that has to be longer than the next run would take.
pub(crate) fn too_long_to_write(field: &str, seconds: u64) -> Message {
    let text = format!("`{field}` has to be {seconds} seconds, more than ten years");
    Message::new(Reason::BadResource, text)
        .help("write the number of seconds that is meant, here or in the preStop hook")
}

/// A field of the wrong type.
pub(crate) fn wrong_type(field: &str, found: Kind, expected: &str, help: &str) -> Message {
    let text = format!("`{field}` is {}, expected {expected}", kind_name(found));
    Message::new(Reason::BadResource, text).help(help)
}

/// A word of a command that is no text.
pub(crate) fn not_text(field: &str, index: usize, stands: &str, found: Kind) -> Message {
    let told = |what: &str| {
        let text = format!("`{field}[{index}]` is {what}");
        Message::new(Reason::BadResource, text)
    };
    match found {
        Kind::Scalar => told(&format!("`{stands}`, which is not text"))
            .help(format!("quote it: `\"{stands}\"`"))
            .instead(format!("\"{stands}\"")),
        other => told(kind_name(other)).help("write each word as text"),
    }
}

/// A field that is not a number of seconds.
pub(crate) fn not_seconds(field: &str, found: Option<&str>) -> Message {
    let text = format!("`{field}` is not a whole number of seconds");
    let message = Message::new(Reason::BadResource, text);
    match found.and_then(super::config::seconds) {
        Some(number) => message
            .help(format!("write `seconds: {number}`"))
            .instead(number),
        None => message.help("write a number without quotes, such as `seconds: 10`"),
    }
}

/// A command that is one string.
pub(crate) fn command_is_text(found: Kind, command: Option<&str>) -> Message {
    let words = command.unwrap_or("sleep 10").replace('"', "\\\"");
    let help = format!("write each word as a list item: `[/bin/sh, -c, \"{words}\"]`");
    wrong_type("exec.command", found, "a list", &help)
}

/// The same message about a workload.
pub(crate) fn of(message: Message, plan: &Plan, place: Place) -> Message {
    message.about(&plan.workload, plan.file.as_ref(), Some(place))
}
