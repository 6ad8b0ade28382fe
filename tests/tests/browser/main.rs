//! What a browser makes of streams, and what the metrics say of it.

mod chromium;
mod driver;
mod streams;
mod vitals;

use std::{collections::BTreeMap, time::Duration};

use bartizan_tests::{recorder::Recorder, scrape::Scrape};
use tokio::time::timeout;

use crate::chromium::Chromium;

const CLOSED: &str = "sse_stream_duration_seconds";
/// A browser starts in a second or two, on a machine that has nothing else to do.
const START: Duration = Duration::from_secs(90);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs chromium"]
async fn a_browser_and_the_metrics_agree_on_its_streams() {
    let recorder = Recorder::new();
    let (server, mut reports, asked) = streams::serve(&recorder).await;
    let browser = Chromium::open(&format!("http://{}/", server.address()));
    let seen = match timeout(START, reports.recv()).await {
        Ok(seen) => seen.expect("a server that is there"),
        Err(_) => panic!("no report from the page: {}", browser.log()),
    };
    assert_eq!(seen, streams::SEEN);

    // The page closed one stream, and the other one was open when it was left.
    let both = |scrape: &Scrape| {
        ["/events", "/left"]
            .iter()
            .all(|route| closed(scrape, route, "client_disconnect") == 1)
    };
    let scrape = recorder.once(both).await;
    assert_eq!(closed(&scrape, "/events", "completed"), 1);
    assert_eq!(scrape.count(CLOSED, &[]), 3, "{recorder:?}");
    assert_eq!(scrape.value("sse_streams_active", &[]), Some(0.0));

    // The server ended the first one, and the browser came back for the rest.
    assert_eq!(*asked.lock().unwrap(), [None, Some("2".to_owned())]);
    let of_events = [("http_route", "/events")];
    assert_eq!(scrape.value("sse_reconnects_total", &of_events), Some(1.0));

    let mut by_type = BTreeMap::new();
    for event_type in seen.lines().filter_map(|line| line.split(' ').next()) {
        *by_type.entry(event_type).or_default() += 1.0;
    }
    let pings: f64 = by_type.remove("ping").unwrap_or_default();
    let counted: BTreeMap<_, _> = scrape
        .samples("sse_events_total", &of_events)
        .map(|sample| (sample.labels["event_type"].as_str(), sample.value))
        .collect();
    assert_eq!(counted, by_type);
    let keepalives = scrape.value("sse_keepalives_total", &of_events);
    assert_eq!(keepalives, Some(pings + streams::COMMENTS as f64));

    browser.close().await;
    server.stop().await;
}

fn closed(scrape: &Scrape, route: &str, reason: &str) -> u64 {
    let labels = [("http_route", route), ("close_reason", reason)];
    scrape.count(CLOSED, &labels)
}
