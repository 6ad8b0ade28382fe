//! Clients that take nothing more, until the system gives up on them.

use std::time::Duration;

use bartizan::conn::Detail;
use bartizan_tests::{Protocol, wait::eventually};
use bytes::Bytes;
use socket2::SockRef;

use crate::{
    everywhere, expect, h2,
    line::{GET, Raw},
    rig::{Framework, Setup},
};

everywhere! {
    a_peer_that_the_system_gives_up_on,
}

/// The socket's window is closed. What HTTP/2 has of its own kind is open as wide as it goes.
async fn a_peer_that_the_system_gives_up_on(framework: Framework, protocol: Protocol) {
    let setup = Setup {
        socket: |io| {
            let socket = SockRef::from(io);
            let timeout = Some(Duration::from_millis(500));
            socket.set_tcp_user_timeout(timeout).expect("an option");
        },
        ..Setup::guarded(framework)
    };
    let mut rig = setup.start().await;
    let mut raw = Raw::with_little_room(rig.address()).await;
    match protocol {
        Protocol::Http1 => raw.write(GET).await,
        Protocol::Http2 => {
            let request = [h2::hello_without_windows(), h2::headers(1)].concat();
            raw.bytes(&request).await;
        }
    }
    let exchange = rig.opened().await;
    let event = Bytes::from(format!("data: {}\n\n", "x".repeat(64 * 1024)));
    for _ in 0..200 {
        exchange.sends(event.clone());
    }
    let connection = exchange.connection();
    eventually(|| connection.write_blocked_for(), || rig.recorder.text()).await;
    assert_eq!(expect::active(&rig.recorder.scrape()), 1.0);
    exchange.let_go().await;
    let scrape = rig.closes(&[("client_disconnect", 1)]).await;
    assert_eq!(connection.cause(), Some(Detail::OsTimeout));
    let errors = expect::by(&scrape, expect::WRITE_ERRORS, "error_type");
    assert!(
        errors.keys().all(|error| error == "timed_out"),
        "{errors:?}"
    );
    let closed = expect::connections(&rig.recorder, 1).await;
    assert_eq!(closed, [("peer_timeout".to_owned(), 1)].into());
    drop(raw);
    rig.stop().await;
}
