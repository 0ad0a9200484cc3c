//! What has no effect in the input: keys that appear twice, and our own keys in places where nothing reads them.

use crate::config::annotations::{INJECT_KEY, PREFIX, Roles};
use crate::config::{API_VERSION, KIND};
use crate::input::objects::Object;
use crate::model::FieldPath;
use crate::say::{Message, routes as say};
use crate::tables::Tables;
use crate::tables::path::Steps;
use lossless_yaml::Node;

/// Reports what has no effect in an object; with `left` it is one of a kind that is left alone. Returns the key of the annotation that excludes the objects of a Namespace.
pub(super) fn tell<'t, 's>(
    object: &Object<'t, 's>,
    roles: Roles,
    left: bool,
    tables: &Tables,
    messages: &mut Vec<Message>,
) -> Option<Node<'t, 's>> {
    // Skipped documents are not read, so other kinds are not checked either.
    let known = || tables.knows(object.kind) || roles.service;
    messages.extend(keys_twice(object, known));
    if object.kind == KIND && API_VERSION.split('/').next() == Some(object.group) {
        messages.push(object.about(say::unused_config(), object.node()));
        return None;
    }
    let metadata = object.node().get("metadata");
    let labels = metadata.and_then(|m| m.get("labels"));
    let annotations = || object.annotations.into_iter().flat_map(Node::entries);
    let bears = roles.workload && !left || roles.service || roles.route;
    // Of a Namespace `inject: disabled` is read, and a Job behind a route may be silenced by it.
    let may_disable = left || object.kind == "Namespace";
    let disables = |entry: &(Node<'t, 's>, Node<'t, 's>)| {
        may_disable && entry.0.text() == Some(INJECT_KEY) && entry.1.text() == Some("disabled")
    };
    let label = labels.and_then(ours);
    if let Some(key) = label {
        let message = say::unused_label(key.text().unwrap_or_default());
        messages.push(object.about(message, key));
    }
    let mut others = (!bears).then(annotations).into_iter().flatten();
    let annotation = others.find(|entry| is_ours(entry.0) && !disables(entry));
    if let Some((key, _)) = annotation {
        let message = say::unused_annotation(key.text().unwrap_or_default(), object.kind);
        messages.push(object.about(message, key));
    }
    let mut entries = may_disable.then(annotations).into_iter().flatten();
    let excludes = entries.find(disables);
    excludes.map(|(key, _)| key)
}

fn is_ours(key: Node<'_, '_>) -> bool {
    key.text().is_some_and(|key| key.starts_with(PREFIX))
}

/// The first key of ours.
fn ours<'t, 's>(labels: Node<'t, 's>) -> Option<Node<'t, 's>> {
    let mut keys = labels.entries().map(|(key, _)| key);
    keys.find(|key| is_ours(*key))
}

/// A duplicate key at the top of a document: the marker between two documents is missing.
///
/// A document with two kinds is never skipped.
fn keys_twice(object: &Object<'_, '_>, known: impl FnOnce() -> bool) -> Option<Message> {
    let mut twice = object.node().doubled_keys().peekable();
    twice.peek()?;
    let known = known();
    let (first, second) = twice.find(|(_, second)| known || second.text() == Some("kind"))?;
    let at = object.at(first.span());
    let message = say::key_twice(second.text().unwrap_or_default(), at);
    Some(object.about(message, second))
}

/// A label of ours on a pod template, where it has no effect either.
pub(super) fn tell_labels<'t, 's>(
    object: &Object<'t, 's>,
    templates: &[(Steps, Node<'t, 's>)],
    messages: &mut Vec<Message>,
) {
    for (path, template) in templates.iter().filter(|(path, _)| !path.is_empty()) {
        let labels = template.get("metadata").and_then(|m| m.get("labels"));
        if let Some(key) = labels.and_then(ours) {
            let name = key.text().unwrap_or_default();
            let field = FieldPath::from(&**path).keys(["metadata", "labels"]);
            let message = say::unused_label(name).field(format!("{field}[{name}]"));
            messages.push(object.about(message, key));
        }
    }
}
