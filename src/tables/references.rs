//! What one route refers to, according to its row: Services, other routes, workloads, and its class.
//!
//! It reads a single object. `routes` finds the Services that the names mean, and what they
//! select.

use lossless_yaml::{Kind, Node, Tree, sort_by};
use smallvec::SmallVec;
use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::model::Address;
use crate::tables::path::{Field, Misfit, Path, VisitBudget, Walks};
use crate::tables::pool::{List, Text};
use crate::tables::{
    Class, Follow, Format, NamedBy, Route, Services, Targets, Use, glob, is_built_in,
};

/// How many hosts and URL paths are kept for one Service.
const MOST_ADDRESSES: usize = 100;

/// Everything that one object refers to, each list in the order of the row's columns and then of the document.
pub(crate) struct References<'t, 's> {
    pub(crate) services: Vec<ServiceRef<'t, 's>>,
    pub(crate) follows: Vec<FollowRef<'t>>,
    pub(crate) targets: Vec<TargetRef<'t>>,
    pub(crate) classes: Classes<'t>,
    pub(crate) faults: Vec<UnreadAnnotation<'t, 's>>,
    /// References of a group and kind that no row follows.
    pub(crate) unknown: Vec<UnknownRef<'t, 's>>,
}

impl References<'_, '_> {
    /// Whether the object names nothing but objects to follow, and nothing has to be told of it.
    pub(crate) fn only_leads_on(&self) -> bool {
        self.services.is_empty()
            && self.targets.is_empty()
            && self.unknown.is_empty()
            && self.faults.is_empty()
    }
}

/// A backend of a group and kind that no row follows.
pub(crate) struct UnknownRef<'t, 's> {
    pub(crate) group: String,
    pub(crate) kind: String,
    pub(crate) name: String,
    pub(crate) node: Node<'t, 's>,
}

/// A Service, or another object that selects pods, by its name; no two of one object are the same.
pub(crate) struct ServiceRef<'t, 's> {
    /// What selects the pods: a core Service nearly always.
    pub(crate) group: Cow<'t, str>,
    pub(crate) kind: Cow<'t, str>,
    pub(crate) name: Cow<'t, str>,
    /// Stated by the reference; without it the Service is in the object's own namespace.
    pub(crate) namespace: Option<Cow<'t, str>>,
    /// The reference may also mean something outside the cluster, so there is no message if the input has no such
    /// Service.
    pub(crate) only_if_present: bool,
    /// The place in the object: the name, or the annotation's value.
    pub(crate) node: Node<'t, 's>,
    /// The port that it names; none for one in an annotation.
    port: Option<&'t str>,
}

/// Other objects.
#[derive(Clone, Debug)]
pub(crate) struct FollowRef<'t> {
    pub(crate) groups: List<Text>,
    pub(crate) kind: Text,
    pub(crate) by: By<'t>,
    /// Stated by the reference; without it the object is in the referring one's own namespace.
    pub(crate) namespace: Option<&'t str>,
    /// Whether it means every namespace.
    pub(crate) every_namespace: bool,
}

/// How a reference names other objects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum By<'t> {
    Name(&'t str),
    /// By the value of this label.
    Label(Text, &'t str),
    /// All of the kind.
    Every,
}

/// A workload by its kind and name, in the object's own namespace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TargetRef<'t> {
    /// The API group, where the reference states an `apiVersion`.
    pub(crate) group: Option<&'t str>,
    pub(crate) kind: &'t str,
    pub(crate) name: &'t str,
}

/// Where a route's classes are.
#[derive(Clone, Debug)]
pub(crate) enum Classes<'t> {
    /// In the object, the first counts: `spec.ingressClassName` before the annotation.
    Names(SmallVec<[&'t str; 2]>),
    /// At the path in these other objects, or where their own rows say.
    Follow(Vec<FollowRef<'t>>, Path),
}

/// An invalid annotation that the row reads.
pub(crate) struct UnreadAnnotation<'t, 's> {
    pub(crate) annotation: String,
    /// Lower case, no full stop.
    pub(crate) message: String,
    /// The annotation's value.
    pub(crate) node: Node<'t, 's>,
}

/// Why an object was not read to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum RefError {
    /// The budget is spent.
    #[error("has more nodes than may be visited, as where aliases stand within aliases")]
    TooLarge,
}

/// What the object refers to.
///
/// # Errors
///
/// The budget runs out. What was found until then is not returned, because more may be missing.
pub(crate) fn references<'t, 's>(
    route: &Route,
    object: Node<'t, 's>,
    budget: &mut VisitBudget,
) -> Result<References<'t, 's>, RefError> {
    let mut unknown = Vec::new();
    let mut walks = Walks::from(object);
    let (services, faults) = services(route, object, &mut walks, &mut unknown, budget);
    let follows = route.follow.iter();
    let follows = follows.flat_map(|follow| follow_refs(follow, &mut walks, budget));
    let follows = follows.collect();
    let targets = route.targets.iter();
    let targets = targets.flat_map(|target| target_refs(target, &mut walks, budget));
    let targets = targets.collect();
    let classes = classes(route, &mut walks, budget);
    let references = References {
        services,
        follows,
        targets,
        classes,
        faults,
        unknown,
    };
    within(budget, references)
}

/// Where the object's classes are.
pub(crate) fn classes<'r, 't>(
    route: &'r Route,
    walks: &mut Walks<'r, 't, '_>,
    budget: &mut VisitBudget,
) -> Classes<'t> {
    match &route.class {
        Class::Paths(paths) => {
            let nodes = paths.iter().flat_map(|p| walks.find(p, false, budget));
            Classes::Names(nodes.filter_map(text).collect())
        }
        Class::Followed(follows, path) => {
            let refs = follows.iter().flat_map(|f| follow_refs(f, walks, budget));
            Classes::Follow(refs.collect(), path.clone())
        }
    }
}

