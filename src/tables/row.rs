//! The rows as they are written: what a column is called, what it holds, what it is for.
//!
//! The descriptions are what the configuration's schema and `docs/routes.md` say about a column.

use std::fmt;

use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Serialize};

use crate::tables::path::{List, Text};

/// A kind of object that names Services, and where in it the names stand.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "each is a column of its own")]
pub struct RouteRow {
    /// The API groups of the kind, without a version; `""` is the core group. A row for a group and kind of the built-in
    /// table takes that row's place.
    pub(crate) groups: Vec<String>,
    /// The kind.
    pub(crate) kind: String,
    /// What people call it, for the documentation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) product: Option<String>,
    /// Where the columns' facts are from, for the documentation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) source: Option<String>,
    /// The controller that serves this kind where no class says which, as in `spec.controller` of an IngressClass.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) controller: Option<String>,
    /// Controllers that serve an object of this kind where no class says which: of these paths the first that finds
    /// something tells.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) controller_where: Vec<ControllerColumn>,
    /// Whether an object without a class has that of the IngressClass which is marked as default.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) default_class: bool,
    /// Whether an object of this kind counts only when another route leads to it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) followed: bool,
    /// An object counts only where one of these paths finds something. An object that another route leads to is not
    /// asked. Without this column every object counts, or, where the row reads annotations alone, each that has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) when: Option<When>,
    /// Why an object does not count for which `when` finds nothing, to go behind its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) otherwise: Option<String>,
    /// Where the object's class stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) class: Option<ClassColumn>,
    /// Where the Services stand.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) services: Vec<ServiceColumn>,
    /// Paths to the host names that requests come by; shown with `--explain`. A host belongs to the Services below the last list
    /// item (`[*]`) that its path has in common with theirs. An expression, as Traefik's `match`, is shown as it is.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) hosts: Vec<String>,
    /// Paths to the URL paths that requests come by, as `hosts` is for host names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) url_paths: Vec<String>,
    /// References to other routes, whose Services count as this one's.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) follow: Vec<FollowColumn>,
    /// References straight to a workload.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) targets: Vec<TargetColumn>,
    /// Paths to the names of Services that the controller makes when it runs: it is not told that they are missing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) makes: Vec<String>,
    /// What the names of those Services end with; without it the names themselves.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) suffixes: Vec<String>,
    /// Whether kustomize corrects the names of Services in this kind where it renames them.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) renamed: bool,
    /// Whether a reference into another namespace needs a `ReferenceGrant` there.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) granted: bool,
}

/// One `JSONPath`, or a list of them of which any may find something.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(untagged)]
pub(crate) enum When {
    /// One `JSONPath`.
    One(String),
    /// Several paths.
    Any(Vec<String>),
}

/// Where a route's class stands: paths in the object, of which the first that finds something counts, or in other
/// objects that it refers to.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(untagged)]
pub(crate) enum ClassColumn {
    /// Paths in the object.
    Paths(Vec<String>),
    /// A `JSONPath` in the objects that the object refers to.
    Follow(ClassFollow),
}

/// The class stands in another object, as that of an `HTTPRoute` in its Gateways.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ClassFollow {
    /// The references to the other objects: the columns of one `follow`, or a list of those.
    pub(crate) follow: Follows,
    /// The `JSONPath` to the class in each of them. An object whose kind has a row with `class` has the class that this
    /// row says.
    pub(crate) path: String,
}

/// The columns of one reference to other objects, or of several.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(untagged)]
pub(crate) enum Follows {
    /// One.
    One(Box<FollowColumn>),
    /// Several.
    Many(Vec<FollowColumn>),
}

/// What in an object says which controller serves it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ControllerColumn {
    /// The `JSONPath` that finds something.
    pub(crate) at: String,
    /// The controller, as in `spec.controller` of an IngressClass.
    pub(crate) controller: String,
}

