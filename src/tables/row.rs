//! The rows as they are written: what a column is called, what it holds, what it is for.
//!
//! The descriptions are what the configuration's schema and `docs/routes.md` say about a column.

use std::fmt;

use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Serialize};

use super::pool::{List, Text};

/// A kind of object that names Services, and where the names are.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "each is a column of its own")]
pub struct RouteRow {
    /// The API groups of the kind, without a version; `""` is the core group. A row with the group and kind of a built-in
    /// row replaces it.
    pub(crate) groups: Vec<String>,
    /// The kind.
    pub(crate) kind: String,
    /// What people call it, for the documentation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) product: Option<String>,
    /// The source of the facts in this row, for the documentation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) source: Option<String>,
    /// The controller that serves this kind if no class names one, as in `spec.controller` of an IngressClass.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) controller: Option<String>,
    /// Controllers that serve an object of this kind if no class names one. The first of these paths that finds
    /// something decides.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) controller_where: Vec<ControllerColumn>,
    /// Whether an object without a class gets that of the default IngressClass.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) default_class: bool,
    /// Whether an object of this kind counts only if another route leads to it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) followed: bool,
    /// An object counts only if one of these paths finds something. An object that another route leads to always
    /// counts. Without this column every object counts or, if the row reads only annotations, each that has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) when: Option<When>,
    /// Why an object does not count if `when` finds nothing; shown after its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) otherwise: Option<String>,
    /// Where the object's class is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) class: Option<ClassColumn>,
    /// Where the Services are named.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) services: Vec<ServiceColumn>,
    /// Paths to the host names of requests; shown with `--explain`. A host belongs to the Services under the last list
    /// item (`[*]`) that its path has in common with theirs. An expression, such as Traefik's `match`, is shown as it is.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) hosts: Vec<String>,
    /// Paths to the URL paths of requests, like `hosts` for host names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) url_paths: Vec<String>,
    /// References to other routes, whose Services count as this one's.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) follow: Vec<FollowColumn>,
    /// Direct references to a workload.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) targets: Vec<TargetColumn>,
    /// Paths to the names of Services that the controller creates at run time. There is no message if they are missing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) makes: Vec<String>,
    /// The suffix of the names of those Services; none if absent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) suffixes: Vec<String>,
    /// Whether kustomize updates the names of Services in this kind if it renames them.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) renamed: bool,
    /// Whether a reference into another namespace needs a `ReferenceGrant` there.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) granted: bool,
}

/// One `JSONPath`, or a list of which any may find something.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(untagged)]
pub(crate) enum When {
    /// One `JSONPath`.
    One(String),
    /// Several paths.
    Any(Vec<String>),
}

/// Where a route's class is: paths in the object, of which the first that finds something counts, or a reference to
/// other objects.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(untagged)]
pub(crate) enum ClassColumn {
    /// Paths in the object.
    Paths(Vec<String>),
    /// A `JSONPath` in the objects that the object refers to.
    Follow(ClassFollow),
}

/// The class is in another object, as that of an `HTTPRoute` is in its Gateways.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ClassFollow {
    /// The references to the other objects: the columns of one `follow`, or a list of those.
    pub(crate) follow: Follows,
    /// The `JSONPath` to the class in each of them. If the kind of such an object has a row with `class`, that row
    /// applies.
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

/// A part of an object that only one controller reads.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ControllerColumn {
    /// The `JSONPath` that finds something.
    pub(crate) at: String,
    /// The controller, as in `spec.controller` of an IngressClass.
    pub(crate) controller: String,
}

