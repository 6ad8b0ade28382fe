//! What is run under callgrind: a layer around a service, and the request that it gets.

use std::convert::Infallible;

use axum::{Router, body::Body, routing::get};
use bartizan::{
    grpc::GrpcLayer,
    http::{HttpMetrics, HttpMetricsLayer},
    log::LogLayer,
    observe::{ObserveLayer, Observer, Record, RequestHead},
    route::RouteSources,
    span::SpanLayer,
    sse::{Sse, SseLayer},
};
use http::{Request, Response};
use route_canon::{Canonicalizer, Table};
use tower_layer::Layer;
use tower_service::Service;

use crate::{
    drive::{Run, drive},
    floor::FloorLayer,
    gen_ai,
    grpc::{self, Unary},
    io, jobs, lines, routes,
    scan_only::ScanLayer,
    services::{Events, Frames, Hello, named, plain, sampled, sized, unsampled},
    spans,
    wrap_only::WrapOnlyLayer,
};

const TEMPLATES: [&str; 1] = ["/users/{id}"];

/// How many frames the long body has; the short one has one.
pub const LONG: usize = 1_001;

/// A program to count.
#[derive(Debug)]
pub struct Case {
    pub name: &'static str,
    /// How many requests are counted.
    pub requests: usize,
    run: fn(Run) -> u64,
}

