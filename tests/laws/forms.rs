//! A render, the forms that it can be written in, and what a run answers.

use crate::dice::Dice;
use crate::style;
use crate::values::{flat, values};
use serde_json::{Value, json};
use set_prestop::{
    Config, Message, Outcome, Plan, Reason, Settings, Source, parse_config, rewrite,
};
use std::collections::BTreeSet;
use std::fmt;

/// Another way to write the same objects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    Shuffled,
    KeysShuffled,
    WrittenOut,
    Json,
    List,
    ResourceList,
    Strangers,
    Files,
}

/// Manifests and the configuration that they are run with.
pub(crate) struct Case {
    texts: Vec<String>,
    config: Config,
    config_text: String,
}

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}\n=== config\n{}",
            self.texts.join("=== file\n"),
            self.config_text
        )
    }
}

/// What a run answers, but for places and orders.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Answer {
    failed: bool,
    refused: bool,
    pub(crate) plans: Vec<String>,
    /// What each message is about, and its text.
    told: Vec<(String, String)>,
    pub(crate) values: Vec<Value>,
}

/// Objects before and after, and whether one of those before has a plan.
type Values<F> = (Vec<Value>, Vec<Value>, F);

/// A Component, with the objects before and after.
type Patched = (Value, Vec<Value>, Vec<Value>);

const STRANGERS: [&str; 4] = [
    "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: stranger\ndata:\n  a: |\n    apiVersion: v1\n    kind: Service\n    ---x\n",
    "{\"apiVersion\": \"v1\", \"kind\": \"Secret\", \"metadata\": {\"name\": \"stranger\"}, \"stringData\": {\"kind\": \"Ingress\"}}\n",
    "# A comment.\napiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: stranger}\nspec:\n  names: {kind: Ingress}\n",
    "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: &m\n  name: stranger\nrules:\n- {apiGroups: [apps], resources: [deployments], verbs: ['*']}\n",
];

impl Case {
    /// A random render, in random styles.
    pub(crate) fn write(objects: &[Value], config: &str, dice: &mut Dice) -> Case {
        let anchors = dice.once_in(2);
        let documents = objects
            .iter()
            .map(|object| style::document(object, anchors, dice));
        let documents: Vec<String> = documents.collect();
        let config_text = config.to_owned();
        let config =
            parse_config(config).unwrap_or_else(|error| panic!("{error:?} in {config_text}"));
        let texts = vec![documents.join("---\n")];
        Case {
            texts,
            config,
            config_text,
        }
    }

    /// Manifests of a file; none where the run could not be about the objects.
    pub(crate) fn read(text: &str) -> Option<Case> {
        let case = Case {
            texts: vec![text.to_owned()],
            config: Config::default(),
            config_text: String::new(),
        };
        (case.objects()?.len() == documents(text).len() && !text.contains("ResourceList"))
            .then_some(case)
    }

    pub(crate) fn text(&self) -> String {
        self.texts.concat()
    }

    pub(crate) fn config(&self) -> &Config {
        &self.config
    }

    pub(crate) fn with_text(&self, text: String) -> Case {
        self.with(vec![text])
    }

    fn with(&self, texts: Vec<String>) -> Case {
        let (config, config_text) = (self.config.clone(), self.config_text.clone());
        Case {
            texts,
            config,
            config_text,
        }
    }

    fn objects(&self) -> Option<Vec<Value>> {
        let objects = values(&self.texts[0])?;
        objects.iter().all(Value::is_object).then_some(objects)
    }

