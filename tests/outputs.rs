//! The other forms of a plan do what the manifests do.
//!
//! For each golden case, `kustomize build` of the input with the Component of `--output kustomize` has to equal, as values,
//! `kustomize build` of our own output. `SET_PRESTOP_CORPUS=DIR` adds the manifests in a folder of yours. With
//! `SET_PRESTOP_KUBECONFIG=FILE`, the commands of `--output kubectl` are run against that API server.
#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test reads files and the environment, and a panic is how it fails"
)]

use libtest_mimic::{Arguments, Completion, Failed, Trial};
use serde::Deserialize;
use serde_json::json;
use serde_yaml::Value;
use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};

/// Streams by what became of them.
type Tally = Arc<Mutex<BTreeMap<String, usize>>>;

fn main() {
    let arguments = Arguments::from_args();
    let tally = Tally::default();
    let mut trials = vec![
        Trial::test("kubectl/quoting", quoting),
        Trial::test("kubectl/last-applied", last_applied),
        Trial::test("kustomize/deterministic", deterministic),
        Trial::ignorable_test("kubectl/api-server", api_server),
    ];
    for topic in entries(&checkout("testdata/cases")) {
        for folder in entries(&topic) {
            let name = format!("kustomize/{}/{}", name_of(&topic), name_of(&folder));
            let tally = Arc::clone(&tally);
            trials.push(Trial::ignorable_test(name, move || {
                let optional = |name: &str| fs::read_to_string(folder.join(name)).ok();
                let args = optional("args").unwrap_or_default();
                let stream = Stream {
                    // What is not UTF-8 is refused anyway.
                    text: String::from_utf8_lossy(&fs::read(folder.join("input.yaml"))?).into(),
                    config: optional("config.yaml"),
                    args: args.lines().map(str::to_owned).collect(),
                };
                stream.obeys(&tally)
            }));
        }
    }
    if let Some(corpus) = std::env::var_os("SET_PRESTOP_CORPUS") {
        let files = entries(Path::new(&corpus)).into_iter();
        for file in files.filter(|file| file.extension().is_some_and(|end| end == "yaml")) {
            let tally = Arc::clone(&tally);
            trials.push(Trial::ignorable_test(
                format!("corpus/{}", name_of(&file)),
                move || {
                    let stream = Stream {
                        text: fs::read_to_string(&file)?,
                        config: None,
                        args: Vec::new(),
                    };
                    stream.obeys(&tally)
                },
            ));
        }
    }
    let conclusion = libtest_mimic::run(&arguments, trials);
    for (what, count) in tally.lock().unwrap().iter() {
        println!("{count:5} streams: {what}");
    }
    conclusion.exit();
}

/// A text, and how it is run.
struct Stream {
    text: String,
    config: Option<String>,
    args: Vec<String>,
}

