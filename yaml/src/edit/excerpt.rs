//! What the check of an edit has to read: a chunk without the entries that no reader can take in two ways.
//!
//! The parser takes most of the time of an edit, and most lines of a manifest are words and colons far from any edit. An
//! entry of a block mapping is left out, from the old text and from the edited one, if
//!
//! 1. nothing is wanted of its key, and it is not the first one of its mapping, unless something is wanted of another that is
//!    there already,
//! 2. it begins its line, ends with a line break, and its lines but the first are deeper than its key, or dashes in its column,
//! 3. its lines have nothing but scalars on one line without escapes, flow collections of them on one line, and block
//!    collections: no comment, tab, anchor, tag or alias, no block scalar, no empty value, no character beyond ASCII,
//! 4. the value before it is not a block scalar, which would go on over blank lines after it,
//! 5. no splice touches it or the entry before it, or what is before a first one up to the node that its mapping belongs to:
//!    what is written has its neighbours around it.
//!
//! Then the edited text means what was meant if its excerpt does. Say that `C` is the entry, `M` its mapping, and that the
//! excerpt was read and compared, so that its part of `M` has the old entries and the wanted ones, in the column of `M`.
//!
//! - *Before `C`.* By 1 and 5 the nearest entry of `M` above `C` that is in the excerpt, or that was left out by these same
//!   rules, has its old bytes, and the comparison found it in `M`. So where `C` is in the edited text, `M` is open at its
//!   column and its last entry can only go on in lines that are deeper, or blank ones (4). `C` is neither: any reader ends
//!   there what was open below `M` and takes `C` for the next entry, as in the old text.
//! - *Within `C`.* What a reader makes of lines depends on their bytes, on the column that is open, and on the anchors, tags
//!   and directives before it. The first two are those of the old text, and `C` uses none of the others (3). So its value is
//!   the old one. Keys are the exception, since one may stand twice: but what is written is wanted, and by 1 `C` has
//!   another key.
//! - *After `C`.* By 2 and 3 no token of `C` is open at its end, and only deeper lines could still belong to it. In the
//!   excerpt, what follows was compared and is in the column of `M` or left of it, or is blank, or a comment; so it
//!   ends `C` as it ends, in the excerpt, the entry before `C`. By 5 nothing was written between them.
//!
//! By induction this holds for all entries that are left out, one after another. The excerpt shows as much as the whole text:
//! a fault of what is written is a fault in what is read again. If the excerpt is not as it should be, the whole text is
//! read, so no edit is refused because of it. In debug builds, which tests and fuzzing are, the whole text is always read,
//! and both have to agree.

use smallvec::SmallVec;
use std::borrow::Cow;
use std::ops::Range;

use crate::text::span::{byte, next_line, slice};
use crate::text::splice::Splice;
use crate::tree::arena::{Decoded, Nodes, Rare, Raw, Shape, Tree};
use crate::tree::change::Wanted;

/// The old text without some of its entries.
pub(crate) struct Excerpt {
    pub(crate) text: String,
    nodes: Vec<Raw>,
    /// The ranges of the splices, which have moved with their lines.
    ranges: SmallVec<[Range<usize>; 2]>,
}

/// An excerpt is made if it leaves out at least one of so many bytes.
const LEAST: usize = 4;

impl Excerpt {
    /// The excerpt of a tree for these splices, in room that is used again; none if it would not be much smaller.
    pub(crate) fn of(
        tree: &Tree<'_>,
        wanted: Wanted<'_>,
        splices: &[Splice],
        room: (String, Vec<Raw>),
    ) -> Option<Self> {
        Self::if_smaller(tree, wanted, splices, tree.source.len() / LEAST, room)
    }

    /// Puts the ranges of the splices in the place of those in the whole text, or back.
    pub(crate) fn swap_ranges(&mut self, splices: &mut [Splice]) {
        for (splice, range) in splices.iter_mut().zip(&mut self.ranges) {
            std::mem::swap(&mut splice.range, range);
        }
    }

    fn if_smaller(
        tree: &Tree<'_>,
        wanted: Wanted<'_>,
        splices: &[Splice],
        by: usize,
        room: (String, Vec<Raw>),
    ) -> Option<Self> {
        if !tree.aliases().is_empty() || !tree.all_props().is_empty() {
            return None;
        }
        let mut finder = Finder {
            tree,
            splices,
            cuts: SmallVec::new(),
            gone: (0, 0),
            simple: true,
            spans: SmallVec::new(),
        };
        finder.visit(0, Some(wanted));
        (finder.simple && finder.gone.0 as usize > by).then(|| finder.excerpt(room))
    }

