//! Makes `generated.rs` of the rows in `data/`: they are read and compiled as the user's are, and printed as Rust.
//!
//! It is a test of the crate that holds the old rows. A new column does not matter: the old rows have its value of `NONE`.
//! Where a column's type or name changes, `RUSTFLAGS="--cfg bootstrap"` builds the crate without rows.

use std::collections::BTreeMap;
use std::fmt::{Debug, Write as _};
use std::path::Path;

use serde::de::DeserializeOwned;

use super::compiled::{Follow, Route, Selects, Services, Workload};
use super::row::{Controller, RouteRow, SelectorRow, Sign, WorkloadRow};
use super::{kinds, sorted};
use crate::tables::path::Text;

const HEAD: &str = "//! Generated from `data/` by `BLESS=1 cargo test --lib tables`: do not edit.
//!
//! The built-in rows, compiled. Those of routes and workloads are sorted by kind, as they are looked up.

#![cfg_attr(
    not(test),
    expect(
        clippy::wildcard_imports,
        clippy::enum_glob_use,
        reason = \"which names occur is up to the rows\"
    )
)]

use super::compiled::{Class::*, NamedBy::*, *};
use super::row::{Format::*, On::*, ValueType::*, *};
use crate::tables::path::{Field, Path};
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
    let selectors: Vec<SelectorRow> = read(include_str!("data/selectors.yaml"));
    let selectors = sorted(selectors.iter().map(|row| row.compile().unwrap()).collect());
    let controllers: Vec<Controller> = read(include_str!("data/controllers.yaml"));
    let policies = controllers.iter().flat_map(|row| row.policies.iter());
    let policies = policies.flat_map(|policy| policy.kinds.iter());
    let objects = controllers.iter().flat_map(|row| row.objects.iter());
    let tell = objects.chain(policies);
    let tell = tell.map(|object| object.rsplit_once('/').unwrap().1.to_owned());
    let mut kinds = kinds(&routes, &workloads);
    kinds.extend(tell.map(Text::from));
    kinds.extend(selectors.iter().map(|row| row.kind.clone()));
    kinds.extend(["Namespace", "ReferenceGrant"].map(Text::from));
    kinds.sort_unstable();
    kinds.dedup();
    let mut text = HEAD.to_owned();
    let none = [
        format!("{:?}", Route::NONE),
        format!("{:?}", Services::NONE),
        format!("{:?}", Follow::NONE),
        format!("{:?}", Workload::NONE),
        format!("{:?}", Selects::NONE),
        format!("{:?}", Controller::NONE),
        format!("{:?}", Sign::NONE),
    ];
    let none = none.iter().map(|debug| match Reader(debug).value() {
        Value::Structure(name, fields) => (name.clone(), Value::Structure(name, fields)),
        other => panic!("{other:?}"),
    });
    let none = none.collect();
    table(&mut text, "ROUTES: &[Route]", &routes, &none);
    table(&mut text, "WORKLOADS: &[Workload]", &workloads, &none);
    table(&mut text, "SELECTORS: &[Selects]", &selectors, &none);
    table(&mut text, "CONTROLLERS: &[Controller]", &controllers, &none);
    text.push_str("\n/// The kinds of these rows and those that they ask for, sorted.\n");
    text.push_str("#[rustfmt::skip]\n");
    writeln!(text, "pub(super) static KINDS: &[&str] = &{kinds:?};").unwrap();
    let lines = include_str!("data/shellless.txt").lines();
    let lines = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
    let lines: Vec<&str> = lines.collect();
    text.push_str("\n/// The lines of `shellless.txt` without its comments.\n");
    text.push_str("#[rustfmt::skip]\n");
    let lines = lines.join("\n");
    writeln!(text, "pub(super) static SHELLLESS: &str = {lines:?};").unwrap();
    text
}

fn read<T: DeserializeOwned>(text: &str) -> T {
    serde_yaml::from_str(text).unwrap()
}

