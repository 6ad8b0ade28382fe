//! Writes a line for each request, by how it ended.

use std::sync::Arc;

use super::{LogBuilder, inner::Inner};
use crate::{
    line::{self, Trace},
    observe::{Needs, ObserveLayer, Observer, Record, RequestHead, ResponseHead},
};

/// Logs requests and streams. See the [module docs](self).
///
/// A clone shares the counts of the original's sampling.
#[derive(Clone, Debug)]
pub struct Log(Arc<Inner>);

/// A layer with [`Log`] alone.
pub type LogLayer = ObserveLayer<Log>;

/// What [`Log`] keeps about one exchange.
#[derive(Debug)]
pub struct LogState(pub(super) Stage);

#[derive(Debug)]
pub(super) enum Stage {
    /// The user does not want its lines.
    Skipped,
    /// There is nothing to keep.
    Bare,
    /// A stream that opened without a line.
    LeftOut,
    /// Boxed, for a state moves with the future and the body.
    With(Box<Kept>),
}

/// What is known at the start alone.
#[derive(Debug, Default)]
pub(super) struct Kept {
    pub(super) trace: Option<Trace>,
    /// The user's own fields.
    pub(super) custom: String,
    /// A stream that opened without a line.
    pub(super) left_out: bool,
}

// === impl Log ===

impl Log {
    /// A line for each request, and two for each stream.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Starts a log with options.
    pub fn builder() -> LogBuilder {
        LogBuilder::default()
    }
}

impl Default for Log {
    fn default() -> Self {
        LogBuilder::default().finish()
    }
}

impl From<Inner> for Log {
    fn from(inner: Inner) -> Self {
        Self(Arc::new(inner))
    }
}

impl Observer for Log {
    type State = LogState;

    const FRAMES_WITHIN: bool = false;

    fn needs(&self) -> Needs {
        Needs::NONE.request_size().stream_events().tells_calls()
    }

    #[inline(always)]
    fn is_on(&self) -> bool {
        !line::is_off()
    }

    #[inline(always)]
    fn start(&self, _: Record<'_>, request: RequestHead<'_>) -> LogState {
        LogState(self.0.start(request))
    }

    #[inline(always)]
    fn head(&self, state: &mut LogState, record: Record<'_>, response: &mut ResponseHead<'_>) {
        if !matches!(state.0, Stage::Skipped) {
            self.0.head(&mut state.0, record, response);
        }
    }

    #[inline(always)]
    fn end(&self, state: LogState, record: Record<'_>) {
        if !matches!(state.0, Stage::Skipped) {
            self.0.end(state.0, record);
        }
    }
}
