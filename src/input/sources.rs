//! From sources to chunks: a chunk is a document, or an item of a list, parsed by itself.
//!
//! It knows the forms of manifests (streams, `ResourceLists`, lists), not their meaning. A chunk whose kind cannot matter is
//! not parsed (docs/reference.md, section 6); one whose kind is in the tables always is.

use crate::config::annotations::PREFIX;
use crate::input::parallel::Team;
use crate::model::{Place, Plan};
use crate::say::input::{
    dropped, glued as glued_marker, nul_byte, odd_break as odd_break_told, syntax,
};
use crate::say::{Message, Reason};
use lossless_yaml::{Items, Kind, Node, Scratch, Step, SyntaxError, Tree, outdented};
use memchr::memmem::{self, Finder};
use memchr::{memchr, memchr_iter, memchr2_iter};
use smallvec::SmallVec;
use std::collections::HashSet;
use std::ops::Range;

/// A text with manifests.
#[derive(Clone, Copy, Debug, Default)]
pub struct Source<'s> {
    /// Its name in messages: the path of a file, or `<stdin>`.
    pub name: &'s str,
    /// The manifests.
    pub text: &'s str,
    /// Whether it is context, which is read but neither changed nor printed.
    pub read_only: bool,
}

impl<'s> Source<'s> {
    /// Manifests to change.
    #[must_use]
    pub fn new(name: &'s str, text: &'s str) -> Source<'s> {
        Source {
            name,
            text,
            read_only: false,
        }
    }

    /// The same as context.
    #[must_use]
    pub fn read_only(self) -> Source<'s> {
        Source {
            read_only: true,
            ..self
        }
    }
}

/// A document or item that was parsed.
#[derive(Debug)]
pub(crate) struct Chunk<'s> {
    pub(crate) source: usize,
    /// Number of the document in its source, from 1.
    pub(crate) document: usize,
    /// Whether it is an item of a list that was split: then the tree's root is a sequence of that one item.
    item: bool,
    pub(crate) tree: Tree<'s>,
    /// Whether its text has a character that ends a line only for YAML 1.1 readers.
    has_odd_break: bool,
}

/// Which objects of the input are read.
pub(crate) struct ToParse<'a> {
    /// Whether objects of this kind can matter.
    kind: &'a (dyn Fn(&str) -> bool + Sync),
    /// Whether to read objects of other kinds too if they may have pods.
    pods: bool,
    /// Finds our keys. They have no effect in an object of another kind; a message says so.
    our_keys: Finder<'static>,
}

impl<'a> ToParse<'a> {
    /// Objects of these kinds, those with our keys, and all others that may have `pods`.
    pub(crate) fn new(kind: &'a (dyn Fn(&str) -> bool + Sync), pods: bool) -> ToParse<'a> {
        ToParse {
            kind,
            pods,
            our_keys: Finder::new(PREFIX),
        }
    }

    fn needs(&self, kind: &str, part: &str) -> bool {
        (self.kind)(kind) || self.our_keys.find(part.as_bytes()).is_some()
    }

    /// Whether to look at an object that is not needed. Faults in it are left for the next reader to find.
    fn looks(&self, kind: &str, part: &str) -> bool {
        let has = |word: &str| memmem::find(part.as_bytes(), word.as_bytes()).is_some();
        self.pods && kind != "CustomResourceDefinition" && has("containers")
    }
}

/// The list that a ResourceList's results are written to.
#[derive(Debug)]
pub(crate) enum ResourceList<'s> {
    /// Parsed in pieces: the text before the items, and the text after them.
    Pieces {
        head: Tree<'s>,
        tail: Option<Tree<'s>>,
        items: Items,
    },
    /// Parsed whole, as the chunk with this index.
    Whole(Tree<'s>),
}

impl<'s> ResourceList<'s> {
    /// A top-level field but `items`.
    pub(crate) fn field(&self, name: &str) -> Option<Node<'_, 's>> {
        let get = |tree: &'_ Tree<'s>| -> Option<()> { tree.root()?.get(name).map(|_| ()) };
        match self {
            ResourceList::Whole(tree) => tree.root()?.get(name),
            ResourceList::Pieces { head, tail, .. } => match tail {
                Some(tail) if get(tail).is_some() => tail.root()?.get(name),
                _ => head.root()?.get(name),
            },
        }
    }
}

/// A source whose documents are split, and whose ResourceList is opened, but whose manifests are not parsed yet.
#[derive(Debug)]
pub(crate) struct Opened<'s> {
    pub(crate) source: Source<'s>,
    documents: Vec<Range<usize>>,
    /// The ResourceList that the source is.
    pub(crate) list: Option<ResourceList<'s>>,
}

