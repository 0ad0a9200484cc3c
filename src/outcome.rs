//! The input settings and the result of a run, and the forms of output made from it.

use crate::config::Config;
use crate::input::{Chunks, Opened};
use crate::model::{Counts, Coverage, Plan};
use crate::out;
use crate::out::manifests::Output;
use crate::say::{Message, Reason, Severity};
#[cfg(feature = "cli")]
use crate::{
    model::changed,
    out::explain::Drawing,
    say::{self, explain::Tense},
};
#[cfg(feature = "json")]
use crate::{
    out::json::{Answer, Ending},
    out::place::Positions,
};
use std::collections::HashSet;

/// The settings of a run, apart from the functionConfig in a ResourceList.
#[derive(Clone, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a choice of its own")]
pub struct Settings {
    /// The configuration from outside the input; it overrides the functionConfig.
    pub config: Config,
    /// Whether to give advice, as with `--explain`.
    pub advice: bool,
    /// Whether the changes are only shown: outputs have them even if `check` is set, and messages say what would be done.
    pub preview: bool,
    /// Messages of this severity or higher make the run fail; errors always do.
    pub fail_on: Option<Severity>,
    /// The number of threads for reading and editing; none means one. Inputs below a megabyte use only one. The result does not depend on it.
    pub threads: usize,
    /// Whether a run that finds no Kubernetes object fails (`NothingToCheck`), as with `--check`.
    pub gate: bool,
    /// Whether the sources are files: then a ResourceList is an ordinary list, not the input of a function.
    pub among_files: bool,
    /// Whether to prepare what patches need ([`Outcome::kustomize`], [`Outcome::kubectl`]).
    pub patches: bool,
    /// Whether the plans say which hosts and URL paths lead to each workload ([`Way::addresses`](crate::Way::addresses)).
    pub addresses: bool,
    /// Whether the same object in two folders is an error (`NameTwice`): if files or patches are written, these are probably two environments.
    pub one_folder: bool,
    /// Whether to parse documents that cannot matter too. The result is the same, except that faults in them are found.
    pub parse_everything: bool,
}

/// What a run found, decided and has to tell, before anything is written.
pub(crate) struct Decided<'s> {
    pub(crate) chunks: Chunks<'s>,
    pub(crate) plans: Vec<Plan>,
    pub(crate) messages: Vec<Message>,
    pub(crate) routes: usize,
    pub(crate) services: usize,
    pub(crate) coverage: Coverage,
    #[cfg(feature = "patches")]
    pub(crate) patched: Vec<out::patched::Patched>,
}

impl<'s> Decided<'s> {
    /// Takes out the plans of the objects that have one of these errors, and what was told of their changes. False if that
    /// leaves an error or no plan is one of theirs.
    pub(crate) fn leave_out(&mut self, errors: &[Message]) -> bool {
        !errors.is_empty() && self.leave_out_some(errors)
    }

    #[cold]
    fn leave_out_some(&mut self, errors: &[Message]) -> bool {
        let skipped: HashSet<_> = errors.iter().filter_map(|m| m.object.clone()).collect();
        let kept: Vec<bool> = self
            .plans
            .iter()
            .map(|plan| !skipped.contains(&plan.workload))
            .collect();
        let mut keep = kept.iter();
        self.plans.retain(|_| keep.next() != Some(&false));
        #[cfg(feature = "patches")]
        {
            let mut keep = kept.iter();
            self.patched.retain(|_| keep.next() != Some(&false));
        }
        self.messages.retain(|message| {
            let skips = message
                .object
                .as_ref()
                .is_some_and(|object| skipped.contains(object));
            !(skips && message.change.is_some())
        });
        errors.iter().all(Message::is_of_one_object) && kept.contains(&false)
    }

    /// The run that wrote these outputs.
    pub(crate) fn ended(
        self,
        outputs: Vec<Output<'s>>,
        check: bool,
        is_resource_list: bool,
    ) -> Outcome<'s> {
        Outcome {
            outputs,
            ended: Ended::of(check, &self.messages),
            counts: Counts {
                routes: self.routes,
                services: self.services,
                workloads: self.plans.len(),
                changes: self.plans.iter().map(Plan::changes).sum(),
            },
            messages: self.messages,
            plans: self.plans,
            coverage: self.coverage,
            is_resource_list,
            #[cfg(feature = "patches")]
            patched: self.patched,
        }
    }
}

/// The result of a run that did not fail.
#[derive(Debug)]
pub struct Outcome<'s> {
    /// One output for each source that is not read-only, in the order of the sources.
    pub outputs: Vec<Output<'s>>,
    /// The messages, in the order of the input.
    pub messages: Vec<Message>,
    /// The plan of each pod template behind a route.
    pub plans: Vec<Plan>,
    /// What was found, in numbers.
    pub counts: Counts,
    /// Which workloads were reached, and which were not.
    pub coverage: Coverage,
    /// Whether the input is a ResourceList, so the messages are in its `results`.
    pub is_resource_list: bool,
    /// How the run ended.
    pub ended: Ended,
    /// How patches name the plans' workloads, one for each plan; empty if patches were not requested.
    #[cfg(feature = "patches")]
    pub(crate) patched: Vec<out::patched::Patched>,
}

