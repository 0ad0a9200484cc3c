//! Values as text, in block and in flow style.

use std::borrow::Cow;
use std::fmt::Write as _;

use crate::tree::change::Value;
use crate::tree::value::{Resolved, resolve};

/// The entry `key:` of a list in block style, at column 0, for a place outside any tree. The items, of which there is at least
/// one, are never all held at once.
///
/// Every line ends with `line_end`. Dashes are indented by two columns below their key if `dash_indent` says so.
#[must_use]
pub fn emit_list(
    key: &str,
    items: impl IntoIterator<Item = Value>,
    dash_indent: bool,
    line_end: &str,
) -> String {
    let block = Block {
        step: 2,
        dash: if dash_indent { 2 } else { 0 },
        line_end,
    };
    let mut out = Scalar::auto(key).inline(false, false).into_owned();
    out.push(':');
    let mut items = items.into_iter();
    let mut before_first = Some(out.len());
    while let Some(item) = items.next() {
        block.line(&mut out, block.dash);
        block.item(&mut out, &New::from(&item), block.dash, 2);
        // The others are about as long as the first. A text of megabytes that grows by doubling leaves holes of its size.
        if let Some(start) = before_first.take() {
            out.reserve((out.len() - start) * items.size_hint().0);
        }
    }
    out.push_str(line_end);
    out
}

/// A value that is about to be written.
#[derive(Clone, Debug)]
pub(crate) enum New<'v> {
    Scalar(Scalar<'v>),
    Mapping(Held<'v, (Cow<'static, str>, Value), (Scalar<'v>, New<'v>)>),
    Sequence(Held<'v, Value, New<'v>>),
}

/// What a collection holds.
#[derive(Clone, Debug)]
pub(crate) enum Held<'v, G, M> {
    /// The same as a given one.
    Given(&'v [G]),
    Made(Vec<M>),
}

impl<'v, G, M> Held<'v, G, M> {
    fn is_empty(&self) -> bool {
        match self {
            Self::Given(given) => given.is_empty(),
            Self::Made(made) => made.is_empty(),
        }
    }

    /// Does this with each of them and its number.
    fn each(&self, new: impl Fn(&'v G) -> M, mut act: impl FnMut(usize, &M)) {
        match self {
            Self::Given(given) => {
                let all = given.iter().map(new).enumerate();
                all.for_each(|(at, one)| act(at, &one));
            }
            Self::Made(made) => made.iter().enumerate().for_each(|(at, one)| act(at, one)),
        }
    }
}

/// An entry of a given mapping.
fn entry<'v>((key, value): &'v (Cow<'static, str>, Value)) -> (Scalar<'v>, New<'v>) {
    (Scalar::auto(key), New::from(value))
}

/// A scalar, and its style if the place allows it.
#[derive(Clone, Debug)]
pub(crate) struct Scalar<'v> {
    pub(crate) text: Cow<'v, str>,
    pub(crate) style: Style,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Style {
    /// As it is: a number, a boolean, null.
    Bare,
    /// A string that is plain elsewhere in the text.
    Plain,
    /// A string, plain if that is safe, else in double quotes.
    Auto,
    Single,
    Double,
    /// A block scalar in block context, else in double quotes.
    Literal,
}

impl<'v> Scalar<'v> {
    pub(crate) fn auto(text: &'v str) -> Self {
        Self {
            text: text.into(),
            style: Style::Auto,
        }
    }

    /// The scalar on one line.
    pub(crate) fn inline(&self, flow: bool, json: bool) -> Cow<'_, str> {
        let text = self.text.as_ref();
        match self.style {
            Style::Bare => text.into(),
            Style::Plain if !json && may_be_plain(text, flow) => text.into(),
            Style::Auto if !json && is_safe_plain(text) => text.into(),
            Style::Single if !json && may_be_single(text) => {
                format!("'{}'", text.replace('\'', "''")).into()
            }
            _ => double(text).into(),
        }
    }
}

impl<'v> From<&'v Value> for New<'v> {
    fn from(value: &'v Value) -> Self {
        let scalar = |text: Cow<'v, str>, style| Self::Scalar(Scalar { text, style });
        match value {
            Value::Null => scalar("null".into(), Style::Bare),
            Value::Bool(value) => scalar(if *value { "true" } else { "false" }.into(), Style::Bare),
            Value::Int(value) => scalar(value.to_string().into(), Style::Bare),
            Value::Str(text) => scalar(text.as_ref().into(), Style::Auto),
            Value::Quoted(text) => scalar(text.as_ref().into(), Style::Double),
            Value::Mapping(entries) => Self::Mapping(Held::Given(entries)),
            Value::Sequence(items) => Self::Sequence(Held::Given(items)),
        }
    }
}

impl New<'_> {
    /// The value on one line, if block context needs no more for it.
    pub(crate) fn inline(&self) -> Option<Cow<'_, str>> {
        match self {
            Self::Scalar(scalar)
                if scalar.style == Style::Literal && literal(&scalar.text).is_some() =>
            {
                None
            }
            Self::Scalar(scalar) => Some(scalar.inline(false, false)),
            Self::Mapping(entries) if entries.is_empty() => Some("{}".into()),
            Self::Sequence(items) if items.is_empty() => Some("[]".into()),
            _ => None,
        }
    }
}

