//! A runtime for pushes, and the figures that tell of them.

use std::time::{Duration, Instant};

use bartizan::meter::Meter;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use opentelemetry::{
    KeyValue,
    trace::{Span, SpanBuilder, Tracer, TracerProvider},
};
use opentelemetry_sdk::{Resource, trace::SdkTracerProvider};
use tokio::runtime::{Builder, Handle, Runtime};

use crate::{
    config::{Batch, Period, Sampler, TraceExporter, Tracing},
    export::{self, courier::now},
    health::{Health, Signal},
};

/// A runtime for pushes, and the figures that tell of them.
#[derive(Debug)]
pub(crate) struct Scene {
    runtime: Runtime,
    page: PrometheusHandle,
    meter: Meter,
}

/// What runs long while nobody hangs, in a test on a busy machine.
const SLACK: Duration = Duration::from_secs(2);

// === impl Scene ===

impl Scene {
    pub(crate) fn new() -> Self {
        let mut builder = Builder::new_multi_thread();
        let runtime = builder.worker_threads(1).enable_all().build();
        let recorder = PrometheusBuilder::new().build_recorder();
        let page = recorder.handle();
        let meter = Meter::builder().recorder(recorder).build();
        Self {
            runtime: runtime.expect("a runtime"),
            page,
            meter: meter.expect("a meter"),
        }
    }

    pub(crate) fn runtime(&self) -> &Handle {
        self.runtime.handle()
    }

    pub(crate) fn run<T>(&self, future: impl Future<Output = T>) -> T {
        self.runtime.block_on(future)
    }

    pub(crate) fn health(&self, signal: Signal) -> Health {
        Health::new(&self.meter, signal)
    }

    pub(crate) fn resource() -> Resource {
        Resource::builder_empty()
            .with_service_name("shop")
            .with_attribute(KeyValue::new("team", "checkout"))
            .build()
    }

    /// A configuration that sends everything at once, and waits so long for an answer.
    pub(crate) fn tracing(exporter: TraceExporter, to: &str, timeout: Duration) -> Tracing {
        Tracing {
            exporter,
            endpoint: Some(to.to_owned()),
            timeout: Period::from_millis(timeout.as_millis() as u64),
            sampler: Sampler::AlwaysOn,
            batch: Batch {
                delay: Period::from_secs(60),
                ..Batch::default()
            },
            ..Tracing::default()
        }
    }

    pub(crate) fn provider(&self, config: &Tracing) -> SdkTracerProvider {
        let health = self.health(Signal::Traces);
        let provider = export::spans(config, Self::resource(), &health, self.runtime());
        let provider = provider.expect("a good configuration");
        provider.expect("an exporter")
    }

    /// Ends so many spans, and tells how long the slowest took.
    pub(crate) fn spans(provider: &SdkTracerProvider, spans: usize) -> Duration {
        let tracer = provider.tracer("tests");
        let slowest = (0..spans).map(|id| {
            let began = now();
            let builder = SpanBuilder::from_name(format!("span {id}"));
            let builder = builder.with_attributes([KeyValue::new("id", id as i64)]);
            builder.start(&tracer).end();
            began.elapsed()
        });
        slowest.max().unwrap_or_default()
    }

    /// The figure of an exporter: `up`, `failures`, `dropped`.
    pub(crate) fn figure(&self, signal: &str, figure: &str) -> u64 {
        let name = match figure {
            "up" => "bartizan_exporter_up".to_owned(),
            other => format!("bartizan_export_{other}_total"),
        };
        let series = format!("{name}{{signal=\"{signal}\"}} ");
        let page = self.page.render();
        let line = page.lines().find_map(|line| line.strip_prefix(&series));
        let value = line.unwrap_or_else(|| panic!("no {series} in\n{page}"));
        value.parse().expect("a number")
    }

    /// Waits for what a thread of the SDK's does in its own time.
    pub(crate) fn until(what: &str, is: impl Fn() -> bool) {
        let began = now();
        while !is() {
            assert!(began.elapsed() < 5 * SLACK, "{what}");
            std::thread::sleep(millis(5));
        }
    }

    /// Waits for a figure that a thread of the SDK's tells in its own time.
    pub(crate) fn await_figure(&self, signal: &str, figure: &str, is: impl Fn(u64) -> bool) {
        let began = now();
        while !is(self.figure(signal, figure)) {
            let told = self.figure(signal, figure);
            assert!(began.elapsed() < 5 * SLACK, "{signal}, {figure}: {told}");
            std::thread::sleep(millis(5));
        }
    }

    pub(crate) fn assert_figures(&self, signal: &str, up: u64, failures: u64, dropped: u64) {
        let told = ["up", "failures", "dropped"].map(|figure| self.figure(signal, figure));
        assert_eq!(
            told,
            [up, failures, dropped],
            "{signal}: up, failures, dropped"
        );
    }
}

/// Runs something that takes at least so long and no longer than `most`, besides what a busy machine adds.
pub(crate) fn spent<T>(least: Duration, most: Duration, what: impl FnOnce() -> T) -> T {
    let began: Instant = now();
    let result = what();
    let took = began.elapsed();
    assert!(took >= least, "only {took:?}, not {least:?}");
    assert!(took <= most + SLACK, "{took:?}, and not {most:?}");
    result
}

pub(crate) const fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}
