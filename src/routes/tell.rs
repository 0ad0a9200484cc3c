//! Which messages the trace gives, and where.

use super::entry::Unknown;
use super::{Identity, Tracer, Uncounted, WantedNamespace};
use crate::config::annotations;
use crate::input::objects::{Object, mark, same_namespace};
use crate::model::{Behind, Coverage, Covered, FieldPath};
use crate::say::routes as say;
use crate::say::{Message, kind_name, meant_by};
use crate::tables::path::Misfit;
use crate::tables::references::{References, UnknownRef};
use lossless_yaml::{Kind, Node, Step};
use std::collections::HashMap;

/// A message that is shown only once.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Once<'t> {
    /// The object at this place refers to this missing object.
    Missing(u32, usize, String, Option<String>, String),
    /// These two objects have the same name.
    Twice(usize, usize),
    /// The controller of a load balancer is unknown.
    Unknown(Unknown<'t>),
    /// The delay that this object sets.
    Delay(usize),
    /// A backend of a kind that nothing follows, by its place.
    Backend(u32, usize),
}

/// A message about an object, at the field that it names as far as the text has it.
pub(super) fn about(object: &Object<'_, '_>, message: Message) -> Message {
    let mut node = object.node();
    for name in message.field.iter().flat_map(|field| field.split('.')) {
        node = node.get(name).unwrap_or(node);
    }
    object.about(message, node)
}

/// Messages about invalid annotations of the object, or of the template at this path.
pub(super) fn faults(
    object: &Object<'_, '_>,
    path: &[Step],
    faults: Vec<annotations::AnnotationFault>,
) -> impl Iterator<Item = Message> {
    faults.into_iter().map(move |fault| {
        let field = FieldPath::from(path).keys(["metadata", "annotations"]);
        let message = fault.message.field(format!("{field}[{}]", fault.key));
        object.about_bytes(message, fault.range)
    })
}

