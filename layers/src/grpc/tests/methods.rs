//! Which methods become labels.

use http::{HeaderValue, Request};

use super::support::{DURATION, OK, Reply, Scribe, Step, answer, call, exchange, message};
use crate::{
    grpc::{Grpc, GrpcError},
    observe::ObserveLayer,
    route::{RouteSources, annotate},
};

fn ok() -> Reply {
    Reply::Answer(answer([message("one"), OK]))
}

/// The methods that were recorded, each with how often.
fn methods(scribe: &Scribe) -> Vec<String> {
    let series = scribe.series(DURATION).into_iter();
    series
        .map(|series| {
            let (_, rest) = series.split_once("rpc_method=").expect("a method");
            let (method, rest) = rest.split_once(',').expect("a status");
            let (_, times) = rest.split_once("} ").expect("a value");
            format!("{method} {times}")
        })
        .collect()
}

fn refused(status: &'static str) -> Reply {
    let mut response = answer([]);
    response
        .headers_mut()
        .insert("grpc-status", HeaderValue::from_static(status));
    Reply::Answer(response)
}

#[test]
fn an_answer_vouches_for_a_method_and_then_it_is_known() {
    let scribe = Scribe::new();
    let layer = scribe.layer();
    exchange(&layer, call("Say"), Reply::Wait, || {});
    assert_eq!(methods(&scribe), ["_OTHER 1"]);
    exchange(&layer, call("Say"), ok(), || {});
    exchange(&layer, call("Say"), Reply::Wait, || {});
    assert_eq!(
        methods(&scribe),
        ["_OTHER 1", "test.Echo/Say 1", "test.Echo/Say 1"]
    );
}

#[test]
fn scanners_add_one_series() {
    let scribe = Scribe::new();
    let layer = scribe.layer();
    for number in 0..100 {
        exchange(&layer, call(&format!("Try{number}")), refused("12"), || {});
        exchange(&layer, call(&format!("Auth{number}")), refused("16"), || {});
    }
    assert_eq!(methods(&scribe), ["_OTHER 100", "_OTHER 100"]);
}

#[test]
fn declared_methods_are_known_from_the_start() {
    let scribe = Scribe::new();
    let grpc = scribe.grpc(|options| options.methods(["test.Echo/Say", "/test.Echo/Hang"]));
    let layer = ObserveLayer::new(grpc);
    for method in ["Say", "Hang", "Else"] {
        exchange(&layer, call(method), Reply::Panic, || {});
    }
    assert_eq!(
        methods(&scribe),
        ["_OTHER 1", "test.Echo/Hang 1", "test.Echo/Say 1"]
    );
}

#[test]
fn past_the_limit_they_overflow() {
    let scribe = Scribe::new();
    let layer = ObserveLayer::new(scribe.grpc(|options| options.method_limit(2)));
    for method in ["A", "B", "C", "D", "A"] {
        exchange(&layer, call(method), ok(), || {});
    }
    assert_eq!(
        methods(&scribe),
        ["test.Echo/A 2", "test.Echo/B 1", "{overflow} 2"]
    );
    assert_eq!(
        scribe.series("bartizan_label_overflow_total"),
        ["{label=rpc_method} 2"]
    );
}

#[test]
fn the_route_s_sources_and_the_handler_s_word_change_nothing() {
    let scribe = Scribe::new();
    let grpc = scribe.grpc(|options| options);
    for routes in [
        RouteSources::new(),
        RouteSources::new().grpc(),
        RouteSources::new().table(["/{*path}"]).expect("a table"),
    ] {
        let layer = ObserveLayer::new(grpc.clone()).routes(routes);
        exchange(&layer, call("Say"), ok(), || {});
        let mut service = tower_layer::Layer::layer(
            &layer,
            tower::service_fn(async |_: Request<()>| {
                annotate("/a/handler/s/word");
                Ok::<_, super::support::Error>(answer([message("one"), OK]))
            }),
        );
        let future = tower::Service::call(&mut service, call("Say"));
        drop(futures_util::FutureExt::now_or_never(future).expect("an answer"));
    }
    assert_eq!(methods(&scribe), ["test.Echo/Say 3", "test.Echo/Say 3"]);
}

#[test]
fn a_layer_inside_with_the_same_observer_is_silent() {
    let scribe = Scribe::new();
    let inner = scribe.layer();
    let mut service = tower_layer::Layer::layer(
        &scribe.layer(),
        tower_layer::Layer::layer(
            &inner,
            tower::service_fn(async |_: Request<()>| {
                Ok::<_, super::support::Error>(answer([Step::Wait]))
            }),
        ),
    );
    let future = tower::Service::call(&mut service, call("Say"));
    drop(futures_util::FutureExt::now_or_never(future).expect("an answer"));
    assert_eq!(methods(&scribe), ["test.Echo/Say 1"]);
}

#[test]
fn what_is_no_method_is_refused() {
    for method in [
        "Say",
        "test.Echo/",
        "test.Echo/Say/More",
        "te st/Say",
        "",
        "//test.Echo/Say",
    ] {
        let refused = Grpc::builder().methods([method]).build();
        assert!(
            matches!(refused, Err(GrpcError::Method { .. })),
            "{method:?}"
        );
    }
    let many = (0..60_001).map(|number| format!("test.Echo/M{number}"));
    let refused = Grpc::builder().methods(many).build();
    assert_eq!(
        refused.err(),
        Some(GrpcError::TooManyMethods { given: 60_001 })
    );
}
