//! What has no effect in the input: keys that appear twice, and our own keys in places where nothing reads them.

use super::Tracer;
use crate::config::annotations::{INJECT_KEY, PREFIX, Roles};
use crate::config::{API_VERSION, KIND};
use crate::input::objects::Object;
use crate::model::FieldPath;
use crate::say::routes as say;
use lossless_yaml::Node;

impl<'t, 's> Tracer<'_, 't, 's> {
    /// Reports what has no effect in an object.
    pub(super) fn tell_stray(&mut self, object: &Object<'t, 's>, roles: Roles) {
        // Skipped documents are not read, so other kinds are not checked either.
        self.tell_keys_twice(object, self.tables.knows(object.kind) || roles.service);
        if object.kind == KIND && API_VERSION.split('/').next() == Some(object.group) {
            self.tell(object, say::unused_config());
            return;
        }
        let metadata = object.node().get("metadata");
        let below = |key: &str| metadata.and_then(|m| m.get(key)).into_iter();
        let labels = below("labels").flat_map(Node::entries);
        let annotations = below("annotations").flat_map(Node::entries);
        let left = self.tables.workload(object.group, object.kind);
        let left = left.is_some_and(|row| row.leave.is_some());
        let bears = roles.workload && !left || roles.service || roles.route;
        // Of a Namespace `inject: disabled` is read, and a Job behind a route may be silenced by it.
        let disables = |entry: &(Node<'t, 's>, Node<'t, 's>)| {
            (left || object.kind == "Namespace")
                && entry.0.text() == Some(INJECT_KEY)
                && entry.1.text() == Some("disabled")
        };
        let ours = |(key, _): &(Node<'t, 's>, Node<'t, 's>)| {
            key.text().is_some_and(|key| key.starts_with(PREFIX))
        };
        let label = labels.into_iter().find(ours);
        let excludes = below("annotations").flat_map(Node::entries).find(disables);
        if let Some((key, _)) = excludes.filter(|_| self.is_without_objects(object)) {
            let message = say::namespace_without_objects(object.name);
            self.tell_at(object, key, message);
        }
        let mut annotations = annotations.into_iter();
        let annotation = annotations.find(|entry| !bears && ours(entry) && !disables(entry));
        if let Some((key, _)) = label {
            let message = say::unused_label(key.text().unwrap_or_default());
            self.tell_at(object, key, message);
        }
        if let Some((key, _)) = annotation {
            let message = say::unused_annotation(key.text().unwrap_or_default(), object.kind);
            self.tell_at(object, key, message);
        }
    }

    /// Whether no object is in this Namespace, and workloads are in none.
    fn is_without_objects(&mut self, object: &Object<'t, 's>) -> bool {
        let objects = &self.render.objects;
        object.kind == "Namespace"
            && self.may_compare(objects.len())
            && !objects.iter().any(|o| o.namespace == Some(object.name))
            && objects
                .iter()
                .any(|o| o.namespace.is_none() && self.tables.workload(o.group, o.kind).is_some())
    }

    /// A duplicate key at the top of a document: the marker between two documents is missing.
    ///
    /// A document with two kinds is never skipped.
    fn tell_keys_twice(&mut self, object: &Object<'t, 's>, known: bool) {
        let mut twice = object.node().doubled_keys();
        let twice = twice.find(|(_, second)| known || second.text() == Some("kind"));
        if let Some((first, second)) = twice {
            let at = object.at(first.span());
            let message = say::key_twice(second.text().unwrap_or_default(), at);
            self.tell_at(object, second, message);
        }
    }

    /// A label of ours on a pod template, where it has no effect either.
    pub(super) fn tell_stray_labels(&mut self, index: usize, object: &Object<'t, 's>) {
        for template in self.own_templates(index) {
            let Some(template) = self.templates.get(template).filter(|t| !t.path.is_empty()) else {
                continue;
            };
            let labels = template.node.get("metadata").and_then(|m| m.get("labels"));
            let mut keys = labels.into_iter().flat_map(Node::entries);
            let ours = |key: Node<'t, 's>| key.text().is_some_and(|key| key.starts_with(PREFIX));
            let found = keys.find(|(key, _)| ours(*key));
            if let Some((key, _)) = found {
                let message = say::unused_label(key.text().unwrap_or_default());
                let field = FieldPath::from(&*template.path).keys(["metadata", "labels"]);
                let message = message.field(format!("{field}[{}]", key.text().unwrap_or_default()));
                self.tell_at(object, key, message);
            }
        }
    }
}
