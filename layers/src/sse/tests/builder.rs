//! The options that are refused, and what the refusals say.

use sse_body::Scanner;

use crate::sse::{Sse, SseBuilder, SseError};

fn refused(options: impl FnOnce(SseBuilder) -> SseBuilder) -> SseError {
    options(Sse::builder())
        .build()
        .expect_err("it does not fit")
}

#[test]
fn an_event_type_that_can_never_come_is_refused() {
    let long = "x".repeat(Scanner::MAX_TYPE_LEN + 1);
    for name in ["", &long, "a\nb", "a\"b", "a\\b", "\u{feff}", "a\u{7f}"] {
        let error = |field: &'static str| SseError::EventType {
            field,
            given: name.to_owned(),
        };
        assert_eq!(
            refused(|options| options.event_types(["x", name])),
            error("event_types")
        );
        assert_eq!(
            refused(|options| options.keepalive_types([name])),
            error("keepalive_types")
        );
        assert_eq!(refused(|options| options.end_type(name)), error("end_type"));
    }
    let error = refused(|options| options.end_type(long.clone()));
    assert_eq!(
        error.to_string(),
        format!(
            "sse.end_type: {long:?} is not an event type: 1 to {} bytes are accepted, without \
             control characters, quotes or backslashes",
            Scanner::MAX_TYPE_LEN
        )
    );
}

#[test]
fn data_that_are_empty_too_long_or_of_several_lines_are_refused() {
    for data in ["", "0123456789abcdefg", "a\nb", "a\rb"] {
        let given = data.to_owned();
        assert_eq!(
            refused(|options| options.end_data(data)),
            SseError::EndData { given }
        );
    }
    assert_eq!(
        refused(|options| options.end_data("")).to_string(),
        "sse.end_data: \"\": 1 to 16 bytes in one line are accepted"
    );
}

#[test]
fn a_type_that_is_a_keepalive_and_something_else_is_refused() {
    let error = |field: &'static str, given: &str| SseError::Contradiction {
        field,
        given: given.to_owned(),
    };
    assert_eq!(
        refused(|options| options.end_type("ping")),
        error("end_type", "ping")
    );
    assert_eq!(
        refused(|options| options.event_types(["a", "heartbeat"])),
        error("event_types", "heartbeat")
    );
    let twice = refused(|options| options.keepalive_types(["tick"]).end_type("tick"));
    assert_eq!(twice, error("end_type", "tick"));
    assert_eq!(
        twice.to_string(),
        "sse.keepalive_types: \"tick\" is given to `end_type` too, and cannot be both"
    );
}

#[test]
fn what_is_at_the_edge_is_accepted() {
    let options = Sse::builder()
        .event_types([
            "x".repeat(Scanner::MAX_TYPE_LEN),
            "a b".to_owned(),
            "é".to_owned(),
        ])
        .keepalive_types(["ping"])
        .end_type("y".repeat(Scanner::MAX_TYPE_LEN))
        .end_data("0123456789abcdef")
        .end_data(" ")
        .event_type_cap(usize::MAX);
    assert!(options.build().is_ok());
    let none = Sse::builder().keepalive_types([""; 0]).event_types([""; 0]);
    assert!(
        none.end_type("ping").build().is_ok(),
        "it is no keep-alive then"
    );
}
