//! The scanner does what the standard's text says, however the bytes are cut.

use proptest::{prelude::*, sample::Index};
use sse_body::Scanner;

use crate::{
    reference,
    seen::{cut_at, scan},
};

/// What streams are made of, whole lines and pieces of them.
pub(crate) fn piece() -> impl Strategy<Value = Vec<u8>> {
    let text = prop_oneof![
        4 => "[ -~]{0,12}",
        1 => "[ -~]{15,18}",
        1 => "[a-z]{46,51}",
        1 => "[ -~]{60,140}",
        1 => "[0-9]{0,22}",
        1 => "[\t\u{0}:é ]{0,5}",
    ];
    let name = prop_oneof![
        4 => Just("data"), 2 => Just("event"), 2 => Just("id"), 1 => Just("retry"), 1 => Just(""),
        1 => prop::sample::select(vec!["dat", "datas", "events", "even", "i", "ids", "Data", "retries", "foo"]),
    ];
    let colon = prop_oneof![4 => Just(": "), 2 => Just(":"), 1 => Just("")];
    let line = (name, colon, text, end()).prop_map(|(name, colon, text, end)| {
        let text = if colon.is_empty() { "" } else { &text };
        [name, colon, text, end].concat().into_bytes()
    });
    prop_oneof![
        8 => line,
        3 => end().prop_map(|end| end.as_bytes().to_vec()),
        1 => prop::collection::vec(any::<u8>(), 0..8),
        1 => prop::sample::select(vec![&b"data"[..], b"da", b"event:", b"id:", b": ", b"\xEF\xBB\xBF", b"\xEF\xBB"])
            .prop_map(<[u8]>::to_vec),
    ]
}

fn end() -> impl Strategy<Value = &'static str> {
    prop_oneof![4 => Just("\n"), 1 => Just("\r"), 2 => Just("\r\n"), 4 => Just("\n\n"), 1 => Just("\r\n\r\n")]
}

pub(crate) fn stream() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(piece(), 0..24).prop_map(|pieces| pieces.concat())
}

/// Bytes that lines are made of, each on its own.
fn soup() -> impl Strategy<Value = Vec<u8>> {
    let byte = prop_oneof![
        1 => any::<u8>(),
        4 => prop::sample::select(b"\r\n:datevnirydo 0\0\xEF\xBB\xBF".to_vec()),
    ];
    prop::collection::vec(byte, 0..120)
}

fn places(bytes: &[u8], places: &[Index]) -> Vec<usize> {
    let mut places: Vec<_> = places
        .iter()
        .map(|place| place.index(bytes.len() + 1))
        .collect();
    places.sort_unstable();
    places
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn events_are_the_standards(
        bytes in prop_oneof![3 => stream(), 1 => soup()],
        cuts: Vec<Index>,
    ) {
        let expected = reference::event_stream(&bytes);
        prop_assert_eq!(&scan(Scanner::new(), [&bytes[..]]), &expected, "whole");
        prop_assert_eq!(&scan(Scanner::new(), bytes.chunks(1)), &expected, "byte by byte");
        let places = places(&bytes, &cuts);
        prop_assert_eq!(&scan(Scanner::new(), cut_at(&bytes, places)), &expected, "cut");
    }

    #[test]
    fn lines_are_lines(bytes in prop_oneof![stream(), soup()], cuts: Vec<Index>) {
        let expected = reference::lines(&bytes);
        prop_assert_eq!(&scan(Scanner::lines(), [&bytes[..]]), &expected, "whole");
        prop_assert_eq!(&scan(Scanner::lines(), bytes.chunks(1)), &expected, "byte by byte");
        let places = places(&bytes, &cuts);
        prop_assert_eq!(&scan(Scanner::lines(), cut_at(&bytes, places)), &expected, "cut");
    }

    #[test]
    fn a_scanner_is_as_new_after_the_end(first in stream(), second in stream()) {
        let mut scanner = Scanner::new();
        scanner.feed(&first, &mut ());
        scanner.finish(&mut ());
        let seen = scan(scanner, [&second[..]]);
        prop_assert_eq!(seen.items, reference::event_stream(&second).items);
    }
}
