//! The render: every resource of the input, found by kind, namespace and name.
//!
//! All files of a run are one set (docs/reference.md, section 2).

use crate::input::parallel::Team;
use crate::input::{Found, Source};
use crate::model::{ObjectRef, PackageFile, Place, Placed};
use crate::say::{Message, input as say};
use lossless_yaml::{Kind, Node, sort_by};
use smallvec::SmallVec;
use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher as _, RandomState};
use std::ops::Range;
use std::sync::{Arc, OnceLock};

/// A resource.
#[derive(Clone, Debug)]
pub(crate) struct Object<'t, 's> {
    pub(crate) place: &'t Found<'t, 's>,
    pub(crate) api_version: &'t str,
    /// API group; empty for core.
    pub(crate) group: &'t str,
    pub(crate) kind: &'t str,
    /// The namespace of the object, or the one that the configuration sets for objects without one.
    pub(crate) namespace: Option<&'t str>,
    pub(crate) name: &'t str,
    pub(crate) annotations: Option<Node<'t, 's>>,
    /// Whether it is context: it can lead to workloads, but is never changed.
    pub(crate) is_context: bool,
    /// Its name in messages, once one needs it.
    resource: OnceLock<ObjectRef>,
}

impl<'t, 's> Object<'t, 's> {
    fn read(
        place: &'t Found<'t, 's>,
        default_namespace: Option<&'t str>,
        is_context: bool,
    ) -> Object<'t, 's> {
        let text = |node: Option<Node<'t, 's>>| node.and_then(Node::text).unwrap_or_default();
        let metadata = place.node.get("metadata");
        let stated = |key| Some(text(place.node.get(key))).filter(|text| !text.is_empty());
        let implied = place.implied.as_deref().copied();
        let implied = implied.filter(|_| stated("kind").is_none());
        let (kind, api_version) = implied.unwrap_or((text(place.node.get("kind")), ""));
        let api_version = stated("apiVersion").unwrap_or(api_version);
        let namespace = text(metadata.and_then(|m| m.get("namespace")));
        Object {
            api_version,
            group: api_version.rsplit_once('/').map_or("", |(group, _)| group),
            kind,
            namespace: Some(namespace)
                .filter(|n| !n.is_empty())
                .or(default_namespace),
            name: text(metadata.and_then(|m| m.get("name"))),
            annotations: metadata.and_then(|m| m.get("annotations")),
            is_context,
            place,
            resource: OnceLock::new(),
        }
    }

    pub(crate) fn node(&self) -> Node<'t, 's> {
        self.place.node
    }

    /// The value of an annotation.
    pub(crate) fn annotation(&self, key: &str) -> Option<&'t str> {
        self.annotations?.get(key)?.text()
    }

    /// Objects with `config.kubernetes.io/local-config: "true"` are for tools and never applied.
    pub(crate) fn is_local(&self) -> bool {
        self.annotation("config.kubernetes.io/local-config") == Some("true")
    }

    pub(crate) fn resource(&self) -> ObjectRef {
        let resource = self.resource.get_or_init(|| {
            let (namespace, name) = (self.namespace, self.name);
            ObjectRef::new(self.api_version, self.kind, namespace, name)
        });
        resource.clone()
    }

    /// Whether it is a Kubernetes object; a values file is not.
    pub(crate) fn is_object(&self) -> bool {
        !self.kind.is_empty() && !self.api_version.is_empty()
    }

    /// A place in its source.
    pub(crate) fn at(&self, range: Range<usize>) -> Place {
        Place {
            source: self.place.source as usize,
            document: self.place.document as usize,
            range,
        }
    }

    /// A message about a node of it.
    pub(crate) fn about(&self, message: Message, node: Node<'_, '_>) -> Message {
        self.about_bytes(message, mark(node))
    }

    /// A message about bytes of its source.
    pub(crate) fn about_bytes(&self, message: Message, range: Range<usize>) -> Message {
        let file = self.package_file();
        message
            .about(&self.resource(), file.as_ref(), Some(self.at(range)))
            .fitted(self.node().whole())
    }

    /// The bytes of its name, or where it begins.
    pub(crate) fn name_bytes(&self) -> Range<usize> {
        let metadata = self.node().get("metadata");
        let name = metadata.and_then(|metadata| metadata.get("name"));
        mark(name.unwrap_or(self.node()))
    }

    /// The object and its place.
    pub(crate) fn placed(&self) -> Placed {
        Placed {
            object: self.resource(),
            place: self.at(mark(self.node())),
        }
    }

    /// Its file in the package, from the annotations that a host adds to the items of a ResourceList.
    pub(crate) fn package_file(&self) -> Option<Arc<PackageFile>> {
        self.annotations?;
        let either = |keys: [&str; 2]| keys.into_iter().find_map(|key| self.annotation(key));
        Some(Arc::new(PackageFile {
            path: either(PATH)?.to_owned(),
            index: either(INDEX).and_then(|i| i.parse().ok()).unwrap_or(0),
        }))
    }
}

