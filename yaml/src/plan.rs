//! The edits of one call as a tree of steps, without those that hold already.

use std::collections::HashMap;
use std::ops::Range;

use crate::edit::{Edit, Step, Value};
use crate::error::EditError;
use crate::node::{Kind, Node, NodeId, Tree, flag};

/// What is wanted at a place and below it.
#[derive(Default, Debug)]
pub(crate) struct Plan<'e> {
    /// The value that the place shall have; then there are no steps.
    pub(crate) set: Option<&'e Value>,
    /// Places below, in the order of the edits.
    pub(crate) steps: Vec<(&'e Step, Plan<'e>)>,
    /// Where among the steps an item of a sequence stands: a long list can have a step for each.
    items: HashMap<usize, usize>,
}

/// The plan of a node as it stands in the text.
#[derive(Clone, Copy)]
pub(crate) enum Place<'p> {
    /// Nothing is wanted there.
    Unchanged,
    /// Something is wanted there or below.
    Planned(&'p Plan<'p>),
    /// A node above it is replaced whole.
    Gone,
}

impl<'e> Plan<'e> {
    pub(crate) fn is_empty(&self) -> bool {
        self.set.is_none() && self.steps.is_empty()
    }

    pub(crate) fn key(&self, wanted: &str) -> Option<&Plan<'e>> {
        let found = self
            .steps
            .iter()
            .find(|(step, _)| matches!(step, Step::Key(key) if key == wanted));
        found.map(|(_, plan)| plan)
    }

    pub(crate) fn index(&self, wanted: usize) -> Option<&Plan<'e>> {
        let at = self.items.get(&wanted)?;
        self.steps.get(*at).map(|(_, plan)| plan)
    }

    /// Whether something is wanted at this place, above or below it.
    fn touches(&self, path: &[Step]) -> bool {
        match path.split_first() {
            _ if self.set.is_some() => true,
            None => !self.steps.is_empty(),
            Some((step, rest)) => {
                let below = self.position(step).and_then(|at| self.steps.get(at));
                below.is_some_and(|(_, plan)| plan.touches(rest))
            }
        }
    }

    fn position(&self, wanted: &Step) -> Option<usize> {
        match wanted {
            Step::Index(index) => self.items.get(index).copied(),
            Step::Key(_) => self.steps.iter().position(|(step, _)| *step == wanted),
        }
    }

    /// Whether both plans make the same of the same value.
    pub(crate) fn same(&self, other: &Plan<'_>) -> bool {
        self.set == other.set
            && self.steps.len() == other.steps.len()
            && self.steps.iter().all(|(step, plan)| {
                let twin = match step {
                    Step::Key(key) => other.key(key),
                    Step::Index(index) => other.index(*index),
                };
                twin.is_some_and(|twin| plan.same(twin))
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
        if let Some((_, plan)) = known.and_then(|at| self.steps.get_mut(at)) {
            return plan.add(rest, value);
        }
        let mut plan = Plan::default();
        plan.add(rest, value)?;
        if let Step::Index(index) = step {
            self.items.insert(*index, self.steps.len());
        }
        self.steps.push((step, plan));
        Ok(())
    }
}

/// Makes the plan of all edits that do not hold already.
pub(crate) fn plan<'e>(tree: &Tree<'_>, edits: &'e [Edit]) -> Result<Plan<'e>, EditError> {
    let mut plan = Plan::default();
    let mut lists = Lists::default();
    let mut held = Vec::new();
    for edit in edits {
        let Some(root) = tree.root() else {
            return Err(EditError::NotAContainer {
                offset: tree.chunk.start,
                reason: "the document is empty",
            });
        };
        let (node, exists) = walk(root, &edit.path, &mut lists)?;
        if exists && holds(node, &edit.value) {
            held.push((node, &edit.path));
            continue;
        }
        refuse_doubles(root, &edit.path, &mut lists)?;
        if plan.add(&edit.path, &edit.value).is_err() {
            return Err(EditError::Conflict {
                offset: node.offset(),
            });
        }
    }
    // What holds already has to hold after the others too.
    match held.into_iter().find(|(_, path)| plan.touches(path)) {
        Some((node, _)) => Err(EditError::Conflict {
            offset: node.offset(),
        }),
        None => Ok(plan),
    }
}

/// The items of the sequences that ways lead through, so that many edits of a long list go along it once.
#[derive(Default)]
struct Lists<'t, 's>(HashMap<NodeId, Vec<Node<'t, 's>>>);

impl<'t, 's> Lists<'t, 's> {
    fn item(&mut self, list: Node<'t, 's>, index: usize) -> Option<Node<'t, 's>> {
        let items = self.0.entry(list.id());
        let items = items.or_insert_with(|| list.items().collect());
        items.get(index).copied()
    }
}

/// The node at the path, or the container that lacks the last step.
fn walk<'t, 's>(
    root: Node<'t, 's>,
    path: &[Step],
    lists: &mut Lists<'t, 's>,
) -> Result<(Node<'t, 's>, bool), EditError> {
    let mut node = root;
    for (at, step) in path.iter().enumerate() {
        let last = at + 1 == path.len();
        let fail = |reason| EditError::NotAContainer {
            offset: node.offset(),
            reason,
        };
        let next = match (step, node.kind()) {
            (Step::Key(key), Kind::Mapping) => node.get(key),
            (Step::Index(index), Kind::Sequence) => lists.item(node, *index),
            (_, Kind::Null) => None,
            (Step::Key(_), _) => return Err(fail("a mapping is expected here")),
            (Step::Index(_), _) => return Err(fail("a list is expected here")),
        };
        match next {
            Some(next) => node = next,
            None if last => return Ok((node, false)),
            None => return Err(fail("the way to the edited place ends here")),
        }
    }
    Ok((node, true))
}

/// Refuses a way that goes through a doubled key.
fn refuse_doubles<'t, 's>(
    root: Node<'t, 's>,
    path: &[Step],
    lists: &mut Lists<'t, 's>,
) -> Result<(), EditError> {
    let tree = root.tree;
    let mut node = root;
    for step in path {
        let next = match step {
            Step::Index(index) => lists.item(node, *index),
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

/// The plans of the nodes that stand in the text. A way through an alias or a merge key leads to none of them.
pub(crate) struct Places<'p> {
    planned: HashMap<u32, &'p Plan<'p>>,
    /// The nodes below those that are replaced whole, in order.
    gone: Vec<Range<u32>>,
}

impl<'p> Places<'p> {
    pub(crate) fn new(tree: &Tree<'_>, plan: &'p Plan<'p>) -> Self {
        let mut planned = HashMap::new();
        let mut gone = Vec::new();
        let mut waiting = vec![(0, plan)];
        while let Some((node, plan)) = waiting.pop() {
            if plan.is_empty() {
                continue;
            }
            planned.insert(node, plan);
            let raw = tree.at(node);
            if plan.set.is_some() {
                gone.push(node + 1..raw.next);
            } else if raw.shape.is_sequence() {
                let items = (0..).zip(tree.children(node));
                waiting.extend(items.filter_map(|(index, item)| Some((item, plan.index(index)?))));
            } else {
                waiting.extend(plan.steps.iter().filter_map(|(step, below)| {
                    let Step::Key(key) = step else { return None };
                    let (_, value) = tree.explicit(node, key).0?;
                    Some((value, below))
                }));
            }
        }
        gone.sort_by_key(|range| range.start);
        Self { planned, gone }
    }

    pub(crate) fn at(&self, node: u32) -> Place<'p> {
        if let Some(plan) = self.planned.get(&node) {
            return Place::Planned(plan);
        }
        let after = self.gone.partition_point(|range| range.start <= node);
        let around = after.checked_sub(1).and_then(|at| self.gone.get(at));
        if around.is_some_and(|range| range.contains(&node)) {
            Place::Gone
        } else {
            Place::Unchanged
        }
    }
}
