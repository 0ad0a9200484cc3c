//! The model as JSON, for programs; the npm package returns it unchanged.

use super::escape::is_unfit;
use super::place::Positions;
use crate::model::{Counts, Coverage, Place, Plan};
use crate::say::Message;
use serde::Serialize;
use serde_json::Value;
#[cfg(feature = "schema")]
use serde_json::json;
use std::io;

/// The version of the format. Fields are only ever added.
pub(crate) const VERSION: &str = "set-prestop.dev/plan/v1";

/// The result of a run: `set-prestop.dev/plan/v1`.
#[derive(Clone, Copy, Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Answer<'a> {
    /// `set-prestop.dev/plan/v1`.
    #[cfg_attr(feature = "schema", schemars(extend("const" = VERSION)))]
    pub api_version: &'static str,
    /// How the run ended.
    pub ended: Ending,
    /// The argument of this render, with `--each` or `--render`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub render: Option<&'a str>,
    /// The names of the sources; places refer to them by index.
    pub sources: &'a [&'a str],
    /// What was found, in numbers.
    pub counts: Counts,
    /// Which workloads were reached, and which were not. Empty if the run failed.
    pub coverage: &'a Coverage,
    /// The plan of each pod template behind a route, changed or not. Empty if the run failed.
    pub workloads: &'a [Plan],
    /// The messages, in the order of the input.
    pub messages: &'a [Message],
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum Ending {
    /// The planned changes are written or shown.
    Done,
    /// A check found no missing changes.
    Checked,
    /// A check found missing changes.
    Pending,
    /// Objects with an error are left as they are (`onError: Skip`); the others are done as for `done`, or looked at.
    Skipped,
    /// The run failed; at least one of the messages is an error.
    Failed,
}

/// The JSON Schema of [`Answer`], with what [`json`] adds.
///
/// # Errors
/// The schema cannot be written as JSON, which would be a bug.
#[cfg(feature = "schema")]
pub fn answer_schema() -> Result<String, serde_json::Error> {
    let mut schema = schemars::generate::SchemaSettings::draft2020_12()
        .into_generator()
        .into_root_schema_for::<Answer<'_>>()
        .to_value();
    absent(&mut schema);
    let places = json!({
        "name": {"type": "string", "description": "Name of the source."},
        "line": {"type": "integer", "minimum": 1, "description": "Line at which it begins, from 1."},
        "column": {"type": "integer", "minimum": 1, "description": "Column at which it begins, in characters, from 1."},
    });
    if let (Some(Value::Object(fields)), Value::Object(more)) =
        (schema.pointer_mut("/$defs/Place/properties"), places)
    {
        fields.extend(more);
    }
    if let Some(Value::Array(required)) = schema.pointer_mut("/$defs/Place/required") {
        required.extend(["name", "line", "column"].map(Value::from));
    }
    if let Some(Value::Object(fields)) = schema.pointer_mut("") {
        fields.insert("$id".to_owned(), SCHEMA_ID.into());
        fields.insert("title".to_owned(), VERSION.into());
    }
    let text = serde_json::to_string_pretty(&schema)?;
    Ok(text.replace("Range_of_uint", "Range") + "\n")
}

/// Absent values have no key: nothing is ever null.
#[cfg(feature = "schema")]
fn absent(schema: &mut Value) {
    match schema {
        Value::Array(items) => items.iter_mut().for_each(absent),
        Value::Object(fields) => {
            if let Some(Value::Array(types)) = fields.get_mut("type") {
                types.retain(|name| name != "null");
                if let [only] = types.as_slice() {
                    let only = only.clone();
                    fields.insert("type".to_owned(), only);
                }
            }
            if let Some(Value::Array(any)) = fields.get_mut("anyOf") {
                any.retain(|one| one != &json!({"type": "null"}));
                if let [Value::Object(only)] = any.as_slice() {
                    let only = only.clone();
                    fields.remove("anyOf");
                    fields.extend(only);
                }
            }
            fields.values_mut().for_each(absent);
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[cfg(feature = "schema")]
const SCHEMA_ID: &str = concat!(env!("CARGO_PKG_HOMEPAGE"), "/plan/v1.schema.json");

/// Messages, plans or any other part of the model as JSON. Each place gets `name`, `line` and `column` beside its bytes.
#[must_use]
pub fn json(part: &impl Serialize, positions: &Positions<'_>) -> Value {
    // The model has only strings as keys, so it can always be serialised.
    let mut value = serde_json::to_value(part).unwrap_or_default();
    add_lines(&mut value, positions);
    value
}

fn add_lines(value: &mut Value, positions: &Positions<'_>) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| add_lines(item, positions)),
        Value::Object(fields) => {
            if let Some(place) = place(fields)
                && let Some((source, at)) = positions.of(&place)
            {
                fields.insert("name".to_owned(), source.name.into());
                fields.insert("line".to_owned(), at.line.into());
                fields.insert("column".to_owned(), at.column.into());
            }
            fields
                .values_mut()
                .for_each(|field| add_lines(field, positions));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Reads an object as a place; no other part of the model has these fields.
fn place(fields: &serde_json::Map<String, Value>) -> Option<Place> {
    let number = |value: &Value| usize::try_from(value.as_u64()?).ok();
    let range = fields.get("range")?;
    Some(Place {
        source: number(fields.get("source")?)?,
        document: number(fields.get("document")?)?,
        range: number(range.get("start")?)?..number(range.get("end")?)?,
    })
}

/// A value as JSON on one line, with unsafe characters as escapes; every reader gets the same value.
#[must_use]
pub fn json_line(value: &impl serde::Serialize) -> String {
    let mut out = Vec::new();
    // Writing to a vector does not fail, and all keys are strings.
    let _ = value.serialize(&mut serde_json::Serializer::with_formatter(&mut out, Fit));
    String::from_utf8(out).unwrap_or_default()
}

/// Writes no unneeded spaces, and unsafe characters as escapes.
struct Fit;
impl serde_json::ser::Formatter for Fit {
    fn write_string_fragment<W: ?Sized + io::Write>(
        &mut self,
        writer: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        let mut plain = 0;
        for (at, c) in fragment
            .char_indices()
            .filter(|(_, c)| is_unfit(*c) || *c == '[')
        {
            let text = fragment.get(plain..at).unwrap_or_default();
            writer.write_all(text.as_bytes())?;
            plain = at + c.len_utf8();
            match c {
                '[' if !text.ends_with("##") => writer.write_all(b"[")?,
                _ => {
                    for unit in c.encode_utf16(&mut [0; 2]) {
                        write!(writer, "\\u{unit:04x}")?;
                    }
                }
            }
        }
        writer.write_all(fragment.get(plain..).unwrap_or_default().as_bytes())
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_line_means_the_same_and_shows_nothing_raw() {
        let text = "a\x1b\n\u{9b}\u{202e}\u{e0041}##[b] [c] ##\"[\\[";
        let line = super::json_line(&text);
        assert_eq!(serde_json::from_str::<String>(&line).unwrap(), text);
        let shown = line.chars().all(|c| (' '..='~').contains(&c));
        assert!(shown && !line.contains("##["), "{line}");
    }
}
