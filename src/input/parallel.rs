//! The same work on many things, by several threads: the answers come in the order of the things.
//!
//! It knows neither text nor Kubernetes.

use std::panic::resume_unwind;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::{Builder, scope};

/// Things that a thread takes at once: few enough that all end at about the same time.
const BATCH: usize = 32;

/// What `each` makes of every thing, in their order, with something that each thread has for itself and keeps from one thing
/// to the next. Where no more threads can be had, those that are there do the work.
pub(crate) fn in_order<'a, S, T: Sync, R: Send>(
    threads: usize,
    things: &'a [T],
    own: impl Fn() -> S + Sync,
    each: impl Fn(&mut S, &'a T) -> R + Sync,
) -> Vec<R> {
    let threads = threads.min(things.len().div_ceil(BATCH));
    if threads < 2 {
        let mut own = own();
        return things.iter().map(|thing| each(&mut own, thing)).collect();
    }
    let batches: Vec<&'a [T]> = things.chunks(BATCH).collect();
    let next = AtomicUsize::new(0);
    let work = || {
        let mut done: Vec<(usize, Vec<R>)> = Vec::new();
        let mut own = own();
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let Some(batch) = batches.get(number) else {
                return done;
            };
            let batch = batch.iter().map(|thing| each(&mut own, thing));
            done.push((number, batch.collect()));
        }
    };
    let mut done = scope(|scope| {
        let others: Vec<_> = (1..threads)
            .map_while(|_| Builder::new().spawn_scoped(scope, work).ok())
            .collect();
        let mut done = work();
        for other in others {
            done.extend(other.join().unwrap_or_else(|panic| resume_unwind(panic)));
        }
        done
    });
    done.sort_unstable_by_key(|(number, _)| *number);
    done.into_iter().flat_map(|(_, batch)| batch).collect()
}

#[cfg(test)]
mod tests {
    use super::in_order;

    #[test]
    fn answers_come_in_the_order_of_the_things() {
        let things: Vec<usize> = (0..1000).collect();
        let run = |threads, things| {
            in_order(threads, things, Vec::new, |seen, thing| {
                seen.push(*thing);
                (thing * 2, seen.last() == Some(thing))
            })
        };
        let alone = run(1, &things);
        for threads in [0, 2, 3, 64] {
            assert_eq!(run(threads, &things), alone, "{threads}");
        }
        assert_eq!(run(8, &[]), []);
    }
}
