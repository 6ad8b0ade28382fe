//! What the file says, as types.
//!
//! Every field has a default, and every section may be left out. `configs/bartizan.example.yaml` shows them all.

mod logging;
mod metrics;
mod period;
mod resource;
mod scan;
mod shutdown;

mod tracing;

pub use self::{
    logging::{LogFormat, LogOutput, Logging},
    metrics::{MetricNames, Metrics, OtlpMetrics, OtlpProtocol},
    period::Period,
    resource::Resource,
    scan::Scan,
    shutdown::Shutdown,
    tracing::{Batch, Sampler, TraceExporter, Tracing},
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
    /// How often open streams and jobs under way are looked at.
    pub scan: Scan,
    /// How the end goes.
    pub shutdown: Shutdown,
}
