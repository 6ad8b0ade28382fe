//! The ends of gRPC calls, as HTTP sees them: a call that fails is a response that completed.

use bartizan::route::RouteSources;
use bartizan_tests::{
    Protocol,
    client::{Client, request},
    grpc::{Caller, Echo},
    recorder::{ACTIVE, DURATION, RESPONSE_SIZE, Recorder},
    scrape::labels,
    server::Server,
};
use futures_util::StreamExt;
use http::HeaderValue;
use tonic::{Code, transport};

use super::spans::{self, Call};

/// What is recorded of a call: route, status, error type, bytes; and what its span tells of it.
struct Wanted(
    &'static str,
    Option<&'static str>,
    Option<&'static str>,
    Option<u64>,
    Call,
);

/// Makes one call, and checks that there is one record of it, and which.
async fn check(call: impl AsyncFnOnce(Caller, &Recorder), wanted: Wanted) {
    let recorder = Recorder::new();
    let server = serve(&recorder).await;
    call(Caller::connect(server.address()).await, &recorder).await;
    recorder.ended(1).await;
    server.stop().await;
    assert_recorded(&recorder, &wanted);
}

async fn serve(recorder: &Recorder) -> Server {
    let layer = recorder
        .layer_with_calls()
        .with(spans::observer())
        .routes(RouteSources::new().grpc());
    Server::tonic(transport::Server::builder().layer(layer).add_service(Echo)).await
}

fn assert_recorded(recorder: &Recorder, wanted: &Wanted) {
    let scrape = recorder.scrape();
    let &Wanted(route, status, error, bytes, ref span) = wanted;
    spans::assert_call(span);
    let mut labelled = vec![("http_request_method", "POST"), ("http_route", route)];
    labelled.push(("url_scheme", "http"));
    labelled.extend(status.map(|status| ("http_response_status_code", status)));
    labelled.extend(error.map(|error| ("error_type", error)));
    assert_eq!(scrape.label_sets(DURATION), [labels(&labelled)].into());
    assert_eq!(scrape.ended(), 1);
    assert_eq!(scrape.value(ACTIVE, &[]), Some(0.0));
    assert_eq!(
        scrape.count(RESPONSE_SIZE, &[]),
        u64::from(status.is_some())
    );
    if let Some(bytes) = bytes {
        assert_eq!(scrape.sum(RESPONSE_SIZE, &[]), bytes as f64);
    }
}

/// A message has five bytes of its own in front.
const PREFIX: u64 = 5;

#[tokio::test]
async fn a_call() {
    let call = async |mut caller: Caller, _: &Recorder| {
        caller
            .call("/test.Echo/Say", "hello")
            .await
            .expect("an echo");
    };
    check(
        call,
        Wanted(
            "/test.Echo/Say",
            Some("200"),
            None,
            Some(PREFIX + 5),
            Call::known("test.Echo/Say", "OK"),
        ),
    )
    .await;
}

#[tokio::test]
async fn a_call_that_is_refused() {
    let call = async |mut caller: Caller, _: &Recorder| {
        caller
            .call("/test.Echo/Refuse", "hello")
            .await
            .expect_err("no");
    };
    check(
        call,
        Wanted(
            "/test.Echo/Refuse",
            Some("200"),
            None,
            Some(0),
            Call::known("test.Echo/Refuse", "NOT_FOUND"),
        ),
    )
    .await;
}

#[tokio::test]
async fn a_call_that_is_denied_is_of_no_known_method() {
    let call = async |mut caller: Caller, _: &Recorder| {
        caller
            .call("/test.Echo/Deny", "hello")
            .await
            .expect_err("no");
    };
    let span = Call::other("test.Echo/Deny", "PERMISSION_DENIED");
    check(call, Wanted("_OTHER", Some("200"), None, Some(0), span)).await;
}

#[tokio::test]
async fn a_method_that_does_not_exist() {
    let call = async |mut caller: Caller, _: &Recorder| {
        caller
            .call("/test.Echo/What", "hello")
            .await
            .expect_err("no such method");
    };
    let span = Call::other("test.Echo/What", "UNIMPLEMENTED").fails("UNIMPLEMENTED");
    check(call, Wanted("_OTHER", Some("200"), None, Some(0), span)).await;
}

