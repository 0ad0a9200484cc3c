//! The tree of a chunk: one vector of nodes in text order, and handles that read it.
//!
//! Reading looks through aliases and merge keys (`<<`) everywhere, lazily: a handle costs nothing and
//! a lookup visits each mapping once, so that a bomb of aliases stays small.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::OnceLock;

use crate::error::{EditError, SyntaxError};
use crate::simple::Scratch;
use crate::span::slice;
use crate::splice::Splice;
use crate::style::Breaks;
use crate::{edit, parse};

/// Entries of a mapping among which doubled keys are looked for one by one.
const FEW: usize = 32;

/// A node of one tree, as a number; it means nothing to another tree.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct NodeId(u32);

/// One YAML document, or one item of a list, with the place of everything in it.
///
/// It is never changed; [`Tree::edit`] tells what would have to change in the text.
#[derive(Debug)]
pub struct Tree<'s> {
    pub(crate) text: &'s str,
    pub(crate) chunk: Range<usize>,
    /// The text of the chunk; all offsets inside the tree count from its start.
    pub(crate) source: &'s str,
    pub(crate) nodes: Vec<Raw>,
    pub(crate) decoded: Vec<Decoded<'s>>,
    pub(crate) props: Vec<Props>,
    pub(crate) aliases: Vec<u32>,
    /// The collection of each node, once an edit asks.
    pub(crate) parents: OnceLock<Vec<u32>>,
    /// The line breaks, once an edit asks.
    pub(crate) lines: OnceLock<Breaks>,
}

/// What a node is for a reader.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// Nothing at all, or a plain `~`, `null`, `Null`, `NULL`.
    Null,
    /// Any other scalar.
    Scalar,
    /// A list.
    Sequence,
    /// A mapping.
    Mapping,
}

/// A handle on a node: reads, never changes.
#[derive(Clone, Copy)]
pub struct Node<'t, 's> {
    pub(crate) tree: &'t Tree<'s>,
    /// The node as it stands in the text, which may be an alias.
    pub(crate) index: u32,
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
    /// The scalar's text is not a slice of the source; `aux` is its place among the decoded texts.
    pub(crate) const DECODED: u8 = 4;
    /// The mapping has a merge key.
    pub(crate) const MERGES: u8 = 8;
    /// The scalar is a merge key.
    pub(crate) const MERGE_KEY: u8 = 16;
}

/// A node in 20 bytes. Offsets count from the start of the chunk.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Raw {
    pub(crate) start: u32,
    pub(crate) end: u32,
    /// The node after this one and all below it.
    pub(crate) next: u32,
    /// Scalar: place among the decoded texts, if so flagged. Alias: the node that it stands for.
    pub(crate) aux: u32,
    pub(crate) shape: Shape,
    pub(crate) flags: u8,
}

impl Raw {
    pub(crate) fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    /// Whether this is a plain scalar whose text is the slice of the source, without anchor and tag.
    fn is_bare(self) -> bool {
        self.shape == Shape::Plain && self.flags == 0
    }

    pub(crate) fn has(self, flag: u8) -> bool {
        self.flags & flag != 0
    }
}

/// A scalar whose text had to be decoded.
#[derive(Debug)]
pub(crate) struct Decoded<'s> {
    pub(crate) text: Cow<'s, str>,
    /// Block scalars: the indentation of the content in bytes.
    pub(crate) indent: u32,
}

