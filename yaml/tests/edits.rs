//! A table of traps: what each edit does to the bytes around it.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "the helpers of tests fail by panicking"
)]

use lossless_yaml::{Edit, EditError, Splice, Step, Tree, Value, pieces};

/// A text and the edits of one call.
struct Case {
    text: String,
    edits: Vec<Edit>,
    crlf: bool,
}

fn given(text: &str) -> Case {
    Case {
        text: text.to_owned(),
        edits: Vec::new(),
        crlf: true,
    }
}

/// A path as `spec.containers[0].name`.
fn path(text: &str) -> Vec<Step> {
    let mut steps = Vec::new();
    for part in text.split('.').filter(|part| !part.is_empty()) {
        let mut pieces = part.split('[');
        let key = pieces.next().unwrap();
        if !key.is_empty() {
            steps.push(Step::Key(key.to_owned().into()));
        }
        for index in pieces {
            steps.push(Step::Index(index.trim_end_matches(']').parse().unwrap()));
        }
    }
    steps
}

fn s(text: &str) -> Value {
    Value::Str(text.to_owned().into())
}

fn q(text: &str) -> Value {
    Value::Quoted(text.to_owned().into())
}

fn map(entries: &[(&str, Value)]) -> Value {
    let entries = entries.iter().cloned();
    Value::Mapping(
        entries
            .map(|(key, value)| (key.to_owned().into(), value))
            .collect(),
    )
}

fn list(items: &[Value]) -> Value {
    Value::Sequence(items.to_vec())
}

fn lifecycle() -> Value {
    let command = list(&[s("/bin/sh"), s("-c"), q("sleep 10")]);
    map(&[("preStop", map(&[("exec", map(&[("command", command)]))]))])
}

fn edit(text: &str, edits: &[Edit]) -> Result<Vec<Splice>, EditError> {
    Tree::parse(text, 0..text.len()).unwrap().edit(edits)
}

impl Case {
    fn put(mut self, at: &str, value: Value) -> Self {
        self.edits.push(Edit {
            path: path(at),
            value,
        });
        self
    }

    /// Leaves out the run with CRLF, where the line ends are what the case is about.
    fn without_crlf(mut self) -> Self {
        self.crlf = false;
        self
    }

    #[track_caller]
    fn gives(self, expected: &str) {
        self.check(&self.text, expected);
        if self.crlf && self.text.contains('\n') && !self.text.contains('\r') {
            let with = |text: &str| text.replace('\n', "\r\n");
            self.check(&with(&self.text), &with(expected));
        }
    }

    #[track_caller]
    fn check(&self, text: &str, expected: &str) {
        let splices = match edit(text, &self.edits) {
            Ok(splices) => splices,
            Err(error) => panic!("refused: {error} in\n{text}"),
        };
        let edited: String = pieces(text, &splices).collect();
        assert!(
            edited == expected,
            "given\n{text}\nexpected\n{expected}\ngot\n{edited}\n{splices:?}"
        );
        let again = edit(&edited, &self.edits).unwrap();
        assert!(again.is_empty(), "a second time: {again:?} in\n{edited}");
        for (one, two) in splices.iter().zip(splices.iter().skip(1)) {
            assert!(
                one.range.end < two.range.start,
                "splices touch: {splices:?}"
            );
        }
    }

    /// The edit is made; what it looks like does not matter here.
    #[track_caller]
    fn made(self) {
        edit(&self.text, &self.edits).unwrap();
    }

    #[track_caller]
    fn refused(self) -> EditError {
        match edit(&self.text, &self.edits) {
            Ok(splices) => {
                let edited: String = pieces(&self.text, &splices).collect();
                panic!("not refused, but\n{edited}")
            }
            Err(error @ EditError::Verify { .. }) => panic!("a bug: {error}"),
            Err(error) => error,
        }
    }
}

const DEPLOYMENT: &str = "\
spec:
  template:
    spec:
      containers:
      - name: tea
        image: tea:1
";

#[test]
fn a_container_and_its_pod_spec_get_their_keys_at_one_offset() {
    given(DEPLOYMENT)
        .put(
            "spec.template.spec.terminationGracePeriodSeconds",
            Value::Int(45),
        )
        .put("spec.template.spec.containers[0].lifecycle", lifecycle())
        .gives(&format!(
            "{DEPLOYMENT}        lifecycle:
          preStop:
            exec:
              command:
              - /bin/sh
              - -c
              - \"sleep 10\"
      terminationGracePeriodSeconds: 45
"
        ));
}

#[test]
fn what_holds_already_gives_no_splice() {
    given("a: 1\nb: 'x'\nc: yes\nd: {}\ne: ~\nf: [1, x]\n")
        .put("a", Value::Int(1))
        .put("b", s("x"))
        .put("c", Value::Bool(true))
        .put("d", map(&[]))
        .put("e", Value::Null)
        .put("f", list(&[Value::Int(1), s("x")]))
        .gives("a: 1\nb: 'x'\nc: yes\nd: {}\ne: ~\nf: [1, x]\n");
}

#[test]
fn dashes_follow_the_list_around() {
    given("spec:\n    containers:\n      - name: a\n        args:\n        - x\n")
        .put("spec.containers[0].command", list(&[s("sh"), map(&[("a", s("b")), ("c", list(&[s("d")]))])]))
        .gives("spec:\n    containers:\n      - name: a\n        args:\n        - x\n        command:\n          - sh\n          - a: b\n            c:\n              - d\n");
    given("a:\n  x: 1\nb:\n  - 1\n")
        .put("a.l", list(&[s("d")]))
        .gives("a:\n  x: 1\n  l:\n    - d\nb:\n  - 1\n");
    given("a:\n  x: 1\n")
        .put("a.l", list(&[s("d")]))
        .gives("a:\n  x: 1\n  l:\n  - d\n");
}

#[test]
fn the_step_follows_the_nearest_mapping() {
    given("a:\n    b:\n        c: 1\n")
        .put("a.b.d", map(&[("e", map(&[("f", s("g"))]))]))
        .gives("a:\n    b:\n        c: 1\n        d:\n            e:\n                f: g\n");
    given("a:\n    b: 1\nc:\n  d: 1\n")
        .put("c.e", map(&[("f", s("g"))]))
        .gives("a:\n    b: 1\nc:\n  d: 1\n  e:\n    f: g\n");
}

#[test]
fn nothing_in_block_context_is_filled_below_and_keeps_its_comment() {
    let below = "\n  b:\n    c: 1\n";
    for (literal, rest) in [
        ("", ""),
        (" ~", ""),
        (" null", ""),
        (" {}", ""),
        (" # why", " # why"),
        (" ~ # why", " # why"),
        (" {}   # why", "   # why"),
        (" { }", ""),
    ] {
        given(&format!("a:{literal}\nz: 1\n"))
            .put("a.b", map(&[("c", Value::Int(1))]))
            .gives(&format!("a:{rest}{below}z: 1\n"));
        given(&format!("a:{literal}\nz: 1\n"))
            .put("a", map(&[("b", map(&[("c", Value::Int(1))]))]))
            .gives(&format!("a:{rest}{below}z: 1\n"));
    }
    given("a: []\n").put("a[0]", s("x")).gives("a:\n- x\n");
    given("a: [] # c\nb:\n  - 1\n")
        .put("a[0]", s("x"))
        .put("a[1]", s("yy"))
        .gives("a: # c\n  - x\n  - yy\nb:\n  - 1\n");
    given("a: &x {}\n")
        .put("a.b", s("c"))
        .gives("a: &x\n  b: c\n");
    given("a: &x{}\n")
        .put("a", Value::Int(1))
        .gives("a: &x 1\n");
    given("a: {}").put("a.b", s("c")).gives("a:\n  b: c");
    given("a:").put("a.b", s("c")).gives("a:\n  b: c");
    given("- {}\n-\n- ~ # c\n")
        .put("[0].a", s("b"))
        .put("[0].c", s("d"))
        .put("[1].a", s("b"))
        .put("[1].c", s("d"))
        .put("[2].a", s("b"))
        .put("[2].c", s("d"))
        .gives("- a: b\n  c: d\n- a: b\n  c: d\n- # c\n  a: b\n  c: d\n");
    given("{}\n").put("a", s("b")).gives("a: b\n");
    given("--- {}\n").put("a", s("b")).gives("---\na: b\n");
    given("? a\n? b\n: c\n")
        .put("a", s("x"))
        .gives("? a\n: x\n? b\n: c\n");
}

