//! The plan of a workload: which ways lead to it, how long it sleeps and why, and what becomes of each container.
//!
//! docs/reference.md, section 3. Times are whole seconds.

use super::{FieldPath, ObjectRef, PackageFile, Place};
use lossless_yaml::Step;
use serde::Serialize;
use std::ops::Range;
use std::sync::Arc;

/// Kubernetes' grace period where none is stated (core/v1 `PodSpec`, `terminationGracePeriodSeconds`).
pub(crate) const DEFAULT_GRACE: u64 = 30;

/// What is done for one pod template, and why. Every output is made of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Plan {
    /// The workload.
    pub workload: Arc<ObjectRef>,
    /// Where it stands.
    pub place: Place,
    /// Where it lies in its package; of a ResourceList alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<PackageFile>,
    /// Path from the workload to the pod's spec, as `spec.template.spec`.
    pub pod: FieldPath,
    /// How long its containers have to sleep.
    pub sleep: Sleep,
    /// The ways from routes to it, in the order of the input.
    pub ways: Arc<Vec<Way>>,
    /// Its regular containers, in their order.
    pub containers: Vec<Container>,
    /// Its time budget.
    pub grace: Grace,
    /// How a new version replaces its pods; none if nothing does, or nobody knows how.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rollout: Option<Rollout>,
    /// Where its edits go.
    #[serde(skip)]
    pub(crate) target: Target,
}

/// A time to sleep, and where it comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Sleep {
    /// In seconds.
    pub seconds: u64,
    /// What decided.
    pub origin: Origin,
}

/// Where the seconds of a sleep come from (docs/reference.md, section 3.1).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(
    tag = "from",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
pub enum Origin {
    /// The annotation `set-prestop.dev/sleep-seconds`.
    Annotation {
        /// What bears it.
        on: Role,
    },
    /// A rule of `ingressClasses`.
    ClassRule {
        /// The rule's pattern.
        class: String,
    },
    /// An entry of `backends`.
    Backend {
        /// The Service that it names.
        service: String,
    },
    /// `sleepSeconds` of the configuration.
    Configured,
    /// The table's value of a known controller.
    Controller {
        /// The product that it belongs to.
        product: &'static str,
        /// The class of the route, if it has one.
        #[serde(skip_serializing_if = "Option::is_none")]
        class: Option<String>,
        /// Where the number comes from.
        source: &'static str,
    },
    /// Nothing said otherwise.
    Default {
        /// The controller that needs no more, if it is known.
        #[serde(skip_serializing_if = "Option::is_none")]
        product: Option<&'static str>,
    },
}

/// What an object is to a way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum Role {
    /// It names Services.
    Route,
    /// It selects pods.
    Service,
    /// It makes pods.
    Workload,
}

/// An object of the input, and its place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Placed {
    /// The object.
    #[serde(flatten)]
    pub object: Arc<ObjectRef>,
    /// Where it stands.
    pub place: Place,
}

/// A way from a route to a workload.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Way {
    /// The route; none if `backends` or an annotation brings the Service or workload in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub route: Option<Placed>,
    /// The Service between; none for a route that names the workload itself. A Service that is its own route stands in both.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service: Option<Placed>,
    /// What requests for it ask for, as far as the route says it; the first hundred.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(default))]
    pub addresses: Vec<Address>,
    /// The class that decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub class: Option<String>,
    /// How long this way asks for.
    pub sleep: Sleep,
}

/// What requests ask for: a host, a path, or both.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Address {
    /// The host name, or the expression that stands in its place (Traefik's `match`); none for every host.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// The URL path, as the route has it: a prefix, a whole path or a pattern.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
}

/// What becomes of one container.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Container {
    /// Its name.
    pub name: String,
    /// Its index in `containers`, from 0.
    pub index: usize,
    /// Bytes of the workload's source at which it begins.
    pub at: Range<usize>,
    /// Its preStop hook.
    pub hook: Hook,
}

/// The preStop hook of a container, before and after.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(
    tag = "fate",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
pub enum Hook {
    /// There is none, and none is written.
    None {
        /// Why not.
        why: NoHook,
    },
    /// It sleeps, and stays as it is.
    Kept {
        /// How long it sleeps.
        seconds: u64,
    },
    /// It does not begin with a sleep, and stays as it is.
    Other {
        /// What it is.
        what: NotASleep,
    },
    /// It is written where none was.
    Added {
        /// What is written.
        handler: Handler,
        /// Whether `lifecycle` is there already.
        #[serde(skip)]
        lifecycle: bool,
    },
    /// Only the number of its sleep changes.
    Changed {
        /// Seconds before.
        before: u64,
        /// Seconds after.
        after: u64,
        /// Where the number stands.
        number: Number,
    },
    /// The sleep is put before its script.
    Prepended {
        /// Seconds of the sleep.
        seconds: u64,
        /// Index of the script in `exec.command`.
        index: usize,
        /// The script as it was.
        script: String,
    },
    /// The sleep takes its place.
    Replaced {
        /// What is written.
        handler: Handler,
        /// What was there.
        what: NotASleep,
    },
}

