//! The check after an edit: the edited text means the old value with the wanted changes, the keys are in the old
//! order, and no comment is lost.

use std::cell::OnceCell;
use std::collections::{HashMap, HashSet};
use std::ops::Range;

use crate::text::span::{begins_comment, line_end, slice};
use crate::text::splice::Splice;
use crate::tree::alike::Alike;
use crate::tree::arena::{InASize, Nodes, Raw, Shape, Tree, flag};
use crate::tree::change::{Step, Wanted, holds};
use crate::tree::node::Node;
use smallvec::{SmallVec, smallvec};

/// Comparisons before the check gives up: so many, and so many for each node, those of mappings that are merged included. Only
/// merge keys within merge keys make it compare a node more than twice.
const VISITS: (usize, usize) = if cfg!(test) {
    (20_000, 8)
} else {
    (500_000, 8)
};

/// Why the edited text is refused.
pub(crate) enum Wrong {
    /// What differs.
    Differs(String),
    /// Merge keys lead to more comparisons than allowed.
    TooLarge,
}

impl From<String> for Wrong {
    fn from(what: String) -> Self {
        Self::Differs(what)
    }
}

/// Compares the trees of the old and the edited text.
pub(crate) fn check(
    old: &Tree<'_>,
    wanted: Wanted<'_>,
    new: &Tree<'_>,
    splices: &[Splice],
) -> Result<(), Wrong> {
    let mut comparison = Comparison {
        old,
        new,
        seen: HashSet::new(),
        alike: OnceCell::new(),
        waiting: smallvec![Pair {
            before: 0,
            wanted: Some(wanted),
            after: 0,
            copied: false,
        }],
    };
    let mut visits = VISITS.0 + VISITS.1 * old.nodes.len();
    if old.nodes.is_empty() != new.nodes.is_empty() {
        return Err("the document is gone".to_owned().into());
    }
    while let Some(pair) = comparison.waiting.pop() {
        comparison.compare(&pair)?;
        let visited = 1 + comparison.merged(&pair);
        visits = visits.checked_sub(visited).ok_or(Wrong::TooLarge)?;
    }
    Ok(comments(old, new, splices)?)
}

/// A node of the old tree, and the node that should be the same but for what is wanted.
struct Pair<'p> {
    before: u32,
    wanted: Option<Wanted<'p>>,
    after: u32,
    /// Whether the new node may be a copy: without tags, its merge keys resolved.
    copied: bool,
}

struct Comparison<'c, 'p> {
    old: &'c Tree<'c>,
    new: &'c Tree<'c>,
    /// Pairs of collections that are already compared, so that an alias bomb costs little.
    seen: HashSet<(u32, u32, bool)>,
    /// What is written alike in both, once a mapping that merges others is compared.
    alike: OnceCell<Alike>,
    waiting: SmallVec<[Pair<'p>; 8]>,
}

impl<'c, 'p> Comparison<'c, 'p> {
    fn compare(&mut self, pair: &Pair<'p>) -> Result<(), String> {
        let &Pair {
            before,
            wanted,
            after,
            copied,
        } = pair;
        let wanted = wanted.filter(|wanted| !wanted.is_empty());
        let was_alias = self.old.at(before).shape == Shape::Alias;
        let copied = copied || was_alias && self.new.at(after).shape != Shape::Alias;
        let before = self.old.resolve(before);
        let after = self.new.resolve(after);
        let node = self.new.node_at(after);
        if let Some(value) = wanted.and_then(Wanted::set) {
            return if holds(node, value) {
                Ok(())
            } else {
                Err(self.differs(after, "a written value is read differently"))
            };
        }
        if wanted.is_none() && self.identical(before, after) {
            return Ok(());
        }
        if wanted.is_none() && self.merges_alike(before, after) {
            return Ok(());
        }
        // Many nodes are scalars, and one costs less to compare again than to remember.
        if wanted.is_none()
            && self.old.at(before).shape.is_collection()
            && !self.seen.insert((before, after, copied))
        {
            return Ok(());
        }
        if !copied {
            self.compare_tags(before, after)?;
        }
        let (shape, found) = (self.old.at(before).shape, self.new.at(after).shape);
        if shape.is_mapping() && found.is_mapping() {
            if !copied && self.old.is_clear(before) && self.new.is_clear(after) {
                return self.clear_entries(before, wanted, after);
            }
            if !copied {
                self.keys(before, wanted, after)?;
            }
            return self.entries(before, wanted, after, copied);
        }
        if shape.is_sequence() && found.is_sequence() {
            return self.items(before, wanted, after, copied);
        }
        if let Some(wanted) = wanted {
            return self.filled(before, wanted, node);
        }
        self.scalars(before, after)
    }

