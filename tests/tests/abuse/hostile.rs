//! Texts that are made to break a label, a line or a scraper.

use std::{
    io::Write,
    process::{Command, Stdio},
};

use bartizan::{
    http::CustomLabel,
    label::MAX_VALUE_LEN,
    observe::ObserveLayer,
    route::{RouteSlot, RouteSources, annotate},
};
use bartizan_tests::{
    AnyBody, BoxError,
    client::text,
    recorder::{DURATION, REQUEST_SIZE, RESPONSE_SIZE, Recorder},
};
use http::{
    HeaderValue, Method, Request, Response,
    header::{CONTENT_LENGTH, HOST},
};
use http_body_util::BodyExt;
use proptest::{collection::vec, prelude::*};
use tower::{Layer, ServiceExt, service_fn};

/// What breaks formats.
const TEXTS: [&str; 16] = [
    "",
    " ",
    "\"",
    "\\",
    "\\\\\"\n",
    "a\nb\r\nc",
    "\"} 1\nfake_metric{a=\"b",
    "\0\u{1}\u{7f}",
    "\u{feff}bom",
    "\u{2028}\u{2029}",
    "\u{202e}txet",
    "é𝄞\u{fffd}",
    "{overflow}",
    "{unmatched}",
    "_OTHER",
    "# TYPE fake gauge",
];

/// A recorder that heard this text wherever there is a way in.
async fn heard(recorder: &Recorder, said: &str) {
    let owned = said.to_owned();
    let of_request = CustomLabel::of_request("said", 100, move |_| Some(owned.clone().into()));
    let owned = said.to_owned();
    let of_response =
        CustomLabel::of_response("answered", 100, move |_| Some(owned.clone().into()));
    let meter = recorder
        .meter()
        .constant_label("always", said)
        .build()
        .expect("a name that fits");
    let metrics = bartizan::http::HttpMetrics::builder()
        .meter(meter)
        .server_address(100)
        .active_by_route()
        .label(of_request)
        .label(of_response);
    let layer = ObserveLayer::new(metrics.build().expect("labels that fit"))
        .routes(RouteSources::new().slot());
    for by_slot in [false, true] {
        let owned = said.to_owned();
        let service = layer.layer(service_fn(move |request: Request<AnyBody>| {
            if by_slot {
                let slot = request.extensions().get::<RouteSlot>().expect("a slot");
                slot.annotate(owned.clone());
            } else {
                annotate(owned.clone());
            }
            async { Ok::<_, BoxError>(Response::new(text(""))) }
        }));
        let mut request = Request::new(text(""));
        if let Ok(method) = Method::from_bytes(said.as_bytes()) {
            *request.method_mut() = method;
        }
        if let Ok(uri) = format!("/{said}").parse() {
            *request.uri_mut() = uri;
        }
        if let Ok(host) = HeaderValue::from_bytes(said.as_bytes()) {
            request.headers_mut().insert(HOST, host);
        }
        drop(service.oneshot(request).await.expect("an answer"));
    }
}

/// Whether each value of the scrape is fit, and none has broken out of its label.
fn assert_fit(recorder: &Recorder) {
    let scrape = recorder.scrape();
    assert!(
        scrape
            .names()
            .all(|name| name.starts_with("http_") || name.starts_with("bartizan_"))
    );
    for name in scrape.names() {
        for (label, value) in scrape.label_sets(name).into_iter().flatten() {
            assert!(
                value.len() <= MAX_VALUE_LEN,
                "{label} has {} bytes",
                value.len()
            );
            let unfit = |c: char| c.is_control() || c == '"' || c == '\\';
            assert!(!value.contains(unfit), "{label}={value:?}");
        }
    }
}

#[tokio::test]
async fn texts_that_break_formats_break_nothing() {
    for said in TEXTS {
        let recorder = Recorder::new();
        heard(&recorder, said).await;
        assert_fit(&recorder);
        assert_eq!(recorder.scrape().ended(), 2, "{said:?}");
    }
}