/// A hook that does not begin with a sleep, and why (docs/reference.md, section 3.4).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum NotASleep {
    /// A handler such as `httpGet`, which answers at once.
    AnswersAtOnce(String),
    /// Several handlers at once, of which Kubernetes takes one.
    Handlers(Vec<String>),
    /// `sleep` without `seconds`.
    NoSeconds,
    /// `exec` without a command.
    NoCommand,
    /// A program that is not known to wait; its words, joined by spaces.
    Command(String),
    /// This runs before the sleep of a script.
    RunsFirst(String),
    /// This runs, and the script has no sleep.
    NoSleep(String),
    /// The sleep ends in the background (`&`): nobody waits for it.
    Background,
    /// Behind the sleep stands an operator (`||`, `|`) that makes it part of something else.
    Joined(String),
    /// How long it waits is not known here (`$DRAIN`, `infinity`).
    UnknownTime(String),
    /// The word behind `sleep` is no time.
    NotATime(String),
    /// Behind the time stand more words: two lines that a folded scalar made one.
    Folded {
        /// The time.
        time: String,
        /// What stands behind it.
        rest: String,
    },
    /// Two times (`sleep 1m 30`), which not every `sleep` adds.
    TwoTimes(String),
    /// The script is the word `sleep` alone, and the time is not part of it; what was meant.
    SplitScript(String),
    /// The command is one word with spaces, and no program has that name.
    OneWord(String),
}

/// Why a container gets no hook.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum NoHook {
    /// The annotation `set-prestop.dev/containers` names others.
    NotChosen,
    /// Nothing can run a sleep in it.
    NoShell,
}

/// A handler to write.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum Handler {
    /// `exec.command: [/bin/sh, -c, "sleep S"]`, in seconds.
    Exec(u64),
    /// `sleep.seconds: S`, in seconds.
    Sleep(u64),
}

/// Where the number of a sleep stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Number {
    /// `lifecycle.preStop.sleep.seconds`.
    Native,
    /// In a word of `exec.command`.
    Command {
        /// Index of the word.
        index: usize,
        /// The word as it was.
        word: String,
        /// Bytes of the word that the new number replaces.
        range: Range<usize>,
        /// How many of its unit make a second: 1000 for milliseconds, else 1.
        scale: u64,
    },
}

/// The time budget of a pod, in seconds (docs/reference.md, section 3.5).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Grace {
    /// `terminationGracePeriodSeconds` as stated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stated: Option<u64>,
    /// The longest sleep after the change.
    pub sleep: u64,
    /// The program's own time to shut down.
    pub shutdown: u64,
    /// The margin.
    pub margin: u64,
    /// What is written; none if what stands is right.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub written: Option<u64>,
    /// Bytes of the workload's source that it is about.
    pub at: Range<usize>,
}

/// How a new version of a workload replaces its pods.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "how", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Rollout {
    /// New pods start beside the old ones, and nobody waits for these to end.
    Beside {
        /// How many pods it has, if it says so.
        #[serde(skip_serializing_if = "Option::is_none")]
        pods: Option<u64>,
    },
    /// Old pods end before new ones take their places.
    InSteps {
        /// How many pods are replaced; none for one on each node.
        #[serde(skip_serializing_if = "Option::is_none")]
        pods: Option<u64>,
        /// How many are replaced at a time.
        at_once: u64,
    },
    /// All old pods end before the first new one starts.
    AllAtOnce,
}

/// A field that is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldEdit {
    /// Its path from the workload.
    pub path: FieldPath,
    /// What it becomes.
    pub value: NewValue,
}

/// What a field becomes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NewValue {
    /// A number of seconds.
    Seconds(u64),
    /// A word of `exec.command`.
    Word(String),
    /// A whole `preStop`.
    PreStop(Handler),
    /// A whole `lifecycle`, of a `preStop` alone.
    Lifecycle(Handler),
}

/// Where edits go: a chunk, or the ResourceList of a source that was parsed whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Target {
    pub(crate) chunk: Option<usize>,
    pub(crate) source: usize,
    /// Path from the chunk's root to the workload.
    pub(crate) path: Vec<Step>,
}

