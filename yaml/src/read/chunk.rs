//! Where documents, and the items of a list, begin and end: found by bytes, without parsing.

use std::collections::HashMap;
use std::ops::Range;

use memchr::memmem;

use crate::text::span::{byte, line_end, next_line, slice};
use crate::tree::arena::{Shape, Tree};

/// Byte ranges of the documents of a stream, in order, covering the text without a gap.
///
/// A chunk begins at its `---` line, at the start, or after a `...` line (YAML 1.2.2, 9.1.2: neither may
/// stand at the start of a line inside a scalar). Comments and directives belong to the document that
/// follows them, so a text can end in a chunk that holds nothing else.
pub fn documents(text: &str) -> impl Iterator<Item = Range<usize>> {
    documents_seen(text, true, |_| {})
}

/// Whether a line but the first begins as one that ends a document.
#[must_use]
pub fn may_end(text: &str) -> bool {
    lines(text, "\n...").next().is_some()
}

/// The same as [`documents`]; each line that begins with `---` is shown on the way, be it a marker or not. If no line
/// [may end](may_end) a document, `ends` can be false, and none is looked for.
pub fn documents_seen(
    text: &str,
    ends: bool,
    mut see: impl FnMut(usize),
) -> impl Iterator<Item = Range<usize>> {
    if text.starts_with("---") {
        see(0);
    }
    let begins = lines(text, "\n---").inspect(move |at| see(*at));
    let mut begins = begins.filter(|at| is_mark(text, *at, "---")).peekable();
    let ended = if ends { text } else { "" };
    let mut ends = lines(ended, "\n...")
        .filter(|at| is_mark(text, *at, "..."))
        .peekable();
    let mut first = is_mark(text, 0, "...").then(|| next_line(text, 0));
    let mut cuts = std::iter::from_fn(move || {
        if let Some(cut) = first.take() {
            return Some(cut);
        }
        match (begins.peek(), ends.peek()) {
            (Some(begin), Some(end)) if begin > end => {}
            (Some(_), _) => return begins.next(),
            (None, _) => {}
        }
        ends.next().map(|end| next_line(text, end))
    });
    let mut from = Some(0);
    std::iter::from_fn(move || {
        let start = from?;
        // A part that is known to be a prelude is not read again at the next mark.
        let mut read = start;
        for cut in cuts.by_ref() {
            if cut > start && !is_prelude(slice(text, read..cut)) {
                from = Some(cut);
                return Some(start..cut);
            }
            read = cut.max(start);
        }
        from = None;
        (start < text.len()).then_some(start..text.len())
    })
}

/// The lines but the first one that begin with three characters; they are given with the line break before them.
fn lines<'t>(text: &'t str, with: &'static str) -> impl Iterator<Item = usize> + 't {
    memmem::find_iter(text.as_bytes(), with).map(|at| at + 1)
}

/// Starts of the lines that begin at `column` (from 0) or left of it. Blank lines are left out.
///
/// Most lines of a manifest begin further right, so bytes are skipped in blocks. For columns that neither the lists of
/// manifests nor the keys in them have, each line is looked at.
pub fn outdented(text: &str, column: usize) -> impl Iterator<Item = usize> {
    let bytes = text.as_bytes();
    let stands_out = move |start: &usize| {
        let margin = bytes.get(*start..).unwrap_or_default();
        let mut margin = margin.iter().take(column + 1);
        margin
            .find(|byte| **byte != b' ')
            .is_some_and(|byte| *byte != b'\n')
    };
    let is_deeper = move |block: &[u8]| match column {
        0 => is_deeper::<1>(block),
        2 => is_deeper::<3>(block),
        4 => is_deeper::<5>(block),
        _ => false,
    };
    let in_blocks = matches!(column, 0 | 2 | 4);
    let (mut at, mut end) = (0, if in_blocks { 0 } else { bytes.len() });
    let breaks = std::iter::from_fn(move || {
        loop {
            let block = bytes.get(at..end).unwrap_or_default();
            if let Some(length) = line_break(block) {
                at += length + 1;
                return Some(at);
            }
            if end == bytes.len() {
                return None;
            }
            at = end;
            while let Some(block) = bytes.get(at..at + BLOCK + column + 1)
                && is_deeper(block)
            {
                at += BLOCK;
            }
            end = (at + BLOCK).min(bytes.len());
        }
    });
    std::iter::once(0).chain(breaks).filter(stands_out)
}

/// Where the first line break of a block is. Most are near, so asking for the fastest search takes longer than this one.
fn line_break(block: &[u8]) -> Option<usize> {
    let each = |byte| u64::from_le_bytes([byte; 8]);
    let (eights, rest) = block.as_chunks();
    let found = (0..).zip(eights).find_map(|(number, eight)| {
        let other = u64::from_le_bytes(*eight) ^ each(b'\n');
        // The highest bit of each byte that is not 0, and of no other.
        let others = ((other & each(0x7f)) + each(0x7f)) | other;
        let found = !others & each(0x80);
        (found != 0).then(|| number * 8 + found.trailing_zeros() as usize / 8)
    });
    found.or_else(|| {
        let at = rest.iter().position(|byte| *byte == b'\n')?;
        Some(block.len() - rest.len() + at)
    })
}

