#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test reads files, and a panic is how it fails"
)]

use std::fs;
use std::path::{Path, PathBuf};

/// The manifests below a folder, sorted.
pub(crate) fn manifests(folder: &Path) -> Vec<PathBuf> {
    let entries =
        fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut found = Vec::new();
    for path in entries.map(|entry| entry.unwrap().path()) {
        if path.is_dir() {
            found.extend(manifests(&path));
        } else if path
            .extension()
            .is_some_and(|end| end == "yaml" || end == "yml")
        {
            found.push(path);
        }
    }
    found.sort();
    found
}