/// The chunks of all sources that were parsed.
#[derive(Debug, Default)]
pub(crate) struct Chunks<'s> {
    pub(crate) parsed: Vec<Chunk<'s>>,
}

impl Chunks<'_> {
    /// Forgets the trees of chunks that no plan is about: what is made next needs room, and not them.
    pub(crate) fn keep_those_of(&mut self, plans: &[Plan]) {
        let mut planned = plans.iter().filter_map(|plan| plan.target.chunk).peekable();
        for (index, chunk) in self.parsed.iter_mut().enumerate() {
            while planned.next_if(|chunk| *chunk < index).is_some() {}
            if planned.peek() != Some(&index) {
                chunk.tree.forget();
            }
        }
    }
}

fn unreadable(source: usize, document: usize, text: &str, error: &SyntaxError) -> Message {
    let (mut message, range) = syntax(Reason::BadInput, text, error);
    if document > 1 {
        message.text = format!("{} (in document {document})", message.text);
    }
    message.place = Some(Place {
        source,
        document,
        range,
    });
    message
}

/// The key that is glued to the three dashes at this place, with its colon.
fn glued(text: &str, dashes: usize) -> Option<&str> {
    let rest = text.get(dashes + "---".len()..)?;
    if !rest.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return None;
    }
    let key = rest.get(..=rest.find([':', '\n', ' '])?)?;
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"._/-".contains(&b);
    key.strip_suffix(':')?.bytes().all(plain).then_some(key)
}

/// The kind of `known` that is this one but for a letter, or for capitals.
pub(crate) fn kind_meant_by<'k>(
    word: &str,
    known: impl IntoIterator<Item = &'k str>,
) -> Option<&'k str> {
    if word.len() < 5 {
        return None;
    }
    let word = word.to_ascii_lowercase();
    let slips = |kind: &str| strsim::damerau_levenshtein(&kind.to_ascii_lowercase(), &word);
    known.into_iter().find(|kind| slips(kind) <= 1)
}

/// The kind of a document that is nearly one that is `known`: its place, the word, and what it may mean.
pub(crate) fn nearly_a_kind<'s, 'k>(
    opened: &[Opened<'s>],
    known: &(impl Iterator<Item = &'k str> + Clone),
    reads: impl Fn(&str) -> bool,
) -> Option<(Place, &'s str, &'k str)> {
    // Remembered, because an input may have many objects of unknown kinds.
    let mut seen = HashSet::new();
    let jobs = opened.iter().enumerate();
    let mut jobs = jobs.flat_map(|(source, open)| {
        (0..open.jobs()).filter_map(move |number| open.job(source, number))
    });
    jobs.find_map(|job| {
        let part = job.text.get(job.range.clone())?;
        let word = match job.dash {
            Some(dash) => item_kind(part, dash)?,
            None => kind_line(part, 0)?,
        };
        if seen.len() > 1000 || !seen.insert(word) || reads(word) {
            return None;
        }
        let meant = kind_meant_by(word, known.clone())?;
        let begins = word.as_ptr().addr() - job.text.as_ptr().addr();
        let place = Place {
            source: job.source,
            document: job.document,
            range: begins..begins + word.len(),
        };
        Some((place, word, meant))
    })
}

/// A text of fewer bytes is gone through faster than another thread starts.
const LARGE: usize = 1 << 19;

/// Splits each source into documents, and opens the one that is the ResourceList of a function. A ResourceList beside other
/// sources, or with `among_files`, is an ordinary list.
///
/// # Errors
/// A NUL byte, or a ResourceList that does not parse.
pub(crate) fn open<'s>(
    sources: &[Source<'s>],
    among_files: bool,
    team: &Team,
) -> Result<Vec<Opened<'s>>, Message> {
    let several = sources.iter().filter(|source| !source.read_only).count() > 1;
    let alone = Team::default();
    let mut opened = Vec::with_capacity(sources.len());
    for (index, source) in sources.iter().enumerate() {
        let is_large = source.text.len() >= LARGE;
        let team = if is_large { team } else { &alone };
        let mut first_glued = None;
        let mut seen = |at| {
            first_glued = first_glued.or_else(|| glued(source.text, at).map(|key| (at, key)));
        };
        let mut split = |ends| {
            let documents = lossless_yaml::documents_seen(source.text, ends, &mut seen);
            let mut documents: Vec<_> = documents.collect();
            documents.shrink_to_fit();
            documents
        };
        // Few texts end documents otherwise than by the next one, so that is looked for at the same time.
        let others = || {
            let nul = memchr(0, source.text.as_bytes());
            (nul, lossless_yaml::may_end(source.text))
        };
        let (documents, (nul, ends)) = team.both(|| split(false), others);
        let documents = if ends { split(true) } else { documents };
        if let Some(offset) = nul {
            let mut message = nul_byte();
            message.place = Some(Place {
                source: index,
                document: 1,
                range: offset..offset + 1,
            });
            return Err(message);
        }
        if let Some((offset, key)) = first_glued {
            let mut message = glued_marker(key);
            message.place = Some(Place {
                source: index,
                document: 1,
                range: offset..offset + "---".len() + key.len(),
            });
            return Err(message);
        }
        let list = match documents.as_slice() {
            [only] if !(several || among_files || source.read_only) => {
                open_list(source.text, only.clone(), team)
                    .map_err(|e| unreadable(index, 1, source.text, &e))?
            }
            _ => None,
        };
        opened.push(Opened {
            source: *source,
            documents,
            list,
        });
    }
    Ok(opened)
}

fn open_list<'t>(
    text: &'t str,
    range: Range<usize>,
    team: &Team,
) -> Result<Option<ResourceList<'t>>, SyntaxError> {
    let part = text.get(range.clone()).unwrap_or_default();
    if !part.contains("ResourceList") {
        return Ok(None);
    }
    let split = || lossless_yaml::split(text, range.clone());
    let words = || (ends_lines_plainly(part), lossless_yaml::may_share(part));
    let (items, (plain, shares)) = team.both(split, words);
    // Results follow the items, so the last item must end its line.
    if part.ends_with('\n')
        && plain
        && let Some(items) = items
        && (!shares || items.are_apart(text))
        && is_named_resource_list(text, &items)
        && let Ok(head) = Tree::parse(text, items.head.clone())
        && is_resource_list(&head)
    {
        if items.tail.is_empty() {
            return Ok(Some(ResourceList::Pieces {
                head,
                tail: None,
                items,
            }));
        }
        if let Ok(tail) = Tree::parse(text, items.tail.clone()) {
            let tail = tail.root().is_some().then_some(tail);
            return Ok(Some(ResourceList::Pieces { head, tail, items }));
        }
    }
    // If its kind is a plain word outside the tables, it is not a list and does not have to be parsed.
    if matches!(kind_line(part, 0), Some(word) if word != "ResourceList") {
        return Ok(None);
    }
    let tree = Tree::parse(text, range)?;
    Ok(is_resource_list(&tree).then_some(ResourceList::Whole(tree)))
}

