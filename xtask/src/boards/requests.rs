//! The row of requests.

use bartizan::catalog;

use super::{
    board::Row,
    expression::{buckets, quantile, quantile_by, rate_by, rise_by},
    http_sse, link,
    panel::{Panel, Steps},
    unit::Unit,
};

const REQUESTS: &str = "http_server_request_duration_seconds_count";
const DURATION: &str = "http_server_request_duration_seconds";
const FIRST_BYTE: &str = "bartizan_http_time_to_first_byte_seconds";

pub(super) fn row() -> Row {
    let mut panels = durations();
    panels.extend(amounts());
    panels.extend(sizes());
    Row {
        title: "Requests",
        panels,
    }
}

fn durations() -> Vec<Panel> {
    let unit = Unit::Of(&catalog::HTTP_SERVER_REQUEST_DURATION);
    let of = |q| quantile(q, DURATION, "@route,error_type=\"\"");
    vec![
        Panel::lines("p50, p95, p99", unit)
            .query(of("0.5"), "p50")
            .query(of("0.95"), "p95")
            .query(of("0.99"), "p99")
            .steps(Steps::Above(1.0, 2.5))
            .shows("The durations of requests that did not fail, over the chosen routes. Nothing above 10 s can be told apart: that is the last edge.")
            .next("All three rise: everything is slower, so what is shared. Only the p99: a few requests, so one route, one instance, or one kind of request; choose by route and instance."),
        Panel::heatmap("Durations", unit)
            .query(buckets(DURATION, "@route,error_type=\"\""), "{{le}}")
            .shows("How many requests took how long. Two bands are two kinds of request, such as hits and misses of a cache.")
            .next("A new band appears: choose the route that has it, then look at its traces of that duration."),
        http_sse::gave_up_by_route(),
    ]
}

fn amounts() -> Vec<Panel> {
    vec![
        Panel::stack("Requests by route", Unit::Other("reqps"))
            .query(rate_by("http_route", &format!("{REQUESTS}{{@route}}")), "{{http_route}}")
            .shows("Requests that ended in a second, by route. `{unmatched}` is what no route stands for, such as scanners; `{overflow}` is beyond the budget of routes.")
            .next("One route grows: a client in a loop; its log lines tell which. `{overflow}` grows: look at label overflow on the board of the telemetry itself.")
            .link(link::ROUTE_LINES),
        Panel::stack("Requests by status", Unit::Other("reqps"))
            .query(
                rate_by("http_response_status_code", &format!("{REQUESTS}{{@route,http_response_status_code!=\"\"}}")),
                "{{http_response_status_code}}",
            )
            .query(
                format!("sum(rate({REQUESTS}{{@route,http_response_status_code=\"\"}}[$__rate_interval]))"),
                "no response",
            )
            .shows("Requests that ended in a second, by the status that was sent. No response: a panic, an error, or a client that left before.")
            .next("4xx rise with a client's release, 401 and 403 with expired keys, 429 with a limit, 5xx with our own."),
        Panel::table("Errors of requests", Unit::Other("short"))
            .query(
                rise_by("http_route, error_type", &format!("{REQUESTS}{{@route,error_type!=\"\"}}")),
                "",
            )
            .width(8)
            .no_value("no errors")
            .shows("How often each kind of error came up on each route in the time that is shown: a 5xx, or how the exchange ended.")
            .next("panic: the log has where. timeout: a dependency. body_error: it broke off while it was sent. layer_error: a layer outside of the observed one. cancelled_before_response, dropped: mostly clients.")
            .link(link::ROUTE_LINES),
        Panel::lines("In flight by method", Unit::Of(&catalog::HTTP_SERVER_ACTIVE_REQUESTS))
            .query("sum by (http_request_method) (http_server_active_requests{@job})", "{{http_request_method}}")
            .shows("Requests under way, open event streams among them, of all routes: the gauge has the route only if it is asked for.")
            .next("A staircase that never goes down is a leak of requests that hang: take a trace, look at clients who gave up."),
        Panel::lines("Time to first byte, p95", Unit::Of(&catalog::HTTP_TIME_TO_FIRST_BYTE))
            .query(quantile_by("http_route", "0.95", FIRST_BYTE, "@route"), "{{http_route}}")
            .steps(Steps::Above(1.0, 2.5))
            .opt_in("HttpMetricsBuilder::time_to_first_byte")
            .shows("Until the first bytes of a body were there: what the service itself took, without the client's line.")
            .next("As slow as the p95 by route: the service. Much faster: large bodies, or slow clients.")
            .link(link::ROUTE_TRACES),
    ]
}

fn sizes() -> Vec<Panel> {
    vec![
        Panel::lines("Response size, p95", Unit::Of(&catalog::HTTP_SERVER_RESPONSE_BODY_SIZE))
            .query(
                quantile_by("http_route", "0.95", "http_server_response_body_size_bytes", "@route"),
                "{{http_route}}",
            )
            .shows("What 95 of 100 bodies of responses stay below, as they were handed over; event streams aside.")
            .next("A jump: an endpoint without a limit, or a response that is no longer compressed.")
            .link(link::ROUTE_LINES),
        Panel::lines("Request size, p95", Unit::Of(&catalog::HTTP_SERVER_REQUEST_BODY_SIZE))
            .query(
                quantile_by("http_route", "0.95", "http_server_request_body_size_bytes", "@route"),
                "{{http_route}}",
            )
            .shows("What 95 of 100 bodies of requests stay below: by Content-Length, or counted where that is asked for.")
            .next("A jump: uploads that should be refused. Look at memory on the board of the telemetry itself.")
            .link(link::ROUTE_LINES),
        Panel::lines("Bodies in all", Unit::Other("Bps"))
            .query("sum(rate(http_server_response_body_size_bytes_sum{@route}[$__rate_interval]))", "responses")
            .query("sum(rate(http_server_request_body_size_bytes_sum{@route}[$__rate_interval]))", "requests")
            .shows("Bytes of bodies in a second, both ways; event streams are in their own row.")
            .next("Near the line's limit: the p95 of large bodies rises with it."),
    ]
}
