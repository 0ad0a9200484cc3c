//! Every annotation under `set-prestop.dev/`, and its reader (docs/reference.md, section 2.6).

use crate::config::Seconds;
use crate::say::config as say;
use crate::say::{Message, Reason};
use lossless_yaml::{Kind, Node};
use std::ops::Range;
use std::str::FromStr;

/// The prefix of all annotations.
pub(crate) const PREFIX: &str = "set-prestop.dev/";
/// The key that includes or excludes an object.
pub(crate) const INJECT_KEY: &str = "set-prestop.dev/inject";
/// The tag that carries the Reason in a result.
pub(crate) const REASON_TAG: &str = "set-prestop.dev/reason";
/// The annotation that hides messages with these Reasons about its object.
pub(crate) const IGNORE: &str = "set-prestop.dev/ignore";

/// `set-prestop.dev/inject`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Inject {
    /// Includes a workload or Service even if no route names it.
    Enabled,
    /// Excludes it; on a Service or route, the paths through it.
    Disabled,
}

impl FromStr for Inject {
    type Err = Message;

    fn from_str(text: &str) -> Result<Inject, Message> {
        match text {
            "enabled" => Ok(Inject::Enabled),
            "disabled" => Ok(Inject::Disabled),
            _ => Err(say::neither_enabled_nor_disabled(text)),
        }
    }
}

/// Which annotations an object may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub(crate) struct Roles {
    pub(crate) route: bool,
    pub(crate) service: bool,
    pub(crate) workload: bool,
}

impl Roles {
    /// A workload or its pod template.
    pub(crate) const WORKLOAD: Roles = Roles {
        route: false,
        service: false,
        workload: true,
    };

    /// Whether the object has any of them.
    pub(crate) fn any(self) -> bool {
        self.route || self.service || self.workload
    }
}

/// The values of one object's annotations.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Annotations {
    pub(crate) inject: Option<Inject>,
    pub(crate) sleep: Option<Seconds>,
    pub(crate) shutdown: Option<Seconds>,
    pub(crate) containers: Option<Vec<String>>,
}

impl Annotations {
    /// The workload's own win over its pod template's.
    pub(crate) fn over(self, below: Annotations) -> Annotations {
        Annotations {
            inject: self.inject.or(below.inject),
            sleep: self.sleep.or(below.sleep),
            shutdown: self.shutdown.or(below.shutdown),
            containers: self.containers.or(below.containers),
        }
    }
}

/// A message about an annotation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct AnnotationFault {
    /// Bytes of the key or the value.
    pub(crate) range: Range<usize>,
    /// The key, prefix and all.
    pub(crate) key: String,
    pub(crate) message: Message,
}

/// A value to read: its text, the kind of object that has it, and the longest sleep it may ask for.
struct Value<'v> {
    text: &'v str,
    roles: Roles,
    most: u64,
}

/// Reads a value into the annotations. Also gives a warning about it.
type Reader = fn(&mut Annotations, &Value<'_>) -> Result<Option<Message>, Message>;

/// Every key, whether it is only for workloads, and its reader.
const KEYS: [(&str, bool, Reader); 5] = [
    ("inject", false, |read, value| {
        let inject = value.text.parse()?;
        let is_route = value.roles.route && !value.roles.workload && !value.roles.service;
        if inject == Inject::Enabled && is_route {
            return Err(say::enabled_on_route());
        }
        read.inject = Some(inject);
        Ok(None)
    }),
    ("sleep-seconds", false, |read, value| {
        let seconds = seconds(value.text)?;
        let (bounded, most) = (seconds > value.most, value.most);
        read.sleep = Some(Seconds::at_most(seconds.min(most)));
        Ok(bounded.then(|| say::bounded(seconds, most)))
    }),
    ("ignore", false, |_, value| {
        ignored(value.text)
            .collect::<Result<Vec<_>, _>>()
            .map(|_| None)
    }),
    ("shutdown-seconds", true, |read, value| {
        let seconds = value.text.parse::<Seconds>();
        read.shutdown = Some(seconds.map_err(|wrong| say::not_seconds(wrong, value.text))?);
        Ok(None)
    }),
    ("containers", true, |read, value| {
        let names: Vec<String> = words(value.text).map(str::to_owned).collect();
        if names.is_empty() {
            return Err(say::no_containers());
        }
        read.containers = Some(names);
        Ok(None)
    }),
];

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(',')
        .map(str::trim)
        .filter(|word| !word.is_empty())
}

