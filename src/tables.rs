//! The rows that say what names a Service, what a workload is, and how long each load balancer takes.
//!
//! A row as written ([`RouteRow`], [`WorkloadRow`], [`ControllerRow`]) has one type, one reader and one set of errors,
//! whether it stands in `data/` or in the user's configuration; compiling it gives what the trace asks ([`Route`],
//! [`Workload`], [`Controller`]). No Rust names a kind of route: what the columns can't say becomes a new column.
//!
//! Invariant: at start no YAML and no `JSONPath` is read. [`Tables::new`] looks for line starts alone; a built-in row is
//! read and compiled when the first object of its kind is met.

mod compiled;
mod row;

use std::borrow::Cow;
use std::str::Chars;
use std::sync::OnceLock;

use serde::de::DeserializeOwned;
use serde_yaml::{Number, Value};
use set_prestop_yaml::{Kind, Node, Tree};

use compiled::each;
pub(crate) use compiled::{
    Class, Controller, Follow, Place, Route, RowError, Services, Target, Use, Workload,
};
pub(crate) use row::{ControllerRow, Format, SharedClass};
pub use row::{RouteRow, WorkloadRow};

const ROUTES: &str = include_str!("data/routes.yaml");
const WORKLOADS: &str = include_str!("data/workloads.yaml");
const CONTROLLERS: &str = include_str!("data/controllers.yaml");
const SHELLLESS: &str = include_str!("data/shellless.txt");

/// The tables of one run: the user's rows, and behind them the built-in ones.
#[derive(Debug)]
pub(crate) struct Tables {
    routes: Table<Route>,
    workloads: Table<Workload>,
    controllers: Vec<Unread<Controller>>,
    /// Sorted.
    kinds: Vec<Cow<'static, str>>,
}