struct Run {
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

impl Stream {
    /// The law of the Component, or why it can't be asked.
    fn obeys(&self, tally: &Tally) -> Result<Completion, Failed> {
        let count = |what: &str| {
            *tally.lock().unwrap().entry(what.to_owned()).or_default() += 1;
        };
        let except = |why: String| {
            count(&why);
            Ok(Completion::ignored_with(why))
        };
        let Some(kustomize) = tool("kustomize") else {
            return Ok(Completion::ignored_with("kustomize is not installed"));
        };
        let checks = self.config.as_ref().is_some_and(|c| c.contains("check:"));
        if checks || self.args.iter().any(|a| a == "--check") {
            return except("not asked: a check writes nothing".into());
        }
        let root = tempfile::tempdir()?;
        let run = |more: &[&str], input: &str| self.run(root.path(), more, input);
        let ours = run(&[], &self.text)?;
        if ours.code != Some(0) {
            return except("not asked: the input is refused by us".into());
        }
        if self.text.contains("kind: ResourceList") {
            return except("not asked: a ResourceList is no input of kustomize's".into());
        }
        let component = run(&["--output", "kustomize"], &self.text)?;
        if component.code == Some(2) && component.stderr.contains("[NotUnique]") {
            return except("told as an error: a patch could not name the object".into());
        }
        if component.code != Some(0) {
            return Err(component.stderr.into());
        }
        let write = |path: &str, text: &str| -> Result<(), Failed> {
            let path = root.path().join(path);
            fs::create_dir_all(path.parent().unwrap())?;
            Ok(fs::write(path, text)?)
        };
        write("base/input.yaml", &self.text)?;
        write("base/kustomization.yaml", "resources: [input.yaml]\n")?;
        write("component/kustomization.yaml", &component.stdout)?;
        write(
            "patched/kustomization.yaml",
            "resources: [../base]\ncomponents: [../component]\n",
        )?;
        write("ours/ours.yaml", &ours.stdout)?;
        write("ours/kustomization.yaml", "resources: [ours.yaml]\n")?;
        let build = |folder: &str| {
            // kustomize expands aliases without a bound: a case that nests them would take all memory.
            let mut command = Command::new("sh");
            let limited = "ulimit -v 3000000; exec timeout 30 \"$@\"";
            command.args(["-c", limited, "sh"]).arg(&kustomize);
            command.arg("build").arg(root.path().join(folder));
            finish(command, "")
        };
        let expected = build("ours")?;
        if expected.code != Some(0) {
            return except(format!(
                "refused by kustomize itself: {}",
                class(&expected.stderr)
            ));
        }
        let patched = build("patched")?;
        // No API server takes such a manifest either.
        if patched
            .stderr
            .contains("expected MappingNode but got ScalarNode")
        {
            return except("refused by kustomize itself: a mapping where a number belongs".into());
        }
        if patched.code != Some(0) {
            let text = format!("{}\n{}", patched.stderr, component.stdout);
            return Err(text.into());
        }
        let (mut one, mut two) = (values(&expected.stdout)?, values(&patched.stdout)?);
        let equal = one == two;
        // A field that is null is absent to Kubernetes, and kustomize's merge leaves it out.
        one.iter_mut().chain(&mut two).for_each(drop_nulls);
        if one != two {
            let diff = diffy::create_patch(&expected.stdout, &patched.stdout).to_string();
            return Err(format!("the patched build differs\n{diff}\n{}", component.stdout).into());
        }
        let changes =
            component.stdout.contains("\n- patch:") || component.stdout.contains("\n- target:");
        // `Keep` and hooks that are no sleep leave nothing for a second run either.
        let again = run(&["--output", "kustomize"], &patched.stdout)?;
        if !again.stdout.ends_with("patches: []\n") {
            return Err(format!(
                "a second run finds more to do\n{}{}",
                again.stderr, again.stdout
            )
            .into());
        }
        if !equal {
            count("of those: equal but for null fields, which kustomize's merge leaves out");
        }
        count(if changes {
            "equal, with patches"
        } else {
            "equal, nothing to patch"
        });
        Ok(Completion::Completed)
    }

