//! Exporters with an idle time-out, which cut kept handles off, and what helps.

use std::time::Duration;

use bartizan::{
    http::HttpMetrics,
    meter::{Meter, Naming},
    route::RouteSources,
};
use bartizan_tests::{
    client::get,
    recorder::{ACTIVE, DURATION, Recorder},
};
use futures_util::FutureExt;
use metrics_exporter_prometheus::PrometheusBuilder;
use metrics_util::MetricKindMask;
use tower::{Layer, ServiceExt, service_fn};

use super::{answer, exchange, layer};

const IDLE: Duration = Duration::from_millis(50);

fn forgetful() -> Recorder {
    let mask = MetricKindMask::COUNTER | MetricKindMask::HISTOGRAM;
    let builder = PrometheusBuilder::new().idle_timeout(mask, Some(IDLE));
    Recorder::with(builder, &Naming::prometheus())
}

#[tokio::test]
async fn a_refreshed_meter_goes_on_after_an_eviction() {
    let recorder = forgetful();
    let meter = recorder.meter().refreshable().build().unwrap();
    let metrics = HttpMetrics::builder().meter(meter.clone());
    let service = layer(metrics).layer(service_fn(answer));
    for _ in 0..3 {
        exchange(&service, get("/")).await;
        recorder.once(|scrape| scrape.ended() == 1).await;
        recorder.once(|scrape| scrape.ended() == 0).await;
        // The gauge is out of the time-out's mask.
        assert_eq!(recorder.scrape().value(ACTIVE, &[]), Some(0.0));
        assert!(meter.refresh());
    }
}

#[tokio::test]
async fn the_gauge_of_an_exchange_that_straddles_a_refresh_comes_back_to_zero() {
    let recorder = forgetful();
    let meter = recorder.meter().refreshable().build().unwrap();
    let service = layer(HttpMetrics::builder().meter(meter.clone())).layer(service_fn(answer));
    let response = service.clone().oneshot(get("/")).await.unwrap();
    assert_eq!(recorder.scrape().value(ACTIVE, &[]), Some(1.0));
    assert!(meter.refresh());
    exchange(&service, get("/")).await;
    assert_eq!(recorder.scrape().value(ACTIVE, &[]), Some(1.0));
    drop(response);
    assert_eq!(recorder.scrape().value(ACTIVE, &[]), Some(0.0));
}

#[tokio::test]
async fn it_comes_back_to_zero_though_another_took_its_place_under_the_cap() {
    let recorder = forgetful();
    let meter = recorder
        .meter()
        .refreshable()
        .max_label_sets(1)
        .build()
        .unwrap();
    let metrics = HttpMetrics::builder()
        .meter(meter.clone())
        .active_by_route();
    let routes = RouteSources::new().table(["/one", "/two"]).unwrap();
    let service = layer(metrics).routes(routes).layer(service_fn(answer));
    let one = service.clone().oneshot(get("/one")).await.unwrap();
    assert!(meter.refresh());
    let two = service.clone().oneshot(get("/two")).await.unwrap();
    drop(one);
    assert_eq!(
        recorder.scrape().value(ACTIVE, &[("http_route", "/one")]),
        Some(0.0)
    );
    drop(two);
    assert!(recorder.scrape().idle(), "{recorder:?}");
}

#[tokio::test]
async fn what_was_folded_is_taken_from_where_it_was_folded_to() {
    let recorder = forgetful();
    let meter = recorder
        .meter()
        .refreshable()
        .max_label_sets(1)
        .build()
        .unwrap();
    let metrics = HttpMetrics::builder()
        .meter(meter.clone())
        .active_by_route();
    let routes = RouteSources::new().table(["/one", "/two"]).unwrap();
    let service = layer(metrics).routes(routes).layer(service_fn(answer));
    drop(service.clone().oneshot(get("/one")).await.unwrap());
    let folded = service.clone().oneshot(get("/two")).await.unwrap();
    assert!(meter.refresh());
    // By now `/two` may have the place, or not.
    let second = service.clone().oneshot(get("/two")).await.unwrap();
    assert_eq!(recorder.scrape().value(ACTIVE, &[]), Some(2.0));
    drop(folded);
    let scrape = recorder.scrape();
    assert!(
        scrape
            .samples(ACTIVE, &[])
            .all(|sample| sample.value >= 0.0),
        "{scrape:?}"
    );
    assert_eq!(scrape.value(ACTIVE, &[]), Some(1.0));
    drop(second);
    assert!(recorder.scrape().idle(), "{recorder:?}");
}

#[test]
fn refreshing_while_threads_record_loses_nothing() {
    let recorder = Recorder::new();
    let meter = recorder.meter().refreshable().build().unwrap();
    let metrics = HttpMetrics::builder()
        .meter(meter.clone())
        .active_by_route();
    let routes = RouteSources::new()
        .table(["/one", "/two", "/three"])
        .unwrap();
    let service = layer(metrics).routes(routes).layer(service_fn(answer));
    let turns = 3_000;
    std::thread::scope(|scope| {
        let threads = ["/one", "/two", "/three"].map(|path| {
            let service = service.clone();
            scope.spawn(move || {
                for _ in 0..turns {
                    let held = service.clone().oneshot(get(path)).now_or_never();
                    drop(held.expect("it never waits").expect("it never fails"));
                }
            })
        });
        while threads.iter().any(|thread| !thread.is_finished()) {
            meter.refresh();
        }
    });
    assert_eq!(recorder.scrape().ended(), 3 * turns);
    assert!(recorder.scrape().idle());
}

#[tokio::test]
async fn without_it_what_was_evicted_stays_away() {
    let recorder = forgetful();
    let service = recorder.layer().layer(service_fn(answer));
    exchange(&service, get("/")).await;
    recorder.once(|scrape| scrape.ended() == 1).await;
    recorder.once(|scrape| scrape.ended() == 0).await;
    exchange(&service, get("/")).await;
    assert_eq!(recorder.scrape().count(DURATION, &[]), 0);
}

#[test]
fn a_meter_that_is_not_refreshable_says_so() {
    assert!(!Meter::new().refresh());
    assert!(Meter::builder().refreshable().build().unwrap().refresh());
}
