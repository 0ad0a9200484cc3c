//! What is said of the configuration.

use super::{Message, Reason};

/// A row of the user's that is wrong.
pub(crate) fn row(column: &str, text: &str) -> Message {
    Message::new(Reason::BadConfiguration, text)
        .field(format!("spec.{column}"))
        .help("correct this column of the row; docs/routes.md shows the built-in rows")
}
