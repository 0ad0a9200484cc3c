//! What happens to each node of the text.

use std::collections::HashMap;
use std::ops::Range;

use crate::text::sort::sort_by;
use crate::tree::arena::Tree;
use crate::tree::change::{Step, Wanted};

/// What happens to one node.
#[derive(Clone, Copy)]
pub(crate) enum Fate<'p> {
    /// It stays as it is, and so does everything below it.
    Stays,
    /// It changes, or something below it does.
    Changes(Wanted<'p>),
    /// A node above it is replaced as a whole.
    Goes,
}

/// The fates of all nodes. An edit that leads through an alias or a merge key changes none of them.
#[derive(Default)]
pub(crate) struct Fates<'p> {
    changes: HashMap<u32, Wanted<'p>>,
    /// The nodes below those that are replaced as a whole, in order.
    goes: Vec<Range<u32>>,
}

impl<'p> Fates<'p> {
    pub(crate) fn new(tree: &Tree<'_>, wanted: Wanted<'p>) -> Self {
        let mut changes = HashMap::new();
        let mut goes = Vec::new();
        let mut waiting = vec![(0, wanted)];
        while let Some((node, wanted)) = waiting.pop() {
            if wanted.is_empty() {
                continue;
            }
            changes.insert(node, wanted);
            let raw = tree.at(node);
            if wanted.set().is_some() {
                goes.push(node + 1..raw.next(node));
            } else if raw.shape.is_sequence() {
                let items = (0..).zip(tree.children(node));
                waiting
                    .extend(items.filter_map(|(index, item)| Some((item, wanted.index(index)?))));
            } else {
                waiting.extend(wanted.steps().filter_map(|(step, below)| {
                    let Step::Key(key) = step else { return None };
                    let (_, value) = tree.explicit(node, key).0?;
                    Some((value, below))
                }));
            }
        }
        sort_by(&mut goes, &mut |a: &Range<u32>, b: &Range<u32>| {
            a.start.cmp(&b.start)
        });
        Self { changes, goes }
    }

    pub(crate) fn at(&self, node: u32) -> Fate<'p> {
        if let Some(wanted) = self.changes.get(&node) {
            return Fate::Changes(*wanted);
        }
        let after = self.goes.partition_point(|range| range.start <= node);
        let around = after.checked_sub(1).and_then(|at| self.goes.get(at));
        if around.is_some_and(|range| range.contains(&node)) {
            Fate::Goes
        } else {
            Fate::Stays
        }
    }
}
