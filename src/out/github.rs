//! Messages as workflow commands of GitHub Actions, whose runner turns them into annotations of a pull request.

use super::escape::escaped;
use super::place::Positions;
use super::text::write_message;
use crate::say::{Message, Severity};
use std::fmt::{self, Write};

/// Writes `::warning file=…,line=…,col=…,title=…::object: text` on a line. An info is a plain line of the log,
/// because a runner shows at most ten annotations of each severity.
///
/// # Errors
/// Those of `out`; a `String` has none.
pub fn write_command(
    out: &mut impl Write,
    message: &Message,
    positions: &Positions<'_>,
) -> fmt::Result {
    let command = match message.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Advice => "notice",
        Severity::Info | Severity::Ignore => {
            return write_message(out, message, positions, false);
        }
    };
    write!(out, "::{command} ")?;
    let found = message.place.as_ref().and_then(|place| positions.of(place));
    if let Some((source, at)) = found {
        let name = source.name.strip_prefix("./").unwrap_or(source.name);
        let (file, line, column) = (property(name), at.line, at.column);
        write!(out, "file={file},line={line},col={column},")?;
        if let Some(end) = message
            .place
            .as_ref()
            .and_then(|place| positions.end(place))
        {
            // The runner accepts columns only if a place is on one line.
            if end.line == line {
                write!(out, "endColumn={},", end.column)?;
            }
        }
    }
    write!(out, "title={}::", message.reason.name())?;
    if let Some(object) = &message.object {
        out.write_str(&data(&format!("{object}: ")))?;
    }
    out.write_str(&data(&message.text))?;
    if let Some(help) = &message.help {
        write!(out, "%0Ahelp: {}", data(help))?;
    }
    out.write_char('\n')
}

/// A text as the runner reads it (actions/runner, `ActionCommand.cs`).
fn data(text: &str) -> String {
    let text = escaped(text).replace('%', "%25");
    text.replace('\r', "%0D").replace('\n', "%0A")
}

/// A value of a command's property, as the runner reads it.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
