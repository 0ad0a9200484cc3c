//! The splices of an edit while it is being made.

use std::ops::Range;

use crate::edit::layout::Layout;
use crate::error::EditError;
use crate::text::sort::sort_by;
use crate::text::span::slice;
use crate::text::splice::Splice;
use smallvec::SmallVec;

/// How strings are changed. The smallest change is tried first; reading the edited text shows whether it means the
/// right thing in its surroundings.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Care {
    /// Only the part that differs.
    Middle,
    /// The whole scalar, in its own style.
    Whole,
    /// The whole scalar, in quotes instead of a block scalar.
    Quoted,
}

/// A splice that is not merged with its neighbours yet. Offsets count from the start of the chunk.
#[derive(Debug)]
struct Draft {
    range: Range<usize>,
    text: String,
    /// Depth of the collection that the text belongs to. Of two insertions at one place, the deeper comes
    /// first.
    depth: usize,
}

/// The splices that are made for one chunk.
pub(crate) struct Drafts<'w, 's> {
    pub(crate) tree: &'w Layout<'w, 's>,
    pub(crate) care: Care,
    made: SmallVec<[Draft; 2]>,
    /// Bytes that copies may still take.
    budget: usize,
}

/// Bytes that copies of shared values may take in one chunk.
const COPIES: usize = 64 * 1024;

impl<'w, 's> Drafts<'w, 's> {
    pub(crate) fn new(tree: &'w Layout<'w, 's>, care: Care) -> Self {
        Self {
            tree,
            care,
            made: SmallVec::new(),
            budget: COPIES,
        }
    }

    /// Puts text inside a line, before anything that is put after the line.
    pub(crate) fn put(&mut self, range: Range<usize>, text: String) {
        self.push(range, text, usize::MAX);
    }

    /// Puts lines that belong to a collection at this depth.
    pub(crate) fn push(&mut self, range: Range<usize>, text: String, depth: usize) {
        self.made.push(Draft { range, text, depth });
    }

    /// Where the first of them begins in the whole text.
    pub(crate) fn offset_of_first(&self) -> usize {
        let first = self.made.iter().map(|draft| draft.range.start).min();
        self.tree.chunk.start + first.unwrap_or(0)
    }

    /// What has to come between new text and a comment that is glued to what ends here.
    pub(crate) fn gap_behind(&self, end: usize) -> &'static str {
        if self.tree.is_glued(end) { " " } else { "" }
    }

    /// Takes bytes from the budget for the copy of a node.
    pub(crate) fn spend(&mut self, node: u32, bytes: usize) -> Result<(), EditError> {
        match self.budget.checked_sub(bytes) {
            Some(rest) => {
                self.budget = rest;
                Ok(())
            }
            None => Err(self.shared(node, "it is larger than 64 KiB")),
        }
    }

    /// Where a node begins in the whole text, with its anchor and tag.
    pub(crate) fn offset(&self, node: u32) -> usize {
        self.tree.chunk.start + self.tree.outer_start(node)
    }

    pub(crate) fn shared(&self, node: u32, reason: &'static str) -> EditError {
        EditError::Shared {
            offset: self.offset(node),
            reason,
        }
    }

    pub(crate) fn unplaceable(&self, node: u32, reason: &'static str) -> EditError {
        EditError::Unplaceable {
            offset: self.offset(node),
            reason,
        }
    }

    /// Refuses to align lines with a collection behind a tab, because YAML does not say how wide a tab is.
    pub(crate) fn refuse_tabs(&self, node: u32) -> Result<(), EditError> {
        let start = self.tree.at(node).start as usize;
        let line = slice(self.tree.source, self.tree.line_start(start)..start);
        if line.contains('\t') {
            return Err(self.unplaceable(node, "there is a tab before the column"));
        }
        Ok(())
    }

    /// Sorts the drafts and joins those that touch; none if they overlap.
    pub(crate) fn merge(self) -> Option<Vec<Splice>> {
        let mut drafts = self.made;
        drafts.retain(|draft| !draft.range.is_empty() || !draft.text.is_empty());
        let place = |draft: &Draft| {
            let range = &draft.range;
            (range.start, range.end, std::cmp::Reverse(draft.depth))
        };
        sort_by(&mut drafts, &mut |a, b| place(a).cmp(&place(b)));
        let mut splices: Vec<Splice> = Vec::with_capacity(drafts.len());
        for draft in drafts {
            match splices.last_mut() {
                Some(last) if last.range.end > draft.range.start => return None,
                Some(last) if last.range.end == draft.range.start => {
                    last.range.end = draft.range.end;
                    last.text.push_str(&draft.text);
                }
                _ => splices.push(Splice {
                    range: draft.range,
                    text: draft.text,
                }),
            }
        }
        // There may be many of them, so each takes only the room that it needs.
        for splice in &mut splices {
            splice.text.shrink_to_fit();
        }
        Some(splices)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::scratch::Scratch;
    use crate::tree::arena::Tree;

    #[test]
    fn drafts_that_overlap_are_no_splices_and_have_a_place() {
        let text = "x: 1\n---\na: b\n";
        let tree = Tree::parse(text, 9..text.len()).unwrap();
        let layout = Layout::new(&tree, &mut Scratch::default());
        let mut drafts = Drafts::new(&layout, Care::Middle);
        assert_eq!(drafts.offset_of_first(), 9);
        drafts.put(4..4, "c".to_owned());
        drafts.put(3..4, "d".to_owned());
        assert_eq!(drafts.offset_of_first(), 12);
        drafts.put(2..4, "e".to_owned());
        assert_eq!(drafts.merge(), None);
    }
}
