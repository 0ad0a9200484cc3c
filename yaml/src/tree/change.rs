//! Edits, and what they want of a tree: the edits of one call as a tree of steps, without those that already hold.

use std::borrow::Cow;
use std::collections::BTreeMap;

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

/// What some edits want of a tree, without those that already hold: the places on the way to each of them.
#[derive(Default, Debug)]
pub(crate) struct Wishes<'e> {
    /// The root first.
    places: Vec<Place<'e>>,
    /// The places of items of lists, by that of the list and the index, where there are more than a few.
    items: BTreeMap<(usize, usize), usize>,
}

/// A place, with the numbers of others; 0 is none of them. Large lists have many, so the numbers are short: each place takes more
/// bytes than a text of so many edits can be long.
#[derive(Default, Debug)]
struct Place<'e> {
    /// The step to it from the place above; the root has none.
    step: Option<&'e Step>,
    /// The value that it should have; if there is one, no places are below.
    set: Option<&'e Value>,
    /// The first and the last place below.
    first: u32,
    last: u32,
    /// How many are below.
    count: u32,
    /// The next one below the same place.
    next: u32,
}

/// What is wanted at a place and below it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wanted<'w> {
    wishes: &'w Wishes<'w>,
    at: usize,
}

impl<'e> Wishes<'e> {
    /// What the edits want, without those that already hold.
    pub(crate) fn of(tree: &Tree<'_>, edits: &'e [Edit]) -> Result<Self, EditError> {
        let mut wishes = Self::default();
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
            if wishes.add(&edit.path, &edit.value).is_none() {
                return Err(EditError::Conflict {
                    offset: node.offset(),
                });
            }
        }
        // An edit that already holds must also hold after the others.
        match held
            .into_iter()
            .find(|(_, path)| wishes.all().touches(path))
        {
            Some((node, _)) => Err(EditError::Conflict {
                offset: node.offset(),
            }),
            None => Ok(wishes),
        }
    }

    /// What is wanted of the whole tree.
    pub(crate) fn all(&self) -> Wanted<'_> {
        Wanted {
            wishes: self,
            at: 0,
        }
    }

    /// Adds a value at a path; none if the others leave no room for it.
    fn add(&mut self, path: &'e [Step], value: &'e Value) -> Option<()> {
        if self.places.is_empty() {
            self.places.reserve(16);
            self.places.push(Place::default());
        }
        let mut at = 0;
        for step in path {
            let known = Wanted { wishes: self, at }.below(step);
            at = match known {
                Some(known) => known.at,
                None => self.add_below(at, step)?,
            };
        }
        let place = self.places.get_mut(at)?;
        if place.count > 0 || place.set.is_some_and(|set| set != value) {
            return None;
        }
        place.set = Some(value);
        Some(())
    }

    /// Adds a place below another one, which is to have no value.
    fn add_below(&mut self, above: usize, step: &'e Step) -> Option<usize> {
        let new = self.places.len();
        let number = u32::try_from(new).ok()?;
        let place = self.places.get_mut(above).filter(|p| p.set.is_none())?;
        place.count += 1;
        let before = std::mem::replace(&mut place.last, number);
        if before == 0 {
            place.first = number;
        } else if let Some(before) = self.places.get_mut(before as usize) {
            before.next = number;
        }
        self.places.push(Place {
            step: Some(step),
            ..Place::default()
        });
        let Self { places, items } = self;
        let place = places.get(above)?;
        let unnoted = match (place.count as usize).checked_sub(FEW) {
            None | Some(0) => 0,
            Some(1) => place.first,
            Some(_) => number,
        };
        for at in each_from(places, unnoted) {
            if let Some(Step::Index(index)) = places.get(at).and_then(|place| place.step) {
                items.insert((above, *index), at);
            }
        }
        Some(new)
    }
}

/// The numbers of a place and of those behind it that are below the same one.
fn each_from(places: &[Place<'_>], first: u32) -> impl Iterator<Item = usize> {
    let some = |at: u32| Some(at as usize).filter(|at| *at > 0);
    let next = move |at: &usize| some(places.get(*at)?.next);
    std::iter::successors(some(first), next)
}

impl<'w> Wanted<'w> {
    /// Nothing.
    pub(crate) fn nothing() -> Self {
        static NOTHING: Wishes<'static> = Wishes {
            places: Vec::new(),
            items: BTreeMap::new(),
        };
        NOTHING.all()
    }

    fn place(self) -> Option<&'w Place<'w>> {
        self.wishes.places.get(self.at)
    }

    /// The value that the place should have; if there is one, there are no steps.
    pub(crate) fn set(self) -> Option<&'w Value> {
        self.place()?.set
    }

    /// Places below, in the order of the edits.
    pub(crate) fn steps(self) -> impl Iterator<Item = (&'w Step, Self)> {
        let places = &self.wishes.places;
        let each = each_from(places, self.place().map_or(0, |place| place.first));
        each.filter_map(move |at| Some((places.get(at)?.step?, Self { at, ..self })))
    }

    /// How many places are below.
    pub(crate) fn count(self) -> usize {
        self.place().map_or(0, |place| place.count as usize)
    }

    pub(crate) fn is_empty(self) -> bool {
        self.set().is_none() && self.count() == 0
    }

    pub(crate) fn key(self, name: &str) -> Option<Self> {
        let mut steps = self.steps();
        let found = steps.find(|(step, _)| matches!(step, Step::Key(key) if key == name));
        found.map(|(_, wanted)| wanted)
    }

    pub(crate) fn index(self, index: usize) -> Option<Self> {
        self.below(&Step::Index(index))
    }

    /// Whether something is wanted at this place, above or below it.
    fn touches(self, path: &[Step]) -> bool {
        match path.split_first() {
            _ if self.set().is_some() => true,
            None => self.count() > 0,
            Some((step, rest)) => self.below(step).is_some_and(|below| below.touches(rest)),
        }
    }

    fn below(self, below: &Step) -> Option<Self> {
        match below {
            Step::Index(index) if self.count() > FEW => {
                let at = *self.wishes.items.get(&(self.at, *index))?;
                Some(Self { at, ..self })
            }
            _ => {
                let mut steps = self.steps();
                steps
                    .find(|(step, _)| *step == below)
                    .map(|(_, wanted)| wanted)
            }
        }
    }

    /// Whether both give the same result for the same value.
    pub(crate) fn same(self, other: Wanted<'_>) -> bool {
        self.set() == other.set()
            && self.count() == other.count()
            && self
                .steps()
                .all(|(step, wanted)| other.below(step).is_some_and(|twin| wanted.same(twin)))
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
