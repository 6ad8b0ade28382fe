//! Measures each request once, by how it ended.

use std::sync::{Arc, OnceLock};

use metrics::{Gauge, Histogram};

use super::{
    HttpMetricsBuilder, Timing,
    builder::Options,
    custom::{Capped, Values},
    labels::{self, Custom, Duration, Size},
};
use crate::{
    catalog,
    meter::{Family, Key, Labels, Meter, Overflow},
    observe::{FrameRef, Kind, Needs, ObserveLayer, Observer, Record, RequestHead, ResponseHead},
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
    /// The series of the gauge that was raised; `None` if no recorder was there to raise it.
    active: Option<Key>,
    /// The route when it was raised.
    route: RouteLabel,
    custom: Values,
    skipped: bool,
    timed: bool,
}

#[derive(Debug)]
pub(super) struct Inner {
    pub(super) meter: Meter,
    pub(super) options: Options,
    pub(super) custom: Box<[Capped]>,
    pub(super) duration: Family<Histogram>,
    pub(super) active: Family<Gauge>,
    pub(super) request_size: Family<Histogram>,
    pub(super) response_size: Family<Histogram>,
    pub(super) first_byte: Family<Histogram>,
    pub(super) routes: Overflow,
    /// Set once the overflow of routes is registered.
    pub(super) announced: OnceLock<()>,
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

    fn needs(&self) -> Needs {
        let Options { time_to_first_byte, request_size, .. } = self.0.options;
        let mut needs = Needs::NONE;
        if time_to_first_byte {
            needs = needs.first_data();
        }
        if request_size {
            needs = needs.request_size();
        }
        needs
    }

    #[inline]
    fn start(&self, record: Record<'_>, request: RequestHead<'_>) -> HttpState {
        let inner = &*self.0;
        let skipped = inner.options.skip.as_ref().is_some_and(|skip| skip(request));
        let route = record.route_label();
        let mut state =
            HttpState { active: None, route, custom: Values::default(), skipped, timed: false };
        if !skipped {
            state.active = inner.add_active(record, route, inner.active_key(record), 1.0);
            for (index, label) in inner.custom.iter().enumerate() {
                state.custom.set(index, label.of_request(&inner.meter, request));
            }
        }
        state
    }

    #[inline]
    fn head(&self, state: &mut HttpState, record: Record<'_>, response: &mut ResponseHead<'_>) {
        let inner = &*self.0;
        if state.skipped {
            return;
        }
        for (index, label) in inner.custom.iter().enumerate() {
            if let Some(number) = label.of_response(&inner.meter, response) {
                state.custom.set(index, number);
            }
        }
        if inner.options.timing.of(record.kind()) == Timing::Head {
            state.timed = true;
            inner.record_duration(state, record);
        }
    }

    #[inline]
    fn frame(&self, state: &mut HttpState, record: Record<'_>, frame: FrameRef<'_>) {
        if self.0.options.time_to_first_byte
            && record.frames() == 1
            && !state.skipped
            && matches!(frame, FrameRef::Data(_))
        {
            self.0.record_first_byte(state, record);
        }
    }

    #[inline]
    fn end(&self, state: HttpState, record: Record<'_>) {
        let inner = &*self.0;
        if let Some(key) = state.active {
            inner.add_active(record, state.route, key, -1.0);
        }
        if state.skipped {
            return;
        }
        if !state.timed && inner.options.timing.of(record.kind()) != Timing::Never {
            inner.record_duration(&state, record);
        }
        inner.record_sizes(&state, record);
        if record.route_label() == RouteLabel::Overflow {
            inner.routes.count(&inner.meter, 1);
        }
    }
}

// === impl Inner ===

impl Inner {
    #[inline]
    fn active_key(&self, record: Record<'_>) -> Key {
        let closed = if self.options.active_route {
            labels::method_and_route(record)
        } else {
            record.method_number()
        };
        Key { closed: closed | labels::scheme(record.scheme()), capped: 0 }
    }

    /// Raises or lowers the gauge; the key is that of the series that took it.
    #[inline]
    fn add_active(
        &self,
        record: Record<'_>,
        route: RouteLabel,
        key: Key,
        by: f64,
    ) -> Option<Key> {
        let fill = |labels: &mut Labels<'_>| {
            labels.push(catalog::METHOD, record.method().to_owned());
            labels.push(catalog::SCHEME, record.scheme().as_str());
            if self.options.active_route {
                labels.push(catalog::ROUTE, record.route_text(route).to_owned());
            }
            self.announce();
        };
        self.active.with(&self.meter, key, fill, |gauge| gauge.increment(by))
    }

    /// Registers the overflow of routes, so that its first hit shows in a rate.
    fn announce(&self) {
        self.announced.get_or_init(|| self.routes.count(&self.meter, 0));
    }

    fn custom(&self, state: &HttpState) -> Custom<'_> {
        Custom { labels: &self.custom, naming: self.meter.naming(), values: state.custom }
    }

    #[inline]
    fn record_duration(&self, state: &HttpState, record: Record<'_>) {
        let Options { protocol_version, .. } = self.options;
        let labels = Duration { record, protocol_version, custom: self.custom(state) };
        let seconds = record.elapsed().as_secs_f64();
        let fill = |set: &mut Labels<'_>| labels.fill(set);
        self.duration.with(&self.meter, labels.key(), fill, |histogram| histogram.record(seconds));
    }

    #[inline]
    fn record_sizes(&self, state: &HttpState, record: Record<'_>) {
        if matches!(record.kind(), Kind::Stream | Kind::Upgrade) {
            return;
        }
        let Options { request_size, response_size, size_status: status, .. } = self.options;
        let labels = Size { record, status, custom: self.custom(state) };
        let fill = |set: &mut Labels<'_>| labels.fill(set);
        if request_size && let Some(bytes) = record.request_size() {
            let record = |histogram: &Histogram| histogram.record(bytes as f64);
            self.request_size.with(&self.meter, labels.key(), fill, record);
        }
        if response_size && record.status().is_some() {
            let record = |histogram: &Histogram| histogram.record(record.sent() as f64);
            self.response_size.with(&self.meter, labels.key(), fill, record);
        }
    }

    #[cold]
    fn record_first_byte(&self, state: &HttpState, record: Record<'_>) {
        let Some(time) = record.first_data() else { return };
        let labels = Size { record, status: false, custom: self.custom(state) };
        let fill = |set: &mut Labels<'_>| labels.fill(set);
        let record = |histogram: &Histogram| histogram.record(time.as_secs_f64());
        self.first_byte.with(&self.meter, labels.key(), fill, record);
    }
}