/// References to Services: at a `JSONPath` of the object, or in the value of an annotation.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ServiceColumn {
    /// The `JSONPath` to the references. Either this or `annotation`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) at: Option<String>,
    /// The annotation whose value holds the references; a `*` at its end stands for any text. Either this or `at`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) annotation: Option<String>,
    /// The annotation's value is JSON, and this is the `JSONPath` to the references in it. Without it the value itself is
    /// the reference.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) json: Option<String>,
    /// The annotation counts only where a reference of this row has this port and, as its name, what the `*` stands for.
    /// That reference names no Service then; where there is no such annotation, it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) used_by: Option<String>,
    /// With `usedBy`: the annotation counts, too, where a reference has that name and any other port; such a reference
    /// goes on naming a Service.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) any_port: bool,
    /// The field of a reference that holds the Service's name. Without it the reference is the name itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) name: Option<String>,
    /// The field that holds the Service's namespace, for kinds whose references may cross namespaces. Without it, and
    /// where a reference has none, the Service is in the object's own namespace.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) namespace: Option<String>,
    /// The field that holds the port, which `usedBy` compares: a text, or an object with a `name`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) port: Option<String>,
    /// The field that holds the API group of what is referred to, `group` where it is not stated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) group: Option<String>,
    /// The field that holds the kind of what is referred to, `kind` where it is not stated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) kind: Option<String>,
    /// What a reference may refer to, each as `group/kind`; `[/Service]` where it is not stated. A reference without a
    /// group or a kind means that of the first. What else a reference names is told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) accept: Option<Vec<String>>,
    /// What a reference may refer to that has no pods, each as `group/kind`: it is not told.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) ignore: Vec<String>,
    /// How the name is to be read.
    #[serde(default, skip_serializing_if = "Format::is_plain")]
    pub(crate) format: Format,
    /// The field that takes a reference out where it is true, as a mirror's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) unless: Option<String>,
    /// Names that are no Services, with `*` for any text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) except: Option<String>,
    /// Whether fields are found whatever the case of their letters.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) ignore_case: bool,
}

/// How the name in a reference to a Service is to be read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) enum Format {
    /// The Service's name.
    #[default]
    #[serde(rename = "name")]
    Plain,
    /// `name` or `namespace/name`.
    #[serde(rename = "ns/name")]
    NamespacedName,
    /// A host: a short name is a Service of the object's own namespace, `name.namespace.svc` with any domain after it one
    /// of that namespace; every other host with a dot is outside the cluster.
    #[serde(rename = "host")]
    Host,
    /// `[scheme://]name[.namespace[.svc...]][:port]`; an address, and any other host of more than two labels, is outside
    /// the cluster.
    #[serde(rename = "url")]
    Url,
}

/// References to other objects by group, kind and name.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct FollowColumn {
    /// The `JSONPath` to the references.
    pub(crate) at: String,
    /// The API group of the other objects. Either this or `groups`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) group: Option<String>,
    /// The API groups of the other objects. Either this or `group`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) groups: Vec<String>,
    /// The kind of the other objects. A reference whose own field `kind` says something else is not followed.
    pub(crate) kind: String,
    /// The field that holds the name, `name` where it is not stated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) name: Option<String>,
    /// The field that holds the namespace. Without it, and where a reference has none, the object's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) namespace: Option<String>,
    /// Names that are not followed, with `*` for any text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) except: Option<String>,
    /// The name that means every object of the kind in the namespace.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) every: Option<String>,
    /// The label of the other objects whose value the reference's name is. The reference's own kind is not asked then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) label: Option<String>,
    /// The namespace that means all of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) every_namespace: Option<String>,
}

/// References straight to a workload in the object's own namespace.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct TargetColumn {
    /// The `JSONPath` to the references. The API group is that of a reference's field `apiVersion`, where it has one.
    pub(crate) at: String,
    /// The field that holds the workload's kind, `kind` where it is not stated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) kind: Option<String>,
    /// The field that holds the workload's name, `name` where it is not stated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) name: Option<String>,
}

/// A kind of object that has pod templates.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct WorkloadRow {
    /// The API groups of the kind, without a version; `""` is the core group. A row for a group and kind of the built-in
    /// table takes that row's place.
    pub(crate) groups: Vec<String>,
    /// The kind.
    pub(crate) kind: String,
    /// What people call it, for the documentation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) product: Option<String>,
    /// Where the columns' facts are from, for the documentation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) source: Option<String>,
    /// Paths of names and `[*]` to the pod templates, such as `$.spec.template`; `$` where the object is a pod itself.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) templates: Vec<String>,
    /// The reference to the workload that holds the template instead, with `apiVersion`, `kind` and `name`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) follow: Option<TargetColumn>,
    /// Why objects of this kind are never changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) leave: Option<String>,
    /// Whether objects of this kind bring routes of their own, so that it is told why they are left alone though no other
    /// route leads to them.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) routed: bool,
    /// The `JSONPath` to the number of pods, for warnings about rollouts; 1 where it finds none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) replicas: Option<String>,
    /// Whether every node runs a pod of it, so that the number of pods is not in the object.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) per_node: bool,
    /// A `JSONPath` that finds something where an update takes all pods away before it starts new ones.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) recreate: Option<String>,
    /// The `JSONPath` to how many pods an update may take away at a time: a number or a percentage.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) max_unavailable: Option<String>,
    /// For kinds that update one pod after another, so that each pod's sleep makes the rollout longer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) serial: Option<SerialColumn>,
    /// The `apiVersion`s of this kind whose containers kustomize and the API server merge by name. A patch of any other would
    /// replace the whole list, so it names each container by its index.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) strategic_merge: Vec<String>,
}