#[tokio::test]
async fn huge_texts_are_cut_at_a_character() {
    for said in [
        "x".repeat(1 << 20),
        "é".repeat(1 << 18),
        format!("x{}", "𝄞".repeat(1 << 16)),
    ] {
        let recorder = Recorder::new();
        heard(&recorder, &said).await;
        assert_fit(&recorder);
        let values = recorder.scrape().values(DURATION, "said");
        assert!(values.len() == 1 && said.starts_with(&values[0]) && values[0].len() > 250);
        assert!(recorder.text().len() < 64 * 1024);
    }
}

#[tokio::test]
async fn paths_and_hosts_that_are_no_utf8() {
    let recorder = Recorder::new();
    let metrics = recorder.http().server_address(100).build().unwrap();
    let routes = RouteSources::new().table(["/known/{id}"]).unwrap();
    let service =
        ObserveLayer::new(metrics)
            .routes(routes)
            .layer(service_fn(async |_: Request<AnyBody>| {
                Ok::<_, BoxError>(Response::new(text("")))
            }));
    for path in [
        "/known/%ff%fe",
        "/%ff%fe",
        "/known/%00",
        "/known/%22%5C%0A",
        "/known/\u{e9}",
    ] {
        let mut request = Request::new(text(""));
        *request.uri_mut() = path.parse().unwrap();
        let host = HeaderValue::from_bytes(b"caf\xe9.test").unwrap();
        request.headers_mut().insert(HOST, host);
        drop(service.clone().oneshot(request).await.unwrap());
    }
    assert_fit(&recorder);
    let wanted = ["4x GET /known/{id} 200", "GET {unmatched} 200"];
    assert_eq!(recorder.scrape().records(), wanted);
}

#[tokio::test]
async fn lengths_that_are_none_are_not_believed() {
    let recorder = Recorder::new();
    let service = recorder
        .layer()
        .layer(service_fn(async |request: Request<AnyBody>| {
            let mut response = Response::new(text("nine byte"));
            *response.headers_mut() = request.headers().clone();
            Ok::<_, BoxError>(response)
        }));
    let lengths = [
        "",
        "-1",
        "+1",
        "0x10",
        "1e9",
        "1.5",
        "9 9",
        "nine",
        "18446744073709551615",
        "18446744073709551616",
        "99999999999999999999999999999999",
    ];
    for length in lengths {
        let mut request = Request::new(text(""));
        let length = HeaderValue::from_static(length);
        request.headers_mut().insert(CONTENT_LENGTH, length);
        let response = service.clone().oneshot(request).await.unwrap();
        assert_eq!(
            response
                .into_body()
                .collect()
                .await
                .unwrap()
                .to_bytes()
                .len(),
            9
        );
    }
    let scrape = recorder.scrape();
    assert_eq!(scrape.count(REQUEST_SIZE, &[]), 0, "{recorder:?}");
    assert_eq!(scrape.sum(RESPONSE_SIZE, &[]), 9.0 * lengths.len() as f64);
    assert_eq!(scrape.records(), ["11x GET {unmatched} 200"]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn any_text_at_all_leaves_a_scrape_that_can_be_read(texts in vec(any::<String>(), 1..4)) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let recorder = Recorder::new();
        for said in &texts {
            // One constant label a recorder: the series of two would be two families' worth.
            runtime.block_on(heard(&recorder, said));
        }
        assert_fit(&recorder);
        prop_assert_eq!(recorder.scrape().ended(), 2 * texts.len() as u64);
    }
}

#[tokio::test]
#[ignore = "needs promtool"]
async fn promtool_finds_nothing_to_say() {
    let recorder = Recorder::new();
    for said in TEXTS {
        heard(&recorder, said).await;
    }
    let mut promtool = Command::new("promtool")
        .args(["check", "metrics"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("promtool is installed");
    let text = recorder.text();
    promtool
        .stdin
        .take()
        .unwrap()
        .write_all(text.as_bytes())
        .unwrap();
    let said = promtool.wait_with_output().unwrap();
    let heard = [said.stdout, said.stderr].map(|text| String::from_utf8_lossy(&text).into_owned());
    assert!(said.status.success(), "{heard:?}\n{text}");
    assert_eq!(heard, ["", ""]);
}
