//! From Services to pod templates: the ways, and their seconds.

use super::classes::ClassSeconds;
use super::{DEFAULT_SLEEP, Link, MOST_FOLLOWED, MOST_WAYS, Template, Tracer, Wanted};
use crate::config::annotations::Inject;
use crate::input::objects::{Object, same_namespace};
use crate::model::{Origin, Role, Sleep};
use crate::say::routes as say;
use set_prestop_yaml::{Kind, Node};
use std::rc::Rc;

/// What is behind a Service.
#[derive(Clone, Debug)]
pub(super) enum ServiceKind {
    /// Something that has the wrong type.
    Wrong,
    /// A name outside the cluster.
    ExternalName,
    /// Endpoints that something else manages.
    Selectorless,
    /// These templates, whatever their namespaces.
    Selects(Rc<[usize]>),
}

impl<'t, 's> Tracer<'_, 't, 's> {
    pub(super) fn follow_service(
        &mut self,
        route: Option<usize>,
        index: usize,
        wanted: Wanted<'_>,
        classes: &[ClassSeconds],
    ) {
        self.followed += 1;
        if self.followed > MOST_FOLLOWED {
            return;
        }
        let Some(service) = self.render.get(index) else {
            return;
        };
        let Some(namespace) = same_namespace(wanted, service.namespace) else {
            return;
        };
        if self.is_disabled(index) {
            self.taken_out = true;
            return;
        }
        let ServiceKind::Selects(selected) = self.service_kind(index, service) else {
            return;
        };
        for &template in selected.iter() {
            let object = self
                .templates
                .get(template)
                .and_then(|t| self.render.get(t.object));
            if object.is_some_and(|o| same_namespace(namespace, o.namespace).is_some()) {
                self.reaching.insert(index);
                self.add_way(template, route, Some(index), classes);
            }
        }
    }

    /// What is behind a Service: read once, however many routes name it.
    fn service_kind(&mut self, index: usize, service: &Object<'t, 's>) -> ServiceKind {
        if let Some(known) = self.services.get(&index) {
            return known.clone();
        }
        let spec = service.node().get("spec");
        let text = |key| spec.and_then(|s| s.get(key)).and_then(Node::text);
        let selector = spec.and_then(|s| s.get("selector"));
        let selector = selector.filter(|s| s.kind() == Kind::Mapping && !s.is_empty());
        let kind = if self.tell_wrong_types(service) {
            ServiceKind::Wrong
        } else if text("type") == Some("ExternalName") {
            ServiceKind::ExternalName
        } else if let Some(selector) = selector {
            ServiceKind::Selects(self.select(selector, service.namespace).into())
        } else {
            ServiceKind::Selectorless
        };
        self.services.insert(index, kind.clone());
        kind
    }

    /// What there is to tell of the Services once every way is followed: which of its ways came first does not matter.
    pub(super) fn tell_services(&mut self) {
        for (index, kind) in self.services.clone() {
            let Some(service) = self.render.get(index) else {
                continue;
            };
            let published = service.node().get("spec");
            let published = published.and_then(|s| s.get("publishNotReadyAddresses"));
            match kind {
                ServiceKind::Wrong => {}
                ServiceKind::ExternalName => self.tell(service, say::external_name()),
                ServiceKind::Selectorless => self.tell(service, say::selectorless()),
                ServiceKind::Selects(_) if !self.reaching.contains(&index) => {
                    self.tell(service, say::selects_nothing());
                }
                ServiceKind::Selects(_) => {
                    if published.and_then(Node::as_bool) == Some(true) {
                        self.tell(service, say::not_ready_published());
                    }
                }
            }
        }
    }

    pub(super) fn add_way(
        &mut self,
        template: usize,
        route: Option<usize>,
        service: Option<usize>,
        classes: &[ClassSeconds],
    ) {
        self.followed += 1;
        let stated = |index: Option<usize>| {
            index
                .and_then(|i| self.annotations.get(&i))
                .and_then(|a| a.sleep)
        };
        let annotated = stated(service)
            .map(|s| (s, Origin::Annotation { on: Role::Service }))
            .or_else(|| stated(route).map(|s| (s, Origin::Annotation { on: Role::Route })));
        let greatest = classes.iter().max_by_key(|c| c.seconds);
        let Some(ways) = self.links.get(template) else {
            return;
        };
        // Where hundreds of objects share a name everything leads to everything: more ways tell nobody more.
        if ways.len() >= MOST_WAYS {
            let seconds = annotated
                .as_ref()
                .map(|(s, _)| s.get())
                .or(greatest.map(|c| c.seconds));
            let known = ways.iter().map(|way| way.sleep.seconds).max();
            if seconds.is_none_or(|seconds| Some(seconds) <= known) {
                return;
            }
        }
        let (seconds, origin) = match (annotated, greatest) {
            (Some((seconds, origin)), _) => (seconds.get(), origin),
            (None, Some(class)) => (class.seconds, class.origin.clone()),
            (None, None) => self.without_route(),
        };
        let class = greatest.and_then(|c| c.class.clone());
        let way = Link {
            route,
            service,
            class,
            sleep: Sleep { seconds, origin },
        };
        if let Some(ways) = self.links.get_mut(template)
            && !ways.contains(&way)
        {
            ways.push(way);
        }
    }

    /// The sleep of what is brought in without a route: `sleepSeconds`, else the default.
    pub(super) fn without_route(&self) -> (u64, Origin) {
        match self.config.sleep_seconds {
            Some(seconds) => (seconds.get(), Origin::Configured),
            None => (DEFAULT_SLEEP, Origin::Default),
        }
    }

    /// The Services that select a workload which its own annotation brings in: their annotations say how long it sleeps.
    pub(super) fn services_of(
        &self,
        index: usize,
        template: &Template<'t, 's>,
        ways: &mut Vec<Link>,
    ) {
        let namespace = self.render.get(template.object).and_then(|o| o.namespace);
        for (&service, read) in &self.annotations {
            let is_service = self.roles.get(service).is_some_and(|r| r.service);
            let Some(seconds) = read
                .sleep
                .filter(|_| is_service && read.inject != Some(Inject::Disabled))
            else {
                continue;
            };
            let Some(object) = self.render.get(service) else {
                continue;
            };
            if same_namespace(namespace, object.namespace).is_none() {
                continue;
            }
            let selector = object.node().get("spec").and_then(|s| s.get("selector"));
            if selector.is_some_and(|s| self.select(s, object.namespace).contains(&index)) {
                ways.push(Link {
                    route: None,
                    service: Some(service),
                    class: None,
                    sleep: Sleep {
                        seconds: seconds.get(),
                        origin: Origin::Annotation { on: Role::Service },
                    },
                });
            }
        }
        if ways.is_empty() {
            let (seconds, origin) = self.without_route();
            ways.push(Link {
                route: None,
                service: None,
                class: None,
                sleep: Sleep { seconds, origin },
            });
        }
    }
}
