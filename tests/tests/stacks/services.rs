//! Plain tower services on hyper.

use std::{
    cell::Cell,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use bartizan::{observe::ObserveLayer, route::RouteLayer};
use bartizan_tests::{
    AnyBody, BoxError, Protocol,
    client::{Client, get},
    recorder::{ACTIVE, Recorder},
    server::Server,
};
use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body::{Body, Frame, SizeHint};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use tower::{
    Layer, Service, ServiceBuilder, ServiceExt, service_fn,
    util::{BoxCloneSyncService, Either},
};
use tower_http::{catch_panic::CatchPanicLayer, timeout::TimeoutLayer};

use crate::app::{PLAIN, ROUTES, answer, table, walk};

/// The app as a service without a router.
fn app()
-> impl Service<Request<Incoming>, Response = Response<AnyBody>, Error = BoxError, Future: Send>
+ Clone
+ Send
+ Sync
+ 'static {
    service_fn(answer::<Incoming>)
}

const BRIEF: Duration = Duration::from_millis(40);

#[tokio::test]
async fn a_table_of_routes() {
    let recorder = Recorder::new();
    let server = Server::hyper(recorder.layer().routes(table("")).layer(app())).await;
    assert_eq!(walk(server, &recorder, "").await, PLAIN);
}

#[tokio::test]
async fn a_word_from_inside_for_each_service() {
    let recorder = Recorder::new();
    let dispatch = |request: Request<Incoming>| {
        let path = request.uri().path().to_owned();
        let route = ROUTES
            .into_iter()
            .find(|route| path.starts_with(route.trim_end_matches("{id}")));
        match route {
            Some(route) => Either::Left(RouteLayer::fixed(route).layer(app()).oneshot(request)),
            None => Either::Right(app().oneshot(request)),
        }
    };
    let dispatch = service_fn(move |request| {
        let answered = dispatch(request);
        async {
            match answered {
                Either::Left(answered) => answered.await,
                Either::Right(answered) => answered.await,
            }
        }
    });
    let server = Server::hyper(recorder.layer().layer(dispatch)).await;
    assert_eq!(walk(server, &recorder, "").await, PLAIN);
}

#[tokio::test]
async fn a_service_builder_with_a_timeout_outside_and_inside() {
    let recorder = Recorder::new();
    let outside = ServiceBuilder::new()
        .timeout(BRIEF)
        .layer(recorder.layer().routes(table("")))
        .service(app());
    assert_eq!(
        walk(Server::hyper(outside).await, &recorder, "").await,
        PLAIN
    );

    let recorder = Recorder::new();
    let inside = ServiceBuilder::new()
        .layer(recorder.layer().routes(table("")))
        .timeout(BRIEF)
        .service(app());
    let mut wanted = PLAIN;
    wanted[1] = "2x GET /hang/{id} timeout";
    assert_eq!(
        walk(Server::hyper(inside).await, &recorder, "").await,
        wanted
    );
}

#[tokio::test]
async fn layers_that_answer_in_place_of_the_service() {
    let recorder = Recorder::new();
    let service = ServiceBuilder::new()
        .layer(TimeoutLayer::with_status_code(
            StatusCode::GATEWAY_TIMEOUT,
            BRIEF,
        ))
        .layer(CatchPanicLayer::new())
        .layer(recorder.layer().routes(table("")))
        .service(app());
    assert_eq!(
        walk(Server::hyper(service).await, &recorder, "").await,
        PLAIN
    );
}

#[tokio::test]
async fn an_error_of_the_users_own_that_is_a_timeout() {
    #[derive(Debug)]
    struct TooSlow;
    impl std::fmt::Display for TooSlow {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("too slow")
        }
    }
    impl std::error::Error for TooSlow {}

    for (told, wanted) in [(true, "timeout"), (false, "service_error")] {
        let recorder = Recorder::new();
        let layer = recorder.layer();
        let layer = if told {
            layer.timeouts(|error| error.is::<TooSlow>())
        } else {
            layer
        };
        let fail = async |_: Request<()>| Err::<Response<AnyBody>, BoxError>(TooSlow.into());
        let answered = layer
            .layer(service_fn(fail))
            .oneshot(Request::new(()))
            .await;
        assert!(answered.is_err_and(|error| error.is::<TooSlow>()));
        assert_eq!(
            recorder.scrape().records(),
            [format!("GET {{unmatched}} {wanted}")]
        );
    }
}

#[tokio::test]
async fn a_box_that_is_cloned_and_shared() {
    let recorder = Recorder::new();
    let service = BoxCloneSyncService::new(recorder.layer().routes(table("")).layer(app()));
    fn assert_shared<T: Send + Sync + Clone + 'static>(service: T) -> T {
        service
    }
    let server = Server::hyper(assert_shared(service)).await;
    assert_eq!(walk(server, &recorder, "").await, PLAIN);
}

#[tokio::test]
async fn a_box_as_a_layer() {
    let recorder = Recorder::new();
    let layer = tower::util::BoxCloneSyncServiceLayer::new(recorder.layer().routes(table("")));
    let server = Server::hyper(layer.layer(app())).await;
    assert_eq!(walk(server, &recorder, "").await, PLAIN);
}

