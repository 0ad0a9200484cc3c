//! Places in the text: byte offsets, and line and column when somebody asks for them.

use std::cell::OnceCell;
use std::ops::Range;
use std::sync::OnceLock;

/// A place as an editor shows it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Position {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1. A byte order mark at the start of the text counts as none.
    pub column: usize,
}

/// Line and column of a byte offset. An offset beyond the text gives the text's end.
#[must_use]
pub fn position(text: &str, offset: usize) -> Position {
    advance(text, FIRST, 0, offset)
}

/// Line and column for many places of one text. The text is read once, however many places are asked for.
#[derive(Debug)]
pub struct Lines<'s> {
    text: &'s str,
    /// The positions of every [`STEP`]th byte, once somebody asked.
    marks: OnceLock<Vec<Position>>,
}

const FIRST: Position = Position { line: 1, column: 1 };

/// Bytes between two marks. Counting lines in so few takes less time than making the message that needs them.
const STEP: usize = 4 * 1024;

impl<'s> Lines<'s> {
    /// The lines of `text`. Nothing is read yet.
    #[must_use]
    pub fn new(text: &'s str) -> Self {
        Self {
            text,
            marks: OnceLock::new(),
        }
    }

    /// Line and column of a byte offset. An offset beyond the text gives the text's end.
    #[must_use]
    pub fn position(&self, offset: usize) -> Position {
        let offset = offset.min(self.text.len());
        let marks = self.marks.get_or_init(|| {
            let mut marks = Vec::with_capacity(self.text.len() / STEP + 1);
            let mut at = FIRST;
            marks.push(at);
            for start in (0..self.text.len() / STEP).map(|mark| mark * STEP) {
                at = advance(self.text, at, start, start + STEP);
                marks.push(at);
            }
            marks
        });
        let mark = marks.get(offset / STEP).copied().unwrap_or(FIRST);
        advance(self.text, mark, offset / STEP * STEP, offset)
    }
}

/// The line breaks of a part of a text.
#[derive(Debug)]
pub(crate) struct Breaks<'s> {
    part: &'s str,
    /// Where the lines but the first begin, counted from the start of the part; once a line was longer than [`NEAR`]. All are
    /// found at once, because a whole text may be one line.
    starts: OnceCell<Vec<u32>>,
    /// The first line break of the text around the part.
    pub(crate) around: &'static str,
}

/// Bytes in which the start and the end of a line are looked for: lines of manifests are shorter.
const NEAR: usize = 256;

impl<'s> Breaks<'s> {
    /// The line breaks of `part`, which begins at `start` in `text`.
    pub(crate) fn new(text: &str, part: &'s str, start: usize) -> Self {
        let before = slice(text, 0..start);
        let around = if before.is_empty() { text } else { before };
        let first = slice(around, 0..next_line(around, 0));
        Self {
            part,
            starts: OnceCell::new(),
            around: if first.ends_with("\r\n") {
                "\r\n"
            } else {
                "\n"
            },
        }
    }

    /// Where the line of an offset begins.
    pub(crate) fn line_start(&self, offset: usize) -> usize {
        let from = offset.saturating_sub(NEAR);
        let near = self.part.as_bytes().get(from..offset);
        match near.and_then(|near| memchr::memrchr(b'\n', near)) {
            Some(at) => from + at + 1,
            None if from == 0 => 0,
            None => {
                let start = self.after(offset).checked_sub(1);
                let start = start.and_then(|at| self.starts().get(at));
                start.map_or(0, |start| *start as usize)
            }
        }
    }

    /// Where the line after that of an offset begins; none after the last one.
    pub(crate) fn next_line(&self, offset: usize) -> Option<usize> {
        let behind = self.part.as_bytes().get(offset..)?;
        let near = behind.get(..NEAR).unwrap_or(behind);
        match memchr::memchr(b'\n', near) {
            Some(at) => Some(offset + at + 1),
            None if near.len() == behind.len() => None,
            None => {
                let start = self.starts().get(self.after(offset));
                start.map(|start| *start as usize)
            }
        }
    }

    fn starts(&self) -> &[u32] {
        self.starts.get_or_init(|| {
            let breaks = memchr::memchr_iter(b'\n', self.part.as_bytes());
            breaks.filter_map(|at| u32::try_from(at + 1).ok()).collect()
        })
    }

    /// How many lines begin after the first one and not after the offset.
    fn after(&self, offset: usize) -> usize {
        self.starts()
            .partition_point(|start| *start as usize <= offset)
    }
}

/// The position at the end of a range, given that at its start.
fn advance(text: &str, at: Position, start: usize, end: usize) -> Position {
    let part = slice(text, floor(text, start)..floor(text, end));
    let breaks = memchr::memchr_iter(b'\n', part.as_bytes()).count();
    let last = slice(part, line_start(part, part.len())..part.len());
    let (before, shown) = if breaks > 0 || at.column == 1 {
        (1, last.trim_start_matches('\u{FEFF}'))
    } else {
        (at.column, last)
    };
    Position {
        line: at.line + breaks,
        column: before + shown.chars().count(),
    }
}

