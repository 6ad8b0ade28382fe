//! Alerts on how many streams there are.

use bartizan::catalog::SSE_STREAMS_ACTIVE;

use super::{Alert, JOB, NUMBER, Result, Severity, Thresholds, look, parts, query};

pub(super) fn collapsed(values: &Thresholds) -> Result {
    let key = |key: &str| format!("sse.collapsed.{key}");
    let window = values.window(&key("window"))?;
    let (least, share) = (
        values.number(&key("streams"))?,
        values.share(&key("share"))?,
    );
    let active = SSE_STREAMS_ACTIVE.name;
    let active = format!(
        "{active}{{http_route=~{}}}",
        parts::quoted(&values.pattern("sse.long_routes")?)
    );
    // Whoever cannot be scraped may have all of its streams: `InstanceDown` tells of it. Who is not known any more has none.
    let before =
        format!("sum by (job) ({active} offset {window} unless on (job, instance) up == 0)");
    Ok(Alert {
        name: "SseStreamsCollapsed",
        severity: Severity::Critical,
        expression: Some(format!(
            "{before} >= {least}\nunless on (job) sum by (job) ({active}) > {share} * {before}"
        )),
        hold: values.hold(&key("for"))?,
        summary: format!("{JOB} has lost most of its event streams"),
        description: format!(
            "{window} before, {JOB} had {NUMBER} open event streams, and now it has {share} times that or less, or none at all. \
             It resolves after {window} by itself, whether they are back or not."
        ),
        meaning: "The streams are gone. It holds where instances vanish without a word, killed or cut off, for it asks what there \
                  was before. Streams of an instance that Prometheus knows and cannot scrape do not count, neither before nor now: \
                  they may all be there. A rolling deploy passes unseen as long as clients come back within the `for`.",
        look: vec![
            query("now and before:", "sum by (job) (sse_streams_active)"),
            query("which instances are there:", "up"),
            query(
                "whether clients come back:",
                "sum by (job) (rate(sse_streams_started_total[1m]))",
            ),
            look("the balancer, and how long clients wait before they connect again"),
        ],
        tune: "A service that loses half of its users within the window every evening needs a lower `share`; answers that come to \
               their end are no routes for `sse.long_routes`.",
    })
}

pub(super) fn low(values: &Thresholds) -> Result {
    let active = SSE_STREAMS_ACTIVE.name;
    let mut expressions = Vec::new();
    for index in 0..values.tables("sse.low.expect")? {
        let path = format!("sse.low.expect[{index}]");
        let job = parts::quoted(&values.text(&format!("{path}.job"))?);
        let streams = values.number(&format!("{path}.streams"))?;
        // `absent` has the job in its labels because it is asked for by equality.
        expressions.push(format!(
            "sum by (job) ({active}{{job={job}}}) < {streams}\nor absent({active}{{job={job}}})"
        ));
    }
    Ok(Alert {
        name: "SseStreamsLow",
        severity: Severity::Warning,
        expression: (!expressions.is_empty()).then(|| expressions.join("\nor\n")),
        hold: values.hold("sse.low.for")?,
        summary: format!("{JOB} has fewer event streams than it always has"),
        description: format!(
            "{JOB} has fewer open event streams than are expected at any hour, or tells of none at all."
        ),
        meaning: "Clients that should be there are not. It is the only alert that sees that nobody could connect since the start, \
                  for then there is no series to compare with.",
        look: vec![
            query("how many there are:", "sum by (job) (sse_streams_active)"),
            query(
                "whether requests come in at all:",
                "sum by (job) (rate(http_server_request_duration_seconds_count[5m]))",
            ),
            look("DNS, certificates, the balancer: what is in front of the service"),
        ],
        tune: "It is off until `[[sse.low.expect]]` names a `job` and the `streams` that it has even at the quietest hour.",
    })
}
