//! Makes random renders: workloads with all kinds of hooks, Services, routes, classes, and a configuration.

use crate::dice::Dice;
use serde_json::{Map, Value, json};

/// Objects, and the configuration that they are run with.
pub(crate) struct Render {
    pub(crate) objects: Vec<Value>,
    pub(crate) config: String,
}

const NAMES: [&str; 3] = ["tea", "coffee", "milk"];
const NAMESPACES: [&str; 5] = ["", "", "shop", "shop", "bar"];

impl Render {
    pub(crate) fn new(dice: &mut Dice) -> Self {
        // The first app is whole, so that most renders have something to change.
        dice.faults = dice.once_in(6);
        dice.home = Some(dice.pick(&["", "shop"]));
        let mut objects = vec![
            workload(dice, "tea"),
            service(dice, "tea"),
            ingress(dice, "tea"),
        ];
        dice.home = None;
        for _ in 0..dice.roll(6) {
            let name = dice.pick(&NAMES);
            objects.push(match dice.roll(9) {
                0 | 1 => workload(dice, name),
                2 | 3 => service(dice, name),
                4 => ingress(dice, name),
                5 => http_route(dice, name),
                6 => other_route(dice, name),
                7 => class(dice),
                _ => other(dice, name),
            });
        }
        let config = config(dice);
        Self { objects, config }
    }
}

fn metadata(dice: &mut Dice, name: &str, annotations: Map<String, Value>) -> Value {
    let mut metadata = Map::new();
    metadata.insert("name".into(), name.into());
    let namespace = dice.pick(&NAMESPACES);
    let namespace = dice.home.unwrap_or(namespace);
    if !namespace.is_empty() {
        metadata.insert("namespace".into(), namespace.into());
    }
    if !annotations.is_empty() {
        metadata.insert("annotations".into(), annotations.into());
    }
    metadata.into()
}

const KINDS: [(&str, &str); 12] = [
    ("apps/v1", "Deployment"),
    ("apps/v1", "Deployment"),
    ("apps/v1", "Deployment"),
    ("apps/v1", "StatefulSet"),
    ("apps/v1", "DaemonSet"),
    ("apps/v1", "ReplicaSet"),
    ("extensions/v1beta1", "Deployment"),
    ("v1", "ReplicationController"),
    ("v1", "Pod"),
    ("argoproj.io/v1alpha1", "Rollout"),
    ("apps.kruise.io/v1alpha1", "CloneSet"),
    ("batch/v1", "Job"),
];

fn workload(dice: &mut Dice, name: &str) -> Value {
    let (version, kind) = dice.pick(&KINDS);
    let mut annotations = Map::new();
    let mut note = |key: &str, value: &str| annotations.insert(key.to_owned(), value.into());
    match dice.roll(24) {
        1 => note("set-prestop.dev/inject", "disabled"),
        2 => note("set-prestop.dev/inject", "enabled"),
        3 => note("set-prestop.dev/sleep-seconds", "20"),
        4 => note("set-prestop.dev/sleep-seconds", "0"),
        5 => note("set-prestop.dev/shutdown-seconds", "7"),
        6 => note("set-prestop.dev/containers", "c0"),
        7 if dice.faults => note("set-prestop.dev/sleep-seconds", "soon"),
        8 => note("helm.sh/hook", "test"),
        9 => note("config.kubernetes.io/local-config", "true"),
        10 => note("set-prestop.dev/sleep-seconds", "3600"),
        11 if dice.faults => note("set-prestop.dev/sleepSeconds", "5"),
        _ => None,
    };
    let mut labels = json!({"app": name});
    if dice.once_in(3) {
        labels["tier"] = dice.pick(&["front", "2", "true"]).into();
    }
    let spec = pod(dice);
    let metadata = metadata(dice, name, annotations);
    if kind == "Pod" {
        let mut metadata = metadata;
        metadata["labels"] = labels;
        return json!({"apiVersion": version, "kind": kind, "metadata": metadata, "spec": spec});
    }
    let mut own = json!({
        "selector": {"matchLabels": labels},
        "template": {"metadata": {"labels": labels}, "spec": spec},
    });
    match dice.roll(10) {
        1 => own["replicas"] = 1.into(),
        2 => own["strategy"] = json!({"type": "Recreate"}),
        3 => own["minReadySeconds"] = 3.into(),
        4 => {
            own["template"]["metadata"]["annotations"] =
                json!({"set-prestop.dev/sleep-seconds": "15"});
        }
        5 => own["strategy"] = json!({"rollingUpdate": {"maxUnavailable": "100%"}}),
        _ => {}
    }
    if dice.faults && dice.once_in(8) {
        own = 3.into();
    }
    json!({"apiVersion": version, "kind": kind, "metadata": metadata, "spec": own})
}

