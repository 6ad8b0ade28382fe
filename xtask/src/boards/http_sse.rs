//! The board of requests and event streams; its first row is what an operator sees first.

use bartizan::catalog;

use super::{
    board::{Board, Choice, Row},
    connections,
    expression::{quantile_by, rate, rate_by, share, share_by},
    link,
    panel::{Panel, Steps},
    requests, streams,
    unit::Unit,
};

const REQUESTS: &str = "http_server_request_duration_seconds_count";
const DURATION: &str = "http_server_request_duration_seconds";
/// Clients that left before they got a head: what a backend that hangs looks like.
const GAVE_UP: &str = "http_server_request_duration_seconds_count{@route,http_response_status_code=\"\",error_type=~\"@client|@unknown\"}";

pub(super) fn board() -> Board {
    Board {
        name: "http-sse",
        title: "bartizan: requests and event streams",
        about: "Is it broken, for whom, since when: requests by how they ended, latency by route, event streams by why they closed, and the connections under them.",
        source: "http_server_active_requests",
        choice: Some(Choice {
            name: "route",
            title: "Route",
            label: "http_route",
            source: "http_server_request_duration_seconds_count",
            all: ".+",
        }),
        rows: vec![
            first(),
            requests::row(),
            streams::ends(),
            streams::events(),
            streams::volume(),
            connections::row(),
        ],
    }
}

fn first() -> Row {
    let mut panels = verdicts();
    panels.extend([
        by_fault(),
        Panel::lines("Server errors by route", Unit::Share)
            .query(
                share_by(
                    "http_route",
                    &format!("{REQUESTS}{{@route,error_type=~\"@http_server\"}}"),
                    &format!("{REQUESTS}{{@route}}"),
                ),
                "{{http_route}}",
            )
            .steps(Steps::Above(0.001, 0.0144))
            .shows("Each route's share of requests that failed by the server's fault: a 5xx, a panic, a time-out, a body that broke off.")
            .next("One route: its deploy, its dependency; follow the link to its failed traces. All routes at once: what they share, such as the database, the pool, the node.")
            .link(link::ROUTE_FAILURES)
            .link(link::ROUTE_FAULT_LINES),
        Panel::lines("p95 by route", Unit::Of(&catalog::HTTP_SERVER_REQUEST_DURATION))
            .query(
                quantile_by("http_route", "0.95", DURATION, "@route,error_type=\"\""),
                "{{http_route}}",
            )
            .steps(Steps::Above(1.0, 2.5))
            .alerts(&["HttpLatencyP95High"])
            .shows("What 95 of 100 requests of a route that did not fail stay below, to the end of their body. A slow client's line is in it: compare with the time to first byte.")
            .next("Slow with little in flight: a dependency waits; look at the traces. Slow with much in flight: saturation; look at CPU and at what else became slow at the same minute.")
            .link(link::ROUTE_TRACES)
            .link(link::ROUTE_LINES),
    ]);
    Row {
        title: "Is it broken, for whom, since when",
        panels,
    }
}

