//! Random choices that shrink: numbers that proptest made, used up one after the other; zeros follow.

pub(crate) struct Dice {
    numbers: std::vec::IntoIter<u32>,
    /// The namespace of all objects, for now.
    pub(crate) home: Option<&'static str>,
    /// Whether what is made may hold faults that stop a run.
    pub(crate) faults: bool,
}

impl Dice {
    pub(crate) fn new(numbers: Vec<u32>) -> Self {
        Self {
            numbers: numbers.into_iter(),
            home: None,
            faults: false,
        }
    }

    /// A number below `sides`.
    pub(crate) fn roll(&mut self, sides: usize) -> usize {
        self.numbers.next().unwrap_or(0) as usize % sides
    }

    /// True once in `turns`; with no numbers left, never.
    pub(crate) fn once_in(&mut self, turns: usize) -> bool {
        self.roll(turns) + 1 == turns
    }

    pub(crate) fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.roll(from.len())]
    }

    /// Another order.
    pub(crate) fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.roll(last + 1));
        }
    }
}
