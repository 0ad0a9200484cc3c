//! Laws that hold for random texts: an edit changes what it shall and nothing else, the diff gives the edited
//! text, and a text in pieces means what it means whole.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "the helpers of tests fail by panicking"
)]

mod text;

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use granit_parser::{Event, Parser};
use lossless_yaml::{
    Edit, EditError, Kind, Node, Step, Tree, Value, documents, items, pieces, unified_diff,
};
use proptest::prelude::*;
use proptest::test_runner::{TestCaseError, TestRunner};
use serde_yaml::{Mapping, Value as Yaml};
use text::{Dice, Text};

/// Reads with the independent reader; none where it refuses the text.
fn read(text: &str) -> Option<Yaml> {
    let mut value: Yaml = serde_yaml::from_str(text).ok()?;
    merge(&mut value)?;
    Some(value)
}

/// Applies merge keys from the inside out.
fn merge(value: &mut Yaml) -> Option<()> {
    match value {
        Yaml::Sequence(items) => items.iter_mut().try_for_each(merge),
        Yaml::Mapping(entries) => {
            entries.iter_mut().try_for_each(|(_, value)| merge(value))?;
            let sources = match entries.shift_remove("<<") {
                None => return Some(()),
                Some(Yaml::Sequence(items)) => items,
                Some(value) => vec![value],
            };
            for source in sources {
                let Yaml::Mapping(source) = source else {
                    return None;
                };
                for (key, value) in source {
                    entries.entry(key).or_insert(value);
                }
            }
            Some(())
        }
        _ => Some(()),
    }
}

/// Paths to all values, and to places where one can be appended.
fn paths(value: &Yaml, path: &mut Vec<Step>, found: &mut Vec<Vec<Step>>) {
    found.push(path.clone());
    match value {
        Yaml::Sequence(items) => {
            for (index, item) in items.iter().enumerate() {
                path.push(Step::Index(index));
                paths(item, path, found);
                path.pop();
            }
            path.push(Step::Index(items.len()));
            found.push(path.clone());
            path.pop();
        }
        Yaml::Mapping(entries) => {
            for (key, value) in entries {
                path.push(Step::Key(key.as_str().unwrap().to_owned().into()));
                paths(value, path, found);
                path.pop();
            }
            path.push(Step::Key("new".into()));
            found.push(path.clone());
            path.pop();
        }
        _ => {}
    }
}

fn apply(value: &mut Yaml, path: &[Step], new: Yaml) {
    let Some((step, rest)) = path.split_first() else {
        *value = new;
        return;
    };
    match (step, value) {
        (Step::Key(key), Yaml::Mapping(entries)) => {
            let entry = entries
                .entry(Yaml::String(key.to_string()))
                .or_insert(Yaml::Null);
            apply(entry, rest, new);
        }
        (Step::Index(index), Yaml::Sequence(items)) => {
            if *index == items.len() {
                items.push(Yaml::Null);
            }
            apply(&mut items[*index], rest, new);
        }
        (step, value) => panic!("no {step:?} in {value:?}"),
    }
}

fn wanted(dice: &mut Dice) -> Value {
    let s = |text: &str| Value::Str(text.to_owned().into());
    match dice.roll(9) {
        0 => s("sleep 10; exec x"),
        1 => Value::Int(45),
        2 => Value::Quoted("sleep 10".into()),
        3 => Value::Bool(true),
        4 => Value::Null,
        5 => s("two\nlines\n"),
        6 => Value::Sequence(vec![
            s("-c"),
            Value::Mapping(vec![("deep".into(), s("x: y"))]),
        ]),
        7 => Value::Mapping(Vec::new()),
        _ => Value::Mapping(vec![
            ("one".into(), s("/bin/sh")),
            (
                "two".into(),
                Value::Mapping(vec![(
                    "three".into(),
                    Value::Sequence(vec![s("x"), Value::Int(3)]),
                )]),
            ),
        ]),
    }
}

fn as_yaml(value: &Value) -> Yaml {
    match value {
        Value::Null => Yaml::Null,
        Value::Bool(value) => Yaml::Bool(*value),
        Value::Int(value) => Yaml::from(*value),
        Value::Str(text) | Value::Quoted(text) => Yaml::from(text.as_ref()),
        Value::Mapping(entries) => {
            let entries = entries
                .iter()
                .map(|(key, value)| (Yaml::from(key.as_ref()), as_yaml(value)));
            Yaml::Mapping(entries.collect::<Mapping>())
        }
        Value::Sequence(items) => Yaml::Sequence(items.iter().map(as_yaml).collect()),
    }
}

fn overlaps(one: &[Step], two: &[Step]) -> bool {
    one.starts_with(two) || two.starts_with(one)
}