/// Whether the one kind that the lines around the items say is that of a ResourceList. Between the items it has no keys.
fn is_named_resource_list(text: &str, items: &Items) -> bool {
    let kind = |range: &Range<usize>| kind_of_lines(text.get(range.clone())?, 0);
    kind(&items.head) == Some(Some("ResourceList")) && kind(&items.tail) == Some(None)
}

fn is_resource_list(tree: &Tree<'_>) -> bool {
    let Some(root) = tree.root() else {
        return false;
    };
    let text = |key| root.get(key).and_then(Node::text).unwrap_or_default();
    text("kind") == "ResourceList"
        && [
            "config.kubernetes.io/v1",
            "config.kubernetes.io/v1beta1",
            "config.kubernetes.io/v1alpha1",
        ]
        .contains(&text("apiVersion"))
}

/// A document, or an item of a ResourceList, to read.
struct Job<'s> {
    source: usize,
    document: usize,
    text: &'s str,
    range: Range<usize>,
    /// The column of an item's dash.
    dash: Option<usize>,
}

/// Parses the documents and items that are wanted.
///
/// # Errors
/// The first chunk that does not parse.
pub(crate) fn parse<'s>(
    opened: &mut [Opened<'s>],
    team: &Team,
    wanted: &ToParse<'_>,
) -> Result<Chunks<'s>, Message> {
    // Jobs are numbers over all sources, because a list of jobs could be larger than the input.
    let mut starts = Vec::with_capacity(opened.len());
    let mut count = 0;
    for open in opened.iter() {
        starts.push(count);
        count += open.jobs();
    }
    let job = |number: usize| {
        let source = starts.partition_point(|start| *start <= number) - 1;
        let start = starts.get(source).copied().unwrap_or_default();
        opened.get(source)?.job(source, number - start)
    };
    let read = team.in_order(count, Scratch::default, |scratch, number, given| {
        let read = job(number).map_or(Ok(()), |job| {
            job.read(wanted, scratch, &mut |chunk| given.push(Ok(chunk)))
        });
        given.extend(read.err().map(|unread| Err((number, unread))));
    });
    let mut whole: Vec<usize> = Vec::new();
    for (number, unread) in read.iter().filter_map(|read| read.as_ref().err()) {
        let Some(job) = job(*number) else { continue };
        match unread {
            _ if whole.contains(&job.source) => {}
            Unread::Document(error) => {
                let unread = unreadable(job.source, job.document, job.text, error);
                return Err(unread);
            }
            Unread::Item => whole.push(job.source),
        }
    }
    // In the same vector.
    let mut parsed: Vec<Chunk<'s>> = read.into_iter().filter_map(Result::ok).collect();
    for source in whole {
        parsed.retain(|chunk| chunk.source != source);
        if let Some(open) = opened.get_mut(source) {
            let text = open.source.text;
            let tree = Tree::parse(text, 0..text.len());
            let tree = tree.map_err(|error| unreadable(source, 1, text, &error))?;
            open.list = Some(ResourceList::Whole(tree));
        }
    }
    Ok(Chunks { parsed })
}

