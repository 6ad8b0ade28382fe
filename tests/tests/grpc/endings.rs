//! The table of endings, on tonic's server over HTTP/2.

use std::{future::Future, time::Duration};

use bartizan_tests::{
    AnyBody, Protocol,
    client::{Client, request, text},
    grpc::Caller,
};
use futures_util::StreamExt;
use http::{HeaderValue, Request};
use tokio::time::{sleep, timeout};

use crate::rig::{Calls, DEADLINE};

/// A call, and the one record that is wanted of it.
async fn check<F: Future<Output = ()>>(call: impl FnOnce(Caller) -> F, wanted: &str) {
    let calls = Calls::start().await;
    call(calls.caller().await).await;
    assert_eq!(calls.ended(1).await, [wanted]);
    calls.server.stop().await;
}

async fn fails(mut caller: Caller, method: &str) {
    let path = format!("/test.Echo/{method}");
    caller.call(&path, "hello").await.expect_err("no answer");
}

#[tokio::test]
async fn ok() {
    let call = async |mut caller: Caller| {
        caller
            .call("/test.Echo/Say", "hello")
            .await
            .expect("an echo");
    };
    check(call, "test.Echo/Say OK").await;
}

#[tokio::test]
async fn a_status_about_the_request() {
    let call = |caller| fails(caller, "Refuse");
    check(call, "test.Echo/Refuse NOT_FOUND").await;
}

#[tokio::test]
async fn a_status_that_any_path_may_get() {
    let call = |caller| fails(caller, "Deny");
    check(call, "_OTHER PERMISSION_DENIED").await;
}

#[tokio::test]
async fn a_method_that_does_not_exist() {
    let call = |caller| fails(caller, "What");
    check(call, "_OTHER UNIMPLEMENTED UNIMPLEMENTED").await;
}

#[tokio::test]
async fn a_service_that_does_not_exist() {
    let call = async |mut caller: Caller| {
        caller
            .call("/test.Else/Say", "hello")
            .await
            .expect_err("no service");
    };
    check(call, "_OTHER UNIMPLEMENTED UNIMPLEMENTED").await;
}

#[tokio::test]
async fn a_stream_that_is_whole() {
    let call = async |mut caller: Caller| {
        let stream = caller.stream("/test.Echo/Count").await.expect("a stream");
        assert_eq!(stream.count().await, 3);
    };
    check(call, "test.Echo/Count OK").await;
}

#[tokio::test]
async fn an_error_amid_a_stream() {
    let call = async |mut caller: Caller| {
        let stream = caller.stream("/test.Echo/Break").await.expect("a stream");
        assert_eq!(stream.count().await, 3);
    };
    check(call, "test.Echo/Break DATA_LOSS DATA_LOSS").await;
}

#[tokio::test]
async fn a_panic() {
    let call = |caller| fails(caller, "Panic");
    check(call, "test.Echo/Panic UNKNOWN panic").await;
}

#[tokio::test]
async fn a_client_that_cancels_before_the_head() {
    let call = async |mut caller: Caller| {
        let hang = caller.call("/test.Echo/Hang", "hello");
        timeout(DEADLINE, hang).await.expect_err("no answer");
    };
    check(call, "test.Echo/Hang CANCELLED cancelled_before_response").await;
}

#[tokio::test]
async fn a_client_that_cancels_amid_a_stream() {
    let call = async |mut caller: Caller| {
        let mut stream = caller.stream("/test.Echo/Tick").await.expect("a stream");
        stream.next().await.expect("a tick").expect("a tick");
    };
    check(call, "test.Echo/Tick CANCELLED dropped").await;
}

/// A call by hand: it leaves the deadline to the server.
fn by_hand(method: &str, deadline: &'static str) -> Request<AnyBody> {
    let mut request = request("POST", &format!("/test.Echo/{method}"));
    *request.body_mut() = text(&b"\0\0\0\0\0"[..]);
    for (name, value) in [
        ("content-type", "application/grpc"),
        ("te", "trailers"),
        ("grpc-timeout", deadline),
    ] {
        request
            .headers_mut()
            .insert(name, HeaderValue::from_static(value));
    }
    request
}

#[tokio::test]
async fn a_deadline_that_passes_before_the_head() {
    let calls = Calls::start().await;
    let mut client = Client::connect(calls.server.address(), Protocol::Http2).await;
    let answer = client
        .fetch(by_hand("Hang", "40m"))
        .await
        .expect("an answer");
    assert!(answer.head.headers.contains_key("grpc-status"));
    let wanted = "test.Echo/Hang DEADLINE_EXCEEDED DEADLINE_EXCEEDED";
    assert_eq!(calls.ended(1).await, [wanted]);
    client.leave().await;
    calls.server.stop().await;
}

#[tokio::test]
async fn a_deadline_that_passes_amid_a_stream() {
    for (deadline, wanted) in [
        ("500m", "test.Echo/Tick DEADLINE_EXCEEDED DEADLINE_EXCEEDED"),
        ("9S", "test.Echo/Tick CANCELLED dropped"),
        ("500ms", "test.Echo/Tick CANCELLED dropped"),
    ] {
        let calls = Calls::start().await;
        let client = Client::connect(calls.server.address(), Protocol::Http2).await;
        let response = client
            .send_beside(by_hand("Tick", deadline))
            .await
            .expect("a head");
        // Time enough for a busy machine to answer.
        sleep(Duration::from_millis(550)).await;
        drop(response);
        assert_eq!(calls.ended(1).await, [wanted], "{deadline}");
        client.leave().await;
        calls.server.stop().await;
    }
}
