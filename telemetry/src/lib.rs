//! From one YAML file to metrics, spans and logs.
//!
//! The layers of [`bartizan`] speak to facades and know no exporter. This crate is the one place that does: it reads
//! a [`Config`], starts what it asks for, tells how that fares, and ends it within a limit.

mod bridge;
mod builder;
pub mod config;
mod export;
mod globals;
mod health;
mod logging;
mod metrics;
mod parts;
mod resource;
mod runtime;
mod scan;
mod shutdown;
mod start;
mod telemetry;

pub use self::{
    builder::{StartError, TelemetryBuilder},
    config::{Config, ConfigError},
    export::ExportError,
    metrics::{MetricsFuture, MetricsService},
    shutdown::{Ended, ShutdownReport},
    telemetry::Telemetry,
};
