//! From edits to splices: what has to change in the text, in the style of its surroundings, and checked.
//!
//! ```text
//! edits ─Wishes::of→ Wanted ─write→ Drafts ─merge→ splices ─parse the edited text→ ─check→ splices
//! ```

mod append;
mod copy;
mod draft;
pub(crate) mod emit;
mod excerpt;
mod fate;
mod layout;
mod listing;
mod refuse;
mod replace;
mod scalar;
mod write;

use crate::check::{Wrong, check};
use crate::edit::draft::Care;
use crate::edit::excerpt::Excerpt;
use crate::edit::layout::Layout;
use crate::edit::listing::Listing;
use crate::edit::refuse::{
    refuse_anchors, refuse_control_characters, refuse_flow_marks, refuse_line_breaks, tab_behind,
};
use crate::edit::write::Writer;
use crate::error::EditError;
use crate::read::parse::parse;
use crate::read::scratch::Scratch;
use crate::text::span::is_plain;
use crate::text::splice::{Splice, pieces};
use crate::tree::arena::Tree;
use crate::tree::change::{Edit, Wanted, Wishes};

impl Tree<'_> {
    /// What has to change in the text so that every edit holds: sorted, disjoint splices with offsets in
    /// the whole text. An edit that already holds needs none. The result was parsed again and compared.
    ///
    /// # Errors
    /// If one of the edits can't be made, none is. See [`EditError`].
    pub fn edit(&self, edits: &[Edit]) -> Result<Vec<Splice>, EditError> {
        self.edit_in(edits, &mut Scratch::default())
    }

    /// The same with buffers that other chunks have used: faster for many chunks.
    ///
    /// # Errors
    /// As [`Tree::edit`].
    pub fn edit_in(&self, edits: &[Edit], scratch: &mut Scratch) -> Result<Vec<Splice>, EditError> {
        let wishes = Wishes::of(self, edits)?;
        let wanted = wishes.all();
        if wanted.is_empty() {
            return Ok(Vec::new());
        }
        let layout = Layout::new(self, scratch);
        let splices = edit(&layout, wanted, scratch);
        layout.end(scratch);
        splices
    }
}

/// The splices for what is wanted, made with as little change as is right.
fn edit(
    tree: &Layout<'_, '_>,
    wanted: Wanted<'_>,
    scratch: &mut Scratch,
) -> Result<Vec<Splice>, EditError> {
    if !is_plain(tree.source) {
        refuse_control_characters(tree)?;
        refuse_line_breaks(tree)?;
    }
    refuse_anchors(tree)?;
    refuse_flow_marks(tree)?;
    let mut last = EditError::Verify {
        offset: tree.chunk.start,
        what: String::new(),
    };
    for care in [Care::Middle, Care::Whole, Care::Quoted] {
        match attempt(tree, wanted, care, scratch)? {
            Ok(splices) => return Ok(splices),
            Err(error) => last = error,
        }
    }
    Err(last)
}

/// The splices for what is wanted, or why the edited text does not mean that.
fn attempt(
    tree: &Layout<'_, '_>,
    wanted: Wanted<'_>,
    care: Care,
    scratch: &mut Scratch,
) -> Result<Result<Vec<Splice>, EditError>, EditError> {
    let drafts = Writer::new(tree, wanted, care).run()?;
    let offset = drafts.offset_of_first();
    let wrong = |what: String| EditError::Verify { offset, what };
    let Some(mut splices) = drafts.merge() else {
        return Ok(Err(wrong("two splices overlap".to_owned())));
    };
    let holds = listing_holds(tree, wanted, &splices, care, scratch)
        || excerpt_holds(tree, wanted, &mut splices, scratch);
    if !holds {
        if let Err(what) = read_again(tree, wanted, &splices, scratch)? {
            return Ok(Err(wrong(what)));
        }
    } else if cfg!(debug_assertions) {
        let whole = read_again(tree, wanted, &splices, scratch);
        if whole.is_err() || whole.is_ok_and(|whole| whole.is_err()) {
            return Ok(Err(wrong("only an excerpt is right".to_owned())));
        }
    }
    for Splice { range, .. } in &mut splices {
        *range = tree.chunk.start + range.start..tree.chunk.start + range.end;
    }
    Ok(Ok(splices))
}

