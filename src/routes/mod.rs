//! The trace: route → Service → workload. It uses the input's objects and the tables, and knows neither hooks nor edits.
//!
//! ```text
//!  route ──references──▶ Service ──selector──▶ pod template
//!    │ class rules, namespace      │ namespace        │
//!    └──▶ seconds of this path ◀───┘ annotations      └──▶ Backend: a template and the paths that lead to it
//! ```
//!
//! docs/reference.md, sections 2 and 3.1.

mod classes;
mod controller;
mod coverage;
mod entry;
mod follow;
mod pods;
mod reading;
mod select;
mod services;
mod stray;
mod tell;
mod unknown;

pub(crate) use unknown::name_near_kind;

use crate::config::Config;
use crate::config::annotations::{Annotations, Inject, Roles};
use crate::input::objects::{Object, Render};
use crate::input::parallel::Team;
use crate::model::{Coverage, Sleep, Way};
use crate::say::{Message, routes as say};
use crate::tables::path::{Steps, VisitBudget};
use crate::tables::references::Addresses;
use crate::tables::{Controller, On, Tables};
use controller::{ClassKind, Policies};
use follow::{Namesakes, ObjectKey};
use lossless_yaml::{Node, sort_by};
use pods::{AllPods, Visits};
use reading::{Reading, Readings, Referring};
use services::ServiceKind;
use smallvec::SmallVec;
use std::cell::{OnceCell, RefCell};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use tell::Once;

/// How many nodes the paths of the tables may visit for each byte of the input. A document without aliases has fewer
/// nodes than bytes, and a row has about a dozen paths, so only aliases of aliases need more.
const VISITS_PER_BYTE: usize = 64;

/// How many paths to one template are kept; of the others only those that ask for a longer sleep.
const MOST_WAYS: usize = 100;

/// How many comparisons of selectors and templates a run makes. A selector is compared once, with the templates that have its
/// rarest label, so only thousands of different selectors for thousands of workloads need more.
const MOST_FOLLOWED: usize = 4_000_000;

/// How many names are compared for suggestions in one run, and for each object; after that there are no more suggestions.
const MOST_COMPARISONS: (usize, usize) = (10_000, 20);

/// Why the trace was given up.
#[derive(Clone, Debug, PartialEq, Eq)]
enum TraceError {
    /// The object with this index has more nodes than may be visited.
    TooLarge(usize),
    /// The selector of the object with this index exceeds the limit of comparisons.
    TooManyWays(usize),
}

/// A pod template of a workload.
#[derive(Clone, Debug)]
pub(crate) struct Template<'t, 's> {
    /// Index of the workload's object.
    pub(crate) object: usize,
    /// The path from the object to the template; empty for a bare Pod.
    pub(crate) path: Steps,
    pub(crate) node: Node<'t, 's>,
}

/// One path from a route to a pod template, by the indexes of its objects.
#[derive(Clone, Debug)]
struct Link<'t> {
    /// In the order of the ways.
    number: usize,
    /// The route; `None` if a Service or workload is included without one.
    route: Option<usize>,
    /// The Service; `None` for a route that names the workload itself.
    service: Option<usize>,
    /// The class that set the sleep.
    class: Option<&'t str>,
    sleep: Sleep,
}

impl Link<'_> {
    /// Whether it is the same way.
    fn is(&self, other: &Link<'_>) -> bool {
        (self.route, self.service) == (other.route, other.service)
            && self.sleep == other.sleep
            && self.class == other.class
    }
}

/// A pod template that must drain, and why.
#[derive(Clone, Debug)]
pub(crate) struct Backend {
    /// Index among [`Trace::templates`].
    pub(crate) template: usize,
    /// The paths that lead to it; empty if its own annotation includes it and no Service selects it.
    pub(crate) ways: Arc<[Way]>,
    /// The annotations of the workload and the template.
    pub(crate) annotations: Annotations,
}

/// What the trace found.
#[derive(Debug, Default)]
pub(crate) struct Trace<'t, 's> {
    pub(crate) templates: Vec<Template<'t, 's>>,
    /// In the order of the templates.
    pub(crate) backends: Vec<Backend>,
    pub(crate) coverage: Coverage,
    /// Routes that count.
    pub(crate) routes: usize,
    /// Services that a route or the configuration leads to.
    pub(crate) services: usize,
    pub(crate) messages: Vec<Message>,
}

