//! Where the forms and the tools are, and how they are run.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;
use std::time::SystemTime;

use serde_json::Value;

/// What a trial can't do without.
#[derive(Clone, Copy)]
pub(crate) enum Need {
    Form(&'static str),
    Tool(&'static str),
    Chromium,
    Kpt,
    TypeScript,
    Wasmtime,
}

impl Need {
    /// Says what is missing and how to get it.
    pub(crate) fn check(self) -> Result<(), String> {
        match self {
            Need::Form(form) => built(form),
            Need::Tool(name) => on_path(name, "install it"),
            Need::Chromium => on_path("chromium", "run `tools/install chromium`"),
            Need::Kpt => on_path("kpt", "install it by hand"),
            Need::TypeScript => unpacked("TYPESCRIPT", "lib/tsc.js", "typescript"),
            Need::Wasmtime => unpacked("WASMTIME_PYTHONPATH", "wasmtime", "wasmtime"),
        }
    }
}

/// Whether everything has to be there: `E2E=all`.
pub(crate) fn all() -> bool {
    env::var("E2E").is_ok_and(|value| value == "all")
}

/// The checkout.
pub(crate) fn checkout() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A file of a form.
pub(crate) fn form(path: &str) -> PathBuf {
    target().join("wasm-dist").join(path)
}

/// A folder of this test run, empty.
pub(crate) fn scratch(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join("wasm")
        .join(name);
    if folder.exists() {
        fs::remove_dir_all(&folder).unwrap();
    }
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// A command with the installed tools on its path.
pub(crate) fn command(program: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(program);
    command
        .args(arguments)
        .env_clear()
        .envs(environment())
        .current_dir(checkout());
    command
}

/// A variable of what `tools/install --env` sets; empty where it isn't there.
pub(crate) fn variable(name: &str) -> String {
    environment().get(name).cloned().unwrap_or_default()
}

/// Runs `command` with `input` on stdin.
pub(crate) fn run(mut command: Command, input: &[u8]) -> Result<Output, String> {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| format!("{command:?}: {error}"))?;
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_vec();
    let writer = std::thread::spawn(move || stdin.write_all(&input));
    let output = child
        .wait_with_output()
        .map_err(|error| error.to_string())?;
    // A command that fails may leave its input unread.
    let _ = writer.join();
    Ok(output)
}

/// Runs a script of this folder that takes a list of cases and gives a list of results.
pub(crate) fn batch(command: Command, cases: &[Value]) -> Result<Vec<Value>, String> {
    let output = run(command, Value::from(cases).to_string().as_bytes())?;
    if !output.status.success() {
        return Err(format!("the script failed: {}", text(&output.stderr)));
    }
    let results: Vec<Value> =
        serde_json::from_slice(&output.stdout).map_err(|error| error.to_string())?;
    check_eq("the number of results", results.len(), cases.len())?;
    Ok(results)
}

/// Bytes as text, for messages and comparisons.
pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Fails where the two are not equal.
pub(crate) fn check_eq<T: PartialEq<U> + std::fmt::Debug, U: std::fmt::Debug>(
    what: &str,
    found: T,
    expected: U,
) -> Result<(), String> {
    if found == expected {
        return Ok(());
    }
    Err(format!(
        "{what}:\n   found {found:?}\nexpected {expected:?}"
    ))
}

/// Fails where a module takes more than `budget` bytes when compressed as servers do.
pub(crate) fn size(module: &str, budget: usize) -> Result<(), String> {
    let module = form(module);
    let raw = fs::metadata(&module)
        .map_err(|error| error.to_string())?
        .len();
    let zipped = Command::new("gzip")
        .arg("-9c")
        .arg(&module)
        .output()
        .map_err(|error| error.to_string())?;
    let zipped = zipped.stdout.len();
    println!("{}: {raw} bytes, {zipped} as gzip", module.display());
    if zipped > budget {
        return Err(format!(
            "{zipped} bytes as gzip are over the budget of {budget}"
        ));
    }
    Ok(())
}

pub(crate) fn target() -> &'static Path {
    Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap()
}

/// The environment with the tools that `tools/install` has installed.
fn environment() -> &'static BTreeMap<String, String> {
    static ENVIRONMENT: OnceLock<BTreeMap<String, String>> = OnceLock::new();
    ENVIRONMENT.get_or_init(|| {
        let script = "eval \"$(tools/install --env)\" && env -0";
        let output = Command::new("bash")
            .args(["-c", script])
            .current_dir(checkout())
            .output()
            .unwrap();
        let pairs = text(&output.stdout);
        let pairs = pairs.split('\0').filter_map(|pair| pair.split_once('='));
        pairs
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect()
    })
}

fn on_path(name: &str, how: &str) -> Result<(), String> {
    if env::split_paths(&variable("PATH")).any(|folder| folder.join(name).is_file()) {
        return Ok(());
    }
    Err(format!("`{name}` is not on the path: {how}"))
}

fn unpacked(variable: &str, file: &str, name: &str) -> Result<(), String> {
    let folder = self::variable(variable);
    if !folder.is_empty() && Path::new(&folder).join(file).exists() {
        return Ok(());
    }
    Err(format!("{name} is not there: run `tools/install {name}`"))
}

/// A form counts as built where it is newer than what it is built from.
fn built(form: &str) -> Result<(), String> {
    static BUILD: OnceLock<Result<(), String>> = OnceLock::new();
    if all() {
        BUILD.get_or_init(build).clone()?;
    }
    let file = match form {
        "npm" => "npm/package.json".to_owned(),
        "page" => "page/index.html".to_owned(),
        _ => format!("{form}/set-prestop.wasm"),
    };
    let Ok(built) = fs::metadata(self::form(&file)).and_then(|data| data.modified()) else {
        return Err(format!("the form is not built: run `wasm/build {form}`"));
    };
    if newest(&["Cargo.lock", "Cargo.toml", "src", "yaml/src", "wasm"]) > built {
        return Err(format!(
            "the form is older than its sources: run `wasm/build {form}`"
        ));
    }
    Ok(())
}

fn build() -> Result<(), String> {
    let mut build = Command::new(checkout().join("wasm/build"));
    build
        .args(["npm", "kpt", "wasi", "page"])
        .env("CARGO_TARGET_DIR", target());
    let output = run(build, &[])?;
    if output.status.success() {
        Ok(())
    } else {
        Err(format!("wasm/build failed: {}", text(&output.stderr)))
    }
}

fn newest(paths: &[&str]) -> SystemTime {
    let mut open: Vec<PathBuf> = paths.iter().map(|path| checkout().join(path)).collect();
    let mut newest = SystemTime::UNIX_EPOCH;
    while let Some(path) = open.pop() {
        let data = fs::metadata(&path).unwrap();
        if data.is_dir() {
            open.extend(
                fs::read_dir(&path)
                    .unwrap()
                    .map(|entry| entry.unwrap().path()),
            );
        } else {
            newest = newest.max(data.modified().unwrap());
        }
    }
    newest
}
