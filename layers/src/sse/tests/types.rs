//! Event types: the cap, the list, the names that fit no label, the one that came last.

use std::fmt::Write;

use proptest::prelude::*;
use sse_body::Scanner;

use super::support::Rig;

const EVENTS: &str = "sse_events_total";
const OVERFLOW: &str = "bartizan_label_overflow_total";

/// One event of each of these types.
fn events<T: AsRef<str>>(types: impl IntoIterator<Item = T>) -> String {
    let mut text = String::new();
    for name in types {
        write!(text, "event: {}\ndata: x\n\n", name.as_ref()).expect("a string");
    }
    text
}

/// How often each type was counted.
fn counted(rig: &Rig) -> Vec<String> {
    let lines = rig.risen(EVENTS).into_iter();
    lines
        .map(|line| line.replace("http_route=/chat event_type=", ""))
        .collect()
}

#[test]
fn twenty_types_are_labels_and_each_hit_of_the_full_budget_is_counted() {
    let rig = Rig::new();
    let mut stream = rig.open();
    stream.say(events((0..20).map(|n| format!("t{n:02}"))));
    assert_eq!(rig.series(OVERFLOW), ["label=event_type 0"]);
    stream.say(events(["t20", "t20", "t21", "t00", "t20"]));
    stream.say("data: of no type\n\n");
    let mut expected: Vec<_> = (0..20).map(|n| format!("t{n:02} 1")).collect();
    expected[0] = "t00 2".to_owned();
    expected.splice(0..0, ["message 1".to_owned()]);
    expected.push("{overflow} 4".to_owned());
    assert_eq!(
        counted(&rig),
        expected,
        "`message` and keep-alives take no place"
    );
    assert_eq!(rig.series(OVERFLOW), ["label=event_type 4"]);
}

#[test]
fn the_cap_is_shared_by_all_routes_and_can_be_told() {
    let rig = Rig::with(|options| options.event_type_cap(1));
    rig.open().say(events(["a", "ping", "message", "b"]));
    let mut other = rig.request(super::support::get("/a"), super::support::event_stream());
    other.say(events(["c", "a"]));
    assert_eq!(
        rig.risen(EVENTS),
        [
            "http_route=/a event_type=a 1",
            "http_route=/a event_type={overflow} 1",
            "http_route=/chat event_type=a 1",
            "http_route=/chat event_type=message 1",
            "http_route=/chat event_type={overflow} 1"
        ]
    );
    assert_eq!(rig.series(OVERFLOW), ["label=event_type 2"]);
    // A cap of none is one.
    let rig = Rig::with(|options| options.event_type_cap(0));
    rig.open().say(events(["a", "b"]));
    assert_eq!(counted(&rig), ["a 1", "{overflow} 1"]);
}

#[test]
fn outside_of_a_list_types_are_other_and_nothing_runs_over() {
    let rig = Rig::with(|options| options.event_types(["delta", "done"]));
    let long = "x".repeat(Scanner::MAX_TYPE_LEN + 1);
    rig.open().say(events([
        "delta", "x", "ping", "y", "done", "", &long, "delta",
    ]));
    assert_eq!(
        counted(&rig),
        ["_OTHER 3", "delta 2", "done 1", "message 1"]
    );
    assert_eq!(rig.series(OVERFLOW), ["label=event_type 0"]);
    assert_eq!(rig.risen("sse_keepalives_total"), ["http_route=/chat 1"]);
    let rig = Rig::with(|options| options.event_types([""; 0]));
    rig.open().say(events(["x", ""]));
    assert_eq!(counted(&rig), ["_OTHER 1", "message 1"]);
}

#[test]
fn types_that_are_too_long_or_no_text_run_over() {
    let rig = Rig::new();
    let mut stream = rig.open();
    let longest = "x".repeat(Scanner::MAX_TYPE_LEN);
    stream.say(events([&longest, &format!("{longest}x"), &"x".repeat(400)]));
    stream.say(b"event: \xff\xfe\ndata: x\n\nevent: \xff\xfe\ndata: x\n\n");
    assert_eq!(
        counted(&rig),
        [format!("{longest} 1"), "{overflow} 4".to_owned()]
    );
    assert_eq!(rig.series(OVERFLOW), ["label=event_type 4"]);
    let rig = Rig::with(|options| options.event_types(["x"]));
    rig.open().say(b"event: \xff\xfe\ndata: x\n\n");
    assert_eq!(counted(&rig), ["_OTHER 1"]);
}

