//! How the surroundings of a place are written: columns, indentation, dashes, line ends, JSON.

use crate::edit::emit::{Block, Flow};
use crate::read::scratch::Scratch;
use crate::text::span::{Breaks, byte, line_end, next_line, skip_blanks, skip_gap, slice};
use crate::tree::arena::{Shape, Tree, flag};
use smallvec::SmallVec;
use std::ops::Deref;

/// The indentation if a document shows none.
const STEP: usize = 2;

/// A tree with what has to be known of all of its text, for an edit.
pub(crate) struct Layout<'t, 's> {
    tree: &'t Tree<'s>,
    /// The collection that each node is in.
    parents: Vec<u32>,
    breaks: Breaks<'s>,
}

impl<'s> Deref for Layout<'_, 's> {
    type Target = Tree<'s>;

    fn deref(&self) -> &Tree<'s> {
        self.tree
    }
}

impl<'t, 's> Layout<'t, 's> {
    pub(crate) fn new(tree: &'t Tree<'s>, scratch: &mut Scratch) -> Self {
        let mut parents = std::mem::take(&mut scratch.parents);
        parents.clear();
        // The collections around the node that is next in the text, each with the node behind it.
        let mut open = SmallVec::<[(u32, u32); 16]>::new();
        parents.extend((0..).zip(tree.nodes.iter()).map(|(index, raw)| {
            while open.last().is_some_and(|(_, end)| *end <= index) {
                open.pop();
            }
            let parent = open.last().map_or(u32::MAX, |(parent, _)| *parent);
            if raw.shape.is_collection() {
                open.push((index, raw.link));
            }
            parent
        }));
        Self {
            tree,
            parents,
            breaks: Breaks::new(tree.text, tree.source, tree.chunk.start),
        }
    }

    /// Hands the room for it back.
    pub(crate) fn end(self, scratch: &mut Scratch) {
        scratch.parents = self.parents;
    }

