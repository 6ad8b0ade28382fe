//! Receivers that do what none should: a batch costs the time-out at most, is counted, and holds nobody up.

use std::time::Duration;

use super::support::{Hostile, Manner, Scene, millis, spent};
use crate::config::TraceExporter;

const TIMEOUT: Duration = millis(600);

/// Every exporter that has a connection.
const ALL: [(TraceExporter, &str); 3] = [
    (TraceExporter::OtlpGrpc, ""),
    (TraceExporter::OtlpHttp, "/v1/traces"),
    (TraceExporter::Zipkin, "/api/v2/spans"),
];

fn assert_costs(manner: Manner, least: Duration, exporters: &[(TraceExporter, &str)]) {
    for (exporter, path) in exporters {
        let scene = Scene::new();
        let hostile = Hostile::start(manner);
        let provider = scene.provider(&Scene::tracing(*exporter, &hostile.url(path), TIMEOUT));
        for batch in 1..=2 {
            let slowest = Scene::spans(&provider, 5);
            assert!(slowest < TIMEOUT, "{exporter:?}: a span took {slowest:?}");
            let flushed = spent(least, TIMEOUT, || provider.force_flush());
            flushed.expect_err("spans that do not arrive");
            scene.assert_figures("traces", 0, batch, 5 * batch);
        }
        assert!(hostile.connections() >= 1, "{exporter:?} did not come");
        spent(Duration::ZERO, TIMEOUT, || provider.shutdown()).expect("nothing is left");
        // No connection is left behind, hang as it may.
        Scene::until("its connections are closed", || hostile.open() == 0);
    }
}

#[test]
fn one_that_hangs_costs_the_time_out() {
    assert_costs(Manner::Hangs, TIMEOUT * 9 / 10, &ALL);
}

#[test]
fn one_that_drips_costs_the_time_out() {
    assert_costs(Manner::Drips, TIMEOUT * 9 / 10, &ALL[1..]);
    // To gRPC it is garbage.
    assert_costs(Manner::Drips, Duration::ZERO, &ALL[..1]);
}

#[test]
fn one_that_resets_or_dies_is_tried_again_within_the_time_out() {
    assert_costs(Manner::Resets, Duration::ZERO, &ALL);
    assert_costs(Manner::Dies, Duration::ZERO, &ALL);
}

#[test]
fn one_that_answers_without_an_end_is_not_listened_to_for_long() {
    assert_costs(Manner::Endless, Duration::ZERO, &ALL);
}

#[test]
fn one_that_speaks_something_else_is_counted() {
    assert_costs(Manner::Garbage, Duration::ZERO, &ALL);
    let page = "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 6\r\n\r\n<html>";
    assert_costs(Manner::Answers(page), Duration::ZERO, &ALL[..2]);
}

#[test]
fn one_that_is_not_there_is_counted() {
    for (exporter, path) in ALL {
        let scene = Scene::new();
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        drop(listener);
        let to = format!("http://{address}{path}");
        let provider = scene.provider(&Scene::tracing(exporter, &to, TIMEOUT));
        Scene::spans(&provider, 5);
        let flushed = spent(Duration::ZERO, TIMEOUT, || provider.force_flush());
        flushed.expect_err("spans that do not arrive");
        scene.assert_figures("traces", 0, 1, 5);
    }
}

/// A host that no name server knows.
#[test]
fn a_name_that_is_none_is_counted() {
    let scene = Scene::new();
    let config = Scene::tracing(
        TraceExporter::OtlpHttp,
        "http://collector.invalid/",
        TIMEOUT,
    );
    let provider = scene.provider(&config);
    Scene::spans(&provider, 5);
    let flushed = spent(Duration::ZERO, TIMEOUT, || provider.force_flush());
    flushed.expect_err("spans that do not arrive");
    scene.assert_figures("traces", 0, 1, 5);
}

/// A connection that hangs is not asked again: the next batch goes over a new one.
#[test]
fn one_that_hung_once_gets_the_next_batch() {
    use std::sync::Arc;

    use tokio::net::{TcpListener, TcpStream};

    use super::support::Collector;

    for (exporter, path) in ALL {
        let scene = Scene::new();
        let collector = Collector::default();
        let (honest, _) = collector.serve(&scene);
        let listener = scene.run(TcpListener::bind("127.0.0.1:0"));
        let listener = Arc::new(listener.expect("a port"));
        let address = listener.local_addr().expect("an address");
        // The first connection leads nowhere, and others to an honest one.
        scene.runtime().spawn(async move {
            let _held = listener.accept().await;
            while let Ok((mut from, _)) = listener.accept().await {
                tokio::spawn(async move {
                    let mut to = TcpStream::connect(honest).await?;
                    tokio::io::copy_bidirectional(&mut from, &mut to).await
                });
            }
        });
        let to = format!("http://{address}{path}");
        let provider = scene.provider(&Scene::tracing(exporter, &to, TIMEOUT));
        Scene::spans(&provider, 1);
        provider.force_flush().expect_err("the first one hangs");
        scene.assert_figures("traces", 0, 1, 1);
        Scene::spans(&provider, 1);
        provider.force_flush().expect("the second one arrives");
        scene.assert_figures("traces", 1, 1, 1);
        assert_eq!(collector.requests(), 1);
    }
}
