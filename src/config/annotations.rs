//! Every annotation under `set-prestop.dev/`, and its reader (docs/reference.md, section 2.6).

use crate::config::Seconds;
use crate::say::nearest;
use set_prestop_yaml::{Kind, Node};

/// The prefix of all annotations.
pub(crate) const PREFIX: &str = "set-prestop.dev/";
/// The key that brings in or takes out.
pub(crate) const INJECT_KEY: &str = "set-prestop.dev/inject";
/// The tag that carries the Reason in a result.
pub(crate) const REASON_TAG: &str = "set-prestop.dev/reason";

const INJECT: &str = "inject";
const SLEEP: &str = "sleep-seconds";
const SHUTDOWN: &str = "shutdown-seconds";
const CONTAINERS: &str = "containers";

/// `set-prestop.dev/inject`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Inject {
    /// Brings a workload or Service in although no route names it.
    Enabled,
    /// Takes it out, or on a Service or route the ways through it.
    Disabled,
}

/// On what an annotation stands: it decides which keys are right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Bearer {
    /// A workload or its pod template.
    Workload,
    /// A Service.
    Service,
    /// A route.
    Route,
}

/// What the annotations of one object say.
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

/// An annotation that can't be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct AnnotationFault {
    /// Byte offset of the key or the value.
    pub(crate) offset: usize,
    /// The key, prefix and all.
    pub(crate) key: String,
    pub(crate) text: String,
    pub(crate) help: String,
}

/// Reads the annotations of the object or template `object`.
pub(crate) fn read(
    object: Node<'_, '_>,
    bearer: Bearer,
    faults: &mut Vec<AnnotationFault>,
) -> Annotations {
    let mut read = Annotations::default();
    let Some(annotations) = object.get("metadata").and_then(|m| m.get("annotations")) else {
        return read;
    };
    for (key, value) in annotations.entries() {
        let Some(name) = key.text().and_then(|k| k.strip_prefix(PREFIX)) else {
            continue;
        };
        if let Err((text, help, at_key)) = read_one(&mut read, name, value, bearer) {
            faults.push(AnnotationFault {
                offset: if at_key { key.offset() } else { value.offset() },
                key: format!("{PREFIX}{name}"),
                text,
                help,
            });
        }
    }
    read
}

/// What is wrong, what to do, and whether the key is wrong rather than its value.
type Fault = (String, String, bool);

fn read_one(
    read: &mut Annotations,
    name: &str,
    value: Node<'_, '_>,
    bearer: Bearer,
) -> Result<(), Fault> {
    let keys: &[&str] = match bearer {
        Bearer::Workload => &[INJECT, SLEEP, SHUTDOWN, CONTAINERS],
        Bearer::Service | Bearer::Route => &[INJECT, SLEEP],
    };
    let text = if value.kind() == Kind::Scalar {
        value.text().unwrap_or_default()
    } else {
        ""
    };
    let text = text.trim();
    match name {
        _ if !keys.contains(&name) => {
            if [SHUTDOWN, CONTAINERS].contains(&name) {
                return Err((
                    "this annotation counts only on a workload".to_owned(),
                    "write it on the workload or on its pod template".to_owned(),
                    true,
                ));
            }
            let help = match nearest(name, keys.iter().copied()) {
                Some(near) => format!("did you mean `{PREFIX}{near}`?"),
                None => format!(
                    "expected one of {}",
                    keys.iter()
                        .map(|k| format!("`{PREFIX}{k}`"))
                        .collect::<Vec<_>>()
                        .join(", ")
                ),
            };
            Err(("unknown annotation".to_owned(), help, true))
        }
        INJECT => {
            read.inject = Some(match text {
                "enabled" if bearer == Bearer::Route => {
                    return Err((
                        "`enabled` has no meaning on a route: it counts as one already".to_owned(),
                        "take it out, or write it on the Service or the workload".to_owned(),
                        false,
                    ));
                }
                "enabled" => Inject::Enabled,
                "disabled" => Inject::Disabled,
                _ => {
                    let help = match nearest(text, ["enabled", "disabled"]) {
                        Some(near) => format!("did you mean `{near}`?"),
                        None => "write `enabled` or `disabled`".to_owned(),
                    };
                    return Err((
                        format!("`{text}` is neither `enabled` nor `disabled`"),
                        help,
                        false,
                    ));
                }
            });
            Ok(())
        }
        CONTAINERS => {
            let names: Vec<String> = text
                .split(',')
                .map(|n| n.trim().to_owned())
                .filter(|n| !n.is_empty())
                .collect();
            if names.is_empty() {
                return Err((
                    "no container is named".to_owned(),
                    "name containers of the pod, separated by commas, or use `set-prestop.dev/inject: disabled`".to_owned(),
                    false,
                ));
            }
            read.containers = Some(names);
            Ok(())
        }
        _ => {
            let seconds = text.parse::<Seconds>().map_err(|wrong| {
                (
                    wrong,
                    "write whole seconds in quotes, such as \"15\"".to_owned(),
                    false,
                )
            })?;
            if name == SLEEP {
                read.sleep = Some(seconds);
            } else {
                read.shutdown = Some(seconds);
            }
            Ok(())
        }
    }
}
