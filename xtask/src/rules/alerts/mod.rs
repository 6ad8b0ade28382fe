//! The alerts, by what they are about.

mod budget;
mod exporters;
pub(super) mod gen_ai;
mod http;
mod rpc;
mod scans;
mod sse_delivery;
mod sse_ends;
mod sse_flow;
mod sse_numbers;
mod targets;
mod tasks;
mod tasks_quiet;
mod vitals;

use super::{
    alert::{Alert, Group, Look, Made, Severity, look, query},
    parts,
    thresholds::{ThresholdError, Thresholds},
};

pub(super) use self::{budget::FAMILIES, tasks::outcomes};

type Result<T = Alert, E = ThresholdError> = std::result::Result<T, E>;

type Make = fn(&Thresholds) -> Result;

// What descriptions say of the series that fires.
const JOB: &str = "{{ $labels.job }}";
const INSTANCE: &str = "{{ $labels.instance }}";
const ROUTE: &str = "{{ $labels.http_route }}";
const METHOD: &str = "{{ $labels.rpc_method }}";
const TASK: &str = "{{ $labels.task }}";
const PAGE: &str = "{{ $labels.page }}";
const MODEL: &str = "{{ $labels.gen_ai_request_model }}";
const CAUSE: &str = "{{ $labels.cause }}";
const SIGNAL: &str = "{{ $labels.signal }}";
const SCAN: &str = "{{ $labels.scan }}";
const PERCENT: &str = "{{ $value | humanizePercentage }}";
const SECONDS: &str = "{{ $value | humanizeDuration }}";
const NUMBER: &str = "{{ $value | humanize }}";
/// What an increase guesses is no whole number; what it counted was one.
const COUNT: &str = "{{ $value | printf \"%.0f\" }}";

const GROUPS: &[(&str, &str, &[Make])] = &[
    (
        "http",
        "HTTP",
        &[
            http::error_budget_fast,
            http::error_budget_slow,
            http::latency_p95,
            http::gave_up,
            http::in_flight,
        ],
    ),
    (
        "sse",
        "Event streams",
        &[
            sse_ends::error_budget_fast,
            sse_ends::error_budget_slow,
            sse_ends::error_spike,
            sse_ends::disconnect_storm,
            sse_ends::short_streams,
            sse_ends::unproven,
            sse_flow::first_event_slow,
            sse_flow::first_event_regression,
            sse_flow::no_first_event,
            sse_flow::flow_stopped,
            sse_flow::heartbeats_only,
            sse_delivery::stalled,
            sse_delivery::slow_consumers,
            sse_delivery::drain_stuck,
            sse_numbers::collapsed,
            sse_numbers::low,
        ],
    ),
    (
        "rpc",
        "gRPC",
        &[
            rpc::error_budget_fast,
            rpc::error_budget_slow,
            rpc::latency_p95,
        ],
    ),
    (
        "tasks",
        "Background jobs",
        &[
            tasks::failure_ratio,
            tasks::stuck,
            tasks::slow,
            tasks_quiet::silent,
            tasks_quiet::never_succeeds,
        ],
    ),
    (
        "gen_ai",
        "Calls to models",
        &[gen_ai::error_ratio, gen_ai::cost_spike],
    ),
    (
        "web_vitals",
        "Web Vitals",
        &[vitals::lcp, vitals::inp, vitals::cls],
    ),
    (
        "bartizan",
        "The figures themselves",
        &[
            targets::target_down,
            targets::most_instances_down,
            targets::instance_down,
            targets::instance_restarts,
            targets::descriptors,
            exporters::down,
            exporters::failing,
            exporters::dropping,
            scans::stale,
            scans::missing,
            scans::label_overflow,
        ],
    ),
];

/// Every alert, in the order of the documentation.
pub(super) fn all(values: &Thresholds) -> Result<Vec<Group>> {
    let make = |make: &Make| {
        values.taken();
        let alert = make(values)?;
        let keys = values.taken();
        Ok(Made { alert, keys })
    };
    GROUPS
        .iter()
        .map(|&(name, title, makers)| {
            let alerts = makers.iter().map(make).collect::<Result<_>>()?;
            Ok(Group {
                name,
                title,
                alerts,
            })
        })
        .collect()
}
