//! The only place that writes to stderr and to the report.

use super::{Refused, say};
use anstream::{AutoStream, ColorChoice};
use anyhow::Context as _;
use set_prestop::{
    Look, Message, Outcome, Plan, Positions, Reason, Sarif, Severity, Source, Tense, draws,
    file_name, json, write_command, write_message, write_picture,
};
use std::cell::RefCell;
use std::fmt::Write as _;
use std::fs::{self, File, OpenOptions};
use std::io::{IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};

/// The width if there is no terminal: in a log, or in a pipe.
const WIDTH: usize = 140;

/// Bytes of messages that are held before they are written: there may be more of them than of the input.
const ROOM: usize = 1 << 16;

/// How messages are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum MessageFormat {
    /// For people: the line that a warning or an error is about, its place underlined. In a ResourceList as `short`
    #[default]
    Text,
    /// A line for each message, and one for what to do
    Short,
    /// A JSON object for each message, one a line
    Json,
    /// Workflow commands of GitHub Actions, which annotate a pull request
    Github,
    /// SARIF 2.1.0, for code scanning
    Sarif,
}

/// The look of a stream: colours by `--color`, `NO_COLOR` and `CLICOLOR_FORCE`, and the width of the terminal.
pub(crate) fn look<S: anstream::stream::RawStream>(stream: &S) -> Look {
    let width = terminal_size::terminal_size().map(|(width, _)| usize::from(width.0));
    let width = width.filter(|width| stream.is_terminal() && *width > 0);
    Look {
        colour: AutoStream::choice(stream) != ColorChoice::Never,
        width: width.unwrap_or(WIDTH),
        wraps: width.is_some(),
    }
}

/// How messages look on the terminal that is written to, or else on stderr.
fn look_of(terminal: Option<&AutoStream<File>>) -> Look {
    match terminal {
        Some(terminal) => look(terminal.as_inner()),
        None => look(&std::io::stderr()),
    }
}

/// The stderr of the program that started this one, if it is a pipe: both would write over each other in a file.
#[cfg(target_os = "linux")]
fn log_of_the_host() -> Option<File> {
    use std::os::unix::{fs::FileTypeExt as _, process::parent_id};
    let path = format!("/proc/{}/fd/2", parent_id());
    let is_pipe = fs::metadata(&path).is_ok_and(|file| file.file_type().is_fifo());
    // For writing alone, opening waits until somebody reads.
    let open = || OpenOptions::new().read(true).write(true).open(&path).ok();
    is_pipe.then(open).flatten()
}

#[cfg(not(target_os = "linux"))]
fn log_of_the_host() -> Option<File> {
    None
}

/// Writes messages to stderr, and all of them to the report.
pub(crate) struct Teller {
    quiet: bool,
    /// The terminal, if it is written to in place of stderr.
    terminal: Option<AutoStream<File>>,
    /// The render that the messages are about, if there may be several.
    render: Option<String>,
    /// Whether an empty line goes before what is written next.
    apart: bool,
    log: Log,
    report: Option<(PathBuf, Log)>,
}

impl Teller {
    pub(crate) fn new(quiet: bool, format: MessageFormat, report: Option<PathBuf>) -> Teller {
        Teller {
            quiet,
            terminal: None,
            render: None,
            apart: false,
            log: Log::new(format),
            report: report.map(|path| {
                let log = Log::new(named(&path));
                (path, log)
            }),
        }
    }

    /// Writes to the terminal that the process belongs to in place of stderr, if there is one: some hosts hide stderr.
    /// In CI there is none, and the host's own stderr leads to the log.
    pub(crate) fn on_terminal(&mut self) {
        let name = if cfg!(windows) { "CONOUT$" } else { "/dev/tty" };
        let opened = OpenOptions::new().write(true).open(name);
        let opened = opened.ok().or_else(log_of_the_host);
        self.terminal = opened.map(AutoStream::auto);
    }

    /// What follows is on the same terminal as a drawing or a diff, so an empty line goes before it.
    pub(crate) fn set_apart(&mut self) {
        self.apart = std::io::stdout().is_terminal() && std::io::stderr().is_terminal();
    }

    /// Writes a text for people.
    pub(crate) fn show(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        if std::mem::take(&mut self.apart) {
            self.show("\n");
        }
        // Where nothing can be taken out, no byte has to be looked at for it.
        let plain = |byte: u8| matches!(byte, b' '..=b'~' | b'\n');
        let is_plain = text.bytes().fold(true, |all, byte| all & plain(byte));
        // If nothing can be written, nobody is left to tell.
        let _ = match &mut self.terminal {
            Some(terminal) => terminal.write_all(text.as_bytes()),
            None if is_plain => std::io::stderr().write_all(text.as_bytes()),
            None => anstream::stderr().write_all(text.as_bytes()),
        };
    }

    /// Writes lines for people, as wide as the terminal.
    pub(crate) fn show_lines(&mut self, text: &str) {
        let look = look_of(self.terminal.as_ref());
        let lines: Vec<String> = text.split('\n').map(|line| look.fitted(line)).collect();
        self.show(&lines.join("\n"));
    }

