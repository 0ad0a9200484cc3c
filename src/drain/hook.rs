//! Reads the preStop hook of a container. It knows nodes, not the render and not the configuration.
//!
//! docs/reference.md, section 3.4. What counts as a sleep:
//!
//! | form | example |
//! | --- | --- |
//! | native | `sleep: {seconds: 10}` |
//! | the program | `[sleep, "10"]`, `[/usr/bin/sleep, 10s]`, `[busybox, sleep, "10"]` |
//! | a shell whose script is it | `[sh, -c, sleep 10]`, `[/bin/bash, -ec, exec sleep 10]` |
//! | a shell whose script begins with it | `sleep 10; nginx -s quit`, `sleep 10 && …`, `sleep 10⏎…` |
//!
//! Not a sleep: `[sh, -c, sleep, "10"]` (the script is `sleep` alone), `sleep $VAR`, `sleep 1m 30`,
//! `sleep infinity`, `sleep 10 &` (nobody waits), `sleep 10 || …`.

use crate::input::objects::mark;
use crate::model::{NotASleep, Number};
use crate::say::{Message, drain as say};
use set_prestop_yaml::{Kind, Node};
use std::ops::Range;

/// The preStop hook that a container has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Existing {
    /// There is none: absent, `null` or `{}` at one of its levels.
    Absent(Level),
    /// A sleep.
    Sleep(Found),
    /// A shell script that is no sleep, or sleeps later.
    Script {
        /// Index of the script in `exec.command`.
        index: usize,
        /// The script.
        script: String,
    },
    /// Anything else.
    Other(NotASleep),
}

/// The outermost level that is absent or empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Level {
    /// `lifecycle`.
    Lifecycle,
    /// `lifecycle.preStop`.
    PreStop,
}

/// A sleep that a container has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    /// Seconds, decimals rounded up.
    pub(crate) seconds: u64,
    /// Where its number stands.
    pub(crate) number: Number,
}

/// A field that has a type which Kubernetes does not take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct WrongType {
    pub(crate) range: Range<usize>,
    /// Path below the container.
    pub(crate) field: &'static str,
    pub(crate) message: Message,
}

/// Reads `lifecycle.preStop` of a container.
pub(crate) fn read(container: Node<'_, '_>) -> Result<Existing, WrongType> {
    let object = |node: Node<'_, '_>, field: &'static str, help: &'static str| WrongType {
        range: mark(node),
        field,
        message: say::wrong_type(field, node.kind(), "a mapping", help),
    };
    let Some(lifecycle) = container.get("lifecycle").filter(|l| !is_absent(*l)) else {
        return Ok(Existing::Absent(Level::Lifecycle));
    };
    if lifecycle.kind() != Kind::Mapping {
        return Err(object(
            lifecycle,
            "lifecycle",
            "write `preStop:` below it, or take it out",
        ));
    }
    let Some(pre_stop) = lifecycle.get("preStop").filter(|p| !is_absent(*p)) else {
        return Ok(Existing::Absent(Level::PreStop));
    };
    if pre_stop.kind() != Kind::Mapping {
        return Err(object(
            pre_stop,
            "lifecycle.preStop",
            "write a handler such as `exec:` below it, or take it out",
        ));
    }
    let handlers: Vec<(&str, Node<'_, '_>)> = pre_stop
        .entries()
        .filter(|(_, handler)| handler.kind() != Kind::Null)
        .map(|(key, handler)| (key.text().unwrap_or_default(), handler))
        .collect();
    match handlers.as_slice() {
        [] => Ok(Existing::Absent(Level::PreStop)),
        [("sleep", handler)] => native(*handler),
        [("exec", handler)] => exec(*handler),
        others => {
            let names = others.iter().map(|(name, _)| (*name).to_owned());
            Ok(Existing::Other(NotASleep::Handlers(names.collect())))
        }
    }
}

/// `null` or `{}`. An empty list is a wrong type and is told as one.
fn is_absent(node: Node<'_, '_>) -> bool {
    match node.kind() {
        Kind::Null => true,
        Kind::Mapping => node.is_empty(),
        Kind::Scalar | Kind::Sequence => false,
    }
}