    /// Whether two mappings merge others and are written alike, and so is all that they merge. If each of many mappings merges the
    /// one before, only this is not gone through again for each of them.
    fn merges_alike(&self, before: u32, after: u32) -> bool {
        let merges = |tree: &Tree<'_>, node: u32| tree.at(node).has(flag::MERGES);
        merges(self.old, before) && merges(self.new, after) && {
            let alike = self.alike.get_or_init(|| Alike::of(self.old, self.new));
            alike.are(before, after)
        }
    }

    /// The mappings that were gone through for a pair beside its own.
    fn merged(&self, pair: &Pair<'_>) -> usize {
        let before = self.old.resolve(pair.before);
        let after = self.new.resolve(pair.after);
        let merges = self.old.at(before).has(flag::MERGES);
        if !merges || pair.wanted.is_none() && self.merges_alike(before, after) {
            return 0;
        }
        // Here, for the keys, and for the entries of both trees.
        4 * self.old.layers(before).count()
    }

    /// Compares two scalars that should mean the same.
    fn scalars(&self, before: u32, after: u32) -> Result<(), String> {
        let (old, node) = (self.old.node_at(before), self.new.node_at(after));
        let found = self.new.at(after).shape;
        let scalars = old.kind() == node.kind() && !found.is_collection();
        let (was, is) = (old.resolved(), node.resolved());
        if !scalars || was != is || old.text() != node.text() {
            return Err(self.differs(after, "a value that was to stay has changed"));
        }
        Ok(())
    }

    /// Whether two nodes and all below them are written alike, so that nothing more has to be compared. In a text with
    /// aliases, the same characters can mean something else.
    fn identical(&self, before: u32, after: u32) -> bool {
        let within =
            |tree: &'c Tree<'c>, index: u32| index as usize..tree.at(index).next(index) as usize;
        let old = within(self.old, before);
        let Nodes::Wide(new) = &self.new.nodes else {
            return false;
        };
        let new = new.get(within(self.new, after)).unwrap_or_default();
        let plain = self.old.aliases().is_empty() && self.old.all_props().is_empty();
        plain
            && match &self.old.nodes {
                Nodes::Wide(nodes) => self.alike((before, after), nodes.get(old), new),
                Nodes::Narrow(nodes) => self.alike((before, after), nodes.get(old), new),
            }
    }

    /// The same for all nodes of both.
    fn alike<N: InASize>(
        &self,
        (before, after): (u32, u32),
        old: Option<&[N]>,
        new: &[Raw],
    ) -> bool {
        let old = old.unwrap_or_default();
        let (Some(first), Some(found)) = (old.first().map(|node| node.raw()), new.first()) else {
            return false;
        };
        if old.len() != new.len() {
            return false;
        }
        // If all of the text is the same, then so is a scalar at the same place in it, unless it had to be decoded.
        let written = |tree: &'c Tree<'c>, raw: Raw| slice(tree.source, raw.range());
        let alike = written(self.old, first) == written(self.new, *found);
        let place = |raw: &Raw, origin: &Raw| {
            let start = raw.start.wrapping_sub(origin.start);
            (
                start,
                raw.end.wrapping_sub(origin.start),
                raw.end <= origin.end,
            )
        };
        old.iter().zip(new).all(|(old, new)| {
            let old = old.raw();
            let (stood, stands) = (place(&old, &first), place(new, found));
            old.shape == new.shape
                && old.flags == new.flags
                && (!old.shape.is_collection() || old.link - before == new.link - after)
                && (alike && stood == stands && stood.2 && !old.has(flag::DECODED)
                    || self.old.text_of(old) == self.new.text_of(*new))
        })
    }

