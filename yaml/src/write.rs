//! Writes a plan: which node, alias or merge key has to become what.
//!
//! Each node that stands in the text is written once, at its place. Where a value is shared, what an
//! alias stands for is compared with what is wanted at the alias: if both become the same the alias
//! stays, else a copy takes its place.
//!
//! | wanted at the alias | wanted at the anchored value | the alias |
//! | --- | --- | --- |
//! | nothing | nothing | stays |
//! | the same | the same | stays |
//! | something | nothing, or something else | becomes a copy with what is wanted |
//! | nothing | something | becomes a copy of the old value |

use std::borrow::Cow;
use std::collections::HashSet;

use crate::edit::{Care, Step, Value};
use crate::error::EditError;
use crate::node::{Shape, TagKind, Tree, flag};
use crate::plan::{Place, Places, Plan};
use crate::render::{New, Scalar};
use crate::span::slice;
use crate::splice::Draft;

pub(crate) struct Writer<'w, 's> {
    pub(crate) tree: &'w Tree<'s>,
    plan: &'w Plan<'w>,
    places: Places<'w>,
    pub(crate) care: Care,
    pub(crate) splices: Vec<Draft>,
    /// Aliases and mappings with merge keys that have been decided on.
    decided: HashSet<u32>,
    /// Bytes that copies may still take.
    pub(crate) budget: usize,
}

/// Copies of shared values may take so many bytes in one chunk.
const COPIES: usize = 64 * 1024;

impl<'w, 's> Writer<'w, 's> {
    pub(crate) fn new(tree: &'w Tree<'s>, plan: &'w Plan<'w>, care: Care) -> Self {
        Self {
            tree,
            plan,
            places: Places::new(tree, plan),
            care,
            splices: Vec::new(),
            decided: HashSet::new(),
            budget: COPIES,
        }
    }

    pub(crate) fn run(&mut self) -> Result<(), EditError> {
        self.node(0, self.plan)?;
        let nothing = Plan::default();
        for &alias in &self.tree.aliases {
            if self.decided.contains(&alias) || self.is_gone(alias) {
                continue;
            }
            match self.merging(alias) {
                Some(mapping) => {
                    if !self.decided.contains(&mapping) {
                        self.mapping(mapping, &nothing)?;
                    }
                }
                None => self.alias(alias, &nothing)?,
            }
        }
        Ok(())
    }

    /// Whether the node's text is replaced with something around it.
    fn is_gone(&self, node: u32) -> bool {
        match self.places.at(node) {
            Place::Unchanged => false,
            Place::Planned(plan) => plan.set.is_some(),
            Place::Gone => true,
        }
    }

    /// The mapping that an alias is merged into.
    fn merging(&self, alias: u32) -> Option<u32> {
        let lineage = self.tree.lineage(alias);
        let mut above = lineage.iter().rev();
        let mut child = *above.next()?;
        let mut parent = *above.next()?;
        if self.tree.at(parent).shape.is_sequence() {
            child = parent;
            parent = *above.next()?;
        }
        // A merge key has nothing below it, so that its value comes right after it.
        let merges = self.tree.at(child.checked_sub(1)?).has(flag::MERGE_KEY);
        merges.then_some(parent)
    }

    pub(crate) fn offset(&self, node: u32) -> usize {
        self.tree.chunk.start + self.tree.outer_start(node)
    }

    pub(crate) fn shared(&self, node: u32, reason: &'static str) -> EditError {
        EditError::Shared {
            offset: self.offset(node),
            reason,
        }
    }

    /// Writes a node that stands in the text.
    fn node(&mut self, node: u32, plan: &Plan<'_>) -> Result<(), EditError> {
        let raw = self.tree.at(node);
        if raw.shape == Shape::Alias {
            return self.alias(node, plan);
        }
        if raw.has(flag::TAG) {
            return self.tagged(node, plan);
        }
        self.untagged(node, plan)
    }

    fn untagged(&mut self, node: u32, plan: &Plan<'_>) -> Result<(), EditError> {
        let raw = self.tree.at(node);
        if let Some(value) = plan.set {
            return self.replace(node, &New::from(value));
        }
        if plan.steps.is_empty() {
            return Ok(());
        }
        if raw.shape.is_mapping() && raw.next > node + 1 {
            self.mapping(node, plan)
        } else if raw.shape.is_sequence() && raw.next > node + 1 {
            self.sequence(node, plan)
        } else {
            let value = self.fresh(node, plan)?;
            self.replace(node, &value)
        }
    }

