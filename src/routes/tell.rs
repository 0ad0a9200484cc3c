//! What the trace tells: warnings about routes, Services and names.

use super::{Identity, Tracer, Wanted};
use crate::config::annotations;
use crate::input::objects::{Object, left_alone};
use crate::say::kind_name;
use crate::say::{Message, Reason};
use crate::tables::path::Text;
use crate::tables::references::References;
use set_prestop_yaml::{Kind, Node};
use std::collections::HashMap;

impl<'t, 's> Tracer<'_, 't, 's> {
    /// Tells of annotations that can't be read, on the object or on the template at this path.
    pub(super) fn tell_faults(
        &mut self,
        object: &Object<'t, 's>,
        path: &[Text],
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

    pub(super) fn warn(
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
    pub(super) fn tell_wrong_types(&mut self, service: &Object<'t, 's>) -> bool {
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
    pub(super) fn tell_local(&mut self, object: &Object<'t, 's>) {
        if let Some(why) = left_alone(object) {
            let message = Message::new(Reason::LeftAlone, format!("left alone: {why}"));
            self.messages
                .push(self.render.about(message, object, object.node()));
        }
    }

    pub(super) fn tell_unreadable(&mut self, object: &Object<'t, 's>, found: &References<'t, 's>) {
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

    pub(super) fn tell_missing(
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
    pub(super) fn missing_help(&self, name: &str) -> String {
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
    pub(super) fn tell_same_workload(
        &mut self,
        index: usize,
        seen: &mut HashMap<Identity<'t>, usize>,
    ) {
        let Some(object) = self.render.get(index) else {
            return;
        };
        let identity = (object.group, object.kind, object.namespace, object.name);
        match seen.insert(identity, index) {
            Some(first) if first != index => {
                self.tell_twice(object.kind, object.name, &[first, index]);
            }
            _ => {}
        }
    }

    pub(super) fn tell_twice(&mut self, kind: &str, name: &str, found: &[usize]) {
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
    pub(super) fn tell_no_route(&mut self, asked: bool) {
        let workloads = self.templates.iter().filter(|t| {
            self.render.get(t.object).is_some_and(|o| {
                let row = self.tables.workload(o.group, o.kind);
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
pub(super) fn qualified(namespace: Option<&str>, name: &str) -> String {
    match namespace {
        Some(namespace) => format!("{namespace}/{name}"),
        None => name.to_owned(),
    }
}
