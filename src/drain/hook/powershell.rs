//! Reads as much of a PowerShell command as is needed to see whether it sleeps first.

use super::{Timed, duration};

/// Commands that only write, and take no time.
const INSTANT: [&str; 4] = ["write-host", "write-output", "write-information", "echo"];

/// Whether a program is PowerShell.
pub(super) fn is(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let name = name.strip_suffix(".exe").unwrap_or(&name);
    ["powershell", "pwsh"].contains(&name)
}

/// A piece of the command: its text, the word that it is in, and its first byte there.
struct Piece<'w> {
    text: &'w str,
    index: usize,
    at: usize,
}

/// The sleep at the start of a command: the time, and the word that it is in.
pub(super) fn sleep<'w>(words: &[&'w str], first: usize) -> Option<(Timed, usize, &'w str)> {
    let first = skip_options(words, first)?;
    let pieces: Vec<Piece<'_>> = words
        .iter()
        .enumerate()
        .skip(first)
        .flat_map(|(index, word)| split(index, word))
        .collect();
    let statements = pieces.split(|piece| piece.text == ";");
    let mut statements = statements.filter(|statement| !statement.is_empty());
    let statement = statements.find(|statement| {
        let name = statement
            .first()
            .map(|piece| piece.text.to_ascii_lowercase());
        name.is_none_or(|name| !INSTANT.contains(&name.as_str()))
    })?;
    let (name, arguments) = statement.split_first()?;
    if !["start-sleep", "sleep"].contains(&name.text.to_ascii_lowercase().as_str()) {
        return None;
    }
    let (number, scale) = match arguments {
        [number] => (number, 1),
        [parameter, number] => (number, scale(parameter.text)?),
        _ => return None,
    };
    let found = duration(number.text).filter(|found| found.end == number.text.len())?;
    // The name of the parameter is the unit.
    if !number.text.bytes().all(|b| b.is_ascii_digit() || b == b'.') {
        return None;
    }
    let word = words.get(number.index)?;
    let timed = Timed {
        at: number.at,
        found,
        scale,
    };
    Some((timed, number.index, word))
}

/// Seconds and milliseconds may be cut short (`-s`, `-m`).
fn scale(parameter: &str) -> Option<u64> {
    let name = parameter.strip_prefix('-')?.to_ascii_lowercase();
    match name.as_str() {
        "" => None,
        _ if "seconds".starts_with(&name) => Some(1),
        _ if "milliseconds".starts_with(&name) || name == "ms" => Some(1000),
        _ => None,
    }
}

/// The first word of the command after the options.
fn skip_options(words: &[&str], mut index: usize) -> Option<usize> {
    loop {
        let word = words.get(index)?;
        let Some(option) = word.strip_prefix(['-', '/']) else {
            return Some(index);
        };
        let option = option.to_ascii_lowercase();
        index += 1;
        match option.as_str() {
            "c" | "command" => return words.get(index).map(|_| index),
            "noprofile" | "nop" | "noninteractive" | "noni" | "nologo" => {}
            "executionpolicy" | "ep" | "ex" | "windowstyle" | "w" => index += 1,
            _ => return None,
        }
    }
}

/// The pieces of a word: texts between blanks and quotes, and each `;` by itself.
fn split(index: usize, word: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut start = None;
    let between = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | ';');
    for (at, c) in word.char_indices() {
        if !between(c) {
            start.get_or_insert(at);
            continue;
        }
        let text = start
            .take()
            .and_then(|start| Some((start, word.get(start..at)?)));
        pieces.extend(text.map(|(at, text)| Piece { text, index, at }));
        if c == ';' {
            pieces.push(Piece {
                text: ";",
                index,
                at,
            });
        }
    }
    let text = start.and_then(|start| Some((start, word.get(start..)?)));
    pieces.extend(text.map(|(at, text)| Piece { text, index, at }));
    pieces
}
