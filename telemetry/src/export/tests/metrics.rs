//! A service's metrics, as a receiver of OTLP gets them and as a scrape shows them.

use std::{
    collections::BTreeMap,
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
};

use axum::{Router, http::StatusCode, response::sse, routing::get};
use bartizan::{
    catalog,
    grpc::Grpc,
    http::HttpMetrics,
    meter::{Meter, Naming},
    sse::Sse,
};
use metrics_exporter_prometheus::PrometheusHandle;
use tokio::net::TcpListener;

use super::support::{Collector, Scene, millis, spent};
use crate::{
    bridge::tests::{Point, Shape, read},
    config::{Metrics, OtlpMetrics, OtlpProtocol, Period},
    export::{self, MetricsPush},
    health::Signal,
    metrics::{self, Recorder},
};

/// A service with the whole stack, whose recorder is the one of a `Telemetry`.
struct Site {
    scene: Scene,
    collector: Collector,
    page: PrometheusHandle,
    push: MetricsPush,
    address: SocketAddr,
}

// === impl Site ===

impl Site {
    fn start(protocol: OtlpProtocol) -> Self {
        let scene = Scene::new();
        let collector = Collector::default();
        let path = match protocol {
            OtlpProtocol::Grpc => "",
            // `v1/metrics` is added.
            OtlpProtocol::Http => "/",
        };
        let otlp = OtlpMetrics {
            protocol,
            endpoint: Some(collector.url(&scene, path)),
            headers: BTreeMap::from([("x-api-key".to_owned(), "secret".to_owned())]),
            timeout: Period::from_secs(5),
            ..OtlpMetrics::default()
        };
        let health = scene.health(Signal::Metrics);
        let config = Metrics::default();
        let made = export::metrics(&otlp, &config, Scene::resource(), &health, scene.runtime());
        let (otlp, push) = made.expect("a good configuration");

        let scraped =
            metrics::scraped(&config, &Naming::prometheus()).expect("the catalogue's buckets");
        let page = scraped.handle();
        let meter = Meter::builder()
            .recorder(Recorder::new(scraped, Some(Box::new(otlp))))
            .build()
            .expect("a meter");

        let address = serve(&scene, meter);
        Self {
            scene,
            collector,
            page,
            push,
            address,
        }
    }

    fn ask(&self, method: &str, path: &str) {
        let mut connection = TcpStream::connect(self.address).expect("a connection");
        let request = format!(
            "{method} {path} HTTP/1.1\r\nhost: x\r\ncontent-length: 4\r\nconnection: close\r\n\r\nbody"
        );
        connection.write_all(request.as_bytes()).expect("a request");
        let mut answer = String::new();
        connection.read_to_string(&mut answer).expect("an answer");
        assert!(answer.starts_with("HTTP/1.1 "), "{answer}");
    }
}

fn serve(scene: &Scene, meter: Meter) -> SocketAddr {
    let stream = async || {
        let events = (0..3).map(|id| {
            let event = sse::Event::default().event("tick").data(id.to_string());
            Ok::<_, std::convert::Infallible>(event)
        });
        sse::Sse::new(futures_util::stream::iter(events.collect::<Vec<_>>()))
    };
    let stack = bartizan::builder()
        .http(
            HttpMetrics::builder()
                .meter(meter.clone())
                .time_to_first_byte()
                .build()
                .expect("metrics"),
        )
        .grpc(
            Grpc::builder()
                .meter(meter.clone())
                .build()
                .expect("metrics"),
        )
        .sse(Sse::builder().meter(meter).build().expect("metrics"))
        .build();
    let router = Router::new()
        .route(
            "/users/{id}",
            get(async || "a user").post(async || StatusCode::CREATED),
        )
        .route("/broken", get(async || StatusCode::INTERNAL_SERVER_ERROR))
        .route("/ticks", get(stream))
        .layer(stack);
    let listener = scene.run(TcpListener::bind("127.0.0.1:0")).expect("a port");
    let address = listener.local_addr().expect("an address");
    scene
        .runtime()
        .spawn(async move { axum::serve(listener, router).await });
    address
}

/// What a page shows of a metric, in the form of what is pushed.
fn scraped(page: &str, metric: &catalog::Metric) -> BTreeMap<Vec<String>, Point> {
    let mut points = BTreeMap::new();
    let lines = page
        .lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty());
    for line in lines {
        let (series, value) = line.rsplit_once(' ').expect("a value");
        let (name, labels) = series.split_once('{').unwrap_or((series, "}"));
        let value: f64 = value.parse().expect("a number");
        let Some(suffix) = name.strip_prefix(metric.name) else {
            continue;
        };
        let labels = labels.trim_end_matches('}');
        let (mut attributes, mut edge) = (Vec::new(), None);
        for label in labels.split("\",").filter(|label| !label.is_empty()) {
            let (key, text) = label.split_once("=\"").expect("a label");
            let text = text.trim_end_matches('"');
            match metric.labels.iter().find(|label| label.name == key) {
                Some(label) if *label == catalog::STATUS => {
                    attributes.push(format!("{}={text}", label.otel_name))
                }
                Some(label) => attributes.push(format!("\"{}={text}\"", label.otel_name)),
                None => edge = Some(text.parse::<f64>().expect("an edge")),
            }
        }
        attributes.sort();
        let number = match metric.kind {
            catalog::Kind::Gauge => Point::Float(value),
            _ => Point::Int(value as i64),
        };
        let histogram = Point::Histogram {
            count: 0,
            sum: 0.0,
            edges: Vec::new(),
            counts: Vec::new(),
        };
        let point =
            points
                .entry(attributes)
                .or_insert(if suffix.is_empty() { number } else { histogram });
        let Point::Histogram {
            count,
            sum,
            edges,
            counts,
        } = point
        else {
            continue;
        };
        match (suffix, edge) {
            ("_bucket", Some(edge)) => {
                let before: u64 = counts.iter().sum();
                counts.push(value as u64 - before);
                if edge.is_finite() {
                    edges.push(edge);
                }
            }
            ("_sum", None) => *sum = value,
            ("_count", None) => *count = value as u64,
            other => panic!("{line}: {other:?}"),
        }
    }
    points
}

