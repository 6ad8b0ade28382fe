//! The services that servers have besides their own, and other observers in the layer.

use bartizan::{observe::ObserveLayer, route::RouteSources};
use bartizan_tests::{
    grpc::{Caller, Echo},
    recorder::Recorder,
    server::Server,
};
use bytes::Bytes;
use futures_util::StreamExt;
use tonic::transport;

use crate::rig::{Calls, grpc, records};

#[tokio::test]
async fn health() {
    let calls = Calls::start().await;
    let mut caller = calls.caller().await;
    let healthy = caller.call("/grpc.health.v1.Health/Check", "").await;
    assert_eq!(healthy.expect("a status"), &b"\x08\x01"[..]);
    // Of a service that it does not know: `service: "?"`.
    let unknown = caller
        .call("/grpc.health.v1.Health/Check", "\x0a\x01?")
        .await;
    assert_eq!(
        unknown.expect_err("no status").code(),
        tonic::Code::NotFound
    );
    let mut watch = caller
        .stream("/grpc.health.v1.Health/Watch")
        .await
        .expect("a stream");
    watch.next().await.expect("a status").expect("a status");
    drop(watch);
    let wanted = [
        "grpc.health.v1.Health/Check NOT_FOUND",
        "grpc.health.v1.Health/Check OK",
        "grpc.health.v1.Health/Watch CANCELLED dropped",
    ];
    assert_eq!(calls.ended(3).await, wanted);
    drop(caller);
    calls.server.stop().await;
}

#[tokio::test]
async fn reflection() {
    const METHOD: &str = "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo";
    let calls = Calls::start().await;
    let mut streamer = calls.streamer().await;
    // `list_services: "*"`, twice.
    let asked = futures_util::stream::iter([const { Bytes::from_static(b"\x3a\x01*") }; 2]);
    let answers: Vec<_> = streamer.stream(METHOD, asked).await.collect().await;
    let services = answers[1].as_ref().expect("services");
    assert!(
        services
            .windows(21)
            .any(|name| name == b"grpc.health.v1.Health")
    );
    let method = &METHOD[1..];
    assert_eq!(calls.ended(1).await, [format!("{method} OK")]);
    let wanted = ["receive", "transmit"].map(|way| format!("{method} {way} 2"));
    assert_eq!(calls.messages(4).await, wanted);
    drop(streamer);
    calls.server.stop().await;
}

#[tokio::test]
async fn the_http_metrics_leave_durations_to_it() {
    let recorder = Recorder::new();
    let http = recorder.http().build().expect("no options");
    let layer = ObserveLayer::new(grpc(&recorder))
        .with(http)
        .routes(RouteSources::new().grpc());
    let router = transport::Server::builder().layer(layer).add_service(Echo);
    let server = Server::tonic(router).await;
    let mut caller = Caller::connect(server.address()).await;
    caller
        .call("/test.Echo/Say", "hello")
        .await
        .expect("an echo");
    caller
        .call("/test.Echo/Panic", "hello")
        .await
        .expect_err("a panic");
    let ended =
        |scrape: &bartizan_tests::scrape::Scrape| records(scrape).len() == 2 && scrape.idle();
    let scrape = recorder.once(ended).await;
    assert_eq!(
        records(&scrape),
        ["test.Echo/Panic UNKNOWN panic", "test.Echo/Say OK"]
    );
    assert_eq!(scrape.ended(), 0);
    assert_eq!(
        scrape.count(bartizan_tests::recorder::RESPONSE_SIZE, &[]),
        1
    );
    drop(caller);
    server.stop().await;
}
