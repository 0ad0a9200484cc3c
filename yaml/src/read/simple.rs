//! YAML as programs write it, read straight into nodes: the parser's tree at a fraction of its cost.
//!
//! It reads block mappings and lists, plain and quoted scalars on one line without escapes, flow collections on one
//! line, and `|` blocks, in printable ASCII. If there is anything else, it stops and the parser reads the chunk.
//!
//! **Invariant:** its tree is the one that the parser would make, or there is none; it reads nothing that the parser
//! refuses. After an edit the parser reads the chunk, so both have to agree.

use std::borrow::Cow;
use std::ops::Range;

use crate::read::scratch::{Open, Scratch};
use crate::text::span::is_plain;
use crate::tree::arena::{Decoded, InASize as _, Nodes, Raw, Shape, Short, flag};

/// Programs nest collections less deeply than this. The limit that counts is the parser's.
const NESTING: usize = 100;

/// Keys are shorter than this. The limit that counts is the parser's (YAML 1.2.2, 7.4.2).
const KEY: usize = 512;

/// Reads a chunk. Returns its nodes and decoded texts, or none if it is not simple.
pub(crate) fn read<'s>(
    source: &'s str,
    scratch: &mut Scratch,
) -> Option<(Nodes, Vec<Decoded<'s>>)> {
    if !is_plain(source) {
        return None;
    }
    scratch.nodes.clear();
    scratch.shorts.clear();
    scratch.open.clear();
    let nodes = if Nodes::are_narrow(0, source.len()) {
        Room::Narrow(&mut scratch.shorts)
    } else {
        Room::Wide(&mut scratch.nodes)
    };
    let mut reader = Reader {
        source,
        nodes,
        decoded: Vec::new(),
        open: &mut scratch.open,
        end: 0,
        goes_on: None,
    };
    reader.lines()?;
    let nodes = match reader.nodes {
        Room::Wide(nodes) => Nodes::Wide(nodes.clone()),
        Room::Narrow(nodes) if Nodes::are_narrow(nodes.len(), 0) => {
            Nodes::Narrow(nodes.as_slice().into())
        }
        Room::Narrow(_) => return None,
    };
    (!nodes.is_empty()).then_some((nodes, reader.decoded))
}

/// Room for the nodes that are read, in one of their sizes.
enum Room<'r> {
    Wide(&'r mut Vec<Raw>),
    Narrow(&'r mut Vec<Short>),
}

impl Room<'_> {
    fn len(&self) -> usize {
        match self {
            Room::Wide(nodes) => nodes.len(),
            Room::Narrow(nodes) => nodes.len(),
        }
    }

    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn push(&mut self, raw: Raw) {
        match self {
            Room::Wide(nodes) => nodes.push(raw),
            Room::Narrow(nodes) => nodes.push(Short::of(raw)),
        }
    }

    fn change(&mut self, index: usize, change: impl FnOnce(&mut Raw)) {
        match self {
            Room::Wide(nodes) => {
                if let Some(raw) = nodes.get_mut(index) {
                    change(raw);
                }
            }
            Room::Narrow(nodes) => {
                if let Some(short) = nodes.get_mut(index) {
                    let mut raw = short.raw();
                    change(&mut raw);
                    *short = Short::of(raw);
                }
            }
        }
    }

    fn change_last(&mut self, change: impl FnOnce(&mut Raw)) {
        self.change(self.len().saturating_sub(1), change);
    }

    fn last(&self) -> Option<Raw> {
        match self {
            Room::Wide(nodes) => nodes.last().copied(),
            Room::Narrow(nodes) => nodes.last().map(|short| short.raw()),
        }
    }
}

struct Reader<'r, 's> {
    source: &'s str,
    nodes: Room<'r>,
    decoded: Vec<Decoded<'s>>,
    open: &'r mut Vec<Open>,
    /// End of the last node without children.
    end: usize,
    /// The column of the plain scalar that the last line ended in, which may go on.
    goes_on: Option<usize>,
}

/// A scalar on one line.
struct Scalar {
    shape: Shape,
    range: Range<usize>,
    /// Whether a colon follows that makes it a key.
    is_key: bool,
}

