//! Reads events in front of a compression.

use std::{
    pin::Pin,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    task::{Context, Poll, ready},
};

use http::{Request, Response};
use http_body::{Body, Frame, SizeHint};
use pin_project_lite::pin_project;
use sse_body::Format;
use tower_layer::Layer;
use tower_service::Service;

use super::{
    Sse,
    cell::StreamCell,
    events::{self, EventCounts, Events},
    inner::Inner,
};
use crate::observe::guard;

/// Reads the events of a stream that a layer outside of this one compresses.
///
/// [`Sse`] stands outermost, where compressed bytes pass, and counts their frames and bytes. Put this
/// layer inside of the compression, and the events are read here and recorded there, once. It records
/// nothing of its own, and does nothing where no `Sse` is outside, where the stream is compressed already,
/// or where only the user calls it a stream.
///
/// Cost: an allocation or two a stream; a frame is read here instead of there.
///
/// ```
/// use bartizan::sse::{SseLayer, SseProbeLayer};
/// use tower::ServiceBuilder;
///
/// let service = ServiceBuilder::new()
///     .layer(SseLayer::default())
///     // .layer(CompressionLayer::new())
///     .layer(SseProbeLayer::new())
///     .service_fn(async |_: http::Request<String>| {
///         Ok::<_, std::convert::Infallible>(http::Response::new(String::new()))
///     });
/// # let _ = service;
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct SseProbeLayer(());

/// The service that [`SseProbeLayer`] makes.
#[derive(Clone, Debug)]
pub struct SseProbe<S> {
    inner: S,
}

pin_project! {
    /// The future of an [`SseProbe`].
    #[derive(Debug)]
    pub struct SseProbeFuture<F> {
        #[pin]
        inner: F,
    }
}

pin_project! {
    /// A body whose events are read on their way to a compression.
    #[derive(Debug, Default)]
    pub struct SseProbeBody<B> {
        #[pin]
        inner: B,
        probe: Option<Box<Probe>>,
    }
}

#[derive(Debug)]
struct Probe {
    cell: Arc<ProbeCell>,
    events: Events,
}

/// What a probe and the stream outside share.
#[derive(Debug, Default)]
pub(super) struct ProbeCell {
    stream: OnceLock<(Arc<Inner>, Arc<StreamCell>)>,
    events: AtomicU64,
    keepalives: AtomicU64,
    marked: AtomicBool,
    /// A frame came in more pieces than it showed.
    lost: AtomicBool,
}

// === impl SseProbeLayer ===

impl SseProbeLayer {
    /// A probe for the [`Sse`] outside.
    #[must_use]
    pub const fn new() -> Self {
        Self(())
    }
}

impl<S> Layer<S> for SseProbeLayer {
    type Service = SseProbe<S>;

    fn layer(&self, inner: S) -> Self::Service {
        SseProbe { inner }
    }
}

// === impl SseProbe ===

impl<S, A, B> Service<Request<A>> for SseProbe<S>
where
    S: Service<Request<A>, Response = Response<B>>,
{
    type Response = Response<SseProbeBody<B>>;
    type Error = S::Error;
    type Future = SseProbeFuture<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<A>) -> Self::Future {
        SseProbeFuture {
            inner: self.inner.call(request),
        }
    }
}

// === impl SseProbeFuture ===

impl<F, B, E> Future for SseProbeFuture<F>
where
    F: Future<Output = Result<Response<B>, E>>,
{
    type Output = Result<Response<SseProbeBody<B>>, E>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut response = ready!(self.project().inner.poll(cx))?;
        let probe = match Format::of(response.headers()) {
            None | Some(Format::Encoded) => None,
            Some(format) => {
                let cell = Arc::<ProbeCell>::default();
                response.extensions_mut().insert(Arc::clone(&cell));
                let events = Events::of(format);
                Some(Box::new(Probe { cell, events }))
            }
        };
        Poll::Ready(Ok(response.map(|inner| SseProbeBody { inner, probe })))
    }
}

// === impl SseProbeBody ===

impl<B: Body> Body for SseProbeBody<B> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        let mut this = self.project();
        let frame = ready!(this.inner.as_mut().poll_frame(cx));
        if let Some(probe) = this.probe {
            let is_end = this.inner.is_end_stream();
            // A recorder's panic is not the stream's.
            guard::<Sse, _>(|| match &frame {
                Some(Ok(frame)) => {
                    if let Some(data) = frame.data_ref() {
                        probe.read(data);
                    }
                    if is_end {
                        probe.finish();
                    }
                }
                None => probe.finish(),
                Some(Err(_)) => {}
            });
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

// === impl Probe ===

impl Probe {
    fn read<D: bytes::Buf>(&mut self, data: &D) {
        let Self { cell, events } = self;
        let Some((inner, stream)) = cell.stream.get() else {
            return;
        };
        if events.read(inner, stream, data).events != 0 {
            events::record_times(inner, &stream.route, stream, stream.age());
        }
        cell.tell(events);
    }

    fn finish(&mut self) {
        let Self { cell, events } = self;
        if let Some((inner, stream)) = cell.stream.get() {
            events.finish(inner, &stream.route);
            cell.tell(events);
        }
    }
}

// === impl ProbeCell ===

impl ProbeCell {
    /// The stream outside is this one, unless there is one already.
    pub(super) fn attach(&self, inner: &Arc<Inner>, stream: &Arc<StreamCell>) -> bool {
        let stream = (Arc::clone(inner), Arc::clone(stream));
        self.stream.set(stream).is_ok()
    }

    fn tell(&self, events: &Events) {
        let EventCounts {
            events: data,
            keepalives,
            marked,
        } = events.counts();
        self.events.store(data, Ordering::Relaxed);
        self.keepalives.store(keepalives, Ordering::Relaxed);
        self.marked.store(marked, Ordering::Relaxed);
        self.lost.store(!events.is_read(), Ordering::Relaxed);
    }

    pub(super) fn counts(&self) -> EventCounts {
        EventCounts {
            events: self.events.load(Ordering::Relaxed),
            keepalives: self.keepalives.load(Ordering::Relaxed),
            marked: self.marked.load(Ordering::Relaxed),
        }
    }

    pub(super) fn is_read(&self) -> bool {
        !self.lost.load(Ordering::Relaxed)
    }
}
