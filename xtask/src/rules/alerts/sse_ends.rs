//! Alerts on how event streams end.

use bartizan::catalog::{self, SSE_STREAM_DURATION};

use super::{
    Alert, COUNT, JOB, PERCENT, ROUTE, Result, SECONDS, Severity, Thresholds,
    budget::{self, Burn, Speed},
    look, parts, query,
};
use crate::rules::Window;

const BY_REASON: &str = "topk(10, sum by (http_route, reason) (increase(sse_errors_total[5m])))";
const BY_CLOSE: &str =
    "sum by (http_route, close_reason) (increase(sse_stream_duration_seconds_count[5m]))";

pub(super) fn error_budget_fast(values: &Thresholds) -> Result {
    Burn {
        name: "SseErrorBudgetFast",
        family: &budget::SSE,
        speed: Speed::Fast,
        meaning: "Streams break by the server's fault: bodies that fail, panics, time-outs, ends without their marker. Clients \
                  come back by themselves, so users see gaps rather than errors, and each return is load.",
        look: vec![
            query("which route and why:", BY_REASON),
            query("whether clients come back:", "sum by (http_route) (rate(sse_reconnects_total[5m]))"),
            look("the second line that the log has for each stream: its close reason, and how many events it had"),
        ],
        tune: "Streams that end are the whole, so with few and long streams `least_faults` decides.",
    }
    .alert(values)
}

pub(super) fn error_budget_slow(values: &Thresholds) -> Result {
    Burn {
        name: "SseErrorBudgetSlow",
        family: &budget::SSE,
        speed: Speed::Slow,
        meaning: "Streams break at a rate that will not last the month.",
        look: vec![
            query("which route and why:", BY_REASON),
            query("since when:", "job:sse_faults:ratio_rate30m"),
        ],
        tune: "A reason that the service declares can say that the fault is not the server's.",
    }
    .alert(values)
}

/// Streams that were open when the window began, and those that began in it. A job that is younger than the window had none
/// before, which is no reason to be silent.
fn seen(window: Window) -> String {
    let (active, started) = (
        catalog::SSE_STREAMS_ACTIVE.name,
        catalog::SSE_STREAMS_STARTED.name,
    );
    let began = format!("sum by (job, http_route) (increase({started}[{window}]))");
    format!(
        "(\n  (sum by (job, http_route) ({active} offset {window}) or 0 * {began})\n  + {began}\n)"
    )
}

pub(super) fn error_spike(values: &Thresholds) -> Result {
    let key = |key: &str| format!("sse.error_spike.{key}");
    let window = values.window(&key("window"))?;
    let (least, share) = (values.number(&key("errors"))?, values.share(&key("share"))?);
    let errors = format!(
        "sum by (job, http_route) (increase({}[{window}]))",
        catalog::SSE_ERRORS.name
    );
    let seen = seen(window);
    Ok(Alert {
        name: "SseErrorSpike",
        severity: Severity::Warning,
        expression: Some(format!(
            "{errors} >= {least}\nand on (job, http_route) {errors}\n/ {seen} > {share}"
        )),
        hold: values.hold(&key("for"))?,
        summary: format!("{COUNT} stream errors on {ROUTE} of {JOB}"),
        description: format!(
            "{ROUTE} of {JOB} had {COUNT} errors of event streams within {window}: more than a share of {share} of the streams \
             that were open or began then. Events that could not be serialized count."
        ),
        meaning: "One route has a burst of broken streams or of events that could not be written. It is sooner than the error \
                  budget, and smaller.",
        look: vec![
            query("why:", BY_REASON),
            look(
                "`serialization_error` alone: a new field or type in an event; the streams go on without these events",
            ),
        ],
        tune: "`errors` for routes with few streams, `share` for those with many.",
    })
}

pub(super) fn disconnect_storm(values: &Thresholds) -> Result {
    let key = |key: &str| format!("sse.disconnect_storm.{key}");
    let window = values.window(&key("window"))?;
    let (least, share) = (
        values.number(&key("streams"))?,
        values.share(&key("share"))?,
    );
    let (times, before) = (
        values.number(&key("times"))?,
        values.window(&key("before"))?,
    );
    let routes = parts::quoted(&values.pattern("sse.long_routes")?);
    let lost = format!(
        "{}{{http_route=~{routes},close_reason=~\"{}\"}}",
        parts::count(&SSE_STREAM_DURATION),
        parts::lost_streams()
    );
    // What a window has lost before, on average. Of a route that was not there at the beginning of that, it is not known.
    let usual = format!(
        "{} * sum by (job, http_route) (rate({lost}[{before}] offset {window}))",
        window.seconds()
    );
    let known = format!("{} offset {before}", catalog::SSE_STREAMS_ACTIVE.name);
    let lost = format!("sum by (job, http_route) (increase({lost}[{window}]))");
    let seen = seen(window);
    Ok(Alert {
        name: "SseDisconnectStorm",
        severity: Severity::Critical,
        expression: Some(format!(
            "{lost} >= {least}\nand on (job, http_route) {lost}\n/ {seen} > {share}\n\
             and on (job, http_route) {lost}\n> {times} * {usual}\nand on (job, http_route) {known}"
        )),
        hold: values.hold(&key("for"))?,
        summary: format!("{COUNT} streams of {ROUTE} of {JOB} went away at once"),
        description: format!(
            "Within {window}, {COUNT} event streams of {ROUTE} of {JOB} went away from the other side: more than a share of {share} \
             of all, and more than {times} times what it was on average in the {before} before. A proxy, a balancer or the network cut them."
        ),
        meaning: "Many more clients than usual left at once without having been sent away, which people do not do. A proxy was \
                  restarted, a balancer's idle time-out struck, a network went. Shutdowns and streams that came to their end do not count, and \
                  neither do streams that a page opens and its next one leaves, for these are as many each minute. A route is \
                  silent until it has been there for `before`. An instance that was killed tells of no ends at all: that is `SseStreamsCollapsed`.",
        look: vec![
            query("how they ended:", BY_CLOSE),
            query(
                "how connections ended; `peer_timeout` is a cable, `client_closed` a proxy:",
                "sum by (close_reason) (increase(server_connection_duration_seconds_count[5m]))",
            ),
            query(
                "whether they come back:",
                "sum by (http_route) (rate(sse_streams_started_total[1m]))",
            ),
        ],
        tune: "Routes whose clients leave together by nature, at the end of a match or of a lesson, need a higher `share` or \
               `times`, or are left out of `sse.long_routes`.",
    })
}

