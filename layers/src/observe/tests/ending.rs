//! The ending matrix: one record each, with the end that is documented.

use std::{
    future::{pending, ready},
    panic::{AssertUnwindSafe, catch_unwind},
    pin::{Pin, pin},
};

use http::{Method, Request, Response, StatusCode, Version, header::CONTENT_LENGTH};
use http_body::Body;
use tower::{Service, service_fn};
use tower_layer::Layer;

use super::support::{Error, Script, Seen, Step, Witness, answer, drain, frame, poll, service};
use crate::{label::End, observe::ObserveLayer};

/// Sends one request and drains its body; what the only exchange looked like.
fn exchange(request: Request<()>, response: fn() -> Response<Script>) -> Seen {
    let witness = Witness::default();
    let mut service = service(ObserveLayer::new(witness.clone()), response);
    let mut body = answer(&mut service, request)
        .expect("a response")
        .into_body();
    drain(&mut body);
    drop(body);
    witness.only()
}

fn get() -> Request<()> {
    Request::new(())
}

fn script<const N: usize>(steps: [Step; N]) -> Response<Script> {
    Response::new(Script::of(steps))
}

fn completed(status: u16, frames: u64, sent: u64) -> Seen {
    let route = "{unmatched}".to_owned();
    Seen {
        end: End::Completed,
        status: Some(status),
        error: None,
        route,
        frames,
        sent,
    }
}

fn ended(end: End, frames: u64, sent: u64) -> Seen {
    Seen {
        end,
        error: Some(end.to_string()),
        ..completed(200, frames, sent)
    }
}

#[test]
fn an_empty_body_completes() {
    assert_eq!(exchange(get(), || script([])), completed(200, 0, 0));
}

#[test]
fn a_body_at_its_end_from_the_start_completes_at_the_head() {
    let witness = Witness::default();
    let mut service = service(ObserveLayer::new(witness.clone()), || {
        Response::new(Script {
            ends_early: true,
            ..Script::default()
        })
    });
    let body = answer(&mut service, get()).expect("a response").into_body();
    assert_eq!(witness.only(), completed(200, 0, 0));
    drop(body);
    assert_eq!(witness.ends().len(), 1);
}

#[test]
fn frames_to_none_complete() {
    let seen = exchange(get(), || script([Step::Data("one"), Step::Data("two")]));
    assert_eq!(seen, completed(200, 2, 6));
}

#[test]
fn a_frame_after_which_the_body_is_at_its_end_completes() {
    let response = || {
        Response::new(Script {
            ends_early: true,
            ..Script::of([Step::Data("all")])
        })
    };
    assert_eq!(exchange(get(), response), completed(200, 1, 3));
}

#[test]
fn trailers_complete() {
    let witness = Witness::default();
    let mut service = service(ObserveLayer::new(witness.clone()), || {
        script([Step::Data("one"), Step::Trailers, Step::Pending])
    });
    let mut body = answer(&mut service, get()).expect("a response").into_body();
    let _ = (frame(&mut body), frame(&mut body));
    assert_eq!(witness.only(), completed(200, 1, 3));
    assert_eq!(
        witness.hooks(),
        ["start", "head", "data", "trailers", "end"]
    );
}

#[test]
fn the_declared_length_completes_on_http_1_without_a_further_poll() {
    let witness = Witness::default();
    let mut service = service(ObserveLayer::new(witness.clone()), || {
        let steps = [Step::Data("one"), Step::Data("two"), Step::Pending];
        Response::new(Script {
            length: Some(6),
            ..Script::of(steps)
        })
    });
    let mut body = answer(&mut service, get()).expect("a response").into_body();
    let _ = frame(&mut body);
    assert_eq!(witness.ends(), []);
    let _ = frame(&mut body);
    assert_eq!(witness.only(), completed(200, 2, 6));
}

#[test]
fn trailers_after_the_declared_length_are_seen_on_http_2() {
    let witness = Witness::default();
    let mut service = service(ObserveLayer::new(witness.clone()), || {
        let steps = [Step::Data("all"), Step::Trailers];
        Response::new(Script {
            length: Some(3),
            ..Script::of(steps)
        })
    });
    let request = Request::builder()
        .version(Version::HTTP_2)
        .body(())
        .expect("a request");
    let mut body = answer(&mut service, request)
        .expect("a response")
        .into_body();
    let _ = frame(&mut body);
    assert_eq!(witness.ends(), []);
    let _ = frame(&mut body);
    assert_eq!(witness.only(), completed(200, 1, 3));
}

