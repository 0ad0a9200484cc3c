//! A plan as a patch, for both kustomize and kubectl.

use super::escape::escaped;
use super::patched::Patched;
use crate::model::{FieldPath, Handler, Hook, NewValue, NotASleep, Number, ObjectRef, Plan};
use crate::say::{self, Message, Reason, drain};
use lossless_yaml::Step;
use serde_yaml::{Mapping, Value};
use std::fmt::Write as _;

/// The patch of a plan.
pub(crate) enum Patch {
    /// A strategic merge patch, without `apiVersion`, `kind` and `metadata`.
    Strategic(Mapping),
    /// JSON 6902: a list of operations.
    Operations(Vec<Value>),
}

/// Whether a name has invisible characters; line breaks are quoted instead.
fn hides(name: &str) -> bool {
    name.split('\n').any(|line| escaped(line) != line)
}

/// The patch of a plan. Only some kinds merge lists by name, and no kind merges the words of a command. A patch that names
/// an item by index first tests its old value.
///
/// # Errors
/// A patch cannot name an object or a container.
pub(crate) fn of(plan: &Plan, patched: &Patched) -> Result<Patch, Message> {
    let object = &plan.workload;
    let names = [Some(object.kind()), Some(object.name()), object.namespace()];
    let containers = plan
        .containers
        .iter()
        .map(|container| container.name.as_str());
    // No object in a cluster has such a name, and a script or a Component would show it unescaped.
    if let Some(name) = names
        .into_iter()
        .flatten()
        .chain(containers)
        .find(|name| hides(name))
    {
        let message = say::out::not_a_name(name);
        return Err(drain::of(message, plan, plan.place.clone()));
    }
    let last = plan.containers.iter().rposition(|c| c.hook.is_change());
    for container in plan.containers.iter().take(last.map_or(0, |last| last + 1)) {
        let same = |other: &&crate::model::Container| other.name == container.name;
        if container.name.is_empty() || plan.containers.iter().filter(same).count() > 1 {
            let message = say::out::container_not_unique(&container.name, container.index);
            let path = plan.pod.clone().key("containers").index(container.index);
            let message = message.field(path);
            return Err(drain::of(message, plan, plan.place.clone()));
        }
    }
    let words = plan
        .edits()
        .iter()
        .any(|edit| matches!(edit.value, NewValue::Word(_)));
    Ok(if patched.strategic && !words {
        Patch::Strategic(strategic(plan))
    } else {
        Patch::Operations(operations(plan))
    })
}

/// What a plan writes to each container: its name, its hook, and the edit below it.
fn hooks(plan: &Plan) -> Vec<(usize, &str, &Hook, Vec<Step>, NewValue)> {
    let above = plan.pod.0.len() + 2;
    let edits = plan.edits().into_iter().filter_map(|edit| {
        let Some(Step::Index(index)) = edit.path.0.get(above - 1) else {
            return None;
        };
        let container = plan.containers.iter().find(|c| c.index == *index)?;
        let below = edit.path.0.get(above..)?.to_vec();
        Some((
            *index,
            container.name.as_str(),
            &container.hook,
            below,
            edit.value,
        ))
    });
    edits.collect()
}

fn strategic(plan: &Plan) -> Mapping {
    let mut spec = Mapping::new();
    // kustomize moves the items that a patch names to the front, so the patch also names the containers before a changed one.
    let mut containers: Vec<Value> = Vec::new();
    for (_, name, hook, below, value) in hooks(plan) {
        let ahead = plan.containers.iter().take_while(|c| c.name != name);
        for container in ahead.skip(containers.len()) {
            containers.push(Value::Mapping(mapping(
                "name",
                container.name.as_str().into(),
            )));
        }
        containers.push({
            let mut container = mapping("name", name.into());
            let mut value = new_value(value);
            // A merge keeps what the patch does not name, and Kubernetes rejects two handlers.
            if let (Hook::Replaced { handler, what }, Value::Mapping(hook)) = (hook, &mut value) {
                for other in handlers(what) {
                    if other != key(*handler) {
                        hook.insert(other.into(), Value::Null);
                    }
                }
            }
            container.extend(nested(&below, value));
            Value::Mapping(container)
        });
    }
    if !containers.is_empty() {
        spec.insert("containers".into(), Value::Sequence(containers));
    }
    if let Some(seconds) = plan.grace.written {
        spec.insert("terminationGracePeriodSeconds".into(), seconds.into());
    }
    nested(&plan.pod.0, Value::Mapping(spec))
}

