//! Reads the configuration: a SetPreStop or a ConfigMap, with the place of every fault.

use super::{API_VERSION, ClassRule, Config, KIND, SetPreStop};
use crate::model::Place;
use crate::say::{Message, Reason, nearest};
use crate::tables::{self, RowError, Tables};
use serde::de;
use set_prestop_yaml::{Node, Tree};

/// A configuration that can't be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError {
    /// Byte offset in the text that holds the configuration.
    pub offset: usize,
    /// The field, as `spec.sleepSeconds`; empty for the configuration as a whole.
    pub field: String,
    /// What is wrong.
    pub text: String,
    /// What to do.
    pub help: String,
}

/// Reads a configuration from the text of a file: one document, a `SetPreStop` or a `ConfigMap`.
///
/// # Errors
/// What is no YAML, no such document, or states a field that isn't one or can't have its value.
pub fn parse(text: &str) -> Result<Config, ConfigError> {
    let whole = |offset: usize, text: String| ConfigError {
        offset,
        field: String::new(),
        text,
        help: format!("write one document of `apiVersion: {API_VERSION}`, `kind: {KIND}`"),
    };
    let mut found = None;
    for range in set_prestop_yaml::documents(text) {
        let tree = Tree::parse(text, range).map_err(|e| whole(e.offset, e.message))?;
        let Some(root) = tree.root() else { continue };
        if found.is_some() {
            return Err(whole(
                root.offset(),
                "a second document follows the configuration".into(),
            ));
        }
        found = Some(read(root)?);
    }
    found.ok_or_else(|| whole(0, "the configuration is empty".into()))
}

/// Whether `text` is a single document of kind `SetPreStop`: what kustomize's plugin protocol hands over.
#[must_use]
pub fn is_function_config(text: &str) -> bool {
    let mut found = false;
    for range in set_prestop_yaml::documents(text) {
        let Ok(tree) = Tree::parse(text, range) else {
            return false;
        };
        let Some(root) = tree.root() else { continue };
        if found || !is_set_prestop(root) {
            return false;
        }
        found = true;
    }
    found
}

fn is_set_prestop(node: Node<'_, '_>) -> bool {
    let group = |api: &str| api.split('/').next() == API_VERSION.split('/').next();
    node.get("kind").and_then(Node::text) == Some(KIND)
        && node
            .get("apiVersion")
            .and_then(Node::text)
            .is_some_and(group)
}

/// Reads a functionConfig from its node.
///
/// # Errors
/// As [`parse`].
pub(crate) fn read(node: Node<'_, '_>) -> Result<Config, ConfigError> {
    let error = |at: Node<'_, '_>, field: &str, text: String, help: String| ConfigError {
        offset: at.offset(),
        field: field.to_owned(),
        text,
        help,
    };
    let kind = node.get("kind");
    let api = node.get("apiVersion");
    match kind.and_then(Node::text) {
        Some("ConfigMap") => read_config_map(node),
        Some(KIND) => {
            let stated = api.and_then(Node::text).unwrap_or_default();
            if stated != API_VERSION {
                return Err(error(
                    api.unwrap_or(node),
                    "apiVersion",
                    format!("`{stated}` is not a version of {KIND} that this program knows"),
                    format!("write `apiVersion: {API_VERSION}`"),
                ));
            }
            let whole: SetPreStop = deserialize(node, "")?;
            check(
                whole.spec.unwrap_or_default(),
                node.get("spec").unwrap_or(node),
                "spec",
            )
        }
        other => Err(error(
            kind.unwrap_or(node),
            "kind",
            format!(
                "`{}` is not a configuration of this function",
                other.unwrap_or_default()
            ),
            format!(
                "write `apiVersion: {API_VERSION}`, `kind: {KIND}`, or a ConfigMap with the settings in `data`"
            ),
        )),
    }
}

/// The settings that a ConfigMap can hold: the scalar fields, as strings. `true` marks those that are read as YAML.
const SCALARS: &[(&str, bool)] = &[
    ("sleepSeconds", true),
    ("shutdownSeconds", true),
    ("marginSeconds", true),
    ("handler", false),
    ("kubernetesVersion", false),
    ("existingHooks", false),
    ("namespace", false),
    ("ingressClass", false),
    ("loadBalancerServices", true),
    ("check", true),
];

fn read_config_map(node: Node<'_, '_>) -> Result<Config, ConfigError> {
    let Some(data) = node.get("data").filter(|d| !d.is_empty()) else {
        return Ok(Config::default());
    };
    let mut fields = serde_yaml::Mapping::new();
    for (key, value) in data.entries() {
        let name = key.text().unwrap_or_default();
        let field = format!("data.{name}");
        let Some((_, typed)) = SCALARS.iter().find(|(scalar, _)| *scalar == name) else {
            let known = SCALARS.iter().map(|(scalar, _)| *scalar);
            let help = match nearest(name, known.clone()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!(
                    "a ConfigMap takes {}; for the others write a {KIND}",
                    list(known)
                ),
            };
            return Err(ConfigError {
                offset: key.offset(),
                field,
                text: format!("unknown field `{name}`"),
                help,
            });
        };
        let Some(text) = value.text() else {
            return Err(ConfigError {
                offset: value.offset(),
                field,
                text: "expected a string".into(),
                help: format!("write `{name}: \"...\"`"),
            });
        };
        let scalar = match text {
            "true" if *typed => serde_yaml::Value::Bool(true),
            "false" if *typed => serde_yaml::Value::Bool(false),
            _ => match text.parse::<i64>() {
                Ok(number) if *typed => serde_yaml::Value::Number(number.into()),
                _ => serde_yaml::Value::String(text.to_owned()),
            },
        };
        fields.insert(name.into(), scalar);
    }
    let config = from_value(serde_yaml::Value::Mapping(fields), data, "data")?;
    check(config, data, "data")
}

