//! A flood of gRPC calls, each of a method of its own, through the whole stack as one layer.

use std::convert::Infallible;

use bartizan_tests::{
    client::text,
    recorder::{ACTIVE, OVERFLOW, Recorder},
};
use bytes::Bytes;
use futures_util::FutureExt;
use http::{HeaderValue, Request, Response, header::CONTENT_TYPE};
use tower::{Layer, Service, service_fn};

/// What a budget of routes or of methods holds by default.
const LIMIT: usize = 200;
const CALLS: u64 = 100_000;

/// The worst service: whatever it is called, it vouches for that, and no call is ever done.
#[test]
fn a_flood_of_methods_that_a_service_vouches_for_is_folded_and_counted() {
    let recorder = Recorder::new();
    let meter = recorder.meter().build().expect("a meter");
    let layer = bartizan::builder().meter(meter).build();
    let mut service = layer.layer(service_fn(async |_: Request<()>| {
        let mut response = Response::new(text(Bytes::from_static(&[0; 5])));
        let grpc = HeaderValue::from_static("application/grpc");
        response.headers_mut().insert(CONTENT_TYPE, grpc);
        Ok::<_, Infallible>(response)
    }));
    for number in 0..CALLS {
        let request = Request::post(format!("/flood.Service/Method{number}"));
        let request = request.header(CONTENT_TYPE, "application/grpc").body(());
        let answer = service.call(request.expect("a request")).now_or_never();
        // Left before its body is read.
        drop(answer.expect("it never waits"));
        if number % 50_000 == 0 {
            recorder.upkeep();
        }
    }
    let scrape = recorder.scrape();
    let duration = "rpc_server_call_duration_seconds";
    assert_eq!(scrape.count(duration, &[]), CALLS);
    // One is `{overflow}`.
    assert_eq!(scrape.values(duration, "rpc_method").len(), LIMIT + 1);
    let folded = (CALLS - LIMIT as u64) as f64;
    for label in ["rpc_method", "http_route"] {
        let hits = scrape.value(OVERFLOW, &[("label", label)]);
        assert_eq!(hits, Some(folded), "{label}");
    }
    assert_eq!(scrape.value(ACTIVE, &[]), Some(0.0));
    // A duration and a size for each that is admitted and for what is folded, with their buckets, sums and
    // counts; the gauge and the two overflows.
    assert_eq!(scrape.series(), (LIMIT + 1) * (17 + 11) + 3);
}
