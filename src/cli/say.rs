//! The sentences of the command itself: one function a message.

use set_prestop::{Message, Reason};
use std::path::Path;

fn bad_input(text: impl Into<String>) -> Message {
    Message::new(Reason::BadInput, text)
}

/// `--write` without files.
pub(crate) fn write_needs_files() -> Message {
    bad_input("`--write` needs files, but the input is stdin")
        .help("name files or folders, or leave out `--write` to get the result on stdout")
}

/// stdout cannot be written.
pub(crate) fn stdout_failed() -> Message {
    Message::new(Reason::OutputFailed, "cannot write to stdout")
        .help("check the disk or the program that reads it; the output is incomplete")
}

/// The report cannot be written.
pub(crate) fn report_failed(path: &Path) -> Message {
    let text = format!("cannot write the report `{}`", path.display());
    Message::new(Reason::OutputFailed, text).help("name a file that can be written")
}

/// The report is one of the files that are read.
pub(crate) fn report_is_input(path: &Path) -> Message {
    bad_input(format!(
        "`--report {}` names a file that is read as input",
        path.display()
    ))
    .help("choose another file for the report")
}

/// The configuration that was found beside the files.
pub(crate) fn configuration_found(path: &Path) -> Message {
    let text = format!("using the configuration `{}`", path.display());
    Message::new(Reason::ConfigurationFound, text)
        .help("`--config FILE` uses another one, `--no-config` none")
}
