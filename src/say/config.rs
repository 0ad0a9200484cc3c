//! What is said of the configuration and of annotations.

use super::{Message, Reason, Severity, nearest};
use crate::model::Place;

fn bad(text: impl Into<String>) -> Message {
    Message::new(Reason::BadConfiguration, text)
}

/// Names in backquotes, separated by commas.
fn list<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let names: Vec<String> = names.into_iter().map(|n| format!("`{n}`")).collect();
    names.join(", ")
}

/// The message with "did you mean", or else with what to do `otherwise`.
fn did_you_mean<'a>(
    message: Message,
    word: &str,
    known: impl IntoIterator<Item = &'a str>,
    otherwise: impl FnOnce() -> String,
) -> Message {
    match nearest(word, known) {
        Some(near) => meant(message, near),
        None => message.help(otherwise()),
    }
}

fn meant(message: Message, near: &str) -> Message {
    message
        .help(format!("did you mean `{near}`?"))
        .instead(near)
}

fn head(api_version: &str, kind: &str) -> String {
    format!("write one document of `apiVersion: {api_version}`, `kind: {kind}`")
}

/// A file without a configuration.
pub(crate) fn empty(api_version: &str, kind: &str) -> Message {
    bad("the configuration is empty").help(head(api_version, kind))
}

/// A file with more than the configuration.
pub(crate) fn second_document(api_version: &str, kind: &str) -> Message {
    bad("a second document follows the configuration").help(head(api_version, kind))
}

/// An `apiVersion` that is not ours.
pub(crate) fn unknown_version(found: &str, api_version: &str, kind: &str) -> Message {
    bad(format!(
        "`{found}` is not a version of {kind} that this program knows"
    ))
    .field("apiVersion")
    .help(format!("write `apiVersion: {api_version}`"))
    .instead(api_version)
}

/// A `kind` that is no configuration.
pub(crate) fn unknown_kind(found: &str, api_version: &str, kind: &str) -> Message {
    let text = match found {
        "" => "the configuration has no `kind`".to_owned(),
        _ => format!("`{found}` is not a configuration of this function"),
    };
    let message = bad(text).field("kind");
    did_you_mean(message, found, [kind], || {
        format!(
            "write `apiVersion: {api_version}`, `kind: {kind}`, or a ConfigMap with the settings in `data`"
        )
    })
}

/// A setting that is there twice; `first` is its first place.
pub(crate) fn set_twice(name: &str, first: Place) -> Message {
    bad(format!("`{name}` is set twice"))
        .help("keep one of them")
        .related(first, "first set here")
}

/// A ConfigMap whose settings are not in `data`.
pub(crate) fn no_data(field: &str) -> Message {
    let text = format!("a ConfigMap keeps its settings in `data`, not in `{field}`");
    let message = bad(text).field(field).help("rename the field to `data`");
    message.instead("data")
}

/// A field that a ConfigMap cannot hold.
pub(crate) fn unknown_data(name: &str, known: &[&str], kind: &str) -> Message {
    let message = bad(format!("unknown field `{name}`")).field(format!("data.{name}"));
    did_you_mean(message, name, known.iter().copied(), || {
        let known = list(known.iter().copied());
        format!("a ConfigMap takes {known}; for the others write a {kind}")
    })
}

/// A value of a ConfigMap that is not text.
pub(crate) fn not_text(name: &str) -> Message {
    bad("expected a string")
        .field(format!("data.{name}"))
        .help(format!("write `{name}: \"...\"`"))
}

/// A configuration that is too large to be one.
pub(crate) fn too_large(nodes: usize) -> Message {
    let text = format!("the configuration has more than {nodes} nodes or is nested too deep");
    bad(text).help("make it smaller")
}

/// Two fields of which only one may be set.
pub(crate) fn class_twice(field: &str) -> Message {
    bad("set beside `ingressClasses`")
        .field(field)
        .help("keep one: `ingressClass` is short for rules that skip every other class")
}

/// A class rule that says several things.
pub(crate) fn rule_says_too_much(field: &str, class: &str) -> Message {
    bad(format!(
        "the rule for `{class}` sets more than one of `controller`, `sleepSeconds` and `skip`"
    ))
    .field(field)
    .help("keep one of them")
}

/// An entry of `backends` that says the seconds twice.
pub(crate) fn backend_says_too_much(field: &str, service: &str) -> Message {
    bad(format!(
        "the entry for `{service}` sets both `controller` and `sleepSeconds`"
    ))
    .field(field)
    .help("keep one of them")
}

/// A controller that no row has.
pub(crate) fn unknown_controller<'a>(
    field: &str,
    name: &str,
    known: impl IntoIterator<Item = &'a str>,
) -> Message {
    let message = bad(format!("unknown controller `{name}`")).field(field);
    did_you_mean(message, name, known, || {
        "write a name such as `k8s.io/ingress-nginx` (docs/controllers.md has all), or set `sleepSeconds` instead".to_owned()
    })
}

/// A Reason that `severity` cannot change.
pub(crate) fn fixed_reason(field: &str, name: &str) -> Message {
    bad(format!("`{name}` always stops the run"))
        .field(field)
        .help("remove it from `severity`")
}

