//! Times in whole seconds.

#[cfg(feature = "cli")]
use crate::say::config as say;
use serde::Deserialize;
use serde::de::{self, Deserializer, Visitor};
use std::fmt;
use std::str::FromStr;

/// The longest time that a setting accepts, in seconds.
pub const MAX_SECONDS: u64 = 3600;

/// A time in whole seconds, 0 to 3600.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Seconds(u64);

impl Seconds {
    /// The number of seconds.
    #[must_use]
    pub fn get(self) -> u64 {
        self.0
    }
}

impl Seconds {
    /// This number, or the greatest allowed one.
    pub(crate) fn at_most(seconds: u64) -> Seconds {
        Seconds(seconds.min(MAX_SECONDS))
    }
}

impl FromStr for Seconds {
    type Err = String;

    fn from_str(text: &str) -> Result<Seconds, String> {
        let wrong = || format!("`{text}` is not a number of seconds from 0 to {MAX_SECONDS}");
        if text.is_empty() || !text.bytes().all(|b| b.is_ascii_digit()) {
            return Err(wrong());
        }
        match text.parse::<u64>() {
            Ok(seconds) if seconds <= MAX_SECONDS => Ok(Seconds(seconds)),
            _ => Err(wrong()),
        }
    }
}

/// Reads the seconds of a flag, or says what to type.
#[cfg(feature = "cli")]
pub(super) fn of_flag(text: &str) -> Result<Seconds, String> {
    text.parse().map_err(|wrong| say::flag_seconds(wrong, text))
}

impl<'de> Deserialize<'de> for Seconds {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Seconds, D::Error> {
        struct SecondsVisitor;
        impl Visitor<'_> for SecondsVisitor {
            type Value = Seconds;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "a whole number of seconds from 0 to {MAX_SECONDS}")
            }
            fn visit_u64<E: de::Error>(self, n: u64) -> Result<Seconds, E> {
                if n > MAX_SECONDS {
                    return Err(E::invalid_value(de::Unexpected::Unsigned(n), &self));
                }
                Ok(Seconds(n))
            }
            fn visit_i64<E: de::Error>(self, n: i64) -> Result<Seconds, E> {
                let Ok(unsigned) = u64::try_from(n) else {
                    return Err(E::invalid_value(de::Unexpected::Signed(n), &self));
                };
                self.visit_u64(unsigned)
            }
        }
        deserializer.deserialize_u64(SecondsVisitor)
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Seconds {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Seconds".into()
    }
    fn inline_schema() -> bool {
        true
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({"type": "integer", "minimum": 0, "maximum": MAX_SECONDS})
    }
}
