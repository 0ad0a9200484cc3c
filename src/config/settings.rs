//! The configuration: one list of settings that is the functionConfig, the ConfigMap, the flags and the schema.
//!
//! docs/reference.md, section 4. It knows how settings are written, not what they do.

use super::{KubernetesVersion, Seconds};
use crate::say::Severity;
use crate::tables::{RouteRow, WorkloadRow};
use serde::Deserialize;
use serde::de::IgnoredAny;
use std::collections::BTreeMap;

/// `apiVersion` of the functionConfig.
pub const API_VERSION: &str = "set-prestop.dev/v1alpha1";
/// `kind` of the functionConfig.
pub const KIND: &str = "SetPreStop";

/// Seconds for a program to shut down where neither its pod nor the configuration says.
pub(crate) const DEFAULT_SHUTDOWN: u64 = 30;
/// Seconds that the grace period is longer than sleep and shutdown together.
pub(crate) const DEFAULT_MARGIN: u64 = 5;
/// How a sleep is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Default)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(
    feature = "cli",
    derive(clap::ValueEnum),
    value(rename_all = "PascalCase")
)]
pub enum Handler {
    /// `Sleep` where `kubernetesVersion` is at least 1.30 or an exec can't serve; else `Exec`.
    #[default]
    Auto,
    /// `exec` of `/bin/sh -c "sleep S"`.
    Exec,
    /// The native `sleep.seconds` (Kubernetes 1.30 and later), which needs no shell.
    Sleep,
}

/// What becomes of a hook that is there already.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Default)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(
    feature = "cli",
    derive(clap::ValueEnum),
    value(rename_all = "PascalCase")
)]
pub enum ExistingHooks {
    /// A shorter sleep is raised, all else stays.
    #[default]
    Raise,
    /// A sleep becomes the value, up or down, and the grace period moves with it.
    Set,
    /// As `Raise`, and the sleep is put before any other shell script.
    Prepend,
    /// As `Raise`, and anything that is no sleep becomes the sleep.
    Replace,
    /// No hook that stands is changed; missing ones are added.
    Keep,
}

/// A rule for the classes of routes; of several the first that matches counts.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ClassRule {
    /// Name of the class; `*` and `?` are wildcards. `*` alone is every class, and no class too.
    pub class: String,
    /// The controller of this class, as in `spec.controller` of its IngressClass: its value of the table is taken.
    pub controller: Option<String>,
    /// Seconds that workloads behind this class sleep.
    pub sleep_seconds: Option<Seconds>,
    /// Whether routes of this class are no routes.
    #[serde(default)]
    pub skip: bool,
}

/// A Service that routes outside this render name.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct BackendRule {
    /// Name of the Service.
    pub service: String,
    /// Its namespace; without one that of resources which state none.
    pub namespace: Option<String>,
}

