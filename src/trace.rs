//! The trace: route → Service → workload. It knows the render and the tables; it knows no hooks and no edits.
//!
//! ```text
//!  route ──references──▶ Service ──selector──▶ pod template
//!    │ class rules, namespace      │ namespace        │
//!    └──▶ seconds of this way ◀────┘ annotations      └──▶ Backend: a template and the ways that lead to it
//! ```
//!
//! docs/reference.md, sections 2 and 3.1.

use crate::annotations::{self, Annotations, Inject};
use crate::config::{ClassRule, Config};
use crate::hook::kind_name;
use crate::message::{Message, Reason};
use crate::path::Budget as Visits;
use crate::references::{Classes, RefError, References, counts, references, target_refs};
use crate::render::{Object, Render, Roles, labels, left_alone, same_namespace};
use crate::tables::{Controller, RowError, Shared, Tables, Workload, glob};
use set_prestop_yaml::{Kind, Node};
use std::collections::{BTreeSet, HashMap};

/// The seconds where nothing says otherwise: the example of the document that this program follows.
pub(crate) const DEFAULT_SLEEP: u64 = 10;

/// Marks an IngressClass as the one of routes without a class.
const DEFAULT_CLASS: &str = "ingressclass.kubernetes.io/is-default-class";

/// How many nodes the paths of the tables may visit for each byte of the input. A document without aliases has fewer
/// nodes than bytes and a row about a dozen paths; only aliases of aliases lead to more.
const VISITS_PER_BYTE: usize = 64;

/// Why the trace can't be finished.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum TraceError {
    /// A row of the tables, the user's or a built-in one, can't be read.
    Row(RowError),
    /// The object of this index has more nodes than may be visited.
    TooLarge(usize),
}

impl From<RowError> for TraceError {
    fn from(error: RowError) -> TraceError {
        TraceError::Row(error)
    }
}

/// A pod template of a workload.
#[derive(Clone, Debug)]
pub(crate) struct Template<'t, 's> {
    /// Index of the workload's object.
    pub(crate) object: usize,
    /// Names from the object to the template; none for a bare Pod.
    pub(crate) path: Vec<String>,
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
        product: String,
        seconds: u64,
        class: Option<String>,
        source: String,
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
    annotations: HashMap<usize, Annotations>,
    templates: Vec<Template<'t, 's>>,
    /// Templates by one of their labels.
    labels: HashMap<(&'t str, &'t str), Vec<usize>>,
    ways: Vec<Vec<Way>>,
    routes: BTreeSet<usize>,
    services: BTreeSet<usize>,
    /// Routes or Services that a rule or an annotation took out: their absence is wanted.
    taken_out: bool,
    /// Whether there is a route, be it one that names no Service.
    nameless: bool,
    /// Classes of routes that a rule skips.
    skipped: BTreeSet<Option<String>>,
    told: BTreeSet<String>,
    visits: Visits,
    messages: Vec<Message>,
}

/// What makes two objects the same one: group, kind, namespace and name.
type Identity<'t> = (&'t str, &'t str, Option<&'t str>, &'t str);

/// Namespaces to look in: the reference's own, or that of what bears it.
type Wanted<'n> = Option<&'n str>;

