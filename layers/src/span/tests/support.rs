//! Spans kept in memory, and bodies that follow a script.

use std::{
    collections::{BTreeMap, VecDeque},
    future::{pending, ready},
    panic::{AssertUnwindSafe, catch_unwind},
    pin::{Pin, pin},
    task::{Context, Poll, Waker},
};

use bytes::Bytes;
use http::{HeaderMap, Request, Response, StatusCode, header::CONTENT_TYPE};
use http_body::{Body, Frame, SizeHint};
use opentelemetry::trace::TracerProvider;
use opentelemetry_sdk::trace::{
    InMemorySpanExporter, Sampler, SdkTracer, SdkTracerProvider, SpanData,
};
use tower::{Service, service_fn};
use tower_layer::Layer;

use crate::{
    observe::{ObserveLayer, ObservedBody, Observers},
    route::RouteSources,
    span::{Span, SpanBuilder},
};

/// A provider, and the spans that it was given.
#[derive(Clone, Debug)]
pub(crate) struct Traces {
    pub(crate) provider: SdkTracerProvider,
    exporter: InMemorySpanExporter,
}

/// What a body does at a poll.
#[derive(Debug)]
pub(super) enum Step {
    Data(&'static str),
    Trailers,
    Error(&'static str),
    TimedOut,
    Hang,
    Panic,
    /// Runs this, and goes on.
    Do(fn()),
}

/// A body that follows a script.
#[derive(Debug, Default)]
pub(super) struct Script {
    steps: VecDeque<Step>,
    length: Option<u64>,
    /// Run when the body is dropped.
    pub(super) on_drop: Option<fn()>,
}

/// What a service does.
#[derive(Debug)]
pub(super) enum Reply {
    Answer(Response<Script>),
    Error(&'static str),
    Pending,
    PanicInCall,
    PanicInFuture,
}

pub(super) type Error = Box<dyn std::error::Error + Send + Sync>;

pub(super) fn get(path: &str) -> Request<()> {
    Request::builder().uri(path).body(()).expect("a request")
}

/// A request with these headers.
pub(super) fn with(headers: &[(&'static str, &str)]) -> Request<()> {
    let mut request = get("/users/7");
    for (name, value) in headers {
        let value = http::HeaderValue::from_bytes(value.as_bytes()).expect("a value");
        request.headers_mut().append(*name, value);
    }
    request
}

pub(super) fn ok(steps: impl IntoIterator<Item = Step>) -> Response<Script> {
    Response::new(Script::of(steps))
}

pub(super) fn stream(steps: impl IntoIterator<Item = Step>) -> Response<Script> {
    let mut response = ok(steps);
    let value = http::HeaderValue::from_static("text/event-stream");
    response.headers_mut().insert(CONTENT_TYPE, value);
    response
}

pub(super) fn status(code: u16, steps: impl IntoIterator<Item = Step>) -> Response<Script> {
    let mut response = ok(steps);
    *response.status_mut() = StatusCode::from_u16(code).expect("a status");
    response
}

/// One exchange: the body is polled until it is at its end or waits, and then dropped. A panic ends it.
pub(super) fn exchange<O: Observers>(
    layer: &ObserveLayer<O>,
    request: Request<()>,
    reply: impl FnOnce(Request<()>) -> Reply,
) -> HeaderMap {
    let mut reply = Some(reply);
    let mut service = layer.layer(service_fn(move |request: Request<()>| {
        let reply = reply.take().expect("one request")(request);
        if matches!(reply, Reply::PanicInCall) {
            panic!("in `call`");
        }
        async move {
            match reply {
                Reply::Answer(response) => ready(Ok::<_, Error>(response)).await,
                Reply::Error(text) => Err(text.into()),
                Reply::Pending => pending().await,
                Reply::PanicInCall | Reply::PanicInFuture => panic!("in the future"),
            }
        }
    }));
    let mut headers = HeaderMap::new();
    // A panic is the service's, and what is asked here is what the layer makes of it.
    let _ = catch_unwind(AssertUnwindSafe(|| {
        let mut context = Context::from_waker(Waker::noop());
        let answer = pin!(service.call(request)).poll(&mut context);
        if let Poll::Ready(Ok(response)) = answer {
            headers = response.headers().clone();
            drain(response.into_body());
        }
    }));
    headers
}

fn drain<O: Observers>(body: ObservedBody<Script, O>) {
    let mut context = Context::from_waker(Waker::noop());
    let mut body = pin!(body);
    while !body.is_end_stream() {
        match body.as_mut().poll_frame(&mut context) {
            Poll::Ready(Some(Ok(_))) => {}
            Poll::Ready(_) | Poll::Pending => break,
        }
    }
}

/// The attributes of a span, as text.
pub(super) fn attributes(span: &SpanData) -> BTreeMap<String, String> {
    let pairs = span.attributes.iter();
    let all: BTreeMap<_, _> = pairs
        .map(|pair| (pair.key.to_string(), pair.value.to_string()))
        .collect();
    assert_eq!(
        all.len(),
        span.attributes.len(),
        "twice: {:?}",
        span.attributes
    );
    all
}

/// The value of an attribute.
pub(crate) fn attribute(span: &SpanData, key: &str) -> Option<String> {
    attributes(span).remove(key)
}

// === impl Traces ===

impl Traces {
    pub(crate) fn new() -> Self {
        Self::sampled_by(Sampler::ParentBased(Box::new(Sampler::AlwaysOn)))
    }

    pub(crate) fn sampled_by(
        sampler: impl opentelemetry_sdk::trace::ShouldSample + 'static,
    ) -> Self {
        let exporter = InMemorySpanExporter::default();
        let provider = SdkTracerProvider::builder()
            .with_sampler(sampler)
            .with_simple_exporter(exporter.clone())
            .build();
        Self { provider, exporter }
    }

    pub(super) fn tracer(&self) -> SdkTracer {
        self.provider.tracer("a handler")
    }

    pub(crate) fn span(&self) -> Span {
        self.with(|options| options)
    }

    pub(super) fn with(&self, options: impl FnOnce(SpanBuilder) -> SpanBuilder) -> Span {
        let builder = Span::builder().tracer_provider(&self.provider);
        options(builder).build().expect("spans")
    }

    /// A layer with a table of routes.
    pub(super) fn layer(&self) -> ObserveLayer<Span> {
        layer(self.span())
    }

    pub(crate) fn finished(&self) -> Vec<SpanData> {
        self.exporter.get_finished_spans().expect("spans")
    }

    /// The only span that ended.
    pub(crate) fn only(&self) -> SpanData {
        let mut spans = self.finished();
        assert_eq!(spans.len(), 1, "{spans:#?}");
        spans.remove(0)
    }

    /// The span of this name.
    pub(crate) fn named(&self, name: &str) -> SpanData {
        let mut spans = self.finished();
        spans.retain(|span| span.name == name);
        assert_eq!(spans.len(), 1, "{name}: {spans:#?}");
        spans.remove(0)
    }
}

pub(super) fn layer<O: Observers>(observers: O) -> ObserveLayer<O> {
    let routes = RouteSources::new().table(["/users/{id}"]).expect("a table");
    ObserveLayer::new(observers).routes(routes)
}

// === impl Script ===

impl Script {
    pub(super) fn of(steps: impl IntoIterator<Item = Step>) -> Self {
        Self {
            steps: steps.into_iter().collect(),
            ..Self::default()
        }
    }

    pub(super) fn length(mut self, length: u64) -> Self {
        self.length = Some(length);
        self
    }
}

impl Drop for Script {
    fn drop(&mut self) {
        if let Some(run) = self.on_drop {
            run();
        }
    }
}

impl Body for Script {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        while let Some(Step::Do(run)) = self.steps.front() {
            run();
            self.steps.pop_front();
        }
        let Some(step) = self.steps.pop_front() else {
            return Poll::Ready(None);
        };
        Poll::Ready(Some(match step {
            Step::Data(text) => Ok(Frame::data(Bytes::from_static(text.as_bytes()))),
            Step::Trailers => Ok(Frame::trailers(HeaderMap::new())),
            Step::Error(text) => Err(text.into()),
            Step::TimedOut => Err(std::io::Error::from(std::io::ErrorKind::TimedOut).into()),
            Step::Hang => return Poll::Pending,
            Step::Panic => panic!("the body panics"),
            Step::Do(_) => unreachable!("these were run"),
        }))
    }

    fn size_hint(&self) -> SizeHint {
        self.length.map(SizeHint::with_exact).unwrap_or_default()
    }
}
