//! What stands in the input and has no effect: keys twice, keys of ours where nothing reads them, documents that are no
//! objects.

use super::Tracer;
use crate::config::annotations::PREFIX;
use crate::config::annotations::Roles;
use crate::config::{API_VERSION, KIND};
use crate::input::objects::Object;
use crate::say::routes as say;
use lossless_yaml::{Kind, Node};
use std::collections::HashMap;
use std::collections::hash_map::Entry;

impl<'t, 's> Tracer<'_, 't, 's> {
    /// Tells what of an object has no effect.
    pub(super) fn tell_stray(&mut self, object: &Object<'t, 's>, roles: Roles) {
        // What is passed over unread can't be looked at, so other kinds are not, either.
        if self.tables.knows(object.kind) || roles.service {
            self.tell_keys_twice(object);
        }
        if object.kind == KIND && API_VERSION.split('/').next() == Some(object.group) {
            self.tell(object, say::unused_config());
            return;
        }
        let metadata = object.node().get("metadata");
        let below = |key: &str| metadata.and_then(|m| m.get(key)).into_iter();
        let labels = below("labels").flat_map(Node::entries);
        let annotations = below("annotations").flat_map(Node::entries);
        let bears = roles.workload || roles.service || roles.route || object.kind == "Namespace";
        let ours = |(key, _): &(Node<'t, 's>, Node<'t, 's>)| {
            key.text().is_some_and(|key| key.starts_with(PREFIX))
        };
        let label = labels.into_iter().find(ours);
        let annotation = annotations.into_iter().find(|entry| !bears && ours(entry));
        if let Some((key, _)) = label {
            let message = say::unused_label(key.text().unwrap_or_default());
            self.tell_at(object, key, message);
        }
        if let Some((key, _)) = annotation {
            let message = say::unused_annotation(key.text().unwrap_or_default(), object.kind);
            self.tell_at(object, key, message);
        }
    }

    /// A key that stands twice at a document's top: of two documents the marker between them is missing.
    fn tell_keys_twice(&mut self, object: &Object<'t, 's>) {
        let mut seen: HashMap<Option<&str>, Node<'t, 's>> = HashMap::new();
        let mut keys = object.node().written_entries().map(|(key, _)| key);
        let twice = keys.find_map(|second| match seen.entry(second.text()) {
            Entry::Occupied(first) => Some((*first.get(), second)),
            Entry::Vacant(slot) => {
                slot.insert(second);
                None
            }
        });
        if let Some((first, second)) = twice {
            let at = object.at(first.span());
            let message = say::key_twice(second.text().unwrap_or_default(), at);
            self.tell_at(object, second, message);
        }
    }

    /// Documents that are no objects, told once.
    pub(super) fn tell_no_objects(&mut self) {
        let objects = self.render.objects.iter();
        // What states a kind may be passed over unread, so it counts as an object.
        let (objects, others): (Vec<_>, Vec<_>) =
            objects.partition(|object| !object.kind.is_empty());
        if let Some(first) = others.first() {
            let message = say::not_an_object(others.len(), objects.is_empty(), what(first.node()));
            self.tell_at(first, first.node(), message);
        }
    }
}

/// What a document without a kind is, by its form.
fn what(node: Node<'_, '_>) -> say::NotAnObject {
    let of_kustomize = ["resources", "bases", "components", "helmCharts"];
    let holds = |name: &&str| node.get(name).is_some_and(|n| n.kind() == Kind::Sequence);
    if node.kind() == Kind::Sequence {
        say::NotAnObject::List
    } else if of_kustomize.iter().any(holds) {
        say::NotAnObject::Kustomization
    } else {
        say::NotAnObject::Other
    }
}
