//! What a job says of itself.

use std::fmt::Display;

use crate::label;

/// What a job says of itself: its ids, and the trace that it comes from.
///
/// Ids are attributes of the job's span and fields of its lines, never labels: each would be a series. Nothing of a
/// job is told but what is given here.
#[derive(Debug, Default)]
pub struct About {
    pub(super) ids: Vec<(&'static str, String)>,
    #[cfg(feature = "trace")]
    pub(super) origin: super::span::Origin,
}

/// Tells what a job says of itself.
///
/// Closures are that: `|job: &Job, about: &mut About| { about.id("job.id", job.id); }`. It is asked where a span is made
/// or a line is written, before the service is called with the job.
pub trait Describe<J> {
    /// Tells of `job`.
    fn describe(&self, job: &J, about: &mut About);
}

/// The most ids that a job has.
const MOST_IDS: usize = 16;

// === impl About ===

impl About {
    /// Tells an id, such as `job.id`. Of more than 16 the first count; what is longer than 256 bytes is cut.
    pub fn id(&mut self, name: &'static str, value: impl Display) -> &mut Self {
        if self.ids.len() < MOST_IDS {
            let mut value = value.to_string();
            value.truncate(label::cut(&value, label::MAX_VALUE_LEN).len());
            self.ids.push((name, value));
        }
        self
    }

    /// The job continues the trace of whom made it: what that sent along as `traceparent` and `tracestate` (W3C Trace
    /// Context). Malformed, it is as if it was not there. Of two the last one counts.
    ///
    /// It is for a job that its maker waits for, or that is the only one that it made; else see [`link`](Self::link).
    pub fn parent(&mut self, traceparent: &str, tracestate: Option<&str>) -> &mut Self {
        #[cfg(feature = "trace")]
        if let Some(parent) = super::span::sent(traceparent, tracestate) {
            self.origin.parent = Some(parent);
        }
        #[cfg(not(feature = "trace"))]
        let _ = (traceparent, tracestate);
        self
    }

    /// The job starts a trace of its own, and its span links that of whom made it. At most 64 links.
    pub fn link(&mut self, traceparent: &str, tracestate: Option<&str>) -> &mut Self {
        #[cfg(feature = "trace")]
        if let Some(link) = super::span::sent(traceparent, tracestate) {
            self.origin.link(link);
        }
        #[cfg(not(feature = "trace"))]
        let _ = (traceparent, tracestate);
        self
    }

    /// As [`parent`](Self::parent), by a context of `opentelemetry`'s.
    #[cfg(feature = "trace")]
    pub fn parent_span(&mut self, parent: opentelemetry::trace::SpanContext) -> &mut Self {
        if parent.is_valid() {
            self.origin.parent = Some(parent);
        }
        self
    }

    /// As [`link`](Self::link), by a context of `opentelemetry`'s.
    #[cfg(feature = "trace")]
    pub fn link_span(&mut self, link: opentelemetry::trace::SpanContext) -> &mut Self {
        if link.is_valid() {
            self.origin.link(link);
        }
        self
    }
}

// === impl Describe ===

impl<J> Describe<J> for () {
    fn describe(&self, _: &J, _: &mut About) {}
}

impl<J, F: Fn(&J, &mut About)> Describe<J> for F {
    fn describe(&self, job: &J, about: &mut About) {
        self(job, about);
    }
}