    /// The tree of the excerpt, as a reader would make it.
    pub(crate) fn tree<'x>(&'x mut self, whole: &'x Tree<'_>) -> Tree<'x> {
        let decoded = whole.decoded().iter().map(|decoded| Decoded {
            text: Cow::Borrowed(decoded.text.as_ref()),
            indent: decoded.indent,
        });
        let rare = Rare {
            decoded: decoded.collect(),
            ..Rare::default()
        };
        let nodes = Nodes::Wide(std::mem::take(&mut self.nodes));
        Tree::empty(&self.text, 0..self.text.len(), &self.text).of(nodes, rare)
    }
}

/// An entry that is left out: whole lines, and the nodes of its key and value.
struct Cut {
    bytes: Range<usize>,
    nodes: Range<u32>,
    /// Bytes and nodes that are gone up to its end.
    gone: (u32, u32),
}

/// Finds the entries to leave out.
struct Finder<'f> {
    tree: &'f Tree<'f>,
    splices: &'f [Splice],
    cuts: SmallVec<[Cut; 32]>,
    gone: (u32, u32),
    /// Whether no key is a block collection.
    simple: bool,
    /// Where the block collections begin and end without the entries that are left out, in the order of the nodes.
    spans: SmallVec<[(u32, u32); 64]>,
}