impl<'s> Reader<'_, 's> {
    fn byte(&self, at: usize) -> u8 {
        // The end of the text ends a line as well.
        self.source.as_bytes().get(at).copied().unwrap_or(b'\n')
    }

    fn rest(&self, at: usize) -> &'s [u8] {
        self.source.as_bytes().get(at..).unwrap_or_default()
    }

    /// The eight bytes from here on, as many line breaks as are behind the text among them.
    fn eight(&self, at: usize) -> u64 {
        let rest = self.rest(at);
        let eight = rest.first_chunk().copied().unwrap_or_else(|| {
            let mut last = [b'\n'; 8];
            last.iter_mut().zip(rest).for_each(|(to, byte)| *to = *byte);
            last
        });
        u64::from_le_bytes(eight)
    }

    /// Where something else than a space comes.
    fn skip(&self, mut at: usize) -> usize {
        loop {
            let other = self.eight(at) ^ each(b' ');
            if other != 0 {
                return at + first_set(other);
            }
            at += 8;
        }
    }

    /// Where a line break, a colon or a `#` comes.
    fn stop(&self, mut at: usize) -> usize {
        loop {
            let eight = self.eight(at);
            // All bytes are below 0x80 and only line breaks below a space, so no sum carries into the next byte.
            let is_other = |byte| (eight ^ each(byte)) + each(0x7f);
            let others = is_other(b':') & is_other(b'#') & (eight + each(0x80 - b' '));
            let found = !others & each(0x80);
            if found != 0 {
                return at + first_set(found);
            }
            at += 8;
        }
    }

    fn line_end(&self, at: usize) -> usize {
        if self.byte(at) == b'\n' {
            return at;
        }
        memchr::memchr(b'\n', self.rest(at)).map_or(self.source.len(), |length| at + length)
    }

    /// The start of the next line, if at most a comment comes between the end of a token and that of its line.
    fn ends(&self, at: usize) -> Option<usize> {
        let next = self.skip(at);
        let is_comment = next > at && self.byte(next) == b'#';
        (is_comment || self.byte(next) == b'\n').then(|| self.line_end(next) + 1)
    }

    fn lines(&mut self) -> Option<()> {
        let mut at = 0;
        let mut explicit = false;
        while at < self.source.len() {
            let start = self.skip(at);
            let column = start - at;
            let mark = || self.source.get(start..start + 3);
            at = if matches!(self.byte(start), b'\n' | b'#') {
                self.goes_on = None;
                self.line_end(start) + 1
            } else if column == 0
                && let Some(mark @ ("---" | "...")) = mark()
            {
                let begins = mark == "---" && !explicit && self.nodes.is_empty();
                let end = self.line_end(start);
                if !begins || self.skip(start + 3) != end {
                    return None;
                }
                explicit = true;
                end + 1
            } else {
                self.line(start, column)?
            };
        }
        while let Some(open) = self.open.pop() {
            self.close(&open);
        }
        Some(())
    }

    /// Reads a line, and the block that it begins; gives the start of the next one.
    fn line(&mut self, mut at: usize, mut column: usize) -> Option<usize> {
        let line = at - column;
        if let Some(indent) = self.goes_on.take()
            && self.open.last().is_some_and(|open| open.column < column)
        {
            return self.go_on(at, indent);
        }
        while self.byte(at) == b'-' && matches!(self.byte(at + 1), b' ' | b'\n') {
            self.enter(at, column, true)?;
            self.open.last_mut()?.awaits = Some(at + 1);
            if let Some(next) = self.ends(at + 1) {
                return Some(next);
            }
            let next = self.skip(at + 1);
            column += next - at;
            at = next;
        }
        let key = self.scalar(at).filter(|scalar| scalar.is_key);
        if let Some(Scalar { shape, range, .. }) = key {
            let colon = range.end;
            if range.len() > KEY {
                return None;
            }
            self.enter(at, column, false)?;
            self.leaf(shape, range);
            if let Some(next) = self.ends(colon + 1) {
                self.open.last_mut()?.awaits = Some(colon + 1);
                return Some(next);
            }
            at = self.skip(colon + 1);
        } else {
            while let Some(open) = self.open.pop_if(|open| open.column >= column) {
                self.close(&open);
            }
            // No collection waits for a value if a scalar is the document, or goes on after a comment.
            self.open.last_mut()?.awaits.take()?;
        }
        self.value(at, line)
    }

    /// Reads the value of the innermost collection's last key or dash, on the same line; gives the start of the next one.
    fn value(&mut self, at: usize, line: usize) -> Option<usize> {
        let end = match self.byte(at) {
            b'|' => {
                let column = self.open.last()?.column;
                return self.literal(at, column);
            }
            b'[' | b'{' => self.flow(at, 0)?,
            _ => {
                let scalar = self.scalar(at).filter(|scalar| !scalar.is_key)?;
                let end = scalar.range.end;
                if scalar.shape == Shape::Plain && self.byte(self.skip(end)) == b'\n' {
                    self.goes_on = Some(at - line);
                }
                self.leaf(scalar.shape, scalar.range);
                end
            }
        };
        self.ends(end)
    }

    /// Makes the collection at `column` the innermost one for a key or dash at `at`, begins it where it is new, and
    /// ends those right of it.
    #[inline]
    fn enter(&mut self, at: usize, column: usize, is_list: bool) -> Option<()> {
        // Most have one before them, with its value on one line.
        if let Some(open) = self.open.last()
            && (open.column, open.is_list, open.awaits) == (column, is_list, None)
        {
            return Some(());
        }
        self.enter_other(at, column, is_list)
    }

    #[inline(never)]
    fn enter_other(&mut self, at: usize, column: usize, is_list: bool) -> Option<()> {
        while let Some(open) = self.open.pop_if(|open| open.column > column) {
            self.close(&open);
        }
        // A list may stand at the column of its key; a key there ends it.
        if let Some(list) = self
            .open
            .pop_if(|open| open.column == column && open.is_list && !is_list)
        {
            self.close(&list);
        }
        match self.open.last_mut() {
            None if self.nodes.is_empty() => {}
            None => return None,
            Some(open) if open.column == column && open.is_list == is_list => {
                if let Some(at) = open.awaits.take() {
                    self.leaf(Shape::Empty, at..at);
                }
                return Some(());
            }
            Some(open) => {
                let belongs = open.column < column || open.column == column && !open.is_list;
                if !belongs || open.awaits.take().is_none() {
                    return None;
                }
            }
        }
        if self.open.len() > NESTING {
            return None;
        }
        let index = self.begin(
            if is_list {
                Shape::BlockSequence
            } else {
                Shape::BlockMapping
            },
            at,
        );
        self.open.push(Open {
            index,
            column,
            is_list,
            awaits: None,
        });
        Some(())
    }

    fn begin(&mut self, shape: Shape, start: usize) -> usize {
        let start = short(start);
        self.nodes.push(Raw {
            start,
            end: start,
            link: 0,
            shape,
            flags: 0,
        });
        self.nodes.len() - 1
    }

    fn close(&mut self, open: &Open) {
        if let Some(at) = open.awaits {
            self.leaf(Shape::Empty, at..at);
        }
        self.finish(open.index);
    }

    fn finish(&mut self, index: usize) {
        let next = short(self.nodes.len());
        let end = short(self.end);
        self.nodes.change(index, |raw| {
            raw.end = end;
            raw.link = next;
        });
    }

    fn leaf(&mut self, shape: Shape, range: Range<usize>) {
        self.end = range.end;
        self.nodes.push(Raw {
            start: short(range.start),
            end: short(range.end),
            link: 0,
            shape,
            flags: 0,
        });
    }

    /// Gives the last node a text that is no slice of the source.
    fn decode(&mut self, end: usize, text: String, indent: u32) {
        let (end, link) = (short(end), short(self.decoded.len()));
        self.nodes.change_last(|raw| {
            raw.end = end;
            raw.flags = flag::DECODED;
            raw.link = link;
        });
        let text = Cow::Owned(text);
        self.decoded.push(Decoded { text, indent });
    }

    /// A scalar that ends on its line.
    fn scalar(&self, at: usize) -> Option<Scalar> {
        let (shape, end) = match self.byte(at) {
            b'\'' | b'"' => self.quoted(at)?,
            first
                if may_begin(first)
                    || first == b'-' && !matches!(self.byte(at + 1), b' ' | b'\n') =>
            {
                (Shape::Plain, self.plain_end(at))
            }
            _ => return None,
        };
        let is_key = self.byte(end) == b':' && matches!(self.byte(end + 1), b' ' | b'\n');
        // In `a : b` the key ends before the space, and `<<` merges: both are left to the parser.
        let text = self.source.as_bytes().get(at..end)?;
        let odd = text.ends_with(b" ") || text == b"<<";
        (!odd).then_some(Scalar {
            shape,
            range: at..end,
            is_key,
        })
    }

    /// Reads one more line of a plain scalar; the line break becomes a space.
    fn go_on(&mut self, at: usize, indent: usize) -> Option<usize> {
        let end = self.plain_end(at);
        let line_end = self.line_end(end);
        if self.skip(end) != line_end {
            return None;
        }
        let more = self.source.get(at..end)?;
        let raw = self.nodes.last()?;
        if raw.has(flag::DECODED) {
            let decoded = self.decoded.last_mut()?;
            decoded.text.to_mut().extend([" ", more]);
            let end = short(end);
            self.nodes.change_last(|raw| raw.end = end);
        } else {
            let text = [self.source.get(raw.range())?, " ", more].concat();
            self.decode(end, text, short(indent));
        }
        self.end = end;
        self.goes_on = Some(indent);
        Some(line_end + 1)
    }

    fn quoted(&self, at: usize) -> Option<(Shape, usize)> {
        let quote = self.byte(at);
        let escape = if quote == b'"' { b'\\' } else { quote };
        let length = memchr::memchr3(quote, escape, b'\n', self.rest(at + 1))?;
        let end = at + 1 + length + 1;
        let closes = self.byte(end - 1) == quote;
        if quote == b'\'' {
            (closes && self.byte(end) != b'\'').then_some((Shape::Single, end))
        } else {
            closes.then_some((Shape::Double, end))
        }
    }

    /// Where a plain scalar outside flow collections ends: at a colon that makes it a key, before a comment, or with its
    /// line.
    fn plain_end(&self, at: usize) -> usize {
        let mut next = at;
        loop {
            next = self.stop(next);
            match self.byte(next) {
                b':' if matches!(self.byte(next + 1), b' ' | b'\n') => return next,
                b':' => next += 1,
                b'#' if self.byte(next.wrapping_sub(1)) != b' ' => next += 1,
                _ => {
                    while next > at && self.byte(next - 1) == b' ' {
                        next -= 1;
                    }
                    return next;
                }
            }
        }
    }

    /// A flow collection that ends on its line; gives its end.
    fn flow(&mut self, start: usize, depth: usize) -> Option<usize> {
        let is_list = self.byte(start) == b'[';
        let (shape, close) = if is_list {
            (Shape::FlowSequence, b']')
        } else {
            (Shape::FlowMapping, b'}')
        };
        let index = self.begin(shape, start);
        let mut at = self.skip(start + 1);
        if depth > NESTING {
            return None;
        }
        while self.byte(at) != close {
            if !is_list {
                at = self.flow_scalar(at)?;
                if self.byte(at) != b':' || self.byte(at + 1) != b' ' {
                    return None;
                }
                at = self.skip(at + 1);
            }
            at = match self.byte(at) {
                b'[' | b'{' => self.flow(at, depth + 1)?,
                _ => self.flow_scalar(at)?,
            };
            at = self.skip(at);
            match self.byte(at) {
                b',' => at = self.skip(at + 1),
                next if next == close => break,
                _ => return None,
            }
            // A comma before the bracket is left to the parser.
            if self.byte(at) == close {
                return None;
            }
        }
        self.end = at + 1;
        self.finish(index);
        Some(at + 1)
    }

    /// A word or quoted scalar inside a flow collection; gives its end.
    fn flow_scalar(&mut self, at: usize) -> Option<usize> {
        let (shape, end) = match self.byte(at) {
            b'\'' | b'"' => self.quoted(at)?,
            first if first.is_ascii_alphanumeric() || b"/_.$".contains(&first) => {
                let mut end = at + 1;
                while self.byte(end).is_ascii_alphanumeric()
                    || b"/_.$-=*+@()".contains(&self.byte(end))
                {
                    end += 1;
                }
                (Shape::Plain, end)
            }
            _ => return None,
        };
        self.leaf(shape, at..end);
        Some(end)
    }

    /// A `|` block below a key or dash at `column`; gives the start of the line after it.
    fn literal(&mut self, start: usize, column: usize) -> Option<usize> {
        let (keep, header) = match self.byte(start + 1) {
            b'-' => (Some(0), start + 2),
            b'+' => (None, start + 2),
            _ => (Some(1), start + 1),
        };
        let first = self.line_end(header) + 1;
        if self.skip(header) + 1 != first || !self.source.ends_with('\n') {
            return None;
        }
        let mut text = String::new();
        let mut indent = None;
        let mut at = first;
        while at < self.source.len() {
            let content = self.skip(at);
            let end = self.line_end(content);
            if content == end {
                // A line of white space may be content or not: it is left to the parser.
                if content > at {
                    return None;
                }
                text.push('\n');
                at = end + 1;
                continue;
            }
            let indent = *indent.get_or_insert(content - at);
            if content - at < indent {
                break;
            }
            if indent <= column {
                return None;
            }
            text.push_str(self.source.get(at + indent..=end)?);
            at = end + 1;
        }
        let breaks = text.len() - text.trim_end_matches('\n').len();
        text.truncate(text.len() - breaks.saturating_sub(keep.unwrap_or(breaks)));
        let indent = short(indent?);
        self.leaf(Shape::Literal, start..at);
        self.decode(at, text, indent);
        Some(at)
    }
}