/// A row of the user's that is wrong.
pub(crate) fn row(column: &str, text: &str) -> Message {
    bad(text)
        .field(format!("spec.{column}"))
        .help("correct this column of the row; docs/routes.md shows the built-in rows")
}

/// What is said of a field whose value the reader refuses: `error` is serde's, `found` the value as it is written, if it is a
/// scalar. A value that only has the wrong form is told with the line to write.
pub(crate) fn refused(error: &str, field: &str, found: Option<&str>, most_seconds: u64) -> Message {
    let name = field.rsplit(['.', '[']).next().unwrap_or_default();
    let is_text = field.starts_with("data.");
    let value = |value: &str| {
        if is_text {
            format!("\"{value}\"")
        } else {
            value.to_owned()
        }
    };
    let write = |new: &str| format!("write `{name}: {}`", value(new));
    let is_value = error.starts_with("invalid ") || error.contains("is a number");
    let message = match found {
        Some(found) if is_value && name.ends_with("Seconds") => {
            let text =
                format!("`{found}` is not a whole number of seconds from 0 to {most_seconds}");
            match seconds(found) {
                None => bad(text).help(write("10")),
                Some(number) if number == found => bad(text)
                    .help(format!("remove the quotes: {}", write(&number)))
                    .instead(value(&number)),
                Some(number) => bad(text).help(write(&number)).instead(value(&number)),
            }
        }
        Some(found) if error.contains("is a number") => {
            bad(format!("`{found}` needs quotes: YAML reads it as a number"))
                .help(format!("write `{name}: \"{found}\"`"))
                .instead(format!("\"{found}\""))
        }
        Some(found) if is_value && error.contains("a boolean") => {
            let new = match found.to_ascii_lowercase().as_str() {
                "false" | "no" | "off" | "n" | "0" => "false",
                _ => "true",
            };
            let message = bad(format!("`{found}` is neither true nor false"));
            message.help(write(new)).instead(value(new))
        }
        Some(found) if error.contains("expected struct BackendRule") => {
            bad("expected a mapping, found a string").help(format!("write `service: {found}`"))
        }
        Some(found) if error.contains("expected struct ClassRule") => {
            bad("expected a mapping, found a string").help(format!("write `class: {found}`"))
        }
        Some(_) if error.contains("expected struct") => general(error, field)
            .help("write each of its fields on a line below it, as `name: value`"),
        _ => general(error, field),
    };
    message.field(field)
}

/// The number of seconds that a text with a unit, a sign or a fraction means.
pub(super) fn seconds(text: &str) -> Option<String> {
    let text = text.trim();
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let number: u64 = digits.trim().parse().ok()?;
    let unit = match text.get(digits.len()..)? {
        "" | "s" | "sec" | "secs" | "seconds" => 1,
        "m" | "min" => 60,
        "h" => 3600,
        _ => return None,
    };
    let number = number.saturating_mul(unit);
    (number <= 3600).then(|| number.to_string())
}

/// Splits serde's "unknown field, expected one of" into what is wrong and what to do.
fn general(error: &str, field: &str) -> Message {
    // serde speaks of Rust's types.
    let text = ["SetPreStop", "Config", "ClassRule", "BackendRule"]
        .iter()
        .fold(
            error
                .replace("sequence", "list")
                .replace("type: map", "type: mapping")
                .replace("unknown variant", "unknown value"),
            |text, rust| text.replace(&format!("expected struct {rust}"), "expected a mapping"),
        );
    let otherwise = || format!("correct `{field}`, or remove it to use its default");
    let words =
        |s: &str| -> Vec<String> { s.split('`').skip(1).step_by(2).map(str::to_owned).collect() };
    let Some((wrong, expected)) = text.split_once(", expected ") else {
        let missing = text.strip_prefix("missing field ").map(words);
        return match missing.as_deref() {
            Some([missing]) => bad(text.clone()).help(format!("add `{missing}: ...` to `{field}`")),
            _ => bad(text.clone()).help(otherwise()),
        };
    };
    if let Some(found) = wrong
        .strip_prefix("invalid type: ")
        .or_else(|| wrong.strip_prefix("invalid value: "))
    {
        return bad(format!("expected {expected}, found {found}")).help(otherwise());
    }
    let known = words(expected);
    let is_severity = known.iter().any(|name| name == "Warning");
    let is_reason = field.ends_with("severity") && !is_severity;
    let wrong = match (is_reason, is_severity) {
        (true, _) => wrong.replace("unknown value", "unknown Reason"),
        (_, true) => wrong.replace("unknown value", "unknown severity"),
        _ => wrong.to_owned(),
    };
    let word = words(&wrong).first().cloned().unwrap_or_default();
    match severity(&word).filter(|_| is_severity) {
        Some(other) => meant(bad(wrong), other),
        None => did_you_mean(bad(wrong), &word, known.iter().map(String::as_str), || {
            if is_reason {
                "choose a Reason from docs/messages.md".to_owned()
            } else if known.iter().any(|name| name == "spec") {
                match &*word {
                    "data" => "rename it to `spec`; only a ConfigMap has its settings in `data`"
                        .to_owned(),
                    _ => format!(
                        "settings are written below `spec`: move `{word}` there, or remove it"
                    ),
                }
            } else {
                format!("expected {expected}")
            }
        }),
    }
}

