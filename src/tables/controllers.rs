//! The controllers of load balancers: their names, and the seconds that each needs.

use super::path::Text;
use super::row::{Controller, SharedClass};
use super::{any, generated};
use set_prestop_yaml::Node;

/// What the annotations of a route and the objects of a render say about a class name that several controllers use.
#[derive(Clone, Debug)]
pub(crate) enum Shared {
    /// The class name is not shared.
    No,
    /// It is this controller's.
    Decided(&'static Controller),
    /// Nothing tells these controllers apart.
    Undecided(Vec<&'static Controller>),
}

/// The controllers, in the table's order.
pub(crate) fn controllers() -> &'static [Controller] {
    generated::CONTROLLERS
}

/// The controller that an IngressClass, a GatewayClass, a row of routes or the configuration calls by this name.
pub(crate) fn controller_by_name(name: &str) -> Option<&'static Controller> {
    let mut controllers = controllers().iter();
    controllers.find(|controller| any(&controller.controllers, name))
}

/// The controller that alone uses this class name.
pub(crate) fn controller_by_class(class: &str) -> Option<&'static Controller> {
    let mut controllers = controllers().iter();
    controllers.find(|controller| any(&controller.classes, class))
}

/// Whose a shared class name is: its annotations on the route tell first, then an annotation that is an array, then an
/// object in the render, for which `renders` is asked by group and kind.
pub(crate) fn shared_class(
    class: &str,
    route: Node<'_, '_>,
    renders: impl Fn(&str, &str) -> bool,
) -> Shared {
    let users = controllers().iter().filter_map(|controller| {
        let mut shared = controller.shared.iter();
        let shared = shared.find(|shared| shared.class == class)?;
        Some((controller, shared))
    });
    let users: Vec<_> = users.collect();
    let annotations = route.get("metadata").and_then(|m| m.get("annotations"));
    let annotated = |patterns: &[Text], array: bool| {
        let mut entries = annotations.into_iter().flat_map(Node::entries);
        entries.any(|(key, value)| {
            key.text().is_some_and(|key| any(patterns, key))
                && (!array
                    || value
                        .text()
                        .is_some_and(|v| v.trim_start().starts_with('[')))
        })
    };
    let rendered = |objects: &[Text]| {
        let mut objects = objects.iter().filter_map(|object| object.rsplit_once('/'));
        objects.any(|(group, kind)| renders(group, kind))
    };
    let signs: [&dyn Fn(&SharedClass) -> bool; 3] = [
        &|shared| annotated(&shared.annotations, false),
        &|shared| annotated(&shared.arrays, true),
        &|shared| rendered(&shared.objects),
    ];
    for sign in signs {
        let mut told = users.iter().filter(|(_, shared)| sign(shared));
        if let (Some((controller, _)), None) = (told.next(), told.next()) {
            return Shared::Decided(controller);
        }
    }
    if users.is_empty() {
        return Shared::No;
    }
    Shared::Undecided(users.into_iter().map(|(user, _)| user).collect())
}
