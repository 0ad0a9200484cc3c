//! Any text, under settings for which every workload is its own route: the laws of the output.
//!
//! The first byte chooses the settings, the others are the text.

#![no_main]

use libfuzzer_sys::{Corpus, fuzz_target};
use lossless_yaml::{Kind, Node, NodeId, Tree, documents};
use serde_yaml::Value as Yaml;
use set_prestop::{
    Config, ExistingHooks, Failure, Handler, Outcome, Reason, Settings, Severity, Source,
    parse_config, rewrite,
};
use set_prestop_fuzz::read;
use std::collections::HashSet;
use std::ops::Range;
use std::sync::LazyLock;

static CONFIG: LazyLock<Config> = LazyLock::new(|| {
    let text = "apiVersion: set-prestop.dev/v1alpha1
kind: SetPreStop
metadata: {name: all}
spec:
  routes:
  - {groups: [apps, extensions], kind: Deployment, targets: [{at: $, kind: kind, name: metadata.name}]}
  - {groups: [apps], kind: StatefulSet, targets: [{at: $, kind: kind, name: metadata.name}]}
  - {groups: [apps, extensions], kind: DaemonSet, targets: [{at: $, kind: kind, name: metadata.name}]}
  - {groups: [''], kind: Pod, targets: [{at: $, kind: kind, name: metadata.name}]}
";
    parse_config(text).expect("the settings are right")
});

fn settings(choice: u8) -> Settings {
    let modes = [
        ExistingHooks::Raise,
        ExistingHooks::Set,
        ExistingHooks::Prepend,
        ExistingHooks::Replace,
        ExistingHooks::Keep,
    ];
    let handlers = [Handler::Auto, Handler::Exec, Handler::Sleep];
    let choice = usize::from(choice);
    let mut config = CONFIG.clone();
    config.existing_hooks = Some(modes[choice % 5]);
    config.handler = Some(handlers[choice / 5 % 3]);
    Settings {
        config,
        advice: true,
        ..Settings::default()
    }
}

fn run<'s>(text: &'s str, settings: &Settings) -> Result<Outcome<'s>, Failure<'s>> {
    let name = "fuzz.yaml";
    rewrite(&[Source::new(name, text)], settings)
}

fuzz_target!(|data: &[u8]| -> Corpus {
    let Some((choice, rest)) = data.split_first() else {
        return Corpus::Reject;
    };
    let Ok(text) = std::str::from_utf8(rest) else {
        return Corpus::Reject;
    };
    let settings = settings(*choice);
    let outcome = match run(text, &settings) {
        Ok(outcome) => outcome,
        Err(failure) => {
            failed(text, &failure);
            return Corpus::Keep;
        }
    };
    let output = &outcome.outputs[0];
    let edited = output.to_string();
    assert_eq!(output.is_changed(), !output.diff().is_empty());
    only_hooks_go(text, output);
    values_stay(text, &edited);
    // Messages may be weighed so that what the first run made fails the second.
    if outcome.ended == set_prestop::Ended::Done && !text.contains("severity") {
        let again = run(&edited, &settings).expect("a second run");
        assert_eq!(again.counts.changes, 0, "a second run changes\n{edited}");
        assert!(outcome.is_resource_list || !again.outputs[0].is_changed());
    }
    Corpus::Keep
});

fn failed(text: &str, failure: &Failure<'_>) {
    let errors = |severity: Severity| severity == Severity::Error;
    assert!(failure.messages.iter().any(|m| errors(m.severity)));
    // Whether the parser takes a tab for indentation depends on what is around it.
    let bug = failure.messages.iter().find(|m| m.reason == Reason::Bug);
    assert!(bug.is_none() || text.contains('\t'), "{bug:?}");
    if let Some(output) = &failure.output {
        only_hooks_go(text, output);
        values_stay(text, &output.to_string());
    }
}

/// What goes of the text is a hook, a grace period, or an alias or null in whose place something is written.
fn only_hooks_go(text: &str, output: &set_prestop::Output<'_>) {
    let mut free = Vec::new();
    for range in documents(text) {
        // Where an item that can't matter has a fault, the items beside it are edited all the same.
        let Ok(tree) = Tree::parse(text, range) else {
            return;
        };
        if let Some(root) = tree.root() {
            spans(text, root, &mut HashSet::new(), &mut free);
        }
    }
    for splice in &output.splices {
        let gone = text[splice.range.clone()].trim();
        let alias = gone.starts_with('*') && !gone.contains(char::is_whitespace);
        let dense: String = gone.split_whitespace().collect();
        let nothing = ["", "~", "null", "Null", "NULL", "{}", "[]"].contains(&dense.as_str());
        let inside =
            |span: &Range<usize>| span.start <= splice.range.start && splice.range.end <= span.end;
        assert!(
            alias || nothing || free.iter().any(inside),
            "`{gone}` is gone from\n{text}\nsplice {splice:?}"
        );
    }
}

/// Where hooks, grace periods and results stand, from their key to the end of their last line.
fn spans(
    text: &str,
    node: Node<'_, '_>,
    seen: &mut HashSet<NodeId>,
    found: &mut Vec<Range<usize>>,
) {
    if !seen.insert(node.id()) {
        return;
    }
    if node.kind() == Kind::Sequence {
        node.items().for_each(|item| spans(text, item, seen, found));
    }
    for (key, value) in node.entries() {
        let name = key.text().unwrap_or_default();
        if [
            "lifecycle",
            "preStop",
            "terminationGracePeriodSeconds",
            "results",
        ]
        .contains(&name)
        {
            let end = value.span().end.max(key.span().end);
            let line = text[end..].find('\n').map_or(text.len(), |at| end + at + 1);
            found.push(key.span().start..line);
        }
        spans(text, value, seen, found);
    }
}

/// An independent reader sees the same values but for hooks, grace periods and results.
fn values_stay(text: &str, edited: &str) {
    let Some(before) = read(text) else { return };
    let after = read(edited);
    let strip = |documents: Vec<Yaml>| -> Vec<Yaml> {
        let documents = documents.into_iter().map(|mut document| {
            unplanned(&mut document);
            document
        });
        documents.collect()
    };
    let (before, after) = (strip(before), after.map(strip));
    assert!(
        after.as_ref() == Some(&before),
        "read differently\n{text}\n--- edited\n{edited}\n--- before\n{before:?}\n--- after\n{after:?}"
    );
}

/// Takes out the fields that a plan may write.
fn unplanned(value: &mut Yaml) {
    match value {
        Yaml::Mapping(mapping) => {
            for planned in ["terminationGracePeriodSeconds", "results"] {
                mapping.shift_remove(planned);
            }
            let mut lifecycle = mapping.get_mut("lifecycle");
            while let Some(Yaml::Tagged(tagged)) = lifecycle {
                lifecycle = Some(&mut tagged.value);
            }
            let empty = match lifecycle {
                Some(Yaml::Mapping(lifecycle)) => {
                    lifecycle.shift_remove("preStop");
                    lifecycle.is_empty()
                }
                Some(Yaml::Null) => true,
                _ => false,
            };
            if empty {
                mapping.shift_remove("lifecycle");
            }
            mapping.iter_mut().for_each(|(_, value)| unplanned(value));
        }
        Yaml::Sequence(items) => items.iter_mut().for_each(unplanned),
        Yaml::Tagged(tagged) => unplanned(&mut tagged.value),
        Yaml::Null | Yaml::Bool(_) | Yaml::Number(_) | Yaml::String(_) => {}
    }
}
