//! gRPC's paths: the client's text until the server vouches for it.

use http::{HeaderMap, HeaderValue, Method, header::CONTENT_TYPE};

use crate::{
    observe::RequestHead,
    rpc::{fields::content_type, framing::Framing},
};

/// The statuses that vouch for a method when an answer consists of one alone: OK and those that say
/// something about the request's content (INVALID_ARGUMENT, NOT_FOUND, ALREADY_EXISTS,
/// FAILED_PRECONDITION, ABORTED, OUT_OF_RANGE, DATA_LOSS). The others may come from a layer in front
/// of the router, which answers any path: authentication, rate limits, time-outs.
const VOUCHING: [&str; 8] = ["0", "3", "5", "6", "9", "10", "11", "15"];
/// Longer ones are no method of a real service.
const MAX_PATH_LEN: usize = 200;

/// Whether a content type is gRPC's (`application/grpc`, `application/grpc+proto`,
/// `application/grpc-web`...).
#[inline]
pub(crate) fn is_grpc(content_type: Option<&HeaderValue>) -> bool {
    content_type.is_some_and(|value| {
        // One byte tells nearly all other types apart.
        matches!(value.as_bytes().get(12), Some(b'g' | b'G')) && is_read(value)
    })
}

#[inline(never)]
fn is_read(content_type: &HeaderValue) -> bool {
    Framing::of(Some(content_type)) != Framing::Unread
}

/// What is behind `application/grpc` in a content type that begins so.
#[inline]
pub(crate) fn grpc_suffix(value: &[u8]) -> Option<&[u8]> {
    const PREFIX: &[u8; 16] = b"application/grpc";
    let (start, suffix) = value.split_first_chunk()?;
    // Mostly it is written so, and comparing in any case takes ten times as long.
    let is_grpc = (start == PREFIX || start.eq_ignore_ascii_case(PREFIX))
        && !suffix.first().is_some_and(u8::is_ascii_alphanumeric);
    is_grpc.then_some(suffix)
}

/// Whether a request calls a gRPC method, as far as its head tells.
#[inline(always)]
pub(crate) fn is_call(request: RequestHead<'_>) -> bool {
    *request.method() == Method::POST && has_grpc_type(request.headers())
}

#[inline(never)]
fn has_grpc_type(headers: &HeaderMap) -> bool {
    is_grpc(content_type(headers))
}

/// Whether a path reads `/package.Service/Method`.
pub(crate) fn is_path(path: &str) -> bool {
    let Some((service, method)) = path.strip_prefix('/').and_then(|path| path.split_once('/'))
    else {
        return false;
    };
    let name = |text: &str| {
        text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    };
    path.len() <= MAX_PATH_LEN && service.split('.').all(name) && name(method)
}

/// Whether the head of a response vouches for the method that was called.
pub(crate) fn vouches(status: http::StatusCode, headers: &HeaderMap) -> bool {
    // Another service behind the same port may answer any path with 200: its index page, say.
    status == http::StatusCode::OK
        && is_grpc(headers.get(CONTENT_TYPE))
        && headers
            .get("grpc-status")
            .is_none_or(|status| VOUCHING.iter().any(|vouching| status == vouching))
}
