//! What messages and plans refer to: objects, fields, and places in the input.

use lossless_yaml::Step;
use serde::Serialize;
use std::fmt;
use std::ops::Range;

/// A Kubernetes object, as messages and plans name it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ObjectRef {
    /// `apiVersion` as written.
    pub api_version: String,
    /// `kind`.
    pub kind: String,
    /// `metadata.namespace`, or the namespace that the settings give to objects without one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// `metadata.name`; empty if there is none.
    pub name: String,
}

impl fmt::Display for ObjectRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.name.is_empty() {
            return f.write_str(&self.kind);
        }
        // A document that is not an object may have no kind.
        if !self.kind.is_empty() {
            write!(f, "{} ", self.kind)?;
        }
        match &self.namespace {
            Some(namespace) => write!(f, "{namespace}/{}", self.name),
            None => f.write_str(&self.name),
        }
    }
}

/// A place in the input. Line and column are computed from it when it is shown.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Place {
    /// Index of the source among those given to [`crate::rewrite`], from 0.
    pub source: usize,
    /// Number of the document in its source, from 1.
    pub document: usize,
    /// Bytes of the source's text, from 0; empty for a place whose end does not matter.
    pub range: Range<usize>,
}

/// The file of an item of a ResourceList in its package (`internal.config.kubernetes.io/path` and `index`).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct PackageFile {
    /// Path of the file, relative to the package.
    pub path: String,
    /// Index of the object in the file, from 0.
    pub index: i64,
}

/// The path from an object to a field, written as `spec.template.spec.containers[0].lifecycle`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct FieldPath(pub Vec<Step>);

impl FieldPath {
    /// The path of these keys.
    #[must_use]
    pub fn of<const N: usize>(keys: [&'static str; N]) -> FieldPath {
        FieldPath::default().keys(keys)
    }

    /// The path of a key below this one.
    #[must_use]
    pub fn key(mut self, key: impl Into<std::borrow::Cow<'static, str>>) -> FieldPath {
        self.0.push(Step::Key(key.into()));
        self
    }

    /// The path of keys below this one, each below the one before it.
    #[must_use]
    pub fn keys<const N: usize>(mut self, keys: [&'static str; N]) -> FieldPath {
        self.0.extend(keys.map(|key| Step::Key(key.into())));
        self
    }

    /// The path of an item below this one, from 0.
    #[must_use]
    pub fn index(mut self, index: usize) -> FieldPath {
        self.0.push(Step::Index(index));
        self
    }
}

/// Keys that hold a dot or a slash, as those of annotations do, stand in brackets.
impl fmt::Display for FieldPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, step) in self.0.iter().enumerate() {
            match step {
                Step::Index(index) => write!(f, "[{index}]")?,
                Step::Key(key) if key.contains(['.', '/']) => write!(f, "[{key}]")?,
                Step::Key(key) if number == 0 => f.write_str(key)?,
                Step::Key(key) => write!(f, ".{key}")?,
            }
        }
        Ok(())
    }
}

impl From<FieldPath> for String {
    fn from(path: FieldPath) -> String {
        path.to_string()
    }
}

impl Serialize for FieldPath {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for FieldPath {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "FieldPath".into()
    }
    fn inline_schema() -> bool {
        true
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({"type": "string"})
    }
}
