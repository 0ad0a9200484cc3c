//! The only room with sentences for users: the table of Reasons, and the messages.

mod message;
pub(crate) mod routes;

pub(crate) use message::nearest;
pub use message::{Message, Reason, Severity};

use set_prestop_yaml::Kind;

/// How a message names the kind of a node.
pub(crate) fn kind_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Null => "null",
        Kind::Scalar => "a scalar",
        Kind::Sequence => "a list",
        Kind::Mapping => "a mapping",
    }
}
