//! The house: each room of `src/` uses the rooms that the table in ARCHITECTURE.md allows it, and no files use each other in a circle.

#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "a test reads files, and a panic is how it fails"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Files of `src/`, by their path without `.rs`: `routes/follow`, `routes/mod`, `lib`.
fn sources() -> BTreeMap<String, String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let (mut folders, mut found) = (vec![root.clone()], BTreeMap::new());
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path: PathBuf = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|end| end == "rs") {
                let name = path.strip_prefix(&root).unwrap().with_extension("");
                found.insert(
                    name.display().to_string(),
                    fs::read_to_string(path).unwrap(),
                );
            }
        }
    }
    found
}

fn room(file: &str) -> &str {
    file.split('/').next().unwrap()
}

/// The paths with which a text begins: `a::b`, or each of `a::{b, c::d}`.
fn paths(text: &str) -> Vec<String> {
    let is_path = |c: char| c.is_alphanumeric() || c == '_' || c == ':';
    let (head, rest) = text.split_at(text.find(|c| !is_path(c)).unwrap_or(text.len()));
    let is_open = head.is_empty() || head.ends_with(':');
    let Some(group) = rest.strip_prefix('{').filter(|_| is_open) else {
        return vec![head.to_owned()];
    };
    let (mut found, mut depth, mut start) = (Vec::new(), 0, 0);
    for (at, c) in group.char_indices() {
        match c {
            ',' | '}' if depth == 0 => {
                found.extend(paths(group.get(start..at).unwrap().trim()));
                start = at + 1;
                if c == '}' {
                    break;
                }
            }
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
    }
    found.iter().map(|path| format!("{head}{path}")).collect()
}

/// What a file names, as `routes/follow/Named` or `say`: all that begins with `crate::`, and the siblings behind `super::`.
fn named(file: &str, text: &str) -> BTreeSet<String> {
    // Tests may look at whatever they test.
    let text = text.split("#[cfg(test)]\nmod tests").next().unwrap();
    let lines = text.lines().map(str::trim_start);
    let code: Vec<&str> = lines.filter(|line| !line.starts_with("//")).collect();
    let code = code.join("\n");
    let folder = file.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut found = BTreeSet::new();
    for (word, start) in [("crate::", ""), ("super::", folder)] {
        for path in code.split(word).skip(1).flat_map(paths) {
            let parts = start.split('/').chain(path.split("::"));
            let parts: Vec<&str> = parts.filter(|part| !part.is_empty()).collect();
            found.insert(parts.join("/"));
        }
    }
    found
}

/// The rows of the table: a room, and the rooms that it may use.
fn table() -> BTreeMap<String, BTreeSet<String>> {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("ARCHITECTURE.md"));
    let text = text.unwrap();
    let (_, table) = text
        .split_once("| room | what it is for | may use |")
        .unwrap();
    let words = |cell: &str| {
        cell.split('`')
            .skip(1)
            .step_by(2)
            .map(str::to_owned)
            .collect()
    };
    let rows = table
        .lines()
        .skip(2)
        .take_while(|line| line.starts_with('|'));
    let row = |line: &str| {
        let mut cells = line.split('|').skip(1);
        let rooms: Vec<String> = words(cells.next().unwrap());
        let may: BTreeSet<String> = words(cells.nth(1).unwrap()).into_iter().collect();
        rooms
            .into_iter()
            .map(move |room| (room, may.clone()))
            .collect::<Vec<_>>()
    };
    rows.flat_map(row).collect()
}

