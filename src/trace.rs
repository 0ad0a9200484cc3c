//! The trace: route → Service → workload. It knows the render and the tables; it knows no hooks and no edits.
//!
//! ```text
//!  route ──references──▶ Service ──selector──▶ pod template
//!    │ class rules, namespace      │ namespace        │
//!    └──▶ seconds of this way ◀────┘ annotations      └──▶ Backend: a template and the ways that lead to it
//! ```
//!
//! docs/reference.md, sections 2 and 3.1.

mod classes;
mod tell;

use self::classes::ClassSeconds;
use self::tell::qualified;
use crate::annotations::{self, Annotations, Inject};
use crate::config::Config;
use crate::message::{Message, Reason};
use crate::path::{Budget as Visits, List, Text};
use crate::references::{RefError, References, counts, references, target_refs};
use crate::render::{Object, Render, Roles, labels, same_namespace};
use crate::tables::{Tables, Workload};
use set_prestop_yaml::{Kind, Node};
use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;

/// The seconds where nothing says otherwise: the example of the document that this program follows.
pub(crate) const DEFAULT_SLEEP: u64 = 10;

/// How many nodes the paths of the tables may visit for each byte of the input. A document without aliases has fewer
/// nodes than bytes and a row about a dozen paths; only aliases of aliases lead to more.
const VISITS_PER_BYTE: usize = 64;

/// So many ways of one template are kept; of the others only those that make it sleep longer.
const MOST_WAYS: usize = 100;

/// How many ways from routes to Services and templates one run follows. A hundred objects of one name on each step are
/// a million, and no render has more that is meant.
const MOST_FOLLOWED: usize = 4_000_000;

/// Why the trace can't be finished.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum TraceError {
    /// The object of this index has more nodes than may be visited.
    TooLarge(usize),
    /// With the ways of the route of this index there are more than are followed.
    TooManyWays(usize),
}

/// A pod template of a workload.
#[derive(Clone, Debug)]
pub(crate) struct Template<'t, 's> {
    /// Index of the workload's object.
    pub(crate) object: usize,
    /// Names from the object to the template; none for a bare Pod.
    pub(crate) path: List<Text>,
    pub(crate) node: Node<'t, 's>,
}

/// One way from a route to a pod template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Way {
    /// Index of the route's object; `None` where a Service or workload is brought in without one.
    pub(crate) route: Option<usize>,
    /// Index of the Service's object; `None` for a route that names the workload itself.
    pub(crate) service: Option<usize>,
    /// The class that decided.
    pub(crate) class: Option<String>,
    pub(crate) seconds: u64,
    pub(crate) origin: Origin,
}

/// Where the seconds of a sleep come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// The annotation of the workload, the Service or the route.
    Annotation(&'static str),
    /// A rule of `ingressClasses`.
    ClassRule(String),
    /// `sleepSeconds`.
    Configured,
    /// The table's value of a known controller.
    Controller {
        product: &'static str,
        seconds: u64,
        class: Option<String>,
        source: &'static str,
    },
    /// Nothing said otherwise.
    Default,
}

/// A pod template that has to drain, and why.
#[derive(Clone, Debug)]
pub(crate) struct Backend {
    /// Index among [`Trace::templates`].
    pub(crate) template: usize,
    /// The ways that lead to it; empty where its own annotation brings it in and no Service selects it.
    pub(crate) ways: Vec<Way>,
    /// What the workload's and the template's annotations say.
    pub(crate) annotations: Annotations,
}

/// What the trace found.
#[derive(Debug, Default)]
pub(crate) struct Trace<'t, 's> {
    pub(crate) templates: Vec<Template<'t, 's>>,
    /// In the order of the templates.
    pub(crate) backends: Vec<Backend>,
    /// Routes that count.
    pub(crate) routes: usize,
    /// Services that a route or the configuration leads to.
    pub(crate) services: usize,
    pub(crate) messages: Vec<Message>,
}

