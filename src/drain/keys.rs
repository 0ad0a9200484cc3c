//! Keys of a workload that are nearly right: misspelt, or at the wrong level. The API server drops or rejects them.
//!
//! docs/reference.md, section 3.4. Only places that are read anyway are checked.

use super::Told;
use crate::routes::Template;
use crate::say::drain as say;
use lossless_yaml::{Node, Step};
use smallvec::SmallVec;
use std::ops::Range;

const GRACE: &str = "terminationGracePeriodSeconds";

/// The keys that are read at one level of a pod, and similar keys that are valid too.
const LEVELS: [(&[&str], &[&str]); 5] = [
    (
        &["containers", GRACE],
        &["initContainers", "ephemeralContainers"],
    ),
    (&["lifecycle"], &[]),
    (&["preStop"], &["postStart", "stopSignal"]),
    (&["exec", "sleep"], &["httpGet", "tcpSocket"]),
    (&["seconds"], &[]),
];

/// Misspelt keys of a container.
pub(super) fn misspelt(container: Node<'_, '_>) -> Vec<Told> {
    let mut told = at(container, 1);
    let lifecycle = container.get("lifecycle");
    let pre_stop = lifecycle.and_then(|l| l.get("preStop"));
    let sleep = pre_stop.and_then(|p| p.get("sleep"));
    for (node, level) in [(lifecycle, 2), (pre_stop, 3), (sleep, 4)] {
        told.extend(node.into_iter().flat_map(|node| at(node, level)));
    }
    told
}

/// Misspelt keys of a pod's spec.
pub(super) fn misspelt_in_spec(spec: Node<'_, '_>) -> Vec<Told> {
    at(spec, 0)
}

/// Keys of one level that look like one that is read.
fn at(node: Node<'_, '_>, level: usize) -> Vec<Told> {
    let Some((read, right)) = LEVELS.get(level) else {
        return Vec::new();
    };
    let mut told = Vec::new();
    let read = read.iter().map(|known| (*known, letters(known)));
    let read: SmallVec<[_; 2]> = read.collect();
    for (key, _) in node.entries() {
        let Some(text) = key.text() else { continue };
        let own = letters(text);
        let mut near = read.iter().filter(|(_, others)| are_near(own, *others));
        if read.iter().any(|(known, _)| *known == text) || right.contains(&text) {
            continue;
        }
        if let Some((meant, _)) = near.find(|(known, _)| is_nearly(text, known)) {
            told.push((say::key_misspelt(text, meant), key.span()));
        }
    }
    told
}

/// Whether the letters of two keys allow that one is nearly the other.
fn are_near(some: u32, others: u32) -> bool {
    let apart = [some & !others, others & !some].map(u32::count_ones);
    // A slip brings one letter and takes one at most, and a part of another has no letter of its own.
    apart.iter().all(|more| *more <= 2) || apart.contains(&0)
}

/// Whether a key is nearly another: they differ only in case and dashes, in two letters, in the ending, or in one missing word.
fn is_nearly(key: &str, known: &str) -> bool {
    let plain = |s: &str| simple(s).collect::<String>();
    let [length, other] = [key, known].map(|s| simple(s).count());
    let begins = simple(key).zip(simple(known)).all(|(a, b)| a == b);
    let most = if other > 7 { 2 } else { 1 };
    // Slips are at least as many as one has more letters than the other: most keys need not be compared.
    let near = || strsim::damerau_levenshtein(&plain(key), &plain(known)) <= most;
    begins && length.min(other) >= 7
        || length.abs_diff(other) <= most && near()
        || lacks_a_word(key, known)
}

/// Whether a key is one of four words or more without one of them: `terminationGraceSeconds`, `gracePeriodSeconds`.
fn lacks_a_word(key: &str, known: &str) -> bool {
    let capitals = || known.match_indices(|c: char| c.is_ascii_uppercase());
    if capitals().count() < 3 {
        return false;
    }
    let mut starts = vec![0];
    starts.extend(capitals().map(|(at, _)| at));
    let ends = starts.iter().skip(1).copied().chain([known.len()]);
    let lacking = |(start, end): (&usize, usize)| {
        let (before, after) = (known.get(..*start)?, known.get(end..)?);
        Some([before, after].concat().eq_ignore_ascii_case(key))
    };
    let mut words = starts.iter().zip(ends);
    words.any(|word| lacking(word) == Some(true))
}

/// A key without its dashes, in lower case.
fn simple(key: &str) -> impl Iterator<Item = char> {
    let letters = key.chars().filter(|c| !matches!(c, '-' | '_'));
    letters.map(|c| c.to_ascii_lowercase())
}

