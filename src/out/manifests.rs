//! Plans as splices in the manifests. It writes and does not decide.

use super::escape::diff_name;
use super::results;
use super::value::value_of;
use crate::input::parallel::Team;
use crate::input::{Chunk, Chunks, Opened, ResourceList, Source};
use crate::model::{FieldEdit, NewValue, Place, Plan};
use crate::say::{self, Message};
use lossless_yaml::{Edit, EditError, Node, Scratch, Splice, Step, Tree, Value, sort_by};
use std::fmt;

/// The text of a source, changed.
#[derive(Clone, Debug)]
pub struct Output<'s> {
    /// The source.
    pub source: Source<'s>,
    /// What is replaced in its text: sorted, disjoint, as byte offsets in the original.
    pub splices: Vec<Splice>,
}

impl Output<'_> {
    /// Whether a byte differs from the source.
    #[must_use]
    pub fn is_changed(&self) -> bool {
        !self.splices.is_empty()
    }

    /// The new text as slices, those of the source not copied.
    pub fn pieces(&self) -> impl Iterator<Item = &str> {
        lossless_yaml::pieces(self.source.text, &self.splices)
    }

    /// The unified diff from the source to the new text, 3 lines of context; empty where nothing changed.
    #[must_use]
    pub fn diff(&self) -> String {
        let name = diff_name(self.source.name);
        lossless_yaml::unified_diff(&name, &name, self.source.text, &self.splices)
    }
}

impl fmt::Display for Output<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.pieces().try_for_each(|piece| f.write_str(piece))
    }
}

/// The outputs: the plans' edits chunk by chunk, and the results.
///
/// # Errors
/// All edits that can't be made, each about its workload, or one that is about the results.
pub(crate) fn write<'s>(
    opened: &[Opened<'s>],
    chunks: &Chunks<'s>,
    plans: &[Plan],
    messages: &[Message],
    team: &Team,
) -> Result<Vec<Output<'s>>, Vec<Message>> {
    let output = |open: &Opened<'s>| Output {
        source: open.source,
        splices: Vec::new(),
    };
    let mut outputs: Vec<Output<'s>> = opened.iter().map(output).collect();
    // Plans are in the order of the text, so those of one chunk are together.
    let groups: Vec<&[Plan]> = plans.chunk_by(|a, b| chunk(a) == chunk(b)).collect();
    // The results of a list in pieces are one large edit. It comes first, so other threads make the rest at the same time.
    let pieces = opened.iter().find_map(|open| match &open.list {
        Some(list @ ResourceList::Pieces { .. }) => Some((open.source.text, list)),
        _ => None,
    });
    let jobs = groups.len() + 1;
    let edited = team.one_each(jobs, Scratch::default, |scratch, number| {
        let group = number.checked_sub(1).and_then(|number| groups.get(number));
        match (group, pieces) {
            (Some(plans), _) => edit(opened, chunks, plans, messages, scratch),
            (None, Some((text, list))) => results_of(text, list, messages),
            (None, None) => Ok(Vec::new()),
        }
    });
    let mut edited = edited.into_iter();
    let mut told = edited.next();
    let mut refused = Vec::new();
    for (group, splices) in groups.iter().zip(edited) {
        let target = group.first().map(|first| first.target.source);
        match (splices, target.and_then(|source| outputs.get_mut(source))) {
            (Ok(splices), Some(output)) => output.splices.extend(splices),
            (Ok(_), None) => {}
            (Err(messages), _) => refused.extend(messages),
        }
    }
    if !refused.is_empty() {
        return Err(refused);
    }
    for (open, output) in opened.iter().zip(&mut outputs) {
        let written = match &open.list {
            Some(ResourceList::Pieces { .. }) => told.take().unwrap_or(Ok(Vec::new())),
            Some(list @ ResourceList::Whole(_)) if !output.is_changed() => {
                results_of(open.source.text, list, messages)
            }
            _ => continue,
        };
        output.splices.extend(written?);
        let start = |splice: &Splice| splice.range.start;
        sort_by(&mut output.splices, &mut |a, b| start(a).cmp(&start(b)));
    }
    outputs.retain(|output| !output.source.read_only);
    Ok(outputs)
}

