//! Reads the handler of a preStop hook.
//!
//! | form | example |
//! | --- | --- |
//! | native | `sleep: {seconds: 10}` |
//! | the program | `[sleep, "10"]`, `[/usr/bin/sleep, 10s]`, `[busybox, sleep, "10"]`, `[env, sleep, "10"]` |
//! | a shell's script that sleeps first | `[sh, -c, "set -e; echo drain; sleep 10; nginx -s quit"]` |
//! | PowerShell | `[powershell, -Command, Start-Sleep -Seconds 10]` |
//!
//! A hook is not a sleep if the shell would not wait that long, or if the time is unknown; [`NotASleep`] says why.

use super::{Timed, base_name, duration, powershell, shell};
use crate::input::objects::mark;
use crate::model::{NotASleep, Number};
use crate::say::{Message, drain as say};
use lossless_yaml::{Kind, Node};
use std::ops::Range;

/// The preStop hook that a container has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Existing {
    /// There is none: one of its levels is missing, `null` or `{}`.
    Absent(Level),
    /// A sleep.
    Sleep(FoundSleep),
    /// A shell script that is not a sleep, or sleeps later.
    Script {
        /// Index of the script in `exec.command`.
        index: usize,
        /// The script.
        script: String,
        /// Why it is not a sleep.
        why: NotASleep,
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
pub(crate) struct FoundSleep {
    /// Seconds, decimals rounded up.
    pub(crate) seconds: u64,
    /// Where its number is.
    pub(crate) number: Number,
    /// What the container needs for it.
    pub(crate) needs: Needs,
}

/// What a container needs to run its hook.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Needs {
    /// Nothing: the kubelet sleeps.
    Nothing,
    /// A program called `sleep`, or a shell and one.
    Sleep,
    /// Windows.
    PowerShell,
}

/// A field of a type that Kubernetes does not accept.
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
        [(name @ ("httpGet" | "tcpSocket"), _)] => Ok(Existing::Other(NotASleep::AnswersAtOnce(
            (*name).to_owned(),
        ))),
        [(key, _)] => Ok(Existing::Other(NotASleep::UnknownHandler(
            (*key).to_owned(),
        ))),
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
        Some(seconds) => Ok(Existing::Sleep(FoundSleep {
            seconds,
            number: Number::Native,
            needs: Needs::Nothing,
        })),
        None => Err(WrongType {
            range: mark(node),
            field: "lifecycle.preStop.sleep.seconds",
            message: say::not_seconds("sleep.seconds", node.text()),
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
                message: say::command_is_text(command.kind(), command.text()),
            });
        }
        _ => return Ok(Existing::Other(NotASleep::NoCommand)),
    };
    let words: Vec<Node<'_, '_>> = command.items().collect();
    for (index, word) in words.iter().enumerate() {
        if !word.is_string() {
            let stands = word.text().unwrap_or_default();
            return Err(WrongType {
                range: mark(*word),
                field: "lifecycle.preStop.exec.command",
                message: say::not_text("exec.command", index, stands, word.kind()),
            });
        }
    }
    let words: Vec<&str> = words.iter().filter_map(|word| word.text()).collect();
    Ok(argv(&words))
}

/// Reads the words of a command.
fn argv(words: &[&str]) -> Existing {
    let other = || Existing::Other(NotASleep::Command(words.join(" ")));
    let mut index = 0;
    // `env` runs what follows its variables; `busybox sleep` and `busybox sh` are applets called by name.
    if words.first().is_some_and(|word| base_name(word) == "env") {
        let is_variable = |word: &&&str| word.contains('=') && !word.starts_with('-');
        index = 1 + words.iter().skip(1).take_while(is_variable).count();
    }
    let applet = words.get(index);
    if applet.is_some_and(|word| base_name(word) == "busybox") {
        index += 1;
    }
    let Some(program) = words.get(index) else {
        return other();
    };
    let name = base_name(program);
    let after = words.get(index + 1..).unwrap_or_default();
    match name {
        "sleep" => program_sleep(index + 1, after).unwrap_or_else(Existing::Other),
        "sh" | "bash" | "ash" | "dash" | "zsh" | "ksh" => match script_index(words, index + 1) {
            Some(index) => script(words, index),
            None => other(),
        },
        _ if powershell::is(name) => match powershell::sleep(words, index + 1) {
            Some((found, index, word)) => {
                Existing::Sleep(found.sleep(index, word, Needs::PowerShell))
            }
            None => other(),
        },
        _ if after.is_empty() && program.contains([' ', '\t']) => {
            Existing::Other(NotASleep::OneWord((*program).to_owned()))
        }
        _ => other(),
    }
}

/// The words behind `sleep`: one time.
fn program_sleep(index: usize, words: &[&str]) -> Result<Existing, NotASleep> {
    match words {
        [word] => match duration(word) {
            Some(found) if found.end == word.len() => {
                let found = Timed {
                    at: 0,
                    found,
                    scale: 1,
                };
                Ok(Existing::Sleep(found.sleep(index, word, Needs::Sleep)))
            }
            _ => Err(shell::unreadable_time(word)),
        },
        [] => Err(NotASleep::Command("sleep".to_owned())),
        _ => Err(shell::more_words(words)),
    }
}

