//! Selectors: which pod templates have the labels that a Service asks for.

use super::Tracer;
use crate::input::objects::{Meant, Object, labels, mark, same_namespace};
use crate::say::nearest;
use crate::say::routes::NearWorkload;
use crate::tables::selects;
use lossless_yaml::{Kind, Node, sort_by};
use smallvec::SmallVec;

impl<'t, 's> Tracer<'_, 't, 's> {
    /// The templates that have all of these labels, in the Service's namespace or an unknown one. They are looked up by the
    /// rarest label.
    pub(super) fn select(&mut self, mut pairs: Pairs<'t>, namespace: Option<&str>) -> Meant {
        let pod = pairs.iter().position(|(key, _)| *key == POD_NAME);
        if let Some(pod) = pod {
            let (_, pod) = pairs.swap_remove(pod);
            return self.select_pod(pod, &pairs, namespace);
        }
        let candidates = |pair: &(&'t str, &'t str)| {
            let all = self.labels.get(pair).map_or(&[][..], SmallVec::as_slice);
            let within = |namespace: Option<&str>| {
                let first = all.partition_point(|(known, _)| *known < namespace);
                let end = all.partition_point(|(known, _)| *known <= namespace);
                all.get(first..end).unwrap_or_default()
            };
            match namespace {
                Some(_) => [within(None), within(namespace)],
                None => [all, &[]],
            }
        };
        let count = |all: &[&[_]; 2]| all.iter().map(|some| some.len()).sum::<usize>();
        let Some(all) = pairs.iter().map(candidates).min_by_key(count) else {
            return Meant::new();
        };
        let holds_all = |template: &usize| {
            let node = self.templates.get(*template).map(|t| t.node);
            pairs.len() == 1 || node.is_some_and(|node| holds(node, &pairs))
        };
        let count = count(&all);
        let mut found: Meant = all
            .into_iter()
            .flatten()
            .map(|(_, template)| *template)
            .filter(holds_all)
            .collect();
        sort_by(&mut found, &mut usize::cmp);
        self.followed += count;
        found
    }

    /// The templates of the StatefulSet whose pod has this name, if they hold the other labels too.
    fn select_pod(&self, pod: &str, pairs: &[(&str, &str)], namespace: Option<&str>) -> Meant {
        let Some((name, ordinal)) = pod.rsplit_once('-') else {
            return Meant::new();
        };
        if !ordinal.bytes().all(|b| b.is_ascii_digit()) {
            return Meant::new();
        }
        let sets = self.render.all_named("StatefulSet", name);
        let sets = sets.filter(|index| {
            let object = self.render.get(*index);
            object.is_some_and(|o| same_namespace(namespace, o.namespace).is_some())
        });
        let holds_all = |template: &usize| {
            let node = self.templates.get(*template).map(|t| t.node);
            node.is_some_and(|node| {
                let mut pairs = pairs.iter();
                pairs.all(|pair| labels(node).any(|held| held == *pair))
            })
        };
        let found = sets.flat_map(|set| self.own_templates(set));
        found.filter(holds_all).collect()
    }

    /// The workloads that a Service nearly selects: those that have most of its labels, or a label with a typing mistake.
    pub(super) fn near_workloads(&mut self, service: &Object<'t, 's>) -> Vec<NearWorkload<'t>> {
        let Some(pairs) = selector_of(service).and_then(pairs) else {
            return Vec::new();
        };
        if !self.may_compare(self.templates.len()) {
            return Vec::new();
        }
        let mut near: Vec<(usize, usize, NearWorkload<'t>)> = Vec::new();
        for template in &self.templates {
            let Some(object) = self.render.get(template.object) else {
                continue;
            };
            if same_namespace(service.namespace, object.namespace).is_none() {
                continue;
            }
            let held: Vec<(&'t str, &'t str)> = labels(template.node).collect();
            let value = |key: &str| {
                held.iter()
                    .find(|(k, _)| *k == key)
                    .map(|(_, value)| *value)
            };
            let differ: Vec<_> = pairs
                .iter()
                .filter(|pair| !held.contains(pair))
                .map(|(key, wanted)| (*key, *wanted, value(key)))
                .collect();
            let slips = differ
                .iter()
                .filter(|(_, wanted, has)| has.is_some_and(|has| nearest(wanted, [has]).is_some()));
            let (slips, misses) = (slips.count(), differ.len());
            if misses == 0 || misses == pairs.len() && slips == 0 {
                continue;
            }
            let held = template.node.get("metadata").and_then(|m| m.get("labels"));
            let first = differ.first();
            let first = first.and_then(|(key, ..)| held?.get(key)).or(held);
            let place = object.at(mark(first.unwrap_or(template.node)));
            let workload = NearWorkload {
                place,
                kind: object.kind,
                name: object.name,
                differ,
            };
            near.push((misses, misses - slips, workload));
        }
        let best = near
            .iter()
            .map(|(misses, apart, _)| (*misses, *apart))
            .min();
        near.retain(|(misses, apart, _)| Some((*misses, *apart)) == best);
        near.into_iter().map(|(_, _, workload)| workload).collect()
    }
}

