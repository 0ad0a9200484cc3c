//! The model as JSON, for programs; the npm package returns it unchanged.

use crate::model::{Counts, Coverage, Plan};
use crate::say::Message;
use serde::Serialize;
#[cfg(feature = "schema")]
use serde_json::{Value, json};

/// The version of the format. Fields are only ever added.
pub(crate) const VERSION: &str = "set-prestop.dev/plan/v1";

/// The result of a run: `set-prestop.dev/plan/v1`.
#[derive(Clone, Debug, Serialize)]
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
    pub sources: Vec<&'a str>,
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

/// The JSON Schema of [`Answer`], with what [`json`](crate::json) adds.
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
