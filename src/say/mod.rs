//! The only room with sentences for users: the table of Reasons, and a function for each message.

pub(crate) mod advice;
pub(crate) mod config;
pub(crate) mod drain;
#[cfg(feature = "cli")]
pub(crate) mod explain;
pub(crate) mod input;
mod message;
pub(crate) mod out;
pub(crate) mod routes;

pub(crate) use message::{FieldChange, meant_by};
pub use message::{Label, Message, Reason, Severity, nearest};

use lossless_yaml::Kind;

/// How a message names the kind of a node.
pub(crate) fn kind_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Null => "null",
        Kind::Scalar => "a scalar",
        Kind::Sequence => "a list",
        Kind::Mapping => "a mapping",
    }
}

/// The run stops because of a message.
pub(crate) fn fail_on(limit: Severity, first: &Message) -> Message {
    let text = format!(
        "stopped because of {}[{}]: `--fail-on {limit}` is set",
        first.severity,
        first.reason.name()
    );
    Message::new(Reason::FailOn, text)
        .help("fix the cause, or change the severity of this Reason with `severity`")
}