/// What every step of the trace looks at.
pub(crate) struct Tracer<'a, 't, 's> {
    render: &'a Render<'t, 's>,
    tables: &'a Tables,
    config: &'a Config,
    roles: Vec<Roles>,
    /// By the index of the object that bears them.
    annotations: BTreeMap<usize, Annotations>,
    templates: Vec<Template<'t, 's>>,
    /// Templates by one of their labels.
    labels: HashMap<(&'t str, &'t str), Labelled<'t>>,
    /// The templates that a Service selects, by the Service's index.
    selected: HashMap<usize, Rc<[usize]>>,
    ways: Vec<Vec<Way>>,
    routes: BTreeSet<usize>,
    services: BTreeSet<usize>,
    /// Routes or Services that a rule or an annotation took out: their absence is wanted.
    taken_out: bool,
    /// Whether there is a route, be it one that names no Service.
    nameless: bool,
    /// Classes of routes that a rule skips.
    skipped: BTreeSet<Option<String>>,
    /// The IngressClass that is marked as default, once it was looked for.
    default_class: OnceCell<Option<String>>,
    told: BTreeSet<String>,
    visits: Visits,
    /// Ways that have been followed.
    followed: usize,
    messages: Vec<Message>,
}

/// What makes two objects the same one: group, kind, namespace and name.
type Identity<'t> = (&'t str, &'t str, Option<&'t str>, &'t str);

/// Templates after their namespaces, and in the order of those.
type Labelled<'t> = Vec<(Option<&'t str>, usize)>;

/// Namespaces to look in: the reference's own, or that of what bears it.
type Wanted<'n> = Option<&'n str>;

impl<'a, 't, 's> Tracer<'a, 't, 's> {
    /// Reads roles, annotations and templates of every object.
    pub(crate) fn new(render: &'a Render<'t, 's>, tables: &'a Tables, config: &'a Config) -> Self {
        let mut tracer = Tracer {
            render,
            tables,
            config,
            roles: Vec::with_capacity(render.objects.len()),
            annotations: BTreeMap::new(),
            templates: Vec::new(),
            labels: HashMap::new(),
            selected: HashMap::new(),
            ways: Vec::new(),
            routes: BTreeSet::new(),
            services: BTreeSet::new(),
            taken_out: false,
            nameless: false,
            skipped: BTreeSet::new(),
            default_class: OnceCell::new(),
            told: BTreeSet::new(),
            visits: Visits::new(
                VISITS_PER_BYTE
                    .saturating_mul(render.bytes())
                    .saturating_add(100_000),
            ),
            followed: 0,
            messages: Vec::new(),
        };
        for (index, object) in render.objects.iter().enumerate() {
            let workload = tables.workload(object.group, object.kind);
            let service = object.group.is_empty() && object.kind == "Service";
            let roles = Roles {
                route: tables.route(object.group, object.kind).is_some(),
                service,
                workload: workload.is_some(),
            };
            tracer.roles.push(roles);
            if object.is_local() {
                if object.annotation("set-prestop.dev/inject") == Some("enabled") {
                    tracer.tell_local(object);
                }
                continue;
            }
            tracer.read_annotations(index, object, roles);
            if let Some(row) = workload {
                tracer.read_templates(index, object, row);
                if let Some(why) = row.leave.as_ref().filter(|_| row.routed) {
                    let message = Message::new(Reason::LeftAlone, format!("left alone: {why}"));
                    tracer
                        .messages
                        .push(render.about(message, object, object.node()));
                }
            }
        }
        tracer.ways = vec![Vec::new(); tracer.templates.len()];
        let labelled = tracer.labels.values_mut();
        labelled.for_each(|templates| templates.sort_unstable());
        tracer
    }

