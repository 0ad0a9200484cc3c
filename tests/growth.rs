//! Nothing grows faster than its input: shapes in which everything leads to everything, in one size and in four times that
//! size. `benches/tools/growth.rs` measures all shapes, and the memory.
#![expect(clippy::disallowed_methods, reason = "a test that looks at the clock")]

#[path = "../benches/shapes/mod.rs"]
mod shapes;

use set_prestop::{Settings, Source, rewrite};
use std::time::{Duration, Instant};

/// The shapes of which the cost was the square of the input once, and the part of their number that is enough to see it.
const SHAPES: [(&str, usize); 17] = [
    ("Services and workloads, all of one label", 16),
    ("routes to one Service of as many workloads", 8),
    ("one name for all of each kind", 2),
    ("namespaces with the same names in each", 32),
    ("workloads in namespaces behind one Service", 64),
    ("routes that name missing Services", 32),
    ("workloads that ask for it, and annotated Services, all", 2),
    (
        "workloads that ask for it, and annotated Services, each",
        16,
    ),
    ("Services that ask for it", 16),
    ("Services of two labels that fit", 8),
    ("Services of two labels, and workloads", 8),
    ("List, block", 64),
    ("List, JSON on one line", 64),
    ("JSON documents, one a line", 64),
    ("objects that had one name", 4),
    ("routes into a chain of objects", 2),
    ("chain of merge keys", 1),
];

/// Four times the work may take so many times the time. Of a square it would be 16; other work on the machine only slows runs,
/// so that the shortest of a few is taken.
const MOST: f64 = 10.0;
const ROUNDS: usize = 8;

fn time(text: &str) -> Duration {
    let sources = [Source::new("growth.yaml", text)];
    let start = Instant::now();
    let _ = rewrite(&sources, &Settings::default());
    start.elapsed()
}

#[test]
fn four_times_the_input_takes_about_four_times_as_long() {
    for (name, part) in SHAPES {
        let mut shapes = shapes::SHAPES.iter();
        let shape = shapes.find(|shape| shape.name.starts_with(name));
        let shape = shape.unwrap_or_else(|| panic!("no shape is called {name}"));
        let number = shape.number / part;
        let (one, four) = ((shape.make)(number), (shape.make)(4 * number));
        let (mut least, mut most) = (Duration::MAX, Duration::MAX);
        let mut ratio = f64::MAX;
        for _ in 0..ROUNDS {
            least = least.min(time(&one));
            most = most.min(time(&four));
            ratio = most.as_secs_f64() / least.as_secs_f64();
            if ratio < MOST {
                break;
            }
        }
        assert!(
            ratio < MOST,
            "{name}: {number} in {least:?}, {} in {most:?}",
            4 * number
        );
    }
}
