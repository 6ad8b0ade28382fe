//! Event streams: what passes, the first byte and the first event, stalls, and why each stream ended.
//!
//! An event stream is no slow request. [`Sse`] observes the responses whose content type is
//! `text/event-stream`, and those that the user [adds](crate::observe::ObserveLayer::streams), such as
//! `application/x-ndjson`; it reads their events from the bytes as they pass, and holds none back.
//!
//! | metric | kind, unit | labels (most values) | recorded |
//! |---|---|---|---|
//! | `sse_streams_started_total` | counter, {stream} | `http_route` (200) | head |
//! | `sse_streams_active` | up-down counter, {stream} | `http_route` | head to end |
//! | `sse_stream_duration_seconds` | histogram, s | `http_route`, `close_reason` (20) | end |
//! | `sse_streams_without_events_total` | counter, {stream} | `http_route`, `close_reason` | end |
//! | `sse_errors_total` | counter, {error} | `http_route`, `reason` (15) | an end by the server's fault; a reported `serialization_error` |
//! | `sse_time_to_first_byte_seconds` | histogram, s | `http_route` | first frame, since the request's arrival |
//! | `sse_time_to_first_event_seconds` | histogram, s | `http_route` | first event, since the request's arrival |
//! | `sse_event_gap_seconds` | histogram, s | `http_route` | between frames with events |
//! | `sse_event_size_bytes` | histogram, By | `http_route` (`event_type`) | each event, its lines and their ends included |
//! | `sse_events_total` | counter, {event} | `http_route`, `event_type` (20) | live |
//! | `sse_keepalives_total` | counter, {event} | `http_route` | live: comments, and events of a keep-alive type |
//! | `sse_frames_total`, `sse_body_bytes_total` | counter | `http_route` | live |
//! | `sse_reconnects_total` | counter, {request} | `http_route` | head, for a request with `Last-Event-ID` |
//! | `sse_backpressure_seconds` | histogram, s | `http_route` | from a frame to the next poll, from 0.1 s on |
//! | `sse_streams_stalled` | gauge, {stream} | `http_route`, `cause` (4) | each [scan](Sse::scan) |
//! | `sse_events_undelivered_total` | counter, {event} | `http_route`, `event_type` | afterwards; HTTP/1 with an observed connection |
//! | `sse_write_errors_total` | counter, {error} | `http_route`, `error_type` (6) | end, with an observed connection |
//!
//! A route's close reasons, errors and causes are registered at 0 with its first stream, so that the
//! first rise of each shows in a rate. Labels are frozen at the head. The names are this project's own:
//! OpenTelemetry has no convention for event streams.
//!
//! # Events
//!
//! Events are those of WHATWG HTML, section 9.2.6; see [`sse_body`]. One without an `event:` line is
//! `message`. `heartbeat` and `ping` ([`SseBuilder::keepalive_types`]) and comments are keep-alives: no
//! events, no first event, no end of a gap. At most 20 types are labels ([`SseBuilder::event_type_cap`]),
//! then `{overflow}`; or those of a list ([`SseBuilder::event_types`]), and `_OTHER`.
//!
//! In media types that the user adds, each line that is not empty is an event. A stream with a
//! `Content-Encoding` is counted in frames and bytes and not read; put [`SseProbeLayer`] inside of the
//! layer that compresses, and its events are read there.
//!
//! # Close reasons
//!
//! | reason | what happened | fault |
//! |---|---|---|
//! | `completed` | the body was handed over whole | |
//! | `incomplete` | and without its end marker ([`SseBuilder::end_data`], [`SseBuilder::end_type`]) | server |
//! | `body_error`, `timeout` | the body failed | server |
//! | `length_mismatch` | it ended short of its Content-Length | server |
//! | `panic` | the body panicked, or what was around it | server |
//! | `layer_error` | a layer outside failed the body or let go of it, and there is proof | server |
//! | `client_disconnect` | the client left, and the connection shows it | client |
//! | `server_shutdown` | `DrainLayer` ended it, or the server closed its connection in a drain | planned |
//! | `server_closed` | the server let go of the connection | unknown |
//! | `dropped` | it was let go of, and its connection is not observed: mostly the client | unknown |
//! | `unknown` | its connection is observed, and not conclusive | unknown |
//!
//! A handler may end its stream with a reason of the service's own, by a
//! [`StreamHandle`](crate::observe::StreamHandle): it replaces `completed` and `body_error`.
//!
//! # What can be known, and what cannot
//!
//! Alone, the layer sees a body that is let go of, and says `dropped`. With the feature `conn` and an
//! observed connection it knows who left; what that can tell is in the module `conn`. Besides:
//!
//! - **Completed is not received.** The body was handed over; the server may still hold it. On HTTP/1 with
//!   an observed connection, what the socket never took is counted afterwards, as a lower bound.
//! - **A layer between two observed bodies that kills a stream** is proven by the outer one: an
//!   `ObserveLayer::new(())` outermost is enough. On HTTP/1 the living connection proves it, too. On
//!   HTTP/2 without that guard it is `unknown`; or `client_disconnect`, if the client reset another stream
//!   of the connection meanwhile.
//! - **A stalled stream makes no call.** Only a [scan](Sse::scan) finds it.
//! - **The answer to a HEAD** is no stream, whatever its type.
//!
//! # Cost
//!
//! An event of 120 bytes, four lines, in a frame of its own: 1,059 instructions with all metrics, 648
//! without gaps and sizes (973 and 640 with link-time optimisation), counted by `cargo xtask bench`; of
//! these 288 read the event, and each sample of a histogram is 165 of the recorder's own. No allocation per frame. Two allocations and a lock of one of 32
//! shards a stream; a request that is no stream pays for a look at its headers. An open stream keeps 489
//! bytes over the bare body, 993 with an observed connection of its own (a million of them,
//! `bench/results/streams.txt`).
//!
//! # Errors, panics, cancellation
//!
//! None of its own. A recorder that panics is caught; the stream goes on, and what was under way is not
//! recorded.
//!
//! # Example
//!
//! ```
//! use bartizan::{observe::ObserveLayer, sse::Sse};
//!
//! # fn main() -> Result<(), bartizan::sse::SseError> {
//! let sse = Sse::builder().end_data("[DONE]").build()?;
//! let layer = ObserveLayer::new(sse.clone());
//! // Every five seconds, from a task of its own:
//! sse.scan();
//! # let _ = layer; Ok(())
//! # }
//! ```

mod builder;
mod cell;
#[cfg(feature = "conn")]
mod drain;
mod events;
mod inner;
mod keys;
mod observer;
mod options;
mod probe;
mod route;
mod stalls;
mod state;
#[cfg(test)]
mod tests;
mod types;
#[cfg(feature = "conn")]
mod undelivered;

#[cfg(feature = "conn")]
pub use self::drain::{DrainBody, DrainFuture, DrainLayer, DrainService, LastEventError};
pub use self::{
    builder::{SseBuilder, SseError},
    observer::{Sse, SseLayer, SseState},
    probe::{SseProbe, SseProbeBody, SseProbeFuture, SseProbeLayer},
    stalls::{Cause, Scan, StallThresholds},
};