fn native(handler: Node<'_, '_>) -> Result<Existing, WrongType> {
    let Some(node) = handler.get("seconds").filter(|s| s.kind() != Kind::Null) else {
        return Ok(Existing::Other(NotASleep::NoSeconds));
    };
    match node.as_int().and_then(|n| u64::try_from(n).ok()) {
        Some(seconds) => Ok(Existing::Sleep(Found {
            seconds,
            number: Number::Native,
        })),
        None => Err(WrongType {
            range: mark(node),
            field: "lifecycle.preStop.sleep.seconds",
            message: say::not_seconds(
                "sleep.seconds",
                "write a number without quotes, such as `seconds: 10`",
            ),
        }),
    }
}

fn exec(handler: Node<'_, '_>) -> Result<Existing, WrongType> {
    let command = match handler.get("command") {
        Some(command) if command.kind() == Kind::Sequence && !command.is_empty() => command,
        Some(command) if !command.is_empty() => {
            return Err(WrongType {
                range: mark(command),
                field: "lifecycle.preStop.exec.command",
                message: say::wrong_type(
                    "exec.command",
                    command.kind(),
                    "a list",
                    "write each word as a list item, such as `[/bin/sh, -c, \"sleep 10\"]`",
                ),
            });
        }
        _ => return Ok(Existing::Other(NotASleep::NoCommand)),
    };
    Ok(argv(command))
}

fn argv(command: Node<'_, '_>) -> Existing {
    let words: Vec<&str> = command
        .items()
        .map(|word| word.text().unwrap_or_default())
        .collect();
    let other = || Existing::Other(NotASleep::Command(words.join(" ")));
    let mut index = 0;
    // `busybox sleep` and `busybox sh` are applets called by name.
    if words.first().is_some_and(|w| base_name(w) == "busybox") && words.len() > 1 {
        index = 1;
    }
    let Some(program) = words.get(index).map(|w| base_name(w)) else {
        return other();
    };
    if program == "sleep" {
        return match (words.get(index + 1), words.len()) {
            (Some(argument), len) if len == index + 2 => match duration(argument) {
                Some(found) if found.end == argument.len() => {
                    Existing::Sleep(found.sleep(index + 1, argument, 0))
                }
                _ => other(),
            },
            _ => other(),
        };
    }
    if !["sh", "bash", "ash", "dash"].contains(&program) {
        return other();
    }
    let Some(index) = script_index(&words, index + 1) else {
        return other();
    };
    let script = words.get(index).copied().unwrap_or_default();
    match script_sleep(script) {
        Some((found, start)) => Existing::Sleep(found.sleep(index, script, start)),
        None => Existing::Script {
            index,
            script: script.to_owned(),
        },
    }
}

/// The index of the script of a shell call: the word after the option cluster that holds `c`
/// (`-c`, `-ec`, `-lc`; options before it, as in `-e -c`, are passed over).
fn script_index(words: &[&str], mut index: usize) -> Option<usize> {
    loop {
        let option = words.get(index)?;
        let letters = option.strip_prefix('-')?;
        if letters.is_empty() || !letters.bytes().all(|b| b.is_ascii_alphabetic()) {
            return None;
        }
        // `-o pipefail` takes a word of its own.
        if letters.contains('o') {
            index += 1;
        }
        index += 1;
        if letters.contains('c') {
            return words.get(index).map(|_| index);
        }
    }
}

fn base_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// The sleep that a script is or begins with, and the byte at which its number starts.
fn script_sleep(script: &str) -> Option<(Duration, usize)> {
    let word = |rest: &str, word: &str| -> Option<usize> {
        let after = rest.strip_prefix(word)?;
        let blanks = after.len() - after.trim_start_matches([' ', '\t']).len();
        (blanks > 0).then_some(word.len() + blanks)
    };
    let mut at = script.len() - script.trim_start().len();
    if let Some(length) = word(script.get(at..)?, "exec") {
        at += length;
    }
    let rest = script.get(at..)?;
    let program = rest.find([' ', '\t'])?;
    let path = rest.get(..program)?;
    if base_name(path) != "sleep"
        || path.contains(['$', '`', '"', '\'', '(', ';', '&', '|', '<', '>', '\\', '='])
    {
        return None;
    }
    at += word(rest, path)?;
    let argument = script.get(at..)?;
    let found = duration(argument)?;
    let after = argument.get(found.end..)?;
    let blank = after.trim_start_matches([' ', '\t', '\r']);
    let comment = blank.starts_with('#') && blank.len() < after.len();
    let ends = blank.is_empty()
        || comment
        || blank.starts_with('\n')
        || blank.starts_with("&&")
        || (blank.starts_with(';') && !blank.starts_with(";;"));
    ends.then_some((found, at))
}

