//! What the patches of a plan make of any render is what the manifests hold.
//!
//! The first byte chooses the settings, the others are the render.

#![no_main]

use libfuzzer_sys::{Corpus, fuzz_target};
use serde_json::Value;
use set_prestop::{Config, ExistingHooks, Handler, Reason, Settings, Source, rewrite};
use set_prestop_fuzz::{objects, older_numbers, patched};

fuzz_target!(|data: &[u8]| -> Corpus {
    let Some((choice, rest)) = data.split_first() else {
        return Corpus::Reject;
    };
    let Ok(text) = std::str::from_utf8(rest) else {
        return Corpus::Reject;
    };
    let modes = [
        ExistingHooks::Raise,
        ExistingHooks::Set,
        ExistingHooks::Prepend,
        ExistingHooks::Replace,
    ];
    let choice = usize::from(*choice);
    let settings = Settings {
        config: Config {
            existing_hooks: Some(modes[choice % 4]),
            handler: Some([Handler::Sleep, Handler::Exec][choice / 4 % 2]),
            ..Config::default()
        },
        patches: true,
        ..Settings::default()
    };
    let Ok(outcome) = rewrite(&[Source::new("fuzz.yaml", text)], &settings) else {
        return Corpus::Keep;
    };
    if let Ok(script) = outcome.kubectl() {
        let words = script.lines().filter(|line| !line.starts_with('#'));
        assert!(words.count() > 0, "comments alone:\n{script}");
    }
    let component = match outcome.kustomize() {
        Ok(component) => component,
        Err(message) => {
            assert!(message.reason == Reason::NotUnique, "{message}");
            return Corpus::Keep;
        }
    };
    let component = objects(&component).and_then(|all| all.into_iter().next());
    let component = component.expect("a Component");
    let output = outcome.outputs[0].to_string();
    // What no reader takes for values that JSON knows is not patched by anybody.
    let (Some(mut before), Some(mut after)) = (objects(text), objects(&output)) else {
        return Corpus::Keep;
    };
    before.iter_mut().chain(&mut after).for_each(older_numbers);
    if outcome.counts.changes == 0 || outcome.is_resource_list {
        return Corpus::Keep;
    }
    let known = |mut objects: Vec<Value>| {
        objects.iter_mut().for_each(known_keys);
        objects
    };
    let patched = patched(&component, before).map(known);
    assert_eq!(patched, Ok(known(after)), "{component:#}\n{text}");
    Corpus::Keep
});

/// Takes out of a hook what is nothing to an API server: keys that it does not know, and handlers that are null. A merge leaves
/// them, where a new hook has none.
fn known_keys(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            if let Some(Value::Object(hook)) = fields.get_mut("preStop") {
                hook.retain(|_, handler| !handler.is_null());
            }
            for (handler, known) in [("exec", "command"), ("sleep", "seconds")] {
                if let Some(Value::Object(hook)) = fields.get_mut(handler) {
                    hook.retain(|key, _| key == known);
                }
            }
            fields.values_mut().for_each(known_keys);
        }
        Value::Array(items) => items.iter_mut().for_each(known_keys),
        _ => {}
    }
}