/// How a run ended that did not fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// The outputs have every change.
    Done,
    /// With `check`: no change is missing.
    Checked,
    /// With `check`: changes are missing; exit 1.
    Pending,
    /// With `onError: Skip`: objects with an error are left as they are; exit 3.
    Skipped,
}

impl Ended {
    fn of(check: bool, messages: &[Message]) -> Ended {
        let pending = || messages.iter().any(|m| m.reason == Reason::ChangePending);
        if messages.iter().any(Message::is_of_one_object) {
            return Ended::Skipped;
        }
        match check {
            false => Ended::Done,
            true if pending() => Ended::Pending,
            true => Ended::Checked,
        }
    }
}

#[cfg(feature = "json")]
impl Outcome<'_> {
    /// The run as `set-prestop.dev/plan/v1`, with these messages: its own and any others. `render` is
    /// its name if it is one of several renders.
    #[must_use]
    pub fn answer<'a>(
        &'a self,
        render: Option<&'a str>,
        messages: &'a [Message],
        positions: &'a Positions<'_>,
    ) -> Answer<'a> {
        Answer {
            api_version: out::json::VERSION,
            ended: match self.ended {
                Ended::Done => Ending::Done,
                Ended::Checked => Ending::Checked,
                Ended::Pending => Ending::Pending,
                Ended::Skipped => Ending::Skipped,
            },
            render,
            sources: positions.names(),
            counts: self.counts,
            coverage: &self.coverage,
            workloads: &self.plans,
            messages,
        }
    }
}

#[cfg(feature = "json")]
impl Failure<'_> {
    /// Like [`Outcome::answer`], but without anything that was found.
    #[must_use]
    pub fn answer<'a>(
        &self,
        render: Option<&'a str>,
        messages: &'a [Message],
        positions: &'a Positions<'_>,
    ) -> Answer<'a> {
        static NOTHING: Coverage = Coverage {
            workloads: Vec::new(),
        };
        Answer {
            api_version: out::json::VERSION,
            ended: Ending::Failed,
            render,
            sources: positions.names(),
            counts: Counts::default(),
            coverage: &NOTHING,
            workloads: &[],
            messages,
        }
    }
}

#[cfg(feature = "cli")]
impl Outcome<'_> {
    /// The run drawn for people, with these messages: its own and any others.
    #[must_use]
    pub fn explain(
        &self,
        messages: &[Message],
        positions: &Positions<'_>,
        drawing: &Drawing,
    ) -> String {
        out::explain::explain(&self.plans, &self.coverage, messages, positions, drawing)
    }

    /// The last line on stderr: the number of workloads and files, what is in front of the workloads, and how many change.
    #[must_use]
    pub fn summary(&self, tense: Tense, files: &str) -> String {
        let changed = changed(&self.plans);
        say::explain::summary(&self.coverage, changed, tense, files)
    }
}

#[cfg(feature = "patches")]
impl Outcome<'_> {
    /// The plans as a kustomize Component; needs [`Settings::patches`].
    ///
    /// # Errors
    /// A patch cannot name an object, or cannot tell it from another.
    pub fn kustomize(&self) -> Result<String, Message> {
        out::kustomize::component(&self.plans, &self.patched, &self.sources())
    }

    /// The plans as a shell script of `kubectl patch`; needs [`Settings::patches`].
    ///
    /// # Errors
    /// A patch cannot name an object, or cannot tell it from another.
    pub fn kubectl(&self) -> Result<String, Message> {
        out::kubectl::script(&self.plans, &self.patched, &self.sources())
    }

    fn sources(&self) -> Vec<&str> {
        self.outputs.iter().map(|o| o.source.name).collect()
    }
}

/// A run that failed: exit code 2, nothing is written.
#[derive(Debug)]
pub struct Failure<'s> {
    /// The messages; at least one of them is an error.
    pub messages: Vec<Message>,
    /// The ResourceList with its items unchanged, if the input is one and could be read. The errors are its results unless it can't
    /// be edited.
    pub output: Option<Output<'s>>,
    /// Whether the input is a ResourceList.
    pub is_resource_list: bool,
}

impl<'s> Failure<'s> {
    /// A failure, with the ResourceList that has its messages if the input is one.
    pub(crate) fn new(opened: &[Opened<'s>], mut messages: Vec<Message>) -> Self {
        // Infos say what was done, but nothing was.
        messages.retain(|m| m.severity >= Severity::Warning);
        let mut lists = opened
            .iter()
            .filter_map(|open| Some((open.source, open.list.as_ref()?)));
        let list = lists.next();
        let output = list.map(|(source, list)| {
            // A text that can't be edited comes back as it is.
            let splices = out::results::splices(source.text, list, &messages).unwrap_or_default();
            Output { source, splices }
        });
        Failure {
            messages,
            output,
            is_resource_list: list.is_some(),
        }
    }
}