    /// The entries of two mappings that merge nothing and have no key twice: the old ones in their order, and only
    /// wanted ones besides.
    fn clear_entries(
        &mut self,
        before: u32,
        wanted: Option<Wanted<'p>>,
        after: u32,
    ) -> Result<(), String> {
        let (old, new) = (self.old, self.new);
        let mut missing = wanted.map_or(0, Wanted::count);
        let mut stands = old.pairs(before);
        let mut next = stands.next();
        for (new_key, new_value) in new.pairs(after) {
            let text = new.key_text(new_key).unwrap_or_default();
            let below = wanted.and_then(|wanted| wanted.key(text));
            missing -= usize::from(below.is_some());
            if let Some((key, value)) = next
                && old.key_text(key) == Some(text)
            {
                next = stands.next();
                if !self.identical(key, new_key) {
                    self.push(key, None, new_key, false);
                }
                if below.is_some() || !self.identical(value, new_value) {
                    self.push(value, below, new_value, false);
                }
                continue;
            }
            let node = new.node_at(new_value);
            let Some(below) = below else {
                return Err(self.differs(new_key, "a key has come in, or has moved"));
            };
            if !below.set().is_some_and(|set| holds(node, set)) {
                return Err(self.differs(new_value, "a written value is read differently"));
            }
        }
        if next.is_some() {
            return Err(self.differs(after, "a key is gone or has moved"));
        }
        if missing > 0 {
            return Err(self.differs(after, "a new key is missing"));
        }
        Ok(())
    }

    fn push(&mut self, before: u32, wanted: Option<Wanted<'p>>, after: u32, copied: bool) {
        self.waiting.push(Pair {
            before,
            wanted,
            after,
            copied,
        });
    }

    fn differs(&self, after: u32, what: &str) -> String {
        let text = slice(self.new.source, self.new.at(after).range());
        let shown: String = text.chars().take(40).collect();
        format!("{what}: {shown:?}")
    }

    fn compare_tags(&self, before: u32, after: u32) -> Result<(), String> {
        let tag = |tree: &Tree<'_>, node: u32| {
            let range = tree.props(node)?.tag.as_ref()?.0.clone();
            Some(slice(tree.source, range.start as usize..range.end as usize).to_owned())
        };
        if tag(self.old, before) == tag(self.new, after) {
            Ok(())
        } else {
            Err(self.differs(after, "a tag has changed"))
        }
    }

    /// The keys as they are written: the old ones in their order, as often as before, and only wanted ones besides.
    /// Values under doubled keys that do not count are compared too.
    fn keys(&mut self, before: u32, wanted: Option<Wanted<'p>>, after: u32) -> Result<(), String> {
        let effective = self.old.effective(before);
        let counting: HashSet<u32> = effective.into_iter().map(|(_, value)| value).collect();
        let mut found = self.new.pairs(after);
        for (key, value) in self.old.pairs(before) {
            let text = self.old.key_text(key);
            let merges = self.old.at(key).has(flag::MERGE_KEY);
            loop {
                let Some((new_key, new_value)) = found.next() else {
                    return Err(self.differs(after, "a key is gone or has moved"));
                };
                let new_merges = self.new.at(new_key).has(flag::MERGE_KEY);
                if self.new.key_text(new_key) == text && new_merges == merges {
                    if !merges && !counting.contains(&value) {
                        self.push(value, None, new_value, false);
                    }
                    break;
                }
                self.comes_in(wanted, after, new_key)?;
            }
        }
        for (key, _) in found {
            self.comes_in(wanted, after, key)?;
        }
        Ok(())
    }