/// The value of an annotation of an object or a pod template.
pub(crate) fn annotation<'t>(node: Node<'t, '_>, key: &str) -> Option<&'t str> {
    node.get("metadata")?.get("annotations")?.get(key)?.text()
}

/// Everything that was read.
#[derive(Debug)]
pub(crate) struct Render<'t, 's> {
    /// Bytes of all sources.
    bytes: usize,
    pub(crate) objects: Vec<Object<'t, 's>>,
    hasher: RandomState,
    /// By kind and name.
    names: Hashed,
    /// If several objects have the same kind and name: by these and the namespace.
    spread: Hashed,
    /// Groups and kinds of all objects.
    kinds: HashSet<(&'t str, &'t str)>,
    /// By the names that objects had before kustomize's `namePrefix` and `nameSuffix`: kustomize updates references
    /// only after its transformers, so a transformer sees the old names in them.
    previous: HashMap<(&'t str, &'t str), Vec<usize>>,
}

/// Objects by a hash of what they are found by, those of one hash in text order. A map that holds what it is asked for would take
/// several times the room.
#[derive(Debug)]
struct Hashed(Vec<(u64, usize)>);

impl Hashed {
    fn of(mut all: Vec<(u64, usize)>) -> Hashed {
        sort_by(&mut all, &mut Ord::cmp);
        Hashed(all)
    }

    /// The objects of a hash; one that has it by chance may be among them.
    fn get(&self, hash: u64) -> impl Iterator<Item = usize> + Clone + '_ {
        let from = self.0.partition_point(|(other, _)| *other < hash);
        let rest = self.0.get(from..).unwrap_or_default();
        let of_hash = rest.iter().take_while(move |(other, _)| *other == hash);
        of_hash.map(|(_, index)| *index)
    }
}

/// Objects that one name means, by their indexes in text order: one, mostly.
pub(crate) type Meant = SmallVec<[usize; 2]>;

/// Takes out the objects of the context whose kind, namespace and name one to change has, and tells of each.
fn take_shadowed(objects: &mut Vec<Object<'_, '_>>) -> Vec<Message> {
    if objects.iter().any(|object| object.is_context) {
        take_shadowed_of_context(objects)
    } else {
        Vec::new()
    }
}

#[inline(never)]
fn take_shadowed_of_context<'t, 's>(objects: &mut Vec<Object<'t, 's>>) -> Vec<Message> {
    let identity = |o: &Object<'t, 's>| (o.group, o.kind, o.namespace, o.name);
    let own = objects.iter().filter(|object| !object.is_context);
    let own: HashMap<_, _> = own
        .map(|object| (identity(object), object.placed().place))
        .collect();
    let twin = |object: &Object<'t, 's>| {
        let twin = own.get(&identity(object)).filter(|_| object.is_context);
        twin.cloned()
    };
    let told = objects.iter().filter_map(|object| {
        let place = object.placed().place;
        Some(say::shadowed(&object.resource(), place, twin(object)?))
    });
    let told = told.collect();
    objects.retain(|object| twin(object).is_none());
    told
}

/// The annotations with the file of an object in its package, and its index there.
const PATH: [&str; 2] = [
    "internal.config.kubernetes.io/path",
    "config.kubernetes.io/path",
];
const INDEX: [&str; 2] = [
    "internal.config.kubernetes.io/index",
    "config.kubernetes.io/index",
];

/// The annotation with the previous names of an object, separated by commas; written by kustomize.
const PREVIOUS_NAMES: &str = "internal.config.kubernetes.io/previousNames";

