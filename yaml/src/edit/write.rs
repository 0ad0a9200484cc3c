//! Writes what is wanted: decides what each node, alias and merge key becomes.
//!
//! Each node is written once, at its place. If a value is shared, what its anchor becomes is compared with what is
//! wanted at the alias. The alias stays if both become the same; if not, a copy takes its place.
//!
//! | wanted at the alias | wanted at the anchored value | the alias |
//! | --- | --- | --- |
//! | nothing | nothing | stays |
//! | the same | the same | stays |
//! | something | nothing, or something else | becomes a copy with what is wanted |
//! | nothing | something | becomes a copy of the old value |

use std::borrow::Cow;
use std::collections::HashSet;

use crate::edit::draft::{Care, Drafts};
use crate::edit::emit::{New, Scalar};
use crate::edit::fate::{Fate, Fates};
use crate::edit::layout::Layout;
use crate::error::EditError;
use crate::text::span::slice;
use crate::tree::arena::{Shape, TagKind, flag};
use crate::tree::change::{Step, Value, Wanted};
use smallvec::SmallVec;

pub(crate) struct Writer<'w, 's> {
    drafts: Drafts<'w, 's>,
    wanted: Wanted<'w>,
    fates: Fates<'w>,
    /// Aliases and mappings with merge keys that are already decided.
    decided: HashSet<u32>,
}

impl<'w, 's> Writer<'w, 's> {
    pub(crate) fn new(tree: &'w Layout<'w, 's>, wanted: Wanted<'w>, care: Care) -> Self {
        Self {
            drafts: Drafts::new(tree, care),
            wanted,
            // Only aliases ask what becomes of other nodes.
            fates: if tree.aliases().is_empty() {
                Fates::default()
            } else {
                Fates::new(tree, wanted)
            },
            decided: HashSet::new(),
        }
    }

    pub(crate) fn run(mut self) -> Result<Drafts<'w, 's>, EditError> {
        self.node(0, self.wanted)?;
        let nothing = Wanted::nothing();
        for &alias in self.drafts.tree.aliases() {
            if self.decided.contains(&alias) || self.is_gone(alias) {
                continue;
            }
            match self.merging(alias) {
                Some(mapping) => {
                    if !self.decided.contains(&mapping) {
                        self.mapping(mapping, nothing)?;
                    }
                }
                None => self.alias(alias, nothing)?,
            }
        }
        Ok(self.drafts)
    }

    /// Whether the node's text is replaced, by itself or with a node around it.
    fn is_gone(&self, node: u32) -> bool {
        match self.fates.at(node) {
            Fate::Stays => false,
            Fate::Changes(wanted) => wanted.set().is_some(),
            Fate::Goes => true,
        }
    }

    /// The mapping that an alias is merged into.
    fn merging(&self, alias: u32) -> Option<u32> {
        let mut above = self.drafts.tree.ancestors(alias);
        let mut child = above.next()?;
        let mut parent = above.next()?;
        if self.drafts.tree.at(parent).shape.is_sequence() {
            child = parent;
            parent = above.next()?;
        }
        // A merge key has no children, so its value is the next node.
        let merges = self
            .drafts
            .tree
            .at(child.checked_sub(1)?)
            .has(flag::MERGE_KEY);
        merges.then_some(parent)
    }

    /// Writes a node at its place.
    fn node(&mut self, node: u32, wanted: Wanted<'w>) -> Result<(), EditError> {
        let raw = self.drafts.tree.at(node);
        if raw.shape == Shape::Alias {
            return self.alias(node, wanted);
        }
        if raw.has(flag::TAG) {
            return self.tagged(node, wanted);
        }
        self.untagged(node, wanted)
    }

    fn untagged(&mut self, node: u32, wanted: Wanted<'w>) -> Result<(), EditError> {
        let raw = self.drafts.tree.at(node);
        if let Some(value) = wanted.set() {
            return self.drafts.replace(node, &New::from(value));
        }
        if wanted.count() == 0 {
            return Ok(());
        }
        if raw.shape.is_mapping() && raw.next(node) > node + 1 {
            self.mapping(node, wanted)
        } else if raw.shape.is_sequence() && raw.next(node) > node + 1 {
            self.sequence(node, wanted)
        } else {
            let value = self.drafts.fresh(node, wanted)?;
            self.drafts.replace(node, &value)
        }
    }

