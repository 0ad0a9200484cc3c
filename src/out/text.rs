//! Messages as lines of text.

use super::escape::{Escaping, file_name};
use super::place::Positions;
use crate::say::{Message, Reason};
use std::fmt::{self, Write};

/// Writes `name:line:column: severity[Reason] object field: text`, and on its own line what to do.
///
/// In a ResourceList the place is the file of the package, since nobody can open a host's stdin. A stream's annotations say
/// where they like to come from, and nobody checked it.
///
/// # Errors
/// Those of `out`; a `String` has none.
pub fn write_message(
    out: &mut impl Write,
    message: &Message,
    positions: &Positions<'_>,
    is_resource_list: bool,
) -> fmt::Result {
    let found = message.place.as_ref().and_then(|place| positions.of(place));
    let file = message.file.as_ref().filter(|_| is_resource_list);
    if let Some(file) = file {
        write!(out, "{}[{}]: ", file_name(&file.path), file.index)?;
    } else if is_resource_list && message.reason == Reason::BadConfiguration {
        out.write_str("functionConfig: ")?;
    } else if let Some((source, at)) = found {
        write!(
            out,
            "{}:{}:{}: ",
            file_name(source.name),
            at.line,
            at.column
        )?;
    }
    write!(Escaping::new(out), "{message}")?;
    out.write_char('\n')?;
    if let Some(label) = &message.related
        && let Some((source, at)) = positions.of(&label.place)
    {
        let name = file_name(source.name);
        write!(out, "  {name}:{}:{}: ", at.line, at.column)?;
        write!(Escaping::new(out), "{}", label.text)?;
        out.write_char('\n')?;
    }
    if let Some(help) = &message.help {
        out.write_str("  help: ")?;
        Escaping::new(out).write_str(help)?;
        out.write_char('\n')?;
    }
    Ok(())
}
