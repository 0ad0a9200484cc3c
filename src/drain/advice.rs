//! Warnings and advice about a workload that must drain: problems that a preStop sleep alone does not fix.
//!
//! docs/reference.md, section 5.6. A healthy set of manifests gets none of them.

use super::Told;
use crate::input::objects::{annotation, mark};
use crate::model::{Plan, Rollout};
use crate::say::{Message, advice as say};
use crate::tables::Workload;
use crate::tables::path::{Path, VisitBudget};
use lossless_yaml::{Kind, Node};

/// `helm --atomic` and `--wait` give up after 5 minutes; a rollout whose sleeps alone take longer than this comes close.
const SLOW_ROLLOUT: u64 = 120;
/// Node drains and cluster policies cut longer grace periods short.
const LONG_GRACE: u64 = 600;

/// All warnings and advice about a planned workload; `namespace` is its Namespace, if the input has it.
pub(super) fn tell(
    update: &Update<'_, '_, '_>,
    template: Node<'_, '_>,
    namespace: Option<Node<'_, '_>>,
    plan: &Plan,
) -> Vec<Told> {
    let object = update.object;
    let Some(spec) = template.get("spec") else {
        return Vec::new();
    };
    let mut told = Vec::new();
    told.extend(all_at_once(update));
    told.extend(slow_rollout(plan).map(|message| (message, mark(object))));
    told.extend(long_grace(spec, plan));
    told.extend(no_readiness_probe(spec, plan));
    told.extend(host_port(update, spec));
    told.extend(mesh_proxy(template, namespace, plan));
    told.extend(node_goes_first(spec, plan));
    told.extend(probe_grace(spec, plan));
    told
}

fn first<'t, 's>(path: Option<&Path>, object: Node<'t, 's>) -> Option<Node<'t, 's>> {
    // The paths of a row are a few names; no real object needs this many visits.
    path?
        .find(object, false, &mut VisitBudget::new(10_000))
        .into_iter()
        .next()
}

fn number(path: Option<&Path>, object: Node<'_, '_>) -> Option<u64> {
    first(path, object)?
        .as_int()
        .and_then(|n| u64::try_from(n).ok())
}

/// How many of `replicas` an update may stop at once: a number, or a percentage rounded down (apps/v1 `RollingUpdateDeployment`).
fn unavailable(node: Node<'_, '_>, replicas: u64) -> Option<u64> {
    if let Some(number) = node.as_int() {
        return u64::try_from(number).ok();
    }
    let percent: u64 = node.text()?.strip_suffix('%')?.parse().ok()?;
    Some(replicas.saturating_mul(percent) / 100)
}

/// What a workload says of its updates.
pub(super) struct Update<'r, 't, 's> {
    row: &'r Workload,
    object: Node<'t, 's>,
    recreate: Option<Node<'t, 's>>,
    replicas: Option<u64>,
    max_unavailable: Option<Node<'t, 's>>,
}

impl<'r, 't, 's> Update<'r, 't, 's> {
    pub(super) fn of(row: &'r Workload, object: Node<'t, 's>) -> Self {
        Update {
            row,
            object,
            recreate: first(row.recreate.as_ref(), object),
            replicas: number(row.replicas.as_ref(), object),
            max_unavailable: first(row.max_unavailable.as_ref(), object),
        }
    }
}

fn all_at_once(update: &Update<'_, '_, '_>) -> Option<Told> {
    let &Update {
        row,
        object,
        replicas,
        ..
    } = update;
    if let Some(node) = update.recreate {
        return Some((say::recreate(), mark(node)));
    }
    if let Some(node) = update.max_unavailable
        && let Some(replicas) = replicas.filter(|replicas| *replicas > 0)
        && unavailable(node, replicas)? >= replicas
    {
        return Some((say::all_unavailable(replicas), mark(node)));
    }
    let serial = row.serial.as_ref().filter(|_| !row.per_node)?;
    let surges = serial
        .unless
        .iter()
        .any(|path| first(Some(path), object).is_some());
    let one = replicas.unwrap_or(1) == 1 && !surges;
    one.then(|| (say::only_replica(), mark(object)))
}

/// How a new version replaces the pods. A Deployment does not count pods that are terminating, because its controller looks at the `spec.replicas` of its `ReplicaSets`.
pub(super) fn rollout(update: &Update<'_, '_, '_>) -> Option<Rollout> {
    let (row, object) = (update.row, update.object);
    if update.recreate.is_some() {
        return Some(Rollout::AllAtOnce);
    }
    let Some(serial) = &row.serial else {
        let pods = update.replicas;
        return row
            .max_unavailable
            .as_ref()
            .map(|_| Rollout::Beside { pods });
    };
    let mut unless = serial.unless.iter();
    if unless.any(|path| first(Some(path), object).is_some()) {
        return None;
    }
    let replicas = update.replicas.unwrap_or(1);
    let of = if row.per_node { 10 } else { replicas };
    let at_once = update.max_unavailable.and_then(|n| unavailable(n, of));
    let at_once = at_once.unwrap_or(1).max(1);
    let partition = number(serial.partition.as_ref(), object).unwrap_or(0);
    let pods = (!row.per_node).then(|| replicas.saturating_sub(partition));
    Some(Rollout::InSteps { pods, at_once })
}

