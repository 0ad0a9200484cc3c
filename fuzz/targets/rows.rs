//! Rows of a user's own, with any paths: they are refused with words, or a run with them ends and keeps the laws.
//!
//! The first line is a `JSONPath`, the second the field of the name, the third that of the kind; what follows is a render.

#![no_main]

use libfuzzer_sys::{Corpus, fuzz_target};
use serde_yaml::{Mapping, Value as Yaml};
use set_prestop::{Reason, Settings, Severity, Source, parse_config, rewrite};

fuzz_target!(|data: &[u8]| -> Corpus {
    let Ok(text) = std::str::from_utf8(data) else {
        return Corpus::Reject;
    };
    let mut lines = text.splitn(4, '\n');
    let (Some(at), Some(name), Some(kind), Some(render)) =
        (lines.next(), lines.next(), lines.next(), lines.next())
    else {
        return Corpus::Reject;
    };
    let Ok(config) = parse_config(&configuration(at, name, kind)) else {
        return Corpus::Keep;
    };
    let settings = Settings {
        config,
        advice: true,
        ..Settings::default()
    };
    let run = |text: &str| match rewrite(&[Source::new("fuzz.yaml", text)], &settings) {
        Ok(outcome) => {
            // Each run adds its results to those of a ResourceList.
            let text = (!outcome.is_resource_list).then(|| outcome.outputs[0].to_string());
            Some((text, outcome.outputs[0].to_string(), outcome.counts.changes))
        }
        Err(failure) => {
            assert!(
                failure
                    .messages
                    .iter()
                    .any(|m| m.severity == Severity::Error)
            );
            let bug = failure.messages.iter().find(|m| m.reason == Reason::Bug);
            assert!(bug.is_none() || text.contains('\t'), "{bug:?}");
            None
        }
    };
    if let Some((same, output, _)) = run(render) {
        // A row may read the very fields that are written.
        let reads_hooks = ["lifecycle", "preStop", "Grace", "*", "..", "?"];
        if !reads_hooks.iter().any(|word| at.contains(word)) {
            let (again, _, changes) = run(&output).expect("a second run");
            assert_eq!((changes, again), (0, same), "{text}");
        }
    }
    Corpus::Keep
});

fn configuration(at: &str, name: &str, kind: &str) -> String {
    let map = |entries: &[(&str, Yaml)]| {
        let entries = entries
            .iter()
            .map(|(key, value)| (Yaml::from(*key), value.clone()));
        Yaml::Mapping(entries.collect::<Mapping>())
    };
    let list = |value: Yaml| Yaml::Sequence(vec![value]);
    let field = |text: &str| Yaml::from(text);
    let route = map(&[
        ("groups", Yaml::from(vec!["apps", "", "networking.k8s.io"])),
        ("kind", field("Deployment")),
        (
            "targets",
            list(map(&[
                ("at", field("$")),
                ("kind", field("kind")),
                ("name", field("metadata.name")),
            ])),
        ),
        (
            "services",
            list(map(&[("at", field(at)), ("name", field(name))])),
        ),
        ("when", field(at)),
    ]);
    let ingress = map(&[
        ("groups", Yaml::from(vec!["networking.k8s.io"])),
        ("kind", field("Ingress")),
        (
            "services",
            list(map(&[
                ("at", field(at)),
                ("name", field(name)),
                ("kind", field(kind)),
            ])),
        ),
        ("class", list(field(at))),
    ]);
    let workload = map(&[
        ("groups", Yaml::from(vec!["example.com"])),
        ("kind", field("Web")),
        ("templates", list(field(at))),
        ("replicas", field(at)),
    ]);
    let spec = map(&[
        ("routes", Yaml::Sequence(vec![route, ingress])),
        ("workloads", list(workload)),
    ]);
    let config = map(&[
        ("apiVersion", field("set-prestop.dev/v1alpha1")),
        ("kind", field("SetPreStop")),
        ("spec", spec),
    ]);
    serde_yaml::to_string(&config).expect("values are YAML")
}
