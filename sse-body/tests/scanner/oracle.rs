//! The scanner and the `eventsource-stream` crate find the same events.
//!
//! What that crate (0.2.3) does otherwise than the standard:
//! - a byte order mark at the start is a panic;
//! - a blank line that ends with a CR at the end of the stream is waited for in vain: no event;
//! - bytes that are not UTF-8 are an error, where the standard has them decoded with replacements.
//!
//! Cases of the corpus where this shows are marked there, and must show it.

use std::{
    convert::Infallible,
    pin::{Pin, pin},
    task::{Context, Poll, Waker},
};

use eventsource_stream::EventStream;
use futures_core::Stream;
use proptest::prelude::*;
use sse_body::Scanner;

use crate::{
    properties::stream,
    seen::{Seen, scan},
};

/// What both sides tell of an event: its type, and its data or how much there is.
#[derive(Debug, Eq, PartialEq)]
pub(crate) struct Told {
    event_type: Option<Vec<u8>>,
    data: Option<Vec<u8>>,
    data_len: u64,
}

struct Chunks<'a>(std::slice::Chunks<'a, u8>);

impl<'a> Stream for Chunks<'a> {
    type Item = Result<&'a [u8], Infallible>;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Poll::Ready(self.0.next().map(Ok))
    }
}

/// What the published parser tells.
pub(crate) fn oracle(bytes: &[u8]) -> Result<Vec<Told>, String> {
    let mut events = pin!(EventStream::new(Chunks(bytes.chunks(64))));
    let mut context = Context::from_waker(Waker::noop());
    let mut told = Vec::new();
    loop {
        match events.as_mut().poll_next(&mut context) {
            Poll::Ready(Some(Ok(event))) => told.push(Told {
                event_type: (event.event.len() <= Scanner::MAX_TYPE_LEN)
                    .then(|| event.event.into_bytes()),
                data_len: event.data.len() as u64,
                data: (event.data.len() <= Scanner::MAX_DATA_LEN).then(|| event.data.into_bytes()),
            }),
            Poll::Ready(Some(Err(error))) => return Err(error.to_string()),
            Poll::Ready(None) => return Ok(told),
            Poll::Pending => return Err("pending".to_owned()),
        }
    }
}

/// What the scanner tells.
pub(crate) fn ours(bytes: &[u8]) -> Vec<Told> {
    let items = scan(Scanner::new(), [bytes]).items;
    let events = items.into_iter().filter_map(|item| match item {
        Seen::Event(event) => Some(event),
        Seen::Comment | Seen::Retry(_) => None,
    });
    events
        .map(|event| Told {
            event_type: event.kind,
            data: event.data,
            data_len: event.data_len,
        })
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn finds_the_same_events(bytes in stream()) {
        // The three deviations, mended: text, no mark at the start, no CR at the end.
        let mut text = String::from_utf8_lossy(&bytes).into_owned();
        if text.starts_with('\u{FEFF}') {
            text.insert(0, '\n');
        }
        if text.ends_with('\r') {
            text.push('\n');
        }
        prop_assert_eq!(oracle(text.as_bytes()), Ok(ours(text.as_bytes())));
    }
}