fn slow_rollout(plan: &Plan) -> Option<Message> {
    let (sleep, rollout) = (plan.grace.sleep, plan.rollout?);
    let Rollout::InSteps { pods, at_once } = rollout else {
        return None;
    };
    if plan.changes() == 0 || sleep == 0 {
        return None;
    }
    let (Some(pods), Some(seconds)) = (pods, rollout.longer(sleep)) else {
        return Some(say::longer_by_node(sleep, at_once));
    };
    (seconds > SLOW_ROLLOUT).then(|| say::slow_rollout(pods, sleep, seconds))
}

fn long_grace(spec: Node<'_, '_>, plan: &Plan) -> Option<Told> {
    let grace = plan.grace.after();
    (plan.grace.sleep > 0 && grace > LONG_GRACE).then(|| {
        let field = plan.pod.clone().key("terminationGracePeriodSeconds");
        let node = spec.get("terminationGracePeriodSeconds").unwrap_or(spec);
        (say::long_grace(grace).field(field), mark(node))
    })
}

fn no_readiness_probe(spec: Node<'_, '_>, plan: &Plan) -> Option<Told> {
    let bare = |node: &Node<'_, '_>| {
        let serves = node
            .get("ports")
            .is_some_and(|ports| ports.kind() == Kind::Sequence && !ports.is_empty());
        serves && node.get("readinessProbe").is_none_or(Node::is_empty)
    };
    let found: Vec<Node<'_, '_>> = spec.get("containers")?.items().filter(bare).collect();
    let at = *found.first()?;
    let names: Vec<&str> = found.iter().filter_map(|c| c.get("name")?.text()).collect();
    let field = plan.pod.clone().key("containers");
    Some((say::no_readiness_probe(&names).field(field), mark(at)))
}

fn host_port(update: &Update<'_, '_, '_>, spec: Node<'_, '_>) -> Option<Told> {
    let most = update.max_unavailable?.as_int();
    if most != Some(0) {
        return None;
    }
    let host_network = spec.get("hostNetwork").and_then(Node::as_bool) == Some(true);
    let containers = spec.get("containers").into_iter().flat_map(Node::items);
    let mut ports = containers
        .filter_map(|c| c.get("ports"))
        .flat_map(Node::items);
    let host_port = ports.any(|port| port.get("hostPort").is_some());
    (host_network || host_port).then(|| (say::host_port(), mark(update.object)))
}

/// What injects a proxy when a pod is created, and what keeps it running as long as the program.
struct Mesh {
    name: &'static str,
    /// Annotation or label of the pod template.
    pod: &'static str,
    /// Labels or annotations of the Namespace, with the values that ask for it; none for any.
    namespace: &'static [(&'static str, &'static [&'static str])],
    /// The annotation that keeps the proxy running, and the setting in it.
    setting: &'static str,
    part: &'static str,
}

/// Istio: sidecar injection (`istio-injection`, `istio.io/rev`); Linkerd: proxy injection.
const MESHES: [Mesh; 2] = [
    Mesh {
        name: "Istio",
        pod: "sidecar.istio.io/inject",
        namespace: &[("istio-injection", &["enabled"]), ("istio.io/rev", &[])],
        setting: "proxy.istio.io/config",
        part: "terminationDrainDuration",
    },
    Mesh {
        name: "Linkerd",
        pod: "linkerd.io/inject",
        namespace: &[("linkerd.io/inject", &["enabled", "ingress"])],
        setting: "config.alpha.linkerd.io/proxy-wait-before-exit-seconds",
        part: "",
    },
];

fn mesh_proxy(
    template: Node<'_, '_>,
    namespace: Option<Node<'_, '_>>,
    plan: &Plan,
) -> Option<Told> {
    let label = |node: Node<'_, '_>, key: &str| {
        let labels = node.get("metadata")?.get("labels")?;
        labels.get(key)?.text().map(str::to_owned)
    };
    let stated = |node: Node<'_, '_>, key: &str| {
        annotation(node, key)
            .map(str::to_owned)
            .or_else(|| label(node, key))
    };
    let mesh = MESHES
        .iter()
        .find(|mesh| match stated(template, mesh.pod) {
            Some(asked) => ["true", "enabled", "ingress"].contains(&asked.as_str()),
            None => mesh.namespace.iter().any(|(key, values)| {
                let found = namespace.and_then(|namespace| stated(namespace, key));
                found.is_some_and(|found| values.is_empty() || values.contains(&found.as_str()))
            }),
        })?;
    if annotation(template, mesh.setting).is_some_and(|stated| stated.contains(mesh.part)) {
        return None;
    }
    let message = say::mesh_proxy(mesh.name, mesh.setting, mesh.part, plan.grace.sleep);
    Some((message, mark(template)))
}

