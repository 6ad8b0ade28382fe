//! What all exchanges of one set of metrics share, and how they are recorded.

use std::sync::OnceLock;

use metrics::{Gauge, Histogram};

use super::{
    HttpState,
    cache::{Cache, Row},
    custom::{Capped, Values},
    labels::{self, Custom, Duration, Size},
    marks::{Marks, Raised},
    options::{Options, Timing},
};
use crate::{
    catalog,
    meter::{Family, Key, Labels, Meter, Overflow},
    observe::{FrameRef, Kind, Record, RequestHead, ResponseHead, signed},
    route::RouteLabel,
};

#[derive(Debug)]
pub(super) struct Inner {
    pub(super) meter: Meter,
    pub(super) options: Options,
    pub(super) custom: Box<[Capped]>,
    /// Whether user's code is to be asked of each request.
    pub(super) looks_at_requests: bool,
    pub(super) duration: Family<Histogram>,
    pub(super) active: Family<Gauge>,
    pub(super) request_size: Family<Histogram>,
    pub(super) response_size: Family<Histogram>,
    pub(super) first_byte: Family<Histogram>,
    pub(super) cache: Cache,
    pub(super) routes: Overflow,
    /// Set once the overflow of routes is registered.
    pub(super) announced: OnceLock<()>,
}

// === impl Inner ===

impl Inner {
    /// Raises the gauge, and notes it.
    #[inline(always)]
    pub(super) fn raise_active(&self, record: Record<'_>, mut marks: Marks) -> Marks {
        let closed = self.active_key(record, marks.route());
        match self.cache.gauge(closed) {
            Some(gauge) => {
                gauge.increment(1.0);
                marks.raise_kept(closed);
            }
            None => marks.raise(self.add_active(record, marks.route(), Raised::Not, 1.0)),
        }
        marks
    }

    /// Lowers the gauge that was raised.
    #[inline(always)]
    pub(super) fn lower_active(&self, record: Record<'_>, marks: Marks) {
        match marks.kept().and_then(|closed| self.cache.gauge(closed)) {
            Some(gauge) => gauge.increment(-1.0),
            None if marks.raised() == Raised::Not => {}
            None => {
                self.add_active(record, marks.route(), marks.raised(), -1.0);
            }
        }
    }

