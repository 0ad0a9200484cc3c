//! Reads the configuration: a SetPreStop or a ConfigMap. One run reports all of its faults, each with its place.

use super::typed::{self, Entry, MOST_NODES, Part};
use super::{API_VERSION, BackendRule, ClassRule, Config, KIND, MAX_SECONDS, SetPreStop};
use crate::model::Place;
use crate::say::config as say;
use crate::say::input::syntax;
use crate::say::{Message, Reason};
use crate::tables::{self, RowError};
use lossless_yaml::{Kind, Node, Step, Tree};
use serde::de::DeserializeOwned;
use std::ops::Range;

/// Reads a configuration from the text of a file: one document, a `SetPreStop` or a `ConfigMap`.
///
/// # Errors
/// Every fault, with its place in this text as source 0: no YAML, no such document, a field that does not exist or cannot have its value.
pub fn parse(text: &str) -> Result<Config, Vec<Message>> {
    let documents = lossless_yaml::documents(text);
    let trees: Vec<Tree<'_>> = documents
        .map(|range| Tree::parse(text, range))
        .collect::<Result<_, _>>()
        .map_err(|error| {
            let (message, range) = syntax(Reason::BadConfiguration, text, &error);
            vec![place(message, range)]
        })?;
    let mut roots = trees.iter().filter_map(Tree::root);
    match (roots.next(), roots.next()) {
        (None, _) => Err(vec![place(say::empty(API_VERSION, KIND), 0..0)]),
        // If the file has manifests instead, the message names their first kind.
        (Some(root), Some(_)) if !is_configuration(root) => read(root),
        (Some(_), Some(second)) => {
            let start = second.offset();
            let message = say::second_document(API_VERSION, KIND);
            Err(vec![place(message, start..start)])
        }
        (Some(root), None) => read(root),
    }
}

/// The configuration that `text` is, if it is a single document of kind `SetPreStop`: what kustomize's plugin protocol passes.
#[must_use]
pub fn function_config(text: &str) -> Option<Result<Config, Vec<Message>>> {
    let mut only = None;
    for range in lossless_yaml::documents(text) {
        let tree = Tree::parse(text, range).ok()?;
        // A second document makes it manifests, which are not read here.
        if tree.root().is_some() && only.replace(tree).is_some() {
            return None;
        }
    }
    let root = only.as_ref().and_then(Tree::root)?;
    is_set_prestop(root).then(|| read(root))
}

/// Whether this is the kind of a configuration.
fn is_configuration(node: Node<'_, '_>) -> bool {
    let kind = node.get("kind").and_then(Node::text);
    matches!(kind, Some(KIND | "ConfigMap"))
}