impl<'a, 't, 's> Tracer<'a, 't, 's> {
    /// Reads roles, annotations and templates of every object.
    ///
    /// # Errors
    /// A fault in a row of the tables.
    pub(crate) fn new(
        render: &'a Render<'t, 's>,
        tables: &'a Tables,
        config: &'a Config,
    ) -> Result<Self, RowError> {
        let mut tracer = Tracer {
            render,
            tables,
            config,
            roles: Vec::with_capacity(render.objects.len()),
            annotations: HashMap::new(),
            templates: Vec::new(),
            labels: HashMap::new(),
            ways: Vec::new(),
            routes: BTreeSet::new(),
            services: BTreeSet::new(),
            taken_out: false,
            nameless: false,
            skipped: BTreeSet::new(),
            told: BTreeSet::new(),
            visits: Visits::new(
                VISITS_PER_BYTE
                    .saturating_mul(render.bytes())
                    .saturating_add(100_000),
            ),
            messages: Vec::new(),
        };
        for (index, object) in render.objects.iter().enumerate() {
            let workload = tables.workload(object.group, object.kind)?;
            let service = object.group.is_empty() && object.kind == "Service";
            let roles = Roles {
                route: tables.route(object.group, object.kind)?.is_some(),
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
        Ok(tracer)
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

    /// Tells of annotations that can't be read, on the object or on the template at this path.
    fn tell_faults(
        &mut self,
        object: &Object<'t, 's>,
        path: &[String],
        faults: Vec<annotations::AnnotationFault>,
    ) {
        for fault in faults {
            let below = path
                .iter()
                .fold(String::new(), |below, name| below + name + ".");
            let message = Message::new(Reason::BadAnnotation, fault.text)
                .help(fault.help)
                .field(format!("{below}metadata.annotations[{}]", fault.key));
            self.messages
                .push(self.render.at(message, object, fault.offset));
        }
    }

    fn read_templates(&mut self, index: usize, object: &Object<'t, 's>, row: &Workload) {
        for path in &row.templates {
            let found = path
                .iter()
                .try_fold(object.node(), |node, name| node.get(name));
            let Some(node) = found.filter(|node| node.kind() == Kind::Mapping) else {
                continue;
            };
            let template = self.templates.len();
            for label in labels(node) {
                self.labels.entry(label).or_default().push(template);
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
    /// A fault in a row of the tables.
    pub(crate) fn run(mut self) -> Result<Trace<'t, 's>, TraceError> {
        for index in 0..self.render.objects.len() {
            self.follow_route(index)?;
        }
        self.follow_load_balancers()?;
        let listed = self.follow_backends();
        let enabled = self.follow_enabled();
        let backends = self.backends()?;
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
        let Some(row) = self.tables.route(object.group, object.kind)? else {
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
        let Some(classes) = self.classes(object, &found)? else {
            return Ok(());
        };
        let before = self.routes.len();
        self.routes.insert(index);
        let named =
            self.follow_references(index, index, &found, &classes, &mut BTreeSet::from([index]))?;
        if !named && self.routes.len() > before {
            self.routes.remove(&index);
        }
        Ok(())
    }

    /// Follows what one object names: the route itself, or an object that the route leads to. Whether it names anything.
    fn follow_references(
        &mut self,
        route: usize,
        bearer: usize,
        found: &References<'t, 's>,
        classes: &[ClassSeconds],
        visited: &mut BTreeSet<usize>,
    ) -> Result<bool, TraceError> {
        let Some(object) = self.render.get(bearer) else {
            return Ok(false);
        };
        self.tell_unreadable(object, found);
        let mut named = !found.services.is_empty() || !found.targets.is_empty();
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
                for template in self.templates_of(workload)? {
                    self.add_way(template, Some(route), None, classes);
                }
            }
        }
        for next in &found.follows {
            let wanted = next.namespace.as_deref().or(object.namespace);
            let group = |group: &str| next.groups.iter().any(|g| g == group);
            for to in self.render.named(group, &next.kind, &next.name, wanted) {
                let Some(target) = self.render.get(to) else {
                    continue;
                };
                if !visited.insert(to) || self.is_disabled(to) {
                    continue;
                }
                if let Some(row) = self.tables.route(target.group, target.kind)? {
                    let found = references(row, target.node(), &mut self.visits)
                        .map_err(|RefError::TooLarge| TraceError::TooLarge(to))?;
                    named |= self.follow_references(route, to, &found, classes, visited)?;
                }
            }
        }
        Ok(named)
    }

    /// The templates of a workload, or of the workload that it refers to (a Rollout's `workloadRef`).
    fn templates_of(&mut self, workload: usize) -> Result<Vec<usize>, TraceError> {
        let mut found = self.own_templates(workload);
        if found.is_empty() {
            for referred in self.referred(workload)? {
                found.extend(self.own_templates(referred));
            }
        }
        Ok(found)
    }

    fn own_templates(&self, object: usize) -> Vec<usize> {
        let templates = self.templates.iter().enumerate();
        templates
            .filter(|(_, t)| t.object == object)
            .map(|(index, _)| index)
            .collect()
    }

    /// The workloads that a workload without a template of its own refers to.
    fn referred(&mut self, workload: usize) -> Result<Vec<usize>, TraceError> {
        let Some(object) = self.render.get(workload) else {
            return Ok(Vec::new());
        };
        let Some(row) = self.tables.workload(object.group, object.kind)? else {
            return Ok(Vec::new());
        };
        let Some(follow) = &row.follow else {
            return Ok(Vec::new());
        };
        let mut found = Vec::new();
        for target in target_refs(follow, object.node(), &mut self.visits) {
            let group = |group: &str| target.group.as_deref().is_none_or(|g| g == group);
            found.extend(
                self.render
                    .named(group, &target.kind, &target.name, object.namespace),
            );
        }
        Ok(found)
    }

    fn follow_service(
        &mut self,
        route: Option<usize>,
        index: usize,
        wanted: Wanted<'_>,
        classes: &[ClassSeconds],
    ) {
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
        for template in self.selected(selector) {
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

    /// The templates whose labels hold the selector: every pair, looked up by the rarest.
    fn selected(&self, selector: Node<'t, 's>) -> Vec<usize> {
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
        let candidates =
            |pair: &(&'t str, &'t str)| self.labels.get(pair).map_or(&[][..], Vec::as_slice);
        let Some(rarest) = pairs.iter().min_by_key(|pair| candidates(pair).len()) else {
            return Vec::new();
        };
        let holds_all = |template: &&usize| {
            let node = self.templates.get(**template).map(|t| t.node);
            node.is_some_and(|node| {
                pairs
                    .iter()
                    .all(|pair| pair == rarest || labels(node).any(|label| label == *pair))
            })
        };
        candidates(rarest)
            .iter()
            .filter(holds_all)
            .copied()
            .collect()
    }

    fn add_way(
        &mut self,
        template: usize,
        route: Option<usize>,
        service: Option<usize>,
        classes: &[ClassSeconds],
    ) {
        let stated = |index: Option<usize>| {
            index
                .and_then(|i| self.annotations.get(&i))
                .and_then(|a| a.sleep)
        };
        let annotated = stated(service)
            .map(|s| (s, Origin::Annotation("the Service's annotation")))
            .or_else(|| stated(route).map(|s| (s, Origin::Annotation("the route's annotation"))));
        let greatest = classes.iter().max_by_key(|c| c.seconds);
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
    fn follow_load_balancers(&mut self) -> Result<(), TraceError> {
        if self.config.load_balancer_services != Some(true) {
            return Ok(());
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
                self.class_seconds(service, text("loadBalancerClass"), None)?
            {
                self.routes.insert(index);
                self.follow_service(Some(index), index, service.namespace, &[seconds]);
            }
        }
        Ok(())
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
    fn backends(&mut self) -> Result<Vec<Backend>, TraceError> {
        let mut referrers: HashMap<usize, Annotations> = HashMap::new();
        for index in 0..self.render.objects.len() {
            if self.roles.get(index).is_some_and(|r| r.workload)
                && self.annotations.contains_key(&index)
            {
                for referred in self.referred(index)? {
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
        Ok(backends)
    }

    /// The Services that select a workload which its own annotation brings in: their annotations say how long it sleeps.
    fn services_of(&mut self, index: usize, template: &Template<'t, 's>, ways: &mut Vec<Way>) {
        let namespace = self.render.get(template.object).and_then(|o| o.namespace);
        for service in 0..self.render.objects.len() {
            if !self.roles.get(service).is_some_and(|r| r.service) || self.is_disabled(service) {
                continue;
            }
            let Some(object) = self.render.get(service) else {
                continue;
            };
            if object.is_local() || same_namespace(namespace, object.namespace).is_none() {
                continue;
            }
            let Some(seconds) = self.annotations(service).sleep else {
                continue;
            };
            let selector = object.node().get("spec").and_then(|s| s.get("selector"));
            if selector.is_some_and(|s| self.selected(s).contains(&index)) {
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

/// What one class of a route says of the sleep.
#[derive(Clone, Debug, PartialEq, Eq)]
struct ClassSeconds {
    class: Option<String>,
    seconds: u64,
    origin: Origin,
}

/// Classes: names, rules, controllers (docs/reference.md, sections 2.2 and 3.1).
impl<'t, 's> Tracer<'_, 't, 's> {
    /// What the classes of a route say; `None` where all of them are skipped.
    fn classes(
        &mut self,
        object: &Object<'t, 's>,
        found: &References<'t, 's>,
    ) -> Result<Option<Vec<ClassSeconds>>, RowError> {
        let controller = self
            .tables
            .route(object.group, object.kind)?
            .and_then(|row| row.controller.clone());
        let names: Vec<Option<String>> = match &found.classes {
            Classes::Names(names) => {
                if let [first, others @ ..] = names.as_slice()
                    && let Some(other) = others.iter().find(|other| *other != first)
                {
                    let text = format!(
                        "the route states the class `{first}` and in another place `{other}`; `{first}` counts"
                    );
                    self.warn(Reason::ClassConflict, object, "", &text, "keep one of them");
                }
                vec![
                    names
                        .first()
                        .cloned()
                        .or_else(|| self.default_class(object)),
                ]
            }
            Classes::Follow(follows, path) => {
                let mut names = Vec::new();
                for follow in follows {
                    let wanted = follow.namespace.as_deref().or(object.namespace);
                    let group = |group: &str| follow.groups.iter().any(|g| g == group);
                    for parent in self.render.named(group, &follow.kind, &follow.name, wanted) {
                        let Some(parent) = self.render.get(parent) else {
                            continue;
                        };
                        for class in path.find(parent.node(), false, &mut self.visits) {
                            names.extend(class.text().map(|text| Some(text.to_owned())));
                        }
                    }
                }
                if names.is_empty() {
                    names.push(None);
                }
                names
            }
        };
        let mut seconds = Vec::new();
        for name in names {
            seconds.extend(self.class_seconds(object, name.as_deref(), controller.as_deref())?);
        }
        Ok((!seconds.is_empty()).then_some(seconds))
    }

    /// The one IngressClass of the render that is marked as default, for routes of the kind that it is for.
    fn default_class(&mut self, object: &Object<'t, 's>) -> Option<String> {
        if !["networking.k8s.io", "extensions"].contains(&object.group) {
            return None;
        }
        let render = self.render;
        let classes = render.objects.iter().filter(|o| {
            o.kind == "IngressClass"
                && o.group == "networking.k8s.io"
                && o.annotation(DEFAULT_CLASS) == Some("true")
                && !o.is_local()
        });
        let names: Vec<&Object<'t, 's>> = classes.collect();
        match names.as_slice() {
            [] => None,
            [only] => Some(only.name.to_owned()),
            [first, second, ..] => {
                if self.told.insert("default class".to_owned()) {
                    let text = format!(
                        "the IngressClasses `{}` and `{}` are both marked as default, so that routes without a class have none",
                        first.name, second.name
                    );
                    let field = format!("metadata.annotations[{DEFAULT_CLASS}]");
                    self.warn(
                        Reason::DefaultClassTwice,
                        second,
                        &field,
                        &text,
                        "mark one of them only",
                    );
                }
                None
            }
        }
    }

    /// What a class says of the sleep; `None` where a rule skips it.
    fn class_seconds(
        &mut self,
        route: &Object<'t, 's>,
        class: Option<&str>,
        kind_controller: Option<&str>,
    ) -> Result<Option<ClassSeconds>, RowError> {
        let config = self.config;
        let rules = config.ingress_classes.as_deref().unwrap_or_default();
        let named = |pattern: &str| match class {
            Some(class) => glob(pattern, class),
            None => pattern == "*",
        };
        let listed = config
            .ingress_class
            .as_ref()
            .is_none_or(|only| only.split(',').any(|pattern| named(pattern.trim())));
        let rule: Option<&ClassRule> = rules.iter().find(|rule| named(&rule.class));
        if !listed || rule.is_some_and(|rule| rule.skip) {
            self.skipped.insert(class.map(str::to_owned));
            return Ok(None);
        }
        let stated = |seconds, origin| ClassSeconds {
            class: class.map(str::to_owned),
            seconds,
            origin,
        };
        if let Some(rule) = rule {
            let origin = || Origin::ClassRule(rule.class.clone());
            if let Some(seconds) = rule.sleep_seconds {
                return Ok(Some(stated(seconds.get(), origin())));
            }
            if let Some(name) = &rule.controller {
                let known = self.tables.controller_by_name(name)?;
                let seconds = known
                    .and_then(|c| c.row.sleep_seconds)
                    .map_or(DEFAULT_SLEEP, u64::from);
                return Ok(Some(stated(seconds, origin())));
            }
        }
        if let Some(seconds) = config.sleep_seconds {
            return Ok(Some(stated(seconds.get(), Origin::Configured)));
        }
        let controller = match self.controller_of(route, class)? {
            Some(controller) => Some(controller),
            None => match kind_controller {
                Some(name) if class.is_none() || !self.renders_class(class) => {
                    self.tables.controller_by_name(name)?
                }
                _ => None,
            },
        };
        Ok(Some(
            match controller.and_then(|c| c.row.sleep_seconds.map(|s| (c, u64::from(s)))) {
                Some((controller, seconds)) => stated(
                    seconds,
                    Origin::Controller {
                        product: controller.row.product.clone(),
                        seconds,
                        class: class.map(str::to_owned),
                        source: controller.row.source.clone(),
                    },
                ),
                None => stated(DEFAULT_SLEEP, Origin::Default),
            },
        ))
    }

    /// The objects of the render that say which controller a class belongs to.
    fn class_objects(&self, class: &str) -> Option<&'t str> {
        const CLASSES: [(&str, &str, &str); 2] = [
            ("networking.k8s.io", "IngressClass", "controller"),
            (
                "gateway.networking.k8s.io",
                "GatewayClass",
                "controllerName",
            ),
        ];
        CLASSES.iter().find_map(|(group, kind, field)| {
            let found = self.render.named(|g| g == *group, kind, class, None);
            let object = self.render.get(*found.first()?)?;
            object.node().get("spec")?.get(field)?.text()
        })
    }

    fn renders_class(&self, class: Option<&str>) -> bool {
        class.is_some_and(|class| self.class_objects(class).is_some())
    }

    fn controller_of(
        &mut self,
        route: &Object<'t, 's>,
        class: Option<&str>,
    ) -> Result<Option<&Controller>, RowError> {
        let Some(class) = class else { return Ok(None) };
        let tables = self.tables;
        if let Some(name) = self.class_objects(class) {
            return tables.controller_by_name(name);
        }
        if let Some(controller) = tables.controller_by_class(class)? {
            return Ok(Some(controller));
        }
        let render = self.render;
        let renders = |group: &str, kind: &str| {
            render
                .objects
                .iter()
                .any(|o| o.group == group && o.kind == kind)
        };
        match tables.shared_class(class, route.node(), renders)? {
            Shared::No => Ok(None),
            Shared::Decided(controller) => Ok(Some(controller)),
            Shared::Undecided(users) => {
                if self.told.insert(format!("class {class}")) {
                    let products: Vec<String> = users
                        .iter()
                        .map(|c| {
                            format!(
                                "{} ({} s)",
                                c.row.product,
                                c.row.sleep_seconds.map_or(DEFAULT_SLEEP, u64::from)
                            )
                        })
                        .collect();
                    let name = users.first().map(|c| c.name.as_str()).unwrap_or_default();
                    let text = format!(
                        "the class `{class}` may be that of {}; {DEFAULT_SLEEP} s are taken",
                        products.join(" or of ")
                    );
                    let help = format!(
                        "say which in the configuration: `ingressClasses: [{{class: {class}, controller: {name}}}]`"
                    );
                    self.warn(Reason::ClassUndecided, route, "", &text, &help);
                }
                Ok(None)
            }
        }
    }
}

/// What the trace tells.
impl<'t, 's> Tracer<'_, 't, 's> {
    fn warn(
        &mut self,
        reason: Reason,
        object: &Object<'t, 's>,
        field: &str,
        text: &str,
        help: &str,
    ) {
        let mut message = Message::new(reason, text).help(help);
        let mut node = object.node();
        if !field.is_empty() {
            message = message.field(field);
            for name in field.split('.') {
                node = node.get(name).unwrap_or(node);
            }
        }
        self.messages.push(self.render.about(message, object, node));
    }

    /// Wrong types in a Service that the run needs. Whether there are any.
    fn tell_wrong_types(&mut self, service: &Object<'t, 's>) -> bool {
        let spec = service.node().get("spec");
        let fields = [
            ("spec", spec),
            ("spec.selector", spec.and_then(|s| s.get("selector"))),
        ];
        let wrong = fields.into_iter().find_map(|(field, node)| {
            node.filter(|n| !matches!(n.kind(), Kind::Mapping | Kind::Null))
                .map(|n| (field, n))
        });
        let Some((field, node)) = wrong else {
            return false;
        };
        let text = format!(
            "`{field}` is {}, expected a mapping",
            kind_name(node.kind())
        );
        let message = Message::new(Reason::BadResource, text)
            .help("write it as `key: value` lines below it")
            .field(field);
        self.messages
            .push(self.render.about(message, service, node));
        true
    }

    /// What is asked for and can't be had is told.
    fn tell_local(&mut self, object: &Object<'t, 's>) {
        if let Some(why) = left_alone(object) {
            let message = Message::new(Reason::LeftAlone, format!("left alone: {why}"));
            self.messages
                .push(self.render.about(message, object, object.node()));
        }
    }

    fn tell_unreadable(&mut self, object: &Object<'t, 's>, found: &References<'t, 's>) {
        for fault in &found.faults {
            let message = Message::new(
                Reason::AnnotationUnreadable,
                format!(
                    "the annotation can't be read, so the Services that it names are not known: {}",
                    fault.message
                ),
            )
            .help("correct its JSON")
            .field(format!("metadata.annotations[{}]", fault.annotation));
            self.messages
                .push(self.render.about(message, object, fault.node));
        }
    }

    fn tell_missing(
        &mut self,
        object: &Object<'t, 's>,
        name: &str,
        wanted: Wanted<'_>,
        node: Node<'_, '_>,
    ) {
        let title = qualified(wanted, name);
        if !self
            .told
            .insert(format!("missing {} {} {title}", object.kind, object.name))
        {
            return;
        }
        let message = Message::new(
            Reason::ServiceMissing,
            format!("names the Service `{title}`, which is not in the input"),
        )
        .help(self.missing_help(name));
        self.messages.push(self.render.about(message, object, node));
    }

    /// kustomize's `namePrefix` and `nameSuffix` rename Services but not the references in most route kinds.
    fn missing_help(&self, name: &str) -> String {
        let renamed = self.render.objects.iter().find(|o| {
            o.kind == "Service"
                && o.group.is_empty()
                && o.name.len() > name.len()
                && !name.is_empty()
                && o.name.contains(name)
        });
        match renamed {
            Some(service) => format!(
                "`{}` is there: if a `namePrefix` or `nameSuffix` renamed it, add a `nameReference` for this kind to kustomize's `configurations`",
                service.name
            ),
            None => {
                "render the Service and its workload together with the route, or correct the name"
                    .to_owned()
            }
        }
    }

    /// Two workloads of one kind, name and namespace: both drain, and one of them is not what the cluster gets.
    fn tell_same_workload(&mut self, index: usize, seen: &mut HashMap<Identity<'t>, usize>) {
        let Some(object) = self.render.get(index) else {
            return;
        };
        let identity = (object.group, object.kind, object.namespace, object.name);
        match seen.insert(identity, index) {
            Some(first) if first != index => {
                self.tell_twice(object.kind, object.name, &[first, index])
            }
            _ => {}
        }
    }

    fn tell_twice(&mut self, kind: &str, name: &str, found: &[usize]) {
        let [first, second, ..] = found else { return };
        if !self.told.insert(format!("twice {kind} {first} {second}")) {
            return;
        }
        let (Some(first), Some(second)) = (self.render.get(*first), self.render.get(*second))
        else {
            return;
        };
        let other = self.render.location(first, first.node().offset());
        let text = format!(
            "{kind} `{name}` stands in the input more than once (also {}), and all of them count",
            match (&other, first.namespace == second.namespace) {
                (_, false) => format!("as `{}`", qualified(first.namespace, name)),
                (Some(at), true) => format!("at line {}", at.line),
                (None, true) => "elsewhere".to_owned(),
            }
        );
        self.warn(
            Reason::NameTwice,
            second,
            "metadata.name",
            &text,
            "render one environment at a time, or state namespaces",
        );
    }

    /// Finding nothing is never silent (docs/reference.md, section 5.6).
    fn tell_no_route(&mut self, asked: bool) {
        let workloads = self.templates.iter().filter(|t| {
            self.render.get(t.object).is_some_and(|o| {
                let row = self.tables.workload(o.group, o.kind).ok().flatten();
                row.is_some_and(|row| row.leave.is_none())
            })
        });
        let count = workloads.count();
        if count == 0 || asked || self.taken_out || !self.routes.is_empty() {
            return;
        }
        let pods = match count {
            1 => "the pod template is not behind one".to_owned(),
            _ => format!("none of {count} pod templates is behind one"),
        };
        if !self.skipped.is_empty() {
            let classes = self.skipped.iter().map(|class| match class {
                Some(class) => format!("class `{class}`"),
                None => "no class".to_owned(),
            });
            let classes = classes.collect::<Vec<_>>().join(", ");
            let text = format!("the class rules skip every route (of {classes}), so that {pods}");
            let help = "correct `ingressClass` or `ingressClasses`; if nothing is meant to change here, state `severity: {NoRoute: Ignore}`";
            self.messages
                .push(Message::new(Reason::NoRoute, text).help(help));
            return;
        }
        let text = if self.nameless {
            format!("no route names a Service, so that {pods}")
        } else {
            format!("there is no route among the resources, so that {pods}")
        };
        self.messages.push(
            Message::new(Reason::NoRoute, text)
            .help("render the routes together with the workloads (kpt: drop `selectors:`), or name Services in `backends`, or annotate a Service or workload with `set-prestop.dev/inject: enabled`"),
        );
    }
}

/// `namespace/name`, or the name alone.
fn qualified(namespace: Option<&str>, name: &str) -> String {
    match namespace {
        Some(namespace) => format!("{namespace}/{name}"),
        None => name.to_owned(),
    }
}