/// The controller that something in the object identifies.
pub(crate) fn controller<'r>(
    route: &'r Route,
    object: Node<'_, '_>,
    budget: &mut VisitBudget,
) -> Option<&'r str> {
    let mut columns = route.controller_where.iter();
    let told = columns.find(|(path, _)| !path.find(object, false, budget).is_empty());
    told.map(|(_, name)| name)
        .or(route.controller.as_ref())
        .map(AsRef::as_ref)
}

/// Whether the object is a route: if the row has `when`, one of its paths must find something; if the row reads
/// only annotations, the object must have one of them. An object that another route leads to always counts.
///
/// # Errors
///
/// The budget runs out.
pub(crate) fn counts(
    route: &Route,
    object: Node<'_, '_>,
    budget: &mut VisitBudget,
) -> Result<bool, RefError> {
    if !route.when.is_empty() {
        let mut when = route.when.iter();
        let found = when.any(|path| !path.find(object, false, budget).is_empty());
        return within(budget, found);
    }
    let mut columns = route.services.iter();
    let leads_on = !route.follow.is_empty() || !route.targets.is_empty();
    if leads_on || columns.any(|column| matches!(column.place, NamedBy::At(_))) {
        return Ok(true);
    }
    let names = |column: &Services, key: &str| match &column.place {
        NamedBy::At(_) => false,
        NamedBy::Annotation { key: each, .. } => glob(each, key),
    };
    let mut keys = annotations(object).map(|(key, _)| key);
    Ok(keys.any(|key| route.services.iter().any(|column| names(column, key))))
}

/// The hosts and paths of the requests that a route sends to each Service, by name, and all hosts and paths of the route.
#[derive(Debug, Default)]
pub(crate) struct Addresses(BTreeMap<Option<String>, Vec<Address>>);

impl Addresses {
    /// Those of a Service. If another object is between the route and the Service, the route's hosts count.
    pub(crate) fn of(&self, service: Option<&str>) -> &[Address] {
        let own = service.and_then(|name| self.0.get(&Some(name.to_owned())));
        own.or_else(|| self.0.get(&None)).map_or(&[], Vec::as_slice)
    }

    fn add(&mut self, service: Option<String>, hosts: &[String], paths: &[String]) {
        let known = self.0.entry(service).or_default();
        let every = |texts: &[String]| match texts {
            [] => vec![None],
            _ => texts.iter().cloned().map(Some).collect(),
        };
        let (hosts, paths) = (every(hosts), every(paths));
        for host in &hosts {
            for path in &paths {
                let address = Address {
                    host: host.clone(),
                    path: path.clone(),
                };
                let says = host.is_some() || path.is_some();
                if says && known.len() < MOST_ADDRESSES && !known.contains(&address) {
                    known.push(address);
                }
            }
        }
    }
}

