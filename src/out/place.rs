//! Lines and columns of places, computed only for places that are shown.

use crate::input::Source;
use crate::model::Place;
use lossless_yaml::{Lines, Position};
use std::cell::OnceCell;

/// The texts that places point into.
#[derive(Debug)]
pub struct Positions<'s> {
    sources: Vec<Source<'s>>,
    /// Whether users know the sources by their numbers.
    #[cfg(feature = "json")]
    pub(super) numbered: bool,
    /// The lines of each source, once they are needed.
    lines: Vec<OnceCell<Lines<'s>>>,
}

impl<'s> Positions<'s> {
    /// For places in these sources, in the order that they were given to [`crate::rewrite`].
    #[must_use]
    pub fn new(sources: &[Source<'s>]) -> Positions<'s> {
        Positions {
            lines: sources.iter().map(|_| OnceCell::new()).collect(),
            sources: sources.to_vec(),
            #[cfg(feature = "json")]
            numbered: true,
        }
    }

    /// For places in a text that is none of the sources, as a configuration is: as JSON they have no `source`.
    #[cfg(feature = "json")]
    #[must_use]
    pub fn of_text(text: Source<'s>) -> Positions<'s> {
        Positions {
            numbered: false,
            ..Positions::new(&[text])
        }
    }

    /// The names of the sources.
    #[cfg(feature = "json")]
    pub(crate) fn names(&self) -> Vec<&str> {
        self.sources.iter().map(|source| source.name).collect()
    }

    /// The source of a place, and the line and column at which it begins; none if there is no such source.
    #[must_use]
    pub fn of(&self, place: &Place) -> Option<(&Source<'s>, Position)> {
        let source = self.sources.get(place.source)?;
        let lines = self.lines.get(place.source)?;
        let lines = lines.get_or_init(|| Lines::new(source.text));
        Some((source, lines.position(place.range.start)))
    }

    /// Line and column after the last character of a place; none if it is empty.
    #[must_use]
    pub fn end(&self, place: &Place) -> Option<Position> {
        let lines = self
            .lines
            .get(place.source)
            .filter(|_| !place.range.is_empty())?;
        let source = self.sources.get(place.source)?;
        let lines = lines.get_or_init(|| Lines::new(source.text));
        Some(lines.position(place.range.end))
    }
}
