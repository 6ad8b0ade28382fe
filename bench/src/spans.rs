//! Spans of the SDK, with nothing behind it: what a batch or an exporter costs is not the layer's.

use std::{
    hint::black_box,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use bartizan::span::Span;
use opentelemetry::{Context, global};
use opentelemetry_sdk::{
    error::OTelSdkResult,
    trace::{Sampler, SdkTracerProvider, SpanData, SpanProcessor},
};

/// Lets go of each span, where the request waits for that.
#[derive(Debug)]
struct Drops;

/// Takes each span, as a batch does: whoever exports it lets go of it, elsewhere.
#[derive(Debug)]
struct Takes(Mutex<Vec<SpanData>>);

/// As many as a run makes.
const ROOM: usize = 100_000;

/// Spans by a provider that was given, and which takes them.
pub fn given() -> Span {
    by(&provider(Takes(Mutex::new(Vec::with_capacity(ROOM)))))
}

/// As [`given`], of a provider that lets go of them.
pub fn dropped() -> Span {
    by(&provider(Drops))
}

/// Spans by the global provider.
pub fn global() -> Span {
    global::set_tracer_provider(provider(Drops));
    Span::new()
}

fn by(provider: &SdkTracerProvider) -> Span {
    let span = Span::builder().tracer_provider(provider).build();
    span.expect("nothing of it can be refused")
}

/// What the caller decided is kept to.
fn provider(processor: impl SpanProcessor + 'static) -> SdkTracerProvider {
    SdkTracerProvider::builder()
        .with_sampler(Sampler::ParentBased(Box::new(Sampler::AlwaysOn)))
        .with_span_processor(processor)
        .build()
}

// === impl Takes ===

impl SpanProcessor for Takes {
    fn on_start(&self, _: &mut opentelemetry_sdk::trace::Span, _: &Context) {}

    fn on_end(&self, span: SpanData) {
        let mut taken = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Without growing: a batch that is full takes none.
        if taken.len() < ROOM {
            taken.push(span);
        }
    }

    fn force_flush(&self) -> OTelSdkResult {
        Ok(())
    }

    fn shutdown_with_timeout(&self, _: Duration) -> OTelSdkResult {
        Ok(())
    }
}

// === impl Drops ===

impl SpanProcessor for Drops {
    fn on_start(&self, _: &mut opentelemetry_sdk::trace::Span, _: &Context) {}

    fn on_end(&self, span: SpanData) {
        drop(black_box(span));
    }

    fn force_flush(&self) -> OTelSdkResult {
        Ok(())
    }

    fn shutdown_with_timeout(&self, _: Duration) -> OTelSdkResult {
        Ok(())
    }
}
