//! Which templates have to drain once every way is followed, and what no way leads to.

use super::services::ServiceKind;
use super::{Backend, Link, Tracer};
use crate::config::annotations::{self, Annotations, Inject, Roles};
use crate::input::objects::{is_owned, left_alone, same_namespace};
use crate::model::{Behind, Coverage, Covered, Exposed, Origin, Selecting, Way};
use lossless_yaml::Node;
use std::collections::{BTreeMap, HashMap};

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
                let most = self.config.most();
                annotations::read(template.node, Roles::WORKLOAD, most, &mut faults)
            };
            self.tell_faults(object, &template.path, faults);
            let mut read = self.annotations(template.object).over(below);
            if let Some(referrer) = referrers.remove(&template.object) {
                read = referrer.over(read);
            }
            if read.inject.is_none() && self.namespace_disabled(object.namespace) {
                read.inject = Some(Inject::Disabled);
            }
            let mut ways = self
                .links
                .get_mut(index)
                .map(std::mem::take)
                .unwrap_or_default();
            // What a route leads to sleeps as its routes say; only without one it is asked for by itself.
            if ways.iter().any(|way| way.route.is_some()) {
                let counts = |way: &Link| {
                    way.route.is_some() || matches!(way.sleep.origin, Origin::Backend { .. })
                };
                ways.retain(counts);
            }
            if ways.is_empty() && read.inject != Some(Inject::Enabled) {
                continue;
            }
            if is_owned(object) && !object.is_context {
                *self.owned.entry(object.kind).or_default() += 1;
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

    /// Whether the Namespace of the input takes its workloads out.
    fn namespace_disabled(&self, namespace: Option<&str>) -> bool {
        let found = self.render.named(
            str::is_empty,
            "Namespace",
            namespace.unwrap_or_default(),
            None,
        );
        let mut found = found.iter().filter_map(|index| self.render.get(*index));
        found.any(|object| object.annotation(annotations::INJECT_KEY) == Some("disabled"))
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

    /// What is in front of each workload that could drain.
    pub(super) fn coverage(&self, backends: &[Backend]) -> Coverage {
        let mut reached: BTreeMap<usize, Behind> = BTreeMap::new();
        for backend in backends {
            let Some(template) = self.templates.get(backend.template) else {
                continue;
            };
            let behind = if backend.ways.iter().any(|way| way.route.is_some()) {
                Behind::Route
            } else {
                Behind::Named
            };
            let known = reached.entry(template.object).or_insert(behind);
            if behind == Behind::Route {
                *known = behind;
            }
        }
        let mut selecting = self.selecting();
        let mut workloads: Vec<Covered> = Vec::new();
        let mut last = None;
        for template in &self.templates {
            let index = template.object;
            if last.replace(index) == Some(index) {
                continue;
            }
            let Some(object) = self.render.get(index) else {
                continue;
            };
            let row = self.tables.workload(object.group, object.kind);
            if row.is_none_or(|row| row.leave.is_some())
                || left_alone(object).is_some()
                || object.is_context
            {
                continue;
            }
            let services = selecting.remove(&index).unwrap_or_default();
            let behind = match reached.get(&index) {
                Some(behind) => *behind,
                None if services.is_empty() => Behind::Nothing,
                None => Behind::Service,
            };
            workloads.push(Covered {
                workload: object.placed(),
                behind,
                services: match behind {
                    Behind::Route => Vec::new(),
                    _ => services.iter().filter_map(|s| self.exposing(*s)).collect(),
                },
            });
        }
        Coverage { workloads }
    }

    /// The Services that select each workload, by their indexes.
    fn selecting(&self) -> HashMap<usize, Vec<usize>> {
        let mut selecting: HashMap<usize, Vec<usize>> = HashMap::new();
        for (index, service) in self.render.objects.iter().enumerate() {
            if !self.roles.get(index).is_some_and(|roles| roles.service)
                || service.is_local()
                || self.is_disabled(index)
            {
                continue;
            }
            let kind = self.services.get(&index).cloned();
            let ServiceKind::Selects(selected) = kind.unwrap_or_else(|| self.read_service(service))
            else {
                continue;
            };
            for template in selected.iter().filter_map(|t| self.templates.get(*t)) {
                let workload = self.render.get(template.object);
                if workload
                    .is_some_and(|w| same_namespace(service.namespace, w.namespace).is_some())
                {
                    let known = selecting.entry(template.object).or_default();
                    if known.last() != Some(&index) {
                        known.push(index);
                    }
                }
            }
        }
        selecting
    }

    fn exposing(&self, service: usize) -> Option<Selecting> {
        let service = self.render.get(service)?;
        let kind = service.node().get("spec").and_then(|s| s.get("type"));
        Some(Selecting {
            service: service.resource(),
            exposed: match kind.and_then(Node::text) {
                Some("LoadBalancer") => Some(Exposed::LoadBalancer),
                Some("NodePort") => Some(Exposed::NodePort),
                _ => None,
            },
        })
    }
}
