//! Decides what each pod template behind a route gets. It writes nothing and contains no message texts.
//!
//! docs/reference.md, section 3.

use super::hook::{self, Existing, FoundSleep, Level, Needs};
use super::{advice, advice::Update, budget::Budget, keys, windows};
use crate::config::annotations::Inject;
use crate::config::{
    Config, DEFAULT_MARGIN, DEFAULT_SHUTDOWN, ExistingHooks, Handler as HandlerSetting,
    KubernetesVersion, Seconds,
};
use crate::input::objects::{Object, Render, left_alone, mark};
use crate::input::parallel::Team;
use crate::model::{
    Container, FieldPath, Grace, Handler, Hook, NoHook, NotASleep, Origin, Plan, Role, Sleep,
    Target,
};
use crate::routes::{Backend, Template, Trace};
use crate::say::Message;
use crate::say::drain::{self as say, NoExec};
use crate::tables::{DEFAULT_SLEEP, Tables, Workload, shellless};
use lossless_yaml::{Kind, Node};
use smallvec::SmallVec;
use std::collections::{BTreeSet, HashSet};
use std::ops::Range;
use std::sync::Arc;

/// The annotation that names containers.
const CONTAINERS_KEY: &str = "set-prestop.dev/containers";
/// What to do about a container that is none.
const CONTAINER: &str = "write each container as a list item (`- name: ...`)";
/// Native sleeps are written for this version and later.
const NATIVE: KubernetesVersion = KubernetesVersion::NATIVE_SLEEP;
/// More seconds than anybody means.
const TEN_YEARS: u64 = 315_360_000;
const GRACE_FIELD: &str = "terminationGracePeriodSeconds";

/// The plans of a run, and the messages about them; `say::drain` makes those about changes.
#[derive(Debug, Default)]
pub(crate) struct Planned {
    pub(crate) plans: Vec<Plan>,
    pub(crate) messages: Vec<Message>,
}

pub(crate) struct Planner<'a, 't, 's> {
    render: &'a Render<'t, 's>,
    tables: &'a Tables,
    config: &'a Config,
    /// Whether the input has Namespaces.
    has_namespaces: bool,
    messages: Vec<Message>,
}

/// One pod while its plan is made.
struct Pod<'a, 't, 's> {
    object: &'a Object<'t, 's>,
    template: Node<'t, 's>,
    spec: Node<'t, 's>,
    /// Path from the object to the spec.
    path: FieldPath,
    windows: bool,
    backend: &'a Backend,
    /// The containers that its annotation names, if it has one.
    chosen: Option<HashSet<&'a str>>,
    /// How long its containers must sleep.
    sleep: &'a Sleep,
    /// The seconds of a new hook: the longest existing sleep of the pod, if longer than `sleep`, else `sleep`.
    written: u64,
}

/// One container while its hook is decided.
#[derive(Clone, Copy)]
struct Subject<'p, 't, 's> {
    pod: &'p Pod<'p, 't, 's>,
    node: Node<'t, 's>,
    index: usize,
    name: &'t str,
}

impl<'t, 's> Pod<'_, 't, 's> {
    /// Why an exec hook cannot sleep in a container, if that is known.
    fn no_exec(&self, container: Node<'t, 's>) -> Option<NoExec> {
        if self.windows {
            return Some(NoExec::Windows);
        }
        let image = container.get("image").and_then(Node::text);
        let image = image.unwrap_or_default();
        shellless(image).then(|| NoExec::Image(image.to_owned()))
    }

    fn containers(&self) -> FieldPath {
        self.path.clone().key("containers")
    }
}

impl Subject<'_, '_, '_> {
    fn hook_path(&self) -> FieldPath {
        let path = self.pod.containers().index(self.index);
        path.keys(["lifecycle", "preStop"])
    }

    /// Where the hook is, or would be.
    fn hook_at(&self) -> Range<usize> {
        let lifecycle = self.node.get("lifecycle");
        let hook = lifecycle.and_then(|l| l.get("preStop")).or(lifecycle);
        mark(hook.unwrap_or(self.node))
    }
}

