//! How many label sets a metric keeps, and where the rest goes.

use bartizan::{
    http::{CustomLabel, HttpMetrics},
    meter::{Meter, MeterError},
    route::{RouteSources, annotate},
};
use bartizan_tests::{
    AnyBody,
    client::get,
    recorder::{ACTIVE, DURATION, OVERFLOW, RESPONSE_SIZE, Recorder},
    scrape::labels,
};
use http::Request;
use tower::{Layer, Service, ServiceExt, service_fn};

use super::{answer, exchange, layer};

/// A layer whose metrics keep so many label sets.
fn keeping(recorder: &Recorder, most: usize) -> bartizan::http::HttpMetricsBuilder {
    let meter = recorder
        .meter()
        .max_label_sets(most)
        .build()
        .expect("a cap in range");
    HttpMetrics::builder().meter(meter)
}

async fn annotated(
    request: Request<AnyBody>,
) -> Result<http::Response<AnyBody>, bartizan_tests::BoxError> {
    annotate(request.uri().path().to_owned());
    answer(request).await
}

#[tokio::test]
async fn label_sets_past_the_cap_share_one_series_and_are_counted() {
    let recorder = Recorder::new();
    let service = layer(keeping(&recorder, 3)).layer(service_fn(annotated));
    for _ in 0..2 {
        for number in 0..10 {
            exchange(&service, get(&format!("/{number}"))).await;
        }
    }
    let scrape = recorder.scrape();
    let folded = [
        ("http_request_method", "_OTHER"),
        ("http_route", "{overflow}"),
    ];
    for histogram in [DURATION, RESPONSE_SIZE] {
        assert_eq!(
            scrape.values(histogram, "http_route"),
            ["/0", "/1", "/2", "{overflow}"]
        );
        assert_eq!(scrape.count(histogram, &[]), 20);
        assert_eq!(scrape.count(histogram, &folded), 14);
        // What cannot be said of all of them is not said.
        assert!(scrape.label_sets(histogram).contains(&labels(&folded)));
        assert_eq!(scrape.value(OVERFLOW, &[("label", histogram)]), Some(14.0));
    }
    // The budget of routes is another one, and is not full.
    assert_eq!(
        scrape.value(OVERFLOW, &[("label", "http_route")]),
        Some(0.0)
    );
}

#[tokio::test]
async fn the_gauge_returns_to_zero_past_the_cap_too() {
    let recorder = Recorder::new();
    let routes = RouteSources::new().table(["/a", "/b", "/c"]).unwrap();
    let metrics = keeping(&recorder, 1).active_by_route();
    let mut service = layer(metrics).routes(routes).layer(service_fn(answer));
    let mut held = Vec::new();
    for path in ["/a", "/b", "/c", "/b"] {
        held.push(service.ready().await.unwrap().call(get(path)));
    }
    let scrape = recorder.scrape();
    assert_eq!(scrape.value(ACTIVE, &[("http_route", "/a")]), Some(1.0));
    assert_eq!(
        scrape.value(ACTIVE, &[("http_request_method", "_OTHER")]),
        Some(3.0)
    );
    assert_eq!(scrape.value(OVERFLOW, &[("label", ACTIVE)]), Some(3.0));
    drop(held);
    let scrape = recorder.scrape();
    assert_eq!(scrape.label_sets(ACTIVE).len(), 2);
    assert!(scrape.idle());
    assert_eq!(scrape.value(OVERFLOW, &[("label", ACTIVE)]), Some(3.0));
}

#[tokio::test]
async fn by_default_a_metric_keeps_nineteen_hundred() {
    let recorder = Recorder::new();
    let service = layer(recorder.http());
    let service = service
        .routes(RouteSources::new().limit(5_000))
        .layer(service_fn(annotated));
    for number in 0..2_100 {
        exchange(&service, get(&format!("/{number}"))).await;
    }
    let scrape = recorder.scrape();
    assert_eq!(scrape.label_sets(DURATION).len(), 1_901);
    assert_eq!(scrape.value(OVERFLOW, &[("label", DURATION)]), Some(200.0));
    assert_eq!(scrape.ended(), 2_100);
}

#[tokio::test]
async fn custom_values_past_their_cap_share_one_and_are_counted() {
    let recorder = Recorder::new();
    let tenant = CustomLabel::of_request("tenant", 3, |request| {
        Some(request.uri().path().trim_start_matches('/').into())
    });
    let length = CustomLabel::of_response("length", 2, |response| {
        Some(response.headers().len().to_string().into())
    });
    let metrics = recorder.http().label(tenant).label(length);
    let service = layer(metrics).layer(service_fn(answer));
    for path in ["/a", "/b", "/c", "/d", "/e", "/a", "/d", "/"] {
        exchange(&service, get(path)).await;
    }
    let wanted = [
        "2x GET {unmatched} 200 length=0 tenant=a",
        "3x GET {unmatched} 200 length=0 tenant={overflow}",
        "GET {unmatched} 200 length=0",
        "GET {unmatched} 200 length=0 tenant=b",
        "GET {unmatched} 200 length=0 tenant=c",
    ];
    let scrape = recorder.scrape();
    assert_eq!(scrape.records(), wanted);
    assert_eq!(scrape.value(OVERFLOW, &[("label", "tenant")]), Some(3.0));
    assert_eq!(scrape.count(RESPONSE_SIZE, &[("tenant", "{overflow}")]), 3);
}

#[tokio::test]
async fn values_that_are_written_alike_are_one_value() {
    let recorder = Recorder::new();
    let texts = ["a\"b", "a\\b", "a\nb", "a_b"];
    let label = CustomLabel::of_request("text", 1, move |request| {
        let number: usize = request.uri().path().trim_matches('/').parse().ok()?;
        Some(texts[number].into())
    });
    let service = layer(recorder.http().label(label)).layer(service_fn(answer));
    for path in ["/0", "/1", "/2", "/3"] {
        exchange(&service, get(path)).await;
    }
    let scrape = recorder.scrape();
    assert_eq!(scrape.records(), ["4x GET {unmatched} 200 text=a_b"]);
    assert_eq!(
        scrape.value(OVERFLOW, &[("label", "text")]).unwrap_or(0.0),
        0.0
    );
}

#[test]
fn a_cap_that_is_out_of_range_is_refused() {
    for most in [0, 4_096, usize::MAX] {
        let refused = Meter::builder().max_label_sets(most).build().unwrap_err();
        assert!(matches!(refused, MeterError::MaxLabelSets { given, .. } if given == most));
    }
    assert!(Meter::builder().max_label_sets(4_095).build().is_ok());
}
