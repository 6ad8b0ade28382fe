use std::{
    convert::Infallible,
    pin::pin,
    task::{Context, Poll, Waker},
};

use bytes::Bytes;
use http::HeaderMap;
use http_body::{Body, Frame};
use http_body_util::{BodyExt, Empty, Full, StreamBody};
use proptest::prelude::*;

use crate::TapBody;

fn trailers() -> HeaderMap {
    HeaderMap::from_iter([(http::header::ETAG, http::HeaderValue::from_static("x"))])
}

/// A body of these chunks, then trailers if asked for.
fn body(chunks: Vec<Vec<u8>>, with_trailers: bool) -> impl Body<Data = Bytes, Error = Infallible> {
    let end = with_trailers.then(|| Ok(Frame::trailers(trailers())));
    let frames = chunks
        .into_iter()
        .map(|chunk| Ok(Frame::data(Bytes::from(chunk))))
        .chain(end);
    StreamBody::new(Iter(frames))
}

struct Iter<I>(I);

impl<I: Iterator + Unpin> futures_core::Stream for Iter<I> {
    type Item = I::Item;

    fn poll_next(mut self: std::pin::Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<I::Item>> {
        Poll::Ready(self.0.next())
    }
}

/// What a consumer sees of a body: before each poll its hints, then what the poll gave.
fn seen<B: Body<Data = Bytes, Error = Infallible>>(body: B) -> Vec<String> {
    let mut body = pin!(body);
    let mut context = Context::from_waker(Waker::noop());
    let mut seen = Vec::new();
    loop {
        seen.push(format!("{:?} {}", body.size_hint(), body.is_end_stream()));
        let frame = body.as_mut().poll_frame(&mut context);
        seen.push(format!("{frame:?}"));
        if let Poll::Ready(None) = frame {
            // And once more, after the end.
            seen.push(format!("{:?} {}", body.size_hint(), body.is_end_stream()));
            return seen;
        }
    }
}

proptest! {
    #[test]
    fn a_tapped_body_looks_like_the_naked_one(chunks: Vec<Vec<u8>>, with_trailers: bool) {
        let sent: usize = chunks.iter().map(Vec::len).sum();
        let mut shown = (0, 0);
        let tapped = TapBody::new(body(chunks.clone(), with_trailers), |frame: &Frame<Bytes>| {
            match frame.data_ref() {
                Some(data) => shown.0 += data.len(),
                None => shown.1 += 1,
            }
        });
        let tapped = seen(tapped);
        prop_assert_eq!(tapped, seen(body(chunks, with_trailers)));
        prop_assert_eq!(shown, (sent, usize::from(with_trailers)));
    }
}

#[test]
fn exact_and_empty_bodies_keep_their_hints() {
    let full = || Full::new(Bytes::from_static(b"13 bytes long"));
    assert_eq!(seen(TapBody::new(full(), ())), seen(full()));
    assert_eq!(seen(TapBody::new(Empty::new(), ())), seen(Empty::new()));
}

#[test]
fn the_inner_body_comes_back() {
    let body = TapBody::new(Full::new(Bytes::from_static(b"x")), ()).into_inner();
    assert_eq!(body.size_hint().exact(), Some(1));
    drop(body.boxed());
}
