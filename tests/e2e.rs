//! The hosts themselves, with the binary inside them: kustomize, kubectl, kpt, Helm, podman, Argo CD's plugin; and what a release has,
//! installed by those who install it.
//!
//! A trial is a file `testdata/e2e/HOST/CASE/case.yaml` (see [`Case`]) or the README of an example, whose command lines are
//! run and whose output is compared. What a host does by itself is no matter of ours, so the oracle is a difference: the host
//! without us gives A, with us it gives B, and our command on A has to give B.
//!
//! A tool that is not installed makes its trials ignored, with the reason; under `E2E=all` it makes them fail.
//! `BLESS=1` writes the output into the READMEs and the `.expected` of the kpt example.
#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "this is a test: it reads files and the environment, and a panic is how it fails"
)]

#[path = "below/folders.rs"]
mod folders;

use folders::folders;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::Mutex;

use libtest_mimic::{Arguments, Completion, Failed, Trial};
use serde::Deserialize;
use serde_yaml::Value;

const BINARY: &str = env!("CARGO_BIN_EXE_set-prestop");
const CHECKOUT: &str = env!("CARGO_MANIFEST_DIR");
const VERSION: &str = env!("CARGO_PKG_VERSION");
const IMAGE: &str = concat!(
    "ghcr.io/set-prestop/set-prestop:",
    env!("CARGO_PKG_VERSION")
);
const ARCHITECTURE: &str = if cfg!(target_arch = "aarch64") {
    "arm64"
} else {
    "amd64"
};

/// Needs that are not tools: steps of the release's script, whose results are in `$CARGO_TARGET_DIR/dist`.
const STEPS: [&str; 5] = ["podman", "archives", "links", "wheel", "sbom"];
/// Needs that are WASM forms, in `$CARGO_TARGET_DIR/wasm-dist`; `wasm/build` makes them.
const FORMS: [&str; 3] = ["npm-package", "kpt-module", "wasi-module"];

/// One `case.yaml`. Commands are bash, run in a fresh copy of the case's folder.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Case {
    /// The tools without which the case can't run.
    needs: Vec<String>,
    /// Paths of the checkout that are copied into the folder, each under its last name.
    #[serde(default)]
    copy: Vec<String>,
    /// What has to be done in the folder before any of the other commands.
    #[serde(default)]
    setup: String,
    /// The folder whose files are the result, of hosts that edit in place; otherwise stdout is.
    folder: Option<String>,
    /// The host without us.
    without: Option<String>,
    /// The host with us.
    with: String,
    /// Our command on what the host gave without us: on stdin, or in the folder.
    ours: Option<String>,
    /// Hosts that write YAML anew keep the values only.
    #[serde(default)]
    compare: Compare,
    /// How many lines B has more than A, and none less: for hosts that keep the text.
    added: Option<usize>,
    /// The host has to exit non-zero, print nothing on stdout and leave the folder as it was.
    #[serde(default)]
    fails: bool,
    /// Nothing may change: B is A.
    #[serde(default)]
    unchanged: bool,
    /// What has to be found on stdout, on stderr, and in files of the folder.
    #[serde(default)]
    stdout: Vec<String>,
    #[serde(default)]
    stderr: Vec<String>,
    #[serde(default)]
    files: BTreeMap<String, Vec<String>>,
    /// What stderr must not hold: what the host is documented to hide.
    #[serde(default)]
    hidden: Vec<String>,
}

#[derive(Default, Deserialize, Clone, Copy, PartialEq)]
#[serde(rename_all = "lowercase")]
enum Compare {
    #[default]
    Text,
    Values,
}

