//! Error budgets: a share of what may fail, and how fast it burns.
//!
//! An alert has two windows: the long one says that it matters, the short one that it still goes on, so that the alert
//! resolves soon. It also wants a few faults in the long one, rather than traffic in the short one: a service that is
//! hardly used at night and fails each request does page, and one fault in three requests does not.

use std::collections::BTreeMap;

use bartizan::catalog;

use super::{JOB, PERCENT, Result, Severity, parts};
use crate::rules::{
    Window,
    alert::{Alert, Look, Recording},
    thresholds::{ThresholdError, Thresholds},
};

/// What has an error budget.
#[derive(Debug)]
pub(in crate::rules) struct Family {
    /// The beginning of its keys.
    key: &'static str,
    /// The metric in the middle of its recording rules' names.
    word: &'static str,
    /// What there is of it, in descriptions.
    noun: &'static str,
    /// Everything, the server's faults, and what counts: by a window.
    all: fn(Window) -> String,
    faults: fn() -> String,
    counted: fn(Window) -> String,
}

/// How an alert of a budget differs from another one.
#[derive(Debug)]
pub(super) struct Burn {
    pub(super) name: &'static str,
    pub(super) family: &'static Family,
    pub(super) speed: Speed,
    pub(super) meaning: &'static str,
    pub(super) look: Vec<Look>,
    pub(super) tune: &'static str,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Speed {
    Fast,
    Slow,
}

pub(super) const HTTP: Family = Family {
    key: "http.error_budget",
    word: "http_faults",
    noun: "requests",
    all: |window| {
        let count = parts::count(&catalog::HTTP_SERVER_REQUEST_DURATION);
        format!("sum by (job) (rate({count}[{window}]))")
    },
    faults: || {
        let count = parts::count(&catalog::HTTP_SERVER_REQUEST_DURATION);
        format!("{count}{{error_type=~\"{}\"}}", parts::server_errors())
    },
    counted: |window| {
        let count = parts::count(&catalog::HTTP_SERVER_REQUEST_DURATION);
        let not = parts::not_counted();
        format!("sum by (job) (rate({count}{{error_type!~\"{not}\"}}[{window}]))")
    },
};

pub(super) const SSE: Family = Family {
    key: "sse.error_budget",
    word: "sse_faults",
    noun: "event streams that ended",
    all: |window| {
        let count = parts::count(&catalog::SSE_STREAM_DURATION);
        format!("sum by (job) (rate({count}[{window}]))")
    },
    // A stream goes on after an event that could not be serialized.
    faults: || {
        let errors = catalog::SSE_ERRORS.name;
        format!("{errors}{{reason!=\"serialization_error\"}}")
    },
    counted: |window| {
        let count = parts::count(&catalog::SSE_STREAM_DURATION);
        let planned = parts::planned();
        format!("sum by (job) (rate({count}{{close_reason!~\"{planned}\"}}[{window}]))")
    },
};

pub(super) const RPC: Family = Family {
    key: "rpc.error_budget",
    word: "rpc_faults",
    noun: "gRPC calls",
    all: |window| {
        let count = parts::count(&catalog::RPC_SERVER_CALL_DURATION);
        format!("sum by (job) (rate({count}[{window}]))")
    },
    faults: || {
        let count = parts::count(&catalog::RPC_SERVER_CALL_DURATION);
        format!("{count}{{error_type=~\"{}\"}}", parts::rpc_server_errors())
    },
    counted: |window| {
        let count = parts::count(&catalog::RPC_SERVER_CALL_DURATION);
        let not = parts::rpc_not_counted();
        format!("sum by (job) (rate({count}{{error_type!~\"{not}\"}}[{window}]))")
    },
};

/// All of them.
pub(in crate::rules) const FAMILIES: [&Family; 3] = [&HTTP, &SSE, &RPC];

/// The window that dashboards look through.
const SHOWN: u64 = 300;

// === impl Family ===

impl Family {
    /// The share of faults, for each window that an alert has, and for dashboards.
    pub(in crate::rules) fn recordings(
        &self,
        values: &Thresholds,
        compress: u64,
    ) -> Result<Vec<Recording>> {
        let mut windows = BTreeMap::from([(SHOWN, Window::new(SHOWN, compress))]);
        for speed in ["fast", "slow"] {
            for length in ["short", "long"] {
                let window = values.window(&format!("{}.{speed}.{length}", self.key))?;
                windows.insert(window.nominal_seconds(), window);
            }
        }
        let recording = |window| Recording {
            name: self.rule(window),
            expression: self.ratio(window),
        };
        Ok(windows.into_values().map(recording).collect())
    }

    fn rule(&self, window: Window) -> String {
        format!("job:{}:ratio_rate{}", self.word, window.name())
    }

    /// A job that never failed has no series of faults: it has 0 of them as long as it has traffic.
    fn ratio(&self, window: Window) -> String {
        let (all, counted) = ((self.all)(window), (self.counted)(window));
        let faults = (self.faults)();
        format!("(\n  sum by (job) (rate({faults}[{window}]))\n  or 0 * {all}\n)\n/ {counted}")
    }
}

// === impl Burn ===

impl Burn {
    pub(super) fn alert(self, values: &Thresholds) -> Result {
        let Self {
            name,
            family,
            speed,
            meaning,
            look,
            tune,
        } = self;
        let (speed, severity) = match speed {
            Speed::Fast => ("fast", Severity::Critical),
            Speed::Slow => ("slow", Severity::Warning),
        };
        let key = |key: &str| format!("{}.{speed}.{key}", family.key);
        let objective = values.share(&format!("{}.objective", family.key))?;
        let factor = values.number(&key("factor"))?;
        if factor * (1.0 - objective) >= 1.0 {
            return Err(ThresholdError::NeverFires {
                path: key("factor"),
                why: format!(
                    "{factor} times what an objective of {objective} leaves is all {} or more, so it never fires",
                    family.noun
                ),
            });
        }
        let (long, short) = (values.window(&key("long"))?, values.window(&key("short"))?);
        if short.nominal_seconds() >= long.nominal_seconds() {
            return Err(ThresholdError::NeverFires {
                path: key("short"),
                why: "the short window has to be shorter than the long one".to_owned(),
            });
        }
        let least = values.number(&key("least_faults"))?;
        let faults = (family.faults)();
        let limit = format!("{factor} * (1 - {objective})");
        let expression = format!(
            "{} > {limit}\nand on (job) {} > {limit}\nand on (job) sum by (job) (increase({faults}[{long}])) >= {least}",
            family.rule(long),
            family.rule(short),
        );
        let noun = family.noun;
        Ok(Alert {
            name,
            severity,
            expression: Some(expression),
            hold: values.hold(&key("for"))?,
            summary: format!("{JOB} fails {PERCENT} of its {noun}"),
            description: format!(
                "Over {long}, {PERCENT} of the {noun} of {JOB} failed by its own fault, and it goes on. The objective of \
                 {objective} allows for a share of 1 - {objective}; at {factor} times that pace the budget of 30 days is \
                 spent in {:.0} hours.",
                30.0 * 24.0 / factor
            ),
            meaning,
            look,
            tune,
        })
    }
}
