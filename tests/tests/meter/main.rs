//! Names, labels, caps and clocks: what reaches the recorder, and when.

mod caps;
mod each;
mod job;
mod model;
mod naming;
mod options;
mod page;
mod refresh;
mod timing;

use bartizan::http::{HttpMetricsBuilder, HttpMetricsLayer};
use bartizan::observe::ObserveLayer;
use bartizan_tests::{AnyBody, BoxError, client::text};
use http::{HeaderValue, Request, Response, header::CONTENT_TYPE};
use http_body_util::BodyExt;
use tower::{Service, ServiceExt};

/// A layer of these metrics.
fn layer(metrics: HttpMetricsBuilder) -> HttpMetricsLayer {
    ObserveLayer::new(metrics.build().expect("options that fit"))
}

/// Makes an exchange, to its end.
async fn exchange<S, A, B>(service: &S, request: Request<A>)
where
    S: Service<Request<A>, Response = Response<B>, Error: Into<BoxError>> + Clone,
    B: http_body::Body<Error: Into<BoxError>>,
{
    let response = service
        .clone()
        .oneshot(request)
        .await
        .map_err(Into::into)
        .expect("an answer");
    response
        .into_body()
        .collect()
        .await
        .map_err(Into::into)
        .expect("a body");
}

/// Answers with the path, as an event stream for `/events`.
async fn answer(request: Request<AnyBody>) -> Result<Response<AnyBody>, BoxError> {
    let path = request.uri().path().to_owned();
    let events = path == "/events";
    let mut response = Response::new(text(path));
    if events {
        let value = HeaderValue::from_static("text/event-stream; charset=utf-8");
        response.headers_mut().insert(CONTENT_TYPE, value);
    }
    Ok(response)
}
