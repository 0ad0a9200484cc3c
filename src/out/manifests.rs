//! From a plan to splices: it writes and does not decide. It knows plans and the editor, no configuration and no render.

use crate::model::{Change, Plan, Written};
use set_prestop_yaml::{Edit, Node, Step, Tree, Value};

/// Names below a container.
const PRE_STOP: [&str; 2] = ["lifecycle", "preStop"];
const COMMAND: [&str; 4] = ["lifecycle", "preStop", "exec", "command"];

/// The edits of a plan, as paths from the root of the tree that holds its pod.
pub(crate) fn edits(plan: &Plan, tree: &Tree<'_>) -> Vec<Edit> {
    let mut edits = Vec::new();
    let mut path = plan.target.path.clone();
    path.push(key("containers"));
    let list = below(tree.root(), &path);
    let nodes: Vec<Node<'_, '_>> = list.into_iter().flat_map(Node::items).collect();
    for container in &plan.containers {
        let at = |names: &[&'static str]| {
            let mut path = Vec::with_capacity(plan.target.path.len() + names.len() + 3);
            path.extend_from_slice(&plan.target.path);
            path.extend([key("containers"), Step::Index(container.index)]);
            path.extend(names.iter().map(|name| key(name)));
            path
        };
        edits.extend(match &container.change {
            Change::Nothing => None,
            Change::Add {
                handler,
                lifecycle: false,
            } => Some(Edit {
                path: at(&["lifecycle"]),
                value: mapping("preStop", handler_value(*handler)),
            }),
            Change::Add {
                handler,
                lifecycle: true,
            }
            | Change::Replace { handler } => Some(Edit {
                path: at(&PRE_STOP),
                value: handler_value(*handler),
            }),
            Change::Number {
                command: None,
                seconds,
            } => Some(Edit {
                path: at(&["lifecycle", "preStop", "sleep", "seconds"]),
                value: number(*seconds),
            }),
            Change::Number {
                command: Some((index, text)),
                ..
            }
            | Change::Prepend {
                index,
                script: text,
            } => {
                let mut path = at(&COMMAND);
                path.push(Step::Index(*index));
                let node = nodes.get(container.index).copied();
                let word_path = path.get(plan.target.path.len() + 2..).unwrap_or_default();
                let value = word(below(node, word_path), text);
                Some(Edit { path, value })
            }
        });
    }
    if let Some(seconds) = plan.grace.written {
        let mut path = plan.target.path.clone();
        path.push(key("terminationGracePeriodSeconds"));
        edits.push(Edit {
            path,
            value: number(seconds),
        });
    }
    edits
}

fn key(name: &'static str) -> Step {
    Step::Key(name.into())
}

fn mapping(key: &'static str, value: Value) -> Value {
    Value::Mapping(vec![(key.into(), value)])
}

fn number(seconds: u64) -> Value {
    Value::Int(i64::try_from(seconds).unwrap_or(i64::MAX))
}

fn handler_value(handler: Written) -> Value {
    match handler {
        Written::Exec(seconds) => mapping(
            "exec",
            mapping(
                "command",
                Value::Sequence(vec![
                    Value::Str("/bin/sh".into()),
                    Value::Str("-c".into()),
                    Value::Quoted(format!("sleep {seconds}").into()),
                ]),
            ),
        ),
        Written::Sleep(seconds) => mapping("sleep", mapping("seconds", number(seconds))),
    }
}

/// The node that a path leads to.
fn below<'t, 's>(node: Option<Node<'t, 's>>, path: &[Step]) -> Option<Node<'t, 's>> {
    path.iter().fold(node, |node, step| match step {
        Step::Key(name) => node?.get(name),
        Step::Index(index) => node?.items().nth(*index),
    })
}

/// A word of a command. One that stands as a number stays a number: its quoting is not this program's business.
fn word(stands: Option<Node<'_, '_>>, text: &str) -> Value {
    match (stands.map(Node::is_string), text.parse()) {
        (Some(false), Ok(number)) => Value::Int(number),
        _ => Value::Str(text.to_owned().into()),
    }
}
