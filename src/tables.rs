//! The rows that say what names a Service, what a workload is, and how long each load balancer takes.
//!
//! A row as written ([`RouteRow`], [`WorkloadRow`], [`ControllerRow`]) has one type, one reader and one set of errors,
//! whether it stands in `data/` or in the user's configuration; compiling it gives what the trace asks ([`Route`],
//! [`Workload`], [`Controller`]). No Rust names a kind of route: what the columns can't say becomes a new column.
//!
//! Invariant: at start no YAML and no `JSONPath` is read. [`Tables::new`] looks for line starts alone; a built-in row is
//! read and compiled when the first object of its kind is met.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::OnceLock;

use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{DeserializeOwned, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Serialize};
use serde_yaml::{Number, Value};
use set_prestop_yaml::{Kind, Node, Tree};

use crate::path::{Field, Path, PathError};

const ROUTES: &str = include_str!("data/routes.yaml");
const WORKLOADS: &str = include_str!("data/workloads.yaml");
const CONTROLLERS: &str = include_str!("data/controllers.yaml");
const SHELLLESS: &str = include_str!("data/shellless.txt");

/// A kind of object that names Services, and where in it the names stand.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
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
    /// Whether an object of this kind counts only when another route leads to it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) followed: bool,
    /// An object counts only where one of these paths finds something. An object that another route leads to is not
    /// asked. Without this column every object counts, or, where the row reads annotations alone, each that has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) when: Option<When>,
    /// Where the object's class stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) class: Option<ClassColumn>,
    /// Where the Services stand.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) services: Vec<ServiceColumn>,
    /// References to other routes, whose Services count as this one's.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) follow: Vec<FollowColumn>,
    /// References straight to a workload.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) targets: Vec<TargetColumn>,
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
    /// paths in the object.
    Paths(Vec<String>),
    /// A `JSONPath` in the objects that the object refers to.
    Follow(ClassFollow),
}

/// The class stands in another object, as that of an HTTPRoute in its Gateways.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ClassFollow {
    /// The references to the other objects.
    pub(crate) follow: FollowColumn,
    /// The `JSONPath` to the class in each of them.
    pub(crate) path: String,
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
    /// group means the core one, without a kind a Service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) accept: Option<Vec<String>>,
    /// How the name is to be read.
    #[serde(default, skip_serializing_if = "Format::is_name")]
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
    Name,
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
    /// paths of names alone to the pod templates, such as `$.spec.template`; `$` where the object is a pod itself.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) templates: Vec<String>,
    /// The reference to the workload that holds the template instead, with `apiVersion`, `kind` and `name`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) follow: Option<TargetColumn>,
    /// Why objects of this kind are never changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) leave: Option<String>,
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
}

/// How a kind that updates one pod after another says which pods, and when it does not.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct SerialColumn {
    /// The `JSONPath` to the number of pods that an update leaves as they are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) partition: Option<String>,
    /// paths of which any finds something where updates don't go pod by pod.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) unless: Vec<String>,
}

/// A controller, and how long its load balancer goes on sending requests to a pod that is being deleted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ControllerRow {
    /// The controller's names, as in `spec.controller` of an IngressClass, `spec.controllerName` of a GatewayClass or
    /// the table of routes; the first is the one to write. `*` stands for any text.
    pub(crate) controllers: Vec<String>,
    /// What people call it.
    pub(crate) product: String,
    /// How long to sleep; a controller without a number has the default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) sleep_seconds: Option<u32>,
    /// Where the number, or without one the names, are from.
    pub(crate) source: String,
    /// The class names that this controller alone uses. `*` stands for any text.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) classes: Vec<String>,
    /// The class names that other controllers use as well, and what tells this one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) shared: Vec<SharedClass>,
}

/// A class name that several controllers use, and what tells one of them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct SharedClass {
    /// The class name.
    pub(crate) class: String,
    /// Annotations on the route that only this controller reads. `*` stands for any text.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) annotations: Vec<String>,
    /// Annotations on the route whose value is a JSON array for this controller alone. `*` stands for any text.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) arrays: Vec<String>,
    /// Objects, each as `group/kind`, that a render for this controller alone has.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) objects: Vec<String>,
}

