//! From Services to pod templates: the ways, and their seconds.

use super::classes::ClassSeconds;
use super::{DEFAULT_SLEEP, MOST_FOLLOWED, MOST_WAYS, Origin, Template, Tracer, Wanted, Way};
use crate::config::annotations::Inject;
use crate::input::objects::same_namespace;
use crate::say::Reason;
use set_prestop_yaml::{Kind, Node};
use std::rc::Rc;

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
        let first = self.services.insert(index);
        if first && self.tell_wrong_types(service) {
            return;
        }
        let kind = service
            .node()
            .get("spec")
            .and_then(|s| s.get("type"))
            .and_then(Node::text);
        if kind == Some("ExternalName") {
            if first {
                self.warn(Reason::ExternalName, service, "spec.type",
                    "the Service is an ExternalName: what answers lies outside this cluster, and nothing is changed for it",
                    "give the pods there their preStop sleep where they are deployed");
            }
            return;
        }
        let selector = service.node().get("spec").and_then(|s| s.get("selector"));
        let Some(selector) = selector.filter(|s| s.kind() == Kind::Mapping && !s.is_empty()) else {
            if first {
                self.warn(Reason::Selectorless, service, "spec.selector",
                    "the Service has no selector: its endpoints are managed elsewhere, and nothing is changed for it",
                    "annotate the workload behind it with `set-prestop.dev/inject: enabled`");
            }
            return;
        };
        let mut reached = false;
        let selected = if let Some(known) = self.selected.get(&index) {
            Rc::clone(known)
        } else {
            let found: Rc<[usize]> = self.select(selector, service.namespace).into();
            self.selected.insert(index, Rc::clone(&found));
            found
        };
        for &template in selected.iter() {
            let object = self
                .templates
                .get(template)
                .and_then(|t| self.render.get(t.object));
            if object.is_some_and(|o| same_namespace(namespace, o.namespace).is_some()) {
                reached = true;
                self.add_way(template, route, Some(index), classes);
            }
        }
        if !reached && first {
            self.warn(Reason::ServiceSelectsNothing, service, "spec.selector",
                "the Service selects no workload of this input",
                "check its labels against those of the pod template, or render the workload together with it");
        }
        let published = service
            .node()
            .get("spec")
            .and_then(|s| s.get("publishNotReadyAddresses"));
        if reached && first && published.and_then(Node::as_bool) == Some(true) {
            self.warn(Reason::NotReadyPublished, service, "spec.publishNotReadyAddresses",
                "addresses of pods that are not ready stay published, also while they terminate: a sleep may buy nothing",
                "take `publishNotReadyAddresses` out of the Service that a route names");
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
            .map(|s| (s, Origin::Annotation("the Service's annotation")))
            .or_else(|| stated(route).map(|s| (s, Origin::Annotation("the route's annotation"))));
        let greatest = classes.iter().max_by_key(|c| c.seconds);
        let Some(ways) = self.ways.get(template) else {
            return;
        };
        // Where hundreds of objects share a name everything leads to everything: more ways tell nobody more.
        if ways.len() >= MOST_WAYS {
            let seconds = annotated
                .as_ref()
                .map(|(s, _)| s.get())
                .or(greatest.map(|c| c.seconds));
            let known = ways.iter().map(|way| way.seconds).max();
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
        let way = Way {
            route,
            service,
            class,
            seconds,
            origin,
        };
        if let Some(ways) = self.ways.get_mut(template)
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
        ways: &mut Vec<Way>,
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
                ways.push(Way {
                    route: None,
                    service: Some(service),
                    class: None,
                    seconds: seconds.get(),
                    origin: Origin::Annotation("the Service's annotation"),
                });
            }
        }
        if ways.is_empty() {
            let (seconds, origin) = self.without_route();
            ways.push(Way {
                route: None,
                service: None,
                class: None,
                seconds,
                origin,
            });
        }
    }
}