#[test]
fn a_drop_after_the_declared_length_completes_on_http_2() {
    let witness = Witness::default();
    let mut service = service(ObserveLayer::new(witness.clone()), || {
        Response::new(Script {
            length: Some(3),
            ..Script::of([Step::Data("all"), Step::Pending])
        })
    });
    let request = Request::builder()
        .version(Version::HTTP_2)
        .body(())
        .expect("a request");
    let mut body = answer(&mut service, request)
        .expect("a response")
        .into_body();
    let _ = (frame(&mut body), frame(&mut body));
    drop(body);
    assert_eq!(witness.only(), completed(200, 1, 3));
}

#[test]
fn a_declared_length_that_is_not_reached_is_a_mismatch() {
    let seen = exchange(get(), || {
        let mut response = script([Step::Data("one")]);
        response.headers_mut().insert(CONTENT_LENGTH, 100.into());
        response
    });
    assert_eq!(seen, ended(End::LengthMismatch, 1, 3));
    // Trailers do not make up for it.
    let seen = exchange(get(), || {
        let mut response = script([Step::Data("one"), Step::Trailers]);
        response.headers_mut().insert(CONTENT_LENGTH, 100.into());
        response
    });
    assert_eq!(seen, ended(End::LengthMismatch, 1, 3));
}

#[test]
fn a_response_without_a_body_by_http_completes_at_the_head() {
    let cases: [(Method, u16); 5] = [
        (Method::HEAD, 200),
        (Method::GET, 204),
        (Method::GET, 304),
        (Method::GET, 101),
        (Method::CONNECT, 200),
    ];
    for (method, status) in cases {
        let witness = Witness::default();
        let mut service = service(ObserveLayer::new(witness.clone()), move || {
            let mut response = script([Step::Data("never sent"), Step::Pending]);
            *response.status_mut() = StatusCode::from_u16(status).expect("a status");
            response.headers_mut().insert(CONTENT_LENGTH, 10.into());
            response
        });
        let request = Request::builder()
            .method(method.clone())
            .body(())
            .expect("a request");
        let mut body = answer(&mut service, request)
            .expect("a response")
            .into_body();
        assert_eq!(witness.only(), completed(status, 0, 0), "{method} {status}");
        // Some servers send it all the same.
        assert!(frame(&mut body).is_ready());
        drop(body);
        assert_eq!(witness.ends().len(), 1);
    }
}

#[test]
fn an_error_of_the_body_is_one() {
    let seen = exchange(get(), || script([Step::Data("one"), Step::Error]));
    assert_eq!(seen, ended(End::BodyError, 1, 3));
    let seen = exchange(get(), || script([Step::TimedOut]));
    assert_eq!(seen, ended(End::Timeout, 0, 0));
}

#[test]
fn a_body_that_is_let_go_of_is_dropped() {
    let seen = exchange(get(), || script([Step::Data("one"), Step::Pending]));
    assert_eq!(seen, ended(End::Dropped, 1, 3));
    // Never polled at all.
    let witness = Witness::default();
    let mut service = service(ObserveLayer::new(witness.clone()), || {
        script([Step::Data("x")])
    });
    drop(answer(&mut service, get()));
    assert_eq!(witness.only(), ended(End::Dropped, 0, 0));
}

#[test]
fn a_server_error_whose_client_leaves_stays_a_server_error() {
    let seen = exchange(get(), || {
        let mut response = script([Step::Pending]);
        *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
        response
    });
    let error = Some("500".to_owned());
    assert_eq!(
        seen,
        Seen {
            end: End::Dropped,
            error,
            ..completed(500, 0, 0)
        }
    );
}

#[test]
fn a_future_that_is_let_go_of_is_cancelled() {
    let witness = Witness::default();
    let mut service = ObserveLayer::new(witness.clone()).layer(service_fn(|_: Request<()>| {
        pending::<Result<Response<Script>, Error>>()
    }));
    {
        let mut future = pin!(service.call(get()));
        assert!(poll(future.as_mut()).is_pending());
    }
    let end = End::CancelledBeforeResponse;
    assert_eq!(
        witness.only(),
        Seen {
            status: None,
            ..ended(end, 0, 0)
        }
    );
    // Never polled at all.
    drop(service.call(get()));
    assert_eq!(witness.ends().len(), 2);
}

