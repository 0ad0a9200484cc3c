//! Edits: what a place of the tree shall be, and how the text becomes so.
//!
//! ```text
//! edits ─plan→ Plan ─write, share→ splices ─finish→ edited chunk ─parse→ ─verify→ splices
//! ```

use std::borrow::Cow;

use crate::error::EditError;
use crate::node::{Raw, Shape, Tree};
use crate::parse::parse;
use crate::plan::{Plan, plan};
use crate::simple::Scratch;
use crate::span::{byte, line_start, slice};
use crate::splice::{Splice, merge, pieces};
use crate::verify::{Wrong, verify};
use crate::write::Writer;

/// A step from a node to one below it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Step {
    /// The value of a key of a mapping, by the key's text.
    Key(Cow<'static, str>),
    /// An item of a sequence, from 0.
    Index(usize),
}

/// After this the value at `path` is `value`.
///
/// Every step but the last has to be there. A last key that is absent is appended to its mapping, a last
/// index that equals the length to its sequence; a null counts as an empty mapping or sequence.
#[derive(Clone, PartialEq, Debug)]
pub struct Edit {
    /// The way from the root.
    pub path: Vec<Step>,
    /// What shall stand there.
    pub value: Value,
}

/// A value to be written.
#[derive(Clone, PartialEq, Debug)]
pub enum Value {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// An integer.
    Int(i64),
    /// A string: plain where every reader takes it for one, else in double quotes. Where a string
    /// stands already, its quotes stay.
    Str(Cow<'static, str>),
    /// A string in double quotes; where a quoted string stands already, its quotes stay.
    Quoted(Cow<'static, str>),
    /// A mapping, in this order.
    Mapping(Vec<(Cow<'static, str>, Value)>),
    /// A sequence.
    Sequence(Vec<Value>),
}

/// Makes the splices for all edits, or none.
pub(crate) fn edit(
    tree: &Tree<'_>,
    edits: &[Edit],
    scratch: &mut Scratch,
) -> Result<Vec<Splice>, EditError> {
    let plan = plan(tree, edits)?;
    if plan.is_empty() {
        return Ok(Vec::new());
    }
    refuse_line_breaks(tree)?;
    refuse_anchors(tree)?;
    let mut last = EditError::Verify {
        offset: tree.chunk.start,
        what: String::new(),
    };
    for care in [Care::Middle, Care::Whole, Care::Quoted] {
        match attempt(tree, &plan, care, scratch)? {
            Ok(splices) => return Ok(splices),
            Err(error) => last = error,
        }
    }
    Err(last)
}

/// How strings are changed. The smallest change that means the right thing is taken: whether it does, in its
/// surroundings, is seen by reading the edited text.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Care {
    /// Only the part that differs.
    Middle,
    /// The whole scalar, in its own style.
    Whole,
    /// The whole scalar; in quotes what would be a block scalar.
    Quoted,
}

/// The splices for a plan, or why the edited text is not what it should be.
fn attempt(
    tree: &Tree<'_>,
    plan: &Plan<'_>,
    care: Care,
    scratch: &mut Scratch,
) -> Result<Result<Vec<Splice>, EditError>, EditError> {
    let mut writer = Writer::new(tree, plan, care);
    writer.run()?;
    let first = writer.splices.iter().map(|draft| draft.range.start).min();
    let wrong = |what: String| EditError::Verify {
        offset: tree.chunk.start + first.unwrap_or(0),
        what,
    };
    let Some(splices) = merge(writer.splices) else {
        return Ok(Err(wrong("two splices overlap".to_owned())));
    };
    let mut edited = std::mem::take(&mut scratch.text);
    edited.clear();
    edited.extend(pieces(tree.source, &splices));
    // What is written is read by the parser whoever read what stood there, so that two readers have to agree on it.
    let nodes = std::mem::take(&mut scratch.nodes);
    let checked = match parse(&edited, 0..edited.len(), nodes) {
        Err(error) => Err(format!("the edited text is no YAML: {}", error.message)),
        Ok(new) => {
            let verified = verify(tree, plan, &new, &splices);
            let tab = tab_behind(&new, &splices);
            scratch.nodes = new.nodes;
            if let Some(offset) = tab {
                return Err(EditError::Unplaceable {
                    offset: tree.chunk.start + offset,
                    reason: "a line with a tab in its indentation follows, which some readers take behind a plain scalar alone",
                });
            }
            match verified {
                Ok(()) => Ok(()),
                Err(Wrong::Differs(what)) => Err(what),
                Err(Wrong::TooLarge) => {
                    return Err(EditError::Shared {
                        offset: tree.chunk.start,
                        reason: "merge keys within merge keys lead to more than can be compared",
                    });
                }
            }
        }
    };
    scratch.text = edited;
    Ok(checked.map_err(wrong).map(|()| {
        let shifted = splices.into_iter().map(|splice| Splice {
            range: tree.chunk.start + splice.range.start..tree.chunk.start + splice.range.end,
            text: splice.text,
        });
        shifted.collect()
    }))
}

/// The end, in the old text, of a splice behind which a blank line or a comment has a tab in its indentation, if any.
///
/// Readers of YAML 1.1 take such lines for the white space of a plain scalar before them, and refuse them behind anything
/// else, so that it matters what the splice ends with.
fn tab_behind(new: &Tree<'_>, splices: &[Splice]) -> Option<usize> {
    memchr::memchr(b'\t', new.source.as_bytes())?;
    let (mut added, mut removed) = (0, 0);
    splices.iter().find_map(|splice| {
        added += splice.text.len();
        removed += splice.range.len();
        let end = splice.range.end + added - removed;
        // Of the line that the splice ends on, what is left counts where nothing but blanks stands before it.
        let line = line_start(new.source, end);
        let begun = !slice(new.source, line..end).trim().is_empty();
        let lines = slice(new.source, line..new.source.len()).lines();
        let gap = lines.skip(usize::from(begun)).map_while(|line| {
            let text = line.trim_start_matches([' ', '\t']);
            let indent = slice(line, 0..line.len() - text.len());
            (text.is_empty() || text.starts_with('#')).then_some(indent)
        });
        let mut gap = gap.skip_while(|indent| !indent.contains('\t'));
        gap.next()?;
        let before = (0..).zip(&new.nodes).filter(|(_, raw)| {
            let leaf = !raw.shape.is_mapping() && !raw.shape.is_sequence();
            leaf && raw.start as usize <= end
        });
        // What follows inside a scalar is its own text, a block scalar's lines go on as they did, and flow takes tabs.
        let fits = before.last().is_some_and(|(index, raw): (u32, &Raw)| {
            let between = slice(new.source, raw.end as usize..end);
            raw.end as usize > end
                || raw.shape == Shape::Plain && between.trim().is_empty()
                || raw.shape.is_block_scalar()
                || new.in_flow(index)
        });
        (!fits).then_some(splice.range.end)
    })
}

/// Refuses a chunk with an anchor whose name has a character that ends it for readers of YAML 1.1: they take what follows
/// for the value (YAML 1.2.2, 6.9.2, has names of any characters but those of flow collections).
fn refuse_anchors(tree: &Tree<'_>) -> Result<(), EditError> {
    let anchors = tree.props.iter().filter_map(|props| props.anchor.clone());
    for anchor in anchors {
        let range = anchor.start as usize..anchor.end as usize;
        if slice(tree.source, range).contains([':', '?', '%', '@', '`']) {
            return Err(EditError::Unplaceable {
                offset: tree.chunk.start + anchor.start as usize,
                reason: "some readers see another anchor here, and a value that begins within its name",
            });
        }
    }
    Ok(())
}

/// Refuses a chunk with a character that is a line break in YAML 1.1 alone (YAML 1.2.2, 5.4).
///
/// Wherever it stands unescaped, in a comment too, a reader of YAML 1.1 sees another document.
fn refuse_line_breaks(tree: &Tree<'_>) -> Result<(), EditError> {
    // So is a carriage return that stands alone for readers of YAML, but not for editors and `diff`.
    let lone = memchr::memchr_iter(b'\r', tree.source.as_bytes())
        .find(|at| byte(tree.source, at + 1) != b'\n');
    if let Some(offset) = lone {
        return Err(EditError::LineBreak {
            offset: tree.chunk.start + offset,
            character: 0x0D,
        });
    }
    // Their first bytes in UTF-8; most manifests hold neither.
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
