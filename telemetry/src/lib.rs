//! From one YAML file to metrics, spans and logs.
//!
//! The layers of [`bartizan`] speak to facades and know no exporter. This crate is the one place that does: it reads
//! a [`Config`], starts what it asks for, tells how that fares, and ends it within a limit.

#[allow(dead_code, unused_imports, reason = "`Telemetry` is what uses it")]
mod bridge;
pub mod config;
#[allow(dead_code, unused_imports, reason = "`Telemetry` is what uses it")]
mod export;
#[allow(dead_code, unused_imports, reason = "`Telemetry` is what uses it")]
mod health;

pub use self::{config::Config, export::ExportError};
