//! A client that stops reading.

use bartizan::conn::Detail;
use bartizan_tests::wait::eventually;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::rig::{Rig, WRITE_BLOCKED, raw, raw_http2, read_until};

#[tokio::test]
async fn a_connection_that_takes_no_more_is_blocked_until_it_does() {
    let rig = Rig::new();
    let server = rig.hyper().await;
    let (mut client, _) = raw(server.address(), "/flood", "").await;
    read_until(&mut client, "aaaa", 1).await;
    let handle = rig.handle().await;
    let state = || format!("{handle:?}");
    // Nothing is read: the socket fills up, and stays full.
    eventually(
        || {
            handle
                .write_blocked_for()
                .filter(|time| time.as_millis() >= 100)
        },
        state,
    )
    .await;
    let filled = handle.bytes_written();
    let mut space = vec![0; 1 << 20];
    while handle.bytes_written() < filled + (1 << 20) {
        assert_ne!(client.read(&mut space).await.unwrap(), 0);
    }
    let scrape = rig
        .recorder
        .once(|scrape| scrape.count(WRITE_BLOCKED, &[]) > 0)
        .await;
    assert!(scrape.sum(WRITE_BLOCKED, &[]) >= 0.1);
    // It leaves with bytes unread, which resets.
    eventually(|| handle.write_blocked_for(), state).await;
    drop(client);
    assert_eq!(rig.seen(1).await[0].cause, Some(Detail::Reset));
    rig.closed(1, "client_closed").await;
    assert_eq!(handle.write_blocked_for(), None);
    server.stop().await;
}

#[tokio::test]
async fn a_stream_that_flow_control_holds_back_blocks_no_connection() {
    const WINDOW: u64 = 65_535;

    let rig = Rig::new();
    let server = rig.hyper().await;
    let mut client = raw_http2(server.address(), "/flood", 1).await;
    let handle = rig.handle().await;
    let state = || format!("{handle:?}");
    // The windows of the stream and of the connection are used up, and no one opens the stream's.
    let full = || (handle.bytes_written() > WINDOW).then_some(());
    eventually(full, state).await;
    assert_eq!(handle.write_blocked_for(), None);
    // Another stream goes on, once the connection's window is open.
    let other = b"\0\0\x06\x01\x05\0\0\0\x03\x82\x86\x01\x01a\x84";
    let window = b"\0\0\x04\x08\0\0\0\0\0\0\0\x01\0";
    client.write_all(other).await.unwrap();
    client.write_all(window).await.unwrap();
    read_until(&mut client, "hello", 1).await;
    assert_eq!(handle.write_blocked_for(), None);
    drop(client);
    assert_eq!(rig.seen(1).await[0].cause, Some(Detail::Fin));
    rig.closed(1, "client_closed").await;
    server.stop().await;
}
