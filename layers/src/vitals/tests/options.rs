//! Options that are refused, by their name.

use std::time::Duration;

use crate::vitals::{WebVitals, WebVitalsBuilder};

fn error(options: impl FnOnce(WebVitalsBuilder) -> WebVitalsBuilder) -> String {
    let refused = options(WebVitals::builder()).build();
    refused.map(drop).expect_err("it is refused").to_string()
}

#[test]
fn what_is_no_origin_is_refused() {
    for origin in [
        "",
        "shop.example",
        "https://",
        "https://shop.example/",
        "https://shop.example/path",
        "https://user@shop.example",
        "https://shop.example:",
        "https://shop.example:port",
        "https://shöp.example",
        "://shop.example",
        "https://*.shop.example",
        "*",
        "null",
        "https://a b",
    ] {
        let error = error(|options| options.origins([origin]));
        assert!(
            error.starts_with("web_vitals.origins: "),
            "{origin}: {error}"
        );
        assert!(error.contains("`scheme://host`"), "{error}");
    }
    for origin in [
        "https://shop.example",
        "http://127.0.0.1:3000",
        "http://[::1]:80",
        "capacitor://localhost",
    ] {
        assert!(
            WebVitals::builder().origins([origin]).build().is_ok(),
            "{origin}"
        );
    }
}

#[test]
fn what_is_out_of_range_is_refused() {
    type Options = fn(WebVitalsBuilder) -> WebVitalsBuilder;
    let cases: [(Options, &str); 11] = [
        (|it| it.pages(["no-slash"]), "web_vitals.pages: "),
        (|it| it.pages(["/a/{x}", "/a/{y}"]), "web_vitals.pages: "),
        (
            |it| it.page_limit(0),
            "web_vitals.page_limit: 0; from 1 to 60000",
        ),
        (
            |it| it.page_limit(60_001),
            "web_vitals.page_limit: 60001; from 1",
        ),
        (
            |it| it.body_limit(0),
            "web_vitals.body_limit: 0 bytes; from 1 to 16384",
        ),
        (
            |it| it.body_limit(16_385),
            "web_vitals.body_limit: 16385 bytes",
        ),
        (
            |it| it.timeout(Duration::ZERO),
            "web_vitals.timeout: 0ns; more than 0 and up to 60s",
        ),
        (
            |it| it.timeout(Duration::from_secs(61)),
            "web_vitals.timeout: 61s",
        ),
        (
            |it| it.max_rate(0),
            "web_vitals.max_rate: 0 a second; from 1 to 10000000",
        ),
        (
            |it| it.max_rate(10_000_001),
            "web_vitals.max_rate: 10000001 a second",
        ),
        (
            |it| it.remembered_ids(0),
            "web_vitals.remembered_ids: 0; from 1 to 16777216",
        ),
    ];
    for (options, expected) in cases {
        let error = error(options);
        assert!(error.starts_with(expected), "{error}");
    }
    let many = (0..60_001).map(|page| format!("/{page}"));
    let error = error(|it| it.pages(many));
    assert!(
        error.starts_with("web_vitals.pages: 60001 templates"),
        "{error}"
    );
}