fn list<'a>(words: impl Iterator<Item = &'a str>) -> String {
    words
        .map(|w| format!("`{w}`"))
        .collect::<Vec<_>>()
        .join(", ")
}

fn deserialize<T: de::DeserializeOwned>(
    node: Node<'_, '_>,
    prefix: &str,
) -> Result<T, ConfigError> {
    from_value(bridge::value(node)?, node, prefix)
}

/// Reads a typed value, and on an error finds the field, its place and the nearest right name.
fn from_value<T: de::DeserializeOwned>(
    value: serde_yaml::Value,
    node: Node<'_, '_>,
    prefix: &str,
) -> Result<T, ConfigError> {
    serde_path_to_error::deserialize(value).map_err(|e| {
        let (mut at, mut field) = (node, prefix.to_owned());
        for segment in e.path() {
            use serde_path_to_error::Segment;
            let next = match segment {
                Segment::Seq { index } => {
                    field = format!("{field}[{index}]");
                    at.item(*index)
                }
                Segment::Map { key } => {
                    if !field.is_empty() {
                        field.push('.');
                    }
                    field.push_str(key);
                    at.get(key)
                }
                Segment::Enum { .. } | Segment::Unknown => None,
            };
            if let Some(next) = next {
                at = next;
            }
        }
        let text = e.inner().to_string();
        let (text, help) = explain(&text, &field);
        // An unknown field is found by its key.
        let name = field.rsplit('.').next().unwrap_or_default();
        let key = text
            .starts_with("unknown field")
            .then(|| key_of(node, at, name))
            .flatten();
        ConfigError {
            offset: key.unwrap_or(at).offset(),
            field,
            text,
            help,
        }
    })
}

/// The key of this name whose value is `value`, anywhere below `node`.
fn key_of<'t, 's>(node: Node<'t, 's>, value: Node<'t, 's>, name: &str) -> Option<Node<'t, 's>> {
    let own = node
        .entries()
        .find(|(key, v)| v.id() == value.id() && key.text() == Some(name));
    if let Some((key, _)) = own {
        return Some(key);
    }
    let below = node.entries().map(|(_, v)| v).chain(node.items());
    below
        .filter(|v| v.span().contains(&value.offset()))
        .find_map(|v| key_of(v, value, name))
}

/// Splits serde's "unknown field, expected one of" into what is wrong and what to do.
fn explain(text: &str, field: &str) -> (String, String) {
    // serde speaks of Rust's types.
    let text = [
        "struct SetPreStop",
        "struct Config",
        "struct ClassRule",
        "struct BackendRule",
    ]
    .iter()
    .fold(
        text.replace("sequence", "list")
            .replace("type: map", "type: mapping"),
        |text, rust| text.replace(&format!("expected {rust}"), "expected a mapping"),
    );
    let text = text.as_str();
    let Some((wrong, expected)) = text.split_once(", expected ") else {
        return (
            text.to_owned(),
            format!("correct `{field}`, or take it out to get its default"),
        );
    };
    let words =
        |s: &str| -> Vec<String> { s.split('`').skip(1).step_by(2).map(str::to_owned).collect() };
    let known = words(expected);
    let near = words(wrong)
        .first()
        .and_then(|word| nearest(word, known.iter().map(String::as_str)).map(str::to_owned));
    let help = match near {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("expected {expected}"),
    };
    (wrong.to_owned(), help)
}

/// The rules that go across fields.
fn check(config: Config, node: Node<'_, '_>, prefix: &str) -> Result<Config, ConfigError> {
    let error = |name: &str, text: String, help: String| ConfigError {
        offset: node.get(name).unwrap_or(node).offset(),
        field: format!("{prefix}.{name}"),
        text,
        help,
    };
    if config.ingress_class.is_some() && config.ingress_classes.is_some() {
        return Err(error(
            "ingressClass",
            "stated beside `ingressClasses`".into(),
            "keep one: `ingressClass` is short for rules that skip every other class".into(),
        ));
    }
    for (index, rule) in config.ingress_classes.iter().flatten().enumerate() {
        if let Some((column, text, help)) = rule.fault() {
            return Err(fault(
                node,
                prefix,
                &format!("ingressClasses[{index}]{column}"),
                text,
                help,
            ));
        }
    }
    let rows = Tables::new(
        config.routes.as_deref().unwrap_or_default(),
        config.workloads.as_deref().unwrap_or_default(),
    );
    if let Err(RowError { column, message }) = rows {
        let help =
            "correct this column of the row; docs/routes.md shows the built-in rows".to_owned();
        return Err(fault(node, prefix, &column, message, help));
    }
    for (name, _) in config.severity.iter().flatten() {
        if let Some((text, help)) = severity_fault(name) {
            return Err(error("severity", text, help));
        }
    }
    Ok(config)
}

