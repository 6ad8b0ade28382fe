//! When durations are recorded, and how long they are, by a clock that the test holds.

use std::time::Duration;

use bartizan::{
    http::Timing,
    observe::{Kind, MediaTypes},
};
use bartizan_tests::{
    AnyBody, BoxError,
    client::{get, text},
    recorder::{ACTIVE, DURATION, FIRST_BYTE, RESPONSE_SIZE, Recorder},
};
use bytes::Bytes;
use futures_util::stream;
use http::{Request, Response, header::CONTENT_TYPE};
use http_body::Frame;
use http_body_util::{BodyExt, StreamBody};
use tokio::time::sleep;
use tower::{Layer, ServiceExt, service_fn};

use super::layer;

const SECOND: Duration = Duration::from_secs(1);

/// Answers after a second with three frames, each a second after the one before it, as the media type
/// that the path names.
async fn slow(request: Request<AnyBody>) -> Result<Response<AnyBody>, BoxError> {
    sleep(SECOND).await;
    let frames = stream::iter(["one", "two", "three"]);
    let frames = futures_util::StreamExt::then(frames, async |text| {
        sleep(SECOND).await;
        Ok(Frame::data(Bytes::from_static(text.as_bytes())))
    });
    let mut response = Response::new(StreamBody::new(frames).boxed_unsync());
    let media_type = request.uri().path().trim_start_matches('/').parse()?;
    response.headers_mut().insert(CONTENT_TYPE, media_type);
    Ok(response)
}

/// What is recorded at the head, and what at the end: the durations' sum, the gauge, the size.
async fn recorded(
    recorder: &Recorder,
    layer: bartizan::http::HttpMetricsLayer,
    path: &str,
) -> [(u64, f64, f64, u64); 2] {
    let seen = || {
        let scrape = recorder.scrape();
        let active = scrape.value(ACTIVE, &[]).expect("a gauge");
        (
            scrape.ended(),
            scrape.sum(DURATION, &[]),
            active,
            scrape.count(RESPONSE_SIZE, &[]),
        )
    };
    let response = layer
        .layer(service_fn(slow))
        .oneshot(get(path))
        .await
        .expect("an answer");
    let head = seen();
    response.into_body().collect().await.expect("a body");
    [head, seen()]
}

#[tokio::test(start_paused = true)]
async fn a_response_is_measured_to_the_end_of_its_body() {
    let recorder = Recorder::new();
    let recorded = recorded(&recorder, recorder.layer(), "/text/plain").await;
    assert_eq!(recorded, [(0, 0.0, 1.0, 0), (1, 4.0, 0.0, 1)]);
    assert_eq!(recorder.scrape().sum(RESPONSE_SIZE, &[]), 11.0);
}

#[tokio::test(start_paused = true)]
async fn an_event_stream_is_measured_to_its_head_and_counts_as_under_way_to_its_end() {
    for path in ["/text/event-stream", "/TEXT/Event-Stream;charset=utf-8"] {
        let recorder = Recorder::new();
        let recorded = recorded(&recorder, recorder.layer(), path).await;
        assert_eq!(recorded, [(1, 1.0, 1.0, 0), (1, 1.0, 0.0, 0)]);
    }
}

#[tokio::test(start_paused = true)]
async fn other_streams_are_told_by_their_media_type() {
    let recorder = Recorder::new();
    let streams = MediaTypes::event_streams()
        .and("application/x-ndjson")
        .unwrap();
    let of_layer = recorder.layer().streams(streams);
    let recorded = recorded(&recorder, of_layer, "/application/x-ndjson").await;
    assert_eq!(recorded, [(1, 1.0, 1.0, 0), (1, 1.0, 0.0, 0)]);
}

#[tokio::test(start_paused = true)]
async fn the_timing_of_a_kind_can_be_chosen() {
    let recorder = Recorder::new();
    let of_layer = layer(recorder.http().duration(Kind::Stream, Timing::End));
    let at_the_end = recorded(&recorder, of_layer, "/text/event-stream").await;
    assert_eq!(at_the_end, [(0, 0.0, 1.0, 0), (1, 4.0, 0.0, 0)]);

    let recorder = Recorder::new();
    let of_layer = layer(recorder.http().duration(Kind::Plain, Timing::Head));
    let at_the_head = recorded(&recorder, of_layer, "/text/plain").await;
    assert_eq!(at_the_head, [(1, 1.0, 1.0, 0), (1, 1.0, 0.0, 1)]);

    let recorder = Recorder::new();
    let of_layer = layer(recorder.http().duration(Kind::Grpc, Timing::Never));
    let never = recorded(&recorder, of_layer, "/application/grpc+proto").await;
    assert_eq!(never, [(0, 0.0, 1.0, 0), (0, 0.0, 0.0, 1)]);
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_is_left_keeps_the_record_of_its_head() {
    let recorder = Recorder::new();
    let service = recorder.layer().layer(service_fn(slow));
    let mut response = service.oneshot(get("/text/event-stream")).await.unwrap();
    response.body_mut().frame().await.unwrap().unwrap();
    drop(response);
    let scrape = recorder.scrape();
    assert_eq!(scrape.records(), ["GET {unmatched} 200"]);
    assert_eq!(scrape.value(ACTIVE, &[]), Some(0.0));
}

#[tokio::test(start_paused = true)]
async fn an_exchange_without_a_head_is_measured_to_its_end_whatever_its_kind() {
    let recorder = Recorder::new();
    let hangs = service_fn(async |_: Request<AnyBody>| {
        std::future::pending::<Result<Response<AnyBody>, BoxError>>().await
    });
    let held = recorder.layer().layer(hangs).oneshot(get("/"));
    assert!(tokio::time::timeout(3 * SECOND, held).await.is_err());
    let cancelled = [("error_type", "cancelled_before_response")];
    let scrape = recorder.scrape();
    assert_eq!(scrape.count(DURATION, &cancelled), 1);
    assert!((scrape.sum(DURATION, &[]) - 3.0).abs() < 0.01);
}

#[tokio::test(start_paused = true)]
async fn the_first_byte_is_measured_if_it_is_asked_for() {
    let recorder = Recorder::new();
    recorded(&recorder, recorder.layer(), "/text/plain").await;
    assert_eq!(recorder.scrape().family(FIRST_BYTE), None);

    for path in ["/text/plain", "/text/event-stream"] {
        let recorder = Recorder::new();
        recorded(&recorder, layer(recorder.http().time_to_first_byte()), path).await;
        let scrape = recorder.scrape();
        let labels = [
            ("http_request_method", "GET"),
            ("http_route", "{unmatched}"),
        ];
        assert_eq!(scrape.count(FIRST_BYTE, &labels), 1);
        assert_eq!(scrape.sum(FIRST_BYTE, &[]), 2.0);
    }
}

#[tokio::test(start_paused = true)]
async fn a_body_without_data_has_no_first_byte() {
    let recorder = Recorder::new();
    let empty = service_fn(async |_: Request<AnyBody>| Ok::<_, BoxError>(Response::new(text(""))));
    let service = layer(recorder.http().time_to_first_byte()).layer(empty);
    super::exchange(&service, get("/")).await;
    assert_eq!(recorder.scrape().count(FIRST_BYTE, &[]), 0);
    assert_eq!(recorder.scrape().ended(), 1);
}
