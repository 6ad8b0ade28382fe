//! A million requests, each of which says something new in every place where it can.

use std::{
    collections::{BTreeMap, HashSet},
    convert::Infallible,
    sync::Barrier,
};

use bartizan::{
    http::{CustomLabel, HttpMetrics},
    observe::ObserveLayer,
    route::{RouteSources, annotate},
};
use bartizan_tests::{
    AnyBody,
    client::text,
    dice::Dice,
    recorder::{ACTIVE, DURATION, OVERFLOW, REQUEST_SIZE, RESPONSE_SIZE, Recorder},
};
use futures_util::FutureExt;
use http::{HeaderValue, Method, Request, Response, StatusCode, header::HOST};
use tower::{Layer, Service, service_fn};

/// What is expected of a label under a cap.
struct Cap {
    most: usize,
    admitted: HashSet<String>,
    overflowed: u64,
}

impl Cap {
    fn new(most: usize) -> Self {
        Self {
            most,
            admitted: HashSet::new(),
            overflowed: 0,
        }
    }

    fn take(&mut self, value: String) {
        if self.admitted.len() < self.most {
            self.admitted.insert(value);
        } else if !self.admitted.contains(&value) {
            self.overflowed += 1;
        }
    }
}

/// The resident memory of this process, in KiB; Linux tells, and nothing else.
fn resident() -> Option<u64> {
    if cfg!(not(target_os = "linux")) {
        return None;
    }
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux");
    let line = status.lines().find(|line| line.starts_with("VmRSS:"));
    let size = line.and_then(|line| line.split_whitespace().nth(1)?.parse().ok());
    Some(size.expect("a size in KiB"))
}

/// Mostly a number that was there before, and now and then a new one.
fn skewed(dice: &mut Dice) -> u64 {
    if dice.below(4) == 0 {
        dice.roll()
    } else {
        dice.below(60)
    }
}

/// A response's head that the service is asked for.
fn answer(request: &Request<()>) -> Response<AnyBody> {
    let mut response = Response::new(text("ok"));
    if request.uri().query().is_some() {
        *response.status_mut() = StatusCode::NOT_FOUND;
    }
    response
}

const MOST_HOSTS: usize = 20;
const MOST_TENANTS: usize = 10;
const MOST_ROUTES: usize = 30;
const MILLION: u64 = 1_000_000;

