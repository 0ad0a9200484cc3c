//! The npm package: what is in it, what it says of itself, and what it throws.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use crate::cases;
use crate::forms::{batch, check_eq, checkout, command, form, run, scratch, text, variable};

/// Bytes of the module as gzip.
pub(crate) const BUDGET: usize = 345_000;

const PACKAGE: &str = "wasm/js/package";

/// The version is that of the crates, and the fields that Cargo.toml has too say the same.
pub(crate) fn manifest() -> Result<(), String> {
    let manifest = source("package.json")?;
    let manifest: Value = serde_json::from_str(&manifest).map_err(|error| error.to_string())?;
    check_eq("version", &manifest["version"], env!("CARGO_PKG_VERSION"))?;
    check_eq("license", &manifest["license"], env!("CARGO_PKG_LICENSE"))?;
    check_eq(
        "homepage",
        &manifest["homepage"],
        env!("CARGO_PKG_HOMEPAGE"),
    )?;
    let repository = format!("git+{}.git", env!("CARGO_PKG_REPOSITORY"));
    check_eq(
        "repository",
        &manifest["repository"]["url"],
        repository.as_str(),
    )
}

/// The packed package, installed into an empty project, type-checks there; the lines that must not are marked.
pub(crate) fn types() -> Result<(), String> {
    let project = project("npm-types")?;
    copy("use.ts", &project)?;
    let compiler = format!("{}/lib/tsc.js", variable("TYPESCRIPT"));
    for resolution in [["--module", "nodenext"], ["--module", "preserve"]] {
        let mut tsc = command(
            "node",
            &[
                &compiler, "--strict", "--noEmit", "--target", "es2022", "use.ts",
            ],
        );
        tsc.args(resolution).current_dir(&project);
        ran(tsc)?;
    }
    Ok(())
}

/// The packed package holds what it has to hold, and works in an empty project.
pub(crate) fn pack() -> Result<(), String> {
    let project = project("npm-pack")?;
    let installed = project.join("node_modules/set-prestop");
    let mut files: Vec<String> = fs::read_dir(&installed)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    files.sort();
    let expected = [
        "LICENSE",
        "README.md",
        "api.js",
        "browser.js",
        "cli.js",
        "index.d.ts",
        "node.js",
        "package.json",
        "set-prestop.wasm",
        "set_prestop.js",
        "set_prestop_bg.wasm",
    ];
    check_eq("the package's files", files, expected)?;
    copy("use.mjs", &project)?;
    fs::write(project.join("tea.yaml"), cases::tea()).map_err(|error| error.to_string())?;
    let mut node = command("node", &["use.mjs", "tea.yaml"]);
    node.current_dir(&project);
    check_eq(
        "what a script in the project prints",
        ran(node)?,
        cases::rewritten(&cases::tea()),
    )
}