fn pod(dice: &mut Dice) -> Value {
    let count = 1 + dice.roll(3);
    let containers: Vec<Value> = (0..count).map(|at| container(dice, at)).collect();
    let mut spec = json!({ "containers": containers });
    match dice.roll(12) {
        1 => spec["terminationGracePeriodSeconds"] = Value::Null,
        2 => spec["terminationGracePeriodSeconds"] = 0.into(),
        3 => spec["terminationGracePeriodSeconds"] = 5.into(),
        4 => spec["terminationGracePeriodSeconds"] = 30.into(),
        5 => spec["terminationGracePeriodSeconds"] = 45.into(),
        6 => spec["terminationGracePeriodSeconds"] = 60.into(),
        7 => spec["terminationGracePeriodSeconds"] = 3600.into(),
        _ => {}
    }
    match dice.roll(14) {
        1 => spec["nodeSelector"] = json!({"kubernetes.io/os": "windows"}),
        2 => {
            spec["initContainers"] =
                json!([{"name": "mesh", "image": "envoy", "restartPolicy": "Always"}]);
        }
        3 => spec["nodeSelector"] = json!({"cloud.google.com/gke-spot": "true"}),
        4 if dice.faults => spec["containers"] = json!({}),
        _ => {}
    }
    spec
}

const IMAGES: [&str; 4] = [
    "tea:1.4",
    "nginx",
    "gcr.io/distroless/static:latest",
    "registry.k8s.io/coredns/coredns:v1.11.1",
];

fn container(dice: &mut Dice, at: usize) -> Value {
    let mut container = json!({"name": format!("c{at}"), "image": dice.pick(&IMAGES)});
    let number = dice.pick(&[5, 0, 10, 11, 30, 90]);
    let script = |text: String| json!({"preStop": {"exec": {"command": ["/bin/sh", "-c", text]}}});
    let lifecycle = match dice.roll(30) {
        1 => json!({}),
        2 => Value::Null,
        3 => json!({"preStop": null}),
        4 => json!({"preStop": {}}),
        5..=7 => json!({"preStop": {"sleep": {"seconds": number}}}),
        8 => json!({"preStop": {"exec": {"command": ["sleep", number.to_string()]}}}),
        9 | 10 => script(format!("sleep {number}")),
        11 | 12 => script(format!("sleep {number}; nginx -s quit")),
        13 => script(format!("nginx -s quit; sleep {number}")),
        14 => script("sleep $DRAIN".into()),
        15 => script(format!("set -e\nsleep {number}\nexec /bin/quit")),
        16 => script("sleep 2m".into()),
        17 => script(format!("sleep {number} &")),
        18 => json!({"preStop": {"httpGet": {"path": "/quit", "port": 80}}}),
        19 => json!({"postStart": {"exec": {"command": ["date"]}}}),
        20 => {
            json!({"preStop": {"exec": {"command": ["powershell", "-Command", format!("Start-Sleep -s {number}")]}}})
        }
        21 => json!({"preStop": {"sleep": {}}}),
        22 if dice.faults => json!({"preStop": {"exec": {"command": ["sleep", number]}}}),
        _ => {
            if dice.once_in(4) {
                container["readinessProbe"] = json!({"httpGet": {"path": "/", "port": 80}});
            }
            return container;
        }
    };
    container["lifecycle"] = lifecycle;
    container
}