#[test]
fn a_million_requests_that_say_something_new_leave_a_bounded_scrape() {
    let recorder = Recorder::new();
    let tenant = CustomLabel::of_request("tenant", MOST_TENANTS, |request| {
        Some(request.headers().get("x-tenant")?.to_str().ok()?.into())
    });
    let metrics = recorder
        .http()
        .server_address(MOST_HOSTS)
        .label(tenant)
        .protocol_version();
    let routes = RouteSources::new()
        .limit(MOST_ROUTES)
        .table(["/known/{id}"])
        .unwrap();
    let layer = ObserveLayer::new(metrics.build().unwrap()).routes(routes);
    let mut service = layer.layer(service_fn(async |request: Request<()>| {
        // A handler that means well: what it says comes from the client.
        if request.uri().path().starts_with("/word") {
            annotate(request.uri().path().to_owned());
        }
        Ok::<_, Infallible>(answer(&request))
    }));
    let mut exchange = |request: Request<()>| {
        let answered = service
            .call(request)
            .now_or_never()
            .expect("it never waits");
        drop(answered.expect("it never fails"));
    };

    let known = [
        "GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH",
    ];
    let mut dice = Dice::new(1);
    let (mut hosts, mut tenants) = (Cap::new(MOST_HOSTS), Cap::new(MOST_TENANTS));
    // The table's template has a place of its own.
    let mut words = Cap::new(MOST_ROUTES - 1);
    let mut others = 0;
    let mut before = None;
    for turn in 0..MILLION {
        let method = match dice.below(2) {
            0 => Method::from_bytes(known[dice.below(9) as usize].as_bytes()),
            _ => Method::from_bytes(format!("M{}", dice.roll()).as_bytes()),
        };
        let method = method.expect("a method");
        others += u64::from(!known.contains(&method.as_str()));
        let path = match dice.below(4) {
            0 => format!("/known/{}", dice.roll()),
            1 => format!("/word/{}", dice.below(100_000)),
            2 => format!("/{}/%ff%00/{}?q", dice.roll(), dice.roll()),
            _ => format!("/.env/{}", dice.roll()),
        };
        if path.starts_with("/word") {
            words.take(path.clone());
        }
        let (host, tenant) = (
            format!("h{}.test", skewed(&mut dice)),
            format!("t{}", skewed(&mut dice)),
        );
        hosts.take(host.clone());
        tenants.take(tenant.clone());
        let mut request = Request::new(());
        *request.method_mut() = method;
        *request.uri_mut() = path.parse().expect("a path");
        let value = |text: &str| HeaderValue::from_str(text).expect("a value");
        request.headers_mut().insert(HOST, value(&host));
        request.headers_mut().insert("x-tenant", value(&tenant));
        exchange(request);
        if turn % 50_000 == 0 {
            recorder.upkeep();
            // What is admitted and folded by now is all that there will ever be.
            if turn == 200_000 {
                before = resident();
            }
        }
    }
    recorder.upkeep();
    if let (Some(before), Some(now)) = (before, resident()) {
        let grown = now.saturating_sub(before);
        // Twenty bytes a request would show.
        assert!(
            grown < 16 * 1024,
            "{grown} KiB more than after the first 200,000"
        );
    }

    let scrape = recorder.scrape();
    assert_eq!(scrape.ended(), MILLION);
    assert!(scrape.idle());
    // The documented bound: 1,900 label sets a metric, and one for the rest.
    assert_eq!(scrape.label_sets(DURATION).len(), 1_901);
    assert_eq!(scrape.label_sets(RESPONSE_SIZE).len(), 1_901);
    assert_eq!(scrape.label_sets(REQUEST_SIZE).len(), 0);
    assert_eq!(scrape.label_sets(ACTIVE).len(), 10);
    // Buckets, sums and counts; gauges; and a counter for each of five labels and metrics.
    let most = 1_901 * (14 + 1 + 2) + 1_901 * (8 + 1 + 2) + 10 + 5;
    assert_eq!(scrape.series(), most);

    let counted: BTreeMap<_, _> = scrape
        .samples(OVERFLOW, &[])
        .map(|sample| (sample.labels["label"].as_str(), sample.value as u64))
        .collect();
    let folded = |histogram: &str| {
        let folded = [("url_scheme", ""), ("http_request_method", "_OTHER")];
        let rest = [
            ("http_route", "{overflow}"),
            ("server_address", ""),
            ("tenant", ""),
        ];
        scrape.count(histogram, &[&folded[..], &rest[..]].concat())
    };
    let wanted = [
        (DURATION, folded(DURATION)),
        ("http_route", words.overflowed),
        (RESPONSE_SIZE, folded(RESPONSE_SIZE)),
        ("server_address", hosts.overflowed),
        ("tenant", tenants.overflowed),
    ];
    assert_eq!(counted, wanted.into());
    assert!(counted.values().all(|count| *count > 1_000), "{counted:?}");
    assert!(others > 400_000);
    assert!(scrape.values(DURATION, "http_route").len() <= MOST_ROUTES + 2);
}

#[test]
fn unknown_paths_are_one_series() {
    let recorder = Recorder::new();
    let mut service = recorder.layer().layer(service_fn(async |_: Request<()>| {
        Ok::<_, Infallible>(Response::new(text("")))
    }));
    let mut dice = Dice::new(2);
    for turn in 0..200_000 {
        let mut request = Request::new(());
        *request.uri_mut() = format!("/{:x}/{:x}", dice.roll(), turn)
            .parse()
            .expect("a path");
        let answered = service
            .call(request)
            .now_or_never()
            .expect("it never waits");
        drop(answered.expect("it never fails"));
        if turn % 50_000 == 0 {
            recorder.upkeep();
        }
    }
    let scrape = recorder.scrape();
    assert_eq!(scrape.records(), ["200000x GET {unmatched} 200"]);
    assert_eq!(
        scrape.value(OVERFLOW, &[("label", "http_route")]),
        Some(0.0)
    );
    assert_eq!(scrape.series(), 17 + 1 + 11 + 1);
}

