//! A table and a picture of the lines of `run`.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::trial::Line;

/// The lines of one scenario.
struct Group {
    lines: Vec<Line>,
}

pub fn report(svg: Option<&Path>, files: &[PathBuf]) -> Result<()> {
    let mut groups: Vec<Group> = Vec::new();
    for file in files {
        let text = fs::read_to_string(file).with_context(|| file.display().to_string())?;
        for (number, line) in text.lines().enumerate() {
            let line: Line = serde_json::from_str(line)
                .with_context(|| format!("{}:{}", file.display(), number + 1))?;
            match groups
                .iter_mut()
                .find(|group| group.lines[0].scenario == line.scenario)
            {
                Some(group) => group.lines.push(line),
                None => groups.push(Group { lines: vec![line] }),
            }
        }
    }
    print!("{}", table(&groups));
    if let Some(svg) = svg {
        fs::write(svg, picture(&groups))?;
    }
    Ok(())
}

impl Group {
    fn sum(&self, of: impl Fn(&Line) -> usize) -> usize {
        self.lines.iter().map(of).sum()
    }

    /// Requests that were lost on average in a second after the change.
    fn lost_in(&self, second: usize) -> f64 {
        let lost = self.sum(|line| line.lost_by_second.get(second).copied().unwrap_or(0));
        count(lost) / count(self.lines.len())
    }
}

fn count(number: usize) -> f64 {
    u32::try_from(number).map_or(f64::MAX, f64::from)
}

fn table(groups: &[Group]) -> String {
    let mut text = "| scenario | changes | requests | lost | in each change | status |\n| --- | --- | --- | --- | --- | --- |\n".to_owned();
    for group in groups {
        let each: Vec<_> = group
            .lines
            .iter()
            .map(|line| line.lost.to_string())
            .collect();
        let mut statuses = std::collections::BTreeMap::new();
        for (status, number) in group.lines.iter().flat_map(|line| &line.by_status) {
            if *status != 200 {
                *statuses.entry(status).or_insert(0) += number;
            }
        }
        let statuses: Vec<_> = statuses
            .iter()
            .map(|(status, number)| match status {
                0 => format!("no answer: {number}"),
                status => format!("{status}: {number}"),
            })
            .collect();
        let _ = writeln!(
            text,
            "| {} | {} | {} | {} | {} | {} |",
            group.lines[0].label,
            group.lines.len(),
            group.sum(|line| line.requests),
            group.sum(|line| line.lost),
            each.join(", "),
            statuses.join(", ")
        );
    }
    text
}

const COLUMNS: usize = 3;
const SECONDS: usize = 30;
const PANEL: (usize, usize) = (320, 130);
const PLOT: (usize, usize) = (270, 60);

/// A small diagram for each scenario, all to one scale.
fn picture(groups: &[Group]) -> String {
    let top = groups
        .iter()
        .flat_map(|group| (0..SECONDS).map(|second| group.lost_in(second)))
        .fold(1.0, f64::max);
    let (width, height) = (
        PANEL.0 * COLUMNS,
        PANEL.1 * groups.len().div_ceil(COLUMNS) + 34,
    );
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" font-family=\"sans-serif\" font-size=\"12\">\n\
         <rect width=\"{width}\" height=\"{height}\" fill=\"#fff\"/>\n\
         <text x=\"20\" y=\"22\" font-size=\"14\" font-weight=\"bold\">Failed requests in each second after the change, mean of its repetitions</text>\n"
    );
    for (at, group) in groups.iter().enumerate() {
        let (x, y) = (PANEL.0 * (at % COLUMNS) + 30, PANEL.1 * (at / COLUMNS) + 34);
        let (lost, requests) = (group.sum(|line| line.lost), group.sum(|line| line.requests));
        let colour = if lost == 0 { "#1a7f37" } else { "#cf222e" };
        let _ = writeln!(
            svg,
            "<g transform=\"translate({x} {y})\">\n<text y=\"14\">{}</text>\n<text y=\"30\" fill=\"{colour}\">{lost} of {requests} lost</text>",
            group.lines[0]
                .label
                .replace('`', "")
                .replace('&', "&amp;")
                .replace('<', "&lt;")
        );
        let base = 38 + PLOT.1;
        let step = count(PLOT.0) / count(SECONDS);
        for second in 0..SECONDS {
            let tall = group.lost_in(second) / top * count(PLOT.1);
            if tall > 0.0 {
                let _ = writeln!(
                    svg,
                    "<rect x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{tall:.1}\" fill=\"{colour}\"/>",
                    step * count(second),
                    count(base) - tall,
                    step - 1.0
                );
            }
        }
        let _ = writeln!(
            svg,
            "<path d=\"M0 38V{base}H{}\" fill=\"none\" stroke=\"#57606a\"/>\n\
             <g font-size=\"9\" fill=\"#57606a\"><text x=\"-3\" y=\"44\" text-anchor=\"end\">{top:.0}</text><text x=\"-3\" y=\"{base}\" text-anchor=\"end\">0</text>",
            PLOT.0
        );
        for second in (0..=SECONDS).step_by(10) {
            let _ = writeln!(
                svg,
                "<text x=\"{:.1}\" y=\"{}\" text-anchor=\"middle\">{second} s</text>",
                step * count(second),
                base + 11
            );
        }
        svg.push_str("</g>\n</g>\n");
    }
    svg + "</svg>\n"
}