    fn read_annotations(&mut self, index: usize, object: &Object<'t, 's>, roles: Roles) {
        let Some(bearer) = roles.bearer() else { return };
        let mut faults = Vec::new();
        let read = annotations::read(object.node(), bearer, &mut faults);
        self.tell_faults(object, &[], faults);
        if read != Annotations::default() {
            self.annotations.insert(index, read);
        }
    }

    fn read_templates(&mut self, index: usize, object: &Object<'t, 's>, row: &Workload) {
        for path in row.templates.iter() {
            let found = path
                .iter()
                .try_fold(object.node(), |node, name| node.get(name));
            let Some(node) = found.filter(|node| node.kind() == Kind::Mapping) else {
                continue;
            };
            let template = self.templates.len();
            for label in labels(node) {
                let templates = self.labels.entry(label).or_default();
                templates.push((object.namespace, template));
            }
            self.templates.push(Template {
                object: index,
                path: path.clone(),
                node,
            });
        }
    }

    /// The annotations of an object; none where it bears none.
    fn annotations(&self, index: usize) -> Annotations {
        self.annotations.get(&index).cloned().unwrap_or_default()
    }

    fn is_disabled(&self, index: usize) -> bool {
        self.annotations
            .get(&index)
            .is_some_and(|a| a.inject == Some(Inject::Disabled))
    }

    /// Follows every route, and what is brought in without one.
    ///
    /// # Errors
    /// More nodes or ways than a run looks at.
    pub(crate) fn run(mut self) -> Result<Trace<'t, 's>, TraceError> {
        for index in 0..self.render.objects.len() {
            self.follow_route(index)?;
        }
        self.follow_load_balancers();
        let listed = self.follow_backends();
        let enabled = self.follow_enabled();
        let backends = self.backends();
        self.tell_no_route(listed || enabled || !backends.is_empty());
        Ok(Trace {
            templates: self.templates,
            backends,
            routes: self.routes.len(),
            services: self.services.len(),
            messages: self.messages,
        })
    }

    fn follow_route(&mut self, index: usize) -> Result<(), TraceError> {
        let Some(object) = self.render.get(index) else {
            return Ok(());
        };
        if object.is_local() || !self.roles.get(index).is_some_and(|r| r.route) {
            return Ok(());
        }
        let Some(row) = self.tables.route(object.group, object.kind) else {
            return Ok(());
        };
        let too_large = |RefError::TooLarge| TraceError::TooLarge(index);
        if row.followed || !counts(row, object.node(), &mut self.visits).map_err(too_large)? {
            return Ok(());
        }
        let found = references(row, object.node(), &mut self.visits).map_err(too_large)?;
        self.nameless = true;
        if found.services.is_empty() && found.targets.is_empty() && found.follows.is_empty() {
            self.tell_unreadable(object, &found);
            return Ok(());
        }
        if self.is_disabled(index) {
            self.taken_out = true;
            return Ok(());
        }
        let Some(classes) = self.classes(object, &found) else {
            return Ok(());
        };
        let before = self.routes.len();
        self.routes.insert(index);
        let named = self.follow_references(index, found, &classes)?;
        if self.followed > MOST_FOLLOWED {
            return Err(TraceError::TooManyWays(index));
        }
        if !named && self.routes.len() > before {
            self.routes.remove(&index);
        }
        Ok(())
    }

