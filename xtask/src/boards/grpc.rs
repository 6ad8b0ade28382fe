//! The board of gRPC calls.

use bartizan::catalog;

use super::{
    board::{Board, Choice, Row},
    expression::{buckets, quantile, quantile_by, rate, rate_by, rise_by, share, share_by},
    link,
    panel::{Panel, Steps},
    unit::Unit,
};

const CALLS: &str = "rpc_server_call_duration_seconds_count";
const DURATION: &str = "rpc_server_call_duration_seconds";

pub(super) fn board() -> Board {
    Board {
        name: "grpc",
        title: "bartizan: gRPC calls",
        about: "gRPC calls by method and status: a call that failed is a 200 to everything that looks at HTTP alone.",
        source: "rpc_server_call_duration_seconds_count",
        choice: Some(Choice {
            name: "method",
            title: "Method",
            label: "rpc_method",
            source: "rpc_server_call_duration_seconds_count",
            all: ".+",
        }),
        rows: vec![first(), durations()],
    }
}

fn first() -> Row {
    let failed = format!("{CALLS}{{@method,error_type=~\"@rpc_server\"}}");
    let left = format!("{CALLS}{{@method,error_type=~\"@client|@unknown\"}}");
    let all = format!("{CALLS}{{@method}}");
    Row {
        title: "Is it broken, for whom, since when",
        panels: vec![
            Panel::stat("Server errors", Unit::Share)
                .query(share(&rate(&failed), &rate(&all)), "server errors")
                .steps(Steps::Above(0.001, 0.0144))
                .alerts(&["RpcErrorBudgetFast", "RpcErrorBudgetSlow"])
                .shows("The share of calls that failed by the server's fault: UNKNOWN, DEADLINE_EXCEEDED, UNIMPLEMENTED, INTERNAL, UNAVAILABLE, DATA_LOSS, and calls that ended without a status.")
                .next("Server errors by method tells for whom, calls by status how.")
                .width(6),
            Panel::stat("Callers who left", Unit::Share)
                .query(share(&rate(&left), &rate(&all)), "left")
                .steps(Steps::Above(0.01, 0.05))
                .shows("The share of calls that were let go of before they had a status: CANCELLED, with the word for how.")
                .next("High with a high p95: they wait too long. Make callers send a deadline, so that it shows as DEADLINE_EXCEEDED.")
                .width(6),
            Panel::stat("Calls", Unit::Other("reqps"))
                .query(rate(&all), "calls")
                .shows("Calls that ended in a second.")
                .next("A sudden fall without errors: callers do not find the service. Look at the name resolution of the clients and at connections.")
                .width(6),
            Panel::stat("p95", Unit::Of(&catalog::RPC_SERVER_CALL_DURATION))
                .query(quantile("0.95", DURATION, "@method,error_type=\"\""), "p95")
                .steps(Steps::Above(1.0, 2.5))
                .no_value("no traffic")
                .shows("What 95 of 100 calls that did not fail stay below, to their status.")
                .next("p95 by method tells which one.")
                .width(6),
            Panel::lines("Server errors by method", Unit::Share)
                .query(share_by("rpc_method", &failed, &all), "{{rpc_method}}")
                .steps(Steps::Above(0.001, 0.0144))
                .shows("Each method's share of calls that failed by the server's fault.")
                .next("One method: its own code and its dependency. All: what they share. Follow the link to its failed traces.")
                .link(link::METHOD_FAILURES)
                .link(link::METHOD_LINES),
            Panel::stack("Calls by status", Unit::Other("reqps"))
                .query(rate_by("rpc_response_status_code", &all), "{{rpc_response_status_code}}")
                .shows("Calls that ended in a second, by their status. CANCELLED and UNKNOWN are also what a call without a status counts as.")
                .next("UNAVAILABLE: overload or a shutdown. DEADLINE_EXCEEDED: too slow for its callers. UNIMPLEMENTED: a client newer than the server. RESOURCE_EXHAUSTED: a limit. UNAUTHENTICATED: expired keys."),
            Panel::lines("p95 by method", Unit::Of(&catalog::RPC_SERVER_CALL_DURATION))
                .query(quantile_by("rpc_method", "0.95", DURATION, "@method,error_type=\"\""), "{{rpc_method}}")
                .steps(Steps::Above(1.0, 2.5))
                .alerts(&["RpcLatencyP95High"])
                .shows("What 95 of 100 calls of a method that did not fail stay below. A streaming call lasts as long as its stream.")
                .next("Slow: its traces. A method that streams belongs out of the alert.")
                .link(link::METHOD_TRACES)
                .link(link::METHOD_LINES),
        ],
    }
}

fn durations() -> Row {
    let all = format!("{CALLS}{{@method}}");
    Row {
        title: "Calls and messages",
        panels: vec![
            Panel::lines("p50, p95, p99", Unit::Of(&catalog::RPC_SERVER_CALL_DURATION))
                .query(quantile("0.5", DURATION, "@method,error_type=\"\""), "p50")
                .query(quantile("0.95", DURATION, "@method,error_type=\"\""), "p95")
                .query(quantile("0.99", DURATION, "@method,error_type=\"\""), "p99")
                .steps(Steps::Above(1.0, 2.5))
                .shows("The durations of calls that did not fail, over the chosen methods.")
                .next("All three rise: what is shared. The p99 alone: one method, one instance, or one kind of call."),
            Panel::heatmap("Durations", Unit::Of(&catalog::RPC_SERVER_CALL_DURATION))
                .query(buckets(DURATION, "@method,error_type=\"\""), "{{le}}")
                .shows("How many calls took how long.")
                .next("A band at a round number of seconds is a deadline or a time-out."),
            Panel::stack("Calls by method", Unit::Other("reqps"))
                .query(rate_by("rpc_method", &all), "{{rpc_method}}")
                .shows("Calls that ended in a second, by method. `_OTHER` is what no answer vouched for, such as scanners' paths.")
                .next("One method grows: a client in a loop.")
                .link(link::METHOD_TRACES),
            Panel::lines("Messages sent", Unit::Rate(&catalog::RPC_MESSAGES))
                .query(rate_by("rpc_method", "bartizan_rpc_messages_total{@method,network_io_direction=\"transmit\"}"), "{{rpc_method}}")
                .shows("Messages of answers, as they were handed over.")
                .next("Streams that fall silent while calls stay open show here first."),
            Panel::lines("Messages received", Unit::Rate(&catalog::RPC_MESSAGES))
                .query(rate_by("rpc_method", "bartizan_rpc_messages_total{@method,network_io_direction=\"receive\"}"), "{{rpc_method}}")
                .opt_in("ObserveLayer::count_request_bodies, which reads request bodies as they pass")
                .shows("Messages of requests, as they were read.")
                .next("Fewer than the clients send: the service does not read them; look at what it waits for."),
            Panel::table("Calls that failed", Unit::Other("short"))
                .query(rise_by("rpc_method, rpc_response_status_code, error_type", &format!("{CALLS}{{@method,error_type!=\"\"}}")), "")
                .width(8)
                .no_value("no errors")
                .shows("How often each method ended with an error in the time that is shown, by status and by the word for how.")
                .next("The first row is where to begin: follow its link to the log.")
                .link(link::METHOD_LINES),
        ],
    }
}
