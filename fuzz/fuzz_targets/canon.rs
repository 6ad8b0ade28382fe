//! Any text has a label that is safe, bounded and stable, under any settings.
//!
//! The first byte says which settings.

#![no_main]

#[path = "../../route-canon/tests/canon/check.rs"]
mod check;

use libfuzzer_sys::fuzz_target;
use route_canon::{Canonicalizer, Placeholders, Spelling};

fuzz_target!(|input: &[u8]| {
    let Some((&settings, input)) = input.split_first() else {
        return;
    };
    let Ok(path) = str::from_utf8(input) else {
        return;
    };
    let is_set = |bit: u8| settings >> bit & 1 == 1;
    let canon = Canonicalizer::builder()
        .placeholders(if is_set(0) {
            Placeholders::Id
        } else {
            Placeholders::Class
        })
        .spelling(if is_set(1) {
            Spelling::Colon
        } else {
            Spelling::Braces
        })
        .marked(!is_set(2))
        .depth(usize::from(settings >> 3))
        .build();
    check::check(&canon, path);
});
