//! Splices: disjoint replacements of byte ranges of the original text.

use std::ops::Range;

use crate::text::span::slice;

/// A range of the original text and what replaces it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Splice {
    /// The bytes of the original text that are replaced; empty if text is only added.
    pub range: Range<usize>,
    /// The text that replaces them.
    pub text: String,
}

/// The edited text in pieces. Unchanged parts are borrowed, so it can be written without a second copy.
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
