//! The same work on many items, by several threads. The results are in the order of the items.
//!
//! It knows neither text nor Kubernetes.

use std::hint::black_box;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
#[cfg(not(target_family = "wasm"))]
use {
    rayon_core::{ThreadPool, ThreadPoolBuilder},
    std::sync::OnceLock,
};

/// The number of items that a thread takes at once: small enough for all threads to end at about the same time.
const BATCH: usize = 32;

/// Bytes by which the heap of a thread grows.
const ROOM: usize = 1 << 20;

/// The number of the first item of each batch of a thread, and how much was made of the batch.
type Batches = Vec<(usize, usize)>;

/// Threads that share work. They are started once, when there is some, and sleep in between: a system wakes a thread at once,
/// but may let a new one wait for milliseconds.
#[derive(Debug, Default)]
pub(crate) struct Team {
    threads: usize,
    /// All but the one that has the work to share; none if they can't be started.
    #[cfg(not(target_family = "wasm"))]
    others: OnceLock<Option<ThreadPool>>,
}

impl Team {
    /// So many threads; none means one.
    pub(crate) fn of(threads: usize) -> Team {
        Team {
            threads,
            #[cfg(not(target_family = "wasm"))]
            others: OnceLock::new(),
        }
    }

    /// The results of `each` for the items with numbers below `count`, in their order. Each thread has its own state, which it
    /// keeps from one item to the next.
    pub(crate) fn in_order<S, R: Send>(
        &self,
        count: usize,
        own: impl Fn() -> S + Sync,
        each: impl Fn(&mut S, usize, &mut Vec<R>) + Sync,
    ) -> Vec<R> {
        let threads = self.threads.min(count.div_ceil(BATCH));
        // WASM has no threads, and its modules need not hold what would use them.
        if threads < 2 || cfg!(target_family = "wasm") {
            let (mut own, mut given) = (own(), Vec::new());
            (0..count).for_each(|number| each(&mut own, number, &mut given));
            return given;
        }
        let next = AtomicUsize::new(0);
        let done = Mutex::new(Vec::with_capacity(threads));
        let work = || {
            let (mut own, mut given, mut batches) = (own(), Vec::new(), Vec::new());
            loop {
                let first = next.fetch_add(BATCH, Ordering::Relaxed);
                if first >= count {
                    break;
                }
                make_room();
                let before = given.len();
                for number in first..count.min(first + BATCH) {
                    each(&mut own, number, &mut given);
                }
                if given.len() > before {
                    batches.push((first, given.len() - before));
                }
            }
            if let Ok(mut done) = done.lock() {
                done.push((batches, given));
            }
        };
        self.beside(threads - 1, work, work);
        joined(done.into_inner().unwrap_or_default())
    }

    /// The result of `each` for every item with a number below `count`, in their order. As [`Team::in_order`], but each result is
    /// put where it stays, so that there is never a second copy of all of them.
    pub(crate) fn one_each<S, R: Send>(
        &self,
        count: usize,
        own: impl Fn() -> S + Sync,
        each: impl Fn(&mut S, usize) -> R + Sync,
    ) -> Vec<R> {
        let threads = self.threads.min(count.div_ceil(BATCH));
        if threads < 2 || cfg!(target_family = "wasm") {
            let mut own = own();
            return (0..count).map(|number| each(&mut own, number)).collect();
        }
        let mut all: Vec<Option<R>> = Vec::with_capacity(count);
        all.resize_with(count, || None);
        let batches = Mutex::new(all.chunks_mut(BATCH).enumerate());
        let next = || {
            let mut batches = batches.lock().unwrap_or_else(PoisonError::into_inner);
            batches.next()
        };
        let work = || {
            let mut own = own();
            while let Some((batch, places)) = next() {
                make_room();
                for (number, place) in (batch * BATCH..).zip(places) {
                    *place = Some(each(&mut own, number));
                }
            }
        };
        self.beside(threads - 1, work, work);
        // In the same vector, if a result has room to say that there is none. Each is there, but `flatten` would need another one.
        all.into_iter().map_while(|given| given).collect()
    }

