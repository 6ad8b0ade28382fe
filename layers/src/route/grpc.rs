//! gRPC's paths: the client's text until the server vouches for it.

use http::{HeaderMap, HeaderValue, Method, header::CONTENT_TYPE};

/// The statuses that vouch for a method when an answer consists of one alone: OK and those that say
/// something about the request's content (INVALID_ARGUMENT, NOT_FOUND, ALREADY_EXISTS,
/// FAILED_PRECONDITION, ABORTED, OUT_OF_RANGE, DATA_LOSS). The others may come from a layer in front
/// of the router, which answers any path: authentication, rate limits, time-outs.
const VOUCHING: [&str; 8] = ["0", "3", "5", "6", "9", "10", "11", "15"];
/// Longer ones are no method of a real service.
const MAX_PATH_LEN: usize = 200;

/// Whether a content type is gRPC's (`application/grpc`, `application/grpc+proto`,
/// `application/grpc-web`...).
pub(crate) fn is_grpc(content_type: Option<&HeaderValue>) -> bool {
    const PREFIX: &[u8] = b"application/grpc";
    content_type.is_some_and(|value| {
        let value = value.as_bytes();
        value.len() >= PREFIX.len()
            && value[..PREFIX.len()].eq_ignore_ascii_case(PREFIX)
            && !value
                .get(PREFIX.len())
                .is_some_and(u8::is_ascii_alphanumeric)
    })
}

/// Whether a request calls a gRPC method, as far as its head tells.
pub(super) fn is_call(method: &Method, headers: &HeaderMap) -> bool {
    *method == Method::POST && is_grpc(headers.get(CONTENT_TYPE))
}

/// Whether a path reads `/package.Service/Method`.
pub(super) fn is_path(path: &str) -> bool {
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
pub(super) fn vouches(status: http::StatusCode, headers: &HeaderMap) -> bool {
    // Another service behind the same port may answer any path with 200: its index page, say.
    status == http::StatusCode::OK
        && is_grpc(headers.get(CONTENT_TYPE))
        && headers
            .get("grpc-status")
            .is_none_or(|status| VOUCHING.iter().any(|vouching| status == vouching))
}