    /// Writes a node with a tag. A tag of YAML's own schema stays where it fits what is written and goes
    /// with the old scalar where it does not; what any other tag means only its reader knows.
    fn tagged(&mut self, node: u32, plan: &Plan<'_>) -> Result<(), EditError> {
        let refused = EditError::Tagged {
            offset: self.offset(node),
        };
        let (raw, tree) = (self.tree.at(node), self.tree);
        let props = tree.props(node);
        let Some((tag, kind)) = props.and_then(|props| props.tag.clone()) else {
            return self.untagged(node, plan);
        };
        let string = matches!(plan.set, Some(Value::Str(_) | Value::Quoted(_)));
        let fits = match kind {
            TagKind::String => string && raw.shape != Shape::Empty,
            // What changes inside a collection leaves its tag as it is.
            _ => plan.set.is_none() && raw.next > node + 1,
        };
        if fits {
            return self.untagged(node, plan);
        }
        let scalar = !raw.shape.is_mapping() && !raw.shape.is_sequence();
        let anchored = props.is_some_and(|props| props.anchor.is_some());
        let value = plan.set.map(New::from);
        let Some(text) = value.as_ref().and_then(New::inline) else {
            return Err(refused);
        };
        let core = matches!(kind, TagKind::String | TagKind::Resolved);
        let between = slice(tree.source, tag.end as usize..raw.start as usize);
        let beside = between.bytes().all(|byte| byte == b' ');
        if !core || !scalar || !beside || anchored || raw.shape.is_block_scalar() {
            return Err(refused);
        }
        self.put(tag.start as usize..raw.end as usize, text.into_owned());
        Ok(())
    }

    /// A collection for a place that holds none yet.
    pub(crate) fn fresh(&self, node: u32, plan: &Plan<'_>) -> Result<New, EditError> {
        let conflict = || EditError::Conflict {
            offset: self.offset(node),
        };
        let mut entries = Vec::new();
        let mut items = Vec::new();
        for (step, plan) in &plan.steps {
            let value = New::from(plan.set.ok_or_else(conflict)?);
            match step {
                Step::Key(key) => entries.push((Scalar::auto(key), value)),
                Step::Index(index) => items.push((*index, value)),
            }
        }
        if items.is_empty() {
            return Ok(New::Mapping(entries));
        }
        if !entries.is_empty() {
            return Err(conflict());
        }
        Ok(New::Sequence(self.contiguous(node, items, 0)?))
    }

    /// New items in the order of their indexes, which have to follow the `length` items that are there.
    pub(crate) fn contiguous(
        &self,
        node: u32,
        mut items: Vec<(usize, New)>,
        length: usize,
    ) -> Result<Vec<New>, EditError> {
        items.sort_by_key(|(index, _)| *index);
        if items
            .iter()
            .enumerate()
            .any(|(at, (index, _))| length + at != *index)
        {
            return Err(EditError::NotAContainer {
                offset: self.offset(node),
                reason: "the list is shorter than the index",
            });
        }
        Ok(items.into_iter().map(|(_, value)| value).collect())
    }

    fn sequence(&mut self, node: u32, plan: &Plan<'_>) -> Result<(), EditError> {
        let children: Vec<u32> = self.tree.children(node).collect();
        let mut added = Vec::new();
        for (step, plan) in &plan.steps {
            let Step::Index(index) = step else { continue };
            match (children.get(*index), plan.set) {
                (Some(child), _) => self.node(*child, plan)?,
                (None, Some(value)) => added.push((*index, New::from(value))),
                (None, None) => {}
            }
        }
        let added = self.contiguous(node, added, children.len())?;
        self.append_items(node, &added)
    }

    fn mapping(&mut self, node: u32, plan: &Plan<'_>) -> Result<(), EditError> {
        let merged = if self.tree.at(node).has(flag::MERGES) {
            self.decided.insert(node);
            self.sources(node, plan)?
        } else {
            Vec::new()
        };
        let mut added = Vec::new();
        for (step, plan) in &plan.steps {
            let Step::Key(key) = step else { continue };
            if let (Some((_, value)), _) = self.tree.explicit(node, key) {
                self.node(value, plan)?;
            } else if merged.contains(key) {
                // The merged mapping is given the very same value.
            } else if let Some((merged, value)) = self.tree.lookup(node, key) {
                // The same key, so that it overrides: `4` and `"4"` are two for some readers.
                added.push((self.copy_key(merged)?, self.copy(value, plan)?));
            } else if let Some(value) = plan.set {
                added.push((Scalar::auto(key), New::from(value)));
            }
        }
        self.append_entries(node, &added)
    }

