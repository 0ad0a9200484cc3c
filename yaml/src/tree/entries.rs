//! The entries of a mapping: keys by their text, doubled keys, and merge keys (`<<`).
//!
//! A lookup visits each mapping once, so an alias bomb costs little.

use std::collections::{BTreeSet, HashSet};

use crate::tree::arena::{InASize, Nodes, Raw, Tree, flag};

/// Up to so many entries, doubled keys are found by comparing each key with the others.
const FEW: u32 = 32;

impl Tree<'_> {
    /// The text that a key is compared by; none for a key that is a collection.
    pub(crate) fn key_text(&self, key: u32) -> Option<&str> {
        let (_, raw) = self.meant(key);
        (!raw.shape.is_collection()).then(|| self.text_of(raw))
    }

    /// Whether a key that merges nothing has this text.
    fn is_key(&self, at: u32, raw: Raw, text: &str) -> bool {
        if raw.is_bare() {
            // Most keys differ in length, and most of the others in their first byte.
            return (raw.end - raw.start) as usize == text.len() && {
                let (key, text) = (self.source.as_bytes().get(raw.range()), text.as_bytes());
                key.is_some_and(|key| key.first() == text.first() && key == text)
            };
        }
        !raw.has(flag::MERGE_KEY) && self.key_text(at) == Some(text)
    }

    /// The last explicit entry with this key, and how many there are.
    pub(crate) fn explicit(&self, mapping: u32, key: &str) -> (Option<(u32, u32)>, usize) {
        self.explicit_of(mapping, self.at(mapping), key)
    }

    /// The same for a mapping that was looked at.
    fn explicit_of(&self, mapping: u32, raw: Raw, key: &str) -> (Option<(u32, u32)>, usize) {
        let (first, end) = (mapping + 1, raw.next(mapping) as usize);
        match &self.nodes {
            Nodes::Wide(nodes) => self.explicit_among(nodes.get(..end), first, key),
            Nodes::Narrow(nodes) => self.explicit_among(nodes.get(..end), first, key),
        }
    }

    /// The same for the entries from this number up to the last of these nodes. It is done most often of all, so it knows
    /// their size.
    fn explicit_among<N: InASize>(
        &self,
        nodes: Option<&[N]>,
        first: u32,
        text: &str,
    ) -> (Option<(u32, u32)>, usize) {
        let (mut found, mut count) = (None, 0);
        let nodes = nodes.unwrap_or_default();
        let get = |at: u32| nodes.get(at as usize).map(|node| node.raw());
        let mut key = first;
        while let Some(raw) = get(key) {
            let value = raw.next(key);
            let Some(of_value) = get(value) else {
                break;
            };
            if self.is_key(key, raw, text) {
                found = Some((key, value));
                count += 1;
            }
            key = of_value.next(value);
        }
        (found, count)
    }

    /// What the merge keys of a mapping merge, the strongest first: of two merge keys the later, within a list the
    /// earlier (<https://yaml.org/type/merge.html>).
    pub(crate) fn direct_sources(&self, mapping: u32) -> Vec<u32> {
        let merges: Vec<u32> = self
            .pairs_of(mapping, self.at(mapping))
            .filter(|(_, key, _)| key.has(flag::MERGE_KEY))
            .map(|(_, _, value)| value)
            .collect();
        let mut sources = Vec::new();
        for value in merges.into_iter().rev() {
            let (list, raw) = self.meant(value);
            if raw.shape.is_sequence() {
                sources.extend(self.children(list));
            } else {
                sources.push(value);
            }
        }
        sources
    }

    /// The mappings that a mapping is made of, itself first, each once: the first that has a key counts.
    pub(crate) fn layers(&self, mapping: u32) -> impl Iterator<Item = u32> + use<> {
        let (mapping, raw) = self.meant(mapping);
        let merged = raw.has(flag::MERGES).then(|| self.merged(mapping));
        let own = raw.shape.is_mapping().then_some(mapping);
        own.into_iter().chain(merged.into_iter().flatten())
    }

    /// The mappings that are merged into one, each once.
    fn merged(&self, into: u32) -> Vec<u32> {
        let mut layers = vec![];
        let mut waiting = vec![into];
        let mut seen = HashSet::new();
        while let Some(mapping) = waiting.pop() {
            let raw = self.at(mapping);
            if !raw.shape.is_mapping() || !seen.insert(mapping) {
                continue;
            }
            layers.extend((mapping != into).then_some(mapping));
            if raw.has(flag::MERGES) {
                let sources = self.direct_sources(mapping);
                waiting.extend(sources.into_iter().rev().map(|at| self.resolve(at)));
            }
        }
        layers
    }

    /// The entry that counts for a key, explicit or merged.
    pub(crate) fn lookup(&self, mapping: u32, key: &str) -> Option<(u32, u32)> {
        let (mapping, raw) = self.meant(mapping);
        if !raw.shape.is_mapping() {
            return None;
        }
        if let (Some(found), _) = self.explicit_of(mapping, raw, key) {
            return Some(found);
        }
        if !raw.has(flag::MERGES) {
            return None;
        }
        self.merged(mapping)
            .into_iter()
            .find_map(|layer| self.explicit(layer, key).0)
    }

    /// Whether the mapping merges nothing and has few entries, as most do. Then comparing each key with the others is
    /// faster than collecting the keys.
    pub(crate) fn is_small(&self, mapping: u32) -> bool {
        let raw = self.at(mapping);
        // Each entry has two nodes.
        let few = || {
            raw.link - mapping <= 2 * FEW + 2
                || self.pairs_of(mapping, raw).nth(FEW as usize).is_none()
        };
        raw.shape.is_mapping() && !raw.has(flag::MERGES) && few()
    }

    /// Whether two keys have the same text; keys that are collections are different ones.
    fn same_key(&self, (one, first): (u32, Raw), (other, second): (u32, Raw)) -> bool {
        if first.is_bare() && second.is_bare() && first.range().len() != second.range().len() {
            return false;
        }
        let text = self.key_text(one);
        text.is_some() && text == self.key_text(other)
    }

    /// The entries of a small mapping that count: of doubled ones the last.
    pub(crate) fn few(&self, mapping: u32) -> impl Iterator<Item = (u32, u32)> + '_ {
        let mut rest = self.pairs_of(mapping, self.at(mapping));
        std::iter::from_fn(move || {
            loop {
                let (key, raw, value) = rest.next()?;
                let mut later = rest.clone();
                if !later.any(|(other, second, _)| self.same_key((key, raw), (other, second))) {
                    return Some((key, value));
                }
            }
        })
    }

    /// Whether the mapping is small, merges nothing, has no key twice and no collection as a key. Then its entries are
    /// the entries that count.
    pub(crate) fn is_clear(&self, mapping: u32) -> bool {
        self.is_small(mapping)
            && self.few(mapping).count() == self.pairs(mapping).count()
            && self
                .pairs(mapping)
                .all(|(key, _)| self.key_text(key).is_some())
    }

    /// The entries that count: explicit ones, the last of doubled ones only, then the merged ones.
    pub(crate) fn effective(&self, mapping: u32) -> Vec<(u32, u32)> {
        let mut found = Vec::new();
        let mut seen = BTreeSet::new();
        for layer in self.layers(mapping) {
            let begin = found.len();
            let mut pairs: Vec<_> = self.pairs(layer).collect();
            // From the end, so that the last of doubled keys is met first.
            while let Some((key, value)) = pairs.pop() {
                if self.at(key).has(flag::MERGE_KEY) {
                    continue;
                }
                if self.key_text(key).is_none_or(|text| seen.insert(text)) {
                    found.push((key, value));
                }
            }
            if let Some(added) = found.get_mut(begin..) {
                added.reverse();
            }
        }
        found
    }
}