    /// The same objects in another form; none where that can't be asked.
    pub(crate) fn as_form(&self, form: Form, dice: &mut Dice) -> Option<Case> {
        let objects = self.objects()?;
        let mut documents = documents(&self.texts[0]);
        let yaml = |value: &Value| serde_yaml::to_string(value).unwrap();
        let text = match form {
            Form::Shuffled => {
                dice.shuffle(&mut documents);
                documents.join("---\n")
            }
            Form::KeysShuffled => {
                let objects = objects.iter().map(|object| yaml_in_order(object, 0, dice));
                objects.collect::<Vec<_>>().join("---\n")
            }
            Form::WrittenOut => objects.iter().map(yaml).collect::<Vec<_>>().join("---\n"),
            Form::Json if dice.once_in(2) => objects.iter().fold(String::new(), |text, object| {
                text + &object.to_string()
                    + "
"
            }),
            Form::Json => format!(
                "{:#}\n",
                json!({"apiVersion": "v1", "kind": "List", "items": objects})
            ),
            Form::List if dice.once_in(2) => {
                yaml(&json!({"apiVersion": "v1", "kind": "List", "items": objects}))
            }
            Form::List => items("apiVersion: v1\nkind: List\n", &documents),
            Form::ResourceList => {
                let head = "apiVersion: config.kubernetes.io/v1\nkind: ResourceList\n";
                match dice.roll(3) {
                    0 => items(head, &documents),
                    1 => yaml(&json!({"apiVersion": "config.kubernetes.io/v1", "kind": "ResourceList", "items": objects})),
                    _ => json!({"apiVersion": "config.kubernetes.io/v1", "kind": "ResourceList", "items": objects}).to_string(),
                }
            }
            Form::Strangers => {
                for _ in 0..=dice.roll(3) {
                    let at = dice.roll(documents.len() + 1);
                    documents.insert(at, dice.pick(&STRANGERS).to_owned());
                }
                documents.join("---\n")
            }
            Form::Files => {
                let at = dice.roll(documents.len() + 1);
                let second = documents.split_off(at);
                return Some(self.with(vec![documents.join("---\n"), second.join("---\n")]));
            }
        };
        // What makes other values of it is no other form of it: a block that is indented, a number that is written anew.
        let mut found: Vec<Value> = values(&text)?
            .into_iter()
            .flat_map(flat)
            .filter(|o| !is_stranger(o))
            .collect();
        let mut wanted: Vec<Value> = objects.into_iter().flat_map(flat).collect();
        sort(&mut found);
        sort(&mut wanted);
        (found == wanted).then(|| self.with_text(text))
    }

