//! A wrapped body looks like the one within it.

use std::{pin::pin, task::Poll};

use bytes::Bytes;
use http_body::Body;
use http_body_util::{Empty, Full};
use proptest::prelude::*;

use super::support::{Rig, Script, Step, frame};
use crate::gen_ai::Tokens;

/// What a consumer sees of a body: before each poll its hints, then what the poll gave.
fn seen<B: Body<Data = Bytes, Error = impl std::fmt::Debug>>(body: B) -> Vec<String> {
    let mut body = pin!(body);
    let (mut seen, mut ends) = (Vec::new(), 0);
    while ends < 2 {
        let hints = format!("{:?} {}", body.size_hint(), body.is_end_stream());
        let frame = frame(body.as_mut());
        ends += usize::from(matches!(frame, Poll::Ready(None)));
        seen.push(format!("{hints} {frame:?}"));
    }
    seen
}

fn step() -> impl Strategy<Value = Step> {
    let data = prop::sample::select(vec![
        "data: a\n\n",
        "",
        "data: [DONE]\n\n",
        "data: ",
        "\n",
        "\r",
        ": x\n",
        "event: ping\n",
        "ü",
    ]);
    prop_oneof![
        6 => data.prop_map(Step::Data),
        1 => Just(Step::Fail),
        1 => Just(Step::TimeOut),
        1 => Just(Step::Hang),
        1 => Just(Step::Trailers),
    ]
}

proptest! {
    #[test]
    fn of_any_script(steps in prop::collection::vec(step(), 0..12), knows_its_end: bool) {
        let rig = Rig::with(|options| options.end_data("[DONE]"));
        let body = Script { steps: steps.into(), knows_its_end, _bomb: None };
        let naked = seen(body.clone());
        for tokens in [Tokens::PerEvent, Tokens::PerLine, Tokens::PerEventOf("delta"), Tokens::Untold] {
            prop_assert_eq!(&seen(rig.chat().stream(body.clone(), tokens)), &naked);
        }
        // Each of them is one call.
        let ended: usize = rig
            .risen(super::support::DURATION)
            .iter()
            .filter_map(|series| series.rsplit_once(' ')?.1.parse::<usize>().ok())
            .sum();
        prop_assert_eq!(ended, 4);
    }
}

#[test]
fn of_exact_and_empty_bodies() {
    let rig = Rig::new();
    let full = || Full::new(Bytes::from_static(b"data: a\n\n"));
    let wrapped = rig.chat().stream(full(), Tokens::PerEvent);
    assert_eq!(seen(wrapped), seen(full()));
    let wrapped = rig.chat().stream(Empty::<Bytes>::new(), Tokens::PerEvent);
    assert_eq!(seen(wrapped), seen(Empty::<Bytes>::new()));
}
