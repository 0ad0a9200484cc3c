//! All outputs, made from plans and messages.

#[cfg(feature = "patches")]
pub(crate) mod diff;
pub(crate) mod escape;
#[cfg(feature = "cli")]
pub(crate) mod explain;
#[cfg(feature = "cli")]
pub(crate) mod github;
#[cfg(feature = "json")]
pub(crate) mod json;
#[cfg(feature = "patches")]
pub(crate) mod kubectl;
#[cfg(feature = "patches")]
pub(crate) mod kustomize;
pub(crate) mod manifests;
#[cfg(feature = "patches")]
pub(crate) mod patch;
#[cfg(feature = "patches")]
pub(crate) mod patched;
pub(crate) mod place;
pub(crate) mod results;
#[cfg(feature = "cli")]
pub(crate) mod sarif;
#[cfg(feature = "cli")]
pub(crate) mod snippet;
pub(crate) mod text;
pub(crate) mod value;
#[cfg(feature = "cli")]
mod wrap;
#[cfg(feature = "json")]
pub(crate) mod writer;
