//! What a scrape says of streams.

use std::collections::BTreeMap;

use bartizan::label::{End, Fault};
use bartizan_tests::{recorder::Recorder, scrape::Scrape};

pub(crate) const STARTED: &str = "sse_streams_started_total";
pub(crate) const ACTIVE: &str = "sse_streams_active";
pub(crate) const DURATION: &str = "sse_stream_duration_seconds";
pub(crate) const ERRORS: &str = "sse_errors_total";
pub(crate) const WITHOUT_EVENTS: &str = "sse_streams_without_events_total";
pub(crate) const EVENTS: &str = "sse_events_total";
pub(crate) const UNDELIVERED: &str = "sse_events_undelivered_total";
pub(crate) const FRAMES: &str = "sse_frames_total";
pub(crate) const KEEPALIVES: &str = "sse_keepalives_total";
pub(crate) const BYTES: &str = "sse_body_bytes_total";
pub(crate) const FIRST_BYTE: &str = "sse_time_to_first_byte_seconds";
pub(crate) const FIRST_EVENT: &str = "sse_time_to_first_event_seconds";
pub(crate) const GAP: &str = "sse_event_gap_seconds";
pub(crate) const SIZE: &str = "sse_event_size_bytes";
pub(crate) const STALLED: &str = "sse_streams_stalled";
pub(crate) const WRITE_ERRORS: &str = "sse_write_errors_total";
pub(crate) const RECONNECTS: &str = "sse_reconnects_total";
pub(crate) const BACKPRESSURE: &str = "sse_backpressure_seconds";
pub(crate) const CONNECTION: &str = "server_connection_duration_seconds";
pub(crate) const OVERFLOW: &str = "bartizan_label_overflow_total";

/// What passed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Passed {
    pub(crate) frames: u64,
    pub(crate) bytes: u64,
    pub(crate) events: u64,
    pub(crate) keepalives: u64,
}

/// A value, or 0 where there is none.
pub(crate) fn total(scrape: &Scrape, name: &str, labels: &[(&str, &str)]) -> u64 {
    scrape.value(name, labels).unwrap_or(0.0) as u64
}

pub(crate) fn active(scrape: &Scrape) -> f64 {
    scrape.value(ACTIVE, &[]).unwrap_or(0.0)
}

pub(crate) fn closed(scrape: &Scrape) -> u64 {
    scrape.count(DURATION, &[])
}

pub(crate) fn passed(scrape: &Scrape) -> Passed {
    Passed {
        frames: total(scrape, FRAMES, &[]),
        bytes: total(scrape, BYTES, &[]),
        events: total(scrape, EVENTS, &[]),
        keepalives: total(scrape, KEEPALIVES, &[]),
    }
}

/// Why connections closed, once that many did.
pub(crate) async fn connections(recorder: &Recorder, closed: u64) -> BTreeMap<String, u64> {
    let are = |scrape: &Scrape| scrape.count(CONNECTION, &[]) == closed;
    let count = format!("{CONNECTION}_count");
    by(&recorder.once(are).await, &count, "close_reason")
}

/// The series that are not at 0, by one label.
pub(crate) fn by(scrape: &Scrape, name: &str, label: &str) -> BTreeMap<String, u64> {
    let mut by = BTreeMap::new();
    for sample in scrape.samples(name, &[]) {
        let word = sample.labels.get(label).cloned().unwrap_or_default();
        *by.entry(word).or_default() += sample.value as u64;
    }
    by.retain(|_, value| *value != 0);
    by
}

/// Checks why streams were closed: by the durations, by the errors, and that as many began as ended.
pub(crate) fn reasons(scrape: &Scrape, wanted: &[(&str, u64)]) {
    let map = |wanted: &mut dyn Iterator<Item = &(&str, u64)>| -> BTreeMap<String, u64> {
        wanted
            .filter(|(_, streams)| *streams != 0)
            .map(|(reason, streams)| ((*reason).to_owned(), *streams))
            .collect()
    };
    let count = format!("{DURATION}_count");
    assert_eq!(by(scrape, &count, "close_reason"), map(&mut wanted.iter()));
    let is_error = |(reason, _): &&(&str, u64)| {
        let end = End::ALL.iter().find(|end| end.as_str() == *reason);
        end.is_some_and(|end| end.fault() == Some(Fault::Server))
    };
    let mut errors = by(scrape, ERRORS, "reason");
    errors.remove("serialization_error");
    assert_eq!(errors, map(&mut wanted.iter().filter(is_error)));
    assert_eq!(total(scrape, STARTED, &[]), closed(scrape));
    assert_eq!(scrape.value(ACTIVE, &[]), Some(0.0));
}
