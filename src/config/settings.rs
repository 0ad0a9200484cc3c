//! The configuration: one list of settings that is the functionConfig, the ConfigMap, the flags and the schema.
//!
//! docs/reference.md, section 4. It knows the form of settings, not their effect.

use super::{KubernetesVersion, MAX_SECONDS, Seconds};
use crate::say::{Reason, Severity};
use crate::tables::{RouteRow, RowError, Tables, WorkloadRow};
use serde::Deserialize;
use serde::de::IgnoredAny;
use std::collections::BTreeMap;

/// `apiVersion` of the functionConfig.
pub const API_VERSION: &str = "set-prestop.dev/v1alpha1";
/// `kind` of the functionConfig.
pub const KIND: &str = "SetPreStop";

/// Shutdown time to assume if neither the pod nor the configuration sets one, in seconds.
pub(crate) const DEFAULT_SHUTDOWN: u64 = 30;
/// Seconds to add to sleep plus shutdown time.
pub(crate) const DEFAULT_MARGIN: u64 = 5;
/// Which kind of preStop handler to write.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Default)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(
    feature = "cli",
    derive(clap::ValueEnum),
    value(rename_all = "PascalCase")
)]
pub enum Handler {
    /// `Sleep`, or `Exec` if `kubernetesVersion` is below 1.30.
    #[default]
    Auto,
    /// `exec` of `/bin/sh -c "sleep S"`.
    Exec,
    /// The native `sleep.seconds` (Kubernetes 1.30 and later), which needs no shell.
    Sleep,
}

/// What to do with an existing preStop hook.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Default)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(
    feature = "cli",
    derive(clap::ValueEnum),
    value(rename_all = "PascalCase")
)]
pub enum ExistingHooks {
    /// Raise a sleep that is too short; leave everything else alone.
    #[default]
    Raise,
    /// Set every existing sleep to the value, raising or lowering it, and adjust the grace period.
    Set,
    /// Like `Raise`, and put the sleep before any other shell script.
    Prepend,
    /// Like `Raise`, and replace any hook that is not a sleep.
    Replace,
    /// Leave existing hooks alone; add missing ones.
    Keep,
}

/// What an error in one object does to the run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Default)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(
    feature = "cli",
    derive(clap::ValueEnum),
    value(rename_all = "PascalCase")
)]
pub enum OnError {
    /// The run fails, and nothing is written.
    #[default]
    Fail,
    /// Leave the object as it is, change the others, and end with exit status 3.
    Skip,
}

/// A rule for the classes of routes; the first rule that matches counts.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ClassRule {
    /// Name of the class; `*` and `?` are wildcards. `*` alone matches every class, and routes without a class.
    pub class: String,
    /// The controller of this class, as in `spec.controller` of its IngressClass; it decides the seconds.
    pub controller: Option<String>,
    /// Seconds that workloads behind this class sleep before SIGTERM.
    pub sleep_seconds: Option<Seconds>,
    /// Whether to ignore routes of this class.
    #[serde(default)]
    pub skip: bool,
}

/// A Service that routes outside these manifests lead to.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct BackendRule {
    /// Name of the Service.
    pub service: String,
    /// Its namespace [default: `namespace`]
    pub namespace: Option<String>,
    /// Seconds that the workloads behind it sleep.
    pub sleep_seconds: Option<Seconds>,
    /// The controller of its load balancer, as in `spec.controller` of an IngressClass; it decides the seconds.
    pub controller: Option<String>,
}

