//! The command line: the only room with files, environment, stdin and stdout. It knows the library's door, no nodes.
#![expect(
    clippy::disallowed_methods,
    reason = "this is the room that reads and writes files, environment and streams"
)]

mod args;
#[cfg(test)]
mod documents;
mod files;
mod say;
mod tell;

use anyhow::Context as _;
use args::{Args, Form};
use clap::CommandFactory;
use files::Read;
use set_prestop::{
    Config, Ended, Message, Outcome, Output, Positions, Reason, Settings, Source, rewrite,
};
use std::fmt;
use std::io::{self, IsTerminal};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::thread::available_parallelism;
use tell::Teller;

/// How a run ends, as its exit code says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Exit {
    /// Done, also with warnings.
    Done = 0,
    /// `--check` found missing changes.
    Pending = 1,
    /// An error; nothing was written.
    Failed = 2,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(exit as u8)
    }
}

/// Inputs smaller than this are handled by one thread: starting more costs more than it saves.
const SMALL: usize = 1 << 20;

/// Runs the command on the process's own arguments and streams.
pub(crate) fn main() -> ExitCode {
    let args = match args::read() {
        Ok(args) => args,
        Err(error) => return mistyped(&error).into(),
    };
    if let Some(shell) = args.completions {
        let mut script = Vec::new();
        clap_complete::generate(shell, &mut Args::command(), "set-prestop", &mut script);
        return match print(std::iter::once(String::from_utf8_lossy(&script).as_ref())) {
            Ok(()) => Exit::Done.into(),
            Err(error) => {
                tell::print_error(&error);
                Exit::Failed.into()
            }
        };
    }
    if args.paths.is_empty() && io::stdin().is_terminal() {
        let _ = Args::command().print_help();
        return Exit::Failed.into();
    }
    match args.color {
        clap::ColorChoice::Always => anstream::ColorChoice::Always.write_global(),
        clap::ColorChoice::Never => anstream::ColorChoice::Never.write_global(),
        clap::ColorChoice::Auto => {}
    }
    let mut teller = Teller::new(args.quiet, args.message_format, report(args.report.clone()));
    let exit = run(&args, &mut teller).unwrap_or_else(|error| {
        teller.fail(&error);
        Exit::Failed
    });
    match teller.finish() {
        Ok(()) => exit.into(),
        Err(error) => {
            tell::print_error(&error);
            Exit::Failed.into()
        }
    }
}

/// A command line that cannot be read, or that asks for help or the version.
fn mistyped(error: &clap::Error) -> Exit {
    // If the terminal is closed, nobody is left to tell.
    let _ = error.print();
    if !error.use_stderr() {
        return Exit::Done;
    }
    // Helm 4 hides stderr: the report is where a mistyped flag is seen.
    let mut teller = Teller::new(true, tell::Format::Text, report(None));
    teller.report(&error.render().to_string());
    let _ = teller.finish();
    Exit::Failed
}

/// Where the report goes: as the flag says, else as the environment does.
fn report(flag: Option<PathBuf>) -> Option<PathBuf> {
    flag.or_else(|| std::env::var_os("SET_PRESTOP_REPORT").map(PathBuf::from))
}

/// One run: read, rewrite, write, tell.
fn run(args: &Args, teller: &mut Teller) -> anyhow::Result<Exit> {
    let Prepared {
        config,
        inputs,
        told,
    } = prepare(args)?;
    teller.open(|report| inputs.iter().any(|input| input.is(report)))?;
    let settings = Settings {
        config,
        advice: args.explain,
        preview: args.diff,
        patches: matches!(args.output, Form::Kustomize | Form::Kubectl),
        gate: args.checks,
        fail_on: args.fail_on,
        threads: threads(&inputs),
        among_files: args.paths.len() > 1 || args.paths.iter().any(|path| path.is_dir()),
        ..Settings::default()
    };
    work(args, &settings, &inputs, told, teller)
}

/// Threads for the inputs: for small ones, asking the system takes longer than the work.
fn threads(inputs: &[Read]) -> usize {
    let bytes: usize = inputs.iter().map(|input| input.text.len()).sum();
    match bytes {
        0..SMALL => 1,
        _ => available_parallelism().map_or(1, NonZeroUsize::get),
    }
}

