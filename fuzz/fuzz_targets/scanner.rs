//! Any bytes, cut at any places, are read as the standard's text has it.
//!
//! The first byte says how many of those after it are places.

#![no_main]

#[path = "../../sse-body/tests/scanner/check.rs"]
mod check;
#[path = "../../sse-body/tests/scanner/reference.rs"]
mod reference;
#[path = "../../sse-body/tests/scanner/seen.rs"]
mod seen;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let Some((&count, input)) = input.split_first() else {
        return;
    };
    let (places, bytes) = input.split_at(input.len().min(usize::from(count % 8)));
    check::check(bytes, places);
});
