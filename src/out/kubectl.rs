//! Plans as a shell script of `kubectl patch` commands, for workloads that already run.

use super::patch::{self, Patch};
use super::patched::Patched;
use crate::model::{Hook, Plan};
use crate::say::{self, Message};
use lossless_yaml::Step;

/// The script. If there is nothing to do, it still has a command that does nothing: a host that takes stdout for
/// manifests would delete everything if there were only comments.
///
/// # Errors
/// A patch cannot name an object, or cannot tell it from another.
pub(crate) fn script(
    plans: &[Plan],
    objects: &[Patched],
    sources: &[&str],
) -> Result<String, Message> {
    let mut text = String::from("#!/bin/sh\n");
    text.push_str(&say::out::made_from(sources, plans));
    let mut lines = 0;
    for (plan, patched) in plans.iter().zip(objects) {
        if plan.changes() == 0 {
            continue;
        }
        text.push('\n');
        let mut reasons = patch::reasons(plan);
        reasons.extend(taken_back(plan, patched).map(|line| patch::one_line(&line)));
        for line in &reasons {
            text.extend(["# ", line, "\n"]);
        }
        // The API server rejects changes to an existing Pod.
        if plan.pod.0.len() == 1 {
            text.extend(["# ", say::out::POD_LINE, "\n"]);
            continue;
        }
        text.push_str(&line(plan, patched)?);
        lines += 1;
    }
    if lines == 0 {
        text.push_str(&say::out::nothing_to_patch(plans.len()));
    }
    Ok(text)
}

fn line(plan: &Plan, patched: &Patched) -> Result<String, Message> {
    let object = &plan.workload;
    let told = |message| say::drain::of(message, plan, plan.place.clone());
    let same = patched
        .namesakes
        .iter()
        .find(|(other, _)| other.namespace() == object.namespace());
    if object.name().is_empty() || same.is_some() {
        let same = same.map(|(other, _)| other);
        return Err(told(say::out::object_not_unique(object, same)));
    }
    let (group, version) = patch::group_version(object);
    let (form, body) = match patch::of(plan, patched)? {
        Patch::Strategic(fields) => ("strategic", serde_json::to_string(&fields)),
        Patch::Operations(operations) => ("json", serde_json::to_string(&operations)),
    };
    let mut words = vec![
        "kubectl".to_owned(),
        "patch".to_owned(),
        format!("{}.{version}.{group}/{}", object.kind(), object.name()),
    ];
    words.extend(object.namespace().map(|n| format!("--namespace={n}")));
    words.push(format!("--type={form}"));
    words.push("--patch".to_owned());
    words.push(body.unwrap_or_default());
    // Neither a word of a shell nor the name of an object can have a NUL.
    let line = shlex::try_join(words.iter().map(String::as_str))
        .map_err(|_| told(say::out::object_not_unique(object, None)))?;
    Ok(format!("{line}\n"))
}

/// The fields that the next `kubectl apply` of the same manifest reverts: those that it sets.
fn taken_back(plan: &Plan, patched: &Patched) -> Option<String> {
    let applied: serde_json::Value = serde_json::from_str(patched.last_applied.as_ref()?).ok()?;
    let pod = plan
        .pod
        .0
        .iter()
        .try_fold(&applied, |node, step| match step {
            Step::Key(key) => node.get(&**key),
            Step::Index(index) => node.get(*index),
        })?;
    let mut fields = Vec::new();
    for container in &plan.containers {
        let states_hook = || {
            let all = pod.get("containers")?.as_array()?;
            let named = |c: &&serde_json::Value| {
                c.get("name").and_then(|n| n.as_str()) == Some(&container.name)
            };
            let hook = all.iter().find(named)?.get("lifecycle")?.get("preStop")?;
            Some(!hook.is_null())
        };
        let kept = matches!(&container.hook, Hook::Added { .. });
        if container.hook.is_change() && !kept && states_hook() == Some(true) {
            fields.push(plan.hook_path(container).to_string());
        }
    }
    let grace = "terminationGracePeriodSeconds";
    if plan.grace.written.is_some() && pod.get(grace).is_some_and(|g| !g.is_null()) {
        fields.push(plan.pod.clone().key(grace).to_string());
    }
    say::out::taken_back(&fields)
}
