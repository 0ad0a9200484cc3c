//! The controllers of load balancers: their names, their signs, and the seconds that each needs.

use super::row::{Controller, On, Sign, ValueType};
use super::{any, generated, glob};
use lossless_yaml::{Kind, Node, Tree, sort_by};

/// The controllers, in the table's order.
pub(crate) fn controllers() -> &'static [Controller] {
    generated::CONTROLLERS
}

/// The controller that an IngressClass, a GatewayClass, a row of routes or the configuration calls by this name.
pub(crate) fn controller_by_name(name: &str) -> Option<&'static Controller> {
    let mut controllers = controllers().iter();
    controllers.find(|controller| any(&controller.controllers, name))
}

/// The only controller that uses this class name.
pub(crate) fn controller_by_class(class: &str) -> Option<&'static Controller> {
    let mut controllers = controllers().iter();
    controllers.find(|controller| any(&controller.classes, class))
}

/// The controllers that share this class name.
pub(crate) fn sharing(class: &str) -> impl Iterator<Item = &'static Controller> {
    let controllers = controllers().iter();
    controllers.filter(move |controller| controller.shared.iter().any(|each| each == class))
}

/// The controllers of annotations that no other controller reads.
pub(crate) fn signed<'t, 's: 't>(
    on: On,
    annotations: impl Iterator<Item = (&'t str, Node<'t, 's>)>,
) -> Vec<&'static Controller> {
    let annotations: Vec<_> = annotations.collect();
    if annotations.is_empty() {
        return Vec::new();
    }
    let mut found: Vec<_> = controllers()
        .iter()
        .filter(|controller| {
            let mut signs = controller.signs.iter();
            let mut here = annotations.iter();
            signs.any(|sign| {
                sign.on.contains(&on) && here.clone().any(|(key, value)| sign.holds(key, *value))
            }) && !here.any(|(key, value)| controller.excepts(key, *value))
        })
        .collect();
    sort_by(&mut found, &mut |a, b| {
        a.sleep_seconds.cmp(&b.sleep_seconds)
    });
    found
}

/// The controllers whose objects are in the input; `renders` says whether it has a group and kind.
pub(crate) fn rendered(renders: impl Fn(&str, &str) -> bool) -> Option<&'static Controller> {
    let mut controllers = controllers().iter();
    controllers.find(|controller| {
        let objects = controller.objects.iter();
        let mut objects = objects.filter_map(|object| object.rsplit_once('/'));
        objects.any(|(group, kind)| renders(group, kind))
    })
}

/// The controller that reads policies of this kind, and the fields of `spec` that say what they are for.
pub(crate) fn policy(
    group: &str,
    kind: &str,
) -> Option<(&'static Controller, &'static [super::Text])> {
    let is = |each: &super::Text| each.rsplit_once('/') == Some((group, kind));
    controllers().iter().find_map(|controller| {
        let policies = controller.policies.iter();
        let mut policies = policies.filter(|policy| policy.kinds.iter().any(is));
        Some((controller, policies.next()?.fields.as_ref()))
    })
}

impl Sign {
    /// Whether an annotation is this sign.
    fn holds(&self, key: &str, value: Node<'_, '_>) -> bool {
        if !any(&self.keys, key) {
            return false;
        }
        let text = value.text().unwrap_or_default().trim();
        let shape = match self.is {
            None => true,
            Some(ValueType::List) => text.starts_with('['),
            Some(ValueType::Object) => text.starts_with('{'),
            Some(ValueType::Integer) => text.parse::<u64>().is_ok(),
            Some(ValueType::Boolean) => ["true", "false"].contains(&text),
        };
        let values = self.values.is_empty() || self.values.iter().any(|each| each == text);
        let having = || {
            self.having
                .as_ref()
                .is_none_or(|field| entry_has(text, field))
        };
        shape && values && having()
    }
}

/// The default sleep, in seconds.
pub(crate) const DEFAULT_SLEEP: u64 = 10;

impl Controller {
    /// How long it needs to take a pod out.
    pub(crate) fn seconds(&self) -> u64 {
        self.sleep_seconds.map_or(DEFAULT_SLEEP, u64::from)
    }

    /// The source of its number, then that of its keys.
    pub(crate) fn seconds_from(&self) -> &str {
        let source = self.source.as_ref();
        source
            .split_once("; keys:")
            .map_or(source, |(number, _)| number)
    }

    /// Whether an annotation says that pods are not the targets of its load balancer.
    pub(crate) fn excepts(&self, key: &str, value: Node<'_, '_>) -> bool {
        let text = || format!("{key}={}", value.text().unwrap_or_default());
        let unless = self.unless.as_ref();
        unless.is_some_and(|unless| glob(unless, &text()))
    }
}

/// Whether an entry of a list in JSON has a field.
fn entry_has(json: &str, field: &str) -> bool {
    let text = json.replace('\t', " ");
    let Ok(tree) = Tree::parse(&text, 0..text.len()) else {
        return false;
    };
    let mut entries = tree.root().into_iter().flat_map(Node::items);
    entries.any(|entry| entry.kind() == Kind::Mapping && entry.get(field).is_some())
}
