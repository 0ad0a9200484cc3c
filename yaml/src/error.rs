//! What can go wrong: a text that is not YAML, and an edit that is refused.

/// A chunk that is not one YAML document.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{message}")]
pub struct SyntaxError {
    /// Where in the text the reader gave up, in bytes from the start of the whole text.
    pub offset: usize,
    /// What is wrong, in lower case and without a full stop.
    pub message: String,
}

/// Why an edit is refused. Nothing is changed.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EditError {
    /// The path goes through a key that its mapping has twice. Readers differ in which one counts.
    #[error("this mapping has the key `{key}` twice")]
    DuplicateKey {
        /// Byte offset of the last of the doubled keys.
        offset: usize,
        /// The doubled key.
        key: String,
    },
    /// The edit would replace or copy a value with a tag, whose meaning only its reader knows.
    #[error("a tagged value can't be edited")]
    Tagged {
        /// Byte offset of the tagged value.
        offset: usize,
    },
    /// A value that aliases share can't be changed for one of them alone.
    #[error("a shared value can't be copied: {reason}")]
    Shared {
        /// Byte offset of the alias, or of the value that it refers to.
        offset: usize,
        /// Why not.
        reason: &'static str,
    },
    /// The text has a character that ends a line for some readers only: U+0085, U+2028 or U+2029 (YAML 1.1), or a
    /// carriage return without a line feed (YAML, but not editors and `diff`).
    #[error("the character U+{character:04X} is a line break for some readers only")]
    LineBreak {
        /// Byte offset of the character.
        offset: usize,
        /// The character's code point.
        character: u32,
    },
    /// A step of the path is missing, other than the last, or leads into a value that has no such steps.
    #[error("{reason}")]
    NotAContainer {
        /// Byte offset of the node where the path ends.
        offset: usize,
        /// What was expected instead.
        reason: &'static str,
    },
    /// Two of the edits contradict each other.
    #[error("two edits speak of the same place")]
    Conflict {
        /// Byte offset of the place.
        offset: usize,
    },
    /// There is no place for the new text in the style of the document.
    #[error("there is no safe place to write: {reason}")]
    Unplaceable {
        /// Byte offset of the place.
        offset: usize,
        /// What is in the way.
        reason: &'static str,
    },
    /// A fault of this crate: the edited text, read again, does not mean what the edits ask for.
    #[error("the check after the edit failed: {what}")]
    Verify {
        /// Byte offset of the first edited place.
        offset: usize,
        /// What differs.
        what: String,
    },
}

impl EditError {
    /// The place in the original text that the error is about, in bytes.
    #[must_use]
    pub fn offset(&self) -> usize {
        match self {
            Self::DuplicateKey { offset, .. }
            | Self::Tagged { offset }
            | Self::Shared { offset, .. }
            | Self::LineBreak { offset, .. }
            | Self::NotAContainer { offset, .. }
            | Self::Conflict { offset }
            | Self::Unplaceable { offset, .. }
            | Self::Verify { offset, .. } => *offset,
        }
    }
}
