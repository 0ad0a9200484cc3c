//! Whether a pod runs on Windows, where no exec hook of ours can sleep.

use lossless_yaml::Node;

/// The node labels that name the operating system.
const LABELS: [&str; 2] = ["kubernetes.io/os", "beta.kubernetes.io/os"];

/// Whether the pod of a spec runs on Windows: by `os.name`, else by its node selector, else by a node affinity that it
/// requires, else by its runtime class, which `class` finds.
pub(super) fn is<'t, 's: 't>(
    spec: Node<'t, 's>,
    class: impl Fn(&str) -> Option<Node<'t, 's>>,
) -> bool {
    let os = spec.get("os").and_then(|os| os.get("name")?.text());
    let selected = || by_selector(spec.get("nodeSelector")?);
    let required = || by_affinity(spec);
    let classed = || {
        let class = class(spec.get("runtimeClassName")?.text()?)?;
        by_selector(class.get("scheduling")?.get("nodeSelector")?)
    };
    os.or_else(selected).or_else(required).or_else(classed) == Some("windows")
}

fn by_selector<'t>(selector: Node<'t, '_>) -> Option<&'t str> {
    LABELS.iter().find_map(|label| selector.get(label)?.text())
}

/// The operating system that every term of a required node affinity asks for; the terms are alternatives.
fn by_affinity<'t>(spec: Node<'t, '_>) -> Option<&'t str> {
    let affinity = spec.get("affinity")?.get("nodeAffinity")?;
    let required = affinity.get("requiredDuringSchedulingIgnoredDuringExecution")?;
    let terms = required.get("nodeSelectorTerms")?;
    let system = |term: Node<'t, '_>| {
        let mut expressions = term.get("matchExpressions")?.items();
        expressions.find_map(|expression| {
            let key = expression.get("key")?.text()?;
            let is_in = expression.get("operator")?.text() == Some("In");
            let mut values = expression.get("values")?.items();
            let (only, more) = (values.next()?.text()?, values.next());
            (LABELS.contains(&key) && is_in && more.is_none()).then_some(only)
        })
    };
    let mut systems = terms.items().map(system);
    let first = systems.next()??;
    systems.all(|other| other == Some(first)).then_some(first)
}