#[test]
fn nothing_becomes_a_scalar_on_its_line() {
    given("a:\nb: 1\n")
        .put("a", Value::Int(5))
        .gives("a: 5\nb: 1\n");
    given("a: \nb: 1\n")
        .put("a", Value::Int(5))
        .gives("a: 5\nb: 1\n");
    given("a: # c\nb: 1\n")
        .put("a", Value::Int(5))
        .gives("a: 5 # c\nb: 1\n");
    given("a: ~ # c\n").put("a", s("x")).gives("a: x # c\n");
    given("a: &x\nb: *x\n")
        .put("a", s("x"))
        .put("b", s("x"))
        .gives("a: &x x\nb: *x\n");
    given("-\n- 1\n").put("[0]", s("x")).gives("- x\n- 1\n");
    given("a: {}\n").put("a", s("x")).gives("a: x\n");
    given("{a: , b, \"c\":, d: [e: ]}\n")
        .put("a", s("1x"))
        .put("b", s("x"))
        .put("c", s("x"))
        .put("d[0].e", s("x"))
        .gives("{a: \"1x\" , b: x, \"c\": x, d: [e: x ]}\n");
}

#[test]
fn new_entries_follow_the_last_content_line() {
    let after = |text: &str, end: &str| {
        given(&format!("a:\n  x: 1\n{text}{end}"))
            .put("a.new", s("v"))
            .gives(&format!("a:\n  x: 1\n{text}  new: v\n{end}"));
    };
    after("  y: 2 # trailing\n", "  # a comment below\n\nb: 1\n");
    after("  y: |\n    text\n", "\n\n# c\nb: 1\n");
    after("  y: |-\n    text\n", "\nb: 1\n");
    after("  y: |+\n    text\n\n\n", "b: 1\n");
    after("  y: |+\n    text\n\n", "");
    after("  y: >-\n    text\n\n    more\n", "\n");
    after("  y: | # c\n", "\nb: 1\n");
    after("  y:\n", "b: 1\n");
    after("  y: # c\n", "  # d\nb: 1\n");
    after("  y: &q 1\n  z: *q\n", "b: 1\n");
    after("  y: one\n    two\n    three # c\n", "b: 1\n");
    after("  y: \"one\n    two\"\n", "b: 1\n");
    after("  y: 'one\n\n    two'   \n", "b: 1\n");
    after("  y: {a: 1,\n    b: [1,\n    2]} # c\n", "b: 1\n");
    after("  ? y\n  : z\n", "b: 1\n");
    after("  y:\n  - 1\n  - a: 1\n    b: 2\n", "# c\n");
    after(
        "  y:\n    - |\n      text\n",
        "---\n".trim_start_matches('-').trim_start(),
    );
}

#[test]
fn a_text_without_a_last_line_break_gets_none() {
    given("a: 1").put("b", Value::Int(2)).gives("a: 1\nb: 2");
    given("a: 1 # c")
        .put("b", Value::Int(2))
        .gives("a: 1 # c\nb: 2");
    given("a: 1\nc: |-\n  text")
        .put("b", Value::Int(2))
        .gives("a: 1\nc: |-\n  text\nb: 2");
    given("a: 1\n# above\nc: |\n  text")
        .put("b", Value::Int(2))
        .gives("a: 1\nb: 2\n# above\nc: |\n  text");
    given("a:\n- c: |\n    text")
        .put("a[0].b", Value::Int(2))
        .put("z", list(&[s("x")]))
        .gives("z:\n- x\na:\n- b: 2\n  c: |\n    text");
    let refused = given("\ta:\n").put("b", s("x")).refused();
    assert!(
        matches!(refused, EditError::Unplaceable { .. }),
        "{refused}"
    );
    let refused = given("\ta:\n").put("a.b", s("x")).refused();
    assert!(
        matches!(refused, EditError::Unplaceable { .. }),
        "{refused}"
    );
    let refused = given("- |\n  text").put("[1]", s("x")).refused();
    assert!(
        matches!(refused, EditError::Unplaceable { .. }),
        "{refused}"
    );
}

#[test]
fn the_line_end_is_the_neighbours() {
    given("a: 1\r\nb:\r\n  c: 2\nd: 3\n")
        .without_crlf()
        .put("b.e", s("x"))
        .put("f", s("yy"))
        .gives("a: 1\r\nb:\r\n  c: 2\n  e: x\nd: 3\nf: yy\n");
    given("a: 1\r\nb: 2")
        .without_crlf()
        .put("c", s("x"))
        .gives("a: 1\r\nb: 2\r\nc: x");
}

#[test]
fn the_first_keys_column_counts() {
    given("\u{FEFF}a: 1\n")
        .put("b", s("x"))
        .gives("\u{FEFF}a: 1\nb: x\n");
    given("-   a: 1\n-   b: 2\n")
        .put("[0].c", s("x"))
        .gives("-   a: 1\n    c: x\n-   b: 2\n");
    given("-   a: 1\n")
        .put("[1]", map(&[("c", s("x")), ("d", s("yy"))]))
        .gives("-   a: 1\n-   c: x\n    d: yy\n");
    given("k: &a\n  x: 1\nl:\n- &b\n  y: 1\n- ? z\n  : 1\n")
        .put("k.new", s("v"))
        .put("l[0].new", s("v"))
        .put("l[1].new", s("v"))
        .gives("k: &a\n  x: 1\n  new: v\nl:\n- &b\n  y: 1\n  new: v\n- ? z\n  : 1\n  new: v\n");
    given("- &k a: 1\n  b: *k\n")
        .put("[0].new", s("v"))
        .gives("- &k a: 1\n  b: *k\n  new: v\n");
    given("a:\tx\nb:\t# c\n")
        .put("b.c", s("v"))
        .put("new", s("v"))
        .gives("a:\tx\nb:\t# c\n  c: v\nnew: v\n");
    // What is not on the dash's line shows no column beside it.
    for first in ["-\n    a: 1\n", "-\n"] {
        given(first)
            .put("[1]", map(&[("c", s("x")), ("d", list(&[]))]))
            .gives(&format!("{first}- c: x\n  d: []\n"));
    }
    given("- - a\n  - b\n")
        .put("[0][2]", s("v"))
        .gives("- - a\n  - b\n  - v\n");
    given("a:\n- - b\nc: 1\n")
        .put("a[0][1]", s("v"))
        .put("a[1]", s("w"))
        .gives("a:\n- - b\n  - v\n- w\nc: 1\n");
}