impl Finder<'_> {
    /// Looks for entries below a node of which this is wanted, and returns where it ends without them.
    fn visit(&mut self, node: u32, wanted: Option<Wanted<'_>>) -> u32 {
        let raw = self.tree.at(node);
        if !raw.shape.is_block_collection() {
            return raw.end;
        }
        let place = self.spans.len();
        self.spans.push((raw.start, raw.end));
        let (mut start, mut end) = (Some(raw.start), raw.end);
        if raw.shape.is_sequence() {
            for (index, item) in self.tree.children(node).enumerate() {
                end = self.visit(item, wanted.and_then(|wanted| wanted.index(index)));
            }
        } else {
            let mut beside = !self.begins_later(node, wanted);
            for (key, value) in self.tree.pairs(node) {
                let lines = self.lines(key, value);
                let touched = self.touches(&lines);
                let nodes = key..self.tree.at(value).next(value);
                let name = self.tree.key_text(key);
                let below = wanted.and_then(|wanted| wanted.key(name.unwrap_or_default()));
                if beside || touched || below.is_some() || !self.is_clear(&lines, &nodes) {
                    // A key that is a collection needs its value, or the place where it would stand, beside it.
                    self.simple &= !self.tree.at(key).shape.is_block_collection();
                    start.get_or_insert(self.tree.at(key).start);
                    end = self.visit(value, below);
                } else {
                    start = start.filter(|_| key != node + 1);
                    self.cut(lines, nodes);
                }
                beside = touched;
            }
        }
        if let Some(noted) = self.spans.get_mut(place) {
            *noted = (start.unwrap_or(raw.start), end);
        }
        end
    }

    /// Whether a mapping can begin with a later entry in the excerpt: one of which something is wanted, and that is where it was.
    fn begins_later(&self, node: u32, wanted: Option<Wanted<'_>>) -> bool {
        let Some(wanted) = wanted.filter(|wanted| wanted.count() > 0) else {
            return false;
        };
        let above = node.checked_sub(1);
        let above = above.map_or(0, |above| self.tree.at(above).start as usize);
        let stays = |key: u32| {
            let name = self.tree.key_text(key).unwrap_or_default();
            let written = self.lines(key, key).start..self.tree.at(key).end as usize + 1;
            wanted.key(name).is_some() && !self.touches(&written)
        };
        !self.touches(&(above..self.tree.at(node).start as usize))
            && self.tree.pairs(node).skip(1).any(|(key, _)| stays(key))
    }

    /// The lines of an entry, without the text before its key if that is more than spaces.
    fn lines(&self, key: u32, value: u32) -> Range<usize> {
        let mut start = self.tree.at(key).start as usize;
        while start > 0 && byte(self.tree.source, start - 1) == b' ' {
            start -= 1;
        }
        start..next_line(self.tree.source, self.tree.at(value).end as usize)
    }

    /// Whether a splice touches these lines. The splices are in order.
    fn touches(&self, lines: &Range<usize>) -> bool {
        let before = |splice: &Splice| splice.range.end < lines.start;
        let next = self.splices.partition_point(before);
        let next = self.splices.get(next);
        next.is_some_and(|splice| splice.range.start <= lines.end)
    }

    fn is_clear(&self, lines: &Range<usize>, nodes: &Range<u32>) -> bool {
        let before = self.tree.at(nodes.start.saturating_sub(1));
        let (first, last) = (nodes.start as usize, nodes.end as usize);
        let mut nodes = self.tree.nodes.within(first..last);
        let text = slice(self.tree.source, lines.clone());
        (lines.start == 0 || byte(self.tree.source, lines.start - 1) == b'\n')
            && text.ends_with('\n')
            && ends_with_its_lines(text)
            && !before.shape.is_block_scalar()
            && text.bytes().fold(true, |all, byte| all & is_clear(byte))
            && nodes.all(|raw| {
                let written = || slice(self.tree.source, raw.range());
                raw.flags == 0
                    && match raw.shape {
                        Shape::FlowMapping | Shape::FlowSequence => !written().contains('\n'),
                        Shape::Plain
                        | Shape::Single
                        | Shape::Double
                        | Shape::BlockMapping
                        | Shape::BlockSequence => true,
                        _ => false,
                    }
            })
    }

    fn cut(&mut self, bytes: Range<usize>, nodes: Range<u32>) {
        self.gone.0 += short(bytes.len());
        self.gone.1 += nodes.end - nodes.start;
        self.cuts.push(Cut {
            bytes,
            nodes,
            gone: self.gone,
        });
    }

    fn excerpt(&self, (mut text, mut nodes): (String, Vec<Raw>)) -> Excerpt {
        let source = self.tree.source;
        text.clear();
        nodes.clear();
        let mut spans = self.spans.iter();
        let (mut from, mut first) = (0, 0);
        let mut gone = (0, 0);
        let rest = Cut {
            bytes: source.len()..source.len(),
            nodes: short(self.tree.nodes.len())..0,
            gone: (0, 0),
        };
        for cut in self.cuts.iter().chain([&rest]) {
            text.push_str(slice(source, from..cut.bytes.start));
            let kept = first as usize..cut.nodes.start as usize;
            for raw in self.tree.nodes.within(kept) {
                let (mut start, mut end) = (raw.start - gone.0, raw.end - gone.0);
                let mut link = raw.link;
                if raw.shape.is_block_collection() {
                    let span = spans.next().copied().unwrap_or((raw.start, raw.end));
                    (start, end) = (self.moved(span.0), self.moved(span.1));
                    let after = self.cuts.partition_point(|cut| cut.nodes.end <= link);
                    link -= self.gone_before(after).1;
                } else if raw.shape.is_collection() {
                    link -= gone.1;
                }
                nodes.push(Raw {
                    start,
                    end,
                    link,
                    ..raw
                });
            }
            (from, first, gone) = (cut.bytes.end, cut.nodes.end, cut.gone);
        }
        let moved = |offset| self.moved(short(offset)) as usize;
        let ranges = self.splices.iter().map(|splice| &splice.range);
        let ranges = ranges.map(|range| moved(range.start)..moved(range.end));
        Excerpt {
            text,
            nodes,
            ranges: ranges.collect(),
        }
    }

    fn gone_before(&self, after: usize) -> (u32, u32) {
        let last = after.checked_sub(1).and_then(|at| self.cuts.get(at));
        last.map_or((0, 0), |cut| cut.gone)
    }

    /// The place in the excerpt of an offset that is not left out.
    fn moved(&self, offset: u32) -> u32 {
        let after = self
            .cuts
            .partition_point(|cut| cut.bytes.end <= offset as usize);
        offset - self.gone_before(after).0
    }
}