#[test]
fn an_error_of_the_service_is_one() {
    let fail = |error: fn() -> Error| {
        let witness = Witness::default();
        let mut service =
            ObserveLayer::new(witness.clone()).layer(service_fn(move |_: Request<()>| {
                ready(Err::<Response<Script>, _>(error()))
            }));
        assert!(answer(&mut service, get()).is_err());
        witness.only()
    };
    let no_head = |end| Seen {
        status: None,
        ..ended(end, 0, 0)
    };
    assert_eq!(fail(|| "no".into()), no_head(End::ServiceError));
    assert_eq!(
        fail(|| tower::timeout::error::Elapsed::new().into()),
        no_head(End::Timeout)
    );
}

#[test]
fn errors_that_the_user_calls_time_outs_are() {
    #[derive(Debug, thiserror::Error)]
    #[error("too late")]
    struct TooLate;

    let witness = Witness::default();
    let layer = ObserveLayer::new(witness.clone()).timeouts(|error| error.is::<TooLate>());
    let mut service = layer.layer(service_fn(|_: Request<()>| {
        ready(Err::<Response<Script>, Error>(TooLate.into()))
    }));
    assert!(answer(&mut service, get()).is_err());
    assert_eq!(witness.only().end, End::Timeout);
}

#[test]
fn a_panic_in_call_in_the_future_and_in_the_body_is_one() {
    type Reply = Pin<Box<dyn Future<Output = Result<Response<Script>, Error>>>>;
    let call: fn(Request<()>) -> Reply = |_| panic!("call panics");
    let future: fn(Request<()>) -> Reply = |_| Box::pin(async { panic!("the future panics") });
    let body: fn(Request<()>) -> Reply =
        |_| Box::pin(async { Ok(script([Step::Data("one"), Step::Panic])) });
    let no_head = Seen {
        status: None,
        ..ended(End::Panic, 0, 0)
    };
    for (reply, expected) in [
        (call, no_head.clone()),
        (future, no_head),
        (body, ended(End::Panic, 1, 3)),
    ] {
        let witness = Witness::default();
        let mut service = ObserveLayer::new(witness.clone()).layer(service_fn(reply));
        let panicked = catch_unwind(AssertUnwindSafe(|| {
            let mut body = answer(&mut service, get()).expect("a response").into_body();
            drain(&mut body);
        }));
        assert!(panicked.is_err());
        assert_eq!(witness.only(), expected);
    }
}

#[test]
fn a_panic_in_a_hint_of_the_body_is_one() {
    let witness = Witness::default();
    let mut service = service(ObserveLayer::new(witness.clone()), || {
        Response::new(Script {
            hint_panics: true,
            ..Script::of([Step::Data("one")])
        })
    });
    let panicked = catch_unwind(AssertUnwindSafe(|| answer(&mut service, get()).is_ok()));
    assert!(panicked.is_err());
    assert_eq!(witness.only(), ended(End::Panic, 0, 0));
}

#[test]
fn a_panic_in_the_users_word_on_time_outs_fails_no_request() {
    let witness = Witness::default();
    let layer = ObserveLayer::new(witness.clone()).timeouts(|_| panic!("the user's code panics"));
    let mut service = layer.layer(service_fn(|_: Request<()>| {
        ready(Err::<Response<Script>, Error>("no".into()))
    }));
    assert!(answer(&mut service, get()).is_err());
    assert_eq!(witness.only().end, End::ServiceError);
}

#[test]
fn polls_after_the_end_reach_the_body_and_record_nothing() {
    let witness = Witness::default();
    let mut service = service(ObserveLayer::new(witness.clone()), || {
        script([Step::Data("one")])
    });
    let mut body = answer(&mut service, get()).expect("a response").into_body();
    for _ in 0..5 {
        let _ = frame(&mut body);
    }
    drop(body);
    assert_eq!(witness.only(), completed(200, 1, 3));
}

#[test]
fn a_default_body_is_unobserved() {
    let body = crate::observe::ObservedBody::<Script, Witness>::default();
    assert_eq!(body.size_hint().lower(), 0);
    assert!(!body.is_end_stream());
}
