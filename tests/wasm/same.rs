//! The same answer everywhere: every golden case through every form that can take it.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use serde_json::{Value, json};
use set_prestop::{Failure, Outcome, Output, Positions, Settings, Source};

use crate::cases::{self, natively, resource_list};
use crate::forms::{batch, command, form, scratch, text};
use crate::{kpt, wasi};

pub(crate) fn npm() -> Result<(), String> {
    package(
        "npm",
        command(
            "node",
            &["tests/wasm/npm.mjs", &form("npm").to_string_lossy()],
        ),
    )
}

pub(crate) fn browser() -> Result<(), String> {
    package(
        "browser",
        command(
            "node",
            &[
                "tests/wasm/browser.mjs",
                "chromium",
                &form("npm").to_string_lossy(),
            ],
        ),
    )
}

pub(crate) fn kpt() -> Result<(), String> {
    let mut tally = Tally::default();
    let mut lists = Vec::new();
    for case in cases::all() {
        match (case.text(), case.args.is_empty()) {
            (None, _) => tally.leave_out("kpt hands over text, and this is not UTF-8"),
            (_, false) => tally.leave_out("kpt hands over no flags"),
            (Some(text), true)
                if text.starts_with('\u{feff}') && text.contains("kind: ResourceList") =>
            {
                tally.leave_out("kpt's host takes the byte order mark off");
            }
            (Some(text), true) => lists.push((
                case.name.clone(),
                resource_list(text, case.config.as_deref()),
            )),
        }
    }
    let inputs: Vec<(&str, &str)> = lists
        .iter()
        .map(|(_, list)| (list.as_str(), "nodejs"))
        .collect();
    for ((name, list), found) in lists.iter().zip(kpt::answers(&inputs)?) {
        let short = ["--message-format", "short"];
        let native = natively(&short, list.as_bytes(), &std::env::temp_dir());
        // A run that succeeds leaves stderr to others: kpt shows the results.
        let stderr = if native.status.success() {
            String::new()
        } else {
            text(&native.stderr)
        };
        let code = i32::from(!native.status.success());
        tally.compare(
            name,
            &found,
            &json!({"code": code, "stdout": text(&native.stdout), "stderr": stderr}),
        );
    }
    tally.end("kpt", "as ResourceLists")
}

pub(crate) fn wasi_on_node() -> Result<(), String> {
    wasi_command("wasi", wasi::node())
}

pub(crate) fn wasi_on_wasmtime() -> Result<(), String> {
    wasi_command("wasi-wasmtime", wasi::wasmtime())
}

/// Each case as the manifests that it is, and as a ResourceList.
fn wasi_command(name: &str, runner: Command) -> Result<(), String> {
    struct Run {
        name: String,
        stdin: PathBuf,
        arguments: Vec<String>,
        folder: PathBuf,
    }
    let mut runs = Vec::new();
    let lists = scratch(&format!("same-{name}"));
    for (index, case) in cases::all().into_iter().enumerate() {
        if let Some(text) = case.text() {
            let stdin = lists.join(index.to_string());
            fs::write(&stdin, resource_list(text, case.config.as_deref()))
                .map_err(|error| error.to_string())?;
            let name = format!("{} as a ResourceList", case.name);
            runs.push(Run {
                name,
                stdin,
                arguments: case.args.clone(),
                folder: case.folder.clone(),
            });
        }
        let mut arguments = case.args;
        if case.config.is_some() {
            arguments.extend(["--config", "config.yaml"].map(str::to_owned));
        }
        runs.push(Run {
            name: case.name,
            stdin: case.folder.join("input.yaml"),
            arguments,
            folder: case.folder,
        });
    }
    let cases: Vec<Value> = runs
        .iter()
        .map(|run| json!({"args": run.arguments, "stdin": run.stdin, "folder": run.folder}))
        .collect();
    let mut tally = Tally::default();
    for (run, found) in runs.iter().zip(batch(runner, &cases)?) {
        let arguments: Vec<&str> = run.arguments.iter().map(String::as_str).collect();
        let input = fs::read(&run.stdin).map_err(|error| error.to_string())?;
        let native = natively(&arguments, &input, &run.folder);
        let expected = json!({"code": native.status.code(), "stdout": text(&native.stdout), "stderr": text(&native.stderr)});
        tally.compare(&run.name, &found, &expected);
    }
    tally.end(name, "as manifests and as ResourceLists")
}

/// Each case as the manifests that it is, and as a ResourceList.
fn package(name: &str, runner: Command) -> Result<(), String> {
    let mut tally = Tally::default();
    let mut runs = Vec::new();
    for case in cases::all() {
        let Some(text) = case.text() else {
            tally.leave_out("a string can't hold what is not UTF-8");
            continue;
        };
        if !case.args.is_empty() {
            tally.leave_out("the package takes settings as an object and no flags");
            continue;
        }
        let list = resource_list(text, case.config.as_deref());
        runs.push((
            case.name.clone(),
            json!({"manifests": text, "config": case.config}),
        ));
        runs.push((
            format!("{} as a ResourceList", case.name),
            json!({"resourceList": list}),
        ));
    }
    let inputs: Vec<Value> = runs.iter().map(|(_, run)| run.clone()).collect();
    for ((name, run), found) in runs.iter().zip(batch(runner, &inputs)?) {
        let input = run["manifests"]
            .as_str()
            .or(run["resourceList"].as_str())
            .unwrap_or_default();
        tally.compare(name, &found, &library(run));
        if found["error"].is_null() {
            tally.compare(
                &format!("{name}, its edits"),
                &edited(input, &found["edits"]),
                &found["output"],
            );
        }
    }
    tally.end(
        name,
        "as manifests and as ResourceLists, the edits of each too",
    )
}

