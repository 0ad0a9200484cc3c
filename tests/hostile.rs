//! Inputs that are made to break a run: each ends soon, with the right exit code, and in a ResourceList the items come back.
//!
//! `HOSTILE=all cargo test --release --test hostile` takes every row's example and every golden case as a base, and the large sizes.
#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::string_slice,
    reason = "a test reads files and the clock, and a panic is how it fails"
)]

use serde_yaml::{Mapping, Value};
use set_prestop::{Output, Settings, Source, rewrite};
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const TEA: &str = include_str!("../testdata/tea.yaml");

/// A debug build on a busy machine; a release build takes milliseconds.
const LIMIT: Duration = Duration::from_secs(20);

/// What a tea does not have: a hook, a second container, annotations, another kind of route, a policy of updates.
const MORE: &str = "\
apiVersion: apps/v1
kind: StatefulSet
metadata:
  name: tea
  namespace: shop
  annotations: {set-prestop.dev/sleep-seconds: '20', set-prestop.dev/shutdown-seconds: '5'}
spec:
  minReadySeconds: 3
  template:
    metadata:
      labels: {app: tea}
      annotations: {kubectl.kubernetes.io/default-container: tea}
    spec:
      terminationGracePeriodSeconds: 60
      initContainers:
      - {name: mesh, image: envoy, restartPolicy: Always}
      containers:
      - name: tea
        image: tea:1
        command: [tea]
        readinessProbe: {httpGet: {path: /, port: 80}, periodSeconds: 5, failureThreshold: 3}
        lifecycle:
          preStop:
            exec: {command: [sh, -c, sleep 5; nginx -s quit]}
      - name: log
        image: log:1
        lifecycle: {preStop: {sleep: {seconds: 3}}}
---
apiVersion: v1
kind: Service
metadata:
  name: tea
  namespace: shop
  annotations: {set-prestop.dev/sleep-seconds: '20'}
spec:
  selector: {app: tea}
  ports: [{port: 80}]
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata:
  name: tea
  namespace: shop
spec:
  parentRefs: [{name: gate, namespace: shop}]
  rules:
  - backendRefs: [{group: '', kind: Service, name: tea, namespace: shop, port: 80, weight: 1}]
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: gate, namespace: shop}
spec: {gatewayClassName: eg}
";

/// One of each type, and what is odd of it. As YAML, in flow form.
const VALUES: [&str; 14] = [
    "null",
    "''",
    "x",
    "true",
    "0",
    "-1",
    "1.5",
    "9223372036854775807",
    "18446744073709551615",
    ".inf",
    "[]",
    "[null, 1, [x]]",
    "{}",
    "{a: {b: null}}",
];

/// No example and no case has more fields, but for those whose aliases make many of few.
const MOST_FIELDS: usize = 500;

fn all() -> bool {
    std::env::var_os("HOSTILE").is_some()
}

fn bases() -> Vec<String> {
    let mut bases = vec![TEA.to_owned(), MORE.to_owned()];
    if all() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata");
        let mut folders = vec![root.join("cases"), root.join("routes")];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else if ["input.yaml", "triple.yaml"]
                    .iter()
                    .any(|name| path.ends_with(name))
                {
                    bases.extend(String::from_utf8(fs::read(path).unwrap()));
                }
            }
        }
    }
    bases
}

/// Every node but the root, by its steps.
fn paths(value: &Value, path: &mut Vec<Value>, found: &mut Vec<Vec<Value>>) {
    let children: Vec<(Value, &Value)> = match value {
        Value::Mapping(entries) => entries
            .iter()
            .map(|(key, value)| (key.clone(), value))
            .collect(),
        Value::Sequence(items) => items
            .iter()
            .enumerate()
            .map(|(at, item)| (Value::from(at), item))
            .collect(),
        _ => Vec::new(),
    };
    for (step, child) in children {
        path.push(step);
        found.push(path.clone());
        paths(child, path, found);
        path.pop();
    }
}

fn replaced(value: &Value, path: &[Value], with: &Value) -> Value {
    let Some((step, rest)) = path.split_first() else {
        return with.clone();
    };
    match value {
        Value::Mapping(entries) => {
            let entries = entries.iter().map(|(key, value)| {
                let value = if key == step {
                    replaced(value, rest, with)
                } else {
                    value.clone()
                };
                (key.clone(), value)
            });
            Value::Mapping(entries.collect::<Mapping>())
        }
        Value::Sequence(items) => {
            let items = items.iter().enumerate().map(|(at, item)| {
                if step.as_u64() == Some(at as u64) {
                    replaced(item, rest, with)
                } else {
                    item.clone()
                }
            });
            Value::Sequence(items.collect())
        }
        other => other.clone(),
    }
}