    /// Writes a node with a tag. A tag of YAML's own schema stays if it fits the new value, and goes if it does not.
    /// What any other tag means, only its reader knows.
    fn tagged(&mut self, node: u32, wanted: Wanted<'w>) -> Result<(), EditError> {
        let refused = EditError::Tagged {
            offset: self.drafts.offset(node),
        };
        let (raw, tree) = (self.drafts.tree.at(node), self.drafts.tree);
        let props = tree.props(node);
        let Some((tag, kind)) = props.and_then(|props| props.tag.clone()) else {
            return self.untagged(node, wanted);
        };
        let string = matches!(wanted.set(), Some(Value::Str(_) | Value::Quoted(_)));
        let fits = match kind {
            TagKind::String => string && raw.shape != Shape::Empty,
            // A change inside a collection leaves its tag as it is.
            _ => wanted.set().is_none() && raw.next(node) > node + 1,
        };
        if fits {
            return self.untagged(node, wanted);
        }
        let scalar = !raw.shape.is_collection();
        let anchored = props.is_some_and(|props| props.anchor.is_some());
        let value = wanted.set().map(New::from);
        let Some(text) = value.as_ref().and_then(New::inline) else {
            return Err(refused);
        };
        let core = matches!(kind, TagKind::String | TagKind::Resolved);
        let between = slice(tree.source, tag.end as usize..raw.start as usize);
        let beside = between.bytes().all(|byte| byte == b' ');
        if !core || !scalar || !beside || anchored || raw.shape.is_block_scalar() {
            return Err(refused);
        }
        let end = raw.end as usize;
        let behind = self.drafts.gap_behind(end);
        self.drafts
            .put(tag.start as usize..end, format!("{text}{behind}"));
        Ok(())
    }

    fn sequence(&mut self, node: u32, wanted: Wanted<'w>) -> Result<(), EditError> {
        let children: SmallVec<[u32; 8]> = self.drafts.tree.children(node).collect();
        let mut added = Vec::new();
        for (step, wanted) in wanted.steps() {
            let Step::Index(index) = step else { continue };
            match (children.get(*index), wanted.set()) {
                (Some(child), _) => self.node(*child, wanted)?,
                (None, Some(value)) => added.push((*index, New::from(value))),
                (None, None) => {}
            }
        }
        let added = self.drafts.contiguous(node, added, children.len())?;
        self.drafts.append_items(node, &added)
    }

    fn mapping(&mut self, node: u32, wanted: Wanted<'w>) -> Result<(), EditError> {
        let merged = if self.drafts.tree.at(node).has(flag::MERGES) {
            self.decided.insert(node);
            self.sources(node, wanted)?
        } else {
            Vec::new()
        };
        let mut added = SmallVec::<[_; 1]>::new();
        for (step, wanted) in wanted.steps() {
            let Step::Key(key) = step else { continue };
            if let (Some((_, value)), _) = self.drafts.tree.explicit(node, key) {
                self.node(value, wanted)?;
            } else if merged.contains(key) {
                // The merged mapping gets the same value.
            } else if let Some((merged, value)) = self.drafts.tree.lookup(node, key) {
                // The key is written as it is in the merged mapping: `4` and `"4"` are two keys for some readers.
                added.push((
                    self.drafts.copy_key(merged)?,
                    self.drafts.copy(value, wanted)?,
                ));
            } else if let Some(value) = wanted.set() {
                added.push((Scalar::auto(key), New::from(value)));
            }
        }
        self.drafts.append_entries(node, &added)
    }

