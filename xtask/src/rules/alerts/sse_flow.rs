//! Alerts on whether events flow.

use bartizan::catalog::{self, SSE_TIME_TO_FIRST_EVENT};

use super::{
    Alert, JOB, NUMBER, PERCENT, ROUTE, Result, SECONDS, Severity, Thresholds, look, parts, query,
};

const P95: &str = "histogram_quantile(0.95, sum by (http_route, le) (rate(sse_time_to_first_event_seconds_bucket[5m])))";

pub(super) fn first_event_slow(values: &Thresholds) -> Result {
    let key = |key: &str| format!("sse.first_event_slow.{key}");
    let metric = &SSE_TIME_TO_FIRST_EVENT;
    let (bucket, count) = (parts::bucket(metric), parts::count(metric));
    let window = values.window(&key("window"))?;
    let threshold = values.edge(&key("seconds"), metric)?;
    let overrides = values.overrides(&key("override"), "route", Some(metric))?;
    let least = values.number(&key("least_streams"))?;
    let make = |matcher: &str, threshold: f64| {
        let (bucket, count) = (
            parts::select(&bucket, matcher),
            parts::select(&count, matcher),
        );
        format!(
            "(\n  histogram_quantile(0.95, sum by (job, http_route, le) (rate({bucket}[{window}]))) > {threshold}\n  \
             and on (job, http_route) sum by (job, http_route) (increase({count}[{window}])) >= {least}\n)"
        )
    };
    Ok(Alert {
        name: "SseFirstEventSlow",
        severity: Severity::Warning,
        expression: Some(parts::disjoint("http_route", threshold, &overrides, make)),
        hold: values.hold(&key("for"))?,
        summary: format!("The first event of {ROUTE} of {JOB} takes {SECONDS}"),
        description: format!(
            "One in twenty streams of {ROUTE} of {JOB} waited {SECONDS} or longer for its first event, over {window}."
        ),
        meaning: "Users look at an empty page. Keep-alives are no events. Only streams that got a first event are in it: for \
                  those that wait still see `SseStreamsStalled`, for those that never got one `SseNoFirstEvent`.",
        look: vec![
            query(
                "the first byte beside it: if that is fast, the producer is slow:",
                "histogram_quantile(0.95, sum by (http_route, le) (rate(sse_time_to_first_byte_seconds_bucket[5m])))",
            ),
            query("since when:", P95),
            look("a trace of such a stream: the first event is an event of its span"),
        ],
        tune: "`seconds` is an edge of the buckets; a route whose first event waits for something to happen gets an `override`.",
    })
}

pub(super) fn first_event_regression(values: &Thresholds) -> Result {
    let key = |key: &str| format!("sse.first_event_regression.{key}");
    let metric = &SSE_TIME_TO_FIRST_EVENT;
    let (bucket, count) = (parts::bucket(metric), parts::count(metric));
    let (window, before) = (
        values.window(&key("window"))?,
        values.window(&key("before"))?,
    );
    let (times, least) = (
        values.number(&key("times"))?,
        values.number(&key("least_streams"))?,
    );
    let floor = values.edge(&key("least_seconds"), metric)?;
    let median = |offset: &str| {
        format!(
            "histogram_quantile(0.5, sum by (job, http_route, le) (rate({bucket}[{window}]{offset})))"
        )
    };
    let streams = |offset: &str| {
        format!("sum by (job, http_route) (increase({count}[{window}]{offset})) >= {least}")
    };
    let past = format!(" offset {before}");
    Ok(Alert {
        name: "SseFirstEventRegression",
        severity: Severity::Info,
        expression: Some(format!(
            "{} > {times} * {}\nand on (job, http_route) {} > {floor}\nand on (job, http_route) {}\nand on (job, http_route) {}",
            median(""),
            median(&past),
            median(""),
            streams(""),
            streams(&past)
        )),
        hold: values.hold(&key("for"))?,
        summary: format!("The first event of {ROUTE} of {JOB} takes longer than it did: {SECONDS}"),
        description: format!(
            "Half of the streams of {ROUTE} of {JOB} wait {SECONDS} or longer for their first event, {times} times what it was \
             {before} ago and more."
        ),
        meaning: "Nothing is broken; it became slower since the same time of the day before. Mostly a deploy.",
        look: vec![
            query(
                "both days:",
                "histogram_quantile(0.5, sum by (http_route, le) (rate(sse_time_to_first_event_seconds_bucket[30m])))",
            ),
            look("deploys of the last day, of this service and of what it asks"),
        ],
        tune: "`least_seconds` keeps jitter among small figures out; it is an edge of the buckets.",
    })
}