fn documents(text: &str) -> Option<Vec<Value>> {
    use serde::Deserialize as _;
    let documents = serde_yaml::Deserializer::from_str(text).map(|d| Value::deserialize(d).ok());
    documents.collect()
}

fn stream(documents: &[Value]) -> Option<String> {
    let texts = documents.iter().map(|d| serde_yaml::to_string(d).ok());
    Some(texts.collect::<Option<Vec<String>>>()?.join("---\n"))
}

/// One run: it ends in time, says why where it fails, and a second run changes nothing.
fn run(text: &str, settings: &Settings) -> bool {
    let start = Instant::now();
    let name = "hostile.yaml";
    let done = match rewrite(&[Source::new(name, text)], settings) {
        Ok(outcome) => {
            let output: String = outcome.outputs.iter().flat_map(Output::pieces).collect();
            let again = rewrite(&[Source::new(name, &output)], settings);
            let again = again.unwrap_or_else(|_| panic_with("the output is refused", text));
            // What a run says of itself is in a ResourceList's results.
            if !outcome.is_resource_list && again.outputs.iter().any(Output::is_changed) {
                panic_with("a second run changes it", text);
            }
            true
        }
        Err(failure) => {
            if failure.messages.is_empty() {
                panic_with("it fails without a word", text);
            }
            if failure.is_resource_list {
                let output: String = failure.output.iter().flat_map(Output::pieces).collect();
                let items = |text: &str| {
                    documents(text).and_then(|d| d.first().and_then(|d| d.get("items").cloned()))
                };
                assert_eq!(
                    items(text),
                    items(&output),
                    "the items do not come back: {text}"
                );
            }
            false
        }
    };
    assert!(start.elapsed() < LIMIT, "too slow: {text}");
    done
}

#[expect(clippy::panic, reason = "that is how a test fails")]
fn panic_with(what: &str, text: &str) -> ! {
    panic!("{what}:\n{text}")
}

#[test]
fn each_field_of_each_type() {
    let settings = Settings {
        advice: true,
        addresses: true,
        ..Settings::default()
    };
    let bases = bases();
    // Each thread takes every second base.
    let counts = std::thread::scope(|threads| {
        let threads = [0, 1].map(|first| {
            let bases = bases.iter().skip(first).step_by(2);
            threads.spawn(|| {
                let counts = bases.map(|base| each_field(base, &settings));
                counts.fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1))
            })
        });
        threads.map(|thread| thread.join().unwrap())
    });
    let [(done, refused), other] = counts;
    let (done, refused) = (done + other.0, refused + other.1);
    eprintln!(
        "{} inputs: {done} done, {refused} refused with a message",
        done + refused
    );
    assert!(done > 300 && refused > 50, "{done} done, {refused} refused");
}

/// How many runs are done, and how many refuse their input.
fn each_field(base: &str, settings: &Settings) -> (usize, usize) {
    let (mut done, mut refused) = (0, 0);
    // A plain test takes every fifth.
    let (mut turn, step) = (0, if all() { 1 } else { 5 });
    let mut count = |ended: bool| if ended { done += 1 } else { refused += 1 };
    let Some(base) = documents(base) else {
        return (0, 0);
    };
    for (at, document) in base.iter().enumerate() {
        let mut found = Vec::new();
        paths(document, &mut Vec::new(), &mut found);
        // A bomb of aliases has no end when it is written out.
        found.truncate(MOST_FIELDS);
        for path in found {
            for value in VALUES {
                turn += 1;
                if turn % step != 0 {
                    continue;
                }
                let value = serde_yaml::from_str(value).unwrap();
                let mut documents = base.clone();
                if let Some(place) = documents.get_mut(at) {
                    *place = replaced(document, &path, &value);
                }
                // The writer has no form for tags in tags.
                let Some(text) = stream(&documents) else {
                    continue;
                };
                count(run(&text, settings));
                let list = format!(
                    "apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nitems: {}\n",
                    serde_json::to_string(&documents).unwrap()
                );
                count(run(&list, settings));
            }
        }
    }
    (done, refused)
}

/// A flow list can't be edited with a line break in it that only some readers see, so no results go into it.
#[test]
fn a_list_that_can_not_be_edited_comes_back() {
    let item = "{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {name: \"a\u{2028}b\"}, spec: 3}";
    let head = "apiVersion: config.kubernetes.io/v1\nkind: ResourceList\n";
    for list in [
        format!("{head}items: [{item}]\n"),
        format!("{head}items:\n- {item}\n"),
    ] {
        assert!(!run(&list, &Settings::default()));
    }
}

