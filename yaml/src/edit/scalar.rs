//! The smallest change inside a scalar, found by aligning its decoded text with its source.

use std::ops::Range;

use crate::edit::emit::{escape, is_printable};
use crate::text::span::{byte, line_end, next_line, slice};
use crate::tree::arena::{Shape, Tree, flag};

/// A piece of the raw text and the piece of the decoded text that it means.
#[derive(Debug)]
struct Unit {
    raw: Range<usize>,
    text: Range<usize>,
}

/// The bytes of a scalar that have to change, and what they become; none if the change can't be made inside
/// the scalar.
pub(crate) fn middle(tree: &Tree<'_>, node: u32, new: &str) -> Option<(Range<usize>, String)> {
    let old = tree.scalar_text(node);
    let units = units(tree, node, old)?;
    let before = common(old.chars(), new.chars());
    let rest_old = old.get(before..)?;
    let rest_new = new.get(before..)?;
    let after = common(rest_old.chars().rev(), rest_new.chars().rev());
    let until = old.len() - after;
    // A unit is changed as a whole.
    let first = units.partition_point(|unit| unit.text.end <= before);
    let last = units
        .partition_point(|unit| unit.text.start < until)
        .max(first);
    let text_start = units.get(first).map_or(old.len(), |unit| unit.text.start);
    let text_end = last
        .checked_sub(1)
        .and_then(|last| units.get(last))
        .map_or(text_start, |unit| unit.text.end)
        .max(text_start);
    let raw_start = match units.get(first) {
        Some(unit) => unit.raw.start,
        None => units.last()?.raw.end,
    };
    let raw_end = if last > first {
        units.get(last - 1)?.raw.end
    } else {
        raw_start
    };
    let replaced = slice(tree.source, raw_start..raw_end);
    let wanted = new.get(text_start..new.len() - (old.len() - text_end))?;
    let shape = tree.at(node).shape;
    if wanted.chars().any(|c| c == '\n' || !is_printable(c)) && shape != Shape::Double
        || replaced.contains('\n')
    {
        return None;
    }
    let text = match shape {
        Shape::Single => wanted.replace('\'', "''"),
        Shape::Double => {
            let mut text = String::new();
            escape(&mut text, wanted);
            text
        }
        _ => wanted.to_owned(),
    };
    Some((raw_start..raw_end, text))
}

/// Bytes that two texts have in common at the side where the iterators begin.
fn common(old: impl Iterator<Item = char>, new: impl Iterator<Item = char>) -> usize {
    old.zip(new)
        .take_while(|(old, new)| old == new)
        .map(|(c, _)| c.len_utf8())
        .sum()
}

/// Aligns the decoded text with the source; none if they do not fit.
fn units(tree: &Tree<'_>, node: u32, text: &str) -> Option<Vec<Unit>> {
    let raw = tree.at(node);
    let range = raw.range();
    let mut aligner = Aligner {
        source: tree.source,
        text,
        done: 0,
        units: Vec::new(),
    };
    match raw.shape {
        Shape::Plain => aligner.inline(range, raw.shape)?,
        Shape::Single | Shape::Double => {
            aligner.inline(range.start + 1..range.end.saturating_sub(1), raw.shape)?;
        }
        Shape::Literal | Shape::Folded if raw.has(flag::DECODED) => {
            let indent = tree.decoded().get(raw.link as usize)?.indent as usize;
            let first = next_line(tree.source, line_end(tree.source, range.start));
            aligner.block(first..range.end, indent, raw.shape)?;
        }
        _ => return None,
    }
    (aligner.done == text.len()).then_some(aligner.units)
}

struct Aligner<'a> {
    source: &'a str,
    text: &'a str,
    /// Bytes of the decoded text that are aligned.
    done: usize,
    units: Vec<Unit>,
}

