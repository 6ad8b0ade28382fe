//! How a body ends is told once, however it ends.

use std::panic::{AssertUnwindSafe, catch_unwind};

use sse_body::{Ended, Item, SseBody, Stats};

use crate::script::{EVENT, Ends, HALF, Script, Step, drain, poll};

#[test]
fn the_end_is_told_once_in_every_way_to_end() {
    use Step::{Data, Error, Pending, Trailers};
    let new = |steps: &[Step]| Script::new(steps.iter().cloned());
    #[rustfmt::skip]
    let cases = [
        // name, body, polls, the end, events, cut off
        ("none", new(&[EVENT]), 9, Ended::Completed, 1, false),
        ("none at once", new(&[]), 9, Ended::Completed, 0, false),
        ("none in an event", new(&[EVENT, HALF]), 9, Ended::Completed, 1, true),
        ("none in a line", new(&[EVENT, Data(b"da")]), 9, Ended::Completed, 1, true),
        ("none after waiting", new(&[Pending, EVENT, Pending]), 9, Ended::Completed, 1, false),
        ("trailers", new(&[EVENT, Trailers]), 2, Ended::Completed, 1, false),
        ("trailers and none", new(&[EVENT, Trailers]), 9, Ended::Completed, 1, false),
        ("end of stream after a frame", new(&[EVENT]).knowing_its_end(), 1, Ended::Completed, 1, false),
        ("end of stream and none", new(&[EVENT]).knowing_its_end(), 9, Ended::Completed, 1, false),
        ("empty and never polled", new(&[]).knowing_its_end(), 0, Ended::Completed, 0, false),
        ("error", new(&[EVENT, Error, EVENT]), 2, Ended::Error, 1, false),
        ("error in an event", new(&[HALF, Error]), 2, Ended::Error, 0, true),
        ("error and on", new(&[EVENT, Error, EVENT]), 9, Ended::Error, 1, false),
        ("dropped early", new(&[EVENT, EVENT, EVENT]), 2, Ended::Dropped, 2, false),
        ("dropped in an event", new(&[EVENT, HALF, EVENT]), 2, Ended::Dropped, 1, true),
        ("dropped while pending", new(&[EVENT, Pending, EVENT]), 2, Ended::Dropped, 1, false),
        ("never polled", new(&[EVENT]), 0, Ended::Dropped, 0, false),
    ];
    for (name, body, polls, ended, events, cut_off) in cases {
        let ends = Ends::default();
        let mut body = SseBody::new(body).on_end(ends.clone());
        for _ in 0..polls {
            let _ = poll(&mut body);
        }
        drop(body);
        let (seen, stats) = ends.one();
        assert_eq!(
            (seen, stats.events, stats.cut_off),
            (ended, events, cut_off),
            "{name}"
        );
    }
}

#[test]
fn a_last_line_is_told_at_the_end_and_not_when_it_is_cut() {
    let steps = [Step::Data(b"{\"a\":1}\n{\"b\""), Step::Data(b":2}")];
    let mut body = SseBody::lines(Script::new(steps.clone()));
    drain(&mut body);
    assert_eq!((body.stats().events, body.stats().cut_off), (2, false));

    let ends = Ends::default();
    let mut body = SseBody::lines(Script::new(steps)).on_end(ends.clone());
    let _ = poll(&mut body);
    drop(body);
    let (ended, stats) = ends.one();
    assert_eq!(
        (ended, stats.events, stats.cut_off),
        (Ended::Dropped, 1, true)
    );
}

#[test]
fn a_panic_of_the_body_or_a_hook_passes_through_and_loses_nothing() {
    let run = |body: Script, panics: fn(u64)| {
        let ends = Ends::default();
        let mut events = 0;
        let body = SseBody::new(body)
            .on_end(ends.clone())
            .on_item(move |_: Item<'_>| {
                events += 1;
                panics(events);
            });
        let panic = catch_unwind(AssertUnwindSafe(|| drain(&mut { body }))).unwrap_err();
        (*panic.downcast::<&str>().unwrap(), ends.one())
    };
    let (panic, (ended, stats)) = run(Script::new([EVENT, Step::Panic]), |_| ());
    assert_eq!(
        (panic, ended, stats.events),
        ("the body panics", Ended::Dropped, 1)
    );
    let (panic, (ended, stats)) = run(Script::new([EVENT, EVENT, EVENT]), |events| {
        assert!(events < 2, "a hook panics")
    });
    assert_eq!(
        (panic, ended, stats.events),
        ("a hook panics", Ended::Dropped, 2)
    );
}

#[test]
fn a_panic_of_the_end_hook_is_not_repeated() {
    for polls in [0, 9] {
        let ends = Ends::default();
        let body = SseBody::new(Script::new([EVENT]))
            .on_end(ends.clone())
            .on_end(|_: &Stats, _| panic!("the end hook panics"));
        let panic = catch_unwind(AssertUnwindSafe(|| {
            let mut body = body;
            for _ in 0..polls {
                let _ = poll(&mut body);
            }
        }));
        assert_eq!(
            *panic.unwrap_err().downcast::<&str>().unwrap(),
            "the end hook panics"
        );
        ends.one();
    }
}

#[test]
fn a_panic_of_the_end_hook_while_unwinding_does_not_abort() {
    let ends = Ends::default();
    let mut body = SseBody::new(Script::new([EVENT, Step::Panic]))
        .on_end(ends.clone())
        .on_end(|_: &Stats, _| panic!("the end hook panics"));
    let panic = catch_unwind(AssertUnwindSafe(move || drain(&mut body)));
    assert_eq!(
        *panic.unwrap_err().downcast::<&str>().unwrap(),
        "the body panics"
    );
    assert_eq!(ends.one().1.events, 1);
}

#[test]
fn hooks_added_to_a_body_that_ended_are_not_told_again() {
    let ends = Ends::default();
    let mut body = SseBody::new(Script::new([EVENT])).on_end(ends.clone());
    drain(&mut body);
    let body = body.on_end(|_: &Stats, _| panic!("told again"));
    assert_eq!(body.stats().events, 1);
    drop(body);
    ends.one();
}
