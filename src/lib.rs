#![doc = include_str!("../README.md")]
//!
//! # The library
//!
//! Text in, text and messages out; no files, no environment, no clock.
//!
//! ```text
//! Sources ─input→ chunks, objects ─routes→ ways ─drain→ plans ─out→ splices
//!                     tables ↗      config ↗       ↘ say → messages → results
//! ```
//!
//! [`rewrite`] is the whole way on one screen.

mod config;
mod drain;
mod input;
mod model;
mod out;
mod routes;
mod say;
pub mod simulate;
mod tables;

pub use config::{
    API_VERSION, BackendRule, ClassRule, Config, ExistingHooks, Handler, KIND, KubernetesVersion,
    MAX_SECONDS, Seconds, SetPreStop, function_config, parse as parse_config,
};
#[cfg(feature = "schema")]
pub use config::{function_definition, json_schema};
pub use input::Source;
pub use lossless_yaml::{Position, Splice, position};
pub use model::{
    Behind, Container, Counts, Coverage, Covered, Exposed, FieldEdit, FieldPath, Grace,
    Handler as WrittenHandler, Hook, NewValue, NoHook, NotASleep, Number, ObjectRef, Origin,
    PackageFile, Place, Placed, Plan, Role, Selecting, Sleep, Way,
};
pub use out::escape::{Escaping, escaped};
pub use out::explain::explain;
#[cfg(feature = "schema")]
pub use out::json::answer_schema;
#[cfg(feature = "json")]
pub use out::json::{Answer, Ending, json, json_line};
pub use out::manifests::Output;
pub use out::place::Positions;
pub use out::text::write_message;
#[cfg(feature = "cli")]
pub use out::{
    github::write_command,
    sarif::Sarif,
    snippet::{Look, picture},
};
pub use say::{Label, Message, Reason, Severity};
pub use tables::{RouteRow, WorkloadRow};

use drain::decide::{Planned, Planner};
use input::Opened;
use input::objects::{Object, Render, Shadowed};
use lossless_yaml::Kind;
use say::drain::Mood;
use tables::Tables;

/// How a run is done, beside the functionConfig that a ResourceList brings.
#[derive(Clone, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a choice of its own")]
pub struct Settings {
    /// What is stated outside the input: it wins over the functionConfig.
    pub config: Config,
    /// Whether advice is wanted, as with `--explain`.
    pub advice: bool,
    /// Whether outputs hold the changes although `check` is set: for showing them.
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
    #[cfg(feature = "cli")]
    addresses: Vec<out::address::Address>,
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

#[cfg(feature = "json")]
impl Outcome<'_> {
    /// The run as `set-prestop.dev/plan/v1`, with these messages: its own, and what there is to be told beside them.
    #[must_use]
    pub fn json(&self, messages: &[Message], positions: &Positions<'_>) -> serde_json::Value {
        let answer = Answer {
            api_version: out::json::VERSION,
            ended: match self.ended {
                Ended::Done => Ending::Done,
                Ended::Checked => Ending::Checked,
                Ended::Pending => Ending::Pending,
            },
            sources: &positions.names(),
            counts: self.counts,
            workloads: &self.plans,
            messages,
        };
        json(&answer, positions)
    }
}

#[cfg(feature = "json")]
impl Failure<'_> {
    /// The run as `set-prestop.dev/plan/v1`, with these messages: its own, and what there is to be told beside them.
    #[must_use]
    pub fn json(&self, messages: &[Message], positions: &Positions<'_>) -> serde_json::Value {
        let answer = Answer {
            api_version: out::json::VERSION,
            ended: Ending::Failed,
            sources: &positions.names(),
            counts: Counts::default(),
            workloads: &[],
            messages,
        };
        json(&answer, positions)
    }
}

#[cfg(feature = "cli")]
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

/// Reads the sources as one set of manifests and gives each the hooks and grace periods that its workloads need.
///
/// # Errors
/// Input, configuration, annotations or objects that can't be read, an edit that can't be made without touching
/// something else, or a message that `fail_on` or `severity` turns into an error.
pub fn rewrite<'s>(
    sources: &[Source<'s>],
    settings: &Settings,
) -> Result<Outcome<'s>, Failure<'s>> {
    let mut opened =
        input::open(sources, settings.among_files).map_err(|message| fail(&[], vec![message]))?;
    run(&mut opened, settings).map_err(|stop| match stop {
        Stop::Unread(message) => fail(&[], vec![message]),
        Stop::Told(messages) => fail(&opened, messages),
    })
}

/// What stops a run.
enum Stop {
    /// Input that can't be read: there is nothing to hand on.
    Unread(Message),
    /// Anything else: a ResourceList goes on with its items unchanged.
    Told(Vec<Message>),
}

impl From<Message> for Stop {
    fn from(message: Message) -> Stop {
        Stop::Told(vec![message])
    }
}

