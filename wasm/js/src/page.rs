//! What the playground shows of a run.

use serde_json::{Value, json};
use set_prestop::simulate::{Race, simulate};
use set_prestop::{Message, Outcome, Positions, Source};
use wasm_bindgen::prelude::wasm_bindgen;

/// The plan, and what is made of it.
pub(crate) fn shown(outcome: &Outcome<'_>, sources: &[Source<'_>]) -> Value {
    let positions = Positions::new(sources);
    let patch = |made: Result<String, Message>| match made {
        Ok(text) => json!({"text": text}),
        Err(message) => json!({"message": set_prestop::json(&message, &positions)}),
    };
    let outputs: Vec<String> = outcome.outputs.iter().map(ToString::to_string).collect();
    let diff = |output| set_prestop::diff(output, &outcome.plans, &positions, false);
    let diff: String = outcome.outputs.iter().map(diff).collect();
    json!({
        "plan": outcome.json(None, &outcome.messages, &positions),
        "outputs": outputs,
        "diff": diff,
        "kustomize": patch(outcome.kustomize()),
        "kubectl": patch(outcome.kubectl()),
    })
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
