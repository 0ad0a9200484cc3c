//! What a run reached of the input's workloads, and what it did not.

use super::{ObjectRef, Placed};
use serde::Serialize;
use std::sync::Arc;

/// The workloads of the input, without Jobs, Helm hooks and objects that a controller owns.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Coverage {
    /// In the order of the input.
    pub workloads: Vec<Covered>,
}

/// A workload, and what is in front of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Covered {
    /// The workload.
    #[serde(flatten)]
    pub workload: Placed,
    /// What is in front of it.
    pub behind: Behind,
    /// The Services that select it, if no route leads to it.
    #[serde(skip_serializing_if = "no_services")]
    #[cfg_attr(feature = "schema", schemars(default))]
    pub services: Arc<Vec<Selecting>>,
}

fn no_services(services: &Arc<Vec<Selecting>>) -> bool {
    services.is_empty()
}

/// What is in front of a workload.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum Behind {
    /// A route.
    Route,
    /// No route; `backends` or an annotation includes it.
    Named,
    /// A Service, and no route.
    Service,
    /// Nothing.
    Nothing,
}

/// A Service that selects a workload.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Selecting {
    /// The Service.
    #[serde(flatten)]
    pub service: ObjectRef,
    /// How it is reachable from outside the cluster, if it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exposed: Option<Exposed>,
}

/// How a Service is reachable from outside the cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Exposed {
    /// By a load balancer (`type: LoadBalancer`).
    LoadBalancer,
    /// By a port of every node (`type: NodePort`).
    NodePort,
}

impl Coverage {
    /// How many workloads have this in front of them.
    #[must_use]
    pub fn count(&self, behind: Behind) -> usize {
        let workloads = self.workloads.iter();
        workloads.filter(|each| each.behind == behind).count()
    }
}