    /// Refuses a new key unless it is wanted and there once.
    fn comes_in(&self, wanted: Option<Wanted<'_>>, mapping: u32, key: u32) -> Result<(), String> {
        let text = self.new.key_text(key).unwrap_or_default();
        let once = self.new.explicit(mapping, text).1 == 1;
        if once && wanted.is_some_and(|wanted| wanted.key(text).is_some()) {
            Ok(())
        } else {
            Err(self.differs(key, "a key has come in"))
        }
    }

    /// The entries that count, whatever their order.
    fn entries(
        &mut self,
        before: u32,
        wanted: Option<Wanted<'p>>,
        after: u32,
        copied: bool,
    ) -> Result<(), String> {
        let old = self.old.effective(before);
        let new = self.new.effective(after);
        let added = wanted.iter().flat_map(|wanted| wanted.steps()).filter(
            |(step, _)| matches!(step, Step::Key(key) if self.old.lookup(before, key).is_none()),
        );
        let added: Vec<_> = added.collect();
        if old.len() + added.len() != new.len() {
            return Err(self.differs(after, "a mapping has another number of keys"));
        }
        self.complex_keys(&old, &new, copied);
        let by_text: HashMap<&str, (u32, u32)> = new
            .iter()
            .filter_map(|&(key, value)| Some((self.new.key_text(key)?, (key, value))))
            .collect();
        // Only a mapping with merge keys has entries that are not its own.
        let merges = self.old.at(before).has(flag::MERGES);
        let explicit: Option<HashSet<u32>> =
            merges.then(|| self.old.pairs(before).map(|(key, _)| key).collect());
        for (key, value) in old {
            let Some(text) = self.old.key_text(key) else {
                continue;
            };
            let Some(&(new_key, new_value)) = by_text.get(text) else {
                return Err(self.differs(after, "a key is gone"));
            };
            let copied = copied || explicit.as_ref().is_some_and(|keys| !keys.contains(&key));
            self.push(key, None, new_key, copied);
            self.push(
                value,
                wanted.and_then(|wanted| wanted.key(text)),
                new_value,
                copied,
            );
        }
        for (step, below) in added {
            let Step::Key(key) = step else { continue };
            let Some(&(_, value)) = by_text.get(key.as_ref()) else {
                return Err(self.differs(after, "a new key is missing"));
            };
            let node = self.new.node_at(value);
            if !below.set().is_some_and(|set| holds(node, set)) {
                return Err(self.differs(value, "a written value is read differently"));
            }
        }
        Ok(())
    }

    /// Compares the entries whose keys are collections, in their order.
    fn complex_keys(&mut self, old: &[(u32, u32)], new: &[(u32, u32)], copied: bool) {
        let (before, after) = (self.old, self.new);
        let is_complex = |tree: &Tree<'_>, key: u32| tree.key_text(key).is_none();
        let old = old.iter().filter(|(key, _)| is_complex(before, *key));
        let new = new.iter().filter(|(key, _)| is_complex(after, *key));
        for (&(key, value), &(new_key, new_value)) in old.zip(new) {
            self.push(key, None, new_key, copied);
            self.push(value, None, new_value, copied);
        }
    }

    fn items(
        &mut self,
        before: u32,
        wanted: Option<Wanted<'p>>,
        after: u32,
        copied: bool,
    ) -> Result<(), String> {
        let (old, new) = (self.old, self.new);
        let length = old.children(before).count();
        let steps = wanted.iter().flat_map(|wanted| wanted.steps());
        let added = steps
            .filter(|(step, _)| matches!(step, Step::Index(index) if *index >= length))
            .count();
        if length + added != new.children(after).count() {
            return Err(self.differs(after, "a list has another length"));
        }
        let mut stood = old.children(before);
        for (index, item) in new.children(after).enumerate() {
            let below = wanted.and_then(|wanted| wanted.index(index));
            if let Some(was) = stood.next() {
                self.push(was, below, item, copied);
                continue;
            }
            let node = self.new.node_at(item);
            if !below
                .and_then(Wanted::set)
                .is_some_and(|set| holds(node, set))
            {
                return Err(self.differs(item, "a written item is read differently"));
            }
        }
        Ok(())
    }

