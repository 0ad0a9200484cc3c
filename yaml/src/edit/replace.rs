//! Replaces the value of a node.

use std::ops::Range;

use crate::edit::draft::{Care, Drafts};
use crate::edit::emit::{Block, Flow, New, Scalar, Style, literal, may_be_plain};
use crate::edit::scalar::middle;
use crate::error::EditError;
use crate::text::span::{byte, skip_blanks, skip_gap, slice};
use crate::tree::arena::{Shape, flag};
use crate::tree::value::{Resolved, resolve};

/// What a value is put after.
enum Holder {
    /// A key of a block mapping at this column.
    Key(usize),
    /// A dash at this column.
    Dash(usize),
    /// Nothing: the value is the document.
    Document,
}

impl Drafts<'_, '_> {
    /// Gives a node of the text a new value. Its anchor and tag stay.
    pub(crate) fn replace(&mut self, node: u32, value: &New<'_>) -> Result<(), EditError> {
        let raw = self.tree.at(node);
        if let New::Scalar(scalar) = value
            && self.rewrite(node, scalar)
        {
            return Ok(());
        }
        if self.tree.in_flow(node) {
            let flow = self.tree.flow_style(node);
            return self.replace_inline(node, &flow_text(&flow, value));
        }
        let is_empty = raw.next(node) == node + 1;
        let comment_inside = raw.shape.is_flow() && is_empty && !self.inner(node).trim().is_empty();
        if raw.shape.is_flow() && (!is_empty || comment_inside) && value.inline().is_none() {
            let flow = self.tree.flow_style(node);
            if comment_inside {
                return self.fill_flow(node, value, &flow);
            }
            return self.replace_inline(node, &flow_text(&flow, value));
        }
        if raw.shape.is_block_collection() {
            self.replace_block(node, value);
            return Ok(());
        }
        if raw.shape.is_block_scalar() {
            self.replace_block_scalar(node, value);
            return Ok(());
        }
        match value.inline() {
            Some(text) => self.replace_inline(node, &text),
            None => self.replace_with_block(node, value),
        }
    }

    /// The text between the brackets of a flow collection.
    fn inner(&self, node: u32) -> &str {
        let range = self.tree.at(node).range();
        slice(
            self.tree.source,
            range.start + 1..range.end.saturating_sub(1),
        )
    }

    /// Changes a part of a string, or writes it again in its own style. False if it has to be replaced like any
    /// other value.
    fn rewrite(&mut self, node: u32, new: &Scalar<'_>) -> bool {
        let raw = self.tree.at(node);
        let string = matches!(new.style, Style::Auto | Style::Double);
        let quoted = raw.shape.is_quoted();
        let plain = raw.shape == Shape::Plain && new.style == Style::Auto;
        if !string || !quoted && !plain {
            return false;
        }
        let flow = self.tree.in_flow(node);
        if plain && (!may_be_plain(&new.text, flow) || resolve(&new.text) != Resolved::String) {
            return false;
        }
        if plain && !self.tree.node_at(node).is_string() {
            return false;
        }
        if self.care == Care::Middle
            && let Some((range, text)) = middle(self.tree, node, &new.text)
        {
            self.put(range, text);
            return true;
        }
        let style = match raw.shape {
            Shape::Single => Style::Single,
            Shape::Double => Style::Double,
            _ => return false,
        };
        let scalar = Scalar {
            text: new.text.clone(),
            style,
        };
        self.put(raw.range(), scalar.inline(flow, false).into_owned());
        true
    }

