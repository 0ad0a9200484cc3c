//! The golden cases: a folder under `testdata/cases/<topic>/` is a case, and adding one takes no Rust.
//!
//! `NO_LAWS=1` leaves the laws out. Files are compared as bytes. `BLESS=1` writes `change.diff`, `messages` and `error`, and refuses where a law fails.

#![expect(
    clippy::disallowed_methods,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::print_stdout,
    reason = "a test reads and writes files, and a panic is how it fails"
)]

#[path = "below/folders.rs"]
mod folders;

use folders::folders;
use libtest_mimic::{Arguments, Failed, Trial};
use serde_yaml::Value;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A diff without the names behind `@@`: `tests/outputs.rs` has them.
fn unnamed(diff: &str) -> String {
    let lines = diff.split_inclusive('\n').map(|line| {
        let end = line.find(" @@ ").filter(|_| line.starts_with("@@ -"));
        end.map_or(line.to_owned(), |end| format!("{} @@\n", &line[..end]))
    });
    lines.collect()
}

/// The laws that every case obeys unless its file `laws` takes one off, with the reason.
const LAWS: [&str; 7] = [
    "idempotent",
    "values",
    "patch",
    "crlf",
    "resource-list",
    "beside",
    "reversed",
];

/// The files that a case may have.
const FILES: [&str; 9] = [
    "input.yaml",
    "context.yaml",
    "config.yaml",
    "args",
    "change.diff",
    "explain",
    "messages",
    "error",
    "laws",
];

fn main() {
    let arguments = Arguments::from_args();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/cases");
    let mut trials = Vec::new();
    let mut names = Vec::new();
    for topic in folders(&root) {
        for case in folders(&topic) {
            let name = format!("{}/{}", file_name(&topic), file_name(&case));
            names.push(case.clone());
            trials.push(Trial::test(name, move || run(&Case::read(&case)?)));
        }
    }
    trials.push(Trial::test("laws/few-are-off", move || {
        few_laws_are_off(&names)
    }));
    trials.push(Trial::test(
        "messages/every-reason-occurs",
        every_reason_occurs,
    ));
    libtest_mimic::run(&arguments, trials).exit();
}

fn file_name(path: &Path) -> String {
    path.file_name()
        .map(|n| n.to_string_lossy().into_owned())
        .unwrap_or_default()
}

struct Case {
    folder: PathBuf,
    input: String,
    config: Option<String>,
    /// The folder of the case has a `context.yaml`.
    context: bool,
    args: Vec<String>,
    /// How `--explain` is asked for.
    explain: String,
    /// Whether `args` has `--explain`: its messages are compared; its drawing is if there is a file `explain`.
    explains: bool,
    off: BTreeMap<String, String>,
}

impl Case {
    fn read(folder: &Path) -> Result<Case, Failed> {
        for entry in fs::read_dir(folder)? {
            let name = entry?.file_name().to_string_lossy().into_owned();
            if !FILES.contains(&name.as_str()) {
                return Err(format!("`{name}` is no file of a case: {FILES:?}").into());
            }
        }
        let optional = |name: &str| fs::read_to_string(folder.join(name)).ok();
        let mut off = BTreeMap::new();
        for line in optional("laws").unwrap_or_default().lines() {
            let (law, reason) = line
                .strip_prefix('-')
                .and_then(|rest| rest.split_once(": "))
                .ok_or_else(|| {
                    format!("a line of `laws` is `-law: reason`, this is not: {line}")
                })?;
            if !LAWS.contains(&law) {
                return Err(format!("`{law}` is no law: {LAWS:?}").into());
            }
            off.insert(law.to_owned(), reason.to_owned());
        }
        let bytes = fs::read(folder.join("input.yaml"))?;
        let args = optional("args").unwrap_or_default();
        let args: Vec<&str> = args.lines().collect();
        let explain = args.iter().find(|arg| arg.starts_with("--explain"));
        Ok(Case {
            folder: folder.to_owned(),
            // What is not UTF-8 has to fail anyway; the command reads the file itself.
            input: String::from_utf8_lossy(&bytes).into_owned(),
            config: optional("config.yaml"),
            context: folder.join("context.yaml").is_file(),
            explain: explain.unwrap_or(&"--explain").to_string(),
            explains: explain.is_some(),
            args: args
                .into_iter()
                .filter(|a| !a.starts_with("--explain"))
                .map(str::to_owned)
                .collect(),
            off,
        })
    }

