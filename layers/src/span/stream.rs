//! What the span of an event stream tells besides.

use std::time::{Duration, SystemTime};

use opentelemetry::{Context, KeyValue, trace::TraceContextExt};

use super::{
    names::{self, event},
    options::Sampled,
    text,
};
use crate::observe::Record;

/// A stream under way.
#[derive(Debug)]
pub(super) struct Stream {
    sampled: Sampled,
    /// How many events there are when the next one is noted; [`NEVER`] if none is.
    next: u64,
    /// When the first byte was handed over, since the request's arrival and on the clock of spans.
    first_byte: Option<(Duration, SystemTime)>,
    noted_first_event: bool,
}

const NEVER: u64 = u64::MAX;

// === impl Stream ===

impl Stream {
    pub(super) fn new(sampled: Sampled) -> Self {
        Self {
            sampled,
            // The first event is waited for.
            next: 1,
            first_byte: None,
            noted_first_event: false,
        }
    }

    /// A data frame passes.
    #[inline]
    pub(super) fn frame(&mut self, context: &Context, record: Record<'_>) {
        if record.frames() == 1 {
            self.note_first_byte(context, record);
        }
        if self.next != NEVER && record.events_so_far() >= self.next {
            self.note_event(context, record);
        }
    }

    #[cold]
    fn note_first_byte(&mut self, context: &Context, record: Record<'_>) {
        let now = SystemTime::now();
        self.first_byte = Some((record.elapsed(), now));
        let span = context.span();
        span.add_event_with_timestamp(event::FIRST_BYTE, now, Vec::new());
    }

    #[cold]
    fn note_event(&mut self, context: &Context, record: Record<'_>) {
        let span = context.span();
        if !self.noted_first_event {
            self.noted_first_event = true;
            // Whoever counts may come after this observer: then the event was a frame ago.
            let since = record.first_event().map_or(Duration::ZERO, |first| {
                record.elapsed().saturating_sub(first)
            });
            let now = SystemTime::now();
            let at = now.checked_sub(since).unwrap_or(now);
            // It may have been found before its byte was seen here.
            let at = self
                .first_byte
                .map_or(at, |(_, first_byte)| at.max(first_byte));
            span.add_event_with_timestamp(event::FIRST_EVENT, at, Vec::new());
        }
        let Sampled { every, most } = &mut self.sampled;
        if *most == 0 {
            self.next = NEVER;
            return;
        }
        let events = record.events_so_far();
        if events >= *every {
            let attributes = vec![
                number(names::EVENTS, events),
                number(names::BYTES, record.sent()),
            ];
            span.add_event(event::EVENT, attributes);
            *most -= 1;
        }
        self.next = match *most {
            0 => NEVER,
            // A frame may hold several.
            _ => (events / *every + 1) * *every,
        };
    }

    /// The stream ended: its events are noted to the last, then the summary and the close.
    pub(super) fn close(&mut self, context: &Context, record: Record<'_>) {
        if self.next != NEVER && record.events_so_far() >= self.next {
            self.note_event(context, record);
        }
        let span = context.span();
        let mut summary = Vec::with_capacity(10);
        summary.push(number(names::FRAMES, record.frames()));
        summary.push(number(names::BYTES, record.sent()));
        if let Some(counts) = record.stream_counts() {
            summary.push(number(names::EVENTS, counts.events));
            summary.push(number(names::KEEPALIVES, counts.keepalives));
        }
        let seconds = |name, time: Duration| KeyValue::new(name, time.as_secs_f64());
        summary.extend(
            self.first_byte
                .map(|(time, _)| seconds(names::FIRST_BYTE, time)),
        );
        summary.extend(
            record
                .first_event()
                .map(|time| seconds(names::FIRST_EVENT, time)),
        );
        let id = record.stream_handle().and_then(|handle| handle.id());
        summary.extend(id.map(|id| KeyValue::new(names::STREAM_ID, text::fit(id))));
        let mut close = Vec::with_capacity(2);
        if let Some(reason) = record.close_reason() {
            close.push(match reason.end() {
                Some(end) => KeyValue::new(names::CLOSE_REASON, end.as_str()),
                None => KeyValue::new(names::CLOSE_REASON, reason.as_str().to_owned()),
            });
        }
        let detail = record.close_detail();
        close.extend(detail.map(|detail| KeyValue::new(names::CLOSE_DETAIL, detail)));
        summary.extend(close.iter().cloned());
        span.set_attributes(summary);
        span.add_event(event::CLOSE, close);
    }
}

/// No stream has 2⁶³ of anything.
fn number(name: &'static str, number: u64) -> KeyValue {
    KeyValue::new(name, number as i64)
}