/// A compiled [`RouteRow`].
#[derive(Clone, Debug)]
pub(crate) struct Route {
    pub(crate) controller: Option<String>,
    pub(crate) followed: bool,
    pub(crate) when: Vec<Path>,
    pub(crate) class: Class,
    pub(crate) services: Vec<Services>,
    pub(crate) follow: Vec<Follow>,
    pub(crate) targets: Vec<Target>,
}

/// A compiled [`ClassColumn`].
#[derive(Clone, Debug)]
pub(crate) enum Class {
    Paths(Vec<Path>),
    Follow(Follow, Path),
}

/// A compiled [`ServiceColumn`].
#[derive(Clone, Debug)]
pub(crate) struct Services {
    pub(crate) place: Place,
    pub(crate) name: Option<Field>,
    pub(crate) namespace: Option<Field>,
    pub(crate) port: Option<Field>,
    pub(crate) group: Field,
    pub(crate) kind: Field,
    /// Groups and kinds.
    pub(crate) accept: Vec<(String, String)>,
    pub(crate) format: Format,
    pub(crate) unless: Option<Field>,
    pub(crate) except: Option<String>,
    pub(crate) ignore_case: bool,
}

/// Where the references of a [`ServiceColumn`] stand.
#[derive(Clone, Debug)]
pub(crate) enum Place {
    At(Path),
    Annotation {
        key: String,
        json: Option<Path>,
        used: Option<Use>,
    },
}

/// The port by which a reference uses an annotation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Use {
    pub(crate) port: String,
    pub(crate) any_port: bool,
}

/// A compiled [`FollowColumn`].
#[derive(Clone, Debug)]
pub(crate) struct Follow {
    pub(crate) at: Path,
    pub(crate) groups: Vec<String>,
    pub(crate) kind: String,
    pub(crate) name: Field,
    pub(crate) namespace: Option<Field>,
    pub(crate) except: Option<String>,
}

/// A compiled [`TargetColumn`].
#[derive(Clone, Debug)]
pub(crate) struct Target {
    pub(crate) at: Path,
    pub(crate) kind: Field,
    pub(crate) name: Field,
}

/// A compiled [`WorkloadRow`].
#[derive(Clone, Debug)]
pub(crate) struct Workload {
    /// The names to each pod template; no name where the object is a pod itself.
    pub(crate) templates: Vec<Vec<String>>,
    pub(crate) follow: Option<Target>,
    pub(crate) leave: Option<String>,
    pub(crate) replicas: Option<Path>,
    pub(crate) per_node: bool,
    pub(crate) recreate: Option<Path>,
    pub(crate) max_unavailable: Option<Path>,
    pub(crate) serial: Option<Serial>,
}

/// A compiled [`SerialColumn`].
#[derive(Clone, Debug)]
pub(crate) struct Serial {
    pub(crate) partition: Option<Path>,
    pub(crate) unless: Vec<Path>,
}

/// A [`ControllerRow`] that has a name.
#[derive(Clone, Debug)]
pub(crate) struct Controller {
    /// The first of its names: the one to write.
    pub(crate) name: String,
    pub(crate) row: ControllerRow,
}

/// What a row says that it can't: the column, and why.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{column}`: {message}")]
pub(crate) struct RowError {
    /// The column within the row, as `services[1].at`; the caller puts the list's name and the row's index before it.
    pub(crate) column: String,
    /// Lower case, the thing in backquotes.
    pub(crate) message: String,
}

impl RowError {
    fn new(column: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            column: column.into(),
            message: message.into(),
        }
    }

    /// The same error, seen from the list or column that `column` names.
    pub(crate) fn within(self, column: impl fmt::Display) -> Self {
        Self {
            column: format!("{column}.{}", self.column),
            message: self.message,
        }
    }
}

