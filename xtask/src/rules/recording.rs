//! Recording rules: what alerts with long windows need, what dashboards show often, what a federation takes along.
//!
//! They are named `level:metric:operation`, by Prometheus' convention.

use bartizan::catalog::{
    self, HTTP_SERVER_REQUEST_DURATION, Metric, RPC_SERVER_CALL_DURATION, TASK_DURATION,
    WEB_VITAL_CLS, WEB_VITAL_INP, WEB_VITAL_LCP,
};
use bartizan::label::Fault;

use super::{
    Window,
    alert::Recording,
    alerts, parts,
    thresholds::{ThresholdError, Thresholds},
};

/// Each group's name and rules.
pub(super) fn all(
    values: &Thresholds,
    compress: u64,
) -> Result<Vec<(&'static str, Vec<Recording>)>, ThresholdError> {
    let mut budgets = Vec::new();
    for family in alerts::FAMILIES {
        budgets.extend(family.recordings(values, compress)?);
    }
    let costs = vec![alerts::gen_ai::recording(values)?];
    Ok(vec![
        ("recording.error_budgets", budgets),
        ("recording.gen_ai", costs),
        ("recording.dashboards", shown(compress)),
    ])
}

fn shown(compress: u64) -> Vec<Recording> {
    let (short, long) = (Window::new(300, compress), Window::new(3_600, compress));
    let (http, rpc) = (&HTTP_SERVER_REQUEST_DURATION, &RPC_SERVER_CALL_DURATION);
    let mut rules = vec![
        rate("job", "http_server_requests", &parts::count(http), short),
        rate(
            "job_http_route",
            "http_server_requests",
            &parts::count(http),
            short,
        ),
        rate("job", "rpc_server_calls", &parts::count(rpc), short),
        rate(
            "job_rpc_method",
            "rpc_server_calls",
            &parts::count(rpc),
            short,
        ),
        rate(
            "job_http_route",
            "sse_events",
            catalog::SSE_EVENTS.name,
            short,
        ),
        sum("job", catalog::SSE_STREAMS_ACTIVE.name),
        sum("job_http_route", catalog::SSE_STREAMS_ACTIVE.name),
        failures(short),
    ];
    rules.extend(quantile("job_http_route", http, 95, short));
    rules.extend(quantile("job_rpc_method", rpc, 95, short));
    for vital in [&WEB_VITAL_LCP, &WEB_VITAL_INP, &WEB_VITAL_CLS] {
        rules.extend(quantile("job_page", vital, 75, long));
    }
    rules
}

/// The labels that a level's name stands for.
fn labels(level: &str) -> &'static str {
    match level {
        "job" => "job",
        "job_http_route" => "job, http_route",
        "job_page" => "job, page",
        "job_rpc_method" => "job, rpc_method",
        "job_task" => "job, task",
        _ => "",
    }
}

fn rate(level: &str, word: &str, series: &str, window: Window) -> Recording {
    Recording {
        name: format!("{level}:{word}:rate{}", window.name()),
        expression: format!("sum by ({}) (rate({series}[{window}]))", labels(level)),
    }
}

fn sum(level: &str, gauge: &str) -> Recording {
    Recording {
        name: format!("{level}:{gauge}:sum"),
        expression: format!("sum by ({}) ({gauge})", labels(level)),
    }
}

/// The buckets, which can be added up further where many Prometheus servers are federated, and the quantile of them.
fn quantile(level: &str, metric: &Metric, percent: u8, window: Window) -> [Recording; 2] {
    let (labels, bucket) = (labels(level), parts::bucket(metric));
    let buckets = format!("{level}_le:{bucket}:rate{}", window.name());
    [
        Recording {
            name: buckets.clone(),
            expression: format!("sum by ({labels}, le) (rate({bucket}[{window}]))"),
        },
        Recording {
            name: format!("{level}:{}:p{percent}_rate{}", metric.name, window.name()),
            expression: format!("histogram_quantile(0.{percent}, {buckets})"),
        },
    ]
}

fn failures(window: Window) -> Recording {
    let count = parts::count(&TASK_DURATION);
    let failed = alerts::outcomes(|fault| fault == Some(Fault::Server));
    let unknown = alerts::outcomes(|fault| fault == Some(Fault::Unknown));
    let of = |matcher: &str| {
        format!(
            "sum by ({}) (rate({count}{{{matcher}}}[{window}]))",
            labels("job_task")
        )
    };
    Recording {
        name: format!("job_task:task_failures:ratio_rate{}", window.name()),
        expression: format!(
            "{}\n/ {}",
            of(&format!("outcome=~\"{failed}\"")),
            of(&format!("outcome!~\"{unknown}\""))
        ),
    }
}
