//! Buffers for reading and editing many chunks.

use crate::tree::arena::{Raw, Short};

/// Buffers that one chunk after another uses, so that only what is kept is allocated.
#[derive(Default, Debug)]
pub struct Scratch {
    pub(crate) nodes: Vec<Raw>,
    pub(super) shorts: Vec<Short>,
    pub(super) open: Vec<Open>,
    /// For edited texts.
    pub(crate) text: String,
    /// For excerpts of old texts.
    pub(crate) excerpt: (String, Vec<Raw>),
    /// For what has to be known of a text that is edited.
    pub(crate) parents: Vec<u32>,
}

/// A block collection that more lines may belong to.
#[derive(Debug)]
pub(super) struct Open {
    pub(super) index: usize,
    pub(super) column: usize,
    pub(super) is_list: bool,
    /// Where the value of the last key or dash would stand if it is empty; none once there is a value.
    pub(super) awaits: Option<usize>,
}