/// The command in the package is the native one: what it reads by any path, what it prints, how it ends.
pub(crate) fn bin() -> Result<(), String> {
    let project = project("npm-bin")?;
    let deep = project.join("deep/er");
    fs::create_dir_all(&deep).map_err(|error| error.to_string())?;
    let tea = project.join("tea.yaml");
    fs::write(&tea, cases::tea()).map_err(|error| error.to_string())?;
    fs::write(deep.join("tea.yaml"), cases::tea()).map_err(|error| error.to_string())?;
    let absolute = tea.to_string_lossy().into_owned();
    let report = format!("--report={}", project.join("report").display());
    let command_lines: [&[&str]; 7] = [
        &["--version"],
        &["--diff", "tea.yaml"],
        &["--check", "../../tea.yaml"],
        &["--quiet", &report, &absolute],
        &["--quiet", ".."],
        &["--no-such-flag"],
        &["--quiet", "--write", "../er/tea.yaml"],
    ];
    let mut reports = Vec::new();
    for program in [
        project.join("node_modules/.bin/set-prestop"),
        PathBuf::from(env!("CARGO_BIN_EXE_set-prestop")),
    ] {
        let mut said = Vec::new();
        for arguments in command_lines {
            let mut one = command(&program.to_string_lossy(), arguments);
            one.current_dir(&deep);
            let output = run(one, &[])?;
            said.push((
                output.status.code(),
                text(&output.stdout),
                text(&output.stderr),
            ));
        }
        let mut filter = command(&program.to_string_lossy(), &["--quiet"]);
        filter.current_dir(&deep);
        let output = run(filter, cases::tea().as_bytes())?;
        said.push((
            output.status.code(),
            text(&output.stdout),
            text(&output.stderr),
        ));
        let written = deep.join("tea.yaml");
        let edited = fs::read_to_string(&written).map_err(|error| error.to_string())?;
        fs::write(&written, cases::tea()).map_err(|error| error.to_string())?;
        said.push((None, edited, String::new()));
        let messages =
            fs::read_to_string(project.join("report")).map_err(|error| error.to_string())?;
        reports.push((said, messages.lines().count()));
    }
    let [ours, native] = reports.try_into().map_err(|_| "two programs")?;
    check_eq("the lines of the report", ours.1, native.1)?;
    for (ours, native) in ours.0.iter().zip(&native.0) {
        check_eq(
            "the command's exit and output",
            format!("{ours:#?}"),
            format!("{native:#?}"),
        )?;
    }
    Ok(())
}

/// Errors say what is wrong, where, and what to do; what is no text is a `TypeError`.
pub(crate) fn errors() -> Result<(), String> {
    let two =
        json!([{"name": "a.yaml", "text": "a: 1\n"}, {"name": "b.yaml", "text": "a: 1\nb: [\n"}]);
    let cases = [
        (
            json!({"manifests": "a: [1\n"}),
            "BadInput",
            "1:4",
            "manifests:1:4: ",
        ),
        (json!({"manifests": two}), "BadInput", "2:4", "b.yaml:2:4: "),
        (
            json!({"manifests": "", "config": {"sleepSecond": 1}}),
            "BadConfiguration",
            "1:70",
            "config:1:70: unknown field `sleepSecond`",
        ),
        (
            json!({"manifests": "", "config": "sleepSeconds: 1\n"}),
            "BadConfiguration",
            "1:1",
            "config:1:1: ",
        ),
        (
            json!({"resourceList": "a: 1\n"}),
            "BadInput",
            "",
            "the input is not a ResourceList",
        ),
        (
            json!({"manifests": 3}),
            "",
            "",
            "manifests: expected a string or an array of { name, text }",
        ),
        (
            json!({"manifests": [{"name": "a.yaml"}]}),
            "",
            "",
            "manifests[0].text: expected a string",
        ),
        (
            json!({"manifests": "", "config": 3}),
            "",
            "",
            "config: expected a string or an object",
        ),
        (
            json!({"resourceList": null}),
            "",
            "",
            "resourceList: expected a string",
        ),
    ];
    let inputs: Vec<Value> = cases.iter().map(|(input, ..)| input.clone()).collect();
    let node = command(
        "node",
        &["tests/wasm/npm.mjs", &form("npm").to_string_lossy()],
    );
    for ((input, reason, place, start), result) in cases.iter().zip(batch(node, &inputs)?) {
        let error = &result["error"];
        let message = error["message"].as_str().unwrap_or_default();
        check_eq(
            &format!("{input}"),
            message.get(..start.len()),
            Some(*start),
        )?;
        let name = if reason.is_empty() {
            "TypeError"
        } else {
            "SetPreStopError"
        };
        check_eq("the error's name", &error["name"], name)?;
        check_eq(
            "its reason",
            error["reason"].as_str().unwrap_or_default(),
            *reason,
        )?;
        check_eq(
            "whether it has a help",
            error["help"].is_string(),
            !reason.is_empty(),
        )?;
        let found = if error["line"].is_null() {
            String::new()
        } else {
            format!("{}:{}", error["line"], error["column"])
        };
        check_eq("its place", found.as_str(), *place)?;
    }
    Ok(())
}