/// The greatest character boundary that is not after `offset`.
fn floor(text: &str, offset: usize) -> usize {
    let mut offset = offset.min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    offset
}

/// The text of a range; empty if the range does not fit. Every caller's range fits.
pub(crate) fn slice(text: &str, range: Range<usize>) -> &str {
    text.get(range).unwrap_or_default()
}

/// The byte at `offset`, or NUL at the end: YAML has no NUL.
pub(crate) fn byte(text: &str, offset: usize) -> u8 {
    text.as_bytes().get(offset).copied().unwrap_or(0)
}

/// Whether all bytes are printable ASCII or line feeds, as those of most manifests are. It is written so that compilers make it
/// of instructions for many bytes at once.
pub(crate) fn is_plain(text: &str) -> bool {
    let plain = |byte: u8| matches!(byte, b' '..=b'~' | b'\n');
    text.bytes().fold(true, |all, byte| all & plain(byte))
}

/// Where the line of `offset` begins.
pub(crate) fn line_start(text: &str, offset: usize) -> usize {
    let before = text.as_bytes().get(..offset).unwrap_or_default();
    memchr::memrchr(b'\n', before).map_or(0, |at| at + 1)
}

/// Where the line of `offset` ends, before its line break.
pub(crate) fn line_end(text: &str, offset: usize) -> usize {
    let after = text.as_bytes().get(offset..).unwrap_or_default();
    let end = memchr::memchr(b'\n', after).map_or(text.len(), |at| offset + at);
    if end > 0 && end < text.len() && byte(text, end - 1) == b'\r' {
        end - 1
    } else {
        end
    }
}

/// Where the line after that of `offset` begins, or the end of the text.
pub(crate) fn next_line(text: &str, offset: usize) -> usize {
    let after = text.as_bytes().get(offset..).unwrap_or_default();
    memchr::memchr(b'\n', after).map_or(text.len(), |at| offset + at + 1)
}

/// Skips spaces and tabs.
pub(crate) fn skip_blanks(text: &str, mut offset: usize) -> usize {
    while matches!(byte(text, offset), b' ' | b'\t') {
        offset += 1;
    }
    offset
}

/// Skips white space, line breaks and comments: what may stand between two tokens.
///
/// `offset` is the end of a token, or the start of the text. A `#` directly after a word does not begin a comment
/// (YAML 1.2.2, 6.6).
pub(crate) fn skip_gap(text: &str, mut offset: usize) -> usize {
    loop {
        match byte(text, offset) {
            b' ' | b'\t' | b'\n' | b'\r' => offset += 1,
            b'#' if begins_comment(text, offset) => offset = line_end(text, offset),
            0xEF if slice(text, offset..text.len()).starts_with('\u{FEFF}') => offset += 3,
            _ => return offset,
        }
    }
}

/// Whether a `#` at `offset`, outside any scalar, begins a comment: after white space, a byte order mark, a quote or
/// a bracket.
pub(crate) fn begins_comment(text: &str, offset: usize) -> bool {
    offset == 0
        || matches!(
            byte(text, offset - 1),
            b' ' | b'\t' | b'\n' | b'\r' | 0xBF | b'"' | b'\'' | b'}' | b']'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_characters_and_leave_out_the_byte_order_mark() {
        let text = "\u{FEFF}a: é1\r\nb: 2";
        let at = |offset| {
            let found = position(text, offset);
            (found.line, found.column)
        };
        assert_eq!(at(3), (1, 1));
        assert_eq!(at(8), (1, 5));
        assert_eq!(at(7), (1, 4));
        assert_eq!(at(11), (2, 1));
        assert_eq!(at(999), (2, 5));
    }

    #[test]
    fn positions_far_into_a_text_are_those_of_counting_from_its_start() {
        let text = "\u{FEFF}é: 1\n\n- äöü # x\n".repeat(4000) + &"ü".repeat(STEP) + "\nend";
        let lines = Lines::new(&text);
        for offset in [
            text.len(),
            STEP,
            STEP - 1,
            STEP + 1,
            0,
            3 * STEP + 7,
            text.len() - 5,
        ] {
            let before = slice(&text, 0..floor(&text, offset));
            let last = before.rsplit('\n').next().unwrap();
            let counted = Position {
                line: before.matches('\n').count() + 1,
                column: last.trim_start_matches('\u{FEFF}').chars().count() + 1,
            };
            assert_eq!(lines.position(offset), counted, "{offset}");
        }
    }

    #[test]
    fn line_ends_stand_before_the_whole_line_break() {
        assert_eq!(line_end("a\r\nb", 0), 1);
        assert_eq!(line_end("a\nb", 0), 1);
        assert_eq!(line_end("ab", 0), 2);
        assert_eq!(next_line("a\r\nb", 0), 3);
        assert_eq!(line_start("a\r\nb", 3), 3);
    }
}
