//! The rows compiled: paths and fields parsed, and what the columns' types can't hold checked.

use std::fmt;

use super::path::{Field, Path, PathError};
use super::pool::{List, Text};
use super::row::{
    ClassColumn, FollowColumn, Follows, Format, RouteRow, SerialColumn, ServiceColumn,
    TargetColumn, When, WorkloadRow,
};

/// A compiled [`RouteRow`].
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a column of its own")]
pub(crate) struct Route {
    pub(super) groups: List<Text>,
    pub(super) kind: Text,
    pub(crate) controller: Option<Text>,
    pub(crate) controller_where: List<(Path, Text)>,
    pub(crate) default_class: bool,
    pub(crate) followed: bool,
    pub(crate) when: List<Path>,
    pub(crate) otherwise: Option<Text>,
    pub(crate) class: Class,
    pub(crate) services: List<Services>,
    pub(crate) hosts: List<Path>,
    pub(crate) url_paths: List<Path>,
    pub(crate) follow: List<Follow>,
    pub(crate) targets: List<Targets>,
    pub(crate) makes: List<Path>,
    pub(crate) suffixes: List<Text>,
    pub(crate) renamed: bool,
    pub(crate) granted: bool,
}

/// A compiled [`ClassColumn`].
#[derive(Clone, Debug)]
pub(crate) enum Class {
    Paths(List<Path>),
    Followed(List<Follow>, Path),
}

/// A compiled [`ServiceColumn`].
#[derive(Clone, Debug)]
pub(crate) struct Services {
    pub(crate) place: NamedBy,
    pub(crate) name: Option<Field>,
    pub(crate) namespace: Option<Field>,
    pub(crate) port: Option<Field>,
    pub(crate) group: Field,
    pub(crate) kind: Field,
    /// Groups and kinds; Services of the core group where there is no such column.
    pub(crate) accept: Option<List<(Text, Text)>>,
    /// Groups and kinds.
    pub(crate) ignore: List<(Text, Text)>,
    pub(crate) format: Format,
    pub(crate) unless: Option<Field>,
    pub(crate) except: Option<Text>,
    pub(crate) ignore_case: bool,
}

/// Where the references of a [`ServiceColumn`] are.
#[derive(Clone, Debug)]
pub(crate) enum NamedBy {
    At(Path),
    Annotation {
        key: Text,
        json: Option<Path>,
        used: Option<Use>,
    },
}

/// The port by which a reference uses an annotation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Use {
    pub(crate) port: Text,
    pub(crate) any_port: bool,
}

/// A compiled [`FollowColumn`].
#[derive(Clone, Debug)]
pub(crate) struct Follow {
    pub(crate) at: Path,
    pub(crate) groups: List<Text>,
    pub(crate) kind: Text,
    pub(crate) name: Field,
    pub(crate) namespace: Option<Field>,
    pub(crate) except: Option<Text>,
    pub(crate) every: Option<Text>,
    pub(crate) label: Option<Text>,
    pub(crate) every_namespace: Option<Text>,
}

/// A compiled [`TargetColumn`].
#[derive(Clone, Debug)]
pub(crate) struct Targets {
    pub(crate) at: Path,
    pub(crate) kind: Field,
    pub(crate) name: Field,
}

/// A compiled [`WorkloadRow`].
#[derive(Clone, Debug)]
pub(crate) struct Workload {
    pub(super) groups: List<Text>,
    pub(super) kind: Text,
    /// The names, and `[*]`, to each pod template; none if the object itself is a pod.
    pub(crate) templates: List<Path>,
    pub(crate) follow: Option<Targets>,
    pub(crate) leave: Option<Text>,
    pub(crate) routed: bool,
    pub(crate) replicas: Option<Path>,
    pub(crate) per_node: bool,
    pub(crate) recreate: Option<Path>,
    pub(crate) max_unavailable: Option<Path>,
    pub(crate) serial: Option<Serial>,
    #[cfg_attr(
        not(feature = "patches"),
        expect(dead_code, reason = "only patches need it")
    )]
    pub(crate) strategic_merge: List<Text>,
}

/// A compiled [`SerialColumn`].
#[derive(Clone, Debug)]
pub(crate) struct Serial {
    pub(crate) partition: Option<Path>,
    pub(crate) unless: List<Path>,
}

