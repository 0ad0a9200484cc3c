//! What a run found, in numbers.

/// What was found and changed, as the last line on stderr says it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Routes that count.
    pub routes: usize,
    /// Services that they lead to.
    pub services: usize,
    /// Pod templates behind those.
    pub workloads: usize,
    /// Fields that are written, or with `check` would be.
    pub changes: usize,
}