/// References to Services, at a `JSONPath` of the object or in the value of an annotation.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ServiceColumn {
    /// The `JSONPath` to the references. Either this or `annotation`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) at: Option<String>,
    /// The annotation whose value holds the references; a `*` at its end matches any text. Either this or `at`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) annotation: Option<String>,
    /// The `JSONPath` to the references in the annotation's value, which is JSON. If absent, the value itself is
    /// the reference.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) json: Option<String>,
    /// The annotation counts only if a reference of this row has this port and its name is the text that `*` matches.
    /// Such a reference does not name a Service, unless there is no such annotation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) used_by: Option<String>,
    /// With `usedBy`: the annotation also counts if a reference has that name and another port; such a reference
    /// still names a Service.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) any_port: bool,
    /// The field of a reference that holds the Service's name. If absent, the reference itself is the name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) name: Option<String>,
    /// The field that holds the Service's namespace, for kinds whose references may cross namespaces. If the column or
    /// the field is absent, the Service is in the object's namespace.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) namespace: Option<String>,
    /// The field that holds the port, which `usedBy` compares: a string, or an object with a `name`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) port: Option<String>,
    /// The field that holds the API group of the referenced object [default: `group`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) group: Option<String>,
    /// The field that holds the kind of the referenced object [default: `kind`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) kind: Option<String>,
    /// The kinds that a reference may name, each as `group/kind` [default: `[/Service]`]. A reference without a
    /// group or a kind means that of the first. There is a message for any other kind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) accept: Option<Vec<String>>,
    /// Kinds without pods that a reference may name, each as `group/kind`; there is no message for them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) ignore: Vec<String>,
    /// How to read the name.
    #[serde(default, skip_serializing_if = "Format::is_plain")]
    pub(crate) format: Format,
    /// A reference does not count if this field is true, such as `mirror`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) unless: Option<String>,
    /// Names that are not Services; `*` matches any text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) except: Option<String>,
    /// Whether upper and lower case of fields are ignored.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) ignore_case: bool,
}

/// How to read the name in a reference to a Service.
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
    /// A host: a short name is a Service in the object's namespace, `name.namespace.svc` with any domain after it is one
    /// in that namespace; any other host with a dot is outside the cluster.
    #[serde(rename = "host")]
    Host,
    /// `[scheme://]name[.namespace[.svc...]][:port]`; an IP address, or any other host with more than two labels, is outside
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
    /// The kind of the other objects. A reference whose field `kind` has another value is not followed.
    pub(crate) kind: String,
    /// The field that holds the name [default: `name`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) name: Option<String>,
    /// The field that holds the namespace. If the column or the field is absent, the object's namespace.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) namespace: Option<String>,
    /// Names that are not followed; `*` matches any text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) except: Option<String>,
    /// The name that means every object of the kind in the namespace.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) every: Option<String>,
    /// A label: the reference means all objects of the kind whose label has the reference's name as its value, whatever the reference's kind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) label: Option<String>,
    /// The namespace that means all namespaces.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) every_namespace: Option<String>,
}

/// Direct references to a workload in the object's namespace.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct TargetColumn {
    /// The `JSONPath` to the references. The API group is that of the reference's field `apiVersion`, if it has one.
    pub(crate) at: String,
    /// The field that holds the workload's kind [default: `kind`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) kind: Option<String>,
    /// The field that holds the workload's name [default: `name`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) name: Option<String>,
}

/// A kind of object that has pod templates.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct WorkloadRow {
    /// The API groups of the kind, without a version; `""` is the core group. A row with the group and kind of a built-in
    /// row replaces it.
    pub(crate) groups: Vec<String>,
    /// The kind.
    pub(crate) kind: String,
    /// What people call it, for the documentation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) product: Option<String>,
    /// The source of the facts in this row, for the documentation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) source: Option<String>,
    /// Paths of names and `[*]` to the pod templates, such as `$.spec.template`; `$` if the object itself is a pod.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) templates: Vec<String>,
    /// The reference to the workload that has the template instead, with `apiVersion`, `kind` and `name`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) follow: Option<TargetColumn>,
    /// Why objects of this kind are never changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) leave: Option<String>,
    /// Whether objects of this kind create their own routes, so a message says why they are not changed even if no other
    /// route leads to them.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) routed: bool,
    /// The `JSONPath` to the number of pods, for warnings about rollouts; 1 if it finds none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) replicas: Option<String>,
    /// Whether every node runs a pod of it, so the object does not have the number of pods.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) per_node: bool,
    /// A `JSONPath` that finds something if an update stops all pods before it starts new ones.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) recreate: Option<String>,
    /// The `JSONPath` to the number or percentage of pods that an update may stop at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) max_unavailable: Option<String>,
    /// For kinds that update one pod at a time, so each pod adds the sleep to the rollout.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) serial: Option<SerialColumn>,
    /// The `apiVersion`s of this kind whose containers kustomize and the API server merge by name. A patch of any other would
    /// replace the whole list, so it names each container by its index.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) strategic_merge: Vec<String>,
}

/// How a kind that updates one pod at a time limits this to some pods, or switches it off.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct SerialColumn {
    /// The `JSONPath` to the number of pods that an update does not replace.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) partition: Option<String>,
    /// Paths of which one finds something if updates do not go pod by pod.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) unless: Vec<String>,
}

