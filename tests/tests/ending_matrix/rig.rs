//! Runs a case against a server, and looks at what was recorded.

use std::{
    convert::Infallible,
    future::{pending, ready},
    pin::Pin,
    task::{Context, Poll},
};

use axum::Router;
use bartizan_tests::{
    AnyBody, BoxError, Protocol,
    client::{Client, request},
    recorder::{ACTIVE, DURATION, RESPONSE_SIZE, Recorder},
    scrape::{Scrape, labels},
    server::Server,
};
use http::{HeaderValue, Request, Response, header::ACCEPT_ENCODING};
use http_body_util::BodyExt;
use tower::{Layer, util::MapErrLayer};
use tower_service::Service;

use super::{
    cases::{Case, Leaves, Reply, Size},
    spans,
};

/// The service of a case.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ending(pub(crate) fn() -> Reply);

/// Starts a server with a layer that records to a recorder, around a service.
pub(crate) type Start = fn(Recorder, Ending) -> Pin<Box<dyn Future<Output = Server>>>;

/// Runs one exchange, and checks that there is one record of it, and which.
pub(crate) async fn check(start: Start, protocol: Protocol, case: &Case) {
    let recorder = Recorder::new();
    let server = start(recorder.clone(), Ending(case.reply)).await;
    let client = Client::connect(server.address(), protocol).await;
    exchange(client, &recorder, case).await;
    recorder.ended(1).await;
    server.stop().await;
    // Nobody is left who could record anything.
    case.assert(&recorder.scrape());
    spans::assert(protocol, case);
}

async fn exchange(mut client: Client, recorder: &Recorder, case: &Case) {
    let mut request = request(case.method, "/end/case");
    request
        .headers_mut()
        .insert(ACCEPT_ENCODING, HeaderValue::from_static("gzip"));
    let stays = matches!(
        case.client,
        Leaves::TheStreamBeforeTheHead | Leaves::TheStreamInTheBody(_)
    );
    match case.client {
        Leaves::BeforeTheHead | Leaves::TheStreamBeforeTheHead => tokio::select! {
            head = client.send(request) => panic!("nobody answers: {head:?}"),
            () = recorder.under_way(1) => {}
        },
        Leaves::InTheBody(bytes) | Leaves::TheStreamInTheBody(bytes) => {
            let mut body = client.send(request).await.expect("a head").into_body();
            let mut read = 0;
            while read < bytes {
                let frame = body.frame().await.expect("more to come").expect("no error");
                read += frame.into_data().expect("data").len();
            }
        }
        // What the client makes of it is not the question here.
        Leaves::AtTheEnd => drop(client.fetch(request).await),
    }
    if stays {
        recorder.ended(1).await;
    }
    client.leave().await;
}

// === impl Case ===

impl Case {
    fn assert(&self, scrape: &Scrape) {
        let Self {
            method,
            status,
            error,
            size,
            ..
        } = *self;
        let mut wanted = vec![
            ("http_request_method", method),
            ("http_route", "/end/{case}"),
        ];
        wanted.push(("url_scheme", "http"));
        wanted.extend(status.map(|status| ("http_response_status_code", status)));
        wanted.extend(error.map(|error| ("error_type", error)));
        assert_eq!(scrape.label_sets(DURATION), [labels(&wanted)].into());
        assert_eq!(scrape.ended(), 1);

        let active = labels(&[("http_request_method", method), ("url_scheme", "http")]);
        assert_eq!(scrape.label_sets(ACTIVE), [active].into());
        assert_eq!(scrape.value(ACTIVE, &[]), Some(0.0));

        let sizes = scrape.count(RESPONSE_SIZE, &wanted[..2]);
        assert_eq!(sizes, scrape.count(RESPONSE_SIZE, &[]));
        let recorded = (sizes == 1).then(|| scrape.sum(RESPONSE_SIZE, &[]) as u64);
        match size {
            Size::None => assert_eq!((sizes, recorded), (0, None)),
            Size::Exactly(bytes) => assert_eq!((sizes, recorded), (1, Some(bytes))),
            Size::AtLeast(bytes) => {
                assert!(
                    recorded.is_some_and(|recorded| recorded >= bytes),
                    "{recorded:?}"
                );
            }
        }
    }
}

// === impl Ending ===

impl Ending {
    /// Behind a router, which wants services without errors.
    pub(crate) fn router(self) -> Router {
        let never =
            |error: BoxError| -> Infallible { unreachable!("no case for routers: {error}") };
        Router::new().route_service("/end/{case}", MapErrLayer::new(never).layer(self))
    }
}

impl<B> Service<Request<B>> for Ending {
    type Response = Response<AnyBody>;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, BoxError>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Request<B>) -> Self::Future {
        match self.0() {
            Reply::Answer(response) => Box::pin(ready(Ok(response))),
            Reply::Error => Box::pin(ready(Err("no answer".into()))),
            Reply::Pending => Box::pin(pending()),
            Reply::PanicInCall => panic!("in `call`"),
            Reply::PanicInFuture => Box::pin(async { panic!("in the future") }),
        }
    }
}
