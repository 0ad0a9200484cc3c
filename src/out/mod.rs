//! Everything that is made of plans and messages.

pub(crate) mod escape;
pub(crate) mod explain;
#[cfg(feature = "cli")]
pub(crate) mod github;
#[cfg(feature = "json")]
pub(crate) mod json;
pub(crate) mod manifests;
pub(crate) mod place;
pub(crate) mod results;
#[cfg(feature = "cli")]
pub(crate) mod sarif;
#[cfg(feature = "cli")]
pub(crate) mod snippet;
pub(crate) mod text;
