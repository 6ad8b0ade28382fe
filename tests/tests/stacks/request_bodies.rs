//! The sizes of request bodies: as declared, or as counted.

use std::sync::Arc;

use axum::{Router, body::Bytes, extract::Request, middleware::from_fn, routing::post};
use bartizan::route::RouteSources;
use bartizan_tests::{
    AnyBody, BoxError, Protocol,
    client::{Client, request, text},
    grpc::{Caller, Echo},
    recorder::{DURATION, REQUEST_SIZE, Recorder},
    script::{Script, Step},
    server::Server,
};
use http::Response;
use http_body_util::BodyExt;
use tokio::sync::Notify;
use tonic::{service::Routes, transport};
use tower::{Layer, service_fn};

use crate::app::{PLAIN, answer, router, table, walk};

const HELLO: &str = "hello, body";

/// Reads the body as far as the path says, and answers with the number of bytes.
async fn read<B>(request: http::Request<B>) -> Result<Response<AnyBody>, BoxError>
where
    B: http_body::Body<Data = Bytes, Error: Into<BoxError>> + Unpin,
{
    let frames: usize = request.uri().path().trim_matches('/').parse()?;
    let mut body = request.into_body();
    let mut bytes = 0;
    for _ in 0..frames {
        match body.frame().await {
            Some(frame) => {
                bytes += frame
                    .map_err(Into::into)?
                    .data_ref()
                    .map_or(0, |data| data.len());
            }
            None => break,
        }
    }
    Ok(Response::new(text(bytes.to_string())))
}

fn post_of(path: &str, body: AnyBody) -> http::Request<AnyBody> {
    let (parts, _) = request("POST", path).into_parts();
    http::Request::from_parts(parts, body)
}

fn chunks() -> AnyBody {
    Script::new([
        Step::data("one"),
        Step::Pend,
        Step::data("two"),
        Step::data("three"),
    ])
    .any()
}

/// What is recorded of a body that is sent so: how many sizes, and their sum.
async fn recorded(server: Server, recorder: &Recorder, path: &str, body: AnyBody) -> (u64, f64) {
    let mut client = Client::connect(server.address(), Protocol::Http2).await;
    client.fetch(post_of(path, body)).await.expect("an answer");
    let scrape = recorder.ended(1).await;
    client.leave().await;
    server.stop().await;
    (
        scrape.count(REQUEST_SIZE, &[]),
        scrape.sum(REQUEST_SIZE, &[]),
    )
}

#[tokio::test]
async fn hyper_by_declaration() {
    for (body, wanted) in [
        (text(HELLO), (1, 11.0)),
        (chunks(), (0, 0.0)),
        (text(""), (1, 0.0)),
    ] {
        let recorder = Recorder::new();
        let server = Server::hyper(recorder.layer().layer(service_fn(read))).await;
        assert_eq!(recorded(server, &recorder, "/9", body).await, wanted);
    }
}

#[tokio::test]
async fn hyper_counted() {
    for (body, wanted) in [
        (text(HELLO), (1, 11.0)),
        (chunks(), (1, 11.0)),
        (text(""), (1, 0.0)),
    ] {
        let recorder = Recorder::new();
        let layer = recorder.layer().count_request_bodies();
        let server = Server::hyper(layer.layer(service_fn(read))).await;
        assert_eq!(recorded(server, &recorder, "/9", body).await, wanted);
    }
}

#[tokio::test]
async fn hyper_counted_as_far_as_it_was_read() {
    let recorder = Recorder::new();
    let layer = recorder.layer().count_request_bodies();
    let server = Server::hyper(layer.layer(service_fn(read))).await;
    assert_eq!(
        recorded(server, &recorder, "/0", text(HELLO)).await,
        (1, 0.0)
    );
}

#[tokio::test]
async fn axum_counted_in_place() {
    let handler = async |body: Bytes| body.len().to_string();
    let pass =
        from_fn(async |request: Request, next: axum::middleware::Next| next.run(request).await);
    for body in [text(HELLO), chunks()] {
        let recorder = Recorder::new();
        let router = Router::new()
            .route("/upload", post(handler))
            .layer(pass.clone())
            .layer(recorder.layer().count_request_bodies_in_place());
        let server = Server::axum(router).await;
        assert_eq!(
            recorded(server, &recorder, "/upload", body).await,
            (1, 11.0)
        );
        assert_eq!(recorder.scrape().records(), ["POST /upload 200"]);
    }
}

#[tokio::test]
async fn axum_counted_around_a_handler_that_reads_nothing() {
    let recorder = Recorder::new();
    let router = Router::new()
        .route("/upload", post(async || "thanks"))
        .layer(recorder.layer().count_request_bodies_in_place());
    let server = Server::axum(router).await;
    assert_eq!(
        recorded(server, &recorder, "/upload", text(HELLO)).await,
        (1, 0.0)
    );
}

