//! The model as JSON, for programs: the npm package hands it out as it is.

use super::escape::is_unfit;
use super::place::Positions;
use crate::model::Place;
use serde::Serialize;
use serde_json::Value;
use std::io;

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

/// A value as JSON on one line, in which only escapes stand for what is not fit to be shown: the same value to every reader.
#[must_use]
pub fn json_line(value: &impl serde::Serialize) -> String {
    let mut out = Vec::new();
    // A vector takes everything, and what is handed in has texts as keys.
    let _ = value.serialize(&mut serde_json::Serializer::with_formatter(&mut out, Fit));
    String::from_utf8(out).unwrap_or_default()
}

/// Writes as few blanks as can be, and every character that is not fit to be shown as an escape.
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