/// A text of one document, and what comes before it in its stream.
fn stream(dice: &mut Dice) -> (String, String) {
    let before = dice
        .pick(&["", "", "# c\n---\n", "other: 1\n---\n", "\u{FEFF}"])
        .to_owned();
    let mut text = Text::new(dice);
    text.document();
    let mut document = text.out;
    let mut before = before;
    match dice.roll(6) {
        0 => {
            document = document.replace('\n', "\r\n");
            before = before.replace('\n', "\r\n");
        }
        1 => {
            let length = document.trim_end_matches('\n').len();
            document.truncate(length);
        }
        _ => {}
    }
    (before, document)
}

/// Edits that were made, and that were refused for want of a place or of size.
static MADE: AtomicUsize = AtomicUsize::new(0);
static REFUSED: AtomicUsize = AtomicUsize::new(0);

fn edits_hold(numbers: Vec<u32>) -> Result<(), TestCaseError> {
    let mut dice = Dice::new(numbers);
    let (before, document) = stream(&mut dice);
    let text = format!("{before}{document}");
    let Some(chunk) = documents(&text).last() else {
        return Err(TestCaseError::reject("empty"));
    };
    let Some(old) = read(&document) else {
        return Err(TestCaseError::reject("the other reader refuses it"));
    };
    let tree = Tree::parse(&text, chunk.clone())
        .map_err(|error| TestCaseError::fail(format!("{error} in\n{text}")))?;
    let mut ways = Vec::new();
    paths(&old, &mut Vec::new(), &mut ways);
    let mut edits: Vec<Edit> = Vec::new();
    for _ in 0..=dice.roll(3) {
        let path = ways[dice.roll(ways.len())].clone();
        if edits.iter().all(|edit| !overlaps(&edit.path, &path)) {
            let value = wanted(&mut dice);
            edits.push(Edit { path, value });
        }
    }
    let splices = match tree.edit(&edits) {
        Ok(splices) => splices,
        Err(EditError::Unplaceable { .. } | EditError::Shared { .. }) => {
            REFUSED.fetch_add(1, Relaxed);
            return Err(TestCaseError::reject("refused"));
        }
        Err(error) => {
            return Err(TestCaseError::fail(format!(
                "{error}\n{edits:?} in\n{text}"
            )));
        }
    };
    MADE.fetch_add(1, Relaxed);
    let edited: String = pieces(&text, &splices).collect();
    prop_assert!(
        splices
            .iter()
            .all(|splice| chunk.start <= splice.range.start && splice.range.end <= chunk.end),
        "a splice is outside the chunk"
    );
    let mut expected = old;
    for edit in &edits {
        apply(&mut expected, &edit.path, as_yaml(&edit.value));
    }
    let Some(edited_document) = edited.strip_prefix(before.as_str()) else {
        return Err(TestCaseError::fail(format!(
            "what comes before has changed: {edits:?} in\n{text}\ngave\n{edited}"
        )));
    };
    let found = read(edited_document);
    prop_assert!(
        found.as_ref() == Some(&expected),
        "{edits:?} in\n{text}\ngave\n{edited}\nread as {found:?}\nexpected {expected:?}"
    );
    let chunk = documents(&edited).last().unwrap_or_default();
    let again = Tree::parse(&edited, chunk).unwrap().edit(&edits);
    prop_assert!(
        again.as_ref().is_ok_and(Vec::is_empty),
        "a second time {again:?}: {edits:?} in\n{edited}"
    );
    let diff = unified_diff("a", "b", &text, &splices);
    if edited == text {
        prop_assert_eq!(diff, "");
    } else {
        let patch = diffy::Patch::from_str(&diff)
            .map_err(|error| TestCaseError::fail(format!("{error}:\n{diff}")))?;
        let patched = diffy::apply(&text, &patch)
            .map_err(|error| TestCaseError::fail(format!("{error}:\n{diff}")))?;
        prop_assert!(
            patched == edited,
            "patched\n{patched}\nedited\n{edited}\ndiff\n{diff}"
        );
    }
    Ok(())
}

/// The events of a text; anchors are numbered anew in each document.
fn events(text: &str) -> Result<Vec<String>, String> {
    let mut events = Vec::new();
    let mut base = 0;
    let mut highest = 0;
    let options = granit_parser::options! { block_scalar_eof_without_line_feed: true };
    for event in Parser::new_from_str_with_options(text, options) {
        let (event, _) = event.map_err(|error| error.to_string())?;
        highest = highest.max(event.anchor_id().unwrap_or(0));
        match &event {
            Event::StreamStart | Event::StreamEnd => continue,
            Event::DocumentStart(..) => base = highest,
            _ => {}
        }
        let id = event
            .anchor_id()
            .or(event.alias_id())
            .map_or(0, |id| id.saturating_sub(base));
        let shown = match &event {
            Event::Scalar(text, style, _, tag) => format!("{text:?} {style:?} {tag:?}"),
            Event::SequenceStart(style, _, tag) => format!("[ {style:?} {tag:?}"),
            Event::MappingStart(style, _, tag) => format!("{{ {style:?} {tag:?}"),
            Event::Alias(_) => "*".to_owned(),
            other => format!("{other:?}"),
        };
        events.push(format!("{shown} {id}"));
    }
    Ok(events)
}