/// Whether the edited text is right as far as an excerpt shows it, which is enough. See [`excerpt`].
fn excerpt_holds(
    tree: &Tree<'_>,
    wanted: Wanted<'_>,
    splices: &mut [Splice],
    scratch: &mut Scratch,
) -> bool {
    let room = std::mem::take(&mut scratch.excerpt);
    let Some(mut excerpt) = Excerpt::of(tree, wanted, splices, room) else {
        return false;
    };
    excerpt.swap_ranges(splices);
    let left = excerpt.tree(tree);
    let holds = read_again(&left, wanted, splices, scratch);
    let nodes = left.into_nodes();
    excerpt.swap_ranges(splices);
    scratch.excerpt = (excerpt.text, nodes);
    matches!(holds, Ok(Ok(())))
}

/// Whether a long list that is written is right: read by the parser with its first and its last item alone, and the others one
/// by one. See [`listing`].
fn listing_holds(
    tree: &Layout<'_, '_>,
    wanted: Wanted<'_>,
    splices: &[Splice],
    care: Care,
    scratch: &mut Scratch,
) -> bool {
    let Some(listing) = Listing::of(wanted) else {
        return false;
    };
    let written = |wanted: Wanted<'_>| Writer::new(tree, wanted, care).run().ok()?.merge();
    let (Ok(first), Ok(ends)) = (
        Wishes::of(tree, &listing.first),
        Wishes::of(tree, &listing.ends),
    ) else {
        return false;
    };
    let (Some(first), Some(short)) = (written(first.all()), written(ends.all())) else {
        return false;
    };
    listing.holds([&first, &short, splices], scratch)
        && matches!(read_again(tree, ends.all(), &short, scratch), Ok(Ok(())))
}

/// Bytes that a node takes in what is written, at least in most texts.
const NODE: usize = 8;

/// Reads the edited text and compares it with the old tree; gives what is wrong.
fn read_again(
    tree: &Tree<'_>,
    wanted: Wanted<'_>,
    splices: &[Splice],
    scratch: &mut Scratch,
) -> Result<Result<(), String>, EditError> {
    let mut edited = std::mem::take(&mut scratch.text);
    edited.clear();
    let added: usize = splices.iter().map(|splice| splice.text.len()).sum();
    edited.reserve_exact(tree.source.len() + added);
    edited.extend(pieces(tree.source, splices));
    // The parser reads the edited text, whichever reader read the old one, so two readers have to agree.
    let mut nodes = std::mem::take(&mut scratch.nodes);
    nodes.clear();
    // A large list that grows as it is read leaves holes of its size in the memory, so there is room from the beginning for what
    // was there and what is written.
    nodes.reserve(tree.nodes.len() + added / NODE);
    let checked = match parse(&edited, 0..edited.len(), nodes) {
        Err(error) => Err(format!("the edited text is no YAML: {}", error.message)),
        Ok(new) => {
            let compared = check(tree, wanted, &new, splices);
            let tab = tab_behind(&new, splices);
            scratch.nodes = new.into_nodes();
            if let Some(offset) = tab {
                return Err(EditError::Unplaceable {
                    offset: tree.chunk.start + offset,
                    reason: "a line with a tab in its indentation follows; some readers accept it only after a plain scalar",
                });
            }
            match compared {
                Ok(()) => Ok(()),
                Err(Wrong::Differs(what)) => Err(what),
                Err(Wrong::TooLarge) => {
                    return Err(EditError::Shared {
                        offset: tree.chunk.start,
                        reason: "merge keys within merge keys lead to more than can be compared",
                    });
                }
            }
        }
    };
    scratch.text = edited;
    Ok(checked)
}
