//! One layer and stacked layers see the same, and each part can be left out.

mod random;

use http::{HeaderValue, Request, StatusCode};
use opentelemetry_sdk::trace::SpanData;
use tower_layer::Layer;

use crate::{
    grpc::{Grpc, tests::support::Scribe},
    http::HttpMetrics,
    log::{Log, tests::support::subscribe},
    observe::ObserveLayer,
    route::RouteSources,
    rpc::tests::{
        cases::CASES,
        kit::{Reply, Step, answer, call, play, serve},
    },
    span::tests::support::Traces,
    sse::Sse,
    stack::StackBuilder,
};

/// All that was seen of one exchange.
#[derive(Debug, PartialEq)]
struct Seen {
    scrape: Vec<String>,
    spans: Vec<String>,
    lines: Vec<String>,
}

/// An exchange that is made twice.
struct Exchange {
    name: &'static str,
    request: fn() -> Request<()>,
    reply: fn() -> Reply,
}

fn request(method: &str) -> Request<()> {
    let request = Request::builder().method(method).uri("/users/7");
    let request = request.header("content-length", "3");
    request.body(()).expect("a request")
}

fn http(status: u16, content_type: &'static str, steps: impl IntoIterator<Item = Step>) -> Reply {
    let mut response = answer(steps);
    *response.status_mut() = StatusCode::from_u16(status).expect("a status");
    let content_type = HeaderValue::from_static(content_type);
    response.headers_mut().insert("content-type", content_type);
    Reply::Answer(response)
}

fn plain(status: u16, steps: impl IntoIterator<Item = Step>) -> Reply {
    http(status, "text/plain", steps)
}

fn stream(steps: impl IntoIterator<Item = Step>) -> Reply {
    http(200, "text/event-stream", steps)
}

fn data(text: &'static str) -> Step {
    Step::Data(text.into())
}

const EVENTS: &str = "event: a\ndata: one\n\n: keep\n\ndata: two\n\n";

fn exchanges() -> Vec<Exchange> {
    let get = || request("GET");
    let of = |name, reply| Exchange {
        name,
        request: get,
        reply,
    };
    vec![
        of("empty", || plain(200, [])),
        of("frames", || plain(200, [data("a"), data("b")])),
        of("204", || plain(204, [data("a")])),
        of("404", || plain(404, [data("no")])),
        of("503", || plain(503, [data("no")])),
        of("upgrade", || plain(101, [])),
        of("trailers", || plain(200, [data("a"), Step::Trailers(&[])])),
        of("body error", || {
            plain(200, [data("a"), Step::Fail("no".into())])
        }),
        of("body panic", || plain(200, [data("a"), Step::Panic])),
        of("left in the body", || plain(200, [data("a"), Step::Wait])),
        of("a 500 that is left", || plain(500, [data("a"), Step::Wait])),
        of("service error", || Reply::Fail("no".into())),
        of("service panic", || Reply::Panic),
        of("left before the head", || Reply::Wait),
        of("stream", || stream([data(EVENTS)])),
        of("stream that is left", || stream([data(EVENTS), Step::Wait])),
        of("stream that fails", || {
            stream([data(EVENTS), Step::Fail("no".into())])
        }),
        of("stream that panics", || {
            stream([data("data: x\n"), Step::Panic])
        }),
        Exchange {
            name: "HEAD",
            request: || request("HEAD"),
            reply: || plain(200, [data("a")]),
        },
        Exchange {
            name: "HEAD of a stream",
            request: || request("HEAD"),
            reply: || stream([data(EVENTS)]),
        },
        Exchange {
            name: "an unknown method",
            request: || request("BREW"),
            reply: || plain(200, []),
        },
    ]
}

fn routes() -> RouteSources {
    let table = RouteSources::new().table(["/users/{id}"]);
    table.expect("a table").grpc()
}

/// Makes an exchange with one layer.
fn as_one(
    options: impl FnOnce(StackBuilder) -> StackBuilder,
    request: Request<()>,
    reply: Reply,
) -> Seen {
    let (scribe, traces) = (Scribe::new(), Traces::new());
    let builder = crate::builder().meter(scribe.meter()).span(traces.span());
    let layer = options(builder).build().routes(routes());
    let (_guard, lines) = subscribe();
    play(layer.layer(serve(reply)), request, || {});
    Seen::new(&scribe, &traces, lines.take())
}

