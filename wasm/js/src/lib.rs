//! set-prestop for browsers and Node: the library's door as JavaScript sees it.
//!
//! `package/api.js` is what users import. It checks what they hand over and throws; this crate hands the library's model
//! over as JSON, and never throws.

#[cfg(feature = "page")]
pub mod page;

use serde_json::{Value, json};
use set_prestop::{Failure, Message, Outcome, Output, Positions, Reason, Settings, Source, Splice};
use wasm_bindgen::prelude::wasm_bindgen;

/// Rewrites the sources `names[i]`, `texts[i]` as one set, with the text of a configuration; those with a `read_only[i]` that is not
/// 0 are context. The answer is JSON.
#[expect(
    clippy::needless_pass_by_value,
    reason = "wasm-bindgen hands lists over as owned ones only"
)]
#[must_use]
#[wasm_bindgen]
pub fn rewrite(
    names: Vec<String>,
    texts: Vec<String>,
    read_only: Vec<u8>,
    config: Option<String>,
) -> String {
    // Callers tell advice by its severity and keep it back themselves.
    let settings = Settings {
        advice: true,
        addresses: true,
        ..Settings::default()
    };
    run(
        &names,
        &texts,
        &read_only,
        config.as_deref(),
        &settings,
        outcome,
    )
}

/// What the playground shows of [`rewrite`]: the plan, what was reached, and every output. Changes are shown with `check`, too.
#[cfg(feature = "page")]
#[expect(
    clippy::needless_pass_by_value,
    reason = "wasm-bindgen hands lists over as owned ones only"
)]
#[must_use]
#[wasm_bindgen]
pub fn show(
    names: Vec<String>,
    texts: Vec<String>,
    read_only: Vec<u8>,
    config: Option<String>,
) -> String {
    let settings = Settings {
        advice: true,
        preview: true,
        addresses: true,
        patches: true,
        ..Settings::default()
    };
    run(
        &names,
        &texts,
        &read_only,
        config.as_deref(),
        &settings,
        page::shown,
    )
}

fn run(
    names: &[String],
    texts: &[String],
    read_only: &[u8],
    config: Option<&str>,
    settings: &Settings,
    answer: fn(&Outcome<'_>, &[Source<'_>]) -> Value,
) -> String {
    let config = match config.map(set_prestop::parse_config).transpose() {
        Ok(config) => config.unwrap_or_default(),
        Err(messages) => {
            let text = config.unwrap_or_default();
            let source = Source::new("config", text);
            let mut answer = failed(&messages, &[source], None);
            // The configuration is none of the sources that came in.
            let told = answer.get_mut("messages").and_then(Value::as_array_mut);
            for message in told.into_iter().flatten() {
                if let Some(place) = message.get_mut("place").and_then(Value::as_object_mut) {
                    place.remove("source");
                }
            }
            return answer.to_string();
        }
    };
    let sources: Vec<Source<'_>> = names
        .iter()
        .zip(texts)
        .zip(read_only.iter().chain(std::iter::repeat(&0)))
        .map(|((name, text), read_only)| match read_only {
            0 => Source::new(name, text),
            _ => Source::new(name, text).read_only(),
        })
        .collect();
    let settings = Settings {
        config,
        ..settings.clone()
    };
    let answer = match set_prestop::rewrite(&sources, &settings) {
        Ok(done) => answer(&done, &sources),
        Err(failed) => failure(&failed, &sources),
    };
    answer.to_string()
}

/// Rewrites a ResourceList by the configuration that it carries. The answer is JSON.
#[must_use]
#[wasm_bindgen(js_name = rewriteResourceList)]
pub fn rewrite_resource_list(text: &str) -> String {
    let sources = [Source::new("resourceList", text)];
    let settings = Settings {
        addresses: true,
        ..Settings::default()
    };
    let answer = match set_prestop::rewrite(&sources, &settings) {
        Ok(done) if done.is_resource_list => outcome(&done, &sources),
        Ok(_) => failed(&[no_list()], &sources, None),
        Err(failed) => failure(&failed, &sources),
    };
    answer.to_string()
}

fn no_list() -> Message {
    Message::new(Reason::BadInput, "the input is not a ResourceList").help(
        "pass manifests to `rewrite`, or write `kind: ResourceList` of `config.kubernetes.io/v1`",
    )
}

/// The plan as `--output json` prints it, and `outputs` and `edits`.
fn outcome(outcome: &Outcome<'_>, sources: &[Source<'_>]) -> Value {
    let positions = Positions::new(sources);
    let outputs: Vec<String> = outcome.outputs.iter().map(ToString::to_string).collect();
    let edits: Vec<Value> = outcome.outputs.iter().enumerate().flat_map(edits).collect();
    let mut answer = outcome.json(None, &outcome.messages, &positions);
    if let Some(fields) = answer.as_object_mut() {
        fields.insert("outputs".to_owned(), outputs.into());
        fields.insert("edits".to_owned(), edits.into());
    }
    answer
}

fn failure(failure: &Failure<'_>, sources: &[Source<'_>]) -> Value {
    failed(&failure.messages, sources, failure.output.as_ref())
}

/// `{ failed, messages, output? }`
fn failed(messages: &[Message], sources: &[Source<'_>], output: Option<&Output<'_>>) -> Value {
    let mut answer = json!({
        "failed": true,
        "messages": set_prestop::json(&messages, &Positions::new(sources)),
    });
    if let (Some(output), Some(fields)) = (output, answer.as_object_mut()) {
        fields.insert("output".to_owned(), output.to_string().into());
    }
    answer
}

/// The splices of an output, in UTF-16 code units: the offsets that JavaScript's strings have.
fn edits((source, output): (usize, &Output<'_>)) -> Vec<Value> {
    let text = output.source.text;
    let (mut byte, mut unit) = (0, 0);
    let mut units = |to: usize| {
        let passed = text.get(byte..to).unwrap_or_default();
        unit += passed.encode_utf16().count();
        byte = to;
        unit
    };
    let edit = |splice: &Splice| {
        let (start, end) = (units(splice.range.start), units(splice.range.end));
        json!({"source": source, "start": start, "end": end, "text": splice.text})
    };
    output.splices.iter().map(edit).collect()
}
