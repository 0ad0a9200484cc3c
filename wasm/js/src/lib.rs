//! set-prestop for browsers and Node: the library's door as JavaScript sees it.
//!
//! `package/api.js` is what users import. It checks what they hand over and throws; this crate hands the library's model
//! over as JSON, and never throws.

#[cfg(feature = "page")]
pub mod page;

use serde::Serialize;
use set_prestop::{
    Answer, Failure, Message, Outcome, Output, Positions, Reason, Settings, Source, Splice,
};
use wasm_bindgen::prelude::wasm_bindgen;

#[cfg(target_arch = "wasm32")]
#[global_allocator]
static HEAP: dlmalloc::GlobalDlmalloc = dlmalloc::GlobalDlmalloc;

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
    answer: fn(&Outcome<'_>, &Positions<'_>) -> String,
) -> String {
    let config = match config.map(set_prestop::parse_config).transpose() {
        Ok(config) => config.unwrap_or_default(),
        Err(messages) => {
            let text = config.unwrap_or_default();
            let source = Source::new("config", text);
            return failed(&messages, &Positions::of_text(source), None);
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
    let positions = Positions::new(&sources);
    match set_prestop::rewrite(&sources, &settings) {
        Ok(done) => answer(&done, &positions),
        Err(failed) => failure(&failed, &positions),
    }
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
    let positions = Positions::new(&sources);
    match set_prestop::rewrite(&sources, &settings) {
        Ok(done) if done.is_resource_list => outcome(&done, &positions),
        Ok(_) => failed(&[no_list()], &positions, None),
        Err(failed) => failure(&failed, &positions),
    }
}

fn no_list() -> Message {
    Message::new(Reason::BadInput, "the input is not a ResourceList").help(
        "pass manifests to `rewrite`, or write `kind: ResourceList` of `config.kubernetes.io/v1`",
    )
}

/// The plan as `--output json` prints it, and `outputs` and `edits`.
#[derive(Serialize)]
struct Done<'a> {
    #[serde(flatten)]
    plan: Answer<'a>,
    outputs: Vec<String>,
    edits: Vec<Edit<'a>>,
}

/// A splice of an output, in UTF-16 code units: the offsets that JavaScript's strings have.
#[derive(Serialize)]
struct Edit<'a> {
    source: usize,
    start: usize,
    end: usize,
    text: &'a str,
}

#[derive(Serialize)]
struct Stopped<'a> {
    failed: bool,
    messages: &'a [Message],
    #[serde(skip_serializing_if = "Option::is_none")]
    output: Option<String>,
}

fn outcome(outcome: &Outcome<'_>, positions: &Positions<'_>) -> String {
    let mut all = Vec::new();
    for (source, output) in outcome.outputs.iter().enumerate() {
        edits(source, output, &mut all);
    }
    let done = Done {
        plan: outcome.answer(None, &outcome.messages, positions),
        outputs: outcome.outputs.iter().map(ToString::to_string).collect(),
        edits: all,
    };
    set_prestop::json(&done, positions)
}

fn failure(failure: &Failure<'_>, positions: &Positions<'_>) -> String {
    failed(&failure.messages, positions, failure.output.as_ref())
}

fn failed(messages: &[Message], positions: &Positions<'_>, output: Option<&Output<'_>>) -> String {
    let stopped = Stopped {
        failed: true,
        messages,
        output: output.map(ToString::to_string),
    };
    set_prestop::json(&stopped, positions)
}

fn edits<'a>(source: usize, output: &'a Output<'_>, edits: &mut Vec<Edit<'a>>) {
    let text = output.source.text;
    let (mut byte, mut unit) = (0, 0);
    let mut units = |to: usize| {
        let passed = text.get(byte..to).unwrap_or_default();
        unit += passed.encode_utf16().count();
        byte = to;
        unit
    };
    edits.extend(output.splices.iter().map(|splice: &Splice| Edit {
        source,
        start: units(splice.range.start),
        end: units(splice.range.end),
        text: &splice.text,
    }));
}
