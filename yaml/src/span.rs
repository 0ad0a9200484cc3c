//! Places in the text: bytes while working, line and column only when somebody asks.

use std::ops::Range;

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
    let offset = floor(text, offset);
    let before = slice(text, 0..offset);
    let start = line_start(text, offset);
    let line = memchr::memchr_iter(b'\n', before.as_bytes()).count() + 1;
    let shown = slice(text, start..offset).trim_start_matches('\u{FEFF}');
    Position {
        line,
        column: shown.chars().count() + 1,
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

/// The text of a range; empty where the range does not fit, which no caller's range does.
pub(crate) fn slice(text: &str, range: Range<usize>) -> &str {
    text.get(range).unwrap_or_default()
}

/// The byte at `offset`; NUL, which no YAML holds, at the end.
pub(crate) fn byte(text: &str, offset: usize) -> u8 {
    text.as_bytes().get(offset).copied().unwrap_or(0)
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

/// Where the line after that of `offset` begins; the text's end where there is none.
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
/// `offset` is the end of a token, or the start of the text; a `#` right at the end of a token is no
/// comment (YAML 1.2.2, 6.6).
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

/// Whether a `#` at `offset`, outside any scalar, begins a comment.
pub(crate) fn begins_comment(text: &str, offset: usize) -> bool {
    offset == 0 || matches!(byte(text, offset - 1), b' ' | b'\t' | b'\n' | b'\r' | 0xBF)
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
    fn line_ends_stand_before_the_whole_line_break() {
        assert_eq!(line_end("a\r\nb", 0), 1);
        assert_eq!(line_end("a\nb", 0), 1);
        assert_eq!(line_end("ab", 0), 2);
        assert_eq!(next_line("a\r\nb", 0), 3);
        assert_eq!(line_start("a\r\nb", 3), 3);
    }
}
