//! Metrics of gRPC calls.

use route_canon::Budget;
use serde::{Deserialize, Serialize};

/// Metrics of gRPC calls.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct GrpcMetrics {
    /// Whether they are recorded.
    pub enabled: bool,
    /// Whether messages are counted.
    pub messages: bool,
    /// How many distinct methods are labels, from 1 to 60,000; later ones are `{overflow}`.
    pub method_cap: usize,
    /// Methods that are labels from the start, as `package.Service/Method`; others are once an answer vouched for them.
    pub methods: Vec<String>,
}

// === impl GrpcMetrics ===

impl Default for GrpcMetrics {
    fn default() -> Self {
        Self {
            enabled: true,
            messages: true,
            method_cap: Budget::DEFAULT_LIMIT,
            methods: Vec::new(),
        }
    }
}
