//! What is said of what a preStop sleep alone does not fix.

use super::{Message, Reason};

/// An update stops every pod before it starts a new one.
pub(crate) fn recreate() -> Message {
    Message::new(
        Reason::AllAtOnce,
        "this update strategy stops all pods before starting new ones, so requests fail in between; the sleep makes the gap longer",
    )
    .help("use `type: RollingUpdate` if two versions can run side by side")
    .field("spec.strategy")
}

/// `maxUnavailable` takes all pods.
pub(crate) fn all_unavailable(replicas: u64) -> Message {
    let pods = match replicas {
        1 => "the only pod".to_owned(),
        _ => format!("all {replicas} pods"),
    };
    let text = format!("`maxUnavailable` allows an update to stop {pods} at once");
    Message::new(Reason::AllAtOnce, text)
        .help("lower it, or set `maxUnavailable: 0` and `maxSurge: 1`")
}

/// A workload that replaces pods in place, and has one.
pub(crate) fn only_replica() -> Message {
    Message::new(
        Reason::AllAtOnce,
        "an update stops the only pod before it starts the new one, so requests fail in between; the sleep makes the gap longer",
    )
    .help("run at least two replicas")
    .field("spec.replicas")
}

/// A workload of a pod a node.
pub(crate) fn longer_by_node(sleep: u64, at_once: u64) -> Message {
    let text = format!(
        "pods are replaced node by node ({at_once} at a time), and each sleeps {sleep} s: 10 nodes take {} s longer",
        10_u64.div_ceil(at_once.max(1)).saturating_mul(sleep)
    );
    Message::new(Reason::RolloutLonger, text)
        .help("raise `maxUnavailable` if several nodes can go at once")
}

/// A rollout that takes long because of the sleep.
pub(crate) fn slow_rollout(pods: u64, sleep: u64, seconds: u64) -> Message {
    let text = format!(
        "pods are replaced one by one, and {pods} of them sleep {sleep} s each: a rollout takes {seconds} s longer"
    );
    Message::new(Reason::RolloutSlow, text)
        .help("give `helm --wait` and `--atomic` a longer `--timeout`")
        .field("spec.replicas")
}

/// A grace period that others may cut short.
pub(crate) fn long_grace(grace: u64) -> Message {
    let text =
        format!("a grace period of {grace} s: node drains and cluster policies may cut it short");
    Message::new(Reason::GraceLong, text).help(
        "check that node drains wait at least that long, or set less in `set-prestop.dev/shutdown-seconds`",
    )
}

/// Containers that serve and have no readiness probe.
pub(crate) fn no_readiness_probe(names: &[&str]) -> Message {
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    let text = format!(
        "no readiness probe on {}: a new pod gets requests before it can answer them; a preStop hook does not fix that",
        names.join(", ")
    );
    Message::new(Reason::NoReadinessProbe, text).help("add a `readinessProbe`")
}

/// A pod that holds a port of its node.
pub(crate) fn host_port() -> Message {
    Message::new(
        Reason::HostPort,
        "the pod holds a port of its node, so with `maxUnavailable: 0` its successor cannot start there while it sleeps",
    )
    .help("allow `maxUnavailable: 1`, or run fewer pods than nodes")
}

/// A proxy that is injected later; `setting` keeps it running as long.
pub(crate) fn mesh_proxy(mesh: &str, setting: &str, part: &str, sleep: u64) -> Message {
    let name = if part.is_empty() {
        format!("`{setting}`")
    } else {
        format!("`{part}` in `{setting}`")
    };
    let text = format!(
        "{mesh} injects a proxy that is not in this input; it has to keep running as long as the program, {sleep} s"
    );
    Message::new(Reason::MeshProxy, text).help(format!(
        "set {name} on the pod template, unless the proxy is a native sidecar"
    ))
}

/// Nodes that go within a limit.
pub(crate) fn node_goes_first(nodes: &str, limit: u64, grace: u64) -> Message {
    let text = format!(
        "the pod runs on {nodes} nodes, which go {limit} s after their notice; the grace period is {grace} s"
    );
    Message::new(Reason::NodeGoesFirst, text).help(
        "expect the pod to be killed early there, or run it on other nodes if its requests must not be lost",
    )
}

/// A probe whose own grace period is shorter than the sleep.
pub(crate) fn probe_grace(probe: &str, grace: u64, sleep: u64) -> Message {
    let text = format!(
        "`{probe}` has a grace period of {grace} s, shorter than the {sleep} s sleep: a restart by this probe is cut short"
    );
    Message::new(Reason::ProbeGrace, text)
        .help("raise it, or accept that the program is killed during the sleep")
}
