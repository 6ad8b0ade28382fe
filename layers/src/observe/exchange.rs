//! One exchange: where its end is decided, once, for every way to end.

use std::sync::Arc;

use http::{
    HeaderMap, StatusCode, Version, header::CONTENT_LENGTH, response::Parts,
};
use http_body::{Body, Frame};
use bytes::Buf;
use tokio::time::Instant;

use super::{
    FrameRef, Kind, Observers, Record, RequestHead, ResponseHead,
    core::Core,
    record::{Data, Request},
    scope,
    timeout::is_timeout,
};
use crate::{
    label::End,
    route::{Route, RouteSlot, RouteSource, Word},
};

/// One exchange, from `call` to its end. Dropped before it was [finished](Self::finish), it ends by
/// what is known then.
pub(super) struct Exchange<O: Observers> {
    core: Arc<Core<O>>,
    slots: O::Slots,
    data: Data,
    slot: Option<RouteSlot>,
    /// The inner service or body runs, or panicked while it ran.
    running: bool,
}

// === impl Exchange ===

impl<O: Observers> Exchange<O> {
    /// Starts an exchange; `None` if layers outside see to all that this one would.
    #[inline]
    pub(super) fn start(core: &Arc<Core<O>>, request: RequestHead<'_>) -> Option<Self> {
        let outer = if core.independent { 0 } else { scope::observing() };
        if outer != 0 && core.observing & !outer == 0 {
            return Self::join(core, request);
        }
        let mut data = Data::start(&core.settings, request);
        if core.needs.request_size {
            data.request_length = content_length(request.headers());
        }
        let record = Record::new(&data, &core.settings);
        let slots = core.observers.start(core.bits, outer, record, request);
        let slot = core.settings.routes.slot().then(RouteSlot::default);
        Some(Self { core: Arc::clone(core), slots, data, slot, running: false })
    }

    /// Tells the layers outside what this one knows of the route.
    #[cold]
    fn join(core: &Core<O>, request: RequestHead<'_>) -> Option<Self> {
        let routes = &core.settings.routes;
        let state = routes.start(request);
        if let Some(source) = state.source {
            let route = Route::from(routes.text(state.label).to_owned());
            // There is a live exchange: that is why this one joins.
            let _ = scope::say(Word { route, source });
        }
        None
    }

    /// The handle that the request takes along, if the layer was asked for one.
    pub(super) fn slot(&self) -> Option<RouteSlot> {
        self.slot.clone()
    }

    pub(super) fn count(&mut self, tally: Option<super::Tally>) {
        self.data.counted = tally;
    }

    /// Runs the inner service or body within this exchange.
    #[inline]
    pub(super) fn run<T>(&mut self, inner: impl FnOnce() -> T) -> T {
        self.running = true;
        let scope = scope::enter(self.core.observing);
        let entered = self.core.observers.enter(&self.slots);
        let output = inner();
        drop(entered);
        drop(scope);
        // Not reached by a panic: the drop that follows finds it running.
        self.running = false;
        self.hear();
        output
    }

    /// Takes what was said about the route, and passes it on to the layer outside.
    #[inline]
    fn hear(&mut self) {
        if let Some(word) = scope::heard() {
            self.core.settings.routes.hear(&mut self.data.route, &word);
            // Without a layer outside there is nobody to pass it on to.
            let _ = scope::say(word);
        }
    }