/// Makes an exchange with a layer of each observer.
fn as_layers(request: Request<()>, reply: Reply) -> Seen {
    let (scribe, traces) = (Scribe::new(), Traces::new());
    let meter = scribe.meter();
    let sse = Sse::builder().meter(meter.clone()).build();
    let grpc = Grpc::builder().meter(meter.clone()).build();
    let http = HttpMetrics::builder().meter(meter).build();
    let service = ObserveLayer::new(sse.expect("options")).routes(routes());
    let service = service.layer(serve(reply));
    let service = ObserveLayer::new(grpc.expect("options"))
        .routes(routes())
        .layer(service);
    let service = ObserveLayer::new(http.expect("options"))
        .routes(routes())
        .layer(service);
    let service = ObserveLayer::new(Log::new())
        .routes(routes())
        .layer(service);
    let service = ObserveLayer::new(traces.span())
        .routes(routes())
        .layer(service);
    let (_guard, lines) = subscribe();
    play(service, request, || {});
    Seen::new(&scribe, &traces, lines.take())
}

#[tokio::test(start_paused = true)]
async fn one_layer_and_stacked_layers_see_the_same() {
    for Exchange {
        name,
        request,
        reply,
    } in exchanges()
    {
        let one = as_one(|all| all, request(), reply());
        assert!(!one.lines.is_empty(), "{name}");
        assert_eq!(one.spans.len(), 1, "{name}");
        assert_eq!(one, as_layers(request(), reply()), "{name}");
    }
}

#[tokio::test(start_paused = true)]
async fn of_calls_too() {
    for case in CASES {
        let one = as_one(|all| all, case.request(), (case.reply)());
        let layers = as_layers(case.request(), (case.reply)());
        assert!(one.spans[0].contains("rpc.system.name=grpc"), "{one:?}");
        assert_eq!(one, layers, "{}", case.name);
    }
}

#[tokio::test(start_paused = true)]
async fn each_part_can_be_left_out() {
    let seen = |options: fn(StackBuilder) -> StackBuilder| {
        as_one(options, request("GET"), stream([data(EVENTS), Step::Wait]))
    };
    let has = |seen: &Seen, metric: &str| seen.scrape.iter().any(|line| line.starts_with(metric));
    const HTTP: &str = "http_server_request_duration_seconds";
    const SSE: &str = "sse_stream_duration_seconds";

    let all = seen(|all| all);
    assert!(has(&all, HTTP) && has(&all, SSE), "{all:?}");
    assert_eq!((all.spans.len(), all.lines.len()), (1, 2));
    assert!(all.lines[1].contains(" events=2 keepalives=1 "), "{all:?}");

    let without = seen(|all| all.http(None));
    assert!(!has(&without, HTTP) && has(&without, SSE), "{without:?}");
    let without = seen(|all| all.sse(None));
    assert!(has(&without, HTTP) && !has(&without, SSE), "{without:?}");
    assert!(!without.lines[1].contains(" events="), "{without:?}");
    let without = seen(|all| all.log(None));
    assert_eq!((without.spans.len(), without.lines.len()), (1, 0));
    let without = seen(|all| all.span(None));
    assert_eq!((without.spans.len(), without.lines.len()), (0, 2));
    assert!(!without.lines[0].contains("trace_id"), "{without:?}");

    let case = &CASES[0];
    let recorded =
        |options: fn(StackBuilder) -> StackBuilder| as_one(options, case.request(), (case.reply)());
    const CALLS: &str = "rpc_server_call_duration_seconds";
    assert!(has(&recorded(|all| all), CALLS));
    assert!(!has(&recorded(|all| all.grpc(None)), CALLS));
}

/// The conventions want what was called to be told, where it is no known method.
#[tokio::test(start_paused = true)]
async fn a_secret_of_a_call_shows_in_what_was_called_alone() {
    const CANARY: &str = "c4n4ry";
    let canary = || {
        let request = Request::post("/c4n4ry.Orders/Find?c4n4ry");
        let request = request.header("content-type", "application/grpc");
        let request = request.header("authorization", "Bearer c4n4ry");
        let request = request.header("c4n4ry-bin", "YzRuNHJ5");
        request.body(()).expect("a request")
    };
    let denied = || {
        let mut response = answer([]);
        for (name, value) in [("grpc-status", "7"), ("grpc-message", CANARY)] {
            let value = HeaderValue::from_static(value);
            response.headers_mut().insert(name, value);
        }
        Reply::Answer(response)
    };
    let fails = || {
        let message = Step::Data("c4n4ry".into());
        Reply::Answer(answer([message, Step::Fail(CANARY.into())]))
    };
    for (reply, is_known) in [
        (denied(), false),
        (Reply::Fail(CANARY.into()), false),
        (Reply::Wait, false),
        (fails(), true),
    ] {
        let Seen {
            scrape,
            spans,
            lines,
        } = as_one(|all| all, canary(), reply);
        assert_eq!((spans.len(), lines.len()), (1, 1));
        let told = [scrape, lines, spans].concat().join("\n");
        // A method that an answer vouched for is no client's text any more.
        let called = if is_known {
            "c4n4ry.Orders/Find"
        } else {
            " rpc.method_original=c4n4ry.Orders/Find "
        };
        assert!(told.contains(called), "{told}");
        assert!(!told.replace(called, "").contains(CANARY), "{told}");
    }
}

