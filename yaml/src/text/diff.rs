//! The unified diff of an edit. It comes from the splices, so nothing has to be searched for.

use std::fmt::Write as _;
use std::ops::Range;

use crate::text::span::{line_start, next_line, slice};
use crate::text::splice::Splice;

/// Unchanged lines around each change.
const CONTEXT: usize = 3;

/// Lines that are replaced: where they are, the old ones and the new ones.
struct Replaced<'a> {
    /// Lines before the change in the old text and in the new one.
    old_line: usize,
    new_line: usize,
    /// Where the old lines are in the text.
    range: Range<usize>,
    old: Vec<&'a str>,
    new: Vec<String>,
}

/// A unified diff with three lines of context, which `patch` can apply. It is empty if no line changes.
/// Line ends are kept, so the diff of a text with CRLF has CRLF in its lines.
#[must_use]
pub fn unified_diff(old_name: &str, new_name: &str, text: &str, splices: &[Splice]) -> String {
    let changes = changes(text, splices);
    let mut out = String::new();
    let mut rest = changes.as_slice();
    while let Some(first) = rest.first() {
        if out.is_empty() {
            // Writing to a string does not fail.
            let _ = write!(out, "--- {old_name}\n+++ {new_name}\n");
        }
        let mut count = 1;
        let mut last = first;
        for next in rest.iter().skip(1) {
            if next.old_line > last.old_line + last.old.len() + 2 * CONTEXT {
                break;
            }
            last = next;
            count += 1;
        }
        let (hunk, others) = rest.split_at(count);
        write_hunk(&mut out, text, hunk);
        rest = others;
    }
    out
}

/// The changed lines, from the lines that each splice touches.
fn changes<'a>(text: &'a str, splices: &[Splice]) -> Vec<Replaced<'a>> {
    let mut changes = Vec::new();
    let mut rest = splices;
    let mut counted = 0;
    let mut old_line = 0;
    let mut grown = 0_usize;
    let mut shrunk = 0;
    while let Some(first) = rest.first() {
        let mut range = line_start(text, first.range.start)..next_line(text, first.range.end);
        let mut count = 1;
        for next in rest.iter().skip(1) {
            if next.range.start >= range.end && (range.end < text.len() || text.ends_with('\n')) {
                break;
            }
            range.end = range.end.max(next_line(text, next.range.end));
            count += 1;
        }
        let (block, others) = rest.split_at(count);
        rest = others;
        let mut edited = String::new();
        let mut at = range.start;
        for splice in block {
            edited.push_str(slice(text, at..splice.range.start));
            edited.push_str(&splice.text);
            at = splice.range.end;
        }
        edited.push_str(slice(text, at..range.end));
        old_line += newlines(slice(text, counted..range.start));
        counted = range.start;

        let old: Vec<&str> = slice(text, range.clone()).split_inclusive('\n').collect();
        let new: Vec<&str> = edited.split_inclusive('\n').collect();
        let (before, old, new) = different(&old, &new);
        if old.is_empty() && new.is_empty() {
            continue;
        }
        let mut start = range.start;
        for _ in 0..before {
            start = next_line(text, start);
        }
        let end = start + old.iter().map(|line| line.len()).sum::<usize>();
        changes.push(Replaced {
            old_line: old_line + before,
            new_line: old_line + before + grown - shrunk,
            range: start..end,
            old: old.to_vec(),
            new: new.iter().map(|&line| line.to_owned()).collect(),
        });
        grown += new.len();
        shrunk += old.len();
    }
    changes
}

/// How many lines two texts begin with alike, and what is left of both without those and without the lines that they
/// end with alike.
fn different<'l, 'a, 'b>(
    old: &'l [&'a str],
    new: &'l [&'b str],
) -> (usize, &'l [&'a str], &'l [&'b str]) {
    let pairs = old.iter().zip(new);
    let before = pairs.take_while(|(old, new)| old == new).count();
    let old = old.get(before..).unwrap_or_default();
    let new = new.get(before..).unwrap_or_default();
    let pairs = old.iter().rev().zip(new.iter().rev());
    let after = pairs.take_while(|(old, new)| old == new).count();
    (
        before,
        old.get(..old.len() - after).unwrap_or_default(),
        new.get(..new.len() - after).unwrap_or_default(),
    )
}

fn newlines(text: &str) -> usize {
    memchr::memchr_iter(b'\n', text.as_bytes()).count()
}

/// Writes one hunk: changes that are close together, and the lines between and around them.
fn write_hunk(out: &mut String, text: &str, hunk: &[Replaced<'_>]) {
    let (Some(first), Some(last)) = (hunk.first(), hunk.last()) else {
        return;
    };
    let mut from = first.range.start;
    let mut leading = 0;
    while leading < CONTEXT && from > 0 {
        from = line_start(text, from - 1);
        leading += 1;
    }
    let mut until = last.range.end;
    for _ in 0..CONTEXT {
        until = next_line(text, until);
    }
    let mut body = String::new();
    let (mut old_count, mut new_count) = (0, 0);
    let mut at = from;
    let kept = |body: &mut String, range: Range<usize>| {
        let mut count = 0;
        for line in slice(text, range).split_inclusive('\n') {
            write_line(body, ' ', line);
            count += 1;
        }
        count
    };
    for change in hunk {
        let count = kept(&mut body, at..change.range.start);
        for line in &change.old {
            write_line(&mut body, '-', line);
        }
        for line in &change.new {
            write_line(&mut body, '+', line);
        }
        old_count += count + change.old.len();
        new_count += count + change.new.len();
        at = change.range.end;
    }
    let count = kept(&mut body, at..until);
    old_count += count;
    new_count += count;
    let old = span(first.old_line - leading, old_count);
    let new = span(first.new_line - leading, new_count);
    let _ = write!(out, "@@ -{old} +{new} @@\n{body}");
}

/// Start and length as GNU diff writes them. A length of one is left out; for no lines, the start is the line
/// before.
fn span(before: usize, count: usize) -> String {
    match count {
        0 => format!("{before},0"),
        1 => format!("{}", before + 1),
        _ => format!("{},{count}", before + 1),
    }
}

fn write_line(out: &mut String, mark: char, line: &str) {
    out.push(mark);
    out.push_str(line);
    if !line.ends_with('\n') {
        out.push_str("\n\\ No newline at end of file\n");
    }
}