/// The source of a plan's workload, and its chunk.
fn chunk(plan: &Plan) -> (usize, Option<usize>) {
    (plan.target.source, plan.target.chunk)
}

/// The edits of the plans of one chunk. Where items of a `ResourceList` change that was parsed whole, its results go with them.
fn edit(
    opened: &[Opened<'_>],
    chunks: &Chunks<'_>,
    plans: &[Plan],
    messages: &[Message],
    scratch: &mut Scratch,
) -> Result<Vec<Splice>, Vec<Message>> {
    let Some((source, chunk)) = plans.first().map(chunk) else {
        return Ok(Vec::new());
    };
    if let Some(Chunk { tree, .. }) = chunk.and_then(|chunk| chunks.parsed.get(chunk)) {
        return edited(tree, plans, Vec::new(), scratch);
    }
    let list = opened.get(source).and_then(|open| open.list.as_ref());
    let Some(ResourceList::Whole(tree)) = list else {
        return Ok(Vec::new());
    };
    let results = tree.root().into_iter();
    let results = results.flat_map(|root| results::edits(root, messages));
    edited(tree, plans, results.collect(), scratch)
}

/// The splices of plans that share a tree, and of more edits in it.
fn edited(
    tree: &Tree<'_>,
    plans: &[Plan],
    more: Vec<Edit>,
    scratch: &mut Scratch,
) -> Result<Vec<Splice>, Vec<Message>> {
    let all = plans.iter().flat_map(|plan| edits(plan, tree)).chain(more);
    let all: Vec<Edit> = all.collect();
    let error = match tree.edit_in(&all, scratch) {
        Ok(splices) => return Ok(splices),
        Err(error) => error,
    };
    // Which of them it is shows where each is made alone.
    let mut alone = |plan: &Plan| {
        let edits: Vec<Edit> = edits(plan, tree).collect();
        tree.edit_in(&edits, scratch).err()
    };
    let alone = plans.iter().filter_map(|plan| Some((alone(plan)?, plan)));
    let mut messages: Vec<Message> = alone.map(|(error, plan)| refused(&error, plan)).collect();
    if messages.is_empty() {
        messages.extend(plans.first().map(|plan| refused(&error, plan)));
    }
    Err(messages)
}

/// The splices of the results.
fn results_of(
    text: &str,
    list: &ResourceList<'_>,
    messages: &[Message],
) -> Result<Vec<Splice>, Vec<Message>> {
    let written = results::splices(text, list, messages);
    written.map_err(|error| vec![say::out::results_refused(&error)])
}

/// A refused edit of the workload of a plan.
fn refused(error: &EditError, plan: &Plan) -> Message {
    let message = match error {
        EditError::Verify { .. } => say::out::bug(error),
        other => say::out::edit_refused(other),
    };
    let at = error.offset();
    say::drain::of(
        message,
        plan,
        Place {
            range: at..at,
            ..plan.place.clone()
        },
    )
}

/// The edits of a plan, as paths from the root of the tree that holds its workload.
pub(crate) fn edits<'p>(plan: &'p Plan, tree: &'p Tree<'_>) -> impl Iterator<Item = Edit> + 'p {
    let workload = below(tree.root(), &plan.target.path);
    let edit = move |FieldEdit {
                         path: below_it,
                         value,
                     }: FieldEdit| {
        let value = match value {
            NewValue::Word(text) => word(below(workload, &below_it.0), text),
            other => value_of(other),
        };
        // Only an item of a list lies below the root of its tree.
        let path = match plan.target.path.as_slice() {
            [] => below_it.0,
            above => [above, &below_it.0].concat(),
        };
        Edit { path, value }
    };
    plan.each_edit().map(edit)
}

/// The node that a path leads to.
fn below<'t, 's>(node: Option<Node<'t, 's>>, path: &[Step]) -> Option<Node<'t, 's>> {
    path.iter().fold(node, |node, step| match step {
        Step::Key(name) => node?.get(name),
        Step::Index(index) => node?.item(*index),
    })
}

/// A word of a command. An unquoted number stays unquoted.
fn word(stands: Option<Node<'_, '_>>, text: String) -> Value {
    match (stands.map(Node::is_string), text.parse()) {
        (Some(false), Ok(number)) => Value::Int(number),
        _ => Value::Str(text.into()),
    }
}
