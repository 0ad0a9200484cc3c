//! The reader of simple texts and the parser see the same tree.

#![no_main]

use libfuzzer_sys::{Corpus, fuzz_target};
use lossless_yaml::{Node, Tree, documents, items};

fuzz_target!(|data: &[u8]| -> Corpus {
    let Ok(text) = std::str::from_utf8(data) else {
        return Corpus::Reject;
    };
    for range in documents(text).take(4) {
        simple_is_parsed_alike(&text[range.clone()]);
        if let Some(split) = items(text, range) {
            let items = split.items.into_iter().take(4);
            items.for_each(|item| simple_is_parsed_alike(&text[item]));
        }
    }
    Corpus::Keep
});

/// A comment that is not ASCII says nothing, but it leaves the chunk to the parser.
fn simple_is_parsed_alike(part: &str) {
    if part.starts_with(['%', '\u{FEFF}']) {
        return;
    }
    let comment = "# \u{e9}\n";
    let commented = format!("{comment}{part}");
    let (simple, parsed) = (
        Tree::parse(part, 0..part.len()),
        Tree::parse(&commented, 0..commented.len()),
    );
    match (&simple, &parsed) {
        (Ok(simple), Ok(parsed)) => match (simple.root(), parsed.root()) {
            (Some(one), Some(two)) => same(one, two, comment.len(), &mut 20_000, part),
            (None, None) => {}
            _ => panic!("a root is missing in\n{part}"),
        },
        (Err(_), Err(_)) => {}
        _ => panic!("{:?} and {:?} in\n{part}", simple.err(), parsed.err()),
    }
}

fn same(one: Node<'_, '_>, two: Node<'_, '_>, shift: usize, budget: &mut usize, part: &str) {
    let Some(rest) = budget.checked_sub(1) else {
        return;
    };
    *budget = rest;
    let about = |node: Node<'_, '_>| {
        let text = node.text().map(str::to_owned);
        (
            node.kind(),
            text,
            node.is_string(),
            node.quoted(),
            node.tagged(),
            node.is_empty(),
        )
    };
    let span = two.span();
    let span = span.start.wrapping_sub(shift)..span.end.wrapping_sub(shift);
    let (found, expected) = ((about(one), one.span()), (about(two), span));
    assert_eq!(found, expected, "in\n{part}");
    let (items, others): (Vec<_>, Vec<_>) = (one.items().collect(), two.items().collect());
    let (entries, pairs): (Vec<_>, Vec<_>) = (one.entries().collect(), two.entries().collect());
    assert_eq!(
        (items.len(), entries.len()),
        (others.len(), pairs.len()),
        "in\n{part}"
    );
    for (one, two) in items.into_iter().zip(others) {
        same(one, two, shift, budget, part);
    }
    for ((key, value), (other, found)) in entries.into_iter().zip(pairs) {
        same(key, other, shift, budget, part);
        same(value, found, shift, budget, part);
    }
}
