//! What the engine knows of gRPC calls.

use bytes::Buf;
use http_body::Frame;

#[cfg(any(feature = "http", feature = "log", feature = "trace"))]
use super::Record;
use super::{
    Needs, RequestHead,
    core::Settings,
    record::Data,
    scope::{self, Observing},
};
use crate::route;
#[cfg(any(feature = "log", feature = "trace"))]
use crate::rpc::{Call, CallRef, NamedCall};

/// Whether a POST calls a gRPC method, if someone wants to know.
#[inline(never)]
pub(super) fn asks(
    settings: &Settings,
    needs: &Needs,
    outer: Observing,
    request: RequestHead<'_>,
) -> bool {
    (settings.tells_calls || (outer != 0 && needs.measures_calls)) && route::is_call(request)
}

// === impl Data ===

impl Data {
    /// The request is a call.
    #[cold]
    pub(super) fn begin_call(
        &mut self,
        settings: &Settings,
        needs: Needs,
        outer: Observing,
        request: RequestHead<'_>,
    ) {
        self.route.is_measured = needs.measures_calls || outer & scope::MEASURES_CALLS != 0;
        if needs.measures_calls && outer != 0 {
            scope::tell_measured();
        }
        #[cfg(any(feature = "log", feature = "trace"))]
        if needs.tells_calls
            && let Some(call) = Call::of(request)
        {
            let (path, route) = (request.uri().path(), settings.routes.text(self.route.label));
            let call = NamedCall::new(call, &settings.names, path, route);
            self.extras().call = Some(Box::new(call));
            self.request.watch_call();
        }
        #[cfg(not(any(feature = "log", feature = "trace")))]
        let _ = (settings, request);
    }

    /// A frame passes that is looked at for more than its size.
    #[cold]
    #[inline(never)]
    pub(super) fn look_at_frame<D: Buf>(&mut self, frame: &Frame<D>) {
        if frame.is_data() && self.request.take_first_data() {
            self.first_data = Some(self.nanos()).into();
        }
        #[cfg(any(feature = "log", feature = "trace"))]
        if let Some(extras) = &mut self.extras
            && let Some(call) = &mut extras.call
        {
            call.frame(super::FrameRef::of(frame));
        }
    }
}

// === impl Record ===

#[cfg(any(feature = "http", feature = "log", feature = "trace"))]
impl<'a> Record<'a> {
    /// Whether it is a call, as its answer is too or there is none, and an observer measures how long those
    /// take.
    #[cfg(feature = "http")]
    #[cold]
    pub(crate) fn is_measured_call(self) -> bool {
        let data = self.data;
        self.is_call()
            && data.route.is_measured
            && (data.status.is_none() || data.kind == super::Kind::Grpc)
    }

    /// The call that the request is, if an observer [tells](Needs::tells_calls) of it, whatever answered it.
    #[cfg(any(feature = "log", feature = "trace"))]
    #[inline]
    pub(crate) fn asked_call(self) -> Option<CallRef<'a>> {
        let call = self.data.extras.as_deref()?.call.as_deref()?;
        Some(CallRef::new(call, &self.settings.names))
    }

    /// The same, if gRPC answered it, or nobody yet.
    #[cfg(any(feature = "log", feature = "trace"))]
    #[inline]
    pub(crate) fn call(self) -> Option<CallRef<'a>> {
        self.asked_call()
            .filter(|call| !call.is_answered_otherwise())
    }
}
