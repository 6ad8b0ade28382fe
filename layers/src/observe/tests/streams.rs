//! Streams that never are, and bodies whose drop panics.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    pin::Pin,
    sync::{Arc, Mutex},
    task::{Context, Poll},
};

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode, header::CONTENT_TYPE};
use http_body::{Body, Frame};
use tower::service_fn;
use tower_layer::Layer;

use super::support::{Error, Script, Step, Witness, answer, drain, frame, service};
use crate::{
    label::End,
    observe::{Kind, ObserveLayer, Observer, Record, RequestHead, ResponseHead},
};

/// Writes down the kind at the head and at the end.
#[derive(Clone, Debug, Default)]
struct Kinds(Arc<Mutex<Vec<Kind>>>);

impl Observer for Kinds {
    type State = ();

    fn start(&self, record: Record<'_>, _: RequestHead<'_>) {
        assert_eq!(record.kind(), Kind::Plain);
    }

    fn head(&self, (): &mut (), record: Record<'_>, _: &mut ResponseHead<'_>) {
        self.0.lock().unwrap().push(record.kind());
    }

    fn end(&self, (): (), record: Record<'_>) {
        self.0.lock().unwrap().push(record.kind());
    }
}

fn kinds(method: Method, status: u16, content_type: &'static str) -> Vec<Kind> {
    let kinds = Kinds::default();
    let mut service = service(ObserveLayer::new(kinds.clone()), move || {
        let response = Response::builder().status(status);
        let response = response.header(CONTENT_TYPE, content_type);
        response.body(Script::of([])).expect("a response")
    });
    let request = Request::builder().method(method).body(());
    let request = request.expect("a request");
    drain(
        answer(&mut service, request)
            .expect("a response")
            .body_mut(),
    );
    let kinds = kinds.0.lock().unwrap();
    kinds.clone()
}

#[test]
fn a_stream_is_one_by_its_type_whatever_the_status() {
    for status in [200, 201, 206, 404, 500, 503] {
        for method in [Method::GET, Method::POST] {
            assert_eq!(
                kinds(method, status, "text/event-stream"),
                [Kind::Stream; 2],
                "{status}"
            );
        }
    }
    assert_eq!(kinds(Method::GET, 200, "text/plain"), [Kind::Plain; 2]);
}

#[test]
fn a_stream_that_has_no_body_by_http_is_none() {
    assert_eq!(
        kinds(Method::HEAD, 200, "text/event-stream"),
        [Kind::Plain; 2]
    );
    assert_eq!(
        kinds(Method::GET, 204, "text/event-stream"),
        [Kind::Plain; 2]
    );
    assert_eq!(
        kinds(Method::GET, 304, "text/event-stream"),
        [Kind::Plain; 2]
    );
    assert_eq!(
        kinds(Method::GET, 101, "text/event-stream"),
        [Kind::Upgrade; 2]
    );
    assert_eq!(
        kinds(Method::CONNECT, 200, "text/event-stream"),
        [Kind::Upgrade; 2]
    );
    assert_eq!(
        kinds(Method::CONNECT, 403, "text/event-stream"),
        [Kind::Stream; 2]
    );
}

#[test]
fn the_answer_to_a_head_completes_at_the_head() {
    let witness = Witness::default();
    let mut service = service(ObserveLayer::new(witness.clone()), || {
        let response = Response::builder().header(CONTENT_TYPE, "text/event-stream");
        let body = Script::of([Step::Data("never sent"), Step::Pending]);
        response.body(body).expect("a response")
    });
    let request = Request::head("/").body(()).expect("a request");
    let body = answer(&mut service, request)
        .expect("a response")
        .into_body();
    assert_eq!(
        (witness.only().end, witness.only().frames),
        (End::Completed, 0)
    );
    drop(body);
    assert_eq!(witness.ends().len(), 1);
}

/// A body whose drop panics.
#[derive(Debug)]
struct Trap(Script);

impl Drop for Trap {
    fn drop(&mut self) {
        panic!("the body's drop panics");
    }
}

impl Body for Trap {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        Pin::new(&mut self.0).poll_frame(cx)
    }
}

/// How an exchange ends whose body's drop panics after so many polls.
fn trapped(status: StatusCode, polls: usize) -> End {
    let witness = Witness::default();
    let mut service = ObserveLayer::new(witness.clone()).layer(service_fn(|_: Request<()>| {
        let response = Response::builder().header(CONTENT_TYPE, "text/event-stream");
        let body = Trap(Script::of([Step::Data("one")]));
        let response = response.status(status).body(body);
        std::future::ready(Ok::<_, Error>(response.expect("a response")))
    }));
    let mut body = answer(&mut service, Request::new(()))
        .expect("a response")
        .into_body();
    for _ in 0..polls {
        let _ = frame(&mut body);
    }
    let dropped = catch_unwind(AssertUnwindSafe(|| drop(body)));
    assert!(dropped.is_err(), "the panic passes through");
    witness.only().end
}

#[test]
fn a_body_whose_drop_panics_before_its_end_is_a_panic() {
    assert_eq!(trapped(StatusCode::OK, 0), End::Panic);
    assert_eq!(trapped(StatusCode::OK, 1), End::Panic);
}

#[test]
fn a_body_whose_drop_panics_after_its_end_had_completed() {
    assert_eq!(trapped(StatusCode::OK, 2), End::Completed);
    assert_eq!(trapped(StatusCode::NO_CONTENT, 0), End::Completed);
}