/// What a tag says about its node.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum TagKind {
    /// `!!str` or the bare `!`: a string whatever it looks like.
    String,
    /// `!!int`, `!!bool`, `!!float`, `!!null`: resolved by its text whatever its quotes.
    Resolved,
    /// `!!map`, `!!seq`: says what is seen anyway.
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
    /// Parses one chunk of `text`: a document as [`documents`](crate::documents) gives it, or an item as
    /// [`items`](crate::items) gives it; then the root is a sequence of this one item.
    ///
    /// # Errors
    /// Where the chunk is no YAML 1.2 document, holds more than one, or nests deeper than 255 levels.
    pub fn parse(text: &'s str, chunk: Range<usize>) -> Result<Self, SyntaxError> {
        Self::parse_in(text, chunk, &mut Scratch::default())
    }

    /// The same with the room that was used for other chunks: for many of them.
    ///
    /// # Errors
    /// As [`Tree::parse`].
    pub fn parse_in(
        text: &'s str,
        chunk: Range<usize>,
        scratch: &mut Scratch,
    ) -> Result<Self, SyntaxError> {
        parse::read(text, chunk, scratch)
    }

    /// A tree without nodes.
    pub(crate) fn empty(text: &'s str, chunk: Range<usize>, source: &'s str) -> Self {
        Self {
            text,
            chunk,
            source,
            nodes: Vec::new(),
            decoded: Vec::new(),
            props: Vec::new(),
            aliases: Vec::new(),
            parents: OnceLock::new(),
            lines: OnceLock::new(),
        }
    }

    /// The document's node; none for a document that holds nothing or comments alone.
    #[must_use]
    pub fn root(&self) -> Option<Node<'_, 's>> {
        let first = self.nodes.first()?;
        let nothing = first.shape == Shape::Empty && self.props.is_empty();
        (!nothing).then_some(Node {
            tree: self,
            index: 0,
        })
    }

    /// The node of a number that [`Node::id`] gave.
    #[must_use]
    pub fn node(&self, id: NodeId) -> Node<'_, 's> {
        Node {
            tree: self,
            index: id.0,
        }
    }

    /// The bytes of the text that this tree was parsed from.
    #[must_use]
    pub fn chunk(&self) -> Range<usize> {
        self.chunk.clone()
    }

    /// What has to change in the text so that every edit holds: sorted, disjoint splices with offsets in
    /// the whole text. Edits that hold already give none. The result has been parsed again and compared.
    ///
    /// # Errors
    /// See [`EditError`]: where the edits can't be made rightly, none is made.
    pub fn edit(&self, edits: &[crate::Edit]) -> Result<Vec<Splice>, EditError> {
        self.edit_in(edits, &mut Scratch::default())
    }

    /// The same with the room that was used for other chunks: for many of them.
    ///
    /// # Errors
    /// As [`Tree::edit`].
    pub fn edit_in(
        &self,
        edits: &[crate::Edit],
        scratch: &mut Scratch,
    ) -> Result<Vec<Splice>, EditError> {
        edit::edit(self, edits, scratch)
    }

    pub(crate) fn raw(&self, index: u32) -> Option<Raw> {
        self.nodes.get(index as usize).copied()
    }

    /// The node at `index`. All indexes come from the tree itself; a wrong one reads as nothing.
    pub(crate) fn at(&self, index: u32) -> Raw {
        self.raw(index).unwrap_or(Raw {
            start: 0,
            end: 0,
            next: u32::MAX,
            aux: 0,
            shape: Shape::Empty,
            flags: 0,
        })
    }

    /// The node that an index stands for: an alias's target, else itself.
    pub(crate) fn resolve(&self, index: u32) -> u32 {
        let raw = self.at(index);
        if raw.shape == Shape::Alias {
            raw.aux
        } else {
            index
        }
    }

    pub(crate) fn props(&self, index: u32) -> Option<&Props> {
        let at = self
            .props
            .binary_search_by_key(&index, |props| props.node)
            .ok()?;
        self.props.get(at)
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
        let raw = self.at(index);
        let collection = raw.shape.is_mapping() || raw.shape.is_sequence();
        Children {
            nodes: &self.nodes,
            at: index + 1,
            end: if collection { raw.next } else { 0 },
        }
    }

    /// Key and value of each entry as it stands, duplicates and merge keys included.
    pub(crate) fn pairs(&self, index: u32) -> Pairs<'_> {
        Pairs(self.children(index))
    }

    /// The decoded text of a scalar as it stands; empty for anything else.
    pub(crate) fn scalar_text(&self, index: u32) -> &str {
        let raw = self.at(index);
        if raw.has(flag::DECODED) {
            return self
                .decoded
                .get(raw.aux as usize)
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

    /// The text that a key is compared by; none for a key that is a collection.
    pub(crate) fn key_text(&self, key: u32) -> Option<&str> {
        let key = self.resolve(key);
        let shape = self.at(key).shape;
        (!shape.is_mapping() && !shape.is_sequence()).then(|| self.scalar_text(key))
    }

    /// Whether a key that merges nothing has this text.
    fn is_key(&self, at: u32, text: &str) -> bool {
        let raw = self.at(at);
        if raw.is_bare() {
            // Most keys are told apart by their length.
            return (raw.end - raw.start) as usize == text.len()
                && slice(self.source, raw.range()) == text;
        }
        !raw.has(flag::MERGE_KEY) && self.key_text(at) == Some(text)
    }

    /// The last explicit entry with this key, and how many there are.
    pub(crate) fn explicit(&self, mapping: u32, key: &str) -> (Option<(u32, u32)>, usize) {
        let mut found = None;
        let mut count = 0;
        for (at, value) in self.pairs(mapping) {
            if self.is_key(at, key) {
                found = Some((at, value));
                count += 1;
            }
        }
        (found, count)
    }

    /// Key and value nodes for the merge keys of a mapping, the strongest first: of two merge keys the
    /// later, within a list the earlier (<https://yaml.org/type/merge.html>).
    pub(crate) fn direct_sources(&self, mapping: u32) -> Vec<u32> {
        let merges: Vec<u32> = self
            .pairs(mapping)
            .filter(|(key, _)| self.at(*key).has(flag::MERGE_KEY))
            .map(|(_, value)| value)
            .collect();
        let mut sources = Vec::new();
        for value in merges.into_iter().rev() {
            let list = self.resolve(value);
            if self.at(list).shape.is_sequence() {
                sources.extend(self.children(list));
            } else {
                sources.push(value);
            }
        }
        sources
    }

    /// The mappings that a mapping is made of, itself first, each once: the first that has a key counts.
    pub(crate) fn layers(&self, mapping: u32) -> impl Iterator<Item = u32> + use<> {
        let mapping = self.resolve(mapping);
        let raw = self.at(mapping);
        let merged = raw.has(flag::MERGES).then(|| self.merged(mapping));
        let own = raw.shape.is_mapping().then_some(mapping);
        own.into_iter().chain(merged.into_iter().flatten())
    }

    /// The mappings that are merged into one, each once.
    fn merged(&self, into: u32) -> Vec<u32> {
        let mut layers = vec![];
        let mut waiting = vec![into];
        let mut seen = std::collections::HashSet::new();
        while let Some(mapping) = waiting.pop() {
            let raw = self.at(mapping);
            if !raw.shape.is_mapping() || !seen.insert(mapping) {
                continue;
            }
            layers.extend((mapping != into).then_some(mapping));
            if raw.has(flag::MERGES) {
                let sources = self.direct_sources(mapping);
                waiting.extend(sources.into_iter().rev().map(|at| self.resolve(at)));
            }
        }
        layers
    }

    /// The entry that counts for a key, explicit or merged.
    pub(crate) fn lookup(&self, mapping: u32, key: &str) -> Option<(u32, u32)> {
        let mapping = self.resolve(mapping);
        let raw = self.at(mapping);
        if !raw.shape.is_mapping() {
            return None;
        }
        if let (Some(found), _) = self.explicit(mapping, key) {
            return Some(found);
        }
        if !raw.has(flag::MERGES) {
            return None;
        }
        self.merged(mapping)
            .into_iter()
            .find_map(|layer| self.explicit(layer, key).0)
    }

    /// Whether the last of doubled keys is quicker found by looking than by noting all keys: a mapping that merges nothing
    /// and has few entries, as most have.
    fn is_small(&self, mapping: u32) -> bool {
        let raw = self.at(mapping);
        raw.shape.is_mapping() && !raw.has(flag::MERGES) && self.pairs(mapping).nth(FEW).is_none()
    }

    /// Whether two keys have the same text; keys that are collections are different ones.
    fn same_key(&self, one: u32, other: u32) -> bool {
        let (first, second) = (self.at(one), self.at(other));
        if first.is_bare() && second.is_bare() && first.range().len() != second.range().len() {
            return false;
        }
        let text = self.key_text(one);
        text.is_some() && text == self.key_text(other)
    }

    /// The entries of a small mapping that count: of doubled ones the last.
    fn few(&self, mapping: u32) -> impl Iterator<Item = (u32, u32)> + '_ {
        let mut rest = self.pairs(mapping);
        std::iter::from_fn(move || {
            loop {
                let (key, value) = rest.next()?;
                let mut later = rest.clone();
                if !later.any(|(other, _)| self.same_key(key, other)) {
                    return Some((key, value));
                }
            }
        })
    }

    /// Whether the mapping merges nothing, is small, and has no key twice and none that is a collection: what stands there
    /// is what counts.
    pub(crate) fn is_clear(&self, mapping: u32) -> bool {
        self.is_small(mapping)
            && self.few(mapping).count() == self.pairs(mapping).count()
            && self
                .pairs(mapping)
                .all(|(key, _)| self.key_text(key).is_some())
    }

    /// The entries that count: explicit ones, the last of doubled ones only, then the merged ones.
    pub(crate) fn effective(&self, mapping: u32) -> Vec<(u32, u32)> {
        let mut found = Vec::new();
        let mut seen = BTreeSet::new();
        for layer in self.layers(mapping) {
            let begin = found.len();
            let mut pairs: Vec<_> = self.pairs(layer).collect();
            // From the end, so that the last of doubled keys is met first.
            while let Some((key, value)) = pairs.pop() {
                if self.at(key).has(flag::MERGE_KEY) {
                    continue;
                }
                if self.key_text(key).is_none_or(|text| seen.insert(text)) {
                    found.push((key, value));
                }
            }
            if let Some(added) = found.get_mut(begin..) {
                added.reverse();
            }
        }
        found
    }
}