/// A kind of object that selects pods, or that refers to a Service which does.
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
    /// The source of the path, for the documentation.
    pub(crate) source: String,
    /// The path to the labels, which has only names. If absent, an object means the Service with the same name.
    pub(crate) selector: Option<String>,
}

/// A controller, and how long its load balancer goes on sending requests to a pod that is being deleted.
///
/// The configuration has no such rows and nothing in them is compiled, so one type serves as the row in the data and as the built-in
/// row. Only the test that generates the built-in rows reads it.
#[derive(Clone, Debug)]
#[cfg_attr(test, derive(Deserialize))]
#[cfg_attr(test, serde(rename_all = "camelCase", deny_unknown_fields))]
pub(crate) struct Controller {
    /// The controller's names, as in `spec.controller` of an IngressClass, `spec.controllerName` of a GatewayClass or
    /// the table of routes; the first is the one to write. `*` matches any text.
    pub(crate) controllers: List<Text>,
    /// What people call it.
    pub(crate) product: Text,
    /// How long to sleep, in seconds; a controller without a number has the default.
    pub(crate) sleep_seconds: Option<u32>,
    /// The source of the number or, if there is none, of the names.
    pub(crate) source: Text,
    /// The class names that only this controller uses. `*` matches any text.
    #[cfg_attr(test, serde(default))]
    pub(crate) classes: List<Text>,
    /// The class names that other controllers use too.
    #[cfg_attr(test, serde(default))]
    pub(crate) shared: List<Text>,
    /// Those of `classes` that count only in the annotation, because the controller does not read `spec.ingressClassName`.
    #[cfg_attr(test, serde(default))]
    pub(crate) annotation_only: List<Text>,
    /// An annotation of a Service, as `key=value`, with which its pods are not the targets; `*` matches any text.
    pub(crate) unless: Option<Text>,
    /// What only this controller reads.
    #[cfg_attr(test, serde(default))]
    pub(crate) signs: List<Sign>,
    /// Objects, each as `group/kind`, that only this controller reads.
    #[cfg_attr(test, serde(default))]
    pub(crate) objects: List<Text>,
    /// Objects of this controller that are attached to a route or a Service.
    #[cfg_attr(test, serde(default))]
    pub(crate) policies: List<Policy>,
    /// Where the time for requests in flight is set.
    pub(crate) delay: Option<Delay>,
}

/// Annotations that only one controller reads.
#[derive(Clone, Debug)]
#[cfg_attr(test, derive(Deserialize))]
#[cfg_attr(test, serde(rename_all = "camelCase", deny_unknown_fields))]
pub(crate) struct Sign {
    /// The kinds of objects that have them.
    pub(crate) on: List<On>,
    /// The keys; `*` matches any text.
    pub(crate) keys: List<Text>,
    /// The type of the value, for keys that several controllers read.
    pub(crate) is: Option<ValueType>,
    /// A field that the entries of the list have.
    pub(crate) having: Option<Text>,
    /// The values that count; if absent, any value does.
    #[cfg_attr(test, serde(default))]
    pub(crate) values: List<Text>,
}

/// The kind of object that has an annotation.
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
    /// The parent Gateway of a route.
    #[cfg_attr(test, serde(rename = "gateway"))]
    OfGateway,
    /// A Service that is its own route.
    #[cfg_attr(test, serde(rename = "loadBalancer"))]
    OfLoadBalancer,
}

/// The type of an annotation's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(test, derive(Deserialize))]
#[cfg_attr(test, serde(rename_all = "camelCase"))]
pub(crate) enum ValueType {
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

/// A time in the value of an annotation, such as `deregistration_delay.timeout_seconds=30`.
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
        on: List::EMPTY,
        keys: List::EMPTY,
        is: None,
        having: None,
        values: List::EMPTY,
    };
}

impl Controller {
    /// A row in which no column is set.
    pub(super) const NONE: Self = Self {
        controllers: List::EMPTY,
        product: Text::EMPTY,
        sleep_seconds: None,
        source: Text::EMPTY,
        classes: List::EMPTY,
        shared: List::EMPTY,
        annotation_only: List::EMPTY,
        unless: None,
        signs: List::EMPTY,
        objects: List::EMPTY,
        policies: List::EMPTY,
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

/// The derived reader of an untagged enum loses the error; this one keeps the error of the column.
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
