//! The rooms of this crate: who may use whom, and that no file uses itself by a detour.

#![expect(
    clippy::unwrap_used,
    clippy::string_slice,
    clippy::disallowed_methods,
    reason = "a test may panic, and this one reads the source"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// A room and the rooms that it may use. The door, `lib`, opens all of them.
const ARROWS: &[(&str, &[&str])] = &[
    ("error", &[]),
    ("text", &[]),
    ("tree", &["text", "error"]),
    ("read", &["text", "tree", "error"]),
    ("check", &["text", "tree"]),
    ("edit", &["text", "tree", "read", "check", "error"]),
];

/// The files as module names, such as `tree::node`, each with those that its code names. Tests may use any.
fn uses() -> BTreeMap<String, BTreeSet<String>> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut texts = BTreeMap::new();
    let mut folders = vec![(String::new(), src)];
    while let Some((above, folder)) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_stem().unwrap().to_str().unwrap();
            if path.is_dir() {
                folders.push((format!("{above}{name}::"), path));
            } else {
                let module = format!("{above}{name}").replace("::mod", "");
                texts.insert(module, std::fs::read_to_string(&path).unwrap());
            }
        }
    }
    let names: BTreeSet<String> = texts.keys().cloned().collect();
    let used = |module: &str, text: &str| {
        let above = module.rsplit_once("::").map_or("", |(above, _)| above);
        let code = text.split("#[cfg(test)]").next().unwrap();
        let code = code
            .lines()
            .filter(|line| !line.trim_start().starts_with("//"))
            .collect::<String>()
            .replace("super::", &format!("crate::{above}::"));
        let paths = code.split("crate::").skip(1).map(|path| {
            let end = path.find(|c: char| !c.is_alphanumeric() && c != '_' && c != ':');
            let mut path = &path[..end.unwrap_or(path.len())];
            while !names.contains(path) {
                path = path.rsplit_once("::").map_or("lib", |(path, _)| path);
            }
            path.to_owned()
        });
        paths.filter(|path| path != module).collect()
    };
    texts
        .iter()
        .map(|(module, text)| (module.clone(), used(module, text)))
        .collect()
}

#[test]
fn rooms_use_what_stands_before_them() {
    let uses = uses();
    assert!(uses["edit::write"].contains("tree::change"), "{uses:?}");
    let room = |module: &str| module.split("::").next().unwrap().to_owned();
    for (module, used) in uses.iter().filter(|(module, _)| *module != "lib") {
        let from = room(module);
        let (_, may) = ARROWS.iter().find(|(name, _)| *name == from).unwrap();
        for used in used {
            let to = room(used);
            let allowed = to == from || may.contains(&to.as_str());
            assert!(allowed, "{module} uses {used}, which {from} may not");
            let file = !uses
                .keys()
                .any(|other| other.starts_with(&format!("{used}::")));
            assert!(file, "{module} uses {used} without saying which file");
        }
    }
}

#[test]
fn no_file_uses_itself_by_a_detour() {
    let mut left = uses();
    // Whoever uses no file that is left is in no circle.
    while let Some(free) = left
        .iter()
        .find(|(_, used)| used.iter().all(|used| !left.contains_key(used)))
        .map(|(module, _)| module.clone())
    {
        left.remove(&free);
    }
    assert!(left.is_empty(), "a circle, or what leads to one: {left:#?}");
}
