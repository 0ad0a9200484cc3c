//! How patches name the objects of plans: facts about the input that the plans do not have.

use crate::input::objects::Render;
use crate::model::{ObjectRef, Plan};
use crate::tables::Tables;
use std::collections::{BTreeSet, HashMap};

/// What a patch must know about the object of a plan.
#[derive(Clone, Debug)]
pub(crate) struct Patched {
    /// Whether kustomize and the API server merge its containers by name.
    pub(crate) strategic: bool,
    /// `metadata.namespace` of the manifest, not the one that the settings give to objects without one.
    pub(crate) namespace: Option<String>,
    /// Other objects of its group, kind and name, with their own namespaces.
    pub(crate) namesakes: Vec<(ObjectRef, Option<String>)>,
    /// The manifest that `kubectl apply` recorded.
    pub(crate) last_applied: Option<String>,
}

/// One for each plan.
pub(crate) fn of(plans: &[Plan], render: &Render<'_, '_>, tables: &Tables) -> Vec<Patched> {
    let wanted: BTreeSet<(&str, &str)> = plans
        .iter()
        .map(|plan| (plan.workload.kind(), plan.workload.name()))
        .collect();
    let mut found = HashMap::new();
    let mut named: HashMap<_, Vec<usize>> = HashMap::new();
    for (index, object) in render.objects.iter().enumerate() {
        if wanted.contains(&(object.kind, object.name)) {
            found.insert(
                (object.place.source as usize, object.node().offset()),
                index,
            );
            let name = (object.group, object.kind, object.name);
            named.entry(name).or_default().push(index);
        }
    }
    let stated = |index: usize| {
        let metadata = render.get(index)?.node().get("metadata")?;
        let namespace = metadata.get("namespace")?.text()?;
        Some(namespace.to_owned()).filter(|namespace| !namespace.is_empty())
    };
    let patched = |plan: &Plan| {
        let index = *found.get(&(plan.place.source, plan.place.range.start))?;
        let object = render.get(index)?;
        let row = tables.workload(object.group, object.kind)?;
        let same = named.get(&(object.group, object.kind, object.name));
        let others = same.into_iter().flatten().filter(|other| **other != index);
        Some(Patched {
            strategic: row
                .strategic_merge
                .iter()
                .any(|v| *v == *object.api_version),
            namespace: stated(index),
            namesakes: others
                .filter_map(|other| Some((render.get(*other)?.resource(), stated(*other))))
                .collect(),
            last_applied: object
                .annotation("kubectl.kubernetes.io/last-applied-configuration")
                .map(str::to_owned),
        })
    };
    let none = || Patched {
        strategic: false,
        namespace: None,
        namesakes: Vec::new(),
        last_applied: None,
    };
    let patched = plans.iter().map(|plan| patched(plan).unwrap_or_else(none));
    patched.collect()
}