    /// Follows what the route names, and what the objects name that it leads to. Whether they name anything.
    fn follow_references(
        &mut self,
        route: usize,
        found: References<'t, 's>,
        classes: &[ClassSeconds],
    ) -> Result<bool, TraceError> {
        let mut named = false;
        let mut visited = BTreeSet::from([route]);
        // Objects may lead to objects a hundred thousand times over: they wait in a list and not on the call stack.
        let mut waiting = Vec::new();
        let mut next = Some((route, found));
        while let Some((bearer, found)) = next.take() {
            named |= self.follow_named(route, bearer, &found, classes);
            let namespace = self.render.get(bearer).and_then(|o| o.namespace);
            let before = waiting.len();
            for follow in &found.follows {
                let wanted = follow.namespace.as_deref().or(namespace);
                let group = |group: &str| follow.groups.iter().any(|g| g == group);
                waiting.extend(self.render.named(group, &follow.kind, &follow.name, wanted));
            }
            if let Some(added) = waiting.get_mut(before..) {
                added.reverse();
            }
            while next.is_none()
                && let Some(to) = waiting.pop()
            {
                let Some(target) = self.render.get(to) else {
                    continue;
                };
                if !visited.insert(to) || self.is_disabled(to) {
                    continue;
                }
                if let Some(row) = self.tables.route(target.group, target.kind) {
                    let found = references(row, target.node(), &mut self.visits)
                        .map_err(|RefError::TooLarge| TraceError::TooLarge(to))?;
                    next = Some((to, found));
                }
            }
        }
        Ok(named)
    }

    /// Follows the Services and workloads that one object names: the route itself, or one that the route leads to.
    fn follow_named(
        &mut self,
        route: usize,
        bearer: usize,
        found: &References<'t, 's>,
        classes: &[ClassSeconds],
    ) -> bool {
        let Some(object) = self.render.get(bearer) else {
            return false;
        };
        self.tell_unreadable(object, found);
        let named = !found.services.is_empty() || !found.targets.is_empty();
        for reference in &found.services {
            let wanted = reference.namespace.as_deref().or(object.namespace);
            let services = self
                .render
                .named(str::is_empty, "Service", &reference.name, wanted);
            if services.is_empty() && !reference.only_if_present {
                self.tell_missing(object, &reference.name, wanted, reference.node);
            }
            self.tell_twice("Service", &reference.name, &services);
            for service in services {
                self.follow_service(Some(route), service, wanted, classes);
            }
        }
        for target in &found.targets {
            let group = |group: &str| target.group.as_deref().is_none_or(|g| g == group);
            for workload in self
                .render
                .named(group, &target.kind, &target.name, object.namespace)
            {
                for template in self.templates_of(workload) {
                    self.add_way(template, Some(route), None, classes);
                }
            }
        }
        named
    }

    /// The templates of a workload, or of the workload that it refers to (a Rollout's `workloadRef`).
    fn templates_of(&mut self, workload: usize) -> Vec<usize> {
        let mut found = self.own_templates(workload);
        if found.is_empty() {
            for referred in self.referred(workload) {
                found.extend(self.own_templates(referred));
            }
        }
        found
    }

    fn own_templates(&self, object: usize) -> Vec<usize> {
        // Templates stand in the order of their objects.
        let first = self.templates.partition_point(|t| t.object < object);
        let own = self
            .templates
            .iter()
            .skip(first)
            .take_while(|t| t.object == object);
        (first..first + own.count()).collect()
    }

    /// The workloads that a workload without a template of its own refers to.
    fn referred(&mut self, workload: usize) -> Vec<usize> {
        let Some(object) = self.render.get(workload) else {
            return Vec::new();
        };
        let Some(row) = self.tables.workload(object.group, object.kind) else {
            return Vec::new();
        };
        let Some(follow) = &row.follow else {
            return Vec::new();
        };
        let mut found = Vec::new();
        for target in target_refs(follow, object.node(), &mut self.visits) {
            let group = |group: &str| target.group.as_deref().is_none_or(|g| g == group);
            found.extend(
                self.render
                    .named(group, &target.kind, &target.name, object.namespace),
            );
        }
        found
    }

