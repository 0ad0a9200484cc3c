//! The WASI command: files as natively.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use serde_json::{Value, json};

use crate::cases;
use crate::forms::{batch, check_eq, command, form, scratch, text, variable};

/// Bytes as gzip.
pub(crate) const BUDGET: usize = 580_000;

const MODULE: &str = "wasi/set-prestop.wasm";

/// Runs the command on Node.
pub(crate) fn node() -> Command {
    command(
        "node",
        &[
            "--no-warnings",
            "tests/wasm/wasi.mjs",
            &form(MODULE).to_string_lossy(),
        ],
    )
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
        check_eq(&format!("{arguments:?}"), found, expected)?;
    }
    let both = ["tea.yaml", "report"]
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
    fs::write(
        folder.join("drain.conf"),
        "apiVersion: set-prestop.dev/v1alpha1\nkind: SetPreStop\nspec: {sleepSeconds: 20}\n",
    )
    .unwrap();
    folder
}
