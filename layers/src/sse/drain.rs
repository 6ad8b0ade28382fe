//! Ends open streams when the server drains.

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use bytes::{Buf, Bytes};
use http::{Request, Response};
use http_body::{Body, Frame, SizeHint};
use pin_project_lite::pin_project;
use sse_body::{Format, Item, Scanner};
use tower_layer::Layer;
use tower_service::Service;

use crate::{
    conn::{Drain, DrainCell},
    observe::DrainMark,
};

/// Ends event streams when a [`Drain`] fires, so that a graceful shutdown returns: it waits for open
/// streams, and they go on for ever.
///
/// A stream gets a last event, if one was given, and ends between two events; a client that is in the
/// middle of one gets the rest, as long as the service has it ready. [`Sse`](super::Sse) reports
/// `server_shutdown`. Responses that are no streams, that only the user calls so, or that declare a
/// length, pass as they are.
///
/// Put it inside of the layer with [`Sse`](super::Sse): one inside of this one sees a layer let go of its
/// stream, and reports `layer_error`. Put it inside of a compression, too: a stream that is encoded already gets no last event, and ends where
/// it is.
///
/// The body's data must be made of [`Bytes`], as those of axum and of hyper's examples are.
///
/// Cost: an allocation or two a stream. A poll that has nothing registers a waker in the stream's own
/// cell; no lock is shared between streams but when they begin and end.
///
/// ```
/// use bartizan::{conn::Drain, sse::DrainLayer};
///
/// # fn main() -> Result<(), bartizan::sse::LastEventError> {
/// let drain = Drain::new();
/// let layer = DrainLayer::new(&drain).last_event("event: shutdown\ndata:\n\n")?;
/// # let _ = layer; Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct DrainLayer {
    drain: Drain,
    last_event: Option<Bytes>,
}

/// The service that [`DrainLayer`] makes.
#[derive(Clone, Debug)]
pub struct DrainService<S> {
    inner: S,
    layer: DrainLayer,
}

pin_project! {
    /// The future of a [`DrainService`].
    #[derive(Debug)]
    pub struct DrainFuture<F> {
        #[pin]
        inner: F,
        layer: DrainLayer,
    }
}

pin_project! {
    /// A body that ends when the server drains, if it is a stream.
    #[derive(Debug, Default)]
    pub struct DrainBody<B> {
        #[pin]
        inner: B,
        stage: Stage,
    }
}

/// A last event was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "last event {given:?}: whole events are accepted, each with a data line and the blank line that \
     ends it"
)]
#[non_exhaustive]
pub struct LastEventError {
    /// What was given.
    pub given: String,
}

#[derive(Debug, Default)]
enum Stage {
    /// Not a stream that can be ended.
    #[default]
    Other,
    Open(Box<Open>),
    Ended,
}

#[derive(Debug)]
struct Open {
    cell: DrainCell,
    mark: DrainMark,
    /// None where the bytes are encoded.
    scanner: Option<Scanner>,
    last_event: Option<Bytes>,
}

// === impl DrainLayer ===

impl DrainLayer {
    /// Ends streams when `drain` fires.
    #[must_use]
    pub fn new(drain: &Drain) -> Self {
        Self {
            drain: drain.clone(),
            last_event: None,
        }
    }

    /// Sends this before the end.
    ///
    /// # Errors
    ///
    /// [`LastEventError`] unless it is one whole event or several.
    pub fn last_event(self, event: impl Into<String>) -> Result<Self, LastEventError> {
        let given = event.into();
        let (mut scanner, mut events) = (Scanner::new(), 0);
        let mut count = |item: Item<'_>| events += u32::from(matches!(item, Item::Event(_)));
        // A byte order mark is one at a stream's start, and there it never is.
        scanner.feed(b"\n", &mut ());
        scanner.feed(given.as_bytes(), &mut count);
        if events == 0 || !scanner.at_boundary() {
            return Err(LastEventError { given });
        }
        Ok(Self {
            last_event: Some(given.into()),
            ..self
        })
    }
}

impl<S> Layer<S> for DrainLayer {
    type Service = DrainService<S>;

