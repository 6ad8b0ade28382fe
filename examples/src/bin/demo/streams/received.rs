//! What a client received of a stream, read by a few lines of its own: not by what is compared with it.

use std::collections::BTreeMap;

/// The events of this type say no more than that the stream is alive, as comments do.
const PING: &str = "ping";

/// Frames, events and keep-alives.
#[derive(Clone, Debug, Default)]
pub(crate) struct Received {
    pub(crate) frames: u64,
    pub(crate) keepalives: u64,
    pub(crate) events: BTreeMap<String, u64>,
    /// The id of the last event that had one.
    pub(crate) last_id: Option<String>,
    /// The start of an event whose end is yet to come.
    rest: String,
}

// === impl Received ===

impl Received {
    /// Reads a data frame.
    pub(crate) fn read(&mut self, data: &[u8]) {
        self.frames += 1;
        // This program's streams are ASCII.
        self.rest.push_str(&String::from_utf8_lossy(data));
        while let Some(end) = self.rest.find("\n\n") {
            let block: String = self.rest.drain(..end + 2).collect();
            self.block(&block);
        }
    }

    /// What is between two empty lines.
    fn block(&mut self, block: &str) {
        let (mut event_type, mut has_data) = ("message", false);
        for line in block.lines() {
            match line.split_once(':').unwrap_or((line, "")) {
                ("", _) => self.keepalives += u64::from(!line.is_empty()),
                ("event", value) => event_type = value.trim_start(),
                ("id", value) => self.last_id = Some(value.trim_start().into()),
                ("data", _) => has_data = true,
                _ => {}
            }
        }
        match (has_data, event_type) {
            (true, PING) => self.keepalives += 1,
            (true, event_type) => *self.events.entry(event_type.into()).or_default() += 1,
            (false, _) => {}
        }
    }

    /// Adds what another stream brought.
    pub(crate) fn add(&mut self, other: Self) {
        self.frames += other.frames;
        self.keepalives += other.keepalives;
        for (event_type, count) in other.events {
            *self.events.entry(event_type).or_default() += count;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_keepalives_and_frames_are_told_apart() {
        let mut received = Received::default();
        for frame in [
            ":\n\n",
            "event: word\nid: 7\nda",
            "ta: one\n\n:\n\ndata: a\ndata: b\n\n",
            "event: ping\ndata\n\nevent: nothing\n\n",
        ] {
            received.read(frame.as_bytes());
        }
        assert_eq!((received.frames, received.keepalives), (4, 3));
        let events = [("message".to_owned(), 1), ("word".to_owned(), 1)];
        assert_eq!(received.events, BTreeMap::from(events));
        assert_eq!(received.last_id.as_deref(), Some("7"));
    }
}
