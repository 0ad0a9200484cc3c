//! How requests come to a route, as data.

use crate::model::Sleep;
use crate::tables::Controller;

/// How requests come to a route: one class, or one of its parents.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) class: Option<String>,
    /// What the configuration says of the class.
    pub(super) stated: Option<Sleep>,
    /// The object whose annotations tell the controller: the route, or the one that it gets its class from.
    pub(super) route: usize,
    pub(super) gateway: Option<usize>,
    /// The object that would say the class, where it is not in the input.
    pub(super) absent: Option<Unknown>,
    /// The controller that alone reads routes of this kind.
    pub(super) kind: Option<&'static Controller>,
    /// Whether a route of this kind has a class, be it the cluster's default.
    pub(super) needs_class: bool,
}

impl Entry {
    /// What the configuration says of a Service, whatever routes lead to it.
    pub(super) fn stated(service: usize, sleep: Sleep) -> Entry {
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

    /// What makes it another than the other entries of its route; the rest follows from that.
    pub(super) fn identity(&self) -> impl Ord + use<> {
        let kind = self.kind.map(|controller| &*controller.product);
        let class = self.class.clone();
        (class, self.route, self.gateway, self.absent.clone(), kind)
    }
}

/// What is not known of a controller.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Unknown {
    /// Whose this class is.
    Class(String),
    /// This controller, which the object of the class names.
    Controller { class: String, controller: String },
    /// The object that would say the class, by its kind, namespace and name.
    Absent(String, Option<String>, String),
    /// The route has no class, and the default class of the cluster serves it.
    NoClass,
}
