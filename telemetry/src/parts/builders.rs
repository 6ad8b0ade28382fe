//! The builders of the parts, as a configuration has them.

use std::sync::Arc;

use bartizan::{
    gen_ai::GenAiBuilder, grpc::GrpcBuilder, http::HttpMetricsBuilder, log::LogBuilder,
    meter::Meter, observe::RequestHead, span::SpanBuilder, sse::SseBuilder, task::TasksBuilder,
    vitals::WebVitalsBuilder,
};
use opentelemetry::trace::{Tracer, TracerProvider};
use route_canon::Table;

use super::{Parts, observers, routes, services};
use crate::config::{Config, ConfigError, Faults, Layers};

/// The builders of the parts, as a configuration has them: to be told what a file cannot say, and then built.
#[derive(Debug)]
pub(crate) struct Builders<'a> {
    pub(crate) span: SpanBuilder,
    pub(crate) log: LogBuilder,
    pub(crate) http: HttpMetricsBuilder,
    pub(crate) grpc: GrpcBuilder,
    pub(crate) sse: SseBuilder,
    pub(crate) tasks: TasksBuilder,
    pub(crate) gen_ai: GenAiBuilder,
    pub(crate) vitals: WebVitalsBuilder,
    config: &'a Config,
    /// Whether there is a provider of tracers.
    traces: bool,
    faults: Faults,
}

// === impl Builders ===

impl<'a> Builders<'a> {
    pub(crate) fn new<P>(config: &'a Config, meter: &Meter, provider: Option<&P>) -> Self
    where
        P: TracerProvider,
        P::Tracer: Tracer<Span: Send + Sync + 'static> + Send + Sync + 'static,
    {
        let Config {
            layers,
            routes,
            tasks,
            models,
            vitals,
            tracing,
            ..
        } = config;
        let mut faults = Faults::default();
        let mut span = observers::span(&layers.spans, &tracing.propagators);
        let mut log = observers::log(&layers.lines);
        let mut http = observers::http(&layers.http).meter(meter.clone());
        if let Some(skip) = skip(&layers.skip, &mut faults) {
            span = span.skip(skip.clone());
            log = log.skip(skip.clone());
            http = http.skip(skip);
        }
        let mut task = services::tasks(tasks).meter(meter.clone());
        let mut gen_ai = services::gen_ai(models).meter(meter.clone());
        if let Some(provider) = provider {
            span = span.tracer_provider(provider);
            task = task.tracer_provider(provider);
            gen_ai = gen_ai.tracer_provider(provider);
        }
        if provider.is_none() || !tasks.spans {
            task = task.without_spans();
        }
        if provider.is_none() || !models.spans {
            gen_ai = gen_ai.without_spans();
        }
        Self {
            span,
            log,
            http,
            grpc: observers::grpc(&layers.grpc).meter(meter.clone()),
            sse: observers::sse(&layers.sse).meter(meter.clone()),
            tasks: task,
            gen_ai,
            vitals: services::vitals(vitals, routes).meter(meter.clone()),
            config,
            traces: provider.is_some(),
            faults,
        }
    }

    /// Makes the parts. Those that are off are made, too, so that their faults are told, and then left out.
    ///
    /// # Errors
    ///
    /// All options that are refused, with their paths.
    pub(crate) fn build(self) -> Result<Parts, ConfigError> {
        let Self {
            span,
            log,
            http,
            grpc,
            sse,
            tasks,
            gen_ai,
            vitals,
            config,
            traces,
            mut faults,
        } = self;
        let Layers {
            scheme,
            skip: _,
            methods,
            stream_types,
            spans,
            lines,
            http: requests,
            grpc: calls,
            sse: streams,
        } = &config.layers;
        let measured = config.metrics.enabled;

        let renamed = [("client_address", "client_address_header")];
        let span = faults.keep("layers.spans", &renamed, span.build());
        let log = faults.keep("layers.lines", &[], log.build());
        let http = faults.keep("layers.http", &[], http.build());
        let grpc = faults.keep("layers.grpc", &[], grpc.build());
        let sse = faults.keep("layers.sse", &[("end_type", "end_types")], sse.build());
        let tasks = faults.keep("tasks", &[("stages", "stage_cap")], tasks.build());
        let renamed = [("end_type", "end_types"), ("teams", "team_cap")];
        let gen_ai = faults.keep("models", &renamed, gen_ai.build());
        let vitals = faults.keep("vitals", &[], vitals.build());
        let sse = sse.filter(|_| streams.enabled);

        // Calls are routes in spans and lines, too, where nobody counts them.
        let methods_of_calls = calls.enabled.then_some(calls.methods.as_slice());
        let sources = routes::sources(&config.routes, methods_of_calls, &mut faults);
        let stack = bartizan::builder()
            .routes(sources)
            .span(span.filter(|_| spans.enabled && traces))
            .log(log.filter(|_| lines.enabled))
            .http(http.filter(|_| requests.enabled && measured))
            .grpc(grpc.filter(|_| calls.enabled && measured))
            .sse(sse.clone())
            .build()
            .scheme(observers::scheme(*scheme))
            .streams(routes::stream_types(stream_types, &mut faults));
        let stack = match methods {
            Some(known) => {
                let known = stack.methods(known.iter().map(String::as_str));
                faults.keep("layers.methods", &[], known)
            }
            None => Some(stack),
        };
        match (stack, tasks, gen_ai, vitals) {
            (Some(stack), Some(tasks), Some(gen_ai), Some(vitals)) if faults.is_empty() => {
                Ok(Parts {
                    stack,
                    sse,
                    tasks,
                    gen_ai,
                    vitals,
                })
            }
            _ => Err(ConfigError::Refused(faults.into_vec())),
        }
    }
}

/// Whether a request is left out.
fn skip(
    templates: &[String],
    faults: &mut Faults,
) -> Option<impl Fn(RequestHead<'_>) -> bool + Clone + Send + Sync + 'static + use<>> {
    if templates.is_empty() {
        return None;
    }
    let table = Table::new(templates);
    let table = table.map_err(|error| format!("layers.skip: {error}"));
    let table = Arc::new(faults.keep("layers", &[], table)?);
    Some(move |request: RequestHead<'_>| table.find(request.uri().path()).is_some())
}
