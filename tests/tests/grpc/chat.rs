//! A service whose clients stream.

use std::{
    convert::Infallible,
    task::{Context, Poll},
};

use bartizan_tests::grpc::Raw;
use bytes::Bytes;
use futures_util::{StreamExt, future::BoxFuture, stream::BoxStream};
use http::{Request, Response};
use tonic::{Status, Streaming, body::Body, server::NamedService};
use tower::service_fn;
use tower_service::Service;

/// The service `test.Chat`: `Sum` answers with the number of messages, `Mirror` with each of them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Chat;

type Mirrored = BoxStream<'static, Result<Bytes, Status>>;

// === impl Chat ===

impl NamedService for Chat {
    const NAME: &'static str = "test.Chat";
}

impl Service<Request<Body>> for Chat {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<Response<Body>, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        Box::pin(async {
            let mut grpc = tonic::server::Grpc::new(Raw);
            Ok(match request.uri().path() {
                "/test.Chat/Sum" => grpc.client_streaming(service_fn(sum), request).await,
                "/test.Chat/Mirror" => grpc.streaming(service_fn(mirror), request).await,
                _ => Status::unimplemented("no such method").into_http(),
            })
        })
    }
}

async fn sum(request: tonic::Request<Streaming<Bytes>>) -> Result<tonic::Response<Bytes>, Status> {
    let count = request.into_inner().count().await;
    Ok(tonic::Response::new(count.to_string().into()))
}

async fn mirror(
    request: tonic::Request<Streaming<Bytes>>,
) -> Result<tonic::Response<Mirrored>, Status> {
    Ok(tonic::Response::new(request.into_inner().boxed()))
}