pub(super) fn short_streams(values: &Thresholds) -> Result {
    let key = |key: &str| format!("sse.short_streams.{key}");
    let metric = &SSE_STREAM_DURATION;
    let window = values.window(&key("window"))?;
    let threshold = values.edge(&key("seconds"), metric)?;
    let (least, per_open) = (
        values.number(&key("least_ends"))?,
        values.number(&key("ends_per_open"))?,
    );
    let routes = parts::quoted(&values.pattern("sse.long_routes")?);
    let matchers = format!(
        "http_route=~{routes},close_reason!~\"{}|{}\"",
        bartizan::label::End::Completed,
        parts::planned()
    );
    let (bucket, count) = (parts::bucket(metric), parts::count(metric));
    let ends = format!("sum by (job, http_route) (increase({count}{{{matchers}}}[{window}]))");
    let open = format!(
        "sum by (job, http_route) ({}{{http_route=~{routes}}})",
        catalog::SSE_STREAMS_ACTIVE.name
    );
    Ok(Alert {
        name: "SseShortStreams",
        severity: Severity::Warning,
        expression: Some(format!(
            "histogram_quantile(0.95, sum by (job, http_route, le) (rate({bucket}{{{matchers}}}[{window}]))) < {threshold}\n\
             and on (job, http_route) {ends} >= {least}\n\
             and on (job, http_route) {ends} >= {per_open} * {open}"
        )),
        hold: values.hold(&key("for"))?,
        summary: format!("Streams of {ROUTE} of {JOB} last {SECONDS} at most"),
        description: format!(
            "Of the event streams of {ROUTE} of {JOB} that ended over {window} without being complete, 95 % lasted less than {SECONDS}. \
             Something cuts them and clients connect again and again."
        ),
        meaning: "Streams that should last live for seconds. Mostly a proxy's time-out or its buffering, since last night's \
                  change of it. Streams that came to their end and shutdowns do not count, and a few clients that flap beside many \
                  streams that stay do not either.",
        look: vec![
            query("how they end:", BY_CLOSE),
            query(
                "how long they last:",
                "histogram_quantile(0.5, sum by (http_route, close_reason, le) (rate(sse_stream_duration_seconds_bucket[5m])))",
            ),
            look(
                "settings of the proxy in front: `proxy_read_timeout`, idle time-outs, buffering; a keep-alive shorter than these helps",
            ),
        ],
        tune: "`sse.long_routes` names the routes whose streams should last. `seconds` is an edge of the buckets.",
    })
}

pub(super) fn unproven(values: &Thresholds) -> Result {
    let key = |key: &str| format!("sse.ends_unproven.{key}");
    let window = values.window(&key("window"))?;
    let (share, least) = (
        values.share(&key("share"))?,
        values.number(&key("least_ends"))?,
    );
    let count = parts::count(&SSE_STREAM_DURATION);
    let unproven = parts::unproven();
    Ok(Alert {
        name: "SseEndsUnproven",
        severity: Severity::Info,
        expression: Some(format!(
            "sum by (job) (rate({count}{{close_reason=~\"{unproven}\"}}[{window}]))\n\
             / sum by (job) (rate({count}[{window}])) > {share}\n\
             and on (job) sum by (job) (increase({count}[{window}])) >= {least}"
        )),
        hold: values.hold(&key("for"))?,
        summary: format!("{JOB} cannot tell why {PERCENT} of its streams ended"),
        description: format!(
            "Over {window}, {PERCENT} of the event streams of {JOB} ended as `dropped` or `unknown`: their connections are not \
             observed, or what these showed proves nothing."
        ),
        meaning: "For a part of the streams it is not known whether the client left or the server broke. Error budgets leave \
                  these out, so a fault may hide among them. Nobody is hurt by that itself.",
        look: vec![
            query("which of the two:", BY_CLOSE),
            look(
                "`dropped`: the listener is not wrapped by `bartizan::conn`; `unknown`: it is, and TLS or a proxy hides the end",
            ),
        ],
        tune: "A service that does not observe its connections has only such ends: set `share` to 0.99, or wrap the listener.",
    })
}
