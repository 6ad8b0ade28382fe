//! Who makes the spans.

use std::{
    fmt,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicUsize, Ordering},
    },
};

use opentelemetry::{
    Context, InstrumentationScope, global,
    trace::{Span, SpanBuilder, SpanKind, TraceContextExt, Tracer},
};
use opentelemetry_semantic_conventions::SCHEMA_URL;

use super::opening::Opening;

/// Makes the spans of requests.
#[derive(Clone)]
pub(super) enum Tracers {
    Given(Arc<dyn Start + Send + Sync>),
    Global(Arc<Global>),
}

/// Starts a span, whatever its type. The type is lost when the span is in its context, and not before:
/// each attribute of a span of no known type is a call of its own.
pub(super) trait Start {
    fn open(&self, opening: &Opening<'_>, parent: &Context) -> Started;
}

/// What became of a span.
pub(super) enum Started {
    /// The tracer makes none: it is a no-op, or its provider is shut down.
    Nothing,
    /// It is in this context and records nothing, and those made within it inherit that.
    Unsampled(Context),
    /// It is in this context.
    Recording(Context),
}

/// The tracers of the global provider. One that was taken before a provider was set makes no spans for
/// ever, and so does one whose provider was shut down: when one makes none, the provider is asked again.
#[derive(Default)]
pub(crate) struct Global {
    /// Each in place of the one before. Past the last one, none is kept.
    kept: [OnceLock<global::BoxedTracer>; 4],
    current: AtomicUsize,
}

/// What the spans are made by: this crate, with the conventions that it keeps to.
pub(crate) fn scope() -> InstrumentationScope {
    InstrumentationScope::builder("bartizan")
        .with_version(env!("CARGO_PKG_VERSION"))
        .with_schema_url(SCHEMA_URL)
        .build()
}

// === impl Tracers ===

impl Tracers {
    #[inline]
    pub(super) fn open(&self, opening: &Opening<'_>, parent: &Context) -> Started {
        match self {
            Self::Given(tracer) => tracer.open(opening, parent),
            Self::Global(global) => global.open(opening, parent),
        }
    }
}

impl Default for Tracers {
    fn default() -> Self {
        Self::Global(Arc::default())
    }
}

impl fmt::Debug for Tracers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Given(_) => "Given",
            Self::Global(_) => "Global",
        })
    }
}

// === impl Global ===

impl Global {
    fn open(&self, opening: &Opening<'_>, parent: &Context) -> Started {
        let made = |started| match started {
            Started::Nothing => None,
            started => Some(started),
        };
        let made_anew = |tracer: &global::BoxedTracer| {
            // Most likely there is no provider.
            let opening = &Opening {
                caller: opening.caller.clone(),
                expects: false,
                ..*opening
            };
            made(tracer.open(opening, parent))
        };
        self.ask(|tracer| made(tracer.open(opening, parent)), made_anew)
            .unwrap_or(Started::Nothing)
    }

    /// Asks the tracer that is kept, and if that makes nothing, one of the provider that there is now.
    #[inline]
    pub(crate) fn ask<T>(
        &self,
        make: impl FnOnce(&global::BoxedTracer) -> Option<T>,
        make_anew: impl FnOnce(&global::BoxedTracer) -> Option<T>,
    ) -> Option<T> {
        let current = self.current.load(Ordering::Acquire);
        if let Some(tracer) = self.kept.get(current).and_then(OnceLock::get)
            && let Some(made) = make(tracer)
        {
            return Some(made);
        }
        self.ask_anew(current, make_anew)
    }

    #[cold]
    fn ask_anew<T>(
        &self,
        current: usize,
        make: impl FnOnce(&global::BoxedTracer) -> Option<T>,
    ) -> Option<T> {
        let tracer = global::tracer_with_scope(scope());
        let made = make(&tracer)?;
        self.keep(current, tracer);
        Some(made)
    }

    fn keep(&self, current: usize, tracer: global::BoxedTracer) {
        let is_free = |place: &usize| {
            self.kept
                .get(*place)
                .is_some_and(|kept| kept.get().is_none())
        };
        let place = [current, current + 1].into_iter().find(is_free);
        if let Some(place) = place
            && self.kept[place].set(tracer).is_ok()
        {
            self.current.store(place, Ordering::Release);
        }
    }
}

// === impl Tracer ===

impl<T> Start for T
where
    T: Tracer,
    T::Span: Send + Sync + 'static,
{
    fn open(&self, opening: &Opening<'_>, parent: &Context) -> Started {
        let mut builder = SpanBuilder {
            span_kind: Some(SpanKind::Server),
            ..SpanBuilder::default()
        };
        let expected = opening.expect(parent);
        if expected.is_all_built() {
            opening.complete(&mut builder);
        } else {
            builder.name = opening.method();
        }
        let mut span = self.build_with_context(builder, parent);
        if span.is_recording() {
            if !expected.is_all_built() {
                opening.dress(&mut span);
            }
            return Started::Recording(parent.with_span(span));
        }
        let made = span.span_context();
        // A tracer that does nothing gives its parent back.
        if !made.is_valid() || made.span_id() == parent.span().span_context().span_id() {
            return Started::Nothing;
        }
        opening.inner.expectations.disappoint(expected);
        Started::Unsampled(parent.with_remote_span_context(made.clone()))
    }
}