fn service(dice: &mut Dice, name: &str) -> Value {
    let mut annotations = Map::new();
    match dice.roll(10) {
        1 => annotations.insert("set-prestop.dev/sleep-seconds".into(), "25".into()),
        2 => annotations.insert("set-prestop.dev/inject".into(), "disabled".into()),
        3 => annotations.insert("set-prestop.dev/inject".into(), "enabled".into()),
        _ => None,
    };
    let mut spec = json!({"selector": {"app": name}, "ports": [{"port": 80}]});
    match dice.roll(14) {
        1 => {
            spec["selector"]["tier"] =
                [json!("front"), json!(2), json!(true)][dice.roll(3)].clone();
        }
        2 => spec["type"] = "LoadBalancer".into(),
        3 => spec = json!({"type": "ExternalName", "externalName": "tea.shop.svc.cluster.local"}),
        4 => spec["publishNotReadyAddresses"] = true.into(),
        5 => spec["selector"] = json!({}),
        6 => spec["selector"] = json!({"app": "water"}),
        _ => {}
    }
    json!({"apiVersion": "v1", "kind": "Service", "metadata": metadata(dice, name, annotations), "spec": spec})
}

fn ingress(dice: &mut Dice, name: &str) -> Value {
    let mut annotations = Map::new();
    match dice.roll(12) {
        1 => annotations.insert("kubernetes.io/ingress.class".into(), "nginx".into()),
        2 => annotations.insert("kubernetes.io/ingress.class".into(), "gce".into()),
        3 => annotations.insert("alb.ingress.kubernetes.io/scheme".into(), "internal".into()),
        4 => annotations.insert("set-prestop.dev/sleep-seconds".into(), "33".into()),
        5 => annotations.insert("set-prestop.dev/inject".into(), "disabled".into()),
        _ => None,
    };
    let backend = |name: &str| json!({"service": {"name": name, "port": {"number": 80}}});
    let mut spec = match dice.roll(3) {
        0 => json!({"defaultBackend": backend(name)}),
        1 => {
            json!({"rules": [{"host": "a.example.com", "http": {"paths": [{"path": "/", "backend": backend(name)}]}}]})
        }
        _ => {
            let other = dice.pick(&["coffee", "milk", "missing"]);
            json!({"rules": [
                {"http": {"paths": [{"path": "/", "backend": backend(name)}, {"path": "/o", "backend": backend(other)}]}},
            ]})
        }
    };
    let class = dice.pick(&[
        "",
        "",
        "",
        "alb",
        "nginx",
        "internal",
        "azure-application-gateway",
    ]);
    if !class.is_empty() {
        spec["ingressClassName"] = class.into();
    }
    let version = "networking.k8s.io/v1";
    json!({"apiVersion": version, "kind": "Ingress", "metadata": metadata(dice, name, annotations), "spec": spec})
}

fn http_route(dice: &mut Dice, name: &str) -> Value {
    let mut backend = json!({"name": name, "port": 80});
    if dice.once_in(3) {
        backend["namespace"] = dice.pick(&["shop", "bar"]).into();
    }
    if dice.once_in(6) {
        backend["weight"] = 0.into();
    }
    let mut spec = json!({"parentRefs": [{"name": "gate"}], "rules": [{"backendRefs": [backend]}]});
    if dice.once_in(6) {
        spec["parentRefs"][0]["kind"] = "Service".into();
        spec["parentRefs"][0]["group"] = "".into();
    }
    let (version, kind) = ("gateway.networking.k8s.io/v1", "HTTPRoute");
    json!({"apiVersion": version, "kind": kind, "metadata": metadata(dice, name, Map::new()), "spec": spec})
}

