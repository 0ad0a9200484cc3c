//! Warnings and advice about a workload that has to drain: what a preStop sleep alone does not mend.
//!
//! docs/reference.md, section 5.6. None of them is told of a render that is in order.

use crate::input::objects::{annotation, mark};
use crate::model::Plan;
use crate::say::{Message, Reason};
use crate::tables::Workload;
use crate::tables::path::{Budget, Path};
use set_prestop_yaml::{Kind, Node};
use std::ops::Range;

/// `helm --atomic` and `--wait` give up after 5 minutes; a rollout that sleeps longer than this alone comes near.
const SLOW_ROLLOUT: u64 = 120;
/// Longer grace periods are cut short by node drains and cluster policies.
const LONG_GRACE: u64 = 600;

/// A message, and the bytes that it is about.
type Told = (Message, Range<usize>);

/// Everything that is to be told of a workload whose plan is made.
pub(crate) fn tell(
    row: &Workload,
    object: Node<'_, '_>,
    template: Node<'_, '_>,
    plan: &Plan,
) -> Vec<Told> {
    let Some(spec) = template.get("spec") else {
        return Vec::new();
    };
    let mut told = Vec::new();
    told.extend(all_at_once(row, object));
    told.extend(slow_rollout(row, object, plan));
    told.extend(long_grace(spec, plan));
    told.extend(no_readiness_probe(spec, plan));
    told.extend(host_port(row, object, spec));
    told.extend(mesh_proxy(template, plan));
    told
}

fn first<'t, 's>(path: Option<&Path>, object: Node<'t, 's>) -> Option<Node<'t, 's>> {
    // Paths of a row are a handful of names: no real object spends this.
    path?
        .find(object, false, &mut Budget::new(10_000))
        .into_iter()
        .next()
}

fn number(path: Option<&Path>, object: Node<'_, '_>) -> Option<u64> {
    first(path, object)?
        .as_int()
        .and_then(|n| u64::try_from(n).ok())
}

/// How many of `replicas` an update may take away: a number, or a percentage rounded down (apps/v1 `RollingUpdateDeployment`).
fn unavailable(node: Node<'_, '_>, replicas: u64) -> Option<u64> {
    if let Some(number) = node.as_int() {
        return u64::try_from(number).ok();
    }
    let percent: u64 = node.text()?.strip_suffix('%')?.parse().ok()?;
    Some(replicas.saturating_mul(percent) / 100)
}

fn all_at_once(row: &Workload, object: Node<'_, '_>) -> Option<Told> {
    if let Some(node) = first(row.recreate.as_ref(), object) {
        let message = Message::new(
            Reason::AllAtOnce,
            "an update stops every pod before it starts a new one: requests are lost in between, and the sleep makes that longer",
        );
        return Some((
            message
                .help(
                    "use a rolling update where the program allows two versions beside each other",
                )
                .field("spec.strategy"),
            mark(node),
        ));
    }
    let replicas = number(row.replicas.as_ref(), object)?;
    let node = first(row.max_unavailable.as_ref(), object)?;
    let taken = unavailable(node, replicas)?;
    (replicas > 0 && taken >= replicas).then(|| {
        let pods = if replicas == 1 {
            "the only pod".to_owned()
        } else {
            format!("all {replicas} pods")
        };
        let message = Message::new(
            Reason::AllAtOnce,
            format!("`maxUnavailable` lets an update take {pods} away at a time"),
        );
        (
            message.help("lower it, or state `maxUnavailable: 0` and `maxSurge: 1`"),
            mark(node),
        )
    })
}

fn slow_rollout(row: &Workload, object: Node<'_, '_>, plan: &Plan) -> Option<Told> {
    let serial = row.serial.as_ref()?;
    if plan.changes() == 0
        || plan.grace.sleep == 0
        || serial
            .unless
            .iter()
            .any(|path| first(Some(path), object).is_some())
    {
        return None;
    }
    let sleep = plan.grace.sleep;
    if row.per_node {
        let message = Message::new(
            Reason::RolloutLonger,
            format!(
                "pods are replaced node by node, and each sleeps {sleep} s: 10 nodes take {} s longer",
                sleep * 10
            ),
        );
        return Some((
            message.help("raise `maxUnavailable` where several nodes may go at a time"),
            mark(object),
        ));
    }
    let replicas = number(row.replicas.as_ref(), object).unwrap_or(1);
    let partition = number(serial.partition.as_ref(), object).unwrap_or(0);
    let at_once = first(row.max_unavailable.as_ref(), object)
        .and_then(|n| unavailable(n, replicas))
        .unwrap_or(1)
        .max(1);
    let seconds = replicas
        .saturating_sub(partition)
        .div_ceil(at_once)
        .saturating_mul(sleep);
    (seconds > SLOW_ROLLOUT).then(|| {
        let text = format!("pods are replaced one by one, and {} of them sleep {sleep} s each: a rollout takes {seconds} s longer", replicas.saturating_sub(partition));
        let message = Message::new(Reason::RolloutSlow, text).help("give `helm --wait` and `--atomic` a longer `--timeout`");
        (message.field("spec.replicas"), mark(object))
    })
}

