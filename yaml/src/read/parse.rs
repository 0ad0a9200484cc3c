//! Parser events to an arena of nodes with byte spans. The only room that knows the parser crate.
//!
//! The parser's spans are corrected here: block scalars begin at their `|` or `>`, the first dash of a
//! sequence that is not indented belongs to it, an empty value comes after its colon, and a block
//! collection ends with its last child.

use std::borrow::Cow;
use std::ops::Range;

use granit_parser::{ErrorKind, Event, Parser, ScalarStyle, Span, StructureStyle, Tag, options};

use crate::error::SyntaxError;
use crate::read::scratch::Scratch;
use crate::read::simple;
use crate::text::span::{byte, line_end, line_start, skip_gap, slice};
use crate::tree::arena::{Decoded, Nodes, Props, Rare, Raw, Shape, TagKind, Tree, flag};

/// Collections may nest so deep, block and flow each.
const NESTING: usize = 255;

/// Comments right behind a quote or a bracket are read up to this number in one chunk: each takes another pass.
const GLUED: usize = 32;

impl<'s> Tree<'s> {
    /// Parses one chunk of `text`: a document as [`documents`](crate::documents) gives it, or an item as
    /// [`items`](crate::items) gives it; then the root is a sequence of this one item.
    ///
    /// # Errors
    /// If the chunk is not one YAML 1.2 document, or nests deeper than 255 levels.
    pub fn parse(text: &'s str, chunk: Range<usize>) -> Result<Self, SyntaxError> {
        Self::parse_in(text, chunk, &mut Scratch::default())
    }

    /// The same with buffers that other chunks have used: faster for many chunks.
    ///
    /// # Errors
    /// As [`Tree::parse`].
    pub fn parse_in(
        text: &'s str,
        chunk: Range<usize>,
        scratch: &mut Scratch,
    ) -> Result<Self, SyntaxError> {
        let source = text.get(chunk.clone()).unwrap_or_default();
        if u32::try_from(source.len()).is_ok()
            && let Some((nodes, decoded)) = simple::read(source, scratch)
        {
            let rare = Rare {
                decoded,
                ..Rare::default()
            };
            return Ok(Self::empty(text, chunk, source).of(nodes, rare));
        }
        let mut tree = parse(text, chunk, std::mem::take(&mut scratch.nodes))?;
        if let Nodes::Wide(nodes) = &mut tree.nodes {
            scratch.nodes = std::mem::take(nodes);
            tree.nodes = Nodes::kept(&scratch.nodes, source.len());
        }
        Ok(tree)
    }
}

/// Parses one chunk of `text` with the parser, into a vector whose room is used again.
pub(crate) fn parse(
    text: &str,
    chunk: Range<usize>,
    nodes: Vec<Raw>,
) -> Result<Tree<'_>, SyntaxError> {
    build(text, chunk.clone(), nodes).or_else(|error| without_glued_comments(text, chunk, error))
}

/// Parses a text that the parser refuses because of a comment right behind a quote or a bracket. YAML asks for white
/// space between them (YAML 1.2.2, 6.6), libyaml does not, and nothing else can begin there. What the parser gets has
/// spaces instead of these comments, so every offset stays the same.
fn without_glued_comments(
    text: &str,
    chunk: Range<usize>,
    refused: SyntaxError,
) -> Result<Tree<'_>, SyntaxError> {
    let source = slice(text, chunk.clone());
    let mut blanked = String::new();
    let mut error = refused;
    for _ in 0..GLUED {
        let at = error.offset - chunk.start;
        let behind = matches!(byte(source, at.wrapping_sub(1)), b'"' | b'\'' | b'}' | b']');
        if byte(source, at) != b'#' || !behind {
            break;
        }
        if blanked.is_empty() {
            source.clone_into(&mut blanked);
        }
        let comment = at..line_end(&blanked, at);
        blanked.replace_range(comment.clone(), &" ".repeat(comment.len()));
        match builder(&blanked, 0..blanked.len(), Vec::new()) {
            Ok(built) => {
                let decoded = built.rare.decoded.into_iter().map(|decoded| Decoded {
                    text: Cow::Owned(decoded.text.into_owned()),
                    indent: decoded.indent,
                });
                let rare = Rare {
                    decoded: decoded.collect(),
                    props: built.rare.props,
                    aliases: built.rare.aliases,
                };
                return Ok(Tree::empty(text, chunk, source).of(Nodes::Wide(built.nodes), rare));
            }
            Err(next) => {
                error = SyntaxError {
                    offset: chunk.start + next.offset,
                    message: next.message,
                }
            }
        }
    }
    Err(error)
}

