//! The plan: what each container and each pod gets. It decides and does not write.
//!
//! docs/reference.md, section 3.

use crate::config::annotations::Inject;
use crate::config::{
    Config, DEFAULT_MARGIN, DEFAULT_SHUTDOWN, ExistingHooks, Handler, KubernetesVersion,
};
use crate::drain::advice;
use crate::drain::budget::Budget;
use crate::drain::hook::{self, Hook, Level, Number, Sleep};
use crate::input::objects::{Object, Render, left_alone};
use crate::model::DEFAULT_GRACE;
use crate::model::{Change, ContainerPlan, GracePlan, Plan, Target, Written};
use crate::routes::{Backend, DEFAULT_SLEEP, Origin, Template, Trace, Way};
use crate::say::{Message, Reason, kind_name};
use crate::tables::{Tables, shellless};
use set_prestop_yaml::{Kind, Node, Step};
use std::collections::BTreeSet;
use std::ops::Range;

/// The annotation that names containers.
const CONTAINERS_KEY: &str = "set-prestop.dev/containers";
/// Native sleeps are written from this version on.
const NATIVE: KubernetesVersion = KubernetesVersion::NATIVE_SLEEP;

/// The plans of a run, and what was to be told while they were made.
#[derive(Debug, Default)]
pub(crate) struct Planned {
    pub(crate) plans: Vec<Plan>,
    pub(crate) messages: Vec<Message>,
}

pub(crate) struct Planner<'a, 't, 's> {
    render: &'a Render<'t, 's>,
    tables: &'a Tables,
    config: &'a Config,
    /// Whether changes are told as missing instead of as done.
    check: bool,
    told: BTreeSet<String>,
    messages: Vec<Message>,
}

/// One pod while its plan is made.
struct Pod<'a, 't, 's> {
    object: &'a Object<'t, 's>,
    template: Node<'t, 's>,
    spec: Node<'t, 's>,
    /// Field path of the spec, for messages.
    field: String,
    windows: bool,
}

impl<'t, 's> Pod<'_, 't, 's> {
    /// Why an exec can't sleep in a container, where it is known that it can't.
    fn no_exec(&self, container: Node<'t, 's>) -> Option<String> {
        if self.windows {
            return Some("it runs on Windows".to_owned());
        }
        let image = container
            .get("image")
            .and_then(Node::text)
            .unwrap_or_default();
        shellless(image).then(|| format!("its image `{image}` is known to carry none"))
    }
}

impl<'a, 't, 's> Planner<'a, 't, 's> {
    pub(crate) fn new(
        render: &'a Render<'t, 's>,
        tables: &'a Tables,
        config: &'a Config,
        check: bool,
    ) -> Self {
        Planner {
            render,
            tables,
            config,
            check,
            told: BTreeSet::new(),
            messages: Vec::new(),
        }
    }

    /// Plans every backend of the trace.
    pub(crate) fn run(mut self, trace: &Trace<'t, 's>) -> Planned {
        let mut plans = Vec::with_capacity(trace.backends.len());
        for backend in &trace.backends {
            let Some(template) = trace.templates.get(backend.template) else {
                continue;
            };
            let Some(object) = self.render.get(template.object) else {
                continue;
            };
            plans.extend(self.plan(backend, template, object));
        }
        Planned {
            plans,
            messages: self.messages,
        }
    }

    fn tell(&mut self, message: Message, object: &Object<'t, 's>, offset: usize) {
        self.messages.push(self.render.at(message, object, offset));
    }

    fn leave(&mut self, object: &Object<'t, 's>, why: &str) {
        let message = Message::new(Reason::LeftAlone, format!("left alone: {why}"));
        self.tell(message, object, object.node().offset());
    }

    fn bad(
        &mut self,
        object: &Object<'t, 's>,
        field: String,
        offset: usize,
        text: String,
        help: &str,
    ) {
        let message = Message::new(Reason::BadResource, text)
            .help(help)
            .field(field);
        self.tell(message, object, offset);
    }