fn main() {
    let mut trials = vec![Trial::test("release/versions-in-step", versions_in_step)];
    for host in folders(&checkout("testdata/e2e")) {
        for case in folders(&host) {
            let name = format!("{}/{}", name_of(&host), name_of(&case));
            trials.push(Trial::ignorable_test(name, move || run_case(&case)));
        }
    }
    for example in folders(&checkout("examples")) {
        let name = format!("examples/{}", name_of(&example));
        trials.push(Trial::ignorable_test(name, move || run_readme(&example)));
    }
    trials.push(Trial::ignorable_test("examples/kpt-catalog", kpt_catalog));
    for page in [
        "README.md",
        "docs/hosts.md",
        "docs/ci.md",
        "docs/how-long.md",
        "docs/wasm.md",
    ] {
        trials.extend(page_trials(page));
    }
    for target in released_targets() {
        let name = format!("release/compiles/{target}");
        trials.push(Trial::ignorable_test(name, move || compiles_for(&target)));
    }
    trials.push(Trial::ignorable_test(
        "podman/image",
        image_is_small_and_labelled,
    ));
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}

// The trials.

fn run_case(folder: &Path) -> Result<Completion, Failed> {
    let case: Case = serde_yaml::from_str(&fs::read_to_string(folder.join("case.yaml"))?)?;
    if let Some(reason) = missing(&case.needs)? {
        return Ok(Completion::ignored_with(reason));
    }
    let fresh = || -> Result<Work, Failed> {
        let work = Work::new()?;
        copy_into(folder, &work.folder)?;
        fs::remove_file(work.folder.join("case.yaml"))?;
        for path in &case.copy {
            let source = checkout(path);
            copy_into(&source, &work.folder.join(name_of(&source)))?;
        }
        if !case.setup.is_empty() {
            let done = work.bash(&case.setup, "")?;
            ensure(done.status.success(), || {
                format!("setup failed\n{}", show(&done))
            })?;
        }
        Ok(work)
    };

    let work = fresh()?;
    let before = work.tree(case.folder.as_deref())?;
    let with = work.bash(&case.with, "")?;
    let text = show(&with);
    ensure(with.status.success() != case.fails, || {
        format!("unexpected exit\n{text}")
    })?;
    for (stream, bytes, needles) in [
        ("stdout", &with.stdout, &case.stdout),
        ("stderr", &with.stderr, &case.stderr),
    ] {
        for needle in needles {
            let found = String::from_utf8_lossy(bytes).contains(needle.as_str());
            ensure(found, || format!("{stream} lacks {needle:?}\n{text}"))?;
        }
    }
    for needle in &case.hidden {
        let found = String::from_utf8_lossy(&with.stderr).contains(needle.as_str());
        ensure(!found, || format!("stderr shows {needle:?}\n{text}"))?;
    }
    for (file, needles) in &case.files {
        let content = fs::read_to_string(work.folder.join(file))
            .map_err(|e| format!("{file}: {e}\n{text}"))?;
        for needle in needles {
            ensure(content.contains(needle.as_str()), || {
                format!("{file} lacks {needle:?}\n{content}\n{text}")
            })?;
        }
    }
    let b = work.result(&case, &with)?;
    if case.fails {
        let nothing = if case.folder.is_some() {
            b == before
        } else {
            with.stdout.is_empty()
        };
        return completed_if(nothing, || {
            format!("a failing run has written something\n{text}")
        });
    }

    let (Some(without), Some(ours)) = (&case.without, &case.ours) else {
        return Ok(Completion::Completed);
    };
    let work = fresh()?;
    let host = work.bash(without, "")?;
    ensure(host.status.success(), || {
        format!("the host without us failed\n{}", show(&host))
    })?;
    let a = work.result(&case, &host)?;
    let run = work.bash(ours, &String::from_utf8_lossy(&host.stdout))?;
    ensure(run.status.success(), || {
        format!("our command failed\n{}", show(&run))
    })?;
    let c = work.result(&case, &run)?;

    ensure(!a.is_empty(), || {
        format!("the host without us gave nothing\n{}", show(&host))
    })?;
    ensure((a == b) == case.unchanged, || {
        format!("B is A: {}\n{text}", a == b)
    })?;
    if let Some(expected) = case.added {
        let (added, removed) = line_changes(&a, &b);
        ensure((added, removed) == (expected, 0), || {
            format!("{added} lines added, {removed} removed\n{}", diff(&a, &b))
        })?;
    }
    match case.compare {
        Compare::Text => completed_if(b == c, || {
            format!("B is not our command on A\n{}", diff(&c, &b))
        }),
        Compare::Values => completed_if(values(&b)? == values(&c)?, || {
            format!("B has not the values of our command on A\n{}", diff(&c, &b))
        }),
    }
}

