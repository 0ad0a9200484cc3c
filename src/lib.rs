#![doc = include_str!("../README.md")]
//!
//! # The library
//!
//! Text in, text and messages out; no files, no environment, no clock.
//!
//! ```text
//! Sources ─input→ chunks ─render→ objects ─trace→ backends ─plan→ plans ─apply→ splices
//!                              tables ↗        hook, budget ↗       ↘ messages → results
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
mod tables;

pub use config::{
    API_VERSION, BackendRule, ClassRule, Config, ConfigError, ExistingHooks, Handler, KIND,
    KubernetesVersion, MAX_SECONDS, Seconds, SetPreStop, is_function_config, parse as parse_config,
};
#[cfg(feature = "schema")]
pub use config::{function_definition, json_schema};
pub use input::Source;
pub use model::{
    Change, ContainerPlan, GracePlan, Location, PackageFile, Plan, ResourceRef, Written,
};
pub use out::explain::explain;
pub use say::{Message, Reason, Severity};
pub use set_prestop_yaml::{Position, Splice, position};
pub use tables::{RouteRow, WorkloadRow};

use drain::decide;
use input::objects;
use input::parallel::in_order;
use input::{Chunk, Chunks, Opened, ResourceList};
use out::{manifests, results};
use set_prestop_yaml::{Edit, EditError, Scratch};
use std::fmt;

/// How a run is done, beside the functionConfig that a ResourceList brings.
#[derive(Clone, Debug, Default)]
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
    /// Whether what can't matter is parsed too. The answer is the same, but that a fault in it is found.
    pub parse_everything: bool,
}

/// The text of a source, changed.
#[derive(Clone, Debug)]
pub struct Output<'s> {
    /// The source.
    pub source: Source<'s>,
    /// What is replaced in its text: sorted, disjoint, as byte offsets in the original.
    pub splices: Vec<Splice>,
}

impl Output<'_> {
    /// Whether a byte differs from the source.
    #[must_use]
    pub fn is_changed(&self) -> bool {
        !self.splices.is_empty()
    }

    /// The new text as slices, those of the source not copied.
    pub fn pieces(&self) -> impl Iterator<Item = &str> {
        set_prestop_yaml::pieces(self.source.text, &self.splices)
    }

    /// The unified diff from the source to the new text, 3 lines of context; empty where nothing changed.
    #[must_use]
    pub fn diff(&self) -> String {
        set_prestop_yaml::unified_diff(
            self.source.name,
            self.source.name,
            self.source.text,
            &self.splices,
        )
    }
}

impl fmt::Display for Output<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.pieces().try_for_each(|piece| f.write_str(piece))
    }
}

/// What was found and changed, as the last line on stderr says it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Routes that count.
    pub routes: usize,
    /// Services that they lead to.
    pub services: usize,
    /// Pod templates behind those.
    pub workloads: usize,
    /// Fields that are written, or with `check` would be.
    pub changes: usize,
}

/// A run that came to its end.
#[derive(Debug)]
pub struct Outcome<'s> {
    /// One for each source, in their order.
    pub outputs: Vec<Output<'s>>,
    /// What is to be told, in the order of the input.
    pub messages: Vec<Message>,
    /// What was decided for each pod template that has to drain.
    pub plans: Vec<Plan>,
    /// What was found.
    pub counts: Counts,
    /// Whether the input is a ResourceList, so that the messages stand in its `results`.
    pub is_resource_list: bool,
    /// Whether changes were only looked for (`check`).
    pub is_check: bool,
    /// Whether some were found: exit 1.
    pub pending: bool,
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

