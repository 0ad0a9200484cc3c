//! The plan of a workload: which paths lead to it, how long it sleeps and why, and what each container gets.
//!
//! docs/reference.md, section 3. Times are whole seconds.

use super::{FieldPath, ObjectRef, PackageFile, Place};
use lossless_yaml::Step;
use serde::Serialize;
#[cfg(feature = "cli")]
use std::collections::HashSet;
use std::ops::Range;
use std::sync::Arc;

/// Kubernetes' grace period if none is set (core/v1 `PodSpec`, `terminationGracePeriodSeconds`).
pub(crate) const DEFAULT_GRACE: u64 = 30;

/// What is done for one pod template, and why. Every output is made from this.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Plan {
    /// The workload.
    pub workload: ObjectRef,
    /// Where it is in the input.
    pub place: Place,
    /// Its file in the package; only for a ResourceList.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<Arc<PackageFile>>,
    /// Path from the workload to the pod's spec, such as `spec.template.spec`.
    pub pod: FieldPath,
    /// How long its containers must sleep.
    pub sleep: Sleep,
    /// The paths from routes to it, in the order of the input.
    pub ways: Arc<[Way]>,
    /// Its regular containers, in their order.
    pub containers: Vec<Container>,
    /// Its time budget.
    pub grace: Grace,
    /// How a new version replaces its pods; none if that is unknown or never happens.
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
    /// What set it.
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
        /// The object that has the annotation.
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
        /// The product.
        product: &'static str,
        /// The class of the route, if it has one.
        #[serde(skip_serializing_if = "Option::is_none")]
        class: Option<String>,
        /// The source of the number.
        source: &'static str,
    },
    /// Nothing else set it.
    Default {
        /// The controller, if it is known; it needs no more than the default.
        #[serde(skip_serializing_if = "Option::is_none")]
        product: Option<&'static str>,
    },
}

/// The role of an object on a path.
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
    pub object: ObjectRef,
    /// Where it is in the input.
    pub place: Place,
}

/// A path from a route to a workload.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Way {
    /// The route; none if `backends` or an annotation includes the Service or workload.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub route: Option<Placed>,
    /// The Service between them; none for a route that names the workload itself. A Service that is its own route is in both fields.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service: Option<Placed>,
    /// The hosts and paths of its requests, if the route has them; the first hundred.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(default))]
    pub addresses: Vec<Address>,
    /// The class that set the sleep.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub class: Option<String>,
    /// The sleep that this path asks for.
    pub sleep: Sleep,
}

/// Where requests go: a host, a path, or both.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Address {
    /// The host name, or an expression in its place (Traefik's `match`); none for every host.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// The URL path, as the route has it: a prefix, a whole path or a pattern.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
}

/// What one container gets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Container {
    /// Its name.
    pub name: String,
    /// Its index in `containers`, from 0.
    pub index: usize,
    /// The bytes of the workload's source where it begins.
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
    /// It has none, and gets none.
    None {
        /// The reason.
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
    /// One is added.
    Added {
        /// What is written.
        handler: Handler,
        /// Whether the container already has `lifecycle`.
        #[serde(skip)]
        lifecycle: bool,
    },
    /// Only the number of its sleep changes.
    Changed {
        /// Seconds before.
        before: u64,
        /// Seconds after.
        after: u64,
        /// Where the number is.
        number: Number,
    },
    /// The sleep is put before the existing script.
    Prepended {
        /// Seconds of the sleep.
        seconds: u64,
        /// Index of the script in `exec.command`.
        index: usize,
        /// The script as it was.
        script: String,
    },
    /// The sleep replaces it.
    Replaced {
        /// What is written.
        handler: Handler,
        /// The old hook.
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
    /// A key that is not a handler of Kubernetes.
    UnknownHandler(String),
    /// Several handlers; Kubernetes accepts only one.
    Handlers(Vec<String>),
    /// `sleep` without `seconds`.
    NoSeconds,
    /// `exec` without a command.
    NoCommand,
    /// A program that does not sleep, as far as is known; its words, joined by spaces.
    Command(String),
    /// This runs before the sleep of a script.
    RunsFirst(String),
    /// A script that runs this and does not sleep.
    NoSleep(String),
    /// The sleep runs in the background (`&`), so nothing waits for it.
    Background,
    /// An operator (`||`, `|`) after the sleep makes it part of a larger command.
    Joined(String),
    /// The time is unknown (`$DRAIN`, `infinity`).
    UnknownTime(String),
    /// The word after `sleep` is not a time.
    NotATime(String),
    /// There are more words after the time: a folded scalar joined two lines.
    Folded {
        /// The time.
        time: String,
        /// The words after it.
        rest: String,
    },
    /// Two times (`sleep 1m 30`), which not every `sleep` adds up.
    TwoTimes(String),
    /// The script is only the word `sleep`, without the time; this is the script that was meant.
    SplitScript(String),
    /// The command is one word with spaces, which is not the name of a program.
    OneWord(String),
}

/// Why a container gets no hook.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum NoHook {
    /// The annotation `set-prestop.dev/containers` names other containers.
    NotChosen,
    /// It has nothing that can run a sleep.
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

/// Where the number of a sleep is.
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
        /// Units per second: 1000 for milliseconds, else 1.
        scale: u64,
    },
}

/// The time budget of a pod, in seconds (docs/reference.md, section 3.5).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Grace {
    /// `terminationGracePeriodSeconds` of the input, if set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stated: Option<u64>,
    /// The longest sleep after the change.
    pub sleep: u64,
    /// The program's time to shut down.
    pub shutdown: u64,
    /// The margin.
    pub margin: u64,
    /// The value to write; none if the existing one is right.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub written: Option<u64>,
    /// The bytes of the workload's source where it is, or would be.
    pub at: Range<usize>,
}

