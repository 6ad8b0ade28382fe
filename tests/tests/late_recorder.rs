//! Layers that are older than the recorder: they record from the moment that there is one, and no gauge
//! is lowered that was not raised.
//!
//! The recorder is the process' own, so this is one test.

use std::{
    convert::Infallible,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread,
};

use bartizan::{
    http::{HttpMetrics, HttpMetricsLayer},
    meter::Meter,
    observe::ObserveLayer,
};
use bartizan_tests::{
    AnyBody, BoxError, Protocol,
    client::{Client, get, text},
    recorder::{ACTIVE, Recorder},
    script::{Script, Step},
    server::Server,
};
use futures_util::FutureExt;
use http::{Request, Response};
use http_body_util::BodyExt;
use tower::{Layer, Service, ServiceExt, service_fn};

/// Answers at once, or after a turn, or with a body that stays.
async fn answer<B>(request: Request<B>) -> Result<Response<AnyBody>, Infallible> {
    Ok(Response::new(match request.uri().path() {
        "/later" => {
            tokio::task::yield_now().await;
            text("ok")
        }
        "/stay" => Script::new([Step::data("abc"), Step::Hang]).any(),
        _ => text("ok"),
    }))
}

fn path(path: &str) -> Request<()> {
    Request::get(path).body(()).expect("a request")
}

/// Makes exchanges until it is told to stop; some are held for a while, and some are let go of.
fn storm<S, B>(service: S, stop: &AtomicBool, turns: &AtomicU64)
where
    S: Service<Request<()>, Response = Response<B>> + Clone,
{
    let mut held = Vec::new();
    while !stop.load(Ordering::Relaxed) {
        for kind in ["/", "/stay", "/later"] {
            let mut exchange = Box::pin(service.clone().oneshot(path(kind)));
            let response = exchange.as_mut().now_or_never();
            held.push((exchange, response));
        }
        if held.len() > 30 {
            held.drain(..20);
        }
        turns.fetch_add(1, Ordering::Relaxed);
    }
}

#[tokio::test]
async fn a_recorder_that_comes_late() {
    let layers = [
        HttpMetricsLayer::default(),
        ObserveLayer::new(
            HttpMetrics::builder()
                .meter(Meter::builder().refreshable().build().unwrap())
                .build()
                .unwrap(),
        ),
    ];
    let recorder = Recorder::new();
    let server = Server::hyper(layers[0].layer(service_fn(answer))).await;
    let mut client = Client::connect(server.address(), Protocol::Http1).await;

    // Before: a hundred exchanges that no one sees, and some that are under way when it comes.
    let mut waiting = Vec::new();
    let mut streaming = Vec::new();
    for layer in &layers {
        let service = layer.layer(service_fn(answer));
        for _ in 0..50 {
            let response = service.clone().oneshot(path("/")).await.unwrap();
            response.into_body().collect().await.unwrap();
        }
        for _ in 0..2 {
            let mut exchange = Box::pin(service.clone().oneshot(path("/later")));
            assert!(exchange.as_mut().now_or_never().is_none());
            waiting.push(exchange);
            streaming.push(service.clone().oneshot(path("/stay")).await.unwrap());
        }
    }
    client.fetch(get("/")).await.unwrap();
    let over_the_wire = client.send(get("/stay")).await.unwrap();

    let (stop, turns) = (
        Arc::new(AtomicBool::new(false)),
        Arc::new(AtomicU64::new(0)),
    );
    let storms = layers.clone().map(|layer| {
        let (stop, turns) = (Arc::clone(&stop), Arc::clone(&turns));
        thread::spawn(move || storm(layer.layer(service_fn(answer)), &stop, &turns))
    });
    while turns.load(Ordering::Relaxed) < 100 {
        thread::yield_now();
    }
    assert_eq!(recorder.scrape().series(), 0);

    recorder.install();
    let look = || {
        let active = recorder.scrape().value(ACTIVE, &[]).unwrap_or(0.0);
        assert!(active >= 0.0, "the gauge stands at {active}");
    };
    let so_far = turns.load(Ordering::Relaxed);
    while turns.load(Ordering::Relaxed) < so_far + 200 {
        look();
    }
    stop.store(true, Ordering::Relaxed);
    for storm in storms {
        storm.join().unwrap();
    }
    look();

    // What straddled the coming is measured, and lowers nothing.
    let scrape = recorder.scrape();
    assert!(scrape.idle(), "{scrape:?}");
    let before = scrape.ended();
    assert!(before > 0, "the storm went on after the recorder came");
    for exchange in waiting {
        exchange.await.unwrap().into_body().collect().await.unwrap();
        look();
    }
    for response in streaming {
        drop(response);
        look();
    }
    let scrape = recorder.ended(before + 8).await;
    assert_eq!(scrape.value(ACTIVE, &[]), Some(0.0));
    drop(over_the_wire);
    client.leave().await;
    recorder.ended(before + 9).await;

    // From now on it is as if it had always been there.
    for layer in &layers {
        let service = layer.layer(service_fn(answer));
        let before = recorder.scrape().ended();
        let response = service.clone().oneshot(path("/stay")).await.unwrap();
        recorder.under_way(1).await;
        drop(response);
        assert_eq!(
            recorder.ended(before + 1).await.value(ACTIVE, &[]),
            Some(0.0)
        );
    }
    let mut client = Client::connect(server.address(), Protocol::Http2).await;
    client
        .fetch(get("/"))
        .await
        .map_err(BoxError::from)
        .unwrap();
    recorder.ended(before + 12).await;
    client.leave().await;
    server.stop().await;
}