/// Whether a document has a line with a kind that is not among the known ones and not a list: it is passed over
/// unread, unless everything is parsed.
pub(crate) fn is_passed_over(
    opened: &[Opened<'_>],
    found: &Found<'_, '_>,
    knows: impl Fn(&str) -> bool,
) -> bool {
    let open = opened
        .get(found.source as usize)
        .filter(|open| open.list.is_none());
    let part = open.and_then(|open| {
        let range = open
            .documents
            .get((found.document as usize).checked_sub(1)?)?;
        open.source.text.get(range.clone())
    });
    part.and_then(|part| kind_line(part, 0))
        .is_some_and(|kind| !kind.ends_with("List") && !knows(kind))
}

/// Whether an object configures kustomize, and is not applied to a cluster.
pub(super) fn is_of_kustomize(part: &str) -> bool {
    part.contains("kustomize.config.k8s.io/")
}

/// Whether a document, or an item of a ResourceList, has its kind on a separate line, so it may be an object that is skipped
/// unread.
pub(crate) fn holds_a_kind(opened: &[Opened<'_>]) -> bool {
    opened.iter().any(|open| {
        let part = |range: &Range<usize>| open.source.text.get(range.clone()).unwrap_or_default();
        match &open.list {
            None => {
                let mut parts = open.documents.iter().map(part);
                parts.any(|part| kind_line(part, 0).is_some() && !is_of_kustomize(part))
            }
            Some(ResourceList::Pieces { items, .. }) => {
                let mut parts = items.items.iter().map(part);
                parts.any(|part| item_kind(part, items.dash_column).is_some())
            }
            // It was parsed whole, so nothing in it is unread.
            Some(ResourceList::Whole(_)) => false,
        }
    })
}

impl<'s> Opened<'s> {
    /// The first line that is neither blank, a comment nor a marker.
    pub(super) fn first_line(&self) -> Option<Range<usize>> {
        let text = self.source.text;
        let start = first_content(text.as_bytes())?;
        let line = text.get(start..)?.lines().next()?.trim_end();
        Some(start..start + line.len())
    }

    /// How many documents it has.
    pub(crate) fn documents(&self) -> usize {
        self.documents.len()
    }

    /// The number of chunks to read.
    fn jobs(&self) -> usize {
        match &self.list {
            Some(ResourceList::Pieces { items, .. }) => items.items.len(),
            Some(ResourceList::Whole(_)) => 0,
            None => self.documents.len(),
        }
    }

    fn job(&self, source: usize, number: usize) -> Option<Job<'s>> {
        let (range, dash) = match &self.list {
            Some(ResourceList::Pieces { items, .. }) => {
                (items.items.get(number)?, Some(items.dash_column))
            }
            Some(ResourceList::Whole(_)) => return None,
            None => (self.documents.get(number)?, None),
        };
        Some(Job {
            source,
            document: if dash.is_some() { 1 } else { number + 1 },
            text: self.source.text,
            range: range.clone(),
            dash,
        })
    }
}

/// Why a job failed.
enum Unread {
    /// The document does not parse.
    Document(SyntaxError),
    /// The item does not parse alone, so its list must be parsed whole.
    Item,
}

impl<'s> Job<'s> {
    /// The chunks of it that matter.
    fn read(
        &self,
        wanted: &ToParse<'_>,
        scratch: &mut Scratch,
        give: &mut dyn FnMut(Chunk<'s>),
    ) -> Result<(), Unread> {
        if let Some(dash) = self.dash {
            let chunk = self.item(self.range.clone(), dash, wanted, scratch)?;
            chunk.into_iter().for_each(give);
            return Ok(());
        }
        let part = self.text.get(self.range.clone()).unwrap_or_default();
        let mut needed = true;
        if let Some(word) = kind_line(part, 0) {
            if word.ends_with("List") {
                // The items of a typed list may have no kind, so they are read with their list.
                let mixed = word == "List" || word == "ResourceList";
                if mixed && let Some(parsed) = self.split(wanted, scratch) {
                    parsed.into_iter().for_each(give);
                    return Ok(());
                }
            } else if !wanted.needs(word, part) {
                if !wanted.looks(word, part) {
                    return Ok(());
                }
                needed = false;
            }
        }
        match Tree::parse_in(self.text, self.range.clone(), scratch) {
            // A document without a node means nothing.
            Ok(tree) if tree.root().is_none() => {}
            Ok(tree) => give(self.chunk(tree, self.range.clone())),
            Err(_) if !needed => {}
            Err(error) => match json_values(self.text, self.range.clone()) {
                Some(trees) => trees
                    .into_iter()
                    .map(|(tree, range)| self.chunk(tree, range))
                    .for_each(give),
                None => return Err(Unread::Document(error)),
            },
        }
        Ok(())
    }

    /// The chunk of this range.
    fn chunk(&self, tree: Tree<'s>, range: Range<usize>) -> Chunk<'s> {
        Chunk {
            source: self.source,
            document: self.document,
            item: false,
            tree,
            has_odd_break: odd_break(self.text, range).is_some(),
        }
    }

    /// A `List` of a stream in pieces; `None` if it must be parsed whole.
    fn split(&self, wanted: &ToParse<'_>, scratch: &mut Scratch) -> Option<Vec<Chunk<'s>>> {
        let items = lossless_yaml::items(self.text, self.range.clone())?;
        Tree::parse(self.text, items.head).ok()?;
        Tree::parse(self.text, items.tail).ok()?;
        let chunks = items
            .items
            .into_iter()
            .map(|range| self.item(range, items.dash_column, wanted, scratch));
        chunks
            .filter_map(Result::transpose)
            .collect::<Result<_, _>>()
            .ok()
    }

    /// An item as a chunk, if it matters.
    fn item(
        &self,
        range: Range<usize>,
        dash: usize,
        wanted: &ToParse<'_>,
        scratch: &mut Scratch,
    ) -> Result<Option<Chunk<'s>>, Unread> {
        let part = self.text.get(range.clone()).unwrap_or_default();
        let kind = item_kind(part, dash).filter(|word| !word.ends_with("List"));
        let other = kind.filter(|word| !wanted.needs(word, part));
        if other.is_some_and(|word| !wanted.looks(word, part)) {
            return Ok(None);
        }
        let tree = match Tree::parse_in(self.text, range.clone(), scratch) {
            Ok(tree) => tree,
            Err(_) if other.is_some() => return Ok(None),
            Err(_) => return Err(Unread::Item),
        };
        match tree.root().map(|root| root.items().count()) {
            Some(1) => Ok(Some(Chunk {
                item: true,
                ..self.chunk(tree, range)
            })),
            _ => Err(Unread::Item),
        }
    }
}

/// A character that ends a line only for YAML 1.1 readers.
fn odd_break(text: &str, range: Range<usize>) -> Option<(usize, char)> {
    let part = text.get(range.clone()).filter(|part| !part.is_ascii())?;
    // The first bytes of U+0085, and of U+2028 and U+2029.
    let mut starts = memchr2_iter(0xc2, 0xe2, part.as_bytes());
    starts.find_map(|at| {
        let found = part.get(at..)?.chars().next()?;
        let odd = matches!(found, '\u{85}' | '\u{2028}' | '\u{2029}');
        odd.then_some((range.start + at, found))
    })
}

/// What kubectl reads differently: characters that end a line only for it, and documents that follow `...` without `---`.
pub(crate) fn read_otherwise(
    opened: &[Opened<'_>],
    chunks: &Chunks<'_>,
    found: &[Found<'_, '_>],
    matters: &dyn Fn(&str) -> bool,
) -> Vec<Message> {
    let mut messages = Vec::new();
    let is_odd = |object: &&Found<'_, '_>| {
        let chunk = object.chunk().and_then(|index| chunks.parsed.get(index));
        chunk.is_some_and(|chunk| chunk.has_odd_break)
    };
    let found = found.iter().filter(is_odd).filter(|object| {
        let kind = object.node.get("kind").and_then(Node::text);
        matters(
            kind.or(object.implied.as_deref().map(|(kind, _)| *kind))
                .unwrap_or_default(),
        )
    });
    let mut chunk: Vec<usize> = found.filter_map(Found::chunk).collect();
    chunk.dedup();
    for chunk in chunk.iter().filter_map(|index| chunks.parsed.get(*index)) {
        let text = opened.get(chunk.source).map_or("", |open| open.source.text);
        let range = chunk.tree.chunk();
        if let Some((at, found)) = odd_break(text, range) {
            let mut message = odd_break_told(found);
            message.place = Some(Place {
                source: chunk.source,
                document: chunk.document,
                range: at..at + found.len_utf8(),
            });
            messages.push(message);
        }
    }
    for (source, open) in opened.iter().enumerate() {
        for (number, range) in open.documents.iter().enumerate().skip(1) {
            let part = open.source.text.get(range.clone()).unwrap_or_default();
            if part.starts_with("---") || part.contains("\n---") {
                continue;
            }
            if let Some(start) = content_of(part) {
                let start = range.start + start;
                let mut message = dropped();
                message.place = Some(Place {
                    source,
                    document: number + 1,
                    range: start..start,
                });
                messages.push(message);
                break;
            }
        }
    }
    messages
}

/// Where the first line begins that is no comment, directive or end of a document.
#[cold]
fn content_of(part: &str) -> Option<usize> {
    let mut at = 0;
    part.split_inclusive('\n').find_map(|line| {
        let start = at;
        at += line.len();
        let text = line.trim();
        (!text.is_empty() && !text.starts_with(['#', '%']) && text != "...").then_some(start)
    })
}

/// JSON objects one after another, as `jq -c` writes them and kubectl accepts them; `None` for any other text.
fn json_values(text: &str, range: Range<usize>) -> Option<Vec<(Tree<'_>, Range<usize>)>> {
    let bytes = text.as_bytes().get(..range.end)?;
    let mut trees = Vec::new();
    let mut at = range.start;
    loop {
        at += bytes
            .get(at..)?
            .iter()
            .take_while(|b| b.is_ascii_whitespace())
            .count();
        if at == bytes.len() {
            return (!trees.is_empty()).then_some(trees);
        }
        let start = at;
        let (mut depth, mut quoted) = (0_usize, false);
        loop {
            match (quoted, bytes.get(at)?) {
                (true, b'\\') => at += 1,
                (_, b'"') => quoted = !quoted,
                (false, b'{' | b'[') => depth += 1,
                (false, b'}' | b']') => depth = depth.checked_sub(1)?,
                _ => {}
            }
            at += 1;
            if depth == 0 {
                break;
            }
        }
        if bytes.get(start) != Some(&b'{') {
            return None;
        }
        trees.push((Tree::parse(text, start..at).ok()?, start..at));
    }
}

/// The kind of an item that begins with its dash: all its keys have the column of the first one.
fn item_kind(part: &str, dash_column: usize) -> Option<&str> {
    let after = part.get(dash_column..)?.strip_prefix('-')?;
    let blanks = after.bytes().take_while(|b| *b == b' ').count();
    if blanks == 0 || !after.as_bytes().get(blanks)?.is_ascii_alphabetic() {
        return None;
    }
    kind_line(part, dash_column + 1 + blanks)
}

/// The kind of a mapping whose keys are in this column; `None` if the lines do not decide it.
///
/// They decide it only if exactly one line has `kind:` there, followed by a plain word, and every line there starts with
/// a letter, `#`, `-` or white space. A quoted or `?` key, `<<`, flow style, a tag or a directive needs the
/// parser. A scalar cannot contain such a line (YAML 1.2.2, 8.1: its lines are indented more), but a lone carriage return
/// can hide one, because it ends a line too (YAML 1.2.2, 5.4).
fn kind_line(part: &str, column: usize) -> Option<&str> {
    if !ends_lines_plainly(part) {
        return None;
    }
    // All keys of a document are in the column of the first one.
    if column == 0 && begins_indented(part.as_bytes()) {
        return None;
    }
    kind_of_lines(part, column).flatten()
}

/// Whether no line is ended by a lone carriage return.
fn ends_lines_plainly(part: &str) -> bool {
    let bytes = part.as_bytes();
    !memchr_iter(b'\r', bytes).any(|at| bytes.get(at + 1) != Some(&b'\n'))
}

/// The kind that the lines at a column say, if they say one; the outer `None` if they do not decide it.
#[expect(
    clippy::option_option,
    reason = "whether the lines decide it, and whether they have a kind, are two things"
)]
fn kind_of_lines(part: &str, column: usize) -> Option<Option<&str>> {
    let mut found = None;
    for start in outdented(part, column) {
        let line = part.get(start..)?;
        let rest = if start == 0 && column > 0 {
            line.get(column..)?
        } else {
            let spaces = line.bytes().take(column).take_while(|b| *b == b' ').count();
            let rest = line.get(spaces..)?;
            if spaces < column {
                match rest.bytes().next() {
                    None | Some(b'\r' | b'\n' | b'#') => continue,
                    Some(_) => return None,
                }
            }
            rest
        };
        // Few lines are looked at up to their ends.
        let end = || memchr(b'\n', rest.as_bytes()).unwrap_or(rest.len());
        match rest.bytes().next() {
            None | Some(b' ' | b'\t' | b'\r' | b'\n' | b'#') => {}
            Some(b'-') => {
                let mark = rest.strip_prefix("---").filter(|_| column == 0);
                let mark = mark.and_then(|_| rest.get("---".len()..end()));
                if mark.is_some_and(|after| {
                    !after.trim_ascii().is_empty() || start > 0 && found.is_some()
                }) {
                    return None;
                }
            }
            Some(c) if c.is_ascii_alphabetic() => {
                if !rest.starts_with("kind:") {
                    continue;
                }
                let value = rest.get("kind:".len()..end())?;
                let word = value.trim_ascii();
                if found.is_some()
                    || !value.starts_with(' ')
                    || word.is_empty()
                    || !word.bytes().all(|b| b.is_ascii_alphanumeric())
                {
                    return None;
                }
                found = Some(word);
            }
            Some(_) => return None,
        }
    }
    Some(found)
}

/// Where the first line that is neither blank nor a comment nor begins with three dashes has its content.
fn first_content(text: &[u8]) -> Option<usize> {
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let (line, _) = rest.split_at(memchr(b'\n', rest).map_or(rest.len(), |end| end + 1));
        let content = line.trim_ascii_start();
        if !matches!(content, [] | [b'#', ..]) && !line.starts_with(b"---") {
            return Some(at + line.len() - content.len());
        }
        at += line.len();
    }
    None
}

/// Whether the first content of a document is indented.
fn begins_indented(text: &[u8]) -> bool {
    let before = first_content(text).and_then(|at| text.get(at.checked_sub(1)?));
    before.is_some_and(|before| *before != b'\n')
}

/// A resource of the input: its place, and its node.
#[derive(Clone, Debug)]
pub(crate) struct Found<'t, 's> {
    within: Within,
    pub(crate) source: u32,
    pub(crate) document: u32,
    /// Its index in a list of the chunk, behind that of the list if this is an item of another.
    indexes: SmallVec<[u32; 2]>,
    pub(crate) node: Node<'t, 's>,
    /// `kind` and `apiVersion` that its list gives it, if it states none (`DeploymentList`).
    pub(crate) implied: Option<Box<(&'t str, &'t str)>>,
}

/// The tree that a resource is in. There may be many of them, so numbers are as short as a text of so many chunks can be held.
#[derive(Clone, Copy, Debug)]
enum Within {
    /// The ResourceList of the source that was parsed whole.
    List,
    /// A chunk, by its index, that is a document.
    Document(u32),
    /// A chunk that is an item of a list.
    Item(u32),
}

impl Found<'_, '_> {
    /// Index of the chunk; `None` for the ResourceList of the source that was parsed whole.
    pub(crate) fn chunk(&self) -> Option<usize> {
        match self.within {
            Within::List => None,
            Within::Document(chunk) | Within::Item(chunk) => Some(chunk as usize),
        }
    }

    /// Path from the chunk's root.
    pub(crate) fn path(&self) -> Vec<Step> {
        let first = matches!(self.within, Within::Item(_)).then_some(Step::Index(0));
        let below = self.indexes.iter().flat_map(|index| {
            let index = Step::Index(*index as usize);
            [Step::Key("items".into()), index]
        });
        first.into_iter().chain(below).collect()
    }
}

/// A number of things that each take some bytes of memory.
fn short(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// Every resource of the input, in the order of the text, including the items of lists.
pub(crate) fn resources<'t, 's>(
    opened: &'t [Opened<'s>],
    chunks: &'t Chunks<'s>,
) -> Vec<Found<'t, 's>> {
    // Most chunks are one object.
    let mut places = Vec::with_capacity(chunks.parsed.len());
    let mut chunk_index = 0;
    for (source, open) in opened.iter().enumerate() {
        if let Some(ResourceList::Whole(tree)) = &open.list {
            let items = tree.root().and_then(|root| root.get("items"));
            let base = Found {
                within: Within::List,
                source: short(source),
                document: 1,
                indexes: SmallVec::new(),
                node: match tree.root() {
                    Some(root) => root,
                    None => continue,
                },
                implied: None,
            };
            if let Some(items) = items {
                list_items(&base, items, &mut places, 0);
            }
        }
        while let Some(chunk) = chunks
            .parsed
            .get(chunk_index)
            .filter(|c| c.source == source)
        {
            let number = short(chunk_index);
            let (within, node) = match chunk.tree.root() {
                Some(root) if chunk.item => (Within::Item(number), root.items().next()),
                root => (Within::Document(number), root),
            };
            let base = node.map(|node| Found {
                within,
                source: short(source),
                document: short(chunk.document),
                indexes: SmallVec::new(),
                node,
                implied: None,
            });
            if let Some(base) = base {
                push(base, &mut places, 0);
            }
            chunk_index += 1;
        }
    }
    places
}

/// No real list is nested deeper than this.
const LIST_DEPTH: usize = 8;

fn push<'t, 's>(place: Found<'t, 's>, places: &mut Vec<Found<'t, 's>>, depth: usize) {
    let kind = place
        .node
        .get("kind")
        .and_then(Node::text)
        .unwrap_or_default();
    if kind.ends_with("List")
        && depth < LIST_DEPTH
        && let Some(items) = place.node.get("items")
        && items.kind() == Kind::Sequence
    {
        list_items(&place, items, places, depth + 1);
    } else if matches!(place.node.kind(), Kind::Mapping | Kind::Sequence) {
        places.push(place);
    }
}

fn list_items<'t, 's>(
    list: &Found<'t, 's>,
    items: Node<'t, 's>,
    places: &mut Vec<Found<'t, 's>>,
    depth: usize,
) {
    let text = |key| list.node.get(key).and_then(Node::text).unwrap_or_default();
    let kind = text("kind").strip_suffix("List").unwrap_or_default();
    let typed = !kind.is_empty() && kind != "Resource";
    let implied = typed.then(|| Box::new((kind, text("apiVersion"))));
    for (index, item) in items.items().enumerate() {
        let mut indexes = list.indexes.clone();
        indexes.push(short(index));
        push(
            Found {
                node: item,
                indexes,
                implied: implied.clone(),
                ..list.clone()
            },
            places,
            depth,
        );
    }
}

#[cfg(test)]
mod tests {
    use super::{item_kind, kind_line};

    #[test]
    fn a_kind_is_settled_by_one_plain_line() {
        for (text, kind) in [
            ("apiVersion: v1\nkind: ConfigMap\n", Some("ConfigMap")),
            (
                "---\n# Source: x\nkind: ConfigMap\r\ndata:\n  kind: x\n",
                Some("ConfigMap"),
            ),
            ("kind: ConfigMap", Some("ConfigMap")),
            ("a:\n- b\nkind: ConfigMap  \n", Some("ConfigMap")),
            ("kind: ConfigMap # c\n", None),
            ("kind: ConfigMap\na: 1\r---\rkind: Deployment\n", None),
            ("kind: ConfigMap\nkind: Deployment\n", None),
            ("kind: \"ConfigMap\"\n", None),
            ("\"kind\": Deployment\nkind: ConfigMap\n", None),
            ("? kind\n: Deployment\nkind: ConfigMap\n", None),
            ("<<: *a\nkind: ConfigMap\n", None),
            ("--- !x\nkind: ConfigMap\n", None),
            ("--- {a: 1}\n", None),
            ("{kind: ConfigMap}\n", None),
            ("kind:\n  Deployment\n", None),
            ("kind:ConfigMap\n", None),
            ("%YAML 1.2\n---\nkind: ConfigMap\n", None),
            (" kind: Deployment\n a: \"\nkind: ConfigMap\nb\"\n", None),
            ("kind: ConfigMap\na: x\rkind: Deployment\n", None),
            ("a: 1\n", None),
            ("", None),
        ] {
            assert_eq!(kind_line(text, 0), kind, "{text:?}");
        }
    }

    #[test]
    fn the_kind_of_an_item_stands_beside_its_first_key() {
        for (text, dash, kind) in [
            (
                "- apiVersion: v1\n  kind: ConfigMap\n  data:\n    kind: x\n",
                0,
                Some("ConfigMap"),
            ),
            ("- kind: ConfigMap\n", 0, Some("ConfigMap")),
            ("  -   kind: ConfigMap\n      a: 1\n", 2, Some("ConfigMap")),
            ("- kind: ConfigMap\n left: 1\n", 0, None),
            ("- {kind: ConfigMap}\n", 0, None),
            ("- &a\n  kind: ConfigMap\n", 0, None),
            ("-\n  kind: ConfigMap\n", 0, None),
        ] {
            assert_eq!(item_kind(text, dash), kind, "{text:?}");
        }
    }
}
