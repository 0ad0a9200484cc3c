//! What is said of the input as a whole.

use super::{Message, Reason, Severity};
use crate::model::{ObjectRef, Place};
use lossless_yaml::SyntaxError;
use std::ops::Range;

/// An object of the context that is also among the manifests.
pub(crate) fn shadowed(object: &ObjectRef, context: Place, own: Place) -> Message {
    Message::new(
        Reason::ContextShadowed,
        "is in the context and in the manifests; using the one in the manifests",
    )
    .about(object, None, Some(context))
    .related(own, "this one is used")
}

/// What a document is that is no object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NotAnObject {
    Kustomization,
    List,
    /// The `Chart.yaml` of a Helm chart.
    Chart,
    /// A values file, anything.
    Other,
}

/// Documents that are no objects, the first of them `what`; it `warns` if nothing in the input is one.
pub(crate) fn not_an_object(count: usize, warns: bool, what: NotAnObject) -> Message {
    let is = match what {
        NotAnObject::Kustomization => "is a kustomization, not what it renders",
        NotAnObject::List => "is a list without a `kind`",
        NotAnObject::Chart => "is the `Chart.yaml` of a chart, not what it renders",
        NotAnObject::Other => "has no `apiVersion` or `kind`",
    };
    let text = match count {
        1 => format!("the document {is}, so it is passed through unread"),
        _ => format!(
            "{count} documents are no Kubernetes objects and are passed through unread; the first {is}"
        ),
    };
    let mut message = Message::new(Reason::NotAnObject, text).help(match what {
        NotAnObject::Kustomization => "pass what it renders: `kustomize build DIR | set-prestop`",
        NotAnObject::List => "write the objects one after another, or as `items` of a `kind: List`",
        NotAnObject::Chart => "pass what it renders: `helm template DIR | set-prestop`",
        NotAnObject::Other => {
            "pass rendered manifests; of a Helm chart, the output of `helm template`"
        }
    });
    if warns {
        message.severity = Severity::Warning;
    }
    message
}

/// A gate that had nothing to look at.
pub(crate) fn nothing_to_check(sources: usize, documents: usize, of_kustomize: bool) -> Message {
    let number = |count: usize, one: &str| match count {
        1 => format!("1 {one}"),
        _ => format!("{count} {one}s"),
    };
    let text = match sources {
        0 => "nothing to check: no file with manifests (`.yaml`, `.yml` or `.json`) was found"
            .to_owned(),
        _ => format!(
            "nothing to check: no Kubernetes object in {}, {}",
            number(sources, "input"),
            number(documents, "document")
        ),
    };
    Message::new(Reason::NothingToCheck, text).help(if of_kustomize {
        "pass what it renders: `kustomize build DIR | set-prestop --check`"
    } else {
        "pass rendered manifests, such as `helm template CHART | set-prestop --check` or `kustomize build DIR | set-prestop --check`"
    })
}

/// A NUL byte, which no YAML has.
pub(crate) fn nul_byte() -> Message {
    Message::new(Reason::BadInput, "the input contains a NUL byte")
        .help("give UTF-8 text; UTF-16 and binary files can't be read")
}