/// Whether a plain scalar outside flow collections may begin with this. So may a dash that no space follows.
fn may_begin(byte: u8) -> bool {
    !matches!(
        byte,
        b' ' | b'\n'
            | b'-'
            | b'?'
            | b':'
            | b','
            | b'['
            | b']'
            | b'{'
            | b'}'
            | b'#'
            | b'&'
            | b'*'
            | b'!'
            | b'|'
            | b'>'
            | b'\''
            | b'"'
            | b'%'
            | b'@'
            | b'`'
    )
}

/// A word of eight times this byte.
fn each(byte: u8) -> u64 {
    u64::from_le_bytes([byte; 8])
}

/// Which of a word's bytes is the first that is not 0.
fn first_set(word: u64) -> usize {
    word.trailing_zeros() as usize / 8
}

/// An offset in the chunk. It fits, because `parse` refuses larger chunks.
fn short(offset: usize) -> u32 {
    u32::try_from(offset).unwrap_or(u32::MAX)
}

#[cfg(test)]
pub(crate) mod tests {
    use proptest::prelude::*;
    use proptest::sample::select;

    use super::*;
    use crate::read::parse::parse;

    pub(crate) const MANIFEST: &str = "---
# Source: web/templates/deployment.yaml
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  annotations:
    {}
spec:
  template:
    spec:
      containers:
      - name: web # the program
        image: \"registry.example.com/web:1.2\"
        command: [/bin/sh, '-c', \"sleep 5\"]
        args:
        - --listen=:8080
        - while true; do test -f /tmp/ready ||
          sleep 1; done

        env:
          - {name: A, value: b}
          -
            name: B
            value:
          - name: C
            value: |
              one: two
                three

              four
          - name: D
            value: |-
              kind: x
      volumes: []
";

    /// Says where the two readers differ.
    fn compare(text: &str) -> Result<bool, String> {
        let Some((nodes, decoded)) = read(text, &mut Scratch::default()) else {
            return Ok(false);
        };
        let tree = parse(text, 0..text.len(), Vec::new())
            .map_err(|e| format!("the parser refuses it: {e}"))?;
        if !tree.all_props().is_empty() || !tree.aliases().is_empty() {
            return Err("it has anchors, tags or aliases".to_owned());
        }
        let shown = |nodes: &Nodes, decoded: &[Decoded<'_>]| {
            let nodes: Vec<Raw> = nodes.iter().collect();
            format!("{nodes:#?}\n{decoded:#?}")
        };
        let (simple, parsed) = (shown(&nodes, &decoded), shown(&tree.nodes, tree.decoded()));
        if simple == parsed {
            Ok(true)
        } else {
            Err(format!("read as\n{simple}\nparsed as\n{parsed}"))
        }
    }

    #[test]
    fn what_programs_write_is_read() {
        for text in [
            MANIFEST,
            "a: b",
            "- a\n- - b\n  - c: d\n    e:\n-\n",
            "  - a: 1\n    b: 2\n",
            "a:\n- b\n-\n  - c\nd: {}\n",
            "'a': \"b\"\n\"c\": 'd' # e\nf: g#h\n",
            "a: |+\n  b\n\n\nc: |\n  d\n",
            "a: b\n  - c\n   e\nf:\n  g\n",
            "a: {b: [c, {d: 'e'}], f: g}\nh: [$.i.j, k.*, l=m]\n",
            "a: http://b:80/c?d=e&f\nb: -1\nc: $(D), [e]\n",
        ] {
            assert_eq!(compare(text), Ok(true), "{text}");
        }
    }

    #[test]
    fn anything_else_is_for_the_parser() {
        for text in [
            "",
            "# a\n",
            "a\n",
            "a: b: c\n",
            "a : b\n",
            "a: &b c\n",
            "a: *b\n",
            "a: !b c\n",
            "<<: a\n",
            "? a\n",
            "a: >\n  b\n",
            "a: |2\n  b\n",
            "a: |\n   \n  b\n",
            "a: |\n  b",
            "a: \"b\\n\"\n",
            "a: 'b''c'\n",
            "a: [b,\n  c]\n",
            "a: [b: c]\n",
            "a: {b}\n",
            "a: [b, ]\n",
            "a: {b: }\n",
            "a: 'b\n  c'\n",
            "a: b\n\n  c\n",
            "a: b # c\n  d\n",
            "a:\tb\n",
            "a: b\r\n",
            "a: \u{e9}\n",
            "a: b\n---\n",
            "a: b\n...\n",
            "--- a\n",
            "%YAML 1.2\n---\na: b\n",
            "a: b\n c: d\n",
            " a: b\nc: d\n",
            "- a\nb: c\n",
            "a:\n  b: c\n d: e\n",
            "a: @b\n",
            "a: - b\n",
            "a:\n- b\n c\nd: e: f\n",
        ] {
            assert_eq!(compare(text), Ok(false), "{text}");
        }
    }

    #[rustfmt::skip]
    pub(crate) const LINES: &[&str] = &[
        "a: b", "a:", "a: |", "a: |-", "a: |+", "text", "more text", "a: 'q'", "a: \"q\"", "'k': v", "\"k\": v", "b: {}",
        "c: []", "d: [a, b]", "e: {a: b, c: [d]}", "# c", "", "  ", "-", "- ", "---", "k: v # c", "k: # c", "k: v#c", "{}",
        "[]", "'q'", "\"q\"", "|", "- - a", "- a: b", "- |", "- {}", "- 'x'", "- x # y", "-  a: b", "key with words: x",
        "x : y", "a: b: c", "a: -1", "a: - b", "a: --- b", "-x: y", "k: >", "? a", ": b", "!t a", "&a b", "*a", "<<: a",
        "a: <<", "<<", "a:b", "...", "--- ", "--- x", "---x", "a: ''", "a: 'it''s'", "a: \"x\\n\"", "a: [a, ]", "a: [a", "b]",
        "a: {a}", "a: {a: }", "a: {a:b}", "a: [a: b]", "a: [http://x]", "a: ~", "~: a", "a: %x", "%x: a", "a: @", "a:   b  ",
        "http://x:8080/y", "a: b:", "a: :", "a: ::b", "a: ?x", "a: ,", "a: ]", "a: x]", "a: x, y: z", "a: [x,y]", "a: [ x ]",
        "a: [$x.*, y=z]", "a: {$: *}", "a: [a*b@c, (d)]", "a: [a&b, c!d]",
        "a: {x: y,z: w}", "a: {\"x\": y}", "a: [[], {}]", "a: [] # c", "a: []# c", "a: 'x'# c", "a: |x", "a: |2", "a: | # c",
        "=: a", ".a: b", "a: .", "a: {{ x }}", "a: x #", "#", "\t", "a:\tb", "\u{e9}", "a: b\r", "'", "\"", "a: 'x", "y'",
        "a: 'x' y", "a, b: c", "a[0]: x", "a#b: c", "...x", "a: ---", "- - - b: c", "-   - c", "'': a", "a: \"\"", "- -1", "-- x",
        "a: (x)", "a: a\\b",
    ];

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(10_000))]

        #[test]
        fn lines_in_any_order_are_read_as_the_parser_does(
            lines in prop::collection::vec((0..7_usize, 0..3_usize, select(LINES)), 1..8),
        ) {
            let text: String = lines
                .into_iter()
                .flat_map(|(indent, dashes, line)| [" ".repeat(indent), "- ".repeat(dashes), line.to_owned(), "\n".to_owned()])
                .collect();
            prop_assert!(compare(&text).is_ok(), "{text}\n{}", compare(&text).unwrap_err());
        }

        #[test]
        fn a_damaged_manifest_is_read_as_the_parser_does(
            damages in prop::collection::vec((0..MANIFEST.len(), 0..9_usize, select(LINES), any::<bool>()), 1..4),
        ) {
            let mut text = MANIFEST.to_owned();
            for (at, removed, added, adds) in damages {
                let at = at.min(text.len());
                let end = (at + removed).min(text.len());
                if text.is_char_boundary(at) && text.is_char_boundary(end) {
                    text.replace_range(at..end, if adds { added } else { "" });
                }
            }
            prop_assert!(compare(&text).is_ok(), "{text}\n{}", compare(&text).unwrap_err());
        }
    }
}