/// Offsets count what JavaScript counts, in each of several files.
pub(crate) fn edits() -> Result<(), String> {
    let tea = cases::tea();
    let (workload, rest) = tea.split_once("---\n").ok_or("one document")?;
    let workload = format!("# \u{1F375} \u{e9}\r\n{workload}");
    let manifests =
        json!([{"name": "rest.yaml", "text": rest}, {"name": "tea.yaml", "text": workload}]);
    let node = command(
        "node",
        &["tests/wasm/npm.mjs", &form("npm").to_string_lossy()],
    );
    let [result] = batch(node, &[json!({"manifests": manifests})])?
        .try_into()
        .map_err(|_| "one result")?;
    check_eq("the file without a workload", &result["output"][0], rest)?;
    let edits = result["edits"].as_array().ok_or("no edits")?;
    let units: Vec<u16> = workload.encode_utf16().collect();
    let mut edited = Vec::new();
    let mut done = 0;
    for edit in edits {
        check_eq("the file that is edited", &edit["source"], 1)?;
        let [start, end] =
            ["start", "end"].map(|key| usize::try_from(edit[key].as_u64().unwrap()).unwrap());
        edited.extend_from_slice(&units[done..start]);
        edited.extend(edit["text"].as_str().unwrap().encode_utf16());
        done = end;
    }
    edited.extend_from_slice(&units[done..]);
    check_eq(
        "the file with the edits made",
        String::from_utf16_lossy(&edited),
        result["output"][1].as_str().unwrap(),
    )
}

fn source(file: &str) -> Result<String, String> {
    fs::read_to_string(checkout().join(PACKAGE).join(file)).map_err(|error| error.to_string())
}

fn folder() -> PathBuf {
    checkout().join("tests/wasm")
}

fn copy(file: &str, project: &Path) -> Result<(), String> {
    fs::copy(folder().join(file), project.join(file))
        .map(|_| ())
        .map_err(|error| error.to_string())
}

/// An empty project with the packed package installed.
fn project(name: &str) -> Result<PathBuf, String> {
    let project = scratch(name);
    let packages = project.to_string_lossy();
    let package = form("npm");
    ran(command(
        "npm",
        &[
            "pack",
            "--silent",
            "--pack-destination",
            &packages,
            &package.to_string_lossy(),
        ],
    ))?;
    fs::write(project.join("package.json"), "{\"private\": true}\n")
        .map_err(|error| error.to_string())?;
    let packed = format!("./set-prestop-{}.tgz", env!("CARGO_PKG_VERSION"));
    let mut install = command(
        "npm",
        &[
            "install",
            "--silent",
            "--offline",
            "--no-audit",
            "--no-fund",
            &packed,
        ],
    );
    install.current_dir(&project);
    ran(install)?;
    Ok(project)
}

/// What a command that has to succeed prints.
fn ran(command: Command) -> Result<String, String> {
    let shown = command.get_program().display().to_string();
    let output = run(command, &[])?;
    if !output.status.success() {
        return Err(format!(
            "{shown} failed: {}{}",
            text(&output.stdout),
            text(&output.stderr)
        ));
    }
    Ok(text(&output.stdout))
}

/// Ten thousand calls need no more memory than a hundred, and a call after one that failed answers as ever.
pub(crate) fn many_calls() -> Result<(), String> {
    let script = checkout().join("tests/wasm/many.mjs");
    let package = form("npm");
    let (script, package) = (script.to_string_lossy(), package.to_string_lossy());
    let tea = fs::read(checkout().join("testdata/tea.yaml")).map_err(|error| error.to_string())?;
    let output = run(command("node", &[&script, &package]), &tea)?;
    let told: Value = serde_json::from_str(&text(&output.stdout))
        .map_err(|error| format!("{error}: {}", text(&output.stderr)))?;
    check_eq("calls that fail", &told["failed"], 3333)?;
    check_eq("the answer stays", &told["same"], true)?;
    check_eq("memory", &told["late"], &told["early"])
}
