//! The check of the fuzz target.

use sse_body::Scanner;

use crate::{
    reference,
    seen::{cut_at, scan},
};

/// Holds both scanners to their references: whole, byte by byte, and cut at these places.
pub(crate) fn check(bytes: &[u8], places: &[u8]) {
    let mut places: Vec<_> = places
        .iter()
        .map(|&place| usize::from(place) % (bytes.len() + 1))
        .collect();
    places.sort_unstable();
    let formats = [
        (
            Scanner::new as fn() -> Scanner,
            reference::event_stream(bytes),
        ),
        (Scanner::lines, reference::lines(bytes)),
    ];
    for (scanner, expected) in formats {
        assert_eq!(scan(scanner(), [bytes]), expected, "whole");
        assert_eq!(scan(scanner(), bytes.chunks(1)), expected, "byte by byte");
        assert_eq!(
            scan(scanner(), cut_at(bytes, places.iter().copied())),
            expected,
            "cut at {places:?}"
        );
    }
}
