//! Versions of Kubernetes.

use serde::Deserialize;
use serde::de::{self, Deserializer, Visitor};
use std::fmt;
use std::str::FromStr;

/// The version of the cluster: only its minor matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct KubernetesVersion {
    /// The minor version: 34 of `1.34`.
    pub minor: u32,
}

impl KubernetesVersion {
    /// The first version that serves `sleep` in a lifecycle handler without a feature gate being set (KEP-3960).
    pub const NATIVE_SLEEP: KubernetesVersion = KubernetesVersion { minor: 30 };
}

impl fmt::Display for KubernetesVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "1.{}", self.minor)
    }
}

impl FromStr for KubernetesVersion {
    type Err = String;

    fn from_str(text: &str) -> Result<KubernetesVersion, String> {
        let wrong =
            || format!("`{text}` is not a Kubernetes version such as \"1.34\" or \"v1.34.2\"");
        let rest = text.strip_prefix('v').unwrap_or(text);
        let (major, rest) = rest.split_once('.').ok_or_else(wrong)?;
        let end = rest.bytes().take_while(u8::is_ascii_digit).count();
        let (minor, after) = rest.split_at_checked(end).ok_or_else(wrong)?;
        if major != "1" || !(after.is_empty() || after.starts_with(['.', '-', '+'])) {
            return Err(wrong());
        }
        let minor: u32 = minor.parse().map_err(|_| wrong())?;
        if minor < 16 {
            let meant = match minor {
                2 | 3 => format!("; did you mean `1.{minor}0`?"),
                _ => String::new(),
            };
            return Err(format!("`{text}` is older than 1.16{meant}"));
        }
        Ok(KubernetesVersion { minor })
    }
}

/// A number in quotes with as few decimals as it has. How any float is written need not be in a module for this.
#[expect(
    clippy::cast_possible_truncation,
    clippy::float_cmp,
    reason = "what is cast is a whole number below a thousand million, and equal is the number that was read"
)]
fn decimals(n: f64) -> String {
    let shifted = |places: u32| (n * f64::from(10_u32.pow(places))).round();
    let ends = |places: &u32| shifted(*places) / f64::from(10_u32.pow(*places)) == n;
    match (0..6).find(ends).filter(|_| (0.0..1000.0).contains(&n)) {
        None => "this".to_owned(),
        Some(0) => format!("`{n}`", n = n as i64),
        Some(places) => {
            let whole = n as i64;
            let behind = shifted(places) as i64 - whole * 10_i64.pow(places);
            format!("`{whole}.{behind:0width$}`", width = places as usize)
        }
    }
}

impl<'de> Deserialize<'de> for KubernetesVersion {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<KubernetesVersion, D::Error> {
        struct VersionVisitor;
        impl VersionVisitor {
            fn number<E: de::Error, T>(n: &str) -> Result<T, E> {
                Err(E::custom(format!(
                    "{n} is a number, and an unquoted 1.30 arrives as 1.3, so quote it: \"1.30\""
                )))
            }
        }
        impl Visitor<'_> for VersionVisitor {
            type Value = KubernetesVersion;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a Kubernetes version in quotes, such as \"1.34\"")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<KubernetesVersion, E> {
                text.parse().map_err(E::custom)
            }
            fn visit_f64<E: de::Error>(self, n: f64) -> Result<KubernetesVersion, E> {
                Self::number(&decimals(n))
            }
            fn visit_u64<E: de::Error>(self, n: u64) -> Result<KubernetesVersion, E> {
                Self::number(&format!("`{n}`"))
            }
            fn visit_i64<E: de::Error>(self, n: i64) -> Result<KubernetesVersion, E> {
                Self::number(&format!("`{n}`"))
            }
        }
        deserializer.deserialize_any(VersionVisitor)
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for KubernetesVersion {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "KubernetesVersion".into()
    }
    fn inline_schema() -> bool {
        true
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({"type": "string", "pattern": "^v?1\\.[0-9]+([.+-].*)?$"})
    }
}