impl ClassRule {
    /// What is wrong with a rule: the column below it, the text, and what to do.
    fn fault(&self) -> Option<(&'static str, String, String)> {
        let stated = usize::from(self.controller.is_some())
            + usize::from(self.sleep_seconds.is_some())
            + usize::from(self.skip);
        if stated > 1 {
            let text = format!(
                "the rule for `{}` states more than one of `controller`, `sleepSeconds` and `skip`",
                self.class
            );
            return Some(("", text, "keep one of them".to_owned()));
        }
        let name = self.controller.as_deref()?;
        if tables::controller_by_name(name).is_some() {
            return None;
        }
        let known = tables::controllers().iter();
        let known = known.flat_map(|c| c.controllers.iter().map(AsRef::as_ref));
        let help = match nearest(name, known) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "name one of docs/controllers.md, or state `sleepSeconds` instead".to_owned(),
        };
        Some((".controller", format!("unknown controller `{name}`"), help))
    }
}

/// An error at a column such as `routes[0].services[1].at`, as near to it as the text goes.
fn fault(
    node: Node<'_, '_>,
    prefix: &str,
    column: &str,
    text: String,
    help: String,
) -> ConfigError {
    let mut at = node;
    for part in column.split(['.', '[']) {
        let next = match part.strip_suffix(']').and_then(|index| index.parse().ok()) {
            Some(index) => at.item(index),
            None => at.get(part),
        };
        match next {
            Some(next) => at = next,
            None => break,
        }
    }
    ConfigError {
        offset: at.offset(),
        field: format!("{prefix}.{column}"),
        text,
        help,
    }
}

fn severity_fault(name: &str) -> Option<(String, String)> {
    let names = Reason::ALL
        .iter()
        .filter(|r| !r.is_fixed())
        .map(|r| r.name());
    match Reason::ALL.iter().find(|r| r.name() == name) {
        None => Some((
            format!("unknown Reason `{name}`"),
            match nearest(name, names.clone()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("expected one of {}", list(names)),
            },
        )),
        Some(reason) if reason.is_fixed() => Some((
            format!("`{name}` always stops the run"),
            "take it out of `severity`".to_owned(),
        )),
        Some(_) => None,
    }
}

/// From a node to serde's value: the bridge to typed reading.
pub(crate) mod bridge {
    use super::ConfigError;
    use serde_yaml::{Mapping, Value};
    use set_prestop_yaml::{Kind, Node};

    /// More nodes than any configuration has: an alias bomb ends here.
    const MOST_NODES: usize = 100_000;

    pub(super) fn value(node: Node<'_, '_>) -> Result<Value, ConfigError> {
        let mut left = MOST_NODES;
        build(node, &mut left, 0).ok_or_else(|| ConfigError {
            offset: node.offset(),
            field: String::new(),
            text: format!(
                "the configuration has more than {MOST_NODES} nodes or is nested too deep"
            ),
            help: "make it smaller".to_owned(),
        })
    }

    fn build(node: Node<'_, '_>, left: &mut usize, depth: usize) -> Option<Value> {
        *left = left.checked_sub(1)?;
        if depth > 255 {
            return None;
        }
        Some(match node.kind() {
            Kind::Null => Value::Null,
            Kind::Scalar => scalar(node),
            Kind::Sequence => Value::Sequence(
                node.items()
                    .map(|item| build(item, left, depth + 1))
                    .collect::<Option<Vec<_>>>()?,
            ),
            Kind::Mapping => {
                let mut mapping = Mapping::new();
                for (key, value) in node.entries() {
                    let key = build(key, left, depth + 1)?;
                    mapping.insert(key, build(value, left, depth + 1)?);
                }
                Value::Mapping(mapping)
            }
        })
    }

    fn scalar(node: Node<'_, '_>) -> Value {
        if let Some(b) = node.as_bool() {
            Value::Bool(b)
        } else if let Some(n) = node.as_int() {
            Value::Number(n.into())
        } else if let Some(n) = node.as_float() {
            Value::Number(n.into())
        } else {
            Value::String(node.text().unwrap_or_default().to_owned())
        }
    }
}

impl ConfigError {
    /// The error as a message about the source of this index; `whole` names the configuration where no field is at fault.
    #[must_use]
    pub fn message(&self, whole: &str, source: usize) -> Message {
        let field = if self.field.is_empty() {
            whole
        } else {
            &self.field
        };
        let mut message =
            Message::new(Reason::BadConfiguration, self.text.clone()).help(self.help.clone());
        message.field = Some(field.to_owned()).filter(|field| !field.is_empty());
        message.place = Some(Place {
            source,
            document: 1,
            range: self.offset..self.offset,
        });
        message
    }
}