impl Aligner<'_> {
    /// Notes that `raw` means the next `text` of the decoded text; none if it does not.
    fn unit(&mut self, raw: Range<usize>, text: &str) -> Option<()> {
        let rest = self.text.get(self.done..)?;
        if !rest.starts_with(text) {
            return None;
        }
        self.units.push(Unit {
            raw,
            text: self.done..self.done + text.len(),
        });
        self.done += text.len();
        Some(())
    }

    /// Plain and quoted scalars, folded over lines or not (YAML 1.2.2, 7.3).
    fn inline(&mut self, range: Range<usize>, shape: Shape) -> Option<()> {
        let mut at = range.start;
        while at < range.end {
            let rest = slice(self.source, at..range.end);
            let blank = rest.len() - rest.trim_start_matches([' ', '\t', '\r', '\n']).len();
            let breaks = slice(rest, 0..blank).matches('\n').count();
            if breaks > 0 {
                let text = if breaks == 1 {
                    " ".to_owned()
                } else {
                    "\n".repeat(breaks - 1)
                };
                self.unit(at..at + blank, &text)?;
                at += blank;
                continue;
            }
            let (length, text) = match (shape, rest.chars().next()?) {
                (Shape::Single, '\'') => (2, "'".to_owned()),
                (Shape::Double, '\\') => escaped(rest)?,
                (_, c) => (c.len_utf8(), c.to_string()),
            };
            self.unit(at..at + length, &text)?;
            at += length;
        }
        Some(())
    }

    /// Block scalars, from their first line on (YAML 1.2.2, 8.1).
    fn block(&mut self, range: Range<usize>, indent: usize, shape: Shape) -> Option<()> {
        let mut at = range.start;
        loop {
            let end = line_end(self.source, at).min(range.end);
            let blanks = slice(self.source, at..end);
            let blanks = blanks.bytes().take_while(|&byte| byte == b' ').count();
            let mut from = at + blanks.min(indent);
            while from < end {
                let c = slice(self.source, from..end).chars().next()?;
                self.unit(from..from + c.len_utf8(), c.encode_utf8(&mut [0; 4]))?;
                from += c.len_utf8();
            }
            at = next_line(self.source, end).min(range.end);
            if end >= range.end || self.done >= self.text.len() {
                return Some(());
            }
            let rest = self.text.get(self.done..)?;
            // A folded line break is a space, or nothing where blank lines follow.
            let text = if rest.starts_with('\n') {
                "\n"
            } else if shape == Shape::Folded
                && rest.starts_with(' ')
                && byte(self.source, at) == b' '
            {
                " "
            } else if shape == Shape::Folded {
                ""
            } else {
                return None;
            };
            self.unit(end..at, text)?;
        }
    }
}

/// An escape of a double-quoted scalar: its length and its meaning (YAML 1.2.2, 5.7).
fn escaped(rest: &str) -> Option<(usize, String)> {
    let code = |from: usize, length: usize| {
        let digits = rest.get(from..from + length)?;
        u32::from_str_radix(digits, 16).ok()
    };
    let c = rest.chars().nth(1)?;
    let simple = |c: char| Some((2, c.to_string()));
    match c {
        '0' => simple('\0'),
        'a' => simple('\u{7}'),
        'b' => simple('\u{8}'),
        't' | '\t' => simple('\t'),
        'n' => simple('\n'),
        'v' => simple('\u{B}'),
        'f' => simple('\u{C}'),
        'r' => simple('\r'),
        'e' => simple('\u{1B}'),
        'N' => simple('\u{85}'),
        '_' => simple('\u{A0}'),
        'L' => simple('\u{2028}'),
        'P' => simple('\u{2029}'),
        ' ' | '"' | '/' | '\\' => simple(c),
        'x' => Some((4, char::from_u32(code(2, 2)?)?.to_string())),
        'U' => Some((10, char::from_u32(code(2, 8)?)?.to_string())),
        'u' => {
            let high = code(2, 4)?;
            if let Some(c) = char::from_u32(high) {
                return Some((6, c.to_string()));
            }
            // A pair of surrogates: how JSON writes a character over 16 bits.
            let low = code(8, 4)?;
            let high = u16::try_from(high).ok()?;
            let low = u16::try_from(low).ok()?;
            let pair = char::decode_utf16([high, low]).next()?.ok()?;
            Some((12, pair.to_string()))
        }
        // An escaped line break means nothing, and neither does the indentation of the next line.
        '\r' | '\n' => {
            let blank = rest.get(1..)?;
            let blank = blank.len() - blank.trim_start_matches(['\r', '\n', ' ', '\t']).len();
            Some((1 + blank, String::new()))
        }
        _ => None,
    }
}