fn long_grace(spec: Node<'_, '_>, plan: &Plan) -> Option<Told> {
    let grace = plan.grace.after();
    (plan.grace.sleep > 0 && grace > LONG_GRACE).then(|| {
        let text = format!("a grace period of {grace} s: node drains and cluster policies may cut it short");
        let message = Message::new(Reason::GraceLong, text)
            .help("check that nodes are drained with at least that timeout, or state less in `set-prestop.dev/shutdown-seconds`")
            .field(plan.pod.clone().key("terminationGracePeriodSeconds"));
        let node = spec.get("terminationGracePeriodSeconds").unwrap_or(spec);
        (message, mark(node))
    })
}

fn no_readiness_probe(spec: Node<'_, '_>, plan: &Plan) -> Option<Told> {
    let containers = spec.get("containers")?;
    let bare = |node: &Node<'_, '_>| {
        let serves = node
            .get("ports")
            .is_some_and(|ports| ports.kind() == Kind::Sequence && !ports.is_empty());
        serves && node.get("readinessProbe").is_none_or(Node::is_empty)
    };
    let found: Vec<Node<'_, '_>> = containers.items().filter(bare).collect();
    let at = *found.first()?;
    let names: Vec<String> = found
        .iter()
        .filter_map(|c| c.get("name")?.text())
        .map(|name| format!("`{name}`"))
        .collect();
    let text = format!(
        "no readiness probe on {}: a new pod gets requests before it can answer them, which no preStop hook mends",
        names.join(", ")
    );
    let message = Message::new(Reason::NoReadinessProbe, text)
        .help("add a `readinessProbe`")
        .field(plan.pod.clone().key("containers"));
    Some((message, mark(at)))
}

fn host_port(row: &Workload, object: Node<'_, '_>, spec: Node<'_, '_>) -> Option<Told> {
    let none = first(row.max_unavailable.as_ref(), object)
        .is_some_and(|n| unavailable(n, 0) == Some(0) && n.as_int() == Some(0));
    let host_network = spec.get("hostNetwork").and_then(Node::as_bool) == Some(true);
    let ports = spec
        .get("containers")
        .into_iter()
        .flat_map(Node::items)
        .filter_map(|c| c.get("ports"));
    let host_port = ports
        .flat_map(Node::items)
        .any(|port| port.get("hostPort").is_some());
    (none && (host_network || host_port)).then(|| {
        let message = Message::new(
            Reason::HostPort,
            "the pod holds a port of its node, and with `maxUnavailable: 0` its successor can't start there while it sleeps",
        );
        (message.help("allow `maxUnavailable: 1`, or run fewer pods than nodes"), mark(object))
    })
}

/// What injects a proxy when the pod is created, and the setting that holds the proxy as long as the program.
const MESHES: [(&str, &str, &str, &str); 2] = [
    (
        "Istio",
        "sidecar.istio.io/inject",
        "proxy.istio.io/config",
        "terminationDrainDuration",
    ),
    (
        "Linkerd",
        "linkerd.io/inject",
        "config.alpha.linkerd.io/proxy-wait-before-exit-seconds",
        "",
    ),
];

fn mesh_proxy(template: Node<'_, '_>, plan: &Plan) -> Option<Told> {
    let label = |key: &str| template.get("metadata")?.get("labels")?.get(key)?.text();
    MESHES.iter().find_map(|(mesh, inject, setting, part)| {
        let asked = annotation(template, inject).or_else(|| label(inject))?;
        if !["true", "enabled", "ingress"].contains(&asked) {
            return None;
        }
        if annotation(template, setting).is_some_and(|stated| stated.contains(part)) {
            return None;
        }
        let name = if part.is_empty() { format!("`{setting}`") } else { format!("`{part}` in `{setting}`") };
        let text = format!("{mesh} injects a proxy that is not in this input: it has to go on as long as the program, {} s", plan.grace.sleep);
        let message = Message::new(Reason::MeshProxy, text).help(format!("state {name} on the pod template, unless the proxy is a native sidecar"));
        Some((message, mark(template)))
    })
}
