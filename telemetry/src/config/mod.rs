//! What the file says, as types.
//!
//! Every field has a default, and every section may be left out. `configs/bartizan.example.yaml` shows them all.

mod error;
mod guess;
mod layers;
mod logging;
mod metrics;
mod models;
mod period;
mod resource;
mod routes;
mod scan;
mod secret;
mod shutdown;
mod tasks;
mod tracing;
mod vitals;

pub(crate) use self::error::Faults;
pub use self::{
    error::{ConfigError, ConfigFault},
    guess::{Guess, GuessedLook, Placeholders, Spelling},
    layers::{
        Baggage, EventStreams, GrpcMetrics, HttpDurations, HttpMetrics, Layers, LineSample, Lines,
        Scheme, Spans, StalledAfter, StreamEvents, Timing, UrlPath,
    },
    logging::{LogFormat, LogOutput, Logging},
    metrics::{MetricNames, Metrics, OtlpMetrics, OtlpProtocol},
    models::Models,
    period::Period,
    resource::Resource,
    routes::Routes,
    scan::Scan,
    shutdown::Shutdown,
    tasks::{TaskLines, Tasks},
    tracing::{Batch, Propagator, Sampler, TraceExporter, Tracing},
    vitals::{Origins, Vitals},
};

use serde::{Deserialize, Serialize};

/// The whole configuration.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Config {
    /// What the service is.
    pub resource: Resource,
    /// Lines of the log.
    pub logging: Logging,
    /// Metrics, and where they go.
    pub metrics: Metrics,
    /// Spans, and where they go.
    pub tracing: Tracing,
    /// Where the label of a route comes from.
    pub routes: Routes,
    /// The layers around the service.
    pub layers: Layers,
    /// Background jobs.
    pub tasks: Tasks,
    /// Calls to language models and tools.
    pub models: Models,
    /// What browsers report of their pages.
    pub vitals: Vitals,
    /// How often open streams and jobs under way are looked at.
    pub scan: Scan,
    /// How the end goes.
    pub shutdown: Shutdown,
}
