//! Deadlines.

use std::time::Duration;

use crate::rpc::Timeout;

#[test]
fn every_unit() {
    for (text, wanted) in [
        ("2H", Duration::from_secs(7_200)),
        ("3M", Duration::from_secs(180)),
        ("4S", Duration::from_secs(4)),
        ("5m", Duration::from_millis(5)),
        ("6u", Duration::from_micros(6)),
        ("7n", Duration::from_nanos(7)),
        ("0S", Duration::ZERO),
        ("00000010S", Duration::from_secs(10)),
        ("99999999S", Duration::from_secs(99_999_999)),
        // More than 64 bits of nanoseconds.
        ("99999999H", Duration::from_nanos(u64::MAX)),
    ] {
        let timeout = Timeout::parse(text.as_bytes()).expect(text);
        assert_eq!(timeout.duration(), wanted, "{text}");
    }
}

#[test]
fn malformed_ones_are_none() {
    for text in [
        "",
        "S",
        "1",
        "1s",
        "1h",
        "1 S",
        " 1S",
        "1S ",
        "-1S",
        "+1S",
        "1.5S",
        "100000000S",
        "1SS",
        "0x1S",
        "\u{661}S",
    ] {
        assert_eq!(Timeout::parse(text.as_bytes()), None, "{text:?}");
    }
}

#[test]
fn it_passes_at_its_moment() {
    let timeout = Timeout::parse(b"1u").expect("a time-out");
    assert!(!timeout.has_passed(999));
    assert!(timeout.has_passed(1_000));
}