impl<'a, 't, 's> Planner<'a, 't, 's> {
    pub(crate) fn new(render: &'a Render<'t, 's>, tables: &'a Tables, config: &'a Config) -> Self {
        Planner {
            render,
            tables,
            config,
            has_namespaces: render.has_kind("", "Namespace"),
            messages: Vec::new(),
        }
    }

    /// Plans every backend of the trace, by these threads.
    pub(crate) fn run(mut self, trace: &Trace<'t, 's>, team: &Team) -> Planned {
        let (render, tables, config) = (self.render, self.tables, self.config);
        let own = || Planner::new(render, tables, config);
        let each = |planner: &mut Self, number| {
            let planned = planner.backend(trace, number);
            (planned, std::mem::take(&mut planner.messages))
        };
        let made = team.one_each(trace.backends.len(), own, each);
        let mut objects = Vec::with_capacity(made.len());
        let plans = made.into_iter().filter_map(|(planned, messages)| {
            self.messages.extend(messages);
            let (object, plan) = planned?;
            objects.push(object);
            Some(plan)
        });
        // In the same vector, which had room for more of each.
        let mut plans: Vec<Plan> = plans.collect();
        plans.shrink_to_fit();
        self.tell_once(&plans, &objects);
        Planned {
            plans,
            messages: self.messages,
        }
    }

    /// Plans the backend of this number, if it is to be changed.
    fn backend(
        &mut self,
        trace: &Trace<'t, 's>,
        number: usize,
    ) -> Option<(&'a Object<'t, 's>, Plan)> {
        let backend = trace.backends.get(number)?;
        let template = trace.templates.get(backend.template)?;
        let object = self.render.get(template.object)?;
        // Context is read but never changed.
        if object.is_context {
            return None;
        }
        Some((object, self.plan(backend, template, object)?))
    }

    /// What is told once of all plans: numbers that are not from the configuration, and the version that the cluster needs.
    fn tell_once(&mut self, plans: &[Plan], objects: &[&Object<'t, 's>]) {
        let mut told = BTreeSet::new();
        for (plan, object) in plans.iter().zip(objects) {
            self.tell_origin(&plan.sleep, object, &mut told);
        }
        let native = plans.iter().zip(objects).find_map(|(plan, object)| {
            let container = plan.containers.iter().find(|c| c.hook.writes_native())?;
            Some((plan, container, *object))
        });
        match (native, self.config.kubernetes_version) {
            (Some(_), None) => self.messages.push(say::needs_kubernetes()),
            (Some((plan, container, object)), Some(version)) if version < NATIVE => {
                let path = plan.pod.clone().key("containers");
                self.tell_too_new(object, path, version, container, true);
            }
            _ => {}
        }
    }

    fn tell(&mut self, message: Message, object: &Object<'t, 's>, at: Range<usize>) {
        self.messages.push(object.about_bytes(message, at));
    }

    fn tell_of(&mut self, message: Message, object: &Object<'t, 's>) {
        self.tell(message, object, mark(object.node()));
    }

    fn plan(
        &mut self,
        backend: &Backend,
        template: &Template<'t, 's>,
        object: &Object<'t, 's>,
    ) -> Option<Plan> {
        let row = self.tables.workload(object.group, object.kind)?;
        let sleep = sleep_of(backend);
        if self.is_left_out(backend, row, &sleep, object) {
            return None;
        }
        for (message, at) in keys::misplaced(object.node(), template) {
            self.tell(message, object, at);
        }
        for (key, first, again) in keys::twice(object.node(), template) {
            self.tell(say::key_twice(key, object.at(first)), object, again);
        }
        let pod = self.pod(template, object, backend, &sleep)?;
        let containers = self.containers(&pod)?;
        let grace = self.grace(&pod, &containers)?;
        let path = pod.path;
        let update = Update::of(row, object.node());
        let plan = Plan {
            workload: object.resource(),
            place: object.at(mark(object.node())),
            file: object.package_file(),
            pod: path,
            sleep,
            ways: Arc::clone(&backend.ways),
            containers,
            grace,
            rollout: advice::rollout(&update),
            target: Target {
                chunk: object.place.chunk(),
                source: object.place.source as usize,
                path: object.place.path(),
            },
        };
        if template.path.is_empty() && plan.changes() > 0 {
            self.tell_of(say::bare_pod(), object);
        }
        let namespace = self.has_namespaces.then(|| {
            let name = object.namespace.unwrap_or_default();
            self.render.named(&str::is_empty, "Namespace", name, None)
        });
        let namespace = namespace.and_then(|found| self.render.get(*found.first()?));
        let around = namespace.map(Object::node);
        for (message, at) in advice::tell(&update, template.node, around, &plan) {
            self.tell(message, object, at);
        }
        Some(plan)
    }