/// A text that is not YAML, and the bytes that are at fault. The parser says what it met, which is often not where the fault is.
pub(crate) fn syntax(reason: Reason, text: &str, error: &SyntaxError) -> (Message, Range<usize>) {
    let at = error.offset..error.offset;
    let told = |text: &str| Message::new(reason, text);
    let start = text.get(..at.start).and_then(|t| t.rfind('\n'));
    let start = start.map_or(0, |at| at + 1);
    let rest = text.get(start..).unwrap_or_default();
    if let Some(blanks) = tabs(rest).filter(|_| error.message.contains("tab")) {
        let message = told("a tab indents this line, and YAML takes only spaces");
        return (
            message.help("replace the tab with spaces, as many as the lines around it have"),
            start + blanks.start..start + blanks.end,
        );
    }
    let line = rest.lines().next().unwrap_or_default();
    let above = text.get(..start).unwrap_or_default();
    let above = above.lines().rev().find(|line| !line.trim().is_empty());
    let message = told(&error.message);
    if line.contains("{{") {
        let help = "render the template first: `helm template CHART | set-prestop`";
        return (message.help(help), at);
    }
    if error.message.contains("unclosed quote") {
        let quote = if rest_of(text, at.start).starts_with('\'') {
            "'"
        } else {
            "\""
        };
        return (message.help(format!("close it with `{quote}`")), at);
    }
    if is_an_error(line) {
        let help =
            "this is an error message, not manifests: run the command that printed it on its own";
        return (message.help(help), at);
    }
    let unaligned = [
        "mapping values are not allowed",
        "did not find expected key",
    ]
    .iter()
    .any(|met| error.message.contains(met));
    match (key(line), above.and_then(key)) {
        (Some((column, key)), Some((other, before))) if unaligned && column != other => {
            let help = format!(
                "`{key}` begins at column {column} and `{before}` above it at column {other}: align them"
            );
            let begins = start + column - 1;
            (message.help(help), begins..begins + key.len())
        }
        _ => (message.help("correct the YAML at this place"), at),
    }
}

/// The indentation with a tab on one of the first two lines: the parser stops in front of its line, on it, or behind the tab.
fn tabs(text: &str) -> Option<Range<usize>> {
    let mut begins = 0;
    for line in text.split_inclusive('\n').take(2) {
        let blanks = line.len() - line.trim_start_matches([' ', '\t']).len();
        if line.get(..blanks)?.contains('\t') {
            return Some(begins..begins + blanks);
        }
        begins += line.len();
    }
    None
}

fn rest_of(text: &str, at: usize) -> &str {
    text.get(at..).unwrap_or_default()
}

/// Whether a line begins as commands begin their errors.
fn is_an_error(line: &str) -> bool {
    ["error:", "fatal:", "panic:"].iter().any(|word| {
        line.get(..word.len())
            .is_some_and(|begins| begins.eq_ignore_ascii_case(word))
    })
}

/// The column, from 1, and the name of the key that a line begins with, behind the dashes of a list.
fn key(line: &str) -> Option<(usize, &str)> {
    let rest = line.trim_start_matches([' ', '-']);
    let (key, _) = rest.split_once(':')?;
    let plain = |c: char| c.is_ascii_alphanumeric() || "._/-".contains(c);
    let named = !key.is_empty() && key.chars().all(plain);
    named.then_some((line.len() - rest.len() + 1, key))
}

/// A marker with a key glued to it, which `kubectl` refuses with the whole stream; its bytes are at fault.
pub(crate) fn glued(key: &str) -> Message {
    let text = format!("`---{key}` does not separate two documents: the marker needs its own line");
    let mut message =
        Message::new(Reason::BadInput, text).help(format!("begin a new line before `{key}`"));
    message.replacement = Some(format!("---\n{key}"));
    message
}

/// What to do where two folders have an object of one name.
pub(crate) fn two_folders() -> String {
    "if each folder is a separate environment, run with `--each`, or name one of them".to_owned()
}

/// A character that ends a line for readers of YAML 1.1 alone.
pub(crate) fn odd_break(found: char) -> Message {
    let text = format!(
        "this document contains U+{:04X}: kubectl reads it as a line break, so it may see another name, kind or label than set-prestop",
        u32::from(found)
    );
    Message::new(Reason::ReadOtherwise, text)
        .help("remove it, or write it as an escape in double quotes")
}

/// A document after `...` without `---`.
pub(crate) fn dropped() -> Message {
    let text =
        "this document comes after `...` without `---`: kubectl drops it, set-prestop reads it";
    Message::new(Reason::ReadOtherwise, text).help("put `---` before it")
}
