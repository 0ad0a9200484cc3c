//! One change of a workload under load.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::Result;
use k8s_openapi::api::apps::v1::Deployment;
use serde::{Deserialize, Serialize};
use tokio::time::{Instant, sleep};

use crate::cluster::{Cluster, Seen};
use crate::load::{Answer, Load};
use crate::scenario::{Change, Scenario};
use crate::{Known, Settings};

const REPLICAS: u32 = 3;

/// One change, as it is printed. Times are seconds after the change.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Line {
    pub scenario: String,
    pub label: String,
    pub change: Change,
    /// What is known of the load balancer.
    pub lag: Option<f64>,
    pub interval: Option<f64>,
    pub rate: u32,
    pub replicas: u32,
    /// What the hook sleeps; 0 where there is none, or where its shell is missing.
    pub sleep: i64,
    pub grace: i64,
    /// Seconds that the program finishes open requests for after SIGTERM.
    pub shutdown: u32,
    /// Seconds that an answer takes.
    pub answer: f64,
    /// New pods: when each had its address, and when it was ready.
    pub addressed: Vec<f64>,
    pub ready: Vec<f64>,
    /// Old pods: when each was told to stop.
    pub deleted: Vec<f64>,
    /// Milliseconds between the time that a request was due and its sending: half of them, 99 %, the worst.
    pub send_delay: [u128; 3],
    pub requests: usize,
    pub lost: usize,
    pub by_status: BTreeMap<u16, usize>,
    pub lost_by_second: Vec<usize>,
}

pub async fn run(
    settings: &Settings,
    known: &Known,
    cluster: &Cluster,
    rendered: &[(&Scenario, String)],
) -> Result<()> {
    for (scenario, manifests) in rendered {
        cluster.apply(manifests).await?;
        for _ in 0..settings.times {
            let mut line = change(settings, cluster, scenario).await?;
            (line.lag, line.interval) = (known.lag, known.interval);
            println!("{}", serde_json::to_string(&line)?);
        }
    }
    Ok(())
}

async fn change(settings: &Settings, cluster: &Cluster, scenario: &Scenario) -> Result<Line> {
    cluster.scale(REPLICAS).await?;
    cluster.settle(&[]).await?;
    let deployment = cluster.deployment().await?;
    let load = Load::start(&settings.target(scenario.new_connections));
    load.settle(Duration::from_secs(settings.settle)).await?;
    let mut old = cluster.serving();
    let start = Instant::now();
    match scenario.change {
        Change::Restart => cluster.restart().await?,
        Change::ScaleDown => {
            cluster.scale(1).await?;
            old.clear();
        }
        Change::Drain => {
            for pod in &old {
                cluster.evict(pod).await?;
            }
        }
    }
    // The controllers need a moment to see it.
    sleep(Duration::from_secs(1)).await;
    cluster.settle(&old).await?;
    sleep(Duration::from_secs(settings.settle)).await;
    let answers = load.finish().await?;
    let seen = cluster.seen();
    let times = |of: fn(&Seen) -> Option<Instant>| {
        let mut times: Vec<_> = seen
            .values()
            .filter_map(of)
            .filter_map(|at| at.checked_duration_since(start))
            .map(|after| (after.as_secs_f64() * 10.0).round() / 10.0)
            .collect();
        times.sort_by(f64::total_cmp);
        times
    };
    let (sleep, grace) = hook(&deployment, scenario.shell);
    let mut line = Line {
        scenario: scenario.name.to_owned(),
        label: scenario.label.to_owned(),
        change: scenario.change,
        lag: None,
        interval: None,
        rate: settings.rate,
        replicas: REPLICAS,
        sleep,
        grace,
        shutdown: scenario.shutdown,
        answer: f64::from(scenario.delay) / 1000.0,
        addressed: times(|seen| seen.addressed),
        ready: times(|seen| seen.ready),
        deleted: times(|seen| seen.deleted),
        send_delay: send_delay(&answers),
        requests: 0,
        lost: 0,
        by_status: BTreeMap::new(),
        lost_by_second: Vec::new(),
    };
    for answer in answers {
        let Some(after) = answer.due.checked_duration_since(start) else {
            continue;
        };
        let second = usize::try_from(after.as_secs())?;
        line.requests += 1;
        *line.by_status.entry(answer.status).or_default() += 1;
        if answer.status != 200 {
            line.lost += 1;
            if line.lost_by_second.len() <= second {
                line.lost_by_second.resize(second + 1, 0);
            }
            line.lost_by_second[second] += 1;
        }
    }
    Ok(line)
}

fn send_delay(answers: &[Answer]) -> [u128; 3] {
    let mut late: Vec<_> = answers
        .iter()
        .map(|answer| answer.late.as_millis())
        .collect();
    late.sort_unstable();
    [50, 99, 100].map(|percent| {
        let at = (late.len() * percent).div_ceil(100).max(1) - 1;
        late.get(at).copied().unwrap_or_default()
    })
}

/// Seconds that the hook sleeps and that the pod has in all, as the API server has them.
fn hook(deployment: &Deployment, shell: bool) -> (i64, i64) {
    let pod = deployment
        .spec
        .as_ref()
        .and_then(|spec| spec.template.spec.as_ref());
    let grace = pod.and_then(|pod| pod.termination_grace_period_seconds);
    let hook = pod
        .and_then(|pod| pod.containers.first()?.lifecycle.as_ref())
        .and_then(|lifecycle| lifecycle.pre_stop.as_ref());
    let native = hook.and_then(|hook| Some(hook.sleep.as_ref()?.seconds));
    let exec = hook
        .and_then(|hook| hook.exec.as_ref()?.command.as_ref()?.last())
        .and_then(|script| script.strip_prefix("sleep ")?.parse().ok())
        .filter(|_| shell);
    (native.or(exec).unwrap_or(0), grace.unwrap_or(30))
}