    /// Checks a place that was empty and has a new collection.
    fn filled(&self, before: u32, wanted: Wanted<'_>, node: Node<'_, '_>) -> Result<(), String> {
        let old = self.old.node_at(before);
        let count = node.entries().count() + node.items().count();
        let right = wanted.steps().all(|(step, below)| {
            let found = match step {
                Step::Key(key) => node.get(key),
                Step::Index(index) => node.item(*index),
            };
            found
                .zip(below.set())
                .is_some_and(|(node, set)| holds(node, set))
        });
        if old.is_empty() && count == wanted.count() && right {
            Ok(())
        } else {
            Err(self.differs(node.index, "a filled value is read differently"))
        }
    }
}

/// Compares the comments outside the replaced and the inserted text.
fn comments(old: &Tree<'_>, new: &Tree<'_>, splices: &[Splice]) -> Result<(), String> {
    let replaced = splices.iter().map(|splice| splice.range.clone());
    let (mut added, mut removed) = (0, 0);
    let inserted = splices.iter().map(|splice| {
        let start = splice.range.start + added - removed;
        added += splice.text.len();
        removed += splice.range.len();
        start..start + splice.text.len()
    });
    let before = outside(comment_starts(old), replaced);
    let before = before.map(|at| slice(old.source, at..line_end(old.source, at)));
    let after = outside(comment_starts(new), inserted);
    let after = after.map(|at| slice(new.source, at..line_end(new.source, at)));
    if before.eq(after) {
        Ok(())
    } else {
        Err("a comment has changed".to_owned())
    }
}

/// The offsets that are in none of the ranges; both come in order.
fn outside(
    offsets: impl Iterator<Item = usize>,
    ranges: impl Iterator<Item = Range<usize>>,
) -> impl Iterator<Item = usize> {
    let mut ranges = ranges.peekable();
    offsets.filter(move |at| {
        while ranges.next_if(|range| range.end <= *at).is_some() {}
        !ranges.peek().is_some_and(|range| range.contains(at))
    })
}

/// Where the comments begin: between the leaves, and on the header line of block scalars.
fn comment_starts<'t>(tree: &'t Tree<'_>) -> impl Iterator<Item = usize> + 't {
    let mut leaves = tree
        .nodes
        .iter()
        .filter(|raw| !raw.shape.is_collection())
        .peekable();
    // Where the line of the last comment ends.
    let mut next = 0;
    memchr::memchr_iter(b'#', tree.source.as_bytes()).filter(move |at| {
        while leaves.next_if(|raw| raw.end as usize <= *at).is_some() {}
        let inside = leaves.peek().is_some_and(|raw| {
            let start = raw.start as usize;
            let header = || line_end(tree.source, start);
            start <= *at && !(raw.shape.is_block_scalar() && *at < header())
        });
        let begins = !inside && *at >= next && begins_comment(tree.source, *at);
        if begins {
            next = line_end(tree.source, *at);
        }
        begins
    })
}

#[cfg(test)]
mod tests {
    use crate::read::parse::parse;
    use crate::tree::change::{Edit, Value, Wishes};

    use super::*;

    const OLD: &str = "a: 1\nb:\n  c: x\n  d: [1, {k: v}]\n  f: |\n    t\ne: y # note\n";

    /// What is wrong with `new` as the result of setting `b.n` to 5 and `b.c` to `z` in `old`.
    fn wrong(old: &str, new: &str) -> Result<(), String> {
        let b = || Step::Key("b".into());
        let edits = [("n", Value::Int(5)), ("c", Value::Str("z".into()))];
        let edits = edits.map(|(name, value)| Edit {
            path: vec![b(), Step::Key(name.into())],
            value,
        });
        wrong_after(old, &edits, new)
    }

