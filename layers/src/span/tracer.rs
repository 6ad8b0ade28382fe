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
    trace::{Span, TraceContextExt, Tracer},
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
    /// Puts the span into `context`, which is its parent's until then.
    fn open(&self, opening: &Opening<'_>, context: &mut Context) -> Opened;
}

/// What became of a span.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Opened {
    /// The tracer makes none: it is a no-op, or its provider is shut down. The context is as it was.
    Nothing,
    /// It records nothing, and those made within it inherit that.
    Unsampled,
    Recording,
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
    pub(super) fn open(&self, opening: &Opening<'_>, context: &mut Context) -> Opened {
        match self {
            Self::Given(tracer) => tracer.open(opening, context),
            Self::Global(global) => global.open(opening, context),
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
    fn open(&self, opening: &Opening<'_>, context: &mut Context) -> Opened {
        self.ask(|tracer, is_anew| {
            let opened = if is_anew {
                // Most likely there is no provider.
                let opening = &Opening {
                    expects: false,
                    ..*opening
                };
                tracer.open(opening, context)
            } else {
                tracer.open(opening, context)
            };
            (opened != Opened::Nothing).then_some(opened)
        })
        .unwrap_or(Opened::Nothing)
    }

    /// Asks the tracer that is kept, and if that makes nothing, one of the provider that there is now: `make` is told
    /// which it is.
    #[inline]
    pub(crate) fn ask<T>(
        &self,
        mut make: impl FnMut(&global::BoxedTracer, bool) -> Option<T>,
    ) -> Option<T> {
        let current = self.current.load(Ordering::Acquire);
        if let Some(tracer) = self.kept.get(current).and_then(OnceLock::get)
            && let Some(made) = make(tracer, false)
        {
            return Some(made);
        }
        self.ask_anew(current, make)
    }

    #[cold]
    fn ask_anew<T>(
        &self,
        current: usize,
        mut make: impl FnMut(&global::BoxedTracer, bool) -> Option<T>,
    ) -> Option<T> {
        let tracer = global::tracer_with_scope(scope());
        let made = make(&tracer, true)?;
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
    fn open(&self, opening: &Opening<'_>, context: &mut Context) -> Opened {
        let expected = opening.expect(context);
        let builder = opening.builder(expected.is_all_built());
        let mut span = self.build_with_context(builder, context);
        if span.is_recording() {
            if !expected.is_all_built() {
                opening.dress(&mut span);
            }
            *context = context.with_span(span);
            return Opened::Recording;
        }
        let made = span.span_context();
        // A tracer that does nothing gives its parent back.
        if !made.is_valid() || made.span_id() == context.span().span_context().span_id() {
            return Opened::Nothing;
        }
        opening.inner.expectations.disappoint(expected);
        *context = context.with_remote_span_context(made.clone());
        Opened::Unsampled
    }
}
