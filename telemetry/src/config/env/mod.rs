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
        config.tracing.endpoint = None;
        config.metrics.enabled = false;
        config.metrics.otlp.enabled = false;
    } else {
        without_effect(config, &mut variables);
    }
    variables.into_warnings()
}

/// Warns of what fits and does nothing: elsewhere the endpoint alone turns exporters on.
fn without_effect(config: &Config, variables: &mut Variables<'_>) {
    let is_sent = config.metrics.otlp.enabled
        || matches!(
            config.tracing.exporter,
            TraceExporter::OtlpGrpc | TraceExporter::OtlpHttp
        );
    let is_chosen = [traces::EXPORTER, metrics::EXPORTER]
        .iter()
        .any(|name| variables.holds(name, |_| true));
    let endpoint = traces::GENERAL_ENDPOINT;
    let is_given = variables.holds(endpoint, |given| check::endpoint(given).is_ok());
    if is_given && !is_sent && !is_chosen {
        let problem = "nothing is sent by OTLP, and it has no effect; set OTEL_TRACES_EXPORTER or OTEL_METRICS_EXPORTER \
                       to `otlp`, or write `tracing.exporter` or `metrics.otlp.enabled`";
        variables.warn(endpoint, problem);
    }
    variables.parsed(&["OTEL_LOGS_EXPORTER"], |given| match given {
        "console" | "none" => Ok(()),
        _ => Err(format!(
            "{given:?} is refused: lines go to `logging.output`, where a collector reads them; `console` and `none` are \
             accepted, and change nothing"
        )),
    });
}
