//! A span that is recorded, from its start to its end.

use std::borrow::Cow;

use http::StatusCode;
use opentelemetry::{
    Context, KeyValue, Value,
    trace::{SpanRef, Status, TraceContextExt},
};
use opentelemetry_semantic_conventions::attribute;

use super::{
    call::{self, Told},
    name::{name, route},
    options::{Options, Path},
    stream::Stream,
};
use crate::{
    label::{ErrorType, Fault},
    observe::{Kind, Record, ResponseHead},
    route::RouteLabel,
};

/// What is kept of a span besides its context.
#[derive(Debug, Default)]
pub(super) struct Recording {
    stream: Option<Box<Stream>>,
    call: Told,
    /// The route that the span's name has; `None` if nothing is recorded.
    named: Option<RouteLabel>,
}

// === impl Recording ===

impl Recording {
    /// Nothing is recorded.
    pub(super) const NONE: Self = Self {
        stream: None,
        call: Told::Request,
        named: None,
    };

    #[inline]
    pub(super) fn new(record: Record<'_>) -> Self {
        Self {
            stream: None,
            named: Some(record.route_label()),
            call: match record.call() {
                None => Told::Request,
                Some(call) if call.method().is_none() => Told::Call,
                Some(_) => Told::Method,
            },
        }
    }

    #[inline]
    pub(super) fn is_on(&self) -> bool {
        self.named.is_some()
    }

    #[inline]
    pub(super) fn head(
        &mut self,
        context: &Context,
        options: &Options,
        record: Record<'_>,
        response: &ResponseHead<'_>,
    ) {
        if self.call != Told::Request {
            self.call = call::head(self.call, context, options, record);
            self.named = Some(record.route_label());
        }
        if record.kind() == Kind::Stream {
            self.stream = Some(Box::new(Stream::new(options.stream_events)));
        }
        if !options.response_headers.is_empty() {
            capture(context, options, response);
        }
    }

    /// A data frame passes.
    #[inline]
    pub(super) fn frame(&mut self, context: &Context, record: Record<'_>) {
        if let Some(stream) = &mut self.stream {
            stream.frame(context, record);
        }
    }

    pub(super) fn end(self, context: &Context, options: &Options, record: Record<'_>) {
        let Self {
            named,
            stream,
            call: told,
        } = self;
        let span = context.span();
        match record.call() {
            Some(call) if told != Told::Request => call::end(told, call, &span, options, record),
            _ => end_request(&span, named, options, record),
        }
        if options.body_sizes {
            end_sizes(&span, record);
        }
        if let Some(mut stream) = stream {
            stream.close(context, record);
        }
        if let Some(handle) = record.stream_handle() {
            for work in handle.take_links() {
                span.add_link(work, Vec::new());
            }
        }
        span.end();
    }
}

#[cold]
fn capture(context: &Context, options: &Options, response: &ResponseHead<'_>) {
    let captures = options.response_headers.iter();
    let read = captures.filter_map(|capture| capture.read(response.headers()));
    context.span().set_attributes(read);
}

/// What every span is told at its end, each attribute made when it is asked for: none is moved for nothing.
struct AtEnd {
    route: Option<Value>,
    status: Option<StatusCode>,
    error: Option<Cow<'static, str>>,
}

// === impl AtEnd ===

impl Iterator for AtEnd {
    type Item = KeyValue;

    #[inline]
    fn next(&mut self) -> Option<KeyValue> {
        if let Some(route) = self.route.take() {
            return Some(KeyValue::new(attribute::HTTP_ROUTE, route));
        }
        if let Some(status) = self.status.take() {
            let status = i64::from(status.as_u16());
            return Some(KeyValue::new(attribute::HTTP_RESPONSE_STATUS_CODE, status));
        }
        let error = self.error.take()?;
        Some(KeyValue::new(attribute::ERROR_TYPE, error))
    }
}

/// What is known of a request at its end.
#[inline]
fn end_request(
    span: &SpanRef<'_>,
    named: Option<RouteLabel>,
    options: &Options,
    record: Record<'_>,
) {
    if named != Some(record.route_label()) {
        span.update_name(name(record));
    }
    let error = error(record);
    if error.is_some() {
        span.set_status(Status::error(""));
    }
    let mut at_end = AtEnd {
        route: route(record),
        status: record.status(),
        error,
    };
    // Lent, and not moved from one of the API's functions to the next.
    span.set_attributes(&mut at_end);
    if options.path == Path::Route {
        let route = record.route().label.to_owned();
        span.set_attribute(KeyValue::new(attribute::URL_PATH, route));
    }
}

#[cold]
fn end_sizes(span: &SpanRef<'_>, record: Record<'_>) {
    // No body comes near 2⁶³ bytes.
    let size = |name, bytes: u64| KeyValue::new(name, bytes as i64);
    if let Some(bytes) = record.request_size() {
        span.set_attribute(size(attribute::HTTP_REQUEST_BODY_SIZE, bytes));
    }
    if record.status().is_some() {
        span.set_attribute(size(attribute::HTTP_RESPONSE_BODY_SIZE, record.sent()));
    }
}

/// The kind of error, where the exchange failed. A stream whose client leaves, or which a shutdown ends,
/// has not failed: its close reason tells.
fn error(record: Record<'_>) -> Option<Cow<'static, str>> {
    match record.error_type()? {
        ErrorType::Status(status) => Some(Cow::Owned(status.as_str().to_owned())),
        ErrorType::End(end) if record.kind() != Kind::Stream => Some(end.as_str().into()),
        ErrorType::End(_) => {
            let reason = record.close_reason()?;
            (reason.fault() == Some(Fault::Server)).then(|| match reason.end() {
                Some(end) => end.as_str().into(),
                None => reason.as_str().to_owned().into(),
            })
        }
    }
}
