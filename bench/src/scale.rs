//! What a scanner leaves in memory: a million requests, half of them with a path, a method, a host and
//! a label value that no other has, and half with combinations of a few hundred.

use std::{
    convert::Infallible,
    error::Error,
    fs,
    future::{Ready, ready},
    task::{Context, Poll},
    time::Instant,
};

use bartizan::{
    http::{CustomLabel, HttpMetrics},
    observe::ObserveLayer,
    route::{self, RouteSources},
};
use bytes::Bytes;
use http::{HeaderValue, Method, Request, Response};
use http_body_util::Empty;
use tower_layer::Layer;
use tower_service::Service;

use crate::{drive::exchange, machine::Machine, recorder::Exporter};

const REQUESTS: u64 = 1_000_000;
const UPKEEP: u64 = 10_000;

/// A careless service: it takes the client's path for a route.
#[derive(Clone, Debug)]
struct Careless;

/// Sends the requests, and prints what they left.
pub fn run() -> Result<(), Box<dyn Error>> {
    let exporter = Exporter::install();
    let tenant = CustomLabel::of_request("tenant", 50, |request| {
        Some(request.headers().get("x-tenant")?.to_str().ok()?.into())
    });
    let metrics = HttpMetrics::builder()
        .server_address(20)
        .label(tenant)
        .time_to_first_byte()
        .active_by_route()
        .size_by_status()
        .protocol_version()
        .build()?;
    let mut service = ObserveLayer::new(metrics)
        .routes(RouteSources::new())
        .layer(Careless);

    // One request before, for what is made once.
    exchange(&mut service, request(0)?);
    exporter.drain();
    let (before, began) = (resident()?, Instant::now());
    for number in 1..=REQUESTS {
        exchange(&mut service, request(number)?);
        if number % UPKEEP == 0 {
            exporter.drain();
        }
    }
    let (after, took) = (resident()?, began.elapsed());
    let text = exporter.render();
    let lines = text
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .count();
    let series = text
        .lines()
        .filter(|line| line.contains("_count{") || is_plain(line))
        .count();

    println!("{}", Machine::this());
    println!(
        "{REQUESTS} requests: half unlike any other in path, method, host and label value, half mixed"
    );
    println!("resident memory before, KiB:   {before}");
    println!("resident memory after, KiB:    {after}");
    println!("series (metric x label set):   {series}");
    println!("lines of a scrape:             {lines}");
    println!("bytes of a scrape:             {}", text.len());
    println!("seconds:                       {:.1}", took.as_secs_f64());
    Ok(())
}

/// A sample that is no part of a histogram.
fn is_plain(line: &str) -> bool {
    let name = line.split(['{', ' ']).next().unwrap_or_default();
    !line.is_empty()
        && !line.starts_with('#')
        && !["_bucket", "_sum", "_count"]
            .iter()
            .any(|suffix| name.ends_with(suffix))
}

/// An odd request is unlike any other. An even one is a mix of what there is, so that the labels' values
/// meet in as many ways as they can.
fn request(number: u64) -> Result<Request<Empty<Bytes>>, http::Error> {
    // A bijection, so that neighbours have nothing in common.
    let scattered = number.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let [path, method, host, tenant] = if number % 2 == 1 {
        [scattered; 4]
    } else {
        [
            scattered % 300,
            scattered >> 20 & 1,
            (scattered >> 30) % 30,
            (scattered >> 40) % 70,
        ]
    };
    let method = match method {
        0 => Method::GET,
        1 => Method::POST,
        other => Method::from_bytes(format!("M{other:X}").as_bytes())?,
    };
    Request::builder()
        .method(method)
        .uri(format!("/{path:x}"))
        .header("host", format!("{host:x}.example"))
        .header("x-tenant", HeaderValue::from(tenant))
        .header("content-length", scattered % 100_000)
        .body(Empty::new())
}

/// The resident memory of this process, in KiB.
fn resident() -> Result<u64, Box<dyn Error>> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let figure = line.and_then(|line| line.split_whitespace().next());
    Ok(figure.ok_or("/proc/self/status has no VmRSS")?.parse()?)
}

// === impl Careless ===

impl Service<Request<Empty<Bytes>>> for Careless {
    type Response = Response<Empty<Bytes>>;
    type Error = Infallible;
    type Future = Ready<Result<Self::Response, Self::Error>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Empty<Bytes>>) -> Self::Future {
        route::annotate(request.uri().path().to_owned());
        ready(Ok(Response::new(Empty::new())))
    }
}
