//! What kind of response it is, which decides when and where it is recorded.

use std::sync::Arc;

use http::HeaderValue;

use crate::route::is_grpc;

/// What kind of exchange it is, as the response's head tells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// A response like any other.
    #[default]
    Plain,
    /// A stream of events, which lasts as long as someone listens.
    Stream,
    /// A gRPC call.
    Grpc,
    /// A connection that was handed over: `101`, or a `CONNECT` that was granted.
    Upgrade,
}

/// The media types that are streams: `text/event-stream`, and those that are added.
///
/// ```
/// use bartizan::observe::MediaTypes;
///
/// # fn main() -> Result<(), bartizan::observe::MediaTypeError> {
/// let streams = MediaTypes::event_streams().and("application/x-ndjson")?;
/// # let _ = streams; Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct MediaTypes(Arc<[Box<str>]>);

/// A media type was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("media type {given:?}: a type is `type/subtype`, without parameters or wildcards")]
#[non_exhaustive]
pub struct MediaTypeError {
    /// What was given.
    pub given: String,
}

// === impl Kind ===

impl Kind {
    #[inline(always)]
    pub(super) fn of(content_type: Option<&HeaderValue>, streams: &MediaTypes) -> Self {
        match content_type {
            None => Self::Plain,
            Some(value) if streams.contain(value) => Self::Stream,
            Some(_) if is_grpc(content_type) => Self::Grpc,
            Some(_) => Self::Plain,
        }
    }
}

// === impl MediaTypes ===

impl MediaTypes {
    /// `text/event-stream` alone: the default.
    #[must_use]
    pub fn event_streams() -> Self {
        Self(Arc::new(["text/event-stream".into()]))
    }

    /// These, and one more.
    ///
    /// # Errors
    ///
    /// [`MediaTypeError`] unless it is `type/subtype` in the characters of RFC 9110, section 8.3.1.
    pub fn and(self, media_type: impl Into<String>) -> Result<Self, MediaTypeError> {
        let given = media_type.into();
        let token = |text: &str| {
            !text.is_empty()
                && text
                    .chars()
                    .all(|c| c.is_ascii_alphanumeric() || "!#$%&'+-.^_`|~".contains(c))
        };
        match given.split_once('/') {
            Some((kind, subtype)) if token(kind) && token(subtype) => {
                let types = self.0.iter().cloned().chain([given.into()]);
                Ok(Self(types.collect()))
            }
            _ => Err(MediaTypeError { given }),
        }
    }

    /// Whether a content type is one of these: in any case, with any parameters.
    #[inline]
    fn contain(&self, content_type: &HeaderValue) -> bool {
        let value = content_type.as_bytes();
        self.0.iter().any(|media_type| {
            // Where it ends is one byte to look at, and seldom the same for another type.
            matches!(
                value.get(media_type.len()),
                None | Some(b';' | b' ' | b'\t')
            ) && value
                .get(..media_type.len())
                .is_some_and(|value| value.eq_ignore_ascii_case(media_type.as_bytes()))
        })
    }
}

impl Default for MediaTypes {
    fn default() -> Self {
        Self::event_streams()
    }
}
