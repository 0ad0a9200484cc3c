//! The command line: the only room with files, environment, stdin and stdout. It knows the library's door, no nodes.
#![expect(
    clippy::disallowed_methods,
    reason = "this is the room that reads and writes files, environment and streams"
)]

mod args;
#[cfg(test)]
mod documents;
mod files;
mod tell;

use args::{Args, Form};
use clap::{CommandFactory, Parser};
use files::Read;
use set_prestop::{
    Config, Ended, Message, Outcome, Output, Positions, Reason, Settings, Source, rewrite,
};
use std::io::{self, IsTerminal};
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::process::ExitCode;
use std::thread::available_parallelism;
use tell::Teller;

/// Done, also with warnings.
const DONE: u8 = 0;
/// `--check` found something.
const PENDING: u8 = 1;
/// It can't be done; nothing was written.
const FAILED: u8 = 2;

/// Bytes of inputs that one thread works through.
const SMALL: usize = 1 << 20;

/// Runs the command on the process's own arguments and streams.
pub(crate) fn main() -> ExitCode {
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(error) => {
            // A terminal that can't be written to has nobody to tell.
            let _ = error.print();
            if !error.use_stderr() {
                return ExitCode::from(DONE);
            }
            // Helm 4 hides stderr: the report is where a mistyped flag is seen.
            let mut teller = Teller::new(true, tell::Format::Text, report(None));
            teller.report(&error.render().to_string());
            let _ = teller.finish();
            return ExitCode::from(FAILED);
        }
    };
    if let Some(shell) = args.completions {
        let mut script = Vec::new();
        clap_complete::generate(shell, &mut Args::command(), "set-prestop", &mut script);
        let script = String::from_utf8_lossy(&script);
        let Err(message) = print(std::iter::once(script.as_ref())) else {
            return ExitCode::from(DONE);
        };
        Teller::new(false, tell::Format::Text, None).tell(&[message], &Positions::new(&[]), false);
        return ExitCode::from(FAILED);
    }
    if args.paths.is_empty() && io::stdin().is_terminal() {
        let _ = Args::command().print_help();
        return ExitCode::from(FAILED);
    }
    ExitCode::from(run(&args))
}

/// Where the report goes: as the flag says, else as the environment does.
fn report(flag: Option<PathBuf>) -> Option<PathBuf> {
    flag.or_else(|| std::env::var_os("SET_PRESTOP_REPORT").map(PathBuf::from))
}

/// One run: read, rewrite, write, tell.
fn run(args: &Args) -> u8 {
    match args.color {
        clap::ColorChoice::Always => anstream::ColorChoice::Always.write_global(),
        clap::ColorChoice::Never => anstream::ColorChoice::Never.write_global(),
        clap::ColorChoice::Auto => {}
    }
    let mut report = report(args.report.clone());
    let prepared = prepare(args).and_then(|prepared| {
        let checked = report
            .as_ref()
            .map(|path| files::check_report(path, &prepared.1));
        checked.transpose().inspect_err(|_| report = None)?;
        Ok(prepared)
    });
    let mut teller = Teller::new(args.quiet, args.message_format, report);
    let code = match prepared {
        Err(refused) => {
            let sources = refused
                .text
                .as_ref()
                .map(|(name, text)| Source::new(name, text));
            let positions = Positions::new(&sources.into_iter().collect::<Vec<_>>());
            teller.tell(&refused.messages, &positions, false);
            FAILED
        }
        Ok((config, inputs, told)) => {
            let settings = Settings {
                config,
                advice: args.explain,
                preview: args.diff,
                patches: matches!(args.output, Form::Kustomize | Form::Kubectl),
                fail_on: args.fail_on,
                threads: threads(&inputs),
                among_files: args.paths.len() > 1 || args.paths.iter().any(|path| path.is_dir()),
                ..Settings::default()
            };
            work(args, &settings, &inputs, told, &mut teller)
        }
    };
    match teller.finish() {
        Ok(()) => code,
        Err(()) => FAILED,
    }
}

/// Threads for the inputs: for small ones, asking the system takes longer than the work.
fn threads(inputs: &[Read]) -> usize {
    let bytes: usize = inputs.iter().map(|input| input.text.len()).sum();
    match bytes {
        0..SMALL => 1,
        _ => available_parallelism().map_or(1, NonZeroUsize::get),
    }
}

