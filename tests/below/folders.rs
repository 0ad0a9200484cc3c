#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test reads files, and a panic is how it fails"
)]

use std::fs;
use std::path::{Path, PathBuf};

/// The folders in a folder, sorted.
pub(crate) fn folders(parent: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = fs::read_dir(parent)
        .unwrap_or_else(|error| panic!("{}: {error}", parent.display()))
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
        .collect();
    found.sort();
    found
}