#[test]
fn flow_mappings_get_flow_entries() {
    given("a: {b: 1}\n")
        .put("a.c", s("x"))
        .gives("a: {b: 1, c: x}\n");
    given("a: {b: 1,}\n")
        .put("a.c", s("x"))
        .gives("a: {b: 1, c: x,}\n");
    given("a: { b: 1 }\n")
        .put("a.c", lifecycle())
        .gives("a: { b: 1, c: {preStop: {exec: {command: [/bin/sh, -c, \"sleep 10\"]}}} }\n");
    given("a: {b: {}}\n")
        .put("a.b.c", s("x"))
        .put("a.d", s("yy"))
        .gives("a: {b: {c: x}, d: yy}\n");
    given("a: {b: , c}\n")
        .put("a.d", s("x"))
        .gives("a: {b: , c, d: x}\n");
    given("a: {\n  b: 1, # one\n  c: 2 # two\n}\n")
        .put("a.d", s("x"))
        .gives("a: {\n  b: 1, # one\n  c: 2, # two\n  d: x\n}\n");
    given("a: {\n  b: 1, # one\n}\n")
        .put("a.d", s("x"))
        .gives("a: {\n  b: 1, # one\n  d: x,\n}\n");
    given("a: {\n  b: 1,\n}\n")
        .put("a.d", s("x"))
        .gives("a: {\n  b: 1,\n  d: x,\n}\n");
    given("a: {\n  b: 1 }\n")
        .put("a.d", s("x"))
        .gives("a: {\n  b: 1,\n  d: x }\n");
    given("a: { # c\n}\n")
        .put("a.d", s("x"))
        .gives("a: {d: x # c\n}\n");
    given("a: [1, 2]\n")
        .put("a[2]", s("x"))
        .put("a[3]", s("yy"))
        .gives("a: [1, 2, x, yy]\n");
    given("a: [\n  1\n]\n")
        .put("a[1]", s("x"))
        .put("a[2]", s("yy"))
        .gives("a: [\n  1,\n  x,\n  yy\n]\n");
    given("a: {b: [x, {c: |\n}]}\n".replace("|\n", "1").as_str())
        .put("a.b[1].d", s("x: yy"))
        .gives("a: {b: [x, {c: 1, d: \"x: yy\"}]}\n");
    let refused = given("a: [b: 1]\n").put("a[0].c", s("x")).refused();
    assert!(
        matches!(refused, EditError::Unplaceable { .. }),
        "{refused}"
    );
    given("a: [b: 1]\n")
        .put("a[0].b", s("x"))
        .gives("a: [b: x]\n");
}

#[test]
fn json_stays_json() {
    given("{\"a\":{\"b\":1}}").put("a.l", lifecycle()).put("g", Value::Int(45)).gives(
        "{\"a\":{\"b\":1,\"l\":{\"preStop\":{\"exec\":{\"command\":[\"/bin/sh\",\"-c\",\"sleep 10\"]}}}},\"g\":45}",
    );
    given("{\"a\": {\"b\": 1}, \"e\": {}}\n")
        .put("a.c", s("x"))
        .put("e.f", list(&[s("x")]))
        .gives("{\"a\": {\"b\": 1, \"c\": \"x\"}, \"e\": {\"f\": [\"x\"]}}\n");
    given("{\n  \"a\": {\n    \"b\": 1\n  },\n  \"e\": {}\n}\n")
        .put("a.l", lifecycle())
        .put("e.f", s("x"))
        .put("z", Value::Bool(true))
        .gives(
            "{
  \"a\": {
    \"b\": 1,
    \"l\": {
      \"preStop\": {
        \"exec\": {
          \"command\": [
            \"/bin/sh\",
            \"-c\",
            \"sleep 10\"
          ]
        }
      }
    }
  },
  \"e\": {
    \"f\": \"x\"
  },
  \"z\": true
}
",
        );
    given("{\n\t\"a\": [\n\t\t\"x\"\n\t]\n}\n")
        .put("a[1]", map(&[("b", s("c"))]))
        .gives("{\n\t\"a\": [\n\t\t\"x\",\n\t\t{\n\t\t\t\"b\": \"c\"\n\t\t}\n\t]\n}\n");
    given("{\"command\": [\"sh\", \"-c\"]}")
        .put("command[2]", s("x"))
        .gives("{\"command\": [\"sh\", \"-c\", \"x\"]}");
}

#[test]
fn scalars_change_in_the_middle() {
    let to = |old: &str, value: Value, new: &str| given(old).put("a", value).gives(new);
    to(
        "a: |\n  set -e\n  sleep 5; exec x\nb: 1\n",
        s("set -e\nsleep 10; exec x\n"),
        "a: |\n  set -e\n  sleep 10; exec x\nb: 1\n",
    );
    to(
        "a: >-\n  sleep\n  5; exec\n\n  x\nb: 1\n",
        s("sleep 10; exec\nx"),
        "a: >-\n  sleep\n  10; exec\n\n  x\nb: 1\n",
    );
    to(
        "a: \"sleep 5; \\\"exec\\\" x\"\n",
        s("sleep 10; \"exec\" x"),
        "a: \"sleep 10; \\\"exec\\\" x\"\n",
    );
    to(
        "a: \"caf\\u00e9 5\\ttab\"\n",
        s("caf\u{e9} 10\ttab"),
        "a: \"caf\\u00e9 10\\ttab\"\n",
    );
    to(
        "a: \"sleep\n  5; exec\n  x\"\n",
        s("sleep 10; exec x"),
        "a: \"sleep\n  10; exec\n  x\"\n",
    );
    to("a: 'it''s 5'\n", s("it's 10"), "a: 'it''s 10'\n");
    // What is written again as a whole would lose its lines or its escape.
    to("a: 'one\n  5'\n", s("one it's"), "a: 'one\n  it''s'\n");
    to("a: 'one\n  '\n", s("one 5"), "a: 'one\n  5'\n");
    to("a: 'one\n  5'\n", s("one-5"), "a: 'one-5'\n");
    to(
        "a: 'one\n  five\n  six'\n",
        s("onfive six"),
        "a: 'onfive six'\n",
    );
    to("a: \"\\x41 5\"\n", s("A \"5\""), "a: \"\\x41 \\\"5\\\"\"\n");
    to("a: \"\\x41 5\"\n", s("A 5\n10"), "a: \"\\x41 5\\n10\"\n");
    to("a: 'it 5'\n", s("it's"), "a: 'it''s'\n");
    to("a: sleep 5 # c\n", s("sleep 10"), "a: sleep 10 # c\n");
    to("a: one\n  five\n", s("one ten"), "a: one\n  ten\n");
    to("a: 30 # c\n", Value::Int(45), "a: 45 # c\n");
    to("a: '30'\n", Value::Int(30), "a: 30\n");
    to("a: 30\n", s("30"), "a: \"30\"\n");
    to("a: sleep 5\n", q("sleep 10"), "a: \"sleep 10\"\n");
    to("a: 'x'\n", q("y"), "a: 'y'\n");
    to("a: x\n", s("y: z"), "a: \"y: z\"\n");
    to("a: x\n", s("one\ntwo\n"), "a: \"one\\ntwo\\n\"\n");
    to("a: 'x'\n", s("one\ntwo"), "a: \"one\\ntwo\"\n");
    to(
        "a: |\n  exec x\n",
        s("sleep 10; exec x\n"),
        "a: |\n  sleep 10; exec x\n",
    );
    to("a: |2\n   exec x\n", s("y exec x\n"), "a: |2\n  y exec x\n");
    to(
        "a: | # c\n  one\n\n# d\n",
        Value::Int(1),
        "a: 1 # c\n\n# d\n",
    );
    to(
        "a: | # c\n  one\nb: 1\n",
        s("one\ntwo\n"),
        "a: | # c\n  one\n  two\nb: 1\n",
    );
    to("a: |\n  one\nb: 1\n", s(""), "a: \"\"\nb: 1\n");
    to("a: x\n", Value::Null, "a: null\n");
    to("a: ~\n", s("~"), "a: \"~\"\n");
    to("a: \"\"\n", s("x"), "a: \"x\"\n");
    to("{\"a\": \"x\"}\n", s("yy"), "{\"a\": \"yy\"}\n");
    to("{\"a\": 1}\n", s("yy"), "{\"a\": \"yy\"}\n");
}

