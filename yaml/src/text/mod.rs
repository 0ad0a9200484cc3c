//! Text as bytes: places, lines, splices and their diff. It knows no YAML but the marks of comments.

pub(crate) mod diff;
pub(crate) mod sort;
pub(crate) mod span;
pub(crate) mod splice;
