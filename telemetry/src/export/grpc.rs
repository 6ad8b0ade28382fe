//! One call of gRPC, and its answer.

use std::{
    collections::BTreeMap,
    error::Error,
    task::{Context, Poll},
    time::Duration,
};

use bytes::{Buf, BufMut, Bytes};
use http::{HeaderMap, Request, Response, uri::PathAndQuery};
use hyper::body::Incoming;
use hyper_util::client::legacy;
use prost::Message;
use tokio::runtime::Handle;
use tonic::{
    Code, Status,
    codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder},
};
use tower_service::Service;

use super::{
    ExportError,
    client::Client,
    connector::{Connector, Version},
    failure::{Again, Failure, Said},
    otlp::{RetryInfo, RpcStatus},
};

/// Calls the methods of one server.
#[derive(Debug)]
pub(crate) struct Grpc {
    client: Client<tonic::body::Body>,
}

/// hyper's client, which adds headers.
struct Line {
    client: legacy::Client<Connector, tonic::body::Body>,
    headers: HeaderMap,
}

/// Messages that are bytes already, so that one is encoded once, however often it is sent.
struct Encoded;

/// How much of an answer is read.
const MOST: usize = 64 * 1024;

// === impl Grpc ===

impl Grpc {
    pub(crate) fn new(
        field: &'static str,
        to: &str,
        headers: (&'static str, &BTreeMap<String, String>),
        runtime: &Handle,
    ) -> Result<Self, ExportError> {
        let client = Client::new(field, to, headers, Version::Http2, runtime)?;
        Ok(Self::with_client(client))
    }

    pub(crate) fn with_client(client: Client<tonic::body::Body>) -> Self {
        Self { client }
    }

    pub(crate) fn place(&self) -> String {
        self.client.place()
    }

    /// Calls once, and returns the answer if it is a good one.
    pub(crate) async fn send(
        &self,
        method: &'static str,
        message: Bytes,
        timeout: Duration,
    ) -> Result<Bytes, Failure> {
        let line = Line {
            client: self.client.current(),
            headers: self.client.headers().clone(),
        };
        let mut calls = tonic::client::Grpc::with_origin(line, self.client.to().clone())
            .max_decoding_message_size(MOST);
        calls
            .ready()
            .await
            .map_err(|error| Failure::transport(&error))?;
        let mut request = tonic::Request::new(message);
        request.set_timeout(timeout);
        let method = PathAndQuery::from_static(method);
        let answer = calls.unary(request, method, Encoded).await;
        answer
            .map(tonic::Response::into_inner)
            .map_err(|status| failure(&status))
    }

    /// The connections hang.
    pub(crate) fn renew(&self) {
        self.client.renew();
    }
}

fn failure(status: &Status) -> Failure {
    // A status that the client made of its own error, and not the server.
    if let Some(error) = status.source() {
        return Failure::transport(error);
    }
    Failure::Refused {
        status: format!("{:?}", status.code()),
        said: Said::new(status.message()),
        again: again(status),
    }
}

/// The codes after which OTLP wants a call to be tried again.
fn again(status: &Status) -> Again {
    let after = || {
        let details = RpcStatus::decode(status.details()).ok()?.details;
        let of_retry =
            |any: &super::otlp::RpcDetail| any.type_url.ends_with("google.rpc.RetryInfo");
        let info = details.into_iter().find(of_retry)?;
        RetryInfo::decode(info.value.as_slice()).ok()?.delay()
    };
    match status.code() {
        Code::ResourceExhausted => after().map_or(Again::Never, Again::After),
        Code::Unavailable => after().map_or(Again::Later, Again::After),
        Code::Cancelled
        | Code::DeadlineExceeded
        | Code::Aborted
        | Code::OutOfRange
        | Code::DataLoss => Again::Later,
        Code::Ok
        | Code::Unknown
        | Code::InvalidArgument
        | Code::NotFound
        | Code::AlreadyExists
        | Code::PermissionDenied
        | Code::FailedPrecondition
        | Code::Unimplemented
        | Code::Internal
        | Code::Unauthenticated => Again::Never,
    }
}

// === impl Line ===

impl Service<Request<tonic::body::Body>> for Line {
    type Response = Response<Incoming>;
    type Error = legacy::Error;
    type Future = legacy::ResponseFuture;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, mut request: Request<tonic::body::Body>) -> Self::Future {
        request
            .headers_mut()
            .extend(std::mem::take(&mut self.headers));
        self.client.request(request)
    }
}

// === impl Encoded ===

impl Codec for Encoded {
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

impl Encoder for Encoded {
    type Item = Bytes;
    type Error = Status;

    fn encode(&mut self, message: Bytes, to: &mut EncodeBuf<'_>) -> Result<(), Status> {
        to.put(message);
        Ok(())
    }
}

impl Decoder for Encoded {
    type Item = Bytes;
    type Error = Status;

    fn decode(&mut self, from: &mut DecodeBuf<'_>) -> Result<Option<Bytes>, Status> {
        Ok(Some(from.copy_to_bytes(from.remaining())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::export::otlp::{RpcDetail, Seconds};

    fn with_delay(code: Code, seconds: i64, nanos: i32) -> Status {
        let info = RetryInfo {
            retry_delay: Some(Seconds { seconds, nanos }),
        };
        let detail = RpcDetail {
            type_url: "type.googleapis.com/google.rpc.RetryInfo".into(),
            value: info.encode_to_vec(),
        };
        let details = RpcStatus {
            code: code as i32,
            message: "wait".into(),
            details: vec![detail],
        };
        Status::with_details(code, "wait", details.encode_to_vec().into())
    }

    #[test]
    fn one_that_is_exhausted_is_asked_again_only_if_it_says_when() {
        let after = |status| again(&status);
        let second = Again::After(Duration::new(1, 5));
        assert_eq!(after(Status::resource_exhausted("full")), Again::Never);
        assert_eq!(after(with_delay(Code::ResourceExhausted, 1, 5)), second);
        assert_eq!(after(with_delay(Code::Unavailable, 1, 5)), second);
        assert_eq!(after(Status::unavailable("restarting")), Again::Later);
        assert_eq!(after(with_delay(Code::Unavailable, -1, 0)), Again::Later);
        assert_eq!(
            after(Status::with_details(
                Code::Unavailable,
                "",
                Bytes::from_static(b"\xff")
            )),
            Again::Later
        );
        assert_eq!(after(with_delay(Code::InvalidArgument, 1, 5)), Again::Never);
    }
}