/// Whether the node is a configuration of any version.
pub(crate) fn is_set_prestop(node: Node<'_, '_>) -> bool {
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
pub(crate) fn read(node: Node<'_, '_>) -> Result<Config, Vec<Message>> {
    let kind = node.get("kind");
    let twice = keys_twice(node);
    if !twice.is_empty() {
        return Err(twice);
    }
    match kind.and_then(Node::text) {
        Some("ConfigMap") => read_config_map(node),
        Some(KIND) => {
            let api = node.get("apiVersion");
            let version = api.and_then(Node::text).unwrap_or_default();
            if version != API_VERSION {
                let message = say::unknown_version(version, API_VERSION, KIND);
                return Err(vec![about(message, api.unwrap_or(node))]);
            }
            if !typed::fits(node) {
                return Err(vec![about(say::too_large(MOST_NODES), node)]);
            }
            let whole: SetPreStop = deserialize(node, "", &["apiVersion", "kind"])?;
            let spec = node.get("spec").unwrap_or(node);
            check(whole.spec.unwrap_or_default(), spec, "spec")
        }
        other => {
            let message = say::unknown_kind(other.unwrap_or_default(), API_VERSION, KIND);
            Err(vec![about(message, kind.unwrap_or(node))])
        }
    }
}

/// The settings that a ConfigMap can hold: the scalar fields, as strings. `true` marks those that are read as YAML.
const SCALARS: &[(&str, bool)] = &[
    ("sleepSeconds", true),
    ("maxSleepSeconds", true),
    ("shutdownSeconds", true),
    ("marginSeconds", true),
    ("handler", false),
    ("kubernetesVersion", false),
    ("existingHooks", false),
    ("namespace", false),
    ("ingressClass", false),
    ("loadBalancerServices", true),
    ("onError", false),
    ("check", true),
];

fn read_config_map(node: Node<'_, '_>) -> Result<Config, Vec<Message>> {
    let misplaced = node.entries().find(|(key, _)| key.text() == Some("spec"));
    if let (None, Some((spec, _))) = (node.get("data"), misplaced) {
        return Err(vec![about(say::no_data("spec"), spec)]);
    }
    let Some(data) = node.get("data").filter(|d| !d.is_empty()) else {
        return Ok(Config::default());
    };
    let (mut config, mut faults) = (Config::default(), Vec::new());
    for (key, value) in data.entries() {
        let name = key.text().unwrap_or_default();
        let Some((_, typed)) = SCALARS.iter().find(|(scalar, _)| *scalar == name) else {
            let known: Vec<&str> = SCALARS.iter().map(|(scalar, _)| *scalar).collect();
            faults.push(about(say::unknown_data(name, &known, KIND), key));
            continue;
        };
        if value.text().is_none() {
            faults.push(about(say::not_text(name), value));
            continue;
        }
        let part = Part::Entry {
            required: &[],
            entry: (key, value),
            of: if *typed { &Part::Typed } else { &Part::Text },
        };
        match typed_value::<Config>(data, &part, "data") {
            Ok(read) => config = config.over(read),
            Err(fault) => faults.push(fault),
        }
    }
    if faults.is_empty() {
        check(config, data, "data")
    } else {
        Err(faults)
    }
}

/// The settings that are set twice.
fn keys_twice(node: Node<'_, '_>) -> Vec<Message> {
    let below = ["spec", "data"].into_iter().filter_map(|key| node.get(key));
    let twice = std::iter::once(node)
        .chain(below)
        .flat_map(Node::doubled_keys);
    let told = twice.filter_map(|(first, again)| {
        let name = again.text().filter(|name| *name != "<<")?;
        Some(about(say::set_twice(name, at(bytes(first))), again))
    });
    told.collect()
}

/// Reads a mapping. If that fails, each of its fields is read alone, together with the `required` ones, to report every
/// fault and not only the first.
fn deserialize<'t, 's, T: DeserializeOwned>(
    node: Node<'t, 's>,
    prefix: &str,
    required: &[&str],
) -> Result<T, Vec<Message>> {
    let first = match typed_value(node, &Part::Whole, prefix) {
        Ok(read) => return Ok(read),
        Err(first) => first,
    };
    let is_required = |key: Node<'t, 's>| key.text().is_some_and(|key| required.contains(&key));
    let required: Vec<Entry<'t, 's>> = node
        .entries()
        .filter(|(key, _)| is_required(*key))
        .collect();
    let mut faults = Vec::new();
    for (key, value) in node.entries() {
        let name = key.text().unwrap_or_default();
        if name == "spec" && prefix.is_empty() && value.kind() == Kind::Mapping {
            faults.extend(
                deserialize::<Config>(value, "spec", &[])
                    .err()
                    .into_iter()
                    .flatten(),
            );
            continue;
        }
        for of in &parts(value) {
            let part = Part::Entry {
                required: &required,
                entry: (key, value),
                of,
            };
            faults.extend(typed_value::<T>(node, &part, prefix).err());
        }
    }
    Err(if faults.is_empty() {
        vec![first]
    } else {
        faults
    })
}

/// Each item of a list and each entry of a mapping by itself.
fn parts<'t, 's, 'a>(value: Node<'t, 's>) -> Vec<Part<'t, 's, 'a>> {
    let items = value.items().enumerate();
    let items = items.map(|(index, item)| Part::Item(index, item));
    let parts: Vec<_> = items.chain(value.entries().map(Part::Pair)).collect();
    if parts.is_empty() {
        vec![Part::Whole]
    } else {
        parts
    }
}

/// Reads a part of a node as a type, and on an error finds the field and its place.
fn typed_value<'t, 's, T: DeserializeOwned>(
    node: Node<'t, 's>,
    part: &Part<'t, 's, '_>,
    prefix: &str,
) -> Result<T, Message> {
    typed::read(node, part).map_err(|fault| refused(&fault, node, prefix))
}

/// What is said of a fault, with the field and its place.
fn refused(fault: &typed::Fault, node: Node<'_, '_>, prefix: &str) -> Message {
    let (mut at, mut field) = (node, prefix.to_owned());
    for step in fault.path.iter().rev() {
        let next = match step {
            Step::Index(index) => {
                field = format!("{field}[{index}]");
                at.item(*index)
            }
            Step::Key(key) => {
                if !field.is_empty() {
                    field.push('.');
                }
                field.push_str(key);
                at.get(key)
            }
        };
        if let Some(next) = next {
            at = next;
        }
    }
    let text = fault.text.as_str();
    // An unknown field, and an unknown Reason of `severity`, are found by their key.
    let name = if text.starts_with("unknown field") {
        field.rsplit('.').next()
    } else {
        text.split('`')
            .nth(1)
            .filter(|_| field.ends_with("severity"))
    };
    let value = name.and_then(|name| at.entries().find(|(_, v)| v.text() == Some(name)));
    let key = name
        .and_then(|name| key_of(node, at, name))
        .or(value.map(|(_, value)| value));
    let found = at.text().filter(|_| at.kind() == Kind::Scalar);
    about(
        say::refused(text, &field, found, MAX_SECONDS),
        key.unwrap_or(at),
    )
}

/// The key of this name whose value is `value`, or that is in it, anywhere below `node`.
fn key_of<'t, 's>(node: Node<'t, 's>, value: Node<'t, 's>, name: &str) -> Option<Node<'t, 's>> {
    let own = node.entries().find(|(key, v)| {
        key.text() == Some(name) && (v.id() == value.id() || node.id() == value.id())
    });
    if let Some((key, _)) = own {
        return Some(key);
    }
    let below = node.entries().map(|(_, v)| v).chain(node.items());
    below
        .filter(|v| v.span().contains(&value.offset()))
        .find_map(|v| key_of(v, value, name))
}

/// The rules that involve several fields.
fn check(config: Config, node: Node<'_, '_>, prefix: &str) -> Result<Config, Vec<Message>> {
    let mut faults = Vec::new();
    let at = |name: &str| node.get(name).unwrap_or(node);
    if config.ingress_class.is_some() && config.ingress_classes.is_some() {
        let message = say::class_twice(&format!("{prefix}.ingressClass"));
        faults.push(about(message, at("ingressClass")));
    }
    for (index, rule) in config.ingress_classes.iter().flatten().enumerate() {
        let column = format!("ingressClasses[{index}]");
        if let Some((message, below)) = rule.fault(&format!("{prefix}.{column}")) {
            faults.push(about(message, column_of(node, &format!("{column}{below}"))));
        }
    }
    for (index, rule) in config.backends.iter().flatten().enumerate() {
        let column = format!("backends[{index}]");
        if let Some((message, below)) = rule.fault(&format!("{prefix}.{column}")) {
            faults.push(about(message, column_of(node, &format!("{column}{below}"))));
        }
    }
    // Compiled here to find their faults at their places, and again where a run uses them: settings are merged of flags, files and a
    // functionConfig, and stay data. It takes some 2 µs a row.
    if let Err(RowError { column, message }) = config.tables() {
        faults.push(about(say::row(&column, &message), column_of(node, &column)));
    }
    let fixed = config.severity.iter().flatten();
    for (reason, _) in fixed.filter(|(reason, _)| reason.is_fixed()) {
        let message = say::fixed_reason(&format!("{prefix}.severity"), reason.name());
        faults.push(about(message, at("severity")));
    }
    if faults.is_empty() {
        Ok(config)
    } else {
        Err(faults)
    }
}

impl ClassRule {
    /// What is wrong with the rule in this field, and the faulty column below it.
    fn fault(&self, field: &str) -> Option<(Message, &'static str)> {
        let set = usize::from(self.controller.is_some())
            + usize::from(self.sleep_seconds.is_some())
            + usize::from(self.skip);
        if set > 1 {
            return Some((say::rule_says_too_much(field, &self.class), ""));
        }
        unknown_controller(self.controller.as_deref()?, field)
    }
}

impl BackendRule {
    /// What is wrong with an entry of `backends`, and the column below it.
    fn fault(&self, field: &str) -> Option<(Message, &'static str)> {
        if self.controller.is_some() && self.sleep_seconds.is_some() {
            return Some((say::backend_says_too_much(field, &self.service), ""));
        }
        unknown_controller(self.controller.as_deref()?, field)
    }
}

/// The message about an unknown controller, and the column that names it.
fn unknown_controller(name: &str, field: &str) -> Option<(Message, &'static str)> {
    if tables::controller_by_name(name).is_some() {
        return None;
    }
    let known = tables::controllers().iter();
    let known = known.flat_map(|c| c.controllers.iter().map(AsRef::as_ref));
    let message = say::unknown_controller(&format!("{field}.controller"), name, known);
    Some((message, ".controller"))
}

/// The node of a column such as `routes[0].services[1].at`, or the nearest one above it.
fn column_of<'t, 's>(node: Node<'t, 's>, column: &str) -> Node<'t, 's> {
    let nodes = nodes_of(node, column).map_while(|next| next);
    nodes.last().unwrap_or(node)
}

/// The nodes on the path to a column, each below the one before; none from where the path ends early.
fn nodes_of<'t, 's>(
    node: Node<'t, 's>,
    column: &str,
) -> impl Iterator<Item = Option<Node<'t, 's>>> {
    column.split(['.', '[']).scan(Some(node), |at, part| {
        *at = match part.strip_suffix(']').and_then(|index| index.parse().ok()) {
            Some(index) => at.and_then(|node| node.item(index)),
            None => at.and_then(|node| node.get(part)),
        };
        Some(*at)
    })
}

/// Gives messages about settings their places in the text of a configuration, which is the source of this index. A ConfigMap has
/// the fields of `spec` below `data`. Returns whether there are any.
pub fn place_in_config(text: &str, source: usize, messages: &mut [Message]) -> bool {
    let mut about_settings = messages
        .iter_mut()
        .filter(|message| message.object.is_none() && message.place.is_none())
        .filter(|message| message.field.is_some())
        .peekable();
    if about_settings.peek().is_none() {
        return false;
    }
    let trees = lossless_yaml::documents(text).map(|range| Tree::parse(text, range));
    let trees: Vec<Tree<'_>> = trees.filter_map(Result::ok).collect();
    let node = |field: &str| {
        let mut roots = trees.iter().filter_map(Tree::root);
        roots.find_map(|root| nodes_of(root, field).last()?)
    };
    let mut any = false;
    for message in about_settings {
        let field = message.field.as_deref().unwrap_or_default();
        let found = node(field).or_else(|| node(&field.replacen("spec.", "data.", 1)));
        message.place = found.map(|node| Place {
            source,
            document: 1,
            range: bytes(node),
        });
        any |= message.place.is_some();
    }
    any
}

/// The bytes of a scalar; for anything else the place where it begins.
fn bytes(node: Node<'_, '_>) -> Range<usize> {
    match node.kind() {
        Kind::Scalar => node.span(),
        Kind::Null | Kind::Sequence | Kind::Mapping => node.offset()..node.offset(),
    }
}

/// The message with its place.
fn about(message: Message, node: Node<'_, '_>) -> Message {
    place(message, bytes(node)).fitted(node.whole())
}

fn place(mut message: Message, range: Range<usize>) -> Message {
    message.place = Some(at(range));
    message
}

/// A place in the only document of a configuration.
fn at(range: Range<usize>) -> Place {
    Place {
        source: 0,
        document: 1,
        range,
    }
}

#[cfg(all(test, feature = "schema"))]
mod tests {
    use super::SCALARS;
    use serde_json::Value;

    #[test]
    fn a_config_map_holds_every_scalar_field() {
        let schema: Value = serde_json::from_str(&crate::json_schema().unwrap()).unwrap();
        let fields = schema["properties"]["spec"]["properties"].as_object();
        let scalar = |(name, of): (&String, &Value)| {
            let kind = of["type"][0].as_str().or(of["type"].as_str())?;
            let typed = ["integer", "boolean"].contains(&kind);
            (typed || kind == "string").then(|| (name.clone(), typed))
        };
        let mut want: Vec<_> = fields.unwrap().iter().filter_map(scalar).collect();
        let mut got: Vec<_> = SCALARS
            .iter()
            .map(|(name, typed)| ((*name).to_owned(), *typed))
            .collect();
        want.sort();
        got.sort();
        assert_eq!(got, want);
    }
}
