//! Layers outside that fail a body, cut it off, or poll it past its end.

use std::time::Duration;

use bartizan_tests::{
    AnyBody, BoxError,
    script::{Script, Step},
};
use bytes::Bytes;
use http::{Response, header::CONTENT_ENCODING};
use http_body::Body;
use http_body_util::{BodyExt, Limited};
use tower::{layer::util::Stack, util::MapResponseLayer};
use tower_http::{compression::CompressionLayer, timeout::ResponseBodyTimeoutLayer};

use crate::cases::{self, Case, Leaves, Reply, Size};

/// The matrix with a layer outside of the observing one.
macro_rules! outside {
    ($name:ident: $outer:expr, $case:expr) => {
        mod $name {
            use std::pin::Pin;

            use bartizan::route::RouteSources;
            use bartizan_tests::{Protocol, recorder::Recorder, server::Server};
            use tonic::{service::Routes, transport};
            use tower::ServiceBuilder;

            use crate::rig::{Ending, check};

            type Starting = Pin<Box<dyn Future<Output = Server>>>;

            fn table() -> RouteSources {
                RouteSources::new().table(["/end/{case}"]).expect("a table")
            }

            fn hyper(recorder: Recorder, service: Ending) -> Starting {
                let stack = ServiceBuilder::new().layer($outer);
                let stack = stack.layer(recorder.layer().routes(table()));
                Box::pin(Server::hyper(stack.service(service)))
            }

            fn axum(recorder: Recorder, service: Ending) -> Starting {
                let router = service.router().layer(recorder.layer()).layer($outer);
                Box::pin(Server::axum(router))
            }

            fn tonic(recorder: Recorder, service: Ending) -> Starting {
                let mut builder = transport::Server::builder()
                    .accept_http1(true)
                    .layer($outer)
                    .layer(recorder.layer().routes(table()));
                let router = builder.add_routes(Routes::from(service.router()));
                Box::pin(Server::tonic(router))
            }

            outside! { @tests hyper_http1 = hyper Http1, hyper_http2 = hyper Http2,
                axum_http1 = axum Http1, axum_http2 = axum Http2,
                tonic_http1 = tonic Http1, tonic_http2 = tonic Http2 => $case }
        }
    };
    (@tests $($name:ident = $start:ident $protocol:ident),* => $case:expr) => { $(
        #[tokio::test]
        async fn $name() {
            check($start, Protocol::$protocol, &$case).await;
        }
    )* };
}

outside! { time_out_of_the_body: super::body_timeout(), super::TIMED_OUT }
outside! { limit_of_the_body: super::limit(), super::CUT_OFF }
outside! { gzip_polls_past_the_end: super::gzip(), crate::cases::CHUNKED_WITHOUT_WORD_OF_THE_END }
outside! { gzip_of_an_exact_length: super::gzip(), super::LONG }
outside! { gzip_of_a_failing_body: super::gzip(), crate::cases::BODY_ERROR }
outside! { gzip_of_a_stream_that_is_left: super::gzip(), super::LEFT_BEFORE_A_BYTE }

const TIMED_OUT: Case = Case {
    client: Leaves::AtTheEnd,
    ..cases::LEFT_A_SILENT_BODY
};

/// The frame that breaks the limit was handed over: to the layer.
const CUT_OFF: Case = Case {
    reply: || {
        let steps = [
            Step::data("abc"),
            Step::data("ten bytes."),
            Step::data("more"),
        ];
        Reply::Answer(Response::new(Script::new(steps).any()))
    },
    size: Size::Exactly(13),
    ..TIMED_OUT
};

const LONG: Case = Case {
    reply: || {
        Reply::Answer(Response::new(bartizan_tests::client::text(
            "long ".repeat(100),
        )))
    },
    size: Size::Exactly(500),
    ..cases::EXACT_LENGTH
};

/// What gzip holds back the client does not see.
const LEFT_BEFORE_A_BYTE: Case = Case {
    client: Leaves::InTheBody(0),
    ..cases::LEFT_A_SILENT_BODY
};

fn body_timeout() -> ResponseBodyTimeoutLayer {
    ResponseBodyTimeoutLayer::new(Duration::from_millis(30))
}

fn limit<B>() -> MapResponseLayer<impl Fn(Response<B>) -> Response<AnyBody> + Clone>
where
    B: Body<Data = Bytes, Error: Into<BoxError>> + Send + 'static,
{
    MapResponseLayer::new(|response: Response<B>| {
        response.map(|body| Limited::new(body, 8).boxed_unsync())
    })
}

type Check<B> = fn(Response<B>) -> Response<B>;

/// Compresses, and makes sure that it did.
fn gzip<B>() -> Stack<CompressionLayer, MapResponseLayer<Check<B>>> {
    let compressed: Check<B> = |response| {
        assert_eq!(response.headers()[CONTENT_ENCODING], "gzip");
        response
    };
    Stack::new(CompressionLayer::new(), MapResponseLayer::new(compressed))
}
