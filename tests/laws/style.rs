//! Writes values as YAML in many styles: block and flow, quotes, comments, steps of indentation, anchors and merge keys.

use crate::dice::Dice;
use serde_json::{Map, Value};

/// A document in the making.
pub(crate) struct Style<'d> {
    dice: &'d mut Dice,
    out: String,
    step: usize,
    /// Whether the dash of an item is below the first letter of its key.
    flush: bool,
    /// Whether anchors, aliases and merge keys are used.
    anchors: bool,
    /// Finished nodes that have a name.
    named: Vec<(String, Value)>,
}

/// A document of this value.
pub(crate) fn document(value: &Value, anchors: bool, dice: &mut Dice) -> String {
    let step = dice.pick(&[2, 2, 4]);
    let flush = dice.once_in(2);
    let mut style = Style {
        dice,
        out: String::new(),
        step,
        flush,
        anchors,
        named: Vec::new(),
    };
    if let Value::Object(entries) = value {
        style.entries(entries, 0, false);
    }
    style.out
}

impl Style<'_> {
    fn indent(&mut self, column: usize) {
        self.out.extend(std::iter::repeat_n(' ', column));
    }

    fn line_end(&mut self) {
        match self.dice.roll(16) {
            1 => self.out.push_str(" # c"),
            2 => self.out.push_str("  "),
            _ => {}
        }
        self.out.push('\n');
    }

    /// Entries of a mapping; the first may begin where the text ends.
    fn entries(&mut self, entries: &Map<String, Value>, column: usize, mut inline: bool) {
        let mut rest = entries.clone();
        let base = self.named.iter().find(|(_, value)| {
            value.as_object().is_some_and(|base| {
                let held = |(key, value): (&String, &Value)| entries.get(key) == Some(value);
                !base.is_empty() && base.iter().all(held)
            })
        });
        if let Some((name, base)) = base.cloned()
            && column > 0
            && self.dice.once_in(2)
        {
            if !inline {
                self.indent(column);
            }
            inline = false;
            self.out.extend(["<<: *", &name]);
            self.line_end();
            for key in base.as_object().into_iter().flat_map(Map::keys) {
                rest.remove(key);
            }
        }
        for (key, value) in &rest {
            if !inline {
                if self.dice.once_in(20) {
                    self.indent(column);
                    self.out.push_str("# c\n");
                }
                self.indent(column);
            }
            inline = false;
            self.scalar(&Value::String(key.clone()));
            self.out.push(':');
            self.value(value, column, true);
        }
    }

    /// The text after a colon or a dash, to the end of its line.
    fn value(&mut self, value: &Value, column: usize, after_key: bool) {
        let alias = self.named.iter().find(|(_, known)| known == value);
        if let Some((name, _)) = alias.cloned()
            && self.dice.once_in(2)
        {
            self.out.extend([" *", &name]);
            return self.line_end();
        }
        let large = match value {
            Value::Object(entries) => !entries.is_empty(),
            Value::Array(items) => !items.is_empty(),
            _ => false,
        };
        let name = (self.anchors && large && self.dice.once_in(8)).then(|| {
            let name = format!("a{}", self.out.len());
            self.out.extend([" &", &name]);
            name
        });
        match value {
            Value::Object(entries) if large && !self.dice.once_in(8) => {
                if after_key || name.is_some() {
                    self.line_end();
                    let column = column + self.step;
                    self.entries(entries, column, false);
                } else {
                    self.out.push(' ');
                    self.entries(entries, column + 2, true);
                }
            }
            Value::Array(items) if large && !self.dice.once_in(8) => {
                self.line_end();
                let column = column
                    + if self.flush && after_key {
                        0
                    } else {
                        self.step
                    };
                for item in items {
                    self.indent(column);
                    self.out.push('-');
                    self.value(item, column, false);
                }
            }
            Value::String(text) if text.contains('\n') && !text.ends_with('\n') => {
                self.out.push_str(" |-\n");
                for line in text.lines() {
                    self.indent(column + self.step);
                    self.out.extend([line, "\n"]);
                }
            }
            Value::Null if after_key && self.dice.once_in(2) => self.line_end(),
            _ => {
                self.out.push(' ');
                self.flow(value);
                self.line_end();
            }
        }
        if let Some(name) = name {
            self.named.push((name, value.clone()));
        }
    }

    fn flow(&mut self, value: &Value) {
        let (open, close) = match value {
            Value::Object(_) => ('{', '}'),
            Value::Array(_) => ('[', ']'),
            scalar => return self.scalar(scalar),
        };
        self.out.push(open);
        if let Value::Object(entries) = value {
            for (at, (key, value)) in entries.iter().enumerate() {
                self.out.push_str(if at > 0 { ", " } else { "" });
                self.scalar(&Value::String(key.clone()));
                self.out.push_str(": ");
                self.flow(value);
            }
        }
        for (at, item) in value.as_array().into_iter().flatten().enumerate() {
            self.out.push_str(if at > 0 { ", " } else { "" });
            self.flow(item);
        }
        self.out.push(close);
    }

    fn scalar(&mut self, value: &Value) {
        let text = match value {
            Value::Null => return self.out.push_str(self.dice.pick(&["null", "~"])),
            Value::String(text) => text,
            other => return self.out.push_str(&other.to_string()),
        };
        let first = |c: char| c.is_ascii_alphabetic() || c == '/';
        let safe = |c: char| c.is_ascii_alphanumeric() || "./_-".contains(c);
        let words = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"];
        let plain =
            text.starts_with(first) && text.chars().all(safe) && !words.contains(&text.as_str());
        if plain && !self.dice.once_in(6) {
            self.out.push_str(text);
        } else if !text.contains(['\'', '\n']) && self.dice.once_in(2) {
            self.out.extend(["'", text, "'"]);
        } else {
            self.out.push_str(&value.to_string());
        }
    }
}