#[tokio::test]
async fn a_stream() {
    let call = async |mut caller: Caller, _: &Recorder| {
        let stream = caller.stream("/test.Echo/Count").await.expect("a stream");
        assert_eq!(stream.count().await, 3);
    };
    check(
        call,
        Wanted(
            "/test.Echo/Count",
            Some("200"),
            None,
            Some(3 * PREFIX + 11),
            Call::known("test.Echo/Count", "OK"),
        ),
    )
    .await;
}

#[tokio::test]
async fn a_stream_that_breaks_ends_in_trailers() {
    let call = async |mut caller: Caller, _: &Recorder| {
        let stream = caller.stream("/test.Echo/Break").await.expect("a stream");
        let mut messages = stream.collect::<Vec<_>>().await;
        let last = messages.pop().expect("an end").expect_err("a failure");
        assert_eq!((messages.len(), last.code()), (2, Code::DataLoss));
    };
    check(
        call,
        Wanted(
            "/test.Echo/Break",
            Some("200"),
            None,
            Some(2 * PREFIX + 6),
            Call::known("test.Echo/Break", "DATA_LOSS").fails("DATA_LOSS"),
        ),
    )
    .await;
}

#[tokio::test]
async fn a_stream_that_is_left() {
    let call = async |mut caller: Caller, _: &Recorder| {
        let mut stream = caller.stream("/test.Echo/Tick").await.expect("a stream");
        stream.next().await.expect("a tick").expect("a tick");
        // The stream is reset; the connection stays.
        drop(stream);
        caller.call("/test.Echo/Hang", "").await.unwrap_or_default();
    };
    let recorder_sees_one = async |caller: Caller, recorder: &Recorder| {
        tokio::select! {
            () = call(caller, recorder) => {}
            _ = recorder.once(|scrape| scrape.ended() == 1) => {
                let scrape = recorder.scrape();
                assert_eq!(scrape.count(DURATION, &[("error_type", "dropped")]), 1);
            }
        }
    };
    let recorder = Recorder::new();
    let layer = recorder
        .layer_with_calls()
        .routes(RouteSources::new().grpc());
    let router = transport::Server::builder().layer(layer).add_service(Echo);
    let server = Server::tonic(router).await;
    recorder_sees_one(Caller::connect(server.address()).await, &recorder).await;
    let scrape = recorder.ended(2).await;
    let tick = [
        ("http_route", "/test.Echo/Tick"),
        ("http_response_status_code", "200"),
    ];
    assert_eq!(scrape.count(DURATION, &tick), 1);
    // Nobody vouched for the method that never answered.
    let hang = [
        ("http_route", "_OTHER"),
        ("error_type", "cancelled_before_response"),
    ];
    assert_eq!(scrape.count(DURATION, &hang), 1);
    server.stop().await;
}

/// tonic's own client would keep it first: its clock is ahead of the server's.
#[tokio::test]
async fn a_deadline_that_the_server_keeps() {
    let recorder = Recorder::new();
    let server = serve(&recorder).await;
    let mut client = Client::connect(server.address(), Protocol::Http2).await;
    let mut call = request("POST", "/test.Echo/Hang");
    for (name, value) in [
        ("content-type", "application/grpc"),
        ("grpc-timeout", "30m"),
    ] {
        call.headers_mut()
            .insert(name, HeaderValue::from_static(value));
    }
    let answer = client.fetch(call).await.expect("an answer of tonic's own");
    assert_eq!(answer.head.status, 200);
    client.leave().await;
    recorder.ended(1).await;
    server.stop().await;
    let span = Call::other("test.Echo/Hang", "DEADLINE_EXCEEDED").fails("DEADLINE_EXCEEDED");
    let end = Some("cancelled_before_response");
    assert_recorded(&recorder, &Wanted("_OTHER", None, end, None, span));
}

#[tokio::test]
async fn a_panic() {
    let call = async |mut caller: Caller, _: &Recorder| {
        caller
            .call("/test.Echo/Panic", "")
            .await
            .expect_err("a panic");
    };
    let span = Call::other("test.Echo/Panic", "UNKNOWN").fails("panic");
    check(call, Wanted("_OTHER", None, Some("panic"), None, span)).await;
}
