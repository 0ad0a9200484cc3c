//! A table of traps: what each edit does to the bytes around it.

use set_prestop_yaml::{Edit, EditError, Splice, Step, Tree, Value, pieces};

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
            steps.push(Step::Key(key.to_owned()));
        }
        for index in pieces {
            steps.push(Step::Index(index.trim_end_matches(']').parse().unwrap()));
        }
    }
    steps
}

fn s(text: &str) -> Value {
    Value::Str(text.to_owned())
}

fn q(text: &str) -> Value {
    Value::Quoted(text.to_owned())
}

fn map(entries: &[(&str, Value)]) -> Value {
    let entries = entries.iter().cloned();
    Value::Mapping(
        entries
            .map(|(key, value)| (key.to_owned(), value))
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
    fn as_it_is(mut self) -> Self {
        self.crlf = false;
        self
    }

    #[track_caller]
    fn gives(self, expected: &str) {
        self.check(&self.text, expected);
        if self.crlf && !self.text.contains('\r') {
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
        .gives("a:\n    b: 1\nc:\n  d: 1\n  e:\n      f: g\n");
}
