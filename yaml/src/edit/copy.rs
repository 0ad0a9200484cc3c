//! Copies of shared values that replace an alias or a merge key.

use std::borrow::Cow;

use crate::edit::draft::{Care, Drafts};
use crate::edit::emit::{Held, New, Scalar, Style};
use crate::error::EditError;
use crate::text::sort::sort_by;
use crate::tree::arena::{Shape, TagKind, flag};
use crate::tree::change::{Step, Wanted};
use crate::tree::value::Resolved;

/// Levels that a copy may nest; manifests need far fewer.
const DEPTH: usize = 100;

impl<'w> Drafts<'w, '_> {
    /// The value of a node with what is wanted: aliases and merge keys are resolved, anchors left out.
    pub(crate) fn copy(&mut self, node: u32, wanted: Wanted<'w>) -> Result<New<'w>, EditError> {
        self.copy_below(node, wanted, 0)
    }

    fn copy_below(
        &mut self,
        at: u32,
        wanted: Wanted<'w>,
        depth: usize,
    ) -> Result<New<'w>, EditError> {
        if let Some(value) = wanted.set() {
            return Ok(New::from(value));
        }
        let node = self.tree.resolve(at);
        let raw = self.tree.at(node);
        let known = match self.tree.tag_kind(node) {
            Some(TagKind::Collection | TagKind::String) => true,
            Some(TagKind::Resolved) => !raw.shape.is_quoted(),
            _ => false,
        };
        if raw.has(flag::TAG) && !known {
            return Err(EditError::Tagged {
                offset: self.offset(node),
            });
        }
        if depth > DEPTH {
            return Err(self.shared(node, "it nests too deep"));
        }
        self.spend(node, 4)?;
        if raw.shape.is_mapping() {
            self.copy_mapping(node, wanted, depth)
        } else if raw.shape.is_sequence() {
            self.copy_sequence(node, wanted, depth)
        } else if wanted.count() > 0 {
            self.fresh(node, wanted)
        } else {
            Ok(New::Scalar(self.copy_scalar(node)?))
        }
    }

    fn copy_mapping(
        &mut self,
        node: u32,
        wanted: Wanted<'w>,
        depth: usize,
    ) -> Result<New<'w>, EditError> {
        let nothing = Wanted::nothing();
        let mut entries = Vec::new();
        for (key, value) in self.tree.effective(node) {
            let text = self.tree.key_text(key).unwrap_or_default();
            let below = wanted.key(text).unwrap_or(nothing);
            let key = self.copy_key(key)?;
            entries.push((key, self.copy_below(value, below, depth + 1)?));
        }
        for (step, below) in wanted.steps() {
            if let (Step::Key(key), Some(value)) = (step, below.set())
                && self.tree.lookup(node, key).is_none()
            {
                entries.push((Scalar::auto(key), New::from(value)));
            }
        }
        Ok(New::Mapping(Held::Made(entries)))
    }

    fn copy_sequence(
        &mut self,
        node: u32,
        wanted: Wanted<'w>,
        depth: usize,
    ) -> Result<New<'w>, EditError> {
        let nothing = Wanted::nothing();
        let mut items = Vec::new();
        for (index, child) in self.tree.children(node).enumerate() {
            let below = wanted.index(index).unwrap_or(nothing);
            items.push(self.copy_below(child, below, depth + 1)?);
        }
        let length = items.len();
        let added = wanted.steps().filter_map(|(step, below)| match step {
            Step::Index(index) if *index >= length => Some((*index, New::from(below.set()?))),
            _ => None,
        });
        items.extend(self.contiguous(node, added.collect(), length)?);
        Ok(New::Sequence(Held::Made(items)))
    }

    pub(crate) fn copy_key(&mut self, key: u32) -> Result<Scalar<'w>, EditError> {
        let node = self.tree.resolve(key);
        let raw = self.tree.at(node);
        let collection = raw.shape.is_collection();
        if raw.has(flag::TAG) || collection || raw.shape == Shape::Empty {
            return Err(self.shared(key, "one of its keys is not a plain one"));
        }
        self.copy_scalar(node)
    }

    fn copy_scalar(&mut self, node: u32) -> Result<Scalar<'w>, EditError> {
        let raw = self.tree.at(node);
        let text: Cow<'w, str> = self.tree.scalar_text(node).into();
        self.spend(node, text.len())?;
        let resolved = self.tree.node_at(node).resolved();
        let style = match raw.shape {
            Shape::Single => Style::Single,
            Shape::Literal | Shape::Folded if self.care < Care::Quoted => Style::Literal,
            Shape::Double | Shape::Literal | Shape::Folded => Style::Double,
            _ if raw.has(flag::TAG) && resolved == Resolved::String => Style::Double,
            Shape::Empty => {
                return Ok(Scalar {
                    text: "null".into(),
                    style: Style::Bare,
                });
            }
            _ if resolved != Resolved::String => Style::Bare,
            _ => Style::Plain,
        };
        Ok(Scalar { text, style })
    }

    /// A collection for a place that is empty.
    pub(crate) fn fresh(&self, node: u32, wanted: Wanted<'w>) -> Result<New<'w>, EditError> {
        let conflict = || EditError::Conflict {
            offset: self.offset(node),
        };
        let mut entries = Vec::new();
        let mut items = Vec::new();
        for (step, wanted) in wanted.steps() {
            let value = New::from(wanted.set().ok_or_else(conflict)?);
            match step {
                Step::Key(key) => entries.push((Scalar::auto(key), value)),
                Step::Index(index) => items.push((*index, value)),
            }
        }
        if items.is_empty() {
            return Ok(New::Mapping(Held::Made(entries)));
        }
        if !entries.is_empty() {
            return Err(conflict());
        }
        Ok(New::Sequence(Held::Made(self.contiguous(node, items, 0)?)))
    }

    /// New items in the order of their indexes, which have to follow the existing `length` items.
    pub(crate) fn contiguous(
        &self,
        node: u32,
        mut items: Vec<(usize, New<'w>)>,
        length: usize,
    ) -> Result<Vec<New<'w>>, EditError> {
        sort_by(&mut items, &mut |(a, _), (b, _)| a.cmp(b));
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
}