/// The settings: `spec` of the functionConfig, the flags, and the schema are made from this type.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "cli", derive(clap::Args))]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Config {
    /// Seconds to sleep [default: the controller's value, or 10]
    ///
    /// Overrides the built-in values per controller.
    #[cfg_attr(
        feature = "cli",
        arg(
            long,
            help = "Sleep [default: the controller's, or 10]",
            value_name = "SECONDS",
            value_parser = super::seconds::of_flag,
            allow_negative_numbers = true,
            env = "SET_PRESTOP_SLEEP_SECONDS",
            hide_env = true,
            help_heading = "What it writes"
        )
    )]
    pub sleep_seconds: Option<Seconds>,
    /// The longest sleep that an annotation may ask for, in seconds [default: 3600]
    #[cfg_attr(
        feature = "cli",
        arg(
            long,
            value_name = "SECONDS",
            value_parser = super::seconds::of_flag,
            allow_negative_numbers = true,
            env = "SET_PRESTOP_MAX_SLEEP_SECONDS",
            hide_env = true,
            hide_short_help = true,
            help_heading = "What counts"
        )
    )]
    pub max_sleep_seconds: Option<Seconds>,
    /// Shutdown time if the pod sets no grace period [default: 30]
    ///
    /// The grace period becomes sleep + shutdown time + margin.
    #[cfg_attr(
        feature = "cli",
        arg(
            long,
            help = "Shutdown time if unset [default: 30]",
            value_name = "SECONDS",
            value_parser = super::seconds::of_flag,
            allow_negative_numbers = true,
            env = "SET_PRESTOP_SHUTDOWN_SECONDS",
            hide_env = true,
            help_heading = "What it writes"
        )
    )]
    pub shutdown_seconds: Option<Seconds>,
    /// Seconds to add to sleep plus shutdown time [default: 5]
    #[cfg_attr(
        feature = "cli",
        arg(
            long,
            value_name = "SECONDS",
            value_parser = super::seconds::of_flag,
            allow_negative_numbers = true,
            env = "SET_PRESTOP_MARGIN_SECONDS",
            hide_env = true,
            hide_short_help = true,
            help_heading = "What it writes"
        )
    )]
    pub margin_seconds: Option<Seconds>,
    /// Kind of preStop handler [default: Auto]
    ///
    /// `Sleep` is the native sleep of Kubernetes 1.30 and later, `Exec` a command that needs a shell in the image. `Auto` decides by the
    /// version of the cluster.
    #[cfg_attr(
        feature = "cli",
        arg(
            long,
            help = "Auto, Exec or Sleep [default: Auto]",
            value_name = "KIND",
            hide_possible_values = true,
            ignore_case = true,
            env = "SET_PRESTOP_HANDLER",
            hide_env = true,
            help_heading = "What it writes"
        )
    )]
    pub handler: Option<Handler>,
    /// Version of the cluster, such as "1.34"
    ///
    /// Below 1.30 the sleep is written as a command.
    #[cfg_attr(
        feature = "cli",
        arg(
            long,
            help = "Version of the cluster, such as 1.34",
            value_name = "X.Y",
            env = "SET_PRESTOP_KUBERNETES_VERSION",
            hide_env = true,
            help_heading = "What it writes"
        )
    )]
    pub kubernetes_version: Option<KubernetesVersion>,
    /// What to do with existing hooks [default: Raise]
    ///
    /// `Raise` raises a sleep that is too short. `Set` also lowers one. `Prepend` also puts the sleep before other shell scripts, `Replace`
    /// also replaces any hook that is not a sleep. `Keep` leaves existing hooks alone.
    #[cfg_attr(
        feature = "cli",
        arg(
            long,
            help = "What to do with hooks [default: Raise]",
            value_name = "MODE",
            hide_possible_values = true,
            hide_short_help = false,
            ignore_case = true,
            env = "SET_PRESTOP_EXISTING_HOOKS",
            hide_env = true,
            help_heading = "What it writes"
        )
    )]
    pub existing_hooks: Option<ExistingHooks>,
    /// Namespace to assume for resources without one
    ///
    /// Helm and `kubectl apply --namespace` set it only later, and routes lead only to Services of the same namespace.
    #[cfg_attr(
        feature = "cli",
        arg(
            long,
            help = "Namespace of objects without one",
            short,
            value_name = "NAMESPACE",
            env = "SET_PRESTOP_NAMESPACE",
            hide_env = true,
            help_heading = "What counts"
        )
    )]
    pub namespace: Option<String>,
    /// Only consider routes of these classes
    ///
    /// Separated by commas; `*` and `?` are wildcards.
    #[cfg_attr(
        feature = "cli",
        arg(
            long,
            help = "Only routes of these classes (a,b)",
            value_name = "CLASS",
            env = "SET_PRESTOP_INGRESS_CLASS",
            hide_env = true,
            help_heading = "What counts"
        )
    )]
    pub ingress_class: Option<String>,
    /// Rules for the classes of routes; the first that matches counts
    #[cfg_attr(feature = "cli", arg(skip))]
    pub ingress_classes: Option<Vec<ClassRule>>,
    /// Treat Services of type `LoadBalancer` as routes
    ///
    /// Their pods get requests from outside without an Ingress.
    #[cfg_attr(feature = "cli", arg(long, help = "Services of type LoadBalancer count", num_args = 0..=1, require_equals = true, default_missing_value = "true", value_name = "BOOL", hide_possible_values = true, env = "SET_PRESTOP_LOAD_BALANCER_SERVICES", hide_env = true, help_heading = "What counts"))]
    pub load_balancer_services: Option<bool>,
    /// Services that routes outside these manifests lead to
    #[cfg_attr(feature = "cli", arg(skip))]
    pub backends: Option<Vec<BackendRule>>,
    /// Route kinds of your own: rows as in the built-in table
    #[cfg_attr(feature = "cli", arg(skip))]
    pub routes: Option<Vec<RouteRow>>,
    /// Workload kinds of your own: rows as in the built-in table
    #[cfg_attr(feature = "cli", arg(skip))]
    pub workloads: Option<Vec<WorkloadRow>>,
    /// The severity of a Reason: Error, Warning, Info or Ignore
    #[cfg_attr(feature = "cli", arg(skip))]
    #[cfg_attr(
        feature = "schema",
        schemars(with = "Option<BTreeMap<String, Severity>>")
    )]
    pub severity: Option<BTreeMap<Reason, Severity>>,
    /// What an error in one object does to the run [default: Fail]
    #[cfg_attr(
        feature = "cli",
        arg(
            long,
            value_name = "Fail|Skip",
            hide_possible_values = true,
            hide_short_help = true,
            ignore_case = true,
            env = "SET_PRESTOP_ON_ERROR",
            hide_env = true,
            help_heading = "What to do"
        )
    )]
    pub on_error: Option<OnError>,
    /// Change nothing; report missing changes as errors
    #[cfg_attr(feature = "cli", arg(long, display_order = 3, num_args = 0..=1, require_equals = true, default_missing_value = "true", value_name = "BOOL", hide_possible_values = true, env = "SET_PRESTOP_CHECK", hide_env = true, help_heading = "What to do"))]
    pub check: Option<bool>,
}

impl Config {
    /// The longest sleep that an annotation may ask for, in seconds.
    pub(crate) fn most(&self) -> u64 {
        self.max_sleep_seconds.map_or(MAX_SECONDS, Seconds::get)
    }

    /// The rows, compiled.
    ///
    /// # Errors
    /// As [`Tables::new`].
    pub(crate) fn tables(&self) -> Result<Tables, RowError> {
        Tables::new(
            self.routes.as_deref().unwrap_or_default(),
            self.workloads.as_deref().unwrap_or_default(),
        )
    }

    /// The settings of `self`, completed by those of `below`: a flag overrides the file.
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
            max_sleep_seconds: self.max_sleep_seconds.or(below.max_sleep_seconds),
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
            on_error: self.on_error.or(below.on_error),
            check: self.check.or(below.check),
        }
    }
}

/// The configuration of set-prestop.
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
