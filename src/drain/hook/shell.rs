//! Scripts of a POSIX shell, as far as it takes to see whether they sleep first.
//!
//! The grammar is that of simple commands (POSIX, Shell Command Language, 2.9.1): words, assignments and redirections, ended by
//! `;`, `&&` or a line break. Commands that take no time may stand before the sleep. Anything else is a reason why not.

use super::{Timed, base_name, duration};
use crate::model::NotASleep;
use std::ops::Range;

/// Commands that take no time. Comments and assignments take none either.
const INSTANT: [&str; 8] = [
    "set", "echo", "printf", ":", "true", "date", "trap", "export",
];

/// Commands that run the words after them as a command.
const RUNS_THE_REST: [&str; 4] = ["exec", "command", "env", "busybox"];

/// A word of a script.
#[derive(Debug)]
struct Word<'s> {
    /// As it is written, with its quotes.
    raw: &'s str,
    /// Its bytes in the script.
    range: Range<usize>,
}

/// What ends a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    /// `;`, `&&` or a line break: the next command runs when this one is done.
    Next,
    /// The end of the script.
    Script,
    /// `&`: nobody waits.
    Background,
    /// `|`, `||`, `;;`, or a bracket.
    Other(&'static str),
}

/// A simple command; its redirections are left out.
#[derive(Debug)]
struct Command<'s> {
    words: Vec<Word<'s>>,
    end: End,
}

impl<'s> Word<'s> {
    /// Its text, and the byte of the script at which that begins; none if the shell makes something else of it.
    fn literal(&self) -> Option<(&'s str, usize)> {
        let mut inner = (self.raw, self.range.start);
        for quote in ['"', '\''] {
            let unquoted = self
                .raw
                .strip_prefix(quote)
                .and_then(|r| r.strip_suffix(quote));
            if let Some(text) = unquoted {
                inner = (text, self.range.start + 1);
                break;
            }
        }
        let plain = |c: char| !matches!(c, '$' | '`' | '"' | '\'' | '\\' | '*' | '?' | '[' | '~');
        inner.0.chars().all(plain).then_some(inner)
    }

    /// Whether the shell runs a command for it.
    fn runs(&self) -> bool {
        // The time, or who it is, for a line in a log.
        const INSTANT: [&str; 5] = ["date", "hostname", "whoami", "pwd", "id"];
        let mut run = self.raw.split("$(").skip(1);
        self.raw.contains('`')
            || run.any(|command| {
                let end = command.find(|c: char| !c.is_ascii_alphanumeric());
                let (name, rest) = command.split_at(end.unwrap_or(command.len()));
                !INSTANT.contains(&name) || !rest.starts_with([' ', ')'])
            })
    }

    fn is_assignment(&self) -> bool {
        let Some((name, _)) = self.raw.split_once('=') else {
            return false;
        };
        let mut bytes = name.bytes();
        bytes
            .next()
            .is_some_and(|b| b.is_ascii_alphabetic() || b == b'_')
            && bytes.all(|b| b.is_ascii_alphanumeric() || b == b'_')
    }
}

impl<'s> Command<'s> {
    /// The words after assignments, and after what only runs the words that follow it.
    fn program(&self) -> &[Word<'s>] {
        let assignments = self.words.iter().take_while(|word| word.is_assignment());
        let mut words = self.words.get(assignments.count()..).unwrap_or_default();
        while let Some((first, rest)) = words.split_first()
            && RUNS_THE_REST.contains(&base_name(first.raw))
            && !rest.is_empty()
        {
            words = rest;
        }
        words
    }

    /// Whether it takes no time.
    fn is_instant(&self) -> bool {
        let name = self.program().first().map(|word| base_name(word.raw));
        let known = name.is_none_or(|name| INSTANT.contains(&name));
        known && self.end == End::Next && !self.words.iter().any(Word::runs)
    }

    fn is_sleep(&self) -> bool {
        let name = self.program().first().and_then(Word::literal);
        name.is_some_and(|(name, _)| base_name(name) == "sleep")
    }

    fn text(&self) -> String {
        let words: Vec<&str> = self.words.iter().map(|word| word.raw).collect();
        words.join(" ")
    }
}

/// The sleep with which a script begins, but for commands that take no time.
///
/// # Errors
/// Why there is none.
pub(super) fn sleep(script: &str) -> Result<Timed, NotASleep> {
    let mut commands = commands(script).into_iter();
    let mut first = commands.find(|command| !command.is_instant());
    // What sets variables or talks, and nothing more.
    let Some(first) = first.take() else {
        return Err(NotASleep::NoSleep(script.trim().to_owned()));
    };
    if !first.is_sleep() {
        let sleeps = commands.any(|command| command.is_sleep());
        return Err(if sleeps {
            NotASleep::RunsFirst(first.text())
        } else {
            NotASleep::NoSleep(first.text())
        });
    }
    let words = first.program().get(1..).unwrap_or_default();
    let found = match words {
        [word] => {
            let (text, at) = word.literal().ok_or_else(|| unreadable_time(word.raw))?;
            let found = duration(text).filter(|found| found.end == text.len());
            let found = found.ok_or_else(|| unreadable_time(text))?;
            Timed {
                at,
                found,
                scale: 1,
            }
        }
        [] => return Err(NotASleep::Command("sleep".to_owned())),
        several => {
            let words: Vec<&str> = several.iter().map(|word| word.raw).collect();
            return Err(more_words(&words));
        }
    };
    match first.end {
        End::Next | End::Script => Ok(found),
        End::Background => Err(NotASleep::Background),
        End::Other(operator) => Err(NotASleep::Joined(operator.to_owned())),
    }
}

