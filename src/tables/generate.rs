//! Makes `generated.rs` of the rows in `data/`: they are read and compiled as the user's are, and printed as Rust.
//!
//! It is a test of the crate that holds the old rows. A new column does not matter: the old rows have its value of `NONE`.
//! Where a column's type or name changes, `RUSTFLAGS="--cfg bootstrap"` builds the crate without rows.

use std::collections::BTreeMap;
use std::fmt::{Debug, Write as _};
use std::path::Path;

use serde::de::DeserializeOwned;

use super::compiled::{Follow, Route, Selects, Services, Workload};
use super::pool::{DEFAULTS, Text};
use super::row::{Controller, RouteRow, SelectorRow, Sign, WorkloadRow};
use super::{kinds, sorted};

const HEAD: &str = "//! Generated from `data/` by `BLESS=1 cargo test --lib tables`: do not edit.
//!
//! The built-in rows, compiled. Those of routes and workloads are sorted by kind, as they are looked up. `T` is the place of a
//! text, `L` that of a list's items (`pool.rs`).

#![cfg_attr(
    not(test),
    expect(
        clippy::wildcard_imports,
        clippy::enum_glob_use,
        reason = \"which names occur is up to the rows\"
    )
)]

use super::compiled::{Class::*, NamedBy::*, *};
use super::path::{Field, Path};
use super::pool::{Item, List::BuiltIn as L, Text, Text::BuiltIn as T};
use super::row::{Format::*, On::*, ValueType::*, *};
";

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "it is said by the environment whether the file is to be written"
)]
fn the_built_in_rows_are_those_of_the_data() {
    let (rust, texts) = generated();
    if include_str!("generated.rs") == rust && include_str!("generated.txt") == texts {
        return;
    }
    if std::env::var_os("BLESS").is_some() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/tables");
        std::fs::write(folder.join("generated.rs"), rust).unwrap();
        std::fs::write(folder.join("generated.txt"), texts).unwrap();
        panic!(
            "src/tables/generated.rs is written, but what runs was built before: run the tests again"
        );
    }
    panic!("src/tables/generated.rs is not what src/tables/data says: run `BLESS=1 cargo test`");
}

/// The rows as Rust, and their texts.
fn generated() -> (String, String) {
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
    kinds.extend(tell.map(|kind| Text::from(kind.as_str())));
    kinds.extend(selectors.iter().map(|row| row.kind.clone()));
    kinds.extend(["Namespace", "ReferenceGrant"].map(Text::from));
    kinds.sort_unstable();
    kinds.dedup();
    let tables = [
        ("ROUTES", "Route", values(&routes)),
        ("WORKLOADS", "Workload", values(&workloads)),
        ("SELECTORS", "Selects", values(&selectors)),
        ("CONTROLLERS", "Controller", values(&controllers)),
        ("KINDS", "Text", values(&kinds)),
    ];
    let mut writer = Writer::new(tables.iter().flat_map(|table| &table.2));
    let rows = tables.map(|(name, item, rows)| {
        let rows: Vec<String> = rows.iter().map(|row| writer.rust(row)).collect();
        (name, item, rows)
    });
    let mut text = HEAD.to_owned();
    for (name, item, rows) in rows {
        let public = format!("pub(super) static {name}");
        write_static(&mut text, &public, item, &rows);
    }
    for (item, items) in &writer.lists {
        let name = name_of(item);
        write_static(&mut text, &format!("static {name}"), item, items);
        writeln!(text, "\nimpl Item for {item} {{").unwrap();
        text.push_str("    fn built_in() -> &'static [Self] {\n");
        writeln!(text, "        {name}\n    }}\n}}").unwrap();
    }
    let lines = include_str!("data/shellless.txt").lines();
    let lines = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
    let lines = lines.collect::<Vec<&str>>().join("\n");
    text.push_str("\n/// The lines of `shellless.txt` without its comments.\n#[rustfmt::skip]\n");
    writeln!(text, "pub(super) static SHELLLESS: &str = {lines:?};").unwrap();
    (text, writer.texts)
}

fn write_static(text: &mut String, name: &str, item: &str, rows: &[String]) {
    writeln!(text, "\n#[rustfmt::skip]\n{name}: &[{item}] = &[").unwrap();
    for row in rows {
        writeln!(text, "    {row},").unwrap();
    }
    text.push_str("];\n");
}

/// The structures in which no column is set, by their name.
fn without_columns() -> BTreeMap<String, Value> {
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
    none.collect()
}

