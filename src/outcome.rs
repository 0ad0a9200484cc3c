//! What a run is asked for and what it gives, with the forms that are made of it.

use crate::config::Config;
use crate::input::Opened;
use crate::model::{Counts, Coverage, Plan};
use crate::out;
use crate::out::manifests::Output;
use crate::say::{Message, Reason, Severity};
#[cfg(feature = "cli")]
use crate::{
    out::explain::Drawing,
    say::{self, explain::Tense},
};
#[cfg(feature = "json")]
use crate::{
    out::json::{Answer, Ending},
    out::place::Positions,
};

/// How a run is done, beside the functionConfig that a ResourceList brings.
#[derive(Clone, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a choice of its own")]
pub struct Settings {
    /// What is stated outside the input: it wins over the functionConfig.
    pub config: Config,
    /// Whether advice is wanted, as with `--explain`.
    pub advice: bool,
    /// Whether the changes are only shown: outputs hold them although `check` is set, and messages tell what would be done.
    pub preview: bool,
    /// Messages of this weight or more make the run fail; errors always do.
    pub fail_on: Option<Severity>,
    /// Threads that may read and edit; none is one, and one is enough for less than a megabyte. The answer is the same.
    pub threads: usize,
    /// Whether a run that finds no Kubernetes object fails (`NothingToCheck`), as with `--check`.
    pub gate: bool,
    /// Whether the sources are files among others: then a ResourceList is a list like any other, and no function's input.
    pub among_files: bool,
    /// Whether the outcome is to have what patches need ([`Outcome::kustomize`], [`Outcome::kubectl`]).
    pub patches: bool,
    /// Whether objects of one name in two folders stop the run (`NameTwice`): where files or patches are written, that is two renders.
    pub one_folder: bool,
    /// Whether what can't matter is parsed too. The answer is the same, but that a fault in it is found.
    pub parse_everything: bool,
}

/// A run that came to its end.
#[derive(Debug)]
pub struct Outcome<'s> {
    /// One for each source that is not read-only, in their order.
    pub outputs: Vec<Output<'s>>,
    /// What is to be told, in the order of the input.
    pub messages: Vec<Message>,
    /// What was decided for each pod template that has to drain.
    pub plans: Vec<Plan>,
    /// What was found.
    pub counts: Counts,
    /// What was reached of the workloads, and what was not.
    pub coverage: Coverage,
    /// Whether the input is a ResourceList, so that the messages stand in its `results`.
    pub is_resource_list: bool,
    /// How the run ended.
    pub ended: Ended,
    /// How patches name the plans' workloads, one for each plan; none if nobody asked for patches.
    #[cfg(feature = "patches")]
    pub(crate) addresses: Vec<out::address::Address>,
}

/// How a run ended that could be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// The outputs hold every change.
    Done,
    /// With `check`: no change is missing.
    Checked,
    /// With `check`: changes are missing; exit 1.
    Pending,
}

impl Ended {
    pub(crate) fn of(check: bool, messages: &[Message]) -> Ended {
        let pending = || messages.iter().any(|m| m.reason == Reason::ChangePending);
        match check {
            false => Ended::Done,
            true if pending() => Ended::Pending,
            true => Ended::Checked,
        }
    }
}

#[cfg(feature = "json")]
impl Outcome<'_> {
    /// The run as `set-prestop.dev/plan/v1`, with these messages: its own, and what there is to be told beside them. `render` is
    /// the name of one of several renders.
    #[must_use]
    pub fn json(
        &self,
        render: Option<&str>,
        messages: &[Message],
        positions: &Positions<'_>,
    ) -> serde_json::Value {
        let ended = match self.ended {
            Ended::Done => Ending::Done,
            Ended::Checked => Ending::Checked,
            Ended::Pending => Ending::Pending,
        };
        let found = (self.counts, &self.coverage, self.plans.as_slice());
        answer(ended, render, found, messages, positions)
    }
}

#[cfg(feature = "json")]
impl Failure<'_> {
    /// As [`Outcome::json`]; what was found is empty.
    #[must_use]
    pub fn json(
        &self,
        render: Option<&str>,
        messages: &[Message],
        positions: &Positions<'_>,
    ) -> serde_json::Value {
        let found = (Counts::default(), &Coverage::default(), &[][..]);
        answer(Ending::Failed, render, found, messages, positions)
    }
}

#[cfg(feature = "json")]
fn answer(
    ended: Ending,
    render: Option<&str>,
    (counts, coverage, workloads): (Counts, &Coverage, &[Plan]),
    messages: &[Message],
    positions: &Positions<'_>,
) -> serde_json::Value {
    let answer = Answer {
        api_version: out::json::VERSION,
        ended,
        render,
        sources: &positions.names(),
        counts,
        coverage,
        workloads,
        messages,
    };
    out::json::json(&answer, positions)
}

#[cfg(feature = "cli")]
impl Outcome<'_> {
    /// The run drawn for people, with these messages: its own, and what there is to be told beside them.
    #[must_use]
    pub fn explain(
        &self,
        messages: &[Message],
        positions: &Positions<'_>,
        drawing: &Drawing,
    ) -> String {
        out::explain::explain(&self.plans, &self.coverage, messages, positions, drawing)
    }

    /// How many workloads there are and in how many files, what is in front of them, and how many change.
    #[must_use]
    pub fn summary(&self, tense: Tense, files: &str) -> String {
        let changed = self.plans.iter().filter(|plan| plan.changes() > 0);
        say::explain::summary(&self.coverage, changed.count(), tense, files)
    }
}

#[cfg(feature = "patches")]
impl Outcome<'_> {
    /// The plans as a kustomize Component; needs [`Settings::patches`].
    ///
    /// # Errors
    /// An object that a patch can't name, or can't tell from another.
    pub fn kustomize(&self) -> Result<String, Message> {
        out::kustomize::component(&self.plans, &self.addresses, &self.sources())
    }

    /// The plans as a shell script of `kubectl patch`; needs [`Settings::patches`].
    ///
    /// # Errors
    /// An object that a patch can't name, or can't tell from another.
    pub fn kubectl(&self) -> Result<String, Message> {
        out::kubectl::script(&self.plans, &self.addresses, &self.sources())
    }

    fn sources(&self) -> Vec<&str> {
        self.outputs.iter().map(|o| o.source.name).collect()
    }
}

/// A run that can't be done: exit 2, nothing is written.
#[derive(Debug)]
pub struct Failure<'s> {
    /// What is to be told; at least one of them is an error.
    pub messages: Vec<Message>,
    /// The ResourceList with its items unchanged and the errors as results, where the input is one and could be read.
    pub output: Option<Output<'s>>,
    /// Whether the input is a ResourceList.
    pub is_resource_list: bool,
}

impl<'s> Failure<'s> {
    /// With the ResourceList that tells it, where the input is one.
    pub(crate) fn new(opened: &[Opened<'s>], mut messages: Vec<Message>) -> Self {
        // Infos tell what was done, and nothing was.
        messages.retain(|m| m.severity >= Severity::Warning);
        let mut lists = opened
            .iter()
            .filter_map(|open| Some((open.source, open.list.as_ref()?)));
        let list = lists.next();
        let output = list.and_then(|(source, list)| {
            let splices = out::results::splices(source.text, list, &messages).ok()?;
            Some(Output { source, splices })
        });
        Failure {
            messages,
            output,
            is_resource_list: list.is_some(),
        }
    }
}