/// What the annotations of a route and the objects of a render say about a class name that several controllers use.
#[derive(Clone, Debug)]
pub(crate) enum Shared<'a> {
    /// The class name is not shared.
    No,
    /// It is this controller's.
    Decided(&'a Controller),
    /// Nothing tells these controllers apart.
    Undecided(Vec<&'a Controller>),
}

/// One table: rows by kind, those that come first before the others.
#[derive(Debug)]
struct Table<T> {
    rows: Vec<Row<T>>,
}

#[derive(Debug)]
struct Row<T> {
    groups: Groups,
    kind: Cow<'static, str>,
    written: Unread<T>,
}

#[derive(Debug)]
enum Groups {
    Listed(Vec<String>),
    /// As a built-in row writes them: `apps, extensions`.
    Written(&'static str),
}

/// A row that is read from its text when it is first asked for. The user's rows are compiled at once and have no text.
#[derive(Debug)]
struct Unread<T> {
    text: &'static str,
    compiled: OnceLock<Result<T, RowError>>,
}

impl Tables {
    /// Compiles the user's rows and finds where the built-in rows stand.
    ///
    /// # Errors
    ///
    /// The first fault in the user's rows, its column beginning with `routes[0]` or `workloads[0]`.
    pub(crate) fn new(routes: &[RouteRow], workloads: &[WorkloadRow]) -> Result<Self, RowError> {
        let mut kinds: Vec<Cow<'static, str>> = Vec::with_capacity(128);
        for text in [ROUTES, WORKLOADS] {
            kinds.extend(words_after(text, "kind: ").map(Cow::Borrowed));
        }
        kinds.extend(object_kinds(CONTROLLERS).map(Cow::Borrowed));
        let followed = routes.iter().flat_map(RouteRow::kinds);
        let own = followed.chain(workloads.iter().map(|row| row.kind.as_str()));
        kinds.extend(own.map(|kind| Cow::Owned(kind.to_owned())));
        kinds.sort_unstable();
        kinds.dedup();
        let user = each("routes", routes, |row| {
            Ok(Row::compiled(&row.groups, &row.kind, row.compile()?))
        })?;
        let routes = Table::new(user, ROUTES);
        let user = each("workloads", workloads, |row| {
            Ok(Row::compiled(&row.groups, &row.kind, row.compile()?))
        })?;
        Ok(Self {
            routes,
            workloads: Table::new(user, WORKLOADS),
            controllers: built_in(CONTROLLERS).map(Unread::new).collect(),
            kinds,
        })
    }

    /// Whether an object of this kind can matter to any row: as a route, as a workload, as what a row follows, or as
    /// what tells two controllers apart.
    pub(crate) fn knows(&self, kind: &str) -> bool {
        let kinds = &self.kinds;
        kinds
            .binary_search_by(|each| each.as_ref().cmp(kind))
            .is_ok()
    }

    /// The row for a kind of route.
    pub(crate) fn route(&self, group: &str, kind: &str) -> Result<Option<&Route>, RowError> {
        self.routes
            .find(group, kind, |row: &RouteRow| row.compile())
    }

    /// The row for a kind of workload.
    pub(crate) fn workload(&self, group: &str, kind: &str) -> Result<Option<&Workload>, RowError> {
        self.workloads
            .find(group, kind, |row: &WorkloadRow| row.compile())
    }

    /// The controllers, in the table's order.
    pub(crate) fn controllers(&self) -> Result<Vec<&Controller>, RowError> {
        self.controllers_that_say("")
    }

    /// The controller that an IngressClass, a GatewayClass, a row of routes or the configuration calls by this name.
    pub(crate) fn controller_by_name(&self, name: &str) -> Result<Option<&Controller>, RowError> {
        let mut controllers = self.controllers_that_say(name)?.into_iter();
        Ok(controllers.find(|controller| any(&controller.row.controllers, name)))
    }

    /// The controller that alone uses this class name.
    pub(crate) fn controller_by_class(&self, class: &str) -> Result<Option<&Controller>, RowError> {
        let mut controllers = self.controllers_that_say(class)?.into_iter();
        Ok(controllers.find(|controller| any(&controller.row.classes, class)))
    }

    /// The controllers in whose text a word stands, or a pattern that it may match: reading all of them would take longer
    /// than the rest of a small run.
    fn controllers_that_say(&self, word: &str) -> Result<Vec<&Controller>, RowError> {
        let says = |text: &str| text.contains(word) || text.contains('*');
        let rows = self.controllers.iter().filter(|row| says(row.text));
        rows.map(|row| row.read(|row: &ControllerRow| row.compile()))
            .collect()
    }

    /// Whose a shared class name is: its annotations on the route tell first, then an annotation that is an array, then
    /// an object in the render, for which `renders` is asked by group and kind.
    pub(crate) fn shared_class<'a>(
        &'a self,
        class: &str,
        route: Node<'_, '_>,
        renders: impl Fn(&str, &str) -> bool,
    ) -> Result<Shared<'a>, RowError> {
        let users = self.controllers_that_say(class)?.into_iter();
        let users = users.filter_map(|controller| {
            let mut shared = controller.row.shared.iter();
            let shared = shared.find(|shared| shared.class == class)?;
            Some((controller, shared))
        });
        let users: Vec<_> = users.collect();
        let annotations = route.get("metadata").and_then(|m| m.get("annotations"));
        let annotated = |patterns: &[String], array: bool| {
            let mut entries = annotations.into_iter().flat_map(Node::entries);
            entries.any(|(key, value)| {
                key.text().is_some_and(|key| any(patterns, key))
                    && (!array
                        || value
                            .text()
                            .is_some_and(|v| v.trim_start().starts_with('[')))
            })
        };
        let rendered = |objects: &[String]| {
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
                return Ok(Shared::Decided(controller));
            }
        }
        Ok(if users.is_empty() {
            Shared::No
        } else {
            Shared::Undecided(
                users
                    .into_iter()
                    .map(|(controller, _)| controller)
                    .collect(),
            )
        })
    }
}

impl<T> Table<T> {
    fn new(user: Vec<Row<T>>, text: &'static str) -> Self {
        let mut rows = user;
        rows.extend(built_in(text).filter_map(Row::unread));
        Self { rows }
    }

