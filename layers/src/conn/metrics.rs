//! The metrics of connections.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use metrics::{Counter, Gauge, Histogram};

use super::{CloseReason, IoErrorType, guard::guard};
use crate::{
    catalog,
    meter::{Family, Key, Labels, Meter},
};

/// A panic of the recorder ends in each method: what is not recorded is left out.
#[derive(Debug)]
pub(super) struct Metrics {
    meter: Meter,
    active: Family<Gauge>,
    accepted: Family<Counter>,
    duration: Family<Histogram>,
    io: Family<Counter>,
    write_errors: Family<Counter>,
    write_blocked: Family<Histogram>,
    announced: AtomicBool,
}

/// Which way bytes went: the `network_io_direction` label.
#[derive(Clone, Copy, Debug)]
pub(super) enum Direction {
    Receive,
    Transmit,
}

// === impl Metrics ===

impl Metrics {
    pub(super) fn new(meter: &Meter) -> Self {
        Self {
            active: Family::of_gauges(meter, &catalog::SERVER_CONNECTIONS_ACTIVE),
            accepted: Family::new(meter, &catalog::SERVER_CONNECTIONS_ACCEPTED),
            duration: Family::new(meter, &catalog::SERVER_CONNECTION_DURATION),
            io: Family::new(meter, &catalog::SERVER_CONNECTION_IO),
            write_errors: Family::new(meter, &catalog::SERVER_CONNECTION_WRITE_ERRORS),
            write_blocked: Family::new(meter, &catalog::SERVER_CONNECTION_WRITE_BLOCKED),
            announced: AtomicBool::new(false),
            meter: meter.clone(),
        }
    }

    /// Registers the counters at 0, so that their first rise shows in a rate.
    pub(super) fn announce(&self) {
        if self.announced.load(Ordering::Relaxed) {
            return;
        }
        let there = guard(|| {
            let there = self.count_accepted(0);
            self.add_active(0.0);
            for direction in [Direction::Receive, Direction::Transmit] {
                self.count_bytes(direction, 0);
            }
            for &error in IoErrorType::ALL {
                self.count_write_error(error, 0);
            }
            there
        });
        if there == Some(true) {
            self.announced.store(true, Ordering::Relaxed);
        }
    }

    /// Counts a connection, and returns whether the gauge was raised for it.
    pub(super) fn accept(&self) -> bool {
        self.announce();
        guard(|| self.count_accepted(1));
        guard(|| self.add_active(1.0)).unwrap_or(false)
    }

    /// Records a connection that closed, and lowers the gauge if it was raised for it.
    pub(super) fn close(&self, raised: bool, reason: CloseReason, lived: Duration) {
        if raised {
            guard(|| self.add_active(-1.0));
        }
        guard(|| {
            let fill = |labels: &mut Labels<'_>| {
                labels.push(catalog::CONNECTION_CLOSE_REASON, reason.as_str());
            };
            self.duration
                .with(&self.meter, Key::closed(reason as u64), fill, |seconds| {
                    seconds.record(lived.as_secs_f64());
                });
        });
    }

    pub(super) fn transfer(&self, direction: Direction, bytes: u64) {
        guard(|| self.count_bytes(direction, bytes));
    }

    pub(super) fn write_error(&self, error: IoErrorType) {
        guard(|| self.count_write_error(error, 1));
    }

    pub(super) fn write_blocked(&self, time: Duration) {
        guard(|| {
            self.write_blocked
                .with(&self.meter, Key::default(), no_labels, |seconds| {
                    seconds.record(time.as_secs_f64());
                });
        });
    }

    fn add_active(&self, by: f64) -> bool {
        self.active
            .with(&self.meter, Key::default(), no_labels, |gauge| {
                gauge.increment(by);
            })
            .is_some()
    }

    fn count_accepted(&self, by: u64) -> bool {
        self.accepted
            .with(&self.meter, Key::default(), no_labels, |counter| {
                counter.increment(by);
            })
            .is_some()
    }

    fn count_bytes(&self, direction: Direction, bytes: u64) {
        let fill = |labels: &mut Labels<'_>| labels.push(catalog::IO_DIRECTION, direction.as_str());
        self.io.with(
            &self.meter,
            Key::closed(direction as u64),
            fill,
            |counter| counter.increment(bytes),
        );
    }

    fn count_write_error(&self, error: IoErrorType, by: u64) {
        let fill = |labels: &mut Labels<'_>| {
            labels.push(catalog::CONNECTION_ERROR_TYPE, error.as_str());
        };
        self.write_errors
            .with(&self.meter, Key::closed(error as u64), fill, |counter| {
                counter.increment(by);
            });
    }
}

fn no_labels(_: &mut Labels<'_>) {}

// === impl Direction ===

impl Direction {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Receive => "receive",
            Self::Transmit => "transmit",
        }
    }
}
