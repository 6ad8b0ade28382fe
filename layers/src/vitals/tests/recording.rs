//! What is recorded of reports that are as they should be.

use super::support::{REPORT, Site, post};

fn report(name: &str, value: &str, id: usize) -> String {
    format!(r#"{{"name":"{name}","value":{value},"id":"v6-{id}","page":"/p"}}"#)
}

#[tokio::test]
async fn milliseconds_become_seconds_and_edges_are_within() {
    let site = Site::with(|options| options.pages(["/p"]));
    for (id, (name, value, metric, edge)) in [
        ("LCP", "2500", "browser_web_vital_lcp_seconds", "2.5"),
        ("LCP", "4000.0", "browser_web_vital_lcp_seconds", "4"),
        ("INP", "200", "browser_web_vital_inp_seconds", "0.2"),
        ("INP", "500", "browser_web_vital_inp_seconds", "0.5"),
        ("FCP", "1400", "browser_web_vital_fcp_seconds", "1.4"),
        ("FCP", "1.8e3", "browser_web_vital_fcp_seconds", "1.8"),
        ("FCP", "3000", "browser_web_vital_fcp_seconds", "3"),
        ("TTFB", "800", "browser_web_vital_ttfb_seconds", "0.8"),
        ("TTFB", "1800", "browser_web_vital_ttfb_seconds", "1.8"),
        ("CLS", "0.1", "browser_web_vital_cls", "0.1"),
        ("CLS", "0.25", "browser_web_vital_cls", "0.25"),
    ]
    .into_iter()
    .enumerate()
    {
        let series = format!("{metric}_bucket{{page=\"/p\",le=\"{edge}\"}}");
        let before = site.value(&series);
        assert_eq!(site.post(report(name, value, id)).await, 204);
        assert_eq!(site.value(&series), before + 1.0, "{name} {value}");
        // And in no smaller one.
        let smaller = site.scrape().lines().any(|line| {
            line.strip_prefix(&format!("{metric}_bucket{{page=\"/p\",le=\""))
                .and_then(|rest| rest.split_once("\"} "))
                .is_some_and(|(le, count)| {
                    le.parse::<f64>().is_ok_and(|le| le < edge.parse().unwrap())
                        && count.parse::<f64>().unwrap() > before
                })
        });
        assert!(!smaller, "{name} {value}\n{}", site.scrape());
    }
}

#[tokio::test]
async fn ratings_are_those_of_the_values_and_not_of_the_browser() {
    let site = Site::new();
    let rows = [
        ("LCP", ["2500", "4000", "4000.1"]),
        ("INP", ["200", "500", "501"]),
        ("CLS", ["0.1", "0.25", "0.2501"]),
        ("FCP", ["1800", "3000", "3000.5"]),
        ("TTFB", ["800", "1800", "1801"]),
    ];
    for (row, (name, values)) in rows.into_iter().enumerate() {
        let ratings = ["good", "needs-improvement", "poor"];
        for (place, (value, rating)) in values.into_iter().zip(ratings).enumerate() {
            let said = ratings[(place + 1) % 3];
            let body = format!(
                r#"{{"name":"{name}","value":{value},"id":"{row}{place}","rating":"{said}"}}"#
            );
            assert_eq!(site.post(body).await, 204);
            let series =
                format!("browser_web_vital_reports_total{{name=\"{name}\",rating=\"{rating}\"}}");
            assert_eq!(site.value(&series), 1.0, "{name} {value}");
        }
    }
    assert_eq!(site.recorded(), 15.0);
}

#[tokio::test]
async fn an_id_is_recorded_once_and_then_an_update() {
    let site = Site::new();
    assert_eq!(site.post(REPORT).await, 204);
    assert_eq!(site.post(REPORT.replace("2500", "3000")).await, 204);
    assert_eq!(site.post(format!("[{REPORT},{REPORT}]")).await, 204);
    assert_eq!(site.recorded(), 1.0);
    assert_eq!(site.rejected("update"), 3.0);
    // A page's ids are of one vital each; where they are not, it is another measurement.
    assert_eq!(site.post(REPORT.replace("LCP", "FCP")).await, 204);
    assert_eq!(site.recorded(), 2.0);
}

#[tokio::test]
async fn the_type_of_navigation_is_a_label_on_request() {
    let (plain, labelled) = (
        Site::with(|options| options.pages(["/p"])),
        Site::with(|options| options.pages(["/p"]).navigation_type(true)),
    );
    for site in [&plain, &labelled] {
        assert_eq!(site.post(REPORT).await, 204);
        assert_eq!(site.post(report("LCP", "1", 2)).await, 204);
    }
    assert_eq!(
        plain.value(r#"browser_web_vital_lcp_seconds_count{page="/p"}"#),
        2.0
    );
    assert_eq!(
        labelled
            .value(r#"browser_web_vital_lcp_seconds_count{page="/p",navigation_type="navigate"}"#),
        1.0
    );
    assert_eq!(
        labelled.value(r#"browser_web_vital_lcp_seconds_count{page="/p"}"#),
        1.0
    );
}

#[tokio::test]
async fn what_is_known_and_not_recorded_spoils_no_batch() {
    let site = Site::new();
    let others = [
        r#"{"name":"FID","value":3,"id":"a"}"#,
        r#"{"name":"Next.js-hydration","value":88.5,"id":"b","startTime":4,"label":"custom"}"#,
        r#"{"name":"Next.js-render","value":88.5,"id":"c","startTime":4,"label":"custom"}"#,
        r#"{"name":"Next.js-route-change-to-render","value":8,"id":"d","startTime":4,"label":"custom"}"#,
    ];
    let batch = format!("[{},{REPORT}]", others.join(","));
    assert_eq!(site.post(batch).await, 204);
    assert_eq!(site.rejected("unsupported"), 4.0);
    assert_eq!(site.recorded(), 1.0);
}

#[tokio::test]
async fn a_batch_is_recorded_whole_or_not_at_all() {
    let site = Site::new();
    let other = REPORT.replace("v5-1", "v5-2");
    for bad in [
        REPORT.replace("2500", "-1"),
        REPORT.replace("LCP", "LCQ"),
        "{}".into(),
        "7".into(),
    ] {
        assert_eq!(site.post(format!("[{REPORT},{other},{bad}]")).await, 400);
        assert_eq!(site.recorded(), 0.0);
    }
    assert_eq!(site.post(format!("[{REPORT},{other}]")).await, 204);
    assert_eq!(site.recorded(), 2.0, "the refused ones left no ids");
}

#[tokio::test]
async fn closed_series_are_there_at_0_from_the_first_request_on() {
    let site = Site::new();
    assert_eq!(site.series(), 0);
    assert_eq!(site.post("x").await, 400);
    let scrape = site.scrape();
    let of = |name: &str| {
        let start = format!("{name}{{");
        scrape
            .lines()
            .filter(|line| line.starts_with(&start))
            .count()
    };
    assert_eq!(of("browser_web_vital_reports_total"), 15);
    assert_eq!(of("browser_web_vital_rejected_total"), 14);
    assert_eq!(of("bartizan_label_overflow_total"), 1);
}

#[tokio::test]
async fn a_recorder_that_comes_late_gets_what_comes_after_it() {
    // Nothing is installed here: there is nothing to record in, and nothing to fail.
    let service = crate::vitals::WebVitals::new();
    let response = tower::ServiceExt::oneshot(service, post(REPORT)).await;
    assert_eq!(response.map(|it| it.status().as_u16()), Ok(204));
}

#[tokio::test]
async fn minus_zero_is_zero() {
    let site = Site::with(|options| options.pages(["/p"]));
    assert_eq!(site.post(report("CLS", "-0.0", 1)).await, 204);
    let scrape = site.scrape();
    assert!(
        scrape.contains("browser_web_vital_cls_sum{page=\"/p\"} 0\n"),
        "{scrape}"
    );
}

#[tokio::test]
async fn a_recorder_that_panics_fails_no_request() {
    let site = Site::with(|options| options.meter(crate::meter::hooked::panicking()));
    assert_eq!(site.post(REPORT).await, 204);
    assert_eq!(site.post("no report").await, 400);
}
