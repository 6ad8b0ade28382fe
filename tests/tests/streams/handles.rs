//! What handlers say about their streams, and what they have to say to be believed.

use bartizan::{
    label::Fault,
    observe::{ReasonError, StreamHandles},
};
use bartizan_tests::{
    Protocol,
    client::{Client, get},
    script::Step,
};

use crate::{
    everywhere, expect, open, reads, reads_to_the_end,
    rig::{Framework, Setup},
};

everywhere! {
    a_reason_for_a_clean_end,
    a_reason_for_a_failure,
    a_reason_that_the_client_overtakes,
    a_reason_that_a_drain_overtakes,
    end_markers,
    end_markers_of_those_who_leave,
    events_that_cannot_be_written,
}

fn handling(framework: Framework) -> Setup {
    let handles = StreamHandles::new()
        .reason("quota_exceeded", Fault::Client)
        .and_then(|handles| handles.reason("upstream_failed", Fault::Server))
        .expect("two reasons");
    Setup {
        handles: Some(handles),
        ..Setup::of(framework)
    }
}

/// The errors that are the server's fault.
fn errors(scrape: &bartizan_tests::scrape::Scrape) -> Vec<(String, u64)> {
    expect::by(scrape, expect::ERRORS, "reason")
        .into_iter()
        .collect()
}

fn closed(scrape: &bartizan_tests::scrape::Scrape) -> Vec<(String, u64)> {
    let count = format!("{}_count", expect::DURATION);
    expect::by(scrape, &count, "close_reason")
        .into_iter()
        .collect()
}

async fn a_reason_for_a_clean_end(framework: Framework, protocol: Protocol) {
    let mut rig = handling(framework).start().await;
    let open = open(&mut rig, protocol).await;
    let handle = open.exchange.stream();
    handle.set_id("seven");
    assert_eq!(
        handle.end_with("nonsense"),
        Err(ReasonError::Undeclared {
            given: "nonsense".to_owned()
        })
    );
    handle
        .end_with("upstream_failed")
        .expect("a declared reason");
    handle
        .end_with("quota_exceeded")
        .expect("a declared reason");
    let counts = handle.counts();
    assert_eq!((counts.frames, counts.bytes, counts.events), (1, 13, 1));
    open.exchange.ends();
    assert!(reads_to_the_end(open.body).await);
    let scrape = rig.closed(1).await;
    assert_eq!(closed(&scrape), [("quota_exceeded".to_owned(), 1)]);
    assert_eq!(errors(&scrape), []);
    // Those that may come are there at 0 before.
    let labels = [("reason", "upstream_failed")];
    assert_eq!(scrape.value(expect::ERRORS, &labels), Some(0.0));
    assert!(!rig.recorder.text().contains("seven"));
    open.client.leave().await;
    rig.stop().await;
}

async fn a_reason_for_a_failure(framework: Framework, protocol: Protocol) {
    let mut rig = handling(framework).start().await;
    let open = open(&mut rig, protocol).await;
    open.exchange
        .stream()
        .end_with("upstream_failed")
        .expect("a declared reason");
    open.exchange.does(Step::Fail);
    assert!(!reads_to_the_end(open.body).await);
    let scrape = rig.closed(1).await;
    assert_eq!(closed(&scrape), [("upstream_failed".to_owned(), 1)]);
    assert_eq!(errors(&scrape), [("upstream_failed".to_owned(), 1)]);
    open.client.leave().await;
    rig.stop().await;
}

async fn a_reason_that_the_client_overtakes(framework: Framework, protocol: Protocol) {
    let mut rig = handling(framework).start().await;
    let open = open(&mut rig, protocol).await;
    open.exchange
        .stream()
        .end_with("upstream_failed")
        .expect("a declared reason");
    open.line.close();
    open.exchange.let_go().await;
    rig.closes(&[("client_disconnect", 1)]).await;
    rig.stop().await;
}

async fn a_reason_that_a_drain_overtakes(framework: Framework, protocol: Protocol) {
    let setup = Setup {
        ends: Some(None),
        ..handling(framework)
    };
    let mut rig = setup.start().await;
    let open = open(&mut rig, protocol).await;
    open.exchange
        .stream()
        .end_with("upstream_failed")
        .expect("a declared reason");
    rig.drain.fire();
    assert!(reads_to_the_end(open.body).await);
    rig.closes(&[("server_shutdown", 1)]).await;
    open.client.leave().await;
    rig.stop().await;
}

