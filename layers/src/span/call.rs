//! The span of a gRPC call.

use opentelemetry::{
    Context, KeyValue,
    trace::{SpanRef, Status, TraceContextExt},
};
use opentelemetry_semantic_conventions::attribute;

use super::{
    name::{method, name},
    options::{Options, Path},
    text,
};
use crate::{
    label::{Fault, OTHER},
    observe::Record,
    rpc::CallRef,
};

/// The name of a span whose method nobody stands for, and the system of all calls.
pub(super) const GRPC: &str = "grpc";

/// What the span of a call has been told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Told {
    /// It is none of a call.
    #[default]
    Request,
    Call,
    Method,
}

/// The head of the answer to a call is there.
#[cold]
pub(super) fn head(told: Told, context: &Context, options: &Options, record: Record<'_>) -> Told {
    let Some(call) = record.call() else {
        retract(context, options, record);
        return Told::Request;
    };
    match call.method() {
        Some(method) if told == Told::Call => {
            // Now, and not at the end: a call may last for days.
            let span = context.span();
            span.update_name(method.to_owned());
            span.set_attribute(KeyValue::new(attribute::RPC_METHOD, method.to_owned()));
            Told::Method
        }
        _ => told,
    }
}

/// The answer is not gRPC's: the span gets what a request's has from its start.
fn retract(context: &Context, options: &Options, record: Record<'_>) {
    let span = context.span();
    span.update_name(name(record));
    span.set_attribute(KeyValue::new(
        attribute::HTTP_REQUEST_METHOD,
        method(record),
    ));
    let scheme = record.scheme().as_str();
    span.set_attribute(KeyValue::new(attribute::URL_SCHEME, scheme));
    if options.path == Path::Itself
        && let Some(call) = record.asked_call()
    {
        let path = text::fit(call.path());
        span.set_attribute(KeyValue::new(attribute::URL_PATH, path));
    }
}

#[cold]
pub(super) fn end(
    told: Told,
    call: CallRef<'_>,
    span: &SpanRef<'_>,
    options: &Options,
    record: Record<'_>,
) {
    if told != Told::Method {
        span.set_attribute(KeyValue::new(attribute::RPC_METHOD, OTHER));
        if options.path == Path::Itself {
            let original = text::fit(call.original());
            span.set_attribute(KeyValue::new(attribute::RPC_METHOD_ORIGINAL, original));
        }
    }
    let outcome = call.outcome(record);
    span.set_attribute(KeyValue::new(
        attribute::RPC_RESPONSE_STATUS_CODE,
        outcome.status.name(),
    ));
    // A client that leaves a call is what ends most streams, and no error: the status tells.
    if let Some(error) = outcome.error
        && error.fault() == Fault::Server
    {
        span.set_status(Status::error(""));
        span.set_attribute(KeyValue::new(attribute::ERROR_TYPE, error.as_str()));
    }
}
