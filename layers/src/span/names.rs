//! Names that no convention has: those of event streams.

use http::HeaderName;

/// What a client that lost a stream sends.
pub(super) const LAST_EVENT_ID_HEADER: HeaderName = HeaderName::from_static("last-event-id");

pub(super) const LAST_EVENT_ID: &str = "sse.last_event_id";
pub(super) const STREAM_ID: &str = "sse.stream.id";
pub(super) const FRAMES: &str = "sse.stream.frames";
pub(super) const BYTES: &str = "sse.stream.bytes";
pub(super) const EVENTS: &str = "sse.stream.events";
pub(super) const KEEPALIVES: &str = "sse.stream.keepalives";
pub(super) const FIRST_BYTE: &str = "sse.stream.time_to_first_byte";
pub(super) const FIRST_EVENT: &str = "sse.stream.time_to_first_event";
pub(super) const CLOSE_REASON: &str = "sse.stream.close_reason";
pub(super) const CLOSE_DETAIL: &str = "sse.stream.close_detail";

/// The events of a stream's span.
pub(super) mod event {
    pub(in crate::span) const FIRST_BYTE: &str = "sse.first_byte";
    pub(in crate::span) const FIRST_EVENT: &str = "sse.first_event";
    pub(in crate::span) const EVENT: &str = "sse.event";
    pub(in crate::span) const CLOSE: &str = "sse.close";
}
