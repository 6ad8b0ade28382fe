//! What is known about one exchange.

use std::time::Duration;

use http::{StatusCode, Version};
use tokio::time::Instant;

use super::{Kind, RequestHead, Tally, core::Settings, methods::MethodLabel};
use crate::{
    label::{End, ErrorType, Fault, Scheme},
    route::{RouteLabel, RouteSource, RouteState},
};

/// What is known about one exchange, at the moment when an observer is called.
///
/// It is a view of two words, to pass on by value.
#[derive(Clone, Copy, Debug)]
pub struct Record<'a> {
    data: &'a Data,
    settings: &'a Settings,
}

/// A route, and who named it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RouteRef<'a> {
    /// The label: a template, or `{unmatched}`, `{overflow}`, `_OTHER`.
    pub label: &'a str,
    /// Who named it; `None` if no one did.
    pub source: Option<RouteSource>,
}

/// The figures themselves.
#[derive(Debug)]
pub(super) struct Data {
    pub(super) started: Instant,
    pub(super) ended: Option<Instant>,
    pub(super) first_data: Option<Instant>,
    pub(super) route: RouteState,
    pub(super) method: MethodLabel,
    pub(super) version: Version,
    pub(super) request: Request,
    pub(super) request_length: Option<u64>,
    pub(super) counted: Option<Tally>,
    pub(super) status: Option<StatusCode>,
    pub(super) kind: Kind,
    pub(super) declared: Option<u64>,
    pub(super) frames: u64,
    pub(super) sent: u64,
    pub(super) end: Option<End>,
}

/// The methods that change what a response is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Request {
    Plain,
    Connect,
    Head,
}

// === impl Record ===

impl<'a> Record<'a> {
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
        RouteRef { label: self.settings.routes.text(label), source }
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
    pub fn status(self) -> Option<StatusCode> {
        self.data.status
    }

    /// What kind of exchange it is; plain until the head tells.
    #[must_use]
    pub fn kind(self) -> Kind {
        self.data.kind
    }

    /// The time since the request's arrival; at the end and after it, the time it took.
    #[must_use]
    pub fn elapsed(self) -> Duration {
        self.data.ended.unwrap_or_else(Instant::now) - self.data.started
    }

    /// The time from the request's arrival to the first data frame of the body, if it came and an
    /// observer [needs](super::Needs::first_data) it.
    #[must_use]
    pub fn first_data(self) -> Option<Duration> {
        Some(self.data.first_data? - self.data.started)
    }

    /// The size of the request's body in bytes: counted so far if the layer counts, else as its
    /// Content-Length tells, if an observer [needs](super::Needs::request_size) it.
    #[must_use]
    pub fn request_size(self) -> Option<u64> {
        match &self.data.counted {
            Some(tally) => Some(tally.bytes()),
            None => self.data.request_length,
        }
    }

    /// The data frames handed over so far.
    #[must_use]
    pub fn frames(self) -> u64 {
        self.data.frames
    }

    /// The bytes of the response's body handed over so far.
    #[must_use]
    pub fn sent(self) -> u64 {
        self.data.sent
    }

    /// The declared length of the response's body.
    #[must_use]
    pub fn declared(self) -> Option<u64> {
        self.data.declared
    }

    /// How the exchange ended; `None` until it has.
    #[must_use]
    pub fn end(self) -> Option<End> {
        self.data.end
    }

    /// The kind of error, if there is one by now. The first fault wins: a 500 whose client then
    /// leaves is a `500`.
    #[must_use]
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

    pub(crate) fn route_text(self, label: RouteLabel) -> &'a str {
        self.settings.routes.text(label)
    }

    pub(crate) fn route_label(self) -> RouteLabel {
        self.data.route.label
    }

    pub(crate) fn method_number(self) -> u64 {
        self.data.method.number()
    }
}

// === impl Data ===

impl Data {
    pub(super) fn start(settings: &Settings, request: RequestHead<'_>) -> Self {
        let method = request.method();
        Self {
            started: Instant::now(),
            ended: None,
            first_data: None,
            route: settings.routes.start(request),
            method: settings.methods.label(method),
            version: request.version(),
            request: Request::of(method),
            request_length: None,
            counted: None,
            status: None,
            kind: Kind::Plain,
            declared: None,
            frames: 0,
            sent: 0,
            end: None,
        }
    }
}

// === impl Request ===

impl Request {
    fn of(method: &http::Method) -> Self {
        match *method {
            http::Method::CONNECT => Self::Connect,
            http::Method::HEAD => Self::Head,
            _ => Self::Plain,
        }
    }
}
