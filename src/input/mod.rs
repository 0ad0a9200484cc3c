//! From texts to objects: splits documents and list items, parses them, and finds objects by kind, namespace and name.

mod function;
mod no_objects;
pub(crate) mod objects;
pub(crate) mod parallel;
mod sources;

pub(crate) use function::configure;
pub(crate) use no_objects::{no_objects, nothing_to_check};
pub use sources::Source;
pub(crate) use sources::*;