/// Whether a template has all of these labels.
fn holds(template: Node<'_, '_>, pairs: &Pairs<'_>) -> bool {
    // A key that is null has no text, and is not found by it.
    let is_found = |(key, _): &(&str, _)| !matches!(*key, "" | "~" | "null" | "Null" | "NULL");
    if !pairs.spilled() && pairs.iter().all(is_found) {
        let metadata = template.get("metadata");
        let labels = metadata.and_then(|metadata| metadata.get("labels"));
        return labels.is_some_and(|labels| {
            pairs.iter().all(|(key, wanted)| {
                let value = labels.get(key);
                let value = value.filter(|v| matches!(v.kind(), Kind::Scalar | Kind::Null));
                value.is_some_and(|value| value.text().unwrap_or_default() == *wanted)
            })
        });
    }
    let mut held: SmallVec<[_; 16]> = labels(template).collect();
    sort_by(&mut held, &mut Ord::cmp);
    pairs.iter().all(|pair| held.binary_search(pair).is_ok())
}

/// The label with the name of a StatefulSet's pod, which its controller sets.
const POD_NAME: &str = "statefulset.kubernetes.io/pod-name";

/// The selector of what selects pods.
pub(super) fn selector_of<'t, 's>(service: &Object<'t, 's>) -> Option<Node<'t, 's>> {
    let row = selects(service.group, service.kind)?;
    let mut names = row.selector.as_deref()?.iter();
    names.try_fold(service.node(), |node, name| node.get(name))
}

/// Labels and their values. Few selectors have more than fit in place.
pub(super) type Pairs<'t> = SmallVec<[(&'t str, &'t str); 4]>;

/// The pairs of a selector, in any order; none if a value is not text.
pub(super) fn sorted_pairs<'t>(selector: Node<'t, '_>) -> Option<Pairs<'t>> {
    let mut pairs = pairs(selector)?;
    sort_by(&mut pairs, &mut Ord::cmp);
    Some(pairs)
}

/// The pairs of a selector; none if a value is not text.
fn pairs<'t>(selector: Node<'t, '_>) -> Option<Pairs<'t>> {
    // Argo Rollouts adds this key to Services at run time, and it is found in what was exported from a cluster.
    const IGNORED: &str = "rollouts-pod-template-hash";
    let mut pairs = Pairs::new();
    for (key, value) in selector.entries() {
        let key = key.text().unwrap_or_default();
        match value.kind() {
            _ if key == IGNORED => {}
            Kind::Scalar | Kind::Null => pairs.push((key, value.text().unwrap_or_default())),
            Kind::Sequence | Kind::Mapping => return None,
        }
    }
    Some(pairs)
}