    /// Raises or lowers the gauge in its family; returns whether a recorder was there, and which series took it.
    #[cold]
    fn add_active(&self, record: Record<'_>, route: RouteLabel, raised: Raised, by: f64) -> Raised {
        let fill = |labels: &mut Labels<'_>| {
            labels.push(catalog::METHOD, record.method().to_owned());
            labels.push(catalog::SCHEME, record.scheme().as_str());
            if self.options.active_route {
                labels.push(catalog::ROUTE, record.route_text(route).to_owned());
            }
            self.announce();
        };
        let closed = self.active_key(record, route);
        let key = match raised {
            Raised::Folded => Key::OVERFLOW,
            Raised::Not | Raised::Itself => Key::closed(closed),
        };
        let mut used = None;
        let taken = self.active.with(&self.meter, key, fill, |gauge| {
            gauge.increment(by);
            used = Some(gauge.clone());
        });
        match (taken, used) {
            (Some(Key::OVERFLOW), _) => Raised::Folded,
            (Some(_), Some(gauge)) => {
                self.cache.keep_gauge(closed, gauge);
                Raised::Itself
            }
            _ => Raised::Not,
        }
    }

    #[inline(always)]
    fn active_key(&self, record: Record<'_>, route: RouteLabel) -> u64 {
        let mut closed = labels::method_and_scheme(record);
        if self.options.active_route {
            closed |= labels::route(record, route);
        }
        closed
    }

    /// Starts with what is to be known of the request, from the user's code above all.
    #[inline(never)]
    pub(super) fn start_with_look(
        &self,
        mut marks: Marks,
        record: Record<'_>,
        request: RequestHead<'_>,
    ) -> HttpState {
        let mut custom = Values::default();
        let skip = self.options.skip.as_ref();
        if skip.is_some_and(|skip| skip(request)) {
            marks.skip();
            return HttpState { custom, marks };
        }
        for (index, label) in self.custom.iter().enumerate() {
            custom.set(index, label.of_request(&self.meter, request));
        }
        // Last: if the user's code above panics, nothing is to be undone.
        let marks = self.raise_active(record, marks);
        HttpState { custom, marks }
    }

    #[inline(never)]
    pub(super) fn set_of_response(&self, values: &mut Values, response: &ResponseHead<'_>) {
        for (index, label) in self.custom.iter().enumerate() {
            if let Some(number) = label.of_response(&self.meter, response) {
                values.set(index, number);
            }
        }
    }

    /// Registers the overflow of routes, so that its first hit shows in a rate.
    pub(super) fn announce(&self) {
        self.announced
            .get_or_init(|| self.routes.count(&self.meter, 0));
    }

    pub(super) fn custom(&self, state: &HttpState) -> Custom<'_> {
        Custom {
            labels: &self.custom,
            naming: self.meter.naming(),
            values: state.custom,
        }
    }

    #[inline(never)]
    pub(super) fn record_at_head(&self, state: &HttpState, record: Record<'_>) {
        let key = self.duration_labels(state, record).key();
        self.cache.row(&self.meter, key, |row| {
            self.record_duration(row, state, record);
        });
    }

    #[inline(always)]
    pub(super) fn record_at_end(&self, state: &HttpState, record: Record<'_>) {
        let key = self.duration_labels(state, record).key();
        match self.cache.kept_row(key) {
            Some(row) => self.record_row(row, state, record),
            None => self.record_new_row(key, state, record),
        }
    }

    #[cold]
    fn record_new_row(&self, key: Key, state: &HttpState, record: Record<'_>) {
        self.cache.row(&self.meter, key, |row| {
            self.record_row(row, state, record);
        });
    }

    #[inline(always)]
    fn record_row(&self, row: &Row, state: &HttpState, record: Record<'_>) {
        if !state.marks.timed() && self.options.timing.of(record) != Timing::Never {
            self.record_duration(row, state, record);
        }
        if !matches!(record.kind(), Kind::Stream | Kind::Upgrade) {
            self.record_sizes(row, state, record);
        }
    }

    #[inline(always)]
    fn record_duration(&self, row: &Row, state: &HttpState, record: Record<'_>) {
        let seconds = record.elapsed_seconds();
        match row.duration.get() {
            Some(histogram) => histogram.record(seconds),
            None => self.record_new_duration(row, seconds, state, record),
        }
    }

    #[cold]
    fn record_new_duration(&self, row: &Row, seconds: f64, state: &HttpState, record: Record<'_>) {
        let labels = self.duration_labels(state, record);
        let key = labels.key();
        row.record_new(&row.duration, seconds, |used| {
            let fill = |set: &mut Labels<'_>| labels.fill(set);
            self.duration.with(&self.meter, key, fill, used) == Some(key)
        });
    }

    #[inline(always)]
    fn record_sizes(&self, row: &Row, state: &HttpState, record: Record<'_>) {
        let Options {
            request_size,
            response_size,
            ..
        } = self.options;
        if request_size && let Some(bytes) = record.request_size() {
            match row.request_size.get() {
                Some(histogram) => histogram.record(signed(bytes)),
                None => self.record_new_request_size(row, bytes, state, record),
            }
        }
        if response_size && record.status().is_some() {
            match row.response_size.get() {
                Some(histogram) => histogram.record(signed(record.sent())),
                None => self.record_new_response_size(row, state, record),
            }
        }
    }

    #[cold]
    fn record_new_request_size(
        &self,
        row: &Row,
        bytes: u64,
        state: &HttpState,
        record: Record<'_>,
    ) {
        row.record_new(&row.request_size, signed(bytes), |used| {
            self.with_size(&self.request_size, state, record, used)
        });
    }

    #[cold]
    fn record_new_response_size(&self, row: &Row, state: &HttpState, record: Record<'_>) {
        row.record_new(&row.response_size, signed(record.sent()), |used| {
            self.with_size(&self.response_size, state, record, used)
        });
    }

    /// Whether the handle that was used is that of the label set itself.
    fn with_size(
        &self,
        family: &Family<Histogram>,
        state: &HttpState,
        record: Record<'_>,
        used: impl FnOnce(&Histogram),
    ) -> bool {
        let status = self.options.size_status;
        let labels = Size {
            record,
            status,
            custom: self.custom(state),
        };
        let key = labels.key();
        family.with(&self.meter, key, |set| labels.fill(set), used) == Some(key)
    }

    #[inline]
    pub(super) fn duration_labels<'a>(
        &'a self,
        state: &HttpState,
        record: Record<'a>,
    ) -> Duration<'a> {
        let protocol_version = self.options.protocol_version;
        Duration {
            record,
            protocol_version,
            custom: self.custom(state),
        }
    }

    #[inline(never)]
    pub(super) fn record_first_byte(
        &self,
        state: &HttpState,
        record: Record<'_>,
        frame: FrameRef<'_>,
    ) {
        if state.marks.skipped() || !matches!(frame, FrameRef::Data(_)) {
            return;
        }
        let Some(seconds) = record.first_data_seconds() else {
            return;
        };
        let labels = Size {
            record,
            status: false,
            custom: self.custom(state),
        };
        let fill = |set: &mut Labels<'_>| labels.fill(set);
        let record = |histogram: &Histogram| histogram.record(seconds);
        self.first_byte
            .with(&self.meter, labels.key(), fill, record);
    }
}
