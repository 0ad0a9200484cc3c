//! The handle that reads a tree.
//!
//! It looks through aliases and merge keys (`<<`), and resolves scalars as kubectl does. A handle costs nothing.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;

use crate::tree::arena::{Raw, Shape, TagKind, Tree, flag};
use crate::tree::decimal::Decimal;
use crate::tree::value::{Resolved, digits, is_null, resolve};

/// A node of one tree, as a number; it means nothing to another tree.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct NodeId(u32);

/// The kind of a node.
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
    /// The node as written in the text, which may be an alias.
    pub(crate) index: u32,
}

impl<'s> Tree<'s> {
    /// The node of the document; none for a document that is empty or has only comments.
    #[must_use]
    pub fn root(&self) -> Option<Node<'_, 's>> {
        let first = self.nodes.get(0)?;
        let nothing = first.shape == Shape::Empty && self.all_props().is_empty();
        (!nothing).then(|| self.node_at(0))
    }

    /// The text of a scalar whose type its text says; nothing is as null.
    fn word(&self, index: u32, raw: Raw) -> Option<&str> {
        let tag = if raw.has(flag::TAG) {
            self.tag_kind(index)
        } else {
            None
        };
        match (raw.shape, tag) {
            (Shape::Empty | Shape::Plain, Some(TagKind::String)) => None,
            (Shape::Empty, _) => Some(""),
            (Shape::Plain, _) | (Shape::Single | Shape::Double, Some(TagKind::Resolved)) => {
                Some(self.text_of(raw))
            }
            _ => None,
        }
    }

    fn is_null(&self, index: u32, raw: Raw) -> bool {
        // Most words have more letters than any that means null.
        let is_longer = raw.is_bare() && raw.end - raw.start > 4;
        !is_longer && self.word(index, raw).is_some_and(is_null)
    }

    /// The handle of an index.
    pub(crate) fn node_at(&self, index: u32) -> Node<'_, 's> {
        Node { tree: self, index }
    }

    /// The node with a number that [`Node::id`] returned.
    #[must_use]
    pub fn node(&self, id: NodeId) -> Node<'_, 's> {
        self.node_at(id.0)
    }
}

impl<'t, 's> Node<'t, 's> {
    fn with(self, index: u32) -> Self {
        self.tree.node_at(index)
    }

    /// The node that this one means.
    pub(crate) fn target(self) -> Raw {
        self.tree.meant(self.index).1
    }

    /// The number of this node in its tree.
    #[must_use]
    pub fn id(self) -> NodeId {
        NodeId(self.index)
    }

    /// The kind of the node.
    #[must_use]
    pub fn kind(self) -> Kind {
        let (index, raw) = self.tree.meant(self.index);
        if raw.shape.is_mapping() {
            Kind::Mapping
        } else if raw.shape.is_sequence() {
            Kind::Sequence
        } else if self.tree.is_null(index, raw) {
            Kind::Null
        } else {
            Kind::Scalar
        }
    }

    /// The value of a key. An explicit key counts before a merged one, and the last of doubled keys counts. Keys are
    /// compared by their text, whatever their quotes. None if the node is not a mapping.
    #[must_use]
    pub fn get(self, key: &str) -> Option<Self> {
        let (_, value) = self.tree.lookup(self.index, key)?;
        Some(self.with(value))
    }

    /// The entries that count: explicit ones first (the last of doubled ones), then the merged ones that are not
    /// overridden. Nothing if the node is not a mapping.
    pub fn entries(self) -> impl Iterator<Item = (Self, Self)> + use<'t, 's> {
        let mapping = self.tree.resolve(self.index);
        let few = self.tree.is_small(mapping).then(|| self.tree.few(mapping));
        let all = few.is_none().then(|| self.tree.effective(mapping));
        let entries = few
            .into_iter()
            .flatten()
            .chain(all.into_iter().flatten())
            .map(move |(key, value)| (self.with(key), self.with(value)));
        shared(entries)
    }

    /// The entries as they are written, doubled ones and merge keys too. Nothing if the node is not a mapping.
    pub fn written_entries(self) -> impl Iterator<Item = (Self, Self)> + Clone + use<'t, 's> {
        let (mapping, raw) = self.tree.meant(self.index);
        let pairs = raw.shape.is_mapping().then(|| self.tree.pairs(mapping));
        let pairs = pairs.into_iter().flatten();
        pairs.map(move |(key, value)| (self.with(key), self.with(value)))
    }

    /// The keys that are written once more, each behind the key that was first. Keys that are collections count as the same.
    pub fn doubled_keys(self) -> impl Iterator<Item = (Self, Self)> + use<'t, 's> {
        // Comparing a few keys with each other is faster than noting them.
        let (mut few, mut many) = ([None; 12], HashMap::new());
        let keys = self.written_entries().map(|(key, _)| key);
        keys.enumerate().filter_map(move |(number, key)| {
            let text = key.text();
            let known = few.iter().flatten().find(|(known, _)| *known == text);
            let first = known.map(|(_, first)| *first);
            match (
                first.or_else(|| many.get(&text).copied()),
                few.get_mut(number),
            ) {
                (Some(first), _) => return Some((first, key)),
                (None, Some(free)) => *free = Some((text, key)),
                (None, None) => drop(many.insert(text, key)),
            }
            None
        })
    }

