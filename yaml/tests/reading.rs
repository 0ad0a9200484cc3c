//! Splitting, reading, places and diffs, seen from outside.
#![expect(
    clippy::unwrap_used,
    clippy::string_slice,
    reason = "the helpers of tests fail by panicking"
)]

use lossless_yaml::{
    Kind, Node, Splice, Step, Tree, Value, documents, emit_list, items, may_share, pieces,
    position, unified_diff,
};

fn parse(text: &str) -> Tree<'_> {
    Tree::parse(text, 0..text.len()).unwrap()
}

fn chunks(text: &str) -> Vec<&str> {
    documents(text).map(|range| &text[range]).collect()
}

#[test]
fn documents_begin_at_their_marker() {
    assert_eq!(chunks(""), Vec::<&str>::new());
    assert_eq!(chunks("a: 1"), ["a: 1"]);
    assert_eq!(chunks("---\na\n---\nb\n"), ["---\na\n", "---\nb\n"]);
    assert_eq!(chunks("a\n--- # c\nb\n---"), ["a\n", "--- # c\nb\n", "---"]);
    assert_eq!(chunks("a\r\n---\r\nb\r\n"), ["a\r\n", "---\r\nb\r\n"]);
    assert_eq!(
        chunks("a\n---b\n --- c\n---\td\n"),
        ["a\n---b\n --- c\n", "---\td\n"]
    );
}

#[test]
fn comments_and_directives_belong_to_the_document_after_them() {
    assert_eq!(chunks("# c\n\n---\na\n"), ["# c\n\n---\na\n"]);
    assert_eq!(chunks("\u{FEFF}# c\n---\na\n"), ["\u{FEFF}# c\n---\na\n"]);
    assert_eq!(
        chunks("a\n...\n# c\n%YAML 1.2\n---\nb\n...\n# end\n"),
        ["a\n...\n", "# c\n%YAML 1.2\n---\nb\n...\n", "# end\n"]
    );
    assert_eq!(chunks("...\n---\na\n"), ["...\n---\na\n"]);
    assert_eq!(
        chunks("---\n# nothing\n---\na\n"),
        ["---\n# nothing\n", "---\na\n"]
    );
}

#[test]
fn a_long_prelude_is_read_once() {
    let text = "# c\n...\n".repeat(200_000);
    assert_eq!(chunks(&text), [text.as_str()]);
}

fn split(text: &str) -> Option<(&str, Vec<&str>, &str)> {
    let split = items(text, 0..text.len())?;
    let parts = split.items.iter().map(|range| &text[range.clone()]);
    Some((
        &text[split.head.clone()],
        parts.collect(),
        &text[split.tail],
    ))
}

#[test]
fn lists_are_split_at_their_dashes() {
    assert_eq!(
        split("kind: List\nitems:\n# c\n- a: |\n    - x\n# d\n- b\nresults: []\n"),
        Some((
            "kind: List\nitems:\n# c\n",
            vec!["- a: |\n    - x\n# d\n", "- b\n"],
            "results: []\n"
        ))
    );
    assert_eq!(
        split("items: # c\r\n  - a:\r\n    - x\r\n  -\r\n    b: 1\r\n"),
        Some((
            "items: # c\r\n",
            vec!["  - a:\r\n    - x\r\n", "  -\r\n    b: 1\r\n"],
            ""
        ))
    );
    assert_eq!(
        split("---\nitems:\n- a\n...\n"),
        Some(("---\nitems:\n", vec!["- a\n"], "...\n"))
    );
    let at = "x: 1\n---\nitems:\n- a\n";
    let found = items(at, 9..at.len()).unwrap();
    assert_eq!((found.head, found.tail), (9..16, 20..20));
    assert_eq!(found.items.first(), Some(&(16..20)));
}

#[test]
fn lists_that_may_mean_something_else_in_pieces_are_not_split() {
    for text in [
        "a: 1\n",
        "items: []\n",
        "items:\n",
        "items:\n  a: 1\n",
        "items: &x\n- a\n",
        "items:\n- a\nitems:\n- b\n",
        "items:\n  - a\n - b\n",
        "items:\n- a\n\tb\n",
        "items:\n- &a x\n- *a\n",
        "head: &a x\nitems:\n- *a\n",
        "%TAG !e! tag:x,2000:\n---\nitems:\n- !e!x a\n",
        "text: \"\nitems:\n- a\n\"\n",
        "{a: b,\nitems:\n- a}\n",
        "items:\n- a\n? b\n",
        "items:\n- a\nb: [\n",
        "!t\nitems:\n- a\n",
    ] {
        assert_eq!(items(text, 0..text.len()), None, "{text}");
    }
    // Globs and `&&` are no aliases, and an anchor may be used inside its own item.
    for text in [
        "items:\n- a: rm *.x && ls *\n- b: a &b\n",
        "items:\n- [&a x, *a]\n- b\n",
    ] {
        assert!(items(text, 0..text.len()).is_some(), "{text}");
    }
}