    /// Runs the command on a text, on stdin.
    fn run(&self, folder: &Path, more: &[&str], input: &str) -> Result<Run, Failed> {
        let mut command = set_prestop();
        command.args(self.args.iter().filter(|a| !a.starts_with("--explain")));
        if let Some(config) = &self.config {
            let path = folder.join("config.yaml");
            fs::write(&path, config)?;
            command.arg("--config").arg(path);
        }
        command.args(more);
        finish(command, input)
    }
}

/// The kind of an error of kustomize's: what is the input's own is taken out.
fn class(stderr: &str) -> String {
    const CLASSES: &[&str] = &[
        "may not add resource with an already registered id",
        "out of memory",
        "cannot allocate memory",
        "missing metadata.name",
        "missing Resource metadata",
        "kind should be a string",
        "Object 'Kind' is missing",
        "yaml: ",
        "MalformedYAMLError",
        "invalid Kubernetes",
        "recursion",
        "map key",
        "already defined",
        "excessive aliasing",
        "wrong Node Kind",
        "wrong node kind",
        "merge",
        "resource with an empty",
    ];
    let known = CLASSES.iter().find(|class| stderr.contains(**class));
    let line = stderr.lines().next().unwrap_or_default();
    known.map_or_else(|| line.to_owned(), |class| (*class).to_owned())
}

/// The same input gives the same bytes, and what was made of them is made again.
fn deterministic() -> Result<(), Failed> {
    let text = fs::read_to_string(checkout("testdata/outputs/kinds.yaml"))?;
    let mut first = None;
    for _ in 0..3 {
        let mut all = String::new();
        for form in ["kustomize", "kubectl", "json"] {
            let mut command = set_prestop();
            command.args(["--output", form]);
            all += &finish(command, &text)?.stdout;
        }
        ensure(*first.get_or_insert_with(|| all.clone()) == all, || {
            "another run gives other bytes".to_owned()
        })?;
    }
    Ok(())
}

/// A shell hands `kubectl` the words that were meant, whatever names and scripts hold, and runs nothing else.
fn quoting() -> Result<(), Failed> {
    let odd = "a'b\"c$(touch pwned)`touch pwned`\n; touch pwned #\\ {} * ~ !x";
    let quoted = serde_json::to_string(odd)?;
    let script = serde_json::to_string(&format!("echo '{odd}' \"$HOME\""))?;
    let text = format!(
        "apiVersion: v1
kind: Service
metadata: {{name: s, namespace: {quoted}}}
spec: {{selector: {{a: b}}, ports: [{{port: 80}}]}}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {{name: {quoted}, namespace: {quoted}}}
spec: {{defaultBackend: {{service: {{name: s, port: {{number: 80}}}}}}}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {{name: {quoted}, namespace: {quoted}}}
spec:
  template:
    metadata: {{labels: {{a: b}}}}
    spec:
      containers:
      - name: {quoted}
        lifecycle: {{preStop: {{exec: {{command: [sh, -c, {script}]}}}}}}
"
    );
    let mut command = set_prestop();
    command.args(["--output", "kubectl", "--existing-hooks", "Prepend"]);
    let run = finish(command, &text)?;
    ensure(run.code == Some(0), || run.stderr.clone())?;
    let folder = tempfile::tempdir()?;
    let shim = folder.path().join("kubectl");
    fs::write(&shim, "#!/bin/sh\nprintf '%s\\0' \"$@\"\n")?;
    make_executable(&shim)?;
    for shell in ["sh", "bash"] {
        let mut command = Command::new(shell);
        command
            .current_dir(folder.path())
            .env("PATH", path_with(folder.path()));
        let words = finish(command, &run.stdout)?;
        ensure(words.code == Some(0), || words.stderr.clone())?;
        ensure(!folder.path().join("pwned").exists(), || {
            format!("a name was run\n{}", run.stdout)
        })?;
        let words: Vec<&str> = words.stdout.split_terminator('\0').collect();
        let [patch, name, namespace, form, flag, body] = words.as_slice() else {
            return Err(format!("other words: {words:?}\n{}", run.stdout).into());
        };
        ensure(
            (*patch, *form, *flag) == ("patch", "--type=json", "--patch")
                && *name == format!("Deployment.v1.apps/{odd}")
                && *namespace == format!("--namespace={odd}"),
            || format!("{words:?}"),
        )?;
        let body: serde_json::Value = serde_json::from_str(body)?;
        let was = format!("echo '{odd}' \"$HOME\"");
        let expected = json!([
            {"op": "test", "path": "/spec/template/spec/containers/0/name", "value": odd},
            {"op": "test", "path": "/spec/template/spec/containers/0/lifecycle/preStop/exec/command/2", "value": was},
            {"op": "replace", "path": "/spec/template/spec/containers/0/lifecycle/preStop/exec/command/2", "value": format!("sleep 10; {was}")},
            {"op": "add", "path": "/spec/template/spec/terminationGracePeriodSeconds", "value": 45},
        ]);
        ensure(body == expected, || format!("{body}"))?;
    }
    Ok(())
}

/// A line says what the next `kubectl apply` takes back.
fn last_applied() -> Result<(), Failed> {
    let applied = json!({"spec": {"template": {"spec": {
        "terminationGracePeriodSeconds": 20,
        "containers": [{"name": "tea", "lifecycle": {"preStop": {"sleep": {"seconds": 2}}}}, {"name": "new"}],
    }}}});
    let text = fs::read_to_string(checkout("testdata/tea.yaml"))?
        .replacen(
            "metadata:\n  name: tea\n",
            &format!(
                "metadata:\n  name: tea\n  annotations:\n    kubectl.kubernetes.io/last-applied-configuration: '{applied}'\n"
            ),
            1,
        )
        .replacen(
            "        ports:\n",
            "        lifecycle: {preStop: {sleep: {seconds: 2}}}\n        ports:\n",
            1,
        );
    let mut command = set_prestop();
    command.args(["--output", "kubectl"]);
    let run = finish(command, &text)?;
    let line = "takes this back, because it states all of these: spec.template.spec.containers[0].lifecycle.preStop, spec.template.spec.terminationGracePeriodSeconds";
    ensure(run.stdout.contains(line), || {
        format!("{}{}", run.stdout, run.stderr)
    })
}

/// `kubectl patch` on an API server makes of each kind what `kubectl apply` of our output makes.
fn api_server() -> Result<Completion, Failed> {
    let Some(kubeconfig) = std::env::var_os("SET_PRESTOP_KUBECONFIG") else {
        return Ok(Completion::ignored_with(
            "SET_PRESTOP_KUBECONFIG does not name the kubeconfig of an API server",
        ));
    };
    let text = fs::read_to_string(checkout("testdata/outputs/kinds.yaml"))?;
    let crds = checkout("testdata/outputs/crds.yaml");
    let kubectl = |args: &[&str], input: &str| -> Result<String, Failed> {
        let mut command = Command::new(tool("kubectl").ok_or("kubectl is not installed")?);
        command.env("KUBECONFIG", &kubeconfig).args(args);
        let run = finish(command, input)?;
        ensure(run.code == Some(0), || {
            format!("kubectl {args:?}\n{}{}", run.stdout, run.stderr)
        })?;
        Ok(run.stdout)
    };
    let kinds = "deployments,statefulsets,daemonsets,replicasets.apps,replicationcontrollers,podtemplates,rollouts.argoproj.io";
    kubectl(&["apply", "-f", &crds.to_string_lossy()], "")?;
    kubectl(
        &[
            "wait",
            "--for=condition=Established",
            "crd",
            "--all",
            "--timeout=60s",
        ],
        "",
    )?;
    let mut compared = 0;
    for mode in ["Raise", "Set", "Prepend", "Replace"] {
        for handler in ["Sleep", "Exec"] {
            let patched = format!("patched-{mode}-{handler}").to_lowercase();
            let applied = format!("applied-{mode}-{handler}").to_lowercase();
            let ours = |more: &[&str]| -> Result<String, Failed> {
                let mut command = set_prestop();
                command.args([
                    "--existing-hooks",
                    mode,
                    "--handler",
                    handler,
                    "--kubernetes-version",
                    "1.34",
                ]);
                command.args(more);
                let run = finish(command, &text)?;
                ensure(run.code == Some(0), || run.stderr.clone())?;
                Ok(run.stdout)
            };
            for namespace in [&patched, &applied] {
                kubectl(&["create", "namespace", namespace], "")?;
            }
            kubectl(&["apply", "-n", &patched, "-f", "-"], &text)?;
            kubectl(&["apply", "-n", &applied, "-f", "-"], &ours(&[])?)?;
            let script = ours(&["--output", "kubectl", "--namespace", &patched])?;
            let mut command = Command::new("sh");
            command.arg("-e").env("KUBECONFIG", &kubeconfig);
            let run = finish(command, &script)?;
            ensure(run.code == Some(0), || {
                format!("{script}{}{}", run.stdout, run.stderr)
            })?;
            let specs = |namespace: &str| -> Result<BTreeMap<String, serde_json::Value>, Failed> {
                let list = kubectl(&["get", kinds, "-n", namespace, "-o", "json"], "")?;
                let list: serde_json::Value = serde_json::from_str(&list)?;
                let items = list["items"].as_array().ok_or("no items")?.iter();
                let spec = |item: &serde_json::Value| {
                    let name = format!("{} {}", item["kind"], item["metadata"]["name"]);
                    (name, json!([item["spec"], item["template"]]))
                };
                // What a controller made of another object is another's.
                Ok(items
                    .filter(|i| i["metadata"]["ownerReferences"].is_null())
                    .map(spec)
                    .collect())
            };
            let (one, two) = (specs(&applied)?, specs(&patched)?);
            ensure(one == two && one.len() >= 12, || {
                let text = |all| serde_json::to_string_pretty(all).unwrap();
                format!(
                    "{mode} {handler}: {} objects\n{}",
                    one.len(),
                    diffy::create_patch(&text(&one), &text(&two))
                )
            })?;
            compared += one.len();
            for namespace in [&patched, &applied] {
                kubectl(&["delete", "namespace", namespace, "--wait=false"], "")?;
            }
        }
    }
    println!("{compared} objects are the same, patched and applied");
    Ok(Completion::Completed)
}

fn set_prestop() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_set-prestop"));
    command.env_clear();
    command
}

fn finish(mut command: Command, stdin: &str) -> Result<Run, Failed> {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    // A command that fails early does not read its input.
    let _ = child.stdin.take().unwrap().write_all(stdin.as_bytes());
    let output = child.wait_with_output()?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Ok(Run {
        code: output.status.code(),
        stdout: text(&output.stdout),
        stderr: text(&output.stderr),
    })
}

fn values(text: &str) -> Result<Vec<Value>, Failed> {
    let documents = serde_yaml::Deserializer::from_str(text);
    Ok(documents
        .map(Value::deserialize)
        .collect::<Result<_, _>>()?)
}

fn drop_nulls(value: &mut Value) {
    match value {
        Value::Mapping(mapping) => {
            mapping.retain(|_, value| !value.is_null());
            mapping.iter_mut().for_each(|(_, value)| drop_nulls(value));
        }
        Value::Sequence(items) => items.iter_mut().for_each(drop_nulls),
        _ => {}
    }
}

/// A tool that `tools/install` has installed, or one on PATH.
fn tool(name: &str) -> Option<PathBuf> {
    let variable = |name| std::env::var_os(name).map(PathBuf::from);
    let installed = variable("SET_PRESTOP_TOOLS").or_else(|| {
        let cache = variable("XDG_CACHE_HOME").or_else(|| Some(variable("HOME")?.join(".cache")));
        Some(cache?.join("set-prestop"))
    });
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = installed.map(|folder| folder.join("bin")).into_iter();
    folders
        .chain(std::env::split_paths(&path))
        .map(|folder| folder.join(name))
        .find(|path| path.is_file())
}

fn path_with(folder: &Path) -> std::ffi::OsString {
    let mut path = folder.as_os_str().to_owned();
    path.push(":");
    path.push(std::env::var_os("PATH").unwrap_or_default());
    path
}

fn checkout(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn name_of(path: &Path) -> String {
    path.file_name().unwrap().to_string_lossy().into_owned()
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let read = fs::read_dir(folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    let mut found: Vec<PathBuf> = read.map(|entry| entry.unwrap().path()).collect();
    found.sort();
    found
}

fn ensure(condition: bool, message: impl FnOnce() -> String) -> Result<(), Failed> {
    if condition {
        Ok(())
    } else {
        Err(message().into())
    }
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
