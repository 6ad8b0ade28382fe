//! Texts that are meant badly: each has an answer, and soon.

use std::fmt::Write;

use proptest::prelude::*;

use super::faults;
use crate::config::{Config, read};

#[test]
fn aliases_do_not_multiply() {
    let mut laughs = String::from("a: &a [x, x, x, x, x, x, x, x, x, x]\n");
    for (inner, outer) in "abcdefghij".chars().zip("bcdefghijk".chars()) {
        let ten = vec![format!("*{inner}"); 10].join(", ");
        writeln!(laughs, "{outer}: &{outer} [{ten}]").expect("a string takes it");
    }
    let ten_thousand = "*a,".repeat(100_000);
    let squared = format!("a: &a [{}]\nb: [{ten_thousand}]", "x,".repeat(1_000));
    let long = format!("a: &a {}\nb: [{ten_thousand}]", "x".repeat(100_000));
    let keys = format!(
        "a: &a {}\nb: {{ {} }}",
        "x".repeat(100_000),
        "*a : 1,".repeat(10_000)
    );
    for text in [laughs, squared, long, keys] {
        let faults = faults(&text);
        assert!(
            faults[0].contains("the document grows too large"),
            "{faults:?}"
        );
    }
}

#[test]
fn an_alias_is_what_it_names() {
    let text =
        "tracing: { headers: &headers { key: x } }\nmetrics: { otlp: { headers: *headers } }";
    let config = Config::from_yaml(text).expect("aliases are accepted");
    assert_eq!(config.metrics.otlp.headers["key"], "x");
}

#[test]
fn depth_has_an_end() {
    let too_deep = "sections and lists are within each other more than 128 times";
    let too_many = "there are too many brackets";
    for (text, words) in [
        ("[".repeat(1_000), too_deep),
        ("{a: ".repeat(1_000), too_deep),
        ("- ".repeat(100_000), too_deep),
        (
            format!("{}{}", "[".repeat(1_000), "]".repeat(1_000)),
            too_deep,
        ),
        ("[".repeat(1 << 20), too_many),
        ("{a: ".repeat(1 << 18), too_many),
        // What closes them is no bracket.
        ("[\"]\",".repeat(1 << 17), too_many),
        ("[ #]\n".repeat(1 << 17), too_many),
    ] {
        let faults = faults(&text);
        assert!(faults[0].contains(words), "{faults:?}");
    }
}

#[test]
fn long_texts_of_ordinary_things_are_accepted() {
    let mut text = String::from("routes:\n  table:\n");
    for route in 0..5_000 {
        writeln!(text, "    - \"/shop/r{route}/{{id}}/items/{{item}}\"")
            .expect("a string takes it");
    }
    let config = Config::from_yaml(&text).expect("it is ordinary");
    assert_eq!(config.routes.table.len(), 5_000);
    let long = "x".repeat((1 << 20) + 1);
    assert!(faults(&long)[0].contains("1048577 bytes; at most 1048576"));
}

/// Pieces of which hostile texts are made.
const PIECES: &[&str] = &[
    "tracing",
    "headers",
    "batch",
    "size",
    "routes",
    "rules",
    "guess",
    "vitals",
    "origins",
    "layers",
    "sse",
    ":",
    ": ",
    "\n",
    "\n  ",
    "\n    ",
    "- ",
    "? ",
    "[",
    "]",
    "{",
    "}",
    ",",
    "&a ",
    "*a",
    "!t ",
    "!!int ",
    "|\n",
    ">-\n",
    "\"",
    "'",
    "#",
    "%YAML 1.2\n",
    "---\n",
    "...\n",
    "<<",
    "~",
    "null",
    "true",
    "1",
    "-1",
    ".nan",
    ".inf",
    "1e999",
    "0x1F",
    "0o7",
    "5s",
    "${",
    "${A}",
    "${A:-b}",
    "$$",
    "}",
    "\t",
    "\u{feff}",
    "\r\n",
    "é",
    "\u{2028}",
    "\\",
    "@",
    "`",
];

fn piece() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => prop::sample::select(PIECES).prop_map(str::to_owned),
        1 => any::<String>(),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    /// An answer, and each fault of it can be shown.
    #[test]
    fn any_text_has_an_answer(pieces in prop::collection::vec(piece(), 0..40)) {
        let text = pieces.concat();
        let lookup = |name: &str| (name == "A").then(|| "s3cret: [x".to_owned());
        if let Err(faults) = read::read(&text, &lookup) {
            prop_assert!(!faults.is_empty());
            for fault in faults {
                let shown = fault.to_string();
                prop_assert!(!shown.contains('\n'), "{shown:?}");
            }
        }
        if let Err(error) = Config::from_yaml(&text) {
            prop_assert!(!error.faults().is_empty());
        }
    }

    /// Any list of variables can be put in, and what comes of it is checked like the file.
    #[test]
    fn any_variables_leave_a_configuration_that_is_right(values in prop::collection::vec(
        prop_oneof![any::<String>(), "[a-z0-9:/=,.%]{0,20}", Just("otlp".to_owned()), Just("zipkin".to_owned())], 30,
    )) {
        let next = std::cell::Cell::new(0);
        let config = Config::default().with_env(|_| {
            next.set(next.get() + 1);
            values.get(next.get() - 1).cloned()
        });
        let checked = config.check();
        prop_assert!(checked.is_ok(), "{checked:?}");
    }
}
