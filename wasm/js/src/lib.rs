//! set-prestop for browsers and Node: the library's door as JavaScript sees it.
//!
//! `package/api.js` is what users import. It checks what they hand over and throws; this crate turns the library's
//! values into plain objects, whose types `package/index.d.ts` states, and never throws.

use js_sys::{Array, Object, Reflect};
use set_prestop::{
    Change, ConfigError, ContainerPlan, Failure, GracePlan, Location, Message, Outcome, Output,
    PackageFile, Plan, Reason, ResourceRef, Settings, Severity, Source, Splice,
};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

/// Rewrites the sources `names[i]`, `texts[i]` as one render, with the text of a configuration.
#[expect(
    clippy::needless_pass_by_value,
    reason = "wasm-bindgen hands lists over as owned ones only"
)]
#[must_use]
#[wasm_bindgen]
pub fn rewrite(names: Vec<String>, texts: Vec<String>, config: Option<String>) -> JsValue {
    let config = match config.as_deref().map(set_prestop::parse_config).transpose() {
        Ok(config) => config.unwrap_or_default(),
        Err(error) => return bad_configuration(&error, config.as_deref().unwrap_or_default()),
    };
    let sources: Vec<Source<'_>> = names
        .iter()
        .zip(&texts)
        .map(|(name, text)| Source { name, text })
        .collect();
    // Callers tell advice by its severity and keep it back themselves.
    let settings = Settings {
        config,
        advice: true,
        ..Settings::default()
    };
    match set_prestop::rewrite(&sources, &settings) {
        Ok(done) => outcome(&done),
        Err(failed) => failure(&failed),
    }
}

/// Rewrites a ResourceList by the configuration that it carries.
#[must_use]
#[wasm_bindgen(js_name = rewriteResourceList)]
pub fn rewrite_resource_list(text: &str) -> JsValue {
    match set_prestop::rewrite(
        &[Source {
            name: "resourceList",
            text,
        }],
        &Settings::default(),
    ) {
        Ok(done) if done.is_resource_list => outcome(&done),
        Ok(_) => failed(&Array::of1(&message(&no_list())), None),
        Err(failed) => failure(&failed),
    }
}

fn no_list() -> Message {
    Message::new(Reason::BadInput, "the input is no ResourceList").help(
        "hand manifests to `rewrite`, or write `kind: ResourceList` of `config.kubernetes.io/v1`",
    )
}

/// `{ outputs, edits, messages, plans }`
fn outcome(outcome: &Outcome<'_>) -> JsValue {
    object([
        (
            "outputs",
            list(&outcome.outputs, |output| output.to_string().into()),
        ),
        (
            "edits",
            outcome
                .outputs
                .iter()
                .enumerate()
                .flat_map(edits)
                .collect::<Array>()
                .into(),
        ),
        ("messages", list(&outcome.messages, message)),
        ("plans", list(&outcome.plans, plan)),
    ])
}

fn failure(failure: &Failure<'_>) -> JsValue {
    failed(&list(&failure.messages, message), failure.output.as_ref())
}

/// `{ failed, messages, output? }`
fn failed(messages: &JsValue, output: Option<&Output<'_>>) -> JsValue {
    object([
        ("failed", true.into()),
        ("messages", messages.clone()),
        ("output", output.map(ToString::to_string).into()),
    ])
}

/// A failure with its place in the configuration, which is none of the sources.
fn bad_configuration(error: &ConfigError, text: &str) -> JsValue {
    let at = set_prestop::position(text, error.offset);
    let place = object([
        ("name", "config".into()),
        ("document", number(1)),
        ("line", number(at.line)),
        ("column", number(at.column)),
    ]);
    failed(
        &Array::of1(&placed(&error.message("config"), Some(place))),
        None,
    )
}

