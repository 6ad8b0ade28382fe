//! Messages, each way, in every kind of call.

use bytes::Bytes;
use futures_util::StreamExt;
use tokio::sync::mpsc;

use crate::rig::Calls;

#[tokio::test]
async fn unary() {
    let calls = Calls::start().await;
    let mut caller = calls.caller().await;
    for _ in 0..3 {
        caller
            .call("/test.Echo/Say", "hello")
            .await
            .expect("an echo");
    }
    assert_eq!(calls.ended(3).await, ["test.Echo/Say OK x3"]);
    let wanted = ["test.Echo/Say receive 3", "test.Echo/Say transmit 3"];
    assert_eq!(calls.messages(6).await, wanted);
    drop(caller);
    calls.server.stop().await;
}

#[tokio::test]
async fn the_server_streams() {
    let calls = Calls::start().await;
    let mut caller = calls.caller().await;
    for method in ["/test.Echo/Count", "/test.Echo/Break"] {
        let stream = caller.stream(method).await.expect("a stream");
        assert_eq!(stream.count().await, 3);
    }
    let wanted = [
        "test.Echo/Break receive 1",
        "test.Echo/Break transmit 2",
        "test.Echo/Count receive 1",
        "test.Echo/Count transmit 3",
    ];
    assert_eq!(calls.messages(7).await, wanted);
    drop(caller);
    calls.server.stop().await;
}

#[tokio::test]
async fn the_client_streams() {
    let calls = Calls::start().await;
    let mut streamer = calls.streamer().await;
    // Messages of up to 40 kB: some share a frame, some span several.
    assert_eq!(streamer.sum(400).await, "400");
    assert_eq!(calls.ended(1).await, ["test.Chat/Sum OK"]);
    let wanted = ["test.Chat/Sum receive 400", "test.Chat/Sum transmit 1"];
    assert_eq!(calls.messages(401).await, wanted);
    drop(streamer);
    calls.server.stop().await;
}

#[tokio::test]
async fn both_stream_and_are_counted_live() {
    let calls = Calls::start().await;
    let mut streamer = calls.streamer().await;
    let (send, mut receive) = mpsc::channel(1);
    let messages = futures_util::stream::poll_fn(move |cx| receive.poll_recv(cx));
    send.send(Bytes::from_static(b"hello"))
        .await
        .expect("a stream");
    let mut mirrored = streamer.stream("/test.Chat/Mirror", messages).await;
    for round in 1..=5 {
        assert_eq!(
            mirrored
                .next()
                .await
                .expect("a message")
                .expect("a message"),
            "hello"
        );
        let wanted = ["receive", "transmit"].map(|way| format!("test.Chat/Mirror {way} {round}"));
        assert_eq!(calls.messages(2 * round).await, wanted);
        send.send(Bytes::from_static(b"hello"))
            .await
            .expect("a stream");
    }
    drop(send);
    assert_eq!(mirrored.count().await, 1);
    assert_eq!(calls.ended(1).await, ["test.Chat/Mirror OK"]);
    drop(streamer);
    calls.server.stop().await;
}