/// Messages that stop a run before it begins, about a text that is no source of it yet.
#[derive(Debug)]
struct Refused {
    messages: Vec<Message>,
    /// Name and text that the messages' places point into.
    text: Option<(String, String)>,
}

impl std::error::Error for Refused {}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.messages
            .iter()
            .try_for_each(|message| writeln!(f, "{message}"))
    }
}

impl From<Message> for Refused {
    fn from(message: Message) -> Refused {
        Refused {
            messages: vec![message],
            text: None,
        }
    }
}

impl From<anyhow::Error> for Refused {
    fn from(error: anyhow::Error) -> Refused {
        let message = Message::new(Reason::BadInput, format!("{error:#}"));
        Refused::from(message.help("check that the path is right and that you may use it"))
    }
}

/// The configuration, the inputs, and what is to be told of them.
struct Prepared {
    config: Config,
    inputs: Vec<Read>,
    told: Vec<Message>,
}

/// Reads the configuration and the inputs. kustomize's plugin protocol is recognised by its only argument.
fn prepare(args: &Args) -> anyhow::Result<Prepared> {
    let mut config = args.config.clone();
    let mut paths = args.paths.clone();
    if let Some(path) = &args.config_file {
        let text = files::read_text(path)?;
        let read = set_prestop::parse_config(&text);
        config = config.over(read.map_err(|messages| refused(messages, path, text))?);
    } else if let [only] = paths.as_slice()
        && only.is_file()
        && !args.write
    {
        let text = files::read_text(only)?;
        if let Some(read) = set_prestop::function_config(&text) {
            config = config.over(read.map_err(|messages| refused(messages, only, text))?);
            paths.clear();
        }
    }
    let mut found = None;
    if args.config_file.is_none()
        && !args.no_config
        && let Some(path) = paths
            .first()
            .and_then(|first| files::configuration_of(first))
    {
        let text = files::read_text(&path)?;
        let read = set_prestop::parse_config(&text);
        config = config.over(read.map_err(|messages| refused(messages, &path, text))?);
        found = Some(say::configuration_found(&path));
    }
    if args.write && (paths.is_empty() || paths.iter().any(|p| p.as_os_str() == "-")) {
        return Err(say::write_needs_files().into());
    }
    let (mut inputs, mut told) = files::read(&paths)?;
    told.extend(found);
    if !args.context.is_empty() {
        let (context, more) = files::read_context(&args.context, &inputs)?;
        inputs.extend(context);
        told.extend(more);
    }
    Ok(Prepared {
        config,
        inputs,
        told,
    })
}

/// A configuration with faults, and the text that they are in.
fn refused(messages: Vec<Message>, path: &Path, text: String) -> Refused {
    Refused {
        messages,
        text: Some((path.display().to_string(), text)),
    }
}

fn work(
    args: &Args,
    settings: &Settings,
    inputs: &[Read],
    mut told: Vec<Message>,
    teller: &mut Teller,
) -> anyhow::Result<Exit> {
    let sources: Vec<Source<'_>> = inputs.iter().map(Read::source).collect();
    let positions = Positions::new(&sources);
    match rewrite(&sources, settings) {
        Ok(mut outcome) => {
            told.append(&mut outcome.messages);
            let written = match args.output {
                Form::Manifests => show(args, &outcome, &positions),
                form => print_form(form, &outcome, &told, &positions),
            };
            let written = written.and_then(|()| {
                if args.write {
                    let written = files::write(inputs, &outcome.outputs);
                    told.extend(written.map_err(|error| unwritten(&error))?);
                }
                Ok(())
            });
            teller.tell(&told, &positions, outcome.is_resource_list);
            written?;
            if !outcome.is_resource_list {
                teller.count(&outcome);
            }
            Ok(match outcome.ended {
                Ended::Pending => Exit::Pending,
                Ended::Done | Ended::Checked => Exit::Done,
            })
        }
        Err(mut failure) => {
            let is_resource_list = failure.is_resource_list;
            told.append(&mut failure.messages);
            let printed = match (args.output, &failure.output) {
                (Form::Json, _) => {
                    print_line(&set_prestop::json_line(&failure.json(&told, &positions)))
                }
                (Form::Manifests, Some(output)) => print(output.pieces()),
                _ => Ok(()),
            };
            teller.tell(&told, &positions, is_resource_list);
            printed.map(|()| Exit::Failed)
        }
    }
}

