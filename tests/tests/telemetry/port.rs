//! A port that is taken.

use std::{
    net::{SocketAddr, TcpListener},
    time::Duration,
};

use axum::Router;
use bartizan_tests::{server::Server, wait::eventually};
use tokio::time::Instant;

use crate::rig::{fetch, scrape, telemetry};

#[tokio::test]
async fn a_port_that_is_taken_is_told_and_tried_again() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address: SocketAddr = taken.local_addr().expect("an address");
    let started = Instant::now();
    let telemetry = telemetry(&format!("metrics: {{ listen: '{address}' }}"));
    assert!(
        started.elapsed() < Duration::from_secs(2),
        "the service starts"
    );
    assert_eq!(telemetry.metrics_address(), None);
    let mounted = Router::new().fallback_service(telemetry.metrics_service());
    let mounted = Server::axum(mounted).await;
    let told = |page: &bartizan_tests::scrape::Scrape| {
        let scrape = [("signal", "scrape")];
        let up = page.value("bartizan_exporter_up", &scrape);
        (up, page.value("bartizan_export_failures_total", &scrape))
    };
    let (up, failures) = told(&scrape(mounted.address()).await);
    assert_eq!((up, failures), (Some(0.0), Some(1.0)));

    drop(taken);
    let bound = || telemetry.metrics_address();
    assert_eq!(eventually(bound, String::new).await, address);
    let (up, failures) = told(&scrape(address).await);
    assert_eq!(up, Some(1.0));
    assert!(failures >= Some(1.0));
}

#[tokio::test]
async fn a_port_is_free_after_the_end() {
    let telemetry = crate::rig::listening("");
    let address = crate::rig::page_of(&telemetry);
    assert_eq!(fetch(address, "/healthz").await.head.status, 200);
    let report = telemetry.shutdown().await;
    assert!(report.is_complete(), "nobody scraped: {report}");
    assert_eq!(telemetry.metrics_address(), None);
    TcpListener::bind(address).expect("it is free");
}