    /// Decides on the merge keys of a mapping: replaces the aliases whose anchored mappings change in a way that
    /// is not wanted here, and returns the keys that the others supply as they are wanted.
    fn sources(&mut self, node: u32, plan: &Plan<'_>) -> Result<Vec<Cow<'static, str>>, EditError> {
        let tree = self.tree;
        let nothing = Plan::default();
        let sources = tree.direct_sources(node);
        let mut changes: Vec<Place<'_>> = Vec::new();
        for &source in &sources {
            let target = tree.resolve(source);
            changes.push(if tree.at(source).shape == Shape::Alias {
                self.places.at(target)
            } else {
                Place::Unchanged
            });
        }
        for (key, value) in tree.pairs(node) {
            // A list of mappings behind an alias of its own.
            if tree.at(key).has(flag::MERGE_KEY) && tree.at(value).shape == Shape::Alias {
                self.decided.insert(value);
                let list = tree.resolve(value);
                if tree.at(list).shape.is_sequence()
                    && !matches!(self.places.at(list), Place::Unchanged)
                {
                    return Err(self.shared(value, "the list of merged mappings is itself edited"));
                }
            }
        }
        let has = |source: u32, key: &str| tree.lookup(source, key).is_some();
        let supplier = |changes: &[Place<'_>], key: &str| {
            sources.iter().zip(changes).position(|(source, change)| {
                has(*source, key)
                    || matches!(change, Place::Planned(plan) if plan.key(key).is_some())
            })
        };
        loop {
            let unwanted = changes
                .iter()
                .enumerate()
                .find(|(at, change)| match change {
                    Place::Unchanged => false,
                    Place::Gone => true,
                    Place::Planned(change) => {
                        change.set.is_some()
                            || change.steps.iter().any(|(step, _)| {
                                let Step::Key(key) = step else { return true };
                                plan.key(key).is_none()
                                    && tree.explicit(node, key).0.is_none()
                                    && supplier(&changes, key) == Some(*at)
                            })
                    }
                });
            let Some((at, _)) = unwanted else { break };
            let Some(&source) = sources.get(at) else {
                break;
            };
            let copy = self.copy(source, &nothing)?;
            self.replace(source, &copy)?;
            self.decided.insert(source);
            if let Some(change) = changes.get_mut(at) {
                *change = Place::Unchanged;
            }
        }
        self.decided.extend(sources.iter().copied());
        let mut keys = Vec::new();
        for (step, wanted) in &plan.steps {
            let Step::Key(key) = step else { continue };
            let change = supplier(&changes, key).and_then(|at| changes.get(at));
            if let Some(Place::Planned(change)) = change
                && change.key(key).is_some_and(|change| change.same(wanted))
            {
                keys.push(key.clone());
            }
        }
        Ok(keys)
    }

    /// Writes what an alias in the text becomes.
    fn alias(&mut self, alias: u32, plan: &Plan<'_>) -> Result<(), EditError> {
        self.decided.insert(alias);
        let there = self.places.at(self.tree.resolve(alias));
        let stays = match there {
            Place::Unchanged => plan.is_empty(),
            Place::Planned(there) => there.same(plan),
            Place::Gone => false,
        };
        if stays {
            return Ok(());
        }
        let copy = self.copy(alias, plan)?;
        let is_key = self.tree.parent(alias).is_some_and(|parent| {
            self.tree.at(parent).shape.is_mapping()
                && self.tree.pairs(parent).any(|(key, _)| key == alias)
        });
        if is_key {
            let target = self.tree.at(self.tree.resolve(alias));
            let New::Scalar(scalar) = copy else {
                return Err(self.shared(alias, "it is a key"));
            };
            if target.shape == Shape::Empty {
                return Err(self.shared(alias, "it is an empty key"));
            }
            let text = scalar.inline(self.tree.in_flow(alias), false).into_owned();
            self.put(self.tree.at(alias).range(), text);
            return Ok(());
        }
        self.replace(alias, &copy)
    }

    /// Puts text inside a line: before whatever comes after that line.
    pub(crate) fn put(&mut self, range: std::ops::Range<usize>, text: String) {
        self.push(range, text, usize::MAX);
    }

    /// Puts lines that belong to a collection at this depth.
    pub(crate) fn push(&mut self, range: std::ops::Range<usize>, text: String, depth: usize) {
        self.splices.push(Draft { range, text, depth });
    }
}