    /// A node and the collections around it, the outermost last.
    pub(crate) fn ancestors(&self, node: u32) -> impl Iterator<Item = u32> + '_ {
        std::iter::successors(Some(node), |at| self.parent(*at))
    }

    /// The collection that a node is in, as a key, a value or an item.
    pub(crate) fn parent(&self, node: u32) -> Option<u32> {
        let parent = self.parents.get(node as usize).copied();
        parent.filter(|parent| *parent != u32::MAX)
    }

    pub(crate) fn depth(&self, node: u32) -> usize {
        self.ancestors(node).count()
    }

    /// Whether the node is inside a flow collection.
    pub(crate) fn in_flow(&self, node: u32) -> bool {
        self.parent(node)
            .is_some_and(|parent| self.at(parent).shape.is_flow())
    }

    /// Where the line of an offset begins.
    pub(crate) fn line_start(&self, offset: usize) -> usize {
        self.breaks.line_start(offset)
    }

    /// Where the line of an offset ends, before its line break.
    pub(crate) fn line_end(&self, offset: usize) -> usize {
        match self.breaks.next_line(offset) {
            Some(next) => line_end(self.source, next - 1),
            None => self.source.len(),
        }
    }

    /// The column of an offset in bytes from 0; a byte order mark counts as none.
    pub(crate) fn column(&self, offset: usize) -> usize {
        let start = self.line_start(offset);
        let line = slice(self.source, start..offset);
        line.trim_start_matches('\u{FEFF}').len()
    }

    /// Whether only white space comes before the offset on its line.
    pub(crate) fn begins_line(&self, offset: usize) -> bool {
        let line = slice(self.source, self.line_start(offset)..offset);
        line.trim_start_matches(['\u{FEFF}', ' ', '\t']).is_empty()
    }

    /// Whether nothing but white space and a comment follows on the line.
    pub(crate) fn ends_line(&self, offset: usize) -> bool {
        let at = skip_blanks(self.source, offset);
        matches!(byte(self.source, at), b'\n' | b'\r' | 0) || self.has_comment(offset)
    }

    /// Whether a comment follows on the line.
    pub(crate) fn has_comment(&self, offset: usize) -> bool {
        let at = skip_blanks(self.source, offset);
        byte(self.source, at) == b'#' && (at > offset || self.is_glued(offset))
    }

    /// Whether a comment begins right behind a quote or a bracket, where libyaml takes one.
    pub(crate) fn is_glued(&self, offset: usize) -> bool {
        let behind = byte(self.source, offset.wrapping_sub(1));
        byte(self.source, offset) == b'#' && matches!(behind, b'"' | b'\'' | b'}' | b']')
    }

    /// The line break at the offset, else the nearest one before it, else the first of the text.
    pub(crate) fn line_break(&self, offset: usize) -> &'static str {
        let at = self.line_end(offset);
        let start = self.line_start(offset);
        let near = if at < self.source.len() {
            byte(self.source, at) == b'\r'
        } else if start > 0 {
            slice(self.source, 0..start).ends_with("\r\n")
        } else {
            return self.breaks.around;
        };
        if near { "\r\n" } else { "\n" }
    }

    /// Columns from a key to the keys below it, as in the nearest mapping around.
    pub(crate) fn step(&self, node: u32) -> usize {
        let between = |mapping: u32, value: u32| {
            let below = self.at(value);
            let nested =
                below.shape == Shape::BlockMapping && self.begins_line(below.start as usize);
            let column = self.column(self.at(mapping).start as usize);
            let step = self.column(below.start as usize).checked_sub(column)?;
            nested.then_some(step)
        };
        let shown = |mapping: u32, preferred: Option<u32>| {
            if self.at(mapping).shape != Shape::BlockMapping {
                return None;
            }
            let values = self.pairs(mapping).map(|(_, value)| value);
            preferred
                .into_iter()
                .chain(values)
                .find_map(|value| between(mapping, value))
        };
        let mut below = None;
        let near = self
            .ancestors(node)
            .find_map(|mapping| shown(mapping, below.replace(mapping)));
        near.or_else(|| self.indexes().find_map(|at| shown(at, None)))
            .unwrap_or(STEP)
    }

    /// Columns from a key to the dashes below it, as in the nearest list around. Without any list it is 0, as
    /// kubectl writes.
    pub(crate) fn dash(&self, node: u32) -> usize {
        let shown = |mapping: u32, sequence: u32| {
            let key = self.at(mapping);
            let list = self.at(sequence);
            let below = key.shape == Shape::BlockMapping
                && list.shape == Shape::BlockSequence
                && self.begins_line(list.start as usize);
            let dash = self.column(list.start as usize);
            below.then(|| dash.checked_sub(self.column(key.start as usize)))?
        };
        let mut lists = self.ancestors(node);
        let above = self.ancestors(node).skip(1);
        let near = above
            .zip(&mut lists)
            .find_map(|(mapping, list)| shown(mapping, list));
        let anywhere = || {
            self.indexes().find_map(|mapping| {
                if self.at(mapping).shape != Shape::BlockMapping {
                    return None;
                }
                self.pairs(mapping)
                    .find_map(|(_, value)| shown(mapping, value))
            })
        };
        near.or_else(anywhere).unwrap_or(0)
    }

    fn indexes(&self) -> impl Iterator<Item = u32> + '_ {
        (0..self.nodes.len()).filter_map(|index| u32::try_from(index).ok())
    }

    /// Whether the flow collections around a node are JSON: every key, or every item of a list, is in double
    /// quotes.
    pub(crate) fn is_json(&self, node: u32) -> bool {
        for at in self.ancestors(node) {
            let raw = self.at(at);
            if raw.shape == Shape::FlowMapping && raw.link > at + 1 {
                return self
                    .pairs(at)
                    .all(|(key, _)| self.at(key).shape == Shape::Double);
            }
            if raw.shape == Shape::FlowSequence {
                let mut scalars = self
                    .children(at)
                    .filter(|item| !self.at(*item).shape.is_flow())
                    .peekable();
                if scalars.peek().is_some() {
                    return scalars.all(|item| self.at(item).shape == Shape::Double);
                }
            }
        }
        false
    }

    /// Where the last line of the node ends, its comment included: the place for a line after it.
    pub(crate) fn last_line_end(&self, node: u32) -> usize {
        let leaf = self.last_leaf(node);
        if self.at(leaf).shape.is_block_scalar() {
            self.block_scalar_end(leaf)
        } else {
            self.line_end(self.at(node).end as usize)
        }
    }

    /// The last node of this one that has a place in the text: an empty one after a block scalar has none, so the
    /// scalar counts.
    fn last_leaf(&self, node: u32) -> u32 {
        let mut leaf = self.at(node).next(node).saturating_sub(1);
        while self.at(leaf).shape == Shape::Empty {
            let Some(previous) = leaf.checked_sub(1) else {
                break;
            };
            let before = self.at(previous);
            if !before.shape.is_block_scalar() || before.end < self.at(leaf).end {
                break;
            }
            leaf = previous;
        }
        leaf
    }

    /// Where the last content line of a block scalar ends, or with `+` its last blank line.
    pub(crate) fn block_scalar_end(&self, node: u32) -> usize {
        let raw = self.at(node);
        let range = raw.range();
        let header = self.line_end(range.start);
        let written = slice(self.source, range.start..header);
        let indicators = written.split([' ', '\t']).next().unwrap_or_default();
        let mut end = header;
        if indicators.contains('+') {
            end = line_end(self.source, range.end.saturating_sub(1).max(header));
            // The line break of the last line belongs to the scalar, so step back over it.
            return end.max(header);
        }
        let indent = self
            .decoded()
            .get(raw.link as usize)
            .filter(|_| raw.has(flag::DECODED))
            .map_or(usize::MAX, |decoded| decoded.indent as usize);
        let mut at = next_line(self.source, header);
        while at < range.end {
            let stop = line_end(self.source, at).min(range.end);
            let line = slice(self.source, at..stop);
            let spaces = line.bytes().take_while(|&byte| byte == b' ').count();
            if spaces < line.len() || spaces > indent {
                end = stop;
            }
            at = next_line(self.source, at);
        }
        end
    }

    /// Whether a block scalar that ends the text without a line break would change with one.
    pub(crate) fn breaks_at_end(&self, node: u32) -> bool {
        let leaf = self.at(self.last_leaf(node));
        if !leaf.shape.is_block_scalar()
            || self.source.ends_with('\n')
            || (leaf.end as usize) < self.source.len()
        {
            return false;
        }
        let header = slice(
            self.source,
            leaf.start as usize..line_end(self.source, leaf.start as usize),
        );
        let indicators = header.split([' ', '\t']).next().unwrap_or_default();
        !indicators.contains('-')
    }

    /// The comma after a child of a flow collection.
    pub(crate) fn comma(&self, end: usize) -> Option<usize> {
        let at = skip_gap(self.source, end);
        (byte(self.source, at) == b',').then_some(at)
    }

    /// How a block that replaces the node, at the offset, is written.
    pub(crate) fn block_style(&self, node: u32, at: usize) -> Block<'static> {
        Block {
            step: self.step(node),
            dash: self.dash(node),
            line_end: self.line_break(at),
        }
    }

    /// How a flow value in this node's place is written.
    pub(crate) fn flow_style(&self, node: u32) -> Flow<'s> {
        let json = self.is_json(node);
        let start = self.outer_start(node);
        let line = self.line_start(start);
        let first = skip_blanks(self.source, line);
        let indent = slice(self.source, line..first);
        let parent = self.parent(node);
        let flow_parent = parent.filter(|parent| self.at(*parent).shape.is_flow());
        let pretty = flow_parent
            .filter(|_| json)
            .and_then(|parent| self.pretty_step(parent, indent));
        Flow {
            json,
            tight: flow_parent.is_some_and(|parent| json && self.is_tight(parent)),
            pretty,
            indent,
            line_end: self.line_break(start),
        }
    }

    /// The step of indentation if each child of the flow collection has its own line.
    fn pretty_step(&self, parent: u32, indent: &'s str) -> Option<&'s str> {
        let first = self.children(parent).next()?;
        if !self.begins_line(self.outer_start(first)) {
            return None;
        }
        let open = self.at(parent).start as usize;
        let line = self.line_start(open);
        let outer = slice(self.source, line..skip_blanks(self.source, line));
        let step = indent.strip_prefix(outer).unwrap_or_default();
        Some(if step.is_empty() { "  " } else { step })
    }

    /// Whether the flow collection has no space after colons and commas.
    fn is_tight(&self, parent: u32) -> bool {
        if self.at(parent).shape.is_mapping() {
            let written = |(_, value): &(u32, u32)| self.at(*value).shape != Shape::Empty;
            let last = self.pairs(parent).filter(written).last();
            return last.is_some_and(|(key, value)| {
                self.outer_start(value) == self.at(key).end as usize + 1
            });
        }
        let mut items = self.children(parent);
        match (items.next(), items.next()) {
            (Some(first), Some(second)) => {
                self.outer_start(second) == self.at(first).end as usize + 1
            }
            _ => self.parent(parent).is_some_and(|above| {
                self.at(above).shape == Shape::FlowMapping && self.is_tight(above)
            }),
        }
    }
}
