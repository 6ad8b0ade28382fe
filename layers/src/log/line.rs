//! The lines, their fields and who wants them.

use std::borrow::Cow;

use http::Version;
use tracing::Level;

use super::outcome::Outcome;
use crate::{
    label::OTHER,
    line::{Hex, Trace, at, text, wanted},
    observe::{Kind, Record, StreamHandle},
};

/// What a line is made of.
#[derive(Debug)]
pub(super) struct Line<'a> {
    pub(super) record: Record<'a>,
    pub(super) trace: Option<&'a Trace>,
    /// The user's own fields; empty without any.
    pub(super) custom: &'a str,
    pub(super) skipped: u64,
}

/// The target of the lines of requests.
pub(super) const REQUEST: &str = "bartizan::request";
/// The target of the lines of streams.
pub(super) const STREAM: &str = "bartizan::stream";

/// Whether someone wants to know of streams that open.
pub(super) fn opens() -> bool {
    tracing::event_enabled!(target: STREAM, Level::INFO)
}

/// Whether someone wants to know of an end.
pub(super) fn ends(kind: Kind, level: Level) -> bool {
    match kind {
        Kind::Stream => wanted!(level, STREAM),
        _ => wanted!(level, REQUEST),
    }
}

// === impl Line ===

impl Line<'_> {
    /// A stream is open.
    pub(super) fn open(&self) {
        let (trace_id, span_id) = self.ids();
        tracing::event!(
            target: STREAM,
            Level::INFO,
            trace_id = trace_id.as_ref().map(|id| id.as_str()),
            span_id = span_id.as_ref().map(|id| id.as_str()),
            http.request.method = &*self.method(),
            http.route = &*self.route(),
            http.response.status_code = self.status(),
            network.protocol.version = self.version(),
            stream_id = self.stream_id().as_deref(),
            skipped = self.skipped(),
            custom = self.custom(),
            "stream opened"
        );
    }

    /// An exchange ended.
    pub(super) fn end(&self, outcome: &Outcome<'_>, level: Level) {
        match self.record.kind() {
            Kind::Stream => self.close(outcome, level),
            _ => self.finish(outcome, level),
        }
    }

    fn finish(&self, outcome: &Outcome<'_>, level: Level) {
        let (trace_id, span_id) = self.ids();
        at!(
            level,
            REQUEST,
            trace_id = trace_id.as_ref().map(|id| id.as_str()),
            span_id = span_id.as_ref().map(|id| id.as_str()),
            http.request.method = &*self.method(),
            http.route = &*self.route(),
            http.response.status_code = self.status(),
            rpc.method = self.rpc_method().as_deref(),
            rpc.response.status_code = outcome.rpc_status(),
            network.protocol.version = self.version(),
            duration_seconds = self.record.elapsed_seconds(),
            http.request.body.size = self.record.request_size(),
            http.response.body.size = self.sent(),
            frames = self.frames(),
            "error.type" = outcome.error_type(),
            fault = outcome.fault(),
            detail = self.record.close_detail(),
            stream_id = self.stream_id().as_deref(),
            skipped = self.skipped(),
            custom = self.custom(),
            "request ended"
        );
    }

    fn close(&self, outcome: &Outcome<'_>, level: Level) {
        let (trace_id, span_id) = self.ids();
        let counts = self.record.stream_counts();
        at!(
            level,
            STREAM,
            trace_id = trace_id.as_ref().map(|id| id.as_str()),
            span_id = span_id.as_ref().map(|id| id.as_str()),
            http.request.method = &*self.method(),
            http.route = &*self.route(),
            http.response.status_code = self.status(),
            network.protocol.version = self.version(),
            duration_seconds = self.record.elapsed_seconds(),
            http.request.body.size = self.record.request_size(),
            http.response.body.size = self.sent(),
            frames = self.frames(),
            events = counts.map(|counts| counts.events),
            keepalives = counts.map(|counts| counts.keepalives),
            close_reason = self.close_reason().as_deref(),
            "error.type" = outcome.error_type(),
            fault = outcome.fault(),
            detail = self.record.close_detail(),
            stream_id = self.stream_id().as_deref(),
            skipped = self.skipped(),
            custom = self.custom(),
            "stream closed"
        );
    }

    fn ids(&self) -> (Option<Hex<32>>, Option<Hex<16>>) {
        (
            self.trace.map(Trace::trace_id),
            self.trace.map(Trace::span_id),
        )
    }

    fn method(&self) -> Cow<'_, str> {
        text::clean(self.record.method())
    }

    fn route(&self) -> Cow<'_, str> {
        text::clean(self.record.route().label)
    }

    fn status(&self) -> Option<u64> {
        let status = self.record.status()?;
        Some(status.as_u16().into())
    }

    /// The method of a call. A path that nothing stands for is the client's text.
    fn rpc_method(&self) -> Option<Cow<'_, str>> {
        let call = self.record.call()?;
        Some(call.method().map_or(OTHER.into(), text::clean))
    }

    fn version(&self) -> Option<&'static str> {
        Some(match self.record.version() {
            Version::HTTP_09 => "0.9",
            Version::HTTP_10 => "1.0",
            Version::HTTP_11 => "1.1",
            Version::HTTP_2 => "2",
            Version::HTTP_3 => "3",
            _ => return None,
        })
    }

    /// Without a head there is no body.
    fn sent(&self) -> Option<u64> {
        self.record.status().map(|_| self.record.sent())
    }

    fn frames(&self) -> Option<u64> {
        self.record.status().map(|_| self.record.frames())
    }

    fn close_reason(&self) -> Option<Cow<'_, str>> {
        let reason = self.record.close_reason()?;
        Some(text::clean(reason.as_str()))
    }

    /// What the handler named its stream.
    fn stream_id(&self) -> Option<Cow<'_, str>> {
        let id = self.record.stream_handle().and_then(StreamHandle::id)?;
        (!id.is_empty()).then(|| text::clean(id))
    }

    fn skipped(&self) -> Option<u64> {
        (self.skipped != 0).then_some(self.skipped)
    }

    fn custom(&self) -> Option<&str> {
        (!self.custom.is_empty()).then_some(self.custom)
    }
}
