//! How messages are framed, as a content type tells.

use http::HeaderValue;

use crate::route::grpc_suffix;

/// How the messages of a body are framed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Framing {
    /// In a way that is not read: the body is not gRPC's, or a piece of it could not be seen.
    #[default]
    Unread,
    /// Each behind five bytes.
    Plain,
    /// As plain, and the trailers are the last frame.
    Web,
    /// As in gRPC-Web, and in base64.
    WebText,
}

// === impl Framing ===

impl Framing {
    #[inline(always)]
    pub(crate) fn of(content_type: Option<&HeaderValue>) -> Self {
        match content_type.and_then(|value| grpc_suffix(value.as_bytes())) {
            None => Self::Unread,
            Some(suffix @ [b'-', ..]) => Self::of_web(suffix),
            Some(_) => Self::Plain,
        }
    }

    #[cold]
    fn of_web(suffix: &[u8]) -> Self {
        let is = |name: &str| {
            let rest = suffix.get(name.len()..);
            suffix
                .get(..name.len())
                .is_some_and(|start| start.eq_ignore_ascii_case(name.as_bytes()))
                && matches!(
                    rest.and_then(<[u8]>::first),
                    None | Some(b'+' | b';' | b' ' | b'\t')
                )
        };
        if is("-web-text") {
            Self::WebText
        } else if is("-web") {
            Self::Web
        } else {
            Self::Unread
        }
    }
}