/// Why a word behind `sleep` is no time.
pub(super) fn unreadable_time(word: &str) -> NotASleep {
    if word.contains(['$', '`']) || word.starts_with("inf") {
        NotASleep::UnknownTime(word.to_owned())
    } else {
        NotASleep::NotATime(word.to_owned())
    }
}

/// Why more than one word after `sleep` is not a sleep.
pub(super) fn more_words(words: &[&str]) -> NotASleep {
    let is_time = |word: &&str| duration(word).is_some_and(|found| found.end == word.len());
    match words {
        [time, rest @ ..] if is_time(time) && !rest.iter().all(is_time) => NotASleep::Folded {
            time: (*time).to_owned(),
            rest: rest.join(" "),
        },
        [_, ..] if words.iter().all(is_time) => NotASleep::TwoTimes(words.join(" ")),
        _ => NotASleep::NotATime(words.join(" ")),
    }
}

/// The simple commands of a script, up to the first thing that is none.
fn commands(script: &str) -> Vec<Command<'_>> {
    let mut commands = Vec::new();
    let mut at = 0;
    loop {
        let (command, next) = command(script, at);
        let (empty, end) = (command.words.is_empty(), command.end);
        if !empty || matches!(end, End::Other(_)) {
            commands.push(command);
        }
        at = next;
        if matches!(end, End::Script | End::Other("(" | ")" | ";;")) {
            return commands;
        }
    }
}

/// The command that begins at a byte, and the byte behind what ends it.
fn command(script: &str, mut at: usize) -> (Command<'_>, usize) {
    let mut words = Vec::new();
    loop {
        at = skip_blanks(script, at);
        let rest = script.get(at..).unwrap_or_default();
        let end = operator(rest);
        if let Some((end, length)) = end {
            return (Command { words, end }, at + length);
        }
        if rest.starts_with('#') {
            at += rest.find('\n').unwrap_or(rest.len());
            continue;
        }
        if let Some(length) = redirection(rest) {
            at = skip_blanks(script, at + length);
            at = word_end(script, at);
            continue;
        }
        let end = word_end(script, at);
        let raw = script.get(at..end).unwrap_or_default();
        // A here-document, or a bracket in the middle of a word: not for this reader.
        if raw.is_empty() {
            let end = End::Other("(");
            return (Command { words, end }, script.len());
        }
        words.push(Word {
            raw,
            range: at..end,
        });
        at = end;
    }
}

/// What ends a command at the start of a text, and its length.
fn operator(text: &str) -> Option<(End, usize)> {
    const OPERATORS: [(&str, End); 9] = [
        ("\n", End::Next),
        ("&&", End::Next),
        ("||", End::Other("||")),
        (";;", End::Other(";;")),
        (";", End::Next),
        ("|", End::Other("|")),
        ("&", End::Background),
        ("(", End::Other("(")),
        (")", End::Other(")")),
    ];
    if text.is_empty() {
        return Some((End::Script, 0));
    }
    if text.starts_with("&>") {
        return None;
    }
    let found = OPERATORS.iter().find(|(sign, _)| text.starts_with(sign))?;
    Some((found.1, found.0.len()))
}

/// The length of a redirection's operator at the start of a text: `>`, `2>`, `>>`, `2>&`, `<`, `&>`, `>|`.
fn redirection(text: &str) -> Option<usize> {
    let number = text.bytes().take_while(u8::is_ascii_digit).count();
    let rest = text.get(number..)?;
    let signs = ["&>>", "&>", ">>", ">&", ">|", ">", "<&", "<>", "<"];
    let sign = signs.iter().find(|sign| rest.starts_with(**sign))?;
    (!rest.starts_with("<<")).then_some(number + sign.len())
}

/// Blanks, and line breaks behind a backslash.
fn skip_blanks(script: &str, mut at: usize) -> usize {
    loop {
        let rest = script.get(at..).unwrap_or_default();
        let blanks = rest.len() - rest.trim_start_matches([' ', '\t', '\r']).len();
        at += blanks;
        let rest = script.get(at..).unwrap_or_default();
        match rest.strip_prefix('\\').map(|r| r.trim_start_matches('\r')) {
            Some(joined) if joined.starts_with('\n') => at = script.len() - joined.len() + 1,
            _ => return at,
        }
    }
}

/// The end of the word that begins at a byte.
fn word_end(script: &str, at: usize) -> usize {
    let rest = script.get(at..).unwrap_or_default();
    let mut quote = None;
    let mut escaped = false;
    let mut depth = 0_usize;
    let mut before = ' ';
    for (index, c) in rest.char_indices() {
        let was = before;
        before = c;
        if escaped {
            escaped = false;
            continue;
        }
        if quote == Some(c) {
            quote = None;
        } else if c == '\\' && quote != Some('\'') {
            escaped = true;
        } else if quote.is_none() {
            match c {
                '"' | '\'' | '`' => quote = Some(c),
                '(' if was == '$' || depth > 0 => depth += 1,
                ')' if depth > 0 => depth -= 1,
                ' ' | '\t' | '\r' | '\n' | ';' | '&' | '|' | '<' | '>' | '(' | ')'
                    if depth == 0 =>
                {
                    return at + index;
                }
                _ => {}
            }
        }
    }
    script.len()
}
