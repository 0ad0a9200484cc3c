//! The command line: the only room with files, environment, stdin and stdout. It uses only the library's public API.
#![expect(
    clippy::disallowed_methods,
    reason = "this is the room that reads and writes files, environment and streams"
)]

mod args;
#[cfg(test)]
mod documents;
mod files;
#[cfg(unix)]
mod large;
mod read;
mod render;
mod say;
mod streams;
mod tell;

use anyhow::Context as _;
use args::{Args, Explain, Form};
use clap::CommandFactory;
use read::{Inputs, Read};
use set_prestop::{
    Config, Drawing, Ended, Failure, Message, Outcome, Output, Positions, Settings, Severity,
    Source, Tense, file_name, rewrite,
};
use std::collections::HashSet;
use std::fmt;
use std::io::{self, IsTerminal};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::thread::available_parallelism;
use tell::Teller;

/// How a run ends, as its exit code says; of several renders the last of these counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Exit {
    /// Done, also with warnings.
    Done,
    /// `--check` found missing changes.
    Pending,
    /// Objects with an error were left as they are; the others are done.
    Skipped,
    /// An error; nothing was written.
    Failed,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(match exit {
            Exit::Done => 0,
            Exit::Pending => 1,
            Exit::Skipped => 3,
            Exit::Failed => 2,
        })
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
    if args.terminal {
        teller.on_terminal();
    }
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
    if !error.use_stderr() {
        // If the terminal is closed, nobody is left to tell.
        let _ = error.print();
        return Exit::Done;
    }
    // Helm 4 hides stderr, so a mistyped flag is visible only in the report.
    let mut teller = Teller::new(true, tell::MessageFormat::Text, report(None));
    if std::env::args_os().any(|arg| arg == "--terminal") {
        teller.on_terminal();
    }
    teller.show_lines(&error.render().ansi().to_string());
    teller.report(&error.render().to_string());
    let _ = teller.finish();
    Exit::Failed
}

/// Where the report goes: the flag, else the environment.
fn report(flag: Option<PathBuf>) -> Option<PathBuf> {
    flag.or_else(|| std::env::var_os("SET_PRESTOP_REPORT").map(PathBuf::from))
}

/// Runs one render, or several. As JSON each has its own answer; other forms print and write nothing if
/// one of them fails.
fn run(args: &Args, teller: &mut Teller) -> anyhow::Result<Exit> {
    let context = read::read_context(&args.context)?;
    let each: Vec<&[PathBuf]> = if args.each || args.render {
        args.paths.chunks(1).collect()
    } else {
        vec![&args.paths]
    };
    let together = if args.output == Form::Json {
        1
    } else {
        each.len()
    };
    let mut exit = Exit::Done;
    for paths in each.chunks(together.max(1)) {
        exit = exit.max(work(args, paths, &context, teller)?);
    }
    Ok(exit)
}

/// Threads for the inputs: for small ones, asking the system takes longer than the work.
fn threads(sources: &[Source<'_>]) -> usize {
    let bytes: usize = sources.iter().map(|source| source.text.len()).sum();
    match bytes {
        0..SMALL => 1,
        _ => available_parallelism().map_or(1, NonZeroUsize::get),
    }
}

/// Messages that stop a run before it begins, about a text that is not one of its sources.
#[derive(Debug)]
struct Refused {
    messages: Vec<Message>,
    /// The name and the text that the places of the messages refer to.
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
        Refused::from(say::unusable(&error))
    }
}

/// What there is to do for one render: its configuration, its inputs, and what is to be told of them.
struct Job<'c> {
    config: Config,
    /// The file that the configuration is from.
    config_file: Option<ConfigFile>,
    /// The inputs to change.
    own: Vec<Read>,
    context: Vec<&'c Read>,
    told: Vec<Message>,
}

