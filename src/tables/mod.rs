//! The rows that say what names a Service, what a workload is, and how long each load balancer takes.
//!
//! A row as written ([`RouteRow`], [`WorkloadRow`]) has one type, one reader and one set of errors, whether it is in
//! `data/` or in the user's configuration; compiling it gives what the trace uses ([`Route`], [`Workload`]). A row of the
//! controllers ([`Controller`]) has nothing to compile. No Rust code names a kind of route; if the columns are not enough, there is a
//! new column.
//!
//! Invariant: no run parses YAML or a `JSONPath` of the built-in rows. A test compiles them ahead into statics of
//! the same types; a run compiles only the user's rows, so only those can have faults.

mod compiled;
mod controllers;
#[cfg(test)]
mod generate;
#[cfg(not(bootstrap))]
mod generated;
#[cfg(bootstrap)]
mod generated {
    //! No rows, so that those of `data/` can be compiled anew.
    use super::compiled::{Follow, Services, Targets};
    use super::path::Path;
    use super::pool::{Item, Text};
    use super::row::{On, Policy, Sign};
    use super::{Controller, Route, Selects, Workload};
    pub(super) static ROUTES: &[Route] = &[];
    pub(super) static WORKLOADS: &[Workload] = &[];
    pub(super) static CONTROLLERS: &[Controller] = &[];
    pub(super) static SELECTORS: &[Selects] = &[];
    pub(super) static KINDS: &[Text] = &[];
    pub(super) static SHELLLESS: &str = "";

    macro_rules! no_items {
        ($($item:ty),*) => {
            $(impl Item for $item {
                fn built_in() -> &'static [Self] {
                    &[]
                }
            })*
        };
    }
    no_items!(
        Follow,
        On,
        (Path, Text),
        Path,
        Policy,
        Services,
        Sign,
        Targets,
        Text,
        (Text, Text)
    );
}
mod grammar;
mod images;
mod inner;
pub(crate) mod path;
mod pool;
pub(crate) mod references;
mod row;

use lossless_yaml::sort_by;
use std::str::Chars;

use compiled::each;
pub(crate) use compiled::{
    Class, Follow, NamedBy, Route, RowError, Selects, Services, Targets, Use, Workload,
};
pub(crate) use controllers::{
    DEFAULT_SLEEP, controller_by_class, controller_by_name, controllers, policy, rendered, sharing,
    signed,
};
pub(crate) use images::shellless;
pub(crate) use inner::is_inner;
pub(crate) use pool::Text;
pub(crate) use row::{Controller, Format, On};
pub use row::{RouteRow, WorkloadRow};

/// The tables of one run: the user's rows, followed by the built-in ones.
#[derive(Debug)]
pub(crate) struct Tables {
    /// Sorted by kind, as the built-in ones are.
    routes: Vec<Route>,
    /// Sorted by kind.
    workloads: Vec<Workload>,
    /// Those of the user's rows, sorted.
    kinds: Vec<Text>,
}

/// How to find a row.
trait Row {
    fn groups(&self) -> &[Text];
    fn kind(&self) -> &Text;
}

impl Row for Route {
    fn groups(&self) -> &[Text] {
        &self.groups
    }

    fn kind(&self) -> &Text {
        &self.kind
    }
}

impl Row for Selects {
    fn groups(&self) -> &[Text] {
        &self.groups
    }

    fn kind(&self) -> &Text {
        &self.kind
    }
}

impl Row for Workload {
    fn groups(&self) -> &[Text] {
        &self.groups
    }

    fn kind(&self) -> &Text {
        &self.kind
    }
}

impl Tables {
    /// Compiles the user's rows.
    ///
    /// # Errors
    ///
    /// The first fault in the user's rows, its column beginning with `routes[0]` or `workloads[0]`.
    pub(crate) fn new(routes: &[RouteRow], workloads: &[WorkloadRow]) -> Result<Self, RowError> {
        if routes.is_empty() && workloads.is_empty() {
            return Ok(Self {
                routes: Vec::new(),
                workloads: Vec::new(),
                kinds: Vec::new(),
            });
        }
        Self::with(routes, workloads)
    }

