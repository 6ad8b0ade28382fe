use super::*;

fn faults(expression: &str) -> String {
    let faults = Known::catalogue().faults(expression);
    let faults: Vec<_> = faults.iter().map(ToString::to_string).collect();
    faults.join("\n")
}

#[track_caller]
fn fine(expression: &str) {
    assert_eq!(faults(expression), "", "{expression}");
}

#[track_caller]
fn refused(expression: &str, why: &str) {
    let faults = faults(expression);
    assert!(
        faults.contains(why),
        "{expression}: {faults:?} has no {why:?}"
    );
    assert_eq!(faults.lines().count(), 1, "{expression}: {faults}");
}

#[test]
fn what_the_catalogue_has_is_fine() {
    for expression in [
        r#"sum by (job) (rate(http_server_request_duration_seconds_count{error_type=~"5..|panic"}[5m]))"#,
        "histogram_quantile(0.95, sum by (job, http_route, le) (rate(http_server_request_duration_seconds_bucket[5m])))",
        r#"sse_streams_stalled{cause=~"no_.*", http_route!~"/a|/b"} > 5"#,
        r#"up{job="a"} == 0 or absent(up{job="a"})"#,
        "time() - max by (scan) (bartizan_scan_time_seconds) > 60",
        r#"rate(http_server_request_duration_seconds_bucket{le=~"5(\\.0)?", error_type=""}[5m])"#,
        "process_open_fds / process_max_fds > 0.8",
        r#"ALERTS{alertstate="firing", severity="critical", http_route="/a"}"#,
        r#"label_replace(task_active, "scan", "tasks", "", "")"#,
        "topk(5, sum by (task) (increase(task_started_total[1h])))",
        "sum(rate(sse_events_total[5m])) by (http_route, event_type)",
        "count without (instance) (up)",
    ] {
        fine(expression);
    }
}