    /// What is wrong with `new` as the result of these edits of `old`.
    fn wrong_after(old: &str, edits: &[Edit], new: &str) -> Result<(), String> {
        let found = parse(new, 0..new.len(), Vec::new()).unwrap();
        let readers = [
            Tree::parse(old, 0..old.len()).unwrap(),
            parse(old, 0..old.len(), Vec::new()).unwrap(),
        ];
        let answers = readers.map(|tree| {
            let wishes = Wishes::of(&tree, edits).unwrap();
            check(&tree, wishes.all(), &found, &[]).map_err(|wrong| match wrong {
                Wrong::Differs(what) => what,
                Wrong::TooLarge => "too large".to_owned(),
            })
        });
        let [one, other] = answers;
        assert_eq!(one, other, "the readers differ on\n{new}");
        one
    }

    const RIGHT: &str = "a: 1\nb:\n  c: z\n  d: [1, {k: v}]\n  f: |\n    t\n  n: 5\ne: y # note\n";

    #[test]
    fn the_planned_change_is_right_wherever_a_new_key_stands() {
        assert_eq!(wrong(OLD, RIGHT), Ok(()));
        let first = RIGHT
            .replace("  n: 5\n", "")
            .replace("b:\n", "b:\n  n: 5\n");
        assert_eq!(wrong(OLD, &first), Ok(()));
        let styled = RIGHT.replace("c: z", "\"c\": 'z'");
        assert_eq!(wrong(OLD, &styled), Ok(()));
    }

    #[test]
    fn every_other_change_is_refused() {
        for (from, to) in [
            ("a: 1", "a: 2"),
            ("a: 1", "a: \"1\""),
            ("a: 1", "a: !t 1"),
            ("a: 1", "a: [1]"),
            ("a: 1\n", ""),
            ("a: 1\n", "a: 1\na: 1\n"),
            ("a: 1\n", "a: 1\nx: 1\n"),
            ("a: 1\n", "A: 1\n"),
            ("e: y # note\n", "e: y\n"),
            ("e: y # note\n", "e: y # Note\n"),
            ("c: z", "c: x"),
            ("c: z", "c: [z]"),
            ("  c: z\n", ""),
            ("  c: z\n", "  c: z\n  c: z\n"),
            ("n: 5", "n: 6"),
            ("n: 5", "n: \"5\""),
            ("n: 5", "m: 5"),
            ("  n: 5\n", ""),
            ("  n: 5\n", "  n: 5\n  n: 5\n"),
            ("  n: 5\n", "n: 5\n"),
            ("  n: 5\n", "  n: 5\n  o: 5\n"),
            ("[1, {k: v}]", "[1, {k: w}]"),
            ("[1, {k: v}]", "[1, {k: v, l: v}]"),
            ("[1, {k: v}]", "[{k: v}, 1]"),
            ("[1, {k: v}]", "[1, {k: v}, 2]"),
            ("[1, {k: v}]", "[1]"),
            ("[1, {k: v}]", "{1: {k: v}}"),
            ("    t\n", "    u\n"),
            ("f: |\n", "f: |-\n"),
            (
                "  d: [1, {k: v}]\n  f: |\n    t\n",
                "  f: |\n    t\n  d: [1, {k: v}]\n",
            ),
        ] {
            let new = RIGHT.replacen(from, to, 1);
            assert_ne!(new, RIGHT, "{from}");
            assert!(
                wrong(OLD, &new).is_err(),
                "{from:?} as {to:?} goes through:\n{new}"
            );
        }
    }

