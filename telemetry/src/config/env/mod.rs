//! The standard variables of the environment, which win over the file.

mod list;
mod metrics;
mod resource;
mod traces;
mod variables;

use super::{Config, TraceExporter, Warning, check};
use variables::Variables;

/// Puts the variables in; returns what is wrong with them.
pub(super) fn apply(config: &mut Config, lookup: &dyn Fn(&str) -> Option<String>) -> Vec<Warning> {
    let mut variables = Variables::new(lookup);
    resource::apply(&mut config.resource, &mut variables);
    let level = variables.parsed(&["RUST_LOG"], |given| {
        check::level(given).map(|_| given.to_owned())
    });
    if let Some(level) = level {
        config.logging.level = level;
    }
    metrics::apply(&mut config.metrics, &mut variables);
    traces::apply(&mut config.tracing, &mut variables);
    let methods = variables.parsed(&["OTEL_INSTRUMENTATION_HTTP_KNOWN_METHODS"], list::methods);
    if methods.is_some() {
        config.layers.methods = methods;
    }
    // The last word.
    if variables.parsed(&["OTEL_SDK_DISABLED"], variables::boolean) == Some(true) {
        config.tracing.exporter = TraceExporter::None;
        config.metrics.enabled = false;
        config.metrics.otlp.enabled = false;
    }
    variables.into_warnings()
}
