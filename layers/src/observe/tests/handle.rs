//! The handle of a stream, and the reasons that it may end with.

use std::{
    future::ready,
    sync::{Arc, Mutex},
    time::Duration,
};

use http::{Request, Response, header::CONTENT_TYPE};
use tower::service_fn;
use tower_layer::Layer;

use super::support::{Error, Script, Step, answer, drain};
use crate::{
    label::{End, Fault},
    observe::{
        ObserveLayer, Observer, ReasonError, Record, RequestHead, StreamHandle, StreamHandles,
    },
};

/// Writes down why each exchange was closed, whose fault that is, and the stream's id.
#[derive(Clone, Debug, Default)]
struct Reasons(Arc<Mutex<Vec<Closed>>>);

type Closed = (String, Option<Fault>, Option<String>);

impl Observer for Reasons {
    type State = ();

    fn start(&self, record: Record<'_>, _: RequestHead<'_>) {
        assert_eq!(record.close_reason(), None);
    }

    fn end(&self, (): (), record: Record<'_>) {
        let reason = record.close_reason().expect("it ended");
        assert_eq!(
            reason.end().is_some(),
            End::ALL.iter().any(|end| end.as_str() == reason.as_str())
        );
        let id = record.stream_handle().and_then(|handle| handle.id());
        self.0
            .lock()
            .unwrap()
            .push((reason.to_string(), reason.fault(), id.map(str::to_owned)));
    }
}

/// One exchange whose handler says something; how it was closed.
fn closed(
    handles: StreamHandles,
    says: impl Fn(&StreamHandle),
    content_type: &'static str,
    steps: impl Fn() -> Vec<Step>,
) -> Closed {
    let reasons = Reasons::default();
    let layer = ObserveLayer::new(reasons.clone()).stream_handles(handles);
    let mut service = layer.layer(service_fn(|request: Request<()>| {
        says(request.extensions().get().expect("a handle"));
        let response = Response::builder().header(CONTENT_TYPE, content_type);
        let response = response.body(Script::of(steps()));
        ready(Ok::<_, Error>(response.expect("a response")))
    }));
    let mut body = answer(&mut service, Request::new(()))
        .expect("a response")
        .into_body();
    drain(&mut body);
    drop(body);
    let all = reasons.0.lock().unwrap();
    assert_eq!(all.len(), 1);
    all[0].clone()
}

fn quota() -> StreamHandles {
    let handles = StreamHandles::new().reason("quota", Fault::Client);
    handles.expect("a name that fits")
}

#[test]
fn names_of_1_to_40_small_letters_digits_and_underscores_fit() {
    let long = "a".repeat(40);
    for name in ["a", "_", "0", "model_error_2", &long] {
        assert!(
            StreamHandles::new().reason(name, Fault::Server).is_ok(),
            "{name}"
        );
    }
    let longer = "a".repeat(41);
    for name in [
        "",
        &longer,
        "Quota",
        "quota exceeded",
        "quota-exceeded",
        "é",
        "a.b",
        "a\n",
    ] {
        let error = StreamHandles::new().reason(name, Fault::Server);
        let given = name.to_owned();
        assert_eq!(error.map(drop), Err(ReasonError::Unfit { given }));
    }
}

#[test]
fn the_crates_own_names_and_those_of_before_are_taken() {
    let own = End::ALL.iter().map(|end| end.as_str());
    for name in own.chain(["serialization_error"]) {
        let error = StreamHandles::new().reason(name, Fault::Server);
        let given = name.to_owned();
        assert_eq!(error.map(drop), Err(ReasonError::Taken { given }));
    }
    let error = quota().reason("quota", Fault::Server);
    let given = "quota".to_owned();
    assert_eq!(error.map(drop), Err(ReasonError::Taken { given }));
}

#[test]
fn eight_reasons_are_accepted_and_a_ninth_is_refused() {
    let eight = (0..8).try_fold(StreamHandles::new(), |handles, number| {
        handles.reason(format!("reason_{number}"), Fault::Server)
    });
    let eight = eight.expect("as many as are accepted");
    let error = eight.clone().reason("one_more", Fault::Server);
    let given = "one_more".to_owned();
    assert_eq!(error.clone().map(drop), Err(ReasonError::TooMany { given }));
    let text = error.expect_err("too many").to_string();
    assert_eq!(text, "close reason \"one_more\": at most 8 are accepted");
    let last = closed(
        eight,
        |handle| handle.end_with("reason_7").expect("it is declared"),
        "text/event-stream",
        Vec::new,
    );
    assert_eq!(last.0, "reason_7");
}

#[test]
fn a_reason_that_was_not_declared_is_refused_and_changes_nothing() {
    let said = closed(
        quota(),
        |handle| {
            handle.end_with("quota").expect("it is declared");
            for name in ["Quota", "other", "completed", ""] {
                let given = name.to_owned();
                assert_eq!(
                    handle.end_with(name),
                    Err(ReasonError::Undeclared { given })
                );
            }
        },
        "text/event-stream",
        Vec::new,
    );
    assert_eq!(said, ("quota".to_owned(), Some(Fault::Client), None));
}