async fn events_that_cannot_be_written(framework: Framework, protocol: Protocol) {
    let mut rig = handling(framework).start().await;
    let mut open = open(&mut rig, protocol).await;
    let handle = open.exchange.stream().clone();
    let labels = [("reason", "serialization_error")];
    assert_eq!(
        rig.recorder.scrape().value(expect::ERRORS, &labels),
        Some(0.0)
    );
    handle.serialization_error();
    handle.serialization_error();
    open.exchange.sends("data: 2\n\n");
    reads(&mut open.body, "data: 2\n\n").await;
    assert_eq!(
        rig.recorder.scrape().value(expect::ERRORS, &labels),
        Some(2.0)
    );
    handle.serialization_error();
    open.exchange.ends();
    assert!(reads_to_the_end(open.body).await);
    let scrape = rig.closes(&[("completed", 1)]).await;
    assert_eq!(scrape.value(expect::ERRORS, &labels), Some(3.0));
    handle.serialization_error();
    handle
        .end_with("quota_exceeded")
        .expect("a declared reason");
    open.client.leave().await;
    let recorder = rig.recorder.clone();
    rig.stop().await;
    assert_eq!(recorder.scrape().value(expect::ERRORS, &labels), Some(3.0));
}

fn marked(framework: Framework) -> Setup {
    Setup {
        sse: |sse| sse.end_type("message_stop").end_data("[DONE]"),
        ..handling(framework)
    }
}

async fn end_markers(framework: Framework, protocol: Protocol) {
    let mut rig = marked(framework).start().await;
    for last in [
        &["data: [DONE]\n\n"][..],
        &["data: [DO", "NE]\n\n"],
        &["event: message_stop\ndata: {}\n\n"],
        &["event: message", "_stop\ndata: {}\n", "\n"],
        &["data: [DONE]\n\n", "data: one more\n\n"],
    ] {
        let open = open(&mut rig, protocol).await;
        last.iter().for_each(|part| open.exchange.sends(*part));
        open.exchange.ends();
        assert!(reads_to_the_end(open.body).await);
        open.client.leave().await;
    }
    rig.closes(&[("completed", 5)]).await;
    for last in [
        &[][..],
        &["data: [DONE] \n\n"],
        &["data: [DONE]\n"],
        &["event: message_stop\n\n"],
        &[": [DONE]\n\n"],
    ] {
        let open = open(&mut rig, protocol).await;
        last.iter().for_each(|part| open.exchange.sends(*part));
        open.exchange.ends();
        assert!(reads_to_the_end(open.body).await);
        open.client.leave().await;
    }
    rig.closes(&[("completed", 5), ("incomplete", 5)]).await;
    // The handler's word goes before it.
    let open = open(&mut rig, protocol).await;
    open.exchange
        .stream()
        .end_with("quota_exceeded")
        .expect("a declared reason");
    open.exchange.ends();
    assert!(reads_to_the_end(open.body).await);
    let scrape = rig.closed(11).await;
    let wanted = [("completed", 5), ("incomplete", 5), ("quota_exceeded", 1)];
    assert_eq!(
        closed(&scrape),
        wanted.map(|(reason, n)| (reason.to_owned(), n))
    );
    assert_eq!(errors(&scrape), [("incomplete".to_owned(), 5)]);
    open.client.leave().await;
    rig.stop().await;
}

async fn end_markers_of_those_who_leave(framework: Framework, protocol: Protocol) {
    let mut rig = marked(framework).start().await;
    for marker in ["data: [DONE]\n\n", "data: on\n\n"] {
        let mut open = open(&mut rig, protocol).await;
        open.exchange.sends(marker);
        reads(&mut open.body, marker).await;
        open.line.close();
        open.exchange.let_go().await;
    }
    rig.closes(&[("client_disconnect", 2)]).await;
    let open = open(&mut rig, protocol).await;
    open.exchange.does(Step::Fail);
    assert!(!reads_to_the_end(open.body).await);
    rig.closes(&[("body_error", 1), ("client_disconnect", 2)])
        .await;
    open.client.leave().await;
    rig.stop().await;
}

/// Handles are asked for: without that there is none.
#[tokio::test]
async fn no_handle_unasked() {
    let mut rig = Setup::of(Framework::Axum).start().await;
    let mut client = Client::connect(rig.address(), Protocol::Http1).await;
    let response = client.send(get("/stream/a")).await.expect("a head");
    let exchange = rig.opened().await;
    let handle = exchange
        .head
        .extensions
        .get::<bartizan::observe::StreamHandle>();
    assert!(handle.is_none());
    exchange.ends();
    assert!(reads_to_the_end(response.into_body()).await);
    client.leave().await;
    rig.stop().await;
}