    fn follow_service(
        &mut self,
        route: Option<usize>,
        index: usize,
        wanted: Wanted<'_>,
        classes: &[ClassSeconds],
    ) {
        self.followed += 1;
        if self.followed > MOST_FOLLOWED {
            return;
        }
        let Some(service) = self.render.get(index) else {
            return;
        };
        let Some(namespace) = same_namespace(wanted, service.namespace) else {
            return;
        };
        if self.is_disabled(index) {
            self.taken_out = true;
            return;
        }
        let first = self.services.insert(index);
        if first && self.tell_wrong_types(service) {
            return;
        }
        let kind = service
            .node()
            .get("spec")
            .and_then(|s| s.get("type"))
            .and_then(Node::text);
        if kind == Some("ExternalName") {
            if first {
                self.warn(Reason::ExternalName, service, "spec.type",
                    "the Service is an ExternalName: what answers lies outside this cluster, and nothing is changed for it",
                    "give the pods there their preStop sleep where they are deployed");
            }
            return;
        }
        let selector = service.node().get("spec").and_then(|s| s.get("selector"));
        let Some(selector) = selector.filter(|s| s.kind() == Kind::Mapping && !s.is_empty()) else {
            if first {
                self.warn(Reason::Selectorless, service, "spec.selector",
                    "the Service has no selector: its endpoints are managed elsewhere, and nothing is changed for it",
                    "annotate the workload behind it with `set-prestop.dev/inject: enabled`");
            }
            return;
        };
        let mut reached = false;
        let selected = if let Some(known) = self.selected.get(&index) {
            Rc::clone(known)
        } else {
            let found: Rc<[usize]> = self.select(selector, service.namespace).into();
            self.selected.insert(index, Rc::clone(&found));
            found
        };
        for &template in selected.iter() {
            let object = self
                .templates
                .get(template)
                .and_then(|t| self.render.get(t.object));
            if object.is_some_and(|o| same_namespace(namespace, o.namespace).is_some()) {
                reached = true;
                self.add_way(template, route, Some(index), classes);
            }
        }
        if !reached && first {
            self.warn(Reason::ServiceSelectsNothing, service, "spec.selector",
                "the Service selects no workload of this input",
                "check its labels against those of the pod template, or render the workload together with it");
        }
        let published = service
            .node()
            .get("spec")
            .and_then(|s| s.get("publishNotReadyAddresses"));
        if reached && first && published.and_then(Node::as_bool) == Some(true) {
            self.warn(Reason::NotReadyPublished, service, "spec.publishNotReadyAddresses",
                "addresses of pods that are not ready stay published, also while they terminate: a sleep may buy nothing",
                "take `publishNotReadyAddresses` out of the Service that a route names");
        }
    }

    /// The templates whose labels hold the selector, in the Service's namespace or in one that is not known: every pair,
    /// looked up by the rarest.
    fn select(&self, selector: Node<'t, 's>, namespace: Option<&str>) -> Vec<usize> {
        // Argo Rollouts adds this key to Services at run time, and it is found in what was exported from a cluster.
        const IGNORED: &str = "rollouts-pod-template-hash";
        let mut pairs: Vec<(&str, &str)> = Vec::new();
        for (key, value) in selector.entries() {
            let key = key.text().unwrap_or_default();
            if key == IGNORED {
                continue;
            }
            match value.kind() {
                Kind::Scalar | Kind::Null => pairs.push((key, value.text().unwrap_or_default())),
                Kind::Sequence | Kind::Mapping => return Vec::new(),
            }
        }
        let candidates = |pair: &(&'t str, &'t str)| {
            let all = self.labels.get(pair).map_or(&[][..], Vec::as_slice);
            let within = |namespace: Option<&str>| {
                let first = all.partition_point(|(known, _)| *known < namespace);
                let end = all.partition_point(|(known, _)| *known <= namespace);
                all.get(first..end).unwrap_or_default()
            };
            match namespace {
                Some(_) => [within(None), within(namespace)],
                None => [all, &[]],
            }
        };
        let rarest = pairs
            .iter()
            .min_by_key(|pair| candidates(pair).map(<[_]>::len).iter().sum::<usize>());
        let Some(rarest) = rarest else {
            return Vec::new();
        };
        let holds_all = |template: &usize| {
            let node = self.templates.get(*template).map(|t| t.node);
            pairs.len() == 1
                || node.is_some_and(|node| {
                    let mut held: Vec<_> = labels(node).collect();
                    held.sort_unstable();
                    pairs.iter().all(|pair| held.binary_search(pair).is_ok())
                })
        };
        let mut found: Vec<usize> = candidates(rarest)
            .into_iter()
            .flatten()
            .map(|(_, template)| *template)
            .filter(holds_all)
            .collect();
        found.sort_unstable();
        found
    }

