//! What is read of a body, and what is only counted.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Buf;
use http::{
    HeaderMap, HeaderValue,
    header::{CONTENT_ENCODING, CONTENT_TYPE},
};
use http_body::{Body, Frame};
use sse_body::{Format, Item, SseBody};

use crate::script::{EVENT, HALF, Script, Step, drain};

#[test]
fn stats_tell_what_passed() {
    let steps = [
        Step::Data(b""),
        Step::Data(b": hello\n\nretry: 5\nevent: a\nid: 1\ndata: x\n\n"),
        Step::Data(b"data: xyz\n\ndata: [DO"),
        Step::Data(b"NE]\n\n"),
        Step::Trailers,
    ];
    let mut body = SseBody::new(Script::new(steps));
    drain(&mut body);
    let stats = body.stats();
    assert_eq!((stats.frames, stats.bytes), (5, 67));
    assert_eq!((stats.events, stats.comments, stats.retries), (3, 1, 1));
    assert_eq!(stats.largest_event, 33);
    assert!(stats.saw_id && !stats.cut_off && !stats.encoded && !stats.unread);
}

#[test]
fn encoded_bodies_are_counted_and_not_read() {
    let mut body =
        SseBody::encoded(Script::new([EVENT, HALF])).on_item(|item: Item<'_>| panic!("{item:?}"));
    drain(&mut body);
    let stats = body.stats();
    assert_eq!((stats.frames, stats.bytes, stats.events), (2, 17, 0));
    assert!(stats.encoded && !stats.cut_off);
}

#[test]
fn data_in_pieces_is_read_where_it_shows_them() {
    let body = |data| {
        struct One<D>(Option<D>);
        impl<D: Buf + Unpin> Body for One<D> {
            type Data = D;
            type Error = io::Error;

            fn poll_frame(
                mut self: Pin<&mut Self>,
                _: &mut Context<'_>,
            ) -> Poll<Option<Result<Frame<D>, io::Error>>> {
                Poll::Ready(self.0.take().map(|data| Ok(Frame::data(data))))
            }
        }
        One(Some(data))
    };
    let chain = b"data: a\n\nda".chain(&b"ta: b\n"[..]).chain(&b"\n"[..]);
    let mut read = SseBody::new(body(chain));
    drain(&mut read);
    assert_eq!((read.stats().events, read.stats().unread), (2, false));

    /// Shows its first bytes only.
    struct Shy(&'static [u8]);
    impl Buf for Shy {
        fn remaining(&self) -> usize {
            self.0.len()
        }

        fn chunk(&self) -> &[u8] {
            &self.0[..self.0.len().min(4)]
        }

        fn advance(&mut self, count: usize) {
            self.0 = &self.0[count..];
        }
    }
    impl Body for Shy {
        type Data = Self;
        type Error = io::Error;

        fn poll_frame(
            mut self: Pin<&mut Self>,
            _: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Self>, io::Error>>> {
            let data = std::mem::take(&mut self.0);
            Poll::Ready((!data.is_empty()).then(|| Ok(Frame::data(Self(data)))))
        }
    }
    let mut unread = SseBody::new(Shy(b"data: a\n\n"));
    drain(&mut unread);
    let stats = unread.stats();
    assert_eq!(
        (stats.bytes, stats.events, stats.unread, stats.cut_off),
        (9, 0, true, false)
    );
}

#[test]
fn the_format_is_what_the_headers_say() {
    #[rustfmt::skip]
    let cases = [
        (Some("text/event-stream"), None, Some(Format::EventStream)),
        (Some("text/event-stream;charset=utf-8"), None, Some(Format::EventStream)),
        (Some("Text/Event-Stream ; charset=utf-8"), Some("identity"), Some(Format::EventStream)),
        (Some("text/event-stream"), Some("gzip"), Some(Format::Encoded)),
        (Some("text/event-stream"), Some(" Identity "), Some(Format::EventStream)),
        (Some("text/event-streams"), None, None),
        (Some("application/x-ndjson"), None, Some(Format::Lines)),
        (Some("application/jsonl; charset=utf-8"), None, Some(Format::Lines)),
        (Some("application/x-ndjson"), Some("br"), Some(Format::Encoded)),
        (Some("application/json"), None, None),
        (Some("text/html"), Some("gzip"), None),
        (None, Some("gzip"), None),
    ];
    for (content_type, encoding, format) in cases {
        let mut headers = HeaderMap::new();
        for (name, value) in [(CONTENT_TYPE, content_type), (CONTENT_ENCODING, encoding)] {
            headers.extend(value.map(|value| (name, HeaderValue::from_static(value))));
        }
        assert_eq!(
            Format::of(&headers),
            format,
            "{content_type:?} {encoding:?}"
        );
    }
}
