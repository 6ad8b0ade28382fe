//! A span with nothing in it.

use std::{
    borrow::Cow,
    time::{Duration, UNIX_EPOCH},
};

use opentelemetry::{
    InstrumentationScope,
    trace::{SpanContext, SpanId, SpanKind, Status, TraceFlags, TraceId, TraceState},
};
use opentelemetry_sdk::trace::{SpanData, SpanEvents, SpanLinks};

/// The context of a span that is sampled.
pub(crate) fn context(span: u64) -> SpanContext {
    let state = TraceState::default();
    SpanContext::new(
        TraceId::from(0x0102_0304),
        SpanId::from(span),
        TraceFlags::SAMPLED,
        false,
        state,
    )
}

/// A span with nothing in it.
pub(crate) fn span() -> SpanData {
    let start = UNIX_EPOCH + Duration::new(1_700_000_000, 123_456_789);
    SpanData {
        span_context: context(0xa),
        parent_span_id: SpanId::INVALID,
        parent_span_is_remote: false,
        span_kind: SpanKind::Internal,
        name: Cow::Borrowed("GET /users/{id}"),
        start_time: start,
        end_time: start + Duration::from_nanos(1_234_567),
        attributes: Vec::new(),
        dropped_attributes_count: 0,
        events: SpanEvents::default(),
        links: SpanLinks::default(),
        status: Status::Unset,
        instrumentation_scope: InstrumentationScope::default(),
    }
}