#[test]
fn variables_of_grafana_stand_for_any_value() {
    fine(
        r#"sum by (http_route) (rate(sse_events_total{job=~"$job", http_route=~"${route:regex}"}[$__rate_interval]))"#,
    );
    fine(r#"increase(task_duration_seconds_count{outcome=~"$outcome"}[$__range]) / $__range_s"#);
    refused("$metric", "outside of a string");
}

#[test]
fn a_metric_that_nobody_emits_is_refused() {
    refused("http_requests_total", "no metric of the catalogue");
    refused("sse_stream_active", "is `sse_streams_active` meant?");
    refused(r#"{job="a"}"#, "names its metric");
    refused(r#"{__name__=~"sse_.*"}"#, "names its metric");
}

#[test]
fn a_name_has_the_part_that_its_kind_has() {
    refused(
        "rate(http_server_request_duration_seconds[5m])",
        "`http_server_request_duration_seconds_bucket`",
    );
    refused("sse_streams_active_count", "is all there is");
    refused("task_started_total_sum", "is all there is");
}

#[test]
fn a_label_is_one_that_the_operand_has() {
    refused(
        r#"sse_streams_active{close_reason="completed"}"#,
        "`close_reason` is no label of `sse_streams_active`",
    );
    refused("sum by (route) (sse_streams_active)", "`route` is no label");
    refused(
        "sum by (http_route) (sum by (job) (sse_streams_active))",
        "`http_route` is no label of the operand",
    );
    refused(
        "sum without (cause) (sse_streams_active)",
        "`cause` is no label",
    );
    refused("sse_streams_active{le=\"5\"}", "`le` is no label");
    refused(
        "sse_streams_active * on (task) task_active",
        "`task` is no label of `sse_streams_active`",
    );
    refused(
        "task_active * on (job) group_left (http_route) sum by (job) (sse_streams_active)",
        "`http_route` is no label of the operand",
    );
}

#[test]
fn a_value_of_a_closed_label_is_one_that_it_has() {
    let duration = "sse_stream_duration_seconds_count";
    fine(&format!(
        r#"{duration}{{close_reason!~"completed|server_shutdown"}}"#
    ));
    // Before a head there is no stream.
    refused(
        &format!(r#"{duration}{{close_reason="service_error"}}"#),
        "is never \"service_error\"",
    );
    refused(
        &format!(r#"{duration}{{close_reason=~"completed|clientdisconnect"}}"#),
        "is never \"clientdisconnect\"",
    );
    refused(
        &format!(r#"{duration}{{close_reason=~"server_.*|peer_.*"}}"#),
        "is never \"peer_.*\"",
    );
    refused(
        &format!(r#"{duration}{{close_reason=""}}"#),
        "is never \"\"",
    );
    for (metric, right, wrong) in [
        (
            "http_server_request_duration_seconds_count",
            r#"error_type=~"50[0-9]|panic""#,
            r#"error_type="404""#,
        ),
        (
            "sse_errors_total",
            r#"reason!="serialization_error""#,
            r#"reason="client_disconnect""#,
        ),
        (
            "sse_write_errors_total",
            r#"error_type="broken_pipe""#,
            r#"error_type="panic""#,
        ),
        (
            "sse_streams_stalled",
            r#"cause="write_blocked""#,
            r#"cause="blocked""#,
        ),
        (
            "task_duration_seconds_count",
            r#"outcome=~"error|panic""#,
            r#"outcome="failure""#,
        ),
        (
            "browser_web_vital_reports_total",
            r#"rating="poor""#,
            r#"rating="bad""#,
        ),
        (
            "browser_web_vital_reports_total",
            r#"name="LCP""#,
            r#"name="lcp""#,
        ),
        (
            "browser_web_vital_rejected_total",
            r#"reason="rate_limit""#,
            r#"reason="rate""#,
        ),
        (
            "bartizan_scan_time_seconds",
            r#"scan="tasks""#,
            r#"scan="task""#,
        ),
        (
            "rpc_server_call_duration_seconds_count",
            r#"rpc_response_status_code="OK""#,
            r#"rpc_response_status_code="0""#,
        ),
        (
            "server_connection_duration_seconds_count",
            r#"close_reason="peer_timeout""#,
            r#"close_reason="completed""#,
        ),
    ] {
        fine(&format!("{metric}{{{right}}}"));
        refused(&format!("{metric}{{{wrong}}}"), "is never");
    }
}

#[test]
fn rates_are_of_what_rises_and_quantiles_of_buckets() {
    refused("rate(sse_streams_active[5m])", "is a gauge");
    refused("increase(process_open_fds[5m])", "is a gauge");
    fine("rate(process_cpu_seconds_total[5m])");
    refused(
        "histogram_quantile(0.5, sum by (task) (rate(task_duration_seconds_bucket[5m])))",
        "is of buckets",
    );
    refused(
        "histogram_quantile(0.5, rate(task_duration_seconds_count[5m]))",
        "is of buckets",
    );
}

#[test]
fn two_sides_that_never_match_are_refused() {
    refused(
        "sum by (job, task) (task_active) / sum by (job) (task_active)",
        "nothing matches in `/`: the labels are `job`, `task` on the left, and `job` on the right",
    );
    refused(
        "sum by (job) (task_active) unless sum by (task) (task_active)",
        "nothing matches in `unless`",
    );
    fine("sum by (job, task) (task_active) / on (job) group_left () sum by (job) (task_active)");
    fine(
        "sum by (job, task) (task_active) / ignoring (task) group_left () sum by (job) (task_active)",
    );
    fine("sum by (job, task) (task_active) and on (job) sum by (job) (sse_streams_active) > 0");
    fine("sum by (job) (task_active) or sum by (task) (task_active)");
}

#[test]
fn a_recording_rule_has_the_labels_of_its_expression() {
    let mut known = Known::catalogue();
    let rule = "job_task:task_active:sum";
    refused(&format!("{rule} > 1"), "no metric of the catalogue");
    known
        .record(rule, "sum by (job, task) (task_active)")
        .expect("fine");
    assert_eq!(
        known.faults(&format!(r#"sum by (job) ({rule}{{task="a"}})"#)),
        []
    );
    assert_eq!(
        known.faults(&format!("sum by (instance) ({rule})")).len(),
        1
    );
    assert_eq!(
        known
            .faults(&format!("{rule} > sum by (job) (task_active)"))
            .len(),
        1
    );
    assert_eq!(known.metrics(rule), ["task_active"].into());
    assert_eq!(
        known.labels(rule),
        ["job".to_owned(), "task".to_owned()].into()
    );
    known.record("broken", "sum by (").expect_err("no PromQL");
    known.record("unknown", "nothing").expect_err("no metric");
}

#[test]
fn what_is_no_promql_is_refused() {
    refused("sum by (job (up)", "it does not parse");
    refused("", "it does not parse");
}
