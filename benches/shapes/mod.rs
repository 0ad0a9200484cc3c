//! Shapes of input whose cost could grow faster than they do: each is a way to repeat one thing, and is made of any number.

use serde_json::{Value, json};
use std::fmt::Write as _;

/// A way to make an input of a number.
pub(crate) struct Shape {
    /// What is repeated.
    pub(crate) name: &'static str,
    /// The number that a benchmark begins with.
    pub(crate) number: usize,
    /// The input of a number.
    pub(crate) make: fn(usize) -> String,
}

/// Joins what is made of each number.
fn each(n: usize, make: impl Fn(usize) -> String) -> String {
    (0..n).map(make).fold(String::new(), |all, one| all + &one)
}

fn joined(n: usize, by: &str, make: impl Fn(usize) -> String) -> String {
    (0..n).map(make).collect::<Vec<_>>().join(by)
}

/// A document; `meta` are lines below `metadata:`.
fn object(api: &str, kind: &str, name: &str, meta: &str, rest: &str) -> String {
    format!("---\napiVersion: {api}\nkind: {kind}\nmetadata:\n  name: {name}\n{meta}{rest}")
}

fn deployment_of(name: &str, meta: &str, labels: &str, containers: &str) -> String {
    let rest = format!(
        "spec:\n  selector:\n    matchLabels: {labels}\n  template:\n    metadata:\n      labels: {labels}\n    spec:\n      containers: {containers}"
    );
    object("apps/v1", "Deployment", name, meta, &rest)
}

const WEB: &str = "\n        - name: web\n          image: web:1\n";

fn deployment(name: &str, labels: &str) -> String {
    deployment_of(name, "", labels, WEB)
}

fn service_of(name: &str, meta: &str, selector: &str) -> String {
    let rest = format!("spec:\n  selector: {selector}\n  ports:\n    - port: 80\n");
    object("v1", "Service", name, meta, &rest)
}

fn service(name: &str, selector: &str) -> String {
    service_of(name, "", selector)
}

fn paths(services: usize, name: impl Fn(usize) -> String) -> String {
    let path = |i| {
        let name = name(i);
        format!(
            "          - path: /{i}\n            backend: {{service: {{name: {name}, port: {{number: 80}}}}}}\n"
        )
    };
    format!(
        "spec:\n  rules:\n    - http:\n        paths:\n{}",
        each(services, path)
    )
}

fn ingress_of(name: &str, meta: &str, service: &str) -> String {
    let rest = paths(1, |_| service.to_owned());
    object("networking.k8s.io/v1", "Ingress", name, meta, &rest)
}

fn ingress(name: &str, service: &str) -> String {
    ingress_of(name, "", service)
}

/// One Ingress with a path to each Service.
fn fan(services: usize, name: impl Fn(usize) -> String) -> String {
    object(
        "networking.k8s.io/v1",
        "Ingress",
        "fan",
        "",
        &paths(services, name),
    )
}

/// A workload behind a Service behind an Ingress.
fn app(i: usize) -> String {
    let labels = format!("{{app: a{i}}}");
    let name = format!("a{i}");
    deployment(&name, &labels) + &service(&name, &labels) + &ingress(&name, &name)
}

/// An app whose Deployment is made otherwise.
fn one(deployment: &str) -> String {
    format!(
        "{deployment}{}{}",
        service("x", "{app: x}"),
        ingress("x", "x")
    )
}

/// A routed Deployment with these lines below `metadata:`.
fn annotated(meta: &str) -> String {
    one(&deployment_of("x", meta, "{app: x}", WEB))
}

/// A routed Deployment with these lines in its container.
fn contained(lines: &str) -> String {
    one(&deployment_of(
        "x",
        "",
        "{app: x}",
        &format!("{WEB}{lines}"),
    ))
}

fn marked(n: usize, mark: &str) -> String {
    mark.repeat(n)
}

/// Documents as items of a block list.
fn items(head: &str, stream: &str) -> String {
    let mut text = head.to_owned();
    for document in stream.split("---\n").skip(1) {
        for (number, line) in document.lines().enumerate() {
            let dash = if number == 0 { "- " } else { "  " };
            let _ = writeln!(text, "{dash}{line}");
        }
    }
    text
}

