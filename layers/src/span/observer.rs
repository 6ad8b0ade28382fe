//! Makes a span of each exchange.

use std::{cell::RefCell, sync::Arc};

use http::HeaderValue;
use opentelemetry::{Context, ContextGuard, trace::TraceContextExt};

use super::{
    SpanBuilder,
    inner::{Inner, Propagation},
    opening::Opening,
    recording::Recording,
    tracer::Opened,
    w3c,
};
use crate::observe::{FrameRef, Needs, ObserveLayer, Observer, Record, RequestHead, ResponseHead};

/// Makes one span for each request, from its arrival to the end of the response's body. See the [module
/// docs](self).
#[derive(Clone, Debug)]
pub struct Span(Arc<Inner>);

/// A layer with [`Span`] alone.
pub type SpanLayer = ObserveLayer<Span>;

/// What [`Span`] keeps about one exchange.
#[derive(Debug, Default)]
pub struct SpanState {
    /// What is active while the exchange runs; `None` if there is nothing to be within.
    context: Option<Context>,
    recording: Recording,
    /// The context is active until the end, which comes next.
    lets_go: bool,
}

thread_local! {
    /// What was entered for the drop of what is inside, one in the other: a guard may not leave its
    /// thread, and a state may.
    static LETTING_GO: RefCell<Vec<ContextGuard>> = const { RefCell::new(Vec::new()) };
}

// === impl Span ===

impl Span {
    /// Spans of the global tracer provider, with what the conventions ask for.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Starts a set of spans with options.
    pub fn builder() -> SpanBuilder {
        SpanBuilder::default()
    }
}

impl Default for Span {
    fn default() -> Self {
        SpanBuilder::default().finish()
    }
}

impl From<Inner> for Span {
    fn from(inner: Inner) -> Self {
        Self(Arc::new(inner))
    }
}

impl Observer for Span {
    type State = SpanState;

    const FRAMES_WITHIN: bool = false;

    fn needs(&self) -> Needs {
        let needs = Needs::NONE.stream_events().tells_calls();
        if self.0.options.body_sizes {
            needs.request_size()
        } else {
            needs
        }
    }

    #[inline(never)]
    fn start(&self, record: Record<'_>, request: RequestHead<'_>) -> SpanState {
        let inner = &*self.0;
        if let Some(skip) = &inner.options.skip
            && skip(request)
        {
            return SpanState::default();
        }
        let mut link = None;
        let Some(mut context) = inner.parent(request, &mut link) else {
            return SpanState::default();
        };
        let opening = Opening {
            inner,
            record,
            request,
            link: link.as_ref(),
            expects: true,
        };
        let recording = match inner.tracers.open(&opening, &mut context) {
            Opened::Recording => Recording::new(record),
            Opened::Unsampled => Recording::NONE,
            // What the caller sent is passed on, where there is something.
            Opened::Nothing if context.has_active_span() => Recording::NONE,
            Opened::Nothing => match inner.propagation {
                Propagation::None | Propagation::W3c(None) => return SpanState::default(),
                _ => Recording::NONE,
            },
        };
        SpanState {
            context: Some(context),
            recording,
            lets_go: false,
        }
    }

    #[inline]
    fn enter(&self, state: &SpanState) -> impl Sized {
        let context = state.context.as_ref();
        context.map(|context| context.clone().attach())
    }

    #[inline]
    fn head(&self, state: &mut SpanState, record: Record<'_>, response: &mut ResponseHead<'_>) {
        let Some(context) = &state.context else {
            return;
        };
        if self.0.options.traceresponse {
            tell(context, response);
        }
        if state.recording.is_on() {
            let options = &self.0.options;
            state.recording.head(context, options, record, response);
        }
    }

    #[inline]
    fn frame(&self, state: &mut SpanState, record: Record<'_>, frame: FrameRef<'_>) {
        if let (Some(context), FrameRef::Data(_)) = (&state.context, frame) {
            state.recording.frame(context, record);
        }
    }

    #[cold]
    fn let_go(&self, state: &mut SpanState, _: Record<'_>) {
        let Some(context) = &state.context else {
            return;
        };
        let guard = context.clone().attach();
        // Of a thread that ends, the place for guards may be gone: then this one is dropped here.
        let pushed = LETTING_GO.try_with(|guards| guards.borrow_mut().push(guard));
        state.lets_go = pushed.is_ok();
    }

    #[inline]
    fn end(&self, state: SpanState, record: Record<'_>) {
        let SpanState {
            context,
            recording,
            lets_go,
        } = state;
        if lets_go {
            leave();
        }
        if recording.is_on()
            && let Some(context) = context
        {
            recording.end(&context, &self.0.options, record);
        }
    }
}

/// Leaves what was entered last for a drop.
#[cold]
fn leave() {
    // It is dropped after the borrow: whatever it lets go of may come back here.
    let guard = LETTING_GO.try_with(|guards| guards.borrow_mut().pop());
    drop(guard);
}

/// Names the span in the response, if there is one.
#[cold]
fn tell(context: &Context, response: &mut ResponseHead<'_>) {
    let span = context.span();
    let span = span.span_context();
    // A caller's own context is not an answer.
    if span.is_valid()
        && !span.is_remote()
        && let Ok(value) = HeaderValue::try_from(w3c::traceresponse(span))
    {
        response.headers_mut().insert("traceresponse", value);
    }
}
