//! One exchange: where its end is decided, once, for every way to end.

use std::sync::Arc;

use bytes::Buf;
use http::{Extensions, HeaderMap, Response, StatusCode, Version};
use http_body::{Body, Frame};

use super::{
    FrameRef, Kind, Observers, Record, RequestHead, RequestTaps, ResponseHead,
    core::Core,
    fields::Fields,
    link::{Connection, DrainMark, Link},
    mark::Mark,
    record::Data,
    scope::{self, Observing, Scope},
    timeout::is_timeout,
};
use crate::{
    label::End,
    route::{Route, RouteSlot, RouteSource, Word},
};

/// One exchange, from `call` to its end. Dropped before it [ended](Self::end), it ends by what is
/// known then.
pub(super) struct Exchange<O: Observers> {
    pub(super) core: Arc<Core<O>>,
    pub(super) data: Data,
    pub(super) slots: O::Slots,
}

// === impl Exchange ===

impl<O: Observers> Exchange<O> {
    /// A new exchange, to be [opened](Self::open); `None` if layers outside see to all that this one
    /// would.
    ///
    /// Making it and opening it are apart because it is large enough for each move of it to show: it is
    /// filled where it stays.
    #[inline(always)]
    pub(super) fn new(
        core: &Arc<Core<O>>,
        outer: Observing,
        request: RequestHead<'_>,
    ) -> Option<Self> {
        if outer != 0 && core.known && core.observing & !outer == 0 {
            Self::join(core, request);
            return None;
        }
        let data = Data::start(&core.settings, &core.needs, outer, request);
        let (core, slots) = (Arc::clone(core), O::Slots::default());
        Some(Self { core, data, slots })
    }

    /// Tells the observers of the start.
    #[inline(always)]
    pub(super) fn open(
        &mut self,
        outer: Observing,
        connection: &Option<Connection>,
        request: RequestHead<'_>,
    ) {
        let Self { core, data, slots } = self;
        data.find_route(&core.settings, request);
        if outer != 0 {
            data.request.set_inner();
        }
        if data.request.is_call() {
            data.begin_call(&core.settings, core.needs, outer, request);
        }
        if core.settings.carries {
            data.take_along(&core.settings, request);
        }
        if Link::is_there(connection, request.extensions()) {
            data.link(connection.as_ref(), request);
        }
        let record = Record::new(data, &core.settings);
        *slots = core.observers.start(core.bits, outer, record, request);
    }

    /// Tells the layers outside what this one knows of the route.
    #[cold]
    fn join(core: &Core<O>, request: RequestHead<'_>) {
        if let Some(word) = core.settings.routes.word(request) {
            // There is a live exchange: that is why this one joins.
            let _ = scope::say(word);
        }
    }

    /// What the request takes along, if the layer was asked for it.
    #[inline(always)]
    pub(super) fn hand_out(&self, extensions: &mut Extensions) {
        if let Some(extras) = &self.data.extras {
            extras.hand_out(extensions);
        }
    }

    /// The future is let go of before its answer, or the body before its end: what is inside is dropped
    /// next, and then this.
    #[inline(always)]
    pub(super) fn let_go(&mut self) {
        let record = Record::new(&self.data, &self.core.settings);
        self.core.observers.let_go(&mut self.slots, record);
    }

    /// The body is let go of: an exchange inside is to know that before its body is dropped.
    #[inline(always)]
    pub(super) fn let_go_of_body(&mut self) {
        if let Some(extras) = &mut self.data.extras
            && let Some(inside) = &extras.inside
        {
            inside.drop_outer();
        }
        self.let_go();
    }

    /// The request's body is counted, and observers may look at it.
    pub(super) fn count(&mut self, taps: &mut RequestTaps) {
        self.data.extras().counted = Some(taps.tally().clone());
        let record = Record::new(&self.data, &self.core.settings);
        let observers = &self.core.observers;
        observers.tap(&mut self.slots, record, taps.observers());
    }