impl RouteRow {
    /// Compiles the row's paths and fields, and checks what the columns' types can't hold.
    pub(crate) fn compile(&self) -> Result<Route, RowError> {
        identity(&self.groups, &self.kind)?;
        if self.services.is_empty() && self.follow.is_empty() && self.targets.is_empty() {
            return Err(RowError::new(
                "services",
                "a route without `services`, `follow` or `targets` leads nowhere",
            ));
        }
        let when = match &self.when {
            None => Vec::new(),
            Some(When::One(text)) => vec![path("when", text)?],
            Some(When::Any(texts)) => paths("when", texts)?,
        };
        let class = match &self.class {
            None => Class::Paths(Vec::new()),
            Some(ClassColumn::Paths(texts)) => Class::Paths(paths("class", texts)?),
            Some(ClassColumn::Follow(class)) => Class::Follow(
                class
                    .follow
                    .compile()
                    .map_err(|e| e.within("class.follow"))?,
                path("class.path", &class.path)?,
            ),
        };
        Ok(Route {
            controller: self.controller.clone(),
            followed: self.followed,
            when,
            class,
            services: each("services", &self.services, ServiceColumn::compile)?,
            follow: each("follow", &self.follow, FollowColumn::compile)?,
            targets: each("targets", &self.targets, TargetColumn::compile)?,
        })
    }
}

impl ServiceColumn {
    fn compile(&self) -> Result<Services, RowError> {
        let used = self.used_by.as_ref().map(|port| Use {
            port: port.clone(),
            any_port: self.any_port,
        });
        let place = match (&self.at, &self.annotation) {
            (Some(_), Some(_)) => {
                return Err(RowError::new("annotation", "can't stand beside `at`"));
            }
            (None, None) => return Err(RowError::new("at", "`at` or `annotation` is missing")),
            (Some(at), None) => {
                let columns = [
                    ("json", self.json.is_some()),
                    ("usedBy", used.is_some()),
                    ("anyPort", self.any_port),
                ];
                if let Some((column, _)) = columns.into_iter().find(|(_, stated)| *stated) {
                    return Err(RowError::new(column, "needs `annotation`"));
                }
                Place::At(path("at", at)?)
            }
            (None, Some(key)) => {
                if key.trim_end_matches('*').contains('*') || key.ends_with("**") {
                    return Err(RowError::new(
                        "annotation",
                        format!("`{key}` may have a `*` at its end alone"),
                    ));
                }
                if used.is_some() && !key.ends_with('*') {
                    return Err(RowError::new(
                        "usedBy",
                        format!("needs an annotation that ends with `*`, `{key}` does not"),
                    ));
                }
                if self.any_port && used.is_none() {
                    return Err(RowError::new("anyPort", "needs `usedBy`"));
                }
                if self.name.is_some() && self.json.is_none() {
                    return Err(RowError::new("name", "needs `json`: a text has no fields"));
                }
                Place::Annotation {
                    key: key.clone(),
                    json: optional(self.json.as_ref(), |text| path("json", text))?,
                    used,
                }
            }
        };
        let accept = match &self.accept {
            None => vec![(String::new(), "Service".to_owned())],
            Some(accept) => group_kinds("accept", accept)?,
        };
        Ok(Services {
            place,
            name: optional(self.name.as_ref(), |text| field("name", text))?,
            namespace: optional(self.namespace.as_ref(), |text| field("namespace", text))?,
            port: optional(self.port.as_ref(), |text| field("port", text))?,
            group: field("group", self.group.as_deref().unwrap_or("group"))?,
            kind: field("kind", self.kind.as_deref().unwrap_or("kind"))?,
            accept,
            format: self.format,
            unless: optional(self.unless.as_ref(), |text| field("unless", text))?,
            except: self.except.clone(),
            ignore_case: self.ignore_case,
        })
    }
}

