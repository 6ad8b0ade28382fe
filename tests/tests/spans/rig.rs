//! A provider for each service, and what it was given.

use std::time::Duration;

use bartizan::span::Span;
use bartizan_tests::wait::eventually;
use opentelemetry::{
    Context,
    propagation::{Injector, TextMapPropagator},
    trace::{SpanContext, TraceContextExt, Tracer, TracerProvider},
};
use opentelemetry_sdk::{
    propagation::TraceContextPropagator,
    trace::{InMemorySpanExporter, SdkTracerProvider, SpanData},
};

/// The spans of one service.
#[derive(Clone, Debug)]
pub(crate) struct Traces {
    pub(crate) provider: SdkTracerProvider,
    exporter: InMemorySpanExporter,
}

/// Headers of a request that is about to be sent.
struct Outgoing<'a>(&'a mut http::HeaderMap);

// === impl Traces ===

impl Traces {
    pub(crate) fn new() -> Self {
        let exporter = InMemorySpanExporter::default();
        let provider = SdkTracerProvider::builder()
            .with_simple_exporter(exporter.clone())
            .build();
        Self { provider, exporter }
    }

    pub(crate) fn span(&self) -> Span {
        let span = Span::builder().tracer_provider(&self.provider).build();
        span.expect("nothing of it can be refused")
    }

    /// A span of a client's own, in the context that is active.
    pub(crate) fn client(&self, name: &'static str) -> Context {
        Context::current_with_span(self.provider.tracer("a client").start(name))
    }

    /// The span of this name, once it ended.
    pub(crate) async fn named(&self, name: &str) -> SpanData {
        let find = || {
            let spans = self.exporter.get_finished_spans().expect("spans");
            spans.into_iter().find(|span| span.name == name)
        };
        eventually(find, || format!("no {name}: {:?}", self.exporter)).await
    }

    pub(crate) fn count(&self) -> usize {
        self.exporter.get_finished_spans().expect("spans").len()
    }
}

// === impl Outgoing ===

impl Injector for Outgoing<'_> {
    fn set(&mut self, key: &str, value: String) {
        if let (Ok(name), Ok(value)) = (
            http::HeaderName::try_from(key),
            http::HeaderValue::try_from(value),
        ) {
            self.0.insert(name, value);
        }
    }
}

/// Writes the context into a request, as a client's instrumentation does.
pub(crate) fn inject<B>(context: &Context, request: &mut http::Request<B>) {
    let propagator = TraceContextPropagator::new();
    propagator.inject_context(context, &mut Outgoing(request.headers_mut()));
}

pub(crate) fn assert_child(child: &SpanData, parent: &SpanContext, remote: bool) {
    assert_eq!(child.parent_span_id, parent.span_id(), "{child:#?}");
    assert_eq!(child.span_context.trace_id(), parent.trace_id());
    assert_eq!(child.parent_span_is_remote, remote);
}

/// Long enough for a span that should not be to show.
pub(crate) const A_WHILE: Duration = Duration::from_millis(50);