    fn find<R: DeserializeOwned>(
        &self,
        group: &str,
        kind: &str,
        compile: impl Fn(&R) -> Result<T, RowError>,
    ) -> Result<Option<&T>, RowError> {
        let mut rows = self.rows.iter();
        let row = rows.find(|row| row.kind == kind && row.groups.contain(group));
        row.map(|row| row.written.read(compile)).transpose()
    }
}

impl<T> Row<T> {
    fn compiled(groups: &[String], kind: &str, compiled: T) -> Self {
        Self {
            groups: Groups::Listed(groups.to_vec()),
            kind: Cow::Owned(kind.to_owned()),
            written: Unread {
                text: "",
                compiled: OnceLock::from(Ok(compiled)),
            },
        }
    }

    /// A built-in row, of which only the first two lines are looked at: `- groups: [a, b]` and `  kind: X`.
    fn unread(text: &'static str) -> Option<Self> {
        let mut lines = text.lines();
        let groups = lines.next()?.strip_prefix("- groups: [")?;
        Some(Self {
            groups: Groups::Written(groups.strip_suffix(']')?),
            kind: Cow::Borrowed(lines.next()?.strip_prefix("  kind: ")?),
            written: Unread::new(text),
        })
    }
}

impl Groups {
    fn contain(&self, group: &str) -> bool {
        match self {
            Self::Listed(groups) => groups.iter().any(|each| each == group),
            Self::Written(groups) => groups
                .split(", ")
                .any(|each| each.trim_matches('"') == group),
        }
    }
}

impl<T> Unread<T> {
    fn new(text: &'static str) -> Self {
        Self {
            text,
            compiled: OnceLock::new(),
        }
    }

    fn read<R: DeserializeOwned>(
        &self,
        compile: impl Fn(&R) -> Result<T, RowError>,
    ) -> Result<&T, RowError> {
        let read = || {
            let rows: Vec<R> = read(self.text)?;
            let row = rows.first();
            row.map_or_else(|| Err(RowError::new("data", "has no row")), compile)
        };
        self.compiled
            .get_or_init(read)
            .as_ref()
            .map_err(Clone::clone)
    }
}

/// The texts of the built-in rows: a row begins with `- ` in the first column.
fn built_in(text: &'static str) -> impl Iterator<Item = &'static str> {
    let mut starts = memchr::memmem::find_iter(text.as_bytes(), "\n- ").map(|at| at + 1);
    let mut start = starts.next();
    std::iter::from_fn(move || {
        let from = start?;
        start = starts.next();
        text.get(from..start.unwrap_or(text.len()))
    })
}

/// The words with a capital letter that follow `key`.
fn words_after(text: &'static str, key: &'static str) -> impl Iterator<Item = &'static str> {
    let ends = memchr::memmem::find_iter(text.as_bytes(), key).map(move |at| at + key.len());
    ends.filter_map(|at| {
        let rest = text.get(at..)?;
        let word = rest.split(|c: char| !c.is_ascii_alphanumeric()).next()?;
        word.starts_with(|c: char| c.is_ascii_uppercase())
            .then_some(word)
    })
}