impl FollowColumn {
    fn compile(&self) -> Result<Follow, RowError> {
        let groups = match (&self.group, self.groups.as_slice()) {
            (Some(group), []) => vec![group.clone()],
            (None, []) => return Err(RowError::new("group", "`group` or `groups` is missing")),
            (None, groups) => groups.to_vec(),
            (Some(_), _) => return Err(RowError::new("groups", "can't stand beside `group`")),
        };
        identity(&groups, &self.kind)?;
        Ok(Follow {
            at: path("at", &self.at)?,
            groups,
            kind: self.kind.clone(),
            name: field("name", self.name.as_deref().unwrap_or("name"))?,
            namespace: optional(self.namespace.as_ref(), |text| field("namespace", text))?,
            except: self.except.clone(),
        })
    }
}

impl TargetColumn {
    fn compile(&self) -> Result<Target, RowError> {
        Ok(Target {
            at: path("at", &self.at)?,
            kind: field("kind", self.kind.as_deref().unwrap_or("kind"))?,
            name: field("name", self.name.as_deref().unwrap_or("name"))?,
        })
    }
}

impl WorkloadRow {
    /// Compiles the row's paths, and checks what the columns' types can't hold.
    pub(crate) fn compile(&self) -> Result<Workload, RowError> {
        identity(&self.groups, &self.kind)?;
        if self.templates.is_empty() && self.follow.is_none() && self.leave.is_none() {
            return Err(RowError::new(
                "templates",
                "a workload needs `templates`, `follow` or `leave`",
            ));
        }
        let serial = |column: &SerialColumn| {
            Ok(Serial {
                partition: optional(column.partition.as_ref(), |text| path("partition", text))?,
                unless: paths("unless", &column.unless)?,
            })
        };
        Ok(Workload {
            templates: each("templates", &self.templates, |text| template(text))?,
            follow: optional(self.follow.as_ref(), |column| {
                column.compile().map_err(|e| e.within("follow"))
            })?,
            leave: self.leave.clone(),
            replicas: optional(self.replicas.as_ref(), |text| path("replicas", text))?,
            per_node: self.per_node,
            recreate: optional(self.recreate.as_ref(), |text| path("recreate", text))?,
            max_unavailable: optional(self.max_unavailable.as_ref(), |text| {
                path("maxUnavailable", text)
            })?,
            serial: optional(self.serial.as_ref(), |column| {
                serial(column).map_err(|e: RowError| e.within("serial"))
            })?,
        })
    }
}

impl ControllerRow {
    /// Checks that the controller has a name.
    pub(crate) fn compile(&self) -> Result<Controller, RowError> {
        match self.controllers.first() {
            None => Err(RowError::new("controllers", "a controller needs a name")),
            Some(name) => Ok(Controller {
                name: name.clone(),
                row: self.clone(),
            }),
        }
    }
}

fn identity(groups: &[String], kind: &str) -> Result<(), RowError> {
    if groups.is_empty() {
        return Err(RowError::new(
            "groups",
            "is empty, expected API groups such as `[example.com]` (`[\"\"]` is the core group)",
        ));
    }
    if let Some(group) = groups.iter().find(|group| group.contains('/')) {
        return Err(RowError::new(
            "groups",
            format!("`{group}` has a version, expected the API group alone"),
        ));
    }
    if kind.is_empty() || !kind.chars().all(|c| c.is_ascii_alphanumeric()) {
        return Err(RowError::new(
            "kind",
            format!("`{kind}` is no kind, expected a word such as `Ingress`"),
        ));
    }
    Ok(())
}

fn group_kinds(column: &str, texts: &[String]) -> Result<Vec<(String, String)>, RowError> {
    each(column, texts, |text| match text.rsplit_once('/') {
        Some((group, kind)) if !kind.is_empty() => Ok((group.to_owned(), kind.to_owned())),
        _ => Err(RowError::new(
            "",
            format!(
                "`{text}` is no `group/kind`, as `/Service` or `gateway.networking.k8s.io/Gateway`"
            ),
        )),
    })
}

fn template(text: &str) -> Result<Vec<String>, RowError> {
    let path = path("", text)?;
    let names = path.names().ok_or_else(|| {
        RowError::new(
            "",
            format!("`{text}` is more than names, expected a path such as `$.spec.template`"),
        )
    })?;
    Ok(names.into_iter().map(str::to_owned).collect())
}

