//! What a handler says about its route, wherever it says it.

use std::{future::poll_fn, panic::AssertUnwindSafe, task::Poll};

use axum::{Router, extract::Request, response::IntoResponse, routing::get};
use bartizan::route::{Route, RouteLayer, RouteSlot, RouteSources, annotate};
use bartizan_tests::{
    AnyBody, BoxError,
    client::{get as get_of, text},
    recorder::Recorder,
};
use bytes::Bytes;
use futures_util::{FutureExt, future::join_all, stream};
use http::{Response, header::CONTENT_TYPE};
use http_body::Frame;
use http_body_util::StreamBody;
use tower::{Layer, Service, ServiceExt, service_fn};

use super::{exchange, records};

/// A router with one route, `/{*path}`, and a handler.
fn router<H, T>(recorder: &Recorder, handler: H) -> Router
where
    H: axum::handler::Handler<T, ()>,
    T: 'static,
{
    let sources = RouteSources::new().slot();
    Router::new()
        .route("/{*path}", get(handler))
        .layer(recorder.layer().routes(sources))
}

#[tokio::test]
async fn a_handler_goes_before_the_router() {
    let recorder = Recorder::new();
    let router = router(&recorder, async || {
        assert!(annotate("/reports/{id}"));
        "ok"
    });
    assert_eq!(
        records(&recorder, router, &["/a", "/b"]).await,
        ["2x GET /reports/{id} 200"]
    );
}

#[tokio::test]
async fn the_last_of_a_handlers_words_counts() {
    let recorder = Recorder::new();
    let router = router(&recorder, async || {
        annotate("/first");
        tokio::task::yield_now().await;
        annotate(String::from("/second"));
        annotate(std::borrow::Cow::Borrowed("/third"));
        "ok"
    });
    assert_eq!(
        records(&recorder, router, &["/a"]).await,
        ["GET /third 200"]
    );
}

#[tokio::test]
async fn a_route_in_the_response() {
    let recorder = Recorder::new();
    let router = router(&recorder, async || {
        let mut response = "ok".into_response();
        response
            .extensions_mut()
            .insert(Route::from("/reports/{id}"));
        response
    });
    assert_eq!(
        records(&recorder, router, &["/a"]).await,
        ["GET /reports/{id} 200"]
    );
}

#[tokio::test]
async fn a_slot_that_is_carried_to_another_task() {
    let recorder = Recorder::new();
    let router = router(&recorder, async |request: Request| {
        let slot = request
            .extensions()
            .get::<RouteSlot>()
            .cloned()
            .expect("a slot");
        let said = tokio::spawn(async move {
            assert!(!annotate("/nobody/listens/here"));
            slot.annotate("/from/another/task");
        });
        said.await.expect("it does not panic");
        "ok"
    });
    assert_eq!(
        records(&recorder, router, &["/a"]).await,
        ["GET /from/another/task 200"]
    );
}

#[tokio::test]
async fn a_slot_that_is_filled_while_the_body_is_under_way() {
    let recorder = Recorder::new();
    let router = router(&recorder, async |request: Request| {
        let slot = request
            .extensions()
            .get::<RouteSlot>()
            .cloned()
            .expect("a slot");
        let body = stream::once(async move {
            slot.annotate("/late");
            Ok::<_, BoxError>(Bytes::from_static(b"ok"))
        });
        axum::body::Body::from_stream(body)
    });
    assert_eq!(records(&recorder, router, &["/a"]).await, ["GET /late 200"]);
}

#[tokio::test]
async fn a_slot_names_an_event_stream_that_is_measured_at_its_head() {
    let recorder = Recorder::new();
    let router = router(&recorder, async |request: Request| {
        let slot = request.extensions().get::<RouteSlot>().expect("a slot");
        slot.annotate("/events/{id}");
        ([(CONTENT_TYPE, "text/event-stream")], "data: 1\n\n")
    });
    let response = router.oneshot(get_of("/a").map(axum::body::Body::new));
    let held = response.await.unwrap();
    assert_eq!(recorder.scrape().records(), ["GET /events/{id} 200"]);
    drop(held);
    assert_eq!(recorder.scrape().ended(), 1);
}

#[tokio::test]
async fn there_is_no_slot_unless_it_is_asked_for() {
    let recorder = Recorder::new();
    let handler = async |request: Request| {
        assert!(request.extensions().get::<RouteSlot>().is_none());
    };
    let router = Router::new()
        .route("/a", get(handler))
        .layer(recorder.layer());
    assert_eq!(records(&recorder, router, &["/a"]).await, ["GET /a 200"]);
}

#[tokio::test]
async fn a_body_is_heard_by_its_slot_alone() {
    let recorder = Recorder::new();
    let router = router(&recorder, async || {
        axum::body::Body::from_stream(stream::once(async {
            assert!(!annotate("/from/the/body"));
            Ok::<_, BoxError>(Bytes::from_static(b"ok"))
        }))
    });
    let wanted = ["GET /{*path} 200"];
    assert_eq!(records(&recorder, router, &["/a"]).await, wanted);
}

