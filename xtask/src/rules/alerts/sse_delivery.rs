//! Alerts on streams that do not get on, and on those that do not go.

use bartizan::{catalog, sse::Cause};

use super::{
    Alert, CAUSE, INSTANCE, JOB, PERCENT, ROUTE, Result, SECONDS, Severity, Thresholds, look,
    parts, query,
};

/// Nothing comes from the service.
const NOTHING_COMES: [Cause; 2] = [Cause::NoFirstEvent, Cause::NoEvent];
/// Nothing goes to the client.
const NOTHING_GOES: [Cause; 2] = [Cause::WriteBlocked, Cause::NotPolled];

fn one_of(causes: [Cause; 2]) -> String {
    format!("cause=~\"{}\"", causes.map(Cause::as_str).join("|"))
}

/// A share of the open streams, and a few of them at least: `cause` stays.
fn share_of_stalled(values: &Thresholds, key: &str, matchers: &str) -> Result<String> {
    let (least, share) = (
        values.number(&format!("{key}.streams"))?,
        values.share(&format!("{key}.share"))?,
    );
    let (stalled, active) = (
        catalog::SSE_STREAMS_STALLED.name,
        catalog::SSE_STREAMS_ACTIVE.name,
    );
    let stalled = format!("sum by (job, http_route, cause) ({stalled}{{{matchers}}})");
    Ok(format!(
        "{stalled}\n/ on (job, http_route) group_left () sum by (job, http_route) ({active}) > {share}\n\
         and {stalled} >= {least}"
    ))
}

pub(super) fn stalled(values: &Thresholds) -> Result {
    let key = "sse.stalled";
    let routes = parts::quoted(&values.pattern("sse.talking_routes")?);
    let matchers = format!("http_route=~{routes},{}", one_of(NOTHING_COMES));
    Ok(Alert {
        name: "SseStreamsStalled",
        severity: Severity::Warning,
        expression: Some(share_of_stalled(values, key, &matchers)?),
        hold: values.hold("sse.stalled.for")?,
        summary: format!(
            "{PERCENT} of the streams of {ROUTE} of {JOB} are without events ({CAUSE})"
        ),
        description: format!(
            "{PERCENT} of the open event streams of {ROUTE} of {JOB} have had no event for longer than the scan allows: `{CAUSE}`. \
             Others of the route may get theirs."
        ),
        meaning: "A part of the streams gets nothing: `no_first_event` never did, `no_event` did once. One instance, one tenant \
                  or one shard has lost its source, where `SseFlowStopped` says that a whole route has.",
        look: vec![
            query(
                "which instances:",
                "sum by (instance, http_route, cause) (sse_streams_stalled)",
            ),
            query(
                "whether the figures are fresh:",
                "time() - bartizan_scan_time_seconds",
            ),
            look(
                "which tenants: the log's second line of each stream has its events, and so has its span",
            ),
        ],
        tune: "What counts as stalled is set in the service (`StallThresholds`: 10 s and 30 s); here only how many.",
    })
}

pub(super) fn slow_consumers(values: &Thresholds) -> Result {
    let key = "sse.slow_consumers";
    Ok(Alert {
        name: "SseSlowConsumers",
        severity: Severity::Warning,
        expression: Some(share_of_stalled(values, key, &one_of(NOTHING_GOES))?),
        hold: values.hold("sse.slow_consumers.for")?,
        summary: format!(
            "{PERCENT} of the clients of {ROUTE} of {JOB} do not take their events ({CAUSE})"
        ),
        description: format!(
            "{PERCENT} of the open event streams of {ROUTE} of {JOB} have bytes that nobody takes: `{CAUSE}`. What is behind them \
             buffers or drops."
        ),
        meaning: "Clients, or a proxy for them, read slower than the service writes. `write_blocked` is a full socket, `not_polled` \
                  a full window of HTTP/2. On HTTP/1 it shows late, for the kernel buffers first, unless `TCP_NOTSENT_LOWAT` is set.",
        look: vec![
            query(
                "how long writes wait:",
                "histogram_quantile(0.95, sum by (http_route, le) (rate(sse_backpressure_seconds_bucket[5m])))",
            ),
            query(
                "memory, which buffered events take:",
                "process_resident_memory_bytes",
            ),
            query(
                "events that never left:",
                "sum by (http_route) (rate(sse_events_undelivered_total[5m]))",
            ),
            look("fewer or smaller events for such clients; a bound for what is buffered for one"),
        ],
        tune: "Mobile clients are slow by nature: raise `share` before `streams`.",
    })
}

pub(super) fn drain_stuck(values: &Thresholds) -> Result {
    let limit = values.number("sse.drain_stuck.seconds")?;
    let (drain, active) = (
        catalog::SERVER_DRAIN_START_TIME.name,
        catalog::SSE_STREAMS_ACTIVE.name,
    );
    Ok(Alert {
        name: "SseDrainStuck",
        severity: Severity::Warning,
        expression: Some(format!(
            "time() - max by (job, instance) ({drain} > 0) > {limit}\n\
             and on (job, instance) sum by (job, instance) ({active}) > 0"
        )),
        hold: values.hold("sse.drain_stuck.for")?,
        summary: format!("{INSTANCE} of {JOB} has been draining for {SECONDS}"),
        description: format!(
            "{INSTANCE} of {JOB} began to drain {SECONDS} ago and still has open event streams; {limit} s is the limit. The \
             orchestrator will kill it, and these clients see a broken connection in place of an end."
        ),
        meaning: "An instance that shuts down waits for streams that do not end: there is no `DrainLayer` around them, or clients \
                  do not take the last event.",
        look: vec![
            query(
                "how many, and where:",
                "sum by (instance, http_route) (sse_streams_active)",
            ),
            query(
                "whether they are blocked:",
                "sum by (instance, cause) (sse_streams_stalled)",
            ),
            look("the grace period of the orchestrator: it has to be longer than the drain"),
        ],
        tune: "A little below the grace period (`terminationGracePeriodSeconds`).",
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cause_has_an_alert() {
        for cause in Cause::ALL {
            let of = |causes: [Cause; 2]| causes.contains(cause);
            assert!(of(NOTHING_COMES) != of(NOTHING_GOES), "{cause:?}");
        }
    }
}
