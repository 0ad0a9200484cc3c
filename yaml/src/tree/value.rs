//! What a scalar means to kubectl: YAML 1.1 as `sigs.k8s.io/yaml` (goyaml.v2) resolves it.
//!
//! | plain text | meaning |
//! | --- | --- |
//! | nothing, `~`, `null`, `Null`, `NULL` | null |
//! | `true`, `yes`, `on`, `y` and `false`, `no`, `off`, `n`; lower, title or upper case | boolean |
//! | `12`, `+1_000`, `017` and `0o17` (octal), `0x1F`, `0b11` | integer |
//! | `1.5`, `.5`, `1e3`, `08`, `.inf`, `.nan` | float |
//! | anything else, `2001-01-01` and `12:30` among it | string |

use crate::tree::decimal::Decimal;
use std::borrow::Cow;

/// What a plain scalar is. Two of the same text that are the same are equal.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Resolved {
    Null,
    Bool(bool),
    Int(i64),
    /// An integer that only fits into 64 bits without a sign: to Go a float.
    Large(u64),
    Float,
    String,
}

/// Whether a plain scalar with this text is null.
pub(crate) fn is_null(text: &str) -> bool {
    matches!(text, "" | "~" | "null" | "Null" | "NULL")
}

/// Resolves the text of a plain scalar.
pub(crate) fn resolve(text: &str) -> Resolved {
    match text {
        _ if is_null(text) => return Resolved::Null,
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => {
            return Resolved::Bool(true);
        }
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => {
            return Resolved::Bool(false);
        }
        ".nan" | ".NaN" | ".NAN" | ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF"
        | "-.inf" | "-.Inf" | "-.INF" => return Resolved::Float,
        _ => {}
    }
    let first = text.bytes().next().unwrap_or(0);
    if first == b'.' {
        return float(text);
    }
    if !matches!(first, b'+' | b'-' | b'0'..=b'9') {
        return Resolved::String;
    }
    let digits = digits(text);
    integer(&digits).unwrap_or_else(|| float(&digits))
}

/// A number's text without its underscores.
pub(crate) fn digits(text: &str) -> Cow<'_, str> {
    let mut digits = Cow::Borrowed(text);
    if text.contains('_') {
        digits.to_mut().retain(|c| c != '_');
    }
    digits
}

/// An integer as Go's `ParseInt` with base 0 reads it; the underscores are already removed.
fn integer(text: &str) -> Option<Resolved> {
    let (sign, digits) = match text.strip_prefix(['+', '-']) {
        Some(digits) => (text.starts_with('-'), digits),
        None => (false, text),
    };
    let (radix, digits) = match digits.as_bytes() {
        [b'0', b'x' | b'X', ..] => (16, digits.get(2..)?),
        [b'0', b'o' | b'O', ..] => (8, digits.get(2..)?),
        [b'0', b'b' | b'B', ..] => (2, digits.get(2..)?),
        _ if digits.len() > 1 && digits.starts_with('0') => (8, digits.get(1..)?),
        _ => (10, digits),
    };
    if !digits.starts_with(|c: char| c.is_digit(radix)) {
        return None;
    }
    let value = i128::from_str_radix(digits, radix).ok()?;
    let value = if sign { -value } else { value };
    if let Ok(value) = i64::try_from(value) {
        return Some(Resolved::Int(value));
    }
    // Go falls back to `ParseUint`, which takes no sign.
    let unsigned = u64::try_from(value).ok()?;
    text.starts_with(|c: char| c.is_ascii_digit())
        .then_some(Resolved::Large(unsigned))
}

/// Go reports a float beyond the range, and the text stays a string.
fn float(text: &str) -> Resolved {
    match Decimal::read(text) {
        Some(number) if number.is_finite() => Resolved::Float,
        _ => Resolved::String,
    }
}

#[cfg(test)]
mod tests {
    use super::{Resolved, resolve};

    #[test]
    fn plain_scalars_resolve_as_in_goyaml_v2() {
        let table = [
            ("", Resolved::Null),
            ("Null", Resolved::Null),
            ("nULL", Resolved::String),
            ("yes", Resolved::Bool(true)),
            ("OFF", Resolved::Bool(false)),
            ("oN", Resolved::String),
            ("12", Resolved::Int(12)),
            ("+1_000", Resolved::Int(1000)),
            ("017", Resolved::Int(15)),
            ("0o17", Resolved::Int(15)),
            ("0x1F", Resolved::Int(31)),
            ("-0x1F", Resolved::Int(-31)),
            ("0b11", Resolved::Int(3)),
            ("-0b11", Resolved::Int(-3)),
            ("0", Resolved::Int(0)),
            ("-0", Resolved::Int(0)),
            ("08", Resolved::Float),
            ("0x", Resolved::String),
            ("0x+1", Resolved::String),
            ("--1", Resolved::String),
            ("+-1", Resolved::String),
            ("9223372036854775807", Resolved::Int(i64::MAX)),
            ("-9223372036854775808", Resolved::Int(i64::MIN)),
            ("18446744073709551615", Resolved::Large(u64::MAX)),
            ("0xFFFFFFFFFFFFFFFF", Resolved::Large(u64::MAX)),
            ("18446744073709551616", Resolved::Float),
            ("+18446744073709551615", Resolved::Float),
            ("1.5", Resolved::Float),
            ("1.", Resolved::Float),
            (".5", Resolved::Float),
            (".", Resolved::String),
            ("1e3", Resolved::Float),
            ("1e", Resolved::String),
            ("1e999", Resolved::String),
            ("-.INF", Resolved::Float),
            (".NaN", Resolved::Float),
            ("12:30", Resolved::String),
            ("2001-01-01", Resolved::String),
            ("1.30.2", Resolved::String),
            ("10s", Resolved::String),
        ];
        for (text, expected) in table {
            assert_eq!(resolve(text), expected, "{text}");
        }
    }
}
