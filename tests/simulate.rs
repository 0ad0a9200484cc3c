//! The model of the race against restarts, scale-downs and drains that were measured on a cluster (docs/proof.md).

#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "a test reads and writes files, and a panic is how it fails"
)]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use serde::Deserialize;
use set_prestop::simulate::{Race, Times, replay};

/// A line that `proof run` printed.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Measured {
    scenario: String,
    label: String,
    lag: f64,
    interval: f64,
    rate: f64,
    replicas: u32,
    sleep: f64,
    grace: f64,
    shutdown: f64,
    answer: f64,
    #[serde(flatten)]
    times: Pods,
    requests: u32,
    lost: u32,
    by_status: BTreeMap<String, u32>,
}

/// `Times` denies the fields of the rest of the line.
#[derive(Clone, Deserialize)]
struct Pods {
    addressed: Vec<f64>,
    ready: Vec<f64>,
    deleted: Vec<f64>,
}

impl Measured {
    fn simulated(&self) -> f64 {
        let pods = self.times.clone();
        let times = Times {
            addressed: pods.addressed,
            ready: pods.ready,
            deleted: pods.deleted,
        };
        let race = Race {
            rate: self.rate,
            replicas: self.replicas,
            lag: self.lag,
            interval: self.interval,
            sleep: self.sleep,
            grace: self.grace,
            shutdown: self.shutdown,
            answer: self.answer,
            ..Race::default()
        };
        replay(&race, &times).requests
    }
}

/// The scenarios in the order of the file, each with its changes.
fn measured() -> Vec<Vec<Measured>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("proof/measured.jsonl");
    let mut all: Vec<Vec<Measured>> = Vec::new();
    for line in fs::read_to_string(path).unwrap().lines() {
        let line: Measured = serde_json::from_str(line).unwrap();
        match all.last_mut() {
            Some(group) if group.first().unwrap().scenario == line.scenario => group.push(line),
            _ => all.push(vec![line]),
        }
    }
    all
}

fn mean(group: &[Measured], of: impl Fn(&Measured) -> f64) -> f64 {
    group.iter().map(of).sum::<f64>() / f64::from(u32::try_from(group.len()).unwrap())
}

#[test]
fn what_was_measured_is_what_the_model_says() {
    let mut wrong = Vec::new();
    for group in measured() {
        let (lost, said) = (
            mean(&group, |line| f64::from(line.lost)),
            mean(&group, Measured::simulated),
        );
        let right = if lost > 50.0 {
            (said / lost - 1.0).abs() <= 0.2
        } else {
            lost > 0.0 || said < 1e-9
        };
        if !right {
            let name = &group.first().unwrap().scenario;
            wrong.push(format!("{name}: measured {lost:.1}, simulated {said:.1}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn nothing_is_lost_where_the_tool_wrote_a_sleep_that_covers_the_lag() {
    for line in measured().iter().flatten() {
        if line.sleep > line.lag + line.interval && line.grace > line.sleep + line.shutdown {
            assert_eq!(line.lost, 0, "{}", line.scenario);
        }
    }
}

#[test]
fn the_page_has_what_was_measured() {
    let mut table = "| scenario | changes | requests | lost | lost in a change | simulated | status |\n| --- | --- | --- | --- | --- | --- | --- |\n".to_owned();
    for group in measured() {
        let sum = |of: fn(&Measured) -> u32| group.iter().map(of).sum::<u32>();
        let mut statuses: BTreeMap<&str, u32> = BTreeMap::new();
        for (status, number) in group.iter().flat_map(|line| &line.by_status) {
            if status != "200" {
                *statuses.entry(status).or_default() += number;
            }
        }
        let statuses: Vec<_> = statuses
            .iter()
            .map(|(status, number)| match *status {
                "0" => format!("no answer: {number}"),
                status => format!("{status}: {number}"),
            })
            .collect();
        let least = group.iter().map(|line| line.lost).min().unwrap();
        let most = group.iter().map(|line| line.lost).max().unwrap();
        let each = if most == 0 {
            "0".to_owned()
        } else {
            let lost = mean(&group, |line| f64::from(line.lost));
            format!("{lost:.0} ({least} to {most})")
        };
        writeln!(
            table,
            "| {} | {} | {} | {} | {each} | {:.0} | {} |",
            group.first().unwrap().label,
            group.len(),
            sum(|line| line.requests),
            sum(|line| line.lost),
            mean(&group, Measured::simulated),
            statuses.join(", ")
        )
        .unwrap();
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/proof.md");
    let page = fs::read_to_string(&path).unwrap();
    let (before, rest) = page.split_once("<!-- table -->\n").unwrap();
    let (_, after) = rest.split_once("<!-- end -->\n").unwrap();
    let want = format!("{before}<!-- table -->\n{table}<!-- end -->\n{after}");
    if page != want && std::env::var_os("BLESS").is_some() {
        fs::write(&path, want).unwrap();
        return;
    }
    assert_eq!(
        page, want,
        "docs/proof.md is not what was measured: `BLESS=1 cargo test --test simulate` writes it"
    );
}
