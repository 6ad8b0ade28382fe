//! Measures each request once, by how it ended.

use std::sync::Arc;

use super::{
    HttpMetricsBuilder,
    custom::Values,
    inner::Inner,
    marks::Marks,
    options::{Options, Timing},
};
use crate::{
    observe::{FrameRef, Needs, ObserveLayer, Observer, Record, RequestHead, ResponseHead},
    route::RouteLabel,
};

/// Measures HTTP requests: how long they take, how many are under way, how large their bodies are.
/// See the [module docs](self).
///
/// A clone shares the handles and the caps of the original.
#[derive(Clone, Debug)]
pub struct HttpMetrics(Arc<Inner>);

/// A layer with [`HttpMetrics`] alone.
pub type HttpMetricsLayer = ObserveLayer<HttpMetrics>;

/// What [`HttpMetrics`] keeps about one exchange.
#[derive(Debug)]
pub struct HttpState {
    pub(super) custom: Values,
    pub(super) marks: Marks,
}

// === impl HttpMetrics ===

impl HttpMetrics {
    /// The metrics that need no asking, through the global recorder.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Starts a set of metrics with options.
    pub fn builder() -> HttpMetricsBuilder {
        HttpMetricsBuilder::default()
    }
}

impl Default for HttpMetrics {
    fn default() -> Self {
        HttpMetricsBuilder::default().finish()
    }
}

impl From<Inner> for HttpMetrics {
    fn from(inner: Inner) -> Self {
        Self(Arc::new(inner))
    }
}

impl Observer for HttpMetrics {
    type State = HttpState;

    const FRAMES_WITHIN: bool = false;

    fn needs(&self) -> Needs {
        let Options {
            time_to_first_byte,
            request_size,
            ..
        } = self.0.options;
        let mut needs = Needs::NONE.calls();
        if time_to_first_byte {
            needs = needs.first_data();
        }
        if request_size {
            needs = needs.request_size();
        }
        needs
    }

    #[inline(always)]
    fn start(&self, record: Record<'_>, request: RequestHead<'_>) -> HttpState {
        let inner = &*self.0;
        let marks = Marks::new(record.route_label());
        if inner.looks_at_requests {
            return inner.start_with_look(marks, record, request);
        }
        HttpState {
            custom: Values::default(),
            marks: inner.raise_active(record, marks),
        }
    }

    #[inline]
    fn head(&self, state: &mut HttpState, record: Record<'_>, response: &mut ResponseHead<'_>) {
        let inner = &*self.0;
        if state.marks.skipped() {
            return;
        }
        if !inner.custom.is_empty() {
            inner.set_of_response(&mut state.custom, response);
        }
        if inner.options.timing.of(record) == Timing::Head && !state.marks.timed() {
            state.marks.time();
            inner.record_at_head(state, record);
        }
    }

    #[inline]
    fn frame(&self, state: &mut HttpState, record: Record<'_>, frame: FrameRef<'_>) {
        // Asked first, for it is seldom so.
        if record.frames() == 1 && self.0.options.time_to_first_byte {
            self.0.record_first_byte(state, record, frame);
        }
    }

    #[inline(always)]
    fn end(&self, state: HttpState, record: Record<'_>) {
        let inner = &*self.0;
        inner.lower_active(record, state.marks);
        if state.marks.skipped() {
            return;
        }
        inner.record_at_end(&state, record);
        if record.route_label() == RouteLabel::OVERFLOW {
            inner.routes.count(&inner.meter, 1);
        }
    }
}
