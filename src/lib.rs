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
//! [`rewrite`] has all steps on one screen.

mod config;
mod drain;
mod input;
mod model;
mod out;
mod outcome;
mod routes;
mod say;
pub mod simulate;
mod tables;
mod weigh;

pub use config::{
    API_VERSION, BackendRule, ClassRule, Config, ExistingHooks, Handler, KIND, KubernetesVersion,
    MAX_SECONDS, OnError, Seconds, SetPreStop, function_config, parse as parse_config,
    place_in_config,
};
#[cfg(feature = "schema")]
pub use config::{function_definition, json_schema};
pub use input::Source;
pub use lossless_yaml::{Position, Splice, position};
pub use model::{
    Address, Behind, Container, Counts, Coverage, Covered, Exposed, FieldEdit, FieldPath, Grace,
    Handler as WrittenHandler, Hook, NewValue, NoHook, NotASleep, Number, ObjectRef, Origin,
    PackageFile, Place, Placed, Plan, Role, Rollout, Selecting, Sleep, Way,
};
#[cfg(feature = "patches")]
pub use out::diff::diff;
pub use out::escape::{Escaping, escaped, file_name};
#[cfg(feature = "schema")]
pub use out::json::answer_schema;
#[cfg(feature = "json")]
pub use out::json::{Answer, Ending};
pub use out::manifests::Output;
pub use out::place::Positions;
pub use out::text::write_message;
#[cfg(feature = "json")]
pub use out::writer::json;
#[cfg(feature = "cli")]
pub use out::{
    explain::{Drawing, draws},
    github::write_command,
    sarif::Sarif,
    snippet::{Look, write_picture},
};
pub use outcome::{Ended, Failure, Outcome, Settings};
#[cfg(feature = "cli")]
pub use say::explain::Tense;
pub use say::{Label, Message, Reason, Severity, nearest};
pub use tables::{RouteRow, WorkloadRow};

use drain::decide::{Planned, Planner};
use input::objects::{Object, Render};
use input::parallel::Team;
use input::{Chunks, Opened};
use outcome::Decided;
use say::drain::Mood;
use tables::Tables;
use weigh::Ignored;

/// Reads the sources as one set of manifests and adds the hooks and grace periods that its workloads need.
///
/// # Errors
/// The input, configuration, annotations or objects are invalid, an edit would change
/// something else, or `fail_on` or `severity` turns a message into an error.
pub fn rewrite<'s>(
    sources: &[Source<'s>],
    settings: &Settings,
) -> Result<Outcome<'s>, Failure<'s>> {
    let team = Team::of(settings.threads);
    let mut opened = input::open(sources, settings.among_files, &team)
        .map_err(|message| Failure::new(&[], vec![message]))?;
    run(&mut opened, settings, &team).map_err(|stop| match stop {
        Stop::Unread(message) => Failure::new(&[], vec![message]),
        Stop::Told(messages) => Failure::new(&opened, messages),
    })
}

/// What stops a run.
enum Stop {
    /// Unreadable input: there is nothing to pass on.
    Unread(Message),
    /// Anything else: a ResourceList is passed on with its items unchanged.
    Told(Vec<Message>),
}

impl From<Message> for Stop {
    fn from(message: Message) -> Stop {
        Stop::Told(vec![message])
    }
}

fn run<'s>(
    opened: &mut [Opened<'s>],
    settings: &Settings,
    team: &Team,
) -> Result<Outcome<'s>, Stop> {
    let config = input::configure(opened, &settings.config).map_err(Stop::Told)?;
    let tables = config.tables();
    let tables = tables.map_err(|error| say::config::row(&error.column, &error.message))?;
    let mut decided = decide(opened, &config, &tables, settings, team)?;
    let check = config.check == Some(true);
    let outputs = loop {
        let written = if check && !settings.preview {
            &[][..]
        } else {
            &decided.plans
        };
        let (chunks, messages) = (&decided.chunks, &decided.messages);
        match out::manifests::write(opened, chunks, written, messages, team) {
            Ok(outputs) => break outputs,
            Err(refused) if skips(&config) && decided.leave_out(&refused) => {
                decided.messages.extend(refused);
                weigh::sort(&mut decided.messages);
            }
            Err(refused) => return Err(Stop::Told(refused)),
        }
    };
    let is_resource_list = opened.iter().any(|open| open.list.is_some());
    Ok(decided.ended(outputs, check, is_resource_list))
}