/// How a kind that updates one pod after another says which pods, and when it does not.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct SerialColumn {
    /// The `JSONPath` to the number of pods that an update leaves as they are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) partition: Option<String>,
    /// Paths of which any finds something where updates don't go pod by pod.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) unless: Vec<String>,
}

/// A kind of object that selects pods, or that stands for one which does.
#[cfg(test)]
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(dead_code, reason = "the documentation is made of two of the columns")]
pub(crate) struct SelectorRow {
    /// The API groups of the kind, without a version.
    pub(crate) groups: Vec<String>,
    /// The kind.
    pub(crate) kind: String,
    /// What people call it, for the documentation.
    pub(crate) product: String,
    /// Where the path is from, for the documentation.
    pub(crate) source: String,
    /// The path of names alone to the labels. Without it an object stands for the Service of its name.
    pub(crate) selector: Option<String>,
}

/// A controller, and how long its load balancer goes on sending requests to a pod that is being deleted.
///
/// The configuration has no such rows and nothing in them is compiled, so that this type is the written row and the built-in
/// one, and only the test that makes the one of the other reads it.
#[derive(Clone, Debug)]
#[cfg_attr(test, derive(Deserialize))]
#[cfg_attr(test, serde(rename_all = "camelCase", deny_unknown_fields))]
pub(crate) struct Controller {
    /// The controller's names, as in `spec.controller` of an IngressClass, `spec.controllerName` of a GatewayClass or
    /// the table of routes; the first is the one to write. `*` stands for any text.
    pub(crate) controllers: List<Text>,
    /// What people call it.
    pub(crate) product: Text,
    /// How long to sleep; a controller without a number has the default.
    pub(crate) sleep_seconds: Option<u32>,
    /// Where the number, or without one the names, are from.
    pub(crate) source: Text,
    /// The class names that this controller alone uses. `*` stands for any text.
    #[cfg_attr(test, serde(default))]
    pub(crate) classes: List<Text>,
    /// The class names that other controllers use as well.
    #[cfg_attr(test, serde(default))]
    pub(crate) shared: List<Text>,
    /// Those of `classes` that count in an annotation alone: `spec.ingressClassName` of an Ingress is not read.
    #[cfg_attr(test, serde(default))]
    pub(crate) annotation_only: List<Text>,
    /// An annotation of a Service, as `key=value`, by which its pods are not the targets; `*` stands for any text.
    pub(crate) unless: Option<Text>,
    /// What only this controller reads.
    #[cfg_attr(test, serde(default))]
    pub(crate) signs: List<Sign>,
    /// Objects, each as `group/kind`, that are in a render for this controller alone.
    #[cfg_attr(test, serde(default))]
    pub(crate) objects: List<Text>,
    /// Objects of this controller that are attached to a route or a Service.
    #[cfg_attr(test, serde(default))]
    pub(crate) policies: List<Policy>,
    /// Where the time is set for which requests that are already there may last.
    pub(crate) delay: Option<Delay>,
}

/// Annotations that only one controller reads.
#[derive(Clone, Debug)]
#[cfg_attr(test, derive(Deserialize))]
#[cfg_attr(test, serde(rename_all = "camelCase", deny_unknown_fields))]
pub(crate) struct Sign {
    /// What bears them.
    pub(crate) on: List<On>,
    /// The keys; `*` stands for any text.
    pub(crate) keys: List<Text>,
    /// What the value has to be, for keys that several controllers read.
    pub(crate) is: Option<Shape>,
    /// A field that an entry of the list has to have.
    pub(crate) having: Option<Text>,
    /// The values that tell; any does where there are none.
    #[cfg_attr(test, serde(default))]
    pub(crate) values: List<Text>,
}

/// What bears an annotation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(test, derive(Deserialize))]
#[expect(
    clippy::enum_variant_names,
    reason = "`Route` is a type of the generated rows"
)]
pub(crate) enum On {
    /// The route.
    #[cfg_attr(test, serde(rename = "route"))]
    OfRoute,
    /// The Service that a route names.
    #[cfg_attr(test, serde(rename = "service"))]
    OfService,
    /// The Gateway that a route hangs on.
    #[cfg_attr(test, serde(rename = "gateway"))]
    OfGateway,
    /// A Service that is a route to itself.
    #[cfg_attr(test, serde(rename = "loadBalancer"))]
    OfLoadBalancer,
}