    /// Replaces a node on one line, or an empty one, with text on one line.
    fn replace_inline(&mut self, node: u32, text: &str) -> Result<(), EditError> {
        let range = self.tree.at(node).range();
        if !range.is_empty() {
            // A bracket or a quote can follow an anchor without a space; a word can't.
            let beside = self.tree.props(node).is_some()
                && !matches!(
                    byte(self.tree.source, range.start.wrapping_sub(1)),
                    b' ' | b'\t' | b'\n'
                );
            let gap = if beside { " " } else { "" };
            let behind = self.gap_behind(range.end);
            self.put(range, format!("{gap}{text}{behind}"));
            return Ok(());
        }
        let at = range.start;
        let source = self.tree.source;
        if let Some((parent, key)) = self.without_colon(node) {
            // `{a}` and `? a`. If the key is empty too, nothing shows the place.
            let key = self.tree.at(key);
            if key.shape == Shape::Empty || slice(source, key.range()).contains('\n') {
                return Err(self.unplaceable(
                    node,
                    "the key is empty, or on several lines, and has no colon",
                ));
            }
            let column = self.tree.column(self.tree.at(parent).start as usize);
            let flow = self.tree.in_flow(node);
            let text = if flow && key.shape == Shape::Alias {
                // A colon directly after an alias would be part of its name.
                format!(" : {text}")
            } else if flow {
                format!(": {text}")
            } else {
                format!("{}{}: {text}", self.tree.line_break(at), " ".repeat(column))
            };
            let at = if flow { at } else { self.tree.line_end(at) };
            self.push(at..at, text, self.tree.depth(node));
            return Ok(());
        }
        if byte(source, at) == b'#' {
            return Err(self.unplaceable(node, "a comment follows without a space"));
        }
        let blanks = skip_blanks(source, at);
        let to_end = matches!(byte(source, blanks), b'\n' | b'\r' | 0);
        if blanks > at && to_end {
            self.put(blanks..blanks, text.to_owned());
        } else if at == self.tree.line_start(at) {
            self.put(at..at, text.to_owned());
        } else {
            self.put(at..at, format!(" {text}"));
        }
        Ok(())
    }

    /// The mapping and the key of an empty value without a colon, anchor or tag.
    fn without_colon(&self, node: u32) -> Option<(u32, u32)> {
        let raw = self.tree.at(node);
        if raw.shape != Shape::Empty {
            return None;
        }
        let parent = self.tree.parent(node)?;
        let (key, _) = self.tree.pairs(parent).find(|(_, value)| *value == node)?;
        (raw.start <= self.tree.at(key).end).then_some((parent, key))
    }

    fn holder(&self, node: u32) -> Holder {
        let Some(parent) = self.tree.parent(node) else {
            return Holder::Document;
        };
        let raw = self.tree.at(parent);
        let column = self.tree.column(raw.start as usize);
        if raw.shape.is_sequence() {
            Holder::Dash(column)
        } else {
            Holder::Key(column)
        }
    }

    /// The column where the lines of a value below its holder stand.
    fn column_below(&self, node: u32, value: &New<'_>, block: &Block<'_>) -> usize {
        match (self.holder(node), value) {
            (Holder::Key(column), New::Sequence(_)) => column + block.dash,
            (Holder::Key(column), _) => column + block.step,
            (Holder::Dash(column), _) => column + 2,
            (Holder::Document, New::Scalar(_)) => block.step,
            (Holder::Document, _) => 0,
        }
    }

    /// Replaces a null, a scalar on one line, an alias or `{}` with a block. A comment on its line stays.
    fn replace_with_block(&mut self, node: u32, value: &New<'_>) -> Result<(), EditError> {
        let range = self.tree.at(node).range();
        let end = self.tree.line_end(range.end);
        if !self.tree.ends_line(range.end) {
            return Err(self.unplaceable(node, "something follows the value on its line"));
        }
        if let Some(parent) = self.tree.parent(node) {
            self.refuse_tabs(parent)?;
        }
        let block = self.tree.block_style(node, end);
        let column = self.column_below(node, value, &block);
        let depth = self.tree.depth(node);
        let mut text = String::new();
        if let New::Scalar(scalar) = value {
            // A block scalar: its header takes the literal's place.
            block.literal(&mut text, &scalar.text, column);
            let lines = split_lines(&mut text);
            let lines = self.ended(end, &text, lines);
            self.replace_inline(node, &text)?;
            self.push(end..end, lines, depth);
            return Ok(());
        }
        if let Some(column) = self.column_in_place(node) {
            block.lines(&mut text, value, column);
            return self.replace_inline(node, &text);
        }
        if self.without_colon(node).is_some() {
            return Err(self.unplaceable(node, "the key has no colon"));
        }
        self.take_out(node);
        block.line(&mut text, column);
        block.lines(&mut text, value, column);
        self.push(end..end, text, depth);
        Ok(())
    }

