//! `--render`: folders that kustomize or Helm renders, by the programs that the user has.

use super::read::{KUSTOMIZATIONS, Read};
use super::{Refused, say};
use anyhow::Context as _;
use std::io::ErrorKind;
use std::path::Path;
use std::process::{Command, Stdio};

/// The commands that can render the folder; the first installed one is run. None if there is nothing to render.
fn commands(folder: &Path) -> &'static [&'static [&'static str]] {
    let holds = |name: &&str| folder.join(name).is_file();
    if KUSTOMIZATIONS.iter().any(holds) {
        &[&["kustomize", "build"], &["kubectl", "kustomize"]]
    } else if holds(&"Chart.yaml") {
        &[&["helm", "template"]]
    } else {
        &[]
    }
}

/// The rendered manifests of the folder; none if there is nothing to render. The program's stderr is passed on.
pub(crate) fn run(folder: &Path) -> Result<Option<Read>, Refused> {
    let commands = commands(folder);
    // A name that begins with `-` is no flag.
    let argument = match folder.as_os_str().as_encoded_bytes() {
        [b'-', ..] => Path::new(".").join(folder),
        _ => folder.to_owned(),
    };
    for words in commands {
        let line = format!("{} {}", words.join(" "), argument.display());
        let [program, verb] = words else {
            continue;
        };
        let mut command = Command::new(program);
        command.arg(verb).arg(&argument);
        command.stdin(Stdio::null()).stderr(Stdio::inherit());
        let output = match command.output() {
            Err(error) if error.kind() == ErrorKind::NotFound => continue,
            output => output.with_context(|| format!("cannot run `{line}`"))?,
        };
        if !output.status.success() {
            return Err(say::render_failed(&line, &output.status.to_string()).into());
        }
        return Read::printed(line, output.stdout).map(Some);
    }
    let programs = commands.iter().filter_map(|words| words.first());
    let programs: Vec<String> = programs.map(|name| format!("`{name}`")).collect();
    match programs.as_slice() {
        [] => Ok(None),
        _ => Err(say::no_renderer(folder, &programs.join(" or ")).into()),
    }
}
