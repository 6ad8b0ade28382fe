//! A handler's word about its own stream.

use std::{
    fmt,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicU8, AtomicU64, Ordering},
    },
};

#[cfg(feature = "trace")]
use super::links::Links;
use crate::{
    clock::Moment,
    label::{CloseReason, End, Fault},
};

/// What a handler says about its stream, and reads of it.
///
/// It is in the request's extensions if the layer was asked for it
/// ([`ObserveLayer::stream_handles`](super::ObserveLayer::stream_handles)), and may be carried to
/// another task. What is said after the stream's end changes nothing.
///
/// Of several layers that are asked for handles the outermost one's counts, with the reasons that it
/// knows: the ones inside share it. A layer that joins the exchange of one outside gives none.
///
/// Cost: three allocations a request: the handle, and what the request's extensions take.
///
/// ```
/// use bartizan::observe::StreamHandle;
///
/// fn handler(request: &http::Request<()>) {
///     if let Some(stream) = request.extensions().get::<StreamHandle>() {
///         stream.set_id("session-7");
///     }
/// }
/// ```
#[derive(Clone)]
pub struct StreamHandle(Arc<Shared>);

/// What has passed of a stream so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct StreamCounts {
    /// The data frames that were handed over.
    pub frames: u64,
    /// Their bytes.
    pub bytes: u64,
    /// The events in them, keep-alives not counted.
    pub events: u64,
    /// The comments, and the events of a keep-alive type.
    pub keepalives: u64,
}

/// The options of [`StreamHandle`]s: which reasons a handler may end its stream with.
///
/// ```
/// use bartizan::{label::Fault, observe::{ObserveLayer, StreamHandles}};
///
/// # fn main() -> Result<(), bartizan::observe::ReasonError> {
/// let handles = StreamHandles::new().reason("quota_exceeded", Fault::Client)?;
/// let layer = ObserveLayer::new(()).stream_handles(handles);
/// # let _ = layer; Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default)]
pub struct StreamHandles(Arc<[Reason]>);

/// A close reason was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReasonError {
    /// The name does not fit a label.
    #[error("close reason {given:?}: 1 to 40 of a-z, 0-9 and _ are accepted")]
    Unfit {
        /// What was given.
        given: String,
    },
    /// The name is one of the crate's own, or was declared before.
    #[error("close reason {given:?} is taken")]
    Taken {
        /// What was given.
        given: String,
    },
    /// There are too many.
    #[error("close reason {given:?}: at most {} are accepted", StreamHandles::MOST)]
    TooMany {
        /// The one that was too much.
        given: String,
    },
    /// A handler named a reason that was not declared.
    #[error("close reason {given:?} was not declared to `StreamHandles::reason`")]
    Undeclared {
        /// What was given.
        given: String,
    },
}

/// A reason that the service declared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reason {
    pub(crate) name: Box<str>,
    pub(crate) fault: Fault,
}

struct Shared {
    started: Moment,
    reasons: Arc<[Reason]>,
    /// The declared reason's index, from 1 on; 0 without one.
    reason: AtomicU8,
    id: OnceLock<Box<str>>,
    serialization_errors: AtomicU64,
    /// In nanoseconds since the start, and one more; 0 before.
    first_token: AtomicU64,
    #[cfg(feature = "trace")]
    links: Links,
    counts: Counts,
}

/// Written by the stream's task alone, read from anywhere.
#[derive(Default)]
struct Counts {
    frames: AtomicU64,
    bytes: AtomicU64,
    events: AtomicU64,
    keepalives: AtomicU64,
}

// === impl StreamHandles ===

impl StreamHandles {
    /// How many reasons may be declared.
    pub const MOST: usize = 8;

    /// Handles that know the crate's own reasons alone.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Declares a reason that a handler may end its stream with, and whose fault that is.
    ///
    /// # Errors
    ///
    /// [`ReasonError`] if the name does not fit, is taken, or is the ninth.
    pub fn reason(self, name: impl Into<String>, fault: Fault) -> Result<Self, ReasonError> {
        let given = name.into();
        let fits = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'_';
        if !(1..=40).contains(&given.len()) || !given.bytes().all(fits) {
            return Err(ReasonError::Unfit { given });
        }
        let own = End::ALL.iter().any(|end| end.as_str() == given);
        if own || given == SERIALIZATION_ERROR || self.find(&given).is_some() {
            return Err(ReasonError::Taken { given });
        }
        if self.0.len() == Self::MOST {
            return Err(ReasonError::TooMany { given });
        }
        let name = given.into_boxed_str();
        let reasons = self.0.iter().cloned().chain([Reason { name, fault }]);
        Ok(Self(reasons.collect()))
    }

