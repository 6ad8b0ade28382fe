//! What is recorded, when, and of which requests.

use std::{fmt, sync::Arc};

use crate::observe::{Kind, Record, RequestHead};

/// When the duration of an exchange is recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Timing {
    /// When the response's head passes: what a stream's client waits for. Without a head, at the end.
    Head,
    /// At the end of the body.
    End,
    /// Not at all.
    Never,
}

/// The switches of one set of metrics.
#[derive(Clone)]
pub(super) struct Options {
    pub(super) timing: Timings,
    pub(super) time_to_first_byte: bool,
    pub(super) request_size: bool,
    pub(super) response_size: bool,
    pub(super) protocol_version: bool,
    pub(super) size_status: bool,
    pub(super) active_route: bool,
    pub(super) skip: Option<Arc<Skip>>,
}

/// When durations are recorded.
#[derive(Clone, Copy, Debug)]
pub(super) struct Timings {
    /// The timing of each kind, by its number.
    kinds: [Timing; 4],
    /// What was said of gRPC calls.
    calls: Option<Timing>,
}

pub(super) type Skip = dyn Fn(RequestHead<'_>) -> bool + Send + Sync;

// === impl Options ===

impl Default for Options {
    fn default() -> Self {
        Self {
            timing: Timings::default(),
            time_to_first_byte: false,
            request_size: true,
            response_size: true,
            protocol_version: false,
            size_status: false,
            active_route: false,
            skip: None,
        }
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            timing,
            time_to_first_byte,
            request_size,
            response_size,
            protocol_version,
            size_status,
            active_route,
            skip,
        } = self;
        f.debug_struct("Options")
            .field("timing", timing)
            .field("time_to_first_byte", time_to_first_byte)
            .field("request_size", request_size)
            .field("response_size", response_size)
            .field("protocol_version", protocol_version)
            .field("size_status", size_status)
            .field("active_route", active_route)
            .field("skip", &skip.is_some())
            .finish()
    }
}

// === impl Timings ===

impl Timings {
    #[inline]
    pub(super) fn of(&self, record: Record<'_>) -> Timing {
        if record.is_call() {
            self.of_call(record)
        } else {
            self.kinds[record.kind() as usize]
        }
    }

    /// Unless something was said of calls, those that have a metric of their own are left to it.
    #[cold]
    fn of_call(&self, record: Record<'_>) -> Timing {
        match self.calls {
            Some(timing) => timing,
            None if record.is_measured_call() => Timing::Never,
            None => self.kinds[record.kind() as usize],
        }
    }

    pub(super) fn set(&mut self, kind: Kind, timing: Timing) {
        self.kinds[kind as usize] = timing;
        if kind == Kind::Grpc {
            self.calls = Some(timing);
        }
    }
}

impl Default for Timings {
    fn default() -> Self {
        let mut timings = Self {
            kinds: [Timing::End; 4],
            calls: None,
        };
        timings.set(Kind::Stream, Timing::Head);
        timings.set(Kind::Upgrade, Timing::Head);
        timings
    }
}