/// Every case.
pub const ALL: &[Case] = &[
    case("bare", |run| drive(Hello, plain, run)),
    case("wrap-only", |run| {
        drive(WrapOnlyLayer.layer(Hello), plain, run)
    }),
    case("wrap-only, sized", |run| {
        drive(WrapOnlyLayer.layer(Hello), sized, run)
    }),
    case("floor", |run| drive(floor().layer(Hello), plain, run)),
    case("engine", |run| {
        drive(ObserveLayer::new(Idle).layer(Hello), plain, run)
    }),
    case("none", |run| {
        drive(
            ObserveLayer::new(None::<HttpMetrics>).layer(Hello),
            plain,
            run,
        )
    }),
    case("http", |run| drive(http().layer(Hello), plain, run)),
    case("http, sized", |run| drive(http().layer(Hello), sized, run)),
    case("http, unmatched", |run| {
        drive(HttpMetricsLayer::default().layer(Hello), plain, run)
    }),
    case("http, unmatched, sized", |run| {
        drive(HttpMetricsLayer::default().layer(Hello), sized, run)
    }),
    case("first byte, unmatched", |run| {
        drive(
            ObserveLayer::new(with_first_byte()).layer(Hello),
            plain,
            run,
        )
    }),
    case("first byte", |run| {
        drive(first_byte().layer(Hello), plain, run)
    }),
    case("first byte, sized", |run| {
        drive(first_byte().layer(Hello), sized, run)
    }),
    case("joined", |run| {
        drive(http().layer(http().layer(Hello)), plain, run)
    }),
    case("axum, wrap-only", |run| {
        drive(router(WrapOnlyLayer), plain::<Body>, run)
    }),
    case("axum, http", |run| {
        drive(router(HttpMetricsLayer::default()), plain::<Body>, run)
    }),
    case("wrap-only, 1 frame", |run| {
        drive(WrapOnlyLayer.layer(Frames(1)), plain, run)
    }),
    long("wrap-only, frames", |run| {
        drive(WrapOnlyLayer.layer(Frames(LONG)), plain, run)
    }),
    case("engine, 1 frame", |run| {
        drive(ObserveLayer::new(Idle).layer(Frames(1)), plain, run)
    }),
    long("engine, frames", |run| {
        drive(ObserveLayer::new(Idle).layer(Frames(LONG)), plain, run)
    }),
    case("http, 1 frame", |run| {
        drive(http().layer(Frames(1)), plain, run)
    }),
    long("http, frames", |run| {
        drive(http().layer(Frames(LONG)), plain, run)
    }),
    case("first byte, 1 frame", |run| {
        drive(first_byte().layer(Frames(1)), plain, run)
    }),
    long("first byte, frames", |run| {
        drive(first_byte().layer(Frames(LONG)), plain, run)
    }),
    case("events, 1 frame", |run| drive(Events(1), plain, run)),
    long("events, frames", |run| drive(Events(LONG), plain, run)),
    case("scanned, 1 frame", |run| {
        drive(ScanLayer.layer(Events(1)), plain, run)
    }),
    long("scanned, frames", |run| {
        drive(ScanLayer.layer(Events(LONG)), plain, run)
    }),
    case("sse, 1 frame", |run| {
        drive(SseLayer::default().layer(Events(1)), plain, run)
    }),
    long("sse, frames", |run| {
        drive(SseLayer::default().layer(Events(LONG)), plain, run)
    }),
    case("sse lean, 1 frame", |run| {
        drive(lean().layer(Events(1)), plain, run)
    }),
    long("sse lean, frames", |run| {
        drive(lean().layer(Events(LONG)), plain, run)
    }),
    case("wrap-only, unary", |run| {
        drive(WrapOnlyLayer.layer(Unary), grpc::call, run)
    }),
    case("wrap-only, unary in time", |run| {
        drive(WrapOnlyLayer.layer(Unary), grpc::call_in_time, run)
    }),
    case("engine, unary", |run| {
        drive(ObserveLayer::new(Idle).layer(Unary), grpc::call, run)
    }),
    case("grpc, unary", |run| {
        drive(GrpcLayer::default().layer(Unary), grpc::call, run)
    }),
    case("grpc, unary in time", |run| {
        drive(GrpcLayer::default().layer(Unary), grpc::call_in_time, run)
    }),
    case("grpc with http, unary", |run| {
        drive(grpc::with_http().layer(Unary), grpc::call, run)
    }),
    case("paths, none", routes::nothing),
    case("paths, with ids", routes::guessed),
    case("paths, words", routes::guessed_words),
    case("http, guessed", |run| {
        drive(guessing().layer(Hello), plain, run)
    }),
    case("engine, sized", |run| {
        drive(ObserveLayer::new(Idle).layer(Hello), sized, run)
    }),
    case("log, no subscriber", |run| {
        drive(LogLayer::default().layer(Hello), plain, run)
    }),
    case("log, no subscriber, sized", |run| {
        drive(LogLayer::default().layer(Hello), sized, run)
    }),
    case("log, filtered", |run| {
        lines::filtered();
        drive(LogLayer::default().layer(Hello), plain, run)
    }),
    case("log, dropped", |run| {
        lines::dropped();
        drive(LogLayer::default().layer(Hello), plain, run)
    }),
    case("wrap-only, traced", |run| {
        drive(WrapOnlyLayer.layer(Hello), unsampled, run)
    }),
    case("wrap-only, named", |run| {
        drive(WrapOnlyLayer.layer(Hello), named, run)
    }),
    case("span, unsampled", |run| {
        drive(untold().layer(Hello), unsampled, run)
    }),
    case("span, unsampled, global", |run| {
        drive(traced_globally().layer(Hello), unsampled, run)
    }),
    case("span, sampled", |run| {
        drive(traced().layer(Hello), sampled, run)
    }),
    case("span, sampled, dropped", |run| {
        drive(traced_and_dropped().layer(Hello), sampled, run)
    }),
    case("span, named", |run| {
        drive(traced().layer(Hello), named, run)
    }),
    case("span, no provider", |run| {
        drive(SpanLayer::default().layer(Hello), plain, run)
    }),
    case("span, 1 frame", |run| {
        drive(traced().layer(Events(1)), sampled, run)
    }),
    long("span, frames", |run| {
        drive(traced().layer(Events(LONG)), sampled, run)
    }),
    case("active, 1 frame", |run| {
        drive(spans::Active(Events(1)), plain, run)
    }),
    long("active, frames", |run| {
        drive(spans::Active(Events(LONG)), plain, run)
    }),
    case("io, bare", io::bare),
    case("io, observed", io::observed),
    case("jobs, bare", jobs::bare),
    case("jobs, measured", jobs::measured),
    case("jobs, named", jobs::named),
    case("jobs, by default", jobs::by_default),
    case("calls, bare", gen_ai::bare),
    case("calls, measured", gen_ai::measured),
];