fn documents_are_the_stream(numbers: Vec<u32>) -> Result<(), TestCaseError> {
    let mut dice = Dice::new(numbers);
    let mut text = String::new();
    for _ in 0..=dice.roll(4) {
        let mark = dice.pick(&[
            "---\n",
            "--- # c\n",
            "---\t\n",
            "...\n---\n",
            "...\n",
            "... # c\n# d\n",
            "...\n%YAML 1.2\n---\n",
            "...\n%TAG !e! tag:x,2000:\n---\n",
            "--- |\n --- x\n ...\n",
            "--- >\n\n ---x\n",
            "--- 'a\n --- b'\n",
            "--- {a: b}\n",
            "---\n---x\n",
            "# c\n\n",
            "\n",
            "",
        ]);
        text.push_str(mark);
        match dice.roll(5) {
            0 => text.push_str(dice.pick(&[
                "",
                "x\n",
                "&a x\n",
                "k: |\n  ---\n  --- x\n",
                "k: |2-\n  ...\n\n",
            ])),
            1 => {}
            _ => {
                let mut inner = Text::new(&mut dice);
                inner.document();
                text.push_str(&inner.out);
            }
        }
    }
    if dice.roll(5) == 0 {
        text = text.replace('\n', "\r\n");
    }
    let Ok(whole) = events(&text) else {
        return Err(TestCaseError::reject("no YAML"));
    };
    let mut split = Vec::new();
    let mut end = 0;
    for range in documents(&text) {
        prop_assert_eq!(range.start, end);
        end = range.end;
        let part = events(&text[range.clone()])
            .map_err(|error| TestCaseError::fail(format!("{error} in {range:?} of\n{text}")))?;
        let tree = Tree::parse(&text, range.clone());
        prop_assert!(tree.is_ok(), "{:?} in {:?} of\n{}", tree.err(), range, text);
        split.extend(part);
    }
    prop_assert_eq!(end, text.len());
    prop_assert!(split == whole, "{text}\n{split:?}\n{whole:?}");
    Ok(())
}

/// The value that a node has, as text.
fn value(node: Node<'_, '_>) -> String {
    match node.kind() {
        Kind::Null => "null".to_owned(),
        Kind::Scalar => format!("{:?} {}", node.text(), node.is_string()),
        Kind::Sequence => format!("{:?}", node.items().map(value).collect::<Vec<_>>()),
        Kind::Mapping => {
            let entries = node
                .entries()
                .map(|(key, inner)| (key.text().unwrap_or_default(), value(inner)));
            format!("{:?}", entries.collect::<Vec<_>>())
        }
    }
}

fn items_are_the_list(numbers: Vec<u32>) -> Result<(), TestCaseError> {
    let mut dice = Dice::new(numbers);
    let column = dice.roll(3);
    let mut text = dice
        .pick(&[
            "",
            "apiVersion: v1\nkind: List\n",
            "# c\nkind: L\n\n",
            "---\na: |\n items:\n",
        ])
        .to_owned();
    let line = dice.pick(&["items:\n", "items: # c\n", "items:  \n\n# c\n"]);
    text.push_str(line);
    let mut list = Text::new(&mut dice);
    for _ in 0..=list.dice.roll(4) {
        let indent = " ".repeat(column);
        list.out.push_str(&indent);
        list.out.push_str("- ");
        let mut inner = Text::new(list.dice);
        inner.mapping(column + 2, 1);
        let item = inner.out.trim_start().to_owned();
        list.out.push_str(&item);
    }
    text.push_str(&list.out);
    let tail = dice.pick(&[
        "",
        "results:\n- a: 1\n",
        "# c\nfunctionConfig: {a: b}\n",
        "...\n",
    ]);
    text.push_str(tail);
    if dice.roll(5) == 0 {
        text = text.replace('\n', "\r\n");
    }
    let Ok(whole) = Tree::parse(&text, 0..text.len()) else {
        return Err(TestCaseError::reject("no YAML"));
    };
    let Some(split) = items(&text, 0..text.len()) else {
        return Err(TestCaseError::reject("not split"));
    };
    let root = whole.root().unwrap();
    let expected: Vec<String> = root.get("items").unwrap().items().map(value).collect();
    let mut found = Vec::new();
    let mut end = split.head.end;
    for range in &split.items {
        prop_assert_eq!(range.start, end);
        end = range.end;
        // A piece may need an anchor of another one; then it does not parse, and the list is parsed whole.
        let Ok(tree) = Tree::parse(&text, range.clone()) else {
            return Err(TestCaseError::reject("shared"));
        };
        let root = tree.root().unwrap();
        prop_assert_eq!(root.items().count(), 1);
        found.extend(root.items().map(value));
    }
    prop_assert_eq!(end, split.tail.start);
    prop_assert_eq!(split.tail.end, text.len());
    prop_assert!(found == expected, "{text}\n{found:?}\n{expected:?}");
    Ok(())
}

