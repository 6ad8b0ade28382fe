//! Spans of the SDK, with nothing behind it: what a batch or an exporter costs is not the layer's.

use std::{
    convert::Infallible,
    future::{Ready, ready},
    hint::black_box,
    pin::{Pin, pin},
    sync::{Mutex, PoisonError},
    task,
    task::{Poll, Waker},
    time::Duration,
};

use bartizan::span::Span;
use bytes::Bytes;
use http::{Request, Response};
use http_body::{Body, Frame};
use http_body_util::Empty;
use opentelemetry::{
    Context, global,
    trace::{TraceContextExt, Tracer, TracerProvider},
};
use opentelemetry_sdk::{
    error::OTelSdkResult,
    trace::{Sampler, SdkTracerProvider, SpanData, SpanProcessor},
};
use tower_service::Service;

use crate::services::{Events, EventsBody};

/// Lets go of each span, where the request waits for that.
#[derive(Debug)]
struct Drops;

/// Takes each span, as a batch does: whoever exports it lets go of it, elsewhere.
#[derive(Debug)]
struct Takes(Mutex<Vec<SpanData>>);

pin_project_lite::pin_project! {
    /// Makes a context active around each poll, by hand, and does nothing else.
    #[derive(Debug)]
    pub struct ActiveBody<B> {
        #[pin]
        inner: B,
        context: Context,
    }
}

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

/// Event streams that are polled within a span, by hand.
#[derive(Clone, Debug)]
pub struct Active(pub Events);

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

// === impl Active ===

impl Service<Request<Empty<Bytes>>> for Active {
    type Response = Response<ActiveBody<EventsBody>>;
    type Error = Infallible;
    type Future = Ready<Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut task::Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Empty<Bytes>>) -> Self::Future {
        let mut cx = task::Context::from_waker(Waker::noop());
        let Poll::Ready(Ok(response)) = pin!(self.0.call(request)).poll(&mut cx) else {
            unreachable!("it answers at once");
        };
        let span = provider(Drops).tracer("by hand").start("active");
        let context = Context::new().with_span(span);
        ready(Ok(response.map(|inner| ActiveBody { inner, context })))
    }
}

// === impl ActiveBody ===

impl<B: Body> Body for ActiveBody<B> {
    type Data = B::Data;
    type Error = B::Error;

    #[inline(never)]
    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut task::Context<'_>,
    ) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        let this = self.project();
        let _active = this.context.clone().attach();
        this.inner.poll_frame(cx)
    }
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