/// Streams without the two histograms of each event.
fn lean() -> SseLayer {
    let sse = Sse::builder().event_gap(false).event_size(false).build();
    ObserveLayer::new(sse.expect("nothing of it can be refused"))
}

/// An observer that does nothing: what it costs is the engine.
#[derive(Clone, Debug)]
struct Idle;

/// The case of a name.
pub fn find(name: &str) -> Result<&'static Case, String> {
    ALL.iter()
        .find(|case| case.name == name)
        .ok_or_else(|| format!("there is no case {name:?}"))
}

const fn case(name: &'static str, run: fn(Run) -> u64) -> Case {
    Case {
        name,
        requests: 6_400,
        run,
    }
}

const fn long(name: &'static str, run: fn(Run) -> u64) -> Case {
    Case {
        name,
        requests: 128,
        run,
    }
}

/// What most users have, and what the acceptance line means.
pub fn http() -> HttpMetricsLayer {
    HttpMetricsLayer::default().routes(routes())
}

/// The hand-written layer, with the same table.
pub fn floor() -> FloorLayer {
    FloorLayer::new(Table::new(TEMPLATES).expect("the template is valid"))
}

fn guessing() -> HttpMetricsLayer {
    let routes = RouteSources::new().guess(Canonicalizer::default());
    HttpMetricsLayer::default().routes(routes)
}

/// Spans by a provider that was given, no source of routes.
fn untold() -> SpanLayer {
    ObserveLayer::new(spans::given())
}

/// Spans by a provider that was given, route of a table.
fn traced() -> SpanLayer {
    ObserveLayer::new(spans::given()).routes(routes())
}

/// The same, and the provider lets go of each span where it ends.
fn traced_and_dropped() -> SpanLayer {
    ObserveLayer::new(spans::dropped()).routes(routes())
}

fn traced_globally() -> SpanLayer {
    ObserveLayer::new(spans::global())
}

fn first_byte() -> HttpMetricsLayer {
    ObserveLayer::new(with_first_byte()).routes(routes())
}

fn with_first_byte() -> HttpMetrics {
    let metrics = HttpMetrics::builder().time_to_first_byte().build();
    metrics.expect("no label is added")
}

fn routes() -> RouteSources {
    RouteSources::new()
        .table(TEMPLATES)
        .expect("the template is valid")
}

/// A layer on an axum `Router`, which tells it the route.
fn router<L, B>(layer: L) -> Router
where
    L: Layer<axum::routing::Route> + Clone + Send + Sync + 'static,
    L::Service: Service<Request<Body>, Response = Response<B>, Error = Infallible>
        + Clone
        + Send
        + Sync
        + 'static,
    <L::Service as Service<Request<Body>>>::Future: Send + 'static,
    B: http_body::Body<Data = bytes::Bytes, Error = axum::Error> + Send + 'static,
{
    let router = Router::new()
        .route("/users/{id}", get(async || "Hello, world!"))
        .layer(layer);
    // As `axum::serve` does it: without, each request puts the layer around its handler anew.
    router.with_state(())
}

// === impl Case ===

impl Case {
    /// Runs it, and returns how many allocations were counted.
    pub fn run(&self, allocations: fn() -> u64) -> u64 {
        (self.run)(Run {
            requests: self.requests,
            allocations,
        })
    }
}

// === impl Idle ===

impl Observer for Idle {
    type State = ();

    fn start(&self, _: Record<'_>, _: RequestHead<'_>) {}
    fn end(&self, (): (), _: Record<'_>) {}
}
