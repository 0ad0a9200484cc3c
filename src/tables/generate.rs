//! Makes `generated.rs` of the rows in `data/`: they are read and compiled as the user's are, and printed as Rust.

use std::fmt::{Debug, Write as _};
use std::path::Path;

use serde::de::DeserializeOwned;

use super::row::{Controller, RouteRow, WorkloadRow};
use super::{kinds, sorted};
use crate::tables::path::Text;

const HEAD: &str = "//! The built-in rows, compiled. Those of routes and workloads are sorted by kind, as they are looked up.
//!
//! Made from `data/*.yaml` by `BLESS=1 cargo test`: don't edit.

#![cfg_attr(
    not(test),
    expect(
        clippy::wildcard_imports,
        clippy::enum_glob_use,
        reason = \"which names occur is up to the rows\"
    )
)]

use super::compiled::{Class::*, Place::*, *};
use super::row::{Format::*, *};
use crate::tables::path::{Below::*, Field, Literal::*, Path, Step::*, Test};
use std::borrow::Cow::Borrowed;
";

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "it is said by the environment whether the file is to be written"
)]
fn the_built_in_rows_are_those_of_the_data() {
    let wanted = generated();
    if include_str!("generated.rs") == wanted {
        return;
    }
    if std::env::var_os("BLESS").is_some() {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/tables/generated.rs");
        std::fs::write(file, wanted).unwrap();
        panic!(
            "src/tables/generated.rs is written, but what runs was built before: run the tests again"
        );
    }
    panic!("src/tables/generated.rs is not what src/tables/data says: run `BLESS=1 cargo test`");
}

fn generated() -> String {
    let routes: Vec<RouteRow> = read(include_str!("data/routes.yaml"));
    let routes = sorted(routes.iter().map(|row| row.compile().unwrap()).collect());
    let workloads: Vec<WorkloadRow> = read(include_str!("data/workloads.yaml"));
    let workloads = sorted(workloads.iter().map(|row| row.compile().unwrap()).collect());
    let controllers: Vec<Controller> = read(include_str!("data/controllers.yaml"));
    let shared = controllers.iter().flat_map(|row| row.shared.iter());
    let objects = shared.flat_map(|shared| shared.objects.iter());
    let tell = objects.map(|object| object.rsplit_once('/').unwrap().1.to_owned());
    let mut kinds = kinds(&routes, &workloads);
    kinds.extend(tell.map(Text::from));
    kinds.sort_unstable();
    kinds.dedup();
    let mut text = HEAD.to_owned();
    table(&mut text, "ROUTES: &[Route]", &routes);
    table(&mut text, "WORKLOADS: &[Workload]", &workloads);
    table(&mut text, "CONTROLLERS: &[Controller]", &controllers);
    text.push_str("\n/// The kinds of these rows and those that they ask for, sorted.\n");
    text.push_str("#[rustfmt::skip]\n");
    writeln!(text, "pub(super) static KINDS: &[&str] = &{kinds:#?};").unwrap();
    text
}

fn read<T: DeserializeOwned>(text: &str) -> T {
    serde_yaml::from_str(text).unwrap()
}

fn table(text: &mut String, declaration: &str, rows: &[impl Debug]) {
    text.push_str("\n#[rustfmt::skip]\n");
    write!(text, "pub(super) static {declaration} = &[").unwrap();
    for row in rows {
        line(text, 1);
        rust(text, &format!("{row:?}"));
        text.push(',');
    }
    text.push_str("\n];\n");
}

/// Writes as Rust what `Debug` prints of a row, which lacks only that texts and lists are borrowed. Each field of a
/// structure and each structure of a list has its line; what stands in parentheses, as a path does, is on one.
fn rust(text: &mut String, debug: &str) {
    // Of each open bracket, whether its parts have lines of their own.
    let mut open: Vec<bool> = Vec::new();
    let mut rest = debug.chars().peekable();
    while let Some(next) = rest.next() {
        let lines = open.last() != Some(&false);
        match next {
            '"' => {
                text.push_str("Borrowed(\"");
                while let Some(next) = rest.next() {
                    text.push(next);
                    match next {
                        '\\' => text.extend(rest.next()),
                        '"' => break,
                        _ => {}
                    }
                }
                text.push(')');
            }
            '{' | '[' | '(' => {
                let structures = next == '[' && rest.peek().is_some_and(char::is_ascii_uppercase);
                text.push_str(if next == '[' { "Borrowed(&" } else { "" });
                text.push(next);
                open.push(lines && (next == '{' || structures));
                if open.last() == Some(&true) {
                    rest.next_if_eq(&' ');
                    line(text, open.len() + 1);
                }
            }
            '}' | ']' | ')' => {
                if open.pop() == Some(true) {
                    text.truncate(text.trim_end().len());
                    text.push(',');
                    line(text, open.len() + 1);
                }
                text.push(next);
                text.extend((next == ']').then_some(')'));
            }
            ',' if lines => {
                rest.next_if_eq(&' ');
                text.push(',');
                line(text, open.len() + 1);
            }
            _ => text.push(next),
        }
    }
}

fn line(text: &mut String, depth: usize) {
    text.push('\n');
    text.push_str(&"    ".repeat(depth));
}