#[test]
fn a_reason_replaces_completed_and_body_error_alone() {
    let says = |handle: &StreamHandle| handle.end_with("quota").expect("it is declared");
    let reason = |steps: fn() -> Vec<Step>| closed(quota(), says, "text/event-stream", steps).0;
    assert_eq!(reason(|| vec![Step::Data("x")]), "quota");
    assert_eq!(reason(|| vec![Step::Data("x"), Step::Trailers]), "quota");
    assert_eq!(reason(|| vec![Step::Error]), "quota");
    assert_eq!(reason(|| vec![Step::TimedOut]), "timeout");
    assert_eq!(reason(|| vec![Step::Pending]), "dropped");
}

#[test]
fn without_a_word_the_end_is_the_reason_and_its_fault() {
    let silent = |_: &StreamHandle| {};
    let plain = |steps: fn() -> Vec<Step>| closed(quota(), silent, "text/event-stream", steps);
    assert_eq!(plain(Vec::new), ("completed".to_owned(), None, None));
    assert_eq!(
        plain(|| vec![Step::Error]),
        ("body_error".to_owned(), Some(Fault::Server), None)
    );
}

#[test]
fn an_id_is_the_first_word() {
    let said = closed(
        StreamHandles::new(),
        |handle| {
            assert_eq!(handle.id(), None);
            handle.set_id("session-7");
            handle.clone().set_id("session-8");
            assert_eq!(handle.id(), Some("session-7"));
        },
        "text/event-stream",
        Vec::new,
    );
    assert_eq!(said.2.as_deref(), Some("session-7"));
}

#[tokio::test(start_paused = true)]
async fn the_first_token_is_marked_once_since_the_requests_arrival() {
    let kept = Mutex::new(None);
    let handles = StreamHandles::new();
    let keep = |handle: &StreamHandle| *kept.lock().unwrap() = Some(handle.clone());
    closed(handles.clone(), keep, "text/event-stream", Vec::new);
    let handle = kept.lock().unwrap().take().expect("it was kept");
    assert_eq!(handle.time_to_first_token(), None);
    tokio::time::advance(Duration::from_millis(1_250)).await;
    handle.first_token();
    tokio::time::advance(Duration::from_secs(1)).await;
    handle.first_token();
    let since = Some(Duration::from_millis(1_250));
    assert_eq!(handle.time_to_first_token(), since);
    // In the request's own instant, too.
    closed(handles, keep, "text/event-stream", Vec::new);
    let handle = kept.lock().unwrap().take().expect("it was kept");
    handle.first_token();
    assert_eq!(handle.time_to_first_token(), Some(Duration::ZERO));
}

#[test]
fn no_observer_of_streams_no_counts() {
    let said = closed(
        StreamHandles::new(),
        |handle| {
            handle.serialization_error();
            assert_eq!(handle.counts(), Default::default());
            let text = format!("{handle:?}");
            assert!(text.starts_with("StreamHandle { id: None, counts: StreamCounts {"));
        },
        "text/plain",
        || vec![Step::Data("x")],
    );
    assert_eq!(said.0, "completed");
}

#[test]
fn a_layer_that_is_not_asked_gives_no_handle() {
    let reasons = Reasons::default();
    let mut service =
        ObserveLayer::new(reasons.clone()).layer(service_fn(|request: Request<()>| {
            assert!(request.extensions().get::<StreamHandle>().is_none());
            ready(Ok::<_, Error>(Response::new(Script::of([]))))
        }));
    drain(
        answer(&mut service, Request::new(()))
            .expect("a response")
            .body_mut(),
    );
    assert_eq!(reasons.0.lock().unwrap().len(), 1);
}

#[test]
fn a_layer_inside_that_is_asked_for_a_handle_gives_one_that_is_heard() {
    // The outer layer sees to the exchange, and the inner one was asked.
    let reasons = Reasons::default();
    let inner = ObserveLayer::new(reasons.clone()).stream_handles(quota());
    let outer = ObserveLayer::new(reasons.clone()).stream_handles(quota());
    let mut service = outer.layer(inner.layer(service_fn(|request: Request<()>| {
        let handle = request
            .extensions()
            .get::<StreamHandle>()
            .expect("a handle");
        handle.end_with("quota").expect("it is declared");
        ready(Ok::<_, Error>(Response::new(Script::of([]))))
    })));
    drain(
        answer(&mut service, Request::new(()))
            .expect("a response")
            .body_mut(),
    );
    let all = reasons.0.lock().unwrap();
    assert_eq!(all.len(), 1);
    assert_eq!(all[0].0, "quota");
}

#[test]
fn of_two_layers_with_handles_both_hear_the_word() {
    use super::support::Witness;

    let (outside, inside) = (Reasons::default(), Reasons::default());
    let outer = ObserveLayer::new(outside.clone()).stream_handles(quota());
    // Another observer, so that the inner layer has an exchange of its own.
    let inner = ObserveLayer::new(inside.clone())
        .with(Witness::default())
        .independent()
        .stream_handles(quota());
    let mut service = outer.layer(inner.layer(service_fn(|request: Request<()>| {
        let handle = request
            .extensions()
            .get::<StreamHandle>()
            .expect("a handle");
        handle.end_with("quota").expect("it is declared");
        ready(Ok::<_, Error>(Response::new(Script::of([]))))
    })));
    drain(
        answer(&mut service, Request::new(()))
            .expect("a response")
            .body_mut(),
    );
    for reasons in [outside, inside] {
        assert_eq!(reasons.0.lock().unwrap()[0].0, "quota");
    }
}