const LIST: &str = "apiVersion: v1\nkind: List\nitems:\n";
const RESOURCES: &str = "apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nitems:\n";

fn json_app(i: usize) -> [Value; 3] {
    let name = format!("a{i}");
    let labels = json!({"app": name});
    [
        json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name}, "spec": {
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": {"containers": [{"name": "web", "image": "web:1"}]}}}}),
        json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": name},
            "spec": {"selector": labels, "ports": [{"port": 80}]}}),
        json_ingress(&name, &name),
    ]
}

fn json_ingress(name: &str, service: &str) -> Value {
    json!({"apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "metadata": {"name": name}, "spec": {
        "rules": [{"http": {"paths": [{"path": "/", "backend": {"service": {"name": service, "port": {"number": 80}}}}]}}]}})
}

fn json_list(api: &str, kind: &str, items: &[Value]) -> Value {
    json!({"apiVersion": api, "kind": kind, "items": items})
}

fn json_apps(n: usize) -> Vec<Value> {
    (0..n).flat_map(json_app).collect()
}

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default() + "\n"
}

fn many(n: usize, of: &str) -> String {
    joined(n, "", |i| {
        format!("        - name: c{i}\n          image: {of}\n")
    })
}

fn labels(n: usize, from: usize) -> String {
    format!(
        "{{{}}}",
        joined(n, ", ", |i| format!("k{i}: v{}", i + from))
    )
}

fn route(name: &str, parents: usize) -> String {
    let parents = joined(parents, "", |i| format!("    - name: g{i}\n"));
    let rest = format!(
        "spec:\n  parentRefs:\n{parents}  rules:\n    - backendRefs:\n        - {{name: x, port: 80}}\n"
    );
    object("gateway.networking.k8s.io/v1", "HTTPRoute", name, "", &rest)
}