    fn plan(
        &mut self,
        backend: &Backend,
        template: &Template<'t, 's>,
        object: &Object<'t, 's>,
    ) -> Option<Plan> {
        let row = self.tables.workload(object.group, object.kind)?;
        if backend.annotations.inject == Some(Inject::Disabled) {
            self.leave(object, "`set-prestop.dev/inject: disabled`");
            return None;
        }
        if let Some(why) = &row.leave {
            // What brings routes of its own was told of already.
            if !row.routed {
                let message = Message::new(Reason::JobBehindRoute, format!("left alone: {why}"));
                self.tell(message, object, object.node().offset());
            }
            return None;
        }
        if let Some(why) = left_alone(object) {
            self.leave(object, why);
            return None;
        }
        let (sleep, origin) = sleep_of(backend);
        if sleep == 0 {
            self.leave(object, &format!("{} says 0 seconds", origin_text(&origin)));
            return None;
        }
        let pod = self.pod(template, object)?;
        let containers = self.containers(&pod, backend, sleep)?;
        let grace = self.grace(&pod, backend, &containers)?;
        let mut path = object.place.path.clone();
        path.extend(template.path.iter().cloned().map(Step::Key));
        path.push(Step::Key("spec".into()));
        let plan = Plan {
            resource: object.resource(),
            location: self.render.location(object, object.node().offset()),
            pod: pod.field.clone(),
            sleep_seconds: sleep,
            origin: origin_text(&origin),
            ways: backend.ways.iter().map(|way| self.way_text(way)).collect(),
            containers,
            grace,
            target: Target {
                chunk: object.place.chunk,
                source: object.place.source,
                path,
            },
        };
        self.tell_origin(&origin, object);
        self.tell_changes(&plan, &pod);
        if template.path.is_empty() && plan.is_change() {
            let message = Message::new(
                Reason::BarePod,
                "a bare Pod: one that exists can't be updated, it has to be replaced",
            )
            .help("delete and create it, or make it a Deployment");
            self.tell(message, object, object.node().offset());
        }
        for (message, offset) in advice::tell(row, object.node(), template.node, &plan) {
            self.tell(message, object, offset);
        }
        Some(plan)
    }

