//! The work that feeds a stream, as its spans are linked.

use std::{
    fmt,
    sync::{Mutex, PoisonError},
};

use opentelemetry::trace::SpanContext;

use super::StreamHandle;

/// The most links that a stream keeps. The SDK keeps 128 by default, and this leaves room for others.
const MOST: usize = 64;

/// The contexts that a handler linked, each once.
#[derive(Default)]
pub(super) struct Links(Mutex<Vec<SpanContext>>);

// === impl StreamHandle ===

impl StreamHandle {
    /// How many links a stream keeps.
    pub const MOST_LINKS: usize = MOST;

    /// Links the span of the work that feeds this stream, a queue's or a workflow's, to the stream's own
    /// span. Of more than [`MOST_LINKS`](Self::MOST_LINKS) the first count; one that is not valid, or was
    /// linked before, changes nothing. They are handed to the span when the stream ends.
    ///
    /// Cost: a lock of the handle's own, and a place in its list.
    ///
    /// ```
    /// use bartizan::observe::StreamHandle;
    /// use opentelemetry::{Context, trace::TraceContextExt};
    ///
    /// fn worker(stream: &StreamHandle) {
    ///     stream.link(Context::current().span().span_context().clone());
    /// }
    /// ```
    pub fn link(&self, work: SpanContext) {
        self.links().push(work);
    }

    /// Takes the links.
    pub(crate) fn take_links(&self) -> Vec<SpanContext> {
        let mut links = self
            .links()
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut *links)
    }
}

// === impl Links ===

impl Links {
    fn push(&self, work: SpanContext) {
        if !work.is_valid() {
            return;
        }
        let mut links = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_new = links
            .iter()
            .all(|known| known.span_id() != work.span_id() || known.trace_id() != work.trace_id());
        if is_new && links.len() < MOST {
            links.push(work);
        }
    }
}

impl fmt::Debug for Links {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Links").finish_non_exhaustive()
    }
}
