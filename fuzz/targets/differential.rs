//! The reader and one that is made of libyaml: where both take a text, they see the same values.

#![no_main]

use libfuzzer_sys::{Corpus, fuzz_target};
use lossless_yaml::{Tree, documents};
use set_prestop_fuzz::{Meaning, has_older_marks, read_surely};

fuzz_target!(|data: &[u8]| -> Corpus {
    let Ok(text) = std::str::from_utf8(data) else {
        return Corpus::Reject;
    };
    // YAML 1.2 has fewer line breaks than libyaml, and the two do not agree on where a byte order mark or a tab may stand: what
    // the program does with them is tested elsewhere (docs/reference.md, rule 1.9).
    if text.contains(['\u{85}', '\u{2028}', '\u{2029}', '\u{feff}', '\t', '\r']) {
        return Corpus::Reject;
    }
    if has_older_marks(text) {
        return Corpus::Reject;
    }
    for range in documents(text).take(4) {
        let part = &text[range.clone()];
        let Ok(tree) = Tree::parse(text, range) else {
            continue;
        };
        let Some(ours) = tree.root().and_then(Meaning::of) else {
            continue;
        };
        // A document that is a block scalar as a whole: its lines may begin in the first column, and libyaml takes those with a
        // `#` for comments. No manifest is a text.
        if matches!(ours, Meaning::Text(_)) && part.contains(['|', '>']) {
            continue;
        }
        if let Some([theirs]) = read_surely(part).as_deref() {
            assert!(ours.agrees(theirs), "{part}\n{ours:?}\n{theirs:?}");
        }
    }
    Corpus::Keep
});
