//! Observes each event stream from its head to its end.

use std::{fmt, sync::Arc};

use http::{HeaderMap, HeaderName, HeaderValue, header::CONTENT_ENCODING};
use sse_body::Format;

use super::{SseBuilder, inner::Inner, probe::ProbeCell, state::Stream};
use crate::{
    label::End,
    observe::{FrameRef, Kind, ObserveLayer, Observer, Record, RequestHead, ResponseHead},
};

/// Observes event streams: what passes, and why each one ended. See the [module docs](self).
///
/// A clone shares the handles, the caps and the open streams of the original.
#[derive(Clone)]
pub struct Sse(Arc<Inner>);

/// A layer with [`Sse`] alone.
pub type SseLayer = ObserveLayer<Sse>;

/// What [`Sse`] keeps about one exchange.
#[derive(Debug)]
pub struct SseState(Stage);

#[derive(Debug)]
enum Stage {
    /// The head is still to come.
    Before {
        is_reconnect: bool,
    },
    /// Not a stream.
    Other,
    Stream(Box<Stream>),
}

/// What a client that lost a stream sends, if events had ids.
const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");

/// A type that only the user calls a stream is one of lines.
fn format_of(headers: &HeaderMap) -> Format {
    let is_plain = |encoding: &HeaderValue| {
        let encoding = encoding.as_bytes().trim_ascii();
        encoding.is_empty() || encoding.eq_ignore_ascii_case(b"identity")
    };
    let unknown = || {
        let mut encodings = headers.get_all(CONTENT_ENCODING).iter();
        if encodings.all(is_plain) {
            Format::Lines
        } else {
            Format::Encoded
        }
    };
    Format::of(headers).unwrap_or_else(unknown)
}

// === impl Sse ===

impl Sse {
    /// The metrics that need no asking, through the global recorder.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Starts a set of metrics with options.
    pub fn builder() -> SseBuilder {
        SseBuilder::default()
    }

    pub(super) fn inner(&self) -> &Arc<Inner> {
        &self.0
    }
}

impl Default for Sse {
    fn default() -> Self {
        SseBuilder::default().finish()
    }
}

impl fmt::Debug for Sse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sse")
            .field("meter", &self.0.meter)
            .field("options", &self.0.options)
            .finish_non_exhaustive()
    }
}

impl From<Inner> for Sse {
    fn from(inner: Inner) -> Self {
        Self(Arc::new(inner))
    }
}

impl Observer for Sse {
    type State = SseState;

    const FRAMES_WITHIN: bool = false;

    #[inline]
    fn start(&self, _: Record<'_>, request: RequestHead<'_>) -> SseState {
        SseState(Stage::Before {
            is_reconnect: request.headers().contains_key(LAST_EVENT_ID),
        })
    }

    fn head(&self, state: &mut SseState, record: Record<'_>, response: &mut ResponseHead<'_>) {
        let Stage::Before { is_reconnect } = state.0 else {
            return;
        };
        if record.kind() != Kind::Stream {
            state.0 = Stage::Other;
            return;
        }
        let format = format_of(response.headers());
        let probe = response.extensions().get::<Arc<ProbeCell>>();
        let stream = Stream::open(&self.0, record, format, probe, is_reconnect);
        state.0 = Stage::Stream(stream);
    }

    #[inline]
    fn poll(&self, state: &mut SseState, record: Record<'_>) {
        if let Stage::Stream(stream) = &mut state.0 {
            stream.poll(&self.0, record);
        }
    }

    #[inline(always)]
    fn frame(&self, state: &mut SseState, record: Record<'_>, frame: FrameRef<'_>) {
        if let (Stage::Stream(stream), FrameRef::Data(data)) = (&mut state.0, frame) {
            stream.frame(&self.0, record, data);
        }
    }

    fn judge(&self, state: &mut SseState, record: Record<'_>) -> Option<End> {
        let Stage::Stream(stream) = &mut state.0 else {
            return None;
        };
        stream
            .is_incomplete(&self.0, record)
            .then_some(End::Incomplete)
    }

    fn end(&self, state: SseState, record: Record<'_>) {
        if let Stage::Stream(stream) = state.0 {
            stream.close(&self.0, record);
        }
    }
}
