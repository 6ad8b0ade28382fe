//! Runs the corpora of `testdata/`: whole, byte by byte, cut at each place, and at random places.

use std::panic::catch_unwind;

use serde::Deserialize;
use sse_body::Scanner;

use crate::{
    oracle::{oracle, ours},
    reference,
    seen::{Seen, SeenEvent, Stream, cut_at, scan},
};

const RANDOM_CUTS: usize = 40;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Corpus {
    case: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    input: Input,
    #[serde(default)]
    items: Vec<ItemCase>,
    #[serde(default)]
    at_end: Vec<ItemCase>,
    #[serde(default = "yes")]
    at_boundary: bool,
    #[serde(default)]
    saw_id: bool,
    /// Why the published parser does not tell the same.
    oracle: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Input {
    Text(String),
    Parts(Vec<Part>),
}

#[derive(Deserialize)]
#[serde(untagged, deny_unknown_fields)]
enum Part {
    Text(String),
    Hex { hex: String },
    Repeat { repeat: String, times: usize },
}

#[derive(Deserialize)]
#[serde(untagged)]
enum ItemCase {
    /// `comment`
    Word(String),
    Retry(RetryCase),
    Event(EventCase),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RetryCase {
    retry: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EventCase {
    #[serde(rename = "type")]
    event_type: Option<String>,
    type_hex: Option<String>,
    #[serde(default)]
    type_too_long: bool,
    data: Option<String>,
    data_hex: Option<String>,
    data_len: Option<u64>,
    size: Option<u64>,
    #[serde(default)]
    id: bool,
}

#[test]
fn standard() {
    run_events(include_str!("../../testdata/standard.toml"), 70);
}

#[test]
fn hostile() {
    run_events(include_str!("../../testdata/hostile.toml"), 50);
}

#[test]
fn shapes() {
    run_events(include_str!("../../testdata/shapes.toml"), 25);
}

#[test]
fn lines() {
    run(
        include_str!("../../testdata/lines.toml"),
        25,
        Scanner::lines,
        |case, bytes| {
            assert_eq!(case.oracle, None, "{}: there is none of lines", case.name);
            reference::lines(bytes)
        },
    );
}

fn run_events(text: &str, at_least: usize) {
    run(text, at_least, Scanner::new, |case, bytes| {
        let name = &case.name;
        let oracle = catch_unwind(|| oracle(bytes)).unwrap_or_else(|_| Err("panics".to_owned()));
        match &case.oracle {
            Some(reason) => assert_ne!(
                oracle,
                Ok(ours(bytes)),
                "{name}: it tells the same, not: {reason}"
            ),
            None => assert_eq!(
                oracle,
                Ok(ours(bytes)),
                "{name}: the published parser tells another"
            ),
        }
        reference::event_stream(bytes)
    });
}

fn run(
    text: &str,
    at_least: usize,
    scanner: fn() -> Scanner,
    reference: impl Fn(&Case, &[u8]) -> Stream,
) {
    let Corpus { case: cases } = toml::from_str(text).expect("the corpus is readable");
    assert!(
        cases.len() >= at_least,
        "the corpus lost cases: {} are left",
        cases.len()
    );
    let mut runs = 0;
    let mut random = 0x5EED;
    for case in &cases {
        let name = &case.name;
        let bytes = case.input.bytes();
        let expected = reference(case, &bytes);
        case.check(&expected);
        let mut check = |how: &str, seen: Stream| {
            assert_eq!(seen, expected, "{name}: {how}");
            runs += 1;
        };
        check("whole", scan(scanner(), [&bytes[..]]));
        check("byte by byte", scan(scanner(), bytes.chunks(1)));
        for at in 0..=bytes.len() {
            check(
                &format!("cut at {at}"),
                scan(scanner(), cut_at(&bytes, [at])),
            );
        }
        for _ in 0..RANDOM_CUTS {
            let mut places: Vec<_> = (0..next(&mut random) % 8)
                .map(|_| next(&mut random) as usize % (bytes.len() + 1))
                .collect();
            places.sort_unstable();
            check(
                &format!("cut at {places:?}"),
                scan(scanner(), cut_at(&bytes, places.iter().copied())),
            );
        }
    }
    eprintln!("{} cases, {runs} runs", cases.len());
}

/// The next number of a generator (splitmix64).
pub(crate) fn next(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let mixed = (*state ^ (*state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ (mixed >> 31)
}

const fn yes() -> bool {
    true
}

// === impl Case ===

impl Case {
    fn check(&self, stream: &Stream) {
        let Self {
            name,
            input: _,
            items,
            at_end,
            at_boundary,
            saw_id,
            oracle: _,
        } = self;
        let is_told = |cases: &[ItemCase], items: &[Seen]| {
            cases.len() == items.len() && cases.iter().zip(items).all(|(case, item)| case.is(item))
        };
        assert!(
            is_told(items, &stream.items),
            "{name}: shows {:?}",
            stream.items
        );
        assert!(
            is_told(at_end, &stream.at_end),
            "{name}: shows at the end {:?}",
            stream.at_end
        );
        assert_eq!(stream.at_boundary, *at_boundary, "{name}: at a boundary");
        assert_eq!(stream.saw_id, *saw_id, "{name}: saw an id");
    }
}

// === impl Input ===

impl Input {
    fn bytes(&self) -> Vec<u8> {
        let parts = match self {
            Self::Text(text) => return text.clone().into_bytes(),
            Self::Parts(parts) => parts,
        };
        parts
            .iter()
            .flat_map(|part| match part {
                Part::Text(text) => text.clone().into_bytes(),
                Part::Hex { hex } => from_hex(hex),
                Part::Repeat { repeat, times } => repeat.repeat(*times).into_bytes(),
            })
            .collect()
    }
}

fn from_hex(hex: &str) -> Vec<u8> {
    hex.split_whitespace()
        .map(|byte| u8::from_str_radix(byte, 16).expect("two hexadecimal digits"))
        .collect()
}

// === impl ItemCase ===

impl ItemCase {
    fn is(&self, item: &Seen) -> bool {
        match (self, item) {
            (Self::Word(word), Seen::Comment) => word == "comment",
            (Self::Retry(RetryCase { retry }), Seen::Retry(seen)) => *retry == seen.to_string(),
            (Self::Event(event), Seen::Event(seen)) => event.is(seen),
            _ => false,
        }
    }
}

// === impl EventCase ===

impl EventCase {
    fn is(&self, seen: &SeenEvent) -> bool {
        let Self {
            event_type,
            type_hex,
            type_too_long,
            data,
            data_hex,
            data_len,
            size,
            id,
        } = self;
        let kind = match (event_type, type_hex, type_too_long) {
            (Some(text), None, false) => Some(text.clone().into_bytes()),
            (None, Some(hex), false) => Some(from_hex(hex)),
            (None, None, true) => None,
            (None, None, false) => Some(b"message".to_vec()),
            _ => panic!("a type is told in one way"),
        };
        let (data, len) = match (data, data_hex, data_len) {
            (Some(text), None, None) => (Some(text.clone().into_bytes()), text.len() as u64),
            (None, Some(hex), None) => (Some(from_hex(hex)), from_hex(hex).len() as u64),
            (None, None, Some(len)) => (None, *len),
            _ => panic!("data is told in one way"),
        };
        // Data may be written out in a case where it is too long to be shown.
        let data = data.filter(|data| data.len() <= Scanner::MAX_DATA_LEN);
        seen.kind == kind
            && (seen.data == data && seen.data_len == len)
            && size.is_none_or(|size| seen.size == size)
            && seen.has_id == *id
    }
}