/// Bytes in one block.
const BLOCK: usize = 64;

/// Whether so many spaces follow each line break in the first [`BLOCK`] bytes. It is written so that compilers make it of
/// instructions for many bytes at once.
fn is_deeper<const SPACES: usize>(block: &[u8]) -> bool {
    let bytes = |from: usize| block.get(from..)?.first_chunk::<BLOCK>();
    let mut no_spaces = [0_u8; BLOCK];
    for from in 1..=SPACES {
        let Some(after) = bytes(from) else {
            return false;
        };
        for (at, byte) in no_spaces.iter_mut().zip(after) {
            *at |= *byte ^ b' ';
        }
    }
    bytes(0).is_some_and(|bytes| {
        let breaks = no_spaces.iter().zip(bytes);
        let bad = breaks.map(|(at, byte)| if *byte == b'\n' { *at } else { 0 });
        bad.fold(0, |any, bad| any | bad) == 0
    })
}

/// Whether the text holds nothing but comments, directives, blank lines and document ends: what the next
/// document begins with.
fn is_prelude(text: &str) -> bool {
    text.lines().all(|line| {
        let line = line.trim_start_matches('\u{FEFF}');
        let ends = line
            .strip_prefix("...")
            .is_some_and(|rest| matches!(rest.bytes().next(), None | Some(b' ' | b'\t')));
        ends || line.starts_with('%') || {
            let rest = line.trim_matches([' ', '\t', '\r']);
            rest.is_empty() || rest.starts_with('#')
        }
    })
}

/// Whether the marker is at `at`, followed by white space or the end.
fn is_mark(text: &str, at: usize, marker: &str) -> bool {
    slice(text, at..text.len()).starts_with(marker)
        && matches!(
            text.as_bytes().get(at + marker.len()),
            None | Some(b' ' | b'\t' | b'\n' | b'\r')
        )
}

/// A document whose root is a mapping with a long list under `items:`, in pieces that parse alone.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Items {
    /// From the document's start up to the line of the first item.
    pub head: Range<usize>,
    /// Each item from its dash line to the next one, whole lines, comments after it included.
    pub items: Vec<Range<usize>>,
    /// What follows the list; empty if nothing does.
    pub tail: Range<usize>,
    /// The column of the dashes, from 0.
    pub dash_column: usize,
}

impl Items {
    /// Whether no piece has an alias to an anchor of another one, as far as words show.
    #[must_use]
    pub fn are_apart(&self, text: &str) -> bool {
        let parts = std::iter::once(self.head.clone())
            .chain(self.items.iter().cloned())
            .chain([self.tail.clone()]);
        !crosses(text, &parts.collect::<Vec<_>>())
    }
}

/// Splits the document `range` at the items of its block list `items:`.
///
/// None if a piece might not mean the same alone: no `items:` at column 0 or two of them, a list in flow
/// style, an alias to an anchor of another piece, directives, tabs, a line left of the dashes. Then the document
/// has to be parsed as a whole, as it has to be if a piece does not parse.
#[must_use]
pub fn items(text: &str, document: Range<usize>) -> Option<Items> {
    split(text, document).filter(|items| items.are_apart(text))
}

/// The same, whether or not a piece has an alias to an anchor of another one. See [`may_share`] and [`Items::are_apart`].
#[must_use]
pub fn split(text: &str, document: Range<usize>) -> Option<Items> {
    let body = text.get(document.clone())?;
    let key = list_key(body)?;
    let (first, dash) = first_line(body, next_line(body, key))?;
    let (starts, tail) = dashes(body, first, dash)?;
    let head = 0..*starts.first()?;
    let ends = starts.iter().skip(1).copied().chain([tail]);
    let items: Vec<_> = starts
        .iter()
        .copied()
        .zip(ends)
        .map(|(from, to)| from..to)
        .collect();
    let tail = tail..body.len();
    if is_ambiguous(body, key, &head, &tail) {
        return None;
    }
    if !frames(body, &head, key, &tail) {
        return None;
    }
    let shift = |range: Range<usize>| document.start + range.start..document.start + range.end;
    Some(Items {
        head: shift(head),
        items: items.into_iter().map(shift).collect(),
        tail: shift(tail),
        dash_column: dash,
    })
}

/// Where the first line `items:` begins; none if something follows on it.
fn list_key(body: &str) -> Option<usize> {
    let key = if body.starts_with("items:") {
        0
    } else {
        memmem::find(body.as_bytes(), b"\nitems:")? + 1
    };
    let rest = slice(body, key + "items:".len()..line_end(body, key));
    let comment = rest.starts_with([' ', '\t']) && is_comment(rest);
    (is_blank(rest) || comment).then_some(key)
}

