//! Everything that is made of plans and messages.

pub(crate) mod explain;
#[cfg(feature = "json")]
pub(crate) mod json;
pub(crate) mod manifests;
pub(crate) mod place;
pub(crate) mod results;
pub(crate) mod text;
