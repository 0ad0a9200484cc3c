//! Which controller's load balancer a path goes through, and how long that needs.
//!
//! docs/reference.md, section 3.1.

use super::Tracer;
use super::entry::{Entry, Unknown};
use super::tell::Once;
use crate::input::objects::Object;
use crate::model::{Origin, Sleep};
use crate::say::meant_by;
use crate::say::routes as say;
use crate::tables::{
    Controller, DEFAULT_SLEEP, On, Text, controller_by_class, controller_by_name, policy, rendered,
    sharing, signed,
};
use lossless_yaml::{Kind, Node};
use std::collections::HashMap;

/// What is known about the controller of a path.
#[derive(Clone, Debug)]
pub(super) enum Whose<'t> {
    Known(&'static Controller),
    /// It needs no more than the default.
    Default,
    /// It is unknown.
    Unknown(Unknown<'t>),
}

/// An API group, a kind of class, and the field that names its controller.
pub(super) type ClassKind = (&'static str, &'static str, &'static str);

const CLASS_KINDS: [ClassKind; 2] = [
    ("networking.k8s.io", "IngressClass", "controller"),
    (
        "gateway.networking.k8s.io",
        "GatewayClass",
        "controllerName",
    ),
];

/// The controllers whose policies are attached to an object of this kind, namespace and name.
pub(super) type Policies<'t> =
    HashMap<(&'t str, Option<&'t str>, &'t str), Vec<&'static Controller>>;

impl<'t, 's> Tracer<'_, 't, 's> {
    /// The sleep that one entry of a route asks for in front of a Service.
    pub(super) fn sleep_of(&mut self, entry: &Entry<'t>, service: Option<usize>) -> Sleep {
        let default = |product| Sleep {
            seconds: DEFAULT_SLEEP,
            origin: Origin::Default { product },
        };
        if let Some(stated) = &entry.stated {
            return stated.clone();
        }
        match self.whose(entry, service) {
            Whose::Known(controller) => match controller.sleep_seconds {
                Some(seconds) => {
                    self.tell_delay(controller, entry.route, service);
                    Sleep {
                        seconds: seconds.into(),
                        origin: Origin::Controller {
                            product: &controller.product,
                            class: entry.class.map(str::to_owned),
                            source: controller.seconds_from(),
                        },
                    }
                }
                None => default(Some(&*controller.product)),
            },
            Whose::Default => default(None),
            Whose::Unknown(unknown) => {
                self.tell_unknown(entry.route, unknown);
                default(None)
            }
        }
    }

    /// The sleep that an entry asks for if the Service has no signs of a controller, and whether the Service makes no difference.
    pub(super) fn asked_at_least(&mut self, entry: &Entry<'t>) -> (u64, bool) {
        if let Some(stated) = &entry.stated {
            return (stated.seconds, true);
        }
        let class = entry.class;
        let whatever = class.is_some_and(|class| {
            self.class_object(class).is_some() || controller_by_class(class).is_some()
        });
        let whatever =
            whatever || entry.kind.is_some() || self.signs(On::OfRoute, entry.route).is_some();
        let seconds = match self.whose(entry, None) {
            Whose::Known(controller) => controller.sleep_seconds.map(u64::from),
            Whose::Default | Whose::Unknown(_) => None,
        };
        (seconds.unwrap_or(DEFAULT_SLEEP), whatever)
    }

    /// The controller of the load balancer. The first of these that identifies one counts:
    ///
    /// | | sign |
    /// | --- | --- |
    /// | 1 | the class rule or `sleepSeconds` (that is [`Entry::stated`]) |
    /// | 2 | the IngressClass or GatewayClass of the input that the class names |
    /// | 3 | a class name that only one controller uses |
    /// | 4 | the kind of the route, or a part of it that only one controller reads |
    /// | 5 | annotations that only one controller reads, and its policies: on the route, on the Service, on the Gateway |
    /// | 6 | objects of the input that only one controller reads |
    ///
    /// Annotations of two controllers on one object count as those of the one that needs longer.
    fn whose(&mut self, entry: &Entry<'t>, service: Option<usize>) -> Whose<'t> {
        let class = entry.class;
        let named = class.and_then(|class| Some((class, self.class_object(class)?)));
        if let Some((class, name)) = named {
            return match controller_by_name(name) {
                Some(controller) => self.unless(controller, entry.route),
                None => Whose::Unknown(Unknown::Controller {
                    class,
                    controller: name,
                }),
            };
        }
        if let Some(controller) = class.and_then(controller_by_class) {
            return self.unless(controller, entry.route);
        }
        if let Some(controller) = entry.kind {
            return Whose::Known(controller);
        }
        let bearers = [
            (On::OfRoute, Some(entry.route)),
            (On::OfService, service),
            (On::OfGateway, entry.gateway),
        ];
        for (on, bearer) in bearers {
            let told = bearer.and_then(|index| self.signs(on, index));
            if let Some(controller) = told {
                return Whose::Known(controller);
            }
        }
        let render = self.render;
        match rendered(|group, kind| render.has_kind(group, kind)) {
            Some(controller) => Whose::Known(controller),
            None => match (&entry.absent, entry.class) {
                (_, Some(class)) => Whose::Unknown(Unknown::Class(class)),
                (Some(absent), None) => Whose::Unknown(absent.clone()),
                (None, None) if entry.needs_class => Whose::Unknown(Unknown::NoClass),
                (None, None) => Whose::Default,
            },
        }
    }

    /// The controller of the class, unless the route says that it does not send to pods.
    fn unless(&self, controller: &'static Controller, route: usize) -> Whose<'t> {
        let mut annotations = self.annotations_of(route);
        if annotations.any(|(key, value)| controller.excepts(key, value)) {
            return Whose::Default;
        }
        Whose::Known(controller)
    }

    /// The controller named by the IngressClass or GatewayClass of the input.
    pub(super) fn class_object(&self, class: &str) -> Option<&'t str> {
        let render = self.render;
        let there = self.class_kinds.get_or_init(|| {
            let kinds = CLASS_KINDS.iter();
            kinds
                .filter(|(group, kind, _)| render.has_kind(group, kind))
                .collect()
        });
        there.iter().find_map(|(group, kind, field)| {
            let found = self.render.named(&|g| g == *group, kind, class, None);
            let object = self.render.get(*found.first()?)?;
            object.node().get("spec")?.get(field)?.text()
        })
    }

    /// The controller that the annotations of an object, or policies for it, identify; of several the one that needs longest.
    fn signs(&mut self, on: On, index: usize) -> Option<&'static Controller> {
        if let Some(known) = self.signs.get(&(on, index)) {
            return *known;
        }
        let object = self.render.get(index)?;
        if object.annotations.is_none() && self.policies.is_empty() {
            return None;
        }
        let roles = self.roles.get(index);
        // Keys for an Ingress have no meaning on a Service that is its own route.
        let own_route = on == On::OfRoute && roles.is_some_and(|roles| roles.service);
        let mut found = if own_route {
            let mut found = signed(On::OfLoadBalancer, self.annotations_of(index));
            found.extend(signed(On::OfService, self.annotations_of(index)));
            found
        } else {
            signed(on, self.annotations_of(index))
        };
        let key = (object.kind, object.namespace, object.name);
        found.extend(self.policies.get(&key).into_iter().flatten());
        let longest = found
            .into_iter()
            .max_by_key(|controller| controller.sleep_seconds);
        self.signs.insert((on, index), longest);
        longest
    }

    fn annotations_of(
        &self,
        index: usize,
    ) -> impl Iterator<Item = (&'t str, Node<'t, 's>)> + use<'t, 's> {
        let node = self.render.get(index).map(Object::node);
        let annotations = node.and_then(|n| n.get("metadata")?.get("annotations"));
        let entries = annotations.into_iter().flat_map(Node::entries);
        entries.filter_map(|(key, value)| Some((key.text()?, value)))
    }

    /// Which objects the policies of the input are attached to.
    pub(super) fn read_policies(&mut self) {
        if !self
            .render
            .has_any(|group, kind| policy(group, kind).is_some())
        {
            return;
        }
        for object in &self.render.objects {
            if let Some((controller, fields)) = policy(object.group, object.kind) {
                self.read_policy(object, controller, fields);
            }
        }
    }

    #[cold]
    fn read_policy(
        &mut self,
        object: &Object<'t, 's>,
        controller: &'static Controller,
        fields: &[Text],
    ) {
        let spec = object.node().get("spec");
        let targets = fields.iter().filter_map(|field| spec?.get(field));
        let targets = targets.flat_map(|node| {
            let one = (node.kind() == Kind::Mapping).then_some(node);
            one.into_iter().chain(node.items())
        });
        for target in targets {
            let text = |name: &str| target.get(name).and_then(Node::text);
            let kind = text("kind").unwrap_or("Service");
            let name = text("name").unwrap_or_default();
            let namespace = text("namespace").or(object.namespace);
            let known = self.policies.entry((kind, namespace, name)).or_default();
            known.push(controller);
        }
    }

    fn tell_unknown(&mut self, route: usize, unknown: Unknown<'t>) {
        let Some(object) = self.render.get(route) else {
            return;
        };
        let message = match &unknown {
            Unknown::Class(class) => {
                let users = sharing(class).map(|c| (&*c.product, c.name(), c.seconds()));
                let users: Vec<_> = users.collect();
                let near = self.near_class(class);
                say::class_unknown(class, &users, DEFAULT_SLEEP, near)
            }
            Unknown::Controller { class, controller } => {
                say::controller_unknown(class, controller, DEFAULT_SLEEP)
            }
            Unknown::Absent(kind, namespace, name) => {
                say::parent_absent(kind, *namespace, name, DEFAULT_SLEEP)
            }
            Unknown::NoClass => say::no_class(DEFAULT_SLEEP),
        };
        if self.told.insert(Once::Unknown(unknown)) {
            self.tell(object, message);
        }
    }

    /// The class of the input whose name is nearest to that of a missing one.
    fn near_class(&mut self, class: &str) -> Option<&'t str> {
        let objects = &self.render.objects;
        if !self.may_compare(objects.len()) {
            return None;
        }
        let classes = objects.iter();
        let classes = classes.filter(|o| matches!(o.kind, "IngressClass" | "GatewayClass"));
        meant_by(class, classes.map(|object| object.name))
    }

    /// What a delay for requests in flight means for the sleep.
    fn tell_delay(
        &mut self,
        controller: &'static Controller,
        route: usize,
        service: Option<usize>,
    ) {
        let Some(delay) = &controller.delay else {
            return;
        };
        for index in [service, Some(route)].into_iter().flatten() {
            let found = self.annotations_of(index).find_map(|(key, value)| {
                let stated = delay.keys.iter().any(|each| **each == *key);
                let pairs = value.text().filter(|_| stated)?.split(',');
                let mut pairs = pairs.filter_map(|pair| pair.split_once('='));
                let seconds = pairs.find(|(name, _)| name.trim() == &*delay.attribute);
                Some((key, seconds?.1.trim().parse::<u64>().ok()?))
            });
            let Some((key, seconds)) = found else {
                continue;
            };
            let sleep = controller.seconds();
            if let Some(object) = self.render.get(index)
                && self.told.insert(Once::Delay(index))
                && let Some(message) = say::drain_delay(key, seconds, sleep)
            {
                self.tell(object, message);
            }
            return;
        }
    }
}