/// A duration at the start of a text.
struct Duration {
    seconds: u64,
    /// End of the bytes that a new number replaces: the number, and its unit where that is not `s`.
    replace: usize,
    /// End of the duration, its unit included.
    end: usize,
}

impl Duration {
    fn sleep(self, index: usize, word: &str, start: usize) -> Found {
        Found {
            seconds: self.seconds,
            number: Number::Command {
                index,
                word: word.to_owned(),
                range: start..start + self.replace,
            },
        }
    }
}

/// Reads `10`, `1.5`, `10s`, `2m`, `1h` at the start of a text; decimals round up.
fn duration(text: &str) -> Option<Duration> {
    let digits = |s: &str| s.bytes().take_while(u8::is_ascii_digit).count();
    let whole = digits(text);
    let mut end = whole;
    let mut fraction = "";
    if let Some(rest) = text.get(whole..).and_then(|r| r.strip_prefix('.')) {
        fraction = rest.get(..digits(rest))?;
        end += 1 + fraction.len();
    }
    if whole + fraction.len() == 0 {
        return None;
    }
    let (unit, unit_len) = match text.as_bytes().get(end) {
        Some(b's') => (1, 1),
        Some(b'm') => (60, 1),
        Some(b'h') => (3600, 1),
        _ => (1, 0),
    };
    let seconds_unit = text.as_bytes().get(end) == Some(&b's');
    // Nine decimals are more than any clock needs; what lies behind them still rounds up.
    let nanos: u64 = format!("{fraction:0<9.9}").parse().ok()?;
    let rest = fraction
        .get(9..)
        .is_some_and(|r| r.bytes().any(|b| b != b'0'));
    let whole: u64 = if whole == 0 {
        0
    } else {
        text.get(..whole)?.parse().ok()?
    };
    let parts = u128::from(whole) * 1_000_000_000 + u128::from(nanos) + u128::from(rest);
    let seconds = u64::try_from((parts * unit).div_ceil(1_000_000_000)).ok()?;
    Some(Duration {
        seconds,
        replace: if seconds_unit { end } else { end + unit_len },
        end: end + unit_len,
    })
}

#[cfg(test)]
mod tests {
    use super::{Existing, NotASleep, Number, read};
    use set_prestop_yaml::Tree;

    fn hook(lifecycle: &str) -> Existing {
        let text = format!("lifecycle: {lifecycle}\n");
        let tree = Tree::parse(&text, 0..text.len()).unwrap();
        read(tree.root().unwrap()).unwrap()
    }

    fn command(command: &str) -> Existing {
        hook(&format!("{{preStop: {{exec: {{command: {command}}}}}}}"))
    }

    /// Seconds of the sleep, and the text with its number replaced by 99.
    fn sleep(words: &str) -> Option<(u64, String)> {
        match command(words) {
            Existing::Sleep(sleep) => {
                let Number::Command {
                    mut word, range, ..
                } = sleep.number
                else {
                    return None;
                };
                word.replace_range(range, "99");
                Some((sleep.seconds, word))
            }
            _ => None,
        }
    }