#[test]
fn a_text_may_share_something_if_it_has_words_of_both_forms() {
    for (text, shares) in [
        ("a: &x b\nc: *x\n", true),
        ("a: &x b\n", false),
        ("a: *x\n", false),
        ("a: &x b\nc: 2 * 3\nd: e*f\n", false),
        ("a: 2>&1 & b\nc: *x\n", false),
    ] {
        assert_eq!(may_share(text), shares, "{text}");
    }
    let text = "items:\n- &a x\n- *a\n";
    assert!(may_share(text));
    assert!(
        !lossless_yaml::split(text, 0..text.len())
            .unwrap()
            .are_apart(text)
    );
}

#[test]
fn an_item_keeps_its_columns_and_offsets() {
    let text = "items:\n  - a: 1\n  - b:\n      c: 2\n";
    let found = items(text, 0..text.len()).unwrap();
    assert_eq!(found.dash_column, 2);
    let tree = Tree::parse(text, found.items[1].clone()).unwrap();
    let root = tree.root().unwrap();
    assert_eq!((root.kind(), root.items().count()), (Kind::Sequence, 1));
    let c = root
        .items()
        .next()
        .unwrap()
        .get("b")
        .unwrap()
        .get("c")
        .unwrap();
    assert_eq!(&text[c.span()], "2");
    let edit = lossless_yaml::Edit {
        path: vec![Step::Index(0), Step::Key("b".into()), Step::Key("d".into())],
        value: Value::Int(3),
    };
    let splices = tree.edit(&[edit]).unwrap();
    let edited: String = pieces(text, &splices).collect();
    assert_eq!(edited, "items:\n  - a: 1\n  - b:\n      c: 2\n      d: 3\n");
}

#[test]
fn reading_looks_through_aliases_and_merge_keys() {
    let text = "a: &a {x: 1, y: 2}\nb: &b\n  <<: *a\n  y: 3\nc:\n  z: 0\n  <<: [*b, *a]\nd: *b\nk: &k name\n*k : v\n\"<<\": quoted\n";
    let tree = parse(text);
    let root = tree.root().unwrap();
    let entries = |key: &str| {
        let node = root.get(key).unwrap();
        let entries = node
            .entries()
            .map(|(key, value)| format!("{}={}", key.text().unwrap(), value.text().unwrap()));
        entries.collect::<Vec<_>>()
    };
    assert_eq!(entries("b"), ["y=3", "x=1"]);
    assert_eq!(entries("c"), ["z=0", "y=3", "x=1"]);
    assert_eq!(entries("d"), ["y=3", "x=1"]);
    assert_eq!(root.get("name").unwrap().text(), Some("v"));
    assert_eq!(root.get("<<").unwrap().text(), Some("quoted"));
    let d = root.get("d").unwrap();
    assert_eq!(&text[d.span()], "*b");
    assert_eq!(d.get("x").unwrap().as_int(), Some(1));
    assert_eq!(tree.node(d.id()).kind(), Kind::Mapping);
    assert!(root.get("b").unwrap().get("z").is_none());
    assert!(d.get("x").unwrap().get("z").is_none());
}

#[test]
fn of_doubled_keys_the_last_counts() {
    let tree = parse("a: 1\nb: 2\na: 3\n");
    let root = tree.root().unwrap();
    assert_eq!(root.get("a").unwrap().as_int(), Some(3));
    let keys: Vec<_> = root.entries().map(|(key, _)| key.text().unwrap()).collect();
    assert_eq!(keys, ["b", "a"]);
}