/// Reads the sources as one render and gives each the hooks and grace periods that its workloads need.
///
/// # Errors
/// Input, configuration, annotations or resources that can't be read, an edit that can't be made without touching
/// something else, or a message that `fail_on` or `severity` turns into an error.
pub fn rewrite<'s>(
    sources: &[Source<'s>],
    settings: &Settings,
) -> Result<Outcome<'s>, Failure<'s>> {
    let mut opened = input::open(sources).map_err(Failure::unread)?;
    let is_resource_list = opened.iter().any(|o| o.list.is_some());
    let config = match configure(sources, &opened, &settings.config) {
        Ok(config) => config,
        Err(message) => return Err(fail(&opened, vec![message])),
    };
    let check = config.check == Some(true);
    let tables = match tables::Tables::new(
        config.routes.as_deref().unwrap_or_default(),
        config.workloads.as_deref().unwrap_or_default(),
    ) {
        Ok(tables) => tables,
        Err(error) => return Err(fail(&opened, vec![row_message(&error)])),
    };
    let matters = |kind: &str| {
        settings.parse_everything
            || tables.knows(kind)
            || ["Service", "IngressClass", "GatewayClass"].contains(&kind)
    };
    let chunks = input::parse(&mut opened, settings.threads, &matters).map_err(Failure::unread)?;
    let (mut messages, plans, mut counts) = {
        let places = input::resources(&opened, &chunks);
        let render = objects::Render::new(sources, &places, config.namespace.as_deref());
        let trace = match routes::Tracer::new(&render, &tables, &config).run() {
            Ok(trace) => trace,
            Err(error) => return Err(fail(&opened, vec![trace_message(&error, &render)])),
        };
        let planned = decide::Planner::new(&render, &tables, &config, check).run(&trace);
        let counts = Counts {
            routes: trace.routes,
            services: trace.services,
            workloads: planned.plans.len(),
            changes: planned.plans.iter().map(Plan::edits).sum(),
        };
        let mut messages = trace.messages;
        messages.extend(planned.messages);
        (messages, planned.plans, counts)
    };
    weigh(&mut messages, &config, settings, is_resource_list || check);
    let pending = check && messages.iter().any(|m| m.reason == Reason::ChangePending);
    if messages
        .iter()
        .any(|m| m.severity == Severity::Error && m.reason != Reason::ChangePending)
    {
        return Err(fail(&opened, messages));
    }
    if let Some(limit) = settings.fail_on
        && let Some(first) = messages
            .iter()
            .find(|m| m.severity >= limit && m.reason != Reason::ChangePending)
    {
        let text = format!(
            "stopped because of {}[{}]: `--fail-on {limit}` is set",
            first.severity,
            first.reason.name()
        );
        let help = "do what it says, or give it another weight in `severity`";
        messages.push(Message::new(Reason::FailOn, text).help(help));
        return Err(fail(&opened, messages));
    }
    if pending {
        counts.changes = messages
            .iter()
            .filter(|m| m.reason == Reason::ChangePending)
            .count();
    }
    let written: &[Plan] = if check && !settings.preview {
        &[]
    } else {
        &plans
    };
    match write(&opened, &chunks, written, &messages, settings.threads) {
        Ok(outputs) => Ok(Outcome {
            outputs,
            messages,
            plans,
            counts,
            is_resource_list,
            is_check: check,
            pending,
        }),
        Err(refused) => Err(fail(&opened, vec![*refused])),
    }
}

