//! Requests at a fixed rate, whatever became of the ones before: a client that waits for answers would hide an outage.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Result, bail};
use bytes::Bytes;
use http_body_util::{BodyExt, Empty};
use hyper::Request;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::{Instant, MissedTickBehavior, interval, sleep, timeout};

type Web = Client<HttpConnector, Empty<Bytes>>;

/// Longer than the 30 s that load balancers wait for a connection.
const PATIENCE: Duration = Duration::from_secs(45);

/// No two requests of a run have the same number: a pod may log those of several trials.
static NUMBER: AtomicU64 = AtomicU64::new(0);

/// One request: when it was due, how much later it was sent, its status (0 where no answer came), and the pod that answered.
#[derive(Clone, Debug)]
pub struct Answer {
    pub number: u64,
    pub due: Instant,
    pub late: Duration,
    pub status: u16,
    pub pod: String,
}

pub struct Target<'a> {
    pub url: &'a str,
    pub host: &'a str,
    pub rate: u32,
    pub new_connections: bool,
}

pub struct Load {
    answers: Arc<Mutex<Vec<Answer>>>,
    stop: Arc<AtomicBool>,
    task: JoinHandle<()>,
}

impl Load {
    pub fn start(target: &Target) -> Self {
        let web: Web = Client::builder(TokioExecutor::new())
            .pool_max_idle_per_host(if target.new_connections {
                0
            } else {
                usize::MAX
            })
            .build_http();
        let answers = Arc::new(Mutex::new(Vec::new()));
        let stop = Arc::new(AtomicBool::new(false));
        let (all, stopped) = (answers.clone(), stop.clone());
        let (url, host) = (target.url.to_owned(), target.host.to_owned());
        let mut ticks = interval(Duration::from_secs(1) / target.rate);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
        let task = tokio::spawn(async move {
            let mut requests = JoinSet::new();
            while !stopped.load(Ordering::Relaxed) {
                let number = NUMBER.fetch_add(1, Ordering::Relaxed);
                let due = ticks.tick().await;
                let (web, all) = (web.clone(), all.clone());
                let (url, host) = (format!("{url}/?{number}"), host.clone());
                requests.spawn(async move {
                    let late = due.elapsed();
                    let answer = timeout(PATIENCE, get(&web, &url, &host)).await;
                    let (status, pod) = answer.ok().and_then(Result::ok).unwrap_or_default();
                    all.lock()
                        .unwrap_or_else(PoisonError::into_inner)
                        .push(Answer {
                            number,
                            due,
                            late,
                            status,
                            pod,
                        });
                });
            }
            requests.join_all().await;
        });
        Self {
            answers,
            stop,
            task,
        }
    }

    /// The answers so far.
    pub fn answers(&self) -> Vec<Answer> {
        self.answers
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Waits until the load balancer knows the workload: nothing but 200 for some seconds.
    pub async fn settle(&self, quiet: Duration) -> Result<()> {
        let end = Instant::now() + Duration::from_mins(2);
        while Instant::now() < end {
            let since = Instant::now();
            sleep(quiet).await;
            let mut recent = Vec::new();
            // Slow answers of the last seconds are still due.
            while recent.is_empty() && Instant::now() < end {
                sleep(Duration::from_millis(100)).await;
                recent = self.answers();
                recent.retain(|answer| answer.due >= since);
            }
            if recent.iter().all(|answer| answer.status == 200) && !recent.is_empty() {
                return Ok(());
            }
        }
        bail!(
            "the Ingress does not answer with 200; the last answer was {:?}",
            self.answers().last()
        )
    }

    /// Sends no more and waits for what is under way.
    pub async fn finish(self) -> Result<Vec<Answer>> {
        self.stop.store(true, Ordering::Relaxed);
        self.task.await?;
        Ok(Arc::into_inner(self.answers)
            .map(|answers| answers.into_inner().unwrap_or_else(PoisonError::into_inner))
            .unwrap_or_default())
    }
}

async fn get(web: &Web, url: &str, host: &str) -> Result<(u16, String)> {
    let request = Request::get(url).header("host", host).body(Empty::new())?;
    let response = web.request(request).await?;
    let status = response.status().as_u16();
    let body = response.into_body().collect().await?.to_bytes();
    Ok((status, String::from_utf8_lossy(&body).into_owned()))
}
