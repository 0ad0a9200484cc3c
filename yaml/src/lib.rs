#![doc = include_str!("../README.md")]

mod check;
mod edit;
mod error;
mod read;
mod text;
mod tree;

pub use edit::emit::emit_list;
pub use error::{EditError, SyntaxError};
pub use read::chunk::{
    Items, documents, documents_seen, items, may_end, may_share, outdented, split,
};
pub use read::scratch::Scratch;
pub use text::diff::unified_diff;
#[doc(hidden)]
pub use text::sort::sort_by;
pub use text::span::{Lines, Position, position};
pub use text::splice::{Splice, pieces};
pub use tree::arena::Tree;
pub use tree::change::{Edit, Step, Value};
pub use tree::decimal::Decimal;
pub use tree::node::{Kind, Node, NodeId};