/// The figures of the first line.
fn verdicts() -> Vec<Panel> {
    vec![
        Panel::stat("Server errors", Unit::Share)
            .query(
                share(
                    &rate(&format!("{REQUESTS}{{@route,error_type=~\"@http_server\"}}")),
                    &rate(&format!("{REQUESTS}{{@route}}")),
                ),
                "server errors",
            )
            .steps(Steps::Above(0.001, 0.0144))
            .alerts(&["HttpErrorBudgetFast", "HttpErrorBudgetSlow"])
            .shows("The share of requests that failed by the server's fault. Yellow is above an objective of 99.9 %, red burns a month's error budget in two days.")
            .next("Failed requests by fault tells since when, server errors by route for whom.")
            .link(link::FAILURES),
        Panel::stat("Clients who gave up", Unit::Share)
            .query(share(&rate(GAVE_UP), &rate(&format!("{REQUESTS}{{@route}}"))), "gave up")
            .steps(Steps::Above(0.01, 0.05))
            .alerts(&["HttpClientsGaveUp"])
            .shows("The share of requests that were let go of before they had an answer. A backend that hangs shows no error: this is how it shows.")
            .next("Clients who gave up by route tells where. High with a normal p95: the slow ones never end. High with a low in flight: a proxy in front times out."),
        Panel::stat("Requests", Unit::Other("reqps"))
            .query(rate(&format!("{REQUESTS}{{@route}}")), "requests")
            .shows("Requests that ended, in a second; an event stream counts when it begins.")
            .next("A sudden fall with few errors: nothing arrives any more. Look at the load balancer, DNS, the certificate, and at connections accepted."),
        Panel::stat("In flight", Unit::Of(&catalog::HTTP_SERVER_ACTIVE_REQUESTS))
            .query(
                "sum(http_server_active_requests{@job}) - (sum(sse_streams_active{@job}) or 0 * sum(http_server_active_requests{@job}))",
                "in flight",
            )
            .steps(Steps::Above(250.0, 500.0))
            .alerts(&["HttpInFlightHigh"])
            .shows("Requests under way that are no open event streams, of all routes.")
            .next("It rises and stays: something hangs. Compare with the p95, then take a trace of a slow request; look at pools and locks."),
        Panel::stat("Streams failed by the server", Unit::Share)
            .query(
                share(
                    &rate("sse_errors_total{@route,reason!=\"serialization_error\"}"),
                    &rate("sse_stream_duration_seconds_count{@route,close_reason!~\"@planned\"}"),
                ),
                "failed streams",
            )
            .steps(Steps::Above(0.01, 0.144))
            .alerts(&["SseErrorBudgetFast", "SseErrorBudgetSlow"])
            .no_value("no stream ended")
            .shows("Of the event streams that ended, the share that ended by the server's fault. A planned shutdown is not among them.")
            .next("Ends by close reason tells how they ended; errors by reason tells on which route."),
        Panel::stat("Alerts firing", Unit::Other("short"))
            .query("count(ALERTS{alertstate=\"firing\",job=~\"$job\"}) or vector(0)", "firing")
            .steps(Steps::Bad(1.0))
            .shows("Alerts of the chosen jobs that fire now. They are marked in red on every panel, from when they began to fire.")
            .next("docs/operations.md has a section for each: what it means, what to look at next."),
    ]
}

fn by_fault() -> Panel {
    let of = |ends: &str| {
        share(
            &rate(&format!("{REQUESTS}{{@route,error_type=~\"{ends}\"}}")),
            &rate(&format!("{REQUESTS}{{@route}}")),
        )
    };
    Panel::stack("Failed requests by fault", Unit::Share)
        .query(of("@http_server"), "server")
        .query(of("@client"), "client")
        .query(of("@unknown"), "unknown")
        .query(of("@planned"), "planned")
        .shows("The share of requests that did not end well, by whose fault it was. Only the server's burns the error budget; unknown is mostly a client that left where connections are not observed.")
        .next("Server: server errors by route. Client and unknown together with a rising p95: they wait too long and leave. A step at a mark of a restart: the deploy.")
        .link(link::FAILURES)
}

/// Clients who left before an answer, of each route.
pub(super) fn gave_up_by_route() -> Panel {
    let late = format!(
        "{} - {}",
        rate_by("http_route", GAVE_UP),
        rate_by(
            "http_route",
            &GAVE_UP
                .replace("_count{", "_bucket{")
                .replace('}', ",le=~\"5(\\\\.0)?\"}"),
        ),
    );
    Panel::lines("Clients who gave up by route", Unit::Share)
        .query(
            format!(
                "(({late}) or 0 * {whole}) / ({whole} > 0)",
                whole = rate_by("http_route", &format!("{REQUESTS}{{@route}}"))
            ),
            "{{http_route}}",
        )
        .steps(Steps::Bad(0.05))
        .alerts(&["HttpClientsGaveUp"])
        .shows("Each route's share of requests that were let go of after more than 5 s without an answer.")
        .next("The route that stands out hangs: follow its traces, which end where it waited. Then the dependency that it waits for.")
        .link(link::ROUTE_TRACES)
        .link(link::ROUTE_LINES)
}