/// How a new version of a workload replaces its pods.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "how", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Rollout {
    /// New pods start beside the old ones, without waiting for the old ones to end.
    Beside {
        /// The number of pods, if set.
        #[serde(skip_serializing_if = "Option::is_none")]
        pods: Option<u64>,
    },
    /// Old pods end before new ones replace them.
    InSteps {
        /// The number of pods to replace; none for one on each node.
        #[serde(skip_serializing_if = "Option::is_none")]
        pods: Option<u64>,
        /// The number of pods replaced at once.
        at_once: u64,
    },
    /// All old pods end before the first new one starts.
    AllAtOnce,
}

/// A field to write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldEdit {
    /// Its path from the workload.
    pub path: FieldPath,
    /// Its new value.
    pub value: NewValue,
}

/// The new value of a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NewValue {
    /// A number of seconds.
    Seconds(u64),
    /// A word of `exec.command`.
    Word(String),
    /// A whole `preStop`.
    PreStop(Handler),
    /// A whole `lifecycle` that has only a `preStop`.
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

/// A place below a container: keys, and an item of a list.
pub(crate) type Below = (&'static [&'static str], Option<usize>);

/// The number of workloads that change; one may have several pod templates, each with a plan.
#[cfg(feature = "cli")]
pub(crate) fn changed(plans: &[Plan]) -> usize {
    let changed = plans.iter().filter(|plan| plan.changes() > 0);
    let places = changed.map(|plan| (plan.place.source, plan.place.range.start));
    places.collect::<HashSet<_>>().len()
}

impl Plan {
    /// Every field to write for it. All outputs write these.
    #[must_use]
    pub fn edits(&self) -> Vec<FieldEdit> {
        self.each_edit().collect()
    }

    pub(crate) fn each_edit(&self) -> impl Iterator<Item = FieldEdit> {
        let hooks = self.containers.iter().filter_map(|container| {
            let (below, value) = container.hook.edit()?;
            let path = self.below(container, below);
            Some(FieldEdit { path, value })
        });
        let grace = self.grace.written.map(|seconds| FieldEdit {
            path: self.pod.clone().key("terminationGracePeriodSeconds"),
            value: NewValue::Seconds(seconds),
        });
        hooks.chain(grace)
    }

    /// The path of a place below a container.
    pub(crate) fn below(&self, container: &Container, (keys, item): Below) -> FieldPath {
        let path = self.pod.clone().key("containers").index(container.index);
        let path = path.keys(keys.iter().copied());
        match item {
            Some(item) => path.index(item),
            None => path,
        }
    }

    /// The number of fields to write for it.
    #[must_use]
    pub fn changes(&self) -> usize {
        let hooks = self.containers.iter().filter(|c| c.hook.is_change());
        hooks.count() + usize::from(self.grace.written.is_some())
    }

    /// Path of the preStop hook of a container.
    #[must_use]
    pub fn hook_path(&self, container: &Container) -> FieldPath {
        self.below(container, (&["lifecycle", "preStop"], None))
    }
}

impl Rollout {
    /// How much longer a sleep makes it, in seconds; none if that depends on the number of nodes.
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
    /// Whether a hook is written.
    #[must_use]
    pub fn is_change(&self) -> bool {
        !matches!(
            self,
            Hook::None { .. } | Hook::Kept { .. } | Hook::Other { .. }
        )
    }

    /// Whether a native sleep is written where none was.
    pub(crate) fn writes_native(&self) -> bool {
        let (Hook::Added { handler, .. } | Hook::Replaced { handler, .. }) = self else {
            return false;
        };
        matches!(handler, Handler::Sleep(_))
    }

    /// The seconds that the container slept before; none if the hook did not begin with a sleep.
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

    /// The seconds that the container sleeps after the change; none if the hook does not begin with a sleep.
    #[must_use]
    pub fn after(&self) -> Option<u64> {
        match self {
            Hook::None { .. } | Hook::Other { .. } => None,
            Hook::Kept { seconds } | Hook::Prepended { seconds, .. } => Some(*seconds),
            Hook::Changed { after, .. } => Some(*after),
            Hook::Added { handler, .. } | Hook::Replaced { handler, .. } => Some(handler.seconds()),
        }
    }

    /// What is written, and its path below the container.
    pub(crate) fn edit(&self) -> Option<(Below, NewValue)> {
        let word = |index: usize, word: String| {
            let keys = &["lifecycle", "preStop", "exec", "command"];
            Some(((&keys[..], Some(index)), NewValue::Word(word)))
        };
        match self {
            Hook::None { .. } | Hook::Kept { .. } | Hook::Other { .. } => None,
            Hook::Added {
                handler,
                lifecycle: false,
                ..
            } => Some(((&["lifecycle"], None), NewValue::Lifecycle(*handler))),
            Hook::Added { handler, .. } | Hook::Replaced { handler, .. } => Some((
                (&["lifecycle", "preStop"], None),
                NewValue::PreStop(*handler),
            )),
            Hook::Changed {
                after,
                number: Number::Native,
                ..
            } => Some((
                (&["lifecycle", "preStop", "sleep", "seconds"], None),
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
    /// The grace period after the change.
    #[must_use]
    pub fn after(&self) -> u64 {
        self.written.or(self.stated).unwrap_or(DEFAULT_GRACE)
    }
}