/// The splices of an output, in UTF-16 code units: the offsets that JavaScript's strings have.
fn edits((source, output): (usize, &Output<'_>)) -> Vec<JsValue> {
    let text = output.source.text;
    let (mut byte, mut unit) = (0, 0);
    let mut units = |to: usize| {
        unit += text
            .get(byte..to)
            .unwrap_or_default()
            .encode_utf16()
            .count();
        byte = to;
        number(unit)
    };
    let edit = |splice: &Splice| {
        object([
            ("source", number(source)),
            ("start", units(splice.range.start)),
            ("end", units(splice.range.end)),
            ("text", splice.text.as_str().into()),
        ])
    };
    output.splices.iter().map(edit).collect()
}

fn message(message: &Message) -> JsValue {
    placed(message, message.location.as_ref().map(location))
}

fn placed(message: &Message, location: Option<JsValue>) -> JsValue {
    object([
        ("severity", severity(message.severity).into()),
        ("reason", message.reason.name().into()),
        ("text", message.text.as_str().into()),
        ("help", message.help.as_deref().into()),
        ("resource", message.resource.as_deref().map(resource).into()),
        ("field", message.field.as_deref().into()),
        ("location", location.into()),
        ("file", message.file.as_ref().map(file).into()),
    ])
}

/// Advice is told apart from infos, so that a caller can keep it back as the command does.
fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Ignore => "ignore",
        Severity::Advice => "advice",
        Severity::Info => "info",
        Severity::Warning => "warning",
        Severity::Error => "error",
    }
}

fn resource(resource: &ResourceRef) -> JsValue {
    object([
        ("apiVersion", resource.api_version.as_str().into()),
        ("kind", resource.kind.as_str().into()),
        ("namespace", resource.namespace.as_deref().into()),
        ("name", resource.name.as_str().into()),
    ])
}

fn location(location: &Location) -> JsValue {
    object([
        ("source", number(location.source)),
        ("name", location.name.as_ref().into()),
        ("document", number(location.document)),
        ("line", number(location.line)),
        ("column", number(location.column)),
    ])
}

fn file(file: &PackageFile) -> JsValue {
    object([
        ("path", file.path.as_str().into()),
        ("index", number(file.index)),
    ])
}

fn plan(plan: &Plan) -> JsValue {
    object([
        ("resource", resource(&plan.resource)),
        ("location", plan.location.as_ref().map(location).into()),
        ("pod", plan.pod.as_str().into()),
        ("sleepSeconds", number(plan.sleep_seconds)),
        ("origin", plan.origin.as_str().into()),
        ("ways", list(&plan.ways, |way| way.as_str().into())),
        ("containers", list(&plan.containers, container)),
        ("grace", grace(&plan.grace)),
    ])
}

fn container(container: &ContainerPlan) -> JsValue {
    let change = match container.change {
        Change::Nothing => "Nothing",
        Change::Add { .. } => "Add",
        Change::Number { .. } => "Number",
        Change::Prepend { .. } => "Prepend",
        Change::Replace { .. } => "Replace",
    };
    object([
        ("name", container.name.as_str().into()),
        ("before", container.before.map(number).into()),
        ("after", container.after.map(number).into()),
        ("change", change.into()),
    ])
}

fn grace(grace: &GracePlan) -> JsValue {
    object([
        ("stated", grace.stated.map(number).into()),
        ("sleep", number(grace.sleep)),
        ("program", number(grace.program)),
        ("margin", number(grace.margin)),
        ("written", grace.written.map(number).into()),
        ("after", number(grace.after())),
    ])
}

/// An object with these keys; a key whose value is undefined is left out.
fn object<const N: usize>(entries: [(&str, JsValue); N]) -> JsValue {
    let object = Object::new();
    for (key, value) in entries {
        if !value.is_undefined() {
            // Setting a property of a fresh object can't fail.
            let _ = Reflect::set(&object, &key.into(), &value);
        }
    }
    object.into()
}

fn list<T>(items: &[T], value: fn(&T) -> JsValue) -> JsValue {
    items.iter().map(value).collect::<Array>().into()
}

/// Lines, seconds and indexes are far below 2^53, up to which a number is exact.
fn number(number: impl TryInto<u32>) -> JsValue {
    number.try_into().unwrap_or(u32::MAX).into()
}