#[tokio::test]
async fn tonic_counted_in_place() {
    let recorder = Recorder::new();
    let layer = recorder
        .layer_with_calls()
        .routes(RouteSources::new().grpc())
        .count_request_bodies_in_place();
    let server = Server::tonic(transport::Server::builder().layer(layer).add_service(Echo)).await;
    let mut caller = Caller::connect(server.address()).await;
    caller.call("/test.Echo/Say", HELLO).await.unwrap();
    let scrape = recorder.ended(1).await;
    // A message has five bytes of its own in front.
    assert_eq!(
        scrape.sum(REQUEST_SIZE, &[("http_route", "/test.Echo/Say")]),
        16.0
    );
    assert_eq!(scrape.count(REQUEST_SIZE, &[]), 1);
    drop(caller);
    server.stop().await;
}

#[tokio::test]
async fn a_counted_body_is_passed_on_as_it_is() {
    let recorder = Recorder::new();
    let echo = async |request: http::Request<_>| {
        Ok::<_, BoxError>(Response::new(http::Request::into_body(request)))
    };
    let service = recorder
        .layer()
        .count_request_bodies()
        .layer(service_fn(echo));
    let server = Server::hyper(service).await;
    let mut client = Client::connect(server.address(), Protocol::Http2).await;
    let steps = [
        Step::data("one"),
        Step::data("two"),
        Step::trailer("x-done"),
    ];
    let answer = client
        .fetch(post_of("/", Script::new(steps).any()))
        .await
        .unwrap();
    assert_eq!(answer.body, "onetwo");
    assert_eq!(answer.trailers.unwrap()["x-done"], "yes");
    assert_eq!(recorder.ended(1).await.sum(REQUEST_SIZE, &[]), 6.0);
    client.leave().await;
    server.stop().await;
}

#[tokio::test]
async fn counting_changes_no_record() {
    let recorder = Recorder::new();
    let layer = recorder.layer().routes(table("")).count_request_bodies();
    let server = Server::hyper(layer.layer(service_fn(answer))).await;
    assert_eq!(walk(server, &recorder, "").await, PLAIN);

    let recorder = Recorder::new();
    let layer = recorder.layer().count_request_bodies_in_place();
    assert_eq!(
        walk(Server::axum(router().layer(layer)).await, &recorder, "").await,
        PLAIN
    );

    let recorder = Recorder::new();
    let layer = recorder
        .layer()
        .routes(table(""))
        .count_request_bodies_in_place();
    let builder = &mut transport::Server::builder().accept_http1(true).layer(layer);
    let server = Server::tonic(builder.add_routes(Routes::from(router()))).await;
    assert_eq!(walk(server, &recorder, "").await, PLAIN);
}

/// Reads the body to its end, and tells when six bytes have come.
async fn read_and_tell<B>(
    request: http::Request<B>,
    came: Arc<Notify>,
) -> Result<Response<AnyBody>, BoxError>
where
    B: http_body::Body<Data = Bytes, Error: Into<BoxError>> + Unpin,
{
    let (mut body, mut bytes) = (request.into_body(), 0);
    while let Some(frame) = body.frame().await {
        bytes += frame
            .map_err(Into::into)?
            .data_ref()
            .map_or(0, |data| data.len());
        if bytes == 6 {
            came.notify_one();
        }
    }
    Ok(Response::new(text("thanks")))
}

#[tokio::test]
async fn an_upload_that_breaks_off_is_counted_as_far_as_it_was_read() {
    for protocol in Protocol::BOTH {
        let (recorder, came) = (Recorder::new(), Arc::new(Notify::new()));
        let read = service_fn({
            let came = Arc::clone(&came);
            move |request: http::Request<_>| read_and_tell(request, Arc::clone(&came))
        });
        let server = Server::hyper(recorder.layer().count_request_bodies().layer(read)).await;
        let mut client = Client::connect(server.address(), protocol).await;
        let body = Script::new([Step::data("one"), Step::data("two"), Step::Hang]);
        tokio::select! {
            head = client.send(post_of("/", body.any())) => panic!("there is more to read: {head:?}"),
            () = came.notified() => {}
        }
        client.leave().await;
        let scrape = recorder.ended(1).await;
        assert_eq!(
            (
                scrape.count(REQUEST_SIZE, &[]),
                scrape.sum(REQUEST_SIZE, &[])
            ),
            (1, 6.0)
        );
        // The service gets to see the break, unless the server drops it before.
        let ends = scrape.values(DURATION, "error_type");
        assert!(
            ends == ["cancelled_before_response"] || ends == ["service_error"],
            "{ends:?}"
        );
        server.stop().await;
    }
}