fn other_route(dice: &mut Dice, name: &str) -> Value {
    let (version, kind, spec) = match dice.roll(4) {
        0 => (
            "networking.istio.io/v1",
            "VirtualService",
            json!({"gateways": ["gate"], "http": [{"route": [{"destination": {"host": name}}]}]}),
        ),
        1 => (
            "traefik.io/v1alpha1",
            "IngressRoute",
            json!({"routes": [{"match": "Host(`a`)", "services": [{"name": name, "port": 80}]}]}),
        ),
        2 => (
            "projectcontour.io/v1",
            "HTTPProxy",
            json!({"virtualhost": {"fqdn": "a"}, "routes": [{"services": [{"name": name, "port": 80}]}]}),
        ),
        _ => (
            "route.openshift.io/v1",
            "Route",
            json!({"to": {"kind": "Service", "name": name}}),
        ),
    };
    json!({"apiVersion": version, "kind": kind, "metadata": metadata(dice, name, Map::new()), "spec": spec})
}

fn class(dice: &mut Dice) -> Value {
    match dice.roll(4) {
        0 => json!({
            "apiVersion": "networking.k8s.io/v1", "kind": "IngressClass",
            "metadata": {"name": "internal"}, "spec": {"controller": "ingress.k8s.aws/alb"},
        }),
        1 => json!({
            "apiVersion": "networking.k8s.io/v1", "kind": "IngressClass",
            "metadata": {"name": "azure-application-gateway", "annotations": {"ingressclass.kubernetes.io/is-default-class": "true"}},
            "spec": {"controller": "azure/application-gateway"},
        }),
        2 => json!({
            "apiVersion": "gateway.networking.k8s.io/v1", "kind": "GatewayClass",
            "metadata": {"name": "edge"}, "spec": {"controllerName": "networking.gke.io/gateway"},
        }),
        _ => {
            let class = dice.pick(&["edge", "eg", "unheard-of"]);
            json!({
                "apiVersion": "gateway.networking.k8s.io/v1", "kind": "Gateway",
                "metadata": metadata(dice, "gate", Map::new()), "spec": {"gatewayClassName": class},
            })
        }
    }
}

fn other(dice: &mut Dice, name: &str) -> Value {
    match dice.roll(3) {
        0 => json!({
            "apiVersion": "gateway.networking.k8s.io/v1beta1", "kind": "ReferenceGrant",
            "metadata": {"name": name, "namespace": "bar"},
            "spec": {
                "from": [{"group": "gateway.networking.k8s.io", "kind": "HTTPRoute", "namespace": "shop"}],
                "to": [{"group": "", "kind": "Service"}],
            },
        }),
        1 => {
            json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop", "annotations": {
            "set-prestop.dev/inject": dice.pick(&["disabled", "disabled"])}}})
        }
        _ => {
            json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": {"a": "kind: Ingress"}})
        }
    }
}

fn config(dice: &mut Dice) -> String {
    let mut spec = Map::new();
    let mut set = |key: &str, value: Value| spec.insert(key.to_owned(), value);
    if dice.once_in(2) {
        let modes = ["Raise", "Set", "Prepend", "Replace", "Keep"];
        set("existingHooks", dice.pick(&modes).into());
    }
    if dice.once_in(3) {
        set("handler", dice.pick(&["Exec", "Sleep", "Auto"]).into());
    }
    for _ in 0..dice.roll(3) {
        match dice.roll(10) {
            0 => set("sleepSeconds", dice.pick(&[12, 0, 40]).into()),
            1 => set("shutdownSeconds", dice.pick(&[10, 0, 90]).into()),
            2 => set("marginSeconds", dice.pick(&[0, 9]).into()),
            3 => set("kubernetesVersion", dice.pick(&["1.28", "1.34"]).into()),
            4 => set("namespace", "shop".into()),
            5 => set(
                "ingressClasses",
                json!([{"class": "alb", "skip": true}, {"class": "inter*", "sleepSeconds": 17}]),
            ),
            6 => set("loadBalancerServices", true.into()),
            7 => set(
                "backends",
                json!([{"service": dice.pick(&NAMES), "sleepSeconds": 21}]),
            ),
            8 => set("maxSleepSeconds", 100.into()),
            _ => set("severity", json!({"NoRoute": "Info"})),
        };
    }
    let config = json!({
        "apiVersion": "set-prestop.dev/v1alpha1", "kind": "SetPreStop", "metadata": {"name": "drain"}, "spec": spec,
    });
    config.to_string()
}
