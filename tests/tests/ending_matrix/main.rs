//! Every way to end, on real servers with real clients: one record each, with the labels documented for
//! that end.

mod cases;
mod grpc;
mod outer;
mod rig;
mod servers;
mod spans;
mod upgrades;

/// A test for each case and protocol, on a server.
macro_rules! matrix {
    (@http2 $start:path: $($case:ident = $constant:ident,)*) => { $(
        #[tokio::test]
        async fn $case() {
            use crate::{cases, rig::check};
            check($start, bartizan_tests::Protocol::Http2, &cases::$constant).await;
        }
    )* };
    ($start:path: $($case:ident = $constant:ident,)*) => { $(
        mod $case {
            use bartizan_tests::Protocol;
            use crate::{cases, rig::check};

            #[tokio::test]
            async fn http1() {
                check($start, Protocol::Http1, &cases::$constant).await;
            }

            #[tokio::test]
            async fn http2() {
                check($start, Protocol::Http2, &cases::$constant).await;
            }
        }
    )* };
    ($start:path) => {
        matrix! { $start:
            body_error = BODY_ERROR,
            body_error_at_once = BODY_ERROR_AT_ONCE,
            chunked = CHUNKED,
            chunked_without_word_of_the_end = CHUNKED_WITHOUT_WORD_OF_THE_END,
            client_error = CLIENT_ERROR,
            declared_empty_without_word_of_the_end = DECLARED_EMPTY_WITHOUT_WORD_OF_THE_END,
            declared_length_not_reached = DECLARED_LENGTH_NOT_REACHED,
            declared_length_not_reached_before_the_trailers =
                DECLARED_LENGTH_NOT_REACHED_BEFORE_THE_TRAILERS,
            declared_length_not_reached_by_word_of_the_body =
                DECLARED_LENGTH_NOT_REACHED_BY_WORD_OF_THE_BODY,
            declared_length_reached_before_the_end = DECLARED_LENGTH_REACHED_BEFORE_THE_END,
            empty = EMPTY,
            exact_length = EXACT_LENGTH,
            head = HEAD,
            head_of_a_stream = HEAD_OF_A_STREAM,
            left_a_server_error = LEFT_A_SERVER_ERROR,
            left_a_silent_body = LEFT_A_SILENT_BODY,
            left_a_ticking_body = LEFT_A_TICKING_BODY,
            left_before_the_head = LEFT_BEFORE_THE_HEAD,
            no_content = NO_CONTENT,
            not_modified = NOT_MODIFIED,
            panic_in_body = PANIC_IN_BODY,
            panic_in_call = PANIC_IN_CALL,
            panic_in_future = PANIC_IN_FUTURE,
            server_error = SERVER_ERROR,
            trailers = TRAILERS,
            trailers_alone = TRAILERS_ALONE,
        }

        matrix! { @http2 $start:
            reset_a_silent_body = RESET_A_SILENT_BODY,
            reset_a_ticking_body = RESET_A_TICKING_BODY,
            reset_before_the_head = RESET_BEFORE_THE_HEAD,
        }
    };
}

mod hyper {
    use std::pin::Pin;

    use bartizan::route::RouteSources;
    use bartizan_tests::{recorder::Recorder, server::Server};
    use tower::Layer;

    use crate::{rig::Ending, spans};

    pub(crate) fn start(
        recorder: Recorder,
        service: Ending,
    ) -> Pin<Box<dyn Future<Output = Server>>> {
        let routes = RouteSources::new().table(["/end/{case}"]).expect("a table");
        Box::pin(Server::hyper(
            recorder
                .layer()
                .with(spans::observer())
                .routes(routes)
                .layer(service),
        ))
    }

    matrix! { crate::hyper::start }
    matrix! { crate::hyper::start: service_error = SERVICE_ERROR, }
}

mod axum {
    use std::pin::Pin;

    use bartizan_tests::{recorder::Recorder, server::Server};

    use crate::{rig::Ending, spans};

    pub(crate) fn start(
        recorder: Recorder,
        service: Ending,
    ) -> Pin<Box<dyn Future<Output = Server>>> {
        let layer = recorder.layer().with(spans::observer());
        Box::pin(Server::axum(service.router().layer(layer)))
    }

    matrix! { crate::axum::start }
}

mod tonic {
    use std::pin::Pin;

    use bartizan::route::RouteSources;
    use bartizan_tests::{recorder::Recorder, server::Server};
    use tonic::{service::Routes, transport};

    use crate::{rig::Ending, spans};

    pub(crate) fn start(
        recorder: Recorder,
        service: Ending,
    ) -> Pin<Box<dyn Future<Output = Server>>> {
        let table = RouteSources::new().table(["/end/{case}"]).expect("a table");
        let mut builder = transport::Server::builder()
            .accept_http1(true)
            .layer(recorder.layer().with(spans::observer()).routes(table));
        let router = builder.add_routes(Routes::from(service.router()));
        Box::pin(Server::tonic(router))
    }

    matrix! { crate::tonic::start }
}
