//! gRPC without generated code: messages are bytes, and a method is what a test says it is.

use std::{
    convert::Infallible,
    future::ready,
    net::SocketAddr,
    task::{Context, Poll},
    time::Duration,
};

use bytes::{Buf, BufMut, Bytes};
use futures_util::{future::BoxFuture, stream};
use http::{Request, Response, uri::PathAndQuery};
use tonic::{
    Status, Streaming,
    body::Body,
    codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder},
    server::NamedService,
    transport::{Channel, Endpoint},
};
use tower::service_fn;
use tower_service::Service;

/// Messages as they are.
#[derive(Clone, Copy, Debug, Default)]
pub struct Raw;

// === impl Raw ===

impl Codec for Raw {
    type Encode = Bytes;
    type Decode = Bytes;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        Self
    }

    fn decoder(&mut self) -> Self {
        Self
    }
}

impl Encoder for Raw {
    type Item = Bytes;
    type Error = Status;

    fn encode(&mut self, message: Bytes, buffer: &mut EncodeBuf<'_>) -> Result<(), Status> {
        buffer.put(message);
        Ok(())
    }
}

impl Decoder for Raw {
    type Item = Bytes;
    type Error = Status;

    fn decode(&mut self, buffer: &mut DecodeBuf<'_>) -> Result<Option<Bytes>, Status> {
        Ok(Some(buffer.copy_to_bytes(buffer.remaining())))
    }
}

/// The service `test.Echo`, each method of which ends in its own way; a method that it does not know is
/// answered as generated code answers.
#[derive(Clone, Copy, Debug)]
pub struct Echo;

type Answer = Response<Body>;
type Replies = futures_util::stream::BoxStream<'static, Result<Bytes, Status>>;

// === impl Echo ===

impl NamedService for Echo {
    const NAME: &'static str = "test.Echo";
}

impl Service<Request<Body>> for Echo {
    type Response = Answer;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<Answer, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        Box::pin(async { Ok(answer(request).await) })
    }
}

async fn answer(request: Request<Body>) -> Answer {
    let path = request.uri().path().to_owned();
    let mut grpc = tonic::server::Grpc::new(Raw);
    let unary =
        async |message: tonic::Request<Bytes>| Ok(tonic::Response::new(message.into_inner()));
    match path.strip_prefix("/test.Echo/").unwrap_or_default() {
        "Say" => grpc.unary(service_fn(unary), request).await,
        "Refuse" => refuse(grpc, request, Status::not_found("no")).await,
        "Deny" => refuse(grpc, request, Status::permission_denied("no")).await,
        "Hang" => std::future::pending().await,
        "Panic" => panic!("the method is called so"),
        "Count" => stream(grpc, request, || messages(["one", "two", "three"].map(Ok))).await,
        "Break" => {
            let broken = || messages([Ok("one"), Ok("two"), Err(Status::data_loss("gone"))]);
            stream(grpc, request, broken).await
        }
        "Tick" => stream(grpc, request, ticks).await,
        _ => Status::unimplemented("no such method").into_http(),
    }
}

async fn refuse(
    mut grpc: tonic::server::Grpc<Raw>,
    request: Request<Body>,
    status: Status,
) -> Answer {
    let refuse = |_: tonic::Request<Bytes>| ready(Err::<tonic::Response<Bytes>, _>(status.clone()));
    grpc.unary(service_fn(refuse), request).await
}

async fn stream(
    mut grpc: tonic::server::Grpc<Raw>,
    request: Request<Body>,
    replies: impl Fn() -> Replies,
) -> Answer {
    let answer = |_: tonic::Request<Bytes>| ready(Ok(tonic::Response::new(replies())));
    grpc.server_streaming(service_fn(answer), request).await
}

