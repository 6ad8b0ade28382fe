//! Spans as lines of JSON on standard output.

use std::{
    fmt,
    io::Write,
    sync::{Mutex, PoisonError},
    time::{SystemTime, UNIX_EPOCH},
};

use opentelemetry::trace::{SpanId, SpanKind, Status};
use opentelemetry_sdk::{Resource, trace::SpanData};
use serde_json::{Map, Value, json};

use super::{courier::Courier, exporter::Deliver, failure::Failure, json::object};

/// Writes a line a span, on the SDK's thread: a reader that is slow holds up nobody else.
pub(crate) struct Stdout<W = std::io::Stdout> {
    resource: Map<String, Value>,
    to: Mutex<W>,
}

// === impl Stdout ===

impl Stdout {
    pub(crate) fn new(resource: &Resource) -> Self {
        Self::to(std::io::stdout(), resource)
    }
}

impl<W> Stdout<W> {
    pub(crate) fn to(to: W, resource: &Resource) -> Self {
        let mut members = Map::new();
        for (key, value) in resource {
            members.insert(key.to_string(), super::json::value(value));
        }
        Self {
            resource: members,
            to: Mutex::new(to),
        }
    }

    fn line(&self, span: &SpanData) -> Vec<u8> {
        let mut line = self.object(span).to_string().into_bytes();
        line.push(b'\n');
        line
    }

    fn object(&self, span: &SpanData) -> Value {
        let (status, description) = match &span.status {
            Status::Unset => ("unset", None),
            Status::Ok => ("ok", None),
            Status::Error { description } => ("error", Some(description)),
        };
        let events = span.events.iter().map(|event| {
            json!({
                "name": event.name,
                "time_unix_nano": nanos(event.timestamp),
                "attributes": object(&event.attributes),
            })
        });
        let links = span.links.iter().map(|link| {
            json!({
                "trace_id": link.span_context.trace_id().to_string(),
                "span_id": link.span_context.span_id().to_string(),
                "attributes": object(&link.attributes),
            })
        });
        let has_parent = span.parent_span_id != SpanId::INVALID;
        json!({
            "name": span.name,
            "kind": kind(&span.span_kind),
            "trace_id": span.span_context.trace_id().to_string(),
            "span_id": span.span_context.span_id().to_string(),
            "parent_span_id": has_parent.then(|| span.parent_span_id.to_string()),
            "start_time_unix_nano": nanos(span.start_time),
            "end_time_unix_nano": nanos(span.end_time),
            "status": status,
            "status_description": description,
            "attributes": object(&span.attributes),
            "events": events.collect::<Value>(),
            "links": links.collect::<Value>(),
            "scope": span.instrumentation_scope.name(),
            "resource": self.resource,
        })
    }
}

impl<W: Write + Send + 'static> Deliver for Stdout<W> {
    fn deliver(&self, batch: Vec<SpanData>, _: &Courier) -> Result<(), Failure> {
        let mut to = self.to.lock().unwrap_or_else(PoisonError::into_inner);
        // Line by line: others' lines come between them, and not into them.
        for span in &batch {
            to.write_all(&self.line(span))?;
        }
        Ok(to.flush()?)
    }
}

impl<W> fmt::Debug for Stdout<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stdout").finish_non_exhaustive()
    }
}

fn kind(kind: &SpanKind) -> &'static str {
    match kind {
        SpanKind::Client => "client",
        SpanKind::Server => "server",
        SpanKind::Producer => "producer",
        SpanKind::Consumer => "consumer",
        SpanKind::Internal => "internal",
    }
}

fn nanos(moment: SystemTime) -> u64 {
    let since = moment.duration_since(UNIX_EPOCH).unwrap_or_default();
    since.as_nanos().try_into().unwrap_or(u64::MAX)
}
