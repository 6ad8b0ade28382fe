//! The span of a gRPC call.

use opentelemetry::{
    Context, KeyValue,
    trace::{SpanRef, Status, TraceContextExt},
};
use opentelemetry_semantic_conventions::attribute;

use super::{
    inner::Inner,
    name::{method, name},
    opening::Opening,
    options::{Options, Path},
    text,
};
use crate::{
    label::{Fault, OTHER},
    observe::{FrameRef, Record, ResponseHead},
    rpc::NamedCall,
};

/// The name of a span whose method nobody stands for, and the system of all calls.
pub(super) const GRPC: &str = "grpc";

/// A call whose span is recorded.
#[derive(Debug)]
pub(super) struct RecordedCall {
    call: NamedCall,
    /// The span has the method already.
    told: bool,
}

// === impl RecordedCall ===

impl RecordedCall {
    #[inline]
    pub(super) fn of(opening: Opening<'_>) -> Option<Box<Self>> {
        opening.call.as_ref()?;
        Self::boxed(opening)
    }

    #[inline(never)]
    fn boxed(opening: Opening<'_>) -> Option<Box<Self>> {
        let Opening {
            inner,
            record,
            request,
            call,
            ..
        } = opening;
        let call = NamedCall::new(call?, &inner.methods, record, request);
        let told = call.method().is_some();
        Some(Box::new(Self { call, told }))
    }

    #[inline(never)]
    pub(super) fn head(
        &mut self,
        context: &Context,
        inner: &Inner,
        record: Record<'_>,
        response: &ResponseHead<'_>,
    ) {
        self.call.head(&inner.methods, record, response);
        if !self.told
            && let Some(method) = self.call.method()
        {
            // Now, and not at the end: a call may last for days.
            let span = context.span();
            span.update_name(method.to_owned());
            span.set_attribute(KeyValue::new(attribute::RPC_METHOD, method.to_owned()));
            self.told = true;
        }
    }

    /// The answer is not gRPC's: the span gets what a request's has from its start.
    #[cold]
    pub(super) fn retract(&self, context: &Context, options: &Options, record: Record<'_>) {
        let span = context.span();
        span.update_name(name(record));
        span.set_attribute(KeyValue::new(
            attribute::HTTP_REQUEST_METHOD,
            method(record),
        ));
        let scheme = record.scheme().as_str();
        span.set_attribute(KeyValue::new(attribute::URL_SCHEME, scheme));
        if options.path == Path::Itself {
            let path = text::fit(self.call.path());
            span.set_attribute(KeyValue::new(attribute::URL_PATH, path));
        }
    }

    #[inline]
    pub(super) fn frame(&mut self, frame: FrameRef<'_>) {
        self.call.frame(frame);
    }

    #[inline(never)]
    pub(super) fn end(self, span: &SpanRef<'_>, options: &Options, record: Record<'_>) {
        let Self { call, told } = self;
        if !told {
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
}