    #[cold]
    fn with(routes: &[RouteRow], workloads: &[WorkloadRow]) -> Result<Self, RowError> {
        let routes = sorted(each("routes", routes, RouteRow::compile)?);
        let workloads = sorted(each("workloads", workloads, WorkloadRow::compile)?);
        let kinds = kinds(&routes, &workloads);
        Ok(Self {
            routes,
            workloads,
            kinds,
        })
    }

    /// Whether an object of this kind can matter to any row: as a route, as a workload, as something a row follows, or as
    /// a sign of a controller.
    pub(crate) fn knows(&self, kind: &str) -> bool {
        let compare = |each: &Text| each.bytes().cmp(kind.as_bytes());
        let among = |kinds: &[Text]| kinds.binary_search_by(compare).is_ok();
        among(generated::KINDS) || among(&self.kinds)
    }

    /// Whether objects of this kind are read: those of a row, and those with namespaces, classes and hosts.
    pub(crate) fn reads(&self, kind: &str) -> bool {
        let beside = [
            "Service",
            "IngressClass",
            "GatewayClass",
            "Namespace",
            "RuntimeClass",
            "Template",
        ];
        self.knows(kind) || beside.contains(&kind)
    }

    /// The kinds of all routes.
    pub(crate) fn route_kinds(&self) -> impl Iterator<Item = &str> + Clone {
        let routes = self.routes.iter().chain(generated::ROUTES);
        routes.map(|row| &**row.kind())
    }

    /// The kinds of all workloads.
    pub(crate) fn workload_kinds(&self) -> impl Iterator<Item = &str> + Clone {
        let workloads = self.workloads.iter().chain(generated::WORKLOADS);
        workloads.map(|row| &**row.kind())
    }

    /// The API group that may be meant for a workload of this kind that has no row.
    pub(crate) fn nearly_a_workload(&self, group: &str, kind: &str) -> Option<&str> {
        nearly(&self.workloads, group, kind).or_else(|| nearly(generated::WORKLOADS, group, kind))
    }

    /// The same for routes.
    pub(crate) fn nearly_a_route(&self, group: &str, kind: &str) -> Option<&str> {
        nearly(&self.routes, group, kind).or_else(|| nearly(generated::ROUTES, group, kind))
    }

    /// The row for a kind of route.
    pub(crate) fn route(&self, group: &str, kind: &str) -> Option<&Route> {
        find(&self.routes, group, kind).or_else(|| find(generated::ROUTES, group, kind))
    }

    /// The row for a kind of workload.
    pub(crate) fn workload(&self, group: &str, kind: &str) -> Option<&Workload> {
        find(&self.workloads, group, kind).or_else(|| find(generated::WORKLOADS, group, kind))
    }
}

/// The row for a kind of object that selects pods.
pub(crate) fn selects(group: &str, kind: &str) -> Option<&'static Selects> {
    find(generated::SELECTORS, group, kind)
}

/// Whether a row is built in.
fn is_built_in(row: &Route) -> bool {
    generated::ROUTES.iter().any(|each| std::ptr::eq(each, row))
}

/// Sorts by kind; rows of the same kind keep their order.
fn sorted<T: Row>(mut rows: Vec<T>) -> Vec<T> {
    sort_by(&mut rows, &mut |a, b| a.kind().cmp(b.kind()));
    rows
}

/// The first row of a kind that has the group. Every object is looked up, so the rows are sorted.
fn find<'a, T: Row>(rows: &'a [T], group: &str, kind: &str) -> Option<&'a T> {
    let first = rows.partition_point(|row| *row.kind() < *kind);
    let rows = rows.get(first..)?.iter();
    let mut rows = rows.take_while(|row| *row.kind() == *kind);
    rows.find(|row| row.groups().iter().any(|each| *each == *group))
}