/// The severity that other tools' word means.
fn severity(word: &str) -> Option<&'static str> {
    match word.to_ascii_lowercase().as_str() {
        "warn" => Some("Warning"),
        "err" | "fatal" => Some("Error"),
        "off" | "none" | "disable" | "disabled" => Some("Ignore"),
        _ => None,
    }
}

fn bad_annotation(text: impl Into<String>) -> Message {
    Message::new(Reason::BadAnnotation, text)
}

/// An annotation under our prefix that does not exist.
pub(crate) fn unknown_annotation(name: &str, prefix: &str, known: &[&str]) -> Message {
    let message = bad_annotation("unknown annotation");
    if let Some(near) = nearest(name, known.iter().copied()) {
        meant(message, &format!("{prefix}{near}"))
    } else {
        let known: Vec<String> = known.iter().map(|k| format!("`{prefix}{k}`")).collect();
        message.help(format!("expected one of {}", known.join(", ")))
    }
}

/// An annotation that is for workloads alone.
pub(crate) fn only_on_workload() -> Message {
    bad_annotation("this annotation works only on a workload")
        .help("write it on the workload or on its pod template")
}

/// `inject: enabled` on a route.
pub(crate) fn enabled_on_route() -> Message {
    bad_annotation("`enabled` is not allowed on a route: routes are always included")
        .help("remove it, or write it on the Service or the workload")
}

/// `inject` with another word.
pub(crate) fn neither_enabled_nor_disabled(found: &str) -> Message {
    let near = match found.to_ascii_lowercase().as_str() {
        "true" | "yes" | "on" | "y" | "1" | "enable" => Some("enabled"),
        "false" | "no" | "off" | "n" | "0" | "disable" => Some("disabled"),
        _ => nearest(found, ["enabled", "disabled"]),
    };
    let message = bad_annotation(format!("`{found}` is neither `enabled` nor `disabled`"));
    match near {
        Some(near) => meant(message, near),
        None => message.help("write `enabled` or `disabled`"),
    }
}

/// `containers` without a name.
pub(crate) fn no_containers() -> Message {
    bad_annotation("no container is named").help(
        "name containers of the pod, separated by commas, or use `set-prestop.dev/inject: disabled`",
    )
}

/// A flag that is no number of seconds, and what to type.
#[cfg(feature = "cli")]
pub(crate) fn flag_seconds(wrong: String, found: &str) -> String {
    match seconds(found) {
        Some(number) => format!("{wrong}; write {number}"),
        None => wrong,
    }
}

/// An annotation that is no number of seconds.
pub(crate) fn not_seconds(wrong: String, found: &str) -> Message {
    let write = |number: &str| format!("write whole seconds in quotes, such as \"{number}\"");
    match seconds(found) {
        Some(number) => bad_annotation(wrong)
            .help(write(&number))
            .instead(format!("\"{number}\"")),
        None => bad_annotation(wrong).help(write("15")),
    }
}

/// `ignore` with a word that is no Reason, or one that cannot be ignored.
/// `all` is the whole value.
pub(crate) fn not_ignorable(found: &str, all: &str) -> Message {
    if Reason::ALL.iter().any(|reason| reason.name() == found) {
        let text = format!("`{found}` always stops the run, and cannot be ignored");
        return bad_annotation(text).help("fix the cause, or remove the name from the annotation");
    }
    let names = Reason::ALL.iter().filter(|reason| !reason.is_fixed());
    let mut message = did_you_mean(
        bad_annotation(format!("unknown Reason `{found}`")),
        found,
        names.map(|reason| reason.name()),
        || "choose a Reason from docs/messages.md".to_owned(),
    );
    message.replacement = message
        .replacement
        .map(|near| all.replacen(found, &near, 1));
    message
}

/// A sleep above the greatest that annotations may ask for.
pub(crate) fn bounded(found: u64, most: u64) -> Message {
    let text = format!("{found} s is more than `maxSleepSeconds`; using {most} s");
    Message::new(Reason::SleepBounded, text)
        .help("lower the annotation, or raise `maxSleepSeconds` in the configuration")
}

/// A number that is not in quotes.
pub(crate) fn unquoted(key: &str, found: &str) -> Message {
    let text = format!(
        "`{found}` is not in quotes: the API server refuses an annotation that is a number"
    );
    Message::new(Reason::AnnotationUnquoted, text)
        .help(format!("write `{key}: \"{found}\"`"))
        .instead(format!("\"{found}\""))
}

/// A Reason that the configuration ignores, though nothing was told of it.
pub(crate) fn unused_severity(reason: Reason) -> Message {
    let text = format!("there is no `{}` to ignore", reason.name());
    let mut message = Message::new(Reason::Unused, text)
        .help("remove it, so that a new one is told")
        .field(format!("spec.severity.{}", reason.name()));
    message.severity = Severity::Info;
    message
}