    /// The column of a block that can begin in the node's place: after a dash, or on its own line.
    fn column_in_place(&self, node: u32) -> Option<usize> {
        let range = self.tree.at(node).range();
        if self.tree.has_comment(range.end) || self.tree.props(node).is_some() {
            return None;
        }
        let source = self.tree.source;
        match self.holder(node) {
            Holder::Key(_) => None,
            Holder::Dash(dash) if range.is_empty() => {
                let blanks = skip_blanks(source, range.start);
                let tab = slice(source, range.start..blanks).contains('\t');
                let beside = if blanks > range.start {
                    self.tree.column(blanks)
                } else {
                    dash + 2
                };
                (!tab).then_some(beside)
            }
            Holder::Dash(_) => {
                let line = self.tree.line_start(range.start);
                let tab = slice(source, line..range.start).contains('\t');
                (!tab).then(|| self.tree.column(range.start))
            }
            Holder::Document => {
                let alone = self.tree.begins_line(range.start);
                alone.then(|| self.tree.column(range.start))
            }
        }
    }

    /// Removes a node on one line, with the blanks around it. If it has its own line, the line goes too unless a
    /// comment is on it: a line of blanks is in the way, and one with a tab is refused by some readers.
    fn take_out(&mut self, node: u32) {
        let range = self.tree.at(node).range();
        if range.is_empty() {
            return;
        }
        let source = self.tree.source;
        let blanks = skip_blanks(source, range.end);
        let line = self.tree.line_start(range.start);
        let (from, to) = if !self.tree.begins_line(range.start) {
            self.put_nothing(range);
            return;
        } else if blanks == self.tree.line_end(range.end) {
            (self.tree.line_end(line.saturating_sub(1)), blanks)
        } else {
            (range.start, blanks)
        };
        self.put(from..to, String::new());
    }

    /// Removes what follows an indicator on its line, and the blanks before it. Blanks after it stay unless they would
    /// bring a tab right behind a dash, or behind the colon of an explicit key, where some readers refuse one.
    fn put_nothing(&mut self, range: Range<usize>) {
        let source = self.tree.source;
        let from = slice(source, 0..range.start).trim_end_matches([' ', '\t']);
        let blanks = skip_blanks(source, range.end);
        let begins =
            from.ends_with('-') || from.ends_with(':') && self.tree.begins_line(from.len() - 1);
        if begins && slice(source, range.end..blanks).contains('\t') {
            let gap = if byte(source, blanks) == b'#' {
                " "
            } else {
                ""
            };
            self.put(from.len()..blanks, gap.to_owned());
        } else {
            let gap = self.gap_behind(range.end);
            self.put(from.len()..range.end, gap.to_owned());
        }
    }

    /// Replaces a block mapping or a block sequence.
    fn replace_block(&mut self, node: u32, value: &New<'_>) {
        let raw = self.tree.at(node);
        let start = raw.start as usize;
        let end = self.tree.last_line_end(node);
        let own_lines = self.tree.begins_line(start);
        let same = raw.shape.is_mapping() == matches!(value, New::Mapping(_));
        let block = self.tree.block_style(node, start);
        if let (Some(text), true, Holder::Key(_)) = (value.inline(), own_lines, self.holder(node)) {
            // Back to the key's line: the lines of the block go, line break included.
            let first = self.tree.line_start(start);
            let from = self.tree.line_end(first.saturating_sub(1));
            self.put(from..end, String::new());
            let at = self.after_key(node);
            self.put(at..at, format!(" {text}"));
            return;
        }
        let mut text = String::new();
        if own_lines && !same && !matches!(self.holder(node), Holder::Document) {
            let column = self.column_below(node, value, &block);
            text.extend(std::iter::repeat_n(' ', column));
            block.lines(&mut text, value, column);
            self.push(
                self.tree.line_start(start)..end,
                text,
                self.tree.depth(node),
            );
        } else {
            block.lines(&mut text, value, self.tree.column(start));
            self.push(start..end, text, self.tree.depth(node));
        }
    }

