//! The editor's door: any edits of any text. An edit that is made means what was asked for, to this reader and to an
//! independent one.
//!
//! The first bytes choose the edits, the others are the text.

#![no_main]

use libfuzzer_sys::{Corpus, fuzz_target};
use lossless_yaml::{
    Edit, EditError, Kind, Node, Step, Tree, Value, documents, pieces, unified_diff,
};
use set_prestop_fuzz::{Meaning, read, read_surely};

/// Bytes that choose the edits.
const CHOICES: usize = 16;

struct Dice<'d>(&'d [u8]);

impl Dice<'_> {
    fn roll(&mut self, sides: usize) -> usize {
        let (first, rest) = self.0.split_first().unwrap_or((&0, &[]));
        self.0 = rest;
        usize::from(*first) % sides
    }
}

fuzz_target!(|data: &[u8]| -> Corpus {
    let Some((choices, rest)) = data.split_at_checked(CHOICES) else {
        return Corpus::Reject;
    };
    let Ok(text) = std::str::from_utf8(rest) else {
        return Corpus::Reject;
    };
    let mut dice = Dice(choices);
    for chunk in documents(text).take(4) {
        let Ok(tree) = Tree::parse(text, chunk.clone()) else {
            continue;
        };
        let Some(root) = tree.root() else { continue };
        let count = 1 + dice.roll(3);
        let edits: Vec<Edit> = (0..count)
            .map(|_| Edit {
                path: path(root, &mut dice),
                value: value(&mut dice),
            })
            .collect();
        check(&tree, root, &edits, text);
    }
    Corpus::Keep
});

/// A way to something that is there, or to a place where something can be appended.
fn path(root: Node<'_, '_>, dice: &mut Dice<'_>) -> Vec<Step> {
    let mut path = Vec::new();
    let mut node = root;
    for _ in 0..12 {
        let entries: Vec<_> = node.entries().take(250).collect();
        let items: Vec<_> = node.items().take(250).collect();
        let count = entries.len().max(items.len());
        let choice = dice.roll(count + 2);
        let next = match node.kind() {
            Kind::Scalar => return path,
            _ if choice > count => return path,
            Kind::Sequence => {
                path.push(Step::Index(choice));
                items.get(choice).copied()
            }
            Kind::Null | Kind::Mapping => {
                let key = entries.get(choice).map(|(key, _)| *key);
                let name = match key {
                    None => "new",
                    Some(key) if key.kind() == Kind::Scalar || key.kind() == Kind::Null => {
                        key.text().unwrap_or_default()
                    }
                    Some(_) => return path,
                };
                // A null that is written out has a text as a key, and is not found by the empty one.
                let value = entries.get(choice).map(|(_, value)| value.id());
                if value.is_some() && node.get(name).map(Node::id) != value {
                    return path;
                }
                path.push(Step::Key(name.to_owned().into()));
                entries.get(choice).map(|(_, value)| *value)
            }
        };
        match next {
            Some(next) => node = next,
            None => return path,
        }
    }
    path
}

fn value(dice: &mut Dice<'_>) -> Value {
    let s = |text: &'static str| Value::Str(text.into());
    let entry = |key: &'static str, value| (key.into(), value);
    match dice.roll(12) {
        0 => s("sleep 10; exec x"),
        1 => Value::Int(45),
        2 => Value::Quoted("sleep 10".into()),
        3 => Value::Bool(true),
        4 => Value::Null,
        5 => s("two\nlines\n"),
        6 => Value::Sequence(vec![
            s("-c"),
            Value::Mapping(vec![entry("deep", s("x: y"))]),
        ]),
        7 => Value::Mapping(Vec::new()),
        8 => s("\u{85}\t\"'\\ #\n \n"),
        9 => Value::Sequence(Vec::new()),
        10 => s("10"),
        _ => {
            let below = vec![entry("three", Value::Sequence(vec![s("x"), Value::Int(3)]))];
            Value::Mapping(vec![
                entry("one", s("/bin/sh")),
                entry("two", Value::Mapping(below)),
            ])
        }
    }
}

fn check(tree: &Tree<'_>, root: Node<'_, '_>, edits: &[Edit], text: &str) {
    let chunk = tree.chunk();
    let splices = match tree.edit(edits) {
        Ok(splices) => splices,
        // Whether the parser takes a tab for indentation depends on what is around it.
        Err(error @ EditError::Verify { .. }) if !text.contains('\t') => {
            panic!("{error}: {edits:?} in\n{text}")
        }
        Err(_) => return,
    };
    let mut end = chunk.start;
    for splice in &splices {
        assert!(end <= splice.range.start && splice.range.end <= chunk.end);
        end = splice.range.end;
    }
    let edited: String = pieces(text, &splices).collect();
    let diff = unified_diff("a", "b", text, &splices);
    assert_eq!(diff.is_empty(), edited == text);
    if !diff.is_empty() && !text.contains('\r') {
        let patch = diffy::Patch::from_str(&diff).expect("a diff");
        let patched = diffy::apply(text, &patch).expect("a diff that applies");
        assert!(
            patched == edited,
            "patched\n{patched}\nedited\n{edited}\ndiff\n{diff}"
        );
    }
    let length = chunk.len() + edited.len() - text.len();
    let new = Tree::parse(&edited, chunk.start..chunk.start + length).expect("the edited text");
    let again = new.edit(edits);
    assert!(
        again.as_ref().is_ok_and(Vec::is_empty),
        "a second time {again:?}: {edits:?} in\n{text}\ngave\n{edited}"
    );
    let Some(old) = Meaning::of(root) else { return };
    let mut expected = Some(old.clone());
    for edit in edits {
        expected = expected.and_then(|value| value.with(&edit.path, &edit.value));
    }
    let expected = expected.expect("a way that leads somewhere");
    let found = new.root().and_then(Meaning::of);
    assert!(
        found.as_ref() == Some(&expected),
        "{edits:?} in\n{text}\ngave\n{edited}\nread as {found:?}\nexpected {expected:?}"
    );
    // Behind a plain scalar alone in its document the other reader takes a line of tabs, and behind nothing else; a byte
    // order mark at the start of a line it takes for a column.
    let tabs = edits.iter().any(|edit| edit.path.is_empty()) && text.contains('\t');
    if tabs || text.contains('\u{FEFF}') {
        return;
    }
    if let Some([before]) = read_surely(&text[chunk.clone()]).as_deref()
        && old.agrees(before)
    {
        let after = read(&edited[chunk.start..chunk.start + length]);
        assert!(
            matches!(after.as_deref(), Some([after]) if expected.agrees(after)),
            "another reader: {edits:?} in\n{text}\ngave\n{edited}\nread as {after:?}"
        );
    }
}