    /// Whether a workload behind a route is not changed all the same; that is told.
    fn is_left_out(
        &mut self,
        backend: &Backend,
        row: &Workload,
        sleep: &Sleep,
        object: &Object<'t, 's>,
    ) -> bool {
        if backend.annotations.inject == Some(Inject::Disabled) {
            let why = "`set-prestop.dev/inject: disabled`";
            self.tell_of(say::left_alone(why), object);
        } else if let Some(why) = left_alone(object) {
            self.tell_of(say::left_alone(why), object);
        } else if let Some(why) = &row.leave {
            // Objects that create their own routes already have a message.
            if !row.routed {
                self.tell_of(say::job_behind_route(why), object);
            }
        } else if sleep.seconds == 0 {
            let why = say::zero_seconds(&sleep.origin);
            self.tell_of(say::left_alone(&why), object);
        } else if let Some(name) = template_name(object.node()) {
            self.tell(say::template_name(), object, name);
        } else {
            return false;
        }
        true
    }

    fn pod<'o>(
        &mut self,
        template: &Template<'t, 's>,
        object: &'o Object<'t, 's>,
        backend: &'o Backend,
        sleep: &'o Sleep,
    ) -> Option<Pod<'o, 't, 's>> {
        // It is kept with the plan, so it has no room for steps below.
        let mut path = Vec::with_capacity(template.path.len() + 1);
        path.extend_from_slice(&template.path);
        let path = FieldPath(path).key("spec");
        let spec = template.node.get("spec")?;
        match spec.kind() {
            Kind::Mapping => {}
            Kind::Null => return None,
            kind @ (Kind::Scalar | Kind::Sequence) => {
                let help = "write the pod's `containers:` below it";
                let message = say::wrong_type(&path.to_string(), kind, "a mapping", help);
                self.tell(message.field(path), object, mark(spec));
                return None;
            }
        }
        Some(Pod {
            object,
            template: template.node,
            spec,
            path,
            windows: windows::is(spec, |class| {
                let found = self
                    .render
                    .named(&|g| g == "node.k8s.io", "RuntimeClass", class, None);
                self.render.get(*found.first()?).map(Object::node)
            }),
            backend,
            chosen: {
                let names = backend.annotations.containers.as_ref();
                names.map(|names| names.iter().map(String::as_str).collect())
            },
            sleep,
            written: match self.config.existing_hooks {
                Some(ExistingHooks::Set) => sleep.seconds,
                _ => sleep.seconds.max(longest_sleep(spec)),
            },
        })
    }

    /// The containers of a pod; none, with a message, if something in it is wrong.
    fn containers(&mut self, pod: &Pod<'_, 't, 's>) -> Option<Vec<Container>> {
        let nodes = self.container_nodes(pod)?;
        let mut containers = Vec::with_capacity(nodes.len());
        let mut sound = true;
        for (index, node) in nodes.into_iter().enumerate() {
            if node.kind() != Kind::Mapping {
                self.tell_no_mapping(pod, index, node);
                sound = false;
                continue;
            }
            let name = node.get("name").and_then(Node::text).unwrap_or_default();
            let subject = Subject {
                pod,
                node,
                index,
                name,
            };
            for (message, at) in keys::misspelt(node) {
                let path = pod.containers().index(index);
                self.tell(message.field(path), pod.object, at);
            }
            match self.hook(subject) {
                Ok(hook) if hook.before().is_some_and(|seconds| seconds > TEN_YEARS) => {
                    self.tell_long_hook(subject, hook.before().unwrap_or_default());
                    sound = false;
                }
                Ok(hook) => containers.push(Container {
                    name: name.to_owned(),
                    index,
                    at: mark(node),
                    hook,
                }),
                Err(wrong) => {
                    self.tell_wrong_hook(pod, index, wrong);
                    sound = false;
                }
            }
        }
        self.tell_kept_too_new(pod, &containers);
        (self.chosen_are_there(pod, &containers) && sound).then_some(containers)
    }

    #[cold]
    fn tell_no_mapping(&mut self, pod: &Pod<'_, 't, 's>, index: usize, node: Node<'t, 's>) {
        let path = pod.containers().index(index);
        let message = say::wrong_type(&path.to_string(), node.kind(), "a mapping", CONTAINER);
        self.tell(message.field(path), pod.object, mark(node));
    }

    #[cold]
    fn tell_long_hook(&mut self, subject: Subject<'_, 't, 's>, seconds: u64) {
        let message = say::too_many_seconds("preStop", seconds).field(subject.hook_path());
        self.tell(message, subject.pod.object, subject.hook_at());
    }

    #[cold]
    fn tell_wrong_hook(&mut self, pod: &Pod<'_, 't, 's>, index: usize, wrong: hook::WrongType) {
        let path = pod.containers().index(index);
        let message = wrong.message.field(format!("{path}.{}", wrong.field));
        self.tell(message, pod.object, wrong.range);
    }

    /// The nodes of a pod's containers; none if they are no list, which is told.
    fn container_nodes(&mut self, pod: &Pod<'_, 't, 's>) -> Option<SmallVec<[Node<'t, 's>; 4]>> {
        let Some(list) = pod.spec.get("containers") else {
            // A misspelt key is told as one.
            if keys::misspelt_in_spec(pod.spec).is_empty() {
                self.tell(say::no_containers(), pod.object, mark(pod.spec));
            }
            return Some(SmallVec::new());
        };
        match list.kind() {
            Kind::Null => Some(SmallVec::new()),
            Kind::Sequence => Some(list.items().collect()),
            kind @ (Kind::Scalar | Kind::Mapping) => {
                let path = pod.containers();
                let message = say::wrong_type(&path.to_string(), kind, "a list", CONTAINER);
                self.tell(message.field(path), pod.object, mark(list));
                None
            }
        }
    }

    /// An existing native sleep that stays, for a cluster that rejects it.
    fn tell_kept_too_new(&mut self, pod: &Pod<'_, 't, 's>, containers: &[Container]) {
        let Some(version) = self.config.kubernetes_version.filter(|v| *v < NATIVE) else {
            return;
        };
        let stands = |container: &&Container| {
            let list = pod.spec.get("containers");
            let node = list.and_then(|list| list.item(container.index));
            let hook = node.and_then(|node| node.get("lifecycle")?.get("preStop")?.get("sleep"));
            hook.is_some() && !container.hook.writes_native()
        };
        if let Some(container) = containers.iter().find(stands) {
            self.tell_too_new(pod.object, pod.containers(), version, container, false);
        }
    }

    /// A native sleep, written or kept, in one of the containers at a path.
    fn tell_too_new(
        &mut self,
        object: &Object<'t, 's>,
        containers: FieldPath,
        version: KubernetesVersion,
        container: &Container,
        written: bool,
    ) {
        let path = containers.index(container.index);
        let path = path.keys(["lifecycle", "preStop"]);
        let message = say::handler_too_new(&version.to_string(), written).field(path);
        self.tell(message, object, container.at.clone());
    }

    /// Whether the pod has every container that its annotation names; a message names the missing ones.
    fn chosen_are_there(&mut self, pod: &Pod<'_, 't, 's>, containers: &[Container]) -> bool {
        let chosen = pod.backend.annotations.containers.as_deref();
        chosen.is_none_or(|chosen| self.are_there(chosen, pod, containers))
    }

    #[cold]
    fn are_there(
        &mut self,
        chosen: &[String],
        pod: &Pod<'_, 't, 's>,
        containers: &[Container],
    ) -> bool {
        let there: HashSet<&str> = containers.iter().map(|c| c.name.as_str()).collect();
        let missing: Vec<&String> = chosen
            .iter()
            .filter(|name| !there.contains(name.as_str()))
            .collect();
        if missing.is_empty() {
            return true;
        }
        let known: Vec<String> = containers.iter().map(|c| c.name.clone()).collect();
        for name in &missing {
            let path = FieldPath::of(["metadata", "annotations", CONTAINERS_KEY]);
            let annotated = |node: Node<'t, 's>| {
                let annotations = node.get("metadata")?.get("annotations")?;
                annotations.get(CONTAINERS_KEY)
            };
            let at = annotated(pod.object.node()).or_else(|| annotated(pod.template));
            let message = say::no_such_container(name, &known).field(path);
            self.tell(message, pod.object, mark(at.unwrap_or(pod.spec)));
        }
        false
    }

    /// What happens to the hook of a container.
    ///
    /// | `existingHooks` | a shorter sleep | a longer sleep | a shell script | anything else |
    /// | --- | --- | --- | --- | --- |
    /// | `Raise` | changed | kept | kept | kept |
    /// | `Set` | changed | changed | kept | kept |
    /// | `Prepend` | changed | kept | prepended | kept |
    /// | `Replace` | changed | kept | replaced | replaced |
    /// | `Keep` | kept | kept | kept | kept |
    fn hook(&mut self, subject: Subject<'_, 't, 's>) -> Result<Hook, hook::WrongType> {
        use ExistingHooks::{Prepend, Replace};
        let existing = hook::read(subject.node)?;
        let chosen = subject.pod.chosen.as_ref();
        if chosen.is_some_and(|names| !names.contains(subject.name)) {
            return Ok(not_chosen(existing));
        }
        self.tell_exec_that_cannot_run(subject, &existing);
        let mode = self.config.existing_hooks.unwrap_or_default();
        let seconds = subject.pod.written;
        Ok(match existing {
            Existing::Absent(level) => match self.handler(subject) {
                Some(handler) => Hook::Added {
                    handler,
                    lifecycle: level == Level::PreStop,
                },
                None => Hook::None {
                    why: NoHook::NoShell,
                },
            },
            Existing::Sleep(found) => self.existing_sleep(subject, found, mode),
            Existing::Script { index, script, .. } if mode == Prepend => Hook::Prepended {
                seconds,
                index,
                script,
            },
            Existing::Script { why, .. } => self.other(subject, why, mode == Replace),
            Existing::Other(what) => self.other(subject, what, mode == Replace),
        })
    }

    /// A hook that is not a sleep: it is replaced, or kept with a message.
    fn other(&mut self, subject: Subject<'_, 't, 's>, what: NotASleep, replace: bool) -> Hook {
        if replace {
            return match self.handler(subject) {
                Some(handler) => Hook::Replaced { handler, what },
                None => Hook::Other { what },
            };
        }
        let message = say::hook_kept(&what).field(subject.hook_path());
        self.tell(message, subject.pod.object, subject.hook_at());
        Hook::Other { what }
    }

    /// A hook that cannot run: it fails at once, and the container gets SIGTERM without any delay.
    fn tell_exec_that_cannot_run(&mut self, subject: Subject<'_, 't, 's>, existing: &Existing) {
        let execs = match existing {
            Existing::Sleep(sleep) => sleep.needs == Needs::Sleep,
            Existing::Script { .. } => true,
            Existing::Absent(_) | Existing::Other(_) => false,
        };
        if execs && let Some(why) = subject.pod.no_exec(subject.node) {
            let message = say::exec_cannot_run(&why).field(subject.hook_path());
            self.tell(message, subject.pod.object, subject.hook_at());
        }
    }

    fn existing_sleep(
        &mut self,
        subject: Subject<'_, 't, 's>,
        found: FoundSleep,
        mode: ExistingHooks,
    ) -> Hook {
        let FoundSleep {
            seconds, number, ..
        } = found;
        let wanted = subject.pod.sleep.seconds;
        let message = if seconds == wanted {
            None
        } else if mode == ExistingHooks::Keep {
            (seconds < wanted).then(|| say::sleep_shorter(seconds, wanted))
        } else if seconds > wanted && mode != ExistingHooks::Set {
            Some(say::sleep_longer(seconds, subject.pod.sleep))
        } else {
            return Hook::Changed {
                before: seconds,
                after: wanted,
                number,
            };
        };
        if let Some(message) = message {
            let message = message.field(subject.hook_path());
            self.tell(message, subject.pod.object, subject.hook_at());
        }
        Hook::Kept { seconds }
    }

    /// The handler to write for a container; `None`, with a warning, if nothing can run the sleep.
    ///
    /// | | `Auto`, no version or at least 1.30 | `Auto`, below 1.30 | `Exec` | `Sleep` |
    /// | --- | --- | --- | --- | --- |
    /// | any container | native | exec | exec | native |
    /// | known to have no shell, or Windows | native | no hook, `NoShell` | no hook, `NoShell` | native |
    ///
    /// Every supported Kubernetes has the native sleep (KEP-3960). An exec without a shell fails at once and nobody sees it,
    /// while an API server that is too old refuses the native sleep aloud.
    fn handler(&mut self, subject: Subject<'_, 't, 's>) -> Option<Handler> {
        let seconds = subject.pod.written;
        let old = self.config.kubernetes_version.is_some_and(|v| v < NATIVE);
        match self.config.handler.unwrap_or_default() {
            HandlerSetting::Sleep => return Some(Handler::Sleep(seconds)),
            HandlerSetting::Auto if !old => return Some(Handler::Sleep(seconds)),
            HandlerSetting::Auto | HandlerSetting::Exec => {}
        }
        let Some(why) = subject.pod.no_exec(subject.node) else {
            return Some(Handler::Exec(seconds));
        };
        let message = say::no_shell(subject.name, &why).field(subject.hook_path());
        self.tell(message, subject.pod.object, mark(subject.node));
        None
    }

    /// The time budget; none, with a message, if the grace period is not a number.
    fn grace(&mut self, pod: &Pod<'_, 't, 's>, containers: &[Container]) -> Option<Grace> {
        let empty =
            |n: &Node<'t, 's>| n.kind() == Kind::Null || n.kind() == Kind::Mapping && n.is_empty();
        let node = pod.spec.get(GRACE_FIELD).filter(|node| !empty(node));
        let number = node.map(|node| (node, node.as_int().and_then(|n| u64::try_from(n).ok())));
        let stated = match number {
            None => None,
            Some((_, Some(seconds))) => Some(seconds),
            Some((node, None)) => {
                let message = say::not_a_grace_period(GRACE_FIELD, node.text(), node.kind());
                self.tell_grace(message, pod, Some(node));
                return None;
            }
        };
        if let Some((node, seconds)) = node.zip(stated.filter(|s| *s > TEN_YEARS)) {
            self.tell_grace(say::too_many_seconds(GRACE_FIELD, seconds), pod, Some(node));
            return None;
        }
        let longest = |of: fn(&Hook) -> Option<u64>| {
            let seconds = containers.iter().filter_map(|c| of(&c.hook));
            seconds.max().unwrap_or(0)
        };
        let seconds = |stated: Option<Seconds>, default| stated.map_or(default, Seconds::get);
        let budget = Budget {
            stated,
            before: longest(Hook::before),
            after: longest(Hook::after),
            lowered: containers.iter().any(|c| c.hook.after() < c.hook.before()),
            shutdown_annotation: pod.backend.annotations.shutdown.map(Seconds::get),
            shutdown: seconds(self.config.shutdown_seconds, DEFAULT_SHUTDOWN),
            margin: seconds(self.config.margin_seconds, DEFAULT_MARGIN),
        };
        // What a run writes, the next one has to accept.
        if let Some(seconds) = budget.grace().filter(|s| *s > TEN_YEARS) {
            self.tell_grace(say::too_long_to_write(GRACE_FIELD, seconds), pod, node);
            return None;
        }
        if stated == Some(0) && budget.after > 0 {
            self.tell_grace(say::grace_zero(budget.grace()), pod, node);
        }
        // If there is none, the new line comes after the containers, and so do the messages about it.
        let latest = containers.last().map_or(mark(pod.spec), |c| c.at.clone());
        Some(Grace {
            stated,
            sleep: budget.after,
            shutdown: budget.program(),
            margin: budget.margin,
            written: budget.grace(),
            at: pod.spec.get(GRACE_FIELD).map_or(latest, mark),
        })
    }

    /// Tells of the grace period of a pod, or of the pod if it has none.
    #[cold]
    fn tell_grace(&mut self, message: Message, pod: &Pod<'_, 't, 's>, node: Option<Node<'t, 's>>) {
        let message = message.field(pod.path.clone().key(GRACE_FIELD));
        self.tell(message, pod.object, mark(node.unwrap_or(pod.spec)));
    }

    /// A number that is not from the configuration gets one message.
    fn tell_origin<'p>(
        &mut self,
        sleep: &'p Sleep,
        object: &Object<'t, 's>,
        told: &mut BTreeSet<(&'static str, Option<&'p str>)>,
    ) {
        let Origin::Controller { product, class, .. } = &sleep.origin else {
            return;
        };
        if sleep.seconds == DEFAULT_SLEEP || !told.insert((product, class.as_deref())) {
            return;
        }
        if let Some(message) = say::sleep_from_controller(sleep.seconds, &sleep.origin) {
            self.tell_of(message, object);
        }
    }
}