/// Runs the lines after `$ ` in the ```` ```console ```` blocks of a README, in order and in one shell, and compares what they print
/// with the lines that follow. A word after `console` is the Helm that `helm` means in the block.
fn run_readme(example: &Path) -> Result<Completion, Failed> {
    let path = example.join("README.md");
    let readme = fs::read_to_string(&path)?;
    let needs = readme.lines().next().unwrap_or_default();
    let needs = needs
        .strip_prefix("<!-- needs: ")
        .and_then(|line| line.strip_suffix(" -->"));
    let needs =
        needs.ok_or("the first line has to name the tools: `<!-- needs: kustomize podman -->`")?;
    let needs: Vec<String> = needs.split_whitespace().map(String::from).collect();
    if let Some(reason) = missing(&needs)? {
        return Ok(Completion::ignored_with(reason));
    }

    let work = Work::new()?;
    for name in ["examples", "helm"] {
        copy_into(&checkout(name), &work.folder.join(name))?;
    }
    let commands: Vec<_> = readme_commands(&readme);
    // A shell at a prompt goes on after a command that fails; what it printed is compared all the same.
    let mut script = format!("set +e +o pipefail; cd 'examples/{}'\n", name_of(example));
    for command in &commands {
        if let Some(helm) = command.helm {
            let _ = writeln!(
                script,
                "ln -sf \"$(command -v {helm})\" \"$BIN/helm\"; hash -r"
            );
        }
        let _ = writeln!(
            script,
            "{{ {}\n}} 2>&1 </dev/null; printf '\\036'",
            command.line
        );
    }
    let run = work.bash(&script, "")?;
    let bin = work.root.path().join("bin");
    let printed =
        String::from_utf8(run.stdout.clone())?.replace(&*bin.to_string_lossy(), "/usr/local/bin");
    let printed: Vec<&str> = printed.split_terminator('\u{1e}').collect();
    ensure(printed.len() == commands.len(), || {
        format!("the shell ended early\n{}", show(&run))
    })?;

    let mut blessed = String::new();
    let mut end = 0;
    for (command, output) in commands.iter().zip(&printed) {
        let mut output = (*output).to_owned();
        if !output.is_empty() && !output.ends_with('\n') {
            output.push('\n');
        }
        blessed.push_str(readme.get(end..command.output.start).unwrap());
        blessed.push_str(&output);
        end = command.output.end;
    }
    blessed.push_str(readme.get(end..).unwrap());
    ensure(!commands.is_empty(), || {
        "the README has no command".to_owned()
    })?;
    compare_or_bless(&path, &readme, &blessed)
}

/// What a comment above a block of commands in a page of docs/ says: `<!-- test: {..} -->`.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Block {
    /// The folder of the checkout where a person would type the commands.
    r#in: String,
    #[serde(default)]
    needs: Vec<String>,
    /// Whether the binary is where kustomize looks for its plugin.
    #[serde(default)]
    plugin: bool,
    /// What the reader has and the checkout has not.
    #[serde(default)]
    setup: String,
    #[serde(default)]
    exits: i32,
    /// What has to be found on stdout or stderr.
    #[serde(default)]
    shows: Vec<String>,
}

/// There is no cluster: what would go to one has to be there, and is rendered instead.
const NO_CLUSTER: &str = r#"
kubectl() { if [ "$1" = apply ]; then grep -q '^kind: ' >&2; else command kubectl "$@"; fi; }
helm() { if [ "$1" = upgrade ]; then shift 2; command helm template "$@"; else command helm "$@"; fi; }
"#;

