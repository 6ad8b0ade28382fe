//! What the HTTP metrics leave to the metrics of calls.
#![cfg(feature = "http")]

use http::Request;

use super::support::{DURATION, OK, Reply, Scribe, Step, answer, call, exchange, message};
use crate::{
    http::{HttpMetrics, HttpMetricsBuilder, Timing},
    observe::{Kind, ObserveLayer, Observers},
};

const HTTP: &str = "http_server_request_duration_seconds";

fn http(
    scribe: &Scribe,
    options: impl FnOnce(HttpMetricsBuilder) -> HttpMetricsBuilder,
) -> HttpMetrics {
    let builder = HttpMetrics::builder().meter(scribe.meter());
    options(builder).build().expect("options")
}

/// A call that ends, one that is let go of, one that a proxy answers, and a plain request.
fn exchanges<O: Observers>(layer: &ObserveLayer<O>) {
    exchange(
        layer,
        call("Say"),
        Reply::Answer(answer([message("one"), OK])),
        || {},
    );
    exchange(layer, call("Say"), Reply::Wait, || {});
    let mut sorry = answer([Step::Data("sorry".into())]);
    *sorry.status_mut() = http::StatusCode::BAD_GATEWAY;
    sorry.headers_mut().remove("content-type");
    exchange(layer, call("Say"), Reply::Answer(sorry), || {});
    let get = Request::get("/").body(()).expect("a request");
    let mut page = answer([Step::Data("a page".into())]);
    page.headers_mut().remove("content-type");
    exchange(layer, get, Reply::Answer(page), || {});
}

/// The methods and the statuses of the HTTP durations.
fn timed(scribe: &Scribe) -> Vec<String> {
    let series = scribe.series(HTTP).into_iter();
    series
        .map(|series| {
            let fields = series.trim_matches(['{', '1', ' ', '}']).split(',');
            let words = fields.filter_map(|field| match field.split_once('=')? {
                ("http_route" | "url_scheme", _) => None,
                (_, value) => Some(value),
            });
            words.collect::<Vec<_>>().join(" ")
        })
        .collect::<std::collections::BTreeSet<_>>()
        .into_iter()
        .collect()
}

const CALLS: [&str; 3] = ["POST 200", "POST 502 502", "POST cancelled_before_response"];

#[test]
fn calls_have_durations_of_their_own() {
    let scribe = Scribe::new();
    let grpc = scribe.grpc(|options| options);
    exchanges(&ObserveLayer::new(grpc).with(http(&scribe, |options| options)));
    assert_eq!(timed(&scribe), ["GET 200"]);
    assert_eq!(scribe.series(DURATION).len(), 3);
    // The rest of them stays.
    let active = "{http_request_method=POST,url_scheme=http} 0";
    assert!(
        scribe
            .series("http_server_active_requests")
            .contains(&active.to_owned())
    );
    assert_eq!(
        scribe.series("http_server_response_body_size_bytes").len(),
        2
    );
}

#[test]
fn it_can_be_said_otherwise() {
    for (timing, wanted) in [
        (Timing::Never, vec!["GET 200"]),
        (Timing::End, [&["GET 200"], &CALLS[..]].concat()),
        (Timing::Head, [&["GET 200"], &CALLS[..]].concat()),
    ] {
        let scribe = Scribe::new();
        exchanges(&ObserveLayer::new(http(&scribe, |options| {
            options.duration(Kind::Grpc, timing)
        })));
        assert_eq!(timed(&scribe), wanted, "{timing:?}");
    }
}

#[test]
fn a_layer_records_the_same_whatever_others_there_are() {
    let scribe = Scribe::new();
    exchanges(&ObserveLayer::new(http(&scribe, |options| options)));
    assert_eq!(timed(&scribe), ["GET 200"]);
}