    #[test]
    fn mappings_that_merge_one_another_and_change_are_compared_up_to_a_limit() {
        let chain = |base: &str, length: usize| {
            let next = |at| format!("m{at}: &m{at} {{<<: *m{}, c: y}}\n", at - 1);
            (1..=length)
                .map(next)
                .fold(format!("b: &m0 {{c: {base}}}\n"), |all, one| all + &one)
        };
        let b = ["b", "c"].map(|key| Step::Key(key.into()));
        let edit = Edit {
            path: b.to_vec(),
            value: Value::Str("z".into()),
        };
        let wrong = |length| {
            wrong_after(
                &chain("x", length),
                std::slice::from_ref(&edit),
                &chain("z", length),
            )
        };
        assert_eq!(wrong(50), Ok(()));
        assert_eq!(wrong(300), Err("too large".to_owned()));
    }

    #[test]
    fn what_is_merged_and_shared_is_compared_as_well() {
        let shared = |text: &str| format!("base: &x {{k: v}}\nuse: *x\n{text}");
        let merging = |text: &str| text.replace("a: 1\n", "a: {<<: {p: q}, r: s}\n");
        let (old, new) = (merging(&shared(OLD)), merging(&shared(RIGHT)));
        assert_eq!(wrong(&old, &new), Ok(()));
        for (from, to) in [
            ("{p: q}", "{p: z}"),
            ("{p: q}", "{p: q, t: u}"),
            ("<<: {p: q}", "p: q"),
            ("use: *x", "use: {k: w}"),
            ("&x {k: v}", "&x {k: w}"),
        ] {
            let new = new.replacen(from, to, 1);
            assert!(
                wrong(&old, &new).is_err(),
                "{from:?} as {to:?} goes through:\n{new}"
            );
        }
    }

    /// Setting `a` followed by `below` to `x`.
    fn below_a(below: Step) -> Edit {
        Edit {
            path: vec![Step::Key("a".into()), below],
            value: Value::Str("x".into()),
        }
    }

    #[test]
    fn what_was_empty_holds_what_is_wanted_and_no_more() {
        let key = [below_a(Step::Key("k".into()))];
        let item = [below_a(Step::Index(0))];
        for empty in ["a:\n", "a: ~\n", "a: {}\n"] {
            assert_eq!(wrong_after(empty, &key, "a:\n  k: x\n"), Ok(()));
            for new in [
                "a:\n  k: x\n  l: x\n",
                "a:\n  l: x\n",
                "a:\n  k: y\n",
                "a: {}\n",
            ] {
                assert!(wrong_after(empty, &key, new).is_err(), "{empty} as {new}");
            }
        }
        for empty in ["a:\n", "a: ~\n", "a: []\n"] {
            assert_eq!(wrong_after(empty, &item, "a:\n- x\n"), Ok(()));
            for new in ["a:\n- x\n- x\n", "a:\n- y\n", "a: []\n", "a:\n  0: x\n"] {
                assert!(wrong_after(empty, &item, new).is_err(), "{empty} as {new}");
            }
        }
    }

    #[test]
    fn an_appended_item_is_the_wanted_one_and_comes_last() {
        let edits = [below_a(Step::Index(1))];
        assert_eq!(wrong_after("a: [o]\n", &edits, "a: [o, x]\n"), Ok(()));
        for new in [
            "a: [o, y]\n",
            "a: [x, o]\n",
            "a: [o]\n",
            "a: [o, x, x]\n",
            "a: [o, [x]]\n",
        ] {
            assert!(wrong_after("a: [o]\n", &edits, new).is_err(), "{new}");
        }
    }