/// The hosts and paths of the requests of this route.
///
/// The paths of the hosts, the URL paths and the Services are walked together: hosts and paths in an item of a list belong to
/// the Services of this item.
pub(crate) fn addresses(route: &Route, object: Node<'_, '_>) -> Addresses {
    let mut found = Addresses::default();
    if route.hosts.is_empty() && route.url_paths.is_empty() {
        return found;
    }
    let mut budget = VisitBudget::default();
    let hosts = route.hosts.iter();
    let hosts = hosts.flat_map(|path| path.find(object, false, &mut budget));
    let hosts: Vec<String> = hosts.filter_map(word).collect();
    found.add(None, &hosts, &[]);
    for column in route.services.iter() {
        if let NamedBy::At(at) = &column.place {
            let mut walked = vec![(object, Vec::new(), Vec::new())];
            let mut from = 0;
            let columns = || route.hosts.iter().chain(route.url_paths.iter());
            let mut cuts: Vec<usize> = columns().map(|path| path.common(at)).collect();
            cuts.extend([0, at.len()]);
            sort_by(&mut cuts, &mut usize::cmp);
            cuts.dedup();
            for cut in cuts {
                let mut next = Vec::new();
                for (node, hosts, paths) in walked {
                    for node in at.walk(from..cut, node, column.ignore_case, &mut budget) {
                        let mut below = |list: &[Path], above: &Vec<String>| {
                            let own = list.iter().filter(|path| path.common(at) == cut);
                            let own = own.flat_map(|path| {
                                path.walk(cut..usize::MAX, node, false, &mut budget)
                            });
                            let own: Vec<String> = own.filter_map(word).collect();
                            if own.is_empty() { above.clone() } else { own }
                        };
                        let hosts = below(&route.hosts, &hosts);
                        let paths = below(&route.url_paths, &paths);
                        next.push((node, hosts, paths));
                    }
                }
                (walked, from) = (next, cut);
            }
            for (node, hosts, paths) in walked {
                if let Some(service) = service(column, node) {
                    found.add(Some(service.name.into_owned()), &hosts, &paths);
                }
            }
        }
    }
    found
}

/// The first value on a path of the row that has the wrong type, so that nothing below it is found.
pub(crate) fn misfit<'t, 's>(
    route: &Route,
    object: Node<'t, 's>,
    budget: &mut VisitBudget,
) -> Option<Misfit<'t, 's>> {
    // In a row of the user's `[*]` may stand for the values of a mapping.
    let columns = route.services.iter().filter(|_| is_built_in(route));
    let mut paths = columns.filter_map(|column| match &column.place {
        NamedBy::At(path) => Some(path),
        NamedBy::Annotation { .. } => None,
    });
    paths.find_map(|path| path.misfit(object, budget))
}

/// The workload that another one names for its template.
pub(crate) fn target_refs<'r, 't>(
    target: &'r Targets,
    walks: &mut Walks<'r, 't, '_>,
    budget: &mut VisitBudget,
) -> Vec<TargetRef<'t>> {
    let nodes = walks.find(&target.at, false, budget).into_iter();
    let refs = nodes.filter_map(|node| {
        let version = node.get("apiVersion").and_then(text);
        Some(TargetRef {
            group: version.map(|version| version.split_once('/').map_or("", |(group, _)| group)),
            kind: target.kind.get(node, false).and_then(text)?,
            name: target.name.get(node, false).and_then(text)?,
        })
    });
    refs.collect()
}

fn services<'r, 't, 's>(
    route: &'r Route,
    object: Node<'t, 's>,
    walks: &mut Walks<'r, 't, 's>,
    unknown: &mut Vec<UnknownRef<'t, 's>>,
    budget: &mut VisitBudget,
) -> (Vec<ServiceRef<'t, 's>>, Vec<UnreadAnnotation<'t, 's>>) {
    let columns = route.services.as_ref();
    let mut services = Vec::new();
    for column in columns {
        backends(route, column, walks, &mut services, unknown, budget);
    }
    let annotations: SmallVec<[_; 4]> = annotations(object).collect();
    let (found, faults) = in_annotations(columns, &annotations, &services, budget);
    services.retain(|backend| !is_action(backend, columns, &annotations));
    services.extend(found);
    (unique(services), faults)
}

/// Adds the references at a column's path.
fn backends<'r, 't, 's>(
    route: &Route,
    column: &'r Services,
    walks: &mut Walks<'r, 't, 's>,
    backends: &mut Vec<ServiceRef<'t, 's>>,
    unknowns: &mut Vec<UnknownRef<'t, 's>>,
    budget: &mut VisitBudget,
) {
    let NamedBy::At(path) = &column.place else {
        return;
    };
    for node in walks.find(path, column.ignore_case, budget) {
        let Some(service) = service(column, node) else {
            unknowns.extend(unknown(route, column, node));
            continue;
        };
        let port = column.port.as_ref();
        let port = port.and_then(|port| port.get(node, column.ignore_case));
        let port = port.and_then(|port| text(port.get("name").unwrap_or(port)));
        if backends.is_empty() {
            // Most have only one.
            backends.reserve_exact(1);
        }
        if backends.is_empty() {
            // Most have only one.
            backends.reserve_exact(1);
        }
        backends.push(ServiceRef { port, ..service });
    }
}

