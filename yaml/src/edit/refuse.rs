//! Texts that readers disagree on, so that no edit of them is safe.

use crate::edit::layout::Layout;
use crate::error::EditError;
use crate::read::scratch::Scratch;
use crate::text::span::{byte, line_start, slice};
use crate::text::splice::Splice;
use crate::tree::arena::{Raw, Shape, Tree};

/// The end, in the old text, of a splice that a blank line or a comment with a tab in its indentation follows, if any.
///
/// After a plain scalar, readers of YAML 1.1 take such lines for white space, if the tab is right of the column of the collection
/// that the scalar is in. After anything else they refuse them, so it matters what the splice ends with, and how deep.
pub(super) fn tab_behind(new: &Tree<'_>, splices: &[Splice]) -> Option<usize> {
    memchr::memchr(b'\t', new.source.as_bytes())?;
    let (mut added, mut removed) = (0, 0);
    splices.iter().find_map(|splice| {
        added += splice.text.len();
        removed += splice.range.len();
        let end = splice.range.end + added - removed;
        // The rest of the line that the splice ends on counts if there are only blanks before it.
        let line = line_start(new.source, end);
        let begun = !slice(new.source, line..end).trim().is_empty();
        let lines = slice(new.source, line..new.source.len()).lines();
        let gap = lines.skip(usize::from(begun)).map_while(|line| {
            let text = line.trim_start_matches([' ', '\t']);
            let indent = slice(line, 0..line.len() - text.len());
            (text.is_empty() || text.starts_with('#')).then_some(indent)
        });
        let tab = gap.filter_map(|indent| indent.find('\t')).min()?;
        let before = (0..).zip(new.nodes.iter()).filter(|(_, raw)| {
            let leaf = !raw.shape.is_collection();
            leaf && raw.start as usize <= end
        });
        // Inside a scalar the lines are its text, after a block scalar nothing changes, and flow collections allow tabs.
        let fits = before.last().is_some_and(|(index, raw): (u32, Raw)| {
            let between = slice(new.source, raw.end as usize..end);
            raw.end as usize > end
                || raw.shape == Shape::Plain
                    && between.trim().is_empty()
                    && column_of_entry(new.source, raw.start as usize) < tab
                || raw.shape.is_block_scalar()
                || Layout::new(new, &mut Scratch::default()).in_flow(index)
        });
        (!fits).then_some(splice.range.end)
    })
}

/// The column of the key or dash before a scalar on its line; its own column if it is alone there, which is further right.
fn column_of_entry(source: &str, scalar: usize) -> usize {
    let before = slice(source, line_start(source, scalar)..scalar);
    let mut column = 0;
    loop {
        let rest = slice(before, column..before.len());
        column += rest.len() - rest.trim_start_matches(' ').len();
        match slice(before, column..before.len()).strip_prefix("- ") {
            // A scalar that is an item has the dash before it alone.
            Some(rest) if !rest.trim().is_empty() => column += 1,
            _ => return column,
        }
    }
}

/// Refuses a chunk with an anchor whose name ends earlier for readers of YAML 1.1: they take the rest of it for the
/// value, or refuse it. With a quote or a `#` in it, a part of it looks like a text or a comment. (YAML 1.2.2, 6.9.2,
/// allows all characters but those of flow collections.)
pub(super) fn refuse_anchors(tree: &Tree<'_>) -> Result<(), EditError> {
    let anchors = tree
        .all_props()
        .iter()
        .filter_map(|props| props.anchor.clone());
    for anchor in anchors {
        let range = anchor.start as usize..anchor.end as usize;
        if slice(tree.source, range).contains([':', '?', '%', '@', '`', '\'', '"', '#']) {
            return Err(EditError::Unplaceable {
                offset: tree.chunk.start + anchor.start as usize,
                reason: "some YAML readers end the name of this anchor earlier, and read the rest as the value or reject it",
            });
        }
    }
    Ok(())
}