/// What every step of the trace uses.
pub(crate) struct Tracer<'a, 't, 's> {
    render: &'a Render<'t, 's>,
    tables: &'a Tables,
    config: &'a Config,
    roles: Vec<Roles>,
    /// What each route refers to, until it is followed.
    referring: Vec<Option<Box<Referring<'t, 's>>>>,
    /// By the index of the object that has them.
    annotations: BTreeMap<usize, Annotations>,
    templates: Vec<Template<'t, 's>>,
    /// Templates by one of their labels.
    labels: HashMap<(&'t str, &'t str), Labelled<'t>>,
    pods: AllPods<'t>,
    routes: BTreeSet<usize>,
    /// The Services that were led to, by their index, and what is behind each.
    services: BTreeMap<usize, ServiceKind<'t>>,
    /// Those of them that lead on to a workload.
    reaching: BTreeSet<usize>,
    /// Routes or Services that a rule or an annotation excluded, so no message says that they are missing.
    taken_out: bool,
    /// Services that a controller creates at run time: for each name the namespaces, and the object that asks for it.
    made: HashMap<String, Vec<(Option<&'t str>, usize)>>,
    /// Objects that do not change because a controller owns them, by kind.
    owned: BTreeMap<&'t str, usize>,
    /// Routes that do not count, and why.
    uncounted: Vec<(usize, Uncounted)>,
    /// Classes that routes have.
    classes_seen: BTreeSet<Option<&'t str>>,
    /// Classes of routes that a rule skips.
    skipped: BTreeSet<Option<&'t str>>,
    /// The default IngressClass, once it was looked for.
    default_class: OnceCell<Option<&'t str>>,
    /// The kinds of classes that the input has, once they were looked for.
    class_kinds: OnceCell<SmallVec<[&'static ClassKind; 2]>>,
    /// The controllers that the annotations of objects identify.
    signs: HashMap<(On, usize), Option<&'static Controller>>,
    policies: Policies<'t>,
    /// Whether it is asked for what routes say of hosts and paths.
    addresses_wanted: bool,
    /// What they say, once it was looked for.
    addresses: RefCell<HashMap<usize, Addresses>>,
    told: BTreeSet<Once<'t>>,
    visits: VisitBudget,
    /// The object with more nodes than may be visited.
    too_large: Option<usize>,
    /// The number of comparisons of selectors and templates, and the object that exceeded the limit.
    followed: usize,
    beyond: Option<usize>,
    /// Ways that have been followed.
    number: usize,
    /// The visits to names that several objects have, and to objects that lead on.
    namesakes: HashMap<ObjectKey, Namesakes>,
    visited: HashMap<usize, Visits>,
    /// For objects that only lead on: where that ends.
    shortcuts: HashMap<usize, usize>,
    /// Whether an object that leads on leads to anything.
    leads: HashMap<usize, bool>,
    /// How many more names may be compared for suggestions.
    comparisons: usize,
    /// The Services of the input, once one was looked for by a similar name.
    all_services: OnceCell<Vec<usize>>,
    /// The `ReferenceGrant`s of the input.
    grants: Vec<usize>,
    messages: Vec<Message>,
}

/// Why a route does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Uncounted {
    /// The reason in its row.
    ByRow,
    /// It names no Service.
    NamesNone,
}

/// What identifies an object: group, kind, namespace and name.
type Identity<'t> = (&'t str, &'t str, Option<&'t str>, &'t str);

/// Templates by namespace, in the order of the namespaces.
type Labelled<'t> = SmallVec<[(Option<&'t str>, usize); 1]>;

/// The namespaces to look in: that of the reference, or that of the object that has it.
type WantedNamespace<'n> = Option<&'n str>;

