//! Tells the events of a stream as its body passes, and passes it on as it is.
//!
//! A server-sent event stream is one long response: how long it took says little, and what is asked is when the
//! first event came, how many of which type there were, where it stalled, and whether it came to its end or was cut
//! off. All of that is in the body. This crate has the parts to see it there, without a runtime or metrics:
//!
//! - [`SseBody`] wraps any [`http_body::Body`]. It gives the same frames, trailers, size hint and end of stream, and
//!   keeps [`Stats`] of what passes. Hooks are told each frame, each item, and, once, the end:
//!
//!   ```
//!   use http_body_util::{BodyExt, Full};
//!   use sse_body::{Ended, Item, SseBody, Stats};
//!
//!   # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
//!   let body = Full::new(bytes::Bytes::from_static(b"event: delta\ndata: {}\n\ndata: [DONE]\n\n"));
//!   let (mut is_done, mut ends) = (false, Vec::new());
//!   let body = SseBody::new(body)
//!       .on_item(|item: Item<'_>| {
//!           if let Item::Event(event) = item {
//!               is_done |= event.data() == Some(b"[DONE]");
//!           }
//!       })
//!       .on_end(|stats: &Stats, ended| ends.push((stats.events, stats.cut_off, ended)));
//!   assert_eq!(body.collect().await?.to_bytes().len(), 37);
//!   assert!(is_done);
//!   assert_eq!(ends, [(2, false, Ended::Completed)]);
//!   # Ok::<_, Box<dyn std::error::Error>>(())
//!   # })?;
//!   # Ok::<_, Box<dyn std::error::Error>>(())
//!   ```
//!
//! - [`Scanner`] finds the events in bytes, however they are cut, for those who have a body of their own. It reads
//!   `text/event-stream` as a browser does, and newline-delimited JSON:
//!
//!   ```
//!   use sse_body::{Item, Scanner};
//!
//!   let mut lines = 0;
//!   let mut scanner = Scanner::lines();
//!   scanner.feed(b"{\"a\": 1}\n{\"a\"", &mut |_: Item<'_>| lines += 1);
//!   scanner.feed(b": 2}\n", &mut |_: Item<'_>| lines += 1);
//!   assert_eq!(lines, 2);
//!   ```
//!
//! - [`Format::of`] says from a response's headers whether it is such a stream, and [`TapBody`] shows the frames of any
//!   body and reads nothing.
//!
//! # Cost
//! Nothing is allocated, and nothing is kept of the content but the type of the event at hand and the first 16 bytes
//! of its data, and these only where a frame cuts it. Instructions, on x86-64, in a release build, counted by
//! callgrind, with a hook that adds up counters:
//!
//! | call | instructions |
//! |---|---|
//! | [`Scanner::feed`], an event of 120 bytes: type, id, 91 bytes of JSON | 288 |
//! | the same with CRLF, 117 bytes | 389 |
//! | the same in two halves | 877 |
//! | [`Scanner::feed`], an event of 208 bytes of data alone | 224 |
//! | [`Scanner::feed`], `data: [DONE]` | 156 |
//! | [`Scanner::feed`], a comment | 207 |
//! | [`Scanner::feed`], 64 KiB of data in a line | 18,584 |
//! | [`SseBody`], a frame of 120 bytes, scan and two looks at the clock included | 468 |
//! | [`SseBody::encoded`], the same frame | 233 |
//!
//! A scanner is 104 bytes, and [`SseBody`] adds 288 to the body within it.
//!
//! # Source
//! WHATWG HTML, 9.2.6, "Interpreting an event stream". `testdata/` holds what that means case by case, and the tests
//! hold the scanner to the standard's text and to a published parser.

mod body;
mod end;
mod format;
pub mod hooks;
mod scanner;
mod stats;
mod tap;
#[cfg(test)]
mod tests;
mod watch;

pub use self::{
    body::SseBody,
    end::{Ended, OnEnd},
    format::Format,
    scanner::{Event, EventType, Item, OnItem, Scanner},
    stats::Stats,
    tap::{OnFrame, TapBody},
};

/// The example of the README runs as a test.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
