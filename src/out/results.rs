//! Messages as the `results` of a ResourceList, with the field names of the KRM functions specification.

use super::escape::escaped;
use super::value::value_of;
use crate::config::annotations::REASON_TAG;
use crate::input::ResourceList;
use crate::model::NewValue;
use crate::say::{Message, Severity};
use lossless_yaml::{Edit, Kind, Node, Splice, Step, Value, emit_list};
use std::borrow::Cow;

const RESULTS: &str = "results";

/// One result.
fn result(message: &Message) -> Value {
    // Hosts print results unescaped.
    let text = |text: &str| Value::Str(escaped(text).into_owned().into());
    // Thousands of them may be held at once, so none has more room than it can need.
    let mut fields = Vec::with_capacity(6);
    fields.push(("message".into(), text(&sentence(message))));
    let severity = match message.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info | Severity::Advice | Severity::Ignore => "info",
    };
    fields.push(("severity".into(), text(severity)));
    if let Some(object) = &message.object {
        let mut parts = Vec::with_capacity(3 + usize::from(object.namespace().is_some()));
        parts.push(("apiVersion".into(), text(object.api_version())));
        parts.push(("kind".into(), text(object.kind())));
        parts.push(("name".into(), text(object.name())));
        if let Some(namespace) = object.namespace() {
            parts.push(("namespace".into(), text(namespace)));
        }
        fields.push(("resourceRef".into(), Value::Mapping(parts)));
    }
    if let Some(change) = &message.change {
        let value = |new: &NewValue| match new {
            NewValue::Word(word) => text(word),
            other => value_of(other.clone()),
        };
        let path = match (&change.path, &message.field) {
            (Some(path), _) => Cow::Owned(path.to_string()),
            (None, field) => Cow::Borrowed(field.as_deref().unwrap_or_default()),
        };
        let current = change.current.as_deref();
        let mut field = Vec::with_capacity(2 + usize::from(current.is_some()));
        field.push(("path".into(), text(&path)));
        field.extend(current.map(|current| ("currentValue".into(), value(current))));
        field.push(("proposedValue".into(), value(&change.proposed)));
        fields.push(("field".into(), Value::Mapping(field)));
    } else if let Some(field) = &message.field {
        fields.push((
            "field".into(),
            Value::Mapping(vec![("path".into(), text(field))]),
        ));
    }
    if let Some(file) = &message.file {
        fields.push((
            "file".into(),
            Value::Mapping(vec![
                ("path".into(), text(&file.path)),
                ("index".into(), Value::Int(file.index)),
            ]),
        ));
    }
    fields.push((
        "tags".into(),
        Value::Mapping(vec![(REASON_TAG.into(), text(message.reason.name()))]),
    ));
    Value::Mapping(fields)
}

/// The text with what to do, since a result has no field for that.
fn sentence(message: &Message) -> String {
    match &message.help {
        Some(help) => format!("{}; help: {help}", message.text),
        None => message.text.clone(),
    }
}

/// The edits that add results to the mapping `root`, after the existing ones.
pub(crate) fn edits(root: Node<'_, '_>, messages: &[Message]) -> Vec<Edit> {
    if messages.is_empty() {
        return Vec::new();
    }
    let key = || Step::Key(RESULTS.into());
    let there = root
        .get(RESULTS)
        .filter(|r| r.kind() == Kind::Sequence && !r.is_empty());
    match there.map(|r| r.items().count()) {
        Some(count) => messages
            .iter()
            .enumerate()
            .map(|(index, message)| Edit {
                path: vec![key(), Step::Index(count + index)],
                value: result(message),
            })
            .collect(),
        None => vec![Edit {
            path: vec![key()],
            value: Value::Sequence(messages.iter().map(result).collect()),
        }],
    }
}

/// The splices that write results into a ResourceList that was parsed in pieces.
///
/// # Errors
/// Those of [`lossless_yaml::Tree::edit`].
pub(crate) fn splices(
    text: &str,
    list: &ResourceList<'_>,
    messages: &[Message],
) -> Result<Vec<Splice>, lossless_yaml::EditError> {
    if messages.is_empty() {
        return Ok(Vec::new());
    }
    match list {
        ResourceList::Whole(tree) => match tree.root() {
            Some(root) => tree.edit(&edits(root, messages)),
            None => Ok(Vec::new()),
        },
        ResourceList::Pieces { head, tail, items } => {
            let holder = if head.root().is_some_and(|root| root.get(RESULTS).is_some()) {
                Some(head)
            } else {
                tail.as_ref()
            };
            if let Some((tree, root)) = holder.and_then(|tree| tree.root().map(|root| (tree, root)))
            {
                return tree.edit(&edits(root, messages));
            }
            let end = items.items.last().map_or(items.head.end, |last| last.end);
            let line_end = if text
                .get(items.head.clone())
                .is_some_and(|h| h.contains("\r\n"))
            {
                "\r\n"
            } else {
                "\n"
            };
            let results = messages.iter().map(result);
            let entry = emit_list(RESULTS, results, items.dash_column > 0, line_end);
            Ok(vec![Splice {
                range: end..end,
                text: entry,
            }])
        }
    }
}