    fn sources(&self) -> Vec<Source<'_>> {
        self.texts
            .iter()
            .map(|text| Source::new("render.yaml", text))
            .collect()
    }

    fn settings(&self) -> Settings {
        Settings {
            config: self.config.clone(),
            advice: true,
            patches: true,
            ..Settings::default()
        }
    }

    pub(crate) fn changes(&self) -> bool {
        let outcome = rewrite(&self.sources(), &self.settings());
        outcome.is_ok_and(|outcome| outcome.counts.changes > 0)
    }

    pub(crate) fn answer(&self) -> Answer {
        self.answer_of(&self.sources())
    }

    /// The same with another as its context.
    pub(crate) fn answer_beside(&self, context: &Case) -> Answer {
        let mut sources = self.sources();
        sources.extend(context.sources().into_iter().map(Source::read_only));
        self.answer_of(&sources)
    }

    fn answer_of(&self, sources: &[Source<'_>]) -> Answer {
        let told = |messages: &[Message]| {
            let shown = messages.iter().map(|m| {
                let object = m.object.as_ref().map(ToString::to_string);
                let reason = m.reason.name();
                let about = format!("{:?} {reason} {object:?} {:?}", m.severity, m.field);
                (about, m.text.clone())
            });
            let mut shown: Vec<(String, String)> = shown.collect();
            shown.sort();
            shown
        };
        match rewrite(sources, &self.settings()) {
            Ok(outcome) => {
                let mut plans: Vec<String> = outcome.plans.iter().map(shown).collect();
                plans.sort();
                let texts = outcome.outputs.iter().map(ToString::to_string);
                let values = texts.flat_map(|text| values(&text).unwrap());
                let mut values: Vec<Value> =
                    values.flat_map(flat).filter(|o| !is_stranger(o)).collect();
                sort(&mut values);
                let told = told(&outcome.messages);
                Answer {
                    failed: false,
                    refused: false,
                    plans,
                    told,
                    values,
                }
            }
            Err(failure) => Answer {
                failed: true,
                // A form that can't be read or edited, such as a key that is written twice, is gone in another.
                refused: failure
                    .messages
                    .iter()
                    .any(|m| matches!(m.reason, Reason::BadInput | Reason::EditRefused)),
                plans: Vec::new(),
                told: told(&failure.messages),
                values: Vec::new(),
            },
        }
    }

    /// What comes out, document by document; what goes in, where the run fails.
    pub(crate) fn outputs(&self) -> Vec<String> {
        match rewrite(&self.sources(), &self.settings()) {
            Ok(outcome) => outcome.outputs.iter().map(ToString::to_string).collect(),
            Err(_) => self.texts.clone(),
        }
    }

    /// Values before and after, and which of those before have a plan.
    pub(crate) fn values(&self) -> Option<Values<impl Fn(&Value) -> bool>> {
        let sources = self.sources();
        let outcome = rewrite(&sources, &self.settings()).ok()?;
        let flat_values = |text: &str| -> Option<Vec<Value>> {
            Some(values(text)?.into_iter().flat_map(flat).collect())
        };
        let before = flat_values(&self.texts[0])?;
        let after = flat_values(&outcome.outputs[0].to_string())?;
        assert_eq!(before.len(), after.len());
        let home = self.config.namespace.clone();
        let planned: BTreeSet<[String; 4]> = outcome
            .plans
            .iter()
            .map(|plan| {
                let object = &plan.workload;
                let namespace = object.namespace().unwrap_or_default();
                [
                    object.api_version(),
                    object.kind(),
                    namespace,
                    object.name(),
                ]
                .map(str::to_owned)
            })
            .collect();
        let planned = move |object: &Value| {
            let text = |pointer: &str| {
                object
                    .pointer(pointer)
                    .and_then(Value::as_str)
                    .unwrap_or_default()
                    .to_owned()
            };
            let namespace = match text("/metadata/namespace") {
                stated if stated.is_empty() => home.clone().unwrap_or_default(),
                stated => stated,
            };
            planned.contains(&[
                text("/apiVersion"),
                text("/kind"),
                namespace,
                text("/metadata/name"),
            ])
        };
        Some((before, after, planned))
    }

    /// The Component that does what the run does, with the values before and after; none where none can be made.
    pub(crate) fn component(&self) -> Result<Option<Patched>, String> {
        let sources = self.sources();
        let Ok(outcome) = rewrite(&sources, &self.settings()) else {
            return Ok(None);
        };
        let component = match Outcome::kustomize(&outcome) {
            Ok(text) => values(&text).ok_or_else(|| format!("no YAML: {text}"))?,
            Err(message) if message.reason == Reason::NotUnique => return Ok(None),
            Err(message) => return Err(message.to_string()),
        };
        let flat_values = |text: &str| -> Vec<Value> {
            let values = values(text).unwrap_or_default();
            values.into_iter().flat_map(flat).collect()
        };
        let before = flat_values(&self.texts[0]);
        let after = flat_values(&outcome.outputs[0].to_string());
        Ok(component
            .into_iter()
            .next()
            .map(|component| (component, before, after)))
    }

    /// Some of the objects, and the others as context; none if a name is on both sides, because the manifests' own win then.
    pub(crate) fn apart(&self, dice: &mut Dice) -> Option<(Case, Case)> {
        let objects = self.objects()?;
        let documents = documents(&self.texts[0]);
        let (mut own, mut other) = (Vec::new(), Vec::new());
        let (mut names, mut others) = (BTreeSet::new(), BTreeSet::new());
        for (object, document) in objects.iter().zip(documents) {
            let to_context = dice.once_in(2);
            let (texts, known) = if to_context {
                (&mut other, &mut others)
            } else {
                (&mut own, &mut names)
            };
            texts.push(document);
            for object in flat(object.clone()) {
                known.insert((
                    object["kind"].to_string(),
                    object["metadata"]["name"].to_string(),
                ));
            }
        }
        let apart = !own.is_empty() && !other.is_empty() && names.is_disjoint(&others);
        apart.then(|| {
            (
                self.with_text(own.join("---\n")),
                self.with_text(other.join("---\n")),
            )
        })
    }
}

impl Answer {
    pub(crate) fn is_failed(&self) -> bool {
        self.failed
    }

    /// Whether the form of the input is at fault, and not what it says.
    pub(crate) fn is_refused(&self) -> bool {
        self.refused
    }

    /// The same with the Reasons of messages alone: their texts name objects in the order of the input, and what is told once
    /// is told of the first.
    pub(crate) fn in_any_order(mut self) -> Answer {
        for (about, text) in &mut self.told {
            let reason = about.split_whitespace().take(2);
            *about = reason.collect::<Vec<_>>().join(" ");
            text.clear();
        }
        self.told.sort();
        self
    }

    /// Compares what was wanted and what was got.
    pub(crate) fn same(wanted: &Answer, got: &Answer) -> Result<(), String> {
        if wanted == got {
            return Ok(());
        }
        let (wanted, got) = (format!("{wanted:#?}\n"), format!("{got:#?}\n"));
        Err(diffy::create_patch(&wanted, &got).to_string())
    }

