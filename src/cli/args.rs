//! What was typed.

use super::say;
use super::tell::MessageFormat;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::parser::ValueSource;
use clap::{ArgAction, CommandFactory, FromArgMatches, Parser};
use set_prestop::{Config, Severity};
use std::path::PathBuf;

/// Add preStop sleeps and grace periods to workloads behind an Ingress
///
/// Reads Kubernetes manifests or a KRM ResourceList from stdin, files or folders, and treats them as one set. Finds the
/// workloads that routes lead to, and adds what the load balancer needs to remove a pod before the program is told to stop.
/// Every other byte stays as it is.
#[derive(Debug, Default, Parser)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
#[command(name = "set-prestop", version, max_term_width = 100, next_line_help = false, after_help = AFTER, after_long_help = AFTER_LONG)]
#[command(disable_help_flag = true, disable_version_flag = true)]
pub(crate) struct Args {
    /// Files or folders to read, or `-` for stdin [default: stdin]
    ///
    /// If the only argument is a file with a SetPreStop, it is the configuration, and the manifests are read from stdin:
    /// that is how kustomize calls a plugin.
    #[arg(value_name = "FILE|DIR|-", hide_short_help = true)]
    pub(crate) paths: Vec<PathBuf>,

    /// Print a unified diff
    #[arg(long, short, display_order = 1, help_heading = DO)]
    pub(crate) diff: bool,
    /// Edit the files in place
    #[arg(long, short, conflicts_with_all = ["check", "diff"], display_order = 2, help_heading = DO)]
    pub(crate) write: bool,
    /// Explain each workload; `=short` takes a line each
    ///
    /// Shows the route that leads to it, its hook, its time budget, what the change costs, and what is not reached.
    #[arg(long, short, value_enum, value_name = "HOW", num_args = 0..=1, require_equals = true, default_missing_value = "full", hide_possible_values = true, display_order = 4, help_heading = DO)]
    pub(crate) explain: Option<Explain>,
    /// Print manifests, kustomize, kubectl or json
    ///
    /// `manifests` is the default: the input with the changes made. `kustomize` is a Component with a patch for each workload,
    /// `kubectl` a script of `kubectl patch` commands, `json` what was found and decided (set-prestop.dev/plan/v1).
    #[arg(long, short, value_enum, value_name = "FORM", default_value_t, hide_default_value = true, hide_possible_values = true, conflicts_with_all = ["write", "diff", "explain"], display_order = 5, help_heading = DO)]
    pub(crate) output: Form,
    /// File with the configuration; flags override it
    ///
    /// Without it, files that are named use the `set-prestop.yaml` in the folder of the first of them, or above it in the same
    /// repository.
    #[arg(long = "config", short, value_name = "FILE", display_order = 6, help_heading = DO)]
    pub(crate) config_file: Option<PathBuf>,
    /// Do not look for a `set-prestop.yaml`
    #[arg(long, conflicts_with = "config_file", hide_short_help = true, display_order = 7, help_heading = DO)]
    pub(crate) no_config: bool,
    /// Files or folders to read along, never to change
    ///
    /// Such as the Ingress of another chart, or the platform's IngressClasses and Gateways. They lead to workloads and identify
    /// controllers, and are never printed or written.
    #[arg(long, value_name = "PATH", display_order = 8, help_heading = DO)]
    pub(crate) context: Vec<PathBuf>,
    /// Treat each argument as a separate set of manifests
    ///
    /// Without it, all files of a call are one set. Messages and the summary line name the set, and the exit status is the worst
    /// one. If one fails, nothing is written; `--output json` prints an answer for each.
    #[arg(long, display_order = 9, help_heading = DO)]
    pub(crate) each: bool,
    /// Like `--each`; run kustomize or Helm on their folders
    ///
    /// A folder with a `kustomization.yaml` is rendered by `kustomize build` (or `kubectl kustomize`), one with a `Chart.yaml` by
    /// `helm template`, by the programs on PATH.
    #[arg(long, conflicts_with = "write", display_order = 10, help_heading = DO)]
    pub(crate) render: bool,

    /// The scalar fields of the configuration.
    #[command(flatten)]
    pub(crate) config: Config,

