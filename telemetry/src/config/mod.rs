//! What the file says, as types.
//!
//! Every field has a default, and every section may be left out. `configs/bartizan.example.yaml` shows them all.
//!
//! ```
//! use bartizan_telemetry::Config;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let config = Config::from_yaml(
//!     r#"
//!     resource:
//!       service_name: checkout
//!       environment: ${ENVIRONMENT:-staging}
//!     tracing:
//!       exporter: otlp-grpc
//!       ratio: 0.05
//!     routes:
//!       table: ["/users/{id}", "/orders/{id}/items"]
//!     layers:
//!       skip: [/healthz]
//!     "#,
//! )?;
//! assert_eq!(config.tracing.ratio, 0.05);
//! assert_eq!(config.metrics.path, "/metrics");
//! # Ok(())
//! # }
//! ```
//!
//! # What wins
//!
//! From the strongest to the weakest: a standard variable of the environment (`OTEL_*`, `RUST_LOG`), the file, the default.
//! The docs of each field name the variables that win over it, the first one first. They are read as OpenTelemetry's
//! specification asks:
//!
//! - An empty variable is not set. One that does not fit is not set either, and is among the
//!   [`warnings`](Config::warnings) that a start writes to the log: a service starts with a bad variable, but not with a bad file.
//! - A signal's own variable goes before the general one. To the general endpoint `/v1/traces` or `/v1/metrics` is
//!   appended where OTLP is spoken over HTTP. A signal's own is taken as it is, unless it has no path: then, as in the
//!   file, it gets the same one, where the specification would post to `/`.
//! - `OTEL_EXPORTER_OTLP_ENDPOINT` turns no exporter on, and is warned of where nothing is sent by OTLP, unless
//!   `OTEL_TRACES_EXPORTER` or `OTEL_METRICS_EXPORTER` says so. `OTEL_LOGS_EXPORTER` has no effect.
//! - `OTEL_SDK_DISABLED=true` turns spans and metrics off; lines of the log stay.
//! - Headers of a variable replace those of the file. Attributes of the resource are added, key by key.
//! - Where a variable chooses another exporter or protocol than the file, the file's endpoint is left out, and its headers
//!   do not go to another service.
//! - Without `OTEL_TRACES_EXPORTER` the file decides, and by default no span is made. Of several exporters of
//!   traces the first one is taken.
//! - `OTEL_TRACES_SAMPLER_ARG` counts for whatever sampler takes a ratio, also one of the file.
//!
//! # Variables in values
//!
//! As in OpenTelemetry's declarative configuration, a value of the file may name variables. What they hold is put into
//! the value once the structure is known, so it cannot become structure, and types are told after that.
//!
//! | written | becomes |
//! |---|---|
//! | `${NAME}`, `${env:NAME}` | what the variable holds; it is a fault if it is not set, or empty |
//! | `${NAME:-text}` | what the variable holds, or `text`, which may be empty |
//! | `$$` | `$` |
//!
//! # Errors
//!
//! A configuration is refused as a whole, with all that is wrong in it, up to twenty faults, in the order of the text:
//!
//! ```text
//! bartizan.yaml:3:3: tracing.samplr: there is no such key; did you mean `sampler`? `tracing` has `exporter`, ...
//! bartizan.yaml:5:5: tracing.batch.size: "many" is refused: a whole number from 0 on is accepted
//! ```
//!
//! What types cannot say is [checked](Config::check) once the types are right. No fault, no warning and no
//! `Debug` shows the value of a header, or what a variable in the file holds that does not fit its field's type.
//!
//! A text has at most 1 MiB, and 128 sections and lists within each other. Anchors and aliases are accepted, tags and
//! merge keys (`<<`) are not.

