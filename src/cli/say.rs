//! The sentences of the command itself: one function a message.

use set_prestop::{Message, Reason, Severity};
use std::path::Path;

fn bad_input(text: impl Into<String>) -> Message {
    Message::new(Reason::BadInput, text)
}

/// `--write` without files.
pub(crate) fn write_needs_files() -> Message {
    bad_input("`--write` needs files, but the input is stdin")
        .help("name files or folders, or leave out `--write` to get the result on stdout")
}

/// What to do where a path cannot be read.
pub(crate) fn unread(path: &Path) -> String {
    let name = path.to_string_lossy();
    if name.contains("://") {
        return format!("nothing is fetched: `curl -sSfL {name} | set-prestop`");
    }
    if path.is_dir() {
        return "this is a folder: name a file in it".to_owned();
    }
    match &*name {
        "check" | "lint" | "verify" | "validate" => {
            "there is no such command: `set-prestop --check FILE`".to_owned()
        }
        "diff" | "explain" | "write" | "help" | "version" => {
            format!("there is no such command: `set-prestop --{name}`")
        }
        "fix" | "apply" | "inject" => {
            "there is no such command: `set-prestop --write FILE`".to_owned()
        }
        _ => "check that the path is right and that you may use it".to_owned(),
    }
}

/// Bytes that are no text.
pub(crate) fn not_text(bytes: &[u8]) -> Message {
    let (text, help) = match bytes {
        [0x1f, 0x8b, ..] => (
            "the input is compressed (gzip)",
            "unpack it: `gzip -dc FILE | set-prestop`, or `tar -xOzf FILE` for an archive",
        ),
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => (
            "the input is UTF-16",
            "save the file as UTF-8: `iconv -f UTF-16 -t UTF-8 FILE`",
        ),
        _ => (
            "the input is not UTF-8",
            "save the file as UTF-8; binary files can't be read",
        ),
    };
    bad_input(text).help(help)
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

/// The templates of a chart in a folder.
pub(crate) fn templates_skipped(path: &Path) -> Message {
    let text = format!(
        "`{}` holds the templates of a chart and is not read",
        path.display()
    );
    Message::new(Reason::TemplatesSkipped, text)
        .help("pipe `helm template` into set-prestop to change what it renders")
}

/// A folder with a kustomization.
pub(crate) fn not_built(path: &Path) -> Message {
    let text = format!(
        "`{}` has a kustomization; its files are read as they are, not as kustomize builds them",
        path.display()
    );
    let help = format!(
        "`kustomize build {} | set-prestop` reads what is built",
        path.display()
    );
    Message::new(Reason::NotBuilt, text).help(help)
}

/// A link in a folder that leads out of it, or, with this error, nowhere.
pub(crate) fn link_not_followed(path: &Path, error: Option<&std::io::Error>) -> Message {
    let text = match error {
        None => format!(
            "`{}` is a link that leads out of the folder, and is not read",
            path.display()
        ),
        Some(error) => format!("`{}` is a link that is not read: {error}", path.display()),
    };
    Message::new(Reason::NotRead, text).help("name where it leads on the command line to read it")
}

/// A pipe, a socket or a device in a folder.
pub(crate) fn no_file(path: &Path) -> Message {
    let text = format!(
        "`{}` is not a regular file, and is not read",
        path.display()
    );
    let mut message =
        Message::new(Reason::NotRead, text).help("name it on the command line to read it");
    message.severity = Severity::Info;
    message
}
