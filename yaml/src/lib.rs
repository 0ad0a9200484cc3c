//! Lossless YAML edits: nodes with byte spans, splices on the original text, checked by parsing again.
//!
//! This crate knows YAML and bytes. It does no I/O, knows nothing of Kubernetes and words no
//! messages but its own errors.
//!
//! ```text
//! text ─documents, items→ chunk ─Tree::parse→ Tree ─edit→ Splices ─pieces→ text
//!                                             └─Node, reading       └─unified_diff
//! ```
//!
//! ```
//! use lossless_yaml::{Edit, Step, Tree, Value, pieces};
//!
//! let text = "spec:\n  replicas: 2 # two\n";
//! let tree = Tree::parse(text, 0..text.len())?;
//! let path = vec![Step::Key("spec".into()), Step::Key("paused".into())];
//! let splices = tree.edit(&[Edit { path, value: Value::Bool(true) }])?;
//! let edited: String = pieces(text, &splices).collect();
//! assert_eq!(edited, "spec:\n  replicas: 2 # two\n  paused: true\n");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod check;
mod edit;
mod error;
mod read;
mod text;
mod tree;

pub use edit::emit::emit_entry;
pub use error::{EditError, SyntaxError};
pub use read::chunk::{Items, documents, items, outdented};
pub use read::scratch::Scratch;
pub use text::diff::unified_diff;
pub use text::span::{Lines, Position, position};
pub use text::splice::{Splice, pieces};
pub use tree::arena::Tree;
pub use tree::change::{Edit, Step, Value};
pub use tree::node::{Kind, Node, NodeId};