mod check;
mod env;
mod error;
mod guess;
mod layers;
mod logging;
mod metrics;
mod models;
mod period;
mod read;
mod resource;
mod routes;
mod scan;
mod secret;
mod shutdown;
mod tasks;
#[cfg(test)]
mod tests;
mod tracing;
mod vitals;
mod warning;

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
    period::{Period, PeriodError},
    resource::Resource,
    routes::Routes,
    scan::Scan,
    shutdown::Shutdown,
    tasks::{TaskLines, Tasks},
    tracing::{Batch, Propagator, Sampler, TraceExporter, Tracing},
    vitals::{Origins, Vitals},
    warning::Warning,
};

use std::{fs, io, path::Path};

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
    #[serde(skip)]
    warnings: Vec<Warning>,
}

/// Names the file with the configuration.
const FILE: &str = "BARTIZAN_CONFIG";

// === impl Config ===

impl Config {
    /// Reads a text of YAML. Of the environment it takes only the variables that the text names.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Refused`] has all that is wrong.
    pub fn from_yaml(text: &str) -> Result<Self, ConfigError> {
        let config = read::read(text, &process).map_err(ConfigError::Refused)?;
        config.checked(Some(text), None)
    }

    /// Reads a file of YAML, over which the standard variables of the environment win.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Read`] if it cannot be read, [`ConfigError::Refused`] with all that is wrong.
    pub fn from_file(file: impl AsRef<Path>) -> Result<Self, ConfigError> {
        Self::from_file_and(file.as_ref(), &process)
    }

    /// Reads the file that `BARTIZAN_CONFIG` names, or takes the defaults if it names none. The standard variables of
    /// the environment win.
    ///
    /// # Errors
    ///
    /// As [`from_file`](Self::from_file).
    pub fn from_env() -> Result<Self, ConfigError> {
        Self::from_env_and(&process)
    }

    /// Lets the standard variables win, as `lookup` has them. What is wrong with one of them is among the
    /// [`warnings`](Self::warnings), and the variable has no effect, as the specification asks.
    #[must_use]
    pub fn with_env(mut self, lookup: impl Fn(&str) -> Option<String>) -> Self {
        let warnings = env::apply(&mut self, &lookup);
        self.warnings.extend(warnings);
        self
    }

    /// What was wrong with variables of the environment; whoever starts from this configuration tells it.
    #[must_use]
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    fn from_env_and(lookup: &dyn Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        match lookup(FILE).filter(|file| !file.is_empty()) {
            Some(file) => Self::from_file_and(Path::new(&file), lookup),
            None => Self::default().with_env(lookup).checked(None, None),
        }
    }

    fn from_file_and(
        file: &Path,
        lookup: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Self, ConfigError> {
        let bytes = fs::read(file).map_err(|source| ConfigError::Read {
            file: file.to_owned(),
            source,
        })?;
        let text = String::from_utf8(bytes).map_err(|error| ConfigError::Read {
            file: file.to_owned(),
            source: io::Error::new(io::ErrorKind::InvalidData, error.utf8_error()),
        })?;
        let read = read::read(&text, lookup);
        let config = read.map_err(|faults| {
            let faults = faults.into_iter();
            ConfigError::Refused(faults.map(|fault| fault.of_file(Some(file))).collect())
        })?;
        config.with_env(lookup).checked(Some(&text), Some(file))
    }

    /// This configuration, if nothing is wrong with it; a fault gets the place of its field in the text.
    fn checked(self, text: Option<&str>, file: Option<&Path>) -> Result<Self, ConfigError> {
        let placed = |fault: ConfigFault| {
            let place = text.and_then(|text| read::place(text, fault.path()));
            fault.at(place).of_file(file)
        };
        match self.check() {
            Err(ConfigError::Refused(faults)) => {
                let mut faults: Vec<_> = faults.into_iter().map(placed).collect();
                faults.sort_by_key(|fault| (fault.line(), fault.column()));
                Err(ConfigError::Refused(faults))
            }
            checked => checked.map(|()| self),
        }
    }
}

/// A variable of this process.
fn process(name: &str) -> Option<String> {
    std::env::var(name).ok()
}
