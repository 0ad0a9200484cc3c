//! Classes: their names, and the rules for them.
//!
//! docs/reference.md, section 2.2.

use super::Tracer;
use super::entry::{Entry, Unknown};
use crate::config::ClassRule;
use crate::input::objects::{Meant, Object};
use crate::model::{Origin, Sleep};
use crate::say::{Severity, routes as say};
use crate::tables::path::{Path, Walks};
use crate::tables::references::{self, By, Classes, FollowRef};
use crate::tables::{Controller, DEFAULT_SLEEP, controller_by_class, controller_by_name, glob};
use smallvec::SmallVec;
use std::collections::BTreeSet;

/// Marks an IngressClass as the one of routes without a class.
const DEFAULT_CLASS: &str = "ingressclass.kubernetes.io/is-default-class";
/// Where an Ingress says its class beside `spec.ingressClassName`.
const CLASS_ANNOTATION: &str = "kubernetes.io/ingress.class";
/// The longest chain of objects from a route to its class: a `ListenerSet` between route and Gateway is one step.
const MOST_STEPS: usize = 8;

/// The entries of a route: one, mostly.
type Entries<'t> = SmallVec<[Entry<'t>; 1]>;

impl<'t, 's> Tracer<'_, 't, 's> {
    /// How requests reach a route; `None` if all its classes are skipped.
    pub(super) fn entries(&mut self, index: usize, classes: &Classes<'t>) -> Option<Entries<'t>> {
        let mut found = Entries::new();
        self.read_entries(index, classes, 0, &mut found);
        let mut entries = Entries::new();
        let mut seen = BTreeSet::new();
        let only = found.len() == 1;
        for entry in found {
            if let Some(stated) = self.class_rule(entry.class)
                && (only || seen.insert(entry.identity()))
            {
                entries.push(Entry { stated, ..entry });
            }
        }
        (!entries.is_empty()).then_some(entries)
    }

    /// The entry of a Service that is its own route; `None` if its class is skipped.
    pub(super) fn load_balancer(
        &mut self,
        index: usize,
        class: Option<&'t str>,
    ) -> Option<Entry<'t>> {
        Some(Entry {
            class,
            stated: self.class_rule(class)?,
            route: index,
            gateway: None,
            absent: None,
            kind: None,
            needs_class: false,
        })
    }

    fn read_entries(
        &mut self,
        index: usize,
        classes: &Classes<'t>,
        step: usize,
        found: &mut Entries<'t>,
    ) {
        let Some(object) = self.render.get(index) else {
            return;
        };
        let row = self.tables.route(object.group, object.kind);
        let kind = row.and_then(|row| references::controller(row, object.node(), &mut self.visits));
        let mut entry = Entry {
            class: None,
            stated: None,
            route: index,
            gateway: None,
            absent: None,
            kind: kind.and_then(controller_by_name),
            needs_class: row.is_some_and(|row| row.default_class),
        };
        match classes {
            Classes::Names(names) => {
                if step == 0 {
                    self.tell_classes(object, names);
                }
                entry.class = match names.first() {
                    None if entry.needs_class => self.default_class(),
                    first => first.copied(),
                };
                found.push(entry);
            }
            Classes::Follow(follows, path) => {
                let before = found.len();
                for follow in follows {
                    self.follow_class(object, follow, path, &entry, step, found);
                }
                if found.len() == before {
                    found.push(entry);
                }
            }
        }
    }

    /// Adds the classes of the objects that a route gets its class from.
    fn follow_class(
        &mut self,
        object: &Object<'t, 's>,
        follow: &FollowRef<'t>,
        path: &Path,
        entry: &Entry<'t>,
        step: usize,
        found: &mut Entries<'t>,
    ) {
        let parents = self.referred_to(object, follow);
        if let (By::Name(name), []) = (&follow.by, parents.as_slice()) {
            let namespace = follow.namespace.or(object.namespace);
            let absent = Unknown::Absent(follow.kind.to_string(), namespace, name);
            found.push(Entry {
                absent: Some(absent),
                ..entry.clone()
            });
        }
        for index in parents {
            let Some(parent) = self.render.get(index) else {
                continue;
            };
            let row = self.tables.route(parent.group, parent.kind);
            if let Some(row) = row.filter(|_| step < MOST_STEPS) {
                let before = found.len();
                let classes =
                    references::classes(row, &mut Walks::from(parent.node()), &mut self.visits);
                self.read_entries(index, &classes, step + 1, found);
                for below in found.iter_mut().skip(before) {
                    below.kind = below.kind.or(entry.kind);
                }
                continue;
            }
            let here = Entry {
                gateway: Some(index),
                ..entry.clone()
            };
            let before = found.len();
            for class in path.find(parent.node(), false, &mut self.visits) {
                found.extend(class.text().map(|class| Entry {
                    class: Some(class),
                    ..here.clone()
                }));
            }
            if found.len() == before {
                found.push(here);
            }
        }
    }

    /// What is wrong with the classes of a route.
    fn tell_classes(&mut self, object: &Object<'t, 's>, names: &[&str]) {
        let Some(first) = names.first() else { return };
        if let Some(other) = names.iter().find(|other| *other != first) {
            self.tell(object, say::class_conflict(first, other));
        }
        // Only the kind whose classes are objects has both a field and an older annotation.
        let row = self.tables.route(object.group, object.kind);
        let unread = controller_by_class(first)
            .filter(|controller| controller.annotation_only.iter().any(|c| **c == **first));
        if let Some(controller) = unread
            && row.is_some_and(|row| row.default_class)
            && object.annotation(CLASS_ANNOTATION) != Some(*first)
            && self.class_object(first).is_none()
        {
            let message = say::class_not_served(first, &controller.product, CLASS_ANNOTATION);
            self.tell(object, message);
        }
    }

    /// The default IngressClass of the input.
    fn default_class(&mut self) -> Option<&'t str> {
        if let Some(known) = self.default_class.get() {
            return *known;
        }
        let found = self.find_default_class();
        *self.default_class.get_or_init(|| found)
    }

    fn find_default_class(&mut self) -> Option<&'t str> {
        let render = self.render;
        let classes = render.objects.iter().filter(|o| {
            o.kind == "IngressClass"
                && o.group == "networking.k8s.io"
                && o.annotation(DEFAULT_CLASS) == Some("true")
                && !o.is_local()
        });
        let names: Vec<&Object<'t, 's>> = classes.collect();
        match names.as_slice() {
            [] => None,
            [only] => Some(only.name),
            [first, second, ..] => {
                let message = say::default_class_twice(first.name, second.name, DEFAULT_CLASS);
                self.tell(second, message);
                None
            }
        }
    }

    /// The configuration of a class; the outer `None` if a rule skips it.
    #[expect(
        clippy::option_option,
        reason = "whether a class counts, and whether its sleep is stated, are two things"
    )]
    fn class_rule(&mut self, class: Option<&'t str>) -> Option<Option<Sleep>> {
        let config = self.config;
        let rules = config.ingress_classes.as_deref().unwrap_or_default();
        let named = |pattern: &str| match class {
            Some(class) => glob(pattern, class),
            None => pattern == "*",
        };
        let listed = config
            .ingress_class
            .as_ref()
            .is_none_or(|only| only.split(',').any(|pattern| named(pattern.trim())));
        let rule: Option<&ClassRule> = rules.iter().find(|rule| named(&rule.class));
        self.classes_seen.insert(class);
        if !listed || rule.is_some_and(|rule| rule.skip) {
            self.skipped.insert(class);
            return None;
        }
        let of_rule = |rule: &ClassRule| {
            let seconds = match (rule.sleep_seconds, &rule.controller) {
                (Some(seconds), _) => seconds.get(),
                (None, Some(name)) => {
                    controller_by_name(name).map_or(DEFAULT_SLEEP, Controller::seconds)
                }
                (None, None) => return None,
            };
            Some(Sleep {
                seconds,
                origin: Origin::ClassRule {
                    class: rule.class.clone(),
                },
            })
        };
        let configured = || {
            Some(Sleep {
                seconds: config.sleep_seconds?.get(),
                origin: Origin::Configured,
            })
        };
        Some(rule.and_then(of_rule).or_else(configured))
    }

    /// Reports class rules that match no route.
    pub(super) fn tell_rules(&mut self) {
        let rules = self.config.ingress_classes.as_deref().unwrap_or_default();
        for (index, rule) in rules.iter().enumerate() {
            let mut seen = self.classes_seen.iter();
            let matched = seen.any(|class| match class {
                Some(class) => glob(&rule.class, class),
                None => rule.class == "*",
            });
            if !matched && !self.classes_seen.is_empty() {
                let classes: Vec<&str> = self.classes_seen.iter().flatten().copied().collect();
                let mut message = say::unused_rule(index, &rule.class, &classes);
                message.severity = Severity::Info;
                self.messages.push(message);
            }
        }
    }

    /// Reports configured rows whose kind no object in the input has.
    pub(super) fn tell_rows(&mut self) {
        let (routes, workloads) = (&self.config.routes, &self.config.workloads);
        let routes = routes.as_deref().unwrap_or_default().iter();
        let routes = routes.map(|row| ("routes", &row.groups, &row.kind));
        let routes = routes.enumerate();
        let workloads = workloads.as_deref().unwrap_or_default().iter();
        let workloads = workloads.map(|row| ("workloads", &row.groups, &row.kind));
        let rows = routes.chain(workloads.enumerate());
        let unused = rows.filter(|(_, (_, groups, kind))| {
            !groups.iter().any(|group| self.render.has_kind(group, kind))
        });
        let told = unused.map(|(index, (list, groups, kind))| {
            let group = groups.first().map_or("", String::as_str);
            say::unused_row(list, index, group, kind)
        });
        self.messages.extend(told);
    }

    /// The objects that a reference means, in the order of the input.
    pub(super) fn referred_to(&self, object: &Object<'t, 's>, follow: &FollowRef<'_>) -> Meant {
        let wanted = follow.namespace.or(object.namespace);
        let group = |group: &str| follow.groups.iter().any(|g| g == group);
        let label = match &follow.by {
            By::Name(name) => return self.render.named(&group, &follow.kind, name, wanted),
            By::Label(label, value) => Some((label, value)),
            By::Every => None,
        };
        let objects = self.render.objects.iter().enumerate();
        let meant = objects.filter(|(_, o)| {
            let labels = o.node().get("metadata").and_then(|m| m.get("labels"));
            *o.kind == *follow.kind
                && group(o.group)
                && !o.is_local()
                && (follow.every_namespace || o.namespace == wanted || o.namespace.is_none())
                && label.is_none_or(|(key, value)| {
                    let held = labels.and_then(|labels| labels.get(key));
                    held.and_then(lossless_yaml::Node::text) == Some(*value)
                })
        });
        meant.map(|(index, _)| index).collect()
    }
}
