//! Splitting documents and items, and skipping those that cannot matter, changes nothing that users see.

#![no_main]

use granit_parser::{Event, Parser};
use libfuzzer_sys::{Corpus, fuzz_target};
use lossless_yaml::{Tree, documents, items};
use set_prestop::{Config, Failure, Outcome, Reason, Settings, Source, parse_config, rewrite};
use set_prestop_fuzz::Meaning;
use std::fmt::Write as _;
use std::ops::Range;
use std::sync::LazyLock;

static CONFIG: LazyLock<Config> = LazyLock::new(|| {
    let text = "apiVersion: set-prestop.dev/v1alpha1
kind: SetPreStop
metadata: {name: all}
spec:
  existingHooks: Prepend
  routes:
  - {groups: [apps, extensions], kind: Deployment, targets: [{at: $, kind: kind, name: metadata.name}]}
  - {groups: [''], kind: Pod, targets: [{at: $, kind: kind, name: metadata.name}]}
";
    parse_config(text).expect("the settings are right")
});

fuzz_target!(|data: &[u8]| -> Corpus {
    let Ok(text) = std::str::from_utf8(data) else {
        return Corpus::Reject;
    };
    documents_are_the_stream(text);
    for range in documents(text).take(4) {
        items_are_the_list(text, range);
    }
    skipping_is_not_seen(text);
    Corpus::Keep
});

/// The events of a text; anchors are numbered anew in each document.
fn events(text: &str) -> Result<Vec<String>, String> {
    let mut events = Vec::new();
    let (mut base, mut highest) = (0, 0);
    let options = granit_parser::options! { block_scalar_eof_without_line_feed: true };
    for event in Parser::new_from_str_with_options(text, options) {
        let (event, _) = event.map_err(|error| error.to_string())?;
        highest = highest.max(event.anchor_id().unwrap_or(0));
        match &event {
            Event::StreamStart | Event::StreamEnd => continue,
            Event::DocumentStart(..) => base = highest,
            _ => {}
        }
        let id = event.anchor_id().or(event.alias_id());
        let id = id.map_or(0, |id| id.saturating_sub(base));
        let mut shown = match &event {
            Event::Scalar(text, style, _, tag) => format!("{text:?} {style:?} {tag:?}"),
            Event::SequenceStart(style, _, tag) => format!("[ {style:?} {tag:?}"),
            Event::MappingStart(style, _, tag) => format!("{{ {style:?} {tag:?}"),
            Event::Alias(_) => "*".to_owned(),
            other => format!("{other:?}"),
        };
        let _ = write!(shown, " {id}");
        events.push(shown);
    }
    Ok(events)
}

fn documents_are_the_stream(text: &str) {
    let mut end = 0;
    for range in documents(text) {
        assert_eq!(range.start, end);
        end = range.end;
    }
    assert_eq!(end, text.len());
    let Ok(whole) = events(text) else { return };
    // Lines that end with a carriage return alone are not split; what they hide is an error where it is parsed.
    if text.replace("\r\n", "\n").contains('\r') {
        return;
    }
    let mut split = Vec::new();
    for range in documents(text) {
        let part = events(&text[range.clone()]);
        let part = part.unwrap_or_else(|error| panic!("{error} in {range:?} of\n{text}"));
        let tree = Tree::parse(text, range.clone());
        if let Err(error) = tree {
            let known = ["255 levels", "inside the value"];
            let known = known.iter().any(|words| error.message.contains(words));
            assert!(known, "{error} in {range:?} of\n{text}");
        }
        split.extend(part);
    }
    assert!(split == whole, "{text}\n{split:?}\n{whole:?}");
}

/// Items parse alone as in the list; where one does not, the list is parsed whole.
fn items_are_the_list(text: &str, range: Range<usize>) {
    let Some(split) = items(text, range.clone()) else {
        return;
    };
    assert_eq!((split.head.start, split.tail.end), (range.start, range.end));
    let mut end = split.head.end;
    let mut found = Vec::new();
    let mut parsed = Tree::parse(text, split.head).is_ok();
    parsed &= Tree::parse(text, split.tail.clone()).is_ok();
    for item in &split.items {
        assert_eq!(item.start, end);
        end = item.end;
        let Ok(tree) = Tree::parse(text, item.clone()) else {
            parsed = false;
            continue;
        };
        let alone = tree.root().is_some_and(|root| root.items().count() == 1);
        parsed &= alone;
        found.extend(
            tree.root()
                .into_iter()
                .flat_map(|root| root.items().map(Meaning::of)),
        );
    }
    assert_eq!(end, split.tail.start);
    let Ok(whole) = Tree::parse(text, range) else {
        return;
    };
    if parsed {
        let list = whole.root().and_then(|root| root.get("items"));
        let list = list.unwrap_or_else(|| panic!("no items in\n{text}"));
        let expected: Vec<_> = list.items().map(Meaning::of).collect();
        assert!(found == expected, "{text}\n{found:?}\n{expected:?}");
    }
}

fn run(text: &str, parse_everything: bool) -> Result<Outcome<'_>, Failure<'_>> {
    let settings = Settings {
        config: CONFIG.clone(),
        parse_everything,
        ..Settings::default()
    };
    let name = "fuzz.yaml";
    rewrite(&[Source::new(name, text)], &settings)
}

fn skipping_is_not_seen(text: &str) {
    // An object of an unknown kind is looked at for the word `containers`, which an escape sequence hides.
    if text.contains('\\') {
        return;
    }
    match (run(text, false), run(text, true)) {
        (Ok(skipped), Ok(parsed)) => {
            let (found, expected) = (
                skipped.outputs[0].to_string(),
                parsed.outputs[0].to_string(),
            );
            assert!(
                found == expected,
                "found\n{found}\n--- expected\n{expected}"
            );
            assert_eq!(skipped.messages, parsed.messages, "{text}");
        }
        // A fault in a document that can't matter is the next reader's.
        (_, Err(failure))
            if failure
                .messages
                .iter()
                .any(|m| m.reason == Reason::BadInput) => {}
        (Err(skipped), Err(parsed)) => assert_eq!(skipped.messages, parsed.messages, "{text}"),
        (Ok(_), Err(failure)) | (Err(failure), Ok(_)) => {
            panic!("{:?} in\n{text}", failure.messages)
        }
    }
}
