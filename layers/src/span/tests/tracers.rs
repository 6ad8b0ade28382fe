//! Who makes the spans, and what becomes of requests when that fails.

use std::{
    future::pending,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use opentelemetry::{
    Context, global,
    trace::{TraceContextExt, TracerProvider},
};
use opentelemetry_sdk::{
    error::{OTelSdkError, OTelSdkResult},
    trace::{SdkTracerProvider, SpanData, SpanExporter},
};

use super::support::{Reply, Traces, exchange, get, layer, ok, with};
use crate::span::Span;

const PARENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

#[test]
fn the_global_provider_may_come_late_and_be_replaced() {
    let layer = layer(Span::new());
    let serve = || {
        let mut active = None;
        exchange(&layer, with(&[("traceparent", PARENT)]), |_| {
            active = Some(Context::current().span().span_context().clone());
            Reply::Answer(ok([]))
        });
        active.expect("it was called")
    };
    // Without a provider what the caller sent is passed on.
    assert_eq!(serve().span_id().to_string(), "00f067aa0ba902b7");

    // One more than there are places to keep them.
    for _ in 0..6 {
        let traces = Traces::new();
        global::set_tracer_provider(traces.provider.clone());
        for count in 1..=3 {
            let active = serve();
            assert_eq!(traces.finished().len(), count);
            assert_eq!(traces.finished()[count - 1].span_context, active);
        }
        traces.provider.shutdown().expect("it shuts down");
        // A provider that is shut down makes none, and nobody minds.
        assert_eq!(serve().span_id().to_string(), "00f067aa0ba902b7");
    }
}

#[test]
fn any_provider_will_do() {
    let traces = Traces::new();
    let boxed = Boxed(traces.provider.clone());
    let span = Span::builder()
        .tracer_provider(&boxed)
        .build()
        .expect("spans");
    exchange(&layer(span), get("/users/7"), |_| Reply::Answer(ok([])));
    assert_eq!(traces.only().name, "GET /users/{id}");
    let noop = opentelemetry::trace::noop::NoopTracerProvider::new();
    let span = Span::builder()
        .tracer_provider(&noop)
        .build()
        .expect("spans");
    exchange(&layer(span), get("/users/7"), |_| Reply::Answer(ok([])));
}

struct Boxed(SdkTracerProvider);

impl TracerProvider for Boxed {
    type Tracer = global::BoxedTracer;

    fn tracer_with_scope(&self, scope: opentelemetry::InstrumentationScope) -> Self::Tracer {
        global::BoxedTracer::new(Box::new(self.0.tracer_with_scope(scope)))
    }
}

/// Hangs, or fails.
#[derive(Clone, Debug)]
struct Bad {
    hangs: bool,
    batches: Arc<AtomicUsize>,
}

impl SpanExporter for Bad {
    async fn export(&self, _: Vec<SpanData>) -> OTelSdkResult {
        self.batches.fetch_add(1, Ordering::SeqCst);
        if self.hangs {
            pending::<()>().await;
        }
        Err(OTelSdkError::InternalFailure("no".into()))
    }
}

#[test]
#[allow(
    clippy::disallowed_methods,
    reason = "an exporter's thread has the system's clock"
)]
fn an_exporter_that_hangs_or_fails_delays_no_request() {
    for hangs in [true, false] {
        let batches = Arc::<AtomicUsize>::default();
        let exporter = Bad {
            hangs,
            batches: Arc::clone(&batches),
        };
        let provider = SdkTracerProvider::builder()
            .with_batch_exporter(exporter)
            .build();
        let span = Span::builder()
            .tracer_provider(&provider)
            .build()
            .expect("spans");
        let layer = layer(span);
        let start = Instant::now();
        let mut served = 0;
        // More than the queue of a batch holds.
        for _ in 0..5_000 {
            exchange(&layer, get("/users/7"), |_| {
                served += 1;
                Reply::Answer(ok([]))
            });
        }
        assert_eq!(served, 5_000);
        assert!(
            start.elapsed() < Duration::from_secs(10),
            "{:?}",
            start.elapsed()
        );
        assert!(batches.load(Ordering::SeqCst) > 0 || hangs);
        if hangs {
            // Its shutdown would wait for what hangs.
            std::mem::forget(provider);
        }
    }
}
