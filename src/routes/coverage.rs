//! Which templates have to drain once every way is followed.

use super::{Backend, Link, Tracer};
use crate::config::annotations::{self, Annotations, Inject};
use crate::model::Way;
use std::collections::HashMap;

impl Tracer<'_, '_, '_> {
    /// The templates that have to drain, in their order.
    pub(super) fn backends(&mut self) -> Vec<Backend> {
        let mut referrers: HashMap<usize, Annotations> = HashMap::new();
        for index in 0..self.render.objects.len() {
            if self.roles.get(index).is_some_and(|r| r.workload)
                && self.annotations.contains_key(&index)
            {
                for referred in self.referred(index) {
                    referrers.insert(referred, self.annotations(index));
                }
            }
        }
        let mut backends = Vec::new();
        let mut seen: HashMap<_, usize> = HashMap::new();
        for index in 0..self.templates.len() {
            let Some(template) = self.templates.get(index).cloned() else {
                continue;
            };
            let Some(object) = self.render.get(template.object) else {
                continue;
            };
            let mut faults = Vec::new();
            let below = if template.path.is_empty() {
                Annotations::default()
            } else {
                annotations::read(template.node, annotations::Bearer::Workload, &mut faults)
            };
            self.tell_faults(object, &template.path, faults);
            let mut read = self.annotations(template.object).over(below);
            if let Some(referrer) = referrers.remove(&template.object) {
                read = referrer.over(read);
            }
            let mut ways = self
                .links
                .get_mut(index)
                .map(std::mem::take)
                .unwrap_or_default();
            // What a route leads to sleeps as its routes say; only without one it is asked for by itself.
            if ways.iter().any(|way| way.route.is_some()) {
                ways.retain(|way| way.route.is_some());
            }
            if ways.is_empty() && read.inject != Some(Inject::Enabled) {
                continue;
            }
            if ways.is_empty() {
                self.services_of(index, &template, &mut ways);
            }
            self.tell_same_workload(template.object, &mut seen);
            backends.push(Backend {
                template: index,
                ways: ways.into_iter().map(|link| self.way(link)).collect(),
                annotations: read,
            });
        }
        backends
    }

    fn way(&self, link: Link) -> Way {
        let placed = |index: Option<usize>| Some(self.render.get(index?)?.placed());
        Way {
            route: placed(link.route),
            service: placed(link.service),
            class: link.class,
            sleep: link.sleep,
        }
    }
}
