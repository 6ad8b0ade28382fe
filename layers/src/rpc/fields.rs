//! Header fields, found without hashing their names.

use http::{HeaderMap, HeaderValue, header};

/// So many fields are looked at one by one: each look-up hashes a name, which costs as much as several.
const FEW: usize = 12;

/// Where a call's status is, in trailers and in a head without a body.
pub(super) const GRPC_STATUS: &str = "grpc-status";
/// How long its client waits.
pub(super) const GRPC_TIMEOUT: &str = "grpc-timeout";

/// The content type.
#[inline]
pub(crate) fn content_type(headers: &HeaderMap) -> Option<&HeaderValue> {
    if headers.len() > FEW {
        return headers.get(header::CONTENT_TYPE);
    }
    for (name, value) in headers {
        if *name == header::CONTENT_TYPE {
            return Some(value);
        }
    }
    None
}

/// The first field of a name, in lower case.
#[inline(always)]
pub(super) fn find<'a>(headers: &'a HeaderMap, wanted: &'static str) -> Option<&'a HeaderValue> {
    if headers.len() > FEW {
        return headers.get(wanted);
    }
    for (name, value) in headers {
        if name.as_str() == wanted {
            return Some(value);
        }
    }
    None
}

/// The content type, and the first field of a name.
#[inline(always)]
pub(super) fn find_both<'a>(
    headers: &'a HeaderMap,
    wanted: &'static str,
) -> (Option<&'a HeaderValue>, Option<&'a HeaderValue>) {
    if headers.len() > FEW {
        return (headers.get(header::CONTENT_TYPE), headers.get(wanted));
    }
    let (mut content_type, mut found) = (None, None);
    for (name, value) in headers {
        if *name == header::CONTENT_TYPE {
            content_type = content_type.or(Some(value));
        } else if name.as_str() == wanted {
            found = found.or(Some(value));
        }
    }
    (content_type, found)
}