    /// Where a value on the key's line begins: after the colon, the anchor and the tag.
    fn after_key(&self, node: u32) -> usize {
        let source = self.tree.source;
        if let Some(props) = self.tree.props(node) {
            let anchor = props.anchor.as_ref().map(|range| range.end);
            let tag = props.tag.as_ref().map(|(range, _)| range.end);
            return anchor.into_iter().chain(tag).fold(0, u32::max) as usize;
        }
        let parent = self.tree.parent(node).unwrap_or(0);
        let key = self.tree.pairs(parent).find(|(_, value)| *value == node);
        let end = key.map_or(0, |(key, _)| self.tree.at(key).end as usize);
        let colon = skip_gap(source, end);
        colon + 1
    }

    /// Replaces a block scalar, header and lines.
    fn replace_block_scalar(&mut self, node: u32, value: &New<'_>) {
        let raw = self.tree.at(node);
        let source = self.tree.source;
        let start = raw.start as usize;
        let end = self.tree.block_scalar_end(node);
        let header_end = self.tree.line_end(start);
        let header = slice(source, start..header_end);
        let indicators = header.find([' ', '\t']).map_or(header_end, |at| start + at);
        let block = self.tree.block_style(node, start);
        let column = self.column_below(node, value, &block);
        let mut first = String::new();
        let mut lines = String::new();
        match (value.inline(), value) {
            (Some(text), New::Scalar(scalar))
                if matches!(scalar.style, Style::Auto | Style::Double) =>
            {
                // A string stays a block scalar if one can hold it.
                let indent = self
                    .tree
                    .decoded()
                    .get(raw.link as usize)
                    .filter(|_| raw.has(flag::DECODED))
                    .map_or(column, |decoded| decoded.indent as usize);
                // A scalar without content shows no indentation.
                let least = match self.holder(node) {
                    Holder::Key(column) | Holder::Dash(column) => column,
                    Holder::Document => 0,
                };
                let indent = if indent > least { indent } else { column };
                if self.care < Care::Quoted && literal(&scalar.text).is_some() {
                    block.literal(&mut first, &scalar.text, indent);
                    lines = split_lines(&mut first);
                } else {
                    first = text.into_owned();
                }
            }
            (Some(text), _) => first = text.into_owned(),
            (None, New::Scalar(scalar)) => {
                block.literal(&mut first, &scalar.text, column);
                lines = split_lines(&mut first);
            }
            (None, _) => {
                block.line(&mut lines, column);
                block.lines(&mut lines, value, column);
            }
        }
        let lines = self.ended(end, &first, lines);
        if first.is_empty() {
            self.put_nothing(start..indicators);
        } else {
            self.put(start..indicators, first);
        }
        self.push(
            header_end..end.max(header_end),
            lines,
            self.tree.depth(node),
        );
    }

    /// The lines of a block scalar with this header. At the end of the text, the last line break is added if the scalar
    /// needs it.
    fn ended(&self, at: usize, header: &str, mut lines: String) -> String {
        if header == "|" && at >= self.tree.source.len() {
            lines.push_str(self.tree.line_break(at));
        }
        lines
    }

    /// Puts entries into an empty flow collection that has a comment inside.
    fn fill_flow(&mut self, node: u32, value: &New<'_>, flow: &Flow<'_>) -> Result<(), EditError> {
        let mut text = flow_text(flow, value);
        let open = self.tree.at(node).start as usize;
        let brackets = slice(self.tree.source, open..open + 1);
        if !text.starts_with(brackets) {
            return Err(self.unplaceable(node, "there is a comment inside the brackets"));
        }
        text.pop();
        text.remove(0);
        self.put(open + 1..open + 1, text);
        Ok(())
    }
}

/// Splits the lines of a block scalar off its header.
fn split_lines(text: &mut String) -> String {
    let at = text.find(['\r', '\n']).unwrap_or(text.len());
    text.split_off(at)
}

fn flow_text(flow: &Flow<'_>, value: &New<'_>) -> String {
    let mut text = String::new();
    flow.value(&mut text, value, 0);
    text
}
