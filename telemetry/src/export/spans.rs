//! The provider of spans, as the configuration has it.

use std::sync::Arc;

use opentelemetry_sdk::{
    Resource,
    trace::{BatchConfigBuilder, BatchSpanProcessor, Sampler, SdkTracerProvider},
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

/// The provider of spans; `None` where they go nowhere.
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
    health: &Health,
    runtime: &Handle,
) -> Result<Option<SdkTracerProvider>, ExportError> {
    let sampler = sampler(config)?;
    let provider = |deliver| {
        Some(provider(
            deliver, config, sampler, &resource, health, runtime,
        ))
    };
    match config.exporter {
        TraceExporter::OtlpGrpc => Ok(provider(otlp_grpc(config, &resource, runtime)?)),
        TraceExporter::OtlpHttp => Ok(provider(otlp_http(config, &resource, runtime)?)),
        TraceExporter::Zipkin => Ok(provider(zipkin(config, &resource, runtime)?)),
        TraceExporter::Stdout => Ok(provider(Box::new(Stdout::new(&resource)))),
        TraceExporter::None => Ok(None),
    }
}

fn provider(
    deliver: Box<dyn Deliver>,
    config: &Tracing,
    sampler: Sampler,
    resource: &Resource,
    health: &Health,
    runtime: &Handle,
) -> SdkTracerProvider {
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
    SdkTracerProvider::builder()
        .with_sampler(sampler)
        .with_resource(resource.clone())
        .with_span_processor(Gate::new(batches, queue, closing, health.clone()))
        .build()
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
