//! Manifests of a fleet, made up: the same number of documents always gives the same text.
//!
//! Ten documents are an app: a Deployment behind a Service and an Ingress, a second workload that nothing leads to, what
//! they may do in the cluster, and `ConfigMaps` with programs and settings in block scalars. Apps are in 50 namespaces;
//! in place of one ConfigMap, every twentieth app brings a `CustomResourceDefinition`. 10,000 documents are about 20 MB
//! with 1,000 workloads that have to drain.

use std::fmt::Write as _;

/// Documents that make an app.
const APP: usize = 10;
/// Namespaces that the apps are spread over.
const NAMESPACES: usize = 50;

/// Words of made-up texts.
const WORDS: [&str; 24] = [
    "order", "stock", "cart", "price", "mail", "audit", "search", "billing", "report", "token",
    "cache", "queue", "worker", "index", "image", "label", "store", "event", "retry", "limit",
    "batch", "shard", "trace", "proxy",
];

/// `documents` manifests, each begun by `---`.
pub(crate) fn stream(documents: usize) -> String {
    Fleet::of(documents, false).stream()
}

/// The same manifests as items of a ResourceList, as kustomize and kpt hand them on.
pub(crate) fn resource_list(documents: usize) -> String {
    Fleet::of(documents, false).resource_list()
}

/// The same as kustomize writes it for a function: the items are indented, and each says which file it is of.
pub(crate) fn kustomize_list(documents: usize) -> String {
    Fleet::of(documents, false).kustomize_list()
}

/// A stream of `documents` manifests among which is no route and no workload: there is nothing to do.
pub(crate) fn idle(documents: usize) -> String {
    Fleet::of(documents, true).stream()
}

/// Where random numbers come from: `SplitMix64` with a fixed seed.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number from `least` to `most`.
    fn between(&mut self, least: u64, most: u64) -> u64 {
        least + self.next() % (most - least + 1)
    }

    fn word(&mut self) -> &'static str {
        let at = usize::try_from(self.next() % 24).unwrap_or(0);
        WORDS.get(at).copied().unwrap_or_default()
    }

    fn words(&mut self, count: u64) -> String {
        let words: Vec<&str> = (0..count).map(|_| self.word()).collect();
        words.join(" ")
    }
}

struct Fleet {
    chance: Chance,
    documents: Vec<String>,
}

/// What the documents of an app have in common.
struct App {
    number: usize,
    name: String,
    namespace: String,
}

impl Fleet {
    fn of(documents: usize, idle: bool) -> Fleet {
        let mut fleet = Fleet {
            chance: Chance(2026),
            documents: Vec::with_capacity(documents + APP),
        };
        let mut number = 0;
        while fleet.documents.len() < documents {
            fleet.app(number, idle);
            number += 1;
        }
        fleet.documents.truncate(documents);
        fleet
    }

    fn stream(&self) -> String {
        self.documents
            .iter()
            .flat_map(|document| ["---\n", document])
            .collect()
    }

    fn resource_list(&self) -> String {
        let mut text =
            String::from("apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nitems:\n");
        for document in &self.documents {
            let mut begin = "- ";
            for line in document
                .split_inclusive('\n')
                .filter(|line| !line.starts_with('#'))
            {
                text.push_str(if line == "\n" { "" } else { begin });
                text.push_str(line);
                begin = "  ";
            }
        }
        text
    }

    fn kustomize_list(&self) -> String {
        let mut text =
            String::from("apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nitems:\n");
        for (number, document) in self.documents.iter().enumerate() {
            let key = if document.contains("\n  annotations:\n") {
                "  annotations:\n"
            } else {
                "metadata:\n"
            };
            let mut begin = "  - ";
            let mut noted = false;
            let lines = document.split_inclusive('\n');
            for line in lines.filter(|line| !line.starts_with('#')) {
                text.push_str(if line == "\n" { "" } else { begin });
                text.push_str(line);
                begin = "    ";
                if line == key && !std::mem::replace(&mut noted, true) {
                    if key == "metadata:\n" {
                        text.push_str("      annotations:\n");
                    }
                    for prefix in ["", "internal."] {
                        let _ = writeln!(text, "        {prefix}config.kubernetes.io/index: '0'");
                        let _ = writeln!(
                            text,
                            "        {prefix}config.kubernetes.io/path: 'object_{number}.yaml'"
                        );
                    }
                    let _ = writeln!(text, "        kustomize.config.k8s.io/id: '{}'", number + 1);
                }
            }
        }
        text + "functionConfig:\n  apiVersion: set-prestop.dev/v1alpha1\n  kind: SetPreStop\n  metadata:\n    name: set-prestop\n"
    }

