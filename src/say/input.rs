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

/// A gate that had nothing to look at.
pub(crate) fn nothing_to_check(sources: usize, documents: usize) -> Message {
    let number = |count: usize, one: &str| match count {
        1 => format!("1 {one}"),
        _ => format!("{count} {one}s"),
    };
    let text = format!(
        "nothing to check: no Kubernetes object in {}, {}",
        number(sources, "input"),
        number(documents, "document")
    );
    Message::new(Reason::NothingToCheck, text).help(
        "pass rendered manifests, such as `helm template CHART | set-prestop --check` or `kustomize build DIR | set-prestop --check`",
    )
}
