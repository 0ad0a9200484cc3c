//! The tree of a chunk: one list of nodes in the order of the text.
//!
//! In here a node is a number. [`Node`](crate::Node) is the handle that other code reads with.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;
use std::sync::OnceLock;

use crate::text::span::slice;

/// One YAML document, or one item of a list, with the place of everything in it.
///
/// A tree never changes. [`Tree::edit`] returns what has to change in the text.
#[derive(Debug)]
pub struct Tree<'s> {
    pub(crate) text: &'s str,
    pub(crate) chunk: Range<usize>,
    /// The text of the chunk; all offsets inside the tree count from its start.
    pub(crate) source: &'s str,
    pub(crate) nodes: Nodes,
    /// What few trees have.
    rare: Option<Box<Rare<'s>>>,
    pub(crate) lookups: OnceLock<Box<Lookups>>,
}

/// What simple nodes do not have.
#[derive(Debug, Default)]
pub(crate) struct Rare<'s> {
    pub(crate) decoded: Vec<Decoded<'s>>,
    pub(crate) props: Vec<Props>,
    pub(crate) aliases: Vec<u32>,
}

/// What is found out of a tree once it is asked for. Few trees are.
#[derive(Debug, Default)]
pub(crate) struct Lookups {
    /// The items of long sequences, once somebody asks for one by its index.
    long: OnceLock<HashMap<u32, Vec<u32>>>,
}

/// How a node is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Shape {
    Empty,
    Plain,
    Single,
    Double,
    Literal,
    Folded,
    Alias,
    BlockSequence,
    FlowSequence,
    BlockMapping,
    FlowMapping,
    /// The single pair in `[a: 1]`, a mapping without braces.
    Pair,
}

impl Shape {
    pub(crate) fn is_mapping(self) -> bool {
        matches!(self, Self::BlockMapping | Self::FlowMapping | Self::Pair)
    }

    pub(crate) fn is_sequence(self) -> bool {
        matches!(self, Self::BlockSequence | Self::FlowSequence)
    }

    pub(crate) fn is_collection(self) -> bool {
        self.is_mapping() || self.is_sequence()
    }

    pub(crate) fn is_flow(self) -> bool {
        matches!(self, Self::FlowSequence | Self::FlowMapping | Self::Pair)
    }

    pub(crate) fn is_block_collection(self) -> bool {
        matches!(self, Self::BlockSequence | Self::BlockMapping)
    }

    pub(crate) fn is_block_scalar(self) -> bool {
        matches!(self, Self::Literal | Self::Folded)
    }

    pub(crate) fn is_quoted(self) -> bool {
        matches!(
            self,
            Self::Single | Self::Double | Self::Literal | Self::Folded
        )
    }
}

/// Bits of [`Raw::flags`].
pub(crate) mod flag {
    /// The node has a tag; its [`super::Props`] tell which.
    pub(crate) const TAG: u8 = 1;
    /// The node has an anchor.
    pub(crate) const ANCHOR: u8 = 2;
    /// The scalar's text is not a slice of the source; `link` is its place among the decoded texts.
    pub(crate) const DECODED: u8 = 4;
    /// The mapping has a merge key.
    pub(crate) const MERGES: u8 = 8;
    /// The scalar is a merge key.
    pub(crate) const MERGE_KEY: u8 = 16;
}

/// A node in 16 bytes. Offsets count from the start of the chunk.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Raw {
    pub(crate) start: u32,
    pub(crate) end: u32,
    /// Collection: the node after it and all below it, 0 while it is read. Scalar: its place among the decoded texts, if so
    /// flagged. Alias: the node that it refers to.
    pub(crate) link: u32,
    pub(crate) shape: Shape,
    pub(crate) flags: u8,
}

impl Raw {
    /// An empty node, in place of one that there is not.
    const NONE: Self = Self {
        start: 0,
        end: 0,
        link: 0,
        shape: Shape::Empty,
        flags: 0,
    };

    /// The node after this one, which is the node at `index`, and all below it.
    pub(crate) fn next(self, index: u32) -> u32 {
        if self.shape.is_collection() {
            self.link
        } else {
            index + 1
        }
    }

    pub(crate) fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    /// Whether this is a plain scalar whose text is the slice of the source, without anchor and tag.
    pub(crate) fn is_bare(self) -> bool {
        self.shape == Shape::Plain && self.flags == 0
    }

    pub(crate) fn has(self, flag: u8) -> bool {
        self.flags & flag != 0
    }
}

/// The nodes of a tree.
#[derive(Debug)]
pub(crate) enum Nodes {
    Wide(Vec<Raw>),
    /// Those of a chunk below 64 KiB that is kept: trees are the greatest part of what a run holds beside its input.
    Narrow(Box<[Short]>),
}

impl Nodes {
    /// Whether so many nodes of so many bytes can be narrow: their links are at most the one, their offsets the other.
    pub(crate) fn are_narrow(nodes: usize, bytes: usize) -> bool {
        u16::try_from(nodes.max(bytes)).is_ok()
    }