    fn app(&mut self, number: usize, idle: bool) {
        let app = App {
            number,
            name: format!("{}-{}-{number}", self.chance.word(), self.chance.word()),
            namespace: format!("team-{}", number % NAMESPACES),
        };
        let mut documents = Vec::with_capacity(APP);
        if idle {
            documents.extend((0..3).map(|part| self.config_map(&app, part)));
        } else {
            documents.extend([
                self.ingress(&app),
                service(&app),
                self.workload(&app, true),
                self.workload(&app, false),
            ]);
        }
        documents.extend([account(&app), self.role(&app), binding(&app)]);
        let plain = APP - documents.len();
        documents.extend((0..plain).map(|part| {
            if part == 0 && number % 20 == 1 {
                self.definition(&app)
            } else {
                self.config_map(&app, part + 3)
            }
        }));
        self.documents.append(&mut documents);
    }

    fn head(app: &App, version: &str, kind: &str, name: &str) -> String {
        let App {
            namespace,
            name: instance,
            ..
        } = app;
        format!(
            "# Source: {instance}/templates/{}.yaml\napiVersion: {version}\nkind: {kind}\nmetadata:\n  name: {name}\n  namespace: {namespace}\n  \
             labels:\n    app.kubernetes.io/name: {instance}\n    app.kubernetes.io/instance: {instance}-prod\n    \
             app.kubernetes.io/managed-by: Helm\n    helm.sh/chart: \"service-4.{}.0\"\n",
            kind.to_lowercase(),
            app.number % 7,
        )
    }

    fn ingress(&mut self, app: &App) -> String {
        let App { name, .. } = app;
        let mut text = Self::head(app, "networking.k8s.io/v1", "Ingress", name);
        text.push_str("  annotations:\n    cert-manager.io/cluster-issuer: letsencrypt\n    nginx.ingress.kubernetes.io/proxy-body-size: 8m\n");
        let _ = write!(
            text,
            "spec:\n  ingressClassName: nginx\n  tls:\n  - hosts:\n    - {name}.example.com\n    secretName: {name}-tls\n  rules:\n"
        );
        for _ in 0..self.chance.between(1, 3) {
            let (host, path) = (self.chance.word(), self.chance.word());
            let _ = write!(
                text,
                "  - host: {host}.{name}.example.com\n    http:\n      paths:\n      - path: /{path}\n        pathType: Prefix\n        \
                 backend:\n          service:\n            name: {name}\n            port:\n              name: http\n",
            );
        }
        text
    }

    /// The Deployment that the Service selects, or a second workload that no Service does.
    fn workload(&mut self, app: &App, behind: bool) -> String {
        let App { name, number, .. } = app;
        let part = if behind { "web" } else { "jobs" };
        let kind = if !behind && number % 4 == 0 {
            "StatefulSet"
        } else {
            "Deployment"
        };
        let mut text = Self::head(app, "apps/v1", kind, &format!("{name}-{part}"));
        let _ = write!(
            text,
            "spec:\n  replicas: {}\n  selector:\n    matchLabels:\n      app.kubernetes.io/name: {name}\n      app.kubernetes.io/component: {part}\n  \
             template:\n    metadata:\n      labels:\n        app.kubernetes.io/name: {name}\n        app.kubernetes.io/component: {part}\n      \
             annotations:\n        checksum/config: {:016x}{:016x}\n    spec:\n      serviceAccountName: {name}\n      \
             securityContext:\n        runAsNonRoot: true\n        runAsUser: 10001\n      containers:\n",
            self.chance.between(1, 6),
            self.chance.next(),
            self.chance.next(),
        );
        self.container(&mut text, name, part);
        // Every tenth has a helper beside it that sleeps for less than it should.
        if number % 10 == 3 {
            let _ = write!(
                text,
                "      - name: relay\n        image: registry.example.com/relay:2.1\n        lifecycle:\n          preStop:\n            \
                 exec:\n              command: [\"/bin/sh\", \"-c\", \"sleep 5\"]\n",
            );
        }
        let _ = write!(
            text,
            "      volumes:\n      - name: config\n        configMap:\n          name: {name}-3\n"
        );
        text
    }

