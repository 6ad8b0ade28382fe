//! HTTP request metrics.
mod builder;
mod cache;
mod custom;
mod labels;
mod observer;
#[cfg(test)]
mod tests;

pub use self::{
    builder::{HttpMetricsBuilder, HttpMetricsError, Timing},
    custom::CustomLabel,
    observer::{HttpMetrics, HttpMetricsLayer, HttpState},
};