/// A kind of object that selects pods, or that means the Service of the same name.
#[derive(Clone, Debug)]
pub(crate) struct Selects {
    pub(super) groups: List<Text>,
    pub(super) kind: Text,
    /// The names to the labels; none if the object means a Service.
    pub(crate) selector: Option<List<Text>>,
}

/// An invalid row: the column, and why.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{column}`: {message}")]
pub(crate) struct RowError {
    /// The column within the row, as `services[1].at`; the caller puts the list's name and the row's index before it.
    pub(crate) column: String,
    /// Lower case, the thing in backquotes.
    pub(crate) message: String,
}

impl RowError {
    pub(super) fn new(column: impl Into<String>, message: impl Into<String>) -> Self {
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

// Rows without any column: `generated.rs` has only the differences from them.

impl Route {
    pub(super) const NONE: Self = Self {
        groups: List::EMPTY,
        kind: Text::EMPTY,
        controller: None,
        controller_where: List::EMPTY,
        default_class: false,
        followed: false,
        when: List::EMPTY,
        otherwise: None,
        class: Class::Paths(List::EMPTY),
        services: List::EMPTY,
        hosts: List::EMPTY,
        url_paths: List::EMPTY,
        follow: List::EMPTY,
        targets: List::EMPTY,
        makes: List::EMPTY,
        suffixes: List::EMPTY,
        renamed: false,
        granted: false,
    };
}

impl Services {
    pub(super) const NONE: Self = Self {
        place: NamedBy::At(Path(Text::ROOT)),
        name: None,
        namespace: None,
        port: None,
        group: Field(Text::GROUP),
        kind: Field(Text::KIND),
        accept: None,
        ignore: List::EMPTY,
        format: Format::Plain,
        unless: None,
        except: None,
        ignore_case: false,
    };
}

impl Follow {
    pub(super) const NONE: Self = Self {
        at: Path(Text::ROOT),
        groups: List::EMPTY,
        kind: Text::EMPTY,
        name: Field(Text::NAME),
        namespace: None,
        except: None,
        every: None,
        label: None,
        every_namespace: None,
    };
}

impl Selects {
    pub(super) const NONE: Self = Self {
        groups: List::EMPTY,
        kind: Text::EMPTY,
        selector: None,
    };
}

impl Workload {
    pub(super) const NONE: Self = Self {
        groups: List::EMPTY,
        kind: Text::EMPTY,
        templates: List::EMPTY,
        follow: None,
        leave: None,
        routed: false,
        replicas: None,
        per_node: false,
        recreate: None,
        max_unavailable: None,
        serial: None,
        strategic_merge: List::EMPTY,
    };
}

impl RouteRow {
    /// Compiles the row's paths and fields, and checks what the types of the columns cannot ensure.
    pub(crate) fn compile(&self) -> Result<Route, RowError> {
        identity(&self.groups, &self.kind)?;
        let nowhere = self.services.is_empty() && self.follow.is_empty() && self.targets.is_empty();
        let between = self.followed && self.class.is_some();
        if nowhere && !between {
            return Err(RowError::new(
                "services",
                "a route without `services`, `follow` or `targets` leads nowhere",
            ));
        }
        let when = match &self.when {
            None => List::EMPTY,
            Some(When::One(text)) => vec![path("when", text)?].into(),
            Some(When::Any(texts)) => paths("when", texts)?,
        };
        let class = self.class.as_ref().map(ClassColumn::compile).transpose()?;
        Ok(Route {
            groups: texts(&self.groups),
            kind: owned(&self.kind),
            controller: self.controller.as_deref().map(owned),
            controller_where: each("controllerWhere", &self.controller_where, |column| {
                Ok((path("at", &column.at)?, owned(&column.controller)))
            })?
            .into(),
            default_class: self.default_class,
            followed: self.followed,
            when,
            otherwise: self.otherwise.as_deref().map(owned),
            class: class.unwrap_or(Class::Paths(List::EMPTY)),
            services: each("services", &self.services, ServiceColumn::compile)?.into(),
            hosts: paths("hosts", &self.hosts)?,
            url_paths: paths("urlPaths", &self.url_paths)?,
            follow: each("follow", &self.follow, FollowColumn::compile)?.into(),
            targets: each("targets", &self.targets, TargetColumn::compile)?.into(),
            makes: paths("makes", &self.makes)?,
            suffixes: texts(&self.suffixes),
            renamed: self.renamed,
            granted: self.granted,
        })
    }
}

impl ClassColumn {
    fn compile(&self) -> Result<Class, RowError> {
        let column = match self {
            ClassColumn::Paths(texts) => return paths("class", texts).map(Class::Paths),
            ClassColumn::Follow(column) => column,
        };
        let follows = match &column.follow {
            Follows::One(one) => {
                let one = one.compile().map_err(|e| e.within("class.follow"))?;
                vec![one]
            }
            Follows::Many(all) => each("class.follow", all, FollowColumn::compile)?,
        };
        let path = path("class.path", &column.path)?;
        Ok(Class::Followed(follows.into(), path))
    }
}

impl ServiceColumn {
    fn compile(&self) -> Result<Services, RowError> {
        let place = self.place()?;
        let accept = optional(self.accept.as_ref(), |accept| group_kinds("accept", accept))?;
        Ok(Services {
            place,
            name: optional(self.name.as_ref(), |text| field("name", text))?,
            namespace: optional(self.namespace.as_ref(), |text| field("namespace", text))?,
            port: optional(self.port.as_ref(), |text| field("port", text))?,
            group: field("group", self.group.as_deref().unwrap_or("group"))?,
            kind: field("kind", self.kind.as_deref().unwrap_or("kind"))?,
            accept: accept.map(List::from),
            ignore: group_kinds("ignore", &self.ignore)?.into(),
            format: self.format,
            unless: optional(self.unless.as_ref(), |text| field("unless", text))?,
            except: self.except.as_deref().map(owned),
            ignore_case: self.ignore_case,
        })
    }

    /// Where the Services are named, and whether the columns for that go together.
    fn place(&self) -> Result<NamedBy, RowError> {
        match (&self.at, &self.annotation) {
            (Some(_), Some(_)) => Err(RowError::new("annotation", "can't stand beside `at`")),
            (None, None) => Err(RowError::new("at", "`at` or `annotation` is missing")),
            (Some(at), None) => {
                let columns = [
                    ("json", self.json.is_some()),
                    ("usedBy", self.used_by.is_some()),
                    ("anyPort", self.any_port),
                ];
                if let Some((column, _)) = columns.into_iter().find(|(_, stated)| *stated) {
                    return Err(RowError::new(column, "needs `annotation`"));
                }
                Ok(NamedBy::At(path("at", at)?))
            }
            (None, Some(key)) => {
                if key.trim_end_matches('*').contains('*') || key.ends_with("**") {
                    return Err(RowError::new(
                        "annotation",
                        format!("`{key}` may have a `*` at its end alone"),
                    ));
                }
                if self.used_by.is_some() && !key.ends_with('*') {
                    return Err(RowError::new(
                        "usedBy",
                        format!("needs an annotation that ends with `*`, `{key}` does not"),
                    ));
                }
                if self.any_port && self.used_by.is_none() {
                    return Err(RowError::new("anyPort", "needs `usedBy`"));
                }
                if self.name.is_some() && self.json.is_none() {
                    return Err(RowError::new("name", "needs `json`: a text has no fields"));
                }
                Ok(NamedBy::Annotation {
                    key: owned(key),
                    json: optional(self.json.as_ref(), |text| path("json", text))?,
                    used: self.used_by.as_deref().map(|port| Use {
                        port: owned(port),
                        any_port: self.any_port,
                    }),
                })
            }
        }
    }
}

impl FollowColumn {
    fn compile(&self) -> Result<Follow, RowError> {
        let groups = match (&self.group, self.groups.as_slice()) {
            (Some(group), []) => std::slice::from_ref(group),
            (None, []) => return Err(RowError::new("group", "`group` or `groups` is missing")),
            (None, groups) => groups,
            (Some(_), _) => return Err(RowError::new("groups", "can't stand beside `group`")),
        };
        identity(groups, &self.kind)?;
        Ok(Follow {
            at: path("at", &self.at)?,
            groups: texts(groups),
            kind: owned(&self.kind),
            name: field("name", self.name.as_deref().unwrap_or("name"))?,
            namespace: optional(self.namespace.as_ref(), |text| field("namespace", text))?,
            except: self.except.as_deref().map(owned),
            every: self.every.as_deref().map(owned),
            label: self.label.as_deref().map(owned),
            every_namespace: self.every_namespace.as_deref().map(owned),
        })
    }
}

impl TargetColumn {
    fn compile(&self) -> Result<Targets, RowError> {
        Ok(Targets {
            at: path("at", &self.at)?,
            kind: field("kind", self.kind.as_deref().unwrap_or("kind"))?,
            name: field("name", self.name.as_deref().unwrap_or("name"))?,
        })
    }
}

impl WorkloadRow {
    /// Compiles the row's paths, and checks what the types of the columns cannot ensure.
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
            groups: texts(&self.groups),
            kind: owned(&self.kind),
            templates: each("templates", &self.templates, |text| places(text))?.into(),
            follow: optional(self.follow.as_ref(), |column| {
                column.compile().map_err(|e| e.within("follow"))
            })?,
            leave: self.leave.as_deref().map(owned),
            routed: self.routed,
            replicas: optional(self.replicas.as_ref(), |text| path("replicas", text))?,
            per_node: self.per_node,
            recreate: optional(self.recreate.as_ref(), |text| path("recreate", text))?,
            max_unavailable: optional(self.max_unavailable.as_ref(), |text| {
                path("maxUnavailable", text)
            })?,
            serial: optional(self.serial.as_ref(), |column| {
                serial(column).map_err(|e: RowError| e.within("serial"))
            })?,
            strategic_merge: texts(&self.strategic_merge),
        })
    }
}