#[tokio::test]
async fn a_buffer_inside_carries_the_word_with_the_response() {
    let recorder = Recorder::new();
    let service = ServiceBuilder::new()
        .layer(recorder.layer())
        .buffer(8)
        .layer(RouteLayer::fixed("/buffered"))
        .service(app());
    let records = walk(Server::hyper(service).await, &recorder, "").await;
    assert_eq!(
        records,
        [
            "2x GET /buffered 200",
            "2x GET /buffered 200 dropped",
            "2x GET /buffered 404",
            "2x GET /buffered 503 503",
            // No response, and the buffer called from its own task: nobody heard.
            "2x GET {unmatched} cancelled_before_response",
            "2x GET {unmatched} panic",
        ]
    );
}

#[tokio::test]
async fn a_buffer_outside() {
    let recorder = Recorder::new();
    let service = ServiceBuilder::new()
        .buffer(8)
        .layer(recorder.layer().routes(table("")))
        .service(app());
    assert_eq!(
        walk(Server::hyper(service).await, &recorder, "").await,
        PLAIN
    );
}

#[tokio::test]
async fn a_request_that_waits_for_its_turn_is_not_under_way() {
    let recorder = Recorder::new();
    let service = ServiceBuilder::new()
        .layer(recorder.layer().routes(table("")))
        .concurrency_limit(1)
        .service(app());
    let server = Server::hyper(service).await;
    let mut first = Client::connect(server.address(), Protocol::Http1).await;
    let mut second = Client::connect(server.address(), Protocol::Http1).await;
    let mut held = Box::pin(first.send(get("/hang/1")));
    tokio::select! {
        _ = &mut held => panic!("it hangs"),
        () = recorder.under_way(1) => {}
    }
    tokio::select! {
        _ = &mut held => panic!("it hangs"),
        _ = second.fetch(get("/users/2")) => panic!("it waits"),
        () = tokio::time::sleep(BRIEF) => {}
    }
    assert_eq!(recorder.scrape().value(ACTIVE, &[]), Some(1.0));
    drop(held);
    first.leave().await;
    second.leave().await;
    let mut third = Client::connect(server.address(), Protocol::Http1).await;
    third.fetch(get("/users/3")).await.unwrap();
    // The second one left while it waited, and was never called.
    let wanted = [
        "GET /hang/{id} cancelled_before_response",
        "GET /users/{id} 200",
    ];
    assert_eq!(recorder.ended(2).await.records(), wanted);
    third.leave().await;
    server.stop().await;
}

#[tokio::test]
async fn load_that_is_shed_inside_is_a_service_error() {
    let recorder = Recorder::new();
    let service = ServiceBuilder::new()
        .layer(recorder.layer().routes(table("")))
        .load_shed()
        .concurrency_limit(1)
        .service(service_fn(answer::<()>));
    let request = |path: &str| Request::get(path).body(()).unwrap();
    let mut held = Box::pin(service.clone().oneshot(request("/hang/1")));
    tokio::select! {
        biased;
        _ = &mut held => panic!("it hangs"),
        () = std::future::ready(()) => {}
    }
    assert!(service.clone().oneshot(request("/users/2")).await.is_err());
    drop(held);
    let wanted = [
        "GET /hang/{id} cancelled_before_response",
        "GET /users/{id} service_error",
    ];
    assert_eq!(recorder.scrape().records(), wanted);
}

/// A body that can be sent and not shared.
struct Unshared {
    inner: AnyBody,
    frames: Cell<u32>,
}

impl Body for Unshared {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        self.frames.set(self.frames.get() + 1);
        Pin::new(&mut self.inner).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

#[tokio::test]
async fn a_body_that_cannot_be_shared() {
    let unshared = |response: Response<AnyBody>| {
        response.map(|inner| Unshared {
            inner,
            frames: Cell::new(0),
        })
    };
    let recorder = Recorder::new();
    let service = ServiceBuilder::new()
        .layer(recorder.layer().routes(table("")))
        .map_response(unshared)
        .service(app());
    assert_eq!(
        walk(Server::hyper(service).await, &recorder, "").await,
        PLAIN
    );

    let recorder = Recorder::new();
    let router = axum::Router::new()
        .fallback_service(
            ServiceBuilder::new().map_response(unshared).service(
                ServiceBuilder::new()
                    .map_err(crate::app::never)
                    .service(service_fn(answer)),
            ),
        )
        .layer(recorder.layer().routes(table("")));
    assert_eq!(walk(Server::axum(router).await, &recorder, "").await, PLAIN);
}

#[tokio::test]
async fn a_layer_without_observers_changes_nothing() {
    let service = ObserveLayer::<()>::default().layer(service_fn(answer::<()>));
    let response = service
        .oneshot(Request::get("/users/7").body(()).unwrap())
        .await
        .unwrap();
    assert_eq!(
        response
            .into_body()
            .collect()
            .await
            .unwrap()
            .to_bytes()
            .len(),
        56
    );
}