    /// The service gave an error.
    pub(super) fn fail<E: 'static>(self, error: &E) {
        let timeout = is_timeout(error, self.core.settings.timeout);
        self.finish(if timeout { End::Timeout } else { End::ServiceError });
    }

    /// The service answered. Returns the exchange if there is more to come.
    #[inline]
    pub(super) fn head<B: Body>(mut self, parts: &mut Parts, body: &B) -> Option<Self> {
        let settings = &self.core.settings;
        let data = &mut self.data;
        let (status, headers) = (parts.status, &parts.headers);
        data.status = Some(status);
        data.kind = Kind::of(data.request == Request::Connect, status, headers, &settings.streams);
        data.declared = content_length(headers).or_else(|| body.size_hint().exact());
        settings.routes.head(&mut data.route, status, headers);
        if let Some(route) = parts.extensions.get::<Route>() {
            let word = Word { route: route.clone(), source: RouteSource::Handler };
            settings.routes.hear(&mut data.route, &word);
        }
        self.hear_slot();
        let record = Record::new(&self.data, &self.core.settings);
        self.core.observers.head(&mut self.slots, record, &mut ResponseHead::new(parts));

        if self.has_no_body(status) {
            self.finish(End::Completed);
            None
        } else if body.is_end_stream() {
            let end = self.at_none();
            self.finish(end);
            None
        } else {
            Some(self)
        }
    }

    /// Whether HTTP gives this response no body, whatever the service put there (RFC 9112, section
    /// 6.3).
    fn has_no_body(&self, status: StatusCode) -> bool {
        self.data.request == Request::Head
            || self.data.kind == Kind::Upgrade
            || status.is_informational()
            || matches!(status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED)
    }

    /// A frame passes. Returns the end, if this was the last one.
    #[inline]
    pub(super) fn frame<D: Buf>(&mut self, frame: &Frame<D>) -> Option<End> {
        if let Some(bytes) = frame.data_ref() {
            let data = &mut self.data;
            if data.frames == 0 && self.core.needs.first_data {
                data.first_data = Some(Instant::now());
            }
            data.frames += 1;
            data.sent += bytes.remaining() as u64;
        }
        let record = Record::new(&self.data, &self.core.settings);
        self.core.observers.frame(&mut self.slots, record, FrameRef::of(frame));
        // HTTP/1 may never ask for what comes after the declared length, trailers included; later
        // versions do.
        let last = frame.is_trailers() || (self.all_sent() && self.data.version < Version::HTTP_2);
        last.then_some(End::Completed)
    }

    /// The body gave `None`, or says that it would.
    pub(super) fn at_none(&self) -> End {
        match self.data.declared {
            Some(declared) if self.data.sent < declared => End::LengthMismatch,
            _ => End::Completed,
        }
    }

    /// The body gave an error.
    pub(super) fn at_error<E: 'static>(&self, error: &E) -> End {
        if is_timeout(error, self.core.settings.timeout) { End::Timeout } else { End::BodyError }
    }

    fn all_sent(&self) -> bool {
        self.data.declared.is_some_and(|declared| self.data.sent >= declared)
    }

    /// The exchange was let go of.
    #[cold]
    fn at_drop(&self) -> End {
        if self.running {
            End::Panic
        } else if self.data.status.is_none() {
            End::CancelledBeforeResponse
        } else if self.all_sent() {
            End::Completed
        } else {
            End::Dropped
        }
    }

    fn hear_slot(&mut self) {
        if let Some(route) = self.slot.as_ref().and_then(RouteSlot::take) {
            let word = Word { route, source: RouteSource::Handler };
            self.core.settings.routes.hear(&mut self.data.route, &word);
        }
    }

    /// Ends the exchange.
    #[inline]
    pub(super) fn finish(mut self, end: End) {
        self.end(end);
    }

    fn end(&mut self, end: End) {
        self.hear_slot();
        self.data.ended = Some(Instant::now());
        self.data.end = Some(end);
        let record = Record::new(&self.data, &self.core.settings);
        self.core.observers.end(&mut self.slots, record);
    }
}

impl<O: Observers> Drop for Exchange<O> {
    fn drop(&mut self) {
        if self.data.end.is_none() {
            if self.running {
                self.hear();
            }
            let end = self.at_drop();
            self.end(end);
        }
    }
}

/// A body's declared length. HTTP forbids more than one that differ; the first is what servers take.
fn content_length(headers: &HeaderMap) -> Option<u64> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.trim().parse().ok()
}