    fn obeys(&self, law: &str) -> bool {
        !self.off.contains_key(law)
    }

    fn is_resource_list(&self) -> bool {
        self.input.contains("ResourceList")
    }

    /// Runs the command on `input`, given as the file `input.yaml` of the current folder.
    fn run(&self, input: &[u8], more: &[&str]) -> Result<Run, Failed> {
        let dir = tempfile::tempdir()?;
        fs::write(dir.path().join("input.yaml"), input)?;
        let mut command = Command::new(env!("CARGO_BIN_EXE_set-prestop"));
        command
            .current_dir(dir.path())
            .env_clear()
            .args(&self.args)
            .args(["--message-format", "short"])
            .args(more);
        if let Some(config) = &self.config {
            fs::write(dir.path().join("config.yaml"), config)?;
            command.args(["--config", "config.yaml"]);
        }
        self.add_context(&mut command);
        command.arg("input.yaml");
        finish(command, &[])
    }

    fn add_context(&self, command: &mut Command) {
        if self.context {
            let path = self.folder.join("context.yaml");
            command.arg("--context").arg(path);
        }
    }
}

struct Run {
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

fn finish(mut command: Command, stdin: &[u8]) -> Result<Run, Failed> {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    // A command that fails early does not read its input.
    let _ = child.stdin.take().ok_or("no stdin")?.write_all(stdin);
    let output = child.wait_with_output()?;
    Ok(Run {
        code: output.status.code(),
        stdout: String::from_utf8(output.stdout)?,
        stderr: String::from_utf8(output.stderr)?,
    })
}

fn run(case: &Case) -> Result<(), Failed> {
    let bytes = fs::read(case.folder.join("input.yaml"))?;
    let plain = case.run(&bytes, &[])?;
    match plain.code {
        Some(2) => failing(case, &plain),
        Some(0 | 1 | 3) => passing(case, &plain),
        other => Err(format!("exit {other:?}: {}", plain.stderr).into()),
    }
}

/// A run that fails: nothing on stdout but a ResourceList with unchanged items, and what stderr says.
fn failing(case: &Case, plain: &Run) -> Result<(), Failed> {
    if case.is_resource_list() {
        if !plain.stdout.is_empty() {
            let (before, after): (Value, Value) = (
                serde_yaml::from_str(&case.input)?,
                serde_yaml::from_str(&plain.stdout)?,
            );
            same(
                &before["items"],
                &after["items"],
                "items of a failing ResourceList",
            )?;
        }
    } else {
        same(&"", &plain.stdout.as_str(), "stdout of a failing run")?;
    }
    // clap's own errors end with a tip or with where help is.
    if !plain.stderr.contains("help: ") && !plain.stderr.contains("try '--help'") {
        return Err(format!("stderr does not say what to do: {}", plain.stderr).into());
    }
    golden(
        case,
        &[
            ("error", plain.stderr.clone()),
            ("change.diff", String::new()),
            ("messages", String::new()),
        ],
    )
}

fn passing(case: &Case, plain: &Run) -> Result<(), Failed> {
    let mut diff = unnamed(&case.run(case.input.as_bytes(), &["--diff"])?.stdout);
    if diff.starts_with("set-prestop checked ") {
        diff.clear();
    }
    let pending = plain.code == Some(1);
    // The flag `--check` prints what it looked at, and no manifests.
    let only_checks = case.args.iter().any(|a| a == "--check") && !case.is_resource_list();
    let output = if only_checks {
        case.input.clone()
    } else {
        plain.stdout.clone()
    };
    let told = if case.explains {
        case.advised()?
    } else {
        told(&plain.stderr)
    };
    if pending {
        same(
            &true,
            &told.contains("error[ChangePending]"),
            "exit 1 is for pending changes",
        )?;
    }
    // Mutation testing asks the files alone: a change of the rules shows there, and the laws take longer.
    let looks = pending || only_checks && plain.code == Some(3);
    if !looks && std::env::var_os("NO_LAWS").is_none() {
        laws(case, plain.code, &output, &diff)?;
    }
    if std::env::var_os("NO_LAWS").is_none() {
        never_blank(case)?;
    }
    if case.folder.join("explain").is_file() {
        let drawn = case.run(case.input.as_bytes(), &[&case.explain])?.stdout;
        golden(case, &[("explain", drawn)])?;
    }
    golden(
        case,
        &[
            ("change.diff", diff),
            ("messages", told),
            ("error", String::new()),
        ],
    )
}

/// The law that no case may take off: where a run reads stdin and ends with 0, stdout is blank only if stdin was. Helm 3
/// takes a blank stdout for "delete everything" (docs/reference.md, section 5.2).
fn never_blank(case: &Case) -> Result<(), Failed> {
    let dir = tempfile::tempdir()?;
    let checks = dir.path().join("checks.yaml");
    fs::write(&checks, checking(case.config.as_deref())?)?;
    let checks = checks.to_string_lossy().into_owned();
    let config = ["--config", checks.as_str()];
    let modes: [(&[&str], bool); 9] = [
        (&[], false),
        (&["--check"], true),
        (&["--diff"], true),
        (&["--explain"], true),
        (&["--output", "json"], false),
        (&["--output", "kustomize"], false),
        (&["--output", "kubectl"], true),
        (&config, false),
        (&config[1..], false),
    ];
    for (mode, looks) in modes {
        // The plugin protocol is a SetPreStop alone.
        let plugin = mode.len() == 1 && !looks;
        if plugin
            && case
                .config
                .as_ref()
                .is_some_and(|c| c.contains("kind: ConfigMap"))
        {
            continue;
        }
        let mut command = Command::new(env!("CARGO_BIN_EXE_set-prestop"));
        command.current_dir(dir.path()).env_clear().args(mode);
        if !plugin {
            command.args(&case.args);
        }
        if let Some(config) = case
            .config
            .as_ref()
            .filter(|_| !mode.contains(&checks.as_str()))
        {
            let path = dir.path().join("config.yaml");
            fs::write(&path, config)?;
            command.arg("--config").arg(path);
        }
        if !plugin {
            case.add_context(&mut command);
        }
        let run = finish(command, case.input.as_bytes())?;
        if run.code != Some(0) || case.input.trim().is_empty() {
            continue;
        }
        let what = format!("{mode:?} never prints nothing");
        same(&false, &run.stdout.trim().is_empty(), &what)?;
        let flag = case.args.iter().any(|a| a == "--check");
        if mode.contains(&checks.as_str()) && !flag && !case.is_resource_list() {
            same(
                &case.input,
                &run.stdout,
                "`check: true` hands the manifests on",
            )?;
        }
        // A ResourceList goes on as one, and only its host reads it.
        if looks
            && !(case.is_resource_list()
                && !mode.contains(&"--diff")
                && !mode.contains(&"--explain"))
        {
            same(
                &false,
                &is_taken_for_manifests(&run.stdout),
                &format!("{mode:?}: {}", run.stdout),
            )?;
        }
    }
    Ok(())
}

/// The configuration of a case with `check: true`.
fn checking(config: Option<&str>) -> Result<String, Failed> {
    const NONE: &str =
        "apiVersion: set-prestop.dev/v1alpha1\nkind: SetPreStop\nmetadata:\n  name: drain\n";
    let mut value: Value = serde_yaml::from_str(config.unwrap_or(NONE))?;
    let (key, check) = match value["kind"].as_str() {
        Some("ConfigMap") => ("data", Value::String("true".to_owned())),
        _ => ("spec", Value::Bool(true)),
    };
    if value[key].is_null() {
        value[key] = Value::Mapping(serde_yaml::Mapping::new());
    }
    value[key]["check"] = check;
    Ok(serde_yaml::to_string(&value)?)
}

/// Whether Helm could take the text, or a document of it, for a manifest or for none: a mapping, or nothing but comments.
fn is_taken_for_manifests(text: &str) -> bool {
    text.split("\n---\n").any(|document| {
        let value = serde_yaml::from_str::<Value>(document);
        matches!(value, Ok(Value::Mapping(_) | Value::Null))
    })
}

/// Messages without their place and without the line of counts.
fn told(stderr: &str) -> String {
    let mut text = String::new();
    for line in stderr.lines() {
        let severities = ["info[", "warning[", "error["];
        let at = severities.iter().filter_map(|s| line.find(s)).min();
        match at {
            Some(at) if at == 0 || line[..at].ends_with(": ") => text.push_str(&line[at..]),
            _ if line.starts_with("  help: ") => text.push_str(line),
            _ => continue,
        }
        text.push('\n');
    }
    text
}

/// Compares with the files of the case, or writes them.
fn golden(case: &Case, files: &[(&str, String)]) -> Result<(), Failed> {
    for (name, got) in files {
        let path = case.folder.join(name);
        let want = fs::read_to_string(&path).unwrap_or_default();
        if &want == got {
            continue;
        }
        if std::env::var_os("BLESS").is_some() {
            if got.is_empty() {
                fs::remove_file(&path)?;
            } else {
                fs::write(&path, got)?;
            }
        } else {
            return Err(format!("{name} differs\n--- wanted\n{want}\n--- got\n{got}").into());
        }
    }
    Ok(())
}

fn same<T: PartialEq + std::fmt::Debug>(want: &T, got: &T, what: &str) -> Result<(), Failed> {
    if want == got {
        return Ok(());
    }
    Err(format!("{what}\n--- wanted\n{want:#?}\n--- got\n{got:#?}").into())
}

fn laws(case: &Case, code: Option<i32>, output: &str, diff: &str) -> Result<(), Failed> {
    let list = case.is_resource_list();
    if case.obeys("idempotent") {
        let again = case.run(output.as_bytes(), &[])?;
        if list {
            let (one, two): (Value, Value) = (
                serde_yaml::from_str(output)?,
                serde_yaml::from_str(&again.stdout)?,
            );
            same(&one["items"], &two["items"], "a second run changes nothing")?;
        } else {
            same(
                &output,
                &again.stdout.as_str(),
                "a second run changes nothing",
            )?;
        }
    }
    if case.obeys("values") {
        let documents = |text: &str| -> Result<Vec<Value>, Failed> {
            let mut all = Vec::new();
            for document in serde_yaml::Deserializer::from_str(text) {
                let mut value = <Value as serde::Deserialize>::deserialize(document)?;
                value.apply_merge()?;
                unplanned(&mut value);
                all.push(value);
            }
            Ok(all)
        };
        same(
            &documents(&case.input)?,
            &documents(output)?,
            "only planned fields differ",
        )?;
    }
    if case.obeys("patch") && !diff.is_empty() {
        let patch = diffy::Patch::from_str(diff)?;
        same(
            &output.to_owned(),
            &diffy::apply(&case.input, &patch)?,
            "the diff applies",
        )?;
    }
    if case.obeys("crlf") && !case.input.contains('\r') {
        let got = case.run(crlf(&case.input).as_bytes(), &[])?;
        same(&crlf(output), &got.stdout, "the same with CRLF")?;
    }
    if list {
        return Ok(());
    }
    among_others(case, code, output)
}

/// The laws that put the documents among others.
fn among_others(case: &Case, code: Option<i32>, output: &str) -> Result<(), Failed> {
    let (before, after) = (documents(&case.input), documents(output));
    same(&before.len(), &after.len(), "as many documents")?;
    if case.obeys("resource-list") && !case.args.iter().any(|a| a.contains("check")) {
        let got = case.wrapped(&before)?;
        same(
            &code,
            &got.code,
            &format!("exit as a ResourceList: {}", got.stderr),
        )?;
        let items = match got.stdout.find("\nresults:") {
            Some(at) => &got.stdout[..=at],
            None => &got.stdout,
        };
        same(
            &wrap(&after, None).as_str(),
            &items,
            "the same inside a ResourceList",
        )?;
        // Advice, which a stream gets with `--explain`, stands in the results always.
        same(
            &sorted(&case.advised()?),
            &sorted(&results(&got.stdout)?),
            "the same messages inside a ResourceList",
        )?;
    }
    if case.obeys("beside") {
        let unrelated = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: unrelated\ndata:\n  a: |\n    kind: Ingress\n";
        let around = |inner: &str| {
            format!(
                "{unrelated}---\n{}---\n{unrelated}",
                ended(inner.trim_start_matches('\u{feff}'))
            )
        };
        let got = case.run(around(&case.input).as_bytes(), &[])?;
        same(
            &around(output),
            &got.stdout,
            "the same beside unrelated documents",
        )?;
    }
    if case.obeys("reversed") {
        let joined = |documents: &[String]| {
            documents
                .iter()
                .rev()
                .fold(String::new(), |text, d| text + "---\n" + d)
        };
        let got = case.run(joined(&before).as_bytes(), &[])?;
        same(
            &joined(&after),
            &got.stdout,
            "the same with the documents in reverse",
        )?;
    }
    Ok(())
}

fn ended(text: &str) -> String {
    if text.ends_with('\n') || text.is_empty() {
        text.to_owned()
    } else {
        format!("{text}\n")
    }
}

fn crlf(text: &str) -> String {
    text.replace('\n', "\r\n")
}

fn sorted(lines: &str) -> Vec<String> {
    let mut lines: Vec<String> = lines.lines().map(str::to_owned).collect();
    lines.sort();
    lines
}

/// The documents of a stream, without their `---` lines, each ended with a newline.
fn documents(text: &str) -> Vec<String> {
    let mut all = vec![String::new()];
    for line in text.trim_start_matches('\u{feff}').split_inclusive('\n') {
        match line.strip_prefix("---") {
            Some(rest) if rest.trim().is_empty() => all.push(String::new()),
            _ => all.last_mut().map_or((), |d| d.push_str(line)),
        }
    }
    all.retain(|d| !d.lines().all(|l| l.trim().is_empty() || l.starts_with('#')));
    all.iter().map(|d| ended(d)).collect()
}

/// Documents as items of a ResourceList, indented by two columns.
fn wrap(documents: &[String], config: Option<&str>) -> String {
    let mut text = String::from("apiVersion: config.kubernetes.io/v1\nkind: ResourceList\n");
    let indent = |text: &mut String, lines: &str, first: &str| {
        let mut prefix = first;
        for line in lines.split_inclusive('\n') {
            let blank = line.trim().is_empty();
            // A comment before the first key would stand between dash and item.
            if prefix == first && first == "- " && (line.starts_with('#') || blank) {
                text.push_str(if blank { line } else { "" });
                if !blank {
                    text.push_str(line);
                }
                continue;
            }
            text.push_str(if blank { "" } else { prefix });
            text.push_str(line);
            prefix = "  ";
        }
    };
    if let Some(config) = config {
        text.push_str("functionConfig:\n");
        indent(&mut text, config, "  ");
    }
    text.push_str("items:\n");
    for document in documents {
        indent(&mut text, document, "- ");
    }
    text
}

impl Case {
    /// The messages, advice too. `--write` makes the changes, so that they are told as made.
    fn advised(&self) -> Result<String, Failed> {
        let checks = self.args.iter().any(|arg| arg == "--check");
        let args: &[&str] = if checks {
            &["--explain"]
        } else {
            &["--explain", "--write"]
        };
        Ok(told(&self.run(self.input.as_bytes(), args)?.stderr))
    }

