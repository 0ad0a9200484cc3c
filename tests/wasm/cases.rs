//! The golden cases, and the forms in which they are handed over.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::forms::{checkout, run};

/// A golden case: CONTRIBUTING.md says what stands in its folder.
pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) folder: PathBuf,
    pub(crate) input: Vec<u8>,
    pub(crate) config: Option<String>,
    pub(crate) args: Vec<String>,
}

impl Case {
    /// The input as text; `None` where it is not UTF-8.
    pub(crate) fn text(&self) -> Option<&str> {
        str::from_utf8(&self.input).ok()
    }
}

/// Every golden case, by name.
pub(crate) fn all() -> Vec<Case> {
    let root = checkout().join("testdata/cases");
    let mut cases = Vec::new();
    for topic in folders(&root) {
        for folder in folders(&topic) {
            let file = |name: &str| fs::read_to_string(folder.join(name)).ok();
            cases.push(Case {
                name: folder
                    .strip_prefix(&root)
                    .unwrap()
                    .to_string_lossy()
                    .into_owned(),
                input: fs::read(folder.join("input.yaml")).unwrap(),
                config: file("config.yaml"),
                args: file("args")
                    .unwrap_or_default()
                    .lines()
                    .map(str::to_owned)
                    .collect(),
                folder,
            });
        }
    }
    cases
}

fn folders(root: &Path) -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> = fs::read_dir(root)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    folders.retain(|path| path.is_dir());
    folders.sort();
    folders
}

/// Deployment, Service and Ingress of the readme, with a comment that has to stay.
pub(crate) fn tea() -> String {
    let tea = fs::read_to_string(checkout().join("testdata/tea.yaml")).unwrap();
    tea.replace("      - name: tea\n", "      - name: tea # black\n")
}

/// `text` as the command gives it back.
pub(crate) fn rewritten(text: &str) -> String {
    String::from_utf8(natively(&[], text.as_bytes(), checkout()).stdout).unwrap()
}

/// What the native command says.
pub(crate) fn natively(arguments: &[&str], input: &[u8], folder: &Path) -> std::process::Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_set-prestop"));
    command
        .args(arguments)
        .current_dir(folder)
        .env_remove("SET_PRESTOP_REPORT");
    run(command, input).unwrap()
}

/// The documents of `text` as items of a ResourceList, with `config` as its functionConfig. A text that is a ResourceList
/// stays as it is. Documents of a kind that can't be an item make a list that can't be read: an answer too.
pub(crate) fn resource_list(text: &str, config: Option<&str>) -> String {
    if text.contains("kind: ResourceList") {
        return text.to_owned();
    }
    let mut list =
        String::from("apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nitems:\n");
    for document in text
        .trim_start_matches('\u{feff}')
        .split_inclusive('\n')
        .fold(vec![String::new()], |mut documents, line| {
            if line.trim_end() == "---" || line.trim_end() == "..." {
                documents.push(String::new());
            } else if let Some(last) = documents.last_mut() {
                last.push_str(line);
            }
            documents
        })
    {
        indent(&mut list, "- ", &document);
    }
    if let Some(config) = config {
        list.push_str("functionConfig:\n");
        indent(&mut list, "  ", config);
    }
    list
}

/// Appends `block` two columns to the right; `first` stands before its first line that is neither empty nor a comment.
fn indent(text: &mut String, first: &str, block: &str) {
    let mut lead = first;
    for line in block.split_inclusive('\n') {
        let content = line.trim();
        if content.is_empty() {
            text.push_str(line);
            continue;
        }
        if content.starts_with('#') {
            text.push_str("  ");
        } else {
            text.push_str(lead);
            lead = "  ";
        }
        text.push_str(line);
        if !line.ends_with('\n') {
            text.push('\n');
        }
    }
}
