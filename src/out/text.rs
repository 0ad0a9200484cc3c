//! Messages as lines of text.

use super::place::Positions;
use crate::say::{Message, Reason};
use std::fmt;

/// Writes `name:line:column: severity[Reason] object field: text`, and what to do on a line of its own.
///
/// In a ResourceList the place is the file of the package, since nobody can open a host's stdin.
///
/// # Errors
/// Those of `out`; a `String` has none.
pub fn write_message(
    out: &mut impl fmt::Write,
    message: &Message,
    positions: &Positions<'_>,
    is_resource_list: bool,
) -> fmt::Result {
    let found = message.place.as_ref().and_then(|place| positions.of(place));
    if let Some(file) = &message.file {
        write!(out, "{}[{}]: ", file.path, file.index)?;
    } else if is_resource_list && message.reason == Reason::BadConfiguration {
        out.write_str("functionConfig: ")?;
    } else if let Some((source, at)) = found {
        write!(out, "{}:{}:{}: ", source.name, at.line, at.column)?;
    }
    writeln!(out, "{message}")?;
    if let Some(label) = &message.related
        && let Some((source, at)) = positions.of(&label.place)
    {
        writeln!(
            out,
            "  {}:{}:{}: {}",
            source.name, at.line, at.column, label.text
        )?;
    }
    match &message.help {
        Some(help) => writeln!(out, "  help: {help}"),
        None => Ok(()),
    }
}