impl<'a, 't, 's> Tracer<'a, 't, 's> {
    /// Reads what every object says by itself, by these threads.
    pub(crate) fn new(
        render: &'a Render<'t, 's>,
        tables: &'a Tables,
        config: &'a Config,
        addresses_wanted: bool,
        team: &Team,
    ) -> Self {
        let readings = Readings::new(render, tables, config, team);
        let mut tracer = Tracer {
            render,
            tables,
            config,
            roles: Vec::with_capacity(render.objects.len()),
            referring: Vec::with_capacity(render.objects.len()),
            annotations: BTreeMap::new(),
            templates: Vec::new(),
            labels: HashMap::new(),
            pods: AllPods::default(),
            routes: BTreeSet::new(),
            services: BTreeMap::new(),
            reaching: BTreeSet::new(),
            taken_out: false,
            made: HashMap::new(),
            owned: BTreeMap::new(),
            uncounted: Vec::new(),
            classes_seen: BTreeSet::new(),
            skipped: BTreeSet::new(),
            default_class: OnceCell::new(),
            class_kinds: OnceCell::new(),
            signs: HashMap::new(),
            policies: HashMap::new(),
            addresses_wanted,
            addresses: RefCell::default(),
            told: BTreeSet::new(),
            visits: readings.visits,
            too_large: readings.too_large,
            followed: 0,
            beyond: None,
            number: 0,
            namesakes: HashMap::new(),
            visited: HashMap::new(),
            shortcuts: HashMap::new(),
            leads: HashMap::new(),
            comparisons: MOST_COMPARISONS.0 + MOST_COMPARISONS.1 * render.objects.len(),
            all_services: OnceCell::new(),
            grants: Vec::new(),
            messages: Vec::new(),
        };
        for ((index, object), reading) in render.objects.iter().enumerate().zip(readings.all) {
            tracer.take(index, object, reading);
        }
        tracer.read_policies();
        tracer.pods = AllPods::new(tracer.templates.len());
        let labelled = tracer.labels.values_mut();
        labelled.for_each(|templates| sort_by(templates, &mut Ord::cmp));
        tracer
    }

    fn take(&mut self, index: usize, object: &Object<'t, 's>, reading: Reading<'t, 's>) {
        self.roles.push(reading.roles);
        self.referring.push(reading.route);
        if let Some(annotations) = reading.annotations {
            self.annotations.insert(index, *annotations);
        }
        for ((path, node), labels) in reading.templates.into_iter().zip(reading.labels) {
            let template = self.templates.len();
            for label in labels {
                let templates = self.labels.entry(label).or_default();
                templates.push((object.namespace, template));
            }
            self.templates.push(Template {
                object: index,
                path,
                node,
            });
        }
        if let Some(key) = reading.excludes {
            self.tell_excludes_none(object, key);
        }
        self.messages.extend(reading.messages);
    }

    /// The annotations of an object, if it has any.
    fn annotations(&self, index: usize) -> Annotations {
        self.annotations.get(&index).cloned().unwrap_or_default()
    }

    fn is_disabled(&self, index: usize) -> bool {
        self.annotations
            .get(&index)
            .is_some_and(|a| a.inject == Some(Inject::Disabled))
    }

    /// Follows every route, and what is included without one.
    ///
    /// # Errors
    /// More nodes or ways than a run looks at.
    pub(crate) fn run(mut self) -> Result<Trace<'t, 's>, Message> {
        if let Some(index) = self.too_large {
            return Err(self.stop(&TraceError::TooLarge(index)));
        }
        self.read_made();
        for index in 0..self.render.objects.len() {
            self.follow_route(index)
                .map_err(|error| self.stop(&error))?;
        }
        self.follow_load_balancers();
        let listed = self.follow_backends();
        let enabled = self.follow_enabled();
        self.tell_services();
        self.tell_unknown_kinds();
        self.tell_rows();
        self.tell_rules();
        let backends = self.backends();
        if !self.owned.is_empty() {
            let owned: Vec<_> = self.owned.iter().map(|(kind, n)| (*kind, *n)).collect();
            self.messages.push(say::owned(&owned));
        }
        let (coverage, serving) = self.coverage(&backends);
        if let Some(index) = self.beyond {
            return Err(self.stop(&TraceError::TooManyWays(index)));
        }
        let asked = listed || enabled || !backends.is_empty();
        self.tell_unreached(&coverage, serving, asked);
        Ok(Trace {
            templates: self.templates,
            backends,
            coverage,
            routes: self.routes.len(),
            services: self.services.len(),
            messages: self.messages,
        })
    }

    fn stop(&self, error: &TraceError) -> Message {
        let (index, message) = match error {
            TraceError::TooLarge(index) => (index, say::too_large()),
            TraceError::TooManyWays(index) => (index, say::too_many_ways()),
        };
        match self.render.get(*index) {
            Some(object) => object.about(message, object.node()),
            None => message,
        }
    }
}
