//! gRPC-Web over HTTP/1: trailers are in the body, as they are or in base64.

use std::convert::Infallible;

use bartizan::{grpc::GrpcLayer, observe::ObserveLayer};
use bartizan_tests::{
    AnyBody, BoxError, Protocol,
    client::{Client, request, text},
    grpc::Echo,
    recorder::Recorder,
    server::Server,
};
use bytes::Bytes;
use futures_util::stream;
use http::{HeaderMap, HeaderValue, Request, Response, header::CONTENT_TYPE};
use http_body::Frame;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::Incoming;
use tonic::service::Routes;
use tower::{Layer, ServiceExt, service_fn};

use crate::rig::{grpc, messages, records};

const WEB: &str = "application/grpc-web+proto";
const TEXT: &str = "application/grpc-web-text+proto";

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

fn encode(bytes: &[u8]) -> Bytes {
    let mut text = Vec::new();
    for three in bytes.chunks(3) {
        let word = three
            .iter()
            .fold(0u32, |word, byte| word << 8 | u32::from(*byte));
        let word = word << (8 * (3 - three.len()));
        for place in 0..4 {
            let six = (word >> (18 - 6 * place)) as usize & 63;
            text.push(if place <= three.len() {
                ALPHABET[six]
            } else {
                b'='
            });
        }
    }
    text.into()
}

fn decode(text: &[u8]) -> Bytes {
    let mut bytes = Vec::new();
    for four in text.chunks(4) {
        let six = |byte: &u8| ALPHABET.iter().position(|known| known == byte);
        let word = four
            .iter()
            .fold(0, |word, byte| word << 6 | six(byte).unwrap_or(0));
        let padding = four.iter().filter(|byte| **byte == b'=').count();
        bytes.extend_from_slice(&(word as u32).to_be_bytes()[1..4 - padding]);
    }
    bytes.into()
}

/// Translates for tonic, as a proxy does: each frame by itself, and the trailers as the last one.
async fn translate(
    request: Request<impl BodyExt<Data = Bytes, Error: Into<BoxError>>>,
) -> Result<Response<AnyBody>, BoxError> {
    let (mut head, body) = request.into_parts();
    let content_type = head.headers[CONTENT_TYPE].clone();
    let is_text = content_type == TEXT;
    head.headers
        .insert(CONTENT_TYPE, HeaderValue::from_static("application/grpc"));
    let body = body.collect().await.map_err(Into::into)?.to_bytes();
    let body = if is_text { decode(&body) } else { body };
    let request = Request::from_parts(head, Full::new(body));
    let response = Routes::new(Echo).oneshot(request).await?;
    let (mut head, body) = response.into_parts();
    head.headers.insert(CONTENT_TYPE, content_type);
    let frames = body.into_data_stream_with_trailers().await;
    let frames = frames.into_iter().map(move |frame| {
        let frame = if is_text { encode(&frame) } else { frame };
        Ok::<_, BoxError>(Frame::data(frame))
    });
    Ok(Response::from_parts(
        head,
        StreamBody::new(stream::iter(frames)).boxed_unsync(),
    ))
}

/// The frames of a body, cut in two each, and its trailers as gRPC-Web has them.
trait Translated {
    async fn into_data_stream_with_trailers(self) -> Vec<Bytes>;
}

impl Translated for tonic::body::Body {
    async fn into_data_stream_with_trailers(mut self) -> Vec<Bytes> {
        let mut frames = Vec::new();
        while let Some(Ok(frame)) = self.frame().await {
            match frame.into_data() {
                Ok(mut data) => {
                    frames.push(data.split_to(data.len() / 2));
                    frames.push(data);
                }
                Err(frame) => frames.push(block(frame.trailers_ref().expect("trailers"))),
            }
        }
        frames
    }
}

fn block(trailers: &HeaderMap) -> Bytes {
    let mut lines = Vec::new();
    for (name, value) in trailers {
        lines.extend_from_slice(name.as_str().as_bytes());
        lines.push(b':');
        lines.extend_from_slice(value.as_bytes());
        lines.extend_from_slice(b"\r\n");
    }
    let length = u32::try_from(lines.len()).expect("a length");
    [&[0x80], &length.to_be_bytes()[..], &lines].concat().into()
}

fn call(method: &str, content_type: &'static str) -> Request<AnyBody> {
    let mut request = request("POST", &format!("/test.Echo/{method}"));
    let message = b"\0\0\0\0\x05hello";
    *request.body_mut() = match content_type {
        TEXT => text(encode(message)),
        _ => text(&message[..]),
    };
    request
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    request
}

#[tokio::test]
async fn the_status_is_in_the_body() {
    for content_type in [WEB, TEXT] {
        let recorder = Recorder::new();
        let layer: GrpcLayer = ObserveLayer::new(grpc(&recorder));
        let answer = service_fn(async |request: Request<_>| {
            let answer = translate(request).await;
            Ok::<_, Infallible>(answer.expect("an answer"))
        });
        let server = Server::hyper(layer.count_request_bodies().layer(answer)).await;
        let mut client = Client::connect(server.address(), Protocol::Http1).await;
        for method in ["Say", "Count", "Break", "Refuse", "What"] {
            let answer = client
                .fetch(call(method, content_type))
                .await
                .expect("an answer");
            assert_eq!(answer.head.status, 200);
        }
        let scrape = recorder.once(|scrape| records(scrape).len() == 5).await;
        let wanted = [
            "_OTHER UNIMPLEMENTED UNIMPLEMENTED",
            "test.Echo/Break DATA_LOSS DATA_LOSS",
            "test.Echo/Count OK",
            "test.Echo/Refuse NOT_FOUND",
            "test.Echo/Say OK",
        ];
        assert_eq!(records(&scrape), wanted, "{content_type}");
        let wanted = [
            "_OTHER receive 1",
            "test.Echo/Break receive 1",
            "test.Echo/Break transmit 2",
            "test.Echo/Count receive 1",
            "test.Echo/Count transmit 3",
            "test.Echo/Refuse receive 1",
            "test.Echo/Say receive 1",
            "test.Echo/Say transmit 1",
        ];
        assert_eq!(messages(&scrape), wanted, "{content_type}");
        client.leave().await;
        server.stop().await;
    }
}

/// Without a translator: the layer takes the body of hyper's own.
#[tokio::test]
async fn a_body_without_trailers_is_no_success() {
    let recorder = Recorder::new();
    let layer: GrpcLayer = ObserveLayer::new(grpc(&recorder));
    let answer = service_fn(async |_: Request<Incoming>| {
        let mut response = Response::new(text(&b"\0\0\0\0\x02hi"[..]));
        response
            .headers_mut()
            .insert(CONTENT_TYPE, HeaderValue::from_static(WEB));
        Ok::<_, Infallible>(response)
    });
    let server = Server::hyper(layer.layer(answer)).await;
    let mut client = Client::connect(server.address(), Protocol::Http1).await;
    client.fetch(call("Say", WEB)).await.expect("an answer");
    let scrape = recorder.once(|scrape| records(scrape).len() == 1).await;
    assert_eq!(records(&scrape), ["test.Echo/Say UNKNOWN UNKNOWN"]);
    client.leave().await;
    server.stop().await;
}
