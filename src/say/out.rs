//! What is said of edits and patches: those that can't be made, and the comments beside those that are.

use super::{Message, Reason};
#[cfg(feature = "patches")]
use crate::model::{ObjectRef, Plan};
use lossless_yaml::EditError;

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

#[cfg(feature = "patches")]
/// An object that a patch can't name: it has no name, or another object answers to it too.
pub(crate) fn object_not_unique(object: &ObjectRef, other: Option<&ObjectRef>) -> Message {
    let text = match other {
        Some(other) if other == object => format!(
            "a patch cannot name this {}: another one has its name and namespace",
            object.kind()
        ),
        Some(other) => format!("a patch cannot tell {object} from {other}"),
        None => format!("a patch cannot name this {}", object.kind()),
    };
    Message::new(Reason::NotUnique, text).help(
        "give each object a unique name and namespace, or make patches for one environment at a time",
    )
}

#[cfg(feature = "patches")]
/// A name with characters that no name in Kubernetes has.
pub(crate) fn not_a_name(name: &str) -> Message {
    let text =
        format!("a patch cannot name `{name}`: the name has control or invisible characters");
    Message::new(Reason::NotUnique, text)
        .help("correct the name: Kubernetes allows only letters, digits, `-` and `.`")
}

#[cfg(feature = "patches")]
/// A container that a patch can't name.
pub(crate) fn container_not_unique(name: &str, index: usize) -> Message {
    let text = match name {
        "" => format!("a patch cannot name container {index}: it has no `name`"),
        _ => format!("a patch cannot name container `{name}`: another has the same name"),
    };
    Message::new(Reason::NotUnique, text).help("give each container of the pod a unique name")
}

#[cfg(feature = "patches")]
/// The first comment of patches: what they were made from, and what of it they change.
pub(crate) fn made_from(sources: &[&str], plans: &[Plan]) -> String {
    const NAMED: usize = 10;
    let mut names: Vec<String> = sources
        .iter()
        .take(NAMED)
        .map(|s| format!("`{s}`"))
        .collect();
    if let Some(more) = sources.len().checked_sub(NAMED).filter(|more| *more > 0) {
        names.push(format!("{more} more"));
    }
    let names: String = names
        .join(", ")
        .chars()
        .filter(|c| !c.is_control())
        .collect();
    let changed = plans.iter().filter(|plan| plan.changes() > 0).count();
    format!(
        "# Made by `set-prestop` from {names}: {changed} of {} workloads behind a route need a patch.\n",
        plans.len()
    )
}

#[cfg(feature = "patches")]
/// How a Component is kept right.
pub(crate) const COMPONENT: &str =
    "# To see that it still fits: kustomize build DIR | set-prestop --check\n";

#[cfg(feature = "patches")]
/// What a script says of a Pod.
pub(crate) const POD_LINE: &str =
    "no command: a running Pod cannot be updated in place; it has to be recreated";

#[cfg(feature = "patches")]
/// The last line of a script without commands.
pub(crate) fn nothing_to_patch(workloads: usize) -> String {
    format!("true # nothing to patch: set-prestop checked {workloads} workloads behind a route\n")
}

#[cfg(feature = "patches")]
/// Fields that the next `kubectl apply` sets back; none if there is no such field.
pub(crate) fn taken_back(fields: &[String]) -> Option<String> {
    (!fields.is_empty()).then(|| {
        let verb = if fields.len() == 1 {
            "it states"
        } else {
            "it states all of these:"
        };
        format!(
            "the next `kubectl apply` of its manifest takes this back, because {verb} {}",
            fields.join(", ")
        )
    })
}
