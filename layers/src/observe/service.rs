//! The service that starts an exchange for each request.

use std::{
    fmt,
    sync::Arc,
    task::{Context, Poll},
};

use http::{Request, Response};
use http_body::Body;
use tower_service::Service;

use super::{
    ObservedBody, ObservedFuture, Observers, RequestBody, RequestHead, Untouched, core::Core,
    exchange::Exchange, link::Connection,
};

/// The service that [`ObserveLayer`](super::ObserveLayer) makes.
///
/// # Errors
///
/// Those of the inner service, unchanged; it has none of its own.
#[derive(Clone)]
pub struct Observe<S, O: Observers, Q = Untouched> {
    inner: S,
    core: Arc<Core<O>>,
    request_body: Q,
    connection: Option<Connection>,
}

// === impl Observe ===

impl<S, O: Observers, Q> Observe<S, O, Q> {
    pub(super) fn new(
        inner: S,
        core: Arc<Core<O>>,
        request_body: Q,
        connection: Option<Connection>,
    ) -> Self {
        Self {
            inner,
            core,
            request_body,
            connection,
        }
    }
}

impl<S, O, Q, A, B> Service<Request<A>> for Observe<S, O, Q>
where
    S: Service<Request<Q::Body>, Response = Response<B>>,
    S::Error: 'static,
    O: Observers,
    Q: RequestBody<A>,
    B: Body,
{
    type Response = Response<ObservedBody<B, O>>;
    type Error = S::Error;
    type Future = ObservedFuture<S::Future, O>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, mut request: Request<A>) -> Self::Future {
        let Self {
            inner,
            core,
            request_body,
            connection,
        } = self;
        let mut taps = request_body.taps();
        let outer = core.outer();
        let mut exchange = Exchange::new(core, outer, RequestHead::of(&request));
        let Some(open) = &mut exchange else {
            return ObservedFuture {
                inner: request_body.call(inner, request, taps),
                exchange: None,
            };
        };
        open.open(outer, connection, RequestHead::of(&request));
        if let Some(taps) = Q::looks(&mut taps) {
            open.count(taps);
        }
        open.hand_out(request.extensions_mut());
        // Made where it stays: the inner future may be large.
        ObservedFuture {
            inner: {
                let (_scope, _entered) = open.enter();
                request_body.call(inner, request, taps)
            },
            exchange: {
                open.leave();
                exchange
            },
        }
    }
}

impl<S: fmt::Debug, O: Observers, Q> fmt::Debug for Observe<S, O, Q> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Observe")
            .field("inner", &self.inner)
            .finish_non_exhaustive()
    }
}
