//! What the service is.

use std::{collections::BTreeMap, path::Path};

use serde::{Deserialize, Serialize};

/// What the service is: the resource that spans and pushed metrics carry, and `target_info` in a scrape.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Resource {
    /// `service.name`; by default `unknown_service:` and the name of the executable. `OTEL_SERVICE_NAME` wins.
    pub service_name: String,
    /// `service.version`.
    pub service_version: Option<String>,
    /// `deployment.environment.name`.
    pub environment: Option<String>,
    /// Whatever else describes it. `OTEL_RESOURCE_ATTRIBUTES` win, key by key.
    pub attributes: BTreeMap<String, String>,
}

/// What the specification calls a service of which nobody says what it is.
fn unknown_service() -> String {
    let executable = std::env::current_exe().ok();
    let name = executable.as_deref().and_then(Path::file_name);
    match name {
        Some(name) => format!("unknown_service:{}", name.to_string_lossy()),
        None => "unknown_service".into(),
    }
}

// === impl Resource ===

impl Default for Resource {
    fn default() -> Self {
        Self {
            service_name: unknown_service(),
            service_version: None,
            environment: None,
            attributes: BTreeMap::new(),
        }
    }
}