/// The references in those annotations that the backends use, and the annotations that can't be read.
fn in_annotations<'t, 's>(
    columns: &[Services],
    annotations: &[(&'t str, Node<'t, 's>)],
    backends: &[ServiceRef<'t, 's>],
    budget: &mut VisitBudget,
) -> (Vec<ServiceRef<'t, 's>>, Vec<UnreadAnnotation<'t, 's>>) {
    let mut found = Vec::new();
    let mut faults: Vec<UnreadAnnotation<'t, 's>> = Vec::new();
    for column in columns {
        let NamedBy::Annotation { key, json, used } = &column.place else {
            continue;
        };
        for &(annotation, node) in annotations.iter().filter(|(name, _)| glob(key, name)) {
            let suffix = annotation.strip_prefix(key.trim_end_matches('*'));
            let uses = |used: &Use| {
                backends.iter().any(|backend| {
                    Some(backend.name.as_ref()) == suffix
                        && (used.any_port || backend.port == Some(used.port.as_ref()))
                })
            };
            if !used.as_ref().is_none_or(uses) {
                continue;
            }
            match annotated(column, json.as_ref(), node, budget) {
                Ok(services) => found.extend(services),
                Err(_) if faults.iter().any(|fault| fault.annotation == annotation) => {}
                Err(message) => faults.push(UnreadAnnotation {
                    annotation: annotation.to_owned(),
                    message,
                    node,
                }),
            }
        }
    }
    (found, faults)
}

/// Whether the backend's port says that an annotation replaces it, so its name is not a Service.
fn is_action(
    backend: &ServiceRef<'_, '_>,
    columns: &[Services],
    annotations: &[(&str, Node<'_, '_>)],
) -> bool {
    columns.iter().any(|column| {
        let NamedBy::Annotation {
            key,
            used: Some(used),
            ..
        } = &column.place
        else {
            return false;
        };
        let prefix = key.trim_end_matches('*');
        let name = Some(backend.name.as_ref());
        let mut keys = annotations.iter().map(|(key, _)| key.strip_prefix(prefix));
        backend.port == Some(used.port.as_ref()) && keys.any(|suffix| suffix == name)
    })
}

/// Each Service once; certain if one of its references is.
fn unique<'t, 's>(mut services: Vec<ServiceRef<'t, 's>>) -> Vec<ServiceRef<'t, 's>> {
    if services.len() < 2 {
        return services;
    }
    let identity = |number: &usize| {
        let service = services.get(*number);
        service.map(|each| (&each.name, &each.namespace, &each.group, &each.kind))
    };
    let mut order: SmallVec<[usize; 8]> = (0..services.len()).collect();
    sort_by(&mut order, &mut |a, b| identity(a).cmp(&identity(b)));
    let mut again = SmallVec::<[_; 8]>::new();
    for same in order.chunk_by(|a, b| identity(a) == identity(b)) {
        if let [first, others @ ..] = same {
            again.extend(others.iter().map(|other| (*other, *first)));
        }
    }
    sort_by(&mut again, &mut Ord::cmp);
    for (other, first) in &again {
        let certain = services.get(*other).is_some_and(|o| !o.only_if_present);
        if let Some(first) = services.get_mut(*first).filter(|_| certain) {
            first.only_if_present = false;
        }
    }
    let mut again = again.into_iter().map(|(other, _)| other).peekable();
    let mut numbers = 0..;
    services.retain(|_| {
        let number = numbers.next();
        again.next_if(|other| Some(*other) == number).is_none()
    });
    services
}

/// The Services that an annotation's value names.
fn annotated<'t, 's>(
    column: &Services,
    json: Option<&Path>,
    node: Node<'t, 's>,
    budget: &mut VisitBudget,
) -> Result<Vec<ServiceRef<'t, 's>>, String> {
    let Some(path) = json else {
        return Ok(service(column, node).into_iter().collect());
    };
    // A JSON string has no raw tab, so a tab is always indentation; the YAML reader needs spaces there.
    let text = node.text().unwrap_or_default().replace('\t', " ");
    let tree = Tree::parse(&text, 0..text.len())
        .map_err(|error| format!("it is not JSON: {}", error.message))?;
    let root = tree.root();
    let root = root.filter(|root| matches!(root.kind(), Kind::Mapping | Kind::Sequence));
    let root = root.ok_or("it is not a JSON object or array")?;
    let nodes = path.find(root, column.ignore_case, budget).into_iter();
    let services = nodes.filter_map(|each| {
        let service = service(column, each)?;
        // The name is inside a text.
        let owned = |text: Cow<'_, str>| Cow::Owned(text.into_owned());
        Some(ServiceRef {
            group: owned(service.group),
            kind: owned(service.kind),
            name: owned(service.name),
            namespace: service.namespace.map(owned),
            only_if_present: service.only_if_present,
            node,
            port: None,
        })
    });
    Ok(services.collect())
}

/// The Service that a reference names, if it does.
fn service<'t, 's>(column: &Services, node: Node<'t, 's>) -> Option<ServiceRef<'t, 's>> {
    let get = |field: &Field| field.get(node, column.ignore_case);
    let (group, kind) = referred(column, node)?;
    if !column.accepts(&group, &kind) {
        return None;
    }
    if column.unless.as_ref().and_then(get).and_then(Node::as_bool) == Some(true) {
        return None;
    }
    let place = column.name.as_ref().map_or(Some(node), get)?;
    let written = text(place)?;
    let excepted = |except: &Text| glob(except, written);
    if column.except.as_ref().is_some_and(excepted) {
        return None;
    }
    let (name, own, only_if_present) = match column.format {
        Format::Plain => (written, None, false),
        Format::NamespacedName => match written.split_once('/') {
            Some((namespace, name)) => (name, Some(namespace), false),
            None => (written, None, false),
        },
        Format::Host => host(written)?,
        Format::Url => url(written)?,
    };
    let stated = column.namespace.as_ref().and_then(get).and_then(text);
    let namespace = stated.or(own).filter(|namespace| !namespace.is_empty());
    (!name.is_empty()).then(|| ServiceRef {
        group,
        kind,
        name: name.into(),
        namespace: namespace.map(Cow::Borrowed),
        only_if_present,
        node: place,
        port: None,
    })
}

/// The group and kind that a reference refers to. What it leaves out is taken from the first kind that it may refer to.
fn referred<'t>(column: &Services, node: Node<'t, '_>) -> Option<(Cow<'t, str>, Cow<'t, str>)> {
    let get = |field: &Field| field.get(node, column.ignore_case).and_then(text);
    let (group, kind) = column.accepts_first();
    match (get(&column.group), get(&column.kind)) {
        (None, None) if kind.is_empty() => None,
        (stated_group, stated) => {
            let is_first = stated.is_none_or(|stated| stated == kind);
            let group = if is_first { group } else { "".into() };
            Some((
                stated_group.map_or(group, Cow::Borrowed),
                stated.map_or(kind, Cow::Borrowed),
            ))
        }
    }
}

impl Services {
    fn accepts(&self, group: &str, kind: &str) -> bool {
        match &self.accept {
            Some(accept) => holds(accept, group, kind),
            None => group.is_empty() && kind == "Service",
        }
    }

    /// The first group and kind that it accepts; empty if it accepts none.
    fn accepts_first(&self) -> (Cow<'static, str>, Cow<'static, str>) {
        match self.accept.as_deref() {
            Some([(group, kind), ..]) => (group.kept(), kind.kept()),
            Some([]) => Default::default(),
            None => ("".into(), "Service".into()),
        }
    }
}

fn holds(list: &[(Text, Text)], group: &str, kind: &str) -> bool {
    list.iter().any(|(g, k)| **g == *group && **k == *kind)
}

/// A reference that no column accepts or follows, unless it may be ignored.
fn unknown<'t, 's>(
    route: &Route,
    column: &Services,
    node: Node<'t, 's>,
) -> Option<UnknownRef<'t, 's>> {
    let (group, kind) = referred(column, node)?;
    let place = column.name.as_ref()?.get(node, column.ignore_case)?;
    let name = text(place)?;
    let excepted = |except: &Text| glob(except, name);
    let known = column.accepts(&group, &kind)
        || holds(&column.ignore, &group, &kind)
        || route.follow.iter().any(|follow| *follow.kind == *kind)
        || column.except.as_ref().is_some_and(excepted);
    (!known).then(|| UnknownRef {
        group: group.into_owned(),
        kind: kind.into_owned(),
        name: name.to_owned(),
        node: place,
    })
}

/// A name, its namespace, and whether it may mean something outside the cluster.
type ServiceName<'a> = (&'a str, Option<&'a str>, bool);

/// | host                        | Service             |
/// | --------------------------- | ------------------- |
/// | `tea`                       | `tea`, own          |
/// | `tea.shop.svc[.anything]`   | `tea` of `shop`     |
/// | any other with a dot, or `*` | none                |
fn host(text: &str) -> Option<ServiceName<'_>> {
    let mut labels = text.trim_end_matches('.').split('.');
    match (labels.next()?, labels.next(), labels.next()) {
        (name, None, None) if !name.contains('*') => Some((name, None, false)),
        (name, Some(namespace), Some("svc")) => Some((name, Some(namespace), false)),
        _ => None,
    }
}

