//! What all exchanges of one set of metrics share, and how they are recorded.

use std::sync::OnceLock;

use metrics::{Gauge, Histogram};

use super::{
    HttpState,
    cache::{Cache, Row},
    custom::{Capped, Values},
    labels::{self, Custom, Duration, Size},
    marks::Raised,
    options::{Options, Timing},
};
use crate::{
    catalog,
    meter::{Family, Key, Labels, Meter, Overflow},
    observe::{Kind, Record, RequestHead, ResponseHead, signed},
    route::RouteLabel,
};

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
    pub(super) cache: Cache,
    pub(super) routes: Overflow,
    /// Set once the overflow of routes is registered.
    pub(super) announced: OnceLock<()>,
}

// === impl Inner ===

impl Inner {
    /// Raises or lowers the gauge; returns whether a recorder was there, and which series took it.
    #[inline(always)]
    pub(super) fn add_active(
        &self,
        record: Record<'_>,
        route: RouteLabel,
        raised: Raised,
        by: f64,
    ) -> Raised {
        let closed = self.active_key(record, route);
        if raised != Raised::Folded
            && let Some(gauge) = self.cache.gauge(closed)
        {
            gauge.increment(by);
            return Raised::Itself;
        }
        self.add_new_active(record, route, raised, by)
    }

    #[cold]
    pub(super) fn add_new_active(
        &self,
        record: Record<'_>,
        route: RouteLabel,
        raised: Raised,
        by: f64,
    ) -> Raised {
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

    #[inline(never)]
    pub(super) fn set_of_request(&self, values: &mut Values, request: RequestHead<'_>) {
        for (index, label) in self.custom.iter().enumerate() {
            values.set(index, label.of_request(&self.meter, request));
        }
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
            self.record_duration(row, key, state, record)
        });
    }

    #[inline(always)]
    pub(super) fn record_at_end(&self, state: &HttpState, record: Record<'_>) {
        let key = self.duration_labels(state, record).key();
        match self.cache.kept_row(key) {
            Some(row) => self.record_row(row, key, state, record),
            None => self.record_new_row(key, state, record),
        }
    }

    #[cold]
    fn record_new_row(&self, key: Key, state: &HttpState, record: Record<'_>) {
        self.cache.row(&self.meter, key, |row| {
            self.record_row(row, key, state, record);
        });
    }

    #[inline(always)]
    fn record_row(&self, row: &Row, key: Key, state: &HttpState, record: Record<'_>) {
        if !state.marks.timed() && self.options.timing.of(record) != Timing::Never {
            self.record_duration(row, key, state, record);
        }
        if !matches!(record.kind(), Kind::Stream | Kind::Upgrade) {
            self.record_sizes(row, state, record);
        }
    }

    #[inline(always)]
    pub(super) fn record_duration(
        &self,
        row: &Row,
        key: Key,
        state: &HttpState,
        record: Record<'_>,
    ) {
        let seconds = record.elapsed_seconds();
        row.record(
            |row| &row.duration,
            seconds,
            |used| {
                let fill = |set: &mut Labels<'_>| self.duration_labels(state, record).fill(set);
                self.duration.with(&self.meter, key, fill, used) == Some(key)
            },
        );
    }

    #[inline(always)]
    pub(super) fn record_sizes(&self, row: &Row, state: &HttpState, record: Record<'_>) {
        let Options {
            request_size,
            response_size,
            ..
        } = self.options;
        if request_size && let Some(bytes) = record.request_size() {
            let family = &self.request_size;
            row.record(
                |row| &row.request_size,
                signed(bytes),
                |used| self.with_size(family, state, record, used),
            );
        }
        if response_size && record.status().is_some() {
            let (bytes, family) = (signed(record.sent()), &self.response_size);
            row.record(
                |row| &row.response_size,
                bytes,
                |used| self.with_size(family, state, record, used),
            );
        }
    }

    /// Whether the handle that was used is that of the label set itself.
    #[cold]
    pub(super) fn with_size(
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

    pub(super) fn record_first_byte(&self, state: &HttpState, record: Record<'_>) {
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
