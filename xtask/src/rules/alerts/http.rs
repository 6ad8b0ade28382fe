//! Alerts on requests.

use bartizan::catalog::{self, HTTP_SERVER_REQUEST_DURATION};

use super::{
    Alert, INSTANCE, JOB, NUMBER, PERCENT, ROUTE, Result, SECONDS, Severity, Thresholds,
    budget::{self, Burn, Speed},
    look, parts, query,
};

const BY_ERROR: &str = r#"topk(10, sum by (http_route, error_type) (rate(http_server_request_duration_seconds_count{error_type!=""}[5m])))"#;

pub(super) fn error_budget_fast(values: &Thresholds) -> Result {
    Burn {
        name: "HttpErrorBudgetFast",
        family: &budget::HTTP,
        speed: Speed::Fast,
        meaning: "Users get errors now, at a pace that spends a month's error budget within days. Counted are 5xx, panics, \
                  time-outs and bodies that broke; clients that left and shutdowns are not.",
        look: vec![
            query("which route and which error:", BY_ERROR),
            query(
                "one instance or all of them:",
                r#"sum by (instance) (rate(http_server_request_duration_seconds_count{error_type!=""}[5m]))"#,
            ),
            look("the last deploy, and the log: `error.type` is a field of each request's line, with the trace's id"),
        ],
        tune: "Raise `least_faults` if a handful of errors at night is not worth waking someone; lower the objective if it \
               is not what users were promised.",
    }
    .alert(values)
}

pub(super) fn error_budget_slow(values: &Thresholds) -> Result {
    Burn {
        name: "HttpErrorBudgetSlow",
        family: &budget::HTTP,
        speed: Speed::Slow,
        meaning: "Requests fail at a rate that will not last the month. Nobody has to get up for it.",
        look: vec![
            query("which route and which error:", BY_ERROR),
            query("since when:", "job:http_faults:ratio_rate30m"),
        ],
        tune: "One route that fails by design: fix what it answers, a 4xx is no fault of the server's.",
    }
    .alert(values)
}

pub(super) fn latency_p95(values: &Thresholds) -> Result {
    let key = |key: &str| format!("http.latency_p95.{key}");
    let metric = &HTTP_SERVER_REQUEST_DURATION;
    let (bucket, count) = (parts::bucket(metric), parts::count(metric));
    let window = values.window(&key("window"))?;
    let threshold = values.edge(&key("seconds"), metric)?;
    let overrides = values.overrides(&key("override"), "route", Some(metric))?;
    let least = values.number(&key("least_requests"))?;
    let make = |matcher: &str, threshold: f64| {
        let matchers = with("error_type=\"\"", matcher);
        format!(
            "(\n  histogram_quantile(0.95, sum by (job, http_route, le) (rate({bucket}{{{matchers}}}[{window}]))) > {threshold}\n  \
             and on (job, http_route) sum by (job, http_route) (increase({count}{{{matchers}}}[{window}])) >= {least}\n)"
        )
    };
    Ok(Alert {
        name: "HttpLatencyP95High",
        severity: Severity::Warning,
        expression: Some(parts::disjoint("http_route", threshold, &overrides, make)),
        hold: values.hold(&key("for"))?,
        summary: format!("{JOB} answers {ROUTE} slowly: p95 is {SECONDS}"),
        description: format!(
            "One in twenty successful requests to {ROUTE} of {JOB} took {SECONDS} or longer over {window}."
        ),
        meaning: "A route is slow for one request in twenty. Only requests that succeeded count: what fails is the error \
                  budget's, and what clients would not wait for is `HttpClientsGaveUp`. The time includes sending the body, so \
                  slow clients of large bodies show in it.",
        look: vec![
            query(
                "p50 beside p95, to tell all requests from a few:",
                r#"histogram_quantile(0.5, sum by (http_route, le) (rate(http_server_request_duration_seconds_bucket{error_type=""}[5m])))"#,
            ),
            query(
                "the time to the first byte, if it is recorded: without it, bodies are what is slow:",
                "histogram_quantile(0.95, sum by (http_route, le) (rate(bartizan_http_time_to_first_byte_seconds_bucket[5m])))",
            ),
            look(
                "a trace of a slow request: search for `span.http.route` and a duration above the threshold",
            ),
        ],
        tune: "The threshold is an edge of the buckets, below the last one. A route that is slow by nature gets an \
               `override` of its own, or `off = true`.",
    })
}