#[tokio::test]
async fn a_word_outlives_what_comes_after_it() {
    let say = || assert!(annotate("/said/before"));
    let recorder = Recorder::new();
    let service = recorder
        .layer()
        .layer(service_fn(async |request: http::Request<AnyBody>| {
            say();
            match request.uri().path() {
                "/panic" => panic!("after the word"),
                "/error" => Err(BoxError::from("after the word")),
                "/hang" => std::future::pending().await,
                _ => Ok(Response::new(text("ok"))),
            }
        }));
    let panicked = AssertUnwindSafe(exchange(&service, get_of("/panic")))
        .catch_unwind()
        .await;
    assert!(panicked.is_err());
    exchange(&service, get_of("/error")).await.unwrap_err();
    assert!(exchange(&service, get_of("/hang")).now_or_never().is_none());
    exchange(&service, get_of("/")).await.unwrap();
    let wanted = [
        "GET /said/before 200",
        "GET /said/before cancelled_before_response",
        "GET /said/before panic",
        "GET /said/before service_error",
    ];
    assert_eq!(recorder.scrape().records(), wanted);
}

#[tokio::test]
async fn a_word_in_call_itself() {
    let recorder = Recorder::new();
    let mut service = recorder
        .layer()
        .layer(service_fn(|request: http::Request<AnyBody>| {
            annotate("/in/call");
            assert_ne!(request.uri().path(), "/panic");
            std::future::ready(Ok::<_, BoxError>(Response::new(text("ok"))))
        }));
    exchange(&service, get_of("/")).await.unwrap();
    let panics = AssertUnwindSafe(|| service.call(get_of("/panic")));
    assert!(std::panic::catch_unwind(panics).is_err());
    let wanted = ["GET /in/call 200", "GET /in/call panic"];
    assert_eq!(recorder.scrape().records(), wanted);
}

#[tokio::test]
async fn a_word_said_before_a_panic_stays_with_its_exchange() {
    let recorder = Recorder::new();
    let service = recorder
        .layer()
        .layer(service_fn(async |request: http::Request<AnyBody>| {
            if request.uri().path() == "/panic" {
                annotate("/said/before");
                panic!("after the word");
            }
            Ok::<_, BoxError>(Response::new(text("ok")))
        }));
    // Someone outside caught the panic, and has not dropped the future yet.
    let mut held = Box::pin(service.clone().oneshot(get_of("/panic")));
    let caught = poll_fn(|cx| {
        let poll = AssertUnwindSafe(|| held.as_mut().poll(cx).is_ready());
        Poll::Ready(std::panic::catch_unwind(poll))
    });
    assert!(caught.await.is_err());
    exchange(&service, get_of("/")).await.unwrap();
    drop(held);
    let wanted = ["GET /said/before panic", "GET {unmatched} 200"];
    assert_eq!(recorder.scrape().records(), wanted);
}

#[tokio::test]
async fn exchanges_that_take_turns_on_a_thread_do_not_hear_each_other() {
    let recorder = Recorder::new();
    let router = router(&recorder, async |request: Request| {
        let path = request.uri().path().to_owned();
        for _ in 0..3 {
            tokio::task::yield_now().await;
            annotate(format!("{path}/{{id}}"));
            tokio::task::yield_now().await;
        }
        "ok"
    });
    let requests = (0..20).map(|number| exchange_at(&router, format!("/{}", number % 4)));
    join_all(requests).await;
    let wanted = [0, 1, 2, 3].map(|number| format!("5x GET /{number}/{{id}} 200"));
    assert_eq!(recorder.scrape().records(), wanted);
}

async fn exchange_at(router: &Router, path: String) {
    exchange(router, get_of(&path)).await.expect("an answer");
}

#[tokio::test]
async fn a_fixed_route_and_a_handler_inside_of_it() {
    let recorder = Recorder::new();
    let inner = service_fn(async |request: http::Request<AnyBody>| {
        if request.uri().path() == "/told" {
            annotate("/by/the/handler");
        }
        Ok::<_, BoxError>(Response::new(text("ok")))
    });
    let service = recorder
        .layer()
        .layer(RouteLayer::fixed("/by/the/layer").layer(inner));
    let wanted = ["GET /by/the/handler 200", "GET /by/the/layer 200"];
    assert_eq!(records(&recorder, service, &["/told", "/"]).await, wanted);
}

#[tokio::test]
async fn words_that_are_no_labels() {
    let recorder = Recorder::new();
    let service = recorder
        .layer()
        .layer(service_fn(async |request: http::Request<AnyBody>| {
            annotate(match request.uri().path() {
                "/empty" => String::new(),
                "/quotes" => "/a\"b\\c\nd".to_owned(),
                _ => "/long".repeat(1_000),
            });
            Ok::<_, BoxError>(Response::new(StreamBody::new(stream::empty::<
                Result<Frame<Bytes>, BoxError>,
            >())))
        }));
    let long = "/long".repeat(1_000);
    let wanted = [
        "GET /a_b_c_d 200".to_owned(),
        format!("2x GET {} 200", &long[..256]),
        "GET {unmatched} 200".to_owned(),
    ];
    let mut records = records(&recorder, service, &["/empty", "/quotes", "/x", "/x"]).await;
    records.sort_by_key(|line| line.len());
    let mut wanted = wanted.to_vec();
    wanted.sort_by_key(|line| line.len());
    assert_eq!(records, wanted);
}

#[test]
fn without_an_exchange_nobody_hears() {
    assert!(!annotate("/nobody"));
}