    fn add_way(
        &mut self,
        template: usize,
        route: Option<usize>,
        service: Option<usize>,
        classes: &[ClassSeconds],
    ) {
        self.followed += 1;
        let stated = |index: Option<usize>| {
            index
                .and_then(|i| self.annotations.get(&i))
                .and_then(|a| a.sleep)
        };
        let annotated = stated(service)
            .map(|s| (s, Origin::Annotation("the Service's annotation")))
            .or_else(|| stated(route).map(|s| (s, Origin::Annotation("the route's annotation"))));
        let greatest = classes.iter().max_by_key(|c| c.seconds);
        let Some(ways) = self.ways.get(template) else {
            return;
        };
        // Where hundreds of objects share a name everything leads to everything: more ways tell nobody more.
        if ways.len() >= MOST_WAYS {
            let seconds = annotated
                .as_ref()
                .map(|(s, _)| s.get())
                .or(greatest.map(|c| c.seconds));
            let known = ways.iter().map(|way| way.seconds).max();
            if seconds.is_none_or(|seconds| Some(seconds) <= known) {
                return;
            }
        }
        let (seconds, origin) = match (annotated, greatest) {
            (Some((seconds, origin)), _) => (seconds.get(), origin),
            (None, Some(class)) => (class.seconds, class.origin.clone()),
            (None, None) => self.without_route(),
        };
        let class = greatest.and_then(|c| c.class.clone());
        let way = Way {
            route,
            service,
            class,
            seconds,
            origin,
        };
        if let Some(ways) = self.ways.get_mut(template)
            && !ways.contains(&way)
        {
            ways.push(way);
        }
    }

    /// The sleep of what is brought in without a route: `sleepSeconds`, else the default.
    fn without_route(&self) -> (u64, Origin) {
        match self.config.sleep_seconds {
            Some(seconds) => (seconds.get(), Origin::Configured),
            None => (DEFAULT_SLEEP, Origin::Default),
        }
    }

    /// Services of type `LoadBalancer` are routes to themselves where the configuration says so.
    fn follow_load_balancers(&mut self) {
        if self.config.load_balancer_services != Some(true) {
            return;
        }
        for index in 0..self.render.objects.len() {
            let Some(service) = self.render.get(index) else {
                continue;
            };
            let spec = service.node().get("spec");
            let text = |key| {
                spec.and_then(|s: Node<'t, 's>| s.get(key))
                    .and_then(Node::text)
            };
            if !self.roles.get(index).is_some_and(|r| r.service)
                || service.is_local()
                || text("type") != Some("LoadBalancer")
            {
                continue;
            }
            if self.is_disabled(index) {
                self.taken_out = true;
            } else if let Some(seconds) =
                self.class_seconds(service, text("loadBalancerClass"), None)
            {
                self.routes.insert(index);
                self.follow_service(Some(index), index, service.namespace, &[seconds]);
            }
        }
    }

    /// The Services that the configuration's `backends` name. Whether it names any.
    fn follow_backends(&mut self) -> bool {
        let config = self.config;
        let Some(rules) = &config.backends else {
            return false;
        };
        for rule in rules {
            let wanted = rule.namespace.as_deref().or(config.namespace.as_deref());
            let services = self
                .render
                .named(str::is_empty, "Service", &rule.service, wanted);
            if services.is_empty() {
                let title = qualified(wanted, &rule.service);
                self.messages.push(
                    Message::new(
                        Reason::ServiceMissing,
                        format!(
                            "`backends` names the Service `{title}`, which is not in the input"
                        ),
                    )
                    .help(self.missing_help(&rule.service))
                    .field("spec.backends"),
                );
            }
            self.tell_twice("Service", &rule.service, &services);
            for service in services {
                self.follow_service(None, service, wanted, &[]);
            }
        }
        !rules.is_empty()
    }

