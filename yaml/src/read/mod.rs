//! From text to a tree: where documents and items begin, and how each of them is read.

pub(crate) mod chunk;
pub(crate) mod parse;
pub(crate) mod scratch;
pub(crate) mod simple;
