//! The lines of jobs.

use tracing::Level;

use super::About;
use crate::{
    label::{Fault, Outcome},
    line::{self, Trace, active_trace, at, text, wanted},
    observe::signed,
};

/// Which lines there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Lines {
    #[default]
    StartAndEnd,
    End,
    None,
}

/// What is kept of a job for its lines.
#[derive(Debug)]
pub(super) struct Kept {
    trace: Option<Trace>,
    ids: String,
}

/// The target of the lines of jobs.
const TASK: &str = "bartizan::task";

// === impl Lines ===

impl Lines {
    /// Whether no one wants any line.
    #[inline]
    pub(super) fn is_off(self) -> bool {
        self == Self::None || line::is_off()
    }

    /// A job starts, within its span.
    #[cold]
    pub(super) fn start(self, task: &str, about: &About) -> Kept {
        let mut ids = String::new();
        for (name, value) in &about.ids {
            text::append(&mut ids, &text::clean(name), value);
        }
        let kept = Kept {
            trace: active_trace(),
            ids,
        };
        if self == Self::StartAndEnd && tracing::event_enabled!(target: TASK, Level::INFO) {
            let (trace_id, span_id) = kept.trace_ids();
            tracing::event!(
                target: TASK,
                Level::INFO,
                trace_id = trace_id.as_ref().map(|id| id.as_str()),
                span_id = span_id.as_ref().map(|id| id.as_str()),
                task = &*text::clean(task),
                custom = kept.ids(),
                "task started"
            );
        }
        kept
    }
}

// === impl Kept ===

impl Kept {
    /// The job ended.
    #[cold]
    pub(super) fn end(
        &self,
        task: &str,
        outcome: Outcome,
        error: Option<&'static str>,
        nanos: u64,
    ) {
        let level = match outcome.fault() {
            Some(Fault::Server) => Level::ERROR,
            _ => Level::INFO,
        };
        if !wanted!(level, TASK) {
            return;
        }
        let (trace_id, span_id) = self.trace_ids();
        at!(
            level,
            TASK,
            trace_id = trace_id.as_ref().map(|id| id.as_str()),
            span_id = span_id.as_ref().map(|id| id.as_str()),
            task = &*text::clean(task),
            outcome = outcome.as_str(),
            "error.type" = error.map(text::clean).as_deref(),
            duration_seconds = signed(nanos) / 1e9,
            custom = self.ids(),
            "task ended"
        );
    }

    fn trace_ids(&self) -> (Option<line::Hex<32>>, Option<line::Hex<16>>) {
        let trace = self.trace.as_ref();
        (trace.map(Trace::trace_id), trace.map(Trace::span_id))
    }

    fn ids(&self) -> Option<&str> {
        (!self.ids.is_empty()).then_some(&*self.ids)
    }
}
