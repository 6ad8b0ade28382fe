//! Clients that are gone without a word.

use std::time::Duration;

use hyper_util::rt::TokioTimer;
use socket2::SockRef;

use crate::{
    expect, h2,
    leaving::flooding,
    line::Raw,
    rig::{Framework, Rig, Setup},
};

async fn keep_alive(framework: Framework) -> Rig {
    let setup = Setup {
        http: |http| {
            http.http2()
                .timer(TokioTimer::new())
                .keep_alive_interval(Duration::from_millis(50))
                .keep_alive_timeout(Duration::from_millis(50));
        },
        ..Setup::of(framework)
    };
    setup.start().await
}

/// It accepts, and then nobody is at home.
#[tokio::test]
async fn a_peer_that_does_not_answer_pings() {
    let mut rig = keep_alive(Framework::Hyper).await;
    let mut raw = h2::connect(&rig).await;
    raw.bytes(&h2::headers(1)).await;
    let exchange = rig.opened().await;
    rig.closes(&[("server_closed", 1)]).await;
    assert_eq!(exchange.connection().cause(), None);
    let closed = rig
        .recorder
        .once(|scrape| scrape.count("server_connection_duration_seconds", &[]) == 1);
    let closed = expect::by(
        &closed.await,
        "server_connection_duration_seconds_count",
        "close_reason",
    );
    assert_eq!(closed, [("peer_timeout".to_owned(), 1)].into());
    drop(raw);
    rig.stop().await;
}

/// The client takes nothing, and the system gives up on it.
#[tokio::test]
async fn a_peer_that_the_system_gives_up_on() {
    for framework in [Framework::Hyper, Framework::Axum] {
        let setup = Setup {
            guard: true,
            socket: |io| {
                let socket = SockRef::from(io);
                let timeout = Some(Duration::from_millis(500));
                socket.set_tcp_user_timeout(timeout).expect("an option");
            },
            ..flooding(framework)
        };
        let rig = setup.start().await;
        let raw = Raw::get(rig.address()).await;
        let scrape = rig.closes(&[("client_disconnect", 1)]).await;
        let errors = expect::by(&scrape, expect::WRITE_ERRORS, "error_type");
        assert!(
            errors.keys().all(|error| error == "timed_out"),
            "{errors:?}"
        );
        let closed = expect::by(
            &scrape,
            "server_connection_duration_seconds_count",
            "close_reason",
        );
        assert_eq!(closed, [("peer_timeout".to_owned(), 1)].into());
        drop(raw);
        rig.stop().await;
    }
}
