//! The model as JSON, for programs: the npm package hands it out as it is.

use super::place::Positions;
use crate::model::Place;
use serde::Serialize;
use serde_json::Value;

/// Messages, plans or any other part of the model as JSON. Each place gets `name`, `line` and `column` beside its bytes.
#[must_use]
pub fn json(part: &impl Serialize, positions: &Positions<'_>) -> Value {
    // The model has texts as keys and no maps, so that it can always be serialised.
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

/// The place that an object is: no other part of the model has these fields.
fn place(fields: &serde_json::Map<String, Value>) -> Option<Place> {
    let number = |value: &Value| usize::try_from(value.as_u64()?).ok();
    let range = fields.get("range")?;
    Some(Place {
        source: number(fields.get("source")?)?,
        document: number(fields.get("document")?)?,
        range: number(range.get("start")?)?..number(range.get("end")?)?,
    })
}