/// Refuses a chunk with a flow collection that readers of YAML 1.1 understand otherwise: in `{?a, b:, !!str :c}` they see the keys
/// `a` and `b:`, and one that is empty. (YAML 1.2.2, 7.3.3, allows `?` and `:` before a word, and ends a word at a colon before a comma
/// or bracket.) A word with a colon before it that has neither a tag nor an anchor is a fault to them.
pub(super) fn refuse_flow_marks(tree: &Layout<'_, '_>) -> Result<(), EditError> {
    // Most chunks have none of these, and are not looked at any closer.
    let bytes = tree.source.as_bytes();
    let pairs = bytes.iter().zip(bytes.get(1..).unwrap_or_default());
    let marks = pairs.map(|(byte, next)| {
        (*byte == b'?') | (*byte == b':') & matches!(*next, b',' | b']' | b'}')
    });
    let any = marks.fold(bytes.last() == Some(&b'?'), |any, mark| any | mark);
    if tree.all_props().is_empty() && !any {
        return Ok(());
    }
    let words = (0..)
        .zip(tree.nodes.iter())
        .filter(|(_, raw)| raw.shape == Shape::Plain);
    for (index, raw) in words {
        let (start, end) = (raw.start as usize, raw.end as usize);
        let closes = || matches!(byte(tree.source, end + 1), b',' | b']' | b'}');
        let first = byte(tree.source, start);
        let reason = if first == b'?' && tree.in_flow(index) {
            "some YAML readers treat this `?` as a key indicator, not as part of the word"
        } else if first == b':' && tree.props(index).is_some() && tree.in_flow(index) {
            "some YAML readers treat this `:` as a value indicator, not as part of the word"
        } else if byte(tree.source, end) == b':' && closes() {
            "some YAML readers treat this `:` as part of the word"
        } else {
            continue;
        };
        return Err(EditError::Unplaceable {
            offset: tree.chunk.start + start,
            reason,
        });
    }
    Ok(())
}

/// Refuses a chunk with a control character (YAML 1.2.2, 5.1).
///
/// No reader has to take it, and the parser itself sees it in some comments and passes it over in others.
pub(super) fn refuse_control_characters(tree: &Tree<'_>) -> Result<(), EditError> {
    let is_control = |byte: &u8| *byte < b' ' && !matches!(byte, b'\t' | b'\n' | b'\r');
    match tree.source.as_bytes().iter().position(is_control) {
        None => Ok(()),
        Some(at) => Err(EditError::Unplaceable {
            offset: tree.chunk.start + at,
            reason: "YAML readers refuse this control character",
        }),
    }
}

/// Refuses a chunk with a character that is a line break in YAML 1.1 only (YAML 1.2.2, 5.4).
///
/// Wherever it is unescaped, even in a comment, a reader of YAML 1.1 sees another document.
pub(super) fn refuse_line_breaks(tree: &Tree<'_>) -> Result<(), EditError> {
    // A carriage return alone is a line break for readers of YAML, but not for editors and `diff`.
    let lone = memchr::memchr_iter(b'\r', tree.source.as_bytes())
        .find(|at| byte(tree.source, at + 1) != b'\n');
    if let Some(offset) = lone {
        return Err(EditError::LineBreak {
            offset: tree.chunk.start + offset,
            character: 0x0D,
        });
    }
    // Their first bytes in UTF-8; most manifests have neither.
    let starts = memchr::memchr2_iter(0xC2, 0xE2, tree.source.as_bytes());
    let mut found = starts.filter_map(|at| {
        let character = slice(tree.source, at..tree.source.len()).chars().next()?;
        matches!(character, '\u{85}' | '\u{2028}' | '\u{2029}').then_some((at, character))
    });
    match found.next() {
        None => Ok(()),
        Some((offset, character)) => Err(EditError::LineBreak {
            offset: tree.chunk.start + offset,
            character: character.into(),
        }),
    }
}