impl<'t, 's> Render<'t, 's> {
    /// Finds the objects of these sources, by these threads. Of the context, those are left out that one to change has the name of; that is told.
    pub(crate) fn new(
        sources: &[Source<'_>],
        places: &'t [Found<'t, 's>],
        default_namespace: Option<&'t str>,
        team: &Team,
    ) -> (Render<'t, 's>, Vec<Message>) {
        let is_context = |place: &Found<'_, '_>| {
            let source = sources.get(place.source as usize);
            source.is_some_and(|source| source.read_only)
        };
        let read = |(): &mut (), number| {
            let place = places.get(number);
            place.map(|at| Object::read(at, default_namespace, is_context(at)))
        };
        let objects = team.one_each(places.len(), || (), read);
        // In the same vector: each is there.
        let mut objects: Vec<_> = objects.into_iter().map_while(|object| object).collect();
        let shadowed = take_shadowed(&mut objects);
        let hasher = RandomState::new();
        let each = objects.iter().enumerate().map(|(index, object)| {
            let hash = hasher.hash_one((object.kind, object.name));
            (hash, index)
        });
        let names = Hashed::of(each.collect());
        let several = names.0.chunk_by(|a, b| a.0 == b.0);
        let several = several.filter(|same| same.len() > 1).flatten();
        let spread = several.filter_map(|(_, index)| {
            let Object {
                kind,
                name,
                namespace,
                ..
            } = objects.get(*index)?;
            Some((hasher.hash_one((kind, name, namespace)), *index))
        });
        let spread = Hashed::of(spread.collect());
        let mut previous: HashMap<_, Vec<usize>> = HashMap::new();
        for (index, object) in objects.iter().enumerate() {
            let names = object.annotation(PREVIOUS_NAMES).into_iter();
            let names = names.flat_map(|names| names.split(','));
            for name in names.filter(|name| *name != object.name) {
                let known: &mut Vec<usize> = previous.entry((object.kind, name)).or_default();
                if known.last() != Some(&index) {
                    known.push(index);
                }
            }
        }
        // One by one: collecting makes room for as many kinds as there are objects.
        let mut kinds = HashSet::new();
        for object in &objects {
            kinds.insert((object.group, object.kind));
        }
        let render = Render {
            kinds,
            previous,
            bytes: sources.iter().map(|source| source.text.len()).sum(),
            objects,
            hasher,
            names,
            spread,
        };
        (render, shadowed)
    }

    /// Whether there is an object of this kind.
    pub(crate) fn has_kind(&self, group: &str, kind: &str) -> bool {
        self.kinds.contains(&(group, kind))
    }

    /// Whether there is an object whose group and kind are such: what few objects are asked for is asked of kinds first.
    pub(crate) fn has_any(&self, is: impl Fn(&'t str, &'t str) -> bool) -> bool {
        self.kinds.iter().any(|(group, kind)| is(group, kind))
    }

    /// Bytes of all sources.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }

    /// The object of this index.
    pub(crate) fn get(&self, index: usize) -> Option<&Object<'t, 's>> {
        self.objects.get(index)
    }

    /// Every object of this kind and name, in text order.
    pub(crate) fn all_named(&self, kind: &str, name: &str) -> impl Iterator<Item = usize> {
        let of_hash = self.names.get(self.hasher.hash_one((kind, name)));
        of_hash.filter(move |index| {
            let object = self.get(*index);
            object.is_some_and(|o| (o.kind, o.name) == (kind, name))
        })
    }

    /// Every object of a kind and name that several have in this namespace, in text order.
    fn all_within(
        &self,
        kind: &str,
        name: &str,
        namespace: Option<&str>,
    ) -> impl Iterator<Item = usize> {
        let of_hash = self
            .spread
            .get(self.hasher.hash_one((kind, name, namespace)));
        of_hash.filter(move |index| {
            let object = self.get(*index);
            object.is_some_and(|o| (o.kind, o.name, o.namespace) == (kind, name, namespace))
        })
    }

    /// Whether a name in namespace `wanted` means at most one object, so looking it up is cheap.
    pub(crate) fn is_one(&self, kind: &str, name: &str, wanted: Option<&str>) -> bool {
        let mut all = self.all_named(kind, name);
        match (all.next(), all.next()) {
            (None, _) => {
                let previous = self.previous.get(&(kind, name));
                previous.is_none_or(|previous| previous.len() == 1)
            }
            (Some(_), None) => true,
            (Some(_), Some(_)) => {
                let mut exact = self.all_within(kind, name, wanted);
                exact.next().is_some() && exact.next().is_none()
            }
        }
    }

    /// The objects with this kind and name that a name in namespace `wanted` can mean, indexes in text order.
    ///
    /// An exact match excludes objects without a namespace; if there is none, an unknown namespace may mean any stated one
    /// (docs/reference.md, section 2.3).
    pub(crate) fn named(
        &self,
        group: &dyn Fn(&str) -> bool,
        kind: &str,
        name: &str,
        wanted: Option<&str>,
    ) -> Meant {
        let counts = |index: &usize| {
            let object = self.get(*index);
            object.is_some_and(|object| group(object.group) && !object.is_local())
        };
        let within = |all: &[usize], namespace: Option<&str>| -> Meant {
            let of = |index: &usize| self.get(*index).is_some_and(|o| o.namespace == namespace);
            let all = all.iter().copied();
            all.filter(|index| of(index) && counts(index)).collect()
        };
        let some = |of: &dyn Fn(Option<&str>) -> Meant, all: &dyn Fn() -> Meant| {
            let exact = of(wanted);
            match wanted {
                _ if !exact.is_empty() => exact,
                Some(_) => of(None),
                None => all(),
            }
        };
        let mut all = self.all_named(kind, name);
        let found = match (all.next(), all.next()) {
            (None, _) => Meant::new(),
            (Some(only), None) => {
                let only = [only];
                let all = || only.iter().copied().filter(counts).collect();
                some(&|namespace| within(&only, namespace), &all)
            }
            (Some(_), Some(_)) => {
                let of = |namespace: Option<&str>| {
                    let all = self.all_within(kind, name, namespace);
                    all.filter(counts).collect()
                };
                some(&of, &|| self.all_named(kind, name).filter(counts).collect())
            }
        };
        if !found.is_empty() || self.all_named(kind, name).any(|index| counts(&index)) {
            return found;
        }
        let previous = self.previous.get(&(kind, name));
        let previous = previous.map_or(&[][..], Vec::as_slice);
        let all = || previous.iter().copied().filter(counts).collect();
        some(&|namespace| within(previous, namespace), &all)
    }
}

/// The bytes that a message about a node underlines: those of a scalar; for anything else the place where it begins.
pub(crate) fn mark(node: Node<'_, '_>) -> Range<usize> {
    match node.kind() {
        Kind::Scalar => node.span(),
        Kind::Null | Kind::Sequence | Kind::Mapping => node.offset()..node.offset(),
    }
}

/// Joins two namespaces on one path: they are equal, or one is unknown and means the other. The inner value is the
/// known one.
#[expect(
    clippy::option_option,
    reason = "whether there is a way, and whether its namespace is known, are two things"
)]
pub(crate) fn same_namespace<'n>(
    one: Option<&'n str>,
    other: Option<&'n str>,
) -> Option<Option<&'n str>> {
    match (one, other) {
        (Some(a), Some(b)) if a != b => None,
        (Some(a), _) => Some(Some(a)),
        (None, b) => Some(b),
    }
}

