//! Any body is taken or refused, in any pieces, and whatever it is: nothing panics, the number of series is bounded,
//! an answer has nothing of the body, and it is taken exactly if a reader that knows no limits of ours takes it for JSON
//! of the right shape.
//!
//! The first byte says in how many pieces it comes.

#![no_main]

#[path = "../../tests/tests/vitals/check.rs"]
mod check;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    if let Some((&pieces, body)) = input.split_first() {
        check::check(body, usize::from(pieces % 8) + 1);
    }
});
