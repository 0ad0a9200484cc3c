//! Copies of shared values: what an alias or a merge key stands for, written out.

use crate::edit::{Care, Step};
use crate::error::EditError;
use crate::node::{Node, Shape, TagKind, flag};
use crate::plan::Plan;
use crate::render::{New, Scalar, Style};
use crate::value::Resolved;
use crate::write::Writer;

/// Copies may nest so deep; a manifest comes nowhere near.
const DEPTH: usize = 100;

impl Writer<'_, '_> {
    /// The value of a node with a plan applied: aliases and merge keys resolved, anchors dropped.
    pub(crate) fn copy(&mut self, node: u32, plan: &Plan<'_>) -> Result<New, EditError> {
        self.copy_below(node, plan, 0)
    }

    fn copy_below(&mut self, at: u32, plan: &Plan<'_>, depth: usize) -> Result<New, EditError> {
        if let Some(value) = plan.set {
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
        let nothing = Plan::default();
        if raw.shape.is_mapping() {
            let mut entries = Vec::new();
            let effective = self.tree.effective(node);
            for &(key, value) in &effective {
                let text = self.tree.key_text(key).unwrap_or_default();
                let below = plan.key(text).unwrap_or(&nothing);
                let key = self.copy_key(key)?;
                entries.push((key, self.copy_below(value, below, depth + 1)?));
            }
            for (step, below) in &plan.steps {
                if let (Step::Key(key), Some(value)) = (step, below.set)
                    && self.tree.lookup(node, key).is_none()
                {
                    entries.push((Scalar::auto(key), New::from(value)));
                }
            }
            return Ok(New::Mapping(entries));
        }
        if raw.shape.is_sequence() {
            let children: Vec<u32> = self.tree.children(node).collect();
            let mut items = Vec::new();
            for (index, &child) in children.iter().enumerate() {
                let below = plan.index(index).unwrap_or(&nothing);
                items.push(self.copy_below(child, below, depth + 1)?);
            }
            let added = plan.steps.iter().filter_map(|(step, below)| match step {
                Step::Index(index) if *index >= children.len() => {
                    Some((*index, New::from(below.set?)))
                }
                _ => None,
            });
            items.extend(self.contiguous(node, added.collect(), children.len())?);
            return Ok(New::Sequence(items));
        }
        if !plan.steps.is_empty() {
            return self.fresh(node, plan);
        }
        Ok(New::Scalar(self.copy_scalar(node)?))
    }

    pub(crate) fn copy_key(&mut self, key: u32) -> Result<Scalar, EditError> {
        let node = self.tree.resolve(key);
        let raw = self.tree.at(node);
        let collection = raw.shape.is_mapping() || raw.shape.is_sequence();
        if raw.has(flag::TAG) || collection || raw.shape == Shape::Empty {
            return Err(self.shared(key, "one of its keys is not a plain one"));
        }
        self.copy_scalar(node)
    }

    fn copy_scalar(&mut self, node: u32) -> Result<Scalar, EditError> {
        let raw = self.tree.at(node);
        let text = self.tree.scalar_text(node).to_owned();
        self.spend(node, text.len())?;
        let resolved = Node {
            tree: self.tree,
            index: node,
        }
        .resolved();
        let style = match raw.shape {
            Shape::Single => Style::Single,
            Shape::Literal | Shape::Folded if self.care < Care::Quoted => Style::Literal,
            Shape::Double | Shape::Literal | Shape::Folded => Style::Double,
            _ if raw.has(flag::TAG) && resolved == Resolved::String => Style::Double,
            Shape::Empty => {
                return Ok(Scalar {
                    text: "null".to_owned(),
                    style: Style::Bare,
                });
            }
            _ if resolved != Resolved::String => Style::Bare,
            _ if crate::render::may_be_plain(&text, false) => Style::Plain,
            _ => Style::Double,
        };
        Ok(Scalar { text, style })
    }

    fn spend(&mut self, node: u32, bytes: usize) -> Result<(), EditError> {
        match self.budget.checked_sub(bytes) {
            Some(rest) => {
                self.budget = rest;
                Ok(())
            }
            None => Err(self.shared(node, "it is larger than 64 KiB")),
        }
    }
}