/// See [`Tree::children`].
#[derive(Clone)]
pub(crate) struct Children<'t> {
    nodes: &'t [Raw],
    at: u32,
    end: u32,
}

impl Iterator for Children<'_> {
    type Item = u32;

    fn next(&mut self) -> Option<u32> {
        if self.at >= self.end {
            return None;
        }
        let child = self.at;
        self.at = self.nodes.get(child as usize)?.next;
        Some(child)
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

impl<'t, 's> Node<'t, 's> {
    fn with(self, index: u32) -> Self {
        Node {
            tree: self.tree,
            index,
        }
    }

    /// The node that this one stands for.
    pub(crate) fn target(self) -> Raw {
        self.tree.at(self.tree.resolve(self.index))
    }

    /// The number of this node in its tree.
    #[must_use]
    pub fn id(self) -> NodeId {
        NodeId(self.index)
    }

    /// What the node is.
    #[must_use]
    pub fn kind(self) -> Kind {
        let shape = self.target().shape;
        if shape.is_mapping() {
            Kind::Mapping
        } else if shape.is_sequence() {
            Kind::Sequence
        } else if self.is_null() {
            Kind::Null
        } else {
            Kind::Scalar
        }
    }

    /// The value of a key: explicit ones come before merged ones, of doubled ones the last counts. Keys
    /// are compared by their text, whatever their quotes. None where the node is no mapping.
    #[must_use]
    pub fn get(self, key: &str) -> Option<Self> {
        let (_, value) = self.tree.lookup(self.index, key)?;
        Some(self.with(value))
    }

    /// The entries that count, explicit ones first (the last of doubled ones), then the merged ones that
    /// are not overridden; nothing where the node is no mapping.
    pub fn entries(self) -> impl Iterator<Item = (Self, Self)> + use<'t, 's> {
        let mapping = self.tree.resolve(self.index);
        let few = self.tree.is_small(mapping).then(|| self.tree.few(mapping));
        let all = few.is_none().then(|| self.tree.effective(mapping));
        few.into_iter()
            .flatten()
            .chain(all.into_iter().flatten())
            .map(move |(key, value)| (self.with(key), self.with(value)))
    }

    /// The items of a sequence; nothing for anything else.
    pub fn items(self) -> impl Iterator<Item = Self> + use<'t, 's> {
        let index = self.tree.resolve(self.index);
        let sequence = self.tree.at(index).shape.is_sequence();
        sequence
            .then(|| self.tree.children(index))
            .into_iter()
            .flatten()
            .map(move |item| self.with(item))
    }

    /// Whether this is null, `{}` or `[]`.
    #[must_use]
    pub fn is_empty(self) -> bool {
        match self.kind() {
            Kind::Null => true,
            Kind::Scalar => false,
            Kind::Sequence => self.items().next().is_none(),
            Kind::Mapping => {
                let index = self.tree.resolve(self.index);
                self.tree.children(index).next().is_none()
                    || self.tree.at(index).has(flag::MERGES) && self.entries().next().is_none()
            }
        }
    }

    /// The decoded text of a scalar, whatever its quotes; none for null and for collections.
    #[must_use]
    pub fn text(self) -> Option<&'t str> {
        (self.kind() == Kind::Scalar).then(|| self.tree.scalar_text(self.tree.resolve(self.index)))
    }

    /// Whether the scalar stands in quotes or as a block scalar.
    #[must_use]
    pub fn quoted(self) -> bool {
        self.target().shape.is_quoted()
    }

    /// Whether the node has a tag of its own.
    #[must_use]
    pub fn tagged(self) -> bool {
        self.target().has(flag::TAG)
    }

    /// The bytes of the node in the whole text, without its anchor and tag. An alias's are those of the
    /// alias; a block scalar begins at its `|` or `>`; a block collection ends with its last child.
    #[must_use]
    pub fn span(self) -> Range<usize> {
        let range = self.tree.at(self.index).range();
        self.tree.chunk.start + range.start..self.tree.chunk.start + range.end
    }

    /// Where the node begins in the whole text; an empty value stands at the end of its key's colon.
    #[must_use]
    pub fn offset(self) -> usize {
        self.span().start
    }
}

impl std::fmt::Debug for Node<'_, '_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Node")
            .field("kind", &self.kind())
            .field("span", &self.span())
            .finish()
    }
}