    #[test]
    fn what_the_quick_comparison_does_not_see_is_compared() {
        let x = Edit {
            path: vec![Step::Key("x".into()), Step::Key("k".into())],
            value: Value::Str("z".into()),
        };
        let x = [x];
        for (old, right, wrong) in [
            // The alias has to become a copy of the old value.
            (
                "x: &x {k: v}\nuse: *x\n",
                "x: &x {k: z}\nuse: {k: v}\n",
                "x: &x {k: z}\nuse: *x\n",
            ),
            // Tags, of values and of a merging mapping's own entries.
            (
                "x: {k: v}\na: !t 1\n",
                "x: {k: z}\na: !t 1\n",
                "x: {k: z}\na: !u 1\n",
            ),
            (
                "x: {k: v}\na: {<<: {p: q}, r: !t s}\n",
                "x: {k: z}\na: {<<: {p: q}, r: !t s}\n",
                "x: {k: z}\na: {<<: {p: q}, r: !u s}\n",
            ),
            // Values under keys that are written twice, and under keys that are collections.
            (
                "x: {k: v}\na: {b: 1, b: 2}\n",
                "x: {k: z}\na: {b: 1, b: 2}\n",
                "x: {k: z}\na: {b: 3, b: 2}\n",
            ),
            (
                "x: {k: v}\na: {[b]: 1}\n",
                "x: {k: z}\na: {[b]: 1}\n",
                "x: {k: z}\na: {[b]: 2}\n",
            ),
            (
                "x: {k: v}\na: {[b]: 1}\n",
                "x: {k: z}\na: {[b]: 1}\n",
                "x: {k: z}\na: {[c]: 1}\n",
            ),
            // A key of another type, and a collection where a scalar was.
            (
                "x: {k: v}\n4: a\n",
                "x: {k: z}\n4: a\n",
                "x: {k: z}\n\"4\": a\n",
            ),
            (
                "x: {k: v}\na: 1\n",
                "x: {k: z}\na: 1\n",
                "x: {k: z}\na: {}\n",
            ),
            // The same letters decoded to another text, and not a number.
            (
                "x: {k: v}\na: |\n  b\n\nc: .nan\n",
                "x: {k: z}\na: |\n  b\n\nc: .nan\n",
                "x: {k: z}\na: >\n  b\n\nc: .NaN\n",
            ),
            // The same letters with another indentation, and not a number as text.
            (
                "x: {k: v}\na:\n  b: |1\n     c\n",
                "x: {k: z}\na:\n  b: |1\n     c\n",
                "x: {k: z}\na:\n b: |1\n     c\n",
            ),
            (
                "x: {k: v}\na: .nan\n",
                "x: {k: z}\na: .nan\n",
                "x: {k: z}\na: '.nan'\n",
            ),
            // The order of keys, beside a merge key and beside one that is written twice.
            (
                "x: {k: v}\na: {<<: {p: q}, r: s, t: u}\n",
                "x: {k: z}\na: {<<: {p: q}, r: s, t: u}\n",
                "x: {k: z}\na: {<<: {p: q}, t: u, r: s}\n",
            ),
            (
                "x: {k: v}\na: {b: 1, b: 2, c: 3}\n",
                "x: {k: z}\na: {b: 1, b: 2, c: 3}\n",
                "x: {k: z}\na: {b: 1, c: 3, b: 2}\n",
            ),
            // Comments: on the header of a block scalar, inside a scalar, and behind one another.
            (
                "x: {k: v}\na: | # b\n  # c\nd: e#f # g # h\n",
                "x: {k: z}\na: | # b\n  # c\nd: e#f # g # h\n",
                "x: {k: z}\na: | # i\n  # c\nd: e#f # g # h\n",
            ),
        ] {
            assert_eq!(wrong_after(old, &x, right), Ok(()), "{right}");
            assert!(wrong_after(old, &x, wrong).is_err(), "{wrong}");
        }
        let said = wrong_after("x: {k: v}\na: 1\n", &x, "x: {k: z}\na: 2\n");
        assert_eq!(
            said.unwrap_err(),
            "a value that was to stay has changed: \"2\""
        );
    }

    #[test]
    fn comments_begin_outside_of_scalars_alone() {
        let text = "# a\nb: | # c # d\n  # e\nf: g#h # i\nj: '# k' # l\nm: [n, # o\n  \"# p\"]#q\n";
        let tree = parse(text, 0..text.len(), Vec::new()).unwrap();
        let found = comment_starts(&tree).map(|at| text.get(at..line_end(text, at)).unwrap());
        let found: Vec<_> = found.collect();
        assert_eq!(found, ["# a", "# c # d", "# i", "# l", "# o", "#q"]);
    }
}
