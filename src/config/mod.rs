//! How a run is configured: the settings, and the annotations on single objects.

pub(crate) mod annotations;
mod read;
#[cfg(feature = "schema")]
mod schema;
mod seconds;
mod settings;
mod typed;
mod version;

pub(crate) use read::read;
pub use read::{function_config, parse, place_in_config};
#[cfg(feature = "schema")]
pub use schema::{function_definition, json_schema};
pub use seconds::{MAX_SECONDS, Seconds};
pub use settings::{
    API_VERSION, BackendRule, ClassRule, Config, ExistingHooks, Handler, KIND, OnError, SetPreStop,
};
pub(crate) use settings::{DEFAULT_MARGIN, DEFAULT_SHUTDOWN};
pub use version::KubernetesVersion;