/// Nodes that stop at short notice: their name, a label that selects them, its value, and the seconds from
/// the notice to the end.
///
/// GKE: "Spot VMs" (15 s for pods that are not of the system, up to 25 s on Autopilot). Azure: "Spot node pools" (30 s). AWS:
/// "Spot Instance interruption notices" (2 minutes).
const SHORT_LIVED: [(&str, &str, &str, u64); 7] = [
    ("GKE Spot", "cloud.google.com/gke-spot", "true", 15),
    (
        "GKE preemptible",
        "cloud.google.com/gke-preemptible",
        "true",
        15,
    ),
    ("GKE Spot", "cloud.google.com/gke-provisioning", "spot", 15),
    (
        "Azure spot",
        "kubernetes.azure.com/scalesetpriority",
        "spot",
        30,
    ),
    ("AWS spot", "eks.amazonaws.com/capacityType", "SPOT", 120),
    ("AWS spot", "karpenter.sh/capacity-type", "spot", 120),
    ("AWS spot", "node.kubernetes.io/lifecycle", "spot", 120),
];

fn node_goes_first(spec: Node<'_, '_>, plan: &Plan) -> Option<Told> {
    let grace = plan.grace.after();
    if plan.grace.sleep == 0 {
        return None;
    }
    SHORT_LIVED
        .iter()
        .filter(|(.., limit)| *limit < grace)
        .find_map(|(nodes, label, value, limit)| {
            let node = asks_for(spec, label, value)?;
            Some((say::node_goes_first(nodes, *limit, grace), mark(node)))
        })
}

/// Whether and where a pod asks for nodes with a label: by selector, affinity or toleration.
fn asks_for<'t, 's>(spec: Node<'t, 's>, label: &str, value: &str) -> Option<Node<'t, 's>> {
    let is_value = |node: &Node<'t, 's>| node.text() == Some(value);
    let selected = spec
        .get("nodeSelector")
        .and_then(|s| s.get(label))
        .filter(is_value);
    let affinity = || in_affinity(spec.get("affinity")?, label, value);
    let tolerated = || {
        let mut tolerations = spec.get("tolerations")?.items();
        tolerations.find(|toleration| {
            let key = toleration.get("key").and_then(Node::text) == Some(label);
            key && toleration.get("value").is_none_or(|v| is_value(&v))
        })
    };
    selected.or_else(affinity).or_else(tolerated)
}

/// Where the affinity of a pod asks for nodes with a label.
#[cold]
fn in_affinity<'t, 's>(affinity: Node<'t, 's>, label: &str, value: &str) -> Option<Node<'t, 's>> {
    let affinity = affinity.get("nodeAffinity")?;
    let required = affinity.get("requiredDuringSchedulingIgnoredDuringExecution");
    let preferred = affinity.get("preferredDuringSchedulingIgnoredDuringExecution");
    let terms = required
        .and_then(|r| r.get("nodeSelectorTerms"))
        .into_iter();
    let terms = terms.flat_map(Node::items);
    let preferences = preferred.into_iter().flat_map(Node::items);
    let terms = terms.chain(preferences.filter_map(|p| p.get("preference")));
    let mut expressions = terms
        .filter_map(|t| t.get("matchExpressions"))
        .flat_map(Node::items);
    expressions.find(|expression| {
        let key = expression.get("key").and_then(Node::text) == Some(label);
        let is_in = expression.get("operator").and_then(Node::text) == Some("In");
        let mut values = expression.get("values").into_iter().flat_map(Node::items);
        key && is_in && values.any(|v| v.text() == Some(value))
    })
}

fn probe_grace(spec: Node<'_, '_>, plan: &Plan) -> Option<Told> {
    const FIELD: &str = "terminationGracePeriodSeconds";
    let containers = spec.get("containers")?.items().enumerate();
    let mut probes = containers.flat_map(|(index, container)| {
        let probes = ["livenessProbe", "startupProbe"];
        probes.map(|probe| {
            (
                index,
                probe,
                container.get(probe).and_then(|p| p.get(FIELD)),
            )
        })
    });
    probes.find_map(|(index, probe, node)| probe_ends_first(index, [probe, FIELD], node?, plan))
}

/// What is told of the grace period of a probe if it is shorter than the sleep.
#[cold]
fn probe_ends_first(
    index: usize,
    below: [&'static str; 2],
    node: Node<'_, '_>,
    plan: &Plan,
) -> Option<Told> {
    let grace = u64::try_from(node.as_int()?).ok()?;
    let hook = &plan.containers.iter().find(|c| c.index == index)?.hook;
    let sleep = hook.after().filter(|sleep| *sleep > grace)?;
    let path = plan.pod.clone().key("containers").index(index);
    let message = say::probe_grace(below[0], grace, sleep).field(path.keys(below));
    Some((message, mark(node)))
}
