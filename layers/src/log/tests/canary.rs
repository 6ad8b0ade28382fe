//! A secret that is everywhere in an exchange, and in no line.

use http::{
    Request,
    header::{AUTHORIZATION, COOKIE, SET_COOKIE, USER_AGENT},
};
use http_body_util::BodyExt;
use tower::Service;

use super::support::{Error, subscribe};
use crate::{log::LogLayer, observe::StreamHandles, route::RouteSources};

const CANARY: &str = "c4n4ry";

fn request() -> Request<String> {
    Request::builder()
        .method("POST")
        .uri("https://c4n4ry.example/users/c4n4ry/x?token=c4n4ry#c4n4ry")
        .header(COOKIE, "session=c4n4ry")
        .header(AUTHORIZATION, "Bearer c4n4ry")
        .header(USER_AGENT, "c4n4ry/1.0")
        .header("x-c4n4ry", "c4n4ry")
        .header("last-event-id", "c4n4ry")
        .header("traceparent", "c4n4ry")
        .body("the body of c4n4ry".to_owned())
        .expect("a request")
}

/// The lines of an answer, or an error, whose every part has the secret.
async fn lines(status: u16, content_type: &'static str, fails: bool) -> Vec<String> {
    let (_guard, lines) = subscribe();
    let service = tower::service_fn(async |_: Request<String>| {
        let body = http_body_util::StreamBody::new(futures_util::stream::iter([
            Ok(http_body::Frame::data(bytes::Bytes::from_static(
                b"id: c4n4ry\nevent: c4n4ry\ndata: c4n4ry\n\n",
            ))),
            Err::<_, Error>("c4n4ry is in the error".into()),
        ]));
        if fails {
            return Err::<_, Error>("c4n4ry is in the error".into());
        }
        let response = http::Response::builder()
            .status(status)
            .header(http::header::CONTENT_TYPE, content_type)
            .header(SET_COOKIE, "session=c4n4ry")
            .header("x-c4n4ry", "c4n4ry")
            .body(body);
        Ok(response?)
    });
    let routes = RouteSources::new().table(["/users/{id}"]).expect("a table");
    let layer = LogLayer::default()
        .routes(routes)
        .stream_handles(StreamHandles::new());
    let mut service = tower_layer::Layer::layer(&layer, service);
    if let Ok(response) = service.call(request()).await {
        let _ = response.into_body().collect().await;
    }
    lines.take()
}

#[tokio::test]
async fn nothing_of_an_exchange_is_in_a_line_unless_it_is_named() {
    for (status, content_type, fails, count) in [
        (200, "text/plain", false, 1),
        (404, "application/json", false, 1),
        (500, "text/html", false, 1),
        (200, "text/event-stream", false, 2),
        (200, "text/event-stream; c4n4ry", false, 2),
        (200, "text/plain", true, 1),
    ] {
        let lines = lines(status, content_type, fails).await;
        assert_eq!(lines.len(), count, "{lines:?}");
        for line in lines {
            assert!(!line.contains(CANARY), "{line}");
        }
    }
}
