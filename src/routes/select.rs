//! Selectors: which pod templates hold the labels that a Service asks for.

use super::Tracer;
use crate::input::objects::labels;
use set_prestop_yaml::{Kind, Node};

impl<'t, 's> Tracer<'_, 't, 's> {
    /// The templates whose labels hold the selector, in the Service's namespace or in one that is not known: every pair,
    /// looked up by the rarest.
    pub(super) fn select(&self, selector: Node<'t, 's>, namespace: Option<&str>) -> Vec<usize> {
        // Argo Rollouts adds this key to Services at run time, and it is found in what was exported from a cluster.
        const IGNORED: &str = "rollouts-pod-template-hash";
        let mut pairs: Vec<(&str, &str)> = Vec::new();
        for (key, value) in selector.entries() {
            let key = key.text().unwrap_or_default();
            if key == IGNORED {
                continue;
            }
            match value.kind() {
                Kind::Scalar | Kind::Null => pairs.push((key, value.text().unwrap_or_default())),
                Kind::Sequence | Kind::Mapping => return Vec::new(),
            }
        }
        let candidates = |pair: &(&'t str, &'t str)| {
            let all = self.labels.get(pair).map_or(&[][..], Vec::as_slice);
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
        let rarest = pairs
            .iter()
            .min_by_key(|pair| candidates(pair).map(<[_]>::len).iter().sum::<usize>());
        let Some(rarest) = rarest else {
            return Vec::new();
        };
        let holds_all = |template: &usize| {
            let node = self.templates.get(*template).map(|t| t.node);
            pairs.len() == 1
                || node.is_some_and(|node| {
                    let mut held: Vec<_> = labels(node).collect();
                    held.sort_unstable();
                    pairs.iter().all(|pair| held.binary_search(pair).is_ok())
                })
        };
        let mut found: Vec<usize> = candidates(rarest)
            .into_iter()
            .flatten()
            .map(|(_, template)| *template)
            .filter(holds_all)
            .collect();
        found.sort_unstable();
        found
    }
}