fn command(input: &[u8]) -> (Option<i32>, Vec<u8>, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_set-prestop"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_vec();
    // A run that fails early does not read its input.
    let feed = std::thread::spawn(move || drop(stdin.write_all(&input)));
    let output = child.wait_with_output().unwrap();
    feed.join().unwrap();
    (
        output.status.code(),
        output.stdout,
        String::from_utf8_lossy(&output.stderr).into_owned(),
    )
}

/// Each input ends in time with this exit code: with a text where it is done, with an error where it is not.
fn ends(code: i32, inputs: Vec<(&str, Vec<u8>)>) {
    for (name, input) in inputs {
        let start = Instant::now();
        let (ended, stdout, stderr) = command(&input);
        assert_eq!(ended, Some(code), "{name}: {stderr}");
        assert!(
            start.elapsed() < LIMIT * if all() { 30 } else { 1 },
            "{name}"
        );
        if code == 0 {
            assert!(input.is_empty() || !stdout.is_empty(), "{name}");
        } else {
            assert!(
                stdout.is_empty() && stderr.contains("error["),
                "{name}: {stderr}"
            );
        }
    }
}

fn text(text: String) -> Vec<u8> {
    text.into_bytes()
}

#[test]
fn texts_that_are_odd_or_large() {
    let many = if all() { 1_000_000 } else { 20_000 };
    let bomb: Vec<String> = (1..30)
        .map(|n| {
            format!(
                "  l{n}: &l{n} [{}*l{m}]",
                format!("*l{}, ", n - 1).repeat(8),
                m = n - 1
            )
        })
        .collect();
    let bomb = bomb.join("\n");
    ends(
        0,
        vec![
            ("nothing", Vec::new()),
            (
                "a line of ten million characters",
                text(format!("{TEA}# {}\n", "x".repeat(500 * many))),
            ),
            (
                "a value of a long line",
                text(format!(
                    "{TEA}---\nkind: ConfigMap\ndata: {{a: {}}}\n",
                    "x".repeat(500 * many)
                )),
            ),
            (
                "many empty documents",
                text(format!("{TEA}{}", "---\n".repeat(many))),
            ),
            (
                "many small documents",
                text(format!("{TEA}{}", "---\nkind: ConfigMap\n".repeat(many))),
            ),
            (
                "a bomb of aliases",
                text(format!(
                    "{TEA}---\nkind: Ingress\nspec:\n  l0: &l0 [x]\n{bomb}\n"
                )),
            ),
            (
                "a key that is written twice",
                text(format!("{TEA}---\nkind: Service\nspec: {{a: 1, a: 2}}\n")),
            ),
            (
                "a kind that is a number",
                text(format!("{TEA}---\nkind: 3\napiVersion: [v1]\n")),
            ),
            (
                "a mark of byte order at the start",
                text(format!("\u{feff}{TEA}")),
            ),
            (
                "separators in a text",
                text(format!(
                    "{TEA}---\nkind: ConfigMap\ndata:\n  a: |\n    ---\n    b\n    ...\n"
                )),
            ),
            (
                "a document on the line of its separator",
                text(format!("{TEA}--- {{kind: Pod}}\n---\n--- x\n")),
            ),
            ("two ends", text(format!("{TEA}...\n...\n---\na: 1\n"))),
        ],
    );
}

#[test]
fn texts_that_nobody_reads() {
    let route = "kind: Ingress\nspec: ";
    let utf16: Vec<u8> = std::iter::once(0xFEFF)
        .chain(TEA.encode_utf16())
        .flat_map(u16::to_le_bytes)
        .collect();
    ends(
        2,
        vec![
            ("depth of 300", text(format!("{route}{}", "[".repeat(300)))),
            (
                "depth of 200,000",
                text(format!("{route}{}", "[".repeat(200_000))),
            ),
            (
                "depth of mappings",
                text(format!("{route}{}", "{a: ".repeat(200_000))),
            ),
            ("a NUL", text(format!("{TEA}---\na: \0\n"))),
            (
                "bytes that are no UTF-8",
                [TEA.as_bytes(), b"a: \xff\n"].concat(),
            ),
            ("half a character", [TEA.as_bytes(), b"# \xe2\x82"].concat()),
            ("UTF-16", utf16),
            (
                "half a document",
                text(format!("{route}{{rules: [{{http: ")),
            ),
            ("half a quoted text", text(format!("{route}\"rules"))),
            ("an alias of nothing", text(format!("{route}*nothing\n"))),
        ],
    );
}

/// All beginnings of a stream: half a document, half a separator, half a number.
#[test]
fn every_beginning_of_a_stream() {
    let step = if all() { 1 } else { 17 };
    for base in [TEA, MORE] {
        for end in (0..base.len()).step_by(step) {
            run(&base[..end], &Settings::default());
        }
    }
}
