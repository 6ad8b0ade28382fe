//! What the service is.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// What the service is: the resource that spans and pushed metrics carry, and `target_info` in a scrape.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Resource {
    /// `service.name`. `OTEL_SERVICE_NAME` wins.
    pub service_name: String,
    /// `service.version`.
    pub service_version: Option<String>,
    /// `deployment.environment.name`.
    pub environment: Option<String>,
    /// Whatever else describes it. `OTEL_RESOURCE_ATTRIBUTES` win, key by key.
    pub attributes: BTreeMap<String, String>,
}

// === impl Resource ===

impl Default for Resource {
    fn default() -> Self {
        Self {
            service_name: "unknown_service".into(),
            service_version: None,
            environment: None,
            attributes: BTreeMap::new(),
        }
    }
}
