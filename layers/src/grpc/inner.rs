//! What all calls of one observer share, and how they are recorded.

use std::sync::OnceLock;

use metrics::{Counter, Histogram};

use super::{
    methods::{MethodLabel, Methods},
    rows::Rows,
};
use crate::{
    catalog,
    label::End,
    meter::{Family, Key, Labels, Meter, Overflow},
    observe::Record,
    rpc::{CallError, Outcome, RpcStatus},
};

#[derive(Debug)]
pub(super) struct Inner {
    pub(super) meter: Meter,
    pub(super) methods: Methods,
    /// Those that were declared.
    pub(super) declared: Vec<String>,
    /// Whether messages are counted.
    pub(super) messages: bool,
    duration: Family<Histogram>,
    passed: Family<Counter>,
    rows: Rows,
    overflow: Overflow,
    /// Set once the overflow of methods is registered.
    announced: OnceLock<()>,
}

/// Which way messages go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Direction {
    Receive,
    Transmit,
}

// Where each part of a label set stands in the closed word of a key.
const ERROR: u32 = 5;
const METHOD: u32 = 10;
// A status and an end must fit the bits that they have.
const _: () = assert!(RpcStatus::ALL.len() <= 1 << ERROR);
const _: () = assert!(End::ALL.len() + 2 < 1 << (METHOD - ERROR));

// === impl Inner ===

impl Inner {
    pub(super) fn new(meter: Meter, limit: usize, declared: Vec<String>, messages: bool) -> Self {
        Self {
            duration: Family::new(&meter, &catalog::RPC_SERVER_CALL_DURATION),
            passed: Family::new(&meter, &catalog::RPC_MESSAGES),
            overflow: Overflow::new(&meter, meter.naming().label(catalog::RPC_METHOD)),
            rows: Rows::new(meter.is_refreshable()),
            announced: OnceLock::new(),
            meter,
            methods: Methods::new(limit, &declared),
            declared,
            messages,
        }
    }

    /// Records a call that ended.
    #[inline]
    pub(super) fn record(&self, method: MethodLabel, outcome: Outcome, record: Record<'_>) {
        let seconds = record.elapsed_seconds();
        if outcome.status == RpcStatus::Ok
            && let Some(row) = self.rows.get(method)
            && let Some(kept) = row.succeeded.get()
        {
            kept.record(seconds);
        } else {
            self.record_through_family(method, outcome, seconds);
        }
    }

    #[inline(never)]
    fn record_through_family(&self, method: MethodLabel, outcome: Outcome, seconds: f64) {
        let Outcome { status, error, .. } = outcome;
        let error_number = match error {
            None => 0,
            // Which status it is, the status says.
            Some(CallError::Status(_)) => 1,
            Some(CallError::End(end)) => 2 + end as u64,
        };
        let key = status as u64 | error_number << ERROR | u64::from(method.number()) << METHOD;
        let key = Key::closed(key);
        let fill = |labels: &mut Labels<'_>| {
            labels.push(catalog::RPC_SYSTEM, "grpc");
            labels.push(catalog::RPC_METHOD, self.methods.text(method).to_owned());
            labels.push(catalog::RPC_STATUS, status.name());
            if let Some(error) = error {
                labels.push(catalog::RPC_ERROR_TYPE, error.as_str());
            }
            self.announce();
        };
        let mut used = None;
        let taken = self.duration.with(&self.meter, key, fill, |histogram| {
            histogram.record(seconds);
            used = (status == RpcStatus::Ok).then(|| histogram.clone());
        });
        if method == MethodLabel::OVERFLOW {
            // Each one is counted, so its handle is not kept.
            self.overflow.count(&self.meter, 1);
        } else if let (Some(row), Some(histogram)) = (self.rows.get(method), used)
            && taken == Some(key)
        {
            // Of two racing handles either will do: they are one series.
            let _ = row.succeeded.set(histogram);
        }
    }

    /// Counts messages.
    #[inline]
    pub(super) fn count(&self, method: MethodLabel, direction: Direction, messages: u64) {
        if direction == Direction::Transmit
            && let Some(row) = self.rows.get(method)
            && let Some(kept) = row.sent.get()
        {
            kept.increment(messages);
        } else {
            self.count_through_family(method, direction, messages);
        }
    }

    #[inline(never)]
    fn count_through_family(&self, method: MethodLabel, direction: Direction, messages: u64) {
        let key = direction as u64 | u64::from(method.number()) << METHOD;
        let key = Key::closed(key);
        let fill = |labels: &mut Labels<'_>| {
            labels.push(catalog::RPC_METHOD, self.methods.text(method).to_owned());
            labels.push(catalog::IO_DIRECTION, direction.as_str());
        };
        let mut used = None;
        let taken = self.passed.with(&self.meter, key, fill, |counter| {
            counter.increment(messages);
            used = (direction == Direction::Transmit).then(|| counter.clone());
        });
        if let (Some(row), Some(counter)) = (self.rows.get(method), used)
            && taken == Some(key)
        {
            let _ = row.sent.set(counter);
        }
    }

    /// Registers the overflow of methods, so that its first hit shows in a rate.
    fn announce(&self) {
        self.announced
            .get_or_init(|| self.overflow.count(&self.meter, 0));
    }
}

// === impl Direction ===

impl Direction {
    fn as_str(self) -> &'static str {
        match self {
            Self::Receive => "receive",
            Self::Transmit => "transmit",
        }
    }
}