/// As [`host`], after a scheme and before a port or a path, but that two labels may be a name and its namespace:
/// `quote.shop` is, `example.com` is not, and only the input can tell.
fn url(text: &str) -> Option<ServiceName<'_>> {
    let rest = text.split_once("://").map_or(text, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next()?;
    if authority.starts_with('[') || authority.parse::<std::net::Ipv4Addr>().is_ok() {
        return None;
    }
    let name = authority.split(':').next()?;
    if name.parse::<std::net::Ipv4Addr>().is_ok() {
        return None;
    }
    match name.split_once('.') {
        Some((name, namespace)) if !namespace.contains('.') => Some((name, Some(namespace), true)),
        _ => host(name),
    }
}

fn follow_refs<'r, 't>(
    follow: &'r Follow,
    walks: &mut Walks<'r, 't, '_>,
    budget: &mut VisitBudget,
) -> Vec<FollowRef<'t>> {
    let nodes = walks.find(&follow.at, false, budget).into_iter();
    let refs = nodes.filter_map(|node| {
        let kind = node.get("kind").and_then(text);
        if follow.label.is_none() && kind.is_some_and(|kind| *kind != *follow.kind) {
            return None;
        }
        let name = follow.name.get(node, false).and_then(text)?;
        let excepted = |except: &Text| glob(except, name);
        if follow.except.as_ref().is_some_and(excepted) {
            return None;
        }
        let namespace = follow.namespace.as_ref();
        let namespace = namespace.and_then(|f| f.get(node, false)).and_then(text);
        let by = match &follow.label {
            Some(label) => By::Label(label.clone(), name),
            None if follow.every.as_ref().is_some_and(|every| **every == *name) => By::Every,
            None => By::Name(name),
        };
        Some(FollowRef {
            groups: follow.groups.clone(),
            kind: follow.kind.clone(),
            every_namespace: namespace.is_some() && namespace == follow.every_namespace.as_deref(),
            namespace,
            by,
        })
    });
    refs.collect()
}

