//! Metrics that are pushed, as the configuration has it.

use std::{
    fmt,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
        mpsc,
    },
    thread,
    time::Duration,
};

use opentelemetry::metrics::MeterProvider;
use opentelemetry_sdk::{
    Resource,
    error::{OTelSdkError, OTelSdkResult},
    metrics::{
        PeriodicReader, SdkMeterProvider, Temporality, data::ResourceMetrics,
        exporter::PushMetricExporter,
    },
};
use tokio::runtime::Handle;

use super::{
    ExportError,
    courier::{Closing, Courier},
    failure::Failure,
};
use crate::{
    bridge::{self, OtlpRecorder},
    config::{Metrics, OtlpMetrics, OtlpProtocol},
    health::Health,
};

/// The provider whose metrics are pushed; clones share it.
///
/// It stands around the SDK's because that does not listen to how long its end may take: it waits for five seconds, and
/// where it is dropped without an end, too.
#[derive(Clone, Debug)]
pub(crate) struct MetricsPush {
    provider: SdkMeterProvider,
    closing: Closing,
    failures: Arc<AtomicU64>,
}

/// Sends what was collected, on the reader's thread.
trait Deliver: fmt::Debug + Send + Sync + 'static {
    fn deliver(&self, metrics: &ResourceMetrics, courier: &Courier) -> Result<(), Failure>;

    /// Where to, as it is told.
    fn place(&self) -> Option<String>;
}

/// An exporter that tells how it fares.
#[derive(Debug)]
struct Exporter {
    deliver: Box<dyn Deliver>,
    courier: Courier,
    health: Health,
    failures: Arc<AtomicU64>,
}

/// The recorder whose metrics are pushed, and the provider that pushes them.
///
/// It starts a thread of the SDK's, and pushes on `runtime`.
///
/// # Errors
///
/// [`ExportError`] says which field asks for what cannot be, and what can.
pub(crate) fn metrics(
    otlp: &OtlpMetrics,
    config: &Metrics,
    resource: Resource,
    health: &Health,
    runtime: &Handle,
) -> Result<(OtlpRecorder, MetricsPush), ExportError> {
    let naming = bridge::naming(config)?;
    let deliver = match otlp.protocol {
        OtlpProtocol::Grpc => otlp_grpc(otlp, runtime)?,
        OtlpProtocol::Http => otlp_http(otlp, runtime)?,
    };
    let courier = Courier::new(runtime.clone(), otlp.timeout.as_duration());
    let closing = courier.closing();
    let failures = Arc::default();
    let reader = PeriodicReader::builder(Exporter {
        deliver,
        courier,
        health: health.clone(),
        failures: Arc::clone(&failures),
    });
    let reader = reader.with_interval(otlp.interval.as_duration()).build();
    let provider = bridge::limited(SdkMeterProvider::builder(), config)
        .with_resource(resource)
        .with_reader(reader)
        .build();
    let meter = provider.meter("bartizan");
    let recorder = OtlpRecorder::new(meter, &naming, config);
    let push = MetricsPush {
        provider,
        closing,
        failures,
    };
    Ok((recorder, push))
}

// === impl MetricsPush ===

impl MetricsPush {
    /// The SDK's provider, for metrics that are made through OpenTelemetry's API.
    pub(crate) fn provider(&self) -> &SdkMeterProvider {
        &self.provider
    }

    /// Pushes now. It blocks the thread until that went well or not: for the time-out of a push at most, and of another
    /// one if that was under way.
    #[cfg(test)]
    pub(crate) fn force_flush(&self) -> OTelSdkResult {
        self.watched(|| self.provider.force_flush())
    }

    /// Pushes a last time, and ends. It blocks the thread for that time at most; with none, nothing is pushed and nothing
    /// waited for.
    pub(crate) fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.closing.within(timeout);
        let push = self.clone();
        let (tell, told) = mpsc::sync_channel(1);
        let end = move || {
            // Nobody may be there to hear it.
            let _ = tell.send(push.watched(|| push.provider.shutdown()));
        };
        let ended = thread::Builder::new()
            .name("bartizan-end".into())
            .spawn(end);
        ended.map_err(|error| OTelSdkError::InternalFailure(error.to_string()))?;
        told.recv_timeout(timeout)
            .unwrap_or(Err(OTelSdkError::Timeout(timeout)))
    }

    /// The exporter tells the SDK of no failure, for that would log each.
    fn watched(&self, push: impl FnOnce() -> OTelSdkResult) -> OTelSdkResult {
        let before = self.failures.load(Ordering::Acquire);
        push()?;
        if self.failures.load(Ordering::Acquire) == before {
            return Ok(());
        }
        let failure = "metrics could not be pushed";
        Err(OTelSdkError::InternalFailure(failure.into()))
    }
}

// === impl Exporter ===

impl PushMetricExporter for Exporter {
    /// It is always `Ok`: the SDK has an error of each push in the log, and [`Health`] one of each change.
    async fn export(&self, metrics: &ResourceMetrics) -> OTelSdkResult {
        let deliver = || self.deliver.deliver(metrics, &self.courier);
        let result = catch_unwind(AssertUnwindSafe(deliver)).unwrap_or(Err(Failure::Panicked));
        match result {
            Ok(()) => self.health.sent(),
            Err(failure) => {
                self.failures.fetch_add(1, Ordering::AcqRel);
                self.health.failed(&failure.at(self.deliver.place()));
            }
        }
        Ok(())
    }

    fn force_flush(&self) -> OTelSdkResult {
        Ok(())
    }

    fn shutdown_with_timeout(&self, _: Duration) -> OTelSdkResult {
        Ok(())
    }

    fn temporality(&self) -> Temporality {
        Temporality::Cumulative
    }
}

#[cfg(any(feature = "otlp-grpc", feature = "otlp-http"))]
impl Deliver for super::otlp::Metrics {
    fn deliver(&self, metrics: &ResourceMetrics, courier: &Courier) -> Result<(), Failure> {
        self.deliver(metrics, courier)
    }

    fn place(&self) -> Option<String> {
        Some(self.place())
    }
}

#[cfg(feature = "otlp-grpc")]
fn otlp_grpc(config: &OtlpMetrics, runtime: &Handle) -> Result<Box<dyn Deliver>, ExportError> {
    use super::otlp;

    let line = otlp::Target::metrics(config).grpc(runtime)?;
    Ok(Box::new(otlp::Metrics::new(line)))
}

#[cfg(feature = "otlp-http")]
fn otlp_http(config: &OtlpMetrics, runtime: &Handle) -> Result<Box<dyn Deliver>, ExportError> {
    use super::otlp;

    let line = otlp::Target::metrics(config).http(runtime)?;
    Ok(Box::new(otlp::Metrics::new(line)))
}

#[cfg(not(feature = "otlp-grpc"))]
fn otlp_grpc(_: &OtlpMetrics, _: &Handle) -> Result<Box<dyn Deliver>, ExportError> {
    Err(not_compiled_in("`grpc`", "otlp-grpc"))
}

#[cfg(not(feature = "otlp-http"))]
fn otlp_http(_: &OtlpMetrics, _: &Handle) -> Result<Box<dyn Deliver>, ExportError> {
    Err(not_compiled_in("`http`", "otlp-http"))
}

#[cfg(not(all(feature = "otlp-grpc", feature = "otlp-http")))]
fn not_compiled_in(asked: &'static str, feature: &'static str) -> ExportError {
    ExportError::NotCompiledIn {
        field: "metrics.otlp.protocol",
        asked,
        feature,
    }
}