    /// A copy to keep of the nodes of a chunk with so many bytes.
    pub(crate) fn kept(nodes: &[Raw], bytes: usize) -> Self {
        if Self::are_narrow(nodes.len(), bytes) {
            Self::Narrow(nodes.iter().copied().map(Short::of).collect())
        } else {
            Self::Wide(nodes.to_vec())
        }
    }

    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Wide(nodes) => nodes.len(),
            Self::Narrow(nodes) => nodes.len(),
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    #[inline]
    pub(crate) fn get(&self, index: usize) -> Option<Raw> {
        match self {
            Self::Wide(nodes) => nodes.get(index).copied(),
            Self::Narrow(nodes) => nodes.get(index).map(|node| node.raw()),
        }
    }

    /// The nodes with these indexes; none if there are not that many.
    pub(crate) fn within(
        &self,
        range: Range<usize>,
    ) -> impl ExactSizeIterator<Item = Raw> + DoubleEndedIterator + '_ {
        let range = if range.end <= self.len() { range } else { 0..0 };
        range.map(|index| self.get(index).unwrap_or(Raw::NONE))
    }

    pub(crate) fn iter(&self) -> impl ExactSizeIterator<Item = Raw> + DoubleEndedIterator + '_ {
        self.within(0..self.len())
    }
}

/// A node in either size, for loops that ask for the size only once.
pub(crate) trait InASize: Copy {
    fn raw(self) -> Raw;
}

impl InASize for Raw {
    fn raw(self) -> Raw {
        self
    }
}

impl InASize for Short {
    fn raw(self) -> Raw {
        Raw {
            start: u32::from(self.start),
            end: u32::from(self.end),
            link: u32::from(self.link),
            shape: self.shape,
            flags: self.flags,
        }
    }
}

/// A node in 8 bytes: as [`Raw`], in a chunk below 64 KiB.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Short {
    start: u16,
    end: u16,
    link: u16,
    shape: Shape,
    flags: u8,
}

impl Short {
    pub(crate) fn of(raw: Raw) -> Self {
        let low = |number: u32| {
            let [low, high, ..] = number.to_le_bytes();
            u16::from_le_bytes([low, high])
        };
        Self {
            start: low(raw.start),
            end: low(raw.end),
            link: low(raw.link),
            shape: raw.shape,
            flags: raw.flags,
        }
    }
}

/// A scalar whose text had to be decoded.
#[derive(Debug)]
pub(crate) struct Decoded<'s> {
    pub(crate) text: Cow<'s, str>,
    /// Block scalars: the indentation of the content in bytes.
    pub(crate) indent: u32,
}

/// A sequence with more items than this is long.
const LONG: usize = 64;

/// What a tag says about its node.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum TagKind {
    /// `!!str` or the bare `!`: a string whatever it looks like.
    String,
    /// `!!int`, `!!bool`, `!!float`, `!!null`: resolved by its text whatever its quotes.
    Resolved,
    /// `!!map`, `!!seq`: says what the node's shape already says.
    Collection,
    /// `!!merge` on a key.
    Merge,
    /// Anything else.
    Custom,
}

/// Anchor and tag of a node.
#[derive(Clone, Debug)]
pub(crate) struct Props {
    pub(crate) node: u32,
    pub(crate) anchor: Option<Range<u32>>,
    pub(crate) tag: Option<(Range<u32>, TagKind)>,
}

impl<'s> Tree<'s> {
    /// A tree without nodes.
    pub(crate) fn empty(text: &'s str, chunk: Range<usize>, source: &'s str) -> Self {
        Self {
            text,
            chunk,
            source,
            nodes: Nodes::Wide(Vec::new()),
            rare: None,
            lookups: OnceLock::new(),
        }
    }

    /// The tree with these nodes.
    pub(crate) fn of(self, nodes: Nodes, rare: Rare<'s>) -> Self {
        let Rare {
            decoded,
            props,
            aliases,
        } = &rare;
        let simple = decoded.is_empty() && props.is_empty() && aliases.is_empty();
        Self {
            nodes,
            rare: (!simple).then(|| Box::new(rare)),
            ..self
        }
    }

    pub(crate) fn decoded(&self) -> &[Decoded<'s>] {
        self.rare.as_deref().map_or(&[], |rare| &rare.decoded)
    }

    pub(crate) fn all_props(&self) -> &[Props] {
        self.rare.as_deref().map_or(&[], |rare| &rare.props)
    }

    pub(crate) fn aliases(&self) -> &[u32] {
        self.rare.as_deref().map_or(&[], |rare| &rare.aliases)
    }

    /// Forgets every node, for a tree that is not needed any more beside others that are: it is as one of an empty document.
    pub fn forget(&mut self) {
        *self = Self::empty(self.text, self.chunk.clone(), self.source);
    }

    /// The vector of a tree that is not kept, for the next one.
    pub(crate) fn into_nodes(self) -> Vec<Raw> {
        match self.nodes {
            Nodes::Wide(nodes) => nodes,
            Nodes::Narrow(_) => Vec::new(),
        }
    }

    /// The bytes of the text that this tree was parsed from.
    #[must_use]
    pub fn chunk(&self) -> Range<usize> {
        self.chunk.clone()
    }

