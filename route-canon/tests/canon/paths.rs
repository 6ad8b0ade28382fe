//! Paths as servers see them: of people, of programs and of scanners.

use proptest::prelude::*;

/// A path of any segments, in any form.
pub(crate) fn path() -> impl Strategy<Value = String> {
    let front = prop_oneof![
        6 => Just(""), 1 => Just("~"), 1 => Just("http://a.example"), 1 => Just("h2+x://[::1]:80"), 1 => Just("x"),
    ];
    let back = prop_oneof![6 => Just(""), 1 => Just("/"), 1 => Just("?a=/b/../1"), 1 => Just("#/x"), 1 => Just(";a/..")];
    let segments = prop::collection::vec(segment(), 0..14);
    (front, segments, back).prop_map(|(front, segments, back)| {
        let path: String = segments
            .iter()
            .map(|segment| format!("/{segment}"))
            .collect();
        format!("{front}{path}{back}")
    })
}

/// A path of words and of the placeholders that the crate writes by default.
pub(crate) fn own() -> impl Strategy<Value = String> {
    let segment = prop_oneof![
        Just("users".to_owned()),
        placeholder(),
        Just("{file}.js".to_owned()),
        Just("{file}.webmanifest".to_owned()),
    ];
    let rest = prop_oneof![Just(""), Just("/{*rest}")];
    (prop::collection::vec(segment, 1..4), rest)
        .prop_map(|(segments, rest)| format!("~/{}{rest}", segments.join("/")))
}

/// A path without an end of its own: no query, no fragment, no `{*rest}`.
pub(crate) fn plain() -> impl Strategy<Value = String> {
    let segment = prop_oneof![word(), id(), compound()];
    prop::collection::vec(segment, 0..14).prop_map(|segments| {
        segments
            .iter()
            .map(|segment| format!("/{segment}"))
            .collect()
    })
}

fn placeholder() -> impl Strategy<Value = String> {
    prop::sample::select(route_canon::Class::ALL).prop_map(|class| format!("{{{class}}}"))
}

fn segment() -> impl Strategy<Value = String> {
    prop_oneof![
        6 => word(),
        4 => id(),
        3 => compound(),
        2 => marks(),
        2 => hostile(),
        1 => placeholder(),
        1 => (segment_part(), segment_part()).prop_map(|(a, b)| a + &b),
        1 => segment_part().prop_map(|text| escape(&text)),
    ]
}

fn segment_part() -> impl Strategy<Value = String> {
    prop_oneof![word(), id(), compound(), marks()]
}

fn word() -> impl Strategy<Value = String> {
    let words = [
        "users",
        "orders",
        "API",
        "createdAt",
        "v1",
        "v2beta1",
        "oauth2",
        "es-419",
        "en-US",
        "README",
        "level3",
        "http",
        "a",
        "@me",
        "$metadata",
        "batch:get",
        "index.html",
        "app.min.js",
        ".well-known",
        "github.com",
        "XMLHttpRequest",
    ];
    prop_oneof![
        prop::sample::select(words.to_vec()).prop_map(str::to_owned),
        "[a-z]{1,12}",
        "[A-Za-z]{1,50}"
    ]
}

fn id() -> impl Strategy<Value = String> {
    prop_oneof![
        "[+-]?[0-9]{1,24}",
        "[0-9]{1,3}([.,][0-9]{1,3}){1,4}",
        "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
        "(%7[Bb]|[{])?[0-9A-F]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}(%7D|[}])?",
        "[0-9a-fA-F]{6,65}",
        "(sha256:|md5-|0x)[0-9a-f]{32,64}",
        "[0-7][0-9A-HJKMNP-TV-Z]{25}",
        "[A-Za-z0-9_-]{8,30}",
        "[A-Za-z0-9+=]{20,70}",
        "(cus|file|My)[_-][A-Za-z0-9]{8,24}",
        "eyJ[A-Za-z0-9_-]{4,20}[.][A-Za-z0-9_-]{4,20}[.][A-Za-z0-9_-]{0,20}",
        "(19|20)[0-9]{2}[-._]?[01][0-9][-._]?[0-3][0-9]([T ][0-2][0-9]:?[0-5][0-9]:?[0-5][0-9](Z|%2B01:00)?)?",
        "[a-z0-9.]{1,9}(@|%40)[a-z]{1,9}[.][a-z]{2,3}",
        "[0-9]{1,3}[.][0-9]{1,3}[.][0-9]{1,3}[.][0-9]{1,3}(:[0-9]{2}|%2F8)?",
        "[\\[]?[0-9a-f]{0,4}(:[0-9a-f]{0,4}){2,7}[\\]]?",
    ]
}

fn compound() -> impl Strategy<Value = String> {
    let joint = prop::sample::select(
        &[
            "-", "_", ".", "~", ":", ",", "@", "+", "", "!", "$", "=", "&", "*", "'", "(",
        ][..],
    );
    let part = prop_oneof![word(), "[0-9]{1,4}", "[A-Z][a-z]{2,9}", "[a-z0-9]{2,9}"];
    (
        prop::collection::vec((part, joint), 1..8),
        prop_oneof![Just(""), Just(".js"), Just(".PNG"), Just(".webmanifest")],
    )
        .prop_map(|(parts, end)| {
            parts
                .iter()
                .map(|(part, joint)| format!("{part}{joint}"))
                .collect::<String>()
                + end
        })
}

fn marks() -> impl Strategy<Value = String> {
    let marks = [
        "",
        ".",
        "..",
        "%2e",
        "%2E.",
        "..;x",
        ";",
        "~",
        "-",
        "_",
        "@",
        "*",
        ":",
        "*rest",
        "{*rest}",
        ":int",
        ":uuid",
        ":file.js",
        "{file}.js",
        "{file}.exe.js",
        "{file}.JS",
        "{int}.json",
        "{user_id}",
        "{",
        "}",
        "{}",
        "{{int}}",
        "%7Bint%7D",
        ":u%75id",
        "{unmatched}",
        "{overflow}",
        ":a.js",
        "*.js",
        "...",
        "%",
        "%2",
        "%zz",
    ];
    prop::sample::select(marks.to_vec()).prop_map(str::to_owned)
}

fn hostile() -> impl Strategy<Value = String> {
    prop_oneof![
        "\\PC{0,12}",
        "[\\x00-\\x1f\"'\\\\<>` |^]{1,9}",
        "(%[0-9a-fA-F]{2}){1,100}",
        "[a-z%.;:{}*~]{1,12}",
        "[a-z]{30,300}",
        "([a-z]{3}-){20,90}",
        "é{1,80}",
    ]
}

/// Escapes each character, as some clients do.
fn escape(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02x}")).collect()
}