fn operations(plan: &Plan) -> Vec<Value> {
    let mut all = Vec::new();
    let mut push = |op: &str, path: &FieldPath, value: Value| {
        let mut operation = mapping("op", op.into());
        operation.insert("path".into(), pointer(&path.0).into());
        operation.insert("value".into(), value);
        all.push(Value::Mapping(operation));
    };
    for (index, name, hook, below, value) in hooks(plan) {
        let container = plan.pod.clone().key("containers").index(index);
        push("test", &container.clone().key("name"), name.into());
        let mut path = container;
        path.0.extend(below);
        let before = match hook {
            Hook::Changed {
                number: Number::Command { word, .. },
                ..
            } => Some(Value::from(word.as_str())),
            Hook::Changed { before, .. } => Some((*before).into()),
            Hook::Prepended { script, .. } => Some(script.as_str().into()),
            _ => None,
        };
        let op = match (before, hook) {
            (Some(before), _) => {
                push("test", &path, before);
                "replace"
            }
            (None, Hook::Replaced { .. }) => "replace",
            (None, _) => "add",
        };
        push(op, &path, new_value(value));
    }
    if let Some(seconds) = plan.grace.written {
        let path = plan.pod.clone().key("terminationGracePeriodSeconds");
        push("add", &path, seconds.into());
    }
    all
}

/// Why there is a patch, for comments: its object, the paths, and the changes.
pub(crate) fn reasons(plan: &Plan) -> Vec<String> {
    const WAYS: usize = 3;
    let mut lines = vec![plan.workload.to_string()];
    let ways = plan.ways.iter().take(WAYS).map(drain::way);
    lines.extend(ways);
    if let Some(more) = plan.ways.len().checked_sub(WAYS).filter(|more| *more > 0) {
        lines.push(drain::more_ways(more));
    }
    let mut changes = Vec::new();
    drain::changes(plan, drain::Mood::Done, &mut changes);
    for message in changes {
        let about = match message.reason {
            Reason::GraceWritten => "grace period ",
            _ => "",
        };
        lines.push(format!("{about}{}", message.text));
    }
    lines.extend(drain::source(&plan.sleep.origin));
    lines.iter().map(|line| one_line(line)).collect()
}

/// A text on one line, without any character that ends a line for some reader; names come from the input.
pub(crate) fn one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}') {
            // Writing to a `String` does not fail.
            let _ = write!(line, "{}", c.escape_unicode());
        } else {
            line.push(c);
        }
    }
    line
}

/// The namespace of an object as kustomize sees it.
pub(crate) fn effective(namespace: Option<&str>) -> &str {
    namespace.unwrap_or("default")
}

/// Group and version of an object.
pub(crate) fn group_version(object: &ObjectRef) -> (&str, &str) {
    let version = object.api_version();
    version.rsplit_once('/').unwrap_or(("", version))
}

/// The handlers of a hook that is not a sleep.
fn handlers(what: &NotASleep) -> Vec<&str> {
    match what {
        NotASleep::AnswersAtOnce(name) | NotASleep::UnknownHandler(name) => vec![name],
        NotASleep::Handlers(names) => names.iter().map(String::as_str).collect(),
        NotASleep::NoSeconds => vec!["sleep"],
        _ => vec!["exec"],
    }
}

fn key(handler: Handler) -> &'static str {
    match handler {
        Handler::Exec(_) => "exec",
        Handler::Sleep(_) => "sleep",
    }
}

fn new_value(value: NewValue) -> Value {
    match value {
        NewValue::Seconds(seconds) => seconds.into(),
        NewValue::Word(word) => word.into(),
        NewValue::PreStop(handler) => handler_value(handler),
        NewValue::Lifecycle(handler) => Value::Mapping(mapping("preStop", handler_value(handler))),
    }
}

fn handler_value(handler: Handler) -> Value {
    let inner = match handler {
        Handler::Exec(seconds) => {
            let words = ["/bin/sh".into(), "-c".into(), format!("sleep {seconds}")];
            let words = words.into_iter().map(Value::String).collect();
            mapping("command", Value::Sequence(words))
        }
        Handler::Sleep(seconds) => mapping("seconds", seconds.into()),
    };
    Value::Mapping(mapping(key(handler), Value::Mapping(inner)))
}

fn mapping(key: &str, value: Value) -> Mapping {
    let mut mapping = Mapping::new();
    mapping.insert(key.into(), value);
    mapping
}

/// A value below keys.
fn nested(path: &[Step], value: Value) -> Mapping {
    let mut value = value;
    for step in path.iter().rev() {
        if let Step::Key(key) = step {
            value = Value::Mapping(mapping(key, value));
        }
    }
    match value {
        Value::Mapping(mapping) => mapping,
        _ => Mapping::new(),
    }
}

/// RFC 6901.
fn pointer(path: &[Step]) -> String {
    let mut text = String::new();
    for step in path {
        text.push('/');
        match step {
            Step::Key(key) => text.push_str(&key.replace('~', "~0").replace('/', "~1")),
            Step::Index(index) => text.push_str(&index.to_string()),
        }
    }
    text
}