/// The settings: what is stated outside the input wins over the functionConfig.
fn configure(
    sources: &[Source<'_>],
    opened: &[Opened<'_>],
    stated: &Config,
) -> Result<Config, Message> {
    let mut config = stated.clone();
    for (index, open) in opened.iter().enumerate() {
        let Some(node) = open
            .list
            .as_ref()
            .and_then(|list| list.field("functionConfig"))
        else {
            continue;
        };
        if node.kind() == set_prestop_yaml::Kind::Null {
            continue;
        }
        let below = config::read(node).map_err(|error| {
            let mut message = error.message("functionConfig");
            message.location = input::locate(sources, index, 1, error.offset);
            message
        })?;
        config = config.over(below);
    }
    Ok(config)
}

fn row_message(error: &tables::RowError) -> Message {
    Message::new(Reason::BadConfiguration, error.message.clone())
        .field(format!("spec.{}", error.column))
        .help("correct this column of the row; docs/routes.md shows the built-in rows")
}

fn trace_message(error: &routes::TraceError, render: &objects::Render<'_, '_>) -> Message {
    let (index, text, help) = match error {
        routes::TraceError::TooLarge(index) => (
            index,
            "the resource has more nodes than may be visited, as where aliases stand within aliases",
            "write the resource without aliases of aliases",
        ),
        routes::TraceError::TooManyWays(index) => (
            index,
            "there are more ways from routes to workloads than are followed, as where hundreds of objects share a name",
            "render one environment at a time, or state namespaces",
        ),
    };
    let message = Message::new(Reason::LimitReached, text).help(help);
    match render.get(*index) {
        Some(object) => render.about(message, object, object.node()),
        None => message,
    }
}

/// Gives messages the weight that the configuration wants, drops what is not to be told, and puts them in order.
fn weigh(messages: &mut Vec<Message>, config: &Config, settings: &Settings, advice: bool) {
    for message in messages.iter_mut() {
        let stated = config
            .severity
            .as_ref()
            .and_then(|s| s.get(message.reason.name()));
        message.severity = stated.copied().unwrap_or(message.severity);
    }
    let wanted = |m: &Message| match m.severity {
        Severity::Ignore => false,
        Severity::Advice => advice || settings.advice,
        Severity::Info | Severity::Warning | Severity::Error => true,
    };
    messages.retain(wanted);
    messages.sort_by_key(|m| match &m.location {
        Some(at) => (at.source, at.document, at.line, at.column, m.reason),
        None => (usize::MAX, 0, 0, 0, m.reason),
    });
}

/// The outputs: the plans' edits chunk by chunk, and the results.
fn write<'s>(
    opened: &[Opened<'s>],
    chunks: &Chunks<'s>,
    plans: &[Plan],
    messages: &[Message],
    threads: usize,
) -> Result<Vec<Output<'s>>, Box<Message>> {
    let sources: Vec<Source<'s>> = opened.iter().map(|o| o.source).collect();
    let mut outputs: Vec<Output<'s>> = sources
        .iter()
        .map(|source| Output {
            source: *source,
            splices: Vec::new(),
        })
        .collect();
    // Plans come in the order of the text, so those of one chunk stand together.
    let place = |plan: &Plan| (plan.target.source, plan.target.chunk);
    let groups: Vec<&[Plan]> = plans.chunk_by(|a, b| place(a) == place(b)).collect();
    let edit = |scratch: &mut Scratch, group: &&[Plan]| -> Result<Vec<Splice>, EditError> {
        let Some((source, chunk)) = group.first().map(place) else {
            return Ok(Vec::new());
        };
        let list = opened.get(source).and_then(|open| open.list.as_ref());
        match (chunk.and_then(|chunk| chunks.parsed.get(chunk)), list) {
            (Some(Chunk { tree, .. }), _) => {
                let edits: Vec<Edit> = group
                    .iter()
                    .flat_map(|plan| manifests::edits(plan, tree))
                    .collect();
                tree.edit_in(&edits, scratch)
            }
            (None, Some(ResourceList::Whole(tree))) => {
                let mut edits: Vec<Edit> = group
                    .iter()
                    .flat_map(|plan| manifests::edits(plan, tree))
                    .collect();
                edits.extend(
                    tree.root()
                        .into_iter()
                        .flat_map(|root| results::edits(root, messages)),
                );
                tree.edit_in(&edits, scratch)
            }
            (None, _) => Ok(Vec::new()),
        }
    };
    for (group, splices) in groups
        .iter()
        .zip(in_order(threads, &groups, Scratch::default, edit))
    {
        let Some(first) = group.first() else { continue };
        let splices = splices.map_err(|error| Box::new(edit_message(&error, &sources, first)))?;
        if let Some(output) = outputs.get_mut(first.target.source) {
            output.splices.extend(splices);
        }
    }
    for (open, output) in opened.iter().zip(&mut outputs) {
        let Some(list) = &open.list else { continue };
        // Where items of a list that was parsed whole changed, the results went with them.
        if matches!(list, ResourceList::Whole(_)) && output.is_changed() {
            continue;
        }
        let written = results::splices(open.source.text, list, messages);
        output
            .splices
            .extend(written.map_err(|e| Box::new(results_message(&e)))?);
        output.splices.sort_by_key(|s| s.range.start);
    }
    Ok(outputs)
}

fn edit_message(error: &EditError, sources: &[Source<'_>], plan: &Plan) -> Message {
    let document = plan.location.as_ref().map_or(1, |l| l.document);
    let mut message = match error {
        EditError::Verify { .. } => Message::new(Reason::Bug, format!("the check after the edit failed: {error}"))
            .help("this is a fault of set-prestop, and nothing was written; please report it with this resource"),
        other => Message::new(Reason::EditRefused, other.to_string())
            .help("write this place of the resource in another way, or annotate the workload with `set-prestop.dev/inject: disabled`"),
    };
    message.resource = Some(plan.resource.clone());
    message.location = input::locate(sources, plan.target.source, document, error.offset());
    message
}

fn results_message(error: &EditError) -> Message {
    Message::new(
        Reason::EditRefused,
        format!("`results` can't be written: {error}"),
    )
    .help("write `results` of the ResourceList as a plain list")
    .field("results")
}

/// A failure, with the ResourceList that tells it where the input is one.
fn fail<'s>(opened: &[Opened<'s>], mut messages: Vec<Message>) -> Failure<'s> {
    // Infos tell what was done, and nothing was.
    messages.retain(|m| m.severity >= Severity::Warning);
    let list = opened
        .iter()
        .find_map(|open| open.list.as_ref().map(|list| (open.source, list)));
    let output = list.and_then(|(source, list)| {
        let splices = results::splices(source.text, list, &messages).ok()?;
        Some(Output { source, splices })
    });
    Failure {
        messages,
        output,
        is_resource_list: list.is_some(),
    }
}

impl Failure<'_> {
    /// Input that can't be read: there is nothing to hand on.
    fn unread(message: Message) -> Self {
        Failure {
            messages: vec![message],
            output: None,
            is_resource_list: false,
        }
    }
}

impl ConfigError {
    /// The error as a message; `whole` names the configuration where no field is at fault.
    #[must_use]
    pub fn message(&self, whole: &str) -> Message {
        let field = if self.field.is_empty() {
            whole
        } else {
            &self.field
        };
        Message::new(Reason::BadConfiguration, self.text.clone())
            .help(self.help.clone())
            .field(field)
    }
}
