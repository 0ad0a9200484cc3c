//! The plan: what each container and each pod gets, and why.

use super::{Location, ResourceRef};
use set_prestop_yaml::Step;
use std::fmt;
use std::sync::Arc;

/// Kubernetes' grace period where none is stated (core/v1 `PodSpec`, `terminationGracePeriodSeconds`).
pub(crate) const DEFAULT_GRACE: u64 = 30;

/// What is done for one pod template, and why: what `--explain` draws and the npm package returns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// The workload.
    pub resource: Arc<ResourceRef>,
    /// Where it stands.
    pub location: Option<Location>,
    /// Field path of the pod's spec, as `spec.template.spec`.
    pub pod: String,
    /// Seconds that its containers have to sleep.
    pub sleep_seconds: u64,
    /// Where the seconds come from.
    pub origin: String,
    /// The ways from routes to it, as `Ingress tea-ingress → Service tea-svc`.
    pub ways: Vec<String>,
    /// Its regular containers.
    pub containers: Vec<ContainerPlan>,
    /// Its time budget.
    pub grace: GracePlan,
    /// Where its edits go.
    pub(crate) target: Target,
}

/// What is done for one container.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContainerPlan {
    /// Its name.
    pub name: String,
    /// Its index in `containers`, from 0.
    pub index: usize,
    /// Seconds that it slept before; `None` where it had no sleep.
    pub before: Option<u64>,
    /// Seconds that it sleeps after; `None` where it has none.
    pub after: Option<u64>,
    /// What changes.
    pub change: Change,
}

/// What becomes of a container's hook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// It stays as it is.
    Nothing,
    /// It is written where none was.
    Add {
        /// How it is written.
        handler: Written,
        /// Whether `lifecycle` is there already.
        lifecycle: bool,
    },
    /// Only the number of the sleep changes.
    Number {
        /// The new text of that word of `exec.command`; `None` for a native sleep.
        command: Option<(usize, String)>,
        /// The new number of seconds.
        seconds: u64,
    },
    /// The sleep is put before the script.
    Prepend {
        /// Index of the script in `exec.command`.
        index: usize,
        /// The new script.
        script: String,
    },
    /// The sleep takes the place of what was there.
    Replace {
        /// How it is written.
        handler: Written,
    },
}

/// A handler to write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {
    /// `exec.command: [/bin/sh, -c, "sleep S"]`, in seconds.
    Exec(u64),
    /// `sleep.seconds: S`, in seconds.
    Sleep(u64),
}

impl fmt::Display for Written {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Written::Exec(seconds) => write!(f, "`sleep {seconds}`"),
            Written::Sleep(seconds) => write!(f, "native `sleep.seconds: {seconds}`"),
        }
    }
}

/// The time budget of a pod, in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GracePlan {
    /// `terminationGracePeriodSeconds` as stated.
    pub stated: Option<u64>,
    /// The longest sleep after the change.
    pub sleep: u64,
    /// The program's own time.
    pub program: u64,
    /// The margin.
    pub margin: u64,
    /// What is written; `None` where what stands is right.
    pub written: Option<u64>,
}

impl GracePlan {
    /// What holds after the change.
    #[must_use]
    pub fn after(&self) -> u64 {
        self.written.or(self.stated).unwrap_or(DEFAULT_GRACE)
    }
}

/// Where edits go: a chunk, or the ResourceList of a source that was parsed whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Target {
    pub(crate) chunk: Option<usize>,
    pub(crate) source: usize,
    /// Path from the chunk's root to the pod's spec.
    pub(crate) path: Vec<Step>,
}

impl Plan {
    /// Whether anything is written for it.
    #[must_use]
    pub fn is_change(&self) -> bool {
        self.edits() > 0
    }

    /// How many fields are written for it.
    #[must_use]
    pub fn edits(&self) -> usize {
        let hooks = self
            .containers
            .iter()
            .filter(|c| c.change != Change::Nothing)
            .count();
        hooks + usize::from(self.grace.written.is_some())
    }
}