fn build(text: &str, chunk: Range<usize>, nodes: Vec<Raw>) -> Result<Tree<'_>, SyntaxError> {
    let built = builder(text, chunk.clone(), nodes)?;
    let tree = Tree::empty(text, chunk, built.source);
    Ok(tree.of(Nodes::Wide(built.nodes), built.rare))
}

/// The builder that has seen every event of a chunk.
fn builder(text: &str, chunk: Range<usize>, nodes: Vec<Raw>) -> Result<Builder<'_>, SyntaxError> {
    let base = chunk.start;
    let fail = |offset: usize, message: &str| SyntaxError {
        offset: base + offset,
        message: message.to_owned(),
    };
    let Some(source) = text.get(chunk.clone()) else {
        return Err(fail(0, "the chunk is outside the text"));
    };
    if u32::try_from(source.len()).is_err() {
        return Err(fail(0, "a document of more than 4 GiB is not read"));
    }
    let options = options! {
        emit_anchor_events: true,
        emit_comments: false,
        block_scalar_eof_without_line_feed: true,
        flow_nesting_limit: NESTING,
        block_nesting_limit: NESTING,
    };
    let mut builder = Builder::new(base, source, nodes);
    let mut documents = 0;
    for event in Parser::new_from_str_with_options(source, options) {
        let (event, span) = event.map_err(|error| {
            let offset = error.marker().byte_offset().unwrap_or(0);
            if matches!(error.kind(), ErrorKind::RecursionLimitExceeded) {
                fail(offset, "collections nest deeper than 255 levels")
            } else {
                fail(offset, &plain_words(&error.info()))
            }
        })?;
        if let Event::DocumentStart(explicit, _) = event {
            documents += 1;
            if documents > 1 {
                return Err(fail(start(&span), "a second document begins here"));
            }
            if explicit {
                builder.cursor = end(&span);
            }
        }
        builder.event(event, &span)?;
    }
    Ok(builder)
}

/// A message of the parser in this crate's style: lower case, one line, no full stop.
fn plain_words(message: &str) -> String {
    let line = message.lines().next().unwrap_or_default();
    let line = line.trim_end_matches('.');
    let mut rest = line.chars();
    let Some(first) = rest.next() else {
        return "this is no YAML".to_owned();
    };
    // Keep a word that is all capitals (YAML, BOM).
    if rest.as_str().starts_with(|c: char| c.is_ascii_lowercase()) {
        std::iter::once(first.to_ascii_lowercase())
            .chain(rest)
            .collect()
    } else {
        line.to_owned()
    }
}

fn start(span: &Span) -> usize {
    span.start.byte_offset().unwrap_or(0)
}

fn end(span: &Span) -> usize {
    span.end.byte_offset().unwrap_or(0)
}

/// An offset in the chunk. It fits, because `parse` refuses larger chunks.
fn short(offset: usize) -> u32 {
    u32::try_from(offset).unwrap_or(u32::MAX)
}

/// A collection that is not closed yet.
struct Open {
    index: u32,
    children: u32,
}

struct Builder<'s> {
    /// Where the chunk begins in the text.
    base: usize,
    nodes: Vec<Raw>,
    rare: Rare<'s>,
    source: &'s str,
    open: Vec<Open>,
    /// Node of each anchor number.
    anchors: Vec<u32>,
    /// End of the last token seen, in bytes of the chunk.
    cursor: usize,
}

