//! How requests reach a route, as data.

use crate::model::Sleep;
use crate::tables::Controller;

/// How requests reach a route: one class, or one of its parents.
#[derive(Clone, Debug)]
pub(super) struct Entry<'t> {
    pub(super) class: Option<&'t str>,
    /// The configuration of the class.
    pub(super) stated: Option<Sleep>,
    /// The object whose annotations identify the controller: the route, or the object that it gets its class from.
    pub(super) route: usize,
    pub(super) gateway: Option<usize>,
    /// The object that would have the class, if it is not in the input.
    pub(super) absent: Option<Unknown<'t>>,
    /// The only controller that reads routes of this kind.
    pub(super) kind: Option<&'static Controller>,
    /// Whether a route of this kind has a class, even if only the cluster's default.
    pub(super) needs_class: bool,
}

impl<'t> Entry<'t> {
    /// The configuration of a Service, whatever routes lead to it.
    pub(super) fn stated(service: usize, sleep: Sleep) -> Self {
        Entry {
            class: None,
            stated: Some(sleep),
            route: service,
            gateway: None,
            absent: None,
            kind: None,
            needs_class: false,
        }
    }

    /// What distinguishes it from the other entries of its route; the rest follows from that.
    pub(super) fn identity(&self) -> impl Ord + use<'t> {
        let kind = self.kind.map(|controller| &*controller.product);
        (
            self.class,
            self.route,
            self.gateway,
            self.absent.clone(),
            kind,
        )
    }
}

/// What is unknown about a controller.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Unknown<'t> {
    /// The controller of this class.
    Class(&'t str),
    /// This controller, which the object of the class names.
    Controller { class: &'t str, controller: &'t str },
    /// The object that would have the class, by kind, namespace and name.
    Absent(String, Option<&'t str>, &'t str),
    /// The route has no class, and the default class of the cluster serves it.
    NoClass,
}
