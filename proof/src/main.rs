//! The proof on a real cluster: what a change of a workload costs, with set-prestop and without. See docs/proof.md.

mod cluster;
mod load;
mod measure;
mod report;
mod scenario;
mod trial;

use std::path::PathBuf;

use anyhow::{Result, bail, ensure};
use clap::{Args, Parser, Subcommand};
use cluster::Cluster;
use load::Target;
use scenario::{Place, SCENARIOS};
use tokio::signal::unix::{SignalKind, signal};

/// What a change of a workload costs behind a load balancer, with set-prestop and without
#[derive(Parser)]
struct Cli {
    #[command(subcommand)]
    command: What,
}

#[derive(Subcommand)]
enum What {
    /// Restart, scale down and drain a workload under load, and print each change as a line of JSON
    Run {
        #[command(flatten)]
        settings: Settings,
        #[command(flatten)]
        known: Known,
        /// Scenarios to run [default: all]
        scenarios: Vec<String>,
    },
    /// Find out how long the load balancer goes on sending requests to a pod that stops, and print the sleep to set
    Measure {
        #[command(flatten)]
        settings: Settings,
    },
    /// Print the table of lines of `run`
    Report {
        /// Also draw the failed requests of each second
        #[arg(long, value_name = "FILE")]
        svg: Option<PathBuf>,
        /// Files with lines of `run`
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
}

#[derive(Args)]
struct Settings {
    /// Address of the Ingress controller
    #[arg(long, default_value = "http://127.0.0.1:8080")]
    url: String,
    /// Requests per second
    #[arg(long, default_value_t = 40, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    rate: u32,
    /// Changes of each scenario, or trials of `measure`
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=1000))]
    times: u32,
    /// Seconds of requests before and after each change; take more than twice the lag, so that the load balancer is at rest
    #[arg(long, default_value_t = 14, value_name = "SECONDS")]
    settle: u64,
    /// Namespace to create, and to delete at the end
    #[arg(long, default_value = "set-prestop-proof", value_name = "NAME")]
    namespace: String,
    #[command(flatten)]
    place: Place,
}

/// What is known of the load balancer, for a comparison with the model. It is printed with each line, and changes nothing.
#[derive(Args)]
struct Known {
    /// Seconds that the load balancer takes to act on a change; only printed with each change
    #[arg(long, value_name = "SECONDS")]
    lag: Option<f64>,
    /// Seconds between two looks of a load balancer that takes changes in together; only printed with each change
    #[arg(long, value_name = "SECONDS")]
    interval: Option<f64>,
}

impl Settings {
    fn target(&self, new_connections: bool) -> Target<'_> {
        Target {
            url: self.url.trim_end_matches('/'),
            host: &self.place.host,
            rate: self.rate,
            new_connections,
        }
    }
}

#[tokio::main]
async fn main() -> Result<()> {
    match Cli::parse().command {
        What::Run {
            settings,
            known,
            scenarios,
        } => {
            for name in &scenarios {
                let names: Vec<_> = SCENARIOS.iter().map(|scenario| scenario.name).collect();
                ensure!(
                    names.contains(&&**name),
                    "no scenario `{name}`; choose from {}",
                    names.join(", ")
                );
            }
            // What a tool on this machine lacks is found before the cluster is touched.
            let mut rendered = Vec::new();
            for scenario in SCENARIOS {
                if scenarios.is_empty() || scenarios.iter().any(|name| name == scenario.name) {
                    rendered.push((scenario, scenario.render(&settings.place).await?));
                }
            }
            let cluster = Cluster::new(&settings.namespace).await?;
            let work = trial::run(&settings, &known, &cluster, &rendered);
            guarded(&cluster, work).await
        }
        What::Measure { settings } => {
            let cluster = Cluster::new(&settings.namespace).await?;
            guarded(&cluster, measure::measure(&settings, &cluster)).await
        }
        What::Report { svg, files } => report::report(svg.as_deref(), &files),
    }
}

/// Whatever ends the work, the namespace is deleted.
async fn guarded(cluster: &Cluster, work: impl Future<Output = Result<()>>) -> Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    let done = tokio::select! {
        done = work => done,
        _ = tokio::signal::ctrl_c() => interrupted(),
        _ = terminate.recv() => interrupted(),
    };
    let cleaned = cluster.clean_up().await;
    done.and(cleaned)
}

fn interrupted() -> Result<()> {
    eprintln!("interrupted: deleting the namespace");
    bail!("interrupted")
}
