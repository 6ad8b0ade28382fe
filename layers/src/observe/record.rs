//! What is known about one exchange.

use std::time::Duration;

use http::{StatusCode, Version};

use super::{
    Kind, Needs, RequestHead, StreamHandle,
    calls::asks,
    core::Settings,
    extras::Extras,
    fields::content_length,
    flags::Request,
    link::{Connection, Link},
    methods::MethodLabel,
    scope::Observing,
};
use crate::{
    clock::Moment,
    label::{CloseReason, End, ErrorType, Fault, Scheme},
    route::{RouteSlot, RouteSource, RouteState},
};

/// What is known about one exchange, at the moment when an observer is called.
///
/// It is a view of two words, to pass on by value.
#[derive(Clone, Copy, Debug)]
pub struct Record<'a> {
    pub(super) data: &'a Data,
    pub(super) settings: &'a Settings,
}

/// A route, and who named it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RouteRef<'a> {
    /// The label: a template, or `{unmatched}`, `{overflow}`, `_OTHER`.
    pub label: &'a str,
    /// Who named it; `None` if no one did.
    pub source: Option<RouteSource>,
}

/// The figures themselves. They move with the future and then with the body, so they are kept small.
#[derive(Debug)]
pub(super) struct Data {
    pub(super) started: Moment,
    /// The nanoseconds from the start to the end, once it ended.
    took: Figure,
    /// The nanoseconds from the start to the first data frame.
    pub(super) first_data: Figure,
    pub(super) request_length: Figure,
    pub(super) declared: Figure,
    pub(super) sent: u64,
    pub(super) extras: Option<Box<Extras>>,
    pub(super) route: RouteState,
    pub(super) status: Option<StatusCode>,
    pub(super) method: MethodLabel,
    pub(super) version: Version,
    pub(super) request: Request,
    pub(super) kind: Kind,
    pub(super) end: Option<End>,
    /// The service or the body runs, or panicked while it ran.
    pub(super) running: bool,
    pub(super) frames: u32,
}

/// A number that may be absent, in one word.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Figure(u64);

// === impl Record ===

impl<'a> Record<'a> {
    #[inline(always)]
    pub(super) fn new(data: &'a Data, settings: &'a Settings) -> Self {
        Self { data, settings }
    }

    /// The request's method, or `_OTHER`.
    #[must_use]
    pub fn method(self) -> &'a str {
        self.settings.methods.text(self.data.method)
    }

    /// The route, as far as it is known by now.
    #[must_use]
    pub fn route(self) -> RouteRef<'a> {
        let RouteState { label, source, .. } = self.data.route;
        RouteRef {
            label: self.settings.routes.text(label),
            source,
        }
    }

    /// The scheme that the listener serves.
    #[must_use]
    pub fn scheme(self) -> Scheme {
        self.settings.scheme
    }

    /// The version of the protocol that the request came by.
    #[must_use]
    pub fn version(self) -> Version {
        self.data.version
    }

    /// The response's status; `None` if there is no head.
    #[must_use]
    #[inline]
    pub fn status(self) -> Option<StatusCode> {
        self.data.status
    }

    /// What kind of exchange it is; plain until the head tells.
    #[must_use]
    #[inline]
    pub fn kind(self) -> Kind {
        self.data.kind
    }

    /// Whether the request calls a gRPC method, by its head: a POST of gRPC's content type, or gRPC-Web's.
    /// It is told only if an observer [needs](super::Needs::calls) it.
    #[must_use]
    #[inline]
    pub fn is_call(self) -> bool {
        self.data.request.is_call()
    }

    /// The time since the request's arrival; at the end and after it, the time it took.
    #[must_use]
    pub fn elapsed(self) -> Duration {
        Duration::from_nanos(self.nanos())
    }

    /// The time from the request's arrival to the first data frame of the body, if it came and an
    /// observer [needs](super::Needs::first_data) it.
    #[must_use]
    pub fn first_data(self) -> Option<Duration> {
        self.data.first_data.get().map(Duration::from_nanos)
    }

    /// The size of the request's body in bytes: counted so far if the layer counts, else as its
    /// Content-Length tells, if an observer [needs](super::Needs::request_size) it.
    #[must_use]
    #[inline]
    pub fn request_size(self) -> Option<u64> {
        match self.data.extras.as_deref() {
            Some(Extras {
                counted: Some(tally),
                ..
            }) => Some(tally.bytes()),
            _ => self.data.request_length.get(),
        }
    }

    /// The data frames handed over so far; it stops at 2³² - 1.
    #[must_use]
    pub fn frames(self) -> u64 {
        u64::from(self.data.frames)
    }

    /// The bytes of the response's body handed over so far.
    #[must_use]
    pub fn sent(self) -> u64 {
        self.data.sent
    }

    /// The declared length of the response's body.
    #[must_use]
    pub fn declared(self) -> Option<u64> {
        self.data.declared.get()
    }

    /// How the exchange ended; `None` until it has.
    #[must_use]
    pub fn end(self) -> Option<End> {
        self.data.end
    }

    /// Why the stream was closed: how the exchange ended, or the reason that its handler
    /// [gave](super::StreamHandle::end_with). `None` until it has ended.
    #[must_use]
    pub fn close_reason(self) -> Option<CloseReason<'a>> {
        let end = self.data.end?;
        let declared = self
            .data
            .extras
            .as_deref()
            .and_then(Extras::declared_reason);
        Some(declared.unwrap_or(end.into()))
    }

    /// What the connection shows of how the exchange was let go of, besides the end: `fin`, `reset`,
    /// `os_timeout` and the like, a closed list. `None` if it is not observed, or has nothing to add.
    #[must_use]
    pub fn close_detail(self) -> Option<&'static str> {
        let detail = self.data.extras.as_deref()?.detail;
        detail.map(super::link::Detail::as_str)
    }

    /// The handle that the request took along, if the layer was asked for one.
    #[must_use]
    pub fn stream_handle(self) -> Option<&'a StreamHandle> {
        self.data.extras.as_deref()?.handle.as_ref()
    }

    /// The kind of error, if there is one by now. The first fault wins: a 500 whose client then
    /// leaves is a `500`.
    #[must_use]
    #[inline]
    pub fn error_type(self) -> Option<ErrorType> {
        match (self.data.status, self.data.end) {
            (Some(status), _) if status.is_server_error() => Some(ErrorType::Status(status)),
            (_, None | Some(End::Completed)) => None,
            (_, Some(end)) => Some(ErrorType::End(end)),
        }
    }

    /// Who is to blame, if anyone is.
    #[must_use]
    pub fn fault(self) -> Option<Fault> {
        self.error_type().map(ErrorType::fault)
    }

    /// The nanoseconds since the start, or until the end.
    #[inline]
    pub(crate) fn nanos(self) -> u64 {
        let Data { took, started, .. } = self.data;
        took.get().unwrap_or_else(|| started.elapsed())
    }
}

