//! One sort for all lists: a copy of the standard library's for each type of item is a tenth of a WASM module.

use std::cmp::Ordering;

/// Up to so many items, moving them one by one is faster.
const FEW: usize = 16;

/// Sorts a list; equal items keep their order.
pub fn sort_by<T>(items: &mut [T], order: &mut dyn FnMut(&T, &T) -> Ordering) {
    if items.is_sorted_by(|a, b| order(a, b).is_le()) {
        return;
    }
    if items.len() <= FEW {
        for end in 1..items.len() {
            let mut at = end;
            while let Some([before, item]) = at.checked_sub(1).and_then(|at| items.get(at..at + 2))
                && order(before, item).is_gt()
            {
                items.swap(at - 1, at);
                at -= 1;
            }
        }
        return;
    }
    let mut sources = sorted(
        items.len(),
        &mut |a, b| match (items.get(a), items.get(b)) {
            (Some(a), Some(b)) => order(a, b),
            _ => Ordering::Equal,
        },
    );
    // What belongs here is swapped in, then what belongs where that was, until the circle is closed.
    for start in 0..items.len() {
        let mut at = start;
        while let Some(source) = sources.get_mut(at) {
            let next = std::mem::replace(source, at);
            if next == start {
                break;
            }
            items.swap(at, next);
            at = next;
        }
    }
}

/// The numbers below `count`, sorted.
fn sorted(count: usize, order: &mut dyn FnMut(usize, usize) -> Ordering) -> Vec<usize> {
    let mut all: Vec<usize> = (0..count).collect();
    all.sort_by(|a, b| order(*a, *b));
    all
}

#[cfg(test)]
mod tests {
    use super::sort_by;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn it_sorts_as_the_standard_library_does(
            items in proptest::collection::vec((0_u8..20, any::<u8>()), 0..80),
        ) {
            let (mut ours, mut theirs) = (items.clone(), items);
            sort_by(&mut ours, &mut |a, b| a.0.cmp(&b.0));
            theirs.sort_by_key(|item| item.0);
            prop_assert_eq!(ours, theirs);
        }
    }
}
