//! Plans as a kustomize Component, for hosts that run no functions.

use super::patch::{self, Patch};
use super::patched::Patched;
use crate::model::Plan;
use crate::say::{self, Message};
use serde_yaml::{Mapping, Value};

/// The Component; its text depends only on the input.
///
/// A strategic merge patch without `target` names one object exactly, and kustomize fails if it finds none. A JSON 6902
/// patch needs a `target`, and kustomize silently ignores one that matches nothing.
///
/// # Errors
/// A patch cannot name an object, or cannot tell it from another.
pub(crate) fn component(
    plans: &[Plan],
    objects: &[Patched],
    sources: &[&str],
) -> Result<String, Message> {
    let mut patches = String::new();
    for (plan, patched) in plans.iter().zip(objects) {
        if plan.changes() == 0 {
            continue;
        }
        for line in patch::reasons(plan) {
            patches.extend(["# ", &line, "\n"]);
        }
        let entry = Value::Sequence(vec![Value::Mapping(entry(plan, patched)?)]);
        patches.push_str(&serde_yaml::to_string(&entry).unwrap_or_default());
    }
    let mut text = say::out::made_from(sources, plans);
    text.push_str(say::out::COMPONENT);
    text.push_str("apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n");
    text.push_str(if patches.is_empty() {
        "patches: []\n"
    } else {
        "patches:\n"
    });
    text.push_str(&patches);
    Ok(text)
}

fn entry(plan: &Plan, patched: &Patched) -> Result<Mapping, Message> {
    let object = &plan.workload;
    let (group, version) = patch::group_version(object);
    let patch = patch::of(plan, patched)?;
    // A target without a namespace means the objects of every namespace.
    let any = matches!(patch, Patch::Operations(_)) && patched.namespace.is_none();
    let namespace = patched.namespace.as_deref();
    let same = patched.namesakes.iter().find(|(_, other)| {
        any || patch::effective(namespace) == patch::effective(other.as_deref())
    });
    if object.name().is_empty() || same.is_some() {
        let message = say::out::object_not_unique(object, same.map(|(other, _)| other));
        return Err(say::drain::of(message, plan, plan.place.clone()));
    }
    let mut entry = Mapping::new();
    let body = match patch {
        Patch::Strategic(fields) => {
            let mut metadata = Mapping::new();
            metadata.insert("name".into(), object.name().into());
            if let Some(namespace) = namespace {
                metadata.insert("namespace".into(), namespace.into());
            }
            let mut body = Mapping::new();
            body.insert("apiVersion".into(), object.api_version().into());
            body.insert("kind".into(), object.kind().into());
            body.insert("metadata".into(), Value::Mapping(metadata));
            body.extend(fields);
            Value::Mapping(body)
        }
        Patch::Operations(operations) => {
            let mut target = Mapping::new();
            let exact = [
                ("group", Some(group).filter(|group| !group.is_empty())),
                ("version", Some(version)),
                ("kind", Some(object.kind())),
                ("name", Some(object.name())),
                ("namespace", namespace),
            ];
            for (key, value) in exact {
                if let Some(value) = value {
                    target.insert(key.into(), literal(value).into());
                }
            }
            entry.insert("target".into(), Value::Mapping(target));
            Value::Sequence(operations)
        }
    };
    let body = serde_yaml::to_string(&body).unwrap_or_default();
    entry.insert("patch".into(), body.into());
    Ok(entry)
}

/// A regular expression that matches only this text: the fields of a target are regular expressions.
fn literal(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_ascii() && !c.is_ascii_alphanumeric() && !matches!(c, '-' | '_' | '/') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern
}
