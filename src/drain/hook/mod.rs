//! The preStop hook that a container has: whether it begins with a sleep, and how long that is.
//!
//! docs/reference.md, section 3.4. It knows nodes, not the set of manifests and not the configuration.

mod powershell;
mod read;
mod shell;

pub(crate) use read::{Existing, FoundSleep, Level, Needs, WrongType, read};

/// The last part of a path: `sleep` of `/usr/bin/sleep`.
fn base_name(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}

/// A duration at the start of a text.
struct Duration {
    /// Seconds, decimals rounded up.
    seconds: u64,
    /// End of the bytes that a new number replaces: the number, and its unit unless that is `s`.
    replace: usize,
    /// End of the duration, its unit included.
    end: usize,
}

/// A duration in a word of a command.
struct Timed {
    /// Byte of the word at which it starts.
    at: usize,
    found: Duration,
    /// How many of its unit make a second: 1000 for milliseconds.
    scale: u64,
}

/// Reads `10`, `1.5`, `10s`, `2m`, `1h` at the start of a text; decimals round up.
fn duration(text: &str) -> Option<Duration> {
    let digits = |s: &str| s.bytes().take_while(u8::is_ascii_digit).count();
    let whole = digits(text);
    let mut end = whole;
    let mut fraction = "";
    if let Some(rest) = text.get(whole..).and_then(|r| r.strip_prefix('.')) {
        fraction = rest.get(..digits(rest))?;
        end += 1 + fraction.len();
    }
    if whole + fraction.len() == 0 {
        return None;
    }
    let (unit, unit_len) = match text.as_bytes().get(end) {
        Some(b's') => (1, 1),
        Some(b'm') => (60, 1),
        Some(b'h') => (3600, 1),
        _ => (1, 0),
    };
    let seconds_unit = text.as_bytes().get(end) == Some(&b's');
    // Nine decimals are enough for any clock; further ones still round up.
    let nanos: u64 = format!("{fraction:0<9.9}").parse().ok()?;
    let rest = fraction
        .get(9..)
        .is_some_and(|r| r.bytes().any(|b| b != b'0'));
    let whole: u64 = if whole == 0 {
        0
    } else {
        text.get(..whole)?.parse().ok()?
    };
    let parts = u128::from(whole) * 1_000_000_000 + u128::from(nanos) + u128::from(rest);
    let seconds = u64::try_from((parts * unit).div_ceil(1_000_000_000)).ok()?;
    Some(Duration {
        seconds,
        replace: if seconds_unit { end } else { end + unit_len },
        end: end + unit_len,
    })
}
