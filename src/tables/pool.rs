//! What rows are made of: texts, and lists of what rows have several of.
//!
//! A built-in row has no address in it: wherever a static has one, the page that it is on is copied and written at each start
//! of the program. It has places instead, of its texts in one text and of its lists' items in one list for each type. A row of
//! the user's owns both.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt;
use std::ops::{Deref, Range};

/// A text of a row.
#[derive(Clone)]
pub(crate) enum Text {
    /// The place in the texts of the built-in rows: the first byte, and how many bytes.
    BuiltIn(u16, u16),
    Owned(Box<str>),
}

/// A list of a row.
#[derive(Clone)]
pub(crate) enum List<T> {
    /// The place in the items of this type that the built-in rows have: the first, and how many.
    BuiltIn(u16, u16),
    Owned(Box<[T]>),
}

/// What lists have.
pub(crate) trait Item: Sized + 'static {
    /// The items of all lists of built-in rows.
    fn built_in() -> &'static [Self];
}

/// The texts of the built-in rows. A test makes them of `data/`, as it makes `generated.rs`.
const TEXTS: &str = include_str!("generated.txt");

/// What they begin with: the texts of columns that a row does not set.
#[cfg(test)]
pub(super) const DEFAULTS: &str = "$namekindgroup";

fn range(first: u16, length: u16) -> Range<usize> {
    let first = usize::from(first);
    first..first + usize::from(length)
}

impl Text {
    pub(super) const EMPTY: Self = Self::BuiltIn(0, 0);
    pub(super) const ROOT: Self = Self::BuiltIn(0, 1);
    pub(super) const NAME: Self = Self::BuiltIn(1, 4);
    pub(super) const KIND: Self = Self::BuiltIn(5, 4);
    pub(super) const GROUP: Self = Self::BuiltIn(9, 5);

    /// The text, if it is the program's own.
    pub(super) fn built_in(&self) -> Option<&'static str> {
        match self {
            Self::BuiltIn(first, length) => TEXTS.get(range(*first, *length)),
            Self::Owned(_) => None,
        }
    }

    /// The text, for comparing: every object is looked up, and a part of a text costs more than one of bytes.
    pub(super) fn bytes(&self) -> &[u8] {
        match self {
            Self::BuiltIn(first, length) => {
                let bytes = TEXTS.as_bytes().get(range(*first, *length));
                bytes.unwrap_or_default()
            }
            Self::Owned(text) => text.as_bytes(),
        }
    }

    /// The text, to be kept longer than the row: one of the program's own is not copied.
    pub(super) fn kept(&self) -> Cow<'static, str> {
        let built_in = self.built_in().map(Cow::Borrowed);
        built_in.unwrap_or_else(|| Cow::Owned(self.to_string()))
    }
}

impl Deref for Text {
    type Target = str;

    fn deref(&self) -> &str {
        match self {
            Self::BuiltIn(..) => self.built_in().unwrap_or_default(),
            Self::Owned(text) => text,
        }
    }
}

impl AsRef<str> for Text {
    fn as_ref(&self) -> &str {
        self
    }
}

impl<T> List<T> {
    pub(super) const EMPTY: Self = Self::BuiltIn(0, 0);
}

#[cfg(test)]
impl<T> Default for List<T> {
    fn default() -> Self {
        Self::EMPTY
    }
}

impl<T: Item> Deref for List<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        match self {
            Self::BuiltIn(first, count) => {
                let items = T::built_in().get(range(*first, *count));
                items.unwrap_or_default()
            }
            Self::Owned(items) => items,
        }
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self::Owned(text.into())
    }
}

impl<T> From<Vec<T>> for List<T> {
    fn from(items: Vec<T>) -> Self {
        Self::Owned(items.into())
    }
}

impl<T: fmt::Debug + Item> fmt::Debug for List<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

impl PartialEq for Text {
    fn eq(&self, other: &Self) -> bool {
        self.bytes() == other.bytes()
    }
}

impl Eq for Text {}

impl PartialEq<str> for Text {
    fn eq(&self, other: &str) -> bool {
        self.bytes() == other.as_bytes()
    }
}

impl Ord for Text {
    fn cmp(&self, other: &Self) -> Ordering {
        self.bytes().cmp(other.bytes())
    }
}

impl PartialOrd for Text {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialOrd<str> for Text {
    fn partial_cmp(&self, other: &str) -> Option<Ordering> {
        Some(self.bytes().cmp(other.as_bytes()))
    }
}

#[cfg(test)]
impl<'de> serde::Deserialize<'de> for Text {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Box::deserialize(deserializer).map(Self::Owned)
    }
}

#[cfg(test)]
impl<'de, T: serde::Deserialize<'de>> serde::Deserialize<'de> for List<T> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Box::deserialize(deserializer).map(Self::Owned)
    }
}
