//! From Services to pod templates: the paths, and their seconds.

use super::pods::Coming;
use super::select::selector_of;
use super::{Tracer, WantedNamespace};
use crate::config::Seconds;
use crate::input::objects::{Meant, Object, same_namespace};
use crate::model::{Origin, Role, Sleep};
use crate::say::routes as say;
use crate::tables::DEFAULT_SLEEP;
use lossless_yaml::{Kind, Node};

/// What is behind a Service.
#[derive(Clone, Copy, Debug)]
pub(super) enum ServiceKind<'t> {
    /// A field has the wrong type.
    Wrong,
    /// A name outside the cluster.
    ExternalName,
    /// The name of another Service, by namespace and name.
    Alias(&'t str, &'t str),
    /// Endpoints that something else manages.
    Selectorless,
    /// The pods with this index.
    Selects(usize),
}

impl<'t, 's> Tracer<'_, 't, 's> {
    pub(super) fn follow_service(
        &mut self,
        coming: &Coming<'_, 't>,
        index: usize,
        wanted: WantedNamespace<'_>,
    ) {
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
        let pods = match self.service_kind(index, service) {
            ServiceKind::Selects(pods) if namespace == service.namespace => pods,
            ServiceKind::Selects(_) => match self.pods_of(index, namespace) {
                Some(pods) => pods,
                None => return,
            },
            ServiceKind::Alias(namespace, name) => {
                for other in self.aliased(index, namespace, name) {
                    let kind = self.render.get(other).map(|o| self.service_kind(other, o));
                    // A chain of aliases is more likely a circle than a path.
                    if !matches!(kind, Some(ServiceKind::Alias(..))) {
                        self.follow_service(coming, other, Some(namespace));
                    }
                }
                return;
            }
            _ => return,
        };
        let asked = self.asked(coming, Some(index));
        if !self.pods.get(pods).is_empty() {
            self.reaching.insert(index);
            self.add_way(pods, coming.route, Some(index), asked);
        }
    }

    /// The Services of the input that an ExternalName of the cluster means.
    fn aliased(&self, index: usize, namespace: &str, name: &str) -> Meant {
        let found = self
            .render
            .named(&str::is_empty, "Service", name, Some(namespace));
        found.into_iter().filter(|other| *other != index).collect()
    }

    /// What is behind a Service: read once, however many routes name it.
    fn service_kind(&mut self, index: usize, service: &Object<'t, 's>) -> ServiceKind<'t> {
        if let Some(known) = self.services.get(&index) {
            return *known;
        }
        let kind = if self.tell_wrong_types(service) {
            ServiceKind::Wrong
        } else {
            self.read_service(index, service)
        };
        self.services.insert(index, kind);
        kind
    }

    /// As [`Tracer::service_kind`], of a Service that nothing may lead to.
    pub(super) fn read_service(
        &mut self,
        index: usize,
        service: &Object<'t, 's>,
    ) -> ServiceKind<'t> {
        let spec = service.node().get("spec");
        let text = |key| spec.and_then(|s| s.get(key)).and_then(Node::text);
        let selector = selector_of(service).filter(|s| s.kind() == Kind::Mapping && !s.is_empty());
        if text("type") == Some("ExternalName") {
            let mut labels = text("externalName").unwrap_or_default().split('.');
            match (labels.next(), labels.next(), labels.next()) {
                (Some(name), Some(namespace), Some("svc")) => ServiceKind::Alias(namespace, name),
                _ => ServiceKind::ExternalName,
            }
        } else if let Some(pods) = selector.and_then(|_| self.pods_of(index, service.namespace)) {
            ServiceKind::Selects(pods)
        } else {
            ServiceKind::Selectorless
        }
    }

    /// The messages about Services, once every path is followed, so that the order of the paths does not matter.
    pub(super) fn tell_services(&mut self) {
        for (index, kind) in self.services.clone() {
            let Some(service) = self.render.get(index) else {
                continue;
            };
            let published = service.node().get("spec");
            let published = published.and_then(|s| s.get("publishNotReadyAddresses"));
            match kind {
                ServiceKind::Wrong => {}
                ServiceKind::Alias(namespace, name) => {
                    if self.aliased(index, namespace, name).is_empty() {
                        self.tell(service, say::external_name_missing(namespace, name));
                    }
                }
                ServiceKind::ExternalName => self.tell(service, say::external_name()),
                ServiceKind::Selectorless => self.tell(service, say::selectorless()),
                ServiceKind::Selects(_) if !self.reaching.contains(&index) => {
                    self.tell_nothing_selected(service);
                }
                ServiceKind::Selects(_) => {
                    if published.and_then(Node::as_bool) == Some(true) {
                        self.tell(service, say::not_ready_published());
                    }
                }
            }
        }
    }

    #[cold]
    fn tell_nothing_selected(&mut self, service: &Object<'t, 's>) {
        let near = self.near_workloads(service);
        let mut message = say::selects_nothing(service.kind, &near);
        if near.is_empty()
            && let Some(workload) = self.without_template(service)
        {
            let placed = workload.placed();
            message = say::no_template(message, &placed.object, placed.place);
        }
        let wanted = near.first().and_then(|near| near.differ.first());
        let node = wanted.and_then(|(key, ..)| selector_of(service)?.get(key));
        match node {
            Some(node) => self.tell_at(service, node, message),
            None => self.tell(service, message),
        }
    }

    /// A workload that may be meant by a Service that selects nothing, because it has no pod template to be selected by.
    fn without_template(&mut self, service: &Object<'t, 's>) -> Option<&Object<'t, 's>> {
        let render = self.render;
        if !self.may_compare(render.objects.len()) {
            return None;
        }
        let mut objects = render.objects.iter().enumerate();
        let found = objects.find(|(index, object)| {
            let row = self.tables.workload(object.group, object.kind);
            row.is_some_and(|row| {
                row.leave.is_none() && row.follow.is_none() && !row.templates.is_empty()
            }) && self.own_templates(*index).is_empty()
                && same_namespace(service.namespace, object.namespace).is_some()
        });
        found.map(|(_, object)| object)
    }

    /// The sleep that a path through a Service asks for, and the class that set it.
    pub(super) fn asked(
        &mut self,
        coming: &Coming<'_, 't>,
        service: Option<usize>,
    ) -> (Option<&'t str>, Sleep) {
        let (route, entries) = (coming.route, coming.entries);
        let stated = |index: Option<usize>, on: Role| {
            let seconds = self.annotations.get(&index?)?.sleep?.get();
            Some(Sleep {
                seconds,
                origin: Origin::Annotation { on },
            })
        };
        let annotated = stated(service, Role::Service).or_else(|| stated(route, Role::Route));
        if let Some(sleep) = annotated {
            return (entries.last().and_then(|entry| entry.class), sleep);
        }
        let sleeps = entries
            .iter()
            .map(|entry| (entry.class, self.sleep_of(entry, service)));
        let greatest = sleeps.max_by_key(|(_, sleep)| sleep.seconds);
        greatest.unwrap_or_else(|| (None, self.without_route()))
    }

    /// The sleep of a workload that is included without a route: `sleepSeconds`, else the default.
    pub(super) fn without_route(&self) -> Sleep {
        let configured = self.config.sleep_seconds;
        Sleep {
            seconds: configured.map_or(DEFAULT_SLEEP, Seconds::get),
            origin: configured.map_or(Origin::Default { product: None }, |_| Origin::Configured),
        }
    }
}
