//! Alerts on gRPC calls.

use bartizan::catalog::RPC_SERVER_CALL_DURATION;

use super::{
    Alert, JOB, METHOD, Result, SECONDS, Severity, Thresholds,
    budget::{self, Burn, Speed},
    http::with,
    look, parts, query,
};

const BY_ERROR: &str = r#"topk(10, sum by (rpc_method, error_type) (rate(rpc_server_call_duration_seconds_count{error_type!=""}[5m])))"#;

pub(super) fn error_budget_fast(values: &Thresholds) -> Result {
    Burn {
        name: "RpcErrorBudgetFast",
        family: &budget::RPC,
        speed: Speed::Fast,
        meaning: "Calls fail now, at a pace that spends a month's error budget within days. Counted are UNKNOWN, INTERNAL, \
                  UNAVAILABLE, DATA_LOSS, DEADLINE_EXCEEDED, statuses that gRPC does not have, and calls that broke. \
                  UNIMPLEMENTED is not: whoever scans a server gets it.",
        look: vec![
            query("which method and which status:", BY_ERROR),
            look("DEADLINE_EXCEEDED alone: the backend is slow, or a client's deadline is too short"),
            look("UNAVAILABLE alone: an instance is going down, or a layer sheds load"),
        ],
        tune: "As for requests; the objective is of its own.",
    }
    .alert(values)
}

pub(super) fn error_budget_slow(values: &Thresholds) -> Result {
    Burn {
        name: "RpcErrorBudgetSlow",
        family: &budget::RPC,
        speed: Speed::Slow,
        meaning: "Calls fail at a rate that will not last the month.",
        look: vec![
            query("which method and which status:", BY_ERROR),
            query("since when:", "job:rpc_faults:ratio_rate30m"),
        ],
        tune: "A method that answers what the client did wrong with UNKNOWN should say INVALID_ARGUMENT.",
    }
    .alert(values)
}

pub(super) fn latency_p95(values: &Thresholds) -> Result {
    let key = |key: &str| format!("rpc.latency_p95.{key}");
    let metric = &RPC_SERVER_CALL_DURATION;
    let (bucket, count) = (parts::bucket(metric), parts::count(metric));
    let window = values.window(&key("window"))?;
    let threshold = values.edge(&key("seconds"), metric)?;
    let overrides = values.overrides(&key("override"), "method", Some(metric))?;
    let least = values.number(&key("least_calls"))?;
    let make = |matcher: &str, threshold: f64| {
        let matchers = with("error_type=\"\"", matcher);
        format!(
            "(\n  histogram_quantile(0.95, sum by (job, rpc_method, le) (rate({bucket}{{{matchers}}}[{window}]))) > {threshold}\n  \
             and on (job, rpc_method) sum by (job, rpc_method) (increase({count}{{{matchers}}}[{window}])) >= {least}\n)"
        )
    };
    Ok(Alert {
        name: "RpcLatencyP95High",
        severity: Severity::Warning,
        expression: Some(parts::disjoint("rpc_method", threshold, &overrides, make)),
        hold: values.hold(&key("for"))?,
        summary: format!("{JOB} answers {METHOD} slowly: p95 is {SECONDS}"),
        description: format!(
            "One in twenty successful calls of {METHOD} of {JOB} took {SECONDS} or longer over {window}."
        ),
        meaning: "A method is slow for one call in twenty. A call lasts until its trailers, so a method that streams is as slow \
                  as its streams are long.",
        look: vec![
            query(
                "p50 beside p95:",
                r#"histogram_quantile(0.5, sum by (rpc_method, le) (rate(rpc_server_call_duration_seconds_bucket{error_type=""}[5m])))"#,
            ),
            query(
                "messages a second, if it streams:",
                "sum by (rpc_method, network_io_direction) (rate(bartizan_rpc_messages_total[5m]))",
            ),
        ],
        tune: "Methods that stream get an `override` with `off = true`; slow ones an edge of the buckets of their own.",
    })
}
