//! Connections of HTTP/2 that the server lets go of, on more threads than one.

use bartizan_tests::{
    Protocol,
    client::{Client, get},
};

use crate::rig::{Framework, Setup};

/// Ten streams; `resets` siblings were reset before the connection's task is aborted.
async fn aborted(resets: u64) {
    for _ in 0..20 {
        let mut rig = Setup::guarded(Framework::Hyper).start().await;
        let client = Client::connect(rig.address(), Protocol::Http2).await;
        let (mut held, mut exchanges) = (Vec::new(), Vec::new());
        for _ in 0..10 + resets {
            held.push(client.send_beside(get("/stream/a")).await.expect("a head"));
            exchanges.push(rig.opened().await);
        }
        held.truncate(10);
        rig.active(10).await;
        rig.closed(resets).await;
        rig.abort();
        rig.closes(&[("client_disconnect", resets), ("server_closed", 10)])
            .await;
        client.leave().await;
        rig.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_with_ten_streams_that_its_task_lets_go_of() {
    aborted(0).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_that_is_let_go_of_after_a_reset() {
    aborted(1).await;
}

/// A server that drains, and does not wait for streams that do not end by it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_that_is_let_go_of_in_a_drain() {
    for _ in 0..20 {
        let mut rig = Setup::guarded(Framework::Hyper).start().await;
        let client = Client::connect(rig.address(), Protocol::Http2).await;
        let (mut held, mut exchanges) = (Vec::new(), Vec::new());
        for _ in 0..10 {
            held.push(client.send_beside(get("/stream/a")).await.expect("a head"));
            exchanges.push(rig.opened().await);
        }
        rig.active(10).await;
        rig.drain.fire();
        rig.abort();
        rig.closes(&[("server_shutdown", 10)]).await;
        client.leave().await;
        rig.stop().await;
    }
}