impl Plan {
    /// Every field that is written for it: what all outputs write.
    #[must_use]
    pub fn edits(&self) -> Vec<FieldEdit> {
        let mut edits: Vec<FieldEdit> = self
            .containers
            .iter()
            .filter_map(|container| {
                let (below, value) = container.hook.edit()?;
                let mut path = self.pod.clone().key("containers").index(container.index);
                path.0.extend(below.0);
                Some(FieldEdit { path, value })
            })
            .collect();
        edits.extend(self.grace.written.map(|seconds| FieldEdit {
            path: self.pod.clone().key("terminationGracePeriodSeconds"),
            value: NewValue::Seconds(seconds),
        }));
        edits
    }

    /// How many fields are written for it.
    #[must_use]
    pub fn changes(&self) -> usize {
        let hooks = self.containers.iter().filter(|c| c.hook.is_change());
        hooks.count() + usize::from(self.grace.written.is_some())
    }

    /// Path of the preStop hook of a container.
    #[must_use]
    pub fn hook_path(&self, container: &Container) -> FieldPath {
        let path = self.pod.clone().key("containers").index(container.index);
        path.keys(["lifecycle", "preStop"])
    }
}

impl Rollout {
    /// How much longer a sleep makes it, in seconds; none for a number that depends on the nodes.
    #[must_use]
    pub fn longer(&self, sleep: u64) -> Option<u64> {
        match self {
            Rollout::Beside { .. } => Some(0),
            Rollout::InSteps { pods, at_once } => {
                let steps = pods.as_ref()?.div_ceil(*at_once.max(&1));
                Some(steps.saturating_mul(sleep))
            }
            Rollout::AllAtOnce => Some(sleep),
        }
    }
}

impl Hook {
    /// Whether it is written.
    #[must_use]
    pub fn is_change(&self) -> bool {
        !matches!(
            self,
            Hook::None { .. } | Hook::Kept { .. } | Hook::Other { .. }
        )
    }

    /// Seconds that the container slept before; none if it did not begin with a sleep.
    #[must_use]
    pub fn before(&self) -> Option<u64> {
        match self {
            Hook::Kept { seconds } => Some(*seconds),
            Hook::Changed { before, .. } => Some(*before),
            Hook::None { .. }
            | Hook::Other { .. }
            | Hook::Added { .. }
            | Hook::Prepended { .. }
            | Hook::Replaced { .. } => None,
        }
    }

    /// Seconds that the container sleeps after; none if it does not begin with a sleep.
    #[must_use]
    pub fn after(&self) -> Option<u64> {
        match self {
            Hook::None { .. } | Hook::Other { .. } => None,
            Hook::Kept { seconds } | Hook::Prepended { seconds, .. } => Some(*seconds),
            Hook::Changed { after, .. } => Some(*after),
            Hook::Added { handler, .. } | Hook::Replaced { handler, .. } => Some(handler.seconds()),
        }
    }

    /// What is written, and where below the container.
    pub(crate) fn edit(&self) -> Option<(FieldPath, NewValue)> {
        let word = |index: usize, word: String| {
            let path = FieldPath::of(["lifecycle", "preStop", "exec", "command"]).index(index);
            Some((path, NewValue::Word(word)))
        };
        match self {
            Hook::None { .. } | Hook::Kept { .. } | Hook::Other { .. } => None,
            Hook::Added {
                handler,
                lifecycle: false,
                ..
            } => Some((FieldPath::of(["lifecycle"]), NewValue::Lifecycle(*handler))),
            Hook::Added { handler, .. } | Hook::Replaced { handler, .. } => Some((
                FieldPath::of(["lifecycle", "preStop"]),
                NewValue::PreStop(*handler),
            )),
            Hook::Changed {
                after,
                number: Number::Native,
                ..
            } => Some((
                FieldPath::of(["lifecycle", "preStop", "sleep", "seconds"]),
                NewValue::Seconds(*after),
            )),
            Hook::Changed {
                after,
                number:
                    Number::Command {
                        index,
                        word: was,
                        range,
                        scale,
                    },
                ..
            } => {
                let after = after.saturating_mul(*scale);
                let (before, behind) = (was.get(..range.start), was.get(range.end..));
                let [before, behind] = [before, behind].map(Option::unwrap_or_default);
                word(*index, format!("{before}{after}{behind}"))
            }
            Hook::Prepended {
                seconds,
                index,
                script,
            } => word(*index, format!("sleep {seconds}; {script}")),
        }
    }
}

impl Handler {
    /// How long it sleeps.
    #[must_use]
    pub fn seconds(self) -> u64 {
        match self {
            Handler::Exec(seconds) | Handler::Sleep(seconds) => seconds,
        }
    }
}

impl Grace {
    /// What holds after the change.
    #[must_use]
    pub fn after(&self) -> u64 {
        self.written.or(self.stated).unwrap_or(DEFAULT_GRACE)
    }
}