    fn find(&self, name: &str) -> Option<usize> {
        self.0.iter().position(|reason| *reason.name == *name)
    }

    pub(super) fn start(&self, started: Moment) -> StreamHandle {
        StreamHandle(Arc::new(Shared {
            started,
            reasons: Arc::clone(&self.0),
            reason: AtomicU8::new(0),
            id: OnceLock::new(),
            serialization_errors: AtomicU64::new(0),
            first_token: AtomicU64::new(0),
            #[cfg(feature = "trace")]
            links: Links::default(),
            counts: Counts::default(),
        }))
    }
}

/// The reason of `sse_errors_total` for an event that could not be written.
pub(crate) const SERIALIZATION_ERROR: &str = "serialization_error";

// === impl StreamHandle ===

impl StreamHandle {
    /// Names the stream in logs and spans, never in a label. The first word counts.
    pub fn set_id(&self, id: impl Into<String>) {
        let _ = self.0.id.set(id.into().into_boxed_str());
    }

    /// What the stream is named.
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        self.0.id.get().map(AsRef::as_ref)
    }

    /// An event could not be serialized, and the stream goes on. It is counted when the next frame
    /// passes, or at the end.
    pub fn serialization_error(&self) {
        self.0.serialization_errors.fetch_add(1, Ordering::Relaxed);
    }

    /// The first token is about to be sent. Later calls change nothing.
    pub fn first_token(&self) {
        let since = self.0.started.elapsed().saturating_add(1);
        let first = &self.0.first_token;
        let _ = first.compare_exchange(0, since, Ordering::Relaxed, Ordering::Relaxed);
    }

    /// When the first token was marked, since the request's arrival.
    #[must_use]
    pub fn time_to_first_token(&self) -> Option<std::time::Duration> {
        let since = self.0.first_token.load(Ordering::Relaxed);
        Some(std::time::Duration::from_nanos(since.checked_sub(1)?))
    }

    /// Says why the stream is about to end: with one of the declared reasons. The last word counts. It
    /// replaces `completed` and `body_error`; what the server cannot choose, such as
    /// `client_disconnect`, stands.
    ///
    /// # Errors
    ///
    /// [`ReasonError::Undeclared`] if the layer does not know it.
    pub fn end_with(&self, reason: &str) -> Result<(), ReasonError> {
        let mut reasons = self.0.reasons.iter();
        let Some(index) = reasons.position(|known| *known.name == *reason) else {
            return Err(ReasonError::Undeclared {
                given: reason.to_owned(),
            });
        };
        // At most 8.
        self.0.reason.store(index as u8 + 1, Ordering::Relaxed);
        Ok(())
    }

    /// What has passed so far, as far as an observer of streams counts it.
    #[must_use]
    pub fn counts(&self) -> StreamCounts {
        let Counts {
            frames,
            bytes,
            events,
            keepalives,
        } = &self.0.counts;
        StreamCounts {
            frames: frames.load(Ordering::Relaxed),
            bytes: bytes.load(Ordering::Relaxed),
            events: events.load(Ordering::Relaxed),
            keepalives: keepalives.load(Ordering::Relaxed),
        }
    }

    #[cfg(feature = "trace")]
    pub(super) fn links(&self) -> &Links {
        &self.0.links
    }

    /// The index of the reason that was given.
    pub(super) fn reason(&self) -> Option<u8> {
        self.0.reason.load(Ordering::Relaxed).checked_sub(1)
    }

    /// The declared reason of an index.
    pub(super) fn declared(&self, index: u8) -> Option<CloseReason<'_>> {
        let reason = self.0.reasons.get(usize::from(index))?;
        Some(CloseReason::declared(&reason.name, reason.fault))
    }

    /// The reasons that a handler may give.
    #[cfg(feature = "sse")]
    pub(super) fn reasons(&self) -> impl Iterator<Item = CloseReason<'_>> {
        let reasons = self.0.reasons.iter();
        reasons.map(|reason| CloseReason::declared(&reason.name, reason.fault))
    }

    #[cfg(feature = "sse")]
    pub(crate) fn serialization_errors(&self) -> u64 {
        self.0.serialization_errors.load(Ordering::Relaxed)
    }

    #[cfg(feature = "sse")]
    pub(crate) fn tell(&self, now: StreamCounts) {
        let counts = &self.0.counts;
        counts.frames.store(now.frames, Ordering::Relaxed);
        counts.bytes.store(now.bytes, Ordering::Relaxed);
        counts.events.store(now.events, Ordering::Relaxed);
        counts.keepalives.store(now.keepalives, Ordering::Relaxed);
    }
}

impl fmt::Debug for StreamHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StreamHandle")
            .field("id", &self.id())
            .field("counts", &self.counts())
            .finish_non_exhaustive()
    }
}