/// The API group of this kind that is nearly `group`: `networking.k8s`, `app`.
fn nearly<'a, T: Row>(rows: &'a [T], group: &str, kind: &str) -> Option<&'a str> {
    let rows = rows.iter().filter(|row| *row.kind() == *kind);
    let mut groups = rows.flat_map(|row| row.groups().iter().map(|group| &**group));
    groups.find(|known: &&str| {
        let slips = strsim::damerau_levenshtein(known, group);
        !known.is_empty() && !group.is_empty() && slips <= 3
    })
}

/// The kinds of objects that the rows ask for, sorted.
fn kinds(routes: &[Route], workloads: &[Workload]) -> Vec<Text> {
    let routes = routes.iter().flat_map(Route::kinds);
    let workloads = workloads.iter().map(|row| &row.kind);
    let mut kinds: Vec<Text> = routes.chain(workloads).cloned().collect();
    sort_by(&mut kinds, &mut Text::cmp);
    kinds.dedup();
    kinds
}

/// Whether a text matches a pattern of `*` (any text) and `?` (any character).
pub(crate) fn glob(pattern: &str, text: &str) -> bool {
    let Some(fixed) = memchr::memchr2(b'*', b'?', pattern.as_bytes()) else {
        return pattern == text;
    };
    if pattern.get(..fixed) != text.get(..fixed) {
        return false;
    }
    let (mut pattern, mut text) = (pattern.chars(), text.chars());
    // The place of the last `*`, and the text from which it is tried; it takes one more character each time.
    let mut star: Option<(Chars<'_>, Chars<'_>)> = None;
    loop {
        let (mut rest, mut after) = (pattern.clone(), text.clone());
        match (rest.next(), after.next()) {
            (Some('*'), _) => {
                star = Some((rest.clone(), text.clone()));
                pattern = rest;
            }
            (Some(want), Some(got)) if want == '?' || want == got => {
                (pattern, text) = (rest, after);
            }
            (None, None) => return true,
            _ => {
                let Some((behind, tried)) = &mut star else {
                    return false;
                };
                if tried.next().is_none() {
                    return false;
                }
                (pattern, text) = (behind.clone(), tried.clone());
            }
        }
    }
}

pub(super) fn any(patterns: &[Text], text: &str) -> bool {
    patterns.iter().any(|pattern| glob(pattern, text))
}

#[cfg(test)]
mod tests {
    use lossless_yaml::Tree;

    use super::*;

    #[test]
    fn every_built_in_row_is_found() {
        let tables = Tables::new(&[], &[]).unwrap();
        for row in generated::ROUTES {
            for group in row.groups() {
                let found = tables.route(group, row.kind()).unwrap();
                assert!(std::ptr::eq(found, row), "{group}/{}", row.kind());
            }
            assert!(row.kinds().all(|kind| tables.knows(kind)));
            if let Some(controller) = &row.controller {
                assert!(controller_by_name(controller).is_some(), "{controller}");
            }
        }
        for row in generated::WORKLOADS {
            for group in row.groups() {
                let found = tables.workload(group, row.kind()).unwrap();
                assert!(std::ptr::eq(found, row), "{group}/{}", row.kind());
            }
            assert!(tables.knows(row.kind()));
        }
        let named = |controller: &Controller| !controller.name().is_empty();
        assert!(controllers().iter().all(named));
    }