    /// This without the objects of another.
    pub(crate) fn without(&self, other: &Case) -> Answer {
        let gone: Vec<Value> = other
            .objects()
            .unwrap_or_default()
            .into_iter()
            .flat_map(flat)
            .collect();
        let same =
            |one: &Value, two: &Value| ["kind", "metadata"].iter().all(|key| one[key] == two[key]);
        let mut left = self.clone();
        left.values
            .retain(|value| !gone.iter().any(|gone| same(gone, value)));
        left.plans.retain(|plan| {
            let named = |gone: &Value| {
                let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
                plan.starts_with(&format!(
                    "{}/{} ",
                    text(&gone["kind"]),
                    text(&gone["metadata"]["name"])
                ))
            };
            !gone.iter().any(named)
        });
        left
    }
}

/// A plan but for its places and the order of its ways.
fn shown(plan: &Plan) -> String {
    let object = &plan.workload;
    let ways = plan.ways.iter().map(|way| {
        let named = |placed: &Option<set_prestop::Placed>| {
            placed.as_ref().map(|placed| placed.object.to_string())
        };
        format!(
            "{:?} {:?} {:?} {:?}",
            named(&way.route),
            named(&way.service),
            way.class,
            way.sleep
        )
    });
    let mut ways: Vec<String> = ways.collect();
    ways.sort();
    let hooks: Vec<_> = plan
        .containers
        .iter()
        .map(|c| (&c.name, c.index, &c.hook))
        .collect();
    let grace = &plan.grace;
    let grace = (
        grace.stated,
        grace.sleep,
        grace.shutdown,
        grace.margin,
        grace.written,
    );
    let sleep = plan.sleep.seconds;
    format!(
        "{}/{} {object:?} {} {sleep} {hooks:?} {grace:?} {ways:?} {:?}",
        object.kind(),
        object.name(),
        plan.pod,
        plan.edits()
    )
}

fn is_stranger(object: &Value) -> bool {
    object["metadata"]["name"] == "stranger"
}

fn sort(values: &mut [Value]) {
    values.sort_by_cached_key(Value::to_string);
}

/// The documents of a stream, without their `---` lines, each ended with a newline.
fn documents(text: &str) -> Vec<String> {
    let mut all = vec![String::new()];
    for line in text.trim_start_matches('\u{feff}').split_inclusive('\n') {
        match line.strip_prefix("---") {
            Some(rest) if rest.trim().is_empty() => all.push(String::new()),
            _ => all.last_mut().unwrap().push_str(line),
        }
    }
    all.retain(|d| {
        !d.lines()
            .all(|l| l.trim().is_empty() || l.trim_start().starts_with('#'))
    });
    for document in &mut all {
        if !document.ends_with('\n') {
            document.push('\n');
        }
    }
    all
}

/// Documents as items of a list.
fn items(head: &str, documents: &[String]) -> String {
    let mut text = format!("{head}items:\n");
    for document in documents {
        let mut prefix = "- ";
        for line in document.split_inclusive('\n') {
            let comment = prefix == "- " && line.trim_start().starts_with('#');
            match line.trim().is_empty() {
                true => text.push_str(line),
                false if comment => text.extend(["  ", line]),
                false => {
                    text.extend([prefix, line]);
                    prefix = "  ";
                }
            }
        }
    }
    text
}

/// A value in block style, the keys of each mapping in another order.
fn yaml_in_order(value: &Value, column: usize, dice: &mut Dice) -> String {
    let indent = " ".repeat(column);
    let mut text = String::new();
    match value {
        Value::Object(entries) if !entries.is_empty() => {
            let mut entries: Vec<_> = entries.iter().collect();
            dice.shuffle(&mut entries);
            for (key, value) in entries {
                text.extend([&indent, &Value::String(key.clone()).to_string(), ":"]);
                text.push_str(&below(value, column, dice));
            }
        }
        Value::Array(items) if !items.is_empty() => {
            for item in items {
                text.extend([&indent, "-", &below(item, column, dice)]);
            }
        }
        scalar => text.extend([&indent, &scalar.to_string(), "\n"]),
    }
    text
}

fn below(value: &Value, column: usize, dice: &mut Dice) -> String {
    let filled = |value: &Value| match value {
        Value::Object(entries) => !entries.is_empty(),
        Value::Array(items) => !items.is_empty(),
        _ => false,
    };
    if filled(value) {
        format!("\n{}", yaml_in_order(value, column + 2, dice))
    } else {
        format!(" {value}\n")
    }
}