impl<'c> Job<'c> {
    fn read(args: &Args, paths: &[PathBuf], context: &'c Inputs) -> anyhow::Result<Job<'c>> {
        let (config, paths, config_file) = configuration(args, paths)?;
        if args.write && (paths.is_empty() || paths.iter().any(|p| p.as_os_str() == "-")) {
            return Err(say::write_needs_files().into());
        }
        let rendered = match paths {
            [only] if args.render => render::run(only)?,
            _ => None,
        };
        let (mut own, mut told) = if let Some(read) = rendered {
            (vec![read], Vec::new())
        } else {
            let inputs = read::read(paths)?;
            (inputs.all, inputs.told)
        };
        if let Some(ConfigFile {
            found: Some(found), ..
        }) = &config_file
        {
            // In an input folder it is not a manifest.
            let real = read::real(found);
            own.retain(|read| !read.is(&real));
            told.push(say::configuration_found(found));
        }
        let idle = config_file.as_ref().filter(|file| file.sets_nothing);
        // One among the arguments may be there only for a host's protocol.
        if let (Some(_), Some(named)) = (idle, &args.config_file) {
            told.push(say::sets_nothing(named));
        }
        told.extend(context.told.iter().cloned());
        // An input to change is not also context.
        let files: HashSet<&Path> = own.iter().map(|read| read.real.as_path()).collect();
        let context = context.all.iter();
        let context = context.filter(|read| !files.contains(read.real.as_path()));
        let context = context.collect();
        let mut render = Job {
            config,
            config_file,
            own,
            context,
            told,
        };
        render
            .told
            .extend(read::empty(&render.all().collect::<Vec<_>>()));
        Ok(render)
    }

    /// The inputs; places refer to them by index.
    fn all(&self) -> impl Iterator<Item = &Read> {
        self.own.iter().chain(self.context.iter().copied())
    }
}

/// A file with a configuration.
struct ConfigFile {
    name: String,
    text: read::Text,
    /// Its path, if it was looked for and not named.
    found: Option<PathBuf>,
    sets_nothing: bool,
}

/// What is set for these paths: by flags, over the file that one names, that is the only path, or that was found. Also the paths that
/// hold manifests, and that file.
fn configuration<'p>(
    args: &Args,
    paths: &'p [PathBuf],
) -> Result<(Config, &'p [PathBuf], Option<ConfigFile>), Refused> {
    let flags = || args.config.clone();
    let of_file = |path: &Path, found| {
        let text = read::read_text(path)?;
        configured(flags(), path, text, found, set_prestop::parse_config)
    };
    if let Some(path) = &args.config_file {
        let (config, file) = of_file(path, None)?;
        return Ok((config, paths, Some(file)));
    }
    // kustomize's plugin protocol is recognised by its only argument.
    if let [only] = paths
        && only.is_file()
        && !(args.write || args.each || args.render)
    {
        let text = read::read_text(only)?;
        if let Some(read) = set_prestop::function_config(&text) {
            let (config, file) = configured(flags(), only, text, None, |_| read)?;
            return Ok((config, &[], Some(file)));
        }
    }
    let first = paths.first().filter(|_| !args.no_config);
    match first.and_then(|first| read::configuration_of(first)) {
        Some(found) => {
            let (config, file) = of_file(&found, Some(found.clone()))?;
            Ok((config, paths, Some(file)))
        }
        None => Ok((flags(), paths, None)),
    }
}

/// The settings: flags and environment over the configuration file.
fn configured(
    config: Config,
    path: &Path,
    text: read::Text,
    found: Option<PathBuf>,
    read: impl FnOnce(&str) -> Result<Config, Vec<Message>>,
) -> Result<(Config, ConfigFile), Refused> {
    let name = path.display().to_string();
    match read(&text) {
        Ok(read) => {
            let file = ConfigFile {
                name,
                text,
                found,
                sets_nothing: read == Config::default(),
            };
            Ok((config.over(read), file))
        }
        Err(messages) => Err(Refused {
            messages,
            text: Some((name, text.to_string())),
        }),
    }
}

