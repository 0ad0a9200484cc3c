//! Edits: what a place of the tree shall be, and how the text becomes so.

use crate::error::EditError;
use crate::node::Tree;
use crate::splice::Splice;

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
    /// A string: plain where every reader takes it for one, else in double quotes.
    Str(String),
    /// A string in double quotes.
    Quoted(String),
    /// A mapping, in this order.
    Mapping(Vec<(String, Value)>),
    /// A sequence.
    Sequence(Vec<Value>),
}

pub(crate) fn edit(tree: &Tree<'_>, edits: &[Edit]) -> Result<Vec<Splice>, EditError> {
    let _ = (tree, edits);
    Ok(Vec::new())
}
