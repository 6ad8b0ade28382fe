//! From one YAML file to metrics, spans and logs.
//!
//! The layers of [`bartizan`] speak to facades and know no exporter. This crate is the one place that does: it reads
//! a [`Config`], starts what it asks for, tells how that fares, and ends it within a limit.

mod bridge;
pub mod config;
mod export;
mod health;
mod logging;
mod metrics;
mod parts;
mod resource;
mod runtime;
mod scan;
mod shutdown;

pub use self::{
    config::{Config, ConfigError},
    export::ExportError,
    metrics::{MetricsFuture, MetricsService},
    shutdown::{Ended, ShutdownReport},
};
