//! Classes: their names, the rules for them, and the controllers behind them.
//!
//! docs/reference.md, sections 2.2 and 3.1.

use super::tell::Told;
use super::{DEFAULT_SLEEP, Tracer};
use crate::config::ClassRule;
use crate::input::objects::Object;
use crate::model::Origin;
use crate::say::routes as say;
use crate::tables::references::{Classes, References};
use crate::tables::{
    Controller, Shared, controller_by_class, controller_by_name, glob, shared_class,
};
use std::collections::BTreeSet;

/// Marks an IngressClass as the one of routes without a class.
const DEFAULT_CLASS: &str = "ingressclass.kubernetes.io/is-default-class";

/// What one class of a route says of the sleep.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ClassSeconds {
    pub(super) class: Option<String>,
    pub(super) seconds: u64,
    pub(super) origin: Origin,
}

impl<'t, 's> Tracer<'_, 't, 's> {
    /// What the classes of a route say; `None` where all of them are skipped.
    pub(super) fn classes(
        &mut self,
        object: &Object<'t, 's>,
        found: &References<'t, 's>,
    ) -> Option<Vec<ClassSeconds>> {
        let row = self.tables.route(object.group, object.kind);
        let controller = row.and_then(|row| row.controller.as_deref());
        let takes_default = row.is_some_and(|row| row.default_class);
        let mut names: Vec<Option<String>> = match &found.classes {
            Classes::Names(names) => {
                if let [first, others @ ..] = names.as_slice()
                    && let Some(other) = others.iter().find(|other| *other != first)
                {
                    self.tell(object, say::class_conflict(first, other));
                }
                let stated = names.first().cloned();
                if stated.is_none() && takes_default {
                    vec![self.default_class()]
                } else {
                    vec![stated]
                }
            }
            Classes::Follow(follows, path) => {
                let mut names = Vec::new();
                for follow in follows {
                    let wanted = follow.namespace.as_deref().or(object.namespace);
                    let group = |group: &str| follow.groups.iter().any(|g| g == group);
                    for parent in self.render.named(group, &follow.kind, &follow.name, wanted) {
                        let Some(parent) = self.render.get(parent) else {
                            continue;
                        };
                        for class in path.find(parent.node(), false, &mut self.visits) {
                            names.extend(class.text().map(|text| Some(text.to_owned())));
                        }
                    }
                }
                if names.is_empty() {
                    names.push(None);
                }
                names
            }
        };
        // Of equal classes the last counts, as it does of equal seconds.
        let mut known = BTreeSet::new();
        names.reverse();
        names.retain(|name| known.insert(name.clone()));
        names.reverse();
        let mut seconds = Vec::new();
        for name in names {
            seconds.extend(self.class_seconds(object, name.as_deref(), controller));
        }
        (!seconds.is_empty()).then_some(seconds)
    }

    /// The one IngressClass of the render that is marked as default.
    fn default_class(&mut self) -> Option<String> {
        if let Some(known) = self.default_class.get() {
            return known.clone();
        }
        let found = self.find_default_class();
        self.default_class.get_or_init(|| found).clone()
    }

    fn find_default_class(&mut self) -> Option<String> {
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
            [only] => Some(only.name.to_owned()),
            [first, second, ..] => {
                let message = say::default_class_twice(first.name, second.name, DEFAULT_CLASS);
                self.tell(second, message);
                None
            }
        }
    }

    /// What a class says of the sleep; `None` where a rule skips it.
    pub(super) fn class_seconds(
        &mut self,
        route: &Object<'t, 's>,
        class: Option<&str>,
        kind_controller: Option<&str>,
    ) -> Option<ClassSeconds> {
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
        if !listed || rule.is_some_and(|rule| rule.skip) {
            self.skipped.insert(class.map(str::to_owned));
            return None;
        }
        let stated = |seconds, origin| ClassSeconds {
            class: class.map(str::to_owned),
            seconds,
            origin,
        };
        if let Some(rule) = rule {
            let origin = || Origin::ClassRule {
                class: rule.class.clone(),
            };
            if let Some(seconds) = rule.sleep_seconds {
                return Some(stated(seconds.get(), origin()));
            }
            if let Some(name) = &rule.controller {
                let seconds = controller_by_name(name)
                    .and_then(|c| c.sleep_seconds)
                    .map_or(DEFAULT_SLEEP, u64::from);
                return Some(stated(seconds, origin()));
            }
        }
        if let Some(seconds) = config.sleep_seconds {
            return Some(stated(seconds.get(), Origin::Configured));
        }
        let controller = match self.controller_of(route, class) {
            Some(controller) => Some(controller),
            None => match kind_controller {
                Some(name) if class.is_none() || !self.renders_class(class) => {
                    controller_by_name(name)
                }
                _ => None,
            },
        };
        Some(
            match controller.and_then(|c| c.sleep_seconds.map(|s| (c, u64::from(s)))) {
                Some((controller, seconds)) => stated(
                    seconds,
                    Origin::Controller {
                        product: &controller.product,
                        class: class.map(str::to_owned),
                        source: &controller.source,
                    },
                ),
                None => stated(DEFAULT_SLEEP, Origin::Default),
            },
        )
    }

    /// The objects of the render that say which controller a class belongs to.
    pub(super) fn class_objects(&self, class: &str) -> Option<&'t str> {
        const CLASSES: [(&str, &str, &str); 2] = [
            ("networking.k8s.io", "IngressClass", "controller"),
            (
                "gateway.networking.k8s.io",
                "GatewayClass",
                "controllerName",
            ),
        ];
        CLASSES.iter().find_map(|(group, kind, field)| {
            let found = self.render.named(|g| g == *group, kind, class, None);
            let object = self.render.get(*found.first()?)?;
            object.node().get("spec")?.get(field)?.text()
        })
    }

    pub(super) fn renders_class(&self, class: Option<&str>) -> bool {
        class.is_some_and(|class| self.class_objects(class).is_some())
    }

    pub(super) fn controller_of(
        &mut self,
        route: &Object<'t, 's>,
        class: Option<&str>,
    ) -> Option<&'static Controller> {
        let class = class?;
        if let Some(name) = self.class_objects(class) {
            return controller_by_name(name);
        }
        if let Some(controller) = controller_by_class(class) {
            return Some(controller);
        }
        let render = self.render;
        let renders = |group: &str, kind: &str| render.has_kind(group, kind);
        match shared_class(class, route.node(), renders) {
            Shared::No => None,
            Shared::Decided(controller) => Some(controller),
            Shared::Undecided(users) => {
                if self.told.insert(Told::Class(class.to_owned())) {
                    let seconds = |c: &Controller| c.sleep_seconds.map_or(DEFAULT_SLEEP, u64::from);
                    let named: Vec<_> = users.iter().map(|c| (&*c.product, seconds(c))).collect();
                    let name = users.first().map(|c| c.name()).unwrap_or_default();
                    let message = say::class_undecided(class, &named, DEFAULT_SLEEP, name);
                    self.tell(route, message);
                }
                None
            }
        }
    }
}
