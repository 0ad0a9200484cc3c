//! What is compared, and how each set of manifests comes out of the tool.

use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use clap::Args;
use serde::{Deserialize, Serialize};
use tokio::io::AsyncWriteExt;
use tokio::process::Command;
use tokio::time::timeout;

const APP: &str = include_str!("../app/app.yaml");

/// The way from the plain manifests to the ones that are applied.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Way {
    AsIs,
    Stdin,
    Kustomize,
    Kpt,
    Helm,
    Component,
}

/// What is done to the workload.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Change {
    Restart,
    /// From three pods to one.
    ScaleDown,
    /// Each pod is evicted, as `kubectl drain` does it.
    Drain,
}

#[derive(Debug)]
pub struct Scenario {
    pub name: &'static str,
    /// In a table.
    pub label: &'static str,
    pub way: Way,
    pub flags: &'static [&'static str],
    pub shell: bool,
    /// How long an answer takes, in milliseconds.
    pub delay: u32,
    /// How long the program finishes open requests after SIGTERM, in seconds.
    pub shutdown: u32,
    /// Lines of the pod and of the container that the input has already.
    pub pod: &'static str,
    pub container: &'static str,
    pub change: Change,
    pub new_connections: bool,
}

const AS_IS: Scenario = Scenario {
    name: "as-is",
    label: "as it is",
    way: Way::AsIs,
    flags: &[],
    shell: true,
    delay: 0,
    shutdown: 0,
    pod: "",
    container: "",
    change: Change::Restart,
    new_connections: false,
};
const TOOL: Scenario = Scenario {
    name: "default",
    label: "`set-prestop`",
    way: Way::Stdin,
    ..AS_IS
};
/// Its author knows that it needs 20 s to stop, and gave it no more.
const SLOW: Scenario = Scenario {
    delay: 18_000,
    shutdown: 20,
    pod: "terminationGracePeriodSeconds: 20",
    ..AS_IS
};

pub const SCENARIOS: &[Scenario] = &[
    AS_IS,
    TOOL,
    Scenario {
        name: "exec",
        label: "`--handler Exec`",
        flags: &["--handler", "Exec"],
        ..TOOL
    },
    Scenario {
        name: "short",
        label: "a sleep shorter than the lag: `--sleep-seconds 3`",
        flags: &["--sleep-seconds", "3"],
        ..TOOL
    },
    Scenario {
        name: "exec-no-shell",
        label: "`--handler Exec` in an image without a shell",
        flags: &["--handler", "Exec"],
        shell: false,
        ..TOOL
    },
    Scenario {
        name: "raised",
        label: "an existing hook of 3 s, raised",
        container: "lifecycle: {preStop: {exec: {command: [/bin/sh, -c, sleep 3]}}}",
        ..TOOL
    },
    Scenario {
        name: "slow-by-hand",
        label: "slow program, sleep of 10 s written by hand",
        container: "lifecycle: {preStop: {sleep: {seconds: 10}}}",
        ..SLOW
    },
    Scenario {
        name: "slow",
        label: "slow program, `set-prestop`",
        way: Way::Stdin,
        ..SLOW
    },
    Scenario {
        name: "kustomize",
        label: "as a kustomize transformer",
        way: Way::Kustomize,
        ..AS_IS
    },
    Scenario {
        name: "kpt",
        label: "by `kpt fn render`",
        way: Way::Kpt,
        ..AS_IS
    },
    Scenario {
        name: "helm",
        label: "as a Helm post-renderer",
        way: Way::Helm,
        ..AS_IS
    },
    Scenario {
        name: "component",
        label: "the patches of a kustomize Component",
        way: Way::Component,
        ..AS_IS
    },
    Scenario {
        name: "as-is-new",
        label: "as it is, new connections",
        new_connections: true,
        ..AS_IS
    },
    Scenario {
        name: "default-new",
        label: "`set-prestop`, new connections",
        new_connections: true,
        ..TOOL
    },
    Scenario {
        name: "as-is-scale-down",
        label: "as it is, from three pods to one",
        change: Change::ScaleDown,
        ..AS_IS
    },
    Scenario {
        name: "default-scale-down",
        label: "`set-prestop`, from three pods to one",
        change: Change::ScaleDown,
        ..TOOL
    },
    Scenario {
        name: "as-is-drain",
        label: "as it is, all pods evicted",
        change: Change::Drain,
        ..AS_IS
    },
    Scenario {
        name: "default-drain",
        label: "`set-prestop`, all pods evicted",
        change: Change::Drain,
        ..TOOL
    },
];

/// What the cluster and the machine bring.
#[derive(Args, Clone, Debug)]
pub struct Place {
    /// `ingressClassName` of the Ingress
    #[arg(long, default_value = "traefik", value_name = "NAME")]
    pub class: String,
    /// Host of the Ingress; each request asks for it
    #[arg(long, default_value = "proof.example.com", value_name = "NAME")]
    pub host: String,
    /// The set-prestop to use
    #[arg(long, default_value = "set-prestop", value_name = "PATH")]
    pub tool: String,
    /// The Helm 3 to use
    #[arg(long, default_value = "helm", value_name = "PATH")]
    pub helm: String,
    /// Image of the program
    #[arg(
        long,
        default_value = "docker.io/library/set-prestop-proof:shell",
        value_name = "NAME"
    )]
    pub image: String,
    /// The same in an image without a shell
    #[arg(
        long,
        default_value = "docker.io/library/set-prestop-proof:no-shell",
        value_name = "NAME"
    )]
    pub image_without_shell: String,
}

