//! Kinds that no row has, found by their form, a pod template somewhere below whose labels a Service behind a route selects, or by
//! a name that is nearly one of a row.

use super::select::{selector_of, sorted_pairs};
use super::services::ServiceKind;
use super::{Identity, Tracer};
use crate::input::objects::{Object, labels, left_alone, same_namespace};
use crate::input::{self, Opened};
use crate::model::FieldPath;
use crate::say::{Message, Reason, routes as say};
use crate::tables::Tables;
use lossless_yaml::{Kind, Node, Step};
use std::collections::BTreeSet;

/// How deep in its object a template may be.
const DEEPEST: usize = 8;
/// How many nodes of one object are looked at.
const MOST_NODES: usize = 20_000;

impl<'t, 's> Tracer<'_, 't, 's> {
    /// Reports objects of kinds without a row, if a Service behind a route selects their pods.
    pub(super) fn tell_unknown_kinds(&mut self) {
        let reached = self.services.iter();
        let reached = reached.filter(|(_, kind)| matches!(kind, ServiceKind::Selects(_)));
        let reached: Vec<usize> = reached.map(|(index, _)| *index).collect();
        if reached.is_empty() {
            return;
        }
        let mut told: BTreeSet<Identity<'t>> = BTreeSet::new();
        for index in 0..self.render.objects.len() {
            let Some(object) = self.render.get(index) else {
                continue;
            };
            let known = self.roles.get(index).is_none_or(|roles| roles.any());
            if known || !object.is_object() || left_alone(object).is_some() || object.is_context {
                continue;
            }
            self.tell_unknown_kind(object, &reached, &mut told);
        }
    }

    /// Tells of an object if a Service that a route reaches would select what it makes.
    #[cold]
    fn tell_unknown_kind(
        &mut self,
        object: &Object<'t, 's>,
        reached: &[usize],
        told: &mut BTreeSet<Identity<'t>>,
    ) {
        let mut left = MOST_NODES;
        let mut found = Vec::new();
        templates(object.node(), &mut Vec::new(), &mut left, &mut found);
        let selected = found.iter().find_map(|(path, template)| {
            let mut services = reached
                .iter()
                .filter_map(|service| self.render.get(*service));
            let service = services.find(|service| would_select(service, object, *template));
            Some((path, service?))
        });
        let identity = (object.group, object.kind, object.namespace, object.name);
        // A misspelt kind is told of the Service. Containers of the object itself may be beside those that it makes, as the
        // sidecars of a `Prometheus` are.
        if let Some((path, service)) = selected
            && (self.tables.knows(object.kind)
                || !path.0.is_empty()
                    && input::kind_meant_by(object.kind, self.tables.workload_kinds()).is_none())
            && told.insert(identity)
        {
            let selects = format!("{} `{}`", service.kind, service.name);
            let found = (object.group, object.kind);
            let message = match self.tables.nearly_a_workload(object.group, object.kind) {
                Some(meant) => say::group_nearly_known(found, meant, &selects),
                None => say::kind_unknown(found, path, &selects),
            };
            self.tell(object, message);
        }
    }
}

/// Says in `NoRoute` which kind may have been meant for a route's, and in `ServiceSelectsNothing` which for a workload's.
pub(crate) fn name_near_kind(messages: &mut [Message], opened: &[Opened<'_>], tables: &Tables) {
    let mut no_route = messages.iter_mut().filter(|m| m.reason == Reason::NoRoute);
    if let Some(message) = no_route.next() {
        name_near_route(message, opened, tables);
    }
    let mut selects = messages.iter_mut();
    let nothing =
        |m: &&mut Message| m.reason == Reason::ServiceSelectsNothing && m.related.is_none();
    if let Some(message) = selects.find(nothing) {
        name_near_workload(message, opened, tables);
    }
}

#[cold]
fn name_near_route(message: &mut Message, opened: &[Opened<'_>], tables: &Tables) {
    let reads = |kind: &str| tables.reads(kind);
    if let Some((place, found, meant)) = input::nearly_a_kind(opened, &tables.route_kinds(), reads)
    {
        say::nearly_a_route(message, found, meant, place);
    }
}

#[cold]
fn name_near_workload(message: &mut Message, opened: &[Opened<'_>], tables: &Tables) {
    let reads = |kind: &str| tables.reads(kind);
    if let Some((place, found, meant)) =
        input::nearly_a_kind(opened, &tables.workload_kinds(), reads)
    {
        say::nearly_a_workload(message, found, meant, place);
    }
}

impl<'t, 's> Tracer<'_, 't, 's> {
    /// The object of a route's kind whose API group is nearly the one of that kind, and that group.
    pub(super) fn nearly_a_route(&self) -> Option<(&Object<'t, 's>, &str)> {
        let mut objects = self.render.objects.iter();
        objects.find_map(|object| {
            let (group, kind) = (object.group, object.kind);
            let known = object.is_context
                || !self.tables.knows(kind)
                || self.tables.route(group, kind).is_some();
            let near = (!known).then(|| self.tables.nearly_a_route(group, kind))?;
            Some((object, near?))
        })
    }
}

fn would_select(service: &Object<'_, '_>, object: &Object<'_, '_>, template: Node<'_, '_>) -> bool {
    let held: Vec<_> = labels(template).collect();
    same_namespace(service.namespace, object.namespace).is_some()
        && selector_of(service)
            .and_then(sorted_pairs)
            .is_some_and(|pairs| !pairs.is_empty() && pairs.iter().all(|pair| held.contains(pair)))
}

/// The nodes below that have the form of a pod template, with the path to each.
fn templates<'t, 's>(
    node: Node<'t, 's>,
    path: &mut Vec<Step>,
    left: &mut usize,
    found: &mut Vec<(FieldPath, Node<'t, 's>)>,
) {
    *left = left.saturating_sub(1);
    if *left == 0 || path.len() > DEEPEST {
        return;
    }
    let containers = node.get("spec").and_then(|spec| spec.get("containers"));
    if containers.is_some_and(|list| list.kind() == Kind::Sequence && !list.is_empty()) {
        found.push((FieldPath(path.clone()), node));
        return;
    }
    for (key, value) in node.entries() {
        let Some(key) = key.text() else { continue };
        path.push(Step::Key(key.to_owned().into()));
        templates(value, path, left, found);
        path.pop();
    }
    for (index, item) in node.items().enumerate() {
        path.push(Step::Index(index));
        templates(item, path, left, found);
        path.pop();
    }
}