    pub(crate) fn lookups(&self) -> &Lookups {
        self.lookups.get_or_init(Box::default)
    }

    pub(crate) fn raw(&self, index: u32) -> Option<Raw> {
        self.nodes.get(index as usize)
    }

    /// The node at `index`. All indexes come from the tree itself; a wrong one would give an empty node.
    pub(crate) fn at(&self, index: u32) -> Raw {
        self.raw(index).unwrap_or(Raw::NONE)
    }

    /// The node that an index means, with its number: an alias's target, else itself.
    pub(crate) fn meant(&self, index: u32) -> (u32, Raw) {
        let raw = self.at(index);
        if raw.shape == Shape::Alias {
            (raw.link, self.at(raw.link))
        } else {
            (index, raw)
        }
    }

    /// The number of the node that an index means.
    pub(crate) fn resolve(&self, index: u32) -> u32 {
        self.meant(index).0
    }

    pub(crate) fn props(&self, index: u32) -> Option<&Props> {
        let all = self.all_props();
        let at = all.binary_search_by_key(&index, |props| props.node).ok()?;
        all.get(at)
    }

    pub(crate) fn tag_kind(&self, index: u32) -> Option<TagKind> {
        self.props(index)?.tag.as_ref().map(|(_, kind)| *kind)
    }

    /// Where the node begins with its anchor and tag.
    pub(crate) fn outer_start(&self, index: u32) -> usize {
        let start = self.at(index).start;
        let props = self.props(index);
        let anchor = props.and_then(|props| props.anchor.as_ref().map(|range| range.start));
        let tag = props.and_then(|props| props.tag.as_ref().map(|(range, _)| range.start));
        anchor.into_iter().chain(tag).fold(start, u32::min) as usize
    }

    /// Indexes of the children as they stand: keys and values by turns for a mapping.
    pub(crate) fn children(&self, index: u32) -> Children<'_> {
        self.children_of(index, self.at(index))
    }

    /// The same for a node that was looked at.
    fn children_of(&self, index: u32, raw: Raw) -> Children<'_> {
        Children {
            nodes: &self.nodes,
            at: index + 1,
            end: raw.next(index),
        }
    }

    /// An item of a sequence by its index. A long sequence is walked once, however often it is asked.
    pub(crate) fn item(&self, sequence: u32, index: usize) -> Option<u32> {
        if index < LONG {
            return self.children(sequence).nth(index);
        }
        let long = self.lookups().long.get_or_init(|| {
            let sequences = (0..).zip(self.nodes.iter()).filter(|(at, raw)| {
                raw.shape.is_sequence() && self.children(*at).nth(LONG).is_some()
            });
            let items = sequences.map(|(at, _)| (at, self.children(at).collect()));
            items.collect()
        });
        long.get(&sequence)?.get(index).copied()
    }

    /// Key and value of each entry as written, duplicates and merge keys included.
    pub(crate) fn pairs(&self, index: u32) -> Pairs<'_> {
        Pairs(self.children(index))
    }

    /// The same for a node that was looked at, with the keys' nodes.
    pub(crate) fn pairs_of(
        &self,
        index: u32,
        raw: Raw,
    ) -> impl Iterator<Item = (u32, Raw, u32)> + Clone + '_ {
        let mut rest = self.children_of(index, raw);
        std::iter::from_fn(move || {
            let (key, raw) = rest.step()?;
            Some((key, raw, rest.next()?))
        })
    }

    /// The decoded text of a scalar itself; empty for anything else.
    pub(crate) fn scalar_text(&self, index: u32) -> &str {
        self.text_of(self.at(index))
    }

    /// The same for a node that was looked at.
    pub(crate) fn text_of(&self, raw: Raw) -> &str {
        if raw.has(flag::DECODED) {
            return self
                .decoded()
                .get(raw.link as usize)
                .map_or("", |decoded| decoded.text.as_ref());
        }
        match raw.shape {
            Shape::Plain => slice(self.source, raw.range()),
            Shape::Single | Shape::Double => slice(
                self.source,
                raw.start as usize + 1..(raw.end as usize).saturating_sub(1),
            ),
            _ => "",
        }
    }
}

/// See [`Tree::children`].
#[derive(Clone)]
pub(crate) struct Children<'t> {
    nodes: &'t Nodes,
    at: u32,
    end: u32,
}

impl Children<'_> {
    /// The next one with its number.
    fn step(&mut self) -> Option<(u32, Raw)> {
        if self.at >= self.end {
            return None;
        }
        let child = self.at;
        let raw = self.nodes.get(child as usize)?;
        self.at = raw.next(child);
        Some((child, raw))
    }
}

impl Iterator for Children<'_> {
    type Item = u32;

    fn next(&mut self) -> Option<u32> {
        self.step().map(|(child, _)| child)
    }
}

/// See [`Tree::pairs`].
#[derive(Clone)]
pub(crate) struct Pairs<'t>(Children<'t>);

impl Iterator for Pairs<'_> {
    type Item = (u32, u32);

    fn next(&mut self) -> Option<(u32, u32)> {
        Some((self.0.next()?, self.0.next()?))
    }
}