    fn wrapped(&self, documents: &[String]) -> Result<Run, Failed> {
        let mut command = Command::new(env!("CARGO_BIN_EXE_set-prestop"));
        command.env_clear().args(&self.args);
        let config = self.config.as_ref().map(|c| documents_of_config(c));
        self.add_context(&mut command);
        let run = finish(command, wrap(documents, config.as_deref()).as_bytes())?;
        // The functionConfig stands before the items so that cutting it off again is simple.
        let stdout = match (&config, run.stdout.split_once("items:\n")) {
            (Some(_), Some((_, items))) => {
                format!("apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nitems:\n{items}")
            }
            _ => run.stdout,
        };
        Ok(Run { stdout, ..run })
    }
}

fn documents_of_config(config: &str) -> String {
    documents(config).concat()
}

/// The results of a ResourceList as messages are written.
fn results(text: &str) -> Result<String, Failed> {
    let value: Value = serde_yaml::from_str(text)?;
    let mut lines = String::new();
    for result in value["results"].as_sequence().into_iter().flatten() {
        let text = |v: &Value| v.as_str().unwrap_or_default().to_owned();
        let reason = text(&result["tags"]["set-prestop.dev/reason"]);
        write!(lines, "{}[{reason}]", text(&result["severity"]))?;
        let resource = &result["resourceRef"];
        if !resource.is_null() {
            let namespace = resource["namespace"]
                .as_str()
                .map(|n| format!("{n}/"))
                .unwrap_or_default();
            for word in [
                text(&resource["kind"]),
                namespace + &text(&resource["name"]),
            ] {
                if !word.is_empty() {
                    write!(lines, " {word}")?;
                }
            }
        }
        if let Some(path) = result["field"]["path"].as_str() {
            // A value that changes has a path of its own, below the hook that the message names.
            let hook = path.find(".preStop.").map(|at| at + ".preStop".len());
            let is_change = !result["field"]["proposedValue"].is_null();
            let path = &path[..hook.filter(|_| is_change).unwrap_or(path.len())];
            write!(lines, " {path}")?;
        }
        let message = text(&result["message"]);
        match message.split_once("; help: ") {
            Some((message, help)) => writeln!(lines, ": {message}\n  help: {help}")?,
            None => writeln!(lines, ": {message}")?,
        }
    }
    Ok(lines)
}

/// Takes out the fields that a plan may write: what is left has to be equal.
fn unplanned(value: &mut Value) {
    match value {
        Value::Mapping(mapping) => {
            mapping.remove("terminationGracePeriodSeconds");
            mapping.remove("results");
            let empty = mapping
                .get_mut("lifecycle")
                .is_some_and(|lifecycle| match lifecycle {
                    Value::Mapping(lifecycle) => {
                        lifecycle.remove("preStop");
                        lifecycle.is_empty()
                    }
                    Value::Null => true,
                    _ => false,
                });
            if empty {
                mapping.remove("lifecycle");
            }
            mapping.iter_mut().for_each(|(_, value)| unplanned(value));
        }
        Value::Sequence(items) => items.iter_mut().for_each(unplanned),
        Value::Tagged(tagged) => unplanned(&mut tagged.value),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// More than a tenth of the cases without a law, and it is no law.
fn few_laws_are_off(cases: &[PathBuf]) -> Result<(), Failed> {
    let mut off: BTreeMap<String, usize> = BTreeMap::new();
    for case in cases {
        for law in Case::read(case)?.off.into_keys() {
            *off.entry(law).or_default() += 1;
        }
    }
    for (law, count) in off {
        println!("{law}: off in {count} of {}", cases.len());
        if count * 10 > cases.len() {
            return Err(
                format!("the law `{law}` is off in {count} of {} cases", cases.len()).into(),
            );
        }
    }
    Ok(())
}

/// Every Reason occurs in a case, or in a transcript of the command line where a case can't show it.
fn every_reason_occurs() -> Result<(), Failed> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut text = String::new();
    for topic in folders(&root.join("testdata/cases")) {
        for case in folders(&topic) {
            for name in ["messages", "error"] {
                text.push_str(&fs::read_to_string(case.join(name)).unwrap_or_default());
            }
        }
    }
    for name in ["tests/cli.rs", "tests/faults.rs"] {
        text.push_str(&fs::read_to_string(root.join(name)).unwrap_or_default());
    }
    // Reached by no input that is known: it would be a fault of the program itself.
    let unreachable = [set_prestop::Reason::Bug];
    let missing: Vec<&str> = set_prestop::Reason::ALL
        .iter()
        .filter(|r| !unreachable.contains(r) && !text.contains(&format!("[{}]", r.name())))
        .map(|r| r.name())
        .collect();
    same(&Vec::new(), &missing, "Reasons that occur in no case")
}
