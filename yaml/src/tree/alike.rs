//! Which nodes of two trees are written alike.

use std::collections::HashMap;

use crate::text::span::slice;
use crate::tree::arena::{Raw, Shape, Tree, flag};

/// A number for each node of two trees. Nodes with the same number have the same shape, tag and text, and so has all below them, with
/// what it refers to in place of each alias. So they mean the same.
#[derive(Debug)]
pub(crate) struct Alike {
    old: Vec<u32>,
    new: Vec<u32>,
}

/// How a node is written: its shape, what its flags say beside that, its tag, its text, and the numbers of those below it.
type Written<'t> = (u8, u8, Option<&'t str>, &'t str, Vec<u32>);

/// The numbers that are given so far; 0 is none of them.
#[derive(Default)]
struct Numbers<'t> {
    known: HashMap<Written<'t>, u32>,
    last: u32,
}

impl Alike {
    pub(crate) fn of(old: &Tree<'_>, new: &Tree<'_>) -> Self {
        let mut numbers = Numbers::default();
        Self {
            old: numbers.all_of(old),
            new: numbers.all_of(new),
        }
    }

    /// Whether a node of the old tree and one of the new tree are written alike.
    pub(crate) fn are(&self, before: u32, after: u32) -> bool {
        let old = self.old.get(before as usize);
        old.is_some() && old == self.new.get(after as usize)
    }
}

impl<'t> Numbers<'t> {
    /// The numbers of all nodes of a tree, each gone through once.
    fn all_of(&mut self, tree: &'t Tree<'_>) -> Vec<u32> {
        let mut given = vec![0; tree.nodes.len()];
        // The collections around the node that is next, and the numbers of what is below each so far.
        let mut open: Vec<(u32, Raw, Vec<u32>)> = Vec::new();
        for (index, raw) in (0..).zip(tree.nodes.iter()) {
            if raw.shape.is_collection() {
                open.push((index, raw, Vec::new()));
            } else {
                let number = match raw.shape {
                    Shape::Alias => self.of_alias(given.get(raw.link as usize).copied()),
                    _ => self.of_written(tree, index, raw, Vec::new()),
                };
                put(&mut given, &mut open, index, number);
            }
            while let Some((index, raw, below)) = open.pop_if(|(_, raw, _)| raw.link == index + 1) {
                let number = self.of_written(tree, index, raw, below);
                put(&mut given, &mut open, index, number);
            }
        }
        given
    }

    /// The number of what an alias refers to. That comes before it and has ended; anything else would be like nothing.
    fn of_alias(&mut self, target: Option<u32>) -> u32 {
        target.filter(|number| *number > 0).unwrap_or_else(|| {
            self.last += 1;
            self.last
        })
    }

    fn of_written(&mut self, tree: &'t Tree<'_>, index: u32, raw: Raw, below: Vec<u32>) -> u32 {
        let tag = tree.props(index).and_then(|props| props.tag.as_ref());
        let tag =
            tag.map(|(range, _)| slice(tree.source, range.start as usize..range.end as usize));
        let flags = raw.flags & (flag::TAG | flag::MERGES | flag::MERGE_KEY);
        let written = (raw.shape as u8, flags, tag, tree.text_of(raw), below);
        let number = self.known.entry(written).or_insert(self.last + 1);
        self.last = self.last.max(*number);
        *number
    }
}

/// Notes the number of a node, for itself and for the collection that it is in.
fn put(given: &mut [u32], open: &mut [(u32, Raw, Vec<u32>)], index: u32, number: u32) {
    if let Some(given) = given.get_mut(index as usize) {
        *given = number;
    }
    if let Some((_, _, below)) = open.last_mut() {
        below.push(number);
    }
}

#[cfg(test)]
mod tests {
    use super::Alike;
    use crate::tree::arena::Tree;

    /// Whether the values of `x` are written alike.
    fn alike(old: &str, new: &str) -> bool {
        let [old, new] = [old, new].map(|text| Tree::parse(text, 0..text.len()).unwrap());
        let value = |tree: &Tree<'_>| tree.explicit(0, "x").0.unwrap().1;
        Alike::of(&old, &new).are(value(&old), value(&new))
    }

    #[test]
    fn what_is_alike_is_written_alike_down_to_what_it_refers_to() {
        let old = "a: &a {k: v}\nb: &b {<<: *a}\nx: {<<: *b, l: [1, *a]}\n";
        assert!(alike(old, old));
        assert!(alike(old, &old.replace("a: &a", "new: 1\na: &a")));
        assert!(alike(old, &old.replace("1, *a", "1, {k: v}")));
        for (from, to) in [
            ("{k: v}", "{k: w}"),
            ("{k: v}", "{k: !t v}"),
            ("{k: v}", "{k: \"v\"}"),
            ("{k: v}", "{l: v}"),
            ("{k: v}", "{k: v, l: v}"),
            ("{<<: *a}", "{\"<<\": *a}"),
            ("{<<: *b, ", "{<<: *a, "),
            ("[1, *a]", "[*a, 1]"),
            ("[1, *a]", "[[1], *a]"),
            ("[1, *a]", "[1, [*a]]"),
        ] {
            assert!(!alike(old, &old.replacen(from, to, 1)), "{to}");
        }
    }
}
