//! Streams that a test feeds, and a recorder that keeps every sample.

use std::{
    collections::VecDeque,
    future::ready,
    pin::{Pin, pin},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, Waker},
    time::Duration,
};

use bytes::Bytes;
use http::{HeaderMap, HeaderName, Request, Response, header::CONTENT_TYPE};
use http_body::{Body, Frame};
use tower::Service;
use tower_layer::Layer;

use crate::{
    meter::{Meter, MeterBuilder},
    observe::{ObserveLayer, ObservedBody, StreamHandle, StreamHandles},
    route::RouteSources,
    sse::{Sse, SseBuilder},
};

use super::recorder::Recorded;

/// A body that gives what the test feeds it, and waits meanwhile. A clone is the test's end of it.
#[derive(Clone, Debug, Default)]
pub(super) struct Feed(Arc<Mutex<Fed>>);

#[derive(Debug, Default)]
struct Fed {
    steps: VecDeque<Step>,
    waker: Option<Waker>,
    polls: usize,
}

/// What a fed body gives at a poll.
#[derive(Debug)]
pub(super) enum Step {
    Data(Bytes),
    Trailers,
    Error,
    TimedOut,
    End,
    Panic,
}

pub(super) type Error = Box<dyn std::error::Error + Send + Sync>;

/// A layer with stream metrics, and what it records.
#[derive(Debug)]
pub(super) struct Rig {
    pub(super) sse: Sse,
    pub(super) layer: ObserveLayer<Sse>,
    pub(super) recorded: Recorded,
}

/// An open stream, from its client's side.
#[derive(Debug)]
pub(super) struct Stream<B = ObservedBody<Feed, Sse>> {
    pub(super) body: B,
    pub(super) feed: Feed,
    pub(super) handle: Option<StreamHandle>,
}

pub(super) type Polled = Poll<Option<Result<Frame<Bytes>, Error>>>;

pub(super) fn get(path: &str) -> Request<()> {
    Request::builder().uri(path).body(()).expect("a request")
}

pub(super) fn head() -> Request<()> {
    let request = Request::head("/chat").body(());
    request.expect("a request")
}

/// A response of this content type.
pub(super) fn typed(content_type: &str) -> Response<Feed> {
    with_header(Response::new(Feed::default()), CONTENT_TYPE, content_type)
}

pub(super) fn event_stream() -> Response<Feed> {
    typed("text/event-stream")
}

pub(super) fn with_header(
    mut response: Response<Feed>,
    name: HeaderName,
    value: &str,
) -> Response<Feed> {
    let value = value.parse().expect("a value");
    response.headers_mut().insert(name, value);
    response
}

pub(super) async fn advance(milliseconds: u64) {
    tokio::time::advance(Duration::from_millis(milliseconds)).await;
}

/// Sends a request through a layer to a service that answers so; the client's side of it.
pub(super) fn send<L, S>(
    layer: &L,
    request: Request<()>,
    response: Response<Feed>,
) -> Stream<S::Body>
where
    L: Layer<Answer, Service = S>,
    S: Answers,
{
    let feed = response.body().clone();
    let handle = Arc::new(Mutex::new(None));
    let answer = Answer {
        response: Arc::new(Mutex::new(Some(response))),
        handle: Arc::clone(&handle),
    };
    let body = layer.layer(answer).send(request);
    let handle = handle.lock().unwrap().take();
    Stream { body, feed, handle }
}

/// A service that answers one request, and keeps the handle that came along.
#[derive(Clone, Debug)]
pub(super) struct Answer {
    response: Arc<Mutex<Option<Response<Feed>>>>,
    handle: Arc<Mutex<Option<StreamHandle>>>,
}

/// A service whose answers are ready.
pub(super) trait Answers {
    type Body;

    fn send(self, request: Request<()>) -> Self::Body;
}

impl<S, B> Answers for S
where
    S: Service<Request<()>, Response = Response<B>, Error = Error>,
{
    type Body = B;

    fn send(mut self, request: Request<()>) -> B {
        let mut context = Context::from_waker(Waker::noop());
        match pin!(self.call(request)).poll(&mut context) {
            Poll::Ready(answer) => answer.expect("a response").into_body(),
            Poll::Pending => panic!("the service was to answer at once"),
        }
    }
}

impl Service<Request<()>> for Answer {
    type Response = Response<Feed>;
    type Error = Error;
    type Future = std::future::Ready<Result<Response<Feed>, Error>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<()>) -> Self::Future {
        *self.handle.lock().unwrap() = request.extensions().get().cloned();
        ready(Ok(self
            .response
            .lock()
            .unwrap()
            .take()
            .expect("one request")))
    }
}

// === impl Feed ===