fn path(column: &str, text: &str) -> Result<Path, RowError> {
    Path::parse(text).map_err(|error| at(column, &error))
}

fn paths(column: &str, texts: &[String]) -> Result<Vec<Path>, RowError> {
    each(column, texts, |text| path("", text))
}

fn field(column: &str, text: &str) -> Result<Field, RowError> {
    Field::parse(text).map_err(|error| at(column, &error))
}

fn at(column: &str, error: &PathError) -> RowError {
    RowError::new(column, error.to_string())
}

fn optional<T: ?Sized, U>(
    column: Option<&T>,
    compile: impl FnOnce(&T) -> Result<U, RowError>,
) -> Result<Option<U>, RowError> {
    column.map(compile).transpose()
}

/// Compiles each item of a list; an error names the item by its index, and the column within it where it has any.
fn each<T, U>(
    column: &str,
    items: &[T],
    compile: impl Fn(&T) -> Result<U, RowError>,
) -> Result<Vec<U>, RowError> {
    let compiled = items.iter().enumerate().map(|(index, item)| {
        compile(item).map_err(|error| {
            let item = format!("{column}[{index}]");
            if error.column.is_empty() {
                RowError::new(item, error.message)
            } else {
                error.within(item)
            }
        })
    });
    compiled.collect()
}

