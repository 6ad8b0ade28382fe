//! What the fuzz target checks, for a fixed number of random inputs.

use crate::{check::check, corpus::next};

const INPUTS: usize = 30_000;

/// Pieces that lead somewhere, where random bytes hardly would.
const PIECES: &[&[u8]] = &[
    b"data",
    b"event",
    b"id",
    b"retry",
    b": ",
    b":",
    b"\n",
    b"\r",
    b"\r\n",
    b"\n\n",
    b"\0",
    b"\t",
    b" ",
    b"12",
    b"a",
    b"\xEF\xBB\xBF",
    b"\xEF\xBB",
    b"0123456789abcdefghijklmnopqrstuvwxyz0123456789",
    b"[DONE]",
    b"message",
];

#[test]
fn random_inputs_are_read_as_the_standard_says() {
    let mut state = 0xF022;
    for _ in 0..INPUTS {
        let mut input = Vec::new();
        for _ in 0..next(&mut state) % 40 {
            match next(&mut state) {
                n if n % 8 == 0 => input.push((n >> 32) as u8),
                n => input.extend_from_slice(PIECES[(n >> 32) as usize % PIECES.len()]),
            }
        }
        let places: Vec<_> = (0..next(&mut state) % 6)
            .map(|_| next(&mut state) as u8)
            .collect();
        check(&input, &places);
    }
    eprintln!("{INPUTS} inputs");
}
