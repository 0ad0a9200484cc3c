//! The WASI command: files as natively.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::PathBuf;
use std::process::Command;

use serde_json::{Value, json};

use crate::cases;
use crate::forms::{batch, check_eq, command, form, scratch, text, variable};

/// Bytes as gzip.
pub(crate) const BUDGET: usize = 650_000;

const MODULE: &str = "wasi/set-prestop.wasm";

/// Runs the command on Node. Its WASI crashes now and then where V8 calls it directly from compiled code, which it
/// does after some hundreds of runs in one process.
pub(crate) fn node() -> Command {
    let options = ["--no-warnings", "--no-turbo-fast-api-calls"];
    let mut node = command("node", &options);
    node.arg("tests/wasm/wasi.mjs").arg(form(MODULE));
    node
}

/// Runs the command on wasmtime.
pub(crate) fn wasmtime() -> Command {
    let mut python = command(
        "python3",
        &["tests/wasm/wasi.py", &form(MODULE).to_string_lossy()],
    );
    python.env("PYTHONPATH", variable("WASMTIME_PYTHONPATH"));
    python
}

pub(crate) fn files_on_node() -> Result<(), String> {
    files("wasi-node", node())
}

pub(crate) fn files_on_wasmtime() -> Result<(), String> {
    files("wasi-wasmtime", wasmtime())
}

/// A folder is shown, checked, edited in place and found right, with the native command's words and exit codes.
fn files(name: &str, runner: Command) -> Result<(), String> {
    let steps: &[&[&str]] = &[
        &["--diff", "."],
        &["--check", "."],
        &["--explain", "."],
        &["--write", "."],
        &["--check", "."],
        &["tea.yaml"],
        &["--config", "drain.conf", "--diff", "tea.yaml"],
        &["--report", "report", "tea.yaml"],
        &["--write", "link.yaml"],
        &["absent.yaml"],
        &["--sleep-second", "5"],
    ];
    let [wasi, native] = ["wasi", "native"].map(|side| folder(&format!("{name}/{side}")));
    let cases: Vec<Value> = steps
        .iter()
        .map(|arguments| json!({"args": arguments, "stdin": "/dev/null", "folder": wasi}))
        .collect();
    for (arguments, found) in steps.iter().zip(batch(runner, &cases)?) {
        let native = cases::natively(arguments, &[], &native);
        let expected = json!({"code": native.status.code(), "stdout": text(&native.stdout), "stderr": text(&native.stderr)});
        // Systems number their errors differently.
        let expected = expected
            .to_string()
            .replace("(os error 2)", "(os error 44)");
        check_eq(&format!("{arguments:?}"), found.to_string(), expected)?;
    }
    check_eq(
        "whether the link is one",
        wasi.join("link.yaml").is_symlink(),
        true,
    )?;
    let both = ["tea.yaml", "linked", "report"]
        .map(|file| [&wasi, &native].map(|folder| fs::read(folder.join(file)).ok()));
    for [wasi, native] in both {
        check_eq("whether a file is there", wasi.is_some(), true)?;
        check_eq("a file", wasi, native)?;
    }
    Ok(())
}

fn folder(name: &str) -> PathBuf {
    let folder = scratch(name);
    fs::write(folder.join("tea.yaml"), cases::tea()).unwrap();
    fs::write(folder.join("linked"), cases::tea()).unwrap();
    symlink("linked", folder.join("link.yaml")).unwrap();
    fs::write(
        folder.join("drain.conf"),
        "apiVersion: set-prestop.dev/v1alpha1\nkind: SetPreStop\nspec: {sleepSeconds: 20}\n",
    )
    .unwrap();
    folder
}
