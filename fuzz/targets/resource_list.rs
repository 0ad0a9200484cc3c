//! Documents as the items of a ResourceList, in block and flow form: what is decided is what is decided of the stream, and where a
//! run fails the items come back.
//!
//! The first byte chooses the form, the others are the stream.

#![no_main]

use libfuzzer_sys::{Corpus, fuzz_target};
use serde_yaml::Value as Yaml;
use set_prestop::{Failure, Outcome, Output, Settings, Source, rewrite};
use set_prestop_fuzz::{has_older_marks, json, read};
use std::collections::HashSet;

fuzz_target!(|data: &[u8]| -> Corpus {
    let Some((choice, rest)) = data.split_first() else {
        return Corpus::Reject;
    };
    let Some(text) = std::str::from_utf8(rest)
        .ok()
        .filter(|text| !text.contains("ResourceList"))
    else {
        return Corpus::Reject;
    };
    // What libyaml takes for a line break makes other values of the text.
    if text.contains(['\u{85}', '\u{2028}', '\u{2029}', '\u{feff}', '\r']) {
        return Corpus::Reject;
    }
    if has_older_marks(text) {
        return Corpus::Reject;
    }
    // An item that is no object, or a list of its own, is another matter.
    let Some(documents) = read(text).filter(|all| !all.is_empty() && all.iter().all(is_object))
    else {
        return Corpus::Reject;
    };
    // A name that is a number is a text of its own: `0x1F` written out again is `31`.
    let words = |c: char| !(c.is_ascii_alphanumeric() || matches!(c, '.' | '+' | '-' | '_'));
    let words: HashSet<&str> = text.split(words).collect();
    if !documents
        .iter()
        .all(|document| keeps_numbers(document, &words))
    {
        return Corpus::Reject;
    }
    let Some(list) = list(&documents, *choice) else {
        return Corpus::Reject;
    };
    let stream = run(text);
    match (stream, run(&list)) {
        (Ok(stream), Ok(listed)) => {
            assert!(listed.is_resource_list);
            assert_eq!(decided(&stream), decided(&listed), "{text}\n--- as\n{list}");
            let output = listed.outputs[0].to_string();
            let again = run(&output).expect("a second run");
            assert_eq!(again.counts.changes, 0, "a second run changes\n{output}");
        }
        (_, Err(failure)) => {
            let output = failure.output.as_ref().map(Output::to_string);
            let items = |text: &str| read(text).and_then(|all| all.first()?.get("items").cloned());
            if let Some(output) = output {
                assert_eq!(
                    items(&list),
                    items(&output),
                    "the items do not come back:\n{list}"
                );
            }
        }
        // What is refused for its form is gone in another.
        (Err(_), Ok(_)) => {}
    }
    Corpus::Keep
});

fn is_object(value: &Yaml) -> bool {
    let text = |key: &str| value.get(key).and_then(Yaml::as_str);
    matches!((text("kind"), text("apiVersion")), (Some(kind), Some(_)) if !kind.ends_with("List"))
}

/// Whether the text has all numbers of a value as they are written.
fn keeps_numbers(value: &Yaml, words: &HashSet<&str>) -> bool {
    match value {
        Yaml::Number(number) => words.contains(number.to_string().as_str()),
        Yaml::Sequence(items) => items.iter().all(|item| keeps_numbers(item, words)),
        Yaml::Mapping(entries) => entries
            .iter()
            .all(|(key, value)| keeps_numbers(key, words) && keeps_numbers(value, words)),
        Yaml::Tagged(tagged) => keeps_numbers(&tagged.value, words),
        Yaml::Null | Yaml::Bool(_) | Yaml::String(_) => true,
    }
}

/// The documents as items, in one of three forms.
fn list(documents: &[Yaml], choice: u8) -> Option<String> {
    let head = "apiVersion: config.kubernetes.io/v1\nkind: ResourceList\n";
    let items = Yaml::Sequence(documents.to_vec());
    match choice % 3 {
        0 => Some(format!(
            "{head}items:\n{}",
            serde_yaml::to_string(&items).ok()?
        )),
        1 => Some(format!("{head}items: {}\n", json(&items)?)),
        _ => Some(format!(
            "{{\"apiVersion\": \"config.kubernetes.io/v1\", \"items\": {}, \"kind\": \"ResourceList\"}}",
            json(&items)?
        )),
    }
}

fn run(text: &str) -> Result<Outcome<'_>, Failure<'_>> {
    let settings = Settings {
        advice: true,
        ..Settings::default()
    };
    rewrite(&[Source::new("fuzz.yaml", text)], &settings)
}

/// What is decided of each workload.
fn decided(outcome: &Outcome<'_>) -> Vec<String> {
    let plans = outcome.plans.iter();
    let plans = plans.map(|plan| format!("{} {:?} {:?}", plan.workload, plan.sleep, plan.edits()));
    plans.collect()
}