/// A trial for each ```` ```sh ```` block of a page. A block that says neither how it is tested nor why it is not fails.
fn page_trials(page: &str) -> Vec<Trial> {
    let text = fs::read_to_string(checkout(page)).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let starts = (0..lines.len()).filter(|&at| lines.get(at) == Some(&"```sh"));
    let trials = starts.enumerate().filter_map(|(number, at)| {
        let comment = at.checked_sub(1).and_then(|at| lines.get(at)).copied();
        let comment = comment.unwrap_or_default().to_owned();
        let body: Vec<&str> = lines
            .iter()
            .skip(at + 1)
            .take_while(|line| **line != "```")
            .copied()
            .collect();
        let body = body.join("\n");
        let name = format!("{}-{}", page.trim_end_matches(".md"), number + 1);
        if comment.starts_with("<!-- not tested: ") {
            return None;
        }
        Some(Trial::ignorable_test(name, move || {
            run_block(&comment, &body)
        }))
    });
    trials.collect()
}

fn run_block(comment: &str, body: &str) -> Result<Completion, Failed> {
    let block = comment
        .strip_prefix("<!-- test: ")
        .and_then(|rest| rest.strip_suffix(" -->"))
        .ok_or_else(|| {
            format!("no `<!-- test: .. -->` or `<!-- not tested: .. -->` above\n{body}")
        })?;
    let block: Block = serde_yaml::from_str(block)?;
    if let Some(reason) = missing(&block.needs)? {
        return Ok(Completion::ignored_with(reason));
    }
    let work = Work::new()?;
    for name in ["examples", "helm", "packaging"] {
        copy_into(&checkout(name), &work.folder.join(name))?;
    }
    for helm in ["helm3", "helm4"] {
        if block.needs.iter().any(|need| need == helm) {
            work.script("helm", &format!("exec {helm} \"$@\""))?;
        }
    }
    if block.plugin {
        let folder = work
            .root
            .path()
            .join("plugins/set-prestop.dev/v1alpha1/setprestop");
        fs::create_dir_all(&folder)?;
        fs::copy(BINARY, folder.join("SetPreStop"))?;
    }
    let script = format!("{NO_CLUSTER}\ncd '{}'\n{}\n{body}", block.r#in, block.setup);
    let done = work.bash(&script, "")?;
    let said = show(&done);
    ensure(done.status.code() == Some(block.exits), || {
        format!("{body}\n{said}")
    })?;
    for needle in &block.shows {
        ensure(said.contains(needle.as_str()), || {
            format!("{needle:?} is not shown\n{said}")
        })?;
    }
    Ok(Completion::Completed)
}

/// The kpt catalog's own check of an example: render a copy under git, then compare the diff and the results.
fn kpt_catalog() -> Result<Completion, Failed> {
    if let Some(reason) = missing(&["kpt".into(), "podman".into()])? {
        return Ok(Completion::ignored_with(reason));
    }
    let work = Work::new()?;
    let package = checkout("examples/kpt");
    copy_into(&package, &work.folder.join("pkg"))?;
    let render = work.bash(
        "cd pkg
        git init -q . && git add . && git -c user.name=e2e -c user.email=e2e@example.com commit -qm package
        kpt fn render . --image-pull-policy never --results-dir ../results >&2
        git diff",
        "",
    )?;
    ensure(render.status.success(), || show(&render))?;
    let diff = String::from_utf8(render.stdout)?;
    let results = fs::read_to_string(work.folder.join("results/results.yaml"))?;
    let added: Vec<&str> = diff
        .lines()
        .filter(|l| l.starts_with('+') && !l.starts_with("+++"))
        .collect();
    let removed = diff
        .lines()
        .filter(|l| l.starts_with('-') && !l.starts_with("---"))
        .count();
    ensure((added.len(), removed) == (5, 0), || {
        format!("not the five lines\n{diff}")
    })?;
    for (name, got) in [("diff.patch", &diff), ("results.yaml", &results)] {
        let path = package.join(".expected").join(name);
        compare_or_bless(&path, &fs::read_to_string(&path).unwrap_or_default(), got)?;
    }
    Ok(Completion::Completed)
}

fn image_is_small_and_labelled() -> Result<Completion, Failed> {
    if let Some(reason) = missing(&["podman".into()])? {
        return Ok(Completion::ignored_with(reason));
    }
    let work = Work::new()?;
    let run = work.bash(&format!("podman inspect --type image {IMAGE}"), "")?;
    ensure(run.status.success(), || show(&run))?;
    let image: Value = serde_yaml::from_slice(&run.stdout)?;
    let image = image.get(0).ok_or("no such image")?;
    let size = image.get("Size").and_then(Value::as_u64).ok_or("no size")?;
    ensure(size <= 4_000_000, || format!("{size} bytes"))?;
    ensure(image.get("User") == Some(&Value::from("65534")), || {
        "the image's user is not nobody".to_owned()
    })?;
    let label = |name: &str| {
        let labels = image.get("Labels")?;
        labels.get(name)?.as_str()
    };
    // What Artifact Hub asks for.
    for name in [
        "org.opencontainers.image.created",
        "org.opencontainers.image.description",
        "io.artifacthub.package.readme-url",
    ] {
        ensure(label(name).is_some_and(|text| !text.is_empty()), || {
            format!("the label {name} is missing")
        })?;
    }
    let version = label("org.opencontainers.image.version");
    completed_if(version == Some(VERSION), || {
        format!("the version's label is {version:?}")
    })
}

/// The first words of packaging/targets: what a release is built for.
fn released_targets() -> Vec<String> {
    let targets = fs::read_to_string(checkout("packaging/targets")).unwrap();
    let lines = targets.lines().filter(|line| !line.starts_with('#'));
    lines
        .filter_map(|line| line.split(' ').next().map(str::to_owned))
        .collect()
}

/// Code for another system is compiled only here, so its errors and warnings are found before the release.
fn compiles_for(target: &str) -> Result<Completion, Failed> {
    let work = Work::new()?;
    let library = work.bash(
        &format!("cd '{CHECKOUT}'; [ -d \"$(rustc --print target-libdir --target {target})\" ]"),
        "",
    )?;
    if !library.status.success() {
        let reason = format!("`rustup target add {target}` would add its library");
        return skipped(reason).map(Completion::ignored_with);
    }
    let script = format!(
        "cd '{CHECKOUT}'; cargo clippy --quiet --locked --target {target} --bin set-prestop -- -D warnings"
    );
    let clippy = work.bash(&script, "")?;
    completed_if(clippy.status.success(), || show(&clippy))
}

/// Every file that states the version states Cargo.toml's.
fn versions_in_step() -> Result<(), Failed> {
    let plugin: Value = serde_yaml::from_str(&fs::read_to_string(checkout("helm/plugin.yaml"))?)?;
    ensure(plugin.get("version") == Some(&Value::from(VERSION)), || {
        "helm/plugin.yaml".to_owned()
    })?;
    let dockerfile = fs::read_to_string(checkout("Dockerfile"))?;
    ensure(
        dockerfile.contains(&format!("\nARG VERSION={VERSION}\n")),
        || "Dockerfile".to_owned(),
    )?;
    let mut stated = 0;
    for top in [
        "examples",
        "testdata/e2e",
        "docs/hosts.md",
        "README.md",
        "function.yaml",
    ] {
        for (path, bytes) in tree(&checkout(top))? {
            let text = String::from_utf8_lossy(&bytes);
            for after in text.split("set-prestop/set-prestop:").skip(1) {
                stated += 1;
                ensure(after.starts_with(VERSION), || {
                    format!("{top}/{path}: {}", after.lines().next().unwrap_or_default())
                })?;
            }
        }
    }
    ensure(stated > 0, || "no file names the image".to_owned())
}

// What the trials are made of.

/// A separate folder for a run of a host, with the environment that keeps it from the user's own settings.
struct Work {
    root: tempfile::TempDir,
    folder: PathBuf,
}

impl Work {
    fn new() -> Result<Self, Failed> {
        let root = tempfile::tempdir()?;
        let folder = root.path().join("work");
        fs::create_dir_all(root.path().join("bin"))?;
        fs::create_dir_all(&folder)?;
        let work = Self { root, folder };
        work.script("set-prestop", &format!("exec '{BINARY}' \"$@\""))?;
        // kustomize calls `docker` and nothing else.
        work.script("docker", "exec podman \"$@\"")?;
        Ok(work)
    }

    fn script(&self, name: &str, line: &str) -> Result<(), Failed> {
        let path = self.root.path().join("bin").join(name);
        let mut file = fs::File::create(&path)?;
        writeln!(file, "#!/bin/sh\n{line}")?;
        make_executable(&path)?;
        Ok(())
    }

    fn bash(&self, script: &str, stdin: &str) -> Result<Output, Failed> {
        let home = self.root.path();
        let bin = home.join("bin");
        let mut path = OsString::from(&bin);
        path.push(":");
        path.push(search_path());
        // Without a terminal, to which Helm's plugin would write.
        let mut command = Command::new("setsid");
        command
            .args(["--wait", "bash", "-euo", "pipefail", "-c", script])
            .current_dir(&self.folder)
            .env("PATH", path)
            .env("BIN", &bin)
            .env("IMAGE", IMAGE)
            .env("CARGO_TARGET_DIR", target_folder())
            .env("PODINFO_CHART", podinfo_chart().unwrap_or_default())
            // Images are kept apart from the user's own, as they carry the names of released ones.
            .env("CONTAINERS_CONF", checkout("testdata/e2e/containers.conf"))
            .env(
                "CONTAINERS_STORAGE_CONF",
                Path::new(env!("CARGO_TARGET_TMPDIR")).join("podman/storage.conf"),
            )
            .env("HELM_CACHE_HOME", home.join("helm/cache"))
            .env("HELM_CONFIG_HOME", home.join("helm/config"))
            .env("HELM_DATA_HOME", home.join("helm/data"))
            .env("KUBECONFIG", home.join("kubeconfig"))
            .env("KUSTOMIZE_PLUGIN_HOME", home.join("plugins"))
            .env("KPT_FN_RUNTIME", "podman")
            .env("LC_ALL", "C.UTF-8")
            .env_remove("SET_PRESTOP_REPORT")
            .env_remove("HELM_NAMESPACE")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn()?;
        let mut pipe = child.stdin.take().unwrap();
        let text = stdin.to_owned();
        // A command that does not read its stdin closes it; that is its right.
        let writer = std::thread::spawn(move || drop(pipe.write_all(text.as_bytes())));
        let output = child.wait_with_output()?;
        drop(writer.join());
        Ok(output)
    }

    fn tree(&self, folder: Option<&str>) -> Result<String, Failed> {
        folder.map_or(Ok(String::new()), |folder| {
            joined(&self.folder.join(folder))
        })
    }

    fn result(&self, case: &Case, output: &Output) -> Result<String, Failed> {
        match &case.folder {
            Some(folder) => self.tree(Some(folder)),
            None => Ok(String::from_utf8(output.stdout.clone())?),
        }
    }
}

struct ReadmeCommand<'a> {
    line: String,
    helm: Option<&'a str>,
    /// Where its output is in the README.
    output: std::ops::Range<usize>,
}