/// A number of seconds, even if it is more than allowed.
fn seconds(text: &str) -> Result<u64, Message> {
    let above = text
        .bytes()
        .all(|b| b.is_ascii_digit())
        .then(|| text.parse().ok());
    if let Some(Some(seconds)) = above {
        return Ok(seconds);
    }
    let seconds = text.parse::<Seconds>();
    seconds
        .map(Seconds::get)
        .map_err(|wrong| say::not_seconds(wrong, text))
}

/// The Reasons that the value of [`IGNORE`] names.
pub(crate) fn ignored(text: &str) -> impl Iterator<Item = Result<Reason, Message>> {
    words(text).map(move |word| {
        let mut all = Reason::ALL.iter().filter(|reason| !reason.is_fixed());
        let found = all.find(|reason| reason.name() == word);
        found.copied().ok_or_else(|| say::not_ignorable(word, text))
    })
}

/// Reads the annotations of an object or pod template. `most` is the longest sleep that they may ask for.
pub(crate) fn read(
    object: Node<'_, '_>,
    roles: Roles,
    most: u64,
    faults: &mut Vec<AnnotationFault>,
) -> Annotations {
    let mut read = Annotations::default();
    let Some(annotations) = object.get("metadata").and_then(|m| m.get("annotations")) else {
        return read;
    };
    for (key, value) in annotations.entries() {
        if let Some(name) = key.text().and_then(|k| k.strip_prefix(PREFIX)) {
            read_one(name, (key, value), roles, most, &mut read, faults);
        }
    }
    read
}

#[inline(never)]
fn read_one(
    name: &str,
    (key, value): (Node<'_, '_>, Node<'_, '_>),
    roles: Roles,
    most: u64,
    read: &mut Annotations,
    faults: &mut Vec<AnnotationFault>,
) {
    let mut tell = |node: Node<'_, '_>, message| {
        faults.push(AnnotationFault {
            range: bytes(node),
            key: format!("{PREFIX}{name}"),
            message,
        });
    };
    let known = KEYS.iter().find(|(known, ..)| *known == name);
    let Some((_, _, reader)) = known.filter(|(_, only, _)| roles.workload || !only) else {
        tell(
            key,
            if known.is_some() {
                say::only_on_workload()
            } else {
                let keys = KEYS.iter().filter(|(_, only, _)| roles.workload || !only);
                let keys: Vec<&str> = keys.map(|(name, ..)| *name).collect();
                say::unknown_annotation(name, PREFIX, &keys)
            },
        );
        return;
    };
    let text = match value.kind() {
        Kind::Scalar => value.text().unwrap_or_default().trim(),
        Kind::Null | Kind::Sequence | Kind::Mapping => "",
    };
    match reader(read, &Value { text, roles, most }) {
        Err(wrong) => tell(value, wrong),
        Ok(warning) => {
            if let Some(warning) = warning {
                tell(value, warning);
            }
            // `kubectl` sends the value as it is written, and the API server accepts only text.
            if value.as_int().is_some() {
                tell(value, say::unquoted(&format!("{PREFIX}{name}"), text));
            }
        }
    }
}

/// The bytes of a scalar; for anything else the place where it begins.
fn bytes(node: Node<'_, '_>) -> Range<usize> {
    match node.kind() {
        Kind::Scalar => node.span(),
        Kind::Null | Kind::Sequence | Kind::Mapping => node.offset()..node.offset(),
    }
}
