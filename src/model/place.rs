//! What messages and plans point at: objects, and places in the input.

use std::fmt;
use std::sync::Arc;

/// A Kubernetes object as messages name it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct ResourceRef {
    /// `apiVersion` as it stands.
    pub api_version: String,
    /// `kind`.
    pub kind: String,
    /// `metadata.namespace`, where stated.
    pub namespace: Option<String>,
    /// `metadata.name`; empty where there is none.
    pub name: String,
}

impl fmt::Display for ResourceRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.namespace {
            Some(namespace) => write!(f, "{} {namespace}/{}", self.kind, self.name),
            None => write!(f, "{} {}", self.kind, self.name),
        }
    }
}

/// Where in the input a message points.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Location {
    /// Index of the source among those given to [`crate::rewrite`].
    pub source: usize,
    /// The source's name, as given.
    pub name: Arc<str>,
    /// Number of the document in its source, from 1.
    pub document: usize,
    /// Line in the source, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
}

/// `file` of a ResourceList result: where a resource lies in the package (`internal.config.kubernetes.io/path|index`).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PackageFile {
    /// Path of the file, relative to the package.
    pub path: String,
    /// Index of the resource in the file, from 0.
    pub index: i64,
}
