//! The time budget: how long the grace period has to be. Integers only; it knows no YAML and no configuration.
//!
//! docs/reference.md, section 3.5. The sleep never shortens the time that the program has to shut down.
//!
//! | G as set | longest existing sleep h | the program's time P |
//! | --- | --- | --- |
//! | any | any | the annotation `shutdown-seconds`, if set |
//! | G > 0 | 0 | G |
//! | G > 0 | h > 0 and G - h - margin > 0 | G - h - margin |
//! | else | | `shutdownSeconds` |
//!
//! needed = S' + P + margin, where S' is the longest sleep after the change.
//! G = 0 kills the pod at once and runs no hook: for P it counts as not set, and with any sleep it is too short.

use crate::model::DEFAULT_GRACE;

/// The values of the pod before and after the change, all in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Budget {
    /// `terminationGracePeriodSeconds`, if set.
    pub(crate) stated: Option<u64>,
    /// The longest sleep over all regular containers before the change.
    pub(crate) before: u64,
    /// The same after the change.
    pub(crate) after: u64,
    /// Whether a sleep was lowered (`existingHooks: Set`).
    pub(crate) lowered: bool,
    /// The annotation `shutdown-seconds`.
    pub(crate) shutdown_annotation: Option<u64>,
    /// `shutdownSeconds` of the configuration.
    pub(crate) shutdown: u64,
    /// `marginSeconds` of the configuration.
    pub(crate) margin: u64,
}

impl Budget {
    /// The program's time to shut down, P.
    pub(crate) fn program(self) -> u64 {
        if let Some(seconds) = self.shutdown_annotation {
            return seconds;
        }
        match self.stated {
            Some(grace) if grace > 0 && self.before == 0 => grace,
            Some(grace) if grace > self.before.saturating_add(self.margin) => {
                grace - self.before - self.margin
            }
            _ => self.shutdown,
        }
    }

    /// The grace period that is long enough for sleep, program and margin.
    pub(crate) fn needed(self) -> u64 {
        self.after
            .saturating_add(self.program())
            .saturating_add(self.margin)
    }

    /// The grace period to write; `None` if the existing one is right.
    pub(crate) fn grace(self) -> Option<u64> {
        if self.after == 0 {
            return None;
        }
        let stands = self.stated.unwrap_or(DEFAULT_GRACE);
        let needed = self.needed();
        (needed > stands || (self.lowered && needed < stands)).then_some(needed)
    }
}

#[cfg(test)]
mod tests {
    use super::{Budget, DEFAULT_GRACE};

    /// A pod with this grace period and longest sleep before, S = 10, the default settings.
    fn pod(stated: Option<u64>, before: u64, after: u64) -> Budget {
        Budget {
            stated,
            before,
            after,
            lowered: false,
            shutdown_annotation: None,
            shutdown: 30,
            margin: 5,
        }
    }

    #[test]
    fn the_numbers_of_the_reference() {
        assert_eq!(pod(None, 0, 10).grace(), Some(45));
        assert_eq!(pod(Some(60), 0, 10).grace(), Some(75));
        assert_eq!(pod(Some(5), 0, 10).grace(), Some(20));
        assert_eq!(pod(Some(35), 5, 10).grace(), Some(40));
        assert_eq!(pod(Some(45), 10, 10).grace(), None);
        assert_eq!(pod(Some(30), 30, 30).grace(), Some(65));
        let set = Budget {
            lowered: true,
            ..pod(Some(75), 40, 10)
        };
        assert_eq!(set.grace(), Some(45));
        let exact = Budget {
            stated: Some(45),
            before: 12,
            shutdown_annotation: Some(30),
            ..set
        };
        assert_eq!((exact.needed(), exact.grace()), (45, None));
    }

    #[test]
    fn a_stated_zero_is_always_too_small() {
        let short = Budget {
            shutdown: 1,
            margin: 0,
            ..pod(Some(0), 0, 10)
        };
        assert_eq!(short.grace(), Some(11));
        assert_eq!(pod(Some(0), 0, 10).grace(), Some(45));
    }

    #[test]
    fn without_a_sleep_the_grace_period_is_left_alone() {
        assert_eq!(pod(Some(5), 0, 0).grace(), None);
    }

    #[test]
    fn the_annotation_is_the_programs_time() {
        let told = Budget {
            shutdown_annotation: Some(2),
            ..pod(Some(60), 0, 10)
        };
        assert_eq!(told.needed(), 17);
        assert_eq!(told.grace(), None);
    }

    #[test]
    fn exactly_the_default_is_not_written() {
        let exact = Budget {
            shutdown: 15,
            ..pod(None, 0, 10)
        };
        assert_eq!(exact.needed(), DEFAULT_GRACE);
        assert_eq!(exact.grace(), None);
    }

    #[test]
    fn a_grace_period_that_only_covers_sleep_and_margin_says_nothing_of_the_program() {
        assert_eq!(pod(Some(35), 30, 30).program(), 30);
        assert_eq!(pod(Some(36), 30, 30).program(), 1);
    }

    #[test]
    fn a_longer_grace_period_stays_unless_a_sleep_was_lowered() {
        assert_eq!(pod(Some(100), 40, 40).grace(), None);
    }
}
