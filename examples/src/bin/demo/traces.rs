//! The traces that the load's requests are in: of each there is to be one span and the line of its end.

use std::{
    collections::HashMap,
    fmt,
    future::ready,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use opentelemetry::trace::{SpanId, TraceId};
use opentelemetry_sdk::{
    error::OTelSdkResult,
    trace::{IdGenerator, RandomIdGenerator, SpanData, SpanExporter},
};
use tracing::{
    Event, Subscriber,
    field::{Field, Visit},
};
use tracing_subscriber::{Layer, layer::Context};

use crate::table::grouped;

/// What came of the traces that the clients began. Clones share them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Traces(Arc<Mutex<HashMap<TraceId, Seen>>>);

/// What was seen of one trace.
#[derive(Debug)]
struct Seen {
    /// The client's span, which the service's is to be a child of.
    parent: SpanId,
    /// The service's spans.
    spans: Vec<SpanId>,
    /// The spans that lines of an end name.
    lines: Vec<SpanId>,
}

/// The ids of a line, and whether it is of an end.
#[derive(Debug, Default)]
struct Line {
    trace: Option<TraceId>,
    span: Option<SpanId>,
    ends: bool,
}

/// The targets of the lines of requests.
const REQUESTS: [&str; 2] = ["bartizan::request", "bartizan::stream"];

/// How many differences are told one by one.
const MAX_DIFFERENCES: usize = 10;

// === impl Traces ===

impl Traces {
    /// Begins a trace; returns the `traceparent` of its first request.
    pub(crate) fn begin(&self) -> String {
        let ids = RandomIdGenerator::default();
        let (trace, parent) = (ids.new_trace_id(), ids.new_span_id());
        let seen = Seen {
            parent,
            spans: Vec::new(),
            lines: Vec::new(),
        };
        self.lock().insert(trace, seen);
        format!("00-{trace}-{parent}-01")
    }

    /// Whether each trace has all that there should be.
    pub(crate) fn are_whole(&self) -> bool {
        self.lock().values().all(Seen::is_whole)
    }

    /// Prints whether clients, lines and spans agree.
    pub(crate) fn print(&self) -> bool {
        let traces = self.lock();
        let differ = traces.iter().filter(|(_, seen)| !seen.is_whole());
        for (trace, seen) in differ.clone().take(MAX_DIFFERENCES) {
            println!(
                "differs: trace {trace} has the spans {:?} and the lines of {:?}",
                seen.spans, seen.lines
            );
        }
        let agree = differ.count() == 0;
        if agree {
            let all = grouped(traces.len() as f64, 0);
            println!("Each of {all} requests has a line and a span in the trace of its client.");
        }
        agree
    }

    fn note(&self, trace: TraceId, note: impl FnOnce(&mut Seen)) {
        // What others send begins elsewhere.
        if let Some(seen) = self.lock().get_mut(&trace) {
            note(seen);
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<TraceId, Seen>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// In a service that is no demonstration, this is what sends the spans to a collector.
impl SpanExporter for Traces {
    fn export(&self, spans: Vec<SpanData>) -> impl Future<Output = OTelSdkResult> + Send {
        for span in spans {
            let context = &span.span_context;
            self.note(context.trace_id(), |seen| {
                if span.parent_span_id == seen.parent {
                    seen.spans.push(context.span_id());
                }
            });
        }
        ready(Ok(()))
    }
}

impl<S: Subscriber> Layer<S> for Traces {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        // Jobs and calls to a model have lines of their own.
        if !REQUESTS.contains(&event.metadata().target()) {
            return;
        }
        let mut line = Line::default();
        event.record(&mut line);
        if let (Some(trace), Some(span), true) = (line.trace, line.span, line.ends) {
            self.note(trace, |seen| seen.lines.push(span));
        }
    }
}

// === impl Seen ===

impl Seen {
    /// One span, and the line of its end.
    fn is_whole(&self) -> bool {
        self.spans.len() == 1 && self.lines == self.spans
    }
}

// === impl Line ===

impl Visit for Line {
    fn record_str(&mut self, field: &Field, value: &str) {
        match field.name() {
            "trace_id" => self.trace = TraceId::from_hex(value).ok(),
            "span_id" => self.span = SpanId::from_hex(value).ok(),
            _ => {}
        }
    }

    fn record_f64(&mut self, field: &Field, _: f64) {
        // That a stream opened has no duration.
        self.ends |= field.name() == "duration_seconds";
    }

    fn record_debug(&mut self, _: &Field, _: &dyn fmt::Debug) {}
}
