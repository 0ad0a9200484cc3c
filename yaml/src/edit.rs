//! Edits: what a place of the tree shall be, and how the text becomes so.
//!
//! ```text
//! edits ─plan→ Plan ─write, share→ splices ─finish→ edited chunk ─parse→ ─verify→ splices
//! ```

use std::ops::Range;

use crate::error::EditError;
use crate::node::Tree;
use crate::plan::{Plan, plan};
use crate::splice::{Splice, merge, pieces};
use crate::verify::verify;
use crate::write::Writer;

/// A step from a node to one below it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Step {
    /// The value of a key of a mapping, by the key's text.
    Key(String),
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
    Str(String),
    /// A string in double quotes; where a quoted string stands already, its quotes stay.
    Quoted(String),
    /// A mapping, in this order.
    Mapping(Vec<(String, Value)>),
    /// A sequence.
    Sequence(Vec<Value>),
}

/// Makes the splices for all edits, or none.
pub(crate) fn edit(tree: &Tree<'_>, edits: &[Edit]) -> Result<Vec<Splice>, EditError> {
    let plan = plan(tree, edits)?;
    if plan.is_empty() {
        return Ok(Vec::new());
    }
    refuse_line_breaks(tree)?;
    // Where the smallest change inside a scalar turns out to mean something else, the scalar is
    // written anew.
    let (splices, what) = match attempt(tree, &plan, false)? {
        (splices, None) => (splices, None),
        _ => attempt(tree, &plan, true)?,
    };
    match what {
        None => Ok(splices),
        Some(what) => Err(EditError::Verify {
            offset: splices
                .first()
                .map_or(tree.chunk.start, |splice| splice.range.start),
            what,
        }),
    }
}

/// The splices, and what is wrong with them.
fn attempt(
    tree: &Tree<'_>,
    plan: &Plan<'_>,
    whole: bool,
) -> Result<(Vec<Splice>, Option<String>), EditError> {
    let mut writer = Writer::new(tree, plan, whole);
    writer.run()?;
    let splices = merge(writer.splices);
    let Some(splices) = splices else {
        return Ok((
            Vec::new(),
            Some("two splices touch the same bytes".to_owned()),
        ));
    };
    let edited: String = pieces(tree.source, &splices).collect();
    let what = match Tree::parse(&edited, 0..edited.len()) {
        Err(error) => Some(format!("the edited text is no YAML: {}", error.message)),
        Ok(new) => verify(tree, plan, &new, &splices).err(),
    };
    let shift = |range: Range<usize>| tree.chunk.start + range.start..tree.chunk.start + range.end;
    let splices = splices
        .into_iter()
        .map(|splice| Splice {
            range: shift(splice.range),
            text: splice.text,
        })
        .collect();
    Ok((splices, what))
}

/// Refuses a chunk with a character that is a line break in YAML 1.1 alone (YAML 1.2.2, 5.4).
///
/// Wherever it stands unescaped, in a comment too, a reader of YAML 1.1 sees another document.
fn refuse_line_breaks(tree: &Tree<'_>) -> Result<(), EditError> {
    let mut found = tree
        .source
        .match_indices(['\u{85}', '\u{2028}', '\u{2029}']);
    match found.next() {
        None => Ok(()),
        Some((offset, text)) => Err(EditError::LineBreak {
            offset: tree.chunk.start + offset,
            character: text.chars().next().map_or(0, u32::from),
        }),
    }
}