pub(super) fn gave_up(values: &Thresholds) -> Result {
    let key = |key: &str| format!("http.gave_up.{key}");
    let metric = &HTTP_SERVER_REQUEST_DURATION;
    let (bucket, count) = (parts::bucket(metric), parts::count(metric));
    let window = values.window(&key("window"))?;
    let after = values.edge(&key("after_seconds"), metric)?;
    let overrides = values.overrides(&key("override"), "route", Some(metric))?;
    let share = values.share(&key("share"))?;
    let least = values.number(&key("least"))?;
    let gone = format!(
        "http_response_status_code=\"\",error_type=~\"{}\"",
        parts::gave_up()
    );
    let make = |matcher: &str, after: f64| {
        let gone = with(&gone, matcher);
        let edge = parts::at_edge(after);
        let all = parts::select(&count, matcher);
        let late = format!(
            "(\n  sum by (job, http_route) (increase({count}{{{gone}}}[{window}]))\n  \
             - sum by (job, http_route) (increase({bucket}{{{gone},{edge}}}[{window}]))\n)"
        );
        format!(
            "{late}\n/ sum by (job, http_route) (increase({all}[{window}])) > {share}\nand {late} >= {least}"
        )
    };
    Ok(Alert {
        name: "HttpClientsGaveUp",
        severity: Severity::Critical,
        expression: Some(parts::disjoint("http_route", after, &overrides, make)),
        hold: values.hold(&key("for"))?,
        summary: format!("Clients of {ROUTE} of {JOB} give up waiting"),
        description: format!(
            "{PERCENT} of the requests to {ROUTE} of {JOB} ended over {window} with a client that left after {after} s and more, \
             or what the route has of its own, without an answer. A backend that hangs shows no error, only this."
        ),
        meaning: "Clients wait, get nothing and leave. No error is counted, for none was sent: what hangs is behind the \
                  service, or a lock or a pool in it.",
        look: vec![
            query(
                "how many wait now:",
                "sum by (instance) (http_server_active_requests)",
            ),
            query(
                "which routes still answer:",
                r#"sum by (http_route) (rate(http_server_request_duration_seconds_count{error_type=""}[5m]))"#,
            ),
            look(
                "the trace of such a request: its last open span is what hangs; pools of connections, and the backend itself",
            ),
        ],
        tune: "`after_seconds` is an edge of the buckets; put it below the time-out of your clients. A route of long polling \
               gets an `override`: `seconds` above its wait, an edge too, or `off = true`.",
    })
}

pub(super) fn in_flight(values: &Thresholds) -> Result {
    let key = |key: &str| format!("http.in_flight.{key}");
    let (active, streams) = (
        catalog::HTTP_SERVER_ACTIVE_REQUESTS.name,
        catalog::SSE_STREAMS_ACTIVE.name,
    );
    let most = values.number(&key("requests"))?;
    let requests = format!("sum by (job, instance) ({active})");
    Ok(Alert {
        name: "HttpInFlightHigh",
        severity: Severity::Warning,
        expression: Some(format!(
            "{requests}\n- (sum by (job, instance) ({streams}) or 0 * {requests}) > {most}"
        )),
        hold: values.hold(&key("for"))?,
        summary: format!("{NUMBER} requests are under way in {INSTANCE} of {JOB}"),
        description: format!(
            "{INSTANCE} of {JOB} has {NUMBER} requests under way, open event streams not counted; {most} is the limit. They \
             come faster than they are answered, or stay open: web sockets and streams of gRPC, idle ones too."
        ),
        meaning: "Requests pile up in one instance: it is overloaded, or what it waits for is slow. Web sockets and \
                  gRPC streams are requests for as long as they are open, however idle. It is per instance, so it \
                  does not depend on how many there are, and a rolling deploy does not touch it.",
        look: vec![
            query(
                "answers a second beside it: if they fall, something hangs; if they rise, it is load:",
                "sum by (instance) (rate(http_server_request_duration_seconds_count[5m]))",
            ),
            query(
                "one instance or all of them; if it is one, the balancer or that machine:",
                "sum by (instance) (http_server_active_requests)",
            ),
        ],
        tune: "Requests a second times seconds a request is what is normal; three times that is a good limit, with the web \
               sockets and gRPC streams of a busy day on top.",
    })
}

/// Two matchers, of which the second may be empty.
pub(super) fn with(first: &str, second: &str) -> String {
    if second.is_empty() {
        first.to_owned()
    } else {
        format!("{first},{second}")
    }
}
