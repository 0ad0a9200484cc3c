//! From texts to objects: documents and list items told apart, parsed, and found by kind, namespace and name.

mod function;
pub(crate) mod objects;
pub(crate) mod parallel;
mod sources;

pub(crate) use function::configure;
pub use sources::Source;
pub(crate) use sources::*;
