//! The module that kpt runs: its protocol, in a host without kpt, and kpt itself.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use serde_json::{Value, json};

use crate::cases;
use crate::forms::{batch, check_eq, command, form, run, scratch, text};

/// Bytes as gzip.
pub(crate) const BUDGET: usize = 338_000;

const MODULE: &str = "kpt/set-prestop.wasm";

/// What kpt's runtimes make of each input.
pub(crate) fn answers(inputs: &[(&str, &str)]) -> Result<Vec<Value>, String> {
    let cases: Vec<Value> = inputs
        .iter()
        .map(|(input, runtime)| json!({"input": input, "runtime": runtime}))
        .collect();
    batch(
        command(
            "node",
            &["tests/wasm/kpt.mjs", &form(MODULE).to_string_lossy()],
        ),
        &cases,
    )
}

/// It imports from `go` alone, and exports what the host looks up.
pub(crate) fn protocol() -> Result<(), String> {
    let describe = command(
        "node",
        &[
            "tests/wasm/kpt.mjs",
            "--describe",
            &form(MODULE).to_string_lossy(),
        ],
    );
    let described: Value =
        serde_json::from_slice(&run(describe, &[])?.stdout).map_err(|error| error.to_string())?;
    let list = |key: &str| described[key].as_array().cloned().unwrap_or_default();
    for import in list("imports") {
        check_eq("where it imports from", &import["module"], "go")?;
        check_eq("what it imports", &import["kind"], "function")?;
    }
    let mut exports: Vec<String> = list("exports")
        .iter()
        .map(|export| format!("{} {}", export["kind"], export["name"]))
        .collect();
    exports.sort();
    let expected = [
        r#""function" "getsp""#,
        r#""function" "resume""#,
        r#""function" "run""#,
        r#""memory" "mem""#,
    ];
    check_eq("its exports", exports, expected)
}

/// A failing run ends in the host where the host can be ended, and else returns what kpt can't take for a package.
pub(crate) fn failure() -> Result<(), String> {
    let input = cases::resource_list(
        &cases::tea(),
        Some("apiVersion: v1\nkind: ConfigMap\ndata: {sleepSecond: '5'}\n"),
    );
    let no_list = "apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nitems: [\n";
    let answers = answers(&[
        (&input, "nodejs"),
        (&input, "wasmtime"),
        (no_list, "nodejs"),
        (no_list, "wasmtime"),
    ])?;
    for answer in &answers {
        check_eq("exit code", &answer["code"], 1)?;
        check_eq("what broke", &answer["thrown"], &Value::Null)?;
    }
    let [nodejs, wasmtime, unread, unread_wasmtime] = answers.as_slice() else {
        return Err("there are four answers".into());
    };
    let output = nodejs["stdout"].as_str().unwrap_or_default();
    let (items, results) = output
        .split_once("results:\n")
        .ok_or("no results on stdout")?;
    check_eq("the list but for its results", items, input)?;
    for told in [results, nodejs["stderr"].as_str().unwrap_or_default()] {
        if !told.contains("sleepSecond") {
            return Err(format!("the field is not named: {told}"));
        }
    }
    check_eq("stdout without a list", &unread["stdout"], "")?;
    check_eq("stdout on wasmtime", &wasmtime["stdout"], "")?;
    for (nodejs, wasmtime) in [(nodejs, wasmtime), (unread, unread_wasmtime)] {
        let expected = nodejs["stderr"].as_str().unwrap_or_default().trim_end();
        check_eq(
            "what wasmtime's runtime shows",
            wasmtime["stderr"].as_str(),
            Some(expected),
        )?;
    }
    Ok(())
}

/// Memory that does not suffice is said to be the cause.
pub(crate) fn memory() -> Result<(), String> {
    let long = format!("kind: ResourceList # {}", "-".repeat(70 << 20));
    for answer in answers(&[(&long, "nodejs"), (&long, "wasmtime")])? {
        check_eq("exit code", &answer["code"], 1)?;
        check_eq("stdout", &answer["stdout"], "")?;
        let stderr = answer["stderr"].as_str().unwrap_or_default();
        if !stderr.contains("error: the memory is used up") || !stderr.contains("help: ") {
            return Err(format!(
                "stderr does not say that the memory is used up: {stderr}"
            ));
        }
    }
    Ok(())
}

/// JSON comes back as JSON although kpt tells success by a line of YAML.
pub(crate) fn json() -> Result<(), String> {
    let input = r#"{"apiVersion":"config.kubernetes.io/v1","kind":"ResourceList","items":[]}"#;
    for answer in answers(&[(input, "nodejs"), (input, "wasmtime")])? {
        check_eq(
            "the answer",
            answer,
            json!({"code": 0, "stdout": input, "stderr": ""}),
        )?;
    }
    Ok(())
}