impl Format {
    #[expect(
        clippy::trivially_copy_pass_by_ref,
        reason = "serde hands fields by reference"
    )]
    fn is_name(&self) -> bool {
        *self == Self::Name
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

/// The tables of one run: the user's rows, and behind them the built-in ones.
#[derive(Debug)]
pub(crate) struct Tables {
    routes: Table<Route>,
    workloads: Table<Workload>,
    controllers: OnceLock<Result<Vec<Controller>, RowError>>,
    kinds: BTreeSet<Box<str>>,
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
    groups: Vec<String>,
    kind: String,
    /// The text of a built-in row, to be read when it is first asked for; empty for the user's, which are compiled.
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
        let mut kinds = BTreeSet::new();
        for text in [ROUTES, WORKLOADS, CONTROLLERS] {
            kinds.extend(words_after(text, "kind: ").map(Box::from));
            kinds.extend(object_kinds(text).map(Box::from));
        }
        for row in routes {
            kinds.extend(row.kinds().map(Box::from));
        }
        kinds.extend(workloads.iter().map(|row| Box::from(row.kind.as_str())));
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
            controllers: OnceLock::new(),
            kinds,
        })
    }

    /// Whether an object of this kind can matter to any row: as a route, as a workload, as what a row follows, or as
    /// what tells two controllers apart.
    pub(crate) fn knows(&self, kind: &str) -> bool {
        self.kinds.contains(kind)
    }

    /// Every kind that [`Self::knows`], sorted.
    pub(crate) fn kinds(&self) -> impl Iterator<Item = &str> {
        self.kinds.iter().map(AsRef::as_ref)
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
    pub(crate) fn controllers(&self) -> Result<&[Controller], RowError> {
        let read = || {
            let rows: Vec<ControllerRow> = read(CONTROLLERS)?;
            each("controllers", &rows, ControllerRow::compile)
        };
        let controllers = self.controllers.get_or_init(read).as_ref();
        controllers.map(Vec::as_slice).map_err(Clone::clone)
    }

    /// The controller that an IngressClass, a GatewayClass, a row of routes or the configuration calls by this name.
    pub(crate) fn controller_by_name(&self, name: &str) -> Result<Option<&Controller>, RowError> {
        let mut controllers = self.controllers()?.iter();
        Ok(controllers.find(|controller| any(&controller.row.controllers, name)))
    }

    /// The controller that alone uses this class name.
    pub(crate) fn controller_by_class(&self, class: &str) -> Result<Option<&Controller>, RowError> {
        let mut controllers = self.controllers()?.iter();
        Ok(controllers.find(|controller| any(&controller.row.classes, class)))
    }

    /// Whose a shared class name is: its annotations on the route tell first, then an annotation that is an array, then
    /// an object in the render, for which `renders` is asked by group and kind.
    pub(crate) fn shared_class<'a>(
        &'a self,
        class: &str,
        route: Node<'_, '_>,
        renders: impl Fn(&str, &str) -> bool,
    ) -> Result<Shared<'a>, RowError> {
        let users = self.controllers()?.iter().filter_map(|controller| {
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

impl RouteRow {
    /// The row's own kind, and those that it follows.
    fn kinds(&self) -> impl Iterator<Item = &str> {
        let class = match &self.class {
            Some(ClassColumn::Follow(class)) => Some(class.follow.kind.as_str()),
            _ => None,
        };
        let followed = self.follow.iter().map(|follow| follow.kind.as_str());
        [self.kind.as_str()]
            .into_iter()
            .chain(class)
            .chain(followed)
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
        let same = |row: &&Row<T>| row.kind == kind && row.groups.iter().any(|each| each == group);
        let Some(row) = self.rows.iter().find(same) else {
            return Ok(None);
        };
        let read = || {
            let rows: Vec<R> = read(row.text)?;
            rows.first().map_or_else(
                || Err(RowError::new("kind", format!("`{kind}` has no row"))),
                &compile,
            )
        };
        let compiled = row.compiled.get_or_init(read).as_ref();
        compiled.map(Some).map_err(Clone::clone)
    }
}

impl<T> Row<T> {
    fn compiled(groups: &[String], kind: &str, compiled: T) -> Self {
        Self {
            groups: groups.to_vec(),
            kind: kind.to_owned(),
            text: "",
            compiled: OnceLock::from(Ok(compiled)),
        }
    }

    /// A built-in row, of which only the first two lines are looked at: `- groups: [a, b]` and `  kind: X`.
    fn unread(text: &'static str) -> Option<Self> {
        let mut lines = text.lines();
        let groups = lines
            .next()?
            .strip_prefix("- groups: [")?
            .strip_suffix(']')?;
        let kind = lines.next()?.strip_prefix("  kind: ")?;
        let group = |group: &str| group.trim().trim_matches('"').to_owned();
        Some(Self {
            groups: groups.split(',').map(group).collect(),
            kind: kind.to_owned(),
            text,
            compiled: OnceLock::new(),
        })
    }
}

/// The texts of the built-in rows, each from its `- ` in the first column on.
fn built_in(text: &'static str) -> impl Iterator<Item = &'static str> {
    let starts = memchr::memmem::find_iter(text.as_bytes(), "\n- groups: ").map(|at| at + 1);
    let ends = memchr::memmem::find_iter(text.as_bytes(), "\n- groups: ").map(|at| at + 1);
    let ends = ends.skip(1).chain([text.len()]);
    starts
        .zip(ends)
        .filter_map(|(start, end)| text.get(start..end))
}

/// The words with a capital letter that follow `key`.
fn words_after<'a>(text: &'a str, key: &'a str) -> impl Iterator<Item = &'a str> {
    let ends = memchr::memmem::find_iter(text.as_bytes(), key).map(move |at| at + key.len());
    ends.filter_map(|at| {
        let rest = text.get(at..)?;
        let word = rest.split(|c: char| !c.is_ascii_alphanumeric()).next()?;
        word.starts_with(|c: char| c.is_ascii_uppercase())
            .then_some(word)
    })
}

/// The kinds in lists such as `objects: [alibabacloud.com/AlbConfig]`.
fn object_kinds(text: &str) -> impl Iterator<Item = &str> {
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
    if tag.split('-').any(|part| part == "debug") {
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

/// Whether `text` is what `pattern` says, in which `*` stands for any text.
pub(crate) fn glob(pattern: &str, text: &str) -> bool {
    let Some((head, tail)) = pattern.split_once('*') else {
        return pattern == text;
    };
    let Some(mut rest) = text.strip_prefix(head) else {
        return false;
    };
    let mut parts: Vec<&str> = tail.split('*').collect();
    let last = parts.pop().unwrap_or_default();
    for part in parts {
        let Some((_, after)) = rest.split_once(part) else {
            return false;
        };
        rest = after;
    }
    rest.ends_with(last)
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
}
