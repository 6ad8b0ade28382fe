//! What all streams of one set of metrics share.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use metrics::{Counter, Gauge, Histogram};

use super::{cell::Registry, options::Options, route::Route, types::EventTypes};
use crate::{
    catalog,
    meter::{Family, Key, Ladder, Meter, Overflow},
    observe::Record,
};

#[derive(Debug)]
pub(super) struct Inner {
    pub(super) meter: Meter,
    pub(super) options: Options,
    pub(super) types: EventTypes,
    pub(super) registry: Registry,
    pub(super) families: Families,
    routes: Ladder<Arc<Route>>,
    /// All of them, for the scan.
    known: Mutex<Vec<Arc<Route>>>,
    refused_types: Overflow,
    announced: OnceLock<()>,
}

#[derive(Debug)]
pub(super) struct Families {
    pub(super) started: Family<Counter>,
    pub(super) active: Family<Gauge>,
    pub(super) stalled: Family<Gauge>,
    pub(super) without_events: Family<Counter>,
    pub(super) duration: Family<Histogram>,
    pub(super) first_byte: Family<Histogram>,
    pub(super) first_event: Family<Histogram>,
    pub(super) gap: Family<Histogram>,
    pub(super) size: Family<Histogram>,
    pub(super) events: Family<Counter>,
    #[cfg(feature = "conn")]
    pub(super) undelivered: Family<Counter>,
    pub(super) frames: Family<Counter>,
    pub(super) keepalives: Family<Counter>,
    pub(super) bytes: Family<Counter>,
    pub(super) errors: Family<Counter>,
    #[cfg(feature = "conn")]
    pub(super) write_errors: Family<Counter>,
    pub(super) reconnects: Family<Counter>,
    pub(super) backpressure: Family<Histogram>,
    pub(super) scan_time: Family<Gauge>,
}

// === impl Inner ===

impl Inner {
    pub(super) fn new(meter: Meter, options: Options, types: EventTypes) -> Self {
        Self {
            families: Families::new(&meter),
            routes: Ladder::default(),
            known: Mutex::default(),
            registry: Registry::default(),
            refused_types: Overflow::new(&meter, meter.naming().label(catalog::EVENT_TYPE)),
            announced: OnceLock::new(),
            options,
            types,
            meter,
        }
    }

    /// The series of the route that a stream has at its head.
    pub(super) fn route(&self, record: Record<'_>) -> Arc<Route> {
        let label = record.route_label();
        let key = record.route_key(label);
        let find = Key::closed(key);
        if let Some(route) = self.routes.find(find) {
            return Arc::clone(route);
        }
        let made = Arc::new(Route::new(key, record.route_text(label)));
        let make = || Some(Arc::clone(&made));
        match self.routes.find_or_insert(find, usize::MAX, make) {
            Ok(Some(route)) => {
                if Arc::ptr_eq(route, &made) {
                    self.known().push(made);
                }
                Arc::clone(route)
            }
            // There are more routes than it takes.
            _ => made,
        }
    }

    /// The routes that had a stream.
    pub(super) fn known(&self) -> std::sync::MutexGuard<'_, Vec<Arc<Route>>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Registers the overflow of event types, so that its first hit shows in a rate.
    pub(super) fn announce(&self) {
        self.announced
            .get_or_init(|| self.refused_types.count(&self.meter, 0));
    }

    /// An event type was refused by the cap.
    pub(super) fn refuse_type(&self) {
        self.refused_types.count(&self.meter, 1);
    }
}

// === impl Families ===

impl Families {
    fn new(meter: &Meter) -> Self {
        Self {
            started: Family::new(meter, &catalog::SSE_STREAMS_STARTED),
            active: Family::of_gauges(meter, &catalog::SSE_STREAMS_ACTIVE),
            stalled: Family::of_gauges(meter, &catalog::SSE_STREAMS_STALLED),
            without_events: Family::new(meter, &catalog::SSE_STREAMS_WITHOUT_EVENTS),
            duration: Family::new(meter, &catalog::SSE_STREAM_DURATION),
            first_byte: Family::new(meter, &catalog::SSE_TIME_TO_FIRST_BYTE),
            first_event: Family::new(meter, &catalog::SSE_TIME_TO_FIRST_EVENT),
            gap: Family::new(meter, &catalog::SSE_EVENT_GAP),
            size: Family::new(meter, &catalog::SSE_EVENT_SIZE),
            events: Family::new(meter, &catalog::SSE_EVENTS),
            #[cfg(feature = "conn")]
            undelivered: Family::new(meter, &catalog::SSE_EVENTS_UNDELIVERED),
            frames: Family::new(meter, &catalog::SSE_FRAMES),
            keepalives: Family::new(meter, &catalog::SSE_KEEPALIVES),
            bytes: Family::new(meter, &catalog::SSE_BODY),
            errors: Family::new(meter, &catalog::SSE_ERRORS),
            #[cfg(feature = "conn")]
            write_errors: Family::new(meter, &catalog::SSE_WRITE_ERRORS),
            reconnects: Family::new(meter, &catalog::SSE_RECONNECTS),
            backpressure: Family::new(meter, &catalog::SSE_BACKPRESSURE),
            scan_time: Family::of_gauges(meter, &catalog::SCAN_TIME),
        }
    }
}