/// Writes what the run is asked for: the text, the diff, the drawing, the files.
///
/// A host that takes stdout for the manifests, as Helm 3 does, takes a blank one for "delete everything". So a run that
/// only looks ends with a line that nobody takes for a manifest; and `check` of a configuration, which a host may
/// not know of, hands the manifests on (docs/reference.md, section 5.2).
fn show(args: &Args, outcome: &Outcome<'_>, positions: &Positions<'_>) -> anyhow::Result<()> {
    if args.explain {
        print(std::iter::once(
            set_prestop::explain(&outcome.plans, positions).as_str(),
        ))?;
    }
    let mut shown = false;
    if args.diff {
        let colour = tell::look(&io::stdout()).colour;
        let outputs = outcome.outputs.iter();
        let diffs: Vec<String> = outputs
            .map(|output| set_prestop::diff(output, &outcome.plans, positions, colour))
            .collect();
        shown = diffs.iter().any(|diff| !diff.is_empty());
        print(diffs.iter().map(String::as_str))?;
    }
    if args.write {
        return Ok(());
    }
    let only_checks = args.checks && !outcome.is_resource_list;
    if args.explain || args.diff || only_checks {
        // Not every program that reads diffs takes one that ends in a sentence.
        if shown {
            return Ok(());
        }
        return print(std::iter::once(looked_at(outcome).as_str()));
    }
    if outcome.is_resource_list {
        return print(outcome.outputs.iter().flat_map(Output::pieces));
    }
    let several = outcome.outputs.len() > 1;
    let mut unfinished = false;
    for output in &outcome.outputs {
        // Files printed one after another are documents of one stream.
        if several && !output.source.text.is_empty() {
            let separated = output.source.text.starts_with("---");
            print(
                [
                    if unfinished { "\n" } else { "" },
                    if separated { "" } else { "---\n" },
                ]
                .into_iter(),
            )?;
        }
        print(output.pieces())?;
        unfinished = !output.source.text.ends_with('\n') && !output.source.text.is_empty();
    }
    Ok(())
}

/// Writes the plans in another form than manifests.
fn print_form(
    form: Form,
    outcome: &Outcome<'_>,
    messages: &[Message],
    positions: &Positions<'_>,
) -> anyhow::Result<()> {
    match form {
        Form::Kustomize => print(std::iter::once(outcome.kustomize()?.as_str())),
        Form::Kubectl => print(std::iter::once(outcome.kubectl()?.as_str())),
        Form::Json | Form::Manifests => {
            print_line(&set_prestop::json_line(&outcome.json(messages, positions)))
        }
    }
}

fn print_line(text: &str) -> anyhow::Result<()> {
    print([text, "\n"].into_iter())
}

/// What a run looked at that prints no manifests. As YAML it is a text: neither a mapping nor a comment.
fn looked_at(outcome: &Outcome<'_>) -> String {
    let number = |count: usize, one: &str| match count {
        1 => format!("1 {one}"),
        _ => format!("{count} {one}s"),
    };
    let workloads = number(outcome.counts.workloads, "workload");
    match outcome.counts.changes {
        0 => format!("set-prestop checked {workloads}, nothing is missing\n"),
        count => format!(
            "set-prestop checked {workloads}, {} missing\n",
            number(count, "change")
        ),
    }
}

fn unwritten(error: &anyhow::Error) -> Message {
    Message::new(Reason::OutputFailed, format!("{error:#}"))
        .help("run again when that is mended: files that were replaced need no more change")
}

/// Writes to stdout. A reader that went away has what it wanted (a broken pipe is no fault).
fn print<'p>(pieces: impl Iterator<Item = &'p str>) -> anyhow::Result<()> {
    match files::write_pieces(&mut io::stdout().lock(), pieces) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => written.context(say::stdout_failed()),
    }
}