#[test]
fn strings_that_some_reader_takes_for_something_else_are_quoted() {
    for text in [
        "",
        "~",
        "null",
        "y",
        "n",
        "yes",
        "NO",
        "on",
        "off",
        "true",
        "1",
        "0x1f",
        "1e3",
        ".5",
        "12:30",
        "2001-01-01",
        "-",
        "- a",
        "a: b",
        "a #b",
        "#a",
        "&a",
        "*a",
        "!a",
        "|",
        ">",
        "%a",
        "@a",
        "`a",
        "[a",
        "{a",
        "'a",
        "\"a",
        "?",
        "? a",
        ":",
        "a:",
        " a",
        "a ",
        "a\tb",
        "a\nb",
        "<<",
        "=",
        "---",
        "...",
        "\u{e9}",
        "a,b",
    ] {
        let expected = lossless_yaml::emit_list("k", [q(text)], false, "\n");
        let key = expected.strip_prefix("k:\n- ").unwrap().trim_end();
        given("a: 1\n")
            .put("k", s(text))
            .gives(&format!("a: 1\nk: {key}\n"));
        given("a: 1\n")
            .put("o", map(&[(text, s("v"))]))
            .gives(&format!("a: 1\no:\n  {key}: v\n"));
    }
    for text in [
        "a",
        "/bin/sh",
        "-c",
        "--flag=x",
        "sleep 10",
        "nginx:1.25",
        "a.b/c_d-e",
        "$HOME",
        ".bashrc",
    ] {
        if text.starts_with('$') {
            continue;
        }
        given("a: 1\n")
            .put("new", s(text))
            .gives(&format!("a: 1\nnew: {text}\n"));
    }
}

#[test]
fn other_values_are_replaced_whole() {
    given("a:\n  # above\n  b:\n    c: 1 # gone\n    d: 2 # gone\n  # below\ne: 1\n")
        .put("a.b", map(&[("x", s("yy"))]))
        .gives("a:\n  # above\n  b:\n    x: yy\n  # below\ne: 1\n");
    given("a: # stays\n- 1\n- 2\nb: 1\n")
        .put("a", map(&[("x", s("yy"))]))
        .gives("a: # stays\n  x: yy\nb: 1\n");
    given("a: # stays\n  b: 1\nc: 1\n")
        .put("a", list(&[s("yy")]))
        .gives("a: # stays\n- yy\nc: 1\n");
    given("a: # stays\n  b: 1\nc: 1\n")
        .put("a", s("yy"))
        .gives("a: yy # stays\nc: 1\n");
    given("a: # stays\n  b: 1")
        .put("a", map(&[]))
        .gives("a: {} # stays");
    given("a: {b: 1} # c\n")
        .put("a", map(&[("x", list(&[s("yy")]))]))
        .gives("a: {x: [yy]} # c\n");
    given("a: {b: 1} # c\n")
        .put("a", Value::Int(1))
        .gives("a: 1 # c\n");
    given("a: x # c\n")
        .put("a", map(&[("x", s("yy"))]))
        .gives("a: # c\n  x: yy\n");
    given("a: | # c\n  x\n\nb: 1\n")
        .put("a", map(&[("x", s("yy"))]))
        .gives("a: # c\n  x: yy\n\nb: 1\n");
    given("- a: 1\n  b: 2\n- c\n")
        .put("[0]", s("x"))
        .gives("- x\n- c\n");
    given("- a: 1\n  b: 2\n- c\n")
        .put("[0]", list(&[s("x"), s("yy")]))
        .gives("- - x\n  - yy\n- c\n");
    given("- a: 1\n  b: 2\n- c\n")
        .put("[1]", map(&[("x", s("yy"))]))
        .gives("- a: 1\n  b: 2\n- x: yy\n");
    given("[{a: 1}, x]\n")
        .put("[1]", map(&[("x", s("yy"))]))
        .put("[0].a", list(&[]))
        .gives("[{a: []}, {x: yy}]\n");
    given("a:\n  b:\n    - 1\n")
        .put("a.b", list(&[s("x"), map(&[])]))
        .gives("a:\n  b:\n    - x\n    - {}\n");
}

#[test]
fn an_alias_becomes_a_copy_at_the_edited_place_alone() {
    given(
        "x: &x\n  a: 1 # one\n  b: [1, 'two', *y]\n"
            .replace(", *y", "")
            .as_str(),
    )
    .put("x.a", Value::Int(1))
    .gives("x: &x\n  a: 1 # one\n  b: [1, 'two']\n");
    let text = "y: &y 007\nx: &x\n  a: 1 # one\n  b: [1, 'two', *y]\nz: *x # c\nw: *x\n";
    given(text).put("z.new", s("v")).gives(
        "y: &y 007\nx: &x\n  a: 1 # one\n  b: [1, 'two', *y]\nz: # c\n  a: 1\n  b:\n  - 1\n  - 'two'\n  - 007\n  new: v\nw: *x\n",
    );
    given(text).put("z.b[0]", Value::Int(2)).gives(
        "y: &y 007\nx: &x\n  a: 1 # one\n  b: [1, 'two', *y]\nz: # c\n  a: 1\n  b:\n  - 2\n  - 'two'\n  - 007\nw: *x\n",
    );
    given("a: &a {b: 1}\nc: {d: *a}\n")
        .put("c.d.e", s("x"))
        .gives("a: &a {b: 1}\nc: {d: {b: 1, e: x}}\n");
    given("a: &a 1\nb: *a\n")
        .put("b", Value::Int(2))
        .gives("a: &a 1\nb: 2\n");
    given("a: &a |\n  one\n  two\nl:\n- *a\n- *a\n")
        .put("a", s("x\n"))
        .gives("a: &a |\n  x\nl:\n- |\n  one\n  two\n- |\n  one\n  two\n");
}

#[test]
fn an_anchored_value_is_edited_in_place_and_its_aliases_keep_the_old_value() {
    given("a: &a\n  x: 1\nb: *a\nc:\n  d: *a # c\n")
        .put("a.new", s("v"))
        .gives("a: &a\n  x: 1\n  new: v\nb:\n  x: 1\nc:\n  d: # c\n    x: 1\n");
    given("a: &a\n  x: 1\nb: *a\nc: *a\n")
        .put("a.new", s("v"))
        .put("c.new", s("v"))
        .gives("a: &a\n  x: 1\n  new: v\nb:\n  x: 1\nc: *a\n");
    given("a: &a\n  x: 1\nb: *a\n")
        .put("a.new", s("v"))
        .put("b.new", s("w"))
        .gives("a: &a\n  x: 1\n  new: v\nb:\n  x: 1\n  new: w\n");
    given("a: &a 1\nb: [*a, {*a : *a}]\n")
        .put("a", Value::Int(2))
        .gives("a: &a 2\nb: [1, {1 : 1}]\n");
    given("a: {b: &b 1}\nc: *b\n")
        .put("a", s("x"))
        .gives("a: x\nc: 1\n");
    given("a:\n  b: &b {k: 1}\nc: *b\n")
        .put("a", map(&[("z", s("x"))]))
        .gives("a:\n  z: x\nc:\n  k: 1\n");
    given("a: &a\n  l: &l [1]\nb: *a\nc: *l\n")
        .put("a.l[1]", Value::Int(2))
        .gives("a: &a\n  l: &l [1, 2]\nb:\n  l:\n  - 1\nc:\n- 1\n");
}

