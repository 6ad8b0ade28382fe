//! The provider of spans, as the configuration has it.

use std::sync::Arc;

use opentelemetry_sdk::{
    Resource,
    trace::{
        BatchConfigBuilder, BatchSpanProcessor, Sampler, SdkTracerProvider, TracerProviderBuilder,
    },
};
use tokio::runtime::Handle;

use super::{
    ExportError,
    courier::Courier,
    exporter::{Deliver, Exporter},
    gate::Gate,
    queue::Queue,
    stdout::Stdout,
};
use crate::{
    config::{self, TraceExporter, Tracing},
    health::Health,
};

/// What a provider has beside its exporter: processors of the service's own.
pub(crate) type Processors =
    Vec<Box<dyn FnOnce(TracerProviderBuilder) -> TracerProviderBuilder + Send>>;

/// The provider of spans; `None` where they go nowhere, and no processor wants them.
///
/// It starts a thread of the SDK's, and pushes on `runtime`. Its `shutdown_with_timeout` returns within the time that is
/// given, whatever hangs; so does the drop of its last clone, within five seconds.
///
/// # Errors
///
/// [`ExportError`] says which field asks for what cannot be, and what can.
pub(crate) fn spans(
    config: &Tracing,
    resource: Resource,
    health: Option<&Health>,
    runtime: &Handle,
    processors: Processors,
) -> Result<Option<SdkTracerProvider>, ExportError> {
    let deliver = match config.exporter {
        TraceExporter::OtlpGrpc => Some(otlp_grpc(config, &resource, runtime)?),
        TraceExporter::OtlpHttp => Some(otlp_http(config, &resource, runtime)?),
        TraceExporter::Zipkin => Some(zipkin(config, &resource, runtime)?),
        TraceExporter::Stdout => Some(Box::new(Stdout::new(&resource)) as Box<dyn Deliver>),
        TraceExporter::None => None,
    };
    if deliver.is_none() && processors.is_empty() {
        return Ok(None);
    }
    let provider = SdkTracerProvider::builder()
        .with_sampler(sampler(config)?)
        .with_resource(resource);
    let provider = processors
        .into_iter()
        .fold(provider, |provider, add| add(provider));
    let provider = match deliver.zip(health) {
        Some((deliver, health)) => {
            provider.with_span_processor(gate(deliver, config, health, runtime))
        }
        None => provider,
    };
    Ok(Some(provider.build()))
}

/// The way of spans, from where they end.
pub(super) fn gate(
    deliver: Box<dyn Deliver>,
    config: &Tracing,
    health: &Health,
    runtime: &Handle,
) -> Gate {
    let config::Batch { queue, size, delay } = &config.batch;
    let most = (*queue).max(1);
    let queue = Arc::new(Queue::new(most));
    let courier = Courier::new(runtime.clone(), config.timeout.as_duration());
    let closing = courier.closing();
    let exporter = Exporter::new(deliver, courier, Arc::clone(&queue), health.clone());
    let batches = BatchConfigBuilder::default()
        .with_max_queue_size(most)
        .with_max_export_batch_size((*size).max(1))
        .with_scheduled_delay(delay.as_duration());
    let batches = BatchSpanProcessor::builder(exporter)
        .with_batch_config(batches.build())
        .build();
    Gate::new(batches, queue, closing, health.clone())
}

fn sampler(config: &Tracing) -> Result<Sampler, ExportError> {
    let given = config.ratio;
    if !(0.0..=1.0).contains(&given) {
        return Err(ExportError::Ratio { given });
    }
    let as_caller = |root| Sampler::ParentBased(Box::new(root));
    Ok(match config.sampler {
        config::Sampler::AlwaysOn => Sampler::AlwaysOn,
        config::Sampler::AlwaysOff => Sampler::AlwaysOff,
        config::Sampler::TraceIdRatio => Sampler::TraceIdRatioBased(given),
        config::Sampler::ParentBasedAlwaysOn => as_caller(Sampler::AlwaysOn),
        config::Sampler::ParentBasedAlwaysOff => as_caller(Sampler::AlwaysOff),
        config::Sampler::ParentBasedTraceIdRatio => as_caller(Sampler::TraceIdRatioBased(given)),
    })
}

#[cfg(feature = "otlp-grpc")]
fn otlp_grpc(
    config: &Tracing,
    resource: &Resource,
    runtime: &Handle,
) -> Result<Box<dyn Deliver>, ExportError> {
    use super::otlp;

    let to = otlp::Target::spans(config);
    Ok(Box::new(otlp::Spans::new(to.grpc(runtime)?, resource)))
}

#[cfg(not(feature = "otlp-grpc"))]
fn otlp_grpc(_: &Tracing, _: &Resource, _: &Handle) -> Result<Box<dyn Deliver>, ExportError> {
    Err(not_compiled_in("`otlp-grpc`", "otlp-grpc"))
}

#[cfg(feature = "otlp-http")]
fn otlp_http(
    config: &Tracing,
    resource: &Resource,
    runtime: &Handle,
) -> Result<Box<dyn Deliver>, ExportError> {
    use super::otlp;

    let to = otlp::Target::spans(config);
    Ok(Box::new(otlp::Spans::new(to.http(runtime)?, resource)))
}

#[cfg(not(feature = "otlp-http"))]
fn otlp_http(_: &Tracing, _: &Resource, _: &Handle) -> Result<Box<dyn Deliver>, ExportError> {
    Err(not_compiled_in("`otlp-http`", "otlp-http"))
}

#[cfg(feature = "zipkin")]
fn zipkin(
    config: &Tracing,
    resource: &Resource,
    runtime: &Handle,
) -> Result<Box<dyn Deliver>, ExportError> {
    Ok(Box::new(super::zipkin::Zipkin::new(
        config, resource, runtime,
    )?))
}

#[cfg(not(feature = "zipkin"))]
fn zipkin(_: &Tracing, _: &Resource, _: &Handle) -> Result<Box<dyn Deliver>, ExportError> {
    Err(not_compiled_in("`zipkin`", "zipkin"))
}

#[cfg(not(all(feature = "otlp-grpc", feature = "otlp-http", feature = "zipkin")))]
fn not_compiled_in(asked: &'static str, feature: &'static str) -> ExportError {
    ExportError::NotCompiledIn {
        field: "tracing.exporter",
        asked,
        feature,
    }
}
