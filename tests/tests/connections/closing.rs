//! Who closed: the client in its ways, or the server in its own.

use bartizan::conn::Detail;
use bartizan_tests::{
    Protocol,
    client::{Client, get},
    scrape::Scrape,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::rig::{
    IO_BYTES, Rig, Seen, WRITE_ERRORS, raw, raw_http2, read_until, reset_on_close, staying,
};

const RECEIVED: &[(&str, &str)] = &[("network_io_direction", "receive")];
const TRANSMITTED: &[(&str, &str)] = &[("network_io_direction", "transmit")];

#[tokio::test]
async fn a_client_that_closes_is_known_to_each_of_its_bodies() {
    let rig = Rig::new();
    let server = rig.hyper().await;
    let (mut asked, mut answered) = (0, 0);
    for _ in 0..20 {
        let (mut client, request) = raw(server.address(), "/stay", "").await;
        asked += request;
        answered += read_until(&mut client, "abc\r\n", 1).await;
    }
    let fin = Seen {
        cause: Some(Detail::Fin),
        closed: true,
    };
    assert_eq!(rig.seen(20).await, [fin; 20]);
    let scrape = rig.closed(20, "client_closed").await;
    assert_eq!(scrape.value(WRITE_ERRORS, &[]), Some(0.0));
    assert_eq!(scrape.value(IO_BYTES, RECEIVED), Some(asked as f64));
    assert_eq!(scrape.value(IO_BYTES, TRANSMITTED), Some(answered as f64));
    server.stop().await;
}

#[tokio::test]
async fn a_client_of_http_2_that_closes_is_known_to_each_of_its_bodies() {
    let rig = Rig::new();
    let server = rig.hyper().await;
    drop(staying(&server, Protocol::Http2, 10).await);
    let fin = Seen {
        cause: Some(Detail::Fin),
        closed: false,
    };
    for seen in rig.seen(10).await {
        // A stream's task may be the faster one: the evidence is there, and the IO perhaps still.
        let closed = seen.closed;
        assert_eq!(seen, Seen { closed, ..fin });
    }
    assert!(rig.handle().await.is_http2());
    let scrape = rig.closed(1, "client_closed").await;
    assert!(scrape.value(IO_BYTES, RECEIVED) > Some(0.0));
    server.stop().await;
}

#[tokio::test]
async fn a_client_that_resets_is_known_to_its_body() {
    for protocol in Protocol::BOTH {
        let rig = Rig::new();
        let server = rig.hyper().await;
        for _ in 0..10 {
            let client = staying(&server, protocol, 1).await;
            reset_on_close(&client);
        }
        for seen in rig.seen(10).await {
            assert_eq!(seen.cause, Some(Detail::Reset), "{protocol:?}");
        }
        let scrape = rig.closed(10, "client_closed").await;
        assert_eq!(scrape.value(WRITE_ERRORS, &[]), Some(0.0));
        server.stop().await;
    }
}

#[tokio::test]
async fn a_reset_in_a_flood_is_one_cause_whether_a_read_or_a_write_meets_it() {
    let rig = Rig::new();
    let server = rig.hyper().await;
    for _ in 0..20 {
        let (mut client, _) = raw(server.address(), "/flood", "").await;
        reset_on_close(&client);
        read_until(&mut client, "aaaa", 1).await;
    }
    for seen in rig.seen(20).await {
        assert_eq!(seen.cause, Some(Detail::Reset));
    }
    let scrape = rig.closed(20, "client_closed").await;
    // The race: each connection fails in writing once, or not at all.
    assert!(scrape.value(WRITE_ERRORS, &[]) <= Some(20.0));
    let errors = scrape.value(WRITE_ERRORS, &[("error_type", "connection_reset")]);
    assert_eq!(errors, scrape.value(WRITE_ERRORS, &[]));
    server.stop().await;
}

#[tokio::test]
async fn a_half_close_looks_as_a_whole_one() {
    let rig = Rig::new();
    let server = rig.hyper().await;
    let (mut client, _) = raw(server.address(), "/stay", "").await;
    read_until(&mut client, "abc\r\n", 1).await;
    client.shutdown().await.unwrap();
    // hyper cuts the stream, whose client would still read.
    assert_eq!(client.read(&mut [0; 64]).await.unwrap(), 0);
    let fin = Seen {
        cause: Some(Detail::Fin),
        closed: true,
    };
    assert_eq!(rig.seen(1).await, [fin]);
    rig.closed(1, "client_closed").await;
    server.stop().await;
}

#[tokio::test]
async fn an_idle_client_that_closes_is_the_one_who_closed() {
    for protocol in Protocol::BOTH {
        let rig = Rig::new();
        let server = rig.hyper().await;
        let mut client = Client::connect(server.address(), protocol).await;
        client.fetch(get("/")).await.unwrap();
        client.leave().await;
        rig.closed(1, "client_closed").await;
        server.stop().await;
    }
}

#[tokio::test]
async fn a_server_that_does_not_keep_the_connection_closes_it() {
    let rig = Rig::new();
    let server = rig.hyper().await;
    let (mut client, _) = raw(server.address(), "/", "connection: close\r\n").await;
    let mut answer = String::new();
    client.read_to_string(&mut answer).await.unwrap();
    assert!(answer.ends_with("hello"), "{answer}");
    let scrape = rig.closed(1, "server_closed").await;
    assert_eq!(
        scrape.value(IO_BYTES, TRANSMITTED),
        Some(answer.len() as f64)
    );
    assert_eq!(rig.handle().await.cause(), None);
    server.stop().await;
}

#[tokio::test]
async fn a_task_that_lets_go_of_its_connection_is_the_server() {
    for protocol in Protocol::BOTH {
        let rig = Rig::new();
        let server = rig.hyper().await;
        let kept = staying(&server, protocol, 1).await;
        rig.abort();
        let closed = Seen {
            cause: None,
            closed: true,
        };
        assert_eq!(rig.seen(1).await, [closed], "{protocol:?}");
        rig.closed(1, "server_closed").await;
        drop(kept);
        server.stop().await;
    }
}

#[tokio::test]
async fn what_a_drain_closes_is_told_apart() {
    let rig = Rig::new();
    let server = rig.hyper().await;
    let (mut client, _) = raw(server.address(), "/", "").await;
    read_until(&mut client, "hello", 1).await;
    let started = |scrape: Scrape| scrape.value("server_drain_start_time_seconds", &[]);
    assert_eq!(started(rig.recorder.scrape()), Some(0.0));
    server.stop().await;
    let scrape = rig.closed(1, "server_shutdown").await;
    assert!(started(scrape) > Some(1_700_000_000.0));
}

/// hyper asks a client of HTTP/2 to go away, and closes once it answered. One that closes as it is
/// asked to is one that closed.
#[tokio::test]
async fn a_drain_closes_http_2_unless_the_client_does() {
    const PING: &str = "\0\0\x08\x06\0\0\0\0\0";

    for (answers, reason) in [(true, "server_shutdown"), (false, "client_closed")] {
        let rig = Rig::new();
        let server = rig.hyper().await;
        let mut client = raw_http2(server.address(), "/", 1).await;
        read_until(&mut client, "hello", 1).await;
        rig.drain.fire();
        read_until(&mut client, PING, 1).await;
        if answers {
            let mut pong = PING.as_bytes().to_vec();
            pong[4] = 1; // ACK
            let mut payload = [0; 8];
            client.read_exact(&mut payload).await.unwrap();
            pong.extend(payload);
            client.write_all(&pong).await.unwrap();
            client.read_to_end(&mut Vec::new()).await.unwrap();
        }
        drop(client);
        rig.closed(1, reason).await;
        server.stop().await;
    }
}

#[tokio::test]
async fn a_client_that_leaves_a_draining_server_did_leave() {
    let rig = Rig::new();
    let server = rig.hyper().await;
    let client = staying(&server, Protocol::Http1, 1).await;
    reset_on_close(&client);
    rig.drain.fire();
    drop(client);
    assert_eq!(rig.seen(1).await[0].cause, Some(Detail::Reset));
    rig.closed(1, "client_closed").await;
    server.stop().await;
}
