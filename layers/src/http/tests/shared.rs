//! One set of metrics in several layers.

use http::Request;

use super::support::{Rig, get, ok, recorder};
use crate::{
    http::{HttpMetrics, HttpMetricsBuilder},
    meter::Naming,
    observe::ObserveLayer,
    route::RouteSources,
};

/// Layers with these tables of routes, and one set of metrics.
fn rigs<const N: usize>(
    tables: [&[&str]; N],
    options: impl FnOnce(HttpMetricsBuilder) -> HttpMetricsBuilder,
) -> [Rig; N] {
    let (meter, exporter) = recorder(&Naming::prometheus());
    let builder = HttpMetrics::builder().meter(meter.build().expect("a meter"));
    let metrics = options(builder).build().expect("metrics");
    tables.map(|table| {
        let routes = RouteSources::new().table(table).expect("a table");
        let layer = ObserveLayer::new(metrics.clone()).routes(routes);
        Rig::around(layer, exporter.clone())
    })
}

/// The route of each series of a metric, and its value.
fn by_route(rig: &Rig, metric: &str) -> Vec<(String, String)> {
    let lines = rig.lines(metric).into_iter();
    lines
        .map(|line| {
            let (labels, value) = line.rsplit_once(' ').expect("a value");
            let (_, route) = labels.split_once("http_route=\"").expect("a route");
            let (route, _) = route.split_once('"').expect("its end");
            (route.to_owned(), value.to_owned())
        })
        .collect()
}

fn expected(routes: &[(&str, &str)]) -> Vec<(String, String)> {
    let routes = routes.iter();
    routes
        .map(|(route, value)| ((*route).to_owned(), (*value).to_owned()))
        .collect()
}

#[test]
fn layers_with_other_tables_mix_up_no_routes() {
    // The same places in both tables, and one template in another place.
    let [one, two] = rigs(
        [
            &["/users/{id}", "/health"],
            &["/orders/{id}", "/users/{id}", "/metrics"],
        ],
        |options| options.active_by_route().time_to_first_byte(),
    );
    for path in ["/users/7", "/health", "/orders/7", "/metrics", "/users/7"] {
        one.exchange(get(path), || Ok(ok("four")));
    }
    for path in ["/orders/7", "/users/7", "/metrics", "/health", "/orders/8"] {
        two.exchange(get(path), || Ok(ok("three")));
    }
    assert_eq!(
        by_route(&one, "http_server_request_duration_seconds_count"),
        expected(&[
            ("/health", "1"),
            ("/metrics", "1"),
            ("/orders/{id}", "2"),
            ("/users/{id}", "3"),
            ("{unmatched}", "3")
        ])
    );
    assert_eq!(
        by_route(&one, "http_server_response_body_size_bytes_sum"),
        expected(&[
            ("/health", "4"),
            ("/metrics", "5"),
            ("/orders/{id}", "10"),
            ("/users/{id}", "13"),
            ("{unmatched}", "13")
        ])
    );
    assert_eq!(
        by_route(&two, "bartizan_http_time_to_first_byte_seconds_count"),
        expected(&[
            ("/health", "1"),
            ("/metrics", "1"),
            ("/orders/{id}", "2"),
            ("/users/{id}", "3"),
            ("{unmatched}", "3")
        ])
    );
    for (route, value) in by_route(&two, "http_server_active_requests") {
        assert_eq!(value, "0", "{route}");
    }
}

#[test]
fn a_request_under_way_is_active_in_its_own_layers_route() {
    use std::pin::pin;

    use tower::{Service, service_fn};
    use tower_layer::Layer;

    let [one, two] = rigs([&["/a"], &["/b"]], |options| options.active_by_route());
    let waiting = |_: Request<()>| std::future::pending::<super::support::Reply>();
    let mut first = one.layer.layer(service_fn(waiting));
    let mut second = two.layer.layer(service_fn(waiting));
    {
        let _first = pin!(first.call(get("/a")));
        let _second = pin!(second.call(get("/b")));
        let _third = pin!(second.call(get("/b")));
        assert_eq!(
            by_route(&one, "http_server_active_requests"),
            expected(&[("/a", "1"), ("/b", "2")])
        );
    }
    assert_eq!(
        by_route(&one, "http_server_active_requests"),
        expected(&[("/a", "0"), ("/b", "0")])
    );
}

#[test]
fn layers_with_other_methods_mix_up_no_methods() {
    let [one, two] = rigs([&["/a"], &["/a"]], |options| options);
    let two = two.map(|layer| layer.methods(["PURGE", "GET"]).expect("methods"));
    let request = |method: &str| {
        let request = Request::builder().method(method).uri("/a").body(());
        request.expect("a request")
    };
    for method in ["GET", "HEAD", "PURGE"] {
        one.exchange(request(method), || Ok(ok("x")));
        two.exchange(request(method), || Ok(ok("x")));
    }
    let methods = |metric: &str| -> Vec<String> {
        let lines = one.lines(metric).into_iter();
        lines
            .map(|line| {
                let (_, method) = line.split_once("http_request_method=\"").expect("a method");
                let (method, _) = method.split_once('"').expect("its end");
                let (_, value) = line.rsplit_once(' ').expect("a value");
                format!("{method} {value}")
            })
            .collect()
    };
    let counts = methods("http_server_request_duration_seconds_count");
    assert_eq!(counts, ["GET 2", "HEAD 1", "PURGE 1", "_OTHER 2"]);
    let active = methods("http_server_active_requests");
    assert_eq!(active, ["GET 0", "HEAD 0", "PURGE 0", "_OTHER 0"]);
}

#[test]
fn layers_of_one_base_with_other_methods_mix_up_no_methods() {
    let [base] = rigs([&["/a"]], |options| options);
    let other = base.map(|layer| layer.methods(["PURGE", "GET"]).expect("methods"));
    base.exchange(get("/a"), || Ok(ok("x")));
    other.exchange(get("/a"), || Ok(ok("x")));
    let purge = Request::builder().method("PURGE").uri("/a").body(());
    other.exchange(purge.expect("a request"), || Ok(ok("x")));
    let lines = base.lines("http_server_request_duration_seconds_count");
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert!(lines[0].contains("http_request_method=\"GET\"") && lines[0].ends_with(" 2"));
    assert!(lines[1].contains("http_request_method=\"PURGE\"") && lines[1].ends_with(" 1"));
}