fn readme_commands(readme: &str) -> Vec<ReadmeCommand<'_>> {
    let mut commands: Vec<ReadmeCommand<'_>> = Vec::new();
    let mut block = None;
    let mut at = 0;
    for line in readme.split_inclusive('\n') {
        let end = at + line.len();
        let text = line.trim_end();
        if let Some(fence) = text.strip_prefix("```") {
            block = match block {
                None => fence
                    .strip_prefix("console")
                    .map(|helm| (commands.len(), Some(helm.trim()).filter(|h| !h.is_empty()))),
                Some(_) => None,
            };
        } else if let Some((first, helm)) = block {
            if let Some(command) = text.strip_prefix("$ ") {
                commands.push(ReadmeCommand {
                    line: command.to_owned(),
                    helm,
                    output: end..end,
                });
            } else if let Some(command) = commands.get_mut(first..).and_then(<[_]>::last_mut) {
                // A line that ends in a backslash goes on in the next one.
                if command.line.ends_with('\\') && command.output.is_empty() {
                    command.line = format!("{}\n{text}", command.line);
                    command.output = end..end;
                } else {
                    command.output.end = end;
                }
            }
        }
        at = end;
    }
    commands
}

/// Why the tools can't be used, or nothing; under `E2E=all` a missing tool is a failure.
fn missing(needs: &[String]) -> Result<Option<String>, Failed> {
    for tool in needs {
        let reason = match tool.as_str() {
            "archives" | "links" => None,
            form if FORMS.contains(&form) => form_is_missing(form)?,
            "wheel" => on_path("maturin")
                .is_none()
                .then(|| not_installed("maturin")),
            "sbom" => on_path("cargo-cyclonedx")
                .is_none()
                .then(|| not_installed("cargo-cyclonedx")),
            "podman" => ["podman", "runc"]
                .into_iter()
                .find(|tool| on_path(tool).is_none())
                .map(not_installed),
            "podinfo" => podinfo_chart()
                .is_none()
                .then(|| "the chart of podinfo is missing; run tools/install".to_owned()),
            tool => on_path(tool).is_none().then(|| not_installed(tool)),
        };
        if let Some(reason) = reason {
            return skipped(reason).map(Some);
        }
    }
    for step in needs.iter().filter(|need| STEPS.contains(&need.as_str())) {
        released(step)?;
    }
    Ok(None)
}

