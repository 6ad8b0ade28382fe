use super::{Rules, files};

fn committed() -> String {
    std::fs::read_to_string(crate::root().join("ops/prometheus/thresholds.toml"))
        .expect("the values")
}

fn made(over: &str) -> Rules {
    match Rules::new(&committed(), Some(over), 1) {
        Ok(rules) => rules,
        Err(error) => panic!("{error}"),
    }
}

#[track_caller]
fn refused(over: &str, why: &str) {
    let error = match Rules::new(&committed(), Some(over), 1) {
        Ok(_) => panic!("{over}: taken"),
        Err(error) => error.to_string(),
    };
    assert!(error.contains(why), "{over}: {error:?} has no {why:?}");
}

fn expression(rules: &Rules, name: &str) -> String {
    let mut alerts = rules.groups.iter().flat_map(|group| &group.alerts);
    let made = alerts.find(|made| made.alert.name == name).expect(name);
    made.alert.expression.clone().unwrap_or_default()
}

#[test]
fn a_threshold_between_edges_is_refused_with_its_key_and_the_edges() {
    refused(
        "[http.latency_p95]\nseconds = 2",
        "http.latency_p95.seconds: 2 is no edge of `http_server_request_duration_seconds`; its edges are 0.005, 0.01,",
    );
    refused(
        "[tasks.slow]\nseconds = 601",
        "tasks.slow.seconds: 601 is no edge of `task_duration_seconds`",
    );
    refused(
        "[web_vitals.cls]\npoor = 0.2",
        "web_vitals.cls.poor: 0.2 is no edge of `browser_web_vital_cls`",
    );
    refused(
        "[[http.latency_p95.override]]\nroute = \"/a\"\nseconds = 3",
        "http.latency_p95.override[0].seconds: 3 is no edge",
    );
}

#[test]
fn a_threshold_at_the_last_edge_is_refused() {
    refused(
        "[http.latency_p95]\nseconds = 10",
        "http.latency_p95.seconds: 10 is the last edge",
    );
    refused(
        "[sse.first_event_slow]\nseconds = 60",
        "sse.first_event_slow.seconds: 60 is the last edge",
    );
}

#[test]
fn unknown_keys_are_refused_with_a_near_one() {
    refused(
        "[http.latency_p95]\nsecond = 5",
        "http.latency_p95.second: no rule knows this key; is `http.latency_p95.seconds` meant?",
    );
    refused(
        "[nothing]\nlike = \"it\"",
        "nothing.like: no rule knows this key",
    );
    refused(
        "[[tasks.stuck.override]]\ntask = \"a\"\nseconds = 5\nminutes = 5",
        "tasks.stuck.override[0].minutes: no rule knows this key",
    );
}

#[test]
fn wrong_values_are_refused_with_what_is_accepted() {
    refused(
        "[http.latency_p95]\nfor = 10",
        "http.latency_p95.for: 10 is not accepted; a duration such as",
    );
    refused(
        "[http.latency_p95]\nwindow = \"0s\"",
        "http.latency_p95.window: \"0s\" is not accepted; a duration above 0",
    );
    refused(
        "[http.gave_up]\nshare = 5",
        "http.gave_up.share: 5 is not accepted; a share above 0 and below 1",
    );
    refused(
        "[tasks.stuck]\nseconds = -1",
        "tasks.stuck.seconds: -1 is not accepted; a number above 0",
    );
    refused(
        "[sse]\nlong_routes = \"\"",
        "sse.long_routes: \"\" is not accepted; a text",
    );
    refused(
        "[[tasks.stuck.override]]\ntask = \"a\"",
        "tasks.stuck.override[0].seconds: it is missing",
    );
    refused(
        "[targets]\njobs = \"demo\"",
        "targets.jobs: \"demo\" is not accepted; a list of texts",
    );
    refused("targets = 1", "targets.jobs: it is missing");
    refused(
        "[sse]\nlong_routes = \"(\"",
        "sse.long_routes: \"(\" is not accepted; a pattern by RE2's rules",
    );
    refused("a = ", "TOML parse error");
}

#[test]
fn values_that_never_fire_are_refused() {
    refused(
        "[sse.error_budget.fast]\nfactor = 100",
        "sse.error_budget.fast.factor: 100 times",
    );
    refused(
        "[http.error_budget.fast]\nshort = \"1h\"",
        "http.error_budget.fast.short: the short window",
    );
    refused(
        "[tasks.silent]\nseconds = 86400",
        "tasks.silent.seconds: a success is remembered for",
    );
    refused(
        "[[tasks.silent.override]]\ntask = \"a\"\nseconds = 90000",
        "tasks.silent.override[0].seconds: a success is remembered for tasks.silent.history, 1d",
    );
    refused("[targets]\njobs = []", "targets.jobs: without a job");
}