/// Whether there is a directive, or `items:` once more. Between the list's first item and its end no line can be either.
fn is_ambiguous(body: &str, key: usize, head: &Range<usize>, tail: &Range<usize>) -> bool {
    let begins = |from: usize, to: usize, line: &[u8]| {
        let part = slice(body, from.saturating_sub(1)..to);
        memmem::find(part.as_bytes(), line).is_some()
    };
    body.starts_with('%')
        || begins(0, head.end, b"\n%")
        || begins(tail.start, tail.end, b"\n%")
        || begins(key + 1, head.end, b"\nitems:")
        || begins(tail.start, tail.end, b"\nitems:")
}

/// The start and the indentation of the first line from `at` on that is neither blank nor a comment.
fn first_line(body: &str, mut at: usize) -> Option<(usize, usize)> {
    while at < body.len() {
        let line = slice(body, at..line_end(body, at));
        if !is_blank(line) && !is_comment(line) {
            return Some((at, line.bytes().take_while(|&byte| byte == b' ').count()));
        }
        at = next_line(body, at);
    }
    None
}

/// The lines with a dash at this column, and where the list ends; none if another line begins so far left.
fn dashes(body: &str, first: usize, dash: usize) -> Option<(Vec<usize>, usize)> {
    let mut starts = Vec::new();
    for at in outdented(slice(body, first..body.len()), dash).map(|at| first + at) {
        let line = slice(body, at..line_end(body, at));
        let content = line.trim_start_matches(' ');
        if is_blank(content) || is_comment(content) {
            continue;
        }
        let indent = line.len() - content.len();
        if indent == dash
            && content.starts_with('-')
            && matches!(byte(content, 1), b' ' | b'\r' | 0)
        {
            starts.push(at);
        } else if indent == 0 && !starts.is_empty() && !content.starts_with(['\t', '?', '-']) {
            return Some((starts, at));
        } else {
            return None;
        }
    }
    Some((starts, body.len()))
}

fn is_blank(line: &str) -> bool {
    line.bytes()
        .all(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n'))
}

fn is_comment(line: &str) -> bool {
    line.trim_start_matches([' ', '\t']).starts_with('#')
}

/// Whether head and tail are what they look like: block mappings around the one key `items`.
fn frames(body: &str, head: &Range<usize>, key: usize, tail: &Range<usize>) -> bool {
    let keys_of = |range: &Range<usize>| -> Option<Vec<usize>> {
        let tree = Tree::parse(body, range.clone()).ok()?;
        if tree.nodes.is_empty() {
            return Some(Vec::new());
        }
        if tree.at(0).shape != Shape::BlockMapping
            || !tree.all_props().is_empty() && tree.props(0).is_some()
        {
            return None;
        }
        let named = |at: &u32| tree.key_text(*at) == Some("items");
        let found = tree.pairs(0).filter(|(at, _)| named(at));
        Some(
            found
                .map(|(at, value)| {
                    let empty = tree.at(value).shape == Shape::Empty && tree.props(value).is_none();
                    if empty {
                        tree.at(at).start as usize + range.start
                    } else {
                        usize::MAX
                    }
                })
                .collect(),
        )
    };
    keys_of(head) == Some(vec![key]) && keys_of(tail) == Some(Vec::new())
}

/// Whether a text may have an alias: it has words of both forms. It may be asked before anything is known of the text.
#[must_use]
pub fn may_share(text: &str) -> bool {
    words(text, b'*').next().is_some() && words(text, b'&').next().is_some()
}

/// The words behind this sign, if it may be that of an anchor or an alias.
fn words(piece: &str, sign: u8) -> impl Iterator<Item = &str> {
    memchr::memchr_iter(sign, piece.as_bytes()).filter_map(move |at| {
        let before = at.checked_sub(1).map_or(b' ', |before| byte(piece, before));
        let word = slice(piece, at + 1..piece.len());
        let ends = |(at, c): &(usize, char)| " \t\r\n,[]{}".contains(*c) || *c == ':' && *at > 0;
        let end = word
            .char_indices()
            .find(ends)
            .map_or(word.len(), |(at, _)| at);
        let word = slice(word, 0..end);
        let stands = matches!(
            before,
            b' ' | b'\t' | b'\r' | b'\n' | b'[' | b'{' | b',' | b':'
        );
        (stands && !word.is_empty()).then_some(word)
    })
}

/// Whether a word that may be an alias is in another part than a word that may be its anchor.
fn crosses(text: &str, parts: &[Range<usize>]) -> bool {
    let words = |part: &Range<usize>, sign: u8| words(slice(text, part.clone()), sign);
    // The part of each anchor; none for a name that several have.
    let mut anchors: HashMap<&str, Option<usize>> = HashMap::new();
    for (number, part) in parts.iter().enumerate() {
        for name in words(part, b'&') {
            let known = anchors.entry(name).or_insert(Some(number));
            *known = known.filter(|known| *known == number);
        }
    }
    !anchors.is_empty()
        && parts.iter().enumerate().any(|(number, part)| {
            words(part, b'*').any(|name| {
                anchors
                    .get(name)
                    .is_some_and(|known| *known != Some(number))
            })
        })
}