/// Paths to the values below a node, and to a place in each collection where one can be appended.
fn ways(node: Node<'_, '_>, path: &mut Vec<Step>, found: &mut Vec<Vec<Step>>) {
    found.push(path.clone());
    if path.len() > 6 || found.len() > 500 {
        return;
    }
    match node.kind() {
        Kind::Sequence => {
            for (index, item) in node.items().enumerate() {
                path.push(Step::Index(index));
                ways(item, path, found);
                path.pop();
            }
        }
        Kind::Mapping => {
            for (key, value) in node.entries() {
                path.push(Step::Key(key.text().unwrap_or_default().to_owned().into()));
                ways(value, path, found);
                path.pop();
            }
            path.push(Step::Key("new".into()));
            found.push(path.clone());
            path.pop();
        }
        _ => {}
    }
}

/// A text with characters put in and taken out, which may be no YAML any more.
fn damaged_texts_are_refused_or_edited(numbers: Vec<u32>) -> Result<(), TestCaseError> {
    let mut dice = Dice::new(numbers);
    let damage = dice.roll(6);
    let holes: Vec<(usize, usize)> = (0..damage)
        .map(|_| (dice.roll(4096), dice.roll(64)))
        .collect();
    let mut inner = Text::new(&mut dice);
    inner.document();
    let mut text: Vec<char> = inner.out.chars().collect();
    let marks: Vec<char> = "\t :-?#&*!|>'\"%@`{}[],\r\n\u{85}\u{FEFF}~<.01a\u{e9}\\+"
        .chars()
        .collect();
    for (at, what) in holes {
        let at = at % text.len().max(1);
        match marks.get(what) {
            Some(mark) => text.insert(at, *mark),
            None if at < text.len() => {
                text.remove(at);
            }
            None => {}
        }
    }
    let text: String = text.into_iter().collect();
    let _ = items(&text, 0..text.len());
    for range in documents(&text) {
        let Ok(tree) = Tree::parse(&text, range) else {
            continue;
        };
        let Some(root) = tree.root() else { continue };
        let mut found = Vec::new();
        ways(root, &mut Vec::new(), &mut found);
        let path = found[dice.roll(found.len())].clone();
        let value = wanted(&mut dice);
        let edits = [Edit { path, value }];
        match tree.edit(&edits) {
            // Whether the parser takes a tab for indentation depends on what is around it.
            Err(error @ EditError::Verify { .. }) if !text.contains('\t') => {
                return Err(TestCaseError::fail(format!(
                    "{error}\n{edits:?} in\n{text}\n{text:?}"
                )));
            }
            Err(_) => {}
            Ok(splices) => {
                let edited: String = pieces(&text, &splices).collect();
                let diff = unified_diff("a", "b", &text, &splices);
                prop_assert!(diff.is_empty() == (edited == text));
            }
        }
    }
    Ok(())
}

/// Runs a law on as many random texts as `PROPTEST_CASES` says, 2000 at least.
#[track_caller]
fn law(test: fn(Vec<u32>) -> Result<(), TestCaseError>) {
    let config = ProptestConfig {
        cases: ProptestConfig::default().cases.max(2000),
        max_global_rejects: 4_000_000,
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    let mut runner = TestRunner::new(config);
    let numbers = proptest::collection::vec(any::<u32>(), 8..160);
    if let Err(error) = runner.run(&numbers, test) {
        panic!("{error}\n{runner}");
    }
}

#[test]
fn an_edit_changes_what_it_shall_and_nothing_else() {
    law(edits_hold);
    let (made, refused) = (MADE.load(Relaxed), REFUSED.load(Relaxed));
    println!("{made} edits made, {refused} refused");
    assert!(refused * 20 <= made, "more than 5 % are refused");
}

#[test]
fn documents_parse_alone_as_in_the_stream() {
    law(documents_are_the_stream);
}

#[test]
fn items_parse_alone_as_in_the_list() {
    law(items_are_the_list);
}

#[test]
fn a_damaged_text_is_refused_or_edited() {
    law(damaged_texts_are_refused_or_edited);
}