/// Whether an error in one object leaves the others to be done.
fn skips(config: &Config) -> bool {
    config.on_error == Some(OnError::Skip)
}

fn decide<'s>(
    opened: &mut [Opened<'s>],
    config: &Config,
    tables: &Tables,
    settings: &Settings,
    team: &Team,
) -> Result<Decided<'s>, Stop> {
    let check = config.check == Some(true);
    let list = opened.iter().any(|o| o.list.is_some());
    let advice = settings.advice || list || check;
    let reads = |kind: &str| tables.reads(kind);
    let kind = |kind: &str| settings.parse_everything || reads(kind);
    let wanted = input::ToParse::new(&kind, advice);
    let mut chunks = input::parse(opened, team, &wanted).map_err(Stop::Unread)?;
    // The results of a ResourceList go with the changed items, whoever shows them.
    let mood = Mood::of(check, settings.preview && !list);
    let known = know(opened, &chunks, config, tables, settings, team)?;
    chunks.keep_those_of(&known.plans);
    let Known { plans, told, .. } = known;
    let changes: usize = plans.iter().map(Plan::changes).sum();
    // They are the greatest part of what is kept, so their number is counted.
    let [decided, others] = told;
    let mut messages = Vec::with_capacity(decided.len() + changes + others.len() + 8);
    messages.extend(decided);
    for plan in &plans {
        say::drain::changes(plan, mood, &mut messages);
    }
    messages.extend(others);
    routes::name_near_kind(&mut messages, opened, tables);
    known.ignored.drop_from(&mut messages);
    if settings.gate && !known.has_objects {
        messages.extend(input::nothing_to_check(opened, &messages));
    }
    if settings.one_folder {
        let sources: Vec<Source<'s>> = opened.iter().map(|o| o.source).collect();
        weigh::two_folders(&mut messages, &sources);
    }
    weigh::weigh(&mut messages, config, advice);
    if weigh::stops(&mut messages, settings.fail_on, skips(config)) {
        return Err(Stop::Told(messages));
    }
    let errors = messages.iter().filter(|m| m.is_of_one_object());
    let errors: Vec<Message> = errors.cloned().collect();
    let mut decided = Decided {
        routes: known.routes,
        services: known.services,
        coverage: known.coverage,
        #[cfg(feature = "patches")]
        patched: known.patched,
        chunks,
        plans,
        messages,
    };
    decided.leave_out(&errors);
    Ok(decided)
}

/// What is known of the objects once they are not needed any more.
struct Known {
    plans: Vec<Plan>,
    /// What routes and plans have to tell, and what objects do.
    told: [Vec<Message>; 2],
    ignored: Ignored,
    has_objects: bool,
    routes: usize,
    services: usize,
    coverage: Coverage,
    #[cfg(feature = "patches")]
    patched: Vec<out::patched::Patched>,
}

/// Follows the routes to the workloads, and plans those.
fn know(
    opened: &[Opened<'_>],
    chunks: &Chunks<'_>,
    config: &Config,
    tables: &Tables,
    settings: &Settings,
    team: &Team,
) -> Result<Known, Stop> {
    let found = input::resources(opened, chunks);
    let sources: Vec<Source<'_>> = opened.iter().map(|o| o.source).collect();
    let addresses = settings.addresses;
    let namespace = config.namespace.as_deref();
    let (render, mut others) = Render::new(&sources, &found, namespace, team);
    let trace = routes::Tracer::new(&render, tables, config, addresses, team).run()?;
    let planned = Planner::new(&render, tables, config).run(&trace, team);
    let Planned { plans, messages } = planned;
    let reads = |kind: &str| tables.reads(kind);
    others.extend(input::read_otherwise(opened, chunks, &found, &reads));
    others.extend(input::no_objects(opened, &render, |k| tables.knows(k)));
    let mut told = trace.messages;
    told.extend(messages);
    Ok(Known {
        #[cfg(feature = "patches")]
        patched: out::patched::of(if settings.patches { &plans } else { &[] }, &render, tables),
        plans,
        told: [told, others],
        ignored: Ignored::of(&render),
        has_objects: render.objects.iter().any(Object::is_object),
        routes: trace.routes,
        services: trace.services,
        coverage: trace.coverage,
    })
}
