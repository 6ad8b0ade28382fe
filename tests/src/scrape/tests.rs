use super::*;

const SCRAPE: &str = r#"# HELP up Whether it is up.
# TYPE up gauge
up 1
# TYPE jobs_total counter
jobs_total{queue="a"} 3
jobs_total{queue="b",outcome="error"} 4

# TYPE size_bytes histogram
size_bytes_bucket{queue="a",le="1"} 1
size_bytes_bucket{queue="a",le="8.5"} 1
size_bytes_bucket{queue="a",le="+Inf"} 2
size_bytes_sum{queue="a"} 11
size_bytes_count{queue="a"} 2
"#;

fn refused(text: &str) -> String {
    Scrape::parse(text)
        .expect_err("Prometheus refuses this")
        .to_string()
}

#[test]
fn a_whole_scrape_is_read() {
    let scrape = Scrape::parse(SCRAPE).unwrap();
    assert_eq!(scrape.series(), 8);
    assert_eq!(
        scrape.names().collect::<Vec<_>>(),
        ["jobs_total", "size_bytes", "up"]
    );
    assert_eq!(
        scrape.family("up").unwrap().help.as_deref(),
        Some("Whether it is up.")
    );
    assert_eq!(scrape.family("jobs_total").unwrap().kind, "counter");
    assert_eq!(scrape.value("up", &[]), Some(1.0));
    assert_eq!(scrape.count("size_bytes", &[("queue", "a")]), 2);
    assert_eq!(scrape.sum("size_bytes", &[]), 11.0);
    assert_eq!(scrape.edges("size_bytes"), [1.0, 8.5]);
    assert_eq!(
        scrape.label_sets("size_bytes"),
        [labels(&[("queue", "a")])].into()
    );
    assert_eq!(scrape.values("jobs_total", "queue"), ["a", "b"]);
}

#[test]
fn labels_select_as_in_promql() {
    let scrape = Scrape::parse(SCRAPE).unwrap();
    assert_eq!(scrape.value("jobs_total", &[]), Some(7.0));
    assert_eq!(scrape.value("jobs_total", &[("queue", "b")]), Some(4.0));
    assert_eq!(scrape.value("jobs_total", &[("outcome", "")]), Some(3.0));
    assert_eq!(scrape.value("jobs_total", &[("queue", "c")]), None);
    assert_eq!(scrape.count("jobs", &[]), 0);
}

#[test]
fn escapes_are_undone() {
    let scrape = Scrape::parse("# TYPE a gauge\na{b=\"\\\"x\\\\y\\nz, }=\"} 2 1700\n").unwrap();
    assert_eq!(scrape.values("a", "b"), ["\"x\\y\nz, }="]);
}

#[test]
fn broken_lines_are_refused() {
    for (text, why) in [
        ("a", "no end"),
        ("# TYPE a gauge\na\n", "is no value"),
        ("# TYPE a gauge\na x\n", "is no value"),
        ("# TYPE a gauge\na 1 x\n", "is no time"),
        ("# TYPE a gauge\na 1 2 3\n", "after the time"),
        ("# TYPE a gauge\na{b=\"c} 1\n", "has no end"),
        ("# TYPE a gauge\na{b=\"\\t\"} 1\n", "no such escape"),
        ("# TYPE a gauge\na{b=c} 1\n", "in place of"),
        ("# TYPE a gauge\na{b=\"c\" d=\"e\"} 1\n", "neither"),
        ("# TYPE a gauge\na{1=\"c\"} 1\n", "is no name"),
        ("# TYPE a gauge\na{b:c=\"d\"} 1\n", "is no name"),
        ("# TYPE a gauge\na{b=\"c\",b=\"d\"} 1\n", "twice"),
        ("# TYPE a-b gauge\n", "is no name"),
        ("# TYPE a big\n", "is no type"),
        ("# TYPE a gauge\n# TYPE a gauge\n", "second TYPE"),
        ("1a 1\n", "is no name"),
    ] {
        let error = refused(text);
        assert!(error.contains(why), "{text:?}: {error}");
    }
}

#[test]
fn series_that_contradict_each_other_are_refused() {
    for (text, why) in [
        ("a 1\n", "no TYPE"),
        ("# HELP a Just help.\na 1\n", "no TYPE"),
        ("# TYPE a gauge\na_count 1\n", "no TYPE"),
        ("# TYPE a gauge\na{b=\"c\"} 1\na{b=\"c\"} 2\n", "twice"),
        ("# TYPE a counter\na -1\n", "counter a is -1"),
        ("# TYPE a histogram\na 1\n", "no part of a histogram"),
        (
            "# TYPE a histogram\na_sum 1\na_count 1\n",
            "does not add up",
        ),
        (
            "# TYPE a histogram\na_bucket{le=\"+Inf\"} 1\na_sum 1\na_count 2\n",
            "does not add up",
        ),
        (
            "# TYPE a histogram\na_bucket{le=\"1\"} 3\na_bucket{le=\"+Inf\"} 2\na_sum 1\na_count 2\n",
            "does not add up",
        ),
    ] {
        let error = refused(text);
        assert!(error.contains(why), "{text:?}: {error}");
    }
}
