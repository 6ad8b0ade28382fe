//! Layers between the stream metrics and the guard that fail a body, cut it off or let go of it.

use std::time::Duration;

use bartizan_tests::{
    Protocol,
    client::{Client, get},
    script::Step,
};

use crate::{
    everywhere, expect,
    obeying::obeying,
    open, reads_to_the_end,
    rig::{Between, Framework, Setup},
};

everywhere! {
    a_guard_changes_nothing_of_a_good_end,
    a_layer_that_cuts_the_body_off,
    a_layer_that_fails_the_body,
    a_layer_that_lets_the_body_go_in_a_panic,
    a_time_out_of_the_body;
    http1: an_unguarded_layer_is_found_out;
    http2: a_layer_and_resets_on_one_connection;
}

async fn a_layer_that_fails_the_body(framework: Framework, protocol: Protocol) {
    let mut rig = obeying(Setup::guarded(framework)).start().await;
    for round in 1..=crate::rounds() {
        let open = open(&mut rig, protocol).await;
        open.exchange.sends("data: fail\n\n");
        assert!(!reads_to_the_end(open.body).await);
        rig.closes(&[("layer_error", round)]).await;
        open.client.leave().await;
    }
    rig.stop().await;
}

async fn a_layer_that_cuts_the_body_off(framework: Framework, protocol: Protocol) {
    let mut rig = obeying(Setup::guarded(framework)).start().await;
    for round in 1..=crate::rounds() {
        let open = open(&mut rig, protocol).await;
        open.exchange.sends("data: end\n\n");
        assert!(reads_to_the_end(open.body).await);
        rig.closes(&[("layer_error", round)]).await;
        open.client.leave().await;
    }
    rig.stop().await;
}

async fn a_layer_that_lets_the_body_go_in_a_panic(framework: Framework, protocol: Protocol) {
    for guard in [false, true] {
        let setup = Setup {
            guard,
            ..Setup::of(framework)
        };
        let mut rig = obeying(setup).start().await;
        let open = open(&mut rig, protocol).await;
        open.exchange.sends("data: panic\n\n");
        assert!(!reads_to_the_end(open.body).await);
        rig.closes(&[("panic", 1)]).await;
        open.client.leave().await;
        rig.stop().await;
    }
}

async fn a_time_out_of_the_body(framework: Framework, protocol: Protocol) {
    let setup = Setup {
        between: Between::Timeout(Duration::from_millis(50)),
        ..Setup::guarded(framework)
    };
    let rig = setup.streaming(|| {
        bartizan_tests::script::Script::new([Step::data("data: 1\n\n"), Step::Hang]).any()
    });
    let rig = rig.start().await;
    let mut client = Client::connect(rig.address(), protocol).await;
    assert!(client.fetch(get("/stream/a")).await.is_err());
    rig.closes(&[("layer_error", 1)]).await;
    client.leave().await;
    rig.stop().await;
}

async fn a_guard_changes_nothing_of_a_good_end(framework: Framework, protocol: Protocol) {
    let mut rig = obeying(Setup::guarded(framework)).start().await;
    let open = open(&mut rig, protocol).await;
    open.exchange.ends();
    assert!(reads_to_the_end(open.body).await);
    let scrape = rig.closes(&[("completed", 1)]).await;
    assert_eq!(expect::passed(&scrape).events, 1);
    open.client.leave().await;
    rig.stop().await;
}

/// The connection lives, and it is a connection of one exchange.
async fn an_unguarded_layer_is_found_out(framework: Framework, protocol: Protocol) {
    for word in ["data: fail\n\n", "data: end\n\n"] {
        let mut rig = obeying(Setup::of(framework)).start().await;
        for round in 1..=crate::rounds() {
            let open = open(&mut rig, protocol).await;
            open.exchange.sends(word);
            reads_to_the_end(open.body).await;
            rig.closes(&[("layer_error", round)]).await;
            open.client.leave().await;
        }
        rig.stop().await;
    }
}

/// Forty that are reset, forty that a layer fails, forty that it ends, as they come.
async fn a_layer_and_resets_on_one_connection(framework: Framework, protocol: Protocol) {
    assert_eq!(protocol, Protocol::Http2);
    let mut rig = obeying(Setup::guarded(framework)).start().await;
    let client = Client::connect(rig.address(), protocol).await;
    let mut streams = Vec::new();
    for _ in 0..120 {
        let response = client.send_beside(get("/stream/a")).await.expect("a head");
        streams.push((response, rig.opened().await));
    }
    rig.active(120).await;
    let mut ending = Vec::new();
    for (number, (response, exchange)) in streams.into_iter().enumerate() {
        match number % 3 {
            0 => drop(response),
            1 => {
                exchange.sends("data: fail\n\n");
                ending.push(response);
            }
            _ => {
                exchange.sends("data: end\n\n");
                ending.push(response);
            }
        }
    }
    for response in ending {
        reads_to_the_end(response.into_body()).await;
    }
    rig.closes(&[("client_disconnect", 40), ("layer_error", 80)])
        .await;
    client.leave().await;
    rig.stop().await;
}

/// Without a guard nothing tells a layer from a reset on HTTP/2: then it is not said to be one.
#[tokio::test]
async fn an_unguarded_layer_over_http2_is_not_known() {
    for framework in [Framework::Hyper, Framework::Axum] {
        let mut rig = obeying(Setup::of(framework)).start().await;
        let open = open(&mut rig, Protocol::Http2).await;
        open.exchange.sends("data: fail\n\n");
        reads_to_the_end(open.body).await;
        rig.closes(&[("unknown", 1)]).await;
        open.client.leave().await;
        rig.stop().await;
    }
}

#[tokio::test]
async fn a_panic_leaves_the_sibling_alone() {
    for framework in [Framework::Hyper, Framework::Axum] {
        let mut rig = Setup::guarded(framework).start().await;
        let client = Client::connect(rig.address(), Protocol::Http2).await;
        let first = client.send_beside(get("/stream/a")).await.expect("a head");
        let one = rig.opened().await;
        let second = client.send_beside(get("/stream/b")).await.expect("a head");
        let two = rig.opened().await;
        one.does(Step::Panic);
        assert!(!reads_to_the_end(first.into_body()).await);
        rig.active(1).await;
        two.sends("data: alive\n\n");
        let mut body = second.into_body();
        crate::reads(&mut body, "data: alive\n\n").await;
        two.ends();
        assert!(reads_to_the_end(body).await);
        rig.closes(&[("completed", 1), ("panic", 1)]).await;
        client.leave().await;
        rig.stop().await;
    }
}
