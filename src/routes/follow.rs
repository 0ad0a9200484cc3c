//! From routes, and from objects included without one, to the Services and workloads that they name.

use super::entry::Entry;
use super::pods::{Coming, Visits};
use super::{TraceError, Tracer, Uncounted};
use crate::config::Seconds;
use crate::config::annotations::Inject;
use crate::input::objects::{Meant, Object, same_namespace};
use crate::model::{Origin, Sleep};
use crate::say::routes as say;
use crate::tables::path::Walks;
use crate::tables::references::{
    RefError, References, ServiceRef, TargetRef, misfit, references, target_refs,
};
use crate::tables::selects;
use crate::tables::{Controller, Route, controller_by_name};
use lossless_yaml::Node;
use std::collections::BTreeSet;
use std::ops::Range;
use std::rc::Rc;

/// Group, kind, name and namespace by which objects are meant.
pub(super) type ObjectKey = (String, String, String, Option<String>);

/// The objects that one name means.
#[derive(Debug)]
pub(super) struct Namesakes {
    found: Rc<[usize]>,
    visits: Visits,
}

impl Namesakes {
    fn new(found: &[usize]) -> Namesakes {
        Namesakes {
            found: found.into(),
            visits: Visits::default(),
        }
    }
}

impl<'t, 's> Tracer<'_, 't, 's> {
    pub(super) fn follow_route(&mut self, index: usize) -> Result<(), TraceError> {
        let Some(object) = self.render.get(index) else {
            return Ok(());
        };
        let Some(referring) = self.referring.get_mut(index).and_then(Option::take) else {
            return Ok(());
        };
        let Some(row) = self.tables.route(object.group, object.kind) else {
            return Ok(());
        };
        let Some(found) = referring.map_err(|RefError::TooLarge| TraceError::TooLarge(index))?
        else {
            let told = row.otherwise.as_ref();
            self.uncounted
                .extend(told.map(|_| (index, Uncounted::ByRow)));
            return Ok(());
        };
        if found.services.is_empty() && found.targets.is_empty() && found.follows.is_empty() {
            if !self.is_disabled(index) {
                let misfit = misfit(row, object.node(), &mut self.visits);
                if let Some(misfit) = misfit {
                    self.tell_misfit(object, &misfit);
                    // It names Services, even if none of them exists.
                    self.taken_out = true;
                } else if found.unknown.is_empty() && found.faults.is_empty() {
                    self.uncounted.push((index, Uncounted::NamesNone));
                }
                self.tell_unread(object, &found);
            }
            return Ok(());
        }
        if self.is_disabled(index) {
            self.taken_out = true;
            return Ok(());
        }
        let Some(entries) = self.entries(index, &found.classes) else {
            return Ok(());
        };
        let before = self.routes.len();
        self.routes.insert(index);
        let coming = Coming::new(Some(index), &entries);
        let named = self.follow_references(index, found, &coming)?;
        if !named && self.routes.len() > before {
            self.routes.remove(&index);
        }
        Ok(())
    }

    /// Follows what the route names, and what objects on the way name. Returns whether they name anything.
    pub(super) fn follow_references(
        &mut self,
        route: usize,
        found: References<'t, 's>,
        coming: &Coming<'_, 't>,
    ) -> Result<bool, TraceError> {
        let mut named = false;
        let mut visited = BTreeSet::new();
        // A chain of objects may be very long, so they wait in a list and not on the call stack.
        let mut waiting = Vec::new();
        let mut next = Some((route, found));
        while let Some((bearer, found)) = next.take() {
            named |= self.follow_named(bearer, &found, coming);
            let before = waiting.len();
            if let Some(object) = self.render.get(bearer) {
                for follow in &found.follows {
                    waiting.extend(self.referred_to(object, follow));
                }
            }
            if let Some([only]) = waiting.get(before..)
                && bearer != route
                && found.only_leads_on()
            {
                self.shorten(bearer, *only);
            }
            if let Some(added) = waiting.get_mut(before..) {
                added.reverse();
            }
            while next.is_none()
                && let Some(to) = waiting.pop()
            {
                let to = self.through(to);
                if to != route && visited.insert(to) {
                    next = self.next_referred(to, coming, &mut named)?;
                }
            }
        }
        Ok(named)
    }

    /// What an object on the way names, unless all that it adds is known: then only whether it names anything is asked.
    #[inline(never)]
    fn next_referred(
        &mut self,
        to: usize,
        coming: &Coming<'_, 't>,
        named: &mut bool,
    ) -> Result<Option<(usize, References<'t, 's>)>, TraceError> {
        if self.is_disabled(to) {
            self.taken_out = true;
            return Ok(None);
        }
        let mut visits = self.visited.remove(&to).unwrap_or_default();
        let enough = self.adds_nothing(coming, &mut visits);
        self.visited.insert(to, visits);
        if enough {
            *named = *named || self.leads(to)?;
            return Ok(None);
        }
        Ok(self.references_of(to)?.map(|found| (to, found)))
    }

    /// Notes that an object only leads on to another one, so that a long chain is gone through once, however many routes lead
    /// into it.
    fn shorten(&mut self, from: usize, to: usize) {
        let end = self.through(to);
        if end != from {
            self.shortcuts.insert(from, end);
        }
    }

    /// The object that a chain of objects leads to, or the object itself if it does not only lead on.
    fn through(&mut self, from: usize) -> usize {
        let mut end = from;
        while let Some(next) = self.shortcuts.get(&end) {
            end = *next;
        }
        let mut at = from;
        while at != end {
            at = self.shortcuts.insert(at, end).unwrap_or(end);
        }
        end
    }

    fn references_of(&mut self, index: usize) -> Result<Option<References<'t, 's>>, TraceError> {
        let object = self.render.get(index);
        let row = object.and_then(|o| Some((o, self.tables.route(o.group, o.kind)?)));
        let found = row.map(|(object, row)| references(row, object.node(), &mut self.visits));
        found
            .transpose()
            .map_err(|RefError::TooLarge| TraceError::TooLarge(index))
    }

    /// Whether an object, or one that it leads to, names a Service or a workload.
    fn leads(&mut self, start: usize) -> Result<bool, TraceError> {
        if let Some(known) = self.leads.get(&start) {
            return Ok(*known);
        }
        let mut seen = BTreeSet::from([start]);
        let mut waiting = vec![start];
        let mut leads = false;
        while let Some(index) = waiting.pop().filter(|_| !leads) {
            let (Some(found), Some(object)) = (self.references_of(index)?, self.render.get(index))
            else {
                continue;
            };
            leads = !found.services.is_empty() || !found.targets.is_empty();
            for follow in &found.follows {
                let below = self.referred_to(object, follow);
                waiting.extend(
                    below
                        .into_iter()
                        .filter(|to| !self.is_disabled(*to) && seen.insert(*to)),
                );
            }
        }
        self.leads.insert(start, leads);
        Ok(leads)
    }

    /// Follows the Services and workloads that one object names: the route itself, or one that the route leads to.
    pub(super) fn follow_named(
        &mut self,
        bearer: usize,
        found: &References<'t, 's>,
        coming: &Coming<'_, 't>,
    ) -> bool {
        let Some(object) = self.render.get(bearer) else {
            return false;
        };
        self.tell_unread(object, found);
        let named = !found.services.is_empty() || !found.targets.is_empty();
        for reference in &found.services {
            self.follow_reference(object, reference, coming);
        }
        self.follow_targets(object, &found.targets, coming);
        named
    }

    /// Follows the Services that one reference of an object means.
    fn follow_reference(
        &mut self,
        object: &Object<'t, 's>,
        reference: &ServiceRef<'t, 's>,
        coming: &Coming<'_, 't>,
    ) {
        let wanted = reference.namespace.as_deref().or(object.namespace);
        let row = selects(&reference.group, &reference.kind);
        // An import means the Service of the same name.
        let stands = row.is_some_and(|row| row.selector.is_none());
        let (group, kind) = if stands {
            ("", "Service")
        } else {
            (reference.group.as_ref(), reference.kind.as_ref())
        };
        let only_one = self.render.is_one(kind, &reference.name, wanted);
        let key = || {
            (
                group.into(),
                kind.into(),
                reference.name.to_string(),
                wanted.map(str::to_owned),
            )
        };
        let known = if only_one {
            None
        } else {
            let known = self.namesakes.get(&key());
            known.map(|known| Rc::clone(&known.found))
        };
        let found = match known {
            Some(_) => Meant::new(),
            None => self
                .render
                .named(&|g| g == group, kind, &reference.name, wanted),
        };
        let services = known.as_deref().unwrap_or(&found);
        if services.is_empty()
            && let Some(maker) = self.maker(&reference.name, wanted)
        {
            self.follow_made(maker, coming);
        } else if services.is_empty() && !reference.only_if_present {
            self.tell_missing(object, kind, &reference.name, wanted, reference.node);
        }
        let stated = reference.namespace.as_deref();
        if !services.is_empty() && !self.is_granted(object, stated, &reference.name) {
            let message = say::not_granted(stated.unwrap_or_default(), kind, &reference.name);
            self.tell_at(object, reference.node, message);
            return;
        }
        self.tell_twice(kind, &reference.name, services);
        if services.len() > 1 && self.namesakes_know(key(), services, coming) {
            return;
        }
        for service in services {
            self.follow_service(coming, *service, wanted);
        }
    }

    /// Whether what comes along to several Services of one name adds nothing to what came before.
    fn namesakes_know(
        &mut self,
        name: ObjectKey,
        services: &[usize],
        coming: &Coming<'_, 't>,
    ) -> bool {
        let known = self.namesakes.remove(&name);
        let mut known = known.unwrap_or_else(|| Namesakes::new(services));
        let enough = self.adds_nothing(coming, &mut known.visits);
        self.namesakes.insert(name, known);
        enough
    }

    /// Follows the workloads that an object names.
    fn follow_targets(
        &mut self,
        object: &Object<'t, 's>,
        targets: &[TargetRef<'t>],
        coming: &Coming<'_, 't>,
    ) {
        for target in targets {
            self.follow_target(object, target, coming);
        }
    }

    #[inline(never)]
    fn follow_target(
        &mut self,
        object: &Object<'t, 's>,
        target: &TargetRef<'t>,
        coming: &Coming<'_, 't>,
    ) {
        let group = |group: &str| target.group.is_none_or(|g| g == group);
        for workload in self
            .render
            .named(&group, target.kind, target.name, object.namespace)
        {
            let asked = self.asked(coming, None);
            for template in self.templates_of(workload) {
                let pods = self.pods_named(template);
                self.add_way(pods, coming.route, None, asked.clone());
            }
        }
    }

    /// The object that asks a controller for the Service of this name.
    pub(super) fn maker(&self, name: &str, wanted: Option<&str>) -> Option<usize> {
        let made = self.made.get(name).map_or(&[][..], Vec::as_slice);
        let mut made = made.iter();
        let found = made.find(|(namespace, _)| same_namespace(*namespace, wanted).is_some());
        found.map(|(_, maker)| *maker)
    }

    /// Follows a Service that is created at run time to the workload of the object that asks for it.
    fn follow_made(&mut self, maker: usize, coming: &Coming<'_, 't>) {
        let Some(object) = self.render.get(maker) else {
            return;
        };
        if self.is_disabled(maker) {
            self.taken_out = true;
            return;
        }
        let Some(row) = self.tables.route(object.group, object.kind) else {
            return;
        };
        let targets = row.targets.iter();
        let mut walks = Walks::from(object.node());
        let targets = targets.flat_map(|t| target_refs(t, &mut walks, &mut self.visits));
        let targets: Vec<TargetRef<'t>> = targets.collect();
        self.follow_targets(object, &targets, coming);
    }

    /// Collects the Services that controllers create at run time, and the grants.
    pub(super) fn read_made(&mut self) {
        let tables = self.tables;
        let makes = |group, kind| {
            tables
                .route(group, kind)
                .is_some_and(|r| !r.makes.is_empty())
        };
        let any_makes = self.render.has_any(makes);
        for (index, object) in self.render.objects.iter().enumerate() {
            if object.kind == "ReferenceGrant" && !object.is_local() {
                self.grants.push(index);
            }
            if !any_makes {
                continue;
            }
            let row = self.tables.route(object.group, object.kind);
            let Some(row) = row.filter(|row| !row.makes.is_empty() && !object.is_local()) else {
                continue;
            };
            self.read_made_by(index, object, row);
        }
    }

    #[inline(never)]
    fn read_made_by(&mut self, index: usize, object: &Object<'t, 's>, row: &Route) {
        for path in row.makes.iter() {
            for node in path.find(object.node(), false, &mut self.visits) {
                let name = node.text().unwrap_or_default();
                let suffixes = row.suffixes.iter().map(AsRef::as_ref);
                let none = row.suffixes.is_empty().then_some("");
                for suffix in suffixes.chain(none) {
                    let made = self.made.entry(format!("{name}{suffix}")).or_default();
                    made.push((object.namespace, index));
                }
            }
        }
    }

    /// Whether a reference may lead into another namespace. If the input has a `ReferenceGrant` for the kind of the
    /// route, one of them must allow it; if it has none, the grants are elsewhere.
    fn is_granted(&self, object: &Object<'t, 's>, namespace: Option<&str>, name: &str) -> bool {
        let row = self.tables.route(object.group, object.kind);
        let (Some(namespace), true) = (namespace, row.is_some_and(|row| row.granted)) else {
            return true;
        };
        object.namespace == Some(namespace) || self.a_grant_allows(object, namespace, name)
    }

    #[inline(never)]
    fn a_grant_allows(&self, object: &Object<'t, 's>, namespace: &str, name: &str) -> bool {
        let text = |node: Node<'t, 's>, key: &str| node.get(key).and_then(Node::text);
        let list = |grant: &Object<'t, 's>, key: &str| {
            let list = grant.node().get("spec").and_then(|spec| spec.get(key));
            list.into_iter().flat_map(Node::items)
        };
        let of_kind = |from: &Node<'t, 's>| text(*from, "kind") == Some(object.kind);
        let grants = self.grants.iter().filter_map(|i| self.render.get(*i));
        let grants = grants.filter(|grant| list(grant, "from").any(|from| of_kind(&from)));
        let mut found = false;
        for grant in grants {
            found = true;
            let from = list(grant, "from").any(|from| {
                of_kind(&from)
                    && same_namespace(text(from, "namespace"), object.namespace).is_some()
            });
            let to = list(grant, "to").any(|to| {
                text(to, "kind") == Some("Service") && text(to, "name").is_none_or(|to| to == name)
            });
            if from && to && same_namespace(grant.namespace, Some(namespace)).is_some() {
                return true;
            }
        }
        !found
    }

    /// The templates of a workload, or of the workload that it refers to (a Rollout's `workloadRef`).
    pub(super) fn templates_of(&mut self, workload: usize) -> Meant {
        let mut found: Meant = self.own_templates(workload).collect();
        if found.is_empty() {
            for referred in self.referred(workload) {
                found.extend(self.own_templates(referred));
            }
        }
        found
    }

    pub(super) fn own_templates(&self, object: usize) -> Range<usize> {
        // Templates are in the order of their objects.
        let first = self.templates.partition_point(|t| t.object < object);
        let own = self
            .templates
            .iter()
            .skip(first)
            .take_while(|t| t.object == object);
        first..first + own.count()
    }

    /// The workloads that a workload without a template refers to.
    pub(super) fn referred(&mut self, workload: usize) -> Meant {
        let Some(object) = self.render.get(workload) else {
            return Meant::new();
        };
        let Some(row) = self.tables.workload(object.group, object.kind) else {
            return Meant::new();
        };
        let Some(follow) = &row.follow else {
            return Meant::new();
        };
        let mut found = Meant::new();
        for target in target_refs(follow, &mut Walks::from(object.node()), &mut self.visits) {
            let group = |group: &str| target.group.is_none_or(|g| g == group);
            found.extend(
                self.render
                    .named(&group, target.kind, target.name, object.namespace),
            );
        }
        found
    }

    /// Services of type `LoadBalancer` are their own routes if the configuration says so.
    pub(super) fn follow_load_balancers(&mut self) {
        if self.config.load_balancer_services == Some(true) {
            self.follow_each_load_balancer();
        }
    }

    #[cold]
    fn follow_each_load_balancer(&mut self) {
        for index in 0..self.render.objects.len() {
            let Some(service) = self.render.get(index) else {
                continue;
            };
            let spec = service.node().get("spec");
            let text = |key| {
                spec.and_then(|s: Node<'t, 's>| s.get(key))
                    .and_then(Node::text)
            };
            if !self.roles.get(index).is_some_and(|r| r.service)
                || service.is_local()
                || text("type") != Some("LoadBalancer")
            {
                continue;
            }
            if self.is_disabled(index) {
                self.taken_out = true;
            } else if let Some(entry) = self.load_balancer(index, text("loadBalancerClass")) {
                self.routes.insert(index);
                let entries = [entry];
                let coming = Coming::new(Some(index), &entries);
                self.follow_service(&coming, index, service.namespace);
            }
        }
    }

    /// Follows the Services in the configuration's `backends`. Returns whether there are any.
    pub(super) fn follow_backends(&mut self) -> bool {
        let config = self.config;
        let Some(rules) = &config.backends else {
            return false;
        };
        for (index, rule) in rules.iter().enumerate() {
            let wanted = rule.namespace.as_deref().or(config.namespace.as_deref());
            let services = self
                .render
                .named(&str::is_empty, "Service", &rule.service, wanted);
            if services.is_empty() {
                let near = self.near_service(&rule.service, wanted);
                self.messages
                    .push(say::backend_missing(index, wanted, &rule.service, near));
            }
            self.tell_twice("Service", &rule.service, &services);
            let controller = rule.controller.as_deref().and_then(controller_by_name);
            let number = controller.map(Controller::seconds);
            let stated = rule.sleep_seconds.map(Seconds::get).or(number);
            for service in services {
                let entry = stated.map(|seconds| {
                    let origin = Origin::Backend {
                        service: rule.service.clone(),
                    };
                    Entry::stated(service, Sleep { seconds, origin })
                });
                let coming = Coming::new(None, entry.as_slice());
                self.follow_service(&coming, service, wanted);
            }
        }
        !rules.is_empty()
    }

    /// Follows the Services and workloads that an annotation includes. Returns whether there are any.
    pub(super) fn follow_enabled(&mut self) -> bool {
        let mut enabled = false;
        for index in 0..self.render.objects.len() {
            if !self
                .annotations
                .get(&index)
                .is_some_and(|a| a.inject == Some(Inject::Enabled))
            {
                continue;
            }
            enabled = true;
            if let Some(service) = self.render.get(index)
                && self.roles.get(index).is_some_and(|r| r.service)
            {
                self.follow_service(&Coming::new(None, &[]), index, service.namespace);
            }
        }
        enabled
    }
}