#[test]
fn merged_keys_get_an_explicit_key_beside_the_merge() {
    let base =
        "base: &b\n  image: x\n  lifecycle: &l\n    preStop: {exec: 1}\nc:\n- <<: *b\n  name: a\n";
    given(base)
        .put("c[0].new", s("v"))
        .gives(&format!("{base}  new: v\n"));
    given(base)
        .put("c[0].image", s("yy"))
        .gives(&format!("{base}  image: yy\n"));
    given(base)
        .put("c[0].lifecycle.preStop.sleep", Value::Int(5))
        .gives(&format!(
            "{base}  lifecycle:\n    preStop:\n      exec: 1\n      sleep: 5\n"
        ));
}

#[test]
fn a_merged_mapping_that_changes_is_copied_where_it_is_not_wanted() {
    given("b: &b\n  x: 1\nc:\n  <<: *b # m\n  y: 2\n")
        .put("b.new", s("v"))
        .gives("b: &b\n  x: 1\n  new: v\nc:\n  <<: # m\n    x: 1\n  y: 2\n");
    given("b: &b\n  x: 1\nc:\n  <<: *b\n  y: 2\n")
        .put("b.new", s("v"))
        .put("c.new", s("v"))
        .gives("b: &b\n  x: 1\n  new: v\nc:\n  <<: *b\n  y: 2\n");
    given("b: &b\n  x: 1\nc:\n  <<: *b\n  y: 2\n")
        .put("b.new", s("v"))
        .put("c.new", s("w"))
        .gives("b: &b\n  x: 1\n  new: v\nc:\n  <<: *b\n  y: 2\n  new: w\n");
    given("b: &b\n  x: 1\nc:\n  <<: *b\n  x: 2\n")
        .put("b.x", s("v"))
        .gives("b: &b\n  x: v\nc:\n  <<: *b\n  x: 2\n");
    given("a: &a {x: 1}\nb: &b {y: 1}\nc:\n  <<: [*a, *b]\n  z: 1\n")
        .put("b.new", s("v"))
        .gives("a: &a {x: 1}\nb: &b {y: 1, new: v}\nc:\n  <<: [*a, {y: 1}]\n  z: 1\n");
    given("a: &a {x: 1}\nb: &b {x: 2}\nc:\n  <<: [*a, *b]\n")
        .put("b.x", Value::Int(3))
        .gives("a: &a {x: 1}\nb: &b {x: 3}\nc:\n  <<: [*a, *b]\n");
    given("a: &a\n- <<: &m {x: 1}\n- *m\n- &n\n  <<: *m\n- *n\n")
        .put("a[2].x", Value::Int(2))
        .gives("a: &a\n- <<: &m {x: 1}\n- *m\n- &n\n  <<: *m\n  x: 2\n- x: 1\n");
}

#[test]
fn what_can_not_be_made_rightly_is_refused() {
    let kinds = [
        given("a: 1\na: 2\n").put("a", Value::Int(3)).refused(),
        given("s:\n  a: 1\ns:\n  b: 1\n")
            .put("s.c", Value::Int(3))
            .refused(),
        given("b: &b {x: 1}\nc: &c {x: 1}\nd:\n  <<: *b\n  <<: *c\n")
            .put("d.x", Value::Int(3))
            .refused(),
    ];
    for error in kinds {
        assert!(matches!(error, EditError::DuplicateKey { .. }), "{error}");
    }
    given("s: {a: 1, a: 2}\nt: 1\n")
        .put("t", Value::Int(2))
        .put("s.b", Value::Int(2))
        .gives("s: {a: 1, a: 2, b: 2}\nt: 2\n");
    let tagged = [
        given("a: !foo 1\n").put("a", Value::Int(3)).refused(),
        given("a: &a !foo 1\nb: *a\nc: &c [*a]\nd: *c\n")
            .put("d[1]", Value::Int(3))
            .refused(),
    ];
    for error in tagged {
        assert!(matches!(error, EditError::Tagged { .. }), "{error}");
    }
    // Readers of YAML 1.1 see `b` here, and `b:`.
    for text in [
        "a: {?b: 1}\n",
        "a: {c: 1, ?b: 1}\n",
        "a: [?b]\n",
        "a: {b:, c: 1}\n",
        "a: {b:}\n",
        "a: [b:]\n",
    ] {
        let refused = given(text).put("z", Value::Int(3)).refused();
        assert!(
            matches!(refused, EditError::Unplaceable { .. }),
            "{refused}"
        );
    }
    given("a: {? b: 1, c?d: \"?:,\"}\ne: [f: , \"g\":]\n?h: i:,\n")
        .put("a.b", Value::Int(3))
        .gives("a: {? b: 3, c?d: \"?:,\"}\ne: [f: , \"g\":]\n?h: i:,\n");
    given("a: !foo {b: 1}\nd: !foo\n  e: 1\n")
        .put("a.c", Value::Int(3))
        .put("d.e", Value::Int(2))
        .gives("a: !foo {b: 1, c: 3}\nd: !foo\n  e: 2\n");
    given("a: !!str 1 # c\nb: [!!int \"2\"]\nd: !!null\n")
        .put("a", Value::Int(3))
        .put("b[0]", s("x"))
        .put("d", s("x"))
        .gives("a: 3 # c\nb: [x]\nd: x\n");
    given("a: !!map {b: 1}\nc: !!str 1\n")
        .put("a.d", s("x"))
        .put("c", s("2"))
        .gives("a: !!map {b: 1, d: x}\nc: !!str \"2\"\n");
    for name in ["x:y", "x?", "x%y", "x@y", "x`", ":x", "x'", "x\"y", "x~'#"] {
        let error = given(&format!("a: &{name} 1\n")).put("b", s("x")).refused();
        assert!(
            matches!(error, EditError::Unplaceable { .. }),
            "{error} {name}"
        );
    }
    for text in ["a: 1 # \u{2028}\n", "a: \u{85}x\n", "a: \"\u{2029}\"\n"] {
        let error = given(text).put("b", s("x")).refused();
        assert!(matches!(error, EditError::LineBreak { .. }), "{error}");
    }
    let nowhere = [
        given("a: 1\n").put("b.c", s("x")).refused(),
        given("a: 1\n").put("a.c", s("x")).refused(),
        given("a: [1]\n").put("a[2]", s("x")).refused(),
        given("a: [1]\n").put("a.b", s("x")).refused(),
        given("a: {b: 1}\n").put("a[0]", s("x")).refused(),
        given("# nothing\n").put("a", s("x")).refused(),
    ];
    for error in nowhere {
        assert!(matches!(error, EditError::NotAContainer { .. }), "{error}");
    }
    let conflicts = [
        given("a: 1\n").put("a", s("x")).put("a", s("yy")).refused(),
        given("a: {b: 1}\n")
            .put("a", s("x"))
            .put("a.b", s("yy"))
            .refused(),
        given("a:\n")
            .put("a.b", s("x"))
            .put("a[0]", s("yy"))
            .refused(),
        given("~\n")
            .put("new", s("x"))
            .put("", Value::Null)
            .refused(),
        given("a: {b: 1}\n")
            .put("a.b", Value::Int(1))
            .put("a", s("x"))
            .refused(),
    ];
    for error in conflicts {
        assert!(matches!(error, EditError::Conflict { .. }), "{error}");
    }
}

