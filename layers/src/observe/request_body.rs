//! Request bodies, passed on as they are or counted on their way.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use bytes::Buf;
use http::Request;
use http_body::{Body, Frame};
use sse_body::{OnFrame, TapBody};
use tower_service::Service;

/// What a layer does with request bodies on their way to the inner service.
pub trait RequestBody<B> {
    /// What the inner service gets.
    type Body;

    /// Where the bytes of the next request's body are counted, if they are.
    fn tally(&self) -> Option<Tally>;

    /// Calls a service with a request, its body counted there.
    fn call<S>(&self, service: &mut S, request: Request<B>, tally: Option<&Tally>) -> S::Future
    where
        S: Service<Request<Self::Body>>;
}

/// Request bodies pass as they are. The default.
#[derive(Clone, Copy, Debug, Default)]
pub struct Untouched;

/// Request bodies are counted on their way: the inner service gets a `TapBody<B, Tally>`.
///
/// Cost: an allocation a request, and an atomic addition a frame.
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
    fn put_back(counted: TapBody<Self, Tally>) -> Self;
}

/// The bytes of one request's body, as far as it was read.
#[derive(Clone, Debug, Default)]
pub struct Tally(Arc<AtomicU64>);

// === impl Tally ===

impl Tally {
    /// The bytes so far.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

impl<D: Buf> OnFrame<D> for Tally {
    fn on_frame(&mut self, frame: &Frame<D>) {
        if let Some(data) = frame.data_ref() {
            self.0.fetch_add(data.remaining() as u64, Ordering::Relaxed);
        }
    }
}

// === impl Untouched ===

impl<B> RequestBody<B> for Untouched {
    type Body = B;

    #[inline(always)]
    fn tally(&self) -> Option<Tally> {
        None
    }

    #[inline(always)]
    fn call<S>(&self, service: &mut S, request: Request<B>, _: Option<&Tally>) -> S::Future
    where
        S: Service<Request<B>>,
    {
        service.call(request)
    }
}

// === impl Counted ===

impl<B: Body> RequestBody<B> for Counted {
    type Body = TapBody<B, Tally>;

    fn tally(&self) -> Option<Tally> {
        Some(Tally::default())
    }

    fn call<S>(&self, service: &mut S, request: Request<B>, tally: Option<&Tally>) -> S::Future
    where
        S: Service<Request<Self::Body>>,
    {
        let tally = tally.cloned().unwrap_or_default();
        service.call(request.map(|body| TapBody::new(body, tally)))
    }
}

// === impl CountedInPlace ===

impl<B: InPlace> RequestBody<B> for CountedInPlace {
    type Body = B;

    fn tally(&self) -> Option<Tally> {
        Some(Tally::default())
    }

    fn call<S>(&self, service: &mut S, request: Request<B>, tally: Option<&Tally>) -> S::Future
    where
        S: Service<Request<B>>,
    {
        let tally = tally.cloned().unwrap_or_default();
        service.call(request.map(|body| B::put_back(TapBody::new(body, tally))))
    }
}

#[cfg(feature = "axum")]
impl InPlace for axum::body::Body {
    fn put_back(counted: TapBody<Self, Tally>) -> Self {
        Self::new(counted)
    }
}

#[cfg(feature = "tonic")]
impl InPlace for tonic::body::Body {
    fn put_back(counted: TapBody<Self, Tally>) -> Self {
        Self::new(counted)
    }
}
