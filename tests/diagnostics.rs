//! Messages in every form: nothing of an input is shown raw, and each form is what its readers expect.

#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test reads and writes files, and a panic is how it fails"
)]

use libtest_mimic::{Arguments, Completion, Failed, Trial};
use serde_json::Value;
use set_prestop::escaped;
use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

fn main() {
    let trials = vec![
        Trial::test("nothing-raw", nothing_raw),
        Trial::test("nothing-raw-in-results", nothing_raw_in_results),
        Trial::test("nothing-raw-of-any-case", nothing_raw_of_any_case),
        Trial::test("nothing-raw-at-a-place", nothing_raw_at_a_place),
        Trial::test("names-that-begin-a-line", names_that_begin_a_line),
        Trial::test("colours", colours),
        Trial::test("a-diff-for-eyes", a_diff_for_eyes),
        Trial::test("what-is-meant-is-a-fix", what_is_meant_is_a_fix),
        Trial::test("text-shows-the-place", text_shows_the_place),
        Trial::test("text-cuts-long-lines", text_cuts_long_lines),
        Trial::ignorable_test("text-fits-the-terminal", text_fits_the_terminal),
        Trial::test("text-of-a-large-file-is-fast", text_of_a_large_file_is_fast),
        Trial::test("a-stream-names-no-file", a_stream_names_no_file),
        Trial::test("json-is-a-line-a-message", json_is_a_line_a_message),
        Trial::test("github-is-read-by-its-runner", github_is_read_by_its_runner),
        Trial::test("sarif-survives-moved-lines", sarif_survives_moved_lines),
        Trial::ignorable_test("sarif-keeps-its-schema", sarif_keeps_its_schema),
        Trial::test(
            "a-report-is-what-its-name-says",
            a_report_is_what_its_name_says,
        ),
    ];
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}

/// What a stranger may write into a name: escapes of a terminal, line breaks, marks that turn text round, hidden
/// characters, and commands of two CI runners.
const EVIL: &str = "a\x1b[31m\x1b]0;t\x07\r\n::error::b\n##[error]c\u{202e}\u{9b}2J\u{200b}\u{feff}%0A::error::d\u{e0041}\n::stop-commands::e";

/// `EVIL` as a scalar of YAML.
fn evil() -> String {
    let escaped: String = EVIL
        .chars()
        .map(|c| match u32::from(c) {
            0x20..0x7f if c != '"' && c != '\\' => c.to_string(),
            code => format!("\\U{code:08x}"),
        })
        .collect();
    format!("\"{escaped}\"")
}

/// Manifests in which every text that a message can show is `EVIL`.
fn evil_manifests() -> String {
    let evil = evil();
    format!(
        "apiVersion: apps/v1
kind: Deployment
metadata: {{name: {evil}, namespace: {evil}, annotations: {{config.kubernetes.io/path: {evil}}}}}
spec:
  strategy: {{type: Recreate}}
  template:
    metadata: {{labels: {{app: tea}}}}
    spec:
      containers:
      - {{name: {evil}, image: {evil}, lifecycle: {{preStop: {{exec: {{command: [sh, -c, {evil}]}}}}}}}}
      - name: {evil} # {EVIL_COMMENT}
---
apiVersion: v1
kind: Service
metadata: {{name: tea, namespace: {evil}}}
spec: {{selector: {{app: tea}}}}
---
apiVersion: v1
kind: Service
metadata: {{name: {evil}, namespace: {evil}}}
spec: {{type: ExternalName, externalName: {evil}}}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: {evil}
  namespace: {evil}
  annotations: {{kubernetes.io/ingress.class: other, alb.ingress.kubernetes.io/actions.x: {evil}}}
spec:
  ingressClassName: {evil}
  defaultBackend: {{service: {{name: {evil}, port: {{number: 80}}}}}}
  rules:
  - host: {evil}
    http: {{paths: [{{path: {evil}, backend: {{service: {{name: tea}}}}}}, {{backend: {{service: {{name: missing}}}}}}]}}
",
    )
}

/// A comment can hold what YAML allows unescaped, and the line of a place is shown with it.
const EVIL_COMMENT: &str = "##[error]f \u{202e}g\u{200b}";