/// How blocks are written at a place.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Block<'a> {
    /// Columns from a key to the keys below it.
    pub(crate) step: usize,
    /// Columns from a key to the dashes below it.
    pub(crate) dash: usize,
    pub(crate) line_end: &'a str,
}

impl Block<'_> {
    pub(crate) fn line(&self, out: &mut String, column: usize) {
        out.push_str(self.line_end);
        indent(out, column);
    }

    /// `key: value`, the key at `column`, which the caller has reached.
    pub(crate) fn entry(&self, out: &mut String, key: &Scalar<'_>, value: &New<'_>, column: usize) {
        out.push_str(&key.inline(false, false));
        out.push(':');
        self.below(out, value, column);
    }

    /// The value of a key at `column`, after its colon.
    pub(crate) fn below(&self, out: &mut String, value: &New<'_>, column: usize) {
        if let Some(text) = value.inline() {
            out.push(' ');
            out.push_str(&text);
            return;
        }
        match value {
            New::Scalar(scalar) => {
                out.push(' ');
                self.literal(out, &scalar.text, column + self.step);
            }
            New::Mapping(_) => {
                self.line(out, column + self.step);
                self.lines(out, value, column + self.step);
            }
            New::Sequence(_) => {
                self.line(out, column + self.dash);
                self.lines(out, value, column + self.dash);
            }
        }
    }

    /// A value whose first line begins at `column`, which the caller has reached.
    pub(crate) fn lines(&self, out: &mut String, value: &New<'_>, column: usize) {
        if let Some(text) = value.inline() {
            out.push_str(&text);
            return;
        }
        match value {
            New::Scalar(scalar) => self.literal(out, &scalar.text, column),
            New::Mapping(entries) => entries.each(entry, |at, (key, value)| {
                if at > 0 {
                    self.line(out, column);
                }
                self.entry(out, key, value, column);
            }),
            New::Sequence(items) => items.each(New::from, |at, item| {
                if at > 0 {
                    self.line(out, column);
                }
                self.item(out, item, column, 2);
            }),
        }
    }

    /// `- value`, the dash at `column`, which the caller has reached, the value `offset` columns after it.
    pub(crate) fn item(&self, out: &mut String, item: &New<'_>, column: usize, offset: usize) {
        out.push('-');
        indent(out, offset - 1);
        self.lines(out, item, column + offset);
    }

    /// A block scalar whose content is at `column`, which is never 0 below a key or a dash.
    pub(crate) fn literal(&self, out: &mut String, text: &str, column: usize) {
        let Some(header) = literal(text) else {
            out.push_str(&double(text));
            return;
        };
        out.push_str(header);
        for line in text.strip_suffix('\n').unwrap_or(text).split('\n') {
            if line.is_empty() {
                out.push_str(self.line_end);
            } else {
                self.line(out, column);
                out.push_str(line);
            }
        }
    }
}

/// Adds so many spaces.
fn indent(out: &mut String, mut spaces: usize) {
    const SPACES: &str = "                                ";
    while let Some(rest) = spaces.checked_sub(SPACES.len()) {
        out.push_str(SPACES);
        spaces = rest;
    }
    out.push_str(SPACES.get(..spaces).unwrap_or_default());
}

/// How flow collections are written at a place.
#[derive(Clone, Debug)]
pub(crate) struct Flow<'a> {
    /// Every key and string is in double quotes.
    pub(crate) json: bool,
    /// No space after colons and commas.
    pub(crate) tight: bool,
    /// A line for each entry: the step of indentation.
    pub(crate) pretty: Option<&'a str>,
    /// The indentation of the line that the value begins on.
    pub(crate) indent: &'a str,
    pub(crate) line_end: &'a str,
}

impl Flow<'_> {
    pub(crate) fn entry(&self, out: &mut String, key: &Scalar<'_>, value: &New<'_>, depth: usize) {
        out.push_str(&key.inline(true, self.json));
        out.push_str(if self.tight { ":" } else { ": " });
        self.value(out, value, depth);
    }

    /// A value on a line that is indented by `depth` steps more than the place.
    pub(crate) fn value(&self, out: &mut String, value: &New<'_>, depth: usize) {
        match value {
            New::Scalar(scalar) => out.push_str(&scalar.inline(true, self.json)),
            New::Mapping(entries) => {
                self.enclose(out, "{}", entries, depth, entry, |out, (key, value)| {
                    self.entry(out, key, value, depth + 1);
                });
            }
            New::Sequence(items) => {
                self.enclose(out, "[]", items, depth, New::from, |out, item| {
                    self.value(out, item, depth + 1);
                });
            }
        }
    }

    fn enclose<'v, G, M>(
        &self,
        out: &mut String,
        brackets: &str,
        children: &Held<'v, G, M>,
        depth: usize,
        new: impl Fn(&'v G) -> M,
        child: impl Fn(&mut String, &M),
    ) {
        let (open, close) = brackets.split_at(1);
        out.push_str(open);
        children.each(new, |at, value| {
            if at > 0 {
                out.push_str(if self.tight || self.pretty.is_some() {
                    ","
                } else {
                    ", "
                });
            }
            self.line(out, depth + 1);
            child(out, value);
        });
        if !children.is_empty() {
            self.line(out, depth);
        }
        out.push_str(close);
    }

    fn line(&self, out: &mut String, depth: usize) {
        if let Some(step) = self.pretty {
            out.push_str(self.line_end);
            out.push_str(self.indent);
            out.extend(std::iter::repeat_n(step, depth));
        }
    }
}

