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

mod append;
mod chunk;
mod copy;
mod diff;
mod edit;
mod error;
mod node;
mod parse;
mod plan;
mod render;
mod replace;
mod scalar;
mod simple;
mod span;
mod splice;
mod style;
mod value;
mod verify;
mod write;

pub use chunk::{Items, documents, items, outdented};
pub use diff::unified_diff;
pub use edit::{Edit, Step, Value};
pub use error::{EditError, SyntaxError};
pub use node::{Kind, Node, NodeId, Tree};
pub use render::render_entry;
pub use simple::Scratch;
pub use span::{Lines, Position, position};
pub use splice::{Splice, pieces};