    #[test]
    fn sleeps() {
        let cases: &[(&str, u64, &str)] = &[
            (r#"[sleep, "10"]"#, 10, "99"),
            (r"[sleep, 10]", 10, "99"),
            (r"[/usr/bin/sleep, 5s]", 5, "99s"),
            (r#"[busybox, sleep, "2m"]"#, 120, "99"),
            (r"[/bin/busybox, sh, -c, sleep 3]", 3, "sleep 99"),
            (r"[sh, -c, sleep 10]", 10, "sleep 99"),
            (r#"[/bin/sh, -ec, "exec sleep 1h"]"#, 3600, "exec sleep 99"),
            (r#"[/bin/bash, -e, -c, "sleep 1.5"]"#, 2, "sleep 99"),
            (
                r#"[/bin/bash, -eo, pipefail, -c, "sleep 7"]"#,
                7,
                "sleep 99",
            ),
            (r#"[ash, -lc, "sleep .5m; foo"]"#, 30, "sleep 99; foo"),
            (r#"[dash, -c, "sleep 10 && foo"]"#, 10, "sleep 99 && foo"),
            (r#"[sh, -c, " sleep 10\nfoo\n"]"#, 10, " sleep 99\nfoo\n"),
            (
                r#"[sh, -c, "/bin/sleep 10s;foo"]"#,
                10,
                "/bin/sleep 99s;foo",
            ),
            (r#"[sh, -c, "sleep 10 # drain"]"#, 10, "sleep 99 # drain"),
            (r#"[sh, -c, "sleep 0.0000000001"]"#, 1, "sleep 99"),
            (r#"[sh, -c, "sleep 010"]"#, 10, "sleep 99"),
        ];
        for (words, seconds, text) in cases {
            assert_eq!(
                sleep(words),
                Some((*seconds, (*text).to_owned())),
                "{words}"
            );
        }
    }

    #[test]
    fn not_a_sleep() {
        for words in [
            r#"[sh, -c, sleep, "10"]"#,
            r#"[sh, -c, "sleep $VAR"]"#,
            r#"[sh, -c, "sleep 1m 30"]"#,
            r#"[sleep, 1m, "30"]"#,
            r"[sleep, infinity]",
            r#"[sh, -c, "sleep infinity"]"#,
            r#"[sh, -c, "sleep 10 &"]"#,
            r#"[sh, -c, "sleep 10 || true"]"#,
            r#"[sh, -c, "sleep 10 | cat"]"#,
            r#"[sh, -c, "sleep 10 > /dev/null"]"#,
            r#"[sh, -c, "sleep 10;; esac"]"#,
            r#"[sh, -c, "nginx -s quit; sleep 10"]"#,
            r#"[sh, -c, "sleep 10x"]"#,
            r#"[sh, -c, "sleep 10d"]"#,
            r#"[sh, -c, "sleep ."]"#,
            r#"[sh, -c, "nosleep 10"]"#,
            r#"[sh, -c, "sleep10"]"#,
            r#"[sh, sleep, "10"]"#,
            r#"[python, -c, "sleep 10"]"#,
            r"[sleep]",
            r"[]",
            r"[sh, -c]",
            r#"[sleep, "99999999999999999999"]"#,
            r#"[sleep, "10 30"]"#,
            r#"[sh, "-", "sleep 10"]"#,
            r#"[sh, "-c1", "sleep 10"]"#,
            r#"[sh, -c, "execsleep 10"]"#,
            r#"[sh, -c, "sleep 10#x"]"#,
            r"[sleep, 10x]",
            r#"[sh, -c, "sleep 10.5.1"]"#,
            r"[busybox]",
        ] {
            assert_eq!(sleep(words), None, "{words}");
        }
    }

    #[test]
    fn scripts_are_told_from_programs() {
        assert!(matches!(
            command(r#"[sh, -c, "nginx -s quit"]"#),
            Existing::Script { index: 2, .. }
        ));
        assert!(
            matches!(command(r"[nginx, -s, quit]"), Existing::Other(NotASleep::Command(what)) if what == "nginx -s quit")
        );
        assert!(
            matches!(hook("{preStop: {httpGet: {path: /}}}"), Existing::Other(NotASleep::Handlers(what)) if what == ["httpGet"])
        );
        assert!(
            matches!(hook("{preStop: {exec: {command: [a]}, sleep: {seconds: 1}}}"), Existing::Other(NotASleep::Handlers(what)) if what == ["exec", "sleep"])
        );
    }

    #[test]
    fn empty_levels_are_absent() {
        use super::Level::{Lifecycle, PreStop};
        for (text, level) in [
            ("", Lifecycle),
            ("~", Lifecycle),
            ("{}", Lifecycle),
            ("{preStop: }", PreStop),
            ("{preStop: {}}", PreStop),
            ("{preStop: {exec: null}}", PreStop),
            ("{postStart: {exec: {command: [a]}}}", PreStop),
        ] {
            assert_eq!(hook(text), Existing::Absent(level), "{text}");
        }
    }

    #[test]
    fn native_sleeps() {
        assert!(
            matches!(hook("{preStop: {sleep: {seconds: 7}}}"), Existing::Sleep(s) if s.seconds == 7 && s.number == Number::Native)
        );
        assert!(matches!(hook("{preStop: {sleep: {}}}"), Existing::Other(_)));
    }

    #[test]
    fn wrong_types_are_errors() {
        for lifecycle in [
            "3",
            "[a]",
            "{preStop: 3}",
            "{preStop: {sleep: {seconds: soon}}}",
            "{preStop: {sleep: {seconds: -1}}}",
        ] {
            let text = format!("lifecycle: {lifecycle}\n");
            let tree = Tree::parse(&text, 0..text.len()).unwrap();
            assert!(read(tree.root().unwrap()).is_err(), "{lifecycle}");
        }
    }
}