    /// Services and workloads that an annotation brings in. Whether there is any.
    fn follow_enabled(&mut self) -> bool {
        let mut enabled = false;
        for index in 0..self.render.objects.len() {
            if !self
                .annotations
                .get(&index)
                .is_some_and(|a| a.inject == Some(Inject::Enabled))
            {
                continue;
            }
            enabled = true;
            if let Some(service) = self.render.get(index)
                && self.roles.get(index).is_some_and(|r| r.service)
            {
                self.follow_service(None, index, service.namespace, &[]);
            }
        }
        enabled
    }

    /// The templates that have to drain, in their order.
    fn backends(&mut self) -> Vec<Backend> {
        let mut referrers: HashMap<usize, Annotations> = HashMap::new();
        for index in 0..self.render.objects.len() {
            if self.roles.get(index).is_some_and(|r| r.workload)
                && self.annotations.contains_key(&index)
            {
                for referred in self.referred(index) {
                    referrers.insert(referred, self.annotations(index));
                }
            }
        }
        let mut backends = Vec::new();
        let mut seen: HashMap<_, usize> = HashMap::new();
        for index in 0..self.templates.len() {
            let Some(template) = self.templates.get(index).cloned() else {
                continue;
            };
            let Some(object) = self.render.get(template.object) else {
                continue;
            };
            let mut faults = Vec::new();
            let below = if template.path.is_empty() {
                Annotations::default()
            } else {
                annotations::read(template.node, annotations::Bearer::Workload, &mut faults)
            };
            self.tell_faults(object, &template.path, faults);
            let mut read = self.annotations(template.object).over(below);
            if let Some(referrer) = referrers.remove(&template.object) {
                read = referrer.over(read);
            }
            let mut ways = self
                .ways
                .get_mut(index)
                .map(std::mem::take)
                .unwrap_or_default();
            // What a route leads to sleeps as its routes say; only without one it is asked for by itself.
            if ways.iter().any(|way| way.route.is_some()) {
                ways.retain(|way| way.route.is_some());
            }
            if ways.is_empty() && read.inject != Some(Inject::Enabled) {
                continue;
            }
            if ways.is_empty() {
                self.services_of(index, &template, &mut ways);
            }
            self.tell_same_workload(template.object, &mut seen);
            backends.push(Backend {
                template: index,
                ways,
                annotations: read,
            });
        }
        backends
    }

    /// The Services that select a workload which its own annotation brings in: their annotations say how long it sleeps.
    fn services_of(&self, index: usize, template: &Template<'t, 's>, ways: &mut Vec<Way>) {
        let namespace = self.render.get(template.object).and_then(|o| o.namespace);
        for (&service, read) in &self.annotations {
            let is_service = self.roles.get(service).is_some_and(|r| r.service);
            let Some(seconds) = read
                .sleep
                .filter(|_| is_service && read.inject != Some(Inject::Disabled))
            else {
                continue;
            };
            let Some(object) = self.render.get(service) else {
                continue;
            };
            if same_namespace(namespace, object.namespace).is_none() {
                continue;
            }
            let selector = object.node().get("spec").and_then(|s| s.get("selector"));
            if selector.is_some_and(|s| self.select(s, object.namespace).contains(&index)) {
                ways.push(Way {
                    route: None,
                    service: Some(service),
                    class: None,
                    seconds: seconds.get(),
                    origin: Origin::Annotation("the Service's annotation"),
                });
            }
        }
        if ways.is_empty() {
            let (seconds, origin) = self.without_route();
            ways.push(Way {
                route: None,
                service: None,
                class: None,
                seconds,
                origin,
            });
        }
    }
}
