//! What the fuzz target checks, for a fixed number of random bodies.

use bartizan_tests::dice::Dice;

use crate::{REPORT, check::check};

const BODIES: usize = 60_000;

/// Pieces that lead somewhere, where random bytes hardly would.
const PIECES: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    ",",
    ",",
    ":",
    "\"",
    " ",
    "\\",
    "\\u0041",
    "\\ud800",
    "null",
    "true",
    "-",
    "0",
    "1",
    "2500",
    "0.1",
    "1e3",
    "1e999",
    "100.5",
    "\"name\":",
    "\"value\":",
    "\"id\":",
    "\"page\":",
    "\"rating\":\"good\"",
    "\"delta\":",
    "\"entries\":[{}]",
    "\"navigationType\":",
    "\"navigationURL\":",
    "\"LCP\"",
    "\"CLS\"",
    "\"FID\"",
    "\"/p\"",
    "\"/a/b?c\"",
    "\"reload\"",
    "\"https://a.example/b\"",
    "\"x\"",
    "\"name\":\"LCP\",\"value\":1,\"id\":\"a\"",
    "{\"name\":\"CLS\",\"value\":0.1,\"id\":\"b\",\"page\":\"/q\"}",
];

#[test]
fn random_bodies_are_taken_or_refused_as_the_table_says() {
    let mut dice = Dice::new(0xF022);
    for number in 0..BODIES {
        let mut body = match number % 3 {
            // A report that is altered, pieces within braces, or pieces alone.
            0 => REPORT.as_bytes().to_vec(),
            1 => b"{}".to_vec(),
            _ => Vec::new(),
        };
        for _ in 0..dice.below(12) {
            let piece = PIECES[dice.below(PIECES.len() as u64) as usize].as_bytes();
            let place = match number % 3 {
                0 => dice.below(body.len() as u64 + 1) as usize,
                1 => body.len() - 1,
                _ => body.len(),
            };
            if dice.below(8) == 0 && place < body.len() {
                body[place] = dice.roll() as u8;
            } else {
                body.splice(place..place, piece.iter().copied());
            }
        }
        check(&body, 1 + dice.below(8) as usize);
    }
}

/// Found by the fuzz target, or thought of: what was once read otherwise than it should have been.
#[test]
fn bodies_that_are_near_the_edge() {
    let whole = [
        r#"{"name":"LCP","value":600000,"id":"a"}"#,
        r#"{"name":"LCP","value":600000.0000001,"id":"a"}"#,
        r#"{"name":"CLS","value":100,"id":"a"}"#,
        r#"{"name":"CLS","value":100.00001,"id":"a"}"#,
        r#"{"value":600001,"id":"a","name":"FID"}"#,
        r#"{"name":"LCP","value":18446744073709551616,"id":"a"}"#,
        r#"{"name":"FID","value":-9223372036854775809,"id":"a"}"#,
        r#"{"name":"LCP","value":-0,"id":"a","entries":"\ud800"}"#,
        r#"{"name":"LCP","value":0,"id":"a","entries":1e999}"#,
        r#"[{"name":"LCP","value":0,"id":"a"}]"#,
        r#"[{"name":"LCP","value":0,"id":"a"},]"#,
        r#"[{"name":"LCP","value":0,"id":"a"}] x"#,
    ];
    for body in whole {
        for pieces in 1..4 {
            check(body.as_bytes(), pieces);
        }
    }
}