/// Renders that are printed and written all together, or not at all.
fn work(
    args: &Args,
    renders: &[&[PathBuf]],
    context: &Inputs,
    teller: &mut Teller,
) -> anyhow::Result<Exit> {
    let read: Vec<_> = renders
        .iter()
        .map(|paths| Job::read(args, paths, context))
        .collect();
    let is_input = |report: &Path| {
        let report = read::real(report);
        let mut inputs = read.iter().flatten().flat_map(Job::all);
        inputs.any(|input| input.is(&report))
    };
    teller.open(is_input)?;
    let sources: Vec<Vec<Source<'_>>> = read
        .iter()
        .map(|render| render.iter().flat_map(Job::all).map(Read::source).collect())
        .collect();
    let mut runs: Vec<Run<'_>> = Vec::new();
    for ((paths, read), sources) in renders.iter().zip(&read).zip(&sources) {
        let name = paths.first().filter(|_| args.each || args.render);
        let name = name.map(|path| path.display().to_string());
        let run = match read {
            Ok(render) => Run::of(args, name, render, sources),
            Err(error) => Run::refused(name, error),
        };
        runs.push(run);
    }
    let fails = runs.iter().any(|run| run.ended.is_err());
    let mut printed = if fails {
        print_failed(args, &runs)
    } else {
        print_done(args, &runs)
    };
    if args.write && !fails && printed.is_ok() {
        printed = write_files(&mut runs);
    }
    for run in &runs {
        run.tell(args, fails, printed.is_ok(), teller);
    }
    printed?;
    let exits = runs.iter().map(Run::exit);
    Ok(exits.max().unwrap_or(Exit::Done))
}

/// Writes the files of renders that all came to their end.
fn write_files(runs: &mut [Run<'_>]) -> anyhow::Result<()> {
    let outcomes = runs
        .iter()
        .filter_map(|run| Some((run.own, run.ended.as_ref().ok()?)));
    let all: Vec<_> = outcomes
        .map(|(own, outcome)| (own, outcome.outputs.as_slice()))
        .collect();
    let told = files::write(&all).map_err(|error| unwritten(&error))?;
    for (run, told) in runs.iter_mut().zip(told) {
        run.told.extend(told);
    }
    Ok(())
}

/// A render, and how its run ended.
struct Run<'s> {
    /// Its argument, if there are several renders.
    name: Option<String>,
    own: &'s [Read],
    /// Files that were read: those to change, and those of the context.
    files: (usize, usize),
    positions: Positions<'s>,
    told: Vec<Message>,
    ended: Result<Outcome<'s>, Failure<'s>>,
}

