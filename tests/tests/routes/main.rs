//! Which route an exchange is recorded under: the word of the one who knows best, and never the
//! client's.

mod axum;
mod grpc;
mod guessed;
mod hyper;
mod words;

use bartizan_tests::{AnyBody, BoxError, recorder::Recorder};
use http::{Request, Response};
use http_body_util::BodyExt;
use tower::{Service, ServiceExt};

/// Makes an exchange, to its end.
async fn exchange<S, A, B>(service: &S, request: Request<A>) -> Result<(), BoxError>
where
    S: Service<Request<A>, Response = Response<B>, Error: Into<BoxError>> + Clone,
    B: http_body::Body<Error: Into<BoxError>>,
{
    let response = service.clone().oneshot(request).await.map_err(Into::into)?;
    response
        .into_body()
        .collect()
        .await
        .map(drop)
        .map_err(Into::into)
}

/// Makes exchanges, to their ends, and returns the records.
async fn records<S, B>(recorder: &Recorder, service: S, paths: &[&str]) -> Vec<String>
where
    S: Service<Request<AnyBody>, Response = Response<B>, Error: Into<BoxError>> + Clone,
    B: http_body::Body<Error: Into<BoxError>>,
{
    for path in paths {
        exchange(&service, bartizan_tests::client::get(path))
            .await
            .expect("an answer");
    }
    recorder.scrape().records()
}