/// The letters of a key whatever their case, a bit each; one more for everything else but dashes.
fn letters(key: &str) -> u32 {
    let bits = key.bytes().map(|byte| match byte.to_ascii_lowercase() {
        letter @ b'a'..=b'z' => 1 << (letter - b'a'),
        b'-' | b'_' => 0,
        _ => 1 << 26,
    });
    bits.fold(0, |all, bit| all | bit)
}

/// The keys that a mapping on the way to the hooks of a pod has twice: the key, where it is first, and where it is again.
pub(super) fn twice<'t>(
    object: Node<'t, '_>,
    template: &Template<'t, '_>,
) -> Vec<(&'t str, Range<usize>, Range<usize>)> {
    let spec = template.node.get("spec");
    let containers = spec.and_then(|spec| spec.get("containers"));
    let containers: SmallVec<[_; 4]> = containers.into_iter().flat_map(Node::items).collect();
    let below = |name: &'static str| move |node: &Node<'t, '_>| node.get(name);
    let hooks: SmallVec<[_; 4]> = containers.iter().filter_map(below("lifecycle")).collect();
    let handlers: SmallVec<[_; 4]> = hooks.iter().filter_map(below("preStop")).collect();
    let own = [object.get("spec"), Some(template.node), spec];
    let nodes = own.into_iter().flatten();
    let nodes = nodes.chain(containers).chain(hooks).chain(handlers);
    let mut told = Vec::new();
    // A bare Pod is its own template, and aliases are one place: what is told twice is shown once.
    for node in nodes {
        for (first, again) in node.doubled_keys() {
            let key = again.text().filter(|key| *key != "<<");
            told.extend(key.map(|key| (key, first.span(), again.span())));
        }
    }
    told
}

/// Keys of a workload at the wrong level, and misspelt keys of its pod's spec.
pub(super) fn misplaced(object: Node<'_, '_>, template: &Template<'_, '_>) -> Vec<Told> {
    let mut told = Vec::new();
    let mut off = |node: Option<Node<'_, '_>>, key: &str, place: &str, right: &str| {
        let found = node.filter(|n| n.get(key).is_some());
        let entry = found
            .into_iter()
            .flat_map(Node::entries)
            .find(|(k, _)| k.text() == Some(key));
        told.extend(entry.map(|(at, _)| (say::key_misplaced(key, place, right), at.span())));
    };
    let spec = template.node.get("spec");
    let its_container = "the container that it is for";
    // A bare Pod is its own template.
    if let Some((_, above)) = template.path.split_last() {
        let beside = above.iter().try_fold(object, |node, step| match step {
            Step::Key(name) => node.get(name),
            Step::Index(index) => node.item(*index),
        });
        let pod = "the pod's `spec` (`spec.template.spec`)";
        let template = Some(template.node);
        off(beside, GRACE, "the workload's `spec`", pod);
        off(template, GRACE, "`template`", pod);
        off(template, "lifecycle", "`template`", its_container);
        if spec.is_none() {
            off(template, "containers", "`template`", "`spec` below it");
        }
    }
    off(spec, "lifecycle", "the pod's `spec`", its_container);
    let containers = spec.and_then(|spec| spec.get("containers"));
    for container in containers.into_iter().flat_map(Node::items) {
        let pre_stop = container.get("lifecycle").and_then(|l| l.get("preStop"));
        let exec = pre_stop.and_then(|hook| hook.get("exec"));
        let (container, pod) = (Some(container), "the pod's `spec`, beside `containers`");
        off(container, GRACE, "a container", pod);
        off(container, "preStop", "a container", "`lifecycle` below it");
        off(exec, "sleep", "`exec`", "`preStop`, in place of `exec`");
    }
    told.extend(spec.into_iter().flat_map(misspelt_in_spec));
    told
}

#[cfg(test)]
mod tests {
    use super::{GRACE, is_nearly};

    #[test]
    fn a_slip_is_told_from_another_word() {
        for (key, known) in [
            ("pre-stop", "preStop"),
            ("prestop", "preStop"),
            ("preStopp", "preStop"),
            ("preStopHook", "preStop"),
            ("presotp", "preStop"),
            ("Exec", "exec"),
            ("exek", "exec"),
            ("second", "seconds"),
            ("life-cukle", "lifecycle"),
            ("termination_grace_period_seconds", GRACE),
            ("terminationGracePeriod", GRACE),
            ("terminationGrace", GRACE),
            ("gracePeriodSeconds", GRACE),
        ] {
            assert!(is_nearly(key, known), "{key} for {known}");
        }
        for (key, known) in [
            ("", "containers"),
            ("stop", "preStop"),
            ("sec", "seconds"),
            ("execute", "exec"),
            ("slip", "sleep"),
            ("grace", GRACE),
            ("gracePeriod", GRACE),
        ] {
            assert!(!is_nearly(key, known), "{key} for {known}");
        }
    }
}
