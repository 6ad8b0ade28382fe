//! `GET /download`: a body of known size that declares none.

use std::convert::Infallible;

use axum::{
    body::Body,
    extract::Query,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use futures_util::stream;
use serde::Deserialize;

const MAX_BYTES: u64 = 16 << 30;
const MAX_CHUNK: usize = 1 << 20;

#[derive(Deserialize)]
pub(crate) struct Download {
    #[serde(default = "default_bytes")]
    bytes: u64,
    #[serde(default = "default_chunk")]
    chunk: usize,
}

const fn default_bytes() -> u64 {
    1 << 20
}

const fn default_chunk() -> usize {
    16 << 10
}

/// Streams `bytes` bytes in chunks of `chunk`.
pub(crate) async fn download(Query(Download { bytes, chunk }): Query<Download>) -> Response {
    if bytes > MAX_BYTES || !(1..=MAX_CHUNK).contains(&chunk) {
        let refusal = format!("bytes is at most {MAX_BYTES}, and chunk from 1 to {MAX_CHUNK}\n");
        return (StatusCode::BAD_REQUEST, refusal).into_response();
    }
    let full = Bytes::from(vec![b'.'; chunk]);
    let chunks = stream::iter(Chunks { full, left: bytes }.map(Ok::<_, Infallible>));
    (
        [(header::CONTENT_TYPE, "application/octet-stream")],
        Body::from_stream(chunks),
    )
        .into_response()
}

/// Slices of one buffer, until `left` bytes are out.
struct Chunks {
    full: Bytes,
    left: u64,
}

impl Iterator for Chunks {
    type Item = Bytes;

    fn next(&mut self) -> Option<Bytes> {
        let length =
            usize::try_from(self.left).map_or(self.full.len(), |left| left.min(self.full.len()));
        self.left -= length as u64;
        (length > 0).then(|| self.full.slice(..length))
    }
}
