//! The law of time: counted anew from the values before and after, and not from what the plan says of itself.

use crate::dice::Dice;
use crate::forms::Case;
use serde_json::Value;
use set_prestop::{Config, ExistingHooks, Seconds};

/// What a pod that states nothing has.
const DEFAULT_GRACE: u64 = 30;

/// No grace period gets shorter (but with `Set`), and what a planned pod has covers its longest sleep, its shutdown and the
/// margin.
pub(crate) fn law(case: &Case, _: &mut Dice) -> Result<(), String> {
    let Some((before, after, planned)) = case.values() else {
        return Ok(());
    };
    let config = case.config();
    for (at, (old, new)) in before.iter().zip(&after).enumerate() {
        let (Some(before), Some(after)) = (spec(old), spec(new)) else {
            continue;
        };
        let set = config.existing_hooks == Some(ExistingHooks::Set);
        let (had, has) = (grace(before), grace(after));
        if !set && has.unwrap_or(DEFAULT_GRACE) < had.unwrap_or(DEFAULT_GRACE) {
            return Err(format!(
                "the grace period of document {at} goes from {had:?} to {has:?}"
            ));
        }
        if !planned(old) || is_left_alone(old) {
            if old != new {
                return Err(format!("document {at} is changed without a plan"));
            }
            continue;
        }
        let slept = longest(after);
        if slept == 0 {
            continue;
        }
        let needed = slept + shutdown(old, before, config) + margin(config);
        let has = has.unwrap_or(DEFAULT_GRACE);
        if has < needed {
            return Err(format!("document {at} has {has} s and needs {needed}"));
        }
        let written = grace(before) != grace(after);
        if written && !set && has != needed {
            return Err(format!("document {at} gets {has} s and needs {needed}"));
        }
    }
    Ok(())
}

/// Whether an object is left alone though another of its name may have a plan.
fn is_left_alone(object: &Value) -> bool {
    let notes = &object["metadata"]["annotations"];
    !notes["helm.sh/hook"].is_null()
        || notes["config.kubernetes.io/local-config"] == "true"
        || notes["set-prestop.dev/inject"] == "disabled"
}

fn spec(object: &Value) -> Option<&Value> {
    let template = object.pointer("/spec/template/spec");
    let spec = template.or_else(|| object.get("spec").filter(|_| object["kind"] == "Pod"))?;
    spec.get("containers")?.is_array().then_some(spec)
}

fn grace(spec: &Value) -> Option<u64> {
    spec.get("terminationGracePeriodSeconds")?.as_u64()
}

fn margin(config: &Config) -> u64 {
    config.margin_seconds.map_or(5, Seconds::get)
}

fn shutdown(object: &Value, spec: &Value, config: &Config) -> u64 {
    let places = ["/metadata", "/spec/template/metadata"];
    let note = places.iter().find_map(|place| {
        let notes = object.pointer(place)?.get("annotations")?;
        notes
            .get("set-prestop.dev/shutdown-seconds")?
            .as_str()?
            .parse()
            .ok()
    });
    let configured = || config.shutdown_seconds.map_or(30, Seconds::get);
    let slept = longest(spec);
    match (note, grace(spec)) {
        (Some(seconds), _) => seconds,
        (None, Some(grace)) if grace > 0 && slept == 0 => grace,
        (None, Some(grace)) if grace > slept + margin(config) => grace - slept - margin(config),
        _ => configured(),
    }
}

/// The longest sleep of the regular containers.
fn longest(spec: &Value) -> u64 {
    let containers = spec["containers"].as_array().into_iter().flatten();
    containers.filter_map(sleep).max().unwrap_or(0)
}

/// The sleep of a hook in the forms that a random render has.
fn sleep(container: &Value) -> Option<u64> {
    let hook = container.pointer("/lifecycle/preStop")?;
    if let Some(seconds) = hook.pointer("/sleep/seconds") {
        return seconds.as_u64();
    }
    let words = hook.pointer("/exec/command")?.as_array()?;
    let words: Vec<&str> = words.iter().filter_map(Value::as_str).collect();
    let time = match *words.as_slice() {
        ["sleep", time] => time,
        ["powershell", _, script] => script.strip_prefix("Start-Sleep -s ")?,
        ["/bin/sh", "-c", script] => {
            let script = script.strip_prefix("set -e\n").unwrap_or(script);
            let rest = script.strip_prefix("sleep ")?;
            let end = rest.find([';', '\n']).unwrap_or(rest.len());
            rest.split_at(end).0
        }
        _ => return None,
    };
    match time.strip_suffix('m') {
        Some(minutes) => minutes.parse::<u64>().ok().map(|minutes| minutes * 60),
        None => time.parse().ok(),
    }
}
