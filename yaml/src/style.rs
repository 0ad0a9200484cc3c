//! How the neighbours of a place are written: columns, indent step, dashes, line ends, JSON.

use crate::node::{Shape, Tree};
use crate::span::{byte, line_end, next_line, skip_blanks, skip_gap, slice};

/// The step where a document shows none.
const STEP: usize = 2;

/// The line breaks of a chunk.
#[derive(Debug)]
pub(crate) struct Breaks {
    /// Where the lines but the first begin.
    starts: Vec<u32>,
    /// The first line break of the text around the chunk.
    around: &'static str,
}

impl Tree<'_> {
    /// The collections around a node, the outermost first, and the node itself last.
    pub(crate) fn lineage(&self, node: u32) -> Vec<u32> {
        let mut lineage = Vec::with_capacity(16);
        lineage.extend(self.ancestors(node));
        lineage.reverse();
        lineage
    }

    /// A node and the collections around it, the outermost last.
    fn ancestors(&self, node: u32) -> impl Iterator<Item = u32> + '_ {
        std::iter::successors(Some(node), |at| self.parent(*at))
    }

    /// The collection that a node stands in as a key, a value or an item.
    pub(crate) fn parent(&self, node: u32) -> Option<u32> {
        let parents = self.parents.get_or_init(|| {
            // The collections around the node that is next in the text, each with the node behind it.
            let mut open: Vec<(u32, u32)> = Vec::with_capacity(16);
            let parents = (0..).zip(&self.nodes).map(|(index, raw)| {
                while open.pop_if(|(_, end)| *end <= index).is_some() {}
                let parent = open.last().map_or(u32::MAX, |(parent, _)| *parent);
                if raw.shape.is_mapping() || raw.shape.is_sequence() {
                    open.push((index, raw.next));
                }
                parent
            });
            parents.collect()
        });
        let parent = parents.get(node as usize).copied();
        parent.filter(|parent| *parent != u32::MAX)
    }

    pub(crate) fn depth(&self, node: u32) -> usize {
        self.ancestors(node).count()
    }

    /// Whether the node stands inside a flow collection.
    pub(crate) fn in_flow(&self, node: u32) -> bool {
        self.parent(node)
            .is_some_and(|parent| self.at(parent).shape.is_flow())
    }

    /// Where the line of an offset begins. All lines are found at once: a whole text may stand on one.
    pub(crate) fn line_start(&self, offset: usize) -> usize {
        let (starts, after) = self.lines_until(offset);
        let start = after.checked_sub(1).and_then(|at| starts.get(at));
        start.map_or(0, |start| *start as usize)
    }

    /// Where the line of an offset ends, before its line break.
    pub(crate) fn line_end(&self, offset: usize) -> usize {
        let (starts, after) = self.lines_until(offset);
        match starts.get(after) {
            Some(next) => line_end(self.source, *next as usize - 1),
            None => self.source.len(),
        }
    }

    /// The starts of all lines but the first, and how many of them are not after the offset.
    fn lines_until(&self, offset: usize) -> (&[u32], usize) {
        let starts = &self.lines().starts;
        let after = starts.partition_point(|start| *start as usize <= offset);
        (starts, after)
    }

    fn lines(&self) -> &Breaks {
        self.lines.get_or_init(|| {
            let breaks = memchr::memchr_iter(b'\n', self.source.as_bytes());
            let before = slice(self.text, 0..self.chunk.start);
            let around = if before.is_empty() { self.text } else { before };
            let first = slice(around, 0..next_line(around, 0));
            // Manifests have lines of some thirty bytes.
            let mut starts = Vec::with_capacity(self.source.len() / 24 + 1);
            starts.extend(breaks.filter_map(|at| u32::try_from(at + 1).ok()));
            Breaks {
                starts,
                around: if first.ends_with("\r\n") {
                    "\r\n"
                } else {
                    "\n"
                },
            }
        })
    }

    /// The column of an offset in bytes from 0; a byte order mark counts as none.
    pub(crate) fn column(&self, offset: usize) -> usize {
        let start = self.line_start(offset);
        let line = slice(self.source, start..offset);
        line.trim_start_matches('\u{FEFF}').len()
    }

    /// Whether nothing but white space stands before the offset on its line.
    pub(crate) fn begins_line(&self, offset: usize) -> bool {
        let line = slice(self.source, self.line_start(offset)..offset);
        line.trim_start_matches(['\u{FEFF}', ' ', '\t']).is_empty()
    }

    /// Whether nothing but white space and a comment follows on the line.
    pub(crate) fn ends_line(&self, offset: usize) -> bool {
        let at = skip_blanks(self.source, offset);
        matches!(byte(self.source, at), b'\n' | b'\r' | 0) || self.has_comment(offset)
    }

    /// Whether a comment follows on the line, after white space.
    pub(crate) fn has_comment(&self, offset: usize) -> bool {
        let at = skip_blanks(self.source, offset);
        at > offset && byte(self.source, at) == b'#'
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
            return self.lines().around;
        };
        if near { "\r\n" } else { "\n" }
    }

    /// Columns from a key to the keys below it, as the nearest mapping around shows it.
    pub(crate) fn step(&self, node: u32) -> usize {
        let between = |mapping: u32, value: u32| {
            let below = self.at(value);
            let nested =
                below.shape == Shape::BlockMapping && self.begins_line(below.start as usize);
            let column = self.column(self.at(mapping).start as usize);
            let step = self.column(below.start as usize).checked_sub(column)?;
            (nested && step > 0).then_some(step)
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
        let lineage = self.lineage(node);
        let mut around = lineage.iter().enumerate().rev();
        let near = around.find_map(|(at, mapping)| shown(*mapping, lineage.get(at + 1).copied()));
        near.or_else(|| self.indexes().find_map(|at| shown(at, None)))
            .unwrap_or(STEP)
    }

    /// Columns from a key to the dashes below it, as the nearest list around shows it; without any list
    /// none, which is how kubectl writes.
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
        let lineage = self.lineage(node);
        let above = lineage.iter().zip(lineage.iter().skip(1)).rev();
        let near = above
            .into_iter()
            .find_map(|(mapping, list)| shown(*mapping, *list));
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

    /// Whether the flow collections around a node are JSON: every key, or every item of a list, stands
    /// in double quotes.
    pub(crate) fn is_json(&self, node: u32) -> bool {
        for at in self.ancestors(node) {
            let raw = self.at(at);
            if raw.shape == Shape::FlowMapping && raw.next > at + 1 {
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

    /// Where the last line of the node's own text ends, its comment included: before the line break that
    /// the next line may be put after.
    pub(crate) fn last_line_end(&self, node: u32) -> usize {
        let leaf = self.last_leaf(node);
        if self.at(leaf).shape.is_block_scalar() {
            self.block_scalar_end(leaf)
        } else {
            self.line_end(self.at(node).end as usize)
        }
    }

    /// The last node below this one, or itself, that stands in the text: an empty one after a block scalar
    /// does not.
    fn last_leaf(&self, node: u32) -> u32 {
        let mut leaf = self.at(node).next.saturating_sub(1);
        while leaf > node && self.at(leaf).shape == Shape::Empty {
            let before = self.at(leaf - 1);
            if !before.shape.is_block_scalar() || before.end < self.at(leaf).end {
                break;
            }
            leaf -= 1;
        }
        leaf
    }

    /// Where the last content line of a block scalar ends; with `+` the last of the blank lines.
    pub(crate) fn block_scalar_end(&self, node: u32) -> usize {
        let raw = self.at(node);
        let range = raw.range();
        let header = self.line_end(range.start);
        let written = slice(self.source, range.start..header);
        let indicators = written.split([' ', '\t']).next().unwrap_or_default();
        let mut end = header;
        if indicators.contains('+') {
            end = line_end(self.source, range.end.saturating_sub(1).max(header));
            // A line break of the last line belongs to the scalar: step before it.
            return end.max(header);
        }
        let indent = self
            .decoded
            .get(raw.aux as usize)
            .filter(|_| raw.has(crate::node::flag::DECODED))
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
}
