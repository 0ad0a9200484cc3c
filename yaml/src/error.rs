//! What can go wrong: text that is no YAML, and edits that can't be made without a wrong byte.

/// A chunk that is not one YAML document.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{message}")]
pub struct SyntaxError {
    /// Where in the text the reader gave up, in bytes from the start of the whole text.
    pub offset: usize,
    /// What is wrong there: lower case, no full stop.
    pub message: String,
}

/// An edit that is refused. Nothing is changed then.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EditError {
    /// The edit goes through a key that its mapping holds twice: readers differ in which one counts.
    #[error("the key `{key}` stands twice in this mapping")]
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
    /// A value that aliases share can't be given to one of its places alone.
    #[error("a shared value can't be written out in full: {reason}")]
    Shared {
        /// Byte offset of the alias, or of the value that it stands for.
        offset: usize,
        /// Why not.
        reason: &'static str,
    },
    /// U+0085, U+2028 or U+2029: a line break for YAML 1.1 and none for YAML 1.2, so readers differ. Or a
    /// carriage return without a line feed, which is one for YAML alone.
    #[error("the character U+{character:04X} is a line break for some readers alone")]
    LineBreak {
        /// Byte offset of the character.
        offset: usize,
        /// The character's code point.
        character: u32,
    },
    /// A step of the path, other than the last, is not there, or leads into something that has no such steps.
    #[error("{reason}")]
    NotAContainer {
        /// Byte offset of the node where the way ends.
        offset: usize,
        /// What was expected there.
        reason: &'static str,
    },
    /// Two of the edits speak of the same place and don't agree.
    #[error("two edits speak of the same place")]
    Conflict {
        /// Byte offset of the place.
        offset: usize,
    },
    /// The surroundings leave no place for the new text in the document's own style.
    #[error("there is no safe place to write: {reason}")]
    Unplaceable {
        /// Byte offset of the place.
        offset: usize,
        /// What is in the way.
        reason: &'static str,
    },
    /// A fault of this crate: the edited text, read again, is not what was asked for.
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
