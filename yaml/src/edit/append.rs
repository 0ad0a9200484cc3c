//! Appends entries and items to collections that are not empty.

use crate::edit::draft::Drafts;
use crate::edit::emit::{Flow, New, Scalar};
use crate::error::EditError;
use crate::text::span::{byte, slice};
use crate::tree::arena::Shape;

impl<'s> Drafts<'_, 's> {
    /// Appends entries to a mapping that is not empty.
    pub(crate) fn append_entries(
        &mut self,
        node: u32,
        entries: &[(Scalar<'_>, New<'_>)],
    ) -> Result<(), EditError> {
        let raw = self.tree.at(node);
        if entries.is_empty() {
            return Ok(());
        }
        let Some((last_key, last_value)) = self.tree.pairs(node).last() else {
            return Ok(());
        };
        if raw.shape == Shape::FlowMapping {
            let flow = self.flow_of(last_key);
            let emitted = entries.iter().map(|(key, value)| {
                let mut text = String::new();
                flow.entry(&mut text, key, value, 0);
                text
            });
            let end = self.tree.at(last_value).end as usize;
            self.append_flow(last_key, end, &flow, emitted.collect());
            return Ok(());
        }
        self.refuse_tabs(node)?;
        if raw.shape != Shape::BlockMapping {
            return Err(
                self.unplaceable(node, "a single pair in a list has no room for a second one")
            );
        }
        let start = raw.start as usize;
        let column = self.tree.column(start);
        let depth = self.tree.depth(node);
        let mut text = String::with_capacity(256);
        // A block scalar that ends the text without a line break would get one if anything followed it.
        let last = if self.tree.breaks_at_end(node) {
            let others = self.tree.pairs(node).filter(|(key, _)| *key != last_key);
            let Some((_, before)) = others.last() else {
                let block = self.tree.block_style(node, start);
                for (key, value) in entries {
                    block.entry(&mut text, key, value, column);
                    block.line(&mut text, column);
                }
                self.push(start..start, text, depth);
                return Ok(());
            };
            before
        } else {
            node
        };
        let at = self.tree.last_line_end(last);
        let block = self.tree.block_style(node, at);
        for (key, value) in entries {
            block.line(&mut text, column);
            block.entry(&mut text, key, value, column);
        }
        self.push(at..at, text, depth);
        Ok(())
    }

    /// Appends items to a sequence that is not empty.
    pub(crate) fn append_items(&mut self, node: u32, items: &[New<'_>]) -> Result<(), EditError> {
        let raw = self.tree.at(node);
        if items.is_empty() {
            return Ok(());
        }
        let (Some(first), Some(last)) = (
            self.tree.children(node).next(),
            self.tree.children(node).last(),
        ) else {
            return Ok(());
        };
        if raw.shape == Shape::FlowSequence {
            let flow = self.flow_of(last);
            let emitted = items.iter().map(|item| {
                let mut text = String::new();
                flow.value(&mut text, item, 0);
                text
            });
            let emitted = emitted.collect();
            self.append_flow(last, self.tree.at(last).end as usize, &flow, emitted);
            return Ok(());
        }
        self.refuse_tabs(node)?;
        if self.tree.breaks_at_end(node) {
            return Err(self.unplaceable(node, "a block scalar ends the text without a line break"));
        }
        let dash = raw.start as usize;
        let column = self.tree.column(dash);
        let content = self.tree.outer_start(first);
        let gap = slice(self.tree.source, dash + 1..content);
        let offset = if !gap.is_empty() && gap.bytes().all(|byte| byte == b' ') {
            content - dash
        } else {
            2
        };
        let at = self.tree.last_line_end(node);
        let block = self.tree.block_style(node, at);
        let mut text = String::new();
        for item in items {
            block.line(&mut text, column);
            block.item(&mut text, item, column, offset);
        }
        self.push(at..at, text, self.tree.depth(node));
        Ok(())
    }

    /// The style for a sibling of a flow collection's last child.
    fn flow_of(&self, last: u32) -> Flow<'s> {
        let mut flow = self.tree.flow_style(last);
        if !self.tree.begins_line(self.tree.outer_start(last)) {
            flow.pretty = None;
        }
        flow
    }

    /// Appends children to a flow collection: on their own lines if the last child has one.
    fn append_flow(&mut self, last: u32, end: usize, flow: &Flow<'_>, emitted: Vec<String>) {
        let source = self.tree.source;
        // A comma right after a colon is part of a plain key for some readers.
        let bare = byte(source, end.wrapping_sub(1)) == b':';
        let (end, gap) = match (bare, byte(source, end)) {
            (true, b' ') => (end + 1, ""),
            (true, _) => (end, " "),
            _ => (end, ""),
        };
        let depth = self.tree.depth(last);
        let start = self.tree.outer_start(last);
        let own_line = self.tree.begins_line(start);
        let comma = self.tree.comma(end);
        let between = if own_line {
            let line = self.tree.line_start(start);
            format!(
                "{}{}",
                self.tree.line_break(end),
                slice(source, line..start)
            )
        } else if flow.tight {
            String::new()
        } else {
            " ".to_owned()
        };
        let mut text = String::new();
        let after = comma.map_or(end, |comma| comma + 1);
        let at = if own_line && self.tree.has_comment(after) {
            self.tree.line_end(after)
        } else {
            after
        };
        if comma.is_none() {
            if at > after {
                // The comma comes right after the value, the new lines after the comment.
                let behind = self.gap_behind(end);
                self.push(end..end, format!("{gap},{behind}"), depth);
            } else {
                text.push_str(gap);
                text.push(',');
            }
        }
        let count = emitted.len();
        for (index, child) in emitted.into_iter().enumerate() {
            text.push_str(&between);
            text.push_str(&child);
            if index + 1 < count || comma.is_some() {
                text.push(',');
            }
        }
        if at == after && byte(source, at) == b'#' {
            text.push(' ');
        }
        self.push(at..at, text, depth);
    }
}
