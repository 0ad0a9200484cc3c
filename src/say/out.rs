//! What is said of edits that can't be made.

use super::{Message, Reason};
use set_prestop_yaml::EditError;

/// The check after an edit failed.
pub(crate) fn bug(error: &EditError) -> Message {
    Message::new(Reason::Bug, format!("the check after the edit failed: {error}")).help(
        "this is a bug in set-prestop; nothing was written. Please report it and attach this resource",
    )
}

/// An edit that the editor refuses.
pub(crate) fn edit_refused(error: &EditError) -> Message {
    Message::new(Reason::EditRefused, error.to_string()).help(
        "rewrite this part of the manifest, or annotate the workload with `set-prestop.dev/inject: disabled`",
    )
}

/// `results` of a ResourceList that cannot be written.
pub(crate) fn results_refused(error: &EditError) -> Message {
    let text = format!("cannot write `results`: {error}");
    Message::new(Reason::EditRefused, text)
        .help("write `results` of the ResourceList as a plain list")
        .field("results")
}