#[test]
fn threads_that_fill_a_budget_together_count_each_hit_once() {
    let recorder = Recorder::new();
    let metrics = HttpMetrics::builder()
        .meter(recorder.meter().max_label_sets(50).build().unwrap())
        .server_address(7);
    let layer = ObserveLayer::new(metrics.build().unwrap()).routes(RouteSources::new().limit(9));
    let turns = 20_000;
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let mut service = layer.layer(service_fn(async |request: Request<()>| {
                annotate(request.uri().path().to_owned());
                Ok::<_, Infallible>(Response::new(text("")))
            }));
            scope.spawn(move || {
                let mut dice = Dice::new(thread);
                for _ in 0..turns {
                    let mut request = Request::new(());
                    let (path, host) = (dice.below(100), dice.below(100));
                    *request.uri_mut() = format!("/{path}").parse().expect("a path");
                    let host = format!("h{host}.test").parse().expect("a host");
                    request.headers_mut().insert(HOST, host);
                    drop(
                        service
                            .call(request)
                            .now_or_never()
                            .expect("it never waits"),
                    );
                }
            });
        }
    });
    let scrape = recorder.scrape();
    assert_eq!(scrape.ended(), 4 * turns);
    assert!(scrape.idle());
    assert_eq!(scrape.label_sets(DURATION).len(), 51);
    let folded = scrape.count(DURATION, &[("http_request_method", "_OTHER")]);
    assert_eq!(
        scrape.value(OVERFLOW, &[("label", DURATION)]),
        Some(folded as f64)
    );
    // Seven of a hundred hosts, and nine of a hundred routes, are in; every other one is a hit.
    for (label, admitted) in [("server_address", 7.0), ("http_route", 9.0)] {
        let hits = scrape.value(OVERFLOW, &[("label", label)]).unwrap();
        let wanted = (4 * turns) as f64 * (100.0 - admitted) / 100.0;
        assert!(
            (hits - wanted).abs() < wanted * 0.02,
            "{label}: {hits} of {wanted}"
        );
    }
}

#[test]
fn threads_that_race_for_the_last_places_leave_no_series_beyond_the_cap() {
    for round in 0..500 {
        let recorder = Recorder::new();
        let meter = recorder.meter().max_label_sets(3).build().unwrap();
        let metrics = HttpMetrics::builder().meter(meter).active_by_route();
        let routes = RouteSources::new().table(["/0", "/1", "/2", "/3", "/4", "/5", "/6", "/7"]);
        let layer = ObserveLayer::new(metrics.build().unwrap()).routes(routes.unwrap());
        let start = Barrier::new(4);
        std::thread::scope(|scope| {
            for thread in 0..4 {
                let mut service = layer.layer(service_fn(async |_: Request<()>| {
                    Ok::<_, Infallible>(Response::new(text("")))
                }));
                let start = &start;
                scope.spawn(move || {
                    let requests = [2 * thread, 2 * thread + 1].map(|path| {
                        let mut request = Request::new(());
                        *request.uri_mut() = format!("/{path}").parse().expect("a path");
                        request
                    });
                    start.wait();
                    for request in requests {
                        drop(
                            service
                                .call(request)
                                .now_or_never()
                                .expect("it never waits"),
                        );
                    }
                });
            }
        });
        let scrape = recorder.scrape();
        assert_eq!(scrape.ended(), 8);
        assert!(scrape.idle(), "round {round}: {scrape:?}");
        for metric in [DURATION, RESPONSE_SIZE, ACTIVE] {
            let series = scrape.label_sets(metric).len();
            assert!(series <= 4, "round {round}: {series} series of {metric}");
        }
    }
}
