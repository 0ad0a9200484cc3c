//! What the playground shows of a run.

use serde::Serialize;
use set_prestop::simulate::{Race, simulate};
use set_prestop::{Answer, Message, Outcome, Positions};
use wasm_bindgen::prelude::wasm_bindgen;

/// The plan, and what is made of it.
#[derive(Serialize)]
struct Shown<'a> {
    plan: Answer<'a>,
    outputs: Vec<String>,
    diff: String,
    kustomize: Patch,
    kubectl: Patch,
}

/// The text of patches, or why there are none.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
enum Patch {
    Text(String),
    Message(Box<Message>),
}

impl From<Result<String, Message>> for Patch {
    fn from(made: Result<String, Message>) -> Patch {
        match made {
            Ok(text) => Patch::Text(text),
            Err(message) => Patch::Message(Box::new(message)),
        }
    }
}

pub(crate) fn shown(outcome: &Outcome<'_>, positions: &Positions<'_>) -> String {
    let diff = |output| set_prestop::diff(output, &outcome.plans, positions, false);
    let shown = Shown {
        plan: outcome.answer(None, &outcome.messages, positions),
        outputs: outcome.outputs.iter().map(ToString::to_string).collect(),
        diff: outcome.outputs.iter().map(diff).collect(),
        kustomize: outcome.kustomize().into(),
        kubectl: outcome.kubectl().into(),
    };
    set_prestop::json(&shown, positions)
}

/// The requests that a change is expected to lose: a race as JSON, its outcome as JSON.
///
/// # Errors
/// A text that is no race.
#[wasm_bindgen(js_name = simulate)]
pub fn simulate_json(race: &str) -> Result<String, String> {
    let race: Race = serde_json::from_str(race).map_err(|error| error.to_string())?;
    serde_json::to_string(&simulate(&race)).map_err(|error| error.to_string())
}
