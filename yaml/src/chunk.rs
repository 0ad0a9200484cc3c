//! Where documents, and the items of a list, begin and end: found by bytes, without parsing.

use std::ops::Range;

use memchr::memmem;

use crate::node::{Shape, Tree};
use crate::span::{byte, line_end, next_line, slice};

/// Byte ranges of the documents of a stream, in order, covering the text without a gap.
///
/// A chunk begins at its `---` line, at the start, or after a `...` line (YAML 1.2.2, 9.1.2: neither may
/// stand at the start of a line inside a scalar). Comments and directives belong to the document that
/// follows them, so a text can end in a chunk that holds nothing else.
pub fn documents(text: &str) -> impl Iterator<Item = Range<usize>> {
    let mut marks = Marks::new(text);
    let mut from = Some(0);
    std::iter::from_fn(move || {
        let start = from?;
        for cut in marks.by_ref() {
            if cut > start && !is_prelude(slice(text, start..cut)) {
                from = Some(cut);
                return Some(start..cut);
            }
        }
        from = None;
        (start < text.len()).then_some(start..text.len())
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

/// Offsets of `---` lines, and of the lines after `...` lines, in order.
struct Marks<'a> {
    text: &'a str,
    starts: memmem::FindIter<'a, 'static>,
    ends: memmem::FindIter<'a, 'static>,
    start: Option<usize>,
    end: Option<usize>,
}

impl<'a> Marks<'a> {
    fn new(text: &'a str) -> Self {
        let mut marks = Self {
            text,
            starts: memmem::find_iter(text.as_bytes(), b"\n---"),
            ends: memmem::find_iter(text.as_bytes(), b"\n..."),
            start: None,
            end: None,
        };
        marks.start = marks.next_start();
        marks.end = if is_mark(text, 0, "...") {
            Some(next_line(text, 0))
        } else {
            marks.next_end()
        };
        marks
    }

    fn next_start(&mut self) -> Option<usize> {
        self.starts
            .by_ref()
            .map(|at| at + 1)
            .find(|&at| is_mark(self.text, at, "---"))
    }

    fn next_end(&mut self) -> Option<usize> {
        self.ends
            .by_ref()
            .map(|at| at + 1)
            .find(|&at| is_mark(self.text, at, "..."))
            .map(|at| next_line(self.text, at))
    }
}

impl Iterator for Marks<'_> {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        let (start, end) = (self.start, self.end);
        if start.is_some_and(|start| end.is_none_or(|end| start <= end)) {
            self.start = self.next_start();
            start
        } else {
            self.end = self.next_end();
            end
        }
    }
}

/// Whether the marker stands at `at`, followed by white space or the end.
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
    /// What follows the list; empty where nothing does.
    pub tail: Range<usize>,
    /// The column of the dashes, from 0.
    pub dash_column: usize,
}

/// Splits the document `range` at the items of its block list `items:`.
///
/// None where a piece might not mean alone what it means in the whole: no `items:` at column 0 or two of
/// them, a list in flow style, an alias to an anchor of another piece, directives, tabs, a line left of
/// the dashes. Then the document has to be parsed whole; so too where a piece turns out not to parse.
#[must_use]
pub fn items(text: &str, document: Range<usize>) -> Option<Items> {
    let body = text.get(document.clone())?;
    let mut keys = memmem::find_iter(body.as_bytes(), b"\nitems:").map(|at| at + 1);
    let key = if body.starts_with("items:") {
        0
    } else {
        keys.next()?
    };
    if keys.next().is_some()
        || body.starts_with('%')
        || memmem::find(body.as_bytes(), b"\n%").is_some()
    {
        return None;
    }
    let rest = slice(body, key + "items:".len()..line_end(body, key));
    let comment = rest.starts_with([' ', '\t']) && is_comment(rest);
    if !is_blank(rest) && !comment {
        return None;
    }
    let mut at = next_line(body, key);
    let mut dash_column = None;
    let mut starts = Vec::new();
    let mut tail = body.len();
    while at < body.len() {
        let end = next_line(body, at);
        // Most lines stand right of the dash and are inside an item.
        let inside = |dash| {
            let margin = body.as_bytes().get(at..=at + dash);
            margin.is_some_and(|margin| margin.iter().all(|&byte| byte == b' '))
        };
        if dash_column.is_some_and(inside) {
            at = end;
            continue;
        }
        let line = slice(body, at..end);
        let indent = line.bytes().take_while(|&byte| byte == b' ').count();
        let content = slice(line, indent..line.len());
        if is_blank(content) || dash_column.is_none_or(|dash| indent <= dash) && is_comment(content)
        {
            at = end;
            continue;
        }
        let dash = *dash_column.get_or_insert(indent);
        if indent <= dash {
            let is_item =
                content.starts_with('-') && matches!(byte(content, 1), b' ' | b'\n' | b'\r' | 0);
            if indent == dash && is_item {
                starts.push(at);
            } else if indent == 0 && !starts.is_empty() && !content.starts_with(['\t', '?', '-']) {
                tail = at;
                break;
            } else if indent == 0 && !starts.is_empty() && is_mark(content, 0, "---") {
                // A range of two documents is none.
                return None;
            } else {
                return None;
            }
        }
        at = end;
    }
    let first = *starts.first()?;
    let head = 0..first;
    let ends = starts.iter().skip(1).copied().chain([tail]);
    let items: Vec<_> = starts
        .iter()
        .copied()
        .zip(ends)
        .map(|(from, to)| from..to)
        .collect();
    let tail = tail..body.len();
    let parts = std::iter::once(head.clone())
        .chain(items.iter().cloned())
        .chain([tail.clone()]);
    if crosses(body, &parts.collect::<Vec<_>>()) || !frames(body, &head, key, &tail) {
        return None;
    }
    let shift = |range: Range<usize>| document.start + range.start..document.start + range.end;
    Some(Items {
        head: shift(head),
        items: items.into_iter().map(shift).collect(),
        tail: shift(tail),
        dash_column: dash_column?,
    })
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
            || !tree.props.is_empty() && tree.props(0).is_some()
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

/// Whether a word that may be an alias stands in another part than an anchor of its name.
fn crosses(body: &str, parts: &[Range<usize>]) -> bool {
    let bytes = body.as_bytes();
    if memchr::memchr(b'&', bytes).is_none() {
        return false;
    }
    let mut checked = std::collections::HashMap::new();
    for part in parts {
        let piece = slice(body, part.clone());
        for at in memchr::memchr_iter(b'*', piece.as_bytes()) {
            let before = if at == 0 { b' ' } else { byte(piece, at - 1) };
            let name = slice(piece, at + 1..piece.len());
            let end = name.find([' ', '\t', '\r', '\n', ',', '[', ']', '{', '}']);
            let name = name.get(..end.unwrap_or(name.len())).unwrap_or_default();
            if name.is_empty()
                || !matches!(before, b' ' | b'\t' | b'\n' | b'[' | b'{' | b',' | b':')
            {
                continue;
            }
            // Few names are ever asked for; a text with many is not worth the search.
            if checked.len() > 64 {
                return true;
            }
            let everywhere = *checked.entry(name).or_insert_with(|| anchors(body, name));
            if everywhere > 0 && anchors(piece, name) < everywhere {
                return true;
            }
        }
    }
    false
}

/// How often something that may be the anchor of this name stands in the text.
fn anchors(text: &str, name: &str) -> usize {
    memmem::find_iter(text.as_bytes(), format!("&{name}").as_bytes()).count()
}