pub(super) fn no_first_event(values: &Thresholds) -> Result {
    let key = |key: &str| format!("sse.no_first_event.{key}");
    let window = values.window(&key("window"))?;
    let (least, share) = (
        values.number(&key("streams"))?,
        values.share(&key("share"))?,
    );
    let matchers = format!(
        "http_route=~{},close_reason!~\"{}\"",
        parts::quoted(&values.pattern("sse.talking_routes")?),
        parts::planned()
    );
    let without = format!(
        "sum by (job, http_route) (increase({}{{{matchers}}}[{window}]))",
        catalog::SSE_STREAMS_WITHOUT_EVENTS.name
    );
    let ends = format!(
        "sum by (job, http_route) (increase({}{{{matchers}}}[{window}]))",
        parts::count(&catalog::SSE_STREAM_DURATION)
    );
    Ok(Alert {
        name: "SseNoFirstEvent",
        severity: Severity::Warning,
        expression: Some(format!(
            "{without}\n/ {ends} > {share}\nand on (job, http_route) {without} >= {least}"
        )),
        hold: values.hold(&key("for"))?,
        summary: format!("{PERCENT} of the streams of {ROUTE} of {JOB} end without an event"),
        description: format!(
            "{PERCENT} of the streams of {ROUTE} of {JOB} that ended over {window} had no event. Keep-alives are none."
        ),
        meaning: "Clients opened a stream, got nothing and left, or the server closed it. The histogram of first events cannot \
                  show it: what never came has no time.",
        look: vec![
            query(
                "how they ended; `client_disconnect` means that users gave up:",
                "sum by (http_route, close_reason) (increase(sse_streams_without_events_total[10m]))",
            ),
            query(
                "whether events flow at all:",
                "sum by (http_route) (rate(sse_events_total[5m]))",
            ),
        ],
        tune: "`sse.talking_routes` names the routes whose streams are expected to say something soon. A page that opens a stream \
               twice and closes one of them raises the share.",
    })
}

/// Streams that were open for a window, on routes that are expected to talk.
fn open(values: &Thresholds, key: &str) -> Result<(String, String)> {
    let window = values.window(&format!("{key}.window"))?;
    let least = values.number(&format!("{key}.streams"))?;
    let matcher = format!(
        "http_route=~{}",
        parts::quoted(&values.pattern("sse.talking_routes")?)
    );
    let active = catalog::SSE_STREAMS_ACTIVE.name;
    let events = catalog::SSE_EVENTS.name;
    let open = format!(
        "sum by (job, http_route) (min_over_time({active}{{{matcher}}}[{window}])) >= {least}\n\
         unless on (job, http_route) sum by (job, http_route) (rate({events}[{window}])) > 0"
    );
    let keepalives = format!(
        "sum by (job, http_route) (rate({}[{window}])) > 0",
        catalog::SSE_KEEPALIVES.name
    );
    Ok((open, keepalives))
}

pub(super) fn flow_stopped(values: &Thresholds) -> Result {
    let (open, keepalives) = open(values, "sse.flow_stopped")?;
    // Nobody is woken for a route that may be quiet.
    let severity = match values.pattern("sse.talking_routes")?.as_str() {
        ".+" | ".*" => Severity::Warning,
        _ => Severity::Critical,
    };
    Ok(Alert {
        name: "SseFlowStopped",
        severity,
        expression: Some(format!("{open}\nunless on (job, http_route) {keepalives}")),
        hold: values.hold("sse.flow_stopped.for")?,
        summary: format!("{NUMBER} streams of {ROUTE} of {JOB} are open, and nothing flows"),
        description: format!(
            "{NUMBER} event streams of {ROUTE} of {JOB} are open, and none of them had an event or a keep-alive."
        ),
        meaning: "Clients are connected to silence. No error is counted and no stream ends. Not even keep-alives come, so it is \
                  more than a quiet producer: a runtime that is blocked, a channel that is full, a lock. \
                  With keep-alives it is `SseHeartbeatsOnly`. It is `critical` once `sse.talking_routes` names the routes: until \
                  then it also finds notifications that nobody has sent.",
        look: vec![
            query(
                "when the last events came, and where:",
                "sum by (instance, http_route) (rate(sse_events_total[5m]))",
            ),
            query(
                "what the scan makes of the streams:",
                "sum by (http_route, cause) (sse_streams_stalled)",
            ),
            query(
                "whether the process does anything:",
                "rate(process_cpu_seconds_total[1m])",
            ),
        ],
        tune: "A route on which nothing may happen for minutes is no talking route: narrow `sse.talking_routes`, or send keep-alives.",
    })
}

pub(super) fn heartbeats_only(values: &Thresholds) -> Result {
    let (open, keepalives) = open(values, "sse.heartbeats_only")?;
    Ok(Alert {
        name: "SseHeartbeatsOnly",
        severity: Severity::Warning,
        expression: Some(format!("({open})\nand on (job, http_route) {keepalives}")),
        hold: values.hold("sse.heartbeats_only.for")?,
        summary: format!("{NUMBER} streams of {ROUTE} of {JOB} get keep-alives and no events"),
        description: format!(
            "{NUMBER} event streams of {ROUTE} of {JOB} are open, keep-alives flow, and no event does: what makes the events \
             has stopped, or there is nothing to say."
        ),
        meaning: "The way to the clients works, and what should go that way is not there: a subscription that was lost, a consumer \
                  of a queue that died. Every check of the connection is green meanwhile.",
        look: vec![
            query(
                "when events stopped; all routes at once point to the source:",
                "sum by (http_route) (rate(sse_events_total[5m]))",
            ),
            look(
                "the source of the events: the queue's lag, the database's notifications, the task that feeds the channel",
            ),
        ],
        tune: "Routes that are quiet at night are no talking routes: narrow `sse.talking_routes`, or lengthen the window.",
    })
}