fn annotations<'t, 's>(object: Node<'t, 's>) -> impl Iterator<Item = (&'t str, Node<'t, 's>)> {
    let annotations = object.get("metadata").and_then(|m| m.get("annotations"));
    let entries = annotations.into_iter().flat_map(Node::entries);
    entries.filter_map(|(key, value)| Some((key.text()?, value)))
}

/// A text that is not empty.
fn text<'t>(node: Node<'t, '_>) -> Option<&'t str> {
    node.text().filter(|text| !text.is_empty())
}

fn word(node: Node<'_, '_>) -> Option<String> {
    text(node).map(str::to_owned)
}

fn within<T>(budget: &VisitBudget, value: T) -> Result<T, RefError> {
    if budget.exhausted() {
        Err(RefError::TooLarge)
    } else {
        Ok(value)
    }
}

#[cfg(test)]
#[expect(
    clippy::disallowed_methods,
    reason = "the examples are files, and where more of them are is said by the environment"
)]
mod tests {
    use std::fs;
    use std::path::Path as File;

    use lossless_yaml::documents;

    use super::*;
    use crate::tables::Tables;

    fn lines(tables: &Tables, object: Node<'_, '_>) -> Vec<String> {
        let text = |key: &str| object.get(key).and_then(Node::text).unwrap();
        let group = text("apiVersion").rsplit_once('/').map_or("", |(g, _)| g);
        let route = tables.route(group, text("kind")).unwrap();
        let budget = &mut VisitBudget::default();
        let mut lines = Vec::new();
        if !counts(route, object, budget).unwrap() {
            lines.push("no route".to_owned());
        }
        let place = |namespace: Option<&str>, name: String| match namespace {
            Some(namespace) => format!("{namespace}/{name}"),
            None => name,
        };
        let by = |by: By| match by {
            By::Name(name) => name.to_owned(),
            By::Label(label, value) => format!("{label}={value}"),
            By::Every => "*".to_owned(),
        };
        let found = references(route, object, budget).unwrap();
        for service in found.services {
            let namespace = service.namespace.as_deref();
            let name = place(namespace, service.name.into_owned());
            let kind = match service.kind.as_ref() {
                "Service" => String::new(),
                kind => format!("{kind} "),
            };
            let doubt = if service.only_if_present { "?" } else { "" };
            lines.push(format!("{kind}{name}{doubt}"));
        }
        for unknown in found.unknown {
            lines.push(format!(
                "unknown {}/{} {}",
                unknown.group, unknown.kind, unknown.name
            ));
        }
        for follow in found.follows {
            let name = place(follow.namespace, by(follow.by));
            lines.push(format!("follow {} {name}", follow.kind));
        }
        for target in found.targets {
            let group = match target.group {
                None => "-",
                Some("") => "core",
                Some(group) => group,
            };
            lines.push(format!("target {group} {} {}", target.kind, target.name));
        }
        match found.classes {
            Classes::Names(names) => lines.extend(names.iter().map(|name| format!("class {name}"))),
            Classes::Follow(follows, path) => lines.extend(follows.into_iter().map(|follow| {
                let name = place(follow.namespace, by(follow.by));
                let path = &path.0;
                format!("class at {path} of {} {name}", follow.kind)
            })),
        }
        lines.extend(
            found
                .faults
                .iter()
                .map(|fault| format!("fault {}", fault.annotation)),
        );
        lines
    }

