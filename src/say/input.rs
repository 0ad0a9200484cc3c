//! What is said of the input as a whole.

use super::{Message, Reason};
use crate::model::{ObjectRef, Place};
use std::sync::Arc;

/// An object of the context that is also among the manifests.
pub(crate) fn shadowed(object: &Arc<ObjectRef>, context: Place, own: Place) -> Message {
    Message::new(
        Reason::ContextShadowed,
        "is in the context and in the manifests; using the one in the manifests",
    )
    .about(object, None, Some(context))
    .related(own, "this one is used")
}