/// A scanner may call anything a call.
#[tokio::test(start_paused = true)]
async fn what_a_router_answers_is_a_request_whatever_it_was_asked_for() {
    for (status, level) in [(200, "INFO"), (405, "INFO"), (500, "ERROR")] {
        let mut request = request("POST");
        let grpc = HeaderValue::from_static("application/grpc");
        request.headers_mut().insert("content-type", grpc);
        let seen = as_one(|all| all, request, plain(status, [data("no")]));
        let [line] = &seen.lines[..] else {
            panic!("{:?}", seen.lines);
        };
        assert!(line.starts_with(level), "{line}");
        assert!(line.contains(" http.route=\"/users/{id}\" "), "{line}");
        assert!(!line.contains(" rpc."), "{line}");
        let span = &seen.spans[0];
        assert!(span.starts_with("POST /users/{id} Server"), "{span}");
        assert_eq!(span.contains("error.type="), status == 500, "{span}");
        let count = "http_server_request_duration_seconds_count";
        assert!(
            seen.scrape
                .iter()
                .any(|line| line.starts_with(count) && line.ends_with(" 1")),
            "{status}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_type_that_is_nearly_grpcs_hides_nothing() {
    let mut request = request("POST");
    let nearly = HeaderValue::from_static("application/grpc-foo");
    request.headers_mut().insert("content-type", nearly);
    let seen = as_one(|all| all, request, Reply::Panic);
    let panics = "http_server_request_duration_seconds_count{http_request_method=\"POST\",\
                  http_route=\"/users/{id}\",error_type=\"panic\"";
    assert!(
        seen.scrape.iter().any(|line| line.starts_with(panics)),
        "{:?}",
        seen.lines
    );
    assert!(!seen.lines[0].contains("rpc."), "{:?}", seen.lines);
}

#[test]
fn declared_methods_are_known_to_all() {
    let (scribe, traces) = (Scribe::new(), Traces::new());
    let grpc = Grpc::builder().meter(scribe.meter());
    let grpc = grpc.methods(["test.Echo/Say"]).build().expect("a method");
    let table = RouteSources::new().table(["/users/{id}"]).expect("a table");
    let layer = crate::builder().grpc(grpc).span(traces.span());
    let layer = layer.routes(table).build();
    let (_guard, lines) = subscribe();
    // Nobody vouches for it.
    play(layer.layer(serve(Reply::Wait)), call("Say"), || {});
    assert_eq!(traces.only().name, "test.Echo/Say");
    let lines = lines.take();
    assert!(
        lines[0].contains(" rpc.method=\"test.Echo/Say\" "),
        "{lines:?}"
    );
    assert!(
        lines[0].contains(" http.route=\"/test.Echo/Say\" "),
        "{lines:?}"
    );
}

#[test]
fn calls_are_routes_by_default() {
    let case = &CASES[0];
    let (_guard, lines) = subscribe();
    let layer = crate::layer();
    play(layer.layer(serve((case.reply)())), case.request(), || {});
    let lines = lines.take();
    assert!(
        lines[0].contains(" http.route=\"/test.Echo/Say\" "),
        "{lines:?}"
    );
}

// === impl Seen ===

impl Seen {
    fn new(scribe: &Scribe, traces: &Traces, lines: Vec<String>) -> Self {
        let spans = traces.finished();
        let ids = spans.first().map(|span| {
            let context = &span.span_context;
            (
                context.trace_id().to_string(),
                context.span_id().to_string(),
            )
        });
        let told = |line: String| match &ids {
            Some((trace, span)) => {
                let named = line.replace(&format!("trace_id=\"{trace}\""), "trace");
                let named = named.replace(&format!("span_id=\"{span}\""), "span");
                assert!(named.contains(" trace span "), "{named}");
                named
            }
            None => line,
        };
        Self {
            scrape: scribe.scrape(),
            spans: spans.iter().map(shown).collect(),
            lines: lines.into_iter().map(told).collect(),
        }
    }
}

/// All of a span but its ids and its times.
fn shown(span: &SpanData) -> String {
    let pairs = |pairs: &[opentelemetry::KeyValue]| {
        let pairs = pairs
            .iter()
            .map(|pair| format!(" {}={}", pair.key, pair.value));
        let mut pairs: Vec<_> = pairs.collect();
        pairs.sort();
        pairs.concat()
    };
    let events = span.events.iter();
    let events = events.map(|event| format!("; {}{}", event.name, pairs(&event.attributes)));
    let mut shown = format!("{} {:?} {:?}", span.name, span.span_kind, span.status);
    shown += &pairs(&span.attributes);
    shown.extend(events);
    shown
}