#[cfg(test)]
impl super::row::SelectorRow {
    pub(super) fn compile(&self) -> Result<Selects, RowError> {
        identity(&self.groups, &self.kind)?;
        Ok(Selects {
            groups: texts(&self.groups),
            kind: owned(&self.kind),
            selector: optional(self.selector.as_ref(), |text| names(text))?,
        })
    }
}

impl Route {
    /// The row's own kind, and those that it follows.
    pub(super) fn kinds(&self) -> impl Iterator<Item = &Text> {
        let class: &[Follow] = match &self.class {
            Class::Followed(follows, _) => follows,
            Class::Paths(_) => &[],
        };
        let class = class.iter().map(|follow| &follow.kind);
        let followed = self.follow.iter().map(|follow| &follow.kind);
        [&self.kind].into_iter().chain(class).chain(followed)
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

fn group_kinds(column: &str, texts: &[String]) -> Result<Vec<(Text, Text)>, RowError> {
    each(column, texts, |text| match text.rsplit_once('/') {
        Some((group, kind)) if !kind.is_empty() => Ok((owned(group), owned(kind))),
        _ => Err(RowError::new(
            "",
            format!(
                "`{text}` is no `group/kind`, as `/Service` or `gateway.networking.k8s.io/Gateway`"
            ),
        )),
    })
}

fn places(text: &str) -> Result<Path, RowError> {
    let path = path("", text)?;
    if path.is_plain() {
        return Ok(path);
    }
    let message = format!(
        "`{text}` is more than names and `[*]`, expected a path such as `$.spec.template` or `$.spec.pools[*].template`"
    );
    Err(RowError::new("", message))
}

#[cfg(test)]
fn names(text: &str) -> Result<List<Text>, RowError> {
    let names = path("", text)?.names().into_iter();
    let names = names.map(|name| name.as_deref().map(owned));
    Ok(names
        .collect::<Option<Vec<Text>>>()
        .ok_or_else(|| RowError::new("", format!("`{text}` is more than names")))?
        .into())
}

fn path(column: &str, text: &str) -> Result<Path, RowError> {
    Path::parse(text).map_err(|error| at(column, &error))
}

fn paths(column: &str, texts: &[String]) -> Result<List<Path>, RowError> {
    each(column, texts, |text| path("", text)).map(List::from)
}

fn field(column: &str, text: &str) -> Result<Field, RowError> {
    Field::parse(text).map_err(|error| at(column, &error))
}

fn owned(text: &str) -> Text {
    text.into()
}

fn texts(texts: &[String]) -> List<Text> {
    List::Owned(texts.iter().map(|text| owned(text)).collect())
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
pub(super) fn each<T, U>(
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