#[test]
fn what_fits_no_exposition_format_is_cleaned() {
    let rig = Rig::new();
    rig.open().say(events(["a\"b", "a\\b", "a_b"]));
    assert_eq!(counted(&rig), ["a_b 3"]);
}

#[test]
fn the_type_that_came_last_is_not_taken_for_one_that_is_alike() {
    let names = [
        "a",
        "ab",
        "a",
        "abcdefgh",
        "abcdefgi",
        "abcdefghi",
        "abcdefgh",
        "bbcdefgh",
        "ping",
        "pin",
        "pingg",
        "ping",
        "abcdefghijklmnopqrstuvwx",
        "abcdefghijklmnopqrstuvwy",
        "abcdefghijklmnopqrstuvwxy",
        "abcdefghijklmnopqrstuvwx",
        "abcdefghijklmnopqrstuvwxy",
        "abcdefghijklmnopqrstuvwxz",
    ];
    for one_frame in [true, false] {
        let rig = Rig::new();
        let mut stream = rig.open();
        if one_frame {
            stream.say(events(names));
        } else {
            names.iter().for_each(|name| stream.say(events([name])));
        }
        assert_eq!(
            counted(&rig),
            [
                "a 2",
                "ab 1",
                "abcdefgh 2",
                "abcdefghi 1",
                "abcdefghijklmnopqrstuvwx 2",
                "abcdefghijklmnopqrstuvwxy 2",
                "abcdefghijklmnopqrstuvwxz 1",
                "abcdefghijklmnopqrstuvwy 1",
                "abcdefgi 1",
                "bbcdefgh 1",
                "pin 1",
                "pingg 1"
            ]
        );
        assert_eq!(rig.series("sse_keepalives_total"), ["http_route=/chat 2"]);
    }
}

#[test]
fn an_empty_type_and_a_type_named_message_are_messages() {
    let rig = Rig::new();
    rig.open().say(
        "event: \ndata: x\n\nevent:\ndata: x\n\nevent: message\ndata: x\n\nevent\ndata: x\n\n",
    );
    assert_eq!(counted(&rig), ["message 4"]);
}

#[test]
fn keepalive_types_can_be_told_and_replace_the_two() {
    let rig = Rig::with(|options| options.keepalive_types(["tick"]));
    rig.open()
        .say(events(["tick", "ping", "tick", "heartbeat"]));
    assert_eq!(counted(&rig), ["heartbeat 1", "ping 1"]);
    assert_eq!(rig.series("sse_keepalives_total"), ["http_route=/chat 2"]);
}

#[test]
fn the_type_message_is_a_keepalive_if_it_is_told_to_be() {
    let rig = Rig::with(|options| options.keepalive_types(["message"]));
    rig.open()
        .say("data: x\n\nevent: message\ndata: x\n\nevent: ping\ndata: x\n\n");
    assert_eq!(rig.series("sse_keepalives_total"), ["http_route=/chat 2"]);
    assert_eq!(counted(&rig), ["ping 1"]);
}

proptest! {
    #[test]
    fn however_types_alternate_and_frames_are_cut_each_is_counted(
        names in proptest::collection::vec("[ab]{1,2}|x{23,26}|ping", 1..60),
        cuts in proptest::collection::vec(1..40usize, 0..20),
    ) {
        let rig = Rig::new();
        let mut stream = rig.open();
        let text = events(&names);
        let mut rest = text.as_str();
        for cut in cuts {
            let (part, after) = rest.split_at(cut.min(rest.len()));
            stream.say(part);
            rest = after;
        }
        stream.say(rest);
        let mut expected = std::collections::BTreeMap::<&str, u32>::new();
        for name in names.iter().filter(|name| *name != "ping") {
            *expected.entry(name).or_default() += 1;
        }
        let expected: Vec<_> = expected.iter().map(|(name, n)| format!("{name} {n}")).collect();
        prop_assert_eq!(counted(&rig), expected);
    }
}
