//! What messages and plans refer to: objects, fields, and places in the input.

use lossless_yaml::Step;
use serde::Serialize;
use smallvec::SmallVec;
use std::fmt::{self, Write as _};
use std::ops::Range;
use std::sync::Arc;

/// A Kubernetes object, as messages and plans name it.
///
/// There may be many of them: all is in one text, which clones share.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct ObjectRef {
    /// Whether it has a namespace, and the lengths of `apiVersion`, kind and namespace, as characters; then these and the name.
    text: Arc<str>,
}

/// Bits of a length that are in one character: fewer than those of the first that is none.
const BITS: u32 = 15;

impl ObjectRef {
    pub(crate) fn new(api_version: &str, kind: &str, namespace: Option<&str>, name: &str) -> Self {
        let mut text = SmallVec::<[u8; 128]>::new();
        let mut put = |number: u32| {
            let character = char::from_u32(number).unwrap_or_default();
            text.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
        };
        let parts = [api_version, kind, namespace.unwrap_or_default()];
        put(u32::from(namespace.is_some()));
        for part in parts {
            let length = u32::try_from(part.len()).unwrap_or(u32::MAX);
            let low = (1 << BITS) - 1;
            // Nobody has a text of a gibibyte there.
            put((length >> BITS) & low);
            put(length & low);
        }
        for part in parts.into_iter().chain([name]) {
            text.extend_from_slice(part.as_bytes());
        }
        // Texts one behind the other are a text.
        let text = std::str::from_utf8(&text).unwrap_or_default();
        ObjectRef { text: text.into() }
    }

    fn part(&self, number: usize) -> &str {
        let mut head = self.text.chars();
        head.next();
        let lengths = [(); 3].map(|()| {
            let [high, low] = [(); 2].map(|()| head.next().map_or(0, u32::from));
            ((high << BITS) | low) as usize
        });
        let parts = head.as_str();
        let start = lengths.iter().take(number).sum();
        let end = lengths
            .get(number)
            .map_or(parts.len(), |length| start + length);
        parts.get(start..end).unwrap_or_default()
    }

    /// `apiVersion` as written.
    #[must_use]
    pub fn api_version(&self) -> &str {
        self.part(0)
    }

    /// `kind`.
    #[must_use]
    pub fn kind(&self) -> &str {
        self.part(1)
    }

    /// `metadata.namespace`, or the namespace that the settings give to objects without one.
    #[must_use]
    pub fn namespace(&self) -> Option<&str> {
        let namespaced = !self.text.starts_with('\0');
        namespaced.then(|| self.part(2))
    }

    /// `metadata.name`; empty if there is none.
    #[must_use]
    pub fn name(&self) -> &str {
        self.part(3)
    }
}

impl fmt::Debug for ObjectRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("ObjectRef");
        shown.field("api_version", &self.api_version());
        shown.field("kind", &self.kind());
        shown.field("namespace", &self.namespace());
        shown.field("name", &self.name()).finish()
    }
}

/// A Kubernetes object, as messages and plans name it.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "ObjectRef"))]
#[serde(rename_all = "camelCase")]
struct Parts<'o> {
    /// `apiVersion` as written.
    api_version: &'o str,
    /// `kind`.
    kind: &'o str,
    /// `metadata.namespace`, or the namespace that the settings give to objects without one.
    #[serde(skip_serializing_if = "Option::is_none")]
    namespace: Option<&'o str>,
    /// `metadata.name`; empty if there is none.
    name: &'o str,
}

impl Serialize for ObjectRef {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let parts = Parts {
            api_version: self.api_version(),
            kind: self.kind(),
            namespace: self.namespace(),
            name: self.name(),
        };
        parts.serialize(serializer)
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for ObjectRef {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        Parts::schema_name()
    }
    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        Parts::json_schema(generator)
    }
}

impl fmt::Display for ObjectRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (kind, name) = (self.kind(), self.name());
        if name.is_empty() {
            return f.write_str(kind);
        }
        // A document that is not an object may have no kind.
        if !kind.is_empty() {
            write!(f, "{kind} ")?;
        }
        match self.namespace() {
            Some(namespace) => write!(f, "{namespace}/{name}"),
            None => f.write_str(name),
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
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct FieldPath(pub Vec<Step>);

impl Clone for FieldPath {
    fn clone(&self) -> FieldPath {
        FieldPath::from(&*self.0)
    }
}

impl From<&[Step]> for FieldPath {
    /// With room for steps below: a path is mostly copied to go on from it.
    fn from(above: &[Step]) -> FieldPath {
        let mut steps = Vec::with_capacity(above.len() + 4);
        steps.extend_from_slice(above);
        FieldPath(steps)
    }
}

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
    pub fn keys(mut self, keys: impl IntoIterator<Item = &'static str>) -> FieldPath {
        let steps = keys.into_iter().map(|key| Step::Key(key.into()));
        self.0.extend(steps);
        self
    }

    /// The path of an item below this one, from 0.
    #[must_use]
    pub fn index(mut self, index: usize) -> FieldPath {
        self.0.push(Step::Index(index));
        self
    }
}

/// Keys with a dot or a slash, such as annotations, are in brackets.
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
        let lengths = path.0.iter().map(|step| match step {
            Step::Key(key) => key.len() + 1,
            Step::Index(_) => 4,
        });
        let mut text = String::with_capacity(lengths.sum());
        // A `String` takes everything.
        let _ = write!(text, "{path}");
        text
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