fn messages<const N: usize>(messages: [Result<&'static str, Status>; N]) -> Replies {
    let bytes = |text: &'static str| Bytes::from_static(text.as_bytes());
    Box::pin(stream::iter(messages.map(|message| message.map(bytes))))
}

fn ticks() -> Replies {
    Box::pin(stream::unfold((), async |()| {
        tokio::time::sleep(Duration::from_millis(5)).await;
        Some((Ok(Bytes::from_static(b"tick")), ()))
    }))
}

/// A gRPC client on one connection.
#[derive(Clone, Debug)]
pub struct Caller(tonic::client::Grpc<Channel>);

// === impl Caller ===

impl Caller {
    /// Connects.
    ///
    /// # Panics
    ///
    /// If there is no server.
    pub async fn connect(server: SocketAddr) -> Self {
        let endpoint = Endpoint::from_shared(format!("http://{server}")).expect("an address");
        Self(tonic::client::Grpc::new(
            endpoint.connect().await.expect("a server that listens"),
        ))
    }

    /// Calls a method that answers once.
    ///
    /// # Errors
    ///
    /// The server's, and the connection's.
    pub async fn call(&mut self, path: &str, message: &'static str) -> Result<Bytes, Status> {
        self.call_within(path, message, None).await
    }

    /// As [`call`](Self::call), with a deadline.
    ///
    /// # Errors
    ///
    /// The server's, and the connection's.
    pub async fn call_within(
        &mut self,
        path: &str,
        message: &'static str,
        deadline: Option<Duration>,
    ) -> Result<Bytes, Status> {
        let mut request = tonic::Request::new(Bytes::from_static(message.as_bytes()));
        if let Some(deadline) = deadline {
            request.set_timeout(deadline);
        }
        self.send(path, request).await
    }

    /// As [`call`](Self::call), with metadata.
    ///
    /// # Errors
    ///
    /// The server's, and the connection's.
    pub async fn send(
        &mut self,
        path: &str,
        request: tonic::Request<Bytes>,
    ) -> Result<Bytes, Status> {
        let path = path
            .parse()
            .map_err(|_| Status::invalid_argument("no path"))?;
        self.ready().await?;
        Ok(self.0.unary(request, path, Raw).await?.into_inner())
    }

    /// Calls a method that answers with a stream.
    ///
    /// # Errors
    ///
    /// The server's, and the connection's.
    pub async fn stream(&mut self, path: &'static str) -> Result<Streaming<Bytes>, Status> {
        let request = tonic::Request::new(Bytes::new());
        self.ready().await?;
        let path = PathAndQuery::from_static(path);
        Ok(self
            .0
            .server_streaming(request, path, Raw)
            .await?
            .into_inner())
    }

    async fn ready(&mut self) -> Result<(), Status> {
        self.0
            .ready()
            .await
            .map_err(|error| Status::unavailable(error.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use futures_util::StreamExt;
    use tonic::{Code, transport};

    use super::*;
    use crate::server::Server;

    #[tokio::test]
    async fn each_method_ends_in_its_own_way() {
        let router = transport::Server::builder().add_service(Echo);
        let server = Server::tonic(router).await;
        let mut caller = Caller::connect(server.address()).await;
        assert_eq!(
            caller.call("/test.Echo/Say", "hello").await.unwrap(),
            "hello"
        );
        let code = |answer: Result<Bytes, Status>| answer.unwrap_err().code();
        assert_eq!(
            code(caller.call("/test.Echo/Refuse", "").await),
            Code::NotFound
        );
        assert_eq!(
            code(caller.call("/test.Echo/Deny", "").await),
            Code::PermissionDenied
        );
        assert_eq!(
            code(caller.call("/test.Echo/What", "").await),
            Code::Unimplemented
        );
        let deadline = Some(Duration::from_millis(20));
        let late = caller.call_within("/test.Echo/Hang", "", deadline).await;
        assert!(matches!(
            code(late),
            Code::Cancelled | Code::DeadlineExceeded
        ));
        let count = caller.stream("/test.Echo/Count").await.unwrap();
        let counted: Vec<_> = count.map(Result::unwrap).collect().await;
        assert_eq!(counted, ["one", "two", "three"]);
        let broken: Vec<_> = caller
            .stream("/test.Echo/Break")
            .await
            .unwrap()
            .collect()
            .await;
        assert_eq!((broken.len(), broken[2].is_err()), (3, true));
        let mut ticks = caller.stream("/test.Echo/Tick").await.unwrap();
        assert_eq!(ticks.next().await.unwrap().unwrap(), "tick");
        drop((ticks, caller));
        server.stop().await;
    }
}