#[test]
fn a_comment_may_be_glued_to_a_quote_or_a_bracket() {
    let text = "a: \"x\"#c\nb: {k: 'v'}#d: \"e\"\nf: [1, \"2\"#g\n]#h\n";
    given(text)
        .put("a", Value::Int(1))
        .put("b.l", s("w"))
        .put("f[2]", s("z"))
        .gives("a: 1 #c\nb: {k: 'v', l: w}#d: \"e\"\nf: [1, \"2\", z #g\n]#h\n");
    given(text)
        .put("a", s("y1"))
        .put("f", map(&[]))
        .gives("a: \"y1\"#c\nb: {k: 'v'}#d: \"e\"\nf: {} #h\n");
    given(text)
        .put("a", map(&[("k", s("w"))]))
        .put("b", list(&[s("w")]))
        .gives("a: #c\n  k: w\nb: [w] #d: \"e\"\nf: [1, \"2\"#g\n]#h\n");
    given("a: {}#c\nb: !!int \"1\"#d\nc: \"x\"#e\n")
        .put("a.k", s("w"))
        .put("b", s("y1"))
        .put("c", s("two\nlines\n"))
        .gives("a: #c\n  k: w\nb: y1 #d\nc: \"two\\nlines\\n\"#e\n");
    given("{\"a\": {\n  \"b\": \"x\",\n  \"c\": \"y\"#d\n}}\n")
        .put("a.e", q("z"))
        .gives("{\"a\": {\n  \"b\": \"x\",\n  \"c\": \"y\", #d\n  \"e\": \"z\"\n}}\n");
    given("- \"x\"#c\n- b\n")
        .put("[0]", list(&[s("w")]))
        .gives("- #c\n  - w\n- b\n");
}

#[test]
fn bombs_of_aliases_stay_small() {
    use std::fmt::Write as _;
    let mut text = String::from("a0: &a0 {k: x}\n");
    let mut merges = String::from("m0: &m0 {k: x}\n");
    for level in 1..40 {
        let below = level - 1;
        writeln!(
            text,
            "a{level}: &a{level} [*a{below}, *a{below}, *a{below}]"
        )
        .unwrap();
        writeln!(
            merges,
            "m{level}: &m{level} {{<<: [*m{below}, *m{below}, *m{below}]}}"
        )
        .unwrap();
    }
    given(&text)
        .put("a39[3]", s("x"))
        .put("a0.k", s("z"))
        .made();
    given(&merges)
        .put("m39.other", s("x"))
        .put("m0.k", s("z"))
        .made();
    let error = given(&text).put("a39[0][3]", s("x")).refused();
    assert!(matches!(error, EditError::Shared { .. }), "{error}");
    let mut chain = String::from("m0: &m0 {k: x}\n");
    for level in 1..1300 {
        let below = level - 1;
        writeln!(chain, "m{level}: &m{level} {{<<: *m{below}, k{level}: x}}").unwrap();
    }
    given(&chain).put("other", s("x")).made();
    let mut changing = String::from("m0: &m0 {k: x}\n");
    for level in 1..1300 {
        let below = level - 1;
        writeln!(changing, "m{level}: &m{level} {{<<: *m{below}, k: x}}").unwrap();
    }
    let error = given(&changing).put("m0.k", s("z")).refused();
    assert!(matches!(error, EditError::Shared { .. }), "{error}");
    let tree = Tree::parse(&merges, 0..merges.len()).unwrap();
    let last = tree.root().unwrap().get("m39").unwrap();
    assert_eq!(last.get("k").unwrap().text(), Some("x"));
    assert!(last.get("missing").is_none());
    assert_eq!(last.entries().count(), 1);
}

#[test]
fn tabs_that_readers_of_yaml_1_1_refuse_are_not_left_behind() {
    given("a:\n  ~\t\nb: 1\n")
        .put("a", list(&[q("x")]))
        .gives("a:\n- \"x\"\nb: 1\n");
    given("a:\n  ~\t# c\nb: 1\n")
        .put("a", list(&[q("x")]))
        .gives("a:\n  # c\n- \"x\"\nb: 1\n");
    given("a:\n  b: x\n   \t\nc: 1\n")
        .put("a.d", s("z"))
        .gives("a:\n  b: x\n  d: z\n   \t\nc: 1\n");
    for old in ["x", "~", "{}", "|"] {
        let lines = if old == "|" { "  x\n" } else { "" };
        given(&format!("- a\n- {old}\t# c\n{lines}- b\n"))
            .put("[1]", list(&[s("y1")]))
            .gives("- a\n- # c\n  - y1\n- b\n");
        given(&format!("- a: {old}\t# c\n{}", lines.replace("  ", "    ")))
            .put("[0].a", list(&[s("y1")]))
            .gives("- a:\t# c\n  - y1\n");
        given(&format!("? a\n: {old}\t# c\n{lines}"))
            .put("a", map(&[("b", s("y1"))]))
            .gives("? a\n: # c\n  b: y1\n");
    }
    given("? a\n: x\t\nb: 1\n")
        .put("a", map(&[("b", s("y1"))]))
        .gives("? a\n:\n  b: y1\nb: 1\n");
    given("{\"a\": {\n\t\"b\": 1\n\t\n}}\n")
        .put("a.d", q("y"))
        .gives("{\"a\": {\n\t\"b\": 1,\n\t\"d\": \"y\"\n\t\n}}\n");
    for (text, value) in [
        ("a:\n  b: x\n  \t\nc: 1\n", q("y")),
        ("a:\n  b: x\n  \t# c\nc: 1\n", q("y")),
        ("a:\n  d:\n    |\t\nc: 1\n", list(&[s("y")])),
        ("a:\n  b: x\n  \t\nc: 1\n", s("z")),
        ("a:\n  b: x\n   \t\nc: 1\n", q("y")),
        ("a:\n  b: x\n   \t\nc: 1\n", map(&[])),
    ] {
        let refused = given(text).put("a.d", value).refused();
        assert!(
            matches!(refused, EditError::Unplaceable { .. }),
            "{refused} {text}"
        );
    }
    // The tab has to stand behind the column of what would stand before it.
    for (text, path) in [
        ("a:\n  b: x\n   \t\nc: 1\n", "a.d"),
        ("a:\n- b: x\n   \t\nc: 1\n", "a[0].d"),
    ] {
        let made = text.replace("b: x\n", "b: x\n  d: z\n");
        given(text).put(path, s("z")).gives(&made);
        let refused = given(text).put(path, map(&[("e", s("z"))])).refused();
        assert!(
            matches!(refused, EditError::Unplaceable { .. }),
            "{refused} {text}"
        );
    }
}

#[test]
fn a_tab_counts_from_the_key_or_dash_before_a_scalar() {
    given("- x\n \t\n- y\n")
        .put("[0]", s("z"))
        .gives("- z\n \t\n- y\n");
    given("- a: x\n   \t\n- y\n")
        .put("[0].a", s("z"))
        .gives("- a: z\n   \t\n- y\n");
    let refused = given("- a: x\n \t\n- y\n").put("[0].a", s("z")).refused();
    assert!(
        matches!(refused, EditError::Unplaceable { .. }),
        "{refused}"
    );
}

#[test]
fn what_can_not_stand_in_double_quotes_is_escaped() {
    given("a: 1\n")
        .put("a", q("a\\b\tc\rd\u{7}\""))
        .gives("a: \"a\\\\b\\tc\\rd\\u0007\\\"\"\n");
    given("a: \"x\"\n")
        .put("a", s("x\"y"))
        .gives("a: \"x\\\"y\"\n");
}

#[test]
fn a_quoted_text_keeps_its_quotes() {
    given("a: 'x'\n").put("a", s("it's")).gives("a: 'it''s'\n");
    given("a: 'x\n  y'\n").put("a", s("z")).gives("a: 'z'\n");
    given("a: \"x\n  y\"\n")
        .put("a", s("z"))
        .gives("a: \"z\"\n");
}

#[test]
fn a_word_is_quoted_where_its_first_characters_mean_something() {
    for text in ["- a", "? a", ": a", "-", "---a", "...", "#a", "@a"] {
        given("a: word\n")
            .put("a", s(text))
            .gives(&format!("a: \"{text}\"\n"));
    }
    given("a: word\n").put("a", s("-a")).gives("a: -a\n");
}