/// The longest existing sleep of a pod, in seconds; unreadable hooks have a message elsewhere.
fn longest_sleep(spec: Node<'_, '_>) -> u64 {
    let containers = spec.get("containers").into_iter().flat_map(Node::items);
    let sleeps = containers.filter_map(|container| match hook::read(container) {
        Ok(Existing::Sleep(found)) => Some(found.seconds),
        _ => None,
    });
    sleeps.max().unwrap_or(0)
}

/// The hook of a container that its pod's annotation does not name.
fn not_chosen(existing: Existing) -> Hook {
    match existing {
        Existing::Absent(_) => Hook::None {
            why: NoHook::NotChosen,
        },
        Existing::Sleep(FoundSleep { seconds, .. }) => Hook::Kept { seconds },
        Existing::Script { why, .. } => Hook::Other { what: why },
        Existing::Other(what) => Hook::Other { what },
    }
}

/// The sleep of a backend: its own annotation, else the greatest of its paths. Of equal ones the first in the
/// text counts.
fn sleep_of(backend: &Backend) -> Sleep {
    if let Some(seconds) = backend.annotations.sleep {
        return Sleep {
            seconds: seconds.get(),
            origin: Origin::Annotation { on: Role::Workload },
        };
    }
    let nothing = Sleep {
        seconds: 0,
        origin: Origin::Default { product: None },
    };
    let mut sleeps = backend.ways.iter().map(|way| &way.sleep);
    let first = sleeps.next().unwrap_or(&nothing);
    let greatest = sleeps.fold(first, |best, sleep| {
        if sleep.seconds > best.seconds {
            sleep
        } else {
            best
        }
    });
    greatest.clone()
}

/// The bytes of a name that is a template expression: `{{ … }}` is a mapping in YAML, or text in quotes.
fn template_name(object: Node<'_, '_>) -> Option<Range<usize>> {
    let name = object.get("metadata")?.get("name")?;
    let text = name.text();
    let braces = text.is_some_and(|text| text.contains("{{"));
    (braces || matches!(name.kind(), Kind::Mapping | Kind::Sequence)).then(|| name.span())
}