impl Scenario {
    pub fn input(&self, place: &Place) -> String {
        let image = if self.shell {
            &place.image
        } else {
            &place.image_without_shell
        };
        let mut text = APP
            .replace("$CLASS", &place.class)
            .replace("$HOST", &place.host)
            .replace("$IMAGE", image)
            .replace("$DELAY", &self.delay.to_string())
            .replace("$SHUTDOWN", &self.shutdown.to_string());
        for (mark, line) in [("# POD", self.pod), ("# CONTAINER", self.container)] {
            text = text
                .lines()
                .filter(|at| !line.is_empty() || at.trim() != mark)
                .map(|at| at.replace(mark, line) + "\n")
                .collect();
        }
        text
    }

    /// The manifests to apply.
    pub async fn render(&self, place: &Place) -> Result<String> {
        let input = self.input(place);
        let folder = tempfile::tempdir()?;
        let folder = folder.path();
        let tool = if place.tool.contains('/') {
            fs::canonicalize(&place.tool).with_context(|| place.tool.clone())?
        } else {
            find(&place.tool)?
        };
        let tool = tool.to_str().context("the path of the tool is no text")?;
        let file = |name: &str, text: &str| fs::write(folder.join(name), text);
        match self.way {
            Way::AsIs => Ok(input),
            Way::Stdin => run(tool, self.flags, folder, &input).await,
            Way::Kustomize => {
                file("app.yaml", &input)?;
                file(
                    "set-prestop.yaml",
                    &format!(
                        "apiVersion: set-prestop.dev/v1alpha1\nkind: SetPreStop\nmetadata:\n  name: set-prestop\n  annotations:\n    \
                         config.kubernetes.io/function: |\n      exec:\n        path: {tool}\n"
                    ),
                )?;
                file(
                    "kustomization.yaml",
                    "resources: [app.yaml]\ntransformers: [set-prestop.yaml]\n",
                )?;
                let flags = ["build", "--enable-alpha-plugins", "--enable-exec", "."];
                run("kustomize", &flags, folder, "").await
            }
            Way::Kpt => {
                file("app.yaml", &input)?;
                file(
                    "Kptfile",
                    &format!(
                        "apiVersion: kpt.dev/v1\nkind: Kptfile\nmetadata:\n  name: tea\npipeline:\n  mutators:\n    - exec: {tool}\n"
                    ),
                )?;
                run("kpt", &["fn", "render", "--allow-exec", "."], folder, "").await?;
                Ok(fs::read_to_string(folder.join("app.yaml"))?)
            }
            Way::Helm => {
                fs::create_dir(folder.join("templates"))?;
                file("Chart.yaml", "apiVersion: v2\nname: tea\nversion: 0.1.0\n")?;
                file("templates/app.yaml", &input)?;
                let flags = ["template", "tea", ".", "--post-renderer", tool];
                run(&place.helm, &flags, folder, "").await
            }
            Way::Component => {
                fs::create_dir(folder.join("component"))?;
                file("app.yaml", &input)?;
                file(
                    "kustomization.yaml",
                    "resources: [app.yaml]\ncomponents: [component]\n",
                )?;
                let component = run(tool, &["-o", "kustomize"], folder, &input).await?;
                file("component/kustomization.yaml", &component)?;
                run("kustomize", &["build", "."], folder, "").await
            }
        }
    }
}

fn find(program: &str) -> Result<std::path::PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .map(|folder| folder.join(program))
        .find(|path| path.is_file())
        .with_context(|| format!("`{program}` is not in PATH"))
}

async fn run(program: &str, args: &[&str], folder: &Path, input: &str) -> Result<String> {
    let mut child = Command::new(program)
        .args(args)
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .with_context(|| program.to_owned())?;
    let mut stdin = child.stdin.take().context("no stdin")?;
    stdin.write_all(input.as_bytes()).await?;
    drop(stdin);
    let output = timeout(Duration::from_mins(1), child.wait_with_output()).await??;
    ensure!(
        output.status.success(),
        "{program} {}: {}",
        args.join(" "),
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(String::from_utf8(output.stdout)?)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn each_scenario_has_a_name_of_its_own_and_its_manifests_state_what_it_says() {
        let place = Place {
            tool: String::new(),
            helm: String::new(),
            image: "with".to_owned(),
            image_without_shell: "without".to_owned(),
            class: "c".to_owned(),
            host: "h".to_owned(),
        };
        let mut names: Vec<_> = SCENARIOS.iter().map(|scenario| scenario.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), SCENARIOS.len());
        for scenario in SCENARIOS {
            let input = scenario.input(&place);
            let name = scenario.name;
            assert_eq!(
                input.contains("image: without\n"),
                !scenario.shell,
                "{name}"
            );
            for line in [scenario.container, scenario.pod] {
                assert!(input.contains(line), "{name}");
            }
            assert!(!input.contains(['$', '#']), "{name}");
            let delay = format!("value: \"{}\"", scenario.delay);
            assert!(input.contains(&delay), "{name}");
            let documents = serde_yaml::Deserializer::from_str(&input);
            let kinds: Vec<_> = documents
                .map(|document| serde_json::Value::deserialize(document).unwrap()["kind"].clone())
                .collect();
            assert_eq!(kinds, ["Deployment", "Service", "Ingress"], "{name}");
        }
    }
}
