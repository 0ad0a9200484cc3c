//! The diff for people: with the object of each place, and colours.

use super::escape::escaped;
use super::manifests::Output;
use super::place::Positions;
use crate::model::Plan;
use std::fmt::Write as _;

const BOLD: &str = "\x1b[1m";
const RED: &str = "\x1b[31m";
const GREEN: &str = "\x1b[32m";
const CYAN: &str = "\x1b[36m";
const PLAIN: &str = "\x1b[0m";

/// The diff of an output with the name of the workload after each `@@`, which `git` and `patch` accept as a comment.
///
/// A coloured diff is for people, so its lines are escaped too.
#[must_use]
pub fn diff(
    output: &Output<'_>,
    plans: &[Plan],
    positions: &Positions<'_>,
    colour: bool,
) -> String {
    let diff = output.diff();
    let objects = plans.iter().filter_map(|plan| {
        let (source, at) = positions.of(&plan.place)?;
        std::ptr::eq(source.text, output.source.text).then_some((at.line, &plan.workload))
    });
    let objects: Vec<_> = objects.collect();
    let lines: Vec<&str> = diff.split_inclusive('\n').collect();
    let mut out = String::with_capacity(diff.len());
    for (index, line) in lines.iter().enumerate() {
        let style = match line.as_bytes().first() {
            _ if index < 2 => BOLD,
            Some(b'@') => CYAN,
            Some(b'-') => RED,
            Some(b'+') => GREEN,
            _ => "",
        };
        let ended = line.strip_suffix('\n').unwrap_or(line);
        let (style, ended) = match (colour, index) {
            (false, _) => ("", ended.into()),
            // File names are escaped as programs that read diffs expect.
            (true, 0 | 1) => (style, ended.into()),
            (true, _) => (style, escaped(ended)),
        };
        out.extend([style, &*ended]);
        if let Some(from) = line.strip_prefix("@@ -") {
            let from = from.split([',', ' ']).next();
            let from: usize = from.and_then(|from| from.parse().ok()).unwrap_or(0);
            let behind = lines.get(index + 1..).unwrap_or_default();
            let kept = behind.iter().take_while(|line| line.starts_with(' '));
            let changed = from + kept.count();
            let object = objects.iter().rev().find(|(line, _)| *line <= changed);
            if let Some((_, object)) = object {
                let _ = write!(out, " {}", escaped(&object.to_string()));
            }
        }
        if !style.is_empty() {
            out.push_str(PLAIN);
        }
        if line.ends_with('\n') {
            out.push('\n');
        }
    }
    out
}