/// Why a WASM form is missing, if it is. Where nothing may be skipped, it is built.
fn form_is_missing(form: &str) -> Result<Option<String>, Failed> {
    let name = form.split('-').next().unwrap_or(form);
    let folder = target_folder().join("wasm-dist").join(name);
    if all() && !folder.is_dir() {
        let build = Work::new()?.bash(&format!("cd '{CHECKOUT}'; wasm/build {name}"), "")?;
        ensure(build.status.success(), || show(&build))?;
    }
    Ok((!folder.is_dir()).then(|| format!("`wasm/build {name}` makes it")))
}

/// Whether nothing may be skipped.
fn all() -> bool {
    std::env::var_os("E2E").is_some_and(|value| value == "all")
}

/// The reason, unless nothing may be skipped.
fn skipped(reason: String) -> Result<String, Failed> {
    if all() {
        return Err(reason.into());
    }
    Ok(reason)
}

fn not_installed(tool: &str) -> String {
    format!("{tool} is not installed; see tools/install")
}

fn tools() -> PathBuf {
    let variable = |name| std::env::var_os(name).map(PathBuf::from);
    variable("SET_PRESTOP_TOOLS").unwrap_or_else(|| {
        let cache =
            variable("XDG_CACHE_HOME").or_else(|| variable("HOME").map(|home| home.join(".cache")));
        cache.unwrap_or_default().join("set-prestop")
    })
}