    /// Fail on messages of this severity or higher
    #[arg(long, value_name = "info|warning", hide_possible_values = true, help_heading = MESSAGES)]
    pub(crate) fail_on: Option<Severity>,
    /// text, short, json, github or sarif
    ///
    /// `text` shows the line that a message is about, `short` takes a line each. `json` is an object a line, `github` annotates a pull
    /// request, `sarif` is for code scanning.
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t, hide_possible_values = true, hide_default_value = true, help_heading = MESSAGES)]
    pub(crate) message_format: MessageFormat,
    /// Colours: auto, always or never [default: auto]
    #[arg(long, value_enum, value_name = "WHEN", default_value_t, hide_possible_values = true, hide_default_value = true, hide_short_help = true, help_heading = MESSAGES)]
    pub(crate) color: clap::ColorChoice,
    /// Also write all messages to this file
    ///
    /// A name that ends with `.json`, `.jsonl` or `.sarif` sets its form. It can also come from the environment: `SET_PRESTOP_REPORT`.
    #[arg(long, value_name = "FILE", env = "SET_PRESTOP_REPORT", hide_env = true, help_heading = MESSAGES)]
    pub(crate) report: Option<PathBuf>,
    /// Write to the terminal in place of stderr, if there is one
    ///
    /// For hosts that hide stderr: Helm 4's plugin sets it. Without a terminal, as in CI, it writes to the stderr of the host if that is a pipe (on Linux).
    #[arg(long, hide_short_help = true, help_heading = MESSAGES)]
    pub(crate) terminal: bool,
    /// Hide info messages and the summary line
    #[arg(long, short, help_heading = MESSAGES)]
    pub(crate) quiet: bool,
    /// Print a shell completion script
    #[arg(long, value_name = "SHELL", hide_short_help = true, help_heading = MESSAGES)]
    pub(crate) completions: Option<clap_complete::Shell>,
    /// Print help (`--help`: with details)
    #[arg(long, short, action = ArgAction::Help, help_heading = MESSAGES)]
    help: Option<bool>,
    /// Print the version
    #[arg(long, short = 'V', action = ArgAction::Version, hide_short_help = true, help_heading = MESSAGES)]
    version: Option<bool>,

    /// What users of kubectl type for a file.
    #[arg(long = "filename", short = 'f', hide = true, value_name = "FILE", num_args = 0..=1)]
    filename: Option<Vec<String>>,
    /// What users of kubectl type to see what would happen.
    #[arg(long, hide = true, num_args = 0..=1, require_equals = true, default_missing_value = "")]
    dry_run: Option<String>,

    /// Whether `--check` was typed: the environment speaks as a configuration does.
    #[arg(skip)]
    pub(crate) checks: bool,
}

/// How much `--explain` tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Explain {
    /// Everything that is known of a workload
    Full,
    /// A line or two for each workload
    Short,
}

/// What a run prints.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Form {
    /// The manifests with the changes made
    #[default]
    Manifests,
    /// A kustomize Component with a patch for each workload, for hosts that run no functions (Flux, Argo CD)
    Kustomize,
    /// A shell script of `kubectl patch` commands
    Kubectl,
    /// What was found and decided, as JSON on one line (set-prestop.dev/plan/v1)
    Json,
}

/// How the names of all variables begin that are settings.
const VARIABLES: &str = "SET_PRESTOP_";

const DO: &str = "What to do";
const MESSAGES: &str = "Messages";

const AFTER: &str = "Examples:
  set-prestop --diff deploy/            show what would change
  set-prestop --check deploy/           a gate: exit 1 if a change is missing
  helm template . | set-prestop         as a filter
Exit status: 0 success; 1 `--check` found missing changes; 2 error.";

const AFTER_LONG: &str = "Every setting can also come from the environment, as SET_PRESTOP_SLEEP_SECONDS=15. A flag overrides it, and it overrides the configuration file.

Examples:
  set-prestop --diff deploy/            show what would change
  set-prestop --write deploy/           change it
  set-prestop --check deploy/           a gate: exit 1 if a change is missing
  set-prestop --check --render envs/*   the same for each, as kustomize or Helm renders it
  helm template . | set-prestop         as a filter
  kustomize build | set-prestop | kubectl apply -f -

Exit status: 0 success; 1 `--check` found missing changes; 2 error, nothing was written; 3 `--on-error Skip` left objects as they are.";

/// A value from the environment that is refused has the name of its variable instead of the flag's.
fn of_environment(mut error: clap::Error) -> clap::Error {
    let Some(ContextValue::String(flag)) = error.get(ContextKind::InvalidArg) else {
        return error;
    };
    let flag = flag.split([' ', '=', '[']).next().unwrap_or_default();
    let name = flag.trim_start_matches('-').replace('-', "_");
    let variable = format!("{VARIABLES}{}", name.to_uppercase());
    let mut typed = std::env::args_os();
    let typed = typed.any(|arg| arg.to_string_lossy().starts_with(flag));
    if !typed && std::env::var_os(&variable).is_some() {
        error.insert(ContextKind::InvalidArg, ContextValue::String(variable));
    }
    error
}

/// Reads the command line.
pub(crate) fn read() -> Result<Args, clap::Error> {
    if std::env::args_os().len() <= 1 && !any_variable() {
        // As hosts of functions start it. To set up the parser for nothing is a fifth of a run on three documents.
        return Ok(Args::default());
    }
    let mut command = Args::command();
    let matches = command.try_get_matches_from_mut(std::env::args_os());
    let matches = matches.map_err(of_environment)?;
    let mut args = Args::from_arg_matches(&matches)?;
    let of_kubectl = (args.filename.as_deref().map(say::filename))
        .or(args.dry_run.as_ref().map(|_| say::DRY_RUN.to_owned()));
    if let Some(instead) = of_kubectl {
        return Err(command.error(ErrorKind::UnknownArgument, instead));
    }
    args.checks = args.config.check == Some(true)
        && matches.value_source("check") == Some(ValueSource::CommandLine);
    Ok(args)
}

/// Whether a setting comes from the environment.
fn any_variable() -> bool {
    let mut names = std::env::vars_os().map(|(name, _)| name);
    names.any(|name| {
        let name = name.to_string_lossy().to_ascii_uppercase();
        name.starts_with(VARIABLES)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_arguments_the_parser_finds_the_defaults() {
        let parsed = Args::command().get_matches_from(["set-prestop"]);
        let parsed = Args::from_arg_matches(&parsed).unwrap();
        assert_eq!(format!("{parsed:?}"), format!("{:?}", Args::default()));
        for arg in Args::command().get_arguments() {
            let variable = arg.get_env().map(|name| name.to_string_lossy());
            assert!(variable.is_none_or(|name| name.starts_with(VARIABLES)));
        }
    }
}
