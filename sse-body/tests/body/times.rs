//! Times, by a clock that moves when it is told to.

use std::time::Duration;

use sse_body::SseBody;

use crate::script::{EVENT, Script, Step, clock, drain, pass, poll};

#[test]
fn times_are_those_of_a_slow_body() {
    use Step::{Data, Wait};
    let steps = [
        Wait(10),
        Data(b""),
        Wait(10),
        Data(b": hi\n\n"),
        Wait(10),
        Data(b"data: a\n\ndata: b\n\n"),
        Wait(10),
        Data(b"data: c"),
        Wait(30),
        Data(b"\n\n"),
    ];
    let start = clock();
    let mut body = SseBody::new(Script::new(steps)).clock(clock);
    for busy in [0, 7, 3, 1, 2, 0] {
        pass(busy);
        let _ = poll(&mut body);
    }
    let ms = Duration::from_millis;
    let stats = body.stats();
    assert_eq!(stats.started, start);
    assert_eq!(stats.time_to_first_byte, Some(ms(27)));
    assert_eq!(stats.time_to_first_event, Some(ms(40)));
    assert_eq!(stats.longest_gap, ms(43));
    assert_eq!(stats.last_event, Some(start + ms(83)));
    assert_eq!(stats.longest_backpressure, ms(7));
}

#[test]
fn waiting_for_the_body_is_no_backpressure() {
    let steps = [EVENT, Step::Pending, Step::Pending, EVENT];
    let mut body = SseBody::new(Script::new(steps)).clock(clock);
    for _ in 0..4 {
        let _ = poll(&mut body);
        if body.stats().frames < 2 {
            pass(5);
        }
    }
    assert_eq!(body.stats().longest_backpressure, Duration::from_millis(5));
    assert_eq!(body.stats().longest_gap, Duration::from_millis(15));
}

#[test]
fn times_start_where_they_are_told_to() {
    let start = clock();
    pass(100);
    let mut body = SseBody::new(Script::new([EVENT])).clock(clock).since(start);
    drain(&mut body);
    assert_eq!(
        body.stats().time_to_first_event,
        Some(Duration::from_millis(100))
    );
}
