//! Edits, and what they want of a tree: the edits of one call as a tree of steps, without those that already hold.

use std::borrow::Cow;
use std::collections::HashMap;

use crate::error::EditError;
use crate::tree::arena::{Tree, flag};
use crate::tree::node::{Kind, Node};

/// A step from a node to one below it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Step {
    /// The value of a key of a mapping, by the key's text.
    Key(Cow<'static, str>),
    /// An item of a sequence, from 0.
    Index(usize),
}

/// After this the value at `path` is `value`.
///
/// Every step but the last must exist. If the last step is a key that is missing, it is appended to its mapping; if
/// it is an index equal to the length, the value is appended to its sequence. Null counts as an empty mapping or
/// sequence.
#[derive(Clone, PartialEq, Debug)]
pub struct Edit {
    /// The way from the root.
    pub path: Vec<Step>,
    /// The value to set.
    pub value: Value,
}

/// A value to be written.
#[derive(Clone, PartialEq, Debug)]
pub enum Value {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// An integer.
    Int(i64),
    /// A string: plain if every reader takes it for a string, else in double quotes. An existing string
    /// keeps its quotes.
    Str(Cow<'static, str>),
    /// A string in double quotes; an existing quoted string keeps its quotes.
    Quoted(Cow<'static, str>),
    /// A mapping, in this order.
    Mapping(Vec<(Cow<'static, str>, Value)>),
    /// A sequence.
    Sequence(Vec<Value>),
}

/// Up to so many steps at one place, looking is faster than noting.
const FEW: usize = 8;

/// What is wanted at a place and below it.
#[derive(Default, Debug)]
pub(crate) struct Wanted<'e> {
    /// The value that the place should have; if there is one, there are no steps.
    pub(crate) set: Option<&'e Value>,
    /// Places below, in the order of the edits.
    pub(crate) steps: Vec<(&'e Step, Wanted<'e>)>,
    /// The position of each index among the steps, if there are more than a few.
    items: HashMap<usize, usize>,
    /// How many of the steps have been looked at for this.
    noted: usize,
}

impl<'e> Wanted<'e> {
    /// What the edits want, without those that already hold.
    pub(crate) fn of(tree: &Tree<'_>, edits: &'e [Edit]) -> Result<Self, EditError> {
        let mut wanted = Self::default();
        let mut held = Vec::new();
        for edit in edits {
            let Some(root) = tree.root() else {
                return Err(EditError::NotAContainer {
                    offset: tree.chunk.start,
                    reason: "the document is empty",
                });
            };
            let (node, exists) = walk(root, &edit.path)?;
            if exists && holds(node, &edit.value) {
                held.push((node, &edit.path));
                continue;
            }
            refuse_doubles(root, &edit.path)?;
            if wanted.add(&edit.path, &edit.value).is_err() {
                return Err(EditError::Conflict {
                    offset: node.offset(),
                });
            }
        }
        // An edit that already holds must also hold after the others.
        match held.into_iter().find(|(_, path)| wanted.touches(path)) {
            Some((node, _)) => Err(EditError::Conflict {
                offset: node.offset(),
            }),
            None => Ok(wanted),
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.set.is_none() && self.steps.is_empty()
    }

    pub(crate) fn key(&self, name: &str) -> Option<&Wanted<'e>> {
        let found = self
            .steps
            .iter()
            .find(|(step, _)| matches!(step, Step::Key(key) if key == name));
        found.map(|(_, wanted)| wanted)
    }

    pub(crate) fn index(&self, index: usize) -> Option<&Wanted<'e>> {
        let at = self.position(&Step::Index(index))?;
        self.steps.get(at).map(|(_, wanted)| wanted)
    }

    /// Whether something is wanted at this place, above or below it.
    fn touches(&self, path: &[Step]) -> bool {
        match path.split_first() {
            _ if self.set.is_some() => true,
            None => !self.steps.is_empty(),
            Some((step, rest)) => {
                let below = self.position(step).and_then(|at| self.steps.get(at));
                below.is_some_and(|(_, wanted)| wanted.touches(rest))
            }
        }
    }

    fn position(&self, below: &Step) -> Option<usize> {
        match below {
            Step::Index(index) if self.steps.len() > FEW => self.items.get(index).copied(),
            _ => self.steps.iter().position(|(step, _)| *step == below),
        }
    }

    /// Whether both give the same result for the same value.
    pub(crate) fn same(&self, other: &Wanted<'_>) -> bool {
        self.set == other.set
            && self.steps.len() == other.steps.len()
            && self.steps.iter().all(|(step, wanted)| {
                let twin = match step {
                    Step::Key(key) => other.key(key),
                    Step::Index(index) => other.index(*index),
                };
                twin.is_some_and(|twin| wanted.same(twin))
            })
    }

    fn add(&mut self, path: &'e [Step], value: &'e Value) -> Result<(), ()> {
        let Some((step, rest)) = path.split_first() else {
            if !self.steps.is_empty() || self.set.is_some_and(|set| set != value) {
                return Err(());
            }
            self.set = Some(value);
            return Ok(());
        };
        if self.set.is_some() {
            return Err(());
        }
        let known = self.position(step);
        if let Some((_, wanted)) = known.and_then(|at| self.steps.get_mut(at)) {
            return wanted.add(rest, value);
        }
        let mut wanted = Wanted::default();
        wanted.add(rest, value)?;
        self.steps.push((step, wanted));
        if self.steps.len() > FEW {
            for (at, (step, _)) in self.steps.iter().enumerate().skip(self.noted) {
                if let Step::Index(index) = step {
                    self.items.insert(*index, at);
                }
            }
            self.noted = self.steps.len();
        }
        Ok(())
    }
}

/// The node at the path and true, or the collection that lacks the last step and false.
fn walk<'t, 's>(root: Node<'t, 's>, path: &[Step]) -> Result<(Node<'t, 's>, bool), EditError> {
    let mut node = root;
    for (at, step) in path.iter().enumerate() {
        let last = at + 1 == path.len();
        let fail = |reason| EditError::NotAContainer {
            offset: node.offset(),
            reason,
        };
        let next = match (step, node.kind()) {
            (Step::Key(key), Kind::Mapping) => node.get(key),
            (Step::Index(index), Kind::Sequence) => node.item(*index),
            (_, Kind::Null) => None,
            (Step::Key(_), _) => return Err(fail("a mapping is expected here")),
            (Step::Index(_), _) => return Err(fail("a list is expected here")),
        };
        match next {
            Some(next) => node = next,
            None if last => return Ok((node, false)),
            None => return Err(fail("the path to the edited place ends here")),
        }
    }
    Ok((node, true))
}

/// Refuses a path that goes through a key that its mapping has twice.
fn refuse_doubles(root: Node<'_, '_>, path: &[Step]) -> Result<(), EditError> {
    let tree = root.tree;
    let mut node = root;
    for step in path {
        let next = match step {
            Step::Index(index) => node.item(*index),
            Step::Key(key) => {
                let layers = tree.layers(node.index);
                for layer in layers {
                    let double = |offset: u32, key: &str| EditError::DuplicateKey {
                        offset: tree.chunk.start + tree.at(offset).start as usize,
                        key: key.to_owned(),
                    };
                    let (found, count) = tree.explicit(layer, key);
                    if let Some((at, _)) = found {
                        if count > 1 {
                            return Err(double(at, key));
                        }
                        break;
                    }
                    let merges = tree
                        .pairs(layer)
                        .map(|(at, _)| at)
                        .filter(|at| tree.at(*at).has(flag::MERGE_KEY));
                    if let Some(second) = merges.skip(1).last() {
                        return Err(double(second, "<<"));
                    }
                }
                node.get(key)
            }
        };
        match next {
            Some(next) => node = next,
            None => return Ok(()),
        }
    }
    Ok(())
}

/// Whether the node has this value already.
pub(crate) fn holds(node: Node<'_, '_>, value: &Value) -> bool {
    match value {
        Value::Null => node.kind() == Kind::Null,
        Value::Bool(value) => node.as_bool() == Some(*value),
        Value::Int(value) => node.as_int() == Some(*value),
        Value::Str(value) | Value::Quoted(value) => {
            node.is_string() && node.tree.scalar_text(node.tree.resolve(node.index)) == value
        }
        Value::Mapping(entries) if holds_in_order(node, entries) => true,
        Value::Mapping(entries) => {
            node.kind() == Kind::Mapping
                && node.entries().count() == entries.len()
                && entries
                    .iter()
                    .all(|(key, value)| node.get(key).is_some_and(|node| holds(node, value)))
        }
        Value::Sequence(items) => {
            node.kind() == Kind::Sequence
                && node.items().count() == items.len()
                && node
                    .items()
                    .zip(items)
                    .all(|(node, value)| holds(node, value))
        }
    }
}

/// Whether a mapping that merges nothing has these entries and no others, as they are written: so it is where they were written
/// by us.
fn holds_in_order(node: Node<'_, '_>, entries: &[(Cow<'static, str>, Value)]) -> bool {
    let tree = node.tree;
    let mapping = tree.resolve(node.index);
    let raw = tree.at(mapping);
    if entries.len() > FEW || !raw.shape.is_mapping() || raw.has(flag::MERGES) {
        return false;
    }
    let mut written = tree.pairs(mapping);
    let mut before = entries.iter();
    let distinct = entries.iter().rev().all(|(name, _)| {
        before.next_back();
        before.clone().all(|(other, _)| other != name)
    });
    distinct
        && entries.iter().all(|(name, value)| {
            written.next().is_some_and(|(key, found)| {
                tree.key_text(key) == Some(name.as_ref()) && holds(tree.node_at(found), value)
            })
        })
        && written.next().is_none()
}