    fn pod<'o>(
        &mut self,
        template: &Template<'t, 's>,
        object: &'o Object<'t, 's>,
    ) -> Option<Pod<'o, 't, 's>> {
        let mut field = template.path.join(".");
        if !field.is_empty() {
            field.push('.');
        }
        field.push_str("spec");
        let spec = template.node.get("spec")?;
        match spec.kind() {
            Kind::Mapping => {}
            Kind::Null => return None,
            Kind::Scalar | Kind::Sequence => {
                let text = format!(
                    "`{field}` is {}, expected a mapping",
                    kind_name(spec.kind())
                );
                self.bad(
                    object,
                    field,
                    spec.offset(),
                    text,
                    "write the pod's `containers:` below it",
                );
                return None;
            }
        }
        let text = |node: Option<Node<'t, 's>>| node.and_then(Node::text);
        let os = text(spec.get("os").and_then(|os| os.get("name")));
        let selector = spec.get("nodeSelector");
        let node_os = ["kubernetes.io/os", "beta.kubernetes.io/os"]
            .iter()
            .find_map(|key| text(selector.and_then(|s| s.get(key))));
        Some(Pod {
            object,
            template: template.node,
            spec,
            field,
            windows: os.or(node_os) == Some("windows"),
        })
    }

    fn containers(
        &mut self,
        pod: &Pod<'_, 't, 's>,
        backend: &Backend,
        sleep: u64,
    ) -> Option<Vec<ContainerPlan>> {
        let field = format!("{}.containers", pod.field);
        let nodes: Vec<Node<'t, 's>> = match pod.spec.get("containers") {
            None => Vec::new(),
            Some(list) => match list.kind() {
                Kind::Null => Vec::new(),
                Kind::Sequence => list.items().collect(),
                Kind::Scalar | Kind::Mapping => {
                    let text = format!("`{field}` is {}, expected a list", kind_name(list.kind()));
                    self.bad(
                        pod.object,
                        field,
                        list.offset(),
                        text,
                        "write each container as a list item (`- name: ...`)",
                    );
                    return None;
                }
            },
        };
        let mut named = BTreeSet::new();
        let mut containers = Vec::with_capacity(nodes.len());
        let mut sound = true;
        for (index, node) in nodes.iter().enumerate() {
            let at = format!("{field}[{index}]");
            if node.kind() != Kind::Mapping {
                let text = format!("`{at}` is {}, expected a mapping", kind_name(node.kind()));
                self.bad(
                    pod.object,
                    at,
                    node.offset(),
                    text,
                    "write each container as a list item (`- name: ...`)",
                );
                sound = false;
                continue;
            }
            let name = node.get("name").and_then(Node::text).unwrap_or_default();
            named.insert(name);
            let chosen = backend
                .annotations
                .containers
                .as_ref()
                .is_none_or(|names| names.iter().any(|n| n == name));
            match self.container(pod, *node, index, name, sleep, chosen) {
                Ok(container) => containers.push(container),
                Err(wrong) => {
                    let field = format!("{at}.{}", wrong.field);
                    self.bad(pod.object, field, wrong.offset, wrong.text, wrong.help);
                    sound = false;
                }
            }
        }
        for name in backend.annotations.containers.iter().flatten() {
            if !named.contains(name.as_str()) {
                let known: Vec<String> = named.iter().map(|n| format!("`{n}`")).collect();
                let message = Message::new(
                    Reason::BadAnnotation,
                    format!("the pod has no regular container `{name}`"),
                )
                .help(format!(
                    "name one of {}; init containers and sidecars take no hook of this kind",
                    known.join(", ")
                ))
                .field(format!("metadata.annotations[{CONTAINERS_KEY}]"));
                let annotated = pod
                    .template
                    .get("metadata")
                    .and_then(|m| m.get("annotations"))
                    .and_then(|a| a.get(CONTAINERS_KEY));
                let own = pod
                    .object
                    .node()
                    .get("metadata")
                    .and_then(|m| m.get("annotations"))
                    .and_then(|a| a.get(CONTAINERS_KEY));
                self.tell(
                    message,
                    pod.object,
                    own.or(annotated).unwrap_or(pod.spec).offset(),
                );
                sound = false;
            }
        }
        sound.then_some(containers)
    }

    /// Decides for one container. Kept and missing hooks are told here, changes once the whole plan stands.
    fn container(
        &mut self,
        pod: &Pod<'_, 't, 's>,
        node: Node<'t, 's>,
        index: usize,
        name: &str,
        sleep: u64,
        chosen: bool,
    ) -> Result<ContainerPlan, hook::WrongType> {
        let hook = hook::read(node)?;
        let before = match &hook {
            Hook::Sleep(found) => Some(found.seconds),
            Hook::Absent(_) | Hook::Script { .. } | Hook::Other(_) => None,
        };
        let mut plan = ContainerPlan {
            name: name.to_owned(),
            index,
            before,
            after: before,
            change: Change::Nothing,
        };
        if !chosen {
            return Ok(plan);
        }
        let mode = self.config.existing_hooks.unwrap_or_default();
        let field = format!("{}.containers[{index}].lifecycle.preStop", pod.field);
        self.tell_exec_without_shell(pod, node, &hook, &field);
        plan.change = match hook {
            Hook::Absent(level) => match self.handler(pod, node, name, sleep, &field) {
                Some(handler) => Change::Add {
                    handler,
                    lifecycle: level == Level::PreStop,
                },
                None => Change::Nothing,
            },
            Hook::Sleep(found) => self.existing_sleep(pod, node, &found, sleep, mode, &field),
            Hook::Script { index, what } => match mode {
                ExistingHooks::Prepend => {
                    let script = command_word(node, index).unwrap_or_default();
                    Change::Prepend {
                        index,
                        script: format!("sleep {sleep}; {script}"),
                    }
                }
                ExistingHooks::Replace => self.replace(pod, node, name, sleep, &field),
                ExistingHooks::Raise | ExistingHooks::Set | ExistingHooks::Keep => {
                    self.keep(pod, node, &what, &field);
                    Change::Nothing
                }
            },
            Hook::Other(what) => {
                if mode == ExistingHooks::Replace {
                    self.replace(pod, node, name, sleep, &field)
                } else {
                    self.keep(pod, node, &what, &field);
                    Change::Nothing
                }
            }
        };
        if plan.change != Change::Nothing {
            plan.after = Some(sleep);
        }
        Ok(plan)
    }

    /// A hook that stands and can't run fails at once: the container gets SIGTERM without any delay.
    fn tell_exec_without_shell(
        &mut self,
        pod: &Pod<'_, 't, 's>,
        node: Node<'t, 's>,
        hook: &Hook,
        field: &str,
    ) {
        let execs = match hook {
            Hook::Sleep(sleep) => sleep.number != Number::Native,
            Hook::Script { .. } => true,
            Hook::Absent(_) | Hook::Other(_) => false,
        };
        if let Some(why) = pod.no_exec(node).filter(|_| execs) {
            let text = format!(
                "the hook that stands needs a shell or `sleep`, and the container has none ({why}): it fails, and SIGTERM comes at once"
            );
            let message = Message::new(Reason::NoShell, text)
                .help("write `sleep: {seconds: ...}` in its place (Kubernetes 1.30 or later)")
                .field(field);
            self.tell(message, pod.object, hook_offset(node));
        }
    }

    fn replace(
        &mut self,
        pod: &Pod<'_, 't, 's>,
        node: Node<'t, 's>,
        name: &str,
        sleep: u64,
        field: &str,
    ) -> Change {
        match self.handler(pod, node, name, sleep, field) {
            Some(handler) => Change::Replace { handler },
            None => Change::Nothing,
        }
    }

    fn existing_sleep(
        &mut self,
        pod: &Pod<'_, 't, 's>,
        node: Node<'t, 's>,
        found: &Sleep,
        sleep: u64,
        mode: ExistingHooks,
        field: &str,
    ) -> Change {
        let keep = mode == ExistingHooks::Keep;
        if found.seconds == sleep {
            return Change::Nothing;
        }
        if found.seconds > sleep && mode != ExistingHooks::Set {
            if !keep {
                let text = format!("the sleep of {} s stays, {sleep} s would do", found.seconds);
                let message = Message::new(Reason::SleepLonger, text)
                    .help("to lower it, state `existingHooks: Set`, or correct it where it is written")
                    .field(field);
                self.tell(message, pod.object, hook_offset(node));
            }
            return Change::Nothing;
        }
        if keep {
            let text = format!(
                "the sleep of {} s stays because of `existingHooks: Keep`, {sleep} s are needed",
                found.seconds
            );
            let message = Message::new(Reason::SleepShorter, text)
                .help("state `existingHooks: Raise` to raise it")
                .field(field);
            self.tell(message, pod.object, hook_offset(node));
            return Change::Nothing;
        }
        let command = match &found.number {
            Number::Native => None,
            Number::Command { index, range } => {
                let word = command_word(node, *index).unwrap_or_default();
                Some((*index, substitute(word, range, sleep)))
            }
        };
        Change::Number {
            command,
            seconds: sleep,
        }
    }

    fn keep(&mut self, pod: &Pod<'_, 't, 's>, node: Node<'t, 's>, what: &str, field: &str) {
        let message = Message::new(Reason::HookKept, format!("the hook {what} is kept, and it does not begin with a sleep"))
            .help("let it begin with the sleep, or state `existingHooks: Prepend` (shell scripts) or `Replace`")
            .field(field);
        self.tell(message, pod.object, hook_offset(node));
    }

    /// How the sleep is written for a container; `None`, with a warning, where nothing can run it.
    ///
    /// | `handler` | `kubernetesVersion` | exec can serve | else |
    /// | --- | --- | --- | --- |
    /// | `Sleep` | any | native | native |
    /// | `Auto` | at least 1.30 | native | native |
    /// | `Auto` | not stated | exec | native |
    /// | `Auto` | below 1.30 | exec | no hook, `NoShell` |
    /// | `Exec` | any | exec | no hook, `NoShell` |
    fn handler(
        &mut self,
        pod: &Pod<'_, 't, 's>,
        node: Node<'t, 's>,
        name: &str,
        sleep: u64,
        field: &str,
    ) -> Option<Written> {
        let version = self.config.kubernetes_version;
        match (self.config.handler.unwrap_or_default(), pod.no_exec(node)) {
            (Handler::Sleep, _) => Some(Written::Sleep(sleep)),
            (Handler::Auto, _) if version.is_some_and(|v| v >= NATIVE) => {
                Some(Written::Sleep(sleep))
            }
            (Handler::Auto, Some(_)) if version.is_none() => Some(Written::Sleep(sleep)),
            (Handler::Auto | Handler::Exec, None) => Some(Written::Exec(sleep)),
            (Handler::Auto | Handler::Exec, Some(why)) => {
                let text = format!(
                    "the container `{name}` has no shell to sleep with ({why}), and gets no hook"
                );
                let message = Message::new(Reason::NoShell, text)
                    .help("state `handler: Sleep` where the cluster is 1.30 or later, or let the program wait by itself after SIGTERM")
                    .field(field);
                self.tell(message, pod.object, node.offset());
                None
            }
        }
    }

    fn grace(
        &mut self,
        pod: &Pod<'_, 't, 's>,
        backend: &Backend,
        containers: &[ContainerPlan],
    ) -> Option<GracePlan> {
        const FIELD: &str = "terminationGracePeriodSeconds";
        let field = format!("{}.{FIELD}", pod.field);
        let node = pod
            .spec
            .get(FIELD)
            .filter(|n| n.kind() != Kind::Null && !(n.kind() == Kind::Mapping && n.is_empty()));
        let stated = match node {
            None => None,
            Some(node) => {
                let Some(seconds) = node.as_int().and_then(|n| u64::try_from(n).ok()) else {
                    let text = format!("`{FIELD}` is not a whole number of seconds");
                    self.bad(pod.object, field, node.offset(), text, "write a number without quotes, such as `terminationGracePeriodSeconds: 45`");
                    return None;
                };
                Some(seconds)
            }
        };
        let longest = |of: fn(&ContainerPlan) -> Option<u64>| {
            containers.iter().filter_map(of).max().unwrap_or(0)
        };
        let budget = Budget {
            stated,
            before: longest(|c| c.before),
            after: longest(|c| c.after),
            lowered: containers.iter().any(|c| c.after < c.before),
            shutdown_annotation: backend
                .annotations
                .shutdown
                .map(crate::config::Seconds::get),
            shutdown: self
                .config
                .shutdown_seconds
                .map_or(DEFAULT_SHUTDOWN, crate::config::Seconds::get),
            margin: self
                .config
                .margin_seconds
                .map_or(DEFAULT_MARGIN, crate::config::Seconds::get),
        };
        let grace = GracePlan {
            stated,
            sleep: budget.after,
            program: budget.program(),
            margin: budget.margin,
            written: budget.grace(),
        };
        if stated == Some(0) && budget.after > 0 {
            let message = Message::new(Reason::GraceZero, "a grace period of 0 kills the program at once and runs no hook")
                .help("state the seconds that the program needs, or `set-prestop.dev/inject: disabled` if it is to be killed")
                .field(field);
            let offset = node.map_or(pod.spec.offset(), Node::offset);
            self.tell(message, pod.object, offset);
        }
        Some(grace)
    }

    /// Tells what is done, or with `check` what is missing.
    fn tell_changes(&mut self, plan: &Plan, pod: &Pod<'_, 't, 's>) {
        let list = pod.spec.get("containers");
        let nodes: Vec<Node<'_, '_>> = list.into_iter().flat_map(Node::items).collect();
        for container in &plan.containers {
            let node = nodes.get(container.index).copied().unwrap_or(pod.spec);
            let before = container.before.unwrap_or(0);
            let after = container.after.unwrap_or(0);
            let missing = self.check;
            let (reason, text) = match &container.change {
                Change::Nothing => continue,
                Change::Add { handler, .. } if missing => {
                    (Reason::HookAdded, format!("needs {handler}"))
                }
                Change::Add { handler, .. } => (Reason::HookAdded, format!("{handler} added")),
                Change::Number { .. } => {
                    let (reason, way) = if after < before {
                        (Reason::HookLowered, "lowered")
                    } else {
                        (Reason::HookRaised, "raised")
                    };
                    let needs = if missing { "needs its " } else { "" };
                    let text = format!("{needs}sleep {way} from {before} to {after} s");
                    (reason, text)
                }
                Change::Prepend { .. } if missing => (
                    Reason::HookPrepended,
                    format!("needs `sleep {after}; ` before its script"),
                ),
                Change::Prepend { .. } => (
                    Reason::HookPrepended,
                    format!("`sleep {after}; ` put before the script"),
                ),
                Change::Replace { handler } if missing => (
                    Reason::HookReplaced,
                    format!("needs {handler} in place of its hook"),
                ),
                Change::Replace { handler } => (
                    Reason::HookReplaced,
                    format!("the hook replaced by {handler}"),
                ),
            };
            let text = format!("{text} ({})", plan.origin);
            let field = format!(
                "{}.containers[{}].lifecycle.preStop",
                plan.pod, container.index
            );
            self.tell_change(reason, text, field, pod.object, node.offset());
        }
        if let Some(seconds) = plan.grace.written {
            let GracePlan {
                sleep,
                program,
                margin,
                stated,
                ..
            } = plan.grace;
            let was =
                stated.map_or_else(|| format!("not stated, {DEFAULT_GRACE}"), |s| s.to_string());
            let sum =
                format!("{sleep} s sleep + {program} s shutdown + {margin} s margin; was {was}");
            let field = format!("{}.terminationGracePeriodSeconds", plan.pod);
            // Where none is stated the new line comes after the containers, and so does what is told of it.
            let latest = nodes.last().copied();
            let node = pod
                .spec
                .get("terminationGracePeriodSeconds")
                .or(latest)
                .unwrap_or(pod.spec);
            self.tell_change(
                Reason::GraceWritten,
                if self.check {
                    format!("needs to be {seconds} ({sum})")
                } else {
                    format!("{seconds} written ({sum})")
                },
                field,
                pod.object,
                node.offset(),
            );
        }
    }

    fn tell_change(
        &mut self,
        reason: Reason,
        text: String,
        field: String,
        object: &Object<'t, 's>,
        offset: usize,
    ) {
        let message = if self.check {
            Message::new(Reason::ChangePending, text)
                .help("run without `--check` (or `check: true`) to write it")
        } else {
            Message::new(reason, text)
        };
        self.tell(message.field(field), object, offset);
    }

    /// A number that the configuration does not state is told once, with the line that states it.
    fn tell_origin(&mut self, origin: &Origin, object: &Object<'t, 's>) {
        let Origin::Controller {
            product,
            seconds,
            class,
            source,
        } = origin
        else {
            return;
        };
        if *seconds == DEFAULT_SLEEP || !self.told.insert(format!("{product} {class:?}")) {
            return;
        }
        let text = format!("{seconds} s because the controller is {product} ({source})");
        let help = match class {
            Some(class) => format!(
                "to state it: `ingressClasses: [{{class: {class}, sleepSeconds: {seconds}}}]`"
            ),
            None => format!("to state it: `sleepSeconds: {seconds}`"),
        };
        let message = Message::new(Reason::SleepFromController, text).help(help);
        self.tell(message, object, object.node().offset());
    }

    fn way_text(&self, way: &Way) -> String {
        let object = |index: Option<usize>| index.and_then(|i| self.render.get(i));
        let mut text = String::with_capacity(128);
        let route = object(way.route);
        let service = object(way.service).filter(|_| way.route != way.service);
        match (route, service) {
            (None, None) => text.push_str("annotation `set-prestop.dev/inject: enabled`"),
            (None, Some(_)) => text.push_str("brought in by name or annotation"),
            (Some(route), _) => {
                route.add_title(&mut text);
                if let Some(class) = &way.class {
                    text.extend([" (class `", class, "`)"]);
                }
            }
        }
        if let Some(service) = service {
            text.push_str(" → ");
            service.add_title(&mut text);
        }
        text
    }
}

