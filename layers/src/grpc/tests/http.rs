//! What the HTTP metrics leave to the metrics of calls.
#![cfg(feature = "http")]

use http::Request;

use tower_layer::Layer;

use super::support::{DURATION, OK, Reply, Scribe, Step, answer, call, exchange, message};
use crate::{
    http::{HttpMetrics, HttpMetricsBuilder, Timing},
    observe::{Kind, ObserveLayer, Observers},
    rpc::tests::kit::{play, serve},
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
fn scenes() -> [(Request<()>, Reply); 4] {
    let said = answer([message("one"), OK]);
    let mut sorry = answer([Step::Data("sorry".into())]);
    *sorry.status_mut() = http::StatusCode::BAD_GATEWAY;
    sorry.headers_mut().remove("content-type");
    let get = Request::get("/").body(()).expect("a request");
    let mut page = answer([Step::Data("a page".into())]);
    page.headers_mut().remove("content-type");
    [
        (call("Say"), Reply::Answer(said)),
        (call("Say"), Reply::Wait),
        (call("Say"), Reply::Answer(sorry)),
        (get, Reply::Answer(page)),
    ]
}

fn exchanges<O: Observers>(layer: &ObserveLayer<O>) {
    for (request, reply) in scenes() {
        exchange(layer, request, reply, || {});
    }
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
fn calls_have_durations_of_their_own_in_one_layer_and_in_several() {
    const WAYS: [&str; 4] = ["in one", "outside", "inside", "far inside"];
    for way in WAYS {
        let scribe = Scribe::new();
        let grpc = scribe.layer();
        let http = ObserveLayer::new(http(&scribe, |options| options));
        let between = ObserveLayer::new(());
        let both = grpc
            .clone()
            .with(super::http::http(&scribe, |options| options));
        for (request, reply) in scenes() {
            let service = serve(reply);
            match way {
                "in one" => play(both.layer(service), request, || {}),
                "outside" => play(grpc.layer(http.layer(service)), request, || {}),
                "inside" => play(http.layer(grpc.layer(service)), request, || {}),
                _ => {
                    let service = http.layer(between.layer(grpc.layer(service)));
                    play(service, request, || {});
                }
            }
        }
        // What was not answered by gRPC is in both: HTTP has its own word for it.
        assert_eq!(timed(&scribe), ["GET 200", "POST 502 502"], "{way}");
        assert_eq!(scribe.series(DURATION).len(), 3, "{way}");
        // The rest of them stays.
        let active = "{http_request_method=POST,url_scheme=http} 0";
        let actives = scribe.series("http_server_active_requests");
        assert!(actives.contains(&active.to_owned()), "{way}");
        let sizes = scribe.series("http_server_response_body_size_bytes");
        assert_eq!(sizes.len(), 2, "{way}");
    }
}

#[test]
fn it_can_be_said_otherwise() {
    for (timing, wanted) in [
        (Timing::Never, vec!["GET 200"]),
        (Timing::End, [&["GET 200"], &CALLS[..]].concat()),
        (Timing::Head, [&["GET 200"], &CALLS[..]].concat()),
    ] {
        let scribe = Scribe::new();
        let grpc = scribe.grpc(|options| options);
        exchanges(&ObserveLayer::new(grpc).with(http(&scribe, |options| {
            options.duration(Kind::Grpc, timing)
        })));
        assert_eq!(timed(&scribe), wanted, "{timing:?}");
    }
}

/// Nothing hides behind a content type.
#[test]
fn where_no_one_else_measures_calls_they_are_requests() {
    let mut wanted = vec!["GET 200"];
    wanted.extend(CALLS);

    let scribe = Scribe::new();
    exchanges(&ObserveLayer::new(http(&scribe, |options| options)));
    assert_eq!(timed(&scribe), wanted);

    let scribe = Scribe::new();
    let off = None::<crate::grpc::Grpc>;
    exchanges(&ObserveLayer::new(off).with(http(&scribe, |options| options)));
    assert_eq!(timed(&scribe), wanted);
}