    fn own(row: &str) -> Route {
        let row: crate::tables::RouteRow = serde_yaml::from_str(row).unwrap();
        row.compile().unwrap()
    }

    fn services(row: &str, object: &str) -> Vec<(String, Option<String>, bool)> {
        let tree = Tree::parse(object, 0..object.len()).unwrap();
        let found =
            references(&own(row), tree.root().unwrap(), &mut VisitBudget::default()).unwrap();
        let services = found.services.into_iter();
        services
            .map(|service| {
                let namespace = service.namespace.map(Cow::into_owned);
                (
                    service.name.into_owned(),
                    namespace,
                    service.only_if_present,
                )
            })
            .collect()
    }

    #[test]
    fn a_reference_counts_where_its_group_and_kind_are_accepted() {
        let row = "{groups: [a.b], kind: A, services: [{at: '$.refs[*]', name: name, group: api, kind: type, accept: [/Service, a.b/Pool]}]}";
        let object = "refs: [{name: a}, {name: b, api: a.b}, {name: c, api: a.b, type: Pool}, {name: d, type: Pool}, {name: e, api: '', type: Service}]";
        let names: Vec<_> = services(row, object)
            .into_iter()
            .map(|(name, ..)| name)
            .collect();
        assert_eq!(names, ["a", "c", "e"]);
        // What a reference does not say is that of the first that is accepted, the group only for its kind.
        let row = row.replace("/Service, a.b/Pool", "a.b/Pool, /Service");
        let object = "refs: [{name: a}, {name: b, type: Pool}, {name: c, type: Service}]";
        let names: Vec<_> = services(&row, object)
            .into_iter()
            .map(|(name, ..)| name)
            .collect();
        assert_eq!(names, ["a", "b", "c"]);
    }

    #[test]
    fn a_row_of_annotations_needs_one_unless_it_leads_on() {
        let counts = |more: &str| {
            let row = format!(
                "{{groups: [a.b], kind: A, services: [{{annotation: x.y/service}}]{more}}}"
            );
            let object = "metadata: {annotations: {other: tea}}";
            let tree = Tree::parse(object, 0..object.len()).unwrap();
            let root = tree.root().unwrap();
            counts(&own(&row), root, &mut VisitBudget::default()).unwrap()
        };
        assert!(!counts(""));
        assert!(counts(
            ", follow: [{at: $.spec.parent, kind: B, group: a.b}]"
        ));
        assert!(counts(", targets: [{at: $.spec.target}]"));
    }

    #[test]
    fn a_namespace_is_every_one_only_where_it_says_so() {
        let row = own(
            "{groups: [a.b], kind: A, services: [{at: $.service}], follow: [{at: '$.refs[*]', kind: B, group: a.b, namespace: namespace, everyNamespace: all}]}",
        );
        let object = "refs: [{name: a, namespace: shop}, {name: b, namespace: all}, {name: c}]";
        let tree = Tree::parse(object, 0..object.len()).unwrap();
        let root = tree.root().unwrap();
        let found = references(&row, root, &mut VisitBudget::default()).unwrap();
        let every: Vec<_> = found.follows.iter().map(|f| f.every_namespace).collect();
        assert_eq!(every, [false, true, false]);
    }

    #[test]
    fn hosts_without_paths_are_addresses() {
        let row =
            own("{groups: [a.b], kind: A, services: [{at: $.service}], hosts: ['$.hosts[*]']}");
        let object = "{service: tea, hosts: [a.example.com]}";
        let tree = Tree::parse(object, 0..object.len()).unwrap();
        let found = addresses(&row, tree.root().unwrap());
        let hosts: Vec<_> = found
            .of(Some("tea"))
            .iter()
            .map(|a| a.host.as_deref())
            .collect();
        assert_eq!(hosts, [Some("a.example.com")]);
    }

