//! The sentences of the command itself: one function a message.

use set_prestop::{Message, Reason, Severity, nearest};
use std::path::{Path, PathBuf};

fn bad_input(text: impl Into<String>) -> Message {
    Message::new(Reason::BadInput, text)
}

/// `-f`, which users of kubectl type before a file.
pub(crate) fn filename(files: &[String]) -> String {
    let files = match files {
        [] => "FILE".to_owned(),
        files => files.join(" "),
    };
    format!("there is no `-f`; files are plain arguments: `set-prestop {files}`")
}

/// `--dry-run`, which users of kubectl type.
pub(crate) const DRY_RUN: &str = "there is no `--dry-run`; without `--write` no file is changed, and `--diff` shows what would change";

/// `--write` without files.
pub(crate) fn write_needs_files() -> Message {
    bad_input("`--write` needs files, but the input is stdin")
        .help("name files or folders, or leave out `--write` to get the result on stdout")
}

const CHECK_PATH: &str = "check that the path is right and that you may use it";

/// What the system refuses while inputs are read.
pub(crate) fn unusable(error: &anyhow::Error) -> Message {
    bad_input(format!("{error:#}")).help(CHECK_PATH)
}

/// A file cannot be written; `denied` if a right is missing.
pub(crate) fn unwritten(error: &anyhow::Error, denied: bool) -> Message {
    Message::new(Reason::OutputFailed, format!("{error:#}")).help(if denied {
        "make the file and its folder writable, and run again"
    } else {
        "correct that and run again; files that were already replaced will not change"
    })
}

/// A path that cannot be read.
pub(crate) fn unread(path: &Path, error: &std::io::Error) -> Message {
    let text = format!("cannot read `{}`: {error}", path.display());
    bad_input(text).help(instead(path))
}

/// What to do where a path cannot be read.
fn instead(path: &Path) -> String {
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
        "short" | "full" => format!("did you mean `--explain={name}`?"),
        "yes" | "no" | "true" | "false" => {
            "a flag with a value is written with `=`, as `--check=true`".to_owned()
        }
        _ => match neighbour(path) {
            Some(near) => format!("did you mean `{}`?", near.display()),
            None => CHECK_PATH.to_owned(),
        },
    }
}

/// The entry of the same folder whose name is nearest to that of a missing one.
fn neighbour(path: &Path) -> Option<PathBuf> {
    if path.exists() {
        return None;
    }
    let name = path.file_name()?.to_str()?;
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let entries = std::fs::read_dir(folder.unwrap_or(Path::new("."))).ok()?;
    let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let mut names: Vec<String> = names.take(1000).collect();
    names.sort_unstable();
    let near = nearest(name, names.iter().map(String::as_str))?;
    Some(path.with_file_name(near))
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

/// Context by stdin.
pub(crate) fn context_from_stdin() -> Message {
    bad_input("the context cannot be read from stdin")
        .help("write it to a file, and name that file with `--context`")
}

/// A named file that holds nothing.
pub(crate) fn empty_file() -> Message {
    Message::new(Reason::EmptyFile, "the file is empty (0 bytes)").help(
        "to edit in place use `--write`; `set-prestop FILE > FILE` empties the file before it is read",
    )
}

/// A folder without manifests.
pub(crate) fn empty_folder(path: &Path) -> Message {
    let text = format!(
        "`{}` has no manifests (`.yaml`, `.yml` or `.json`)",
        path.display()
    );
    Message::new(Reason::EmptyFile, text).help("check that this is the right folder")
}

/// A configuration without a setting.
pub(crate) fn sets_nothing(path: &Path) -> Message {
    let text = format!("the configuration `{}` sets nothing", path.display());
    let mut message = Message::new(Reason::Unused, text)
        .help("write settings below `spec`, or below `data` in a ConfigMap");
    message.severity = Severity::Info;
    message
}

/// The templates of a chart.
pub(crate) fn templates_skipped(path: &Path) -> Message {
    let chart = path.parent().unwrap_or(path).display();
    let text = format!(
        "`{}` holds the templates of a chart and is not read",
        path.display()
    );
    Message::new(Reason::TemplatesSkipped, text).help(format!(
        "`--render {chart}`, or `helm template {chart} | set-prestop`, reads what is rendered"
    ))
}

/// A folder with a kustomization.
pub(crate) fn not_built(path: &Path) -> Message {
    let path = path.display();
    let text = format!(
        "`{path}` has a kustomization; its files are read as they are, not as kustomize builds them"
    );
    let help = format!(
        "`--render {path}`, or `kustomize build {path} | set-prestop`, reads what is built"
    );
    Message::new(Reason::NotBuilt, text).help(help)
}

/// A link in a folder that leads out of it, in a circle or nowhere.
pub(crate) fn link_not_followed(path: &Path, why: &str) -> Message {
    let text = format!("`{}` is a link that {why}, and is not read", path.display());
    Message::new(Reason::NotRead, text)
        .help("name where it should lead on the command line, or remove it")
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

/// A renderer is missing.
pub(crate) fn no_renderer(path: &Path, programs: &str) -> Message {
    let text = format!(
        "cannot render `{}`: {programs} is not on PATH",
        path.display()
    );
    bad_input(text).help("install it, or leave out `--render` to read the files as they are")
}

/// A renderer failed.
pub(crate) fn render_failed(command: &str, status: &str) -> Message {
    bad_input(format!("`{command}` failed ({status})"))
        .help("run that command to see why; what it says is shown above")
}

/// What a replaced file lost.
pub(crate) fn not_kept(lost: &[String]) -> Message {
    let text = format!("replacing the file did not keep {}", lost.join(", "));
    Message::new(Reason::NotKept, text)
        .help("set it again; `set-prestop FILE > NEW && cat NEW > FILE` keeps it")
}