#[test]
fn each_room_uses_what_the_table_allows() {
    let (files, table) = (sources(), table());
    let mut wrong = Vec::new();
    for (file, text) in &files {
        let allowed = table.get(room(file));
        assert!(
            allowed.is_some(),
            "ARCHITECTURE.md has no row for `{}`",
            room(file)
        );
        for used in named(file, text) {
            let to = room(&used);
            let is_room = files.keys().any(|file| room(file) == to);
            if is_room && to != room(file) && !allowed.unwrap().contains(to) {
                wrong.push(format!("src/{file}.rs uses `{to}`"));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "arrows that ARCHITECTURE.md does not have: {wrong:#?}"
    );
}

#[test]
fn no_files_use_each_other_in_a_circle() {
    let files = sources();
    let mut left: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for (file, text) in &files {
        // A name in a file, such as `routes/follow/Named`, is that of the file.
        let file_of = |mut path: &str| {
            while !files.contains_key(path) {
                path = path.rsplit_once('/')?.0;
            }
            (path != file).then(|| path.to_owned())
        };
        let used = named(file, text);
        let used = used.iter().filter_map(|path| file_of(path));
        left.insert(file, used.collect());
    }
    // A file that uses none of those left is in no circle.
    loop {
        let names: BTreeSet<String> = left.keys().map(|file| (*file).to_owned()).collect();
        let before = left.len();
        left.retain(|_, used| used.iter().any(|to| names.contains(to)));
        if left.len() == before {
            break;
        }
    }
    assert!(
        left.is_empty(),
        "files in a circle, or that lead into one: {left:#?}"
    );
}

/// What stands between backquotes at the beginning of a table's row.
fn first_cells(text: &str) -> BTreeSet<String> {
    let rows = text.lines().filter(|line| line.starts_with("| `"));
    let cells = rows.filter_map(|row| row.split('|').nth(1));
    cells
        .flat_map(|cell| cell.split('`').skip(1).step_by(2))
        .map(str::to_owned)
        .collect()
}

/// Each dependency has a reason, and no reason is left behind.
#[test]
fn each_dependency_has_a_reason() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let manifest = fs::read_to_string(root.join("Cargo.toml")).unwrap();
    let (_, below) = manifest.split_once("[workspace.dependencies]\n").unwrap();
    let lines = below.lines().take_while(|line| !line.starts_with('['));
    let rows = lines.filter_map(|line| line.split_once(" = "));
    let ours = ["set-prestop", "lossless-yaml"];
    let named: BTreeSet<String> = rows
        .filter(|(name, _)| !ours.contains(name))
        .map(|(name, _)| name.to_owned())
        .collect();
    let table = fs::read_to_string(root.join("docs/dependencies.md")).unwrap();
    assert_eq!(
        named,
        first_cells(&table),
        "docs/dependencies.md and Cargo.toml differ"
    );
    // What the members depend on is among them.
    for folder in ["", "yaml", "wasm/js", "wasm/kpt"] {
        let manifest = fs::read_to_string(root.join(folder).join("Cargo.toml")).unwrap();
        let versions = manifest
            .split("\n[")
            .filter(|part| part.contains("dependencies]") && !part.starts_with("workspace."))
            .flat_map(|part| part.lines().skip(1))
            .filter(|line| !line.is_empty() && !line.starts_with('#'));
        for line in versions {
            let name = line.split(['.', ' ']).next().unwrap();
            let known = named.contains(name) || ours.contains(&name);
            assert!(known, "{folder}/Cargo.toml: `{name}` has no reason");
        }
    }
}

/// `unsafe` stands in the host protocol of kpt's module, and nowhere else.
#[test]
fn no_code_is_unsafe_but_the_protocol_of_kpt() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut folders: Vec<PathBuf> = [
        "src",
        "yaml",
        "wasm",
        "tests",
        "benches",
        "fuzz/src",
        "fuzz/targets",
    ]
    .map(|folder| root.join(folder))
    .to_vec();
    let mut found = BTreeSet::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|end| end == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                let code = text.lines().map(|line| line.split("//").next().unwrap());
                let mut words =
                    code.flat_map(|line| line.split(|c: char| !c.is_alphanumeric() && c != '_'));
                if words.any(|word| word == "unsafe") && !path.ends_with("tests/house.rs") {
                    found.insert(path.strip_prefix(root).unwrap().to_owned());
                }
            }
        }
    }
    let outside: Vec<_> = found
        .iter()
        .filter(|path| !path.starts_with("wasm/kpt"))
        .collect();
    assert!(!found.is_empty() && outside.is_empty(), "{outside:?}");
}
