//! The spans of calls.

use opentelemetry::{
    Array, Context, KeyValue, StringValue, Value,
    trace::{SpanBuilder, SpanKind, Status, TraceContextExt},
};
use opentelemetry_semantic_conventions::attribute::ERROR_TYPE;
use route_canon::Admission;

use super::{
    Operation, attribute,
    core::{About, Core, Names},
    figures::Figures,
    record::Over,
};
use crate::{
    label::{self, Fault, OVERFLOW},
    task::{Spans, Start as _},
};

/// What was told of the answer.
#[derive(Debug, Default)]
pub(super) struct Response {
    pub(super) model: Option<String>,
    pub(super) id: Option<String>,
    finish_reasons: Vec<String>,
}

/// The most reasons.
const MOST_REASONS: usize = 16;

/// Starts the span of a call; `None` if there are none.
pub(super) fn open(core: &Core, about: &About) -> Option<Context> {
    let (spans, names) = (core.options.spans.as_ref()?, about.names.as_deref()?);
    let parent = Context::current();
    if parent.is_telemetry_suppressed() {
        return None;
    }
    let plain = || SpanBuilder {
        span_kind: Some(kind(about.operation)),
        ..SpanBuilder::default()
    };
    let whole = || SpanBuilder {
        name: name(core, about, names).into(),
        attributes: Some(attributes(about, names)),
        ..plain()
    };
    match spans {
        Spans::Given(tracer) => tracer.open(whole(), &parent),
        Spans::Global(global) => global.ask(|tracer, is_anew| {
            if !is_anew {
                return tracer.open(whole(), &parent);
            }
            // Most likely there is no provider: nothing is built for it.
            let context = tracer.open(plain(), &parent)?;
            let span = context.span();
            span.update_name(name(core, about, names));
            span.set_attributes(attributes(about, names));
            Some(context)
        }),
    }
}

/// Ends the span of this context.
pub(super) fn end(context: &Context, over: Over, figures: &Figures, response: Option<&Response>) {
    let span = context.span();
    if span.is_recording() {
        let tokens = [
            (attribute::INPUT_TOKENS, figures.input()),
            (attribute::OUTPUT_TOKENS, figures.output()),
        ];
        for (key, tokens) in tokens {
            if let Some(tokens) = tokens.and_then(|tokens| i64::try_from(tokens).ok()) {
                span.set_attribute(KeyValue::new(key, tokens));
            }
        }
        if let Some(response) = response {
            response.tell(|attribute| span.set_attribute(attribute));
        }
        if let Some(error) = over.error() {
            span.set_attribute(KeyValue::new(ERROR_TYPE, error));
        }
        if over.outcome.fault() == Some(Fault::Server) {
            span.set_status(Status::error(""));
        }
    }
    span.end();
}

/// What runs in this process is internal.
fn kind(operation: Operation) -> SpanKind {
    match operation {
        Operation::ExecuteTool | Operation::InvokeWorkflow | Operation::Plan => SpanKind::Internal,
        _ => SpanKind::Client,
    }
}

/// The name, as bounded as labels are: series are made of spans' names, too.
fn name(core: &Core, about: &About, names: &Names) -> String {
    let operation = about.operation.as_str();
    let of = if names.tool.is_empty() {
        core.models.text(about.model)
    } else {
        match core.tools.admit(&names.tool) {
            Admission::Known(_) | Admission::Admitted(_) => Some(&*names.tool),
            Admission::Overflow { .. } => Some(OVERFLOW),
        }
    };
    match of {
        Some(of) => format!("{operation} {of}"),
        None => operation.to_owned(),
    }
}

/// The attributes that a call starts with.
fn attributes(about: &About, names: &Names) -> Vec<KeyValue> {
    let Names {
        provider,
        model,
        tool,
    } = names;
    // What comes at the end fits in, too.
    let mut attributes = Vec::with_capacity(9);
    let operation = about.operation.as_str();
    attributes.push(KeyValue::new(attribute::OPERATION, operation));
    for (key, text) in [
        (attribute::PROVIDER, provider),
        (attribute::REQUEST_MODEL, model),
        (attribute::TOOL_NAME, tool),
    ] {
        if !text.is_empty() {
            attributes.push(KeyValue::new(key, text.clone()));
        }
    }
    attributes
}

// === impl Response ===

impl Response {
    pub(super) fn finished(&mut self, reason: &str) {
        if self.finish_reasons.len() < MOST_REASONS {
            self.finish_reasons.push(label::clean(reason).into_owned());
        }
    }

    fn tell(&self, mut put: impl FnMut(KeyValue)) {
        let Self {
            model,
            id,
            finish_reasons,
        } = self;
        for (key, text) in [
            (attribute::RESPONSE_MODEL, model),
            (attribute::RESPONSE_ID, id),
        ] {
            if let Some(text) = text {
                put(KeyValue::new(key, text.clone()));
            }
        }
        if !finish_reasons.is_empty() {
            let reasons = finish_reasons.iter().cloned().map(StringValue::from);
            let reasons = Value::Array(Array::String(reasons.collect()));
            put(KeyValue::new(attribute::FINISH_REASONS, reasons));
        }
    }
}