fn table(
    text: &mut String,
    declaration: &str,
    rows: &[impl Debug],
    none: &BTreeMap<String, Value>,
) {
    text.push_str("\n#[rustfmt::skip]\n");
    writeln!(text, "pub(super) static {declaration} = &[").unwrap();
    for row in rows {
        let debug = format!("{row:?}");
        text.push_str("    ");
        Reader(&debug).value().write(text, none);
        text.push_str(",\n");
    }
    text.push_str("];\n");
}

/// What `Debug` prints, read: Rust lacks only that texts and lists are borrowed.
#[derive(Clone, Debug, PartialEq)]
enum Value {
    /// A number, `false`, `None`, the name of a variant.
    Word(String),
    /// A text, in its quotes.
    Text(String),
    List(Vec<Value>),
    /// The text in parentheses, and the word before them.
    Tuple(String, Vec<Value>),
    Structure(String, Vec<(String, Value)>),
}

struct Reader<'a>(&'a str);

impl Reader<'_> {
    fn word(&mut self) -> String {
        let end = self.0.find([',', ':', ' ', '(', ')', '[', ']', '{', '}']);
        let (word, rest) = self.0.split_at(end.unwrap_or(self.0.len()));
        self.0 = rest;
        word.to_owned()
    }

    fn is(&mut self, token: &str) -> bool {
        let rest = self.0.strip_prefix(token);
        self.0 = rest.unwrap_or(self.0);
        rest.is_some()
    }

    fn until<T>(&mut self, end: &str, each: impl Fn(&mut Self) -> T) -> Vec<T> {
        let mut found = Vec::new();
        while !self.is(end) {
            found.push(each(self));
            self.is(", ");
        }
        found
    }

    fn value(&mut self) -> Value {
        if self.0.starts_with('"') {
            let mut escaped = true;
            let end = self.0.find(|c| {
                let ends = c == '"' && !escaped;
                escaped = c == '\\' && !escaped;
                ends
            });
            let (text, rest) = self.0.split_at(end.unwrap() + 1);
            self.0 = rest;
            return Value::Text(text.to_owned());
        }
        if self.is("[") {
            return Value::List(self.until("]", Self::value));
        }
        let name = self.word();
        if self.is("(") {
            Value::Tuple(name, self.until(")", Self::value))
        } else if self.is(" { ") {
            let field = |reader: &mut Self| {
                let name = reader.word();
                assert!(reader.is(": "), "{}", reader.0);
                (name, reader.value())
            };
            Value::Structure(name, self.until(" }", field))
        } else {
            Value::Word(name)
        }
    }
}

impl Value {
    /// Writes it as Rust, on one line. Of a structure with a `NONE` only what differs from that is written.
    fn write(&self, text: &mut String, none: &BTreeMap<String, Value>) {
        let list = |text: &mut String, values: &[Value]| {
            for (index, value) in values.iter().enumerate() {
                text.push_str(if index == 0 { "" } else { ", " });
                value.write(text, none);
            }
        };
        match self {
            Value::Word(word) => text.push_str(word),
            Value::Text(quoted) => write!(text, "Borrowed({quoted})").unwrap(),
            Value::List(values) => {
                text.push_str("Borrowed(&[");
                list(text, values);
                text.push_str("])");
            }
            Value::Tuple(name, values) => {
                write!(text, "{name}(").unwrap();
                list(text, values);
                text.push(')');
            }
            Value::Structure(name, fields) => {
                let none_fields = match none.get(name) {
                    Some(Value::Structure(_, fields)) => fields.as_slice(),
                    _ => &[],
                };
                let said = fields.iter().filter(|field| !none_fields.contains(field));
                write!(text, "{name} {{").unwrap();
                for (index, (field, value)) in said.clone().enumerate() {
                    let comma = if index == 0 { "" } else { "," };
                    write!(text, "{comma} {field}: ").unwrap();
                    value.write(text, none);
                }
                if said.count() < fields.len() {
                    write!(text, ", ..{name}::NONE").unwrap();
                }
                text.push_str(" }");
            }
        }
    }
}
