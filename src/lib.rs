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
    MAX_SECONDS, Seconds, SetPreStop, function_config, parse as parse_config,
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
pub use out::escape::{Escaping, escaped};
#[cfg(feature = "schema")]
pub use out::json::answer_schema;
#[cfg(feature = "json")]
pub use out::json::{Answer, Ending, json, json_line};
pub use out::manifests::Output;
pub use out::place::Positions;
pub use out::text::write_message;
#[cfg(feature = "cli")]
pub use out::{
    diff::diff,
    explain::{Drawing, draws},
    github::write_command,
    sarif::Sarif,
    snippet::{Look, picture},
};
pub use outcome::{Ended, Failure, Outcome, Settings};
#[cfg(feature = "cli")]
pub use say::explain::Tense;
pub use say::{Label, Message, Reason, Severity};
pub use tables::{RouteRow, WorkloadRow};

use drain::decide::{Planned, Planner};
use input::Opened;
use input::objects::{Render, Shadowed};
use say::drain::Mood;
use tables::Tables;

/// Reads the sources as one set of manifests and adds the hooks and grace periods that its workloads need.
///
/// # Errors
/// The input, configuration, annotations or objects are invalid, an edit would change
/// something else, or `fail_on` or `severity` turns a message into an error.
pub fn rewrite<'s>(
    sources: &[Source<'s>],
    settings: &Settings,
) -> Result<Outcome<'s>, Failure<'s>> {
    let mut opened = input::open(sources, settings.among_files)
        .map_err(|message| Failure::new(&[], vec![message]))?;
    run(&mut opened, settings).map_err(|stop| match stop {
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

fn run<'s>(opened: &mut [Opened<'s>], settings: &Settings) -> Result<Outcome<'s>, Stop> {
    let config = input::configure(opened, &settings.config).map_err(Stop::Told)?;
    let tables = Tables::new(
        config.routes.as_deref().unwrap_or_default(),
        config.workloads.as_deref().unwrap_or_default(),
    )
    .map_err(|error| say::config::row(&error.column, &error.message))?;
    let known = |kind: &str| tables.reads(kind);
    let matters = |kind: &str| settings.parse_everything || known(kind);
    let check = config.check == Some(true);
    let list = opened.iter().any(|o| o.list.is_some());
    let advice = settings.advice || list || check;
    let wanted = input::Wanted {
        kind: &matters,
        pods: advice,
    };
    let chunks = input::parse(opened, settings.threads, &wanted).map_err(Stop::Unread)?;
    let found = input::resources(opened, &chunks);
    let sources: Vec<Source<'s>> = opened.iter().map(|o| o.source).collect();
    let (render, shadowed) = Render::new(&sources, &found, config.namespace.as_deref());
    let trace = routes::Tracer::new(&render, &tables, &config).run()?;
    let (counts, coverage) = ((trace.routes, trace.services), trace.coverage.clone());
    let Planned { plans, messages } = Planner::new(&render, &tables, &config).run(&trace);
    // The results of a ResourceList go with the changed items, whoever shows them.
    let mood = match (check, settings.preview && !list) {
        (true, _) => Mood::Missing,
        (false, true) => Mood::Would,
        (false, false) => Mood::Done,
    };
    let changes = plans
        .iter()
        .flat_map(|plan| say::drain::changes(plan, mood));
    let mut messages: Vec<Message> = trace
        .messages
        .into_iter()
        .chain(messages)
        .chain(changes)
        .chain(shadowed.iter().map(told_shadowed))
        .chain(input::read_otherwise(opened, &chunks, &found, &known))
        .collect();
    name_near_kind(&mut messages, opened, &tables);
    weigh::beside_unread(&mut messages, || input::holds_a_kind(opened));
    weigh::drop_ignored(&mut messages, &render);
    if settings.gate {
        messages.extend(weigh::nothing_checked(opened, &render));
    }
    if settings.one_folder {
        weigh::two_folders(&mut messages, &sources);
    }
    weigh::weigh(&mut messages, &config, advice);
    if weigh::stops(&mut messages, settings.fail_on) {
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
    #[cfg(feature = "patches")]
    let addresses = if settings.patches {
        out::address::of(&plans, &render, &tables)
    } else {
        Vec::new()
    };
    Ok(Outcome {
        outputs,
        ended: Ended::of(check, &messages),
        messages,
        plans,
        counts,
        coverage,
        is_resource_list: list,
        #[cfg(feature = "patches")]
        addresses,
    })
}

/// Says in `NoRoute` which kind may have been meant for a route's.
fn name_near_kind(messages: &mut [Message], opened: &[Opened<'_>], tables: &Tables) {
    let mut no_route = messages.iter_mut().filter(|m| m.reason == Reason::NoRoute);
    if let Some(message) = no_route.next()
        && let Some((place, found, meant)) =
            input::nearly_a_kind(opened, &tables.route_kinds(), |kind| tables.reads(kind))
    {
        say::routes::nearly_a_route(message, found, meant, place);
    }
}

fn told_shadowed((context, own): &Shadowed<'_, '_>) -> Message {
    let (place, own) = (context.placed().place, own.placed().place);
    say::input::shadowed(&context.resource(), place, own)
}
