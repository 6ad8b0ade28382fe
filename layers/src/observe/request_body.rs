//! Request bodies, passed on as they are, or looked at on their way.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use bytes::Buf;
use http::Request;
use http_body::{Body, Frame};
use sse_body::{OnFrame, TapBody};
use tower_service::Service;

use super::{FrameRef, observers::guard};

/// What a layer does with request bodies on their way to the inner service.
pub trait RequestBody<B> {
    /// What the inner service gets.
    type Body;

    /// What looks at a request's body: [`RequestTaps`], or nothing.
    type Taps;

    /// What looks at the next request's body.
    fn taps(&self) -> Self::Taps;

    /// The taps, if there are any.
    fn looks(taps: &mut Self::Taps) -> Option<&mut RequestTaps>;

    /// Calls a service with a request, whose body these look at.
    fn call<S>(&self, service: &mut S, request: Request<B>, taps: Self::Taps) -> S::Future
    where
        S: Service<Request<Self::Body>>;
}

/// Request bodies pass as they are. The default.
#[derive(Clone, Copy, Debug, Default)]
pub struct Untouched;

/// Request bodies are counted on their way: the inner service gets a `TapBody<B, RequestTaps>`.
///
/// Cost: an allocation a request, and an atomic addition a frame; and what observers
/// [look for](super::Observer::tap).
#[derive(Clone, Copy, Debug, Default)]
pub struct Counted;

/// Request bodies are counted and keep their type, as axum's `from_fn` and tonic's router want it.
///
/// Cost: as [`Counted`], and the box that the type needs.
#[derive(Clone, Copy, Debug, Default)]
pub struct CountedInPlace;

/// A body type that can hold any other, such as axum's and tonic's.
pub trait InPlace: Body + Sized {
    /// Puts a counted body back into its type.
    fn put_back(counted: TapBody<Self, RequestTaps>) -> Self;
}

/// The bytes of one request's body, as far as it was read.
#[derive(Clone, Debug, Default)]
pub struct Tally(Arc<AtomicU64>);

/// What looks at one request's body: a tally of its bytes, and the taps of observers.
#[derive(Debug, Default)]
pub struct RequestTaps {
    tally: Tally,
    observers: Vec<RequestTap>,
}

/// Sees each frame of a request's body as the service reads it, on whatever thread that is, and maybe
/// after the exchange ended. It must not block; one that panics is caught.
pub struct RequestTap(Box<dyn FnMut(FrameRef<'_>) + Send + Sync>);

// === impl Tally ===

impl Tally {
    /// The bytes so far.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

// === impl RequestTap ===

impl RequestTap {
    /// Shows each frame to `tap`.
    pub fn new(tap: impl FnMut(FrameRef<'_>) + Send + Sync + 'static) -> Self {
        Self(Box::new(tap))
    }
}

impl fmt::Debug for RequestTap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("RequestTap").finish_non_exhaustive()
    }
}

// === impl RequestTaps ===

impl RequestTaps {
    pub(super) fn tally(&self) -> &Tally {
        &self.tally
    }

    pub(super) fn observers(&mut self) -> &mut Vec<RequestTap> {
        &mut self.observers
    }
}

impl<D: Buf> OnFrame<D> for RequestTaps {
    fn on_frame(&mut self, frame: &Frame<D>) {
        if let Some(data) = frame.data_ref() {
            let bytes = data.remaining() as u64;
            self.tally.0.fetch_add(bytes, Ordering::Relaxed);
        }
        for RequestTap(tap) in &mut self.observers {
            guard::<RequestTap, _>(|| tap(FrameRef::of(frame)));
        }
    }
}

// === impl Untouched ===

impl<B> RequestBody<B> for Untouched {
    type Body = B;
    type Taps = ();

    #[inline(always)]
    fn taps(&self) {}

    #[inline(always)]
    fn looks((): &mut ()) -> Option<&mut RequestTaps> {
        None
    }

    #[inline(always)]
    fn call<S>(&self, service: &mut S, request: Request<B>, (): ()) -> S::Future
    where
        S: Service<Request<B>>,
    {
        service.call(request)
    }
}

// === impl Counted ===

impl<B: Body> RequestBody<B> for Counted {
    type Body = TapBody<B, RequestTaps>;
    type Taps = RequestTaps;

    fn taps(&self) -> RequestTaps {
        RequestTaps::default()
    }

    fn looks(taps: &mut RequestTaps) -> Option<&mut RequestTaps> {
        Some(taps)
    }

    fn call<S>(&self, service: &mut S, request: Request<B>, taps: RequestTaps) -> S::Future
    where
        S: Service<Request<Self::Body>>,
    {
        service.call(request.map(|body| TapBody::new(body, taps)))
    }
}

// === impl CountedInPlace ===

impl<B: InPlace> RequestBody<B> for CountedInPlace {
    type Body = B;
    type Taps = RequestTaps;

    fn taps(&self) -> RequestTaps {
        RequestTaps::default()
    }

    fn looks(taps: &mut RequestTaps) -> Option<&mut RequestTaps> {
        Some(taps)
    }

    fn call<S>(&self, service: &mut S, request: Request<B>, taps: RequestTaps) -> S::Future
    where
        S: Service<Request<B>>,
    {
        service.call(request.map(|body| B::put_back(TapBody::new(body, taps))))
    }
}

#[cfg(feature = "axum")]
impl InPlace for axum::body::Body {
    fn put_back(counted: TapBody<Self, RequestTaps>) -> Self {
        Self::new(counted)
    }
}

#[cfg(feature = "tonic")]
impl InPlace for tonic::body::Body {
    fn put_back(counted: TapBody<Self, RequestTaps>) -> Self {
        Self::new(counted)
    }
}