/// The kinds in lists such as `objects: [alibabacloud.com/AlbConfig]`.
fn object_kinds(text: &'static str) -> impl Iterator<Item = &'static str> {
    let key = "objects: [";
    let starts = memchr::memmem::find_iter(text.as_bytes(), key).map(move |at| at + key.len());
    starts.flat_map(|at| {
        let list = text.get(at..).and_then(|rest| rest.split(']').next());
        let objects = list.into_iter().flat_map(|list| list.split(','));
        objects.filter_map(|object| object.rsplit('/').next())
    })
}

/// Reads built-in rows as the configuration's are read: the tree's nodes become a value, the value a row.
fn read<R: DeserializeOwned>(text: &str) -> Result<Vec<R>, RowError> {
    let fault = |message: String| RowError::new("data", message);
    let tree = Tree::parse(text, 0..text.len()).map_err(|error| fault(error.to_string()))?;
    let value = tree.root().map_or(Value::Null, value);
    serde_yaml::from_value(value).map_err(|error| fault(error.to_string()))
}

/// A node as serde reads it.
fn value(node: Node<'_, '_>) -> Value {
    match node.kind() {
        Kind::Null => Value::Null,
        Kind::Sequence => node.items().map(value).collect(),
        Kind::Mapping => {
            let entries = node.entries();
            Value::Mapping(entries.map(|(k, v)| (value(k), value(v))).collect())
        }
        Kind::Scalar => {
            let text = || Value::from(node.text().unwrap_or_default());
            let flag = node.as_bool().map(Value::Bool);
            flag.or_else(|| node.as_int().map(|int| Value::Number(Number::from(int))))
                .unwrap_or_else(text)
        }
    }
}

/// Whether a container image is known to carry no shell.
///
/// Only what stands in `data/shellless.txt` is known; a pattern there is compared with the name after the registry's
/// host, or with the whole name where the pattern begins with that host, and with the tag where it has one.
pub(crate) fn shellless(image: &str) -> bool {
    let image = image.split('@').next().unwrap_or_default();
    let (name, tag) = match image.rsplit_once(':') {
        Some((name, tag)) if !tag.contains('/') => (name, tag),
        _ => (image, ""),
    };
    let path = match name.split_once('/') {
        Some((host, path)) if host.contains(['.', ':']) || host == "localhost" => path,
        _ => name,
    };
    if tag
        .split('-')
        .any(|part| part == "debug" || part.starts_with("alpine"))
    {
        return false;
    }
    let mut patterns = SHELLLESS
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'));
    patterns.any(|pattern| match pattern.rsplit_once(':') {
        Some((pattern, wanted)) => {
            glob(wanted, tag) && (glob(pattern, name) || glob(pattern, path))
        }
        None => glob(pattern, name) || glob(pattern, path),
    })
}

/// Whether a text matches a pattern of `*` (any text) and `?` (any character).
pub(crate) fn glob(pattern: &str, text: &str) -> bool {
    if memchr::memchr2(b'*', b'?', pattern.as_bytes()).is_none() {
        return pattern == text;
    }
    let (mut pattern, mut text) = (pattern.chars(), text.chars());
    // Where the last `*` stands, and the text from which it is tried: it takes one character more each time.
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

fn any(patterns: &[String], text: &str) -> bool {
    patterns.iter().any(|pattern| glob(pattern, text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_built_in_row_compiles_and_is_found() {
        let tables = Tables::new(&[], &[]).unwrap();
        let routes: Vec<RouteRow> = read(ROUTES).unwrap();
        let workloads: Vec<WorkloadRow> = read(WORKLOADS).unwrap();
        assert_eq!(tables.routes.rows.len(), routes.len());
        assert_eq!(tables.workloads.rows.len(), workloads.len());
        for row in &routes {
            for group in &row.groups {
                let found = tables.route(group, &row.kind).unwrap();
                assert!(found.is_some(), "{group}/{}", row.kind);
            }
            assert!(tables.knows(&row.kind));
            if let Some(controller) = &row.controller {
                let known = tables.controller_by_name(controller).unwrap();
                assert!(known.is_some(), "{controller}");
            }
        }
        for row in &workloads {
            for group in &row.groups {
                let found = tables.workload(group, &row.kind).unwrap();
                assert!(found.is_some(), "{group}/{}", row.kind);
            }
            assert!(tables.knows(&row.kind));
        }
        assert!(!tables.controllers().unwrap().is_empty());
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
            "groups: [a], kind: A, templates: ['$.a[*]']",
            "`templates[0]`: `$.a[*]` is more than names",
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
    fn the_users_row_comes_before_the_built_in_one() {
        let row = "{groups: [networking.k8s.io], kind: Ingress, follow: [{at: $.x, group: y.z, kind: Yonder}]}";
        let row: RouteRow = serde_yaml::from_str(row).unwrap();
        let own = "{groups: [y.z], kind: Crew, templates: [$.member]}";
        let own: WorkloadRow = serde_yaml::from_str(own).unwrap();
        let tables = Tables::new(&[row], &[own]).unwrap();
        let route = |group| tables.route(group, "Ingress").unwrap().unwrap();
        assert!(route("networking.k8s.io").services.is_empty());
        assert!(!route("extensions").services.is_empty());
        let crew = tables.workload("y.z", "Crew").unwrap().unwrap();
        assert_eq!(crew.templates, [["member"]]);
        assert!(tables.workload("apps", "Crew").unwrap().is_none());
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
        let tables = Tables::new(&[], &[]).unwrap();
        let by_name = |name| {
            let controller = tables.controller_by_name(name).unwrap();
            controller.map(|controller| controller.row.sleep_seconds)
        };
        assert_eq!(by_name("ingress.k8s.alibabacloud/alb"), Some(Some(10)));
        assert_eq!(by_name("eks.amazonaws.com/alb"), Some(Some(40)));
        assert_eq!(by_name("azure/application-gateway"), Some(Some(90)));
        assert_eq!(by_name("haproxy.org/ingress-controller/edge"), Some(None));
        assert_eq!(by_name("example.com/none"), None);
        let by_class = |class| {
            let controller = tables.controller_by_class(class).unwrap();
            controller.map(|controller| controller.name.as_str())
        };
        assert_eq!(by_class("gke-l7-global-external-managed"), by_class("gce"));
        assert_eq!(
            by_class("azure-application-gateway"),
            Some("azure/application-gateway")
        );
        assert_eq!(by_class("alb"), None);
        assert_eq!(by_class("nginx"), None);
    }

    #[test]
    fn a_shared_class_is_told_by_annotations_arrays_and_objects() {
        let tables = Tables::new(&[], &[]).unwrap();
        let whose = |class: &str, annotations: &str, object_kind: &str| {
            let text = format!("metadata: {{annotations: {{{annotations}}}}}");
            let tree = object(&text);
            let renders = |group: &str, kind: &str| format!("{group}/{kind}") == object_kind;
            match tables
                .shared_class(class, tree.root().unwrap(), renders)
                .unwrap()
            {
                Shared::No => "no".to_owned(),
                Shared::Decided(controller) => controller.name.clone(),
                Shared::Undecided(controllers) => format!("{} of them", controllers.len()),
            }
        };
        let (aws, ack) = ("ingress.k8s.aws/alb", "ingress.k8s.alibabacloud/alb");
        let config = "alibabacloud.com/AlbConfig";
        let scheme = "alb.ingress.kubernetes.io/scheme: internal";
        let array = "alb.ingress.kubernetes.io/actions.x: ' [{}]'";
        let map = "alb.ingress.kubernetes.io/actions.x: '{}'";
        assert_eq!(whose("nginx", scheme, config), "no");
        assert_eq!(whose("alb", "", ""), "2 of them");
        assert_eq!(whose("alb", map, ""), "2 of them");
        assert_eq!(whose("alb", scheme, ""), aws);
        assert_eq!(whose("alb", scheme, config), aws);
        assert_eq!(whose("alb", array, ""), ack);
        assert_eq!(whose("alb", "", config), ack);
    }

    #[test]
    fn an_image_without_a_shell_is_known_by_its_name() {
        for image in [
            "gcr.io/distroless/static",
            "gcr.io/distroless/java21-debian12:nonroot",
            "gcr.io/distroless/static@sha256:0123",
            "registry.k8s.io/pause:3.10",
            "coredns/coredns:1.12.0",
            "registry.k8s.io/coredns/coredns:v1.12.0",
            "mirror.example.com:5000/coredns/coredns",
            "quay.io/jetstack/cert-manager-webhook:v1.18.0",
            "istio/proxyv2:1.27.0-distroless",
            "envoyproxy/envoy:distroless-v1.35.0",
        ] {
            assert!(shellless(image), "{image}");
        }
        for image in [
            "nginx",
            "nginx:1.29",
            "localhost:5000/nginx",
            "gcr.io/distroless/static:debug",
            "quay.io/oauth2-proxy/oauth2-proxy:v7.9.0-alpine",
            "gcr.io/distroless/java21-debian12:debug-nonroot",
            "istio/proxyv2:1.27.0",
            "example.com/distroless/static",
            "mycoredns/coredns",
            "",
        ] {
            assert!(!shellless(image), "{image}");
        }
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
