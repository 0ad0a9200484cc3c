//! Prints what the reader sees in files: their names stand on stdin, one a line, and each becomes a line of JSON.

#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a tool of the harness reads files and prints"
)]

use lossless_yaml::{Kind, Node, Tree, documents};
use serde_json::{Map, Value, json};
use std::io::BufRead as _;

/// Values larger than this are not printed: aliases of aliases have no bound.
const NODES: usize = 2_000_000;

fn main() -> std::io::Result<()> {
    for name in std::io::stdin().lock().lines() {
        let name = name?;
        let read = match String::from_utf8(std::fs::read(&name)?) {
            Ok(text) => documents(&text)
                .filter_map(|range| document(&text, range))
                .collect(),
            Err(_) => vec![json!({"error": "not UTF-8"})],
        };
        println!("{}", json!({"file": name, "documents": read}));
    }
    Ok(())
}

/// A document; none where it holds nothing.
fn document(text: &str, range: std::ops::Range<usize>) -> Option<Value> {
    let tree = match Tree::parse(text, range) {
        Ok(tree) => tree,
        Err(error) => return Some(json!({"error": error.message})),
    };
    match value(tree.root()?, &mut NODES.clone()) {
        Some(Value::Null) => None,
        Some(value) => Some(json!({"value": value})),
        None => Some(json!({"error": "a key or a size that JSON does not know"})),
    }
}

fn value(node: Node<'_, '_>, budget: &mut usize) -> Option<Value> {
    *budget = budget.checked_sub(1)?;
    Some(match node.kind() {
        Kind::Null => Value::Null,
        Kind::Scalar => match (node.as_bool(), node.as_int(), node.number()) {
            (Some(value), ..) => value.into(),
            (_, Some(value), _) => value.into(),
            (.., Some(value)) => value.parse::<f64>().ok()?.into(),
            _ if node.is_string() => node.text()?.into(),
            // JSON has no infinite numbers.
            _ => Value::Null,
        },
        Kind::Sequence => Value::Array(
            node.items()
                .map(|item| value(item, budget))
                .collect::<Option<_>>()?,
        ),
        Kind::Mapping => {
            let mut entries = Map::new();
            for (key, below) in node.entries() {
                let key = match key.kind() {
                    Kind::Null => "null".to_owned(),
                    Kind::Scalar => key.text()?.to_owned(),
                    Kind::Sequence | Kind::Mapping => return None,
                };
                let below = value(below, budget)?;
                // The first of two counts, as it does for a lookup.
                entries.entry(key).or_insert(below);
            }
            Value::Object(entries)
        }
    })
}
