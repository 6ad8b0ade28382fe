//! Metrics of event streams.

use serde::{Deserialize, Serialize};

use crate::config::Period;

/// Metrics of event streams.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct EventStreams {
    /// Whether they are recorded. Lines tell how many events a stream had only if they are.
    pub enabled: bool,
    /// The types of events that are labels; others are `_OTHER`. By default every type is, up to `event_type_cap`.
    pub event_types: Option<Vec<String>>,
    /// How many distinct types are labels, from 1 to 60,000; later ones are `{overflow}`.
    pub event_type_cap: usize,
    /// Events of these types are keep-alives. Comments always are.
    pub keepalive_types: Vec<String>,
    /// A stream is whole only with an event of one of these types, as `message_stop`, or with one of `end_data`.
    pub end_types: Vec<String>,
    /// A stream is whole only with an event that has one of these data, as `[DONE]`, or a type of `end_types`.
    pub end_data: Vec<String>,
    /// Whether the gaps between events are recorded.
    pub event_gap: bool,
    /// Whether the sizes of events are recorded.
    pub event_size: bool,
    /// Whether sizes are labelled with `event_type`.
    pub size_by_type: bool,
    /// From when on a stream counts as stalled.
    pub stalled_after: StalledAfter,
}

/// From when on a stream counts as stalled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct StalledAfter {
    /// No event since the request came.
    pub no_first_event: Period,
    /// No event since the last one.
    pub no_event: Period,
    /// The connection takes no bytes.
    pub write_blocked: Period,
    /// Nobody asks for the next frame.
    pub not_polled: Period,
}

// === impl EventStreams ===

impl Default for EventStreams {
    fn default() -> Self {
        Self {
            enabled: true,
            event_types: None,
            event_type_cap: 20,
            keepalive_types: vec!["heartbeat".into(), "ping".into()],
            end_types: Vec::new(),
            end_data: Vec::new(),
            event_gap: true,
            event_size: true,
            size_by_type: false,
            stalled_after: StalledAfter::default(),
        }
    }
}

// === impl StalledAfter ===

impl Default for StalledAfter {
    fn default() -> Self {
        Self {
            no_first_event: Period::from_secs(10),
            no_event: Period::from_secs(30),
            write_blocked: Period::from_secs(5),
            not_polled: Period::from_secs(5),
        }
    }
}