#[test]
fn kinds_and_types_are_kubectls() {
    let text = "[~, , null, x, '', !!str 5, !!int '5', yes, 017, 1e2, \"1\", {}, [], |]"
        .replace(", |]", "]");
    let text = text.replace("~, ,", "~,");
    let tree = parse(&text);
    let nodes: Vec<Node<'_, '_>> = tree.root().unwrap().items().collect();
    let shown: Vec<String> = nodes
        .iter()
        .map(|node| {
            format!(
                "{:?} {:?} {} {:?} {:?} {:?} {}",
                node.kind(),
                node.text(),
                node.is_string(),
                node.as_int(),
                node.as_bool(),
                node.number(),
                node.is_empty()
            )
        })
        .collect();
    assert_eq!(
        shown,
        [
            "Null None false None None None true",
            "Null None false None None None true",
            "Scalar Some(\"x\") true None None None false",
            "Scalar Some(\"\") true None None None false",
            "Scalar Some(\"5\") true None None None false",
            "Scalar Some(\"5\") false Some(5) None Some(\"5\") false",
            "Scalar Some(\"yes\") false None Some(true) None false",
            "Scalar Some(\"017\") false Some(15) None Some(\"15\") false",
            "Scalar Some(\"1e2\") false None None Some(\"1e2\") false",
            "Scalar Some(\"1\") true None None None false",
            "Mapping None false None None None true",
            "Sequence None false None None None true",
        ]
    );
    assert!(nodes[4].tagged() && !nodes[2].tagged());
    assert!(nodes[3].quoted() && !nodes[4].quoted());
}

#[test]
fn items_are_found_by_their_index() {
    let items: Vec<_> = (0..200).map(|at| format!("- [{at}, x]\n")).collect();
    let long = items.concat();
    let tree = parse(&long);
    let root = tree.root().unwrap();
    for at in [0, 1, 63, 64, 65, 199] {
        let item = root.item(at).unwrap();
        assert_eq!(item.item(0).unwrap().as_int(), i64::try_from(at).ok());
        assert!(item.item(2).is_none());
        assert!(item.item(64).is_none());
    }
    assert!(root.item(200).is_none());
    assert!(root.item(0).unwrap().item(0).unwrap().item(0).is_none());
    let tree = parse("a: &a [1, 2]\nb: *a\nc: {d: e}\n");
    let root = tree.root().unwrap();
    assert_eq!(root.get("b").unwrap().item(1).unwrap().as_int(), Some(2));
    assert!(root.get("c").unwrap().item(0).is_none());
}

#[test]
fn spans_cover_the_node_itself() {
    let text = "\
a:
b: # c
- - x
  - y
c: &c !!str |+ # d
  text

d: { e: [f: g], h: }
? i
j:   # k
  l: 'm'
";
    let tree = parse(text);
    let root = tree.root().unwrap();
    let span = |node: Option<Node<'_, '_>>| &text[node.unwrap().span()];
    assert_eq!(root.get("a").unwrap().span(), 2..2);
    assert_eq!(span(root.get("b")), "- - x\n  - y");
    assert_eq!(span(root.get("b").unwrap().items().next()), "- x\n  - y");
    assert_eq!(span(root.get("c")), "|+ # d\n  text\n\n");
    assert_eq!(span(root.get("d")), "{ e: [f: g], h: }");
    let e = root.get("d").unwrap().get("e").unwrap();
    assert_eq!(span(Some(e)), "[f: g]");
    assert_eq!(span(e.items().next()), "f: g");
    assert_eq!(span(root.get("d").unwrap().get("h")), "");
    assert_eq!(
        &text[..root.get("i").unwrap().offset()],
        &text[..text.find("\nj").unwrap()]
    );
    assert_eq!(span(root.get("j")), "l: 'm'");
    assert_eq!(root.span(), 0..text.len() - 1);
}

#[test]
fn a_comment_glued_to_a_quote_or_a_bracket_is_one() {
    let text = "a: \"x\"#c\nb: {k: ['v']#d\n}#\u{e9}\nl: \"m\\n\" # f\n";
    let tree = parse(text);
    let root = tree.root().unwrap();
    assert_eq!(root.get("a").unwrap().text(), Some("x"));
    assert_eq!(root.get("a").unwrap().span(), 3..6);
    let list = root.get("b").unwrap().get("k").unwrap();
    assert_eq!(&text[list.span()], "['v']");
    assert_eq!(root.get("l").unwrap().text(), Some("m\n"));
    let many = "- \"x\"#c\n".repeat(33);
    let error = Tree::parse(&many, 0..many.len()).unwrap_err();
    assert_eq!(error.offset, 32 * 8 + 5);
    assert_eq!(parse(&many[8..]).root().unwrap().items().count(), 32);
    for (text, offset) in [
        ("a: [1,#c\n2]\n", 6),
        ("a: |#c\n  b\n", 4),
        ("a: {b: \"x\"#c}\n", 3),
    ] {
        let error = Tree::parse(text, 0..text.len()).unwrap_err();
        assert_eq!(error.offset, offset, "{text} {error}");
    }
}