#[test]
fn no_comma_follows_a_colon() {
    given("a: {'b':}\n")
        .put("a.c", Value::Int(1))
        .gives("a: {'b': , c: 1}\n");
    given("a: {b: }\n")
        .put("a.c", Value::Int(1))
        .gives("a: {b: , c: 1}\n");
}

#[test]
fn lines_after_a_line_belong_to_the_deepest_first() {
    // The alias is written after the rest, and its lines still come before the entry of the mapping around it.
    given("a: &a\n  x: 1\nb: *a\n")
        .put("a.new", s("v"))
        .put("c", s("w"))
        .gives("a: &a\n  x: 1\n  new: v\nb:\n  x: 1\nc: w\n");
}

#[test]
fn a_line_end_is_not_that_of_another_document() {
    let edited = |text: &str, from: usize| {
        let tree = Tree::parse(text, from..text.len()).unwrap();
        let edit = Edit {
            path: path("b"),
            value: Value::Int(2),
        };
        let splices = tree.edit(&[edit]).unwrap();
        pieces(text, &splices).collect::<String>()
    };
    // A document of one line without a line break is written like the text around it.
    assert_eq!(
        edited("x: 1\r\n---\r\na: 1", 11),
        "x: 1\r\n---\r\na: 1\r\nb: 2"
    );
    given("x: 1\r\ny: 2\na: 1")
        .without_crlf()
        .put("b", Value::Int(2))
        .gives("x: 1\r\ny: 2\na: 1\nb: 2");
}

#[test]
fn only_mappings_show_the_step() {
    given("a:\n      x\nc:\n")
        .put("c.d", s("v"))
        .gives("a:\n      x\nc:\n  d: v\n");
}

#[test]
fn lists_show_json_and_spaces_too() {
    given("command: [\"sh\", \"-c\"]\n")
        .put("command[2]", s("x"))
        .gives("command: [\"sh\", \"-c\", \"x\"]\n");
    given("command: [[a], \"sh\"]\n")
        .put("command[2]", s("x"))
        .gives("command: [[a], \"sh\", \"x\"]\n");
    given("{\"a\":[\"x\",\"y\"]}\n")
        .put("a[2]", s("z"))
        .gives("{\"a\":[\"x\",\"y\",\"z\"]}\n");
    given("{\"a\": [\"x\",\"y\"]}\n")
        .put("a[2]", s("z"))
        .gives("{\"a\": [\"x\",\"y\",\"z\"]}\n");
    given("{\"a\":[\"x\"]}\n")
        .put("a[1]", s("y"))
        .gives("{\"a\":[\"x\",\"y\"]}\n");
    given("{\"a\": [\"x\"]}\n")
        .put("a[1]", s("y"))
        .gives("{\"a\": [\"x\", \"y\"]}\n");
}

#[test]
fn a_block_scalar_ends_with_its_content() {
    // A line of blanks is content only if it is longer than the indentation.
    given("r:\n  a: |\n    x\n     \nb: 1\n")
        .put("r.c", s("v"))
        .gives("r:\n  a: |\n    x\n     \n  c: v\nb: 1\n");
    given("r:\n  a: |\n    x\n    \nb: 1\n")
        .put("r.c", s("v"))
        .gives("r:\n  a: |\n    x\n  c: v\n    \nb: 1\n");
    given("a: |\n  x\n# c")
        .put("b", Value::Int(2))
        .gives("a: |\n  x\nb: 2\n# c");
    // A key without a value has no place behind its block scalar.
    given("r:\n  ? |\n    k\nb: 1\n")
        .put("r.c", s("v"))
        .gives("r:\n  ? |\n    k\n  c: v\nb: 1\n");
    given("r:\n  ? |\n    k\n  c: |\n    text")
        .put("r.b", s("v"))
        .gives("r:\n  ? |\n    k\n  b: v\n  c: |\n    text");
    given("r:\n- |\n  k\n-\nb: 1\n")
        .put("r[2]", s("v"))
        .gives("r:\n- |\n  k\n-\n- v\nb: 1\n");
}

#[test]
fn escapes_that_do_not_change_stay() {
    for (escape, text) in [
        ("\\0", "\0"),
        ("\\a", "\u{7}"),
        ("\\b", "\u{8}"),
        ("\\t", "\t"),
        ("\\\t", "\t"),
        ("\\n", "\n"),
        ("\\v", "\u{B}"),
        ("\\f", "\u{C}"),
        ("\\r", "\r"),
        ("\\e", "\u{1B}"),
        ("\\N", "\u{85}"),
        ("\\_", "\u{A0}"),
        ("\\L", "\u{2028}"),
        ("\\P", "\u{2029}"),
        ("\\ ", " "),
        ("\\\"", "\""),
        ("\\/", "/"),
        ("\\\\", "\\"),
        ("\\x41", "A"),
        ("\\u0041", "A"),
        ("\\U00000041", "A"),
        ("\\ud83d\\ude00", "\u{1F600}"),
        ("\\\n   ", ""),
        ("\n\n\n  ", "\n\n"),
    ] {
        // The first escape would become a letter if the whole text were written anew.
        given(&format!("a: \"\\x41{escape}5\"\n"))
            .put("a", s(&format!("A{text}10")))
            .gives(&format!("a: \"\\x41{escape}10\"\n"));
    }
    given("a: \"5\\x41\"\n")
        .put("a", s("10A"))
        .gives("a: \"10\\x41\"\n");
    given("a: |2-\n   exec 5\n\nb: 1\n")
        .put("a", s(" exec 10"))
        .gives("a: |2-\n   exec 10\n\nb: 1\n");
}

#[test]
fn a_copy_means_what_its_original_does() {
    given("x: &x [!!str 1, !!map {k: v}, \"1\", \"a b\", \"\", 'c']\ny: *x\n")
        .put("y[6]", s("z"))
        .gives(
            "x: &x [!!str 1, !!map {k: v}, \"1\", \"a b\", \"\", 'c']\ny:\n- \"1\"\n- k: v\n- \"1\"\n- \"a b\"\n- \"\"\n- 'c'\n- z\n",
        );
    given("x: &x [!!int 2]\ny: *x\n")
        .put("y[1]", s("z"))
        .gives("x: &x [!!int 2]\ny:\n- 2\n- z\n");
    let refused = given("x: &x [!!int \"2\"]\ny: *x\n")
        .put("y[1]", s("z"))
        .refused();
    assert!(matches!(refused, EditError::Tagged { .. }), "{refused}");
    given("x: &x {a: , b: 1}\ny: *x\n")
        .put("y.c", s("z"))
        .gives("x: &x {a: , b: 1}\ny:\n  a: null\n  b: 1\n  c: z\n");
    given("x: &x {a: !!str 1}\ny: *x\n")
        .put("y.b", s("z"))
        .gives("x: &x {a: !!str 1}\ny:\n  a: \"1\"\n  b: z\n");
    given("x: &x\n- one\n\n  two\ny: *x\n")
        .put("y[1]", s("z"))
        .gives("x: &x\n- one\n\n  two\ny:\n- \"one\\ntwo\"\n- z\n");
    given("x: &x\n- a,b\n- one\n\n  two\ny: [*x, 1]\n")
        .put("y[0][0]", s("d"))
        .gives("x: &x\n- a,b\n- one\n\n  two\ny: [[d, \"one\\ntwo\"], 1]\n");
    given("x: &x\n- a,b\ny: [*x, 1]\n")
        .put("y[0][1]", s("d"))
        .gives("x: &x\n- a,b\ny: [[\"a,b\", d], 1]\n");
    given("{\"x\": &x [1, \"a\"], \"y\": *x}\n")
        .put("x[1]", s("z"))
        .gives("{\"x\": &x [1, \"z\"], \"y\": [1, \"a\"]}\n");
    given("x: &x\n  a: |\n    t\nr:\n  y: *x\n")
        .put("r.y.b", s("z"))
        .gives("x: &x\n  a: |\n    t\nr:\n  y:\n    a: |\n      t\n    b: z\n");
    // A block scalar would take the comment for its text.
    given("x: &x |\n  a\n  b\nl:\n- *x\n    # c\nz: 1\n")
        .put("x", s("v"))
        .gives("x: &x v\nl:\n- \"a\\nb\\n\"\n    # c\nz: 1\n");
}