    /// Enters this exchange: the service runs within it until the guards are dropped, the second one
    /// first. Whoever enters [leaves](Self::leave), unless what ran panicked.
    #[inline(always)]
    pub(super) fn enter(&mut self) -> (Scope<'_>, impl Sized + use<'_, O>) {
        self.data.running = true;
        let routes = &self.core.settings.routes;
        let scope = scope::enter(self.core.observing, routes, &mut self.data.route);
        (scope, self.core.observers.enter(&self.slots))
    }

    /// As [`enter`](Self::enter), for the body: the head has passed, so there is nothing to be said to
    /// the exchange any more, and a frame need not pay for listening.
    #[inline(always)]
    pub(super) fn enter_body(&mut self) -> impl Sized + use<'_, O> {
        self.data.running = true;
        self.core.observers.enter(&self.slots)
    }

    /// What ran came back. A panic does not get here: the drop that follows it finds it running.
    #[inline(always)]
    pub(super) fn leave(&mut self) {
        self.data.running = false;
    }

    /// The service gave an error.
    #[cold]
    pub(super) fn fail<E: 'static>(&mut self, error: &E) {
        self.leave();
        let timeout = is_timeout(error, self.core.settings.timeout);
        self.end(if timeout {
            End::Timeout
        } else {
            End::ServiceError
        });
    }

    /// The service answered. Returns whether there is more to come.
    #[inline(always)]
    pub(super) fn head<B: Body>(&mut self, response: &mut Response<B>) -> bool {
        let status = response.status();
        let data = &mut self.data;
        data.status = Some(status);
        let fields = Fields::of(response.headers());
        data.kind = Kind::of(fields.content_type, &self.core.settings.streams);
        // Most answers are this one, and it needs no further look.
        let is_usual = status == StatusCode::OK && !data.method.is_special();
        if !is_usual {
            data.look_at(status);
        }
        data.declared = fields
            .length()
            .or_else(|| response.body().size_hint().exact())
            .into();
        if !response.extensions().is_empty() {
            self.hear_extensions(response.extensions());
        }
        if self.data.extras.is_some() {
            self.head_of_extras(status, response.headers());
        }
        if self.data.kind == Kind::Stream {
            self.head_of_stream(status, response.extensions_mut());
        }
        let record = Record::new(&self.data, &self.core.settings);
        let mut head = ResponseHead::new(response);
        self.core.observers.head(&mut self.slots, record, &mut head);

        let at_its_end = response.body().is_end_stream();
        // The body was asked for the last time: a panic of its own would not have come here.
        self.leave();
        if !is_usual && self.has_no_body(status) {
            self.end_at_head(End::Completed);
            false
        } else if at_its_end {
            self.end_at_head(self.at_none());
            false
        } else {
            true
        }
    }

    /// Most exchanges end with their body: this one is kept out of the way.
    #[inline(never)]
    fn end_at_head(&mut self, end: End) {
        self.end(end);
    }

    /// What the head means to what only some exchanges have. Apart, like the next one, so that the
    /// others keep their registers.
    #[inline(never)]
    fn head_of_extras(&mut self, status: StatusCode, headers: &HeaderMap) {
        let data = &mut self.data;
        if let Some(pending) = data.extras().pending.take() {
            self.core
                .settings
                .routes
                .vouch(&mut data.route, &pending, status, headers);
        }
        #[cfg(any(feature = "log", feature = "trace"))]
        {
            let kind = data.kind;
            if let Some(call) = &mut data.extras().call {
                call.answered(&self.core.settings.names, kind, status, headers);
            }
        }
        if let Some(word) = self.hear_slot() {
            // A layer outside put a slot of its own, which this one's has replaced. That layer is being
            // polled: at the end it need not be, and another exchange would hear the word.
            let _ = scope::say(word);
        }
    }

    #[inline(never)]
    fn head_of_stream(&mut self, status: StatusCode, extensions: &mut Extensions) {
        if self.has_no_body(status) {
            // The answer to a HEAD, say: no one listens.
            self.data.kind = Kind::Plain;
            return;
        }
        let is_inner = self.data.request.is_inner();
        if !is_inner && !self.core.needs.stream_events {
            return;
        }
        let extras = self.data.extras();
        let told = extras.told.get_or_insert_default();
        if is_inner {
            // Layers may stand in between, and only the exchange outside sees what they do.
            let mark = Mark::new(Arc::clone(told));
            extensions.insert(mark.clone());
            extras.outside = Some(mark);
        }
    }

    /// A word may be in the response's extensions: the handler's, or that of a `RouteLayer` that was
    /// out of earshot.
    #[inline(never)]
    fn hear_extensions(&mut self, extensions: &Extensions) {
        if let Some(mark) = extensions.get::<Mark>() {
            mark.reach_outer();
            let extras = self.data.extras();
            extras.told = Some(Arc::clone(mark.told()));
            extras.inside = Some(mark.clone());
        }
        if let Some(mark) = extensions.get::<DrainMark>() {
            self.data.extras().drain = Some(mark.clone());
        }
        let routes = &self.core.settings.routes;
        if let Some(word) = extensions.get::<Word>() {
            routes.hear(&mut self.data.route, word);
        }
        if let Some(route) = extensions.get::<Route>() {
            let word = Word {
                route: route.clone(),
                source: RouteSource::Handler,
            };
            routes.hear(&mut self.data.route, &word);
        }
    }

    /// Whether HTTP gives this response no body, whatever the service put there (RFC 9112, section
    /// 6.3).
    #[inline(never)]
    fn has_no_body(&self, status: StatusCode) -> bool {
        // A granted CONNECT is an upgrade.
        self.data.method.is_head()
            || self.data.kind == Kind::Upgrade
            || status.is_informational()
            || matches!(status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED)
    }

    /// The body is about to be polled.
    #[inline(always)]
    pub(super) fn poll(&mut self) {
        let record = Record::new(&self.data, &self.core.settings);
        self.core.observers.poll(&mut self.slots, record);
    }

    /// A frame passes. Returns the end, if this was the last one.
    #[inline(always)]
    pub(super) fn frame<D: Buf>(&mut self, frame: &Frame<D>) -> Option<End> {
        if self.data.request.is_watched() {
            self.data.look_at_frame(frame);
        }
        if let Some(bytes) = frame.data_ref() {
            let data = &mut self.data;
            data.frames = data.frames.saturating_add(1);
            data.sent += bytes.remaining() as u64;
        }
        let record = Record::new(&self.data, &self.core.settings);
        self.core
            .observers
            .frame(&mut self.slots, record, FrameRef::of(frame));
        if frame.is_trailers() {
            return Some(self.at_none());
        }
        // HTTP/1 may never ask for what comes after the declared length, trailers included; later
        // versions do.
        (self.all_sent() && self.data.version < Version::HTTP_2).then_some(End::Completed)
    }

    /// The body gave `None`, or says that it would.
    pub(super) fn at_none(&self) -> End {
        match self.data.declared.get() {
            Some(declared) if self.data.sent < declared => End::LengthMismatch,
            _ => End::Completed,
        }
    }

    /// The body gave an error.
    #[cold]
    pub(super) fn at_error<E: 'static>(&self, error: &E) -> End {
        if is_timeout(error, self.core.settings.timeout) {
            End::Timeout
        } else {
            End::BodyError
        }
    }

    pub(super) fn all_sent(&self) -> bool {
        self.data
            .declared
            .get()
            .is_some_and(|declared| self.data.sent >= declared)
    }

    /// Takes the slot's word.
    #[inline(never)]
    pub(super) fn hear_slot(&mut self) -> Option<Word> {
        let extras = self.data.extras.as_ref()?;
        let route = extras.slot.as_ref().and_then(RouteSlot::take)?;
        let word = Word {
            route,
            source: RouteSource::Handler,
        };
        self.core.settings.routes.hear(&mut self.data.route, &word);
        Some(word)
    }

    /// Ends the exchange, once.
    #[inline(always)]
    pub(super) fn end(&mut self, end: End) {
        self.data.end = Some(end);
        if self.data.extras.is_some() || self.data.kind == Kind::Stream {
            self.reconsider(end);
        }
        self.data.stop();
        let record = Record::new(&self.data, &self.core.settings);
        self.core.observers.end(&mut self.slots, record);
    }
}

impl<O: Observers> Drop for Exchange<O> {
    #[inline]
    fn drop(&mut self) {
        if self.data.end.is_none() {
            self.end_at_drop();
        }
    }
}
