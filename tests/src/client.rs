//! A client that holds its connection in its hand, to let go of it when it is told to.

use std::net::SocketAddr;

use bytes::Bytes;
use http::{HeaderMap, Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::{
    body::Incoming,
    client::conn::{http1, http2},
};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    task::JoinHandle,
};

use crate::{AnyBody, BoxError, Protocol};

/// A client on one connection.
#[derive(Debug)]
pub struct Client {
    sender: Sender,
    connection: JoinHandle<()>,
}

#[derive(Debug)]
enum Sender {
    Http1(http1::SendRequest<AnyBody>),
    Http2(http2::SendRequest<AnyBody>),
}

/// A response that was read to its end.
#[derive(Debug)]
pub struct Answer {
    /// The head.
    pub head: http::response::Parts,
    /// The body.
    pub body: Bytes,
    /// The trailers.
    pub trailers: Option<HeaderMap>,
}

// === impl Client ===

impl Client {
    /// Connects.
    ///
    /// # Panics
    ///
    /// If there is no server.
    pub async fn connect(server: SocketAddr, protocol: Protocol) -> Self {
        let io = TcpStream::connect(server)
            .await
            .expect("a server that listens");
        Self::over(io, protocol).await
    }

    /// Speaks over a connection that is there.
    ///
    /// # Panics
    ///
    /// If the other side does not speak the protocol.
    pub async fn over<T>(io: T, protocol: Protocol) -> Self
    where
        T: AsyncRead + AsyncWrite + Send + Unpin + 'static,
    {
        let io = TokioIo::new(io);
        match protocol {
            Protocol::Http1 => {
                let (sender, connection) = http1::handshake(io).await.expect("a fresh connection");
                let connection = tokio::spawn(async {
                    let _ = connection.with_upgrades().await;
                });
                Self {
                    sender: Sender::Http1(sender),
                    connection,
                }
            }
            Protocol::Http2 => {
                let handshake = http2::handshake(TokioExecutor::new(), io);
                let (sender, connection) = handshake.await.expect("a server that speaks HTTP/2");
                let connection = tokio::spawn(async {
                    let _ = connection.await;
                });
                Self {
                    sender: Sender::Http2(sender),
                    connection,
                }
            }
        }
    }

    /// Sends a request and waits for the head of the response.
    ///
    /// # Errors
    ///
    /// The connection's.
    pub async fn send(
        &mut self,
        request: Request<AnyBody>,
    ) -> Result<Response<Incoming>, hyper::Error> {
        match &mut self.sender {
            Sender::Http1(sender) => {
                sender.ready().await?;
                sender.send_request(origin_form(request)).await
            }
            Sender::Http2(sender) => {
                sender.ready().await?;
                sender.send_request(request).await
            }
        }
    }

    /// As [`send`](Self::send), beside what is under way on the connection.
    ///
    /// # Errors
    ///
    /// The connection's.
    ///
    /// # Panics
    ///
    /// On HTTP/1, where nothing goes beside anything.
    pub async fn send_beside(
        &self,
        request: Request<AnyBody>,
    ) -> Result<Response<Incoming>, hyper::Error> {
        let Sender::Http2(sender) = &self.sender else {
            panic!("a connection of HTTP/2")
        };
        let mut sender = sender.clone();
        sender.ready().await?;
        sender.send_request(request).await
    }

    /// Sends a request and reads the response to its end.
    ///
    /// # Errors
    ///
    /// The connection's, and the body's.
    pub async fn fetch(&mut self, request: Request<AnyBody>) -> Result<Answer, hyper::Error> {
        let (head, body) = self.send(request).await?.into_parts();
        let whole = body.collect().await?;
        let trailers = whole.trailers().cloned();
        Ok(Answer {
            head,
            body: whole.to_bytes(),
            trailers,
        })
    }

    /// Lets go of the connection at once, whatever is under way on it.
    pub async fn leave(self) {
        self.connection.abort();
        let _ = self.connection.await;
    }
}

/// As HTTP/1 writes it: the path alone, and the host in a header.
fn origin_form(mut request: Request<AnyBody>) -> Request<AnyBody> {
    let uri = request.uri().clone();
    let connect = request.method() == http::Method::CONNECT;
    if let (false, Some(authority), Some(path)) = (connect, uri.authority(), uri.path_and_query()) {
        let host = authority
            .as_str()
            .parse()
            .expect("an authority is a header's value");
        request
            .headers_mut()
            .entry(http::header::HOST)
            .or_insert(host);
        *request.uri_mut() = path.clone().into();
    }
    request
}

/// A request for a path of a host that is always the same, in a form that both protocols take.
///
/// # Panics
///
/// If the method or the path is none.
#[must_use]
pub fn request(method: &str, path: &str) -> Request<AnyBody> {
    let builder = Request::builder()
        .method(method)
        .uri(format!("http://bartizan.test{path}"));
    builder.body(text("")).expect("a method and a path")
}

/// A GET of a path.
#[must_use]
pub fn get(path: &str) -> Request<AnyBody> {
    request("GET", path)
}

/// A body of known length.
#[must_use]
pub fn text(text: impl Into<Bytes>) -> AnyBody {
    Full::new(text.into())
        .map_err(|never| -> BoxError { match never {} })
        .boxed_unsync()
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use tower::service_fn;

    use super::*;
    use crate::server::Server;

    #[tokio::test]
    async fn it_speaks_both_protocols_and_leaves_when_it_is_told_to() {
        let echo = async |request: Request<Incoming>| {
            let host = request
                .headers()
                .get("host")
                .map(|host| host.as_bytes().to_vec());
            let host = host.unwrap_or_else(|| request.uri().host().unwrap_or("").into());
            Ok::<_, Infallible>(Response::new(text(host)))
        };
        let server = Server::hyper(service_fn(echo)).await;
        for protocol in Protocol::BOTH {
            let mut client = Client::connect(server.address(), protocol).await;
            for _ in 0..2 {
                assert_eq!(client.fetch(get("/a")).await.unwrap().body, "bartizan.test");
            }
            client.leave().await;
        }
        server.stop().await;
    }
}