fn actions(groups: usize) -> String {
    let groups = joined(groups, ",", |i| {
        format!(r#"{{"serviceName":"s{i}","servicePort":80}}"#)
    });
    format!(r#"{{"type":"forward","forwardConfig":{{"targetGroups":[{groups}]}}}}"#)
}

fn shared(n: usize, head: &str, each_item: impl Fn(usize) -> String) -> String {
    let route = service("x", "{app: x}") + &ingress("x", "x");
    items(LIST, &(head.to_owned() + &route)) + &each(n, each_item)
}

/// All shapes.
pub(crate) static SHAPES: &[Shape] = &[
    Shape {
        name: "apps: a Deployment, a Service and an Ingress each",
        number: 5000,
        make: |n| each(n, app),
    },
    Shape {
        name: "Services and workloads, all of one label, and an Ingress of as many paths",
        number: 800,
        make: |n| {
            let name = |i| format!("s{i}");
            fan(n, name)
                + &each(n, |i| {
                    service(&name(i), "{app: x}") + &deployment(&name(i), "{app: x}")
                })
        },
    },
    Shape {
        name: "routes to one Service of one workload",
        number: 10_000,
        make: |n| one(&deployment("x", "{app: x}")) + &each(n, |i| ingress(&format!("i{i}"), "x")),
    },
    Shape {
        name: "routes to one Service of as many workloads",
        number: 500,
        make: |n| {
            service("x", "{app: x}")
                + &each(n, |i| {
                    ingress(&format!("i{i}"), "x") + &deployment(&format!("d{i}"), "{app: x}")
                })
        },
    },
    Shape {
        name: "paths of one route to one Service of as many workloads",
        number: 1000,
        make: |n| {
            fan(n, |_| "x".into())
                + &service("x", "{app: x}")
                + &each(n, |i| deployment(&format!("d{i}"), "{app: x}"))
        },
    },
    Shape {
        name: "paths of one route to one Service",
        number: 25_000,
        make: |n| one(&deployment("x", "{app: x}")) + &fan(n, |_| "x".into()),
    },
    Shape {
        name: "one name for all of each kind",
        number: 200,
        make: |n| {
            each(n, |_| ingress("x", "x"))
                + &each(n, |_| service("x", "{app: x}"))
                + &each(n, |_| deployment("x", "{app: x}"))
        },
    },
    Shape {
        name: "namespaces with the same names in each",
        number: 2500,
        make: |n| {
            each(n, |i| {
                let meta = format!("  namespace: n{i}\n");
                deployment_of("x", &meta, "{app: x}", WEB)
                    + &service_of("x", &meta, "{app: x}")
                    + &ingress_of("x", &meta, "x")
            })
        },
    },
    Shape {
        name: "workloads in namespaces behind one Service without one",
        number: 5000,
        make: |n| {
            let workload = |i| deployment_of("x", &format!("  namespace: n{i}\n"), "{app: x}", WEB);
            service("x", "{app: x}") + &ingress("x", "x") + &each(n, workload)
        },
    },
    Shape {
        name: "routes that name missing Services, beside as many",
        number: 5000,
        make: |n| {
            each(n, |i| {
                ingress(&format!("i{i}"), &format!("missing-{i}"))
                    + &service(&format!("there{i}"), "{app: x}")
            })
        },
    },
    Shape {
        name: "workloads that ask for it, and annotated Services, all of one label",
        number: 200,
        make: |n| enabled(n, |_| "{app: x}".into()),
    },
    Shape {
        name: "workloads that ask for it, and annotated Services, each of a label",
        number: 2000,
        make: |n| enabled(n, |i| format!("{{app: x{i}}}")),
    },
    Shape {
        name: "Services that ask for it, and workloads, all of one label",
        number: 800,
        make: |n| {
            each(n, |i| {
                let meta = "  annotations: {set-prestop.dev/inject: enabled}\n";
                service_of(&format!("s{i}"), meta, "{app: x}")
                    + &deployment(&format!("d{i}"), "{app: x}")
            })
        },
    },
    Shape {
        name: "List, block",
        number: 5000,
        make: |n| items(LIST, &each(n, app)),
    },
    Shape {
        name: "List, JSON on one line",
        number: 5000,
        make: |n| json_list("v1", "List", &json_apps(n)).to_string(),
    },
    Shape {
        name: "List, JSON indented",
        number: 5000,
        make: |n| pretty(&json_list("v1", "List", &json_apps(n))),
    },
    Shape {
        name: "ResourceList, block",
        number: 5000,
        make: |n| items(RESOURCES, &each(n, app)),
    },
    Shape {
        name: "ResourceList, JSON on one line",
        number: 5000,
        make: |n| json_list("config.kubernetes.io/v1", "ResourceList", &json_apps(n)).to_string(),
    },
    Shape {
        name: "ResourceList with an anchor for all items",
        number: 5000,
        make: |n| {
            items(RESOURCES, &each(n, app))
                .replacen("{app: a0}", "&x {app: a0}", 1)
                .replacen("    matchLabels: {app: a1}", "    matchLabels: *x", 1)
        },
    },
    Shape {
        name: "JSON documents, one a line",
        number: 5000,
        make: |n| {
            json_apps(n)
                .iter()
                .fold(String::new(), |all, item| all + &item.to_string() + "\n")
        },
    },
    Shape {
        name: "keys of a ConfigMap",
        number: 250_000,
        make: |n| {
            object("v1", "ConfigMap", "x", "", "data:\n") + &each(n, |i| format!("  k{i}: v\n"))
        },
    },
    Shape {
        name: "annotations of a routed Deployment",
        number: 50_000,
        make: |n| {
            annotated(&format!(
                "  annotations:\n{}",
                each(n, |i| format!("    k{i}: v\n"))
            ))
        },
    },
    Shape {
        name: "labels of a Deployment and its Service",
        number: 20_000,
        make: |n| {
            let labels = labels(n, 0);
            deployment("x", &labels) + &service("x", &labels) + &ingress("x", "x")
        },
    },
    Shape {
        name: "Deployments and Services of 200 labels",
        number: 250,
        make: |n| {
            let name = |i| format!("s{i}");
            fan(n, name)
                + &each(n, |i| {
                    deployment(&name(i), &labels(200, i)) + &service(&name(i), &labels(200, i))
                })
        },
    },
    Shape {
        name: "Services of two labels that fit, and one that nothing has",
        number: 1000,
        make: |n| {
            let name = |i| format!("s{i}");
            let workload =
                |i: usize| deployment(&name(i), &format!("{{a: x, b: x, c: x, d: v{}}}", i % 4));
            fan(n, name)
                + &each(n, |i| {
                    workload(i) + &service(&name(i), "{a: x, b: x, e: none}")
                })
        },
    },
    Shape {
        name: "Services of two labels, and workloads that have one of them",
        number: 1000,
        make: |n| {
            let name = |i| format!("s{i}");
            let workload = |i: usize| {
                deployment(
                    &name(i),
                    ["{a: x}", "{b: x}"].get(i % 2).copied().unwrap_or_default(),
                )
            };
            fan(n, name) + &each(n, |i| workload(i) + &service(&name(i), "{a: x, b: x}"))
        },
    },
    Shape {
        name: "containers of one pod, flow",
        number: 2500,
        make: |n| {
            let flow = format!(
                "[{}]\n",
                joined(n, ", ", |i| format!("{{name: c{i}, image: x}}"))
            );
            one(&deployment_of("x", "", "{app: x}", &flow))
        },
    },
    Shape {
        name: "containers of one pod, block",
        number: 2500,
        make: |n| {
            one(&deployment_of(
                "x",
                "",
                "{app: x}",
                &format!("\n{}", many(n, "x")),
            ))
        },
    },
    Shape {
        name: "containers of one pod in a ResourceList",
        number: 2500,
        make: |n| {
            items(
                RESOURCES,
                &one(&deployment_of(
                    "x",
                    "",
                    "{app: x}",
                    &format!("\n{}", many(n, "x")),
                )),
            )
        },
    },
    Shape {
        name: "names in the annotation for containers",
        number: 1000,
        make: |n| {
            let names = joined(n, ",", |i| format!("c{i}"));
            let meta = format!("  annotations: {{set-prestop.dev/containers: \"{names}\"}}\n");
            one(&deployment_of(
                "x",
                &meta,
                "{app: x}",
                &format!("\n{}", many(n, "x")),
            ))
        },
    },
    Shape {
        name: "nesting, flow",
        number: 50_000,
        make: |n| format!("a: {}{}\n", "[".repeat(n), "]".repeat(n)),
    },
    Shape {
        name: "nesting, block",
        number: 500,
        make: |n| each(n, |i| format!("{}a:\n", " ".repeat(i))),
    },
    Shape {
        name: "aliases of a container",
        number: 250,
        make: |n| {
            let list = format!(
                "\n        - &c\n          name: web\n          image: x\n{}",
                "        - *c\n".repeat(n)
            );
            one(&deployment_of("x", "", "{app: x}", &list))
        },
    },
    Shape {
        name: "aliases of the pod's labels",
        number: 5000,
        make: |n| {
            shared(
                n,
                &deployment("x", "&l {app: x}").replacen(
                    "labels: &l {app: x}",
                    "labels: {app: x}",
                    1,
                ),
                |i| items("", &deployment(&format!("d{i}"), "*l")),
            )
        },
    },
    Shape {
        name: "aliases of a pod template",
        number: 250,
        make: |n| {
            let head = deployment("x", "{app: x}").replace("  template:\n", "  template: &t\n");
            shared(n, &head, |i| {
                format!(
                    "- apiVersion: apps/v1\n  kind: Deployment\n  metadata: {{name: d{i}}}\n  spec: {{template: *t}}\n"
                )
            })
        },
    },
    Shape {
        name: "chain of merge keys",
        number: 250,
        make: |n| {
            let chain = each(n, |i| {
                format!("    m{}: &m{} {{<<: *m{i}}}\n", i + 1, i + 1)
            });
            annotated(&format!("  annotations:\n    m0: &m0 {{a: x}}\n{chain}")).replace(
                "      labels: {app: x}",
                &format!("      labels: {{<<: *m{n}, app: x}}"),
            )
        },
    },
    Shape {
        name: "merge of a list of mappings",
        number: 2500,
        make: |n| {
            let maps = joined(n, ", ", |i| format!("{{k{i}: v}}"));
            one(&deployment("x", &format!("{{<<: [{maps}], app: x}}")))
        },
    },
    Shape {
        name: "aliases of aliases, each twice the one before",
        number: 50,
        make: |n| {
            let chain = each(n, |i| {
                format!("    l{}: &l{} [*l{i}, *l{i}]\n", i + 1, i + 1)
            });
            one(&deployment_of(
                "x",
                &format!("  x:\n    l0: &l0 [a]\n{chain}"),
                "{app: x}",
                WEB,
            ))
        },
    },
    Shape {
        name: "bytes of an annotation",
        number: 5_000_000,
        make: |n| annotated(&format!("  annotations:\n    a: {}\n", marked(n, "x"))),
    },
    Shape {
        name: "lines of a literal block",
        number: 50_000,
        make: |n| {
            annotated(&format!(
                "  annotations:\n    a: |\n{}",
                each(n, |i| format!(
                    "      line {i} of a block, as long as most lines\n"
                ))
            ))
        },
    },
    Shape {
        name: "lines of a double quoted scalar",
        number: 50_000,
        make: |n| {
            annotated(&format!(
                "  annotations:\n    a: \"{}\"\n",
                marked(n, "x\n      word ")
            ))
        },
    },
    Shape {
        name: "lines of a plain scalar",
        number: 50_000,
        make: |n| {
            annotated(&format!(
                "  annotations:\n    a: x{}\n",
                marked(n, "\n      word x")
            ))
        },
    },
    Shape {
        name: "escapes of a double quoted scalar",
        number: 250_000,
        make: |n| {
            annotated(&format!(
                "  annotations:\n    a: \"{}\"\n",
                marked(n, "\\x41")
            ))
        },
    },
    Shape {
        name: "documents that are empty",
        number: 50_000,
        make: |n| marked(n, "---\n"),
    },
    Shape {
        name: "documents that are empty before an app",
        number: 50_000,
        make: |n| marked(n, "---\n") + &app(0),
    },
    Shape {
        name: "ends of documents",
        number: 50_000,
        make: |n| marked(n, "...\n"),
    },
    Shape {
        name: "comment lines before an app",
        number: 250_000,
        make: |n| marked(n, "# c\n") + &app(0),
    },
    Shape {
        name: "blank lines in a container",
        number: 250_000,
        make: |n| contained(&format!("{}          args: [a]\n", marked(n, "\n"))),
    },
    Shape {
        name: "comments behind a container",
        number: 100_000,
        make: |n| contained(&marked(n, "          # c\n")),
    },
    Shape {
        name: "directives",
        number: 5000,
        make: |n| each(n, |i| format!("%TAG !t{i}! tag:example.org,2026:\n")) + "---\na: 1\n",
    },
    Shape {
        name: "anchors",
        number: 50_000,
        make: |n| each(n, |i| format!("- &a{i} x\n")),
    },
    Shape {
        name: "tags",
        number: 50_000,
        make: |n| marked(n, "- !t x\n"),
    },
    Shape {
        name: "names that an object had",
        number: 5000,
        make: |n| {
            let names = joined(n, ",", |i| format!("old-name-{i}"));
            let meta = format!(
                "  annotations: {{internal.config.kubernetes.io/previousNames: \"{names}\"}}\n"
            );
            deployment("x", "{app: x}")
                + &service_of("x", &meta, "{app: x}")
                + &ingress("x", "old-name-1")
                + &fan(n, |i| format!("old-name-{i}"))
        },
    },
    Shape {
        name: "objects that had one name, and routes to it",
        number: 500,
        make: |n| {
            each(n, |i| {
                let meta = "  annotations: {internal.config.kubernetes.io/previousNames: old}\n";
                service_of(&format!("s{i}"), meta, "{app: x}") + &ingress(&format!("i{i}"), "old")
            })
        },
    },
    Shape {
        name: "chain of objects that include one another",
        number: 5000,
        make: |n| {
            chain(n)
                + &traefik_route("x", "t0")
                + &deployment("x", "{app: x}")
                + &service("x", "{app: x}")
        },
    },
    Shape {
        name: "routes into a chain of objects",
        number: 250,
        make: |n| {
            chain(n)
                + &each(n, |i| traefik_route(&format!("i{i}"), "t0"))
                + &deployment("x", "{app: x}")
                + &service("x", "{app: x}")
        },
    },
    Shape {
        name: "target groups of an annotation",
        number: 5000,
        make: |n| {
            let meta = format!(
                "  annotations:\n    alb.ingress.kubernetes.io/actions.a: '{}'\n",
                actions(n)
            );
            ingress_of("x", &meta, "a")
                .replace("port: {number: 80}", "port: {name: use-annotation}")
        },
    },
    Shape {
        name: "nesting in an annotation",
        number: 25_000,
        make: |n| {
            let meta = format!(
                "  annotations:\n    alb.ingress.kubernetes.io/actions.a: '{}{}'\n",
                "[".repeat(n),
                "]".repeat(n)
            );
            ingress_of("x", &meta, "a")
                .replace("port: {number: 80}", "port: {name: use-annotation}")
        },
    },
    Shape {
        name: "annotations for as many backends",
        number: 1000,
        make: |n| {
            let all = each(n, |i| {
                format!(
                    "    alb.ingress.kubernetes.io/actions.a{i}: '{}'\n",
                    actions(1).replace("s0", "x")
                )
            });
            let paths = paths(n, |i| format!("a{i}")).replace("number: 80", "name: use-annotation");
            let meta = format!("  annotations:\n{all}");
            one(&deployment("x", "{app: x}"))
                + &object("networking.k8s.io/v1", "Ingress", "i", &meta, &paths)
        },
    },
    Shape {
        name: "routes with as many parents",
        number: 100,
        make: |n| {
            deployment("x", "{app: x}")
                + &service("x", "{app: x}")
                + &each(n, |i| route(&format!("r{i}"), n))
        },
    },
    Shape {
        name: "results that are written",
        number: 5000,
        make: |n| {
            let items = (0..n).map(|i| json_ingress(&format!("i{i}"), &format!("missing-{i}")));
            json_list(
                "config.kubernetes.io/v1",
                "ResourceList",
                &items.collect::<Vec<_>>(),
            )
            .to_string()
        },
    },
    Shape {
        name: "existing results",
        number: 25_000,
        make: |n| {
            items(RESOURCES, &app(0))
                + "results:\n"
                + &each(n, |i| format!("- message: message {i}\n"))
        },
    },
    Shape {
        name: "Ingresses without a class, and two default classes",
        number: 2500,
        make: |n| {
            let class = |name: &str| {
                object(
                    "networking.k8s.io/v1",
                    "IngressClass",
                    name,
                    "  annotations: {ingressclass.kubernetes.io/is-default-class: \"true\"}\n",
                    "spec: {controller: example.org/x}\n",
                )
            };
            class("a") + &class("b") + &each(n, app)
        },
    },
];

fn enabled(n: usize, labels: impl Fn(usize) -> String) -> String {
    let workload = "  annotations: {set-prestop.dev/inject: enabled}\n";
    let annotated = "  annotations: {set-prestop.dev/sleep-seconds: \"20\"}\n";
    each(n, |i| {
        let labels = labels(i);
        let name = format!("d{i}");
        deployment_of(&name, workload, &labels, WEB) + &service_of(&name, annotated, &labels)
    })
}

fn traefik_route(name: &str, service: &str) -> String {
    let rest = format!(
        "spec:\n  routes:\n    - match: Host(`x`)\n      services:\n        - {{name: {service}, kind: TraefikService}}\n"
    );
    object("traefik.io/v1alpha1", "IngressRoute", name, "", &rest)
}

fn chain(n: usize) -> String {
    each(n, |i| {
        let next = if i + 1 == n {
            "{name: x, port: 80}".to_owned()
        } else {
            format!("{{name: t{}, kind: TraefikService}}", i + 1)
        };
        let rest = format!("spec:\n  weighted:\n    services:\n      - {next}\n");
        object(
            "traefik.io/v1alpha1",
            "TraefikService",
            &format!("t{i}"),
            "",
            &rest,
        )
    })
}