/// Why a workload must not be changed, for a message (docs/reference.md, section 2.5).
pub(crate) fn left_alone(object: &Object<'_, '_>) -> Option<&'static str> {
    if object.is_local() {
        return Some("it is local configuration (`config.kubernetes.io/local-config`)");
    }
    if object.annotation("helm.sh/hook").is_some() {
        return Some("it is a Helm hook (`helm.sh/hook`)");
    }
    is_owned(object).then_some("a controller owns it (`metadata.ownerReferences`)")
}

/// Whether a controller owns the object and would overwrite changes.
pub(crate) fn is_owned(object: &Object<'_, '_>) -> bool {
    let owners = object
        .node()
        .get("metadata")
        .and_then(|m| m.get("ownerReferences"));
    owners.is_some_and(|owners| {
        owners
            .items()
            .any(|owner| owner.get("controller").and_then(Node::as_bool) == Some(true))
    })
}

/// The labels of an object or a pod template, as text: numbers and booleans count as they are written.
pub(crate) fn labels<'t>(node: Node<'t, '_>) -> impl Iterator<Item = (&'t str, &'t str)> {
    node.get("metadata")
        .and_then(|m| m.get("labels"))
        .into_iter()
        .flat_map(Node::entries)
        .filter(|(_, value)| value.kind() != Kind::Mapping && value.kind() != Kind::Sequence)
        .map(|(key, value)| {
            (
                key.text().unwrap_or_default(),
                value.text().unwrap_or_default(),
            )
        })
}