impl<'s> Run<'s> {
    fn of(
        args: &Args,
        name: Option<String>,
        render: &'s Job<'_>,
        sources: &'s [Source<'s>],
    ) -> Run<'s> {
        let settings = Settings {
            config: render.config.clone(),
            advice: args.explain.is_some(),
            preview: !args.write && (args.diff || args.explain.is_some()),
            addresses: args.explain.is_some() || args.output == Form::Json,
            patches: matches!(args.output, Form::Kustomize | Form::Kubectl),
            gate: args.checks,
            fail_on: args.fail_on,
            threads: threads(sources),
            among_files: args.paths.len() > 1 || args.paths.iter().any(|path| path.is_dir()),
            one_folder: args.write || args.output != Form::Manifests,
            ..Settings::default()
        };
        let mut ended = rewrite(sources, &settings);
        let mut told = std::mem::take(match &mut ended {
            Ok(outcome) => &mut outcome.messages,
            Err(failure) => &mut failure.messages,
        });
        told.splice(0..0, render.told.iter().cloned());
        let own = render.own.iter().filter(|read| read.path.is_some());
        let mut sources = sources.to_vec();
        // A flag's value is not that of the file.
        if let Some(file) = &render.config_file
            && args.config.ingress_class.is_none()
            && set_prestop::place_in_config(&file.text, sources.len(), &mut told)
        {
            sources.push(Source::new(&file.name, &file.text));
        }
        Run {
            name,
            own: &render.own,
            files: (own.count(), render.context.len()),
            positions: Positions::new(&sources),
            told,
            ended,
        }
    }

    /// A render that could not be read.
    fn refused(name: Option<String>, error: &'s anyhow::Error) -> Run<'s> {
        let (told, text) = match error.downcast_ref::<Refused>() {
            Some(refused) => (refused.messages.clone(), refused.text.as_ref()),
            None => (vec![tell::message_of(error)], None),
        };
        let sources = text.map(|(name, text)| Source::new(name, text));
        Run {
            name,
            own: &[],
            files: (0, 0),
            positions: Positions::new(sources.as_slice()),
            told,
            ended: Err(Failure {
                messages: Vec::new(),
                output: None,
                is_resource_list: false,
            }),
        }
    }

    fn exit(&self) -> Exit {
        match self.ended.as_ref().map(|outcome| outcome.ended) {
            Ok(Ended::Pending) => Exit::Pending,
            Ok(Ended::Skipped) => Exit::Skipped,
            Ok(Ended::Done | Ended::Checked) => Exit::Done,
            Err(_) => Exit::Failed,
        }
    }

    fn tell(&self, args: &Args, fails: bool, printed: bool, teller: &mut Teller) {
        let is_resource_list = match &self.ended {
            Ok(outcome) => outcome.is_resource_list,
            Err(failure) => failure.is_resource_list,
        };
        teller.render(self.name.clone());
        match &self.ended {
            // Infos tell what was done, and nothing was.
            Ok(_) if fails || !printed => {
                let told = self.told.iter();
                let told = told.filter(|m| m.severity >= Severity::Warning);
                let told: Vec<Message> = told.cloned().collect();
                teller.tell(&told, &self.positions, is_resource_list, None);
            }
            Ok(outcome) => {
                let drawn = args.explain.map(|_| outcome.plans.as_slice());
                if drawn.is_some() || args.diff {
                    teller.set_apart();
                }
                teller.tell(&self.told, &self.positions, is_resource_list, drawn);
                if printed && !is_resource_list {
                    teller.count(outcome, self.files, tense(args, outcome), drawn.is_some());
                }
            }
            Err(_) => teller.tell(&self.told, &self.positions, is_resource_list, None),
        }
    }

    /// Patches, or why there are none, with the text that this is about.
    fn patches(&self, made: Result<String, Message>) -> Result<String, Refused> {
        made.map_err(|mut message| {
            let place = message.place.as_mut();
            let source = place.and_then(|place| {
                let (source, _) = self.positions.of(place)?;
                place.source = 0;
                Some((source.name.to_owned(), source.text.to_owned()))
            });
            Refused {
                messages: vec![message],
                text: source,
            }
        })
    }

    fn json(&self) -> String {
        let (name, told, positions) = (self.name.as_deref(), &self.told, &self.positions);
        let answer = match &self.ended {
            Ok(outcome) => outcome.answer(name, told, positions),
            Err(failure) => failure.answer(name, told, positions),
        };
        set_prestop::json(&answer, positions)
    }
}