    fn layer(&self, inner: S) -> Self::Service {
        DrainService {
            inner,
            layer: self.clone(),
        }
    }
}

// === impl DrainService ===

impl<S, A, B> Service<Request<A>> for DrainService<S>
where
    S: Service<Request<A>, Response = Response<B>>,
    B: Body,
    B::Data: From<Bytes>,
{
    type Response = Response<DrainBody<B>>;
    type Error = S::Error;
    type Future = DrainFuture<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<A>) -> Self::Future {
        DrainFuture {
            inner: self.inner.call(request),
            layer: self.layer.clone(),
        }
    }
}

// === impl DrainFuture ===

impl<F, B, E> Future for DrainFuture<F>
where
    F: Future<Output = Result<Response<B>, E>>,
    B: Body,
    B::Data: From<Bytes>,
{
    type Output = Result<Response<DrainBody<B>>, E>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let mut response = std::task::ready!(this.inner.poll(cx))?;
        let stage = Stage::of(this.layer, &mut response);
        Poll::Ready(Ok(response.map(|inner| DrainBody { inner, stage })))
    }
}

// === impl DrainBody ===

impl<B> Body for DrainBody<B>
where
    B: Body,
    B::Data: From<Bytes>,
{
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        let this = self.project();
        let open = match this.stage {
            Stage::Other => return this.inner.poll_frame(cx),
            Stage::Ended => return Poll::Ready(None),
            Stage::Open(open) => open,
        };
        if !(open.cell.is_fired() && open.at_boundary()) {
            match this.inner.poll_frame(cx) {
                Poll::Ready(frame) => {
                    match frame
                        .as_ref()
                        .and_then(|frame| frame.as_ref().ok()?.data_ref())
                    {
                        Some(data) => open.read(data),
                        // Its own end, an error, the trailers: what comes now is no event.
                        None => *this.stage = Stage::Other,
                    }
                    return Poll::Ready(frame);
                }
                Poll::Pending if !open.cell.poll_fired(cx) => return Poll::Pending,
                Poll::Pending => {}
            }
        }
        let last = open.end();
        *this.stage = Stage::Ended;
        Poll::Ready(last.map(|event| Ok(Frame::data(event.into()))))
    }

    fn is_end_stream(&self) -> bool {
        matches!(self.stage, Stage::Ended) || self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        match self.stage {
            Stage::Other => self.inner.size_hint(),
            Stage::Open(_) => SizeHint::default(),
            Stage::Ended => SizeHint::with_exact(0),
        }
    }
}

// === impl Stage ===

impl Stage {
    fn of<B: Body>(layer: &DrainLayer, response: &mut Response<B>) -> Self {
        let Some(format) = Format::of(response.headers()) else {
            return Self::Other;
        };
        let declared = response
            .headers()
            .contains_key(http::header::CONTENT_LENGTH);
        if declared || response.body().size_hint().exact().is_some() {
            return Self::Other;
        }
        let scanner = match format {
            Format::EventStream => Some(Scanner::new()),
            Format::Lines => Some(Scanner::lines()),
            _ => None,
        };
        let mark = DrainMark::default();
        response.extensions_mut().insert(mark.clone());
        let last_event = layer.last_event.clone();
        Self::Open(Box::new(Open {
            cell: layer.drain.register(),
            mark,
            scanner,
            last_event: last_event.filter(|_| format == Format::EventStream),
        }))
    }
}

// === impl Open ===

impl Open {
    fn read<D: Buf>(&mut self, data: &D) {
        if let Some(scanner) = &mut self.scanner
            && !scanner.feed_buf(data, &mut ())
        {
            // Where events end is not known any more.
            (self.scanner, self.last_event) = (None, None);
        }
    }

    fn at_boundary(&self) -> bool {
        self.scanner.as_ref().is_none_or(Scanner::at_boundary)
    }

    /// The stream ends; returns what is still to be sent.
    fn end(&mut self) -> Option<Bytes> {
        self.mark.end();
        let is_whole = self.at_boundary();
        self.last_event.take().filter(|_| is_whole)
    }
}