/// `kpt fn eval` changes the lines that have to change and no others.
pub(crate) fn eval() -> Result<(), String> {
    let package = package("eval", "")?;
    succeeds(kpt(&["fn", "eval"], &package, &[])?)?;
    changed(&package)
}

/// `kpt fn render` the same, from a pipeline.
pub(crate) fn render() -> Result<(), String> {
    let package = package("render", "")?;
    succeeds(kpt(&["fn", "render", "--allow-exec"], &package, &[])?)?;
    changed(&package)
}

/// A failing `kpt fn eval` says why and leaves every file as it was.
pub(crate) fn eval_fails() -> Result<(), String> {
    let package = package("eval-fails", "")?;
    let before = files(&package);
    fails(
        &kpt(&["fn", "eval"], &package, &["--", "sleepSecond=5"])?,
        "sleepSecond",
    )?;
    check_eq("the files", files(&package), before)
}

/// A run that breaks off hands no list over: the files stay then, too.
pub(crate) fn eval_breaks() -> Result<(), String> {
    let package = package("eval-breaks", "")?;
    let long = "-".repeat(34 << 20);
    let long = format!(
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: long\ndata:\n  long: {long}\n"
    );
    fs::write(package.join("long.yaml"), long).map_err(|error| error.to_string())?;
    let before = files(&package);
    fails(
        &kpt(&["fn", "eval"], &package, &[])?,
        "the memory is used up",
    )?;
    check_eq(
        "whether the files are as they were",
        files(&package) == before,
        true,
    )
}

/// A failing `kpt fn render` the same, as mutator and as a gate.
pub(crate) fn render_fails() -> Result<(), String> {
    for (name, config, told) in [
        (
            "render-fails",
            "    configMap: {sleepSeconds: soon}\n",
            "soon",
        ),
        (
            "render-check",
            "    configMap: {check: \"true\"}\n",
            "lifecycle",
        ),
    ] {
        let package = package(name, config)?;
        let before = files(&package);
        fails(
            &kpt(&["fn", "render", "--allow-exec"], &package, &[])?,
            told,
        )?;
        check_eq("the files", files(&package), before)?;
    }
    Ok(())
}

/// A package with the three resources, a resource that has nothing to do with them, and a pipeline.
fn package(name: &str, config: &str) -> Result<PathBuf, String> {
    let package = scratch(name);
    let module = form(MODULE);
    let kptfile = format!(
        "apiVersion: kpt.dev/v1\nkind: Kptfile\nmetadata:\n  name: tea\npipeline:\n  mutators:\n  - exec: {}\n{config}",
        module.display()
    );
    let other = "# Nothing leads here.\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: \"other\" # quoted\n";
    for (file, content) in [
        ("Kptfile", kptfile.as_str()),
        ("tea.yaml", &cases::tea()),
        ("other.yaml", other),
    ] {
        fs::write(package.join(file), content).map_err(|error| error.to_string())?;
    }
    Ok(package)
}

fn kpt(start: &[&str], package: &Path, end: &[&str]) -> Result<Output, String> {
    let package = package.to_string_lossy();
    let module = form(MODULE);
    let module = module.to_string_lossy();
    let mut arguments = start.to_vec();
    arguments.extend([&*package, "--allow-alpha-wasm"]);
    if start.contains(&"eval") {
        arguments.extend(["--exec", &*module]);
    }
    arguments.extend(end);
    let mut kpt = command("kpt", &arguments);
    kpt.env("KPT_FN_WASM_RUNTIME", "nodejs");
    run(kpt, &[])
}

fn succeeds(output: Output) -> Result<(), String> {
    if output.status.success() {
        Ok(())
    } else {
        Err(format!("kpt failed: {}", text(&output.stderr)))
    }
}

fn fails(output: &Output, told: &str) -> Result<(), String> {
    let stderr = text(&output.stderr);
    check_eq("kpt's exit code", output.status.code(), Some(1))?;
    if stderr.contains(told) {
        Ok(())
    } else {
        Err(format!("`{told}` is not told: {stderr}"))
    }
}

/// The package's files are those of the checkout with the change made, and no others.
fn changed(package: &Path) -> Result<(), String> {
    let mut files = files(package);
    files.remove("Kptfile");
    let other = files.remove("other.yaml").unwrap_or_default();
    check_eq(
        "whether the other file is as it was",
        text(&other).contains("name: \"other\" # quoted"),
        true,
    )?;
    let tea = files.remove("tea.yaml").unwrap_or_default();
    check_eq(
        "the changed file",
        text(&tea),
        cases::rewritten(&cases::tea()),
    )?;
    check_eq("files that were not there", files, BTreeMap::new())
}

fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        files.insert(
            entry.file_name().to_string_lossy().into_owned(),
            fs::read(entry.path()).unwrap(),
        );
    }
    files
}