/// What is printed if a render fails: the JSON answer, and the ResourceList of a host.
fn print_failed(args: &Args, runs: &[Run<'_>]) -> anyhow::Result<()> {
    let failures = runs
        .iter()
        .filter_map(|run| Some((run, run.ended.as_ref().err()?)));
    for (run, failure) in failures {
        match (args.output, &failure.output) {
            (Form::Json, _) => print_line(&run.json())?,
            (Form::Manifests, Some(output)) => print(output.pieces())?,
            _ => {}
        }
    }
    Ok(())
}

/// Prints the requested form of renders that all succeeded.
fn print_done(args: &Args, runs: &[Run<'_>]) -> anyhow::Result<()> {
    let outcomes = || {
        runs.iter()
            .filter_map(|run| Some((run, run.ended.as_ref().ok()?)))
    };
    let several = runs.len() > 1;
    match args.output {
        Form::Manifests => show(args, &outcomes().collect::<Vec<_>>()),
        Form::Json => outcomes().try_for_each(|(run, _)| print_line(&run.json())),
        Form::Kustomize => {
            let all = outcomes().map(|(run, outcome)| run.patches(outcome.kustomize()));
            let all = all.collect::<Result<Vec<String>, Refused>>()?;
            let between = if several { "---\n" } else { "" };
            print(all.iter().flat_map(|text| [between, text]))
        }
        Form::Kubectl => {
            let all = outcomes().map(|(run, outcome)| run.patches(outcome.kubectl()));
            let all = all.collect::<Result<Vec<String>, Refused>>()?;
            print(all.iter().map(String::as_str))
        }
    }
}

/// Writes what was requested: the text, the diff, the drawing, or the files.
///
/// A host that takes stdout for the manifests, as Helm 3 does, reads a blank one as "delete everything". So a run that
/// changes nothing ends with a line that no host accepts as a manifest; and `check` of a configuration, which a host may
/// not know about, passes the manifests on (docs/reference.md, section 5.2).
fn show(args: &Args, runs: &[(&Run<'_>, &Outcome<'_>)]) -> anyhow::Result<()> {
    if let Some(explain) = args.explain {
        draw(args, explain, runs)?;
    }
    let mut shown = false;
    if args.diff {
        let colour = tell::look(&io::stdout()).colour;
        let diffs = runs.iter().flat_map(|(run, outcome)| {
            let outputs = outcome.outputs.iter();
            outputs.map(|output| set_prestop::diff(output, &outcome.plans, &run.positions, colour))
        });
        let diffs: Vec<String> = diffs.collect();
        shown = diffs.iter().any(|diff| !diff.is_empty());
        print(diffs.iter().map(String::as_str))?;
    }
    if args.write {
        return Ok(());
    }
    let is_resource_list = runs.iter().any(|(_, outcome)| outcome.is_resource_list);
    let only_checks = args.checks && !is_resource_list;
    if args.explain.is_some() || args.diff || only_checks {
        let changes = runs.iter().any(|(_, outcome)| outcome.counts.changes > 0);
        // Some programs reject a diff that ends with a sentence, and a drawing already ends with what to do.
        if shown || args.explain.is_some() && !only_checks && changes {
            return Ok(());
        }
        return print(std::iter::once(looked_at(runs).as_str()));
    }
    let outputs = runs.iter().flat_map(|(_, outcome)| &outcome.outputs);
    let outputs: Vec<&Output<'_>> = outputs.collect();
    if is_resource_list {
        return print(outputs.iter().flat_map(|output| output.pieces()));
    }
    print_manifests(&outputs)
}

/// Draws what each render decided.
fn draw(args: &Args, explain: Explain, runs: &[(&Run<'_>, &Outcome<'_>)]) -> anyhow::Result<()> {
    for (number, (run, outcome)) in runs.iter().enumerate() {
        let title = run
            .name
            .iter()
            .map(|name| format!("{}\n\n", file_name(name)));
        let tense = tense(args, outcome);
        let is_last = number + 1 == runs.len();
        let drawing = Drawing {
            look: tell::look(&io::stdout()),
            short: explain == Explain::Short,
            tense,
            next: (tense == Tense::Would && is_last && !args.render).then(|| next(args)),
        };
        let drawing = outcome.explain(&run.told, &run.positions, &drawing);
        let between = if is_last { "" } else { "\n" };
        let drawing = format!("{drawing}{between}");
        let parts: Vec<String> = title.chain([drawing]).collect();
        print(parts.iter().map(String::as_str))?;
    }
    Ok(())
}

/// Prints manifests. Files printed one after another are documents of one stream.
fn print_manifests(outputs: &[&Output<'_>]) -> anyhow::Result<()> {
    let several = outputs.len() > 1;
    let mut unfinished = false;
    for output in outputs {
        if several && !output.source.text.is_empty() {
            let separated = output.source.text.starts_with("---");
            let end = if unfinished { "\n" } else { "" };
            let mark = if separated { "" } else { "---\n" };
            print([end, mark].into_iter())?;
        }
        print(output.pieces())?;
        unfinished = !output.source.text.ends_with('\n') && !output.source.text.is_empty();
    }
    Ok(())
}

fn print_line(text: &str) -> anyhow::Result<()> {
    print([text, "\n"].into_iter())
}

/// Whether a run made its changes, or shows them.
fn tense(args: &Args, outcome: &Outcome<'_>) -> Tense {
    let looks = args.diff || args.explain.is_some();
    if args.write || !looks && outcome.ended != Ended::Pending {
        Tense::Done
    } else {
        Tense::Would
    }
}

/// The command that makes the changes that this run only shows.
fn next(args: &Args) -> String {
    let shows = |arg: &str| {
        let short = arg
            .strip_prefix('-')
            .is_some_and(|rest| rest.trim_matches(['e', 'd']).is_empty());
        arg.starts_with("--explain")
            || ["--diff", "--check"].contains(&arg)
            || short && arg.len() > 1
    };
    let typed = std::env::args().skip(1).filter(|arg| !shows(arg));
    let mut words = vec!["set-prestop".to_owned()];
    words.extend((!args.paths.is_empty()).then(|| "--write".to_owned()));
    words.extend(typed);
    let words = words
        .iter()
        .map(|word| shlex::try_quote(word).map_or(word.clone(), Into::into));
    let words = words.collect::<Vec<_>>().join(" ");
    if args.paths.is_empty() {
        format!("… | {words}")
    } else {
        words
    }
}

/// A summary for runs that print no manifests. As YAML it is a string, neither a mapping nor a comment.
fn looked_at(runs: &[(&Run<'_>, &Outcome<'_>)]) -> String {
    let number = |count: usize, one: &str| match count {
        1 => format!("1 {one}"),
        _ => format!("{count} {one}s"),
    };
    let sum = |of: fn(&Outcome<'_>) -> usize| runs.iter().map(|(_, outcome)| of(outcome)).sum();
    let mut checked = number(sum(|outcome| outcome.counts.workloads), "workload");
    if runs.iter().any(|(run, _)| run.name.is_some()) {
        checked.extend([" of ", &number(runs.len(), "render")]);
    }
    match sum(|outcome| outcome.counts.changes) {
        0 => format!("set-prestop checked {checked}, nothing to change\n"),
        count => format!(
            "set-prestop checked {checked}, {} missing\n",
            number(count, "change")
        ),
    }
}

fn unwritten(error: &anyhow::Error) -> Message {
    let denied = |cause: &(dyn std::error::Error + 'static)| {
        let cause = cause.downcast_ref::<io::Error>();
        cause.is_some_and(|error| error.kind() == io::ErrorKind::PermissionDenied)
    };
    say::unwritten(error, error.chain().any(denied))
}

/// Writes to stdout. A broken pipe is not an error: the reader wanted no more.
fn print<'p>(pieces: impl Iterator<Item = &'p str>) -> anyhow::Result<()> {
    let mut pieces = pieces.filter(|piece| !piece.is_empty()).peekable();
    if pieces.peek().is_none() {
        return Ok(());
    }
    let open = streams::stdout_is_open();
    match open.and_then(|()| files::write_pieces(&mut io::stdout().lock(), pieces)) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => written.context(say::stdout_failed()),
    }
}
