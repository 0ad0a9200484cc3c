//! What a workload behind a route needs so that it can drain: its hooks and its grace period.

pub(crate) mod advice;
pub(crate) mod budget;
pub(crate) mod decide;
pub(crate) mod hook;
mod keys;
mod windows;

use crate::say::Message;
use std::ops::Range;

/// A message, and the bytes that it is about.
type Told = (Message, Range<usize>);
