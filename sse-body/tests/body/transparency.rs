//! The body looks like the one within it.

use std::{
    pin::pin,
    task::{Context, Poll, Waker},
};

use bytes::Bytes;
use http_body::Body;
use http_body_util::{Empty, Full};
use proptest::prelude::*;
use sse_body::{Item, SseBody};

use crate::script::{Script, Step};

/// What a consumer sees of a body: before each poll its hints, then what the poll gave.
fn seen<B: Body<Data = Bytes, Error = impl std::fmt::Debug>>(body: B) -> Vec<String> {
    let mut body = pin!(body);
    let mut seen = Vec::new();
    let mut ends = 0;
    while ends < 2 {
        let frame = body
            .as_mut()
            .poll_frame(&mut Context::from_waker(Waker::noop()));
        ends += usize::from(matches!(frame, Poll::Ready(None)));
        seen.push(format!(
            "{frame:?} {:?} {}",
            body.size_hint(),
            body.is_end_stream()
        ));
    }
    seen
}

fn step() -> impl Strategy<Value = Step> {
    let data = prop::sample::select(vec![
        &b"data: a\n\n"[..],
        b"",
        b"data: ",
        b"\n",
        b"\r",
        b": x\n",
        b"\xFF\0",
    ]);
    prop_oneof![
        6 => data.prop_map(Step::Data),
        1 => Just(Step::Error),
        1 => Just(Step::Pending),
        1 => Just(Step::Trailers),
    ]
}

proptest! {
    #[test]
    fn looks_like_the_naked_body(steps in prop::collection::vec(step(), 0..12), knows_its_end: bool) {
        let body = Script { steps: steps.into(), knows_its_end };
        let naked = seen(body.clone());
        prop_assert_eq!(&seen(SseBody::new(body.clone())), &naked);
        prop_assert_eq!(&seen(SseBody::lines(body.clone()).on_item(|_: Item<'_>| ())), &naked);
        prop_assert_eq!(&seen(SseBody::encoded(body)), &naked);
    }
}

#[test]
fn exact_and_empty_bodies_keep_their_hints() {
    let full = || Full::new(Bytes::from_static(b"data: a\n\n"));
    assert_eq!(seen(SseBody::new(full())), seen(full()));
    assert_eq!(seen(SseBody::new(Empty::new())), seen(Empty::new()));
}