    /// What follows is about this render.
    pub(crate) fn render(&mut self, name: Option<String>) {
        self.render = name;
    }

    /// Writes messages. Those of a ResourceList are in its results, so stderr gets only warnings and errors. `drawn` are the
    /// plans of a drawing on stdout.
    pub(crate) fn tell(
        &mut self,
        messages: &[Message],
        positions: &Positions<'_>,
        is_resource_list: bool,
        drawn: Option<&[Plan]>,
    ) {
        if let Some((_, log)) = &mut self.report {
            log.tell(
                self.render.as_deref(),
                &messages.iter().collect::<Vec<_>>(),
                positions,
                is_resource_list,
                || look(&std::io::stderr()),
                &mut |_| (),
            );
        }
        let silent = self.quiet || is_resource_list;
        let is_drawn = self.is_drawn(drawn.is_some());
        let drawn = drawn.unwrap_or_default();
        let drawn = |message: &Message| is_drawn && draws(message, drawn);
        let shown: Vec<&Message> = messages
            .iter()
            .filter(|message| message.severity >= Severity::Warning || !silent)
            .filter(|message| !drawn(message))
            .collect();
        let mut log = std::mem::replace(&mut self.log, Log::new(MessageFormat::Text));
        let render = self.render.take();
        let teller = RefCell::new(&mut *self);
        let look = || look_of(teller.borrow().terminal.as_ref());
        let mut written = |text: &mut String| {
            if text.len() >= ROOM {
                teller.borrow_mut().show(text);
                text.clear();
            }
        };
        let name = render.as_deref();
        log.tell(
            name,
            &shown,
            positions,
            is_resource_list,
            look,
            &mut written,
        );
        self.show(&log.text);
        log.text.clear();
        self.log = log;
        self.render = render;
    }

    /// Whether stderr leaves out what the drawing on stdout shows: only if both are a terminal.
    fn is_drawn(&self, drawn: bool) -> bool {
        let seen = || std::io::stdout().is_terminal() && std::io::stderr().is_terminal();
        drawn && self.log.format == MessageFormat::Text && seen()
    }

    /// Adds a text only to the report.
    pub(crate) fn report(&mut self, text: &str) {
        if let Some((_, log)) = &mut self.report {
            log.text.push_str(text);
        }
    }

    /// The last line: how many workloads there are and in how many files (and in those of the context), what is in front of them,
    /// and how many change.
    pub(crate) fn count(
        &mut self,
        outcome: &Outcome<'_>,
        files: (usize, usize),
        tense: Tense,
        drawn: bool,
    ) {
        let plural = |count| if count == 1 { "" } else { "s" };
        let files = match files {
            (0, 0) => String::new(),
            (count, 0) => format!(" in {count} file{}", plural(count)),
            (0, context) => format!(" (context: {context} file{})", plural(context)),
            (count, context) => {
                format!(" in {count} file{} (context: {context})", plural(count))
            }
        };
        let found = outcome.summary(tense, &files);
        let line = match &self.render {
            Some(render) => format!("{}: {found}", file_name(render)),
            None => found,
        };
        if let Some((_, log)) = &mut self.report {
            log.line(&line);
        }
        if !self.quiet && !self.is_drawn(drawn) {
            let line = look_of(self.terminal.as_ref()).fitted(&line);
            self.log.line(&line);
            let text = std::mem::take(&mut self.log.text);
            self.show(&text);
        }
    }

    /// Opens the report before anything is written, so that a run whose report cannot be written changes nothing.
    pub(crate) fn open(&mut self, is_input: impl Fn(&Path) -> bool) -> anyhow::Result<()> {
        if let Some((path, _)) = &self.report {
            if is_input(path) {
                let message = say::report_is_input(path);
                self.report = None;
                return Err(message.into());
            }
            let opened = OpenOptions::new().create(true).append(true).open(path);
            if let Err(error) = opened.with_context(|| say::report_failed(path)) {
                self.report = None;
                return Err(error);
            }
        }
        Ok(())
    }

    /// Writes an error that stops the run, with its causes. This is the only place that does.
    pub(crate) fn fail(&mut self, error: &anyhow::Error) {
        if let Some(refused) = error.downcast_ref::<Refused>() {
            let text = refused.text.iter();
            let sources: Vec<_> = text.map(|(name, text)| Source::new(name, text)).collect();
            self.tell(&refused.messages, &Positions::new(&sources), false, None);
        } else {
            self.tell(&[message_of(error)], &Positions::new(&[]), false, None);
        }
    }

    /// Writes the end of the messages, and the report.
    pub(crate) fn finish(mut self) -> anyhow::Result<()> {
        let last = std::mem::replace(&mut self.log, Log::new(MessageFormat::Text)).end();
        self.show(&last);
        let Some((path, log)) = self.report else {
            return Ok(());
        };
        fs::write(&path, log.end()).with_context(|| say::report_failed(&path))
    }
}