    fn object(text: &str) -> Tree<'_> {
        Tree::parse(text, 0..text.len()).unwrap()
    }

    fn route(text: &str) -> Result<Route, String> {
        let row: RouteRow = serde_yaml::from_str(text).map_err(|error| error.to_string())?;
        row.compile().map_err(|error| error.to_string())
    }

    fn workload(text: &str) -> Result<Workload, String> {
        let row: WorkloadRow = serde_yaml::from_str(text).map_err(|error| error.to_string())?;
        row.compile().map_err(|error| error.to_string())
    }

    const ROUTE_FAULTS: &[(&str, &str)] = &[
        (
            "groups: [], kind: A, services: [{at: $}]",
            "`groups`: is empty",
        ),
        (
            "groups: [a/v1], kind: A, services: [{at: $}]",
            "`a/v1` has a version",
        ),
        (
            "groups: [a], kind: a b, services: [{at: $}]",
            "`kind`: `a b` is no kind",
        ),
        ("groups: [a], kind: A", "leads nowhere"),
        (
            "groups: [a], kind: A, services: [{at: $}, {at: x}]",
            "`services[1].at`: `x` does not begin",
        ),
        (
            "groups: [a], kind: A, services: [{}]",
            "`services[0].at`: `at` or `annotation` is missing",
        ),
        (
            "groups: [a], kind: A, services: [{at: $, annotation: b}]",
            "can't stand beside `at`",
        ),
        (
            "groups: [a], kind: A, services: [{at: $, json: $}]",
            "`services[0].json`: needs `annotation`",
        ),
        (
            "groups: [a], kind: A, services: [{at: $, usedBy: x}]",
            "`services[0].usedBy`: needs `annotation`",
        ),
        (
            "groups: [a], kind: A, services: [{annotation: 'a*b'}]",
            "a `*` at its end alone",
        ),
        (
            "groups: [a], kind: A, services: [{annotation: a, usedBy: x}]",
            "ends with `*`",
        ),
        (
            "groups: [a], kind: A, services: [{annotation: a, anyPort: true}]",
            "needs `usedBy`",
        ),
        (
            "groups: [a], kind: A, services: [{annotation: a, name: b}]",
            "needs `json`",
        ),
        (
            "groups: [a], kind: A, services: [{annotation: a, json: '$..b'}]",
            "a descendant segment",
        ),
        (
            "groups: [a], kind: A, services: [{at: $, name: '$.b'}]",
            "`services[0].name`: `$.b` is no field",
        ),
        (
            "groups: [a], kind: A, services: [{at: $, accept: [b]}]",
            "`services[0].accept[0]`: `b` is no `group/kind`",
        ),
        (
            "groups: [a], kind: A, when: '$[', services: [{at: $}]",
            "`when`",
        ),
        (
            "groups: [a], kind: A, when: [$, '$['], services: [{at: $}]",
            "`when[1]`",
        ),
        (
            "groups: [a], kind: A, class: ['$['], services: [{at: $}]",
            "`class[0]`",
        ),
        (
            "groups: [a], kind: A, class: {follow: {at: $, kind: B}, path: $}, services: [{at: $}]",
            "`class.follow.group`: `group` or `groups` is missing",
        ),
        (
            "groups: [a], kind: A, class: {follow: {at: $, group: b, kind: B}, path: x}, services: [{at: $}]",
            "`class.path`",
        ),
        (
            "groups: [a], kind: A, follow: [{at: $, group: b, groups: [c], kind: B}]",
            "can't stand beside `group`",
        ),
        (
            "groups: [a], kind: A, targets: [{at: $, name: 'a..b'}]",
            "`targets[0].name`",
        ),
        // Of the reader: an unknown column, and the two columns that are one thing or another.
        (
            "groups: [a], kind: A, service: []",
            "unknown field `service`",
        ),
        (
            "groups: [a], kind: A, class: 3, services: []",
            "a list of JSONPaths, or a mapping",
        ),
        (
            "groups: [a], kind: A, class: {path: $}, services: []",
            "missing field `follow`",
        ),
        (
            "groups: [a], kind: A, when: {}, services: []",
            "a JSONPath or a list of JSONPaths",
        ),
        (
            "groups: [a], kind: A, services: [{at: $, format: dns}]",
            "unknown variant `dns`",
        ),
    ];

    const WORKLOAD_FAULTS: &[(&str, &str)] = &[
        (
            "groups: [a], kind: A",
            "needs `templates`, `follow` or `leave`",
        ),
        (
            "groups: [a], kind: A, templates: ['$.a[0]']",
            "`templates[0]`: `$.a[0]` is more than names",
        ),
        (
            "groups: [a], kind: A, templates: [$], replicas: r",
            "`replicas`",
        ),
        (
            "groups: [a], kind: A, templates: [$], recreate: r",
            "`recreate`",
        ),
        (
            "groups: [a], kind: A, templates: [$], maxUnavailable: r",
            "`maxUnavailable`",
        ),
        (
            "groups: [a], kind: A, templates: [$], serial: {partition: r}",
            "`serial.partition`",
        ),
        (
            "groups: [a], kind: A, templates: [$], serial: {unless: [r]}",
            "`serial.unless[0]`",
        ),
        ("groups: [a], kind: A, follow: {at: r}", "`follow.at`"),
        (
            "groups: [a], kind: A, template: $",
            "unknown field `template`",
        ),
    ];

    #[test]
    fn a_fault_in_a_row_names_its_column() {
        for (row, fault) in ROUTE_FAULTS {
            let error = route(&format!("{{{row}}}")).unwrap_err();
            assert!(error.contains(fault), "{row}: {error}");
        }
        for (row, fault) in WORKLOAD_FAULTS {
            let error = workload(&format!("{{{row}}}")).unwrap_err();
            assert!(error.contains(fault), "{row}: {error}");
        }
        let row: RouteRow = serde_yaml::from_str("{groups: [a], kind: A}").unwrap();
        let error = Tables::new(&[row], &[]).unwrap_err();
        assert_eq!(error.column, "routes[0].services");
    }

    #[test]
    fn a_group_with_a_slip_is_nearly_that_of_a_kind() {
        let tables = Tables::new(&[], &[]).unwrap();
        let near = |group, kind| tables.nearly_a_workload(group, kind);
        assert_eq!(near("app", "Deployment"), Some("apps"));
        assert_eq!(near("batch", "Deployment"), None);
        // The group of the core kinds has no letters.
        assert_eq!(near("", "Deployment"), None);
        assert_eq!(near("v1", "ReplicationController"), None);
    }

    #[test]
    fn the_users_row_comes_before_the_built_in_one() {
        let row = "{groups: [networking.k8s.io], kind: Ingress, follow: [{at: $.x, group: y.z, kind: Yonder}]}";
        let row: RouteRow = serde_yaml::from_str(row).unwrap();
        let own = "{groups: [y.z], kind: Crew, templates: [$.member]}";
        let own: WorkloadRow = serde_yaml::from_str(own).unwrap();
        let tables = Tables::new(&[row], &[own]).unwrap();
        let route = |group| tables.route(group, "Ingress").unwrap();
        assert!(route("networking.k8s.io").services.is_empty());
        assert!(!route("extensions").services.is_empty());
        let crew = tables.workload("y.z", "Crew").unwrap();
        let paths = crew.templates.iter().map(|path| path.0.as_ref());
        assert_eq!(paths.collect::<Vec<_>>(), ["$.member"]);
        assert!(tables.workload("apps", "Crew").is_none());
        for kind in [
            "Yonder",
            "Crew",
            "Gateway",
            "AlbConfig",
            "Deployment",
            "KongServiceFacade",
        ] {
            assert!(tables.knows(kind), "{kind}");
        }
        for kind in ["ConfigMap", "kind", "name", ""] {
            assert!(!tables.knows(kind), "{kind}");
        }
    }

    #[test]
    fn controllers_are_known_by_name_and_by_class() {
        let by_name = |name| {
            let controller = controller_by_name(name);
            controller.map(|controller| controller.sleep_seconds)
        };
        assert_eq!(by_name("ingress.k8s.alibabacloud/alb"), Some(Some(10)));
        assert_eq!(by_name("eks.amazonaws.com/alb"), Some(Some(60)));
        assert_eq!(by_name("azure/application-gateway"), Some(Some(90)));
        assert_eq!(by_name("haproxy.org/ingress-controller/edge"), Some(None));
        assert_eq!(by_name("example.com/none"), None);
        let by_class = |class| controller_by_class(class).map(Controller::name);
        assert_eq!(by_class("gke-l7-global-external-managed"), by_class("gce"));
        assert_eq!(
            by_class("azure-application-gateway"),
            Some("azure/application-gateway")
        );
        assert_eq!(by_class("alb"), None);
    }

    #[test]
    fn a_controller_is_told_by_what_it_alone_reads() {
        let whose = |on: On, annotations: &str| {
            let text = format!("{{{annotations}}}");
            let tree = object(&text);
            let entries = tree.root().unwrap().entries();
            let found = signed(on, entries.map(|(key, value)| (key.text().unwrap(), value)));
            let names = found.iter().map(|controller| controller.name());
            names.collect::<Vec<_>>().join(" ")
        };
        let (aws, ack) = ("ingress.k8s.aws/alb", "ingress.k8s.alibabacloud/alb");
        let nlb = "service.k8s.aws/nlb";
        for (on, annotations, wanted) in [
            (On::OfRoute, "", ""),
            (
                On::OfRoute,
                "alb.ingress.kubernetes.io/healthcheck-path: /",
                "",
            ),
            (
                On::OfRoute,
                "alb.ingress.kubernetes.io/scheme: internal",
                aws,
            ),
            (
                On::OfService,
                "alb.ingress.kubernetes.io/scheme: internal",
                "",
            ),
            (
                On::OfService,
                "alb.ingress.kubernetes.io/target-type: ip",
                aws,
            ),
            (
                On::OfRoute,
                "alb.ingress.kubernetes.io/cors-max-age: 1",
                ack,
            ),
            (
                On::OfRoute,
                "alb.ingress.kubernetes.io/actions.x: ' [{}]'",
                ack,
            ),
            (
                On::OfRoute,
                "alb.ingress.kubernetes.io/actions.x: '{}'",
                aws,
            ),
            (
                On::OfRoute,
                "alb.ingress.kubernetes.io/conditions.x: '[{field: path-pattern}]'",
                aws,
            ),
            (
                On::OfRoute,
                "alb.ingress.kubernetes.io/conditions.x: '[{type: Path}]'",
                ack,
            ),
            (
                On::OfRoute,
                "alb.ingress.kubernetes.io/ssl-redirect: '443'",
                aws,
            ),
            (
                On::OfRoute,
                "alb.ingress.kubernetes.io/ssl-redirect: 'true'",
                ack,
            ),
            (
                On::OfRoute,
                "alb.ingress.kubernetes.io/order: '1', alb.ingress.kubernetes.io/tags: a=b",
                "ingress.k8s.alibabacloud/alb ingress.k8s.aws/alb",
            ),
            (
                On::OfLoadBalancer,
                "service.beta.kubernetes.io/aws-load-balancer-type: external",
                nlb,
            ),
            (
                On::OfLoadBalancer,
                "service.beta.kubernetes.io/aws-load-balancer-type: nlb",
                "",
            ),
            (
                On::OfLoadBalancer,
                "service.kubernetes.io/aws-load-balancer-type: external, service.kubernetes.io/aws-load-balancer-nlb-target-type: instance",
                "",
            ),
        ] {
            assert_eq!(whose(on, annotations), wanted, "{annotations}");
        }
        let found = rendered(|group, kind| (group, kind) == ("alibabacloud.com", "AlbConfig"));
        assert_eq!(found.map(Controller::name), Some(ack));
        let found = policy("networking.gke.io", "GCPBackendPolicy");
        assert!(found.is_some_and(|(_, fields)| *fields[0] == *"targetRef"));
    }

    #[test]
    fn a_star_stands_for_any_text() {
        for (pattern, text) in [
            ("a", "a"),
            ("*", ""),
            ("a*", "abc"),
            ("*c", "abc"),
            ("a*b*c", "aXbbYc"),
            ("*b*", "abc"),
        ] {
            assert!(glob(pattern, text), "{pattern} {text}");
        }
        for (pattern, text) in [
            ("a", "ab"),
            ("a*", "ba"),
            ("*c", "cb"),
            ("a*b*c", "acb"),
            ("ab*ba", "aba"),
            ("", "a"),
        ] {
            assert!(!glob(pattern, text), "{pattern} {text}");
        }
    }
}