fn assert_alike(site: &Site) {
    let page = site.page.render();
    let pushed: BTreeMap<String, Shape> = read(site.collector.metrics());
    let mut compared = Vec::new();
    for metric in catalog::ALL {
        let scraped = scraped(&page, metric);
        let pushed = pushed.get(metric.otel_name);
        let points = pushed.map(|shape| shape.points.clone()).unwrap_or_default();
        assert_eq!(
            points.keys().collect::<Vec<_>>(),
            scraped.keys().collect::<Vec<_>>(),
            "{}",
            metric.name
        );
        for (attributes, point) in &points {
            assert_point(point, &scraped[attributes], metric.name);
        }
        if let Some(shape) = pushed {
            assert_eq!(
                (shape.kind, shape.unit.as_str()),
                (metric.kind.as_str(), metric.unit)
            );
            compared.push(metric.name);
        }
    }
    for expected in [
        "http_server_request_duration_seconds",
        "http_server_active_requests",
        "sse_events_total",
        "sse_stream_duration_seconds",
    ] {
        assert!(
            compared.contains(&expected),
            "no {expected} in {compared:?}"
        );
    }
}

/// Sums of floats depend on the order in which threads add; everything else is alike.
fn assert_point(pushed: &Point, scraped: &Point, name: &str) {
    match (pushed, scraped) {
        (
            Point::Histogram {
                count,
                sum,
                edges,
                counts,
            },
            Point::Histogram {
                count: c,
                sum: s,
                edges: e,
                counts: n,
            },
        ) => {
            assert_eq!((count, edges, counts), (c, e, n), "{name}");
            assert!((sum - s).abs() <= s.abs() * 1e-9, "{name}: {sum} {s}");
        }
        (pushed, scraped) => assert_eq!(pushed, scraped, "{name}"),
    }
}

fn assert_pushed_as_scraped(protocol: OtlpProtocol) {
    let site = Site::start(protocol);
    for id in 0..20 {
        site.ask("GET", &format!("/users/{id}"));
        site.ask("POST", &format!("/users/{id}"));
    }
    site.ask("GET", "/broken");
    site.ask("GET", "/nowhere");
    site.ask("GET", "/ticks");
    site.push.force_flush().expect("metrics that arrive");
    assert_alike(&site);

    // What comes later is added to it.
    site.ask("GET", "/ticks");
    site.ask("GET", "/users/1");
    spent(millis(0), millis(0), || {
        site.push.shutdown_with_timeout(millis(5_000))
    })
    .expect("a last push");
    assert_alike(&site);
    assert_eq!(site.collector.requests(), 2);
    assert_eq!(site.collector.headers()[0]["x-api-key"], "secret");
    site.scene.assert_figures("metrics", 1, 0, 0);
}

#[test]
fn what_is_pushed_over_grpc_is_what_a_scrape_shows() {
    assert_pushed_as_scraped(OtlpProtocol::Grpc);
}

#[test]
fn what_is_pushed_over_http_is_what_a_scrape_shows() {
    assert_pushed_as_scraped(OtlpProtocol::Http);
}

/// The SDK would say that the least of nothing is the greatest number there is.
#[test]
fn of_a_histogram_without_a_value_no_bounds_are_told() {
    use ::metrics::{Key, Label, Level, Metadata, Recorder};
    use opentelemetry_proto::tonic::metrics::v1::metric::Data;

    let scene = Scene::new();
    let collector = Collector::default();
    let otlp = OtlpMetrics {
        protocol: OtlpProtocol::Grpc,
        endpoint: Some(collector.url(&scene, "")),
        interval: Period::from_millis(20),
        ..OtlpMetrics::default()
    };
    let health = scene.health(Signal::Metrics);
    let config = Metrics::default();
    let made = export::metrics(&otlp, &config, Scene::resource(), &health, scene.runtime());
    let (recorder, push) = made.expect("a good configuration");
    let metadata = Metadata::new("tests", Level::INFO, None);
    let empty = Key::from_parts("empty", vec![Label::new("a", "b")]);
    let _empty = recorder.register_histogram(&empty, &metadata);
    let full = recorder.register_histogram(&Key::from_name("full"), &metadata);
    full.record(3.0);
    // By itself, again and again.
    Scene::until("three pushes", || collector.requests() >= 3);
    push.shutdown_with_timeout(millis(5_000))
        .expect("a last push");
    let mut bounds = BTreeMap::new();
    for metric in collector.metrics() {
        let Some(Data::Histogram(histogram)) = metric.data else {
            panic!("they are histograms");
        };
        let point = histogram.data_points[0].clone();
        bounds.insert(metric.name, (point.count, point.min, point.max));
    }
    let expected = [
        ("empty", (0, None, None)),
        ("full", (1, Some(3.0), Some(3.0))),
    ];
    let expected = expected.map(|(name, bounds)| (name.to_owned(), bounds));
    assert_eq!(bounds, BTreeMap::from(expected));
}