impl Feed {
    pub(super) fn push(&self, step: Step) {
        let mut fed = self.fed();
        fed.steps.push_back(step);
        if let Some(waker) = fed.waker.take() {
            waker.wake();
        }
    }

    pub(super) fn polls(&self) -> usize {
        self.fed().polls
    }

    fn fed(&self) -> MutexGuard<'_, Fed> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Body for Feed {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Polled {
        let step = {
            let mut fed = self.fed();
            fed.polls += 1;
            let Some(step) = fed.steps.pop_front() else {
                fed.waker = Some(cx.waker().clone());
                return Poll::Pending;
            };
            step
        };
        Poll::Ready(match step {
            Step::Data(bytes) => Some(Ok(Frame::data(bytes))),
            Step::Trailers => Some(Ok(Frame::trailers(HeaderMap::new()))),
            Step::Error => Some(Err("the body failed".into())),
            Step::TimedOut => Some(Err(
                std::io::Error::from(std::io::ErrorKind::TimedOut).into()
            )),
            Step::End => None,
            Step::Panic => panic!("the body panics"),
        })
    }
}

// === impl Stream ===

impl<B> Stream<B>
where
    B: Body<Data = Bytes, Error = Error> + Unpin,
{
    pub(super) fn poll(&mut self) -> Polled {
        self.poll_with(Waker::noop())
    }

    pub(super) fn poll_with(&mut self, waker: &Waker) -> Polled {
        Pin::new(&mut self.body).poll_frame(&mut Context::from_waker(waker))
    }

    /// The service sends this, and the client takes it.
    pub(super) fn say(&mut self, bytes: impl AsRef<[u8]>) {
        let bytes = Bytes::copy_from_slice(bytes.as_ref());
        self.feed.push(Step::Data(bytes.clone()));
        assert_eq!(self.take(), Some(bytes), "the frame passes as it is");
    }

    /// The data of the next frame; `None` at the end.
    pub(super) fn take(&mut self) -> Option<Bytes> {
        match self.poll() {
            Poll::Ready(Some(Ok(frame))) => Some(frame.into_data().expect("a data frame")),
            Poll::Ready(None) => None,
            other => panic!("neither a frame nor the end: {other:?}"),
        }
    }

    /// The client asks, and there is nothing.
    pub(super) fn idle(&mut self) {
        assert!(self.poll().is_pending());
    }

    /// The service ends the stream.
    pub(super) fn end(mut self) {
        self.feed.push(Step::End);
        assert_eq!(self.take(), None);
    }

    /// The service's body fails.
    pub(super) fn fail(mut self) {
        self.feed.push(Step::Error);
        assert!(matches!(self.poll(), Poll::Ready(Some(Err(_)))));
    }
}

// === impl Rig ===

impl Rig {
    pub(super) fn new() -> Self {
        Self::with(|options| options)
    }

    /// Stream metrics with options.
    pub(super) fn with(options: impl FnOnce(SseBuilder) -> SseBuilder) -> Self {
        Self::made(|meter| meter, options)
    }

    /// Stream metrics with options, and a meter with some.
    pub(super) fn made(
        meter: impl FnOnce(MeterBuilder) -> MeterBuilder,
        options: impl FnOnce(SseBuilder) -> SseBuilder,
    ) -> Self {
        let recorded = Recorded::default();
        let meter = meter(Meter::builder().recorder(recorded.clone()));
        Self::of(meter.build().expect("a meter"), recorded, options)
    }

    pub(super) fn of(
        meter: Meter,
        recorded: Recorded,
        options: impl FnOnce(SseBuilder) -> SseBuilder,
    ) -> Self {
        let sse = options(Sse::builder().meter(meter)).build();
        let sse = sse.expect("options that fit");
        let layer = ObserveLayer::new(sse.clone()).routes(routes());
        Self {
            sse,
            layer,
            recorded,
        }
    }

    /// The same, and requests take a handle along.
    pub(super) fn handles(self, handles: StreamHandles) -> Self {
        Self {
            layer: self.layer.stream_handles(handles),
            ..self
        }
    }

    /// An open stream of the route `/chat`.
    pub(super) fn open(&self) -> Stream {
        self.request(get("/chat"), event_stream())
    }

    pub(super) fn request(&self, request: Request<()>, response: Response<Feed>) -> Stream {
        send(&self.layer, request, response)
    }

    /// The series of a metric: the labels, then the value, or all samples.
    pub(super) fn series(&self, name: &str) -> Vec<String> {
        self.recorded.series(name)
    }

    /// The same without those that are at 0 or have no samples.
    pub(super) fn risen(&self, name: &str) -> Vec<String> {
        self.recorded.risen(name)
    }
}

pub(super) fn routes() -> RouteSources {
    RouteSources::new()
        .table(["/chat", "/feed/{id}", "/a", "/b", "/c"])
        .expect("a table")
}
