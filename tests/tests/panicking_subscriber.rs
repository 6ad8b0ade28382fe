//! A subscriber that panics in all that it is asked: requests go on. It breaks `tracing` for the whole
//! process, so this is one test.

use std::convert::Infallible;

use bartizan::log::LogLayer;
use http::{Request, Response};
use http_body_util::BodyExt;
use tower::{Layer, Service, ServiceExt, service_fn};
use tracing::{Event, Metadata, Subscriber, span};

struct Panics;

impl Subscriber for Panics {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        panic!("the subscriber panics");
    }

    fn event(&self, _: &Event<'_>) {
        panic!("the subscriber panics");
    }

    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}
    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}
    fn enter(&self, _: &span::Id) {}
    fn exit(&self, _: &span::Id) {}
}

async fn answer(request: Request<String>) -> Result<Response<String>, Infallible> {
    let mut response = Response::new(String::from("Hello"));
    if request.uri().path() == "/stream" {
        let value = http::HeaderValue::from_static("text/event-stream");
        response.headers_mut().insert("content-type", value);
    }
    Ok(response)
}

#[tokio::test]
async fn requests_go_on() {
    tracing::subscriber::set_global_default(Panics).expect("the first one");
    let mut service = LogLayer::default().layer(service_fn(answer));
    for path in ["/", "/stream", "/", "/stream"] {
        let request = Request::builder().uri(path).body(String::new());
        let request = request.expect("a request");
        let service = service.ready().await.expect("it is ready");
        let response = service.call(request).await.expect("an answer");
        let body = response.into_body().collect().await.expect("a body");
        assert_eq!(body.to_bytes(), "Hello");
        // Dropped before it is polled, and while a panic unwinds.
        let request = || Request::builder().uri(path).body(String::new());
        drop(service.call(request().expect("a request")));
        let future = service.call(request().expect("a request"));
        let unwound = std::panic::catch_unwind(std::panic::AssertUnwindSafe(move || {
            let _future = future;
            panic!("around it");
        }));
        assert!(unwound.is_err());
    }
}