#[test]
fn what_can_not_be_copied_is_refused() {
    for key in ["!!str k", "[k]", "{k: v}", ""] {
        let refused = given(&format!("x: &x\n  ? {key}\n  : v\ny: *x\n"))
            .put("y.z", s("v"))
            .refused();
        assert!(matches!(refused, EditError::Shared { .. }), "{refused}");
    }
    for (open, close) in [("{a: ", "}"), ("[", "]")] {
        let nested = |levels| {
            let (open, close) = (open.repeat(levels), close.repeat(levels));
            given(&format!("x: &x {open}1{close}\ny: *x\n")).put("x", Value::Int(2))
        };
        nested(90).made();
        let refused = nested(120).refused();
        assert!(matches!(refused, EditError::Shared { .. }), "{refused}");
    }
}

#[test]
fn nothing_shows_the_place_of_a_value_without_a_colon() {
    for (text, key) in [("{? , b: 1}\n", ""), ("{\"a\n  c\", b: 1}\n", "a c")] {
        let mut case = given(text);
        case.edits.push(Edit {
            path: vec![Step::Key(key.into())],
            value: s("x"),
        });
        let refused = case.refused();
        assert!(
            matches!(refused, EditError::Unplaceable { .. }),
            "{refused}"
        );
    }
}

#[test]
fn a_block_begins_where_the_item_stood() {
    let block = || map(&[("a", s("b")), ("c", s("d"))]);
    given("-   ~\n")
        .put("[0]", block())
        .gives("-   a: b\n    c: d\n");
    given("-   \n")
        .put("[0]", block())
        .gives("-   a: b\n    c: d\n");
    given("-\n").put("[0]", block()).gives("- a: b\n  c: d\n");
    given("-\t~\n")
        .put("[0]", block())
        .gives("-\n  a: b\n  c: d\n");
}

#[test]
fn a_block_scalar_takes_another_text() {
    // One without content shows no indentation.
    given("r:\n  a: |+\n\n  b: 1\n")
        .put("r.a", s("x\n"))
        .gives("r:\n  a: |\n    x\n  b: 1\n");
    given("a: |+\n\nb: 1\n")
        .put("a", s("x\n"))
        .gives("a: |\n  x\nb: 1\n");
    given("a: |\n    x\nb: 1\n")
        .put("a", s("one\ntwo\n"))
        .gives("a: |\n    one\n    two\nb: 1\n");
    given("a: |\n  x\nb: |-\n  x")
        .put("a", s("y"))
        .put("b", s("y\nz"))
        .gives("a: |-\n  y\nb: |-\n  y\n  z");
    given("a: |-\n  x")
        .put("a", s("y\nz\n"))
        .gives("a: |\n  y\n  z\n");
}

#[test]
fn a_comment_inside_brackets_stays_or_the_edit_is_refused() {
    let refused = given("a: { # c\n}\n").put("a", list(&[s("x")])).refused();
    assert!(
        matches!(refused, EditError::Unplaceable { .. }),
        "{refused}"
    );
    given("a: [ # c\n]\n")
        .put("a", list(&[s("x")]))
        .gives("a: [x # c\n]\n");
}

#[test]
fn an_alias_in_what_is_replaced_is_not_written() {
    given("a: &a 1\nb: [*a]\n")
        .put("a", Value::Int(2))
        .put("b", s("x"))
        .gives("a: &a 2\nb: x\n");
}

#[test]
fn a_tag_that_no_schema_has_is_not_edited_through() {
    for (text, at) in [("a: !foo {b: 1}\n", "a"), ("a: !foo {}\n", "a.b")] {
        let refused = given(text).put(at, Value::Int(1)).refused();
        assert!(matches!(refused, EditError::Tagged { .. }), "{refused}");
    }
}

#[test]
fn a_list_of_merged_mappings_may_be_shared() {
    let text = "a: &a {x: 1}\nl: &l [*a]\nc:\n  <<: *l\n  y: 2\n";
    given(text)
        .put("c.x", Value::Int(3))
        .gives(&format!("{text}  x: 3\n"));
    let refused = given(text).put("l[1]", map(&[("z", s("v"))])).refused();
    assert!(matches!(refused, EditError::Shared { .. }), "{refused}");
    // Any other alias beside a merge key is written like one elsewhere.
    given("a: &a {x: 1}\nl: &l [1]\nc:\n  <<: *a\n  k: *l\n")
        .put("l[1]", Value::Int(2))
        .put("c.z", s("v"))
        .gives("a: &a {x: 1}\nl: &l [1, 2]\nc:\n  <<: *a\n  k:\n  - 1\n  z: v\n");
}

/// Nodes of a chunk below 64 KiB take half of the memory.
#[test]
fn a_chunk_of_about_64_kib_is_edited_as_any_other() {
    // Only the second is read by the parser.
    for word in ["plain", "\u{e4}\u{e9}"] {
        for bytes in (65_520..65_545).chain([131_072]) {
            let (head, tail) = (format!("a: {word}\nb: "), "\nc: {}\nd:\n- e: 1\n- f: 2");
            let fill = "v".repeat(bytes - head.len() - tail.len());
            let text = [&head, &fill, tail].concat();
            assert_eq!(text.len(), bytes);
            given(&text)
                .put("d[1].g", Value::Int(3))
                .put("a", s("new"))
                .gives(&format!("a: new\nb: {fill}{tail}\n  g: 3"));
        }
    }
}

#[test]
fn a_refusal_names_its_place_in_the_whole_text() {
    let before = "x: 1\n---\n";
    let copied = |bytes: usize| format!("x: &x {}\ny: *x\n", "v".repeat(bytes));
    given(&copied(60_000)).put("x", s("y")).made();
    for (text, at, value, place) in [
        ("b: 1\na: &x:y 1\n", "b", s("x"), "&x:y"),
        ("b: {}#\u{1}\n", "b", s("x"), "\u{1}"),
        ("b: {}#\u{1f}\n", "b", s("x"), "\u{1f}"),
        ("b: 1\na: \u{2028}x\n", "b", s("x"), "\u{2028}"),
        ("b: 1\na: \u{85}x\n", "b", s("x"), "\u{85}"),
        ("b: 1\r\n# c\r# d\r\n", "b", s("x"), "\r# d"),
        ("a: [b: 1]\n", "a[0].c", s("x"), "b: 1"),
        ("\ta:\n", "b", s("x"), "a:"),
        ("a: 1\nb: !foo 1\n", "b", s("x"), "!foo"),
        ("a:\n  b: x\n  \t\nc: 1\n", "a.d", q("y"), "\n  \t"),
        (copied(70_000).as_str(), "x", s("y"), "&x"),
    ] {
        let whole = format!("{before}{text}");
        let tree = Tree::parse(&whole, before.len()..whole.len()).unwrap();
        let edit = Edit {
            path: path(at),
            value,
        };
        let refused = tree.edit(&[edit]).unwrap_err();
        let found = whole.get(refused.offset()..).unwrap();
        assert!(found.starts_with(place), "{refused}, not at {place:?}");
    }
}