/// Whether the lines of an entry but the first are deeper than its key, or dashes in the key's column.
fn ends_with_its_lines(entry: &str) -> bool {
    let column = entry.bytes().take_while(|byte| *byte == b' ').count();
    let bytes = entry.as_bytes();
    memchr::memchr_iter(b'\n', bytes)
        .map(|end| end + 1)
        .filter(|start| *start < bytes.len())
        .all(|start| {
            let spaces = bytes.get(start..start + column);
            spaces.is_some_and(|spaces| spaces.iter().all(|byte| *byte == b' '))
                && matches!(byte(entry, start + column), b' ' | b'-')
        })
}

/// Words, quotes, colons, brackets and commas. What of them begins a token is seen from the nodes.
fn is_clear(byte: u8) -> bool {
    matches!(byte, b' '..=b'~' | b'\n')
        && !matches!(
            byte,
            b'#' | b'&' | b'*' | b'!' | b'|' | b'>' | b'%' | b'`' | b'?' | b'\\'
        )
}

/// An offset in a chunk. It fits, because larger chunks are not read.
fn short(offset: usize) -> u32 {
    u32::try_from(offset).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::sample::select;

    use super::*;
    use crate::read::parse::parse;
    use crate::read::simple::tests::{LINES, MANIFEST};
    use crate::tree::change::{Edit, Step, Value, Wishes};

    /// The excerpt of a text for insertions at these offsets, if there is one: read by the parser, it has to be what the
    /// tree of the whole text becomes without the entries that are left out.
    fn excerpt(text: &str, offsets: &[usize]) -> Result<Option<String>, String> {
        excerpt_wanting(text, offsets, &[])
    }

    fn excerpt_wanting(
        text: &str,
        offsets: &[usize],
        edits: &[Edit],
    ) -> Result<Option<String>, String> {
        let Ok(tree) = parse(text, 0..text.len(), Vec::new()) else {
            return Ok(None);
        };
        let splices = offsets.iter().map(|at| Splice {
            range: *at..*at,
            text: String::new(),
        });
        let splices: Vec<_> = splices.collect();
        let Ok(wishes) = Wishes::of(&tree, edits) else {
            return Ok(None);
        };
        let Some(mut excerpt) =
            Excerpt::if_smaller(&tree, wishes.all(), &splices, 0, Default::default())
        else {
            return Ok(None);
        };
        for (splice, moved) in splices.iter().zip(&excerpt.ranges) {
            let before =
                |text: &str, at: usize| text.get(..at).unwrap().lines().last().map(str::to_owned);
            let (was, is) = (
                before(text, splice.range.start),
                before(&excerpt.text, moved.start),
            );
            assert_eq!(was, is, "an insertion has moved");
        }
        let shown = |tree: &Tree<'_>| {
            let nodes = (0..).zip(tree.nodes.iter()).map(|(at, raw)| {
                let indent = tree
                    .decoded()
                    .get(raw.link as usize)
                    .map(|decoded| decoded.indent);
                (
                    Raw {
                        link: raw.next(at),
                        ..raw
                    },
                    tree.scalar_text(at).to_owned(),
                    indent.filter(|_| raw.flags != 0),
                )
            });
            format!("{:#?}", nodes.collect::<Vec<_>>())
        };
        let left = excerpt.text.clone();
        let read = parse(&left, 0..left.len(), Vec::new());
        let read = read.map_err(|error| format!("{error} in\n{left}"))?;
        let (expected, found) = (shown(&excerpt.tree(&tree)), shown(&read));
        if expected == found {
            Ok(Some(left))
        } else {
            Err(format!(
                "of\n{text}\nis left\n{left}\nexpected\n{expected}\nfound\n{found}"
            ))
        }
    }

    #[test]
    fn what_is_written_keeps_its_neighbours() {
        let end = MANIFEST.find("        env:").unwrap() - 1;
        let left = excerpt(MANIFEST, &[end]).unwrap().unwrap();
        assert_eq!(
            left,
            "---
# Source: web/templates/deployment.yaml
apiVersion: apps/v1
spec:
  template:
    spec:
      containers:
      - name: web # the program
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
"
        );
    }

    #[test]
    fn entries_that_readers_could_take_in_two_ways_are_read() {
        let plain = [
            "k: v",
            "k: 'v'",
            "k: [v, {w: \"x\"}]",
            "k:\n  l:\n  - m: n",
            "k:\n- l: m",
        ];
        for entry in plain {
            let left = excerpt(&format!("a: b\n{entry}\nc: d\n"), &[]);
            assert_eq!(left.unwrap().as_deref(), Some("a: b\n"), "{entry}");
        }
        for entry in [
            "k: v # c",
            "k: 'it''s'",
            "k: \"\\x41\"",
            "k: v\n  w",
            "k: [v,\n  w]",
            "k: |\n  v",
            "k: >-\n  v",
            "k:",
            "k:\tv",
            "k: \u{e9}",
            "? k\n: v",
            "k: a*b",
            "k: a&b",
            "k: a!b",
            "k: a%b",
            "k: a`b",
            "k: a|b",
            "k: a>b",
            "k: a?b",
            "k: a\\b",
            "k: a#b",
        ] {
            let left = excerpt(&format!("a: b\n{entry}\nc: d\n"), &[]).unwrap();
            let block = entry.contains(['|', '>']) && entry.contains('\n');
            let after = if block { "c: d\n" } else { "" };
            let expected = format!("a: b\n{entry}\n{after}");
            assert_eq!(left, (!block).then_some(expected), "{entry}");
        }
        for shared in ["k: &x v", "k: !t v"] {
            let left = excerpt(&format!("a: b\n{shared}\nc: d\n"), &[]);
            assert_eq!(left.unwrap(), None, "{shared}");
        }
        // Of these, other entries are left out.
        for (text, expected) in [
            ("a: b\nk:\n  l: m\n\n  n: o\n", "a: b\nk:\n  l: m\n\n"),
            (
                "a:\n  b: c\n  ? d\n  : e\n  f: g\n",
                "a:\n  b: c\n  ? d\n  : e\n",
            ),
        ] {
            assert_eq!(excerpt(text, &[]).unwrap().as_deref(), Some(expected));
        }
        assert_eq!(excerpt("a: b\nc: d", &[]).unwrap(), None);
        assert_eq!(excerpt("? - a\n: b\nc: d\n", &[]).unwrap(), None);
    }

    #[test]
    fn what_a_splice_touches_is_read_and_the_next_entry_too() {
        let left = |at| excerpt("a: b\nc: d\ne: f\ng: h\n", &[at]).unwrap();
        assert_eq!(left(4).as_deref(), Some("a: b\nc: d\n"));
        assert_eq!(left(10), None);
    }

    #[test]
    fn an_excerpt_is_much_smaller() {
        let entry = |length: usize| format!("k: {}\n", "v".repeat(length - 4));
        for (kept, gone, made) in [(75, 25, false), (74, 26, true)] {
            let text = [entry(kept), entry(gone)].concat();
            let tree = parse(&text, 0..text.len(), Vec::new()).unwrap();
            let excerpt = Excerpt::of(&tree, Wanted::nothing(), &[], Default::default());
            assert_eq!(excerpt.is_some(), made, "{gone}");
        }
    }

    /// Without this, a wanted key that is written a second time far away would go unseen.
    #[test]
    fn what_is_wanted_is_read_though_nothing_is_written_there() {
        let text = "a: b\nc: d\ne:\n  f: g\n  h: i\n  j: k\nl: m\n";
        let path = ["e", "j"].map(|key| Step::Key(key.into())).to_vec();
        let value = Value::Int(1);
        let left = excerpt_wanting(text, &[], &[Edit { path, value }]);
        assert_eq!(left.unwrap().unwrap(), "e:\n  j: k\n");
    }

    #[test]
    fn a_first_entry_is_left_out_if_a_wanted_one_begins_its_mapping() {
        let text = "# t\na: b\nc:\n  # u\n  d: e\n  f: g\n  h: i\nj: k\n";
        let left = |at: &[usize], path: &[&str]| {
            let path = path
                .iter()
                .map(|key| Step::Key((*key).to_owned().into()))
                .collect();
            let value = Value::Int(1);
            let left = excerpt_wanting(text, at, &[Edit { path, value }]);
            left.unwrap().unwrap_or_default()
        };
        let at = |line: &str| text.find(line).unwrap();
        assert_eq!(left(&[], &["c", "f"]), "# t\nc:\n  # u\n  f: g\n");
        assert_eq!(left(&[], &["c", "d"]), "# t\nc:\n  # u\n  d: e\n");
        // A key that is not there yet begins no mapping.
        assert_eq!(left(&[], &["c", "x"]), "# t\nc:\n  # u\n  d: e\n");
        // What is above it has to be the old text, and so has its key.
        let below = "  d: e\n  f: g\nj: k\n";
        for (touched, above) in [
            ("a: b\nc:", "# t\na: b\nc:\n  # u\n"),
            ("c:\n", "# t\nc:\n  # u\n"),
            ("u", "# t\nc:\n  # u\n"),
        ] {
            let at = at(touched) + touched.len();
            assert_eq!(
                left(&[at], &["c", "f"]),
                format!("{above}{below}"),
                "{touched}"
            );
        }
        for (touched, entries) in [
            ("  f: g\n", "  d: e\n  f: g\n  h: i\n"),
            ("  f: g\n  h", "  d: e\n  h: i\n"),
            ("  h: i", "  h: i\n"),
        ] {
            let at = at(touched) + touched.len();
            let expected = format!("# t\nc:\n  # u\n{entries}j: k\n");
            assert_eq!(left(&[at], &["c", "h"]), expected, "{touched}");
        }
    }

    /// Edits of values that are there.
    fn present(text: &str, choices: &[usize]) -> Vec<Edit> {
        fn paths(tree: &Tree<'_>, node: u32, above: &[Step], all: &mut Vec<Vec<Step>>) {
            let mut below = |step: Step, value: u32| {
                let path = [above, &[step]].concat();
                paths(tree, value, &path, all);
                all.push(path);
            };
            match tree.at(node).shape {
                Shape::BlockMapping => {
                    for (key, value) in tree.pairs(node) {
                        let key = tree.key_text(key).unwrap_or_default().to_owned();
                        below(Step::Key(key.into()), value);
                    }
                }
                Shape::BlockSequence => {
                    for (index, value) in tree.children(node).enumerate() {
                        below(Step::Index(index), value);
                    }
                }
                _ => {}
            }
        }
        let mut all = Vec::new();
        if let Ok(tree) = parse(text, 0..text.len(), Vec::new()) {
            paths(&tree, 0, &[], &mut all);
        }
        let chosen = choices
            .iter()
            .filter_map(|choice| all.get(choice % all.len().max(1)));
        let edits = chosen.map(|path| Edit {
            path: path.clone(),
            value: Value::Int(1),
        });
        edits.collect()
    }

    /// Ends of lines, where a text has insertions.
    fn ends(text: &str, choices: &[usize]) -> Vec<usize> {
        let ends: Vec<usize> = memchr::memchr_iter(b'\n', text.as_bytes()).collect();
        let chosen = choices
            .iter()
            .filter_map(|choice| ends.get(choice % ends.len().max(1)));
        let mut chosen: Vec<usize> = chosen.copied().collect();
        chosen.sort_unstable();
        chosen
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(10_000))]

        #[test]
        fn lines_in_any_order_mean_the_same_without_some_of_them(
            lines in prop::collection::vec((0..5_usize, 0..2_usize, select(LINES)), 1..12),
            choices in prop::collection::vec(any::<usize>(), 0..3),
            wanted in prop::collection::vec(any::<usize>(), 0..3),
        ) {
            let text: String = lines
                .into_iter()
                .flat_map(|(indent, dashes, line)| ["  ".repeat(indent), "- ".repeat(dashes), line.to_owned(), "\n".to_owned()])
                .collect();
            let left = excerpt_wanting(&text, &ends(&text, &choices), &present(&text, &wanted));
            prop_assert!(left.is_ok(), "{}", left.unwrap_err());
        }

        #[test]
        fn a_damaged_manifest_means_the_same_without_some_lines(
            damages in prop::collection::vec((0..MANIFEST.len(), 0..9_usize, select(LINES), any::<bool>()), 0..4),
            choices in prop::collection::vec(any::<usize>(), 0..3),
            wanted in prop::collection::vec(any::<usize>(), 0..3),
        ) {
            let mut text = MANIFEST.to_owned();
            for (at, removed, added, adds) in damages {
                let at = at.min(text.len());
                let end = (at + removed).min(text.len());
                if text.is_char_boundary(at) && text.is_char_boundary(end) {
                    text.replace_range(at..end, if adds { added } else { "" });
                }
            }
            let left = excerpt_wanting(&text, &ends(&text, &choices), &present(&text, &wanted));
            prop_assert!(left.is_ok(), "{}", left.unwrap_err());
        }
    }
}
