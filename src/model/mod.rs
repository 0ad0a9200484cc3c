//! What a run decided, as data that every output is made of. It knows no nodes and has no sentence.

mod place;
mod plan;

pub use place::{Location, PackageFile, ResourceRef};
pub use plan::{Change, ContainerPlan, GracePlan, Plan, Written};
pub(crate) use plan::{DEFAULT_GRACE, Target};