// === impl Data ===

impl Data {
    #[inline(always)]
    pub(super) fn start(
        settings: &Settings,
        needs: &Needs,
        outer: Observing,
        request: RequestHead<'_>,
    ) -> Self {
        let method = request.method();
        let length = needs
            .request_size
            .then(|| content_length(request.headers()))
            .flatten();
        Self {
            started: Moment::now(),
            took: Figure::NONE,
            first_data: Figure::NONE,
            request_length: length.into(),
            declared: Figure::NONE,
            sent: 0,
            extras: None,
            route: RouteState::UNMATCHED,
            status: None,
            method: settings.methods.label(method),
            version: request.version(),
            request: Request::of(
                *method == http::Method::POST && asks(settings, needs, outer, request),
                needs.first_data,
            ),
            kind: Kind::Plain,
            end: None,
            running: false,
            frames: 0,
        }
    }

    /// The nanoseconds since the start.
    #[inline]
    pub(super) fn nanos(&self) -> u64 {
        self.started.elapsed()
    }

    /// What is measured ends now.
    #[inline(always)]
    pub(super) fn stop(&mut self) {
        self.took = Some(self.nanos()).into();
    }

    pub(super) fn extras(&mut self) -> &mut Extras {
        self.extras.get_or_insert_default()
    }

    /// What a status tells of the route, and of a connection that is handed over.
    #[inline(never)]
    pub(super) fn look_at(&mut self, status: StatusCode) {
        let granted = self.method.is_connect() && status.is_success();
        if status == StatusCode::SWITCHING_PROTOCOLS || granted {
            self.kind = Kind::Upgrade;
        } else if status == StatusCode::NOT_FOUND {
            self.route.not_found();
        }
    }

    /// Asks for the route.
    #[inline(always)]
    pub(super) fn find_route(&mut self, settings: &Settings, request: RequestHead<'_>) {
        let Self { route, extras, .. } = self;
        let wait = |pending| *extras = Some(Extras::pending(pending));
        *route = settings.routes.start(request, wait);
    }

    /// Makes what the request takes along.
    #[inline(never)]
    pub(super) fn take_along(&mut self, settings: &Settings, request: RequestHead<'_>) {
        let started = self.started;
        let extras = self.extras();
        extras.slot = settings.routes.slot().then(RouteSlot::default);
        let handles = settings.handles.as_ref();
        extras.handle = handles.map(|handles| {
            // One of a layer outside is shared: what the handler says of the stream holds for both.
            let outer = request.extensions().get().cloned();
            outer.unwrap_or_else(|| handles.start(started))
        });
    }

    /// Finds the connection.
    #[inline(never)]
    pub(super) fn link(&mut self, given: Option<&Connection>, request: RequestHead<'_>) {
        if let Some(link) = Link::of(given, request.extensions()) {
            self.extras().link = link;
        }
    }
}

// === impl Figure ===

impl Figure {
    pub(super) const NONE: Self = Self(u64::MAX);

    /// As a number: the largest of all stands for none.
    #[inline]
    pub(super) fn get(self) -> Option<u64> {
        (self != Self::NONE).then_some(self.0)
    }
}

impl From<Option<u64>> for Figure {
    #[inline]
    fn from(number: Option<u64>) -> Self {
        number.map_or(Self::NONE, Self)
    }
}

impl std::fmt::Debug for Figure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.get().fmt(f)
    }
}