struct Run {
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

fn run(folder: &Path, args: &[&str], stdin: &str) -> Run {
    let mut child = Command::new(env!("CARGO_BIN_EXE_set-prestop"))
        .current_dir(folder)
        .env_clear()
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A command that fails early does not read its input.
    let _ = child.stdin.take().unwrap().write_all(stdin.as_bytes());
    let output = child.wait_with_output().unwrap();
    Run {
        code: output.status.code(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// The first thing in a text that must not reach a terminal or the log of a CI job.
fn raw(text: &str) -> Option<String> {
    let hidden = ['\u{202e}', '\u{200b}', '\u{feff}', '\u{e0041}'];
    let unfit = |c: char| (c.is_control() && c != '\n') || hidden.contains(&c);
    if let Some(c) = text.chars().find(|c| unfit(*c)) {
        return Some(format!("{c:?}"));
    }
    // A second place of a picture begins with `:::`, which is no command to GitHub's runner.
    let begins = |line: &str| line.starts_with("::") && !line.starts_with("::: ");
    let command = |line: &&str| begins(line.trim_start()) || line.contains("##[");
    text.lines().find(command).map(str::to_owned)
}

fn check(holds: bool, what: impl FnOnce() -> String) -> Result<(), Failed> {
    if holds { Ok(()) } else { Err(what().into()) }
}

const FORMATS: [&str; 5] = ["text", "short", "json", "github", "sarif"];

fn nothing_raw() -> Result<(), Failed> {
    let dir = tempfile::tempdir()?;
    let name = "::error::x\n\x1b[31m\u{202e}##[error]y.yaml";
    let files = [(name, evil_manifests()), ("plain.yaml", evil_manifests())];
    for (name, text) in &files {
        fs::write(dir.path().join(name), text)?;
    }
    let modes: [&[&str]; 7] = [
        &[],
        &["--check"],
        &["--explain"],
        &["--diff"],
        &["--check", "--explain", "--diff"],
        &["--fail-on", "warning"],
        &["--existing-hooks", "Prepend", "--check"],
    ];
    for format in FORMATS {
        for mode in modes {
            for file in ["-", "plain.yaml", &format!("./{name}"), name] {
                let report = format!("report.{format}");
                let mut args = vec!["--message-format", format, "--report", &report];
                args.extend(mode);
                args.push(file);
                let run = run(dir.path(), &args, &files[0].1);
                let what = || format!("{args:?}");
                check(run.code.is_some_and(|code| code < 3), what)?;
                // A run that only says that it read nothing would hold every law.
                check(run.stderr.len() > 400, || {
                    format!("{args:?}: {}", run.stderr)
                })?;
                let ours = |line: &&str| {
                    let commands = ["::error ", "::warning ", "::notice "];
                    format == "github" && commands.iter().any(|c| line.starts_with(c))
                };
                let told: Vec<&str> = run.stderr.lines().filter(|line| !ours(line)).collect();
                let report = fs::read_to_string(dir.path().join(&report))?;
                // What is printed of the manifests is theirs: it has to be what they say.
                let header = |line: &&str| ["---", "+++", "@@"].iter().any(|h| line.starts_with(h));
                let lines = run.stdout.lines();
                let drawn: Vec<&str> = match (mode.contains(&"--explain"), mode.contains(&"--diff"))
                {
                    (true, false) => lines.collect(),
                    (_, true) => lines.filter(header).collect(),
                    _ => Vec::new(),
                };
                let (told, drawn) = (told.join("\n"), drawn.join("\n"));
                for (stream, text) in [("stderr", &told), ("report", &report), ("stdout", &drawn)] {
                    if let Some(raw) = raw(text) {
                        return Err(format!("{args:?} {stream}: {raw}\n{text}").into());
                    }
                }
            }
        }
    }
    Ok(())
}

/// Files and folders whose names begin a line: with what follows a name, none of them is a command to a runner.
fn names_that_begin_a_line() -> Result<(), Failed> {
    let dir = tempfile::tempdir()?;
    for name in [
        ":",
        "::",
        " :",
        "::error::x",
        "%0A::error::x",
        "a\n::error::x",
        "##[error]",
        "-",
        "a,file=b",
    ] {
        let folder = dir.path().join(name);
        fs::create_dir(&folder)?;
        fs::write(folder.join("in.yaml"), TWICE)?;
        fs::write(folder.join(name), TWICE)?;
        let whole = format!("./{name}");
        let named = if name == "-" { "./-" } else { name };
        for format in ["text", "short", "github"] {
            let inside: [&[&str]; 3] = [&["--check"], &["--explain"], &["--diff"]];
            let inside = inside.map(|modes| (&*folder, modes, named));
            let above = [
                (dir.path(), &["--check"][..], &*whole),
                (dir.path(), &["--each", "--explain"], named),
            ];
            for (at, modes, path) in inside.into_iter().chain(above) {
                let mut args = vec!["--message-format", format, "--report", "report"];
                args.extend(modes);
                args.push(path);
                let run = run(at, &args, "");
                check(run.code.is_some_and(|code| code < 2), || {
                    format!("{args:?}: {}", run.stderr)
                })?;
                let titled = |line: &&str| {
                    command(line).is_some_and(|(_, properties, _)| properties.contains_key("title"))
                };
                let ours = |line: &&str| format == "github" && titled(line);
                let (ours, told): (Vec<&str>, Vec<&str>) = run.stderr.lines().partition(ours);
                check((format == "github") != ours.is_empty(), || {
                    format!("{args:?}: {}", run.stderr)
                })?;
                for line in ours {
                    let (_, properties, _) = command(line).unwrap_or_default();
                    let Some(file) = properties.get("file") else {
                        continue;
                    };
                    let shown = escaped(name);
                    let file = file.strip_prefix("./").unwrap_or(file);
                    let whole = [
                        format!("{shown}"),
                        format!("{shown}/in.yaml"),
                        format!("{shown}/{shown}"),
                    ];
                    check(whole.iter().any(|whole| whole == file), || line.to_owned())?;
                }
                let report = fs::read_to_string(at.join("report"))?;
                for text in [&told.join("\n"), &run.stdout, &report] {
                    check(text.len() > 40, || format!("{args:?}: {text}"))?;
                    if let Some(raw) = raw(text) {
                        return Err(format!("{args:?}: {raw}\n{text}").into());
                    }
                }
            }
        }
    }
    Ok(())
}

/// A command of a runner that begins before the place of a message and ends in it.
fn nothing_raw_at_a_place() -> Result<(), Failed> {
    let run = run(Path::new("."), &["-"], "a: {b##[error]}\n");
    check(run.stderr.contains("{b##\\x5berror]}"), || {
        run.stderr.clone()
    })?;
    raw(&run.stderr).map_or(Ok(()), |raw| Err(raw.into()))
}

fn list(items: &str) -> String {
    let items: Vec<String> = items
        .split("---\n")
        .map(|item| {
            let lines: Vec<&str> = item.lines().collect();
            format!("- {}\n", lines.join("\n  "))
        })
        .collect();
    format!(
        "apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nitems:\n{}",
        items.concat()
    )
}

fn nothing_raw_in_results() -> Result<(), Failed> {
    let dir = tempfile::tempdir()?;
    let run = run(dir.path(), &[], &list(&evil_manifests()));
    check(run.code == Some(0), || run.stderr.clone())?;
    check(run.stderr.contains("warning["), || run.stderr.clone())?;
    if let Some(raw) = raw(&run.stderr) {
        return Err(format!("stderr: {raw}\n{}", run.stderr).into());
    }
    let list: serde_yaml::Value = serde_yaml::from_str(&run.stdout)?;
    let results = list["results"].as_sequence().cloned().unwrap_or_default();
    check(results.len() > 3, || run.stdout.clone())?;
    for result in &results {
        for text in texts(result) {
            check(raw(&text).is_none() && !text.contains('\n'), || {
                format!("{text:?}")
            })?;
        }
    }
    Ok(())
}

/// Puts `EVIL` behind every text of a manifest but those that say what it is, so that references still meet.
fn spoil(value: &mut serde_yaml::Value) {
    match value {
        serde_yaml::Value::String(text) => text.push_str(EVIL),
        serde_yaml::Value::Sequence(items) => items.iter_mut().for_each(spoil),
        serde_yaml::Value::Mapping(entries) => {
            let plain = |key: &str| ["apiVersion", "kind", "type"].contains(&key);
            let spoilt = entries.iter_mut();
            let spoilt = spoilt.filter(|(key, _)| !key.as_str().is_some_and(plain));
            spoilt.for_each(|(_, value)| spoil(value));
        }
        _ => {}
    }
}

/// The manifests of every case with `EVIL` in each of their texts: no message, drawing or patch shows it raw.
fn nothing_raw_of_any_case() -> Result<(), Failed> {
    let forms: [&[&str]; 8] = [
        &[],
        &["--check"],
        &["--explain"],
        &["--explain=short"],
        &["--check", "--existing-hooks=Prepend"],
        &["--output=kustomize"],
        &["--output=kubectl"],
        &["--output=json"],
    ];
    let dir = tempfile::tempdir()?;
    let mut messages = 0;
    let topics = fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/testdata/cases"))?;
    let mut cases: Vec<_> = topics
        .flat_map(|topic| fs::read_dir(topic.unwrap().path()).unwrap())
        .filter_map(|case| fs::read_to_string(case.unwrap().path().join("input.yaml")).ok())
        .collect();
    cases.sort_unstable();
    for (number, case) in cases.iter().enumerate() {
        let documents = serde_yaml::Deserializer::from_str(case);
        let mut values = documents.map(serde::Deserialize::deserialize);
        // Some cases are broken on purpose.
        let Ok(mut values) = values
            .by_ref()
            .collect::<Result<Vec<serde_yaml::Value>, _>>()
        else {
            continue;
        };
        values.iter_mut().for_each(spoil);
        let texts = values.iter().map(serde_yaml::to_string);
        let Ok(texts) = texts.collect::<Result<Vec<String>, _>>() else {
            continue;
        };
        let format = format!("--message-format={}", FORMATS[number % FORMATS.len()]);
        let form = forms[number / FORMATS.len() % forms.len()];
        let run = run(
            dir.path(),
            &[form, &[&format, "--report=report"]].concat(),
            &texts.join("---\n"),
        );
        let report = fs::read_to_string(dir.path().join("report"))?;
        messages += report.matches('[').count();
        let commands = ["::error ", "::warning ", "::notice "];
        let ours = |line: &&str| !commands.iter().any(|c| line.starts_with(c));
        let told: Vec<&str> = run.stderr.lines().filter(ours).collect();
        // A ResourceList comes back as it is, with results that another trial looks at.
        let draws = ["--explain", "--output"];
        let draws = form
            .iter()
            .any(|form| draws.iter().any(|d| form.starts_with(d)));
        let shown = match run.stdout.as_str() {
            shown if draws && !shown.contains("kind: ResourceList") => shown,
            _ => "",
        };
        for text in [told.join("\n").as_str(), &report, shown] {
            check(raw(text).is_none(), || {
                format!("{form:?} {format}: {:?} in\n{text}\nof\n{case}", raw(text))
            })?;
        }
    }
    check(messages > 3 * cases.len() / 2, || {
        format!("only {messages} messages of {} cases", cases.len())
    })
}

/// Every text in a value.
fn texts(value: &serde_yaml::Value) -> Vec<String> {
    match value {
        serde_yaml::Value::String(text) => vec![text.clone()],
        serde_yaml::Value::Sequence(items) => items.iter().flat_map(texts).collect(),
        serde_yaml::Value::Mapping(entries) => entries.values().flat_map(texts).collect(),
        _ => Vec::new(),
    }
}

/// Two warnings, one of them with a second place.
const TWICE: &str = "apiVersion: apps/v1
kind: Deployment
metadata:
  name: tea
spec:
  template:
    metadata: {labels: {app: tea}}
    spec:
      containers:
      - name: tea
        image: nginx
---
apiVersion: v1
kind: Service
metadata:
  name: tea-svc
spec:
  selector: {app: tea}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: tea-ingress
spec:
  defaultBackend: {service: {name: \"tea-scv\", port: {number: 80}}}
  rules:
  - http:
      paths:
      - {backend: {service: {name: tea-svc}}}
---
apiVersion: v1
kind: Service
metadata:
  name: tea-svc
spec:
  selector: {app: tea}
";

fn told(args: &[&str], stdin: &str) -> String {
    run(tempfile::tempdir().unwrap().path(), args, stdin).stderr
}

fn colours() -> Result<(), Failed> {
    let dir = tempfile::tempdir()?;
    let with = |args: &[&str], name: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_set-prestop"));
        command.current_dir(dir.path()).env_clear().args(args);
        if !name.is_empty() {
            command.env(name, "1");
        }
        fs::write(dir.path().join("in.yaml"), TWICE).unwrap();
        let output = command.args(["--explain", "in.yaml"]).output().unwrap();
        let coloured = |bytes: &[u8]| bytes.contains(&0x1b);
        [coloured(&output.stderr)]
    };
    for (args, variable, want) in [
        (&[][..], "", false),
        (&["--color", "always"], "", true),
        (&["--color", "always"], "NO_COLOR", true),
        (&["--color", "never"], "CLICOLOR_FORCE", false),
        (&[], "CLICOLOR_FORCE", true),
    ] {
        let got = with(args, variable);
        check(got == [want], || format!("{args:?} {variable}: {got:?}"))?;
    }
    Ok(())
}

fn a_diff_for_eyes() -> Result<(), Failed> {
    let dir = tempfile::tempdir()?;
    let diff = |args: &[&str], input: &str| run(dir.path(), args, input).stdout;
    let plain = diff(&["--diff"], TWICE);
    let named = |line: &str| line.starts_with("@@ -") && line.ends_with(" @@ Deployment tea");
    check(plain.lines().any(named), || plain.clone())?;
    let coloured = diff(&["--diff", "--color", "always"], TWICE);
    for want in ["\x1b[1m--- ", "\x1b[32m+ ", "\x1b[36m@@ -"] {
        check(coloured.contains(want), || coloured.clone())?;
    }
    // What a stranger wrote has no colours and no commands of its own.
    let evil = diff(&["--diff", "--color", "always"], &evil_manifests());
    let ours = ["\x1b[0m", "\x1b[1m", "\x1b[31m", "\x1b[32m", "\x1b[36m"];
    let left = ours.iter().fold(evil, |text, ours| text.replace(ours, ""));
    match raw(&left) {
        Some(raw) => Err(format!("{raw}\n{left}").into()),
        None => Ok(()),
    }
}

fn what_is_meant_is_a_fix() -> Result<(), Failed> {
    let log = sarif(&[], TWICE);
    let results = log["runs"][0]["results"].as_array().cloned();
    let fix = results
        .unwrap_or_default()
        .into_iter()
        .find(|result| result["ruleId"] == "ServiceMissing")
        .map(|result| result["fixes"][0]["artifactChanges"][0]["replacements"][0].clone())
        .unwrap_or_default();
    // The quotes that stand there stay.
    check(fix["insertedContent"]["text"] == "\"tea-svc\"", || {
        log.to_string()
    })?;
    check(fix["deletedRegion"]["startLine"] == 25, || fix.to_string())?;
    let results = run(tempfile::tempdir()?.path(), &[], &list(TWICE)).stdout;
    let list: serde_yaml::Value = serde_yaml::from_str(&results)?;
    let all = list["results"].as_sequence().cloned().unwrap_or_default();
    let grace = all
        .iter()
        .find(|result| result["tags"]["set-prestop.dev/reason"] == "GraceWritten");
    let grace = grace.map(|result| result["field"].clone());
    check(
        grace.is_some_and(|field| field["proposedValue"] == 45 && field["currentValue"].is_null()),
        || results.clone(),
    )
}

fn text_shows_the_place() -> Result<(), Failed> {
    let text = told(&[], TWICE);
    for want in [
        "\
warning[ServiceMissing]: Ingress tea-ingress: Service `tea-scv` is not in the input
  --> <stdin>:25:36
   |
25 |   defaultBackend: {service: {name: \"tea-scv\", port: {number: 80}}}
   |                                    ^^^^^^^^^
   |
  ::: <stdin>:16:9
   |
16 |   name: tea-svc
   |         ------- this Service is there
   |
help: did you mean `tea-svc`?
   |
25 -   defaultBackend: {service: {name: \"tea-scv\", port: {number: 80}}}
25 +   defaultBackend: {service: {name: \"tea-svc\", port: {number: 80}}}
   |
",
        "\
  --> <stdin>:34:9
   |
34 |   name: tea-svc
   |         ^^^^^^^ metadata.name
   |
  ::: <stdin>:13:1
   |
13 | apiVersion: v1
   | ---------- first defined here
   |
   = help: ",
    ] {
        check(text.contains(want), || {
            format!("wanted\n{want}\ngot\n{text}")
        })?;
    }
    // A function's host shows lines, and its stdin can't be opened.
    let line = told(&[], &list(TWICE));
    let wanted = "warning[ServiceMissing] Ingress tea-ingress: ";
    check(line.contains(wanted) && !line.contains('^'), || line)
}

fn text_cuts_long_lines() -> Result<(), Failed> {
    let long = "x".repeat(5000);
    let (before, _) = TWICE.rsplit_once("---\n").unwrap();
    let input = format!(
        "{before}---\n{{\"apiVersion\": \"v1\", \"kind\": \"Service\", \"x\": \"{long}\", \"metadata\": {{\"name\": \"tea-svc\"}}, \"spec\": {{\"selector\": {{\"app\": \"tea\"}}}}, \"y\": \"{long}\"}}\n",
    );
    let text = told(&[], &input);
    check(text.contains("<stdin>:31:5071\n"), || text.clone())?;
    let line = text
        .lines()
        .find(|line| line.starts_with("31 | "))
        .unwrap_or_default();
    check(
        line.len() < 160 && line.contains("{\"name\": \"tea-svc\"}"),
        || text.clone(),
    )
}

/// What a terminal of this width shows; none if there is no `script` to make one.
#[cfg(unix)]
fn on_a_terminal(columns: usize, folder: &Path, args: &str) -> Option<String> {
    let program = env!("CARGO_BIN_EXE_set-prestop");
    let line = format!("stty rows 40 cols {columns} && exec '{program}' {args}");
    let mut command = Command::new("script");
    command.args(["-qec", &line, "/dev/null"]);
    let command = command.current_dir(folder).stdin(Stdio::null());
    let output = command.env("NO_COLOR", "1").output().ok()?;
    Some(String::from_utf8(output.stdout).unwrap().replace('\r', ""))
}

#[cfg(unix)]
fn text_fits_the_terminal() -> Result<Completion, Failed> {
    let dir = tempfile::tempdir()?;
    let config = "apiVersion: set-prestop.dev/v1alpha1\nkind: SetPreStop\nspec:\n  skpi: 1\n";
    let stray = TWICE.replace(
        "name: tea-svc\n",
        "name: tea-svc\n  labels: {set-prestop.dev/a: b}\n",
    );
    for (name, text) in [("c.yaml", config), ("a.yaml", TWICE), ("b.yaml", &stray)] {
        fs::write(dir.path().join(name), text)?;
    }
    for (args, want) in [
        (
            "--check a.yaml",
            "error[ChangePending]: Deployment tea: the grace period\n    should be 45 s:",
        ),
        ("--explain a.yaml", "needs    10 s"),
        ("--explain a.yaml", "--write a.yaml\n\n"),
        ("--explain=short a.yaml", "line 1\n    needs sleep 10 s, "),
        ("-c c.yaml a.yaml", "\n          `shutdownSeconds`, "),
        (
            "--diff b.yaml",
            "label `set-prestop.dev/a`\n    has no effect",
        ),
        ("--sleep-seconds 10s a.yaml", "SECONDS>':\n  `10s` is not"),
    ] {
        let Some(text) = on_a_terminal(60, dir.path(), args) else {
            return Ok(Completion::ignored_with("`script` is not installed"));
        };
        let wide = text.lines().find(|line| line.chars().count() > 60);
        check(wide.is_none(), || format!("{args}: {wide:?}\n{text}"))?;
        check(text.contains(want), || {
            format!("{args}: wanted {want:?}\n{text}")
        })?;
    }
    let help = on_a_terminal(80, dir.path(), "-h").unwrap_or_default();
    let wide = help.lines().find(|line| line.chars().count() > 80);
    let lines = help.lines().count();
    check(lines <= 40 && wide.is_none(), || {
        format!("{lines} {wide:?}\n{help}")
    })?;
    // What another program reads has whole lines.
    let whole = told(&["--check"], TWICE);
    check(whole.lines().any(|line| line.len() > 140), || whole.clone())?;
    Ok(Completion::Completed)
}

#[cfg(not(unix))]
fn text_fits_the_terminal() -> Result<Completion, Failed> {
    Ok(Completion::ignored_with("there is no `script`"))
}

fn text_of_a_large_file_is_fast() -> Result<(), Failed> {
    // Each picture gets its own line alone: 200 of them take as long as a few, not 200 times the file.
    let filler = "---\napiVersion: v1\nkind: ConfigMap\ndata:\n  a: b\n".repeat(20_000);
    let ingress = |n: usize| {
        format!(
            "---\napiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {{name: i{n}}}\nspec: {{defaultBackend: {{service: {{name: s{n}}}}}}}\n"
        )
    };
    let time = |count: usize| {
        let input: String = (0..count).map(ingress).chain([filler.clone()]).collect();
        let dir = tempfile::tempdir().unwrap();
        let best = (0..3).map(|_| {
            let start = std::time::Instant::now();
            let run = run(dir.path(), &[], &input);
            assert_eq!(run.stderr.matches("warning[ServiceMissing]").count(), count);
            start.elapsed()
        });
        best.min().unwrap()
    };
    let (few, many) = (time(2), time(200));
    check(many < few * 6, || {
        format!("2 messages: {few:?}, 200 messages: {many:?}")
    })
}

fn a_stream_names_no_file() -> Result<(), Failed> {
    let claims = TWICE.replace(
        "name: tea-ingress",
        "name: tea-ingress\n  annotations: {config.kubernetes.io/path: ../other.yaml}",
    );
    for format in FORMATS {
        let text = told(&["--message-format", format], &claims);
        let named = text.contains("other.yaml") && format != "json";
        check(text.contains("ServiceMissing") && !named, || text.clone())?;
    }
    Ok(())
}

fn json_is_a_line_a_message() -> Result<(), Failed> {
    let lines = told(&["--message-format", "json"], TWICE);
    let short = told(&["--message-format", "short"], TWICE);
    let mut count = 0;
    for line in lines.lines() {
        let message: Value = serde_json::from_str(line)?;
        let part = |path: &str| {
            message
                .pointer(path)
                .map(ToString::to_string)
                .unwrap_or_default()
        };
        let quoted = |path: &str| {
            message
                .pointer(path)
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned()
        };
        let head = format!(
            "{}:{}:{}: {}[{}]",
            quoted("/place/name"),
            part("/place/line"),
            part("/place/column"),
            quoted("/severity"),
            quoted("/reason")
        );
        check(
            short.contains(&head) && short.contains(&quoted("/text")),
            || format!("{head} is not in\n{short}"),
        )?;
        count += 1;
    }
    let messages = short.lines().filter(|l| l.starts_with("<stdin>:"));
    check(count == messages.count() && count > 3, || lines.clone())
}

/// A workflow command, read as the runner reads a line (actions/runner, `ActionCommand.TryParseV2`).
fn command(line: &str) -> Option<(String, BTreeMap<String, String>, String)> {
    let unescape = |text: &str, pairs: &[(&str, &str)]| {
        pairs
            .iter()
            .fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
    };
    let data = [("%0D", "\r"), ("%0A", "\n"), ("%25", "%")];
    let property = [
        ("%0D", "\r"),
        ("%0A", "\n"),
        ("%3A", ":"),
        ("%2C", ","),
        ("%25", "%"),
    ];
    let rest = line.trim_start().strip_prefix("::")?;
    let (head, text) = rest.split_once("::")?;
    let (name, properties) = head.split_once(' ').unwrap_or((head, ""));
    let properties = properties.split(',').filter_map(|pair| {
        let (key, value) = pair.trim().split_once('=')?;
        Some((key.to_owned(), unescape(value, &property)))
    });
    Some((name.to_owned(), properties.collect(), unescape(text, &data)))
}

fn github_is_read_by_its_runner() -> Result<(), Failed> {
    let dir = tempfile::tempdir()?;
    let name = "a,b:c%0A=d.yaml";
    let input = TWICE.replace("tea-scv", "tea,scv: 100%0A::error::x");
    fs::write(dir.path().join(name), &input)?;
    let text = run(dir.path(), &["--message-format=github", name], "").stderr;
    let commands: Vec<_> = text.lines().filter_map(command).collect();
    check(commands.len() == 2, || text.clone())?;
    let (severity, properties, message) = &commands[0];
    check(severity == "warning", || text.clone())?;
    let want = [
        ("file", name),
        ("line", "25"),
        ("col", "36"),
        ("endColumn", "63"),
        ("title", "ServiceMissing"),
    ];
    for (key, value) in want {
        check(properties.get(key).is_some_and(|v| v == value), || {
            format!("{key}: {properties:?}")
        })?;
    }
    let first = message.lines().next().unwrap_or_default();
    check(
        first == "Ingress tea-ingress: Service `tea,scv: 100%0A::error::x` is not in the input",
        || message.clone(),
    )?;
    check(
        message
            .lines()
            .nth(1)
            .is_some_and(|l| l.starts_with("help: ")),
        || message.clone(),
    )?;
    // No place: an annotation of the run.
    let unread = run(dir.path(), &["--message-format=github", "none.yaml"], "").stderr;
    check(
        unread.starts_with("::error title=BadInput::cannot read `none.yaml`"),
        || unread.clone(),
    )
}

fn sarif(args: &[&str], stdin: &str) -> Value {
    let mut all = vec!["--message-format", "sarif"];
    all.extend(args);
    serde_json::from_str(&told(&all, stdin)).unwrap()
}

fn sarif_survives_moved_lines() -> Result<(), Failed> {
    let marks = |log: &Value| -> Vec<String> {
        let results = log["runs"][0]["results"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        results
            .iter()
            .map(|r| r["partialFingerprints"]["primaryLocationLineHash"].to_string())
            .collect()
    };
    let before = sarif(&[], TWICE);
    let after = sarif(
        &[],
        &format!("# moved\n\n{}", TWICE.replace("---", "---\n# moved")),
    );
    let (one, two) = (marks(&before), marks(&after));
    check(one == two && one.len() > 3, || format!("{one:?}\n{two:?}"))?;
    let mut different = one.clone();
    different.sort();
    different.dedup();
    check(different.len() == one.len(), || format!("{one:?}"))?;
    let moved = |log: &Value| {
        log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["region"]["startLine"]
            .as_u64()
    };
    check(moved(&before) < moved(&after), || {
        format!("{:?}", moved(&after))
    })?;
    // Every result has its rule.
    for result in before["runs"][0]["results"].as_array().unwrap() {
        let rule = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        let rule = &before["runs"][0]["tool"]["driver"]["rules"][rule];
        check(
            rule["id"] == result["ruleId"]
                && rule["fullDescription"]["text"]
                    .as_str()
                    .is_some_and(|t| t.len() > 20),
            || rule.to_string(),
        )?;
    }
    Ok(())
}

fn sarif_keeps_its_schema() -> Result<Completion, Failed> {
    let cache = std::env::var("XDG_CACHE_HOME")
        .or_else(|_| std::env::var("HOME").map(|home| format!("{home}/.cache")));
    let tools = std::env::var("SET_PRESTOP_TOOLS")
        .unwrap_or_else(|_| format!("{}/set-prestop", cache.unwrap_or_default()));
    let tool = Path::new(&tools).join("bin/check-jsonschema");
    if !tool.exists() {
        return Ok(Completion::ignored_with(
            "check-jsonschema is not installed: tools/install check-jsonschema",
        ));
    }
    let dir = tempfile::tempdir()?;
    let config =
        "apiVersion: set-prestop.dev/v1alpha1\nkind: SetPreStop\nspec:\n  sleepSecond: 5\n";
    fs::write(dir.path().join("config.yaml"), config)?;
    fs::write(dir.path().join("a b.yaml"), evil_manifests())?;
    let runs: [&[&str]; 5] = [
        &["--check"],
        &["--diff", "--quiet"],
        &["--config", "config.yaml"],
        &["a b.yaml", "--check"],
        &["none.yaml"],
    ];
    let mut checked = 0;
    for (number, args) in runs.iter().enumerate() {
        let mut all = vec!["--message-format", "sarif"];
        all.extend(*args);
        let log = run(dir.path(), &all, TWICE).stderr;
        fs::write(dir.path().join(format!("{number}.sarif")), log)?;
        checked += 1;
    }
    let logs = fs::read_dir(dir.path())?
        .filter_map(|e| Some(e.ok()?.path()))
        .filter(|p| p.extension().is_some_and(|e| e == "sarif"));
    let schema = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/schemas/sarif-2.1.0.json");
    let mut broken = sarif(&[], TWICE);
    broken["runs"][0]["results"][0]["level"] = "loud".into();
    let broken_path = dir.path().join("broken.json");
    let output = Command::new(&tool)
        .args(["--regex-variant", "nonunicode", "--schemafile"])
        .arg(&schema)
        .args(logs)
        .output()?;
    check(output.status.success() && checked == 5, || {
        String::from_utf8_lossy(&output.stdout).into_owned()
    })?;
    fs::write(&broken_path, broken.to_string())?;
    let output = Command::new(&tool)
        .args(["--regex-variant", "nonunicode", "--schemafile"])
        .arg(&schema)
        .arg(&broken_path)
        .output()?;
    check(!output.status.success(), || {
        "the schema takes what it must not".to_owned()
    })?;
    Ok(Completion::Completed)
}

fn a_report_is_what_its_name_says() -> Result<(), Failed> {
    let dir = tempfile::tempdir()?;
    for name in ["a.sarif", "a.json", "a.txt", "a"] {
        let run = run(dir.path(), &["--report", name], TWICE);
        check(run.stderr.contains("  --> <stdin>:25:36\n"), || {
            run.stderr.clone()
        })?;
        let report = fs::read_to_string(dir.path().join(name))?;
        let holds = match name {
            "a.sarif" => serde_json::from_str::<Value>(&report)?["version"] == "2.1.0",
            "a.json" => report
                .lines()
                .all(|line| serde_json::from_str::<Value>(line).is_ok()),
            _ => {
                report.contains("\n<stdin>:25:36: warning[ServiceMissing] Ingress")
                    && report.ends_with(" changed\n")
            }
        };
        check(holds, || format!("{name}: {report}"))?;
    }
    // A log without results is one, too: who uploads it needs a file.
    let run = run(
        dir.path(),
        &["--report", "none.sarif", "--quiet", "--diff"],
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n",
    );
    let log: Value = serde_json::from_str(&fs::read_to_string(dir.path().join("none.sarif"))?)?;
    let results = log["runs"][0]["results"].as_array().map(Vec::len);
    check(run.code == Some(0) && results == Some(0), || {
        log.to_string()
    })
}
