//! Any text as a configuration: it is read or refused with words, beside a render and in a ResourceList alike.

#![no_main]

use libfuzzer_sys::{Corpus, fuzz_target};
use set_prestop::{Config, Message, Reason, Settings, Severity, Source, parse_config, rewrite};
use set_prestop_fuzz::read;

const RENDER: &str = include_str!("../../testdata/tea.yaml");

fuzz_target!(|data: &[u8]| -> Corpus {
    let Ok(text) = std::str::from_utf8(data) else {
        return Corpus::Reject;
    };
    // A ResourceList with a control character, or with a line break that is one for some readers only, gets no results: it is
    // refused (docs/reference.md, rule 1.9).
    let refused_in_lists = |c: char| {
        c.is_control() && !matches!(c, '\t' | '\n') || matches!(c, '\u{2028}' | '\u{2029}')
    };
    if text.replace("\r\n", "\n").contains(refused_in_lists) {
        let _ = parse_config(text);
        return Corpus::Keep;
    }
    let config = match parse_config(text) {
        Ok(config) => config,
        Err(messages) => {
            refused(&messages, text);
            return Corpus::Keep;
        }
    };
    let run = |text: &str, config: Config| {
        let settings = Settings {
            config,
            advice: true,
            ..Settings::default()
        };
        match rewrite(&[Source::new("fuzz.yaml", text)], &settings) {
            Ok(outcome) => Ok(outcome
                .plans
                .iter()
                .map(|plan| format!("{:?}", plan.edits()))
                .collect::<Vec<_>>()),
            Err(failure) => {
                let mut reasons: Vec<_> =
                    failure.messages.iter().map(|m| m.reason.name()).collect();
                assert!(
                    failure
                        .messages
                        .iter()
                        .any(|m| m.severity == Severity::Error)
                );
                assert!(
                    !reasons.contains(&Reason::Bug.name()),
                    "{:?}",
                    failure.messages
                );
                reasons.dedup();
                Err(reasons)
            }
        }
    };
    let stated = run(RENDER, config);
    // The same as a functionConfig: its lines, further right.
    let mut list =
        String::from("apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nfunctionConfig:\n");
    text.lines()
        .for_each(|line| list.extend(["  ", line, "\n"]));
    list.push_str("items:\n");
    for document in RENDER.split("---\n") {
        let mut dash = "- ";
        for line in document.lines() {
            list.extend([dash, line, "\n"]);
            dash = "  ";
        }
    }
    let (stated_as, given_as) = (read(text), read(&list));
    let same = match (stated_as.as_deref(), given_as.as_deref()) {
        (Some([document]), Some([list])) => list.get("functionConfig") == Some(document),
        _ => false,
    };
    if same {
        let given = run(&list, Config::default());
        assert_eq!(
            stated.is_ok(),
            given.is_ok(),
            "{text}\n{stated:?}\n{given:?}"
        );
        if let (Ok(stated), Ok(given)) = (stated, given) {
            assert_eq!(stated, given, "{text}");
        }
    }
    Corpus::Keep
});

fn refused(messages: &[Message], text: &str) {
    assert!(!messages.is_empty(), "refused without a word: {text}");
    for message in messages {
        assert!(!message.text.is_empty());
        assert!(message.reason != Reason::Bug, "{message}");
        if let Some(place) = &message.place {
            assert!(
                text.get(place.range.clone()).is_some(),
                "{place:?} is no place in\n{text}"
            );
        }
    }
}