/// `input` with the edits made as an editor makes them, on UTF-16 code units and from the end.
fn edited(input: &str, edits: &Value) -> Value {
    let mut units: Vec<u16> = input.encode_utf16().collect();
    for edit in edits.as_array().unwrap().iter().rev() {
        let at = |key: &str| usize::try_from(edit[key].as_u64().unwrap()).unwrap();
        units.splice(
            at("start")..at("end"),
            edit["text"].as_str().unwrap().encode_utf16(),
        );
    }
    String::from_utf16(&units).unwrap().into()
}

fn model(part: &impl serde::Serialize, positions: &Positions<'_>) -> Value {
    serde_json::from_str(&set_prestop::json(part, positions)).unwrap()
}

/// What the library says, as the package has to say it. The edits are the package's own form of the outputs.
fn library(run: &Value) -> Value {
    let (name, input) = match (run["manifests"].as_str(), run["resourceList"].as_str()) {
        (Some(text), _) => ("manifests", text),
        (None, text) => ("resourceList", text.unwrap_or_default()),
    };
    let stated = run["config"].as_str();
    let config = match stated.map(set_prestop::parse_config).transpose() {
        Ok(config) => config.unwrap_or_default(),
        Err(told) => {
            let config = Source::new("config", stated.unwrap_or_default());
            let mut messages = model(&told, &Positions::new(&[config]));
            for message in messages.as_array_mut().into_iter().flatten() {
                // The configuration is none of the sources.
                for pointer in ["/place", "/related/place"] {
                    let place = message.pointer_mut(pointer);
                    place.and_then(|place| place.as_object_mut()?.remove("source"));
                }
            }
            return failure(&messages, None);
        }
    };
    let advice = name == "manifests";
    let settings = Settings {
        config,
        advice,
        addresses: true,
        ..Settings::default()
    };
    let sources = [Source::new(name, input)];
    let positions = Positions::new(&sources);
    match set_prestop::rewrite(&sources, &settings) {
        Ok(done) if !advice && !done.is_resource_list => {
            let help = "pass manifests to `rewrite`, or write `kind: ResourceList` of `config.kubernetes.io/v1`";
            let text = "the input is not a ResourceList";
            let message =
                json!({"severity": "error", "reason": "BadInput", "text": text, "help": help});
            failure(&json!([message]), None)
        }
        Ok(done) => outcome(&done, &positions),
        Err(Failure {
            messages, output, ..
        }) => failure(
            &model(&messages, &positions),
            output.as_ref().map(Output::to_string),
        ),
    }
}

fn outcome(done: &Outcome<'_>, positions: &Positions<'_>) -> Value {
    let [output] = done.outputs.as_slice() else {
        return Value::Null;
    };
    let mut units = 0;
    let mut bytes = 0;
    let mut at = |to: usize| {
        units += output.source.text[bytes..to].encode_utf16().count();
        bytes = to;
        units
    };
    let edits: Vec<Value> = output
        .splices
        .iter()
        .map(|splice| {
            let (start, end) = (at(splice.range.start), at(splice.range.end));
            json!({"source": 0, "start": start, "end": end, "text": splice.text})
        })
        .collect();
    let mut answer = model(&done.answer(None, &done.messages, positions), positions);
    answer["output"] = output.to_string().into();
    answer["edits"] = edits.into();
    answer
}

/// The error that is thrown, with the properties that it has to have.
fn failure(messages: &Value, output: Option<String>) -> Value {
    let first = messages
        .as_array()
        .into_iter()
        .flatten()
        .find(|message| message["severity"] == "error")
        .cloned()
        .unwrap_or_default();
    let at = &first["place"];
    let place = if at.is_null() {
        String::new()
    } else {
        format!(
            "{}:{}:{}: ",
            at["name"].as_str().unwrap_or_default(),
            at["line"],
            at["column"]
        )
    };
    let error = json!({
        "name": "SetPreStopError",
        "message": format!("{place}{}", first["text"].as_str().unwrap_or_default()),
        "reason": first["reason"],
        "line": at["line"],
        "column": at["column"],
        "help": first["help"],
        "messages": messages,
        "output": output,
    });
    json!({"error": without_null(error)})
}

/// What is absent is no key.
fn without_null(mut object: Value) -> Value {
    if let Some(keys) = object.as_object_mut() {
        keys.retain(|_, value| !value.is_null());
    }
    object
}

/// How many answers were compared, which differ, and what was left out with the reason.
#[derive(Default)]
struct Tally {
    compared: usize,
    differ: Vec<String>,
    left_out: BTreeMap<&'static str, usize>,
}

impl Tally {
    fn leave_out(&mut self, reason: &'static str) {
        *self.left_out.entry(reason).or_default() += 1;
    }

    fn compare(&mut self, name: &str, found: &Value, expected: &Value) {
        self.compared += 1;
        if found != expected {
            self.differ
                .push(format!("{name}:\n   found {found}\nexpected {expected}"));
        }
    }

    /// Fails where an answer differs, and where so much is left out that the form is hardly tested.
    fn end(self, form: &str, how: &str) -> Result<(), String> {
        let left_out: usize = self.left_out.values().sum();
        println!(
            "{form}: {} answers compared, {how}; {} differ",
            self.compared,
            self.differ.len()
        );
        for (reason, count) in &self.left_out {
            println!("{form}: {count} cases left out: {reason}");
        }
        if let Some(first) = self.differ.first() {
            return Err(format!(
                "{} of {} answers differ; the first:\n{first}",
                self.differ.len(),
                self.compared
            ));
        }
        if left_out * 5 > cases::all().len() {
            return Err(format!("{left_out} cases are left out: more than a fifth"));
        }
        Ok(())
    }
}
