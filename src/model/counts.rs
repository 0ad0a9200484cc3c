//! What a run found, in numbers.

use serde::Serialize;

/// What was found and changed, as the last line on stderr says it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Counts {
    /// Routes that count.
    pub routes: usize,
    /// Services that those routes lead to.
    pub services: usize,
    /// Pod templates behind those Services.
    pub workloads: usize,
    /// Fields that are written or, with `check`, would be.
    pub changes: usize,
}
