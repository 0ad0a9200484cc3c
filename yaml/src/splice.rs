//! Splices: what becomes of the original text, as disjoint replacements of byte ranges.

use std::ops::Range;

use crate::span::slice;

/// A range of the original text and what stands there after the edit.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Splice {
    /// Bytes of the original text that go; empty where text is only added.
    pub range: Range<usize>,
    /// What comes in their place.
    pub text: String,
}

/// The edited text in pieces, the original parts borrowed: for writing without a second copy.
///
/// `splices` are those of [`Tree::edit`](crate::Tree::edit), of one chunk or of several in order.
pub fn pieces<'a>(text: &'a str, splices: &'a [Splice]) -> impl Iterator<Item = &'a str> {
    let starts = splices.iter().map(|splice| splice.range.start);
    let ends = splices.iter().map(|splice| splice.range.end);
    let kept = std::iter::once(0)
        .chain(ends)
        .zip(starts.chain(std::iter::once(text.len())))
        .map(|(from, to)| slice(text, from..to));
    let added = splices
        .iter()
        .map(|splice| splice.text.as_str())
        .chain(std::iter::once(""));
    kept.zip(added)
        .flat_map(|(kept, added)| [kept, added])
        .filter(|piece| !piece.is_empty())
}

/// A splice in the making, with offsets in the chunk.
#[derive(Debug)]
pub(crate) struct Draft {
    pub(crate) range: Range<usize>,
    pub(crate) text: String,
    /// Depth of the collection that the text goes into: of two insertions at one place, the deeper
    /// stands first.
    pub(crate) depth: usize,
}

/// Sorts the drafts and joins those that touch; none if they overlap.
pub(crate) fn merge(mut drafts: Vec<Draft>) -> Option<Vec<Splice>> {
    drafts.retain(|draft| !draft.range.is_empty() || !draft.text.is_empty());
    drafts.sort_by_key(|draft| {
        let range = &draft.range;
        (range.start, range.end, std::cmp::Reverse(draft.depth))
    });
    let mut splices: Vec<Splice> = Vec::new();
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
    Some(splices)
}
