//! No control character leaves, in any form of any message about any text under any name.
//!
//! The first line is the name of the file, the others are the text.

#![no_main]

use libfuzzer_sys::{Corpus, fuzz_target};
use set_prestop::{
    Drawing, Look, Message, Positions, Sarif, Settings, Source, Tense, json, rewrite,
    write_command, write_message, write_picture,
};

fuzz_target!(|data: &[u8]| -> Corpus {
    let Ok(text) = std::str::from_utf8(data) else {
        return Corpus::Reject;
    };
    let Some((name, text)) = text.split_once('\n') else {
        return Corpus::Reject;
    };
    let settings = Settings {
        advice: true,
        addresses: true,
        gate: true,
        ..Settings::default()
    };
    let sources = [Source::new(name, text)];
    let positions = Positions::new(&sources);
    match rewrite(&sources, &settings) {
        Ok(outcome) => {
            told(&outcome.messages, &positions);
            let drawing = Drawing {
                look: LOOK,
                short: text.len() % 2 == 0,
                tense: Tense::Would,
                next: None,
            };
            one_line_each(
                "explain",
                &outcome.explain(&outcome.messages, &positions, &drawing),
            );
            if let Some(header) = outcome.outputs[0].diff().lines().next() {
                fit("diff", header);
            }
            let answer = outcome.answer(None, &outcome.messages, &positions);
            fit("json", &json(&answer, &positions));
        }
        Err(failure) => {
            told(&failure.messages, &positions);
            let answer = failure.answer(None, &failure.messages, &positions);
            fit("json", &json(&answer, &positions));
        }
    }
    Corpus::Keep
});

const LOOK: Look = Look {
    wraps: true,
    colour: false,
    width: 80,
};

fn told(messages: &[Message], positions: &Positions<'_>) {
    let mut sarif = Sarif::default();
    for message in messages {
        let mut line = String::new();
        write_message(&mut line, message, positions, false).expect("a String takes all");
        one_line_each("short", &line);
        let mut line = String::new();
        write_command(&mut line, message, positions).expect("a String takes all");
        // A command is one line, and what is told as text is no command.
        assert!(!line.trim_end_matches('\n').contains("\n::"), "{line:?}");
        fit("github", line.strip_prefix("::").unwrap_or(&line));
        let mut text = String::new();
        write_picture(&mut text, message, positions, LOOK, true);
        one_line_each("text", &text);
        sarif.add(message, positions);
    }
    fit("sarif", &sarif.to_string());
}

/// No line begins with a command of a CI runner. `::: ` is how a second file is drawn, and no command has that name.
fn one_line_each(form: &str, text: &str) {
    fit(form, text);
    for line in text.lines() {
        let begins = line.trim_start();
        assert!(
            !begins.starts_with("::") || begins.starts_with("::: "),
            "{form}: {line:?}"
        );
    }
}

fn fit(form: &str, text: &str) {
    let hidden = [
        '\u{85}', '\u{200b}', '\u{2028}', '\u{2029}', '\u{202e}', '\u{feff}',
    ];
    let raw = text
        .chars()
        .find(|c| (c.is_control() && *c != '\n') || hidden.contains(c));
    assert!(raw.is_none(), "{form}: {raw:?} in {text:?}");
    assert!(!text.contains("##["), "{form}: {text:?}");
}