/// The script of a shell call.
fn script(words: &[&str], index: usize) -> Existing {
    let script = words.get(index).copied().unwrap_or_default();
    let next = words.get(index + 1);
    let is_sleep =
        !script.trim().contains(char::is_whitespace) && base_name(script.trim()) == "sleep";
    if is_sleep && next.is_some_and(|next| duration(next).is_some()) {
        let next = next.copied().unwrap_or_default();
        return Existing::Script {
            index,
            script: script.to_owned(),
            why: NotASleep::SplitScript(format!("sleep {next}")),
        };
    }
    match shell::sleep(script) {
        Ok(found) => Existing::Sleep(found.sleep(index, script, Needs::Sleep)),
        Err(why) => Existing::Script {
            index,
            script: script.to_owned(),
            why,
        },
    }
}

impl Timed {
    fn sleep(self, index: usize, word: &str, needs: Needs) -> FoundSleep {
        FoundSleep {
            seconds: self.found.seconds.div_ceil(self.scale),
            number: Number::Command {
                index,
                word: word.to_owned(),
                range: self.at..self.at + self.found.replace,
                scale: self.scale,
            },
            needs,
        }
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

#[cfg(test)]
mod tests {
    use super::{Existing, NotASleep, Number, read};
    use lossless_yaml::Tree;

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
            (r#"[env, sleep, "10"]"#, 10, "99"),
            (r"[/usr/bin/env, A=1, sh, -c, sleep 10]", 10, "sleep 99"),
            (r"[zsh, -c, sleep 10]", 10, "sleep 99"),
            (r#"[sh, -c, "_A_2=x sleep 10"]"#, 10, "_A_2=x sleep 99"),
            (r#"[sh, -c, "sleep \\\n 10"]"#, 10, "sleep \\\n 99"),
            (
                r#"[sh, -c, "echo a\\;b; sleep 10"]"#,
                10,
                "echo a\\;b; sleep 99",
            ),
            (
                r#"[sh, -c, "echo 'a\\'; sleep 10"]"#,
                10,
                "echo 'a\\'; sleep 99",
            ),
            (r#"[sh, -c, "sleep '10'; x"]"#, 10, "sleep '99'; x"),
            (r#"[sh, -c, 'sleep "5s"']"#, 5, "sleep \"99s\""),
            (
                r#"[sh, -c, "sleep 10 > /dev/null 2>&1"]"#,
                10,
                "sleep 99 > /dev/null 2>&1",
            ),
            (
                r#"[sh, -c, "set -e\necho drain >> /proc/1/fd/1; sleep 10\r\nnginx -s quit"]"#,
                10,
                "set -e\necho drain >> /proc/1/fd/1; sleep 99\r\nnginx -s quit",
            ),
            (
                r##"[sh, -c, "#!/bin/sh\n# drain\nD=3 && trap 'x; y' TERM; sleep 10"]"##,
                10,
                "#!/bin/sh\n# drain\nD=3 && trap 'x; y' TERM; sleep 99",
            ),
            (
                r"[powershell, -Command, Start-Sleep 10]",
                10,
                "Start-Sleep 99",
            ),
            (
                r#"[pwsh.exe, -NoProfile, -c, "Start-Sleep -Seconds 10; x"]"#,
                10,
                "Start-Sleep -Seconds 99; x",
            ),
            (r#"[powershell.exe, -c, sleep, "90"]"#, 90, "99"),
            (r#"[powershell, -c, "sleep 1.5"]"#, 2, "sleep 99"),
            (
                r"[powershell, -ExecutionPolicy, Bypass, -Command, sleep 5]",
                5,
                "sleep 99",
            ),
            (r#"[powershell, Start-Sleep, -s, "5"]"#, 5, "99"),
            (
                r#"[powershell, -c, "Start-Sleep -Milliseconds 1500"]"#,
                2,
                "Start-Sleep -Milliseconds 99",
            ),
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
            r"[sleep 15]",
            r#"[sh, -c, "A=/bin/sleep 10"]"#,
            r#"[sh, -c, "echo $(sleep 3); sleep 10"]"#,
            r#"[sh, -c, "echo hi || sleep 10"]"#,
            r#"[sh, -c, "echo hi & sleep 10"]"#,
            r#"[sh, -c, "(sleep 10)"]"#,
            r#"[sh, -c, "2a=x sleep 10"]"#,
            r#"[sh, -c, "a-b=x sleep 10"]"#,
            r#"[sh, -c, "\\ sleep 10"]"#,
            r#"[bash, -c, "a=(1 2); sleep 10"]"#,
            r#"[sh, -c, "case $1 in a) sleep 10;; esac"]"#,
            r#"[sh, -c, "if true; then sleep 10; fi"]"#,
            r#"[sh, -c, "cat <<E\nsleep 10\nE\n"]"#,
            r"[powershell, -EncodedCommand, abc]",
            r#"[powershell, -c, "Stop-Service x; Start-Sleep 10"]"#,
            r#"[powershell, -c, "Start-Sleep -Minutes 10"]"#,
            r#"[powershell, -c, "Start-Sleep - 10"]"#,
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
            matches!(hook("{preStop: {httpGet: {path: /}}}"), Existing::Other(NotASleep::AnswersAtOnce(what)) if what == "httpGet")
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
