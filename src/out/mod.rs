//! Everything that is made of plans and messages.

pub(crate) mod explain;
pub(crate) mod manifests;
pub(crate) mod results;
