//! The cluster's side: apply, change, and what becomes of the pods.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::core::v1::{Namespace, Pod, Service};
use k8s_openapi::api::networking::v1::Ingress;
use kube::Client;
use kube::api::{
    Api, DeleteParams, EvictParams, ListParams, LogParams, Patch, PatchParams, PostParams,
};
use serde::Deserialize as _;
use serde_json::{Value, json};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep};

const APP: &str = "tea";
/// How often the pods are looked at.
const STEP: Duration = Duration::from_millis(100);
const LIMIT: Duration = Duration::from_mins(4);

/// When things were first seen of a pod.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    pub addressed: Option<Instant>,
    pub ready: Option<Instant>,
    pub deleted: Option<Instant>,
    pub gone: Option<Instant>,
}

type Pods = BTreeMap<String, Seen>;

pub struct Cluster {
    client: Client,
    namespace: String,
    pods: Api<Pod>,
    deployments: Api<Deployment>,
    seen: Arc<Mutex<Pods>>,
    watcher: Option<JoinHandle<()>>,
}

impl Cluster {
    /// A namespace that is made now.
    pub async fn new(namespace: &str) -> Result<Self> {
        let client = Client::try_default()
            .await
            .context("no cluster: set KUBECONFIG")?;
        let namespaces: Api<Namespace> = Api::all(client.clone());
        let existing = namespaces.get_opt(namespace).await?;
        ensure!(
            existing.is_none(),
            "the namespace `{namespace}` exists: delete it, or name another one with --namespace"
        );
        let manifest: Namespace = serde_json::from_value(json!({"metadata": {"name": namespace}}))?;
        namespaces.create(&PostParams::default(), &manifest).await?;
        let mut cluster = Self {
            pods: Api::namespaced(client.clone(), namespace),
            deployments: Api::namespaced(client.clone(), namespace),
            namespace: namespace.to_owned(),
            client,
            seen: Arc::default(),
            watcher: None,
        };
        cluster.watcher = Some(tokio::spawn(look(
            cluster.pods.clone(),
            cluster.seen.clone(),
        )));
        Ok(cluster)
    }

    /// Server-side apply of the manifests of one scenario.
    pub async fn apply(&self, manifests: &str) -> Result<()> {
        let params = PatchParams::apply("set-prestop-proof").force();
        for document in serde_yaml::Deserializer::from_str(manifests) {
            let object = Value::deserialize(document)?;
            let name = object["metadata"]["name"].as_str().context("no name")?;
            let patch = Patch::Apply(&object);
            match object["kind"].as_str() {
                Some("Deployment") => drop(self.deployments.patch(name, &params, &patch).await?),
                Some("Service") => {
                    let services: Api<Service> =
                        Api::namespaced(self.client.clone(), &self.namespace);
                    services.patch(name, &params, &patch).await?;
                }
                Some("Ingress") => {
                    let routes: Api<Ingress> =
                        Api::namespaced(self.client.clone(), &self.namespace);
                    routes.patch(name, &params, &patch).await?;
                }
                kind => bail!("unexpected kind {kind:?}"),
            }
        }
        Ok(())
    }

    pub async fn deployment(&self) -> Result<Deployment> {
        Ok(self.deployments.get(APP).await?)
    }

    /// What was seen of the pods so far.
    pub fn seen(&self) -> Pods {
        self.seen
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// The names of the pods that serve and were not told to stop.
    pub fn serving(&self) -> Vec<String> {
        self.seen()
            .into_iter()
            .filter(|(_, seen)| seen.ready.is_some() && seen.deleted.is_none())
            .map(|(name, _)| name)
            .collect()
    }

    /// Waits until the pods are as many as wanted, all ready, and none of the others is left.
    pub async fn settle(&self, old: &[String]) -> Result<()> {
        let end = Instant::now() + LIMIT;
        while Instant::now() < end {
            let wanted = self.deployment().await?.spec.and_then(|spec| spec.replicas);
            sleep(2 * STEP).await;
            let serving = self.serving();
            let seen = self.seen();
            let here = seen.values().filter(|seen| seen.gone.is_none()).count();
            if serving.len() == here
                && usize::try_from(wanted.unwrap_or(1)) == Ok(here)
                && !serving.iter().any(|pod| old.contains(pod))
            {
                return Ok(());
            }
        }
        bail!(
            "the pods of {} did not settle in {} s: {:?}",
            self.namespace,
            LIMIT.as_secs(),
            self.seen()
        )
    }

    pub async fn restart(&self) -> Result<()> {
        self.deployments.restart(APP).await?;
        Ok(())
    }

    pub async fn scale(&self, replicas: u32) -> Result<()> {
        let patch = Patch::Merge(json!({"spec": {"replicas": replicas}}));
        self.deployments
            .patch(APP, &PatchParams::default(), &patch)
            .await?;
        Ok(())
    }

    /// What `kubectl drain` does with each pod of a node.
    pub async fn evict(&self, pod: &str) -> Result<()> {
        self.pods.evict(pod, &EvictParams::default()).await?;
        Ok(())
    }

    pub async fn delete(&self, pod: &str, at_once: bool) -> Result<()> {
        let mut params = DeleteParams::default();
        if at_once {
            params = params.grace_period(0);
        }
        self.pods.delete(pod, &params).await?;
        Ok(())
    }

    pub async fn log(&self, pod: &str) -> Result<String> {
        Ok(self.pods.logs(pod, &LogParams::default()).await?)
    }

    pub async fn clean_up(&self) -> Result<()> {
        if let Some(watcher) = &self.watcher {
            watcher.abort();
        }
        let namespaces: Api<Namespace> = Api::all(self.client.clone());
        namespaces
            .delete(&self.namespace, &DeleteParams::default())
            .await?;
        // Nobody waits for the sleep of pods that serve nobody any more.
        self.pods
            .delete_collection(
                &DeleteParams::default().grace_period(0),
                &ListParams::default(),
            )
            .await?;
        let end = Instant::now() + LIMIT;
        while namespaces.get_opt(&self.namespace).await?.is_some() {
            ensure!(
                Instant::now() < end,
                "the namespace `{}` is still there",
                self.namespace
            );
            sleep(STEP).await;
        }
        Ok(())
    }
}

/// Notes when pods come, change and go, for as long as the program runs. A list that fails is tried again.
async fn look(pods: Api<Pod>, seen: Arc<Mutex<Pods>>) {
    // From the API server's memory, as a client that watches gets it.
    let params = ListParams::default().match_any();
    loop {
        sleep(STEP).await;
        let Ok(list) = pods.list(&params).await else {
            continue;
        };
        let now = Instant::now();
        let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
        for pod in &list.items {
            let Some(name) = &pod.metadata.name else {
                continue;
            };
            let one = seen.entry(name.clone()).or_default();
            let status = pod.status.as_ref();
            if status.is_some_and(|status| status.pod_ip.is_some()) {
                one.addressed.get_or_insert(now);
            }
            let conditions = status.and_then(|status| status.conditions.as_ref());
            if conditions.is_some_and(|all| {
                all.iter()
                    .any(|one| one.type_ == "Ready" && one.status == "True")
            }) {
                one.ready.get_or_insert(now);
            }
            if pod.metadata.deletion_timestamp.is_some() {
                one.deleted.get_or_insert(now);
            }
        }
        for (name, one) in seen.iter_mut() {
            if !list
                .items
                .iter()
                .any(|pod| pod.metadata.name.as_ref() == Some(name))
            {
                one.deleted.get_or_insert(now);
                one.gone.get_or_insert(now);
            }
        }
    }
}