    /// Decides on the merge keys of a mapping: replaces the aliases whose mappings change in a way that is not wanted
    /// here, and returns the keys that the others supply with the wanted values.
    fn sources(
        &mut self,
        node: u32,
        wanted: Wanted<'w>,
    ) -> Result<Vec<Cow<'static, str>>, EditError> {
        let tree = self.drafts.tree;
        self.decide_lists(node)?;
        let sources = tree.direct_sources(node).into_iter().map(|source| {
            let is_alias = tree.at(source).shape == Shape::Alias;
            let fate = if is_alias {
                self.fates.at(tree.resolve(source))
            } else {
                Fate::Stays
            };
            (source, fate)
        });
        let mut sources: Vec<(u32, Fate<'_>)> = sources.collect();
        while let Some(at) = self.unwanted(node, wanted, &sources)
            && let Some((source, fate)) = sources.get_mut(at)
        {
            let copy = self.drafts.copy(*source, Wanted::nothing())?;
            self.drafts.replace(*source, &copy)?;
            *fate = Fate::Stays;
        }
        self.decided
            .extend(sources.iter().map(|(source, _)| *source));
        let supplied = wanted.steps().filter_map(|(step, below)| {
            let Step::Key(key) = step else { return None };
            let at = self.supplier(&sources, key)?;
            let (_, Fate::Changes(change)) = sources.get(at)? else {
                return None;
            };
            change.key(key)?.same(below).then(|| key.clone())
        });
        Ok(supplied.collect())
    }

    /// Marks the aliases of lists of merged mappings as decided; none of these lists may change.
    fn decide_lists(&mut self, node: u32) -> Result<(), EditError> {
        let tree = self.drafts.tree;
        for (key, value) in tree.pairs(node) {
            if tree.at(key).has(flag::MERGE_KEY) && tree.at(value).shape == Shape::Alias {
                self.decided.insert(value);
                let list = tree.resolve(value);
                if tree.at(list).shape.is_sequence() && !matches!(self.fates.at(list), Fate::Stays)
                {
                    let reason = "the list of merged mappings is itself edited";
                    return Err(self.drafts.shared(value, reason));
                }
            }
        }
        Ok(())
    }

    /// The first merged mapping that goes, or changes in a way that is not wanted here.
    fn unwanted(
        &self,
        node: u32,
        wanted: Wanted<'w>,
        sources: &[(u32, Fate<'_>)],
    ) -> Option<usize> {
        let tree = self.drafts.tree;
        (0..).zip(sources).find_map(|(at, (_, fate))| {
            let unwanted = match fate {
                Fate::Stays => false,
                Fate::Goes => true,
                Fate::Changes(change) => {
                    change.set().is_some()
                        || change.steps().any(|(step, _)| {
                            let Step::Key(key) = step else { return true };
                            wanted.key(key).is_none()
                                && tree.explicit(node, key).0.is_none()
                                && self.supplier(sources, key) == Some(at)
                        })
                }
            };
            unwanted.then_some(at)
        })
    }

    /// The first of the merged mappings that has a key, or gets it.
    fn supplier(&self, sources: &[(u32, Fate<'_>)], key: &str) -> Option<usize> {
        sources.iter().position(|(source, fate)| {
            self.drafts.tree.lookup(*source, key).is_some()
                || matches!(fate, Fate::Changes(change) if change.key(key).is_some())
        })
    }

    /// Writes what an alias becomes.
    fn alias(&mut self, alias: u32, wanted: Wanted<'w>) -> Result<(), EditError> {
        self.decided.insert(alias);
        let there = self.fates.at(self.drafts.tree.resolve(alias));
        let stays = match there {
            Fate::Stays => wanted.is_empty(),
            Fate::Changes(there) => there.same(wanted),
            Fate::Goes => false,
        };
        if stays {
            return Ok(());
        }
        let copy = self.drafts.copy(alias, wanted)?;
        let is_key = self.drafts.tree.parent(alias).is_some_and(|parent| {
            self.drafts.tree.at(parent).shape.is_mapping()
                && self.drafts.tree.pairs(parent).any(|(key, _)| key == alias)
        });
        if is_key {
            let target = self.drafts.tree.at(self.drafts.tree.resolve(alias));
            let New::Scalar(scalar) = copy else {
                return Err(self.drafts.shared(alias, "it is a key"));
            };
            if target.shape == Shape::Empty {
                return Err(self.drafts.shared(alias, "it is an empty key"));
            }
            let text = scalar
                .inline(self.drafts.tree.in_flow(alias), false)
                .into_owned();
            self.drafts.put(self.drafts.tree.at(alias).range(), text);
            return Ok(());
        }
        self.drafts.replace(alias, &copy)
    }
}
