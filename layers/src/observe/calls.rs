//! What the engine knows of gRPC calls.

#[cfg(any(feature = "log", feature = "trace"))]
use super::FrameRef;
#[cfg(any(feature = "http", feature = "log", feature = "trace"))]
use super::Record;
use super::{
    Needs, RequestHead,
    core::Settings,
    record::Data,
    scope::{self, Observing},
};
#[cfg(any(feature = "log", feature = "trace"))]
use crate::rpc::{Call, CallRef, NamedCall};

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
            self.extras().call = Some(call);
        }
        #[cfg(not(any(feature = "log", feature = "trace")))]
        let _ = (settings, request);
    }

    /// A frame of the response to a call.
    #[cfg(any(feature = "log", feature = "trace"))]
    #[cold]
    pub(super) fn frame_of_call(&mut self, frame: FrameRef<'_>) {
        if let Some(extras) = &mut self.extras
            && let Some(call) = &mut extras.call
        {
            call.frame(frame);
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
        let call = self.data.extras.as_deref()?.call.as_ref()?;
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