/// The tools that `tools/install` has installed, before the user's own: the versions are pinned there.
fn search_path() -> OsString {
    let mut path = tools().join("bin").into_os_string();
    path.push(":");
    path.push(std::env::var_os("PATH").unwrap_or_default());
    path
}

fn on_path(tool: &str) -> Option<PathBuf> {
    std::env::split_paths(&search_path())
        .map(|folder| folder.join(tool))
        .find(|path| path.is_file())
}

fn podinfo_chart() -> Option<PathBuf> {
    Some(tools().join("podinfo/charts/podinfo")).filter(|chart| chart.is_dir())
}

/// The target folder that this test was built in, where the release's script builds too.
fn target_folder() -> &'static Path {
    Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap()
}

/// Runs a step of the release's script, and those before it, once for all trials; what they use is what a release has.
fn released(step: &str) -> Result<(), String> {
    static DONE: Mutex<BTreeMap<String, Result<(), String>>> = Mutex::new(BTreeMap::new());
    let mut done = DONE.lock().unwrap();
    let mut run = |step: &str, script: &str| {
        if let Some(result) = done.get(step) {
            return result.clone();
        }
        let result = Work::new()
            .and_then(|work| work.bash(&format!("cd '{CHECKOUT}'; {script}"), ""))
            .map_err(|error| format!("{error:?}"))
            .and_then(|output| {
                if output.status.success() {
                    Ok(())
                } else {
                    Err(show(&output))
                }
            });
        done.insert(step.to_owned(), result.clone());
        result
    };
    run("archives", ".ci/release binaries archives")?;
    match step {
        "podman" => {
            write_storage_settings().map_err(|error| error.to_string())?;
            run(
                "podman",
                &format!(".ci/release image; podman tag {IMAGE}-{ARCHITECTURE} {IMAGE}"),
            )
        }
        "archives" => Ok(()),
        step => run(step, &format!(".ci/release {step}")),
    }
}

