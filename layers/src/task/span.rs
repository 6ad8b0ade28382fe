//! The spans of jobs, and of their stages.

use std::{fmt, sync::Arc};

use http::{HeaderMap, HeaderValue};
use opentelemetry::{
    Array, Context, ContextGuard, KeyValue, Value,
    trace::{Link, SpanBuilder, SpanContext, SpanKind, Status, TraceContextExt, Tracer},
};
use opentelemetry_semantic_conventions::attribute;

use super::{About, Tasks};
use crate::{label::Outcome, observe::guard, span};

/// Who makes the spans.
#[derive(Clone)]
pub(crate) enum Spans {
    Given(Arc<dyn Start + Send + Sync>),
    Global(Arc<span::Global>),
}

/// Starts a span, whatever its type.
pub(crate) trait Start {
    /// The context with the span; `None` if the tracer makes none.
    fn open(&self, builder: SpanBuilder, parent: &Context) -> Option<Context> {
        self.open_in(builder, parent, parent)
    }

    /// As [`open`](Self::open), in a context that need not be that of its parent.
    fn open_in(&self, builder: SpanBuilder, parent: &Context, here: &Context) -> Option<Context>;
}

/// Which trace a job comes from.
#[derive(Debug, Default)]
pub(super) struct Origin {
    /// The context that a future was made in; it may run elsewhere.
    made_in: Option<Context>,
    pub(super) parent: Option<SpanContext>,
    links: Vec<SpanContext>,
}

/// The attributes of jobs' spans. OpenTelemetry has no convention for them.
const TASK_NAME: &str = "task.name";
const TASK_OUTCOME: &str = "task.outcome";
const TASK_STAGE: &str = "task.stage";

/// The most links.
const MOST_LINKS: usize = 64;

/// What was sent along with a job.
pub(super) fn sent(traceparent: &str, tracestate: Option<&str>) -> Option<SpanContext> {
    let mut headers = HeaderMap::with_capacity(2);
    headers.insert("traceparent", HeaderValue::from_str(traceparent).ok()?);
    if let Some(state) = tracestate.and_then(|state| HeaderValue::from_str(state).ok()) {
        headers.insert("tracestate", state);
    }
    span::caller(&headers).map(span::Caller::context)
}

fn linked(link: &SpanContext) -> Link {
    Link::new(link.clone(), Vec::new(), 0)
}

/// The attributes that a job starts with. One has one value: what comes twice is a list.
fn attributes(name: &Arc<str>, about: &About) -> Vec<KeyValue> {
    let mut attributes = Vec::with_capacity(2 + about.ids.len());
    attributes.push(KeyValue::new(TASK_NAME, Arc::clone(name)));
    for (index, (id, value)) in about.ids.iter().enumerate() {
        if about.ids[..index].iter().any(|(earlier, _)| earlier == id) {
            continue;
        }
        let more = about.ids[index + 1..]
            .iter()
            .filter(|(other, _)| other == id);
        let more: Vec<_> = more.map(|(_, value)| value.clone().into()).collect();
        let value = if more.is_empty() {
            Value::from(value.clone())
        } else {
            let values = [value.clone().into()].into_iter().chain(more);
            Value::Array(Array::String(values.collect()))
        };
        attributes.push(KeyValue::new(*id, value));
    }
    attributes
}

/// Ends the span of this context.
pub(super) fn end(context: &Context, outcome: Outcome, error: Option<&'static str>) {
    let span = context.span();
    if span.is_recording() {
        span.set_attribute(KeyValue::new(TASK_OUTCOME, outcome.as_str()));
        if let Some(error) = error {
            span.set_attribute(KeyValue::new(attribute::ERROR_TYPE, error));
            span.set_status(Status::error(""));
        }
    }
    span.end();
}

// === impl Spans ===

impl Spans {
    /// Starts the span of a job. One whose origin is linked has a trace of its own.
    pub(super) fn of_job(
        &self,
        name: &Arc<str>,
        is_consumer: bool,
        about: &About,
    ) -> Option<Context> {
        let Origin {
            made_in,
            parent,
            links,
        } = &about.origin;
        let here = made_in.clone().unwrap_or_else(Context::current);
        if here.is_telemetry_suppressed() {
            return None;
        }
        let parent = match parent {
            Some(parent) => here.with_remote_span_context(parent.clone()),
            None if links.is_empty() => here.clone(),
            // A trace of its own; what else is in the context stays.
            None => Context::new(),
        };
        let plain = || SpanBuilder {
            span_kind: Some(if is_consumer {
                SpanKind::Consumer
            } else {
                SpanKind::Internal
            }),
            ..SpanBuilder::default()
        };
        let whole = || SpanBuilder {
            name: name.to_string().into(),
            attributes: Some(attributes(name, about)),
            links: Some(links.iter().map(linked).collect()),
            ..plain()
        };
        match self {
            Self::Given(tracer) => tracer.open_in(whole(), &parent, &here),
            Self::Global(global) => global.ask(|tracer, is_anew| {
                if !is_anew {
                    return tracer.open_in(whole(), &parent, &here);
                }
                // Most likely there is no provider: nothing is built for it.
                let context = tracer.open_in(plain(), &parent, &here)?;
                let span = context.span();
                span.update_name(name.to_string());
                span.set_attributes(attributes(name, about));
                for link in links {
                    span.add_link(link.clone(), Vec::new());
                }
                Some(context)
            }),
        }
    }

    /// Starts the span of a stage, or of a step.
    pub(super) fn of_stage(
        &self,
        name: &'static str,
        task: &Arc<str>,
        parent: &Context,
    ) -> Option<Context> {
        let builder = SpanBuilder::from_name(name)
            .with_kind(SpanKind::Internal)
            .with_attributes([
                KeyValue::new(TASK_NAME, Arc::clone(task)),
                KeyValue::new(TASK_STAGE, name),
            ]);
        match self {
            Self::Given(tracer) => tracer.open(builder, parent),
            Self::Global(global) => global.ask(|tracer, _| tracer.open(builder.clone(), parent)),
        }
    }
}

impl Default for Spans {
    fn default() -> Self {
        Self::Global(Arc::default())
    }
}

impl fmt::Debug for Spans {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Given(_) => "Given",
            Self::Global(_) => "Global",
        })
    }
}

// === impl Start ===

impl<T> Start for T
where
    T: Tracer,
    T::Span: Send + Sync + 'static,
{
    fn open_in(&self, builder: SpanBuilder, parent: &Context, here: &Context) -> Option<Context> {
        use opentelemetry::trace::Span as _;

        let span = self.build_with_context(builder, parent);
        let made = span.span_context();
        // A tracer that does nothing gives its parent back.
        let is_made = made.is_valid() && made.span_id() != parent.span().span_context().span_id();
        is_made.then(|| here.with_span(span))
    }
}

// === impl Origin ===

impl Origin {
    /// The context that is active now, if there is a span in it.
    pub(super) fn here() -> Option<Self> {
        Context::map_current(|here| {
            here.has_active_span().then(|| Self {
                made_in: Some(here.clone()),
                ..Self::default()
            })
        })
    }

    pub(super) fn link(&mut self, link: SpanContext) {
        if self.links.len() < MOST_LINKS {
            self.links.push(link);
        }
    }
}

/// Makes the span of this context the active one.
pub(crate) fn enter(context: Option<&Context>) -> Option<ContextGuard> {
    // It panics where a thread ends, and where somebody looks at the context that is active.
    context.and_then(|context| guard::<Tasks, _>(|| context.clone().attach()))
}