impl<'t, 's> Tracer<'_, 't, 's> {
    /// Gives a message about an object, at the field that it names as far as the text has it.
    pub(super) fn tell(&mut self, object: &Object<'t, 's>, message: Message) {
        self.messages.push(about(object, message));
    }

    /// Gives a message about a node of an object.
    pub(super) fn tell_at(
        &mut self,
        object: &Object<'t, 's>,
        node: Node<'_, '_>,
        message: Message,
    ) {
        self.messages.push(object.about(message, node));
    }

    /// Reports wrong types in a Service that the run needs. Returns whether there are any.
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
        if let Some((field, node)) = wrong {
            let message = say::not_a_mapping(field, kind_name(node.kind()));
            self.tell_at(service, node, message);
        }
        wrong.is_some()
    }

    /// Tells of a Namespace whose annotation excludes its objects that it has none, while workloads are in no namespace.
    pub(super) fn tell_excludes_none(&mut self, object: &Object<'t, 's>, key: Node<'t, 's>) {
        let objects = &self.render.objects;
        let is_without_objects = object.kind == "Namespace"
            && self.may_compare(objects.len())
            && !objects.iter().any(|o| o.namespace == Some(object.name))
            && objects
                .iter()
                .any(|o| o.namespace.is_none() && self.tables.workload(o.group, o.kind).is_some());
        if is_without_objects {
            self.tell_at(object, key, say::namespace_without_objects(object.name));
        }
    }

    /// Reports names in a route that cannot be followed.
    pub(super) fn tell_unread(&mut self, object: &Object<'t, 's>, found: &References<'t, 's>) {
        for unknown in &found.unknown {
            self.tell_backend_unknown(object, unknown);
        }
        for fault in &found.faults {
            let message = say::annotation_unreadable(&fault.annotation, &fault.message);
            self.tell_at(object, fault.node, message);
        }
    }

    pub(super) fn tell_missing(
        &mut self,
        object: &Object<'t, 's>,
        kind: &str,
        name: &str,
        wanted: WantedNamespace<'_>,
        node: Node<'_, '_>,
    ) {
        // Routes of the context belong to others, and their Services may be elsewhere.
        if object.is_context {
            return;
        }
        let namespace = wanted.map(str::to_owned);
        let told = Once::Missing(
            object.place.source,
            object.node().offset(),
            kind.to_owned(),
            namespace,
            name.to_owned(),
        );
        if self.told.insert(told) {
            let near = self.near_service(name, wanted);
            let row = self.tables.route(object.group, object.kind);
            let corrected = row.is_some_and(|row| row.renamed);
            let mut message = say::service_missing(kind, wanted, name, near, corrected);
            // Some references are only a part of their text.
            message.replacement = message.replacement.filter(|_| node.text() == Some(name));
            self.tell_at(object, node, message);
        }
    }

    /// Whether this many more names may be compared for a suggestion.
    pub(super) fn may_compare(&mut self, names: usize) -> bool {
        let left = self.comparisons.checked_sub(names);
        self.comparisons = left.unwrap_or_default();
        left.is_some()
    }

    fn tell_backend_unknown(&mut self, object: &Object<'t, 's>, unknown: &UnknownRef<'t, 's>) {
        let UnknownRef {
            group,
            kind,
            name,
            node,
        } = unknown;
        let told = Once::Backend(object.place.source, node.offset());
        if self.told.insert(told) {
            self.tell_at(object, *node, say::backend_unknown(group, kind, name));
        }
    }

    /// The Service that the name of a missing one may mean: a host name, a renamed Service, or a misspelt name.
    pub(super) fn near_service(
        &mut self,
        name: &str,
        wanted: WantedNamespace<'_>,
    ) -> Option<say::Near<'t>> {
        let services = self.all_services.get_or_init(|| {
            let objects = self.render.objects.iter().enumerate();
            let services = objects.filter(|(_, o)| o.kind == "Service" && o.group.is_empty());
            services.map(|(index, _)| index).collect()
        });
        if !self.may_compare(services.len()) {
            return None;
        }
        let services = self.all_services.get().into_iter().flatten();
        let services = services.filter_map(|index| self.render.get(*index));
        let elsewhere = services.clone().find(|service| service.name == name);
        let services = services.filter(|o| same_namespace(wanted, o.namespace).is_some());
        let near = |service: &Object<'t, 's>, how| say::Near {
            name: service.name,
            how,
            place: service.at(service.name_bytes()),
        };
        let host = |service: &&Object<'t, 's>| {
            let rest = name.strip_prefix(service.name);
            rest.is_some_and(|rest| rest.starts_with('.') && rest.contains(".svc"))
        };
        if let Some(service) = services.clone().find(host) {
            return Some(near(service, say::NearBy::Host));
        }
        let renamed = |service: &&Object<'t, 's>| {
            service.name.starts_with(&format!("{name}-"))
                || service.name.ends_with(&format!("-{name}"))
        };
        if let Some(service) = services.clone().find(renamed) {
            return Some(near(service, say::NearBy::Renamed));
        }
        if let Some(service) = elsewhere {
            return Some(near(service, say::NearBy::Elsewhere(service.namespace?)));
        }
        let meant = meant_by(name, services.clone().map(|service| service.name))?;
        let mut services = services;
        let service = services.find(|service| service.name == meant)?;
        Some(near(service, say::NearBy::Spelt))
    }

    /// Two workloads of the same kind, name and namespace: both are changed, but the cluster gets only one.
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
        let [first, second, ..] = *found else { return };
        if !self.told.insert(Once::Twice(first, second)) {
            return;
        }
        let (Some(first), Some(second)) = (self.render.get(first), self.render.get(second)) else {
            return;
        };
        let other = (first.namespace != second.namespace).then_some(first.namespace);
        let message = say::name_twice(kind, name, other);
        self.tell(
            second,
            message.related(first.placed().place, "first defined here"),
        );
    }

    /// The routes that do not count, and why.
    fn uncounted(&self) -> Vec<say::UncountedRoute> {
        let each = self.uncounted.iter().filter_map(|(index, why)| {
            let object = self.render.get(*index)?;
            let row = self.tables.route(object.group, object.kind)?;
            // A workload that is also a route is named among the workloads without a route.
            let workload = self.tables.workload(object.group, object.kind);
            let name = say::qualified(object.namespace, object.name);
            let why = match why {
                Uncounted::ByRow => row.otherwise.as_ref()?.to_string(),
                Uncounted::NamesNone => say::NAMES_NONE.to_owned(),
            };
            let named = format!("{} `{name}`", object.kind);
            let place = object.placed().place;
            workload
                .is_none()
                .then_some(say::UncountedRoute { named, why, place })
        });
        each.collect()
    }

    /// Reports a wrong type on the way from a route to its Services.
    pub(super) fn tell_misfit(&mut self, object: &Object<'t, 's>, misfit: &Misfit<'t, 's>) {
        let Misfit {
            field,
            node,
            expected,
        } = misfit;
        let message = say::wrong_type(field, kind_name(node.kind()), expected);
        self.tell_at(object, *node, message);
    }

    /// Finding nothing is never silent (docs/reference.md, section 2.7).
    pub(super) fn tell_unreached(&mut self, coverage: &Coverage, serving: bool, asked: bool) {
        if coverage.workloads.is_empty() {
            return;
        }
        let unreached: Vec<&Covered> = coverage
            .workloads
            .iter()
            .filter(|each| each.behind == Behind::Service)
            .collect();
        let followed = !self.routes.is_empty() || asked || self.taken_out;
        if !followed || !unreached.is_empty() {
            let message = self.nothing_found(coverage, &unreached, serving, followed);
            self.messages.push(message);
        }
    }

    #[cold]
    fn nothing_found(
        &mut self,
        coverage: &Coverage,
        unreached: &[&Covered],
        serving: bool,
        followed: bool,
    ) -> Message {
        if followed {
            // Routes that only redirect name no Service; beside other routes they are not worth a message.
            let none = |(_, why): &(usize, Uncounted)| *why == Uncounted::ByRow;
            self.uncounted.retain(none);
            say::unreached(unreached, &self.uncounted())
        } else if self.skipped.is_empty() {
            let uncounted = self.uncounted();
            let lost = serving || !unreached.is_empty() && !uncounted.is_empty();
            let message = say::no_route(coverage.workloads.len(), lost, unreached, &uncounted);
            match self.nearly_a_route() {
                Some((object, group)) => {
                    let at = object.node().get("apiVersion").map(mark);
                    let at = object.at(at.unwrap_or_else(|| mark(object.node())));
                    say::nearly_a_group(message, (object.api_version, object.kind), group, at)
                }
                None => message,
            }
        } else {
            let classes = self.skipped.iter().copied();
            let wanted = self.config.ingress_class.as_deref();
            say::every_route_skipped(coverage.workloads.len(), classes, wanted)
        }
    }
}