/// Why a run can't begin.
#[derive(Debug)]
struct Refused {
    messages: Vec<Message>,
    /// Name and text that the messages' places point into: what was read is no source of a run yet.
    text: Option<(String, String)>,
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

/// The configuration, the inputs, and what was to be told while they were read.
type Prepared = (Config, Vec<Read>, Vec<Message>);

/// Reads the configuration and the inputs. kustomize's plugin protocol is recognised by its only argument.
fn prepare(args: &Args) -> Result<Prepared, Refused> {
    let mut config = args.config.clone();
    let mut paths = args.paths.clone();
    if let Some(path) = &args.config_file {
        let text = files::read_text(path)?;
        config = config.over(parse_config(path, &text)?);
    } else if let [only] = paths.as_slice()
        && only.is_file()
        && !args.write
    {
        let text = files::read_text(only)?;
        if set_prestop::is_function_config(&text) {
            config = config.over(parse_config(only, &text)?);
            paths.clear();
        }
    }
    if args.write && (paths.is_empty() || paths.iter().any(|p| p.as_os_str() == "-")) {
        let message = Message::new(Reason::BadInput, "`--write` edits files, and stdin is none")
            .help("name files or folders, or leave `--write` out to get the result on stdout");
        return Err(message.into());
    }
    let (mut inputs, mut told) = files::read(&paths)?;
    if !args.context.is_empty() {
        let (context, more) = files::read_context(&args.context, inputs.len())?;
        inputs.extend(context);
        told.extend(more);
    }
    Ok((config, inputs, told))
}

fn parse_config(path: &std::path::Path, text: &str) -> Result<Config, Refused> {
    set_prestop::parse_config(text).map_err(|error| Refused {
        messages: vec![error.message("", 0)],
        text: Some((path.display().to_string(), text.to_owned())),
    })
}

fn work(
    args: &Args,
    settings: &Settings,
    inputs: &[Read],
    mut told: Vec<Message>,
    teller: &mut Teller,
) -> u8 {
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
            if let Err(message) = written {
                teller.tell(&[message], &positions, outcome.is_resource_list);
                return FAILED;
            }
            if !outcome.is_resource_list {
                teller.count(&outcome);
            }
            match outcome.ended {
                Ended::Pending => PENDING,
                Ended::Done | Ended::Checked => DONE,
            }
        }
        Err(mut failure) => {
            let is_resource_list = failure.is_resource_list;
            let messages = std::mem::take(&mut failure.messages);
            told.extend(messages);
            let printed = match (args.output, &failure.output) {
                (Form::Json, _) => {
                    print_line(&set_prestop::json_line(&failure.json(&told, &positions)))
                }
                (Form::Manifests, Some(output)) => print(output.pieces()),
                _ => Ok(()),
            };
            if let Err(message) = printed {
                teller.tell(&[message], &positions, is_resource_list);
            }
            teller.tell(&told, &positions, is_resource_list);
            FAILED
        }
    }
}

/// Writes what the run is asked for: the text, the diff, the drawing, the files.
///
/// A host that takes stdout for the manifests, as Helm 3 does, takes a blank one for "delete everything". So a run that
/// only looks ends with a line that nobody takes for a manifest; and `check` of a configuration, which a host may
/// not know of, hands the manifests on (docs/reference.md, section 5.2).
fn show(args: &Args, outcome: &Outcome<'_>, positions: &Positions<'_>) -> Result<(), Message> {
    if args.explain {
        print(std::iter::once(
            set_prestop::explain(&outcome.plans, positions).as_str(),
        ))?;
    }
    let mut shown = false;
    if args.diff {
        let diffs: Vec<String> = outcome.outputs.iter().map(Output::diff).collect();
        shown = diffs.iter().any(|diff| !diff.is_empty());
        print(diffs.iter().map(String::as_str))?;
    }
    if args.write {
        return Ok(());
    }
    let only_checks = args.config.check == Some(true) && !outcome.is_resource_list;
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
) -> Result<(), Message> {
    match form {
        Form::Kustomize => print(std::iter::once(outcome.kustomize()?.as_str())),
        Form::Kubectl => print(std::iter::once(outcome.kubectl()?.as_str())),
        Form::Json | Form::Manifests => {
            print_line(&set_prestop::json_line(&outcome.json(messages, positions)))
        }
    }
}

fn print_line(text: &str) -> Result<(), Message> {
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
fn print<'p>(pieces: impl Iterator<Item = &'p str>) -> Result<(), Message> {
    match files::write_pieces(&mut io::stdout().lock(), pieces) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        Err(error) => Err(Message::new(
            Reason::OutputFailed,
            format!("stdout can't be written: {error}"),
        )
        .help("check the disk or the program that reads it; what was written is not complete")),
        Ok(()) => Ok(()),
    }
}