fn write_storage_settings() -> std::io::Result<()> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("podman");
    fs::create_dir_all(&folder)?;
    let settings = format!(
        "[storage]\ndriver = \"overlay\"\nrunroot = \"{0}/run\"\ngraphroot = \"{0}/graph\"\n",
        folder.display()
    );
    fs::write(folder.join("storage.conf"), settings)
}

fn ensure(condition: bool, message: impl FnOnce() -> String) -> Result<(), Failed> {
    if condition {
        Ok(())
    } else {
        Err(message().into())
    }
}

fn completed_if(condition: bool, message: impl FnOnce() -> String) -> Result<Completion, Failed> {
    ensure(condition, message).map(|()| Completion::Completed)
}

fn compare_or_bless(path: &Path, expected: &str, got: &str) -> Result<Completion, Failed> {
    if expected != got && std::env::var_os("BLESS").is_some() {
        fs::create_dir_all(path.parent().unwrap())?;
        fs::write(path, got)?;
        return Ok(Completion::Completed);
    }
    completed_if(expected == got, || {
        format!("{} differs\n{}", path.display(), diff(expected, got))
    })
}

fn diff(old: &str, new: &str) -> String {
    diffy::create_patch(old, new).to_string()
}

fn line_changes(old: &str, new: &str) -> (usize, usize) {
    let patch = diffy::create_patch(old, new);
    let lines = || patch.hunks().iter().flat_map(diffy::Hunk::lines);
    (
        lines()
            .filter(|line| matches!(line, diffy::Line::Insert(_)))
            .count(),
        lines()
            .filter(|line| matches!(line, diffy::Line::Delete(_)))
            .count(),
    )
}

fn values(text: &str) -> Result<Vec<Value>, Failed> {
    let documents = serde_yaml::Deserializer::from_str(text);
    Ok(documents
        .map(Value::deserialize)
        .collect::<Result<_, _>>()?)
}

fn show(output: &Output) -> String {
    let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
    format!(
        "{}\n--- stdout\n{}\n--- stderr\n{}",
        output.status,
        text(&output.stdout),
        text(&output.stderr)
    )
}

fn checkout(path: &str) -> PathBuf {
    Path::new(CHECKOUT).join(path)
}

fn name_of(path: &Path) -> String {
    path.file_name().unwrap().to_string_lossy().into_owned()
}

/// Every file below a folder, or the file itself, by its path; git's own files aside.
fn tree(top: &Path) -> Result<BTreeMap<String, Vec<u8>>, Failed> {
    let mut files = BTreeMap::new();
    let mut left = vec![top.to_owned()];
    while let Some(path) = left.pop() {
        if path.is_dir() {
            for entry in fs::read_dir(&path)? {
                left.push(entry?.path());
            }
            left.retain(|path| !path.ends_with(".git"));
        } else {
            let name = path.strip_prefix(top)?.to_string_lossy().into_owned();
            files.insert(name, fs::read(&path)?);
        }
    }
    Ok(files)
}

/// A folder as one stream, each file after a comment that names it, so that it is compared like any other output.
fn joined(folder: &Path) -> Result<String, Failed> {
    let mut text = String::new();
    for (path, bytes) in tree(folder)? {
        let _ = write!(text, "---\n# {path}\n{}", String::from_utf8(bytes)?);
    }
    Ok(text)
}

fn copy_into(source: &Path, target: &Path) -> Result<(), Failed> {
    if source.is_file() {
        fs::copy(source, target)?;
        return Ok(());
    }
    fs::create_dir_all(target)?;
    for entry in fs::read_dir(source)? {
        let path = entry?.path();
        copy_into(&path, &target.join(name_of(&path)))?;
    }
    Ok(())
}

#[cfg(unix)]
fn make_executable(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(path, fs::Permissions::from_mode(0o755))
}

#[cfg(not(unix))]
fn make_executable(_: &Path) -> std::io::Result<()> {
    Ok(())
}