/// The seconds of a backend: its own annotation, else the greatest over its ways.
fn sleep_of(backend: &Backend) -> (u64, Origin) {
    if let Some(seconds) = backend.annotations.sleep {
        return (
            seconds.get(),
            Origin::Annotation("the workload's annotation"),
        );
    }
    // Of equal ones the first counts: the order of the text decides, not that of a map.
    let mut ways = backend.ways.iter();
    let Some(first) = ways.next() else {
        return (0, Origin::Default);
    };
    let greatest = ways.fold(first, |best, way| {
        if way.seconds > best.seconds {
            way
        } else {
            best
        }
    });
    (greatest.seconds, greatest.origin.clone())
}

fn origin_text(origin: &Origin) -> String {
    match origin {
        Origin::Annotation(whose) => (*whose).to_owned(),
        Origin::ClassRule(class) => format!("the rule for class `{class}`"),
        Origin::Configured => "`sleepSeconds`".to_owned(),
        Origin::Controller { product, .. } => format!("controller {product}"),
        Origin::Default => "the default".to_owned(),
    }
}

fn hook_offset(container: Node<'_, '_>) -> usize {
    let lifecycle = container.get("lifecycle");
    lifecycle
        .and_then(|l| l.get("preStop"))
        .or(lifecycle)
        .unwrap_or(container)
        .offset()
}

fn command_word<'t>(container: Node<'t, '_>, index: usize) -> Option<&'t str> {
    let exec = container.get("lifecycle")?.get("preStop")?.get("exec")?;
    exec.get("command")?.items().nth(index)?.text()
}

/// The word with its number replaced.
fn substitute(word: &str, range: &Range<usize>, seconds: u64) -> String {
    let (before, after) = (word.get(..range.start), word.get(range.end..));
    format!(
        "{}{seconds}{}",
        before.unwrap_or_default(),
        after.unwrap_or_default()
    )
}
