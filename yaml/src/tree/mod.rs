//! A parsed chunk and what can be asked of it, and the edits that are wanted. Data: nothing is parsed or written here.

pub(crate) mod alike;
pub(crate) mod arena;
pub(crate) mod change;
pub(crate) mod decimal;
pub(crate) mod entries;
pub(crate) mod node;
pub(crate) mod value;
