//! What all exchanges of one set of spans share.

use http::HeaderMap;
use opentelemetry::{
    Context,
    baggage::BaggageExt,
    global,
    propagation::{Extractor, TextMapPropagator},
    trace::{SpanContext, TraceContextExt},
};

use super::{
    baggage::{self, BaggageLimits},
    expectation::Expectations,
    options::Options,
    tracer::Tracers,
    w3c::{self, Caller},
};
use crate::observe::RequestHead;

#[derive(Debug)]
pub(super) struct Inner {
    pub(super) tracers: Tracers,
    pub(super) propagation: Propagation,
    pub(super) options: Options,
    pub(super) expectations: Expectations,
}

/// How the caller's context is found.
#[derive(Debug)]
pub(super) enum Propagation {
    None,
    W3c(Option<BaggageLimits>),
    Given(Box<dyn TextMapPropagator + Send + Sync>),
    Global,
}

/// A request's headers, for a propagator.
struct Headers<'a>(&'a HeaderMap);

// === impl Inner ===

impl Inner {
    /// The context that the request's span is made in; `None` if there shall be no telemetry. The caller's
    /// span goes into `link` where that is not the parent.
    #[inline(always)]
    pub(super) fn parent(
        &self,
        request: RequestHead<'_>,
        link: &mut Option<SpanContext>,
    ) -> Option<Context> {
        if let Propagation::W3c(None) = self.propagation
            && !self.options.public_endpoint
        {
            // What nearly everyone has, without a copy of what is there.
            let caller = w3c::caller(request.headers());
            return Context::map_current(|here| match caller {
                _ if here.is_telemetry_suppressed() => None,
                Some(caller) => Some(here.with_remote_span_context(caller.context())),
                None => Some(here.clone()),
            });
        }
        self.parent_otherwise(request, link)
    }

    #[inline(never)]
    fn parent_otherwise(
        &self,
        request: RequestHead<'_>,
        link: &mut Option<SpanContext>,
    ) -> Option<Context> {
        let here = Context::current();
        if here.is_telemetry_suppressed() {
            return None;
        }
        let is_public = self.options.public_endpoint;
        let context = if is_public { Context::new() } else { here };
        let headers = request.headers();
        Some(match &self.propagation {
            Propagation::W3c(limits) => {
                let caller = w3c::caller(headers).map(Caller::context);
                let context = match caller {
                    Some(caller) if !is_public => context.with_remote_span_context(caller),
                    caller => {
                        *link = caller;
                        context
                    }
                };
                match limits {
                    Some(limits) if !is_public => with_baggage(context, headers, *limits),
                    _ => context,
                }
            }
            Propagation::None => context,
            Propagation::Given(propagator) => {
                let found = propagator.extract_with_context(&context, &Headers(headers));
                self.extracted(found, link)
            }
            Propagation::Global => {
                let extract = |propagator: &dyn TextMapPropagator| {
                    propagator.extract_with_context(&context, &Headers(headers))
                };
                self.extracted(global::get_text_map_propagator(extract), link)
            }
        })
    }

    #[cold]
    fn extracted(&self, context: Context, link: &mut Option<SpanContext>) -> Context {
        if !self.options.public_endpoint {
            return context;
        }
        let caller = context.span().span_context().clone();
        *link = (caller.is_valid() && caller.is_remote()).then_some(caller);
        Context::new()
    }
}

#[inline(never)]
fn with_baggage(context: Context, headers: &HeaderMap, limits: BaggageLimits) -> Context {
    match baggage::of(headers, limits) {
        Some(baggage) => context.with_baggage(baggage),
        None => context,
    }
}

// === impl Headers ===

impl Extractor for Headers<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key)?.to_str().ok()
    }

    fn keys(&self) -> Vec<&str> {
        self.0.keys().map(http::HeaderName::as_str).collect()
    }

    fn get_all(&self, key: &str) -> Option<Vec<&str>> {
        let lines = self.0.get_all(key).iter();
        let values: Vec<_> = lines.filter_map(|value| value.to_str().ok()).collect();
        (!values.is_empty()).then_some(values)
    }
}
