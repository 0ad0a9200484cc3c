//! How far a load balancer is behind: the last request that it sends to a pod after the pod's deletion.

use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use tokio::time::{Instant, sleep};

use crate::Settings;
use crate::cluster::Cluster;
use crate::load::Load;
use crate::scenario::{SCENARIOS, Scenario};

/// Longer than any lag that is found; the pod goes on answering for as long.
const SLEEP: u64 = 240;
/// Between the two deletions of a trial: enough for the first one to reach the load balancer.
const GAP: Duration = Duration::from_millis(300);

pub async fn measure(settings: &Settings, cluster: &Cluster) -> Result<()> {
    let patient = Scenario {
        pod: "terminationGracePeriodSeconds: 250",
        container: "lifecycle: {preStop: {sleep: {seconds: 240}}}",
        ..*SCENARIOS.first().context("no scenario")?
    };
    cluster.apply(&patient.input(&settings.place)).await?;
    cluster.settle(&[]).await?;
    let mut lags = Vec::new();
    for _ in 0..settings.times {
        let lag = trial(settings, cluster).await?;
        println!("{{\"lag\":{lag:.1}}}");
        lags.push(lag);
    }
    lags.sort_by(f64::total_cmp);
    let at = |percent: usize| lags[(lags.len() * percent).div_ceil(100).max(1) - 1];
    let (longest, safety) = (at(100), safety(at(100)));
    println!(
        "lag in {} trials: p50 {:.1} s, p90 {:.1} s, longest {longest:.1} s",
        lags.len(),
        at(50),
        at(90)
    );
    println!("sleepSeconds: {:.0}", (longest + safety).ceil());
    println!(
        "The sleep is the longest lag and {safety:.1} s more: a quarter of it, and no less than 2 s, because a few trials seldom show the longest lag."
    );
    Ok(())
}

fn safety(longest: f64) -> f64 {
    (longest / 4.0).max(2.0)
}

/// Two pods are deleted, one shortly after the other, as in a rollout: a load balancer that takes changes in together
/// lets the first pod go at once, and the second one with the next changes. The longer lag counts.
async fn trial(settings: &Settings, cluster: &Cluster) -> Result<f64> {
    let quiet = Duration::from_secs(settings.settle);
    let load = Load::start(&settings.target(true));
    load.settle(quiet).await?;
    let pods = cluster.serving();
    let pods = pods.get(..2).context("fewer than two pods are ready")?;
    let mut deleted = Vec::new();
    for pod in pods {
        deleted.push(Instant::now());
        cluster.delete(pod, false).await?;
        sleep(GAP).await;
    }
    let end = Instant::now() + Duration::from_secs(SLEEP) - quiet;
    loop {
        sleep(Duration::from_millis(500)).await;
        let answers = load.answers();
        let last = answers
            .iter()
            .filter(|answer| pods.contains(&answer.pod))
            .map(|answer| answer.due)
            .max();
        if last.is_none_or(|last| last.elapsed() > quiet)
            && deleted.iter().all(|at| at.elapsed() > quiet)
        {
            break;
        }
        ensure!(
            Instant::now() < end,
            "a pod still had requests {SLEEP} s after its deletion"
        );
    }
    // The program's own log also has the requests whose answers were lost on their way.
    let mut logs = Vec::new();
    for pod in pods {
        logs.push(cluster.log(pod).await?);
        cluster.delete(pod, true).await?;
    }
    let answers = load.finish().await?;
    let mut longest = 0.0;
    for ((pod, at), log) in pods.iter().zip(deleted).zip(logs) {
        let logged: std::collections::BTreeSet<u64> =
            log.lines().filter_map(|line| line.parse().ok()).collect();
        let answered = answers.iter().filter(|answer| &answer.pod == pod);
        let of_log = answers
            .iter()
            .filter(|answer| logged.contains(&answer.number));
        let (client, program) = (
            answered.map(|answer| answer.due).max(),
            of_log.map(|answer| answer.due).max(),
        );
        let Some(last) = client.max(program) else {
            bail!("no request came to {pod}: raise --rate");
        };
        longest = f64::max(longest, last.saturating_duration_since(at).as_secs_f64());
    }
    cluster.settle(pods).await?;
    Ok(longest)
}

#[cfg(test)]
mod tests {
    use super::safety;

    #[test]
    fn the_safety_is_a_quarter_and_at_least_two_seconds() {
        assert!((safety(1.0) - 2.0).abs() < f64::EPSILON);
        assert!((safety(20.0) - 5.0).abs() < f64::EPSILON);
    }
}