#[cfg(test)]
mod tests {
    use crate::{Outcome, Reason, Settings, Source, rewrite};
    use std::fmt::Write as _;

    /// More routes than the ways that are kept, `middle` behind all of them, and a Deployment.
    fn manifests(last: &str, middle: &str) -> String {
        let mut text = String::new();
        for number in 0..101 {
            let annotations = if number == 100 { last } else { "" };
            let _ = writeln!(
                text,
                "{{apiVersion: traefik.io/v1alpha1, kind: IngressRoute, metadata: {{name: r{number}, annotations: {{{annotations}}}}}, spec: {{routes: [{{services: [{{kind: TraefikService, name: a}}]}}]}}}}\n---",
            );
        }
        text + middle
            + "---\n{apiVersion: v1, kind: Service, metadata: {name: web}, spec: {selector: {app: web}}}\n---\n"
            + "{apiVersion: apps/v1, kind: Deployment, metadata: {name: web}, spec: {template: {metadata: {labels: {app: web}}, spec: {containers: [{name: web}]}}}}\n"
    }

    fn with<T>(last: &str, middle: &str, read: impl Fn(&Outcome<'_>) -> T) -> T {
        let text = manifests(last, middle);
        let outcome = rewrite(&[Source::new("input", &text)], &Settings::default());
        read(&outcome.unwrap())
    }

    fn traefik(name: &str, services: &str) -> String {
        format!(
            "{{apiVersion: traefik.io/v1alpha1, kind: TraefikService, metadata: {{name: {name}}}, spec: {{weighted: {{services: [{services}]}}}}}}\n---\n"
        )
    }

    #[test]
    fn every_route_counts_that_leads_to_a_service_and_no_other() {
        let further = traefik("a", "{kind: TraefikService, name: b}");
        let counted = |outcome: &Outcome<'_>| {
            let messages = outcome.messages.iter();
            let no_route = messages.filter(|m| m.reason == Reason::NoRoute).count();
            (outcome.counts.routes, no_route)
        };
        for (middle, routes) in [
            (traefik("a", "{name: web}"), 101),
            (traefik("a", ""), 0),
            (further.clone() + &traefik("b", "{name: web}"), 101),
            (further.clone() + &traefik("b", ""), 0),
            // Around in a circle, and out of it.
            (
                further.clone() + &traefik("b", "{kind: TraefikService, name: a}"),
                0,
            ),
            (
                further + &traefik("b", "{kind: TraefikService, name: a}, {name: web}"),
                101,
            ),
        ] {
            let wanted = (routes, usize::from(routes == 0));
            assert_eq!(with("", &middle, counted), wanted, "{middle}");
        }
    }

    #[test]
    fn a_route_that_asks_for_longer_is_followed_however_many_there_are() {
        let sleep = |outcome: &Outcome<'_>| {
            let seconds = outcome.plans.iter().map(|plan| plan.sleep.seconds);
            seconds.collect::<Vec<_>>()
        };
        let middle = traefik("a", "{name: web}");
        assert_eq!(with("", &middle, sleep), [10]);
        let stated = "set-prestop.dev/sleep-seconds: \"33\"";
        assert_eq!(with(stated, &middle, sleep), [33]);
        let class = "kubernetes.io/ingress.class: gce";
        assert_eq!(with(class, &middle, sleep), [120]);
    }
}