/// The header of a block scalar for this text; none if only quotes can hold it.
pub(crate) fn literal(text: &str) -> Option<&'static str> {
    let body = text.strip_suffix('\n').unwrap_or(text);
    let plain = !body.is_empty()
        && !body.starts_with([' ', '\n', '\t'])
        && !body.ends_with('\n')
        && body
            .chars()
            .all(|c| matches!(c, '\n' | '\t') || is_printable(c))
        && body
            .split('\n')
            .all(|line| line.is_empty() || !line.trim_matches([' ', '\t']).is_empty());
    plain.then_some(if text.ends_with('\n') { "|" } else { "|-" })
}

/// The text in double quotes, with escapes that JSON has too.
pub(crate) fn double(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    escape(&mut out, text);
    out.push('"');
    out
}

/// Whether the text has no character that double quotes need an escape for.
fn is_clear(text: &str) -> bool {
    let clear = |byte: u8| matches!(byte, b' '..=b'~') && !matches!(byte, b'"' | b'\\');
    text.bytes().fold(true, |all, byte| all & clear(byte))
}

/// The text as written between double quotes (YAML 1.2.2, 5.7).
pub(crate) fn escape(out: &mut String, text: &str) {
    if is_clear(text) {
        out.push_str(text);
        return;
    }
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            _ if is_printable(c) => out.push(c),
            _ => {
                let mut units = [0; 2];
                for unit in c.encode_utf16(&mut units) {
                    // Writing to a string does not fail.
                    let _ = write!(out, "\\u{unit:04X}");
                }
            }
        }
    }
}

/// Whether every reader takes the character, other than a line break, for content (YAML 1.2.2, 5.1; the
/// line breaks of YAML 1.1 are left out).
pub(crate) fn is_printable(c: char) -> bool {
    matches!(c, ' '..='~' | '\u{A0}'..='\u{2027}' | '\u{202A}'..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..)
        && c != '\u{FEFF}'
}

/// Whether a text can be written in single quotes on one line.
pub(crate) fn may_be_single(text: &str) -> bool {
    text.chars().all(is_printable)
}

/// Whether a plain scalar on one line can hold this text (YAML 1.2.2, 7.3.3).
pub(crate) fn may_be_plain(text: &str, flow: bool) -> bool {
    let mut chars = text.chars();
    let Some(first) = chars.next() else {
        return false;
    };
    let second = chars.next();
    let starts = match first {
        '-' | '?' | ':' => second.is_some_and(|c| c != ' ') && !text.starts_with("---"),
        _ => !" ,[]{}#&*!|>'\"%@`".contains(first) && !text.starts_with("..."),
    };
    let ends = !text.ends_with([' ', ':']) && !text.contains(": ") && !text.contains(" #");
    let breaks_flow = flow && text.contains([',', '[', ']', '{', '}', ':']);
    starts && ends && !breaks_flow && text.chars().all(is_printable)
}

/// Words that mean something else in some version of YAML, in any case.
const WORDS: [&str; 10] = [
    "null", "true", "false", "yes", "no", "on", "off", ".nan", ".inf", "-.inf",
];

/// Whether every reader takes this text, unquoted, for the same string.
pub(crate) fn is_safe_plain(text: &str) -> bool {
    let inner = |byte: u8| {
        let mark = matches!(
            byte,
            b'/' | b'_' | b'.' | b'-' | b'+' | b'=' | b'@' | b'$' | b'%' | b'~' | b':' | b' '
        );
        byte.is_ascii_alphanumeric() || mark
    };
    let dashes = text.trim_start_matches('-');
    let numeric = text.trim_start_matches(['-', '+', '.']);
    // Most texts with other characters are known by these, so they come first.
    text.bytes().all(inner)
        && (is_word(text) || may_be_plain(text, false))
        // `-c` is an ordinary flag. Quotes make `-`, `--`, `-1` and `-.5` easier to see.
        && dashes.starts_with(|c: char| c.is_ascii_alphabetic() || "/_.".contains(c))
        // Numbers, dates and base 60 begin like this in some version of YAML.
        && !numeric.starts_with(|c: char| c.is_ascii_digit())
        && !numeric.is_empty()
        && resolve(text) == Resolved::String
        && !WORDS.iter().any(|word| text.eq_ignore_ascii_case(word))
}

/// Whether it begins with a letter and has nothing that could end a plain scalar.
fn is_word(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && !text.bytes().any(|byte| matches!(byte, b' ' | b':' | b'#'))
}
