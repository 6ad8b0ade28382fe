//! What the stream metrics can be told.

use super::{
    Sse,
    inner::Inner,
    options::Options,
    stalls::StallThresholds,
    types::{EndMarker, EventTypes},
};
use crate::{label, meter::Meter};

/// The options of [`Sse`].
#[derive(Clone, Debug)]
#[must_use = "nothing is made until `build`"]
pub struct SseBuilder {
    meter: Meter,
    options: Options,
    cap: usize,
    allowed: Option<Vec<String>>,
    keepalives: Vec<String>,
    markers: Vec<EndMarker>,
}

/// The options of [`Sse`] were refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SseError {
    /// An event type can never come.
    #[error(
        "sse.{field}: {given:?} is not an event type: 1 to {} bytes are accepted, without control \
         characters, quotes or backslashes",
        sse_body::Scanner::MAX_TYPE_LEN
    )]
    EventType {
        /// The option that it was given to.
        field: &'static str,
        /// What was given.
        given: String,
    },
    /// An end marker's data are empty, or longer than what is looked at.
    #[error(
        "sse.end_data: {given:?}: 1 to {} bytes in one line are accepted",
        sse_body::Scanner::MAX_DATA_LEN
    )]
    EndData {
        /// What was given.
        given: String,
    },
    /// A type is a keep-alive and something else too.
    #[error("sse.keepalive_types: {given:?} is given to `{field}` too, and cannot be both")]
    Contradiction {
        /// The other option.
        field: &'static str,
        /// What was given.
        given: String,
    },
}

// === impl SseBuilder ===

impl SseBuilder {
    /// Records through `meter`; by default the global recorder, with Prometheus names.
    pub fn meter(mut self, meter: Meter) -> Self {
        self.meter = meter;
        self
    }

    /// At most so many distinct event types are labels, clamped to 1..=60,000; 20 by default. Later
    /// ones are `{overflow}`.
    pub fn event_type_cap(mut self, cap: usize) -> Self {
        self.cap = cap;
        self
    }

    /// Only these event types are labels, and `message`; the others are `_OTHER`.
    pub fn event_types(mut self, types: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.allowed = Some(types.into_iter().map(Into::into).collect());
        self
    }

    /// Events of these types are keep-alives; `heartbeat` and `ping` by default. Comments always are.
    pub fn keepalive_types(mut self, types: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.keepalives = types.into_iter().map(Into::into).collect();
        self
    }

    /// A stream is whole only with an event of this type, such as `message_stop`. One that completes
    /// without any of its end markers is `incomplete`.
    pub fn end_type(mut self, event_type: impl Into<String>) -> Self {
        let text = event_type.into().into_boxed_str();
        self.markers.push(EndMarker::Type(text));
        self
    }

    /// As [`end_type`](Self::end_type), for an event with these data, such as `[DONE]`.
    pub fn end_data(mut self, data: impl Into<String>) -> Self {
        let text = data.into().into_boxed_str();
        self.markers.push(EndMarker::Data(text));
        self
    }

    /// Records the gaps between events, or not; on by default.
    pub fn event_gap(mut self, record: bool) -> Self {
        self.options.gap = record;
        self
    }

    /// Records the sizes of events, or not; on by default.
    pub fn event_size(mut self, record: bool) -> Self {
        self.options.size = record;
        self
    }

    /// Adds `event_type` to the sizes of events.
    pub fn size_by_type(mut self) -> Self {
        self.options.size_by_type = true;
        self
    }

    /// From when on a [scan](Sse::scan) finds a stream stalled.
    pub fn stall_thresholds(mut self, thresholds: StallThresholds) -> Self {
        self.options.stalls = thresholds;
        self
    }

    /// Makes the observer.
    ///
    /// # Errors
    ///
    /// [`SseError`] names the option that was refused, and says what is accepted.
    pub fn build(self) -> Result<Sse, SseError> {
        let allowed = self.allowed.as_deref().unwrap_or_default();
        for (field, types) in [
            ("event_types", allowed),
            ("keepalive_types", &self.keepalives),
        ] {
            types.iter().try_for_each(|name| check_type(field, name))?;
        }
        for marker in &self.markers {
            match marker {
                EndMarker::Type(name) => check_type("end_type", name)?,
                EndMarker::Data(data) => check_data(data)?,
            }
        }
        let ends = self.markers.iter().filter_map(|marker| match marker {
            EndMarker::Type(name) => Some(&**name),
            EndMarker::Data(_) => None,
        });
        let named = allowed.iter().map(|name| ("event_types", name.as_str()));
        for (field, name) in named.chain(ends.map(|name| ("end_type", name))) {
            if self.keepalives.iter().any(|keepalive| keepalive == name) {
                let given = name.to_owned();
                return Err(SseError::Contradiction { field, given });
            }
        }
        Ok(self.finish())
    }

    /// Makes the observer of options that need no check.
    pub(crate) fn finish(self) -> Sse {
        let Self {
            meter,
            options,
            cap,
            allowed,
            keepalives,
            markers,
        } = self;
        let types = EventTypes::new(cap, allowed.as_deref(), &keepalives, markers);
        Sse::from(Inner::new(meter, options, types))
    }
}

impl Default for SseBuilder {
    fn default() -> Self {
        Self {
            meter: Meter::default(),
            options: Options::default(),
            cap: EventTypes::CAP,
            allowed: None,
            keepalives: vec!["heartbeat".into(), "ping".into()],
            markers: Vec::new(),
        }
    }
}

fn check_type(field: &'static str, name: &str) -> Result<(), SseError> {
    let fits = (1..=sse_body::Scanner::MAX_TYPE_LEN).contains(&name.len());
    if fits && *label::clean(name) == *name {
        return Ok(());
    }
    let given = name.to_owned();
    Err(SseError::EventType { field, given })
}

fn check_data(data: &str) -> Result<(), SseError> {
    let fits = (1..=sse_body::Scanner::MAX_DATA_LEN).contains(&data.len());
    if fits && !data.contains(['\r', '\n']) {
        return Ok(());
    }
    let given = data.to_owned();
    Err(SseError::EndData { given })
}