    #[test]
    fn a_service_that_is_named_twice_is_one() {
        let row = "{groups: [a.b], kind: A, services: [{at: '$.urls[*]', format: url}]}";
        let object =
            "urls: [b.shop, cart.shop, 'http://cart.shop.svc:80', cart.shop, cart, a.shop, b.shop]";
        let shop = Some("shop".to_owned());
        assert_eq!(
            services(row, object),
            [
                ("b".to_owned(), shop.clone(), true),
                ("cart".to_owned(), shop.clone(), false),
                ("cart".to_owned(), None, false),
                ("a".to_owned(), shop.clone(), true),
            ]
        );
        assert_eq!(
            services(row, "urls: [a.shop, a.shop]"),
            [("a".to_owned(), shop, true)]
        );
    }

    #[test]
    fn a_namespace_that_a_reference_states_beats_that_of_its_text() {
        let row = "{groups: [a.b], kind: A, services: [{at: '$.refs[*]', name: name, namespace: to.ns, format: ns/name}]}";
        let object =
            "refs: [{name: x/a, to: {ns: y}}, {name: x/b}, {name: c}, {name: /d}, {name: x/}]";
        let found: Vec<_> = services(row, object)
            .into_iter()
            .map(|(name, namespace, _)| format!("{} {name}", namespace.unwrap_or_default()))
            .collect();
        assert_eq!(found, ["y a", "x b", " c", " d"]);
    }

    #[test]
    fn an_object_that_is_too_large_is_an_error() {
        let row = own("{groups: [a.b], kind: A, when: '$.refs[*]', services: [{at: '$.refs[*]'}]}");
        let object = "refs: [a, b, c, d]";
        let tree = Tree::parse(object, 0..object.len()).unwrap();
        let root = tree.root().unwrap();
        assert!(references(&row, root, &mut VisitBudget::new(5)).is_ok());
        let error = references(&row, root, &mut VisitBudget::new(4)).err();
        assert_eq!(error, Some(RefError::TooLarge));
        let error = counts(&row, root, &mut VisitBudget::new(3)).err();
        assert_eq!(error, Some(RefError::TooLarge));
    }

    #[test]
    fn each_example_of_a_route_leads_where_it_says() {
        let tables = Tables::new(&[], &[]).unwrap();
        let folder = File::new(env!("CARGO_MANIFEST_DIR")).join("testdata/routes");
        let mut examples = 0;
        let mut wrong = Vec::new();
        for entry in fs::read_dir(folder).unwrap() {
            let example = entry.unwrap().path();
            let Ok(expect) = fs::read_to_string(example.join("expect")) else {
                continue;
            };
            let text = fs::read_to_string(example.join("route.yaml")).unwrap();
            let tree = Tree::parse(&text, 0..text.len()).unwrap();
            let found = lines(&tables, tree.root().unwrap());
            let expect: Vec<_> = expect.lines().collect();
            if found != expect {
                wrong.push(format!("{}: {found:?}", example.display()));
            }
            examples += 1;
        }
        assert!(examples > 40, "{examples} examples");
        assert!(
            wrong.is_empty(),
            "found something else:\n{}",
            wrong.join("\n")
        );
    }

    /// A file of documents that each list, in the annotation `expect`, the Services that they name. Kinds without a row, such as
    /// the ConfigMap that lists TCP Services, are skipped.
    #[test]
    #[ignore = "SET_PRESTOP_ROUTE_EXAMPLES names no file"]
    fn the_documents_of_another_file_lead_where_they_say() {
        let file = std::env::var("SET_PRESTOP_ROUTE_EXAMPLES").unwrap();
        let text = fs::read_to_string(file).unwrap();
        let tables = Tables::new(&[], &[]).unwrap();
        let mut left = Vec::new();
        for range in documents(&text) {
            let tree = Tree::parse(&text, range).unwrap();
            let object = tree.root().unwrap();
            let get = |key: &str| object.get(key).and_then(Node::text).unwrap();
            let group = get("apiVersion").rsplit_once('/').map_or("", |(g, _)| g);
            let kind = get("kind");
            let Some(route) = tables.route(group, kind) else {
                left.push(kind.to_owned());
                continue;
            };
            let (_, expect) = annotations(object)
                .find(|(key, _)| *key == "expect")
                .unwrap();
            let mut expect: Vec<_> = expect
                .text()
                .unwrap()
                .split(',')
                .map(str::to_owned)
                .collect();
            let found = references(route, object, &mut VisitBudget::default()).unwrap();
            let services = found.services.into_iter();
            let services = services.filter(|service| service.kind != "ServiceImport");
            let name = |service: ServiceRef<'_, '_>| match service.namespace {
                Some(namespace) => format!("{namespace}/{}", service.name),
                None => service.name.into_owned(),
            };
            let mut found: Vec<_> = services.map(name).collect();
            found.sort();
            expect.sort();
            assert_eq!(found, expect, "{group}/{kind}");
        }
        assert_eq!(left, ["ConfigMap"]);
    }
}
