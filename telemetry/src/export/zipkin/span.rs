//! A span, as Zipkin has it.

use std::{
    collections::BTreeMap,
    time::{SystemTime, UNIX_EPOCH},
};

use opentelemetry::{
    Value,
    trace::{Event, SpanId, SpanKind, Status},
};
use opentelemetry_sdk::trace::SpanData;
use serde::Serialize;

use super::endpoint::Endpoint;
use crate::export::json;

/// A span, as Zipkin has it. What there is nothing of is left out.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Span<'a> {
    trace_id: String,
    id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    parent_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<Kind>,
    name: &'a str,
    /// In microseconds since 1970.
    timestamp: u64,
    /// In microseconds; at least one, for 0 is none to Zipkin.
    duration: u64,
    local_endpoint: &'a Endpoint,
    #[serde(skip_serializing_if = "Option::is_none")]
    remote_endpoint: Option<Endpoint>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    annotations: Vec<Annotation>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    tags: BTreeMap<&'a str, String>,
}

#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "UPPERCASE")]
enum Kind {
    Client,
    Consumer,
    Producer,
    Server,
}

#[derive(Debug, Serialize)]
struct Annotation {
    timestamp: u64,
    value: String,
}

/// The tag by which Zipkin knows a span that failed.
const ERROR: &str = "error";

// === impl Span ===

impl<'a> Span<'a> {
    pub(crate) fn new(span: &'a SpanData, local: &'a Endpoint) -> Self {
        let kind = match span.span_kind {
            SpanKind::Client => Some(Kind::Client),
            SpanKind::Consumer => Some(Kind::Consumer),
            SpanKind::Producer => Some(Kind::Producer),
            SpanKind::Server => Some(Kind::Server),
            SpanKind::Internal => None,
        };
        // Zipkin draws what calls whom from these two.
        let is_caller = matches!(kind, Some(Kind::Client | Kind::Producer));
        let remote = is_caller.then(|| Endpoint::remote(&span.attributes));
        let parent = span.parent_span_id;
        let duration = span.end_time.duration_since(span.start_time);
        Self {
            trace_id: span.span_context.trace_id().to_string(),
            id: span.span_context.span_id().to_string(),
            parent_id: (parent != SpanId::INVALID).then(|| parent.to_string()),
            kind,
            name: &span.name,
            timestamp: micros(span.start_time),
            duration: whole(duration.unwrap_or_default().as_micros()).max(1),
            local_endpoint: local,
            remote_endpoint: remote.flatten(),
            annotations: span.events.iter().map(Annotation::new).collect(),
            tags: tags(span),
        }
    }
}

/// The attributes; besides, what a span has and Zipkin does not, by the names that the specification gives it.
fn tags(span: &SpanData) -> BTreeMap<&str, String> {
    let mut tags: BTreeMap<_, _> = span
        .attributes
        .iter()
        // A span that has this tag has failed, whatever its value is; the status tells.
        .filter(|pair| pair.key.as_str() != ERROR)
        .map(|pair| (pair.key.as_str(), text(&pair.value)))
        .collect();
    let dropped = [
        (
            "otel.dropped_attributes_count",
            span.dropped_attributes_count,
        ),
        ("otel.dropped_events_count", span.events.dropped_count),
        ("otel.dropped_links_count", span.links.dropped_count),
    ];
    for (tag, count) in dropped.into_iter().filter(|(_, count)| *count > 0) {
        tags.insert(tag, count.to_string());
    }
    let scope = &span.instrumentation_scope;
    if !scope.name().is_empty() {
        tags.insert("otel.scope.name", scope.name().to_owned());
    }
    if let Some(version) = scope.version() {
        tags.insert("otel.scope.version", version.to_owned());
    }
    match &span.status {
        Status::Unset => {}
        Status::Ok => {
            tags.insert("otel.status_code", "OK".into());
        }
        Status::Error { description } => {
            tags.insert("otel.status_code", "ERROR".into());
            tags.insert(ERROR, description.to_string());
        }
    }
    tags
}

/// A list as JSON has it, anything else as it is.
fn text(value: &Value) -> String {
    match value {
        Value::Array(_) => json::value(value).to_string(),
        other => other.to_string(),
    }
}

fn micros(moment: SystemTime) -> u64 {
    let since = moment.duration_since(UNIX_EPOCH).unwrap_or_default();
    whole(since.as_micros())
}

fn whole(number: u128) -> u64 {
    number.try_into().unwrap_or(u64::MAX)
}

// === impl Annotation ===

impl Annotation {
    fn new(event: &Event) -> Self {
        let value = if event.attributes.is_empty() {
            event.name.to_string()
        } else {
            let name = serde_json::Value::from(&*event.name);
            let attributes = serde_json::Value::Object(json::object(&event.attributes));
            format!("{name}: {attributes}")
        };
        Self {
            timestamp: micros(event.timestamp),
            value,
        }
    }
}