/// The name of the static with the items of a type: `PATH_TEXT` for `(Path, Text)`.
fn name_of(item: &str) -> String {
    let words = item.split(|c: char| !c.is_alphanumeric());
    let words = words.filter(|word| !word.is_empty());
    words.collect::<Vec<&str>>().join("_").to_uppercase()
}

fn read<T: DeserializeOwned>(text: &str) -> T {
    serde_yaml::from_str(text).unwrap()
}

fn values(rows: &[impl Debug]) -> Vec<Value> {
    let rows = rows.iter().map(|row| Reader(&format!("{row:?}")).value());
    rows.collect()
}

/// What `Debug` prints, read: Rust lacks only that texts and lists are borrowed.
#[derive(Clone, Debug, PartialEq)]
enum Value {
    /// A number, `false`, `None`, the name of a variant.
    Word(String),
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
            let (quoted, rest) = self.0.split_at(end.unwrap() + 1);
            self.0 = rest;
            return Value::Text(serde_json::from_str(quoted).unwrap());
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
    /// Every text in it.
    fn texts<'a>(&'a self, found: &mut Vec<&'a str>) {
        match self {
            Value::Word(_) => {}
            Value::Text(text) => found.push(text),
            Value::List(values) | Value::Tuple(_, values) => {
                for value in values {
                    value.texts(found);
                }
            }
            Value::Structure(_, fields) => {
                for (_, value) in fields {
                    value.texts(found);
                }
            }
        }
    }

    /// Its type.
    fn item(&self) -> String {
        match self {
            Value::Text(_) => "Text".to_owned(),
            Value::Word(_) => "On".to_owned(),
            Value::Tuple(name, values) if name.is_empty() => {
                let values: Vec<String> = values.iter().map(Value::item).collect();
                format!("({})", values.join(", "))
            }
            Value::Tuple(name, _) | Value::Structure(name, _) => name.clone(),
            Value::List(_) => panic!("a list of lists"),
        }
    }
}

/// Writes values as Rust, and collects what rows only have the places of.
struct Writer {
    /// The structures in which no column is set.
    none: BTreeMap<String, Value>,
    /// Each on a line, unless it is a part of another.
    texts: String,
    /// The items of lists, by their type.
    lists: BTreeMap<String, Vec<String>>,
}

impl Writer {
    fn new<'a>(rows: impl Iterator<Item = &'a Value>) -> Self {
        let mut found = Vec::new();
        for row in rows {
            row.texts(&mut found);
        }
        // The longest first: a shorter one may be a part of it.
        found.sort_by_key(|text| (std::cmp::Reverse(text.len()), *text));
        let mut texts = format!("{DEFAULTS}\n");
        for text in found {
            if !texts.contains(text) {
                writeln!(texts, "{text}").unwrap();
            }
        }
        Self {
            none: without_columns(),
            texts,
            lists: BTreeMap::new(),
        }
    }

    /// The value on one line. Of a structure with a `NONE` only what differs from that is written.
    fn rust(&mut self, value: &Value) -> String {
        match value {
            Value::Word(word) => word.clone(),
            Value::Text(text) => place('T', self.texts.find(text).unwrap(), text.len()),
            Value::List(values) => self.list(values),
            Value::Tuple(name, values) => {
                let values: Vec<String> = values.iter().map(|value| self.rust(value)).collect();
                format!("{name}({})", values.join(", "))
            }
            Value::Structure(name, fields) => {
                let none = match self.none.get(name) {
                    Some(Value::Structure(_, fields)) => fields.clone(),
                    _ => Vec::new(),
                };
                let said = fields.iter().filter(|field| !none.contains(field));
                let mut said: Vec<String> = said
                    .map(|(field, value)| format!("{field}: {}", self.rust(value)))
                    .collect();
                if said.len() < fields.len() {
                    said.push(format!("..{name}::NONE"));
                }
                format!("{name} {{ {} }}", said.join(", "))
            }
        }
    }

    /// Puts the items among those of all lists, unless they are there already, one after the other.
    fn list(&mut self, values: &[Value]) -> String {
        let Some(item) = values.first().map(Value::item) else {
            return place('L', 0, 0);
        };
        let wanted: Vec<String> = values.iter().map(|value| self.rust(value)).collect();
        let items = self.lists.entry(item).or_default();
        let known = items
            .windows(wanted.len())
            .position(|items| items == wanted);
        let first = known.unwrap_or(items.len());
        if known.is_none() {
            items.extend(wanted);
        }
        place('L', first, values.len())
    }
}

fn place(mark: char, first: usize, length: usize) -> String {
    let fits = |number| u16::try_from(number).unwrap();
    format!("{mark}({}, {})", fits(first), fits(length))
}