#[test]
fn a_missing_key_is_told_with_its_path() {
    let text = committed().replace("[sse.drain_stuck]", "[sse.drain_stuck2]");
    let error = Rules::new(&text, None, 1)
        .err()
        .map(|error| error.to_string());
    assert_eq!(
        error.as_deref(),
        Some("sse.drain_stuck.seconds: it is missing; a number above 0 is expected")
    );
}

#[test]
fn overrides_make_disjoint_selectors() {
    let rules = made("[[http.latency_p95.override]]\nroute = \"/slow.*\"\nseconds = 7.5");
    let expression = expression(&rules, "HttpLatencyP95High");
    assert!(
        expression.contains("{error_type=\"\",http_route!~\"/slow.*\"}[5m]))) > 2.5"),
        "{expression}"
    );
    assert!(
        expression.contains("{error_type=\"\",http_route=~\"/slow.*\"}[5m]))) > 7.5"),
        "{expression}"
    );
}

#[test]
fn streams_are_expected_where_that_is_given() {
    assert_eq!(expression(&made(""), "SseStreamsLow"), "");
    let rules = made(
        "[[sse.low.expect]]\njob = \"a\"\nstreams = 3\n[[sse.low.expect]]\njob = \"b\"\nstreams = 4",
    );
    let expression = expression(&rules, "SseStreamsLow");
    assert_eq!(expression.matches("absent(").count(), 2, "{expression}");
}

#[test]
fn tasks_are_silent_where_they_are_named() {
    assert_eq!(expression(&made(""), "TaskSilent"), "");
    let named = made("[tasks.silent]\ntasks = [\"a\", \"b.*\"]");
    let named = expression(&named, "TaskSilent");
    assert_eq!(named.matches("task=~\"a|b.*\"").count(), 3, "{named}");
    let by_the_clock = made("[[tasks.silent.override]]\ntask = \"a\"\nseconds = 5");
    let by_the_clock = expression(&by_the_clock, "TaskSilent");
    assert!(by_the_clock.ends_with(" > 5"), "{by_the_clock}");
    refused(
        "[tasks.silent]\ntasks = [\"(\"]",
        "tasks.silent.tasks: [\"(\"] is not accepted; a list of patterns",
    );
}

#[test]
fn somebody_is_woken_for_routes_that_were_named() {
    let severity = |over: &str| {
        let rules = made(over);
        let mut alerts = rules.groups.iter().flat_map(|group| &group.alerts);
        let found = alerts.find(|made| made.alert.name == "SseFlowStopped");
        found.expect("it is there").alert.severity.as_str()
    };
    assert_eq!(severity(""), "warning");
    assert_eq!(severity("[sse]\ntalking_routes = \"/ticker\""), "critical");
}

#[test]
fn what_is_compressed_keeps_names_and_values() {
    let plain = files::of(&crate::root(), None, 1).expect("the committed values");
    let compressed = files::of(&crate::root(), Some(""), 60).expect("the committed values");
    let names = |rules: &Rules| -> Vec<String> {
        let rules = rules.recordings.iter().flat_map(|(_, rules)| rules);
        rules.map(|rule| rule.name.clone()).collect()
    };
    assert_eq!(names(&plain), names(&compressed));
    let file = compressed.alerts_file();
    assert!(file.contains("  interval: 1s\n"), "{file}");
    assert!(
        file.contains("job:http_faults:ratio_rate1h > 14.4"),
        "{file}"
    );
    assert!(file.contains("offset 10s"), "{file}");
    let stuck = expression(&compressed, "TaskStuck");
    assert_eq!(
        stuck,
        "time() - min by (job, instance, task) (task_oldest_start_time_seconds > 0) > 600"
    );
}

#[test]
fn every_alert_says_what_to_do() {
    let rules = made("");
    for made in rules.groups.iter().flat_map(|group| &group.alerts) {
        let alert = &made.alert;
        assert!(
            !alert.look.is_empty() && !alert.meaning.is_empty() && !alert.tune.is_empty(),
            "{}",
            alert.name
        );
        assert!(!made.keys.is_empty(), "{}: it has no values", alert.name);
        assert!(
            alert.summary.contains("{{ $labels.job }}"),
            "{}: whose it is",
            alert.name
        );
    }
}

/// A file that reads as YAML to what was written.
#[test]
fn the_files_are_yaml() {
    let rules = made("");
    let file: yaml_serde::Value = yaml_serde::from_str(&rules.alerts_file()).expect("YAML");
    let first = &file["groups"][0]["rules"][0];
    assert_eq!(
        first["expr"].as_str(),
        Some(expression(&rules, "HttpErrorBudgetFast").as_str())
    );
    let written = rules.groups[0].alerts[0].alert.description.as_str();
    assert_eq!(first["annotations"]["description"].as_str(), Some(written));
}