    /// The answers of both, by two threads if there may be more than one.
    pub(crate) fn both<A, B: Send>(
        &self,
        one: impl FnOnce() -> A,
        other: impl Fn() -> B + Sync,
    ) -> (A, B) {
        if self.threads < 2 || cfg!(target_family = "wasm") {
            return (one(), other());
        }
        let answer = Mutex::new(None);
        let answered = || {
            let other = other();
            if let Ok(mut answer) = answer.lock() {
                *answer = Some(other);
            }
        };
        let one = self.beside(1, answered, one);
        let other = answer.into_inner().ok().flatten().unwrap_or_else(other);
        (one, other)
    }

    /// What `here` returns, while other threads do `other` so many times. If there are none, it is done afterwards.
    #[cfg_attr(
        target_family = "wasm",
        expect(clippy::unused_self, reason = "there are no others")
    )]
    fn beside<A>(&self, times: usize, other: impl Fn() + Sync, here: impl FnOnce() -> A) -> A {
        #[cfg(not(target_family = "wasm"))]
        if let Some(others) = self.others() {
            return others.in_place_scope(|scope| {
                (0..times).for_each(|_| scope.spawn(|_| other()));
                here()
            });
        }
        let answer = here();
        (0..times).for_each(|_| other());
        answer
    }

    #[cfg(not(target_family = "wasm"))]
    fn others(&self) -> Option<&ThreadPool> {
        let start = || {
            let others = self.threads.checked_sub(1).filter(|others| *others > 0)?;
            ThreadPoolBuilder::new().num_threads(others).build().ok()
        };
        self.others.get_or_init(start).as_ref()
    }
}

/// What the threads have made of their batches, in the order of the items.
fn joined<R>(done: Vec<(Batches, Vec<R>)>) -> Vec<R> {
    let length = done.iter().map(|(_, given)| given.len()).sum();
    // The batches of a thread are in their order, so what comes next is that of the thread with the first one.
    let mut order: Vec<(usize, usize, usize)> = Vec::new();
    for (thread, (batches, _)) in done.iter().enumerate() {
        order.extend(
            batches
                .iter()
                .map(|(first, length)| (*first, *length, thread)),
        );
    }
    order.sort_unstable();
    let mut done: Vec<_> = done
        .into_iter()
        .map(|(_, given)| given.into_iter())
        .collect();
    let mut all = Vec::with_capacity(length);
    for (_, length, thread) in order {
        if let Some(given) = done.get_mut(thread) {
            all.extend(given.by_ref().take(length));
        }
    }
    all
}

/// Lets the heap of this thread grow before it has to. glibc does that a page at a time for all threads but the first, and each
/// time the others wait for it.
fn make_room() {
    if cfg!(target_env = "gnu") {
        drop(black_box(Vec::<u8>::with_capacity(ROOM)));
    }
}

#[cfg(test)]
mod tests {
    use super::Team;

    #[test]
    fn both_are_answered_by_any_number_of_threads() {
        for threads in [0, 1, 2, 64] {
            assert_eq!(
                Team::of(threads).both(|| 1, || "two"),
                (1, "two"),
                "{threads}"
            );
        }
    }

    #[test]
    fn answers_come_in_the_order_of_the_things() {
        let run = |threads, count| {
            Team::of(threads).in_order(count, Vec::new, |seen, thing, given| {
                seen.push(thing);
                if thing % 3 != 1 {
                    given.push((thing * 2, seen.last() == Some(&thing)));
                }
            })
        };
        let alone = run(1, 1000);
        for threads in [0, 2, 3, 64] {
            assert_eq!(run(threads, 1000), alone, "{threads}");
        }
        assert_eq!(run(8, 0), []);
    }

    #[test]
    fn each_thing_has_its_answer() {
        let run = |threads, count| {
            Team::of(threads).one_each(count, Vec::new, |seen, thing| {
                seen.push(thing);
                (thing * 2, seen.last() == Some(&thing))
            })
        };
        let alone = run(1, 1000);
        assert_eq!(alone.get(7), Some(&(14, true)));
        for threads in [0, 2, 3, 64] {
            assert_eq!(run(threads, 1000), alone, "{threads}");
        }
        assert_eq!(run(8, 0), []);
    }
}