    /// The items of a sequence; nothing for anything else.
    pub fn items(self) -> impl Iterator<Item = Self> + use<'t, 's> {
        let (index, raw) = self.tree.meant(self.index);
        let sequence = raw.shape.is_sequence();
        let items = sequence
            .then(|| self.tree.children(index))
            .into_iter()
            .flatten()
            .map(move |item| self.with(item));
        shared(items)
    }

    /// An item of a sequence, from 0; none for anything else. However often a long sequence is asked, it is walked once.
    #[must_use]
    pub fn item(self, index: usize) -> Option<Self> {
        let (sequence, raw) = self.tree.meant(self.index);
        if !raw.shape.is_sequence() {
            return None;
        }
        let item = self.tree.item(sequence, index)?;
        Some(self.with(item))
    }

    /// Whether this is null, `{}` or `[]`.
    #[must_use]
    pub fn is_empty(self) -> bool {
        match self.kind() {
            Kind::Null => true,
            Kind::Scalar => false,
            Kind::Sequence => self.items().next().is_none(),
            Kind::Mapping => {
                let (index, raw) = self.tree.meant(self.index);
                self.tree.children(index).next().is_none()
                    || raw.has(flag::MERGES) && self.entries().next().is_none()
            }
        }
    }

    /// The decoded text of a scalar, whatever its quotes; none for null and for collections.
    #[must_use]
    pub fn text(self) -> Option<&'t str> {
        let (index, raw) = self.tree.meant(self.index);
        let scalar = !raw.shape.is_collection() && !self.tree.is_null(index, raw);
        scalar.then(|| self.tree.text_of(raw))
    }

    /// The number that kubectl reads here, integers included, as a text that [`Decimal::read`](crate::Decimal::read) takes. None
    /// for the infinite ones and what is not a number.
    #[must_use]
    pub fn number(self) -> Option<Cow<'t, str>> {
        match self.resolved() {
            Resolved::Int(value) => Some(value.to_string().into()),
            Resolved::Large(value) => Some(value.to_string().into()),
            Resolved::Float => self
                .text()
                .map(digits)
                .filter(|text| Decimal::read(text).is_some()),
            _ => None,
        }
    }

    /// Whether the scalar is in quotes or a block scalar.
    #[must_use]
    pub fn quoted(self) -> bool {
        self.target().shape.is_quoted()
    }

    /// Whether the node itself has a tag.
    #[must_use]
    pub fn tagged(self) -> bool {
        self.target().has(flag::TAG)
    }

    /// The bytes of the node in the whole text, without its anchor and tag. For an alias, the bytes of the alias; a
    /// block scalar begins at its `|` or `>`; a block collection ends with its last child.
    #[must_use]
    pub fn span(self) -> Range<usize> {
        let range = self.tree.at(self.index).range();
        self.tree.chunk.start + range.start..self.tree.chunk.start + range.end
    }

    /// The whole text, of which the node's tree is a chunk.
    #[must_use]
    pub fn whole(self) -> &'s str {
        self.tree.text
    }

    /// Where the node begins in the whole text; for an empty value, the end of its key's colon.
    #[must_use]
    pub fn offset(self) -> usize {
        self.span().start
    }
}

impl Node<'_, '_> {
    /// What the node's scalar is to kubectl; a string for quoted ones.
    pub(crate) fn resolved(self) -> Resolved {
        let (index, raw) = self.tree.meant(self.index);
        let word = self.tree.word(index, raw);
        word.map_or(Resolved::String, resolve)
    }

    fn is_collection(self) -> bool {
        self.target().shape.is_collection()
    }

    /// Whether kubectl reads this scalar as a string: a quoted or block one, or a plain one that is not a null, boolean,
    /// integer or float in YAML 1.1.
    #[must_use]
    pub fn is_string(self) -> bool {
        !self.is_collection() && self.resolved() == Resolved::String
    }

    /// The integer that kubectl reads here; none for a quoted one or one beyond 64 bits.
    #[must_use]
    pub fn as_int(self) -> Option<i64> {
        match self.resolved() {
            Resolved::Int(value) => Some(value),
            _ => None,
        }
    }

    /// The boolean that kubectl reads here: `yes` and `on` are true, `no` and `off` are false.
    #[must_use]
    pub fn as_bool(self) -> Option<bool> {
        match self.resolved() {
            Resolved::Bool(value) => Some(value),
            _ => None,
        }
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

/// The same iterator. In a WASM module, which is compiled anew in each run, all that use it share the code of a step.
fn shared<I: Iterator>(items: I) -> impl Iterator<Item = I::Item> {
    #[cfg(target_family = "wasm")]
    let items = Shared(items);
    items
}

#[cfg(target_family = "wasm")]
struct Shared<I>(I);

#[cfg(target_family = "wasm")]
impl<I: Iterator> Iterator for Shared<I> {
    type Item = I::Item;

    #[inline(never)]
    fn next(&mut self) -> Option<I::Item> {
        self.0.next()
    }
}