/// An error as a message: what was being done, followed by the error of the system.
pub(crate) fn message_of(error: &anyhow::Error) -> Message {
    let causes = |skip| {
        let causes = error.chain().skip(skip).map(ToString::to_string);
        causes.collect::<Vec<_>>()
    };
    match error.downcast_ref::<Message>() {
        Some(message) => {
            let mut message = message.clone();
            message.text = [vec![message.text], causes(1)].concat().join(": ");
            message
        }
        None => Message::new(Reason::OutputFailed, causes(0).join(": ")),
    }
}

/// Prints an error that comes too late for the report.
pub(crate) fn print_error(error: &anyhow::Error) {
    let mut text = String::new();
    let _ = write_message(&mut text, &message_of(error), &Positions::new(&[]), false);
    // If stderr is closed, nobody is left to tell.
    let _ = anstream::stderr().write_all(text.as_bytes());
}

/// The form of a report, by the ending of its name; else lines of text.
fn named(path: &Path) -> MessageFormat {
    match path.extension().and_then(std::ffi::OsStr::to_str) {
        Some("sarif") => MessageFormat::Sarif,
        Some("json" | "jsonl") => MessageFormat::Json,
        _ => MessageFormat::Short,
    }
}

/// A message with the name of its render, for programs.
#[derive(serde::Serialize)]
struct Told<'a> {
    #[serde(flatten)]
    message: &'a Message,
    #[serde(skip_serializing_if = "Option::is_none")]
    render: Option<&'a str>,
}

/// A message without a place, with the name of its render before its text.
fn with_name(message: &Message, render: &str) -> Message {
    let mut message = message.clone();
    if message.place.is_none() {
        message.text = format!("{render}: {}", message.text);
    }
    message
}

/// Draws messages for people. Of several that need the same help, one after the other, the last one has it. After each of them
/// `written` may take the text.
fn draw(
    text: &mut String,
    messages: &[&Message],
    positions: &Positions<'_>,
    look: Look,
    written: &mut dyn FnMut(&mut String),
) {
    let mut rest = messages.iter().peekable();
    let mut behind_a_line = false;
    while let Some(message) = rest.next() {
        let again = rest
            .peek()
            .is_some_and(|next| (next.reason, &next.help) == (message.reason, &message.help));
        let start = text.len();
        write_picture(text, message, positions, look, !again);
        let is_picture = text.ends_with("\n\n");
        if look.wraps && is_picture && behind_a_line {
            text.insert(start, '\n');
        }
        behind_a_line = !is_picture;
        written(text);
    }
}

/// Messages for one reader.
struct Log {
    format: MessageFormat,
    text: String,
    sarif: Sarif,
}

impl Log {
    fn new(format: MessageFormat) -> Log {
        Log {
            format,
            text: String::new(),
            sarif: Sarif::default(),
        }
    }

    /// Each form names the render of its messages: as a line above them, as a field, or as a word if there is no place. After each
    /// message `written` may take the text.
    fn tell(
        &mut self,
        render: Option<&str>,
        messages: &[&Message],
        positions: &Positions<'_>,
        is_resource_list: bool,
        look: impl Fn() -> Look,
        written: &mut dyn FnMut(&mut String),
    ) {
        let named: Vec<Message>;
        let mut messages = messages.to_vec();
        let text = &mut self.text;
        match (self.format, render) {
            (MessageFormat::Text | MessageFormat::Short, Some(render)) if !messages.is_empty() => {
                text.extend([&file_name(render), ":\n"]);
            }
            (MessageFormat::Github | MessageFormat::Sarif, Some(render)) => {
                named = messages.iter().map(|m| with_name(m, render)).collect();
                messages = named.iter().collect();
            }
            _ => {}
        }
        // A `String` takes everything.
        match self.format {
            // A function without messages does not look at its terminal.
            MessageFormat::Text if !is_resource_list && !messages.is_empty() => {
                draw(text, &messages, positions, look(), written);
            }
            MessageFormat::Text | MessageFormat::Short => {
                for message in messages {
                    let _ = write_message(text, message, positions, is_resource_list);
                    written(text);
                }
            }
            MessageFormat::Json => {
                for message in messages {
                    let told = Told { message, render };
                    let _ = writeln!(text, "{}", json(&told, positions));
                    written(text);
                }
            }
            MessageFormat::Github => {
                for message in messages {
                    let _ = write_command(text, message, positions);
                    written(text);
                }
            }
            MessageFormat::Sarif => {
                for message in messages {
                    self.sarif.add(message, positions);
                }
            }
        }
    }

    /// A line that is not a message; programs that read JSON do not get it.
    fn line(&mut self, line: &str) {
        if !matches!(self.format, MessageFormat::Json | MessageFormat::Sarif) {
            self.text.extend([line, "\n"]);
        }
    }

    fn end(self) -> String {
        match self.format {
            MessageFormat::Sarif => format!("{}{}", self.text, self.sarif),
            _ => self.text,
        }
    }
}
