//! What a run decided, as data that every output is made of. It knows no nodes and has no sentence.

mod counts;
mod coverage;
mod place;
mod plan;

pub use counts::Counts;
pub use coverage::{Behind, Coverage, Covered, Exposed, Selecting};
pub use place::{FieldPath, ObjectRef, PackageFile, Place};
#[cfg(feature = "cli")]
pub(crate) use plan::changed;
pub use plan::{
    Address, Container, FieldEdit, Grace, Handler, Hook, NewValue, NoHook, NotASleep, Number,
    Origin, Placed, Plan, Role, Rollout, Sleep, Way,
};
pub(crate) use plan::{DEFAULT_GRACE, Target};