/// What the value of an annotation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(test, derive(Deserialize))]
#[cfg_attr(test, serde(rename_all = "camelCase"))]
pub(crate) enum Shape {
    /// A JSON list.
    List,
    /// A JSON object.
    Object,
    /// A whole number.
    Integer,
    /// `true` or `false`.
    Boolean,
}

/// Objects that are attached to others by a reference below `spec`.
#[derive(Clone, Debug)]
#[cfg_attr(test, derive(Deserialize))]
#[cfg_attr(test, serde(rename_all = "camelCase", deny_unknown_fields))]
pub(crate) struct Policy {
    /// Each as `group/kind`.
    pub(crate) kinds: List<Text>,
    /// Fields of `spec` that hold a reference, or a list of them.
    pub(crate) fields: List<Text>,
}

/// A time within the value of an annotation, as `deregistration_delay.timeout_seconds=30`.
#[derive(Clone, Debug)]
#[cfg_attr(test, derive(Deserialize))]
#[cfg_attr(test, serde(rename_all = "camelCase", deny_unknown_fields))]
pub(crate) struct Delay {
    /// The annotations of a Service, and then of the route.
    pub(crate) keys: List<Text>,
    /// The name before the `=`.
    pub(crate) attribute: Text,
}

impl Sign {
    /// A row in which no column is set.
    pub(super) const NONE: Self = Self {
        on: List::Borrowed(&[]),
        keys: List::Borrowed(&[]),
        is: None,
        having: None,
        values: List::Borrowed(&[]),
    };
}

impl Controller {
    /// A row in which no column is set.
    pub(super) const NONE: Self = Self {
        controllers: List::Borrowed(&[]),
        product: Text::Borrowed(""),
        sleep_seconds: None,
        source: Text::Borrowed(""),
        classes: List::Borrowed(&[]),
        shared: List::Borrowed(&[]),
        annotation_only: List::Borrowed(&[]),
        unless: None,
        signs: List::Borrowed(&[]),
        objects: List::Borrowed(&[]),
        policies: List::Borrowed(&[]),
        delay: None,
    };

    /// The first of its names: the one to write.
    pub(crate) fn name(&self) -> &str {
        self.controllers
            .first()
            .map(AsRef::as_ref)
            .unwrap_or_default()
    }
}

impl Format {
    #[expect(
        clippy::trivially_copy_pass_by_ref,
        reason = "serde hands fields by reference"
    )]
    fn is_plain(&self) -> bool {
        *self == Self::Plain
    }
}

/// An untagged enum's derived reader forgets what was wrong; this one keeps the column's own error.
impl<'de> Deserialize<'de> for ClassColumn {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Column;
        impl<'de> Visitor<'de> for Column {
            type Value = ClassColumn;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a list of JSONPaths, or a mapping with `follow` and `path`")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<ClassColumn, A::Error> {
                let paths = Deserialize::deserialize(SeqAccessDeserializer::new(items))?;
                Ok(ClassColumn::Paths(paths))
            }

            fn visit_map<A: MapAccess<'de>>(self, entries: A) -> Result<ClassColumn, A::Error> {
                let follow = Deserialize::deserialize(MapAccessDeserializer::new(entries))?;
                Ok(ClassColumn::Follow(follow))
            }
        }
        deserializer.deserialize_any(Column)
    }
}

/// As for [`ClassColumn`].
impl<'de> Deserialize<'de> for Follows {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Column;
        impl<'de> Visitor<'de> for Column {
            type Value = Follows;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a mapping with `at`, `group` and `kind`, or a list of those")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<Follows, A::Error> {
                let follows = Deserialize::deserialize(SeqAccessDeserializer::new(items))?;
                Ok(Follows::Many(follows))
            }

            fn visit_map<A: MapAccess<'de>>(self, entries: A) -> Result<Follows, A::Error> {
                let follow = Deserialize::deserialize(MapAccessDeserializer::new(entries))?;
                Ok(Follows::One(Box::new(follow)))
            }
        }
        deserializer.deserialize_any(Column)
    }
}

/// As for [`ClassColumn`].
impl<'de> Deserialize<'de> for When {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Column;
        impl<'de> Visitor<'de> for Column {
            type Value = When;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a JSONPath or a list of JSONPaths")
            }

            fn visit_str<E>(self, text: &str) -> Result<When, E> {
                Ok(When::One(text.to_owned()))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<When, A::Error> {
                let paths = Deserialize::deserialize(SeqAccessDeserializer::new(items))?;
                Ok(When::Any(paths))
            }
        }
        deserializer.deserialize_any(Column)
    }
}