impl<'s> Builder<'s> {
    fn new(base: usize, source: &'s str, mut nodes: Vec<Raw>) -> Self {
        nodes.clear();
        Self {
            base,
            nodes,
            rare: Rare::default(),
            source,
            open: Vec::with_capacity(32),
            anchors: Vec::new(),
            cursor: 0,
        }
    }

    fn event(&mut self, event: Event<'s>, span: &Span) -> Result<(), SyntaxError> {
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let tagged = self.tag(tag.as_deref(), span);
                self.scalar(text, style, span, tagged);
                self.anchor_id(anchor);
            }
            Event::SequenceStart(style, anchor, tag) => {
                let tagged = self.tag(tag.as_deref(), span);
                let shape = match style {
                    StructureStyle::Block => Shape::BlockSequence,
                    StructureStyle::Flow => Shape::FlowSequence,
                };
                let reported = start(span);
                let start = if shape == Shape::BlockSequence && self.is_value() {
                    self.find(reported, |byte| byte == b'-')
                } else {
                    reported
                };
                self.collection(shape, start, tagged);
                self.anchor_id(anchor);
            }
            Event::MappingStart(style, anchor, tag) => {
                let tagged = self.tag(tag.as_deref(), span);
                let shape = match style {
                    StructureStyle::Block => Shape::BlockMapping,
                    StructureStyle::Flow
                        if start(span) == end(span) || byte(self.source, start(span)) == b'?' =>
                    {
                        Shape::Pair
                    }
                    StructureStyle::Flow => Shape::FlowMapping,
                };
                self.collection(shape, start(span), tagged);
                self.anchor_id(anchor);
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(span),
            Event::Alias(id) => self.alias(id, span)?,
            Event::Anchor(..) => self.anchor_name(span),
            _ => {}
        }
        Ok(())
    }

    /// Whether the next node is a value of a mapping.
    fn is_value(&self) -> bool {
        self.open.last().is_some_and(|open| {
            open.children % 2 == 1
                && self
                    .raw(open.index)
                    .is_some_and(|raw| raw.shape.is_mapping())
        })
    }

    /// Notes the tag of the node that comes next; true if it has one.
    fn tag(&mut self, tag: Option<&Tag>, span: &Span) -> bool {
        let Some(tag) = tag else { return false };
        let range = span
            .tag_span()
            .and_then(|span| span.byte_range())
            .unwrap_or_else(|| start(span)..start(span));
        let kind = match tag.core_suffix() {
            Some("str") => TagKind::String,
            Some("null" | "bool" | "int" | "float") => TagKind::Resolved,
            Some("map" | "seq") => TagKind::Collection,
            Some("merge") => TagKind::Merge,
            _ if slice(self.source, range.clone()) == "!" => TagKind::String,
            _ => TagKind::Custom,
        };
        self.rare.props.push(Props {
            node: short(self.nodes.len()),
            anchor: None,
            tag: Some((short(range.start)..short(range.end), kind)),
        });
        true
    }

    /// Remembers which node an anchor number means.
    fn anchor_id(&mut self, id: usize) {
        if id == 0 {
            return;
        }
        if self.anchors.len() <= id {
            self.anchors.resize(id + 1, u32::MAX);
        }
        let node = self.last();
        if let Some(slot) = self.anchors.get_mut(id) {
            *slot = node;
        }
    }

    /// Notes where the anchor of the last node stands.
    fn anchor_name(&mut self, span: &Span) {
        let node = self.last();
        let range = short(start(span))..short(end(span));
        // The end of `&name` may lie after the node's reported start when the value is empty.
        if let Some(raw) = self.nodes.get_mut(node as usize) {
            raw.flags |= flag::ANCHOR;
            if raw.shape == Shape::Empty {
                raw.start = raw.start.max(range.end);
                raw.end = raw.end.max(range.end);
                self.cursor = self.cursor.max(range.end as usize);
            }
        }
        match self.rare.props.last_mut() {
            Some(props) if props.node == node => props.anchor = Some(range),
            _ => self.rare.props.push(Props {
                node,
                anchor: Some(range),
                tag: None,
            }),
        }
    }

    fn raw(&self, index: u32) -> Option<Raw> {
        self.nodes.get(index as usize).copied()
    }

    fn last(&self) -> u32 {
        short(self.nodes.len().saturating_sub(1))
    }

    fn push(&mut self, raw: Raw) {
        if let Some(open) = self.open.last_mut() {
            open.children += 1;
        }
        self.nodes.push(raw);
    }

    fn leaf(&mut self, shape: Shape, range: Range<usize>, link: u32, flags: u8) {
        self.cursor = self.cursor.max(range.end);
        self.push(Raw {
            start: short(range.start),
            end: short(range.end),
            link,
            shape,
            flags,
        });
    }

    fn scalar(&mut self, text: Cow<'s, str>, style: ScalarStyle, span: &Span, tagged: bool) {
        let mut range = start(span)..end(span);
        let mut flags = if tagged { flag::TAG } else { 0 };
        let shape = match style {
            ScalarStyle::Plain if range.is_empty() => Shape::Empty,
            ScalarStyle::Plain => Shape::Plain,
            ScalarStyle::SingleQuoted => Shape::Single,
            ScalarStyle::DoubleQuoted => Shape::Double,
            ScalarStyle::Literal => Shape::Literal,
            ScalarStyle::Folded => Shape::Folded,
        };
        let mut content = range.start;
        let inner = match shape {
            Shape::Empty => {
                range = self.empty(range.start, tagged);
                self.leaf(shape, range, 0, flags);
                return;
            }
            Shape::Plain => range.clone(),
            Shape::Single | Shape::Double => range.start + 1..range.end.saturating_sub(1),
            _ => {
                (range, content) = self.block_scalar(range);
                0..0
            }
        };
        // In a merge key the quotes matter: `"<<"` is a key like any other.
        let merges = if tagged {
            // Its tag was noted last.
            let props = self.rare.props.last();
            let tag = props.and_then(|props| props.tag.as_ref());
            tag.is_some_and(|(_, kind)| *kind == TagKind::Merge)
        } else {
            shape == Shape::Plain && text == "<<"
        };
        if merges
            && let Some(open) = self.open.last()
            && open.children % 2 == 0
            && let Some(raw) = self.nodes.get_mut(open.index as usize)
            && raw.shape.is_mapping()
        {
            raw.flags |= flag::MERGES;
            flags |= flag::MERGE_KEY;
        }
        let mut link = 0;
        if inner.is_empty() && !text.is_empty() || slice(self.source, inner) != text {
            flags |= flag::DECODED;
            link = short(self.rare.decoded.len());
            let indent = content - line_start(self.source, content);
            self.rare.decoded.push(Decoded {
                text,
                indent: short(indent),
            });
        }
        self.leaf(shape, range, link, flags);
    }

    /// The range of a block scalar from its header on, and where its content begins. The parser's range begins at the
    /// content and may reach into the indentation of the next line.
    fn block_scalar(&self, reported: Range<usize>) -> (Range<usize>, usize) {
        let mut content = reported.start;
        let mut range = reported;
        range.start = self.find(range.start, |byte| matches!(byte, b'|' | b'>'));
        let line = line_start(self.source, range.end);
        let indentation = slice(self.source, line..range.end);
        if line > range.start
            && range.end < self.source.len()
            && indentation.bytes().all(|byte| matches!(byte, b' ' | b'\t'))
        {
            range.end = line;
            content = content.min(line);
        }
        if content <= range.start {
            content = range.end;
        }
        (range, content)
    }

    /// The place of an empty node, which the parser gives as the end of the token before it.
    fn empty(&self, reported: usize, tagged: bool) -> Range<usize> {
        if tagged {
            return reported..reported;
        }
        let Some(parent) = self.open.last() else {
            return self.cursor..self.cursor;
        };
        let shape = self
            .raw(parent.index)
            .map_or(Shape::BlockMapping, |raw| raw.shape);
        let next = skip_gap(self.source, self.cursor);
        let follows = byte(self.source, next + 1);
        let holder = self.raw(parent.index).map_or(0, |raw| raw.start) as usize;
        let column = |at: usize| {
            let line = slice(self.source, line_start(self.source, at)..at);
            line.trim_start_matches('\u{FEFF}').len()
        };
        let alone = matches!(follows, b' ' | b'\t' | b'\n' | b'\r' | 0);
        let at = match shape {
            Shape::BlockSequence if byte(self.source, next) == b'-' && alone => next + 1,
            // On a later line a colon belongs to the mapping at its column.
            Shape::BlockMapping
                if parent.children % 2 == 1
                    && slice(self.source, self.cursor..next).contains('\n')
                    && column(next) != column(holder) =>
            {
                self.cursor
            }
            _ if parent.children % 2 == 1
                && byte(self.source, next) == b':'
                && (alone || matches!(follows, b',' | b'}' | b']' | b'#' if shape.is_flow())) =>
            {
                next + 1
            }
            // An empty key after its question mark, and one before its colon.
            _ if shape.is_mapping()
                && parent.children % 2 == 0
                && byte(self.source, next) == b'?' =>
            {
                next + 1
            }
            _ if shape.is_mapping()
                && parent.children % 2 == 0
                && reported > self.cursor
                && byte(self.source, reported) == b':' =>
            {
                reported
            }
            _ => self.cursor,
        };
        at..at
    }

    /// The first byte after the last token, white space, comments, properties and other indicators
    /// left out, that `wanted` holds for; `otherwise` where there is none.
    fn find(&self, otherwise: usize, wanted: impl Fn(u8) -> bool) -> usize {
        let mut at = self.cursor;
        loop {
            at = skip_gap(self.source, at);
            match byte(self.source, at) {
                found if wanted(found) => return at,
                b'-' | b':' | b'?' => at += 1,
                // The end of an empty document, and directives.
                b'.' | b'%' => at = line_end(self.source, at),
                b'&' | b'!' => {
                    while !matches!(byte(self.source, at), b' ' | b'\t' | b'\n' | b'\r' | 0) {
                        at += 1;
                    }
                }
                _ => return otherwise,
            }
        }
    }

    fn collection(&mut self, shape: Shape, start: usize, tagged: bool) {
        let index = short(self.nodes.len());
        let bracket = matches!(shape, Shape::FlowMapping | Shape::FlowSequence);
        let opened = if bracket || shape == Shape::Pair && byte(self.source, start) == b'?' {
            start + 1
        } else {
            start
        };
        self.cursor = self.cursor.max(opened);
        self.push(Raw {
            start: short(start),
            end: short(start),
            link: 0,
            shape,
            flags: if tagged { flag::TAG } else { 0 },
        });
        self.open.push(Open { index, children: 0 });
    }

    fn close(&mut self, span: &Span) {
        let Some(open) = self.open.pop() else { return };
        let next = short(self.nodes.len());
        let flow = self
            .raw(open.index)
            .is_some_and(|raw| raw.shape.is_flow() && raw.shape != Shape::Pair);
        if flow {
            self.cursor = self.cursor.max(end(span));
        }
        // The cursor is at the end of the last child.
        let end = short(self.cursor);
        if let Some(raw) = self.nodes.get_mut(open.index as usize) {
            raw.link = next;
            raw.end = end;
        }
    }

    fn alias(&mut self, id: usize, span: &Span) -> Result<(), SyntaxError> {
        let target = self.anchors.get(id).copied().unwrap_or(u32::MAX);
        // If the target is not closed yet, the value would contain itself.
        if self
            .raw(target)
            .is_none_or(|raw| raw.shape.is_collection() && raw.link == 0)
        {
            return Err(SyntaxError {
                offset: self.base + start(span),
                message: "an alias is inside the value that it refers to".to_owned(),
            });
        }
        let index = short(self.nodes.len());
        self.rare.aliases.push(index);
        self.leaf(Shape::Alias, start(span)..end(span), target, 0);
        Ok(())
    }
}