/// The settings, each as stated or absent. As `spec` of the functionConfig, as flags, as the schema.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "cli", derive(clap::Args))]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Config {
    /// Seconds to sleep before SIGTERM, 0 to 3600; stating it switches the table of controllers off [otherwise: the controller's value, else 10]
    #[cfg_attr(feature = "cli", arg(long, value_name = "SECONDS"))]
    pub sleep_seconds: Option<Seconds>,
    /// Seconds that a program needs to shut down where its pod does not say [default: 30]
    #[cfg_attr(feature = "cli", arg(long, value_name = "SECONDS"))]
    pub shutdown_seconds: Option<Seconds>,
    /// Seconds that the grace period is longer than sleep and shutdown together [default: 5]
    #[cfg_attr(feature = "cli", arg(long, value_name = "SECONDS"))]
    pub margin_seconds: Option<Seconds>,
    /// How the sleep is written [default: Auto]
    #[cfg_attr(feature = "cli", arg(long, value_name = "HANDLER", ignore_case = true))]
    pub handler: Option<Handler>,
    /// Version of the cluster, such as "1.34": from 1.30 on the native sleep is written
    #[cfg_attr(feature = "cli", arg(long, value_name = "VERSION"))]
    pub kubernetes_version: Option<KubernetesVersion>,
    /// What becomes of a hook that is there already [default: Raise]
    #[cfg_attr(feature = "cli", arg(long, value_name = "MODE", ignore_case = true))]
    pub existing_hooks: Option<ExistingHooks>,
    /// Namespace of resources that state none
    #[cfg_attr(feature = "cli", arg(long, short, value_name = "NAMESPACE"))]
    pub namespace: Option<String>,
    /// Only routes of these classes count, separated by commas; short for ingressClasses
    #[cfg_attr(feature = "cli", arg(long, value_name = "CLASS[,CLASS]"))]
    pub ingress_class: Option<String>,
    /// Rules for the classes of routes; the first that matches counts
    #[cfg_attr(feature = "cli", arg(skip))]
    pub ingress_classes: Option<Vec<ClassRule>>,
    /// A Service of type `LoadBalancer` counts as a route to itself
    #[cfg_attr(feature = "cli", arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "true", value_name = "BOOL"))]
    pub load_balancer_services: Option<bool>,
    /// Services that routes outside this render name
    #[cfg_attr(feature = "cli", arg(skip))]
    pub backends: Option<Vec<BackendRule>>,
    /// Route kinds of your own: rows as in the built-in table
    #[cfg_attr(feature = "cli", arg(skip))]
    pub routes: Option<Vec<RouteRow>>,
    /// Workload kinds of your own: rows as in the built-in table
    #[cfg_attr(feature = "cli", arg(skip))]
    pub workloads: Option<Vec<WorkloadRow>>,
    /// What a Reason weighs here: Error, Warning, Info or Ignore
    #[cfg_attr(feature = "cli", arg(skip))]
    pub severity: Option<BTreeMap<String, Severity>>,
    /// Change nothing; each change that is missing is an error
    #[cfg_attr(feature = "cli", arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "true", value_name = "BOOL"))]
    pub check: Option<bool>,
}

impl Config {
    /// The settings of `self`, and of `below` where `self` states none: a flag wins over the file.
    #[must_use]
    pub fn over(self, below: Config) -> Config {
        let classes_stated = self.ingress_class.is_some() || self.ingress_classes.is_some();
        let (below_class, below_classes) = if classes_stated {
            (None, None)
        } else {
            (below.ingress_class, below.ingress_classes)
        };
        Config {
            sleep_seconds: self.sleep_seconds.or(below.sleep_seconds),
            shutdown_seconds: self.shutdown_seconds.or(below.shutdown_seconds),
            margin_seconds: self.margin_seconds.or(below.margin_seconds),
            handler: self.handler.or(below.handler),
            kubernetes_version: self.kubernetes_version.or(below.kubernetes_version),
            existing_hooks: self.existing_hooks.or(below.existing_hooks),
            namespace: self.namespace.or(below.namespace),
            ingress_class: self.ingress_class.or(below_class),
            ingress_classes: self.ingress_classes.or(below_classes),
            load_balancer_services: self.load_balancer_services.or(below.load_balancer_services),
            backends: self.backends.or(below.backends),
            routes: self.routes.or(below.routes),
            workloads: self.workloads.or(below.workloads),
            severity: self.severity.or(below.severity),
            check: self.check.or(below.check),
        }
    }
}

/// The functionConfig as a whole: what its schema describes.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SetPreStop {
    /// Always set-prestop.dev/v1alpha1
    pub api_version: String,
    /// Always `SetPreStop`
    pub kind: String,
    /// Metadata of the functionConfig; its name is free
    #[serde(default)]
    #[cfg_attr(
        feature = "schema",
        schemars(with = "Option<serde_json::Map<String, serde_json::Value>>")
    )]
    pub metadata: Option<IgnoredAny>,
    /// The settings
    #[serde(default)]
    pub spec: Option<Config>,
}
