//! Messages as SARIF 2.1.0 (OASIS), which GitHub's code scanning and others read.

use super::escape::escaped;
use super::place::Positions;
use super::writer::line;
use crate::input::Source;
use crate::model::Place;
use crate::say::{Message, Reason, Severity};
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt::{self, Write};

/// The log of one run; messages are added one by one.
#[derive(Debug, Default)]
pub struct Sarif {
    rules: Vec<Reason>,
    results: Vec<Finding>,
    /// How many results already have a fingerprint.
    marks: BTreeMap<String, usize>,
}

impl Sarif {
    /// Adds a message.
    pub fn add(&mut self, message: &Message, positions: &Positions<'_>) {
        let index = self.rules.iter().position(|rule| *rule == message.reason);
        let rule_index = index.unwrap_or_else(|| {
            self.rules.push(message.reason);
            self.rules.len() - 1
        });
        let location = |place: &Place, text: Option<&String>| {
            let (source, _) = positions.of(place)?;
            Some(Location {
                physical_location: Physical {
                    artifact_location: Artifact { uri: uri(source) },
                    region: region(place, positions)?,
                },
                message: text.map(|text| Text {
                    text: escaped(text).into_owned(),
                }),
            })
        };
        let place = message.place.as_ref();
        let locations: Vec<Location> = place
            .and_then(|at| location(at, None))
            .into_iter()
            .collect();
        let related = message.related.as_ref();
        let related = related.and_then(|label| location(&label.place, Some(&label.text)));
        let mut text = match &message.object {
            Some(object) => escaped(&format!("{object}: {}", message.text)).into_owned(),
            None => escaped(&message.text).into_owned(),
        };
        if let Some(help) = &message.help {
            let _ = write!(text, "\nhelp: {}", escaped(help));
        }
        let uri = locations
            .first()
            .map(|at| at.physical_location.artifact_location.uri.clone());
        let mark = mark(message, uri.as_deref());
        let count = self.marks.entry(mark.clone()).or_default();
        *count += 1;
        self.results.push(Finding {
            rule_id: message.reason.name(),
            rule_index,
            level: level(message.severity),
            message: Text { text },
            fixes: fix(message, locations.first()).into_iter().collect(),
            locations,
            related_locations: related.into_iter().collect(),
            partial_fingerprints: BTreeMap::from([(
                "primaryLocationLineHash",
                format!("{mark}:{count}"),
            )]),
        });
    }
}

/// The log as JSON on one line, with a line end.
impl fmt::Display for Sarif {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = |text: &str| Text {
            text: text.to_owned(),
        };
        let rules = self.rules.iter().map(|reason| Rule {
            id: reason.name(),
            short_description: text(
                reason
                    .meaning()
                    .split_inclusive(". ")
                    .next()
                    .unwrap_or_default()
                    .trim_end(),
            ),
            full_description: text(reason.meaning()),
            default_configuration: Configuration {
                level: level(reason.severity()),
            },
        });
        let log = Log {
            schema: "https://json.schemastore.org/sarif-2.1.0.json",
            version: "2.1.0",
            runs: [Run {
                tool: Tool {
                    driver: Driver {
                        name: "set-prestop",
                        version: env!("CARGO_PKG_VERSION"),
                        information_uri: env!("CARGO_PKG_HOMEPAGE"),
                        rules: rules.collect(),
                    },
                },
                column_kind: "unicodeCodePoints",
                results: &self.results,
            }],
        };
        writeln!(f, "{}", line(&log))
    }
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info | Severity::Advice | Severity::Ignore => "note",
    }
}

/// The region of a message. In SARIF the end is the column after the last character.
fn region(place: &Place, positions: &Positions<'_>) -> Option<Region> {
    let (_, start) = positions.of(place)?;
    let end = positions.end(place);
    Some(Region {
        start_line: start.line,
        start_column: start.column,
        end_line: end.map(|at| at.line),
        end_column: end.map(|at| at.column),
    })
}

/// The change that a message suggests, as a fix.
fn fix(message: &Message, location: Option<&Location>) -> Option<Fix> {
    let new = message.replacement.clone()?;
    let place = &location?.physical_location;
    place.region.end_column?;
    Some(Fix {
        artifact_changes: [Change {
            artifact_location: place.artifact_location.clone(),
            replacements: [Replacement {
                deleted_region: place.region,
                inserted_content: Text { text: new },
            }],
        }],
    })
}

/// A fingerprint that does not change if lines move: of the Reason, the object and the field, or the text if there is no field.
/// FNV-1a is a hash that is the same in every build.
fn mark(message: &Message, uri: Option<&str>) -> String {
    let object = message.object.as_ref();
    let parts = [
        message.reason.name().to_owned(),
        uri.unwrap_or_default().to_owned(),
        object.map_or_else(
            || message.text.clone(),
            |object| format!("{} {object}", object.api_version()),
        ),
        message.field.clone().unwrap_or_default(),
    ];
    let bytes = parts.iter().flat_map(|part| part.bytes().chain([0]));
    let hash = bytes.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    format!("{hash:016x}")
}

/// A file name as a URI reference (RFC 3986): `/` between the parts, and everything else that is no letter or digit escaped.
fn uri(source: &Source<'_>) -> String {
    let name = source.name.strip_prefix("./").unwrap_or(source.name);
    let mut uri = String::from(if name.starts_with('/') { "file://" } else { "" });
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            let _ = write!(uri, "%{byte:02X}");
        }
    }
    uri
}

#[derive(Serialize)]
struct Log<'l> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run<'l>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<'l> {
    tool: Tool,
    column_kind: &'static str,
    results: &'l [Finding],
}

#[derive(Serialize)]
struct Tool {
    driver: Driver,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver {
    name: &'static str,
    version: &'static str,
    information_uri: &'static str,
    rules: Vec<Rule>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Rule {
    id: &'static str,
    short_description: Text,
    full_description: Text,
    default_configuration: Configuration,
}

#[derive(Serialize)]
struct Configuration {
    level: &'static str,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Finding {
    rule_id: &'static str,
    rule_index: usize,
    level: &'static str,
    message: Text,
    locations: Vec<Location>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<Location>,
    partial_fingerprints: BTreeMap<&'static str, String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fixes: Vec<Fix>,
}

#[derive(Debug, Serialize)]
struct Text {
    text: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Location {
    physical_location: Physical,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Text>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Physical {
    artifact_location: Artifact,
    region: Region,
}

#[derive(Clone, Debug, Serialize)]
struct Artifact {
    uri: String,
}

#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: usize,
    start_column: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_line: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_column: Option<usize>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Fix {
    artifact_changes: [Change; 1],
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Change {
    artifact_location: Artifact,
    replacements: [Replacement; 1],
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Replacement {
    deleted_region: Region,
    inserted_content: Text,
}