fn run<'s>(opened: &mut [Opened<'s>], settings: &Settings) -> Result<Outcome<'s>, Stop> {
    let config = configure(opened, &settings.config)?;
    let tables = Tables::new(
        config.routes.as_deref().unwrap_or_default(),
        config.workloads.as_deref().unwrap_or_default(),
    )
    .map_err(|error| say::config::row(&error.column, &error.message))?;
    let matters = |kind: &str| {
        settings.parse_everything
            || tables.knows(kind)
            || [
                "Service",
                "IngressClass",
                "GatewayClass",
                "Namespace",
                "RuntimeClass",
            ]
            .contains(&kind)
    };
    let chunks = input::parse(opened, settings.threads, &matters).map_err(Stop::Unread)?;
    let found = input::resources(opened, &chunks);
    let sources: Vec<Source<'s>> = opened.iter().map(|o| o.source).collect();
    let (render, shadowed) = Render::new(&sources, &found, config.namespace.as_deref());
    let trace = routes::Tracer::new(&render, &tables, &config).run()?;
    let (counts, coverage) = ((trace.routes, trace.services), trace.coverage.clone());
    let Planned { plans, messages } = Planner::new(&render, &tables, &config).run(&trace);
    let (check, list) = (
        config.check == Some(true),
        opened.iter().any(|o| o.list.is_some()),
    );
    let mood = if check { Mood::Missing } else { Mood::Done };
    let changes = plans
        .iter()
        .flat_map(|plan| say::drain::changes(plan, mood));
    let mut messages: Vec<Message> = trace
        .messages
        .into_iter()
        .chain(messages)
        .chain(changes)
        .chain(shadowed.iter().map(told_shadowed))
        .collect();
    drop_ignored(&mut messages, &render);
    if settings.gate
        && !render.objects.iter().any(Object::is_object)
        && !input::names_a_kind(opened)
    {
        let documents = opened.iter().map(Opened::documents).sum();
        messages.push(say::input::nothing_to_check(opened.len(), documents));
    }
    weigh(&mut messages, &config, settings.advice || list || check);
    if stops(&mut messages, settings.fail_on) {
        return Err(Stop::Told(messages));
    }
    let counts = Counts {
        routes: counts.0,
        services: counts.1,
        workloads: plans.len(),
        changes: plans.iter().map(Plan::changes).sum(),
    };
    let written = if check && !settings.preview {
        &[][..]
    } else {
        &plans
    };
    let outputs = out::manifests::write(opened, &chunks, written, &messages, settings.threads)?;
    #[cfg(feature = "cli")]
    let addresses = if settings.patches {
        out::address::of(&plans, &render, &tables)
    } else {
        Vec::new()
    };
    let ended = match (
        check,
        messages.iter().any(|m| m.reason == Reason::ChangePending),
    ) {
        (false, _) => Ended::Done,
        (true, false) => Ended::Checked,
        (true, true) => Ended::Pending,
    };
    Ok(Outcome {
        outputs,
        messages,
        plans,
        counts,
        coverage,
        is_resource_list: list,
        ended,
        #[cfg(feature = "cli")]
        addresses,
    })
}

fn told_shadowed((context, own): &Shadowed<'_, '_>) -> Message {
    let (place, own) = (context.placed().place, own.placed().place);
    say::input::shadowed(&context.resource(), place, own)
}

/// Whether messages stop the run: an error, or one as severe as `fail_on`, of which one more message tells.
fn stops(messages: &mut Vec<Message>, fail_on: Option<Severity>) -> bool {
    let first = |limit| {
        let mut all = messages.iter();
        all.find(|m| m.severity >= limit && m.reason != Reason::ChangePending)
    };
    if first(Severity::Error).is_some() {
        return true;
    }
    let stop = fail_on.and_then(|limit| Some(say::fail_on(limit, first(limit)?)));
    let stops = stop.is_some();
    messages.extend(stop);
    stops
}

/// The settings: what is stated outside the input wins over the functionConfig.
fn configure(opened: &[Opened<'_>], stated: &Config) -> Result<Config, Stop> {
    let mut config = stated.clone();
    for (source, open) in opened.iter().enumerate() {
        let node = open
            .list
            .as_ref()
            .and_then(|list| list.field("functionConfig"));
        let Some(node) = node.filter(|node| node.kind() != Kind::Null) else {
            continue;
        };
        let below = config::read(node).map_err(|mut messages| {
            for message in &mut messages {
                message
                    .field
                    .get_or_insert_with(|| "functionConfig".to_owned());
                if let Some(place) = &mut message.place {
                    place.source = source;
                }
            }
            Stop::Told(messages)
        })?;
        config = config.over(below);
    }
    Ok(config)
}

/// Takes out what the annotation `ignore` of an object says not to tell of it.
fn drop_ignored(messages: &mut Vec<Message>, render: &Render<'_, '_>) {
    let ignoring = |object: &input::objects::Object<'_, '_>| {
        let reasons = config::annotations::ignored(object.annotation(config::annotations::IGNORE)?);
        let reasons: Vec<Reason> = reasons.filter_map(Result::ok).collect();
        Some((object.resource(), reasons))
    };
    let ignoring: Vec<_> = render.objects.iter().filter_map(ignoring).collect();
    if ignoring.is_empty() {
        return;
    }
    messages.retain(|message| {
        let mut same = ignoring
            .iter()
            .filter(|(object, _)| Some(object) == message.object.as_ref());
        !same.any(|(_, reasons)| reasons.contains(&message.reason))
    });
}

/// Gives messages the severity that the configuration wants, drops what is not to be told, and puts them in order.
fn weigh(messages: &mut Vec<Message>, config: &Config, advice: bool) {
    for message in messages.iter_mut() {
        let stated = config.severity.as_ref();
        let stated = stated.and_then(|s| s.get(&message.reason));
        message.severity = stated.copied().unwrap_or(message.severity);
    }
    messages.retain(|m| match m.severity {
        Severity::Ignore => false,
        Severity::Advice => advice,
        Severity::Info | Severity::Warning | Severity::Error => true,
    });
    messages.sort_by_key(|m| match &m.place {
        Some(at) => (at.source, at.range.start, m.reason),
        None => (usize::MAX, 0, m.reason),
    });
}

/// A failure, with the ResourceList that tells it where the input is one.
fn fail<'s>(opened: &[Opened<'s>], mut messages: Vec<Message>) -> Failure<'s> {
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
