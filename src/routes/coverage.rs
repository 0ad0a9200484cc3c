//! Which templates must drain, and which no path leads to.

use super::services::ServiceKind;
use super::{Backend, Tracer, tell};
use crate::config::annotations::{self, Annotations, Inject, Roles};
use crate::input::objects::{Meant, is_owned, left_alone};
use crate::model::{Behind, Coverage, Covered, Exposed, Selecting};
use crate::tables::is_inner;
use lossless_yaml::{Node, sort_by};
use smallvec::SmallVec;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

impl Tracer<'_, '_, '_> {
    /// The templates that have to drain, in their order.
    pub(super) fn backends(&mut self) -> Vec<Backend> {
        self.read_stated();
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
        // Without such objects, no template has to be asked for its own.
        let has_namespaces = self.render.has_kind("", "Namespace");
        let mut backends = Vec::new();
        let mut seen: HashMap<_, usize> = HashMap::new();
        for index in 0..self.templates.len() {
            let Some(template) = self.templates.get(index) else {
                continue;
            };
            let (of, node) = (template.object, template.node);
            let Some(object) = self.render.get(of) else {
                continue;
            };
            let mut faults = Vec::new();
            let below = if template.path.is_empty() {
                Annotations::default()
            } else {
                let most = self.config.most();
                annotations::read(node, Roles::WORKLOAD, most, &mut faults)
            };
            let faults = tell::faults(object, &template.path, faults);
            self.messages.extend(faults);
            let mut read = self.annotations(of).over(below);
            if let Some(referrer) = referrers.remove(&of) {
                read = referrer.over(read);
            }
            if read.inject.is_none() && has_namespaces && self.namespace_disabled(object.namespace)
            {
                read.inject = Some(Inject::Disabled);
            }
            let reached = self.pods.is_reached(index);
            if !reached && read.inject != Some(Inject::Enabled) {
                continue;
            }
            if is_owned(object) && !object.is_context {
                *self.owned.entry(object.kind).or_default() += 1;
                continue;
            }
            self.tell_same_workload(of, &mut seen);
            backends.push(Backend {
                template: index,
                ways: self.ways(index),
                annotations: read,
            });
        }
        backends
    }

    /// Whether the Namespace object excludes its workloads.
    fn namespace_disabled(&self, namespace: Option<&str>) -> bool {
        let found = self.render.named(
            &str::is_empty,
            "Namespace",
            namespace.unwrap_or_default(),
            None,
        );
        let mut found = found.iter().filter_map(|index| self.render.get(*index));
        found.any(|object| object.annotation(annotations::INJECT_KEY) == Some("disabled"))
    }

    /// What is in front of each workload, and whether workloads without a route serve requests.
    pub(super) fn coverage(&mut self, backends: &[Backend]) -> (Coverage, bool) {
        let reached = self.reached(backends);
        let selecting = self.selecting();
        let mut known: HashMap<Meant, Arc<Vec<Selecting>>> = HashMap::new();
        let mut workloads: Vec<Covered> = Vec::with_capacity(self.templates.len());
        let mut serving = false;
        let mut first = 0;
        for own in self.templates.chunk_by(|a, b| a.object == b.object) {
            let templates = first..first + own.len();
            first = templates.end;
            let index = own.first().map_or(0, |template| template.object);
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
            let services = |pods: &usize| selecting.get(*pods).map_or(&[][..], SmallVec::as_slice);
            let pods = templates.flat_map(|template| self.pods.among(template));
            let mut pods: Meant = pods.copied().filter(|p| !services(p).is_empty()).collect();
            let behind = match reached.get(&index) {
                Some(behind) => *behind,
                None if pods.is_empty() => Behind::Nothing,
                None => Behind::Service,
            };
            if behind == Behind::Route {
                pods.clear();
            }
            let shared = known.get(&pods).map(Arc::clone);
            let services = shared.unwrap_or_else(|| {
                let mut services: Meant = pods.iter().flat_map(services).copied().collect();
                sort_by(&mut services, &mut usize::cmp);
                services.dedup();
                serving |= behind == Behind::Service && services.iter().any(|s| self.serves(*s));
                let each = services.iter().filter_map(|s| self.exposing(*s));
                Arc::new(each.collect())
            });
            known.entry(pods).or_insert_with(|| Arc::clone(&services));
            workloads.push(Covered {
                workload: object.placed(),
                behind,
                services,
            });
        }
        (Coverage { workloads }, serving)
    }

    /// The workloads that have to drain, by the index of their objects, and what is in front of each.
    fn reached(&self, backends: &[Backend]) -> BTreeMap<usize, Behind> {
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
        reached
    }

    /// Whether a route could lead to this Service; not if it is headless or serves only metrics, webhooks, databases and the like.
    fn serves(&self, service: usize) -> bool {
        let Some(object) = self.render.get(service) else {
            return false;
        };
        let spec = object.node().get("spec");
        let field = |key| spec.and_then(|s: Node<'_, '_>| s.get(key));
        let headless = field("clusterIP").and_then(Node::text) == Some("None");
        let ports = field("ports")
            .into_iter()
            .flat_map(Node::items)
            .map(|port| {
                let number = |key| port.get(key).and_then(Node::as_int);
                let name = port.get("name").and_then(Node::text);
                (name.unwrap_or_default(), number("port"))
            });
        self.exposing(service).is_some_and(|s| s.exposed.is_some())
            || !headless && !is_inner(object.name, ports)
    }

    /// The Services that select workloads, by the number of the pods that they select.
    fn selecting(&mut self) -> Vec<Meant> {
        let mut selecting: Vec<Meant> = Vec::new();
        for (index, service) in self.render.objects.iter().enumerate() {
            if !self.roles.get(index).is_some_and(|roles| roles.service)
                || service.is_local()
                || self.is_disabled(index)
            {
                continue;
            }
            let kind = self.services.get(&index).copied();
            let kind = kind.unwrap_or_else(|| self.read_service(index, service));
            let ServiceKind::Selects(pods) = kind else {
                continue;
            };
            if selecting.len() <= pods {
                selecting.resize(pods + 1, Meant::new());
            }
            if let Some(known) = selecting.get_mut(pods) {
                known.push(index);
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
