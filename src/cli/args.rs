//! What was typed.

use super::tell::Format;
use clap::Parser;
use set_prestop::{Config, Severity};
use std::path::PathBuf;

/// Adds the preStop sleep and the grace period to the workloads behind an Ingress, and changes no other byte.
///
/// Reads manifests or a KRM ResourceList from stdin, or files and folders, as one render. Finds the workloads that
/// routes lead to, and writes what lets a load balancer take a pod out before its program is told to stop.
#[derive(Debug, Parser)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
#[command(name = "set-prestop", version, max_term_width = 100, after_help = AFTER)]
pub(crate) struct Args {
    /// Files and folders with manifests, `-` for stdin; without any, stdin. A single file of kind SetPreStop is the configuration
    #[arg(value_name = "FILE|DIR|-")]
    pub(crate) paths: Vec<PathBuf>,
    /// Files or folders that belong to the manifests and stay as they are, such as the Ingress of another chart; never printed or written
    #[arg(long, value_name = "PATH")]
    pub(crate) context: Vec<PathBuf>,
    /// Edit the files in place
    #[arg(long, short, conflicts_with_all = ["check", "diff"])]
    pub(crate) write: bool,
    /// Print a unified diff
    #[arg(long, short)]
    pub(crate) diff: bool,
    /// Print the result in this form
    #[arg(long, short, value_name = "FORM", default_value = "manifests", conflicts_with_all = ["write", "diff", "explain"])]
    pub(crate) output: Form,
    /// Show each workload with its way from the route, its hook and its time budget
    #[arg(long, short)]
    pub(crate) explain: bool,
    /// File with the configuration: a SetPreStop or a ConfigMap; flags win over it
    #[arg(long = "config", short, value_name = "FILE")]
    pub(crate) config_file: Option<PathBuf>,
    /// Write all messages to this file too (or the one of the environment variable `SET_PRESTOP_REPORT`)
    #[arg(long, value_name = "FILE")]
    pub(crate) report: Option<PathBuf>,
    /// Fail on messages of this weight or more
    #[arg(long, value_name = "SEVERITY")]
    pub(crate) fail_on: Option<Severity>,
    /// How messages are written
    #[arg(
        long,
        value_enum,
        value_name = "FORMAT",
        default_value = "text",
        hide_possible_values = true
    )]
    pub(crate) message_format: Format,
    /// Whether there are colours: `auto` asks the terminal, `NO_COLOR` and `CLICOLOR_FORCE`
    #[arg(
        long,
        value_name = "WHEN",
        default_value = "auto",
        hide_default_value = true
    )]
    pub(crate) color: clap::ColorChoice,
    /// Keep infos and the line of counts back
    #[arg(long, short)]
    pub(crate) quiet: bool,
    /// Print the completions of a shell and exit
    #[arg(long, value_name = "SHELL")]
    pub(crate) completions: Option<clap_complete::Shell>,
    /// The scalar fields of the configuration.
    #[command(flatten, next_help_heading = "Settings")]
    pub(crate) config: Config,
}

/// What a run prints.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Form {
    /// The manifests with the changes made
    Manifests,
    /// A kustomize Component with a patch for each workload, for hosts that run no functions (Flux, Argo CD)
    Kustomize,
    /// A shell script of `kubectl patch` commands
    Kubectl,
    /// What was found and decided, as JSON on one line (set-prestop.dev/plan/v1)
    Json,
}

const AFTER: &str = "Examples:
  set-prestop --diff deploy/             what would change
  set-prestop --write deploy/            change it
  helm template . | set-prestop          as a filter
  kustomize build | set-prestop | kubectl apply -f -

Exit status: 0 done, 1 `--check` found a change that is missing, 2 it can't be done (nothing is written).";