#[test]
fn a_text_that_is_no_document_is_an_error_with_its_place() {
    let fail = |text: &str| {
        let error = Tree::parse(text, 0..text.len()).unwrap_err();
        (error.offset, error.message)
    };
    assert_eq!(
        fail("a: 1\n---\nb: 2\n"),
        (5, "a second document begins here".to_owned())
    );
    assert_eq!(
        fail("&a [*a]"),
        (
            4,
            "an alias is inside the value that it refers to".to_owned()
        )
    );
    assert_eq!(
        fail(&"[".repeat(300)).1,
        "collections nest deeper than 255 levels"
    );
    assert_eq!(
        fail(&"- ".repeat(300)).1,
        "collections nest deeper than 255 levels"
    );
    for text in ["a: [", "a: b: c", "*x", "a: 'b", "a: 1\n b: 2", "- a\nb: 1"] {
        let (offset, message) = fail(text);
        assert!(offset <= text.len(), "{text}");
        assert!(
            !message.is_empty() && !message.ends_with('.') && !message.contains('\n'),
            "{message}"
        );
    }
    let text = "x: 1\n---\na: [\n";
    let error = Tree::parse(text, 5..text.len()).unwrap_err();
    assert!(error.offset >= 12, "{error:?}");
    assert_eq!(position(text, 12).line, 3);
}

#[test]
fn an_empty_document_has_no_root() {
    for text in ["", "# c\n", "---\n", "--- # c\n...\n", "\n\n"] {
        assert!(parse(text).root().is_none(), "{text:?}");
    }
    assert!(parse("--- ~\n").root().is_some());
    assert!(parse("--- &a\n").root().is_some());
}

#[test]
fn a_list_is_rendered_as_whole_lines() {
    let item = Value::Mapping(vec![
        ("message".into(), Value::Quoted("x".into())),
        (
            "tags".into(),
            Value::Mapping(vec![("a/b".into(), Value::Int(1))]),
        ),
    ]);
    assert_eq!(
        emit_list("results", [item.clone(), Value::Null], false, "\n"),
        "results:\n- message: \"x\"\n  tags:\n    a/b: 1\n- null\n"
    );
    assert_eq!(
        emit_list("results", [item], true, "\r\n"),
        "results:\r\n  - message: \"x\"\r\n    tags:\r\n      a/b: 1\r\n"
    );
}

fn diff(text: &str, edits: &[(std::ops::Range<usize>, &str)]) -> String {
    let splices: Vec<Splice> = edits
        .iter()
        .map(|(range, text)| Splice {
            range: range.clone(),
            text: (*text).to_owned(),
        })
        .collect();
    unified_diff("a.yaml", "b.yaml", text, &splices)
}

#[test]
fn the_diff_is_that_of_gnu_diff() {
    let lines: Vec<String> = (1..=20).map(|line| line.to_string()).collect();
    let text = lines.join("\n") + "\n";
    let at = |line: &str| text.find(&format!("\n{line}\n")).unwrap() + 1;
    assert_eq!(diff(&text, &[]), "");
    assert_eq!(
        diff(&text, &[(1..1, "\nnew")]),
        "--- a.yaml\n+++ b.yaml\n@@ -1,4 +1,5 @@\n 1\n+new\n 2\n 3\n 4\n"
    );
    // Six unchanged lines between two changes join them, seven do not.
    assert_eq!(
        diff(
            &text,
            &[(at("5")..at("5") + 1, "five"), (at("12")..at("12") + 3, "")]
        ),
        "--- a.yaml\n+++ b.yaml\n@@ -2,14 +2,13 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n 9\n 10\n 11\n-12\n 13\n 14\n 15\n"
    );
    assert_eq!(
        diff(
            &text,
            &[(at("5")..at("5") + 2, ""), (at("13")..at("13") + 2, "x")]
        ),
        "--- a.yaml\n+++ b.yaml\n@@ -2,7 +2,6 @@\n 2\n 3\n 4\n-5\n 6\n 7\n 8\n@@ -10,7 +9,7 @@\n 10\n 11\n 12\n-13\n+x\n 14\n 15\n 16\n"
    );
    assert_eq!(
        diff("a: 1", &[(4..4, "\nb: 2")]),
        "--- a.yaml\n+++ b.yaml\n@@ -1 +1,2 @@\n-a: 1\n\\ No newline at end of file\n+a: 1\n+b: 2\n\\ No newline at end of file\n"
    );
    assert_eq!(
        diff("a\r\nb\r\n", &[(4..4, "\r\nc")]),
        "--- a.yaml\n+++ b.yaml\n@@ -1,2 +1,3 @@\n a\r\n b\r\n+c\r\n"
    );
    assert_eq!(
        diff("a\n", &[(0..2, "")]),
        "--- a.yaml\n+++ b.yaml\n@@ -1 +0,0 @@\n-a\n"
    );
}