    fn container(&mut self, text: &mut String, name: &str, part: &str) {
        let _ = write!(
            text,
            "      - name: {part}\n        image: registry.example.com/{name}:1.{}.{} # {{\"$imagepolicy\": \"flux:{name}\"}}\n        \
             imagePullPolicy: IfNotPresent\n        ports:\n        - name: http\n          containerPort: 8080\n          protocol: TCP\n        env:\n",
            self.chance.between(0, 40),
            self.chance.between(0, 9),
        );
        for at in 0..self.chance.between(4, 14) {
            let key = format!("{}_{}_{at}", self.chance.word(), self.chance.word()).to_uppercase();
            let _ = match self.chance.between(0, 3) {
                0 => write!(
                    text,
                    "        - name: {key}\n          valueFrom:\n            secretKeyRef:\n              name: {name}-secret\n              key: {}\n",
                    self.chance.word(),
                ),
                1 => writeln!(
                    text,
                    "        - name: {key}\n          value: \"{}\"",
                    self.chance.between(0, 99_999)
                ),
                2 => writeln!(
                    text,
                    "        - name: {key}\n          value: 'https://{}.svc:8443/{}'",
                    self.chance.word(),
                    self.chance.word()
                ),
                _ => writeln!(
                    text,
                    "        - {{name: {key}, value: {}}}",
                    self.chance.word()
                ),
            };
        }
        text.push_str(
            "        resources:\n          requests:\n            cpu: 100m\n            memory: 128Mi\n          limits:\n            memory: 512Mi\n        \
             readinessProbe:\n          httpGet:\n            path: /ready\n            port: http\n          periodSeconds: 5\n        \
             volumeMounts:\n        - name: config\n          mountPath: /etc/config\n          readOnly: true\n",
        );
    }

    fn role(&mut self, app: &App) -> String {
        let mut text = Self::head(app, "rbac.authorization.k8s.io/v1", "Role", &app.name);
        text.push_str("rules:\n");
        for _ in 0..self.chance.between(2, 6) {
            let _ = write!(
                text,
                "- apiGroups: [\"\", apps]\n  resources:\n  - {}s\n  - {}s/status\n  verbs: [get, list, watch, update]\n",
                self.chance.word(),
                self.chance.word(),
            );
        }
        text
    }

    /// Settings and a program as block scalars; their lines look like manifests now and then.
    fn config_map(&mut self, app: &App, part: usize) -> String {
        let mut text = Self::head(app, "v1", "ConfigMap", &format!("{}-{part}", app.name));
        let _ = write!(
            text,
            "data:\n  LOG_LEVEL: info\n  settings.yaml: |\n    kind: Settings\n"
        );
        for _ in 0..self.chance.between(12, 46) {
            let _ = writeln!(
                text,
                "    {}_{}: {}",
                self.chance.word(),
                self.chance.word(),
                self.chance.words(3)
            );
        }
        text.push_str("  run.sh: |-\n    #!/bin/sh\n    set -eu\n");
        for _ in 0..self.chance.between(8, 36) {
            let _ = writeln!(
                text,
                "    {} --{} \"${{{}}}\" | sort -u",
                self.chance.words(2),
                self.chance.word(),
                self.chance.word().to_uppercase()
            );
        }
        text
    }

    fn definition(&mut self, app: &App) -> String {
        let plural = format!("{}{}s", app.name.replace('-', ""), app.number);
        let mut text = format!(
            "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata:\n  name: {plural}.example.com\nspec:\n  group: example.com\n  \
             names:\n    kind: Kind{number}\n    plural: {plural}\n  scope: Namespaced\n  versions:\n  - name: v1\n    served: true\n    storage: true\n    \
             schema:\n      openAPIV3Schema:\n        type: object\n        properties:\n          spec:\n            type: object\n            properties:\n",
            number = app.number,
        );
        for at in 0..self.chance.between(210, 370) {
            let _ = write!(
                text,
                "              {}{at}:\n                description: |-\n                  {}\n                  {}\n                \
                 type: array\n                items:\n                  type: string\n                  pattern: ^[a-z0-9]([-a-z0-9]*[a-z0-9])?$\n",
                self.chance.word(),
                self.chance.words(10),
                self.chance.words(8),
            );
        }
        text
    }
}

fn service(app: &App) -> String {
    let App { name, .. } = app;
    let mut text = Fleet::head(app, "v1", "Service", name);
    let _ = write!(
        text,
        "spec:\n  type: ClusterIP\n  ports:\n  - name: http\n    port: 80\n    targetPort: http\n    protocol: TCP\n  selector:\n    \
         app.kubernetes.io/name: {name}\n    app.kubernetes.io/component: web\n",
    );
    text
}

fn account(app: &App) -> String {
    Fleet::head(app, "v1", "ServiceAccount", &app.name)
}

fn binding(app: &App) -> String {
    let App {
        name, namespace, ..
    } = app;
    let mut text = Fleet::head(app, "rbac.authorization.k8s.io/v1", "RoleBinding", name);
    let _ = write!(
        text,
        "roleRef:\n  apiGroup: rbac.authorization.k8s.io\n  kind: Role\n  name: {name}\nsubjects:\n- kind: ServiceAccount\n  name: {name}\n  namespace: {namespace}\n",
    );
    text
}
