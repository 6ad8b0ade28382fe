//! The row of connections.

use bartizan::catalog;

use super::{
    board::Row,
    expression::{quantile, rate, rate_by},
    panel::Panel,
    unit::Unit,
};

pub(super) fn row() -> Row {
    let asked = "Connections, of the feature conn";
    Row {
        title: "Connections",
        panels: vec![
            Panel::lines("Open connections", Unit::Of(&catalog::SERVER_CONNECTIONS_ACTIVE))
                .query("sum by (instance) (server_connections_active{@job})", "{{instance}}")
                .opt_in(asked)
                .shows("Connections that are open, by instance.")
                .next("Uneven: the balancer keeps long connections where they are. It rises without end: idle connections that nobody closes; look at open files."),
            Panel::lines("Connections accepted", Unit::Rate(&catalog::SERVER_CONNECTIONS_ACCEPTED))
                .query(rate("server_connections_accepted_total{@job}"), "accepted")
                .opt_in(asked)
                .shows("Connections that were accepted in a second.")
                .next("As many as requests: keep-alive is off somewhere. None: nothing reaches the service."),
            Panel::stack("Connections by why they closed", Unit::Other("cps"))
                .query(rate_by("close_reason", "server_connection_duration_seconds_count{@job}"), "{{close_reason}}")
                .opt_in(asked)
                .shows("Why connections closed. client_closed is the usual end.")
                .next("peer_timeout: the other end vanished. io_error: the network, or TLS. server_closed: our own time-outs. server_shutdown: a deploy."),
            Panel::lines("How long connections last", Unit::Of(&catalog::SERVER_CONNECTION_DURATION))
                .query(quantile("0.5", "server_connection_duration_seconds", "@job"), "p50")
                .query(quantile("0.95", "server_connection_duration_seconds", "@job"), "p95")
                .opt_in(asked)
                .shows("Durations of the connections that closed.")
                .next("Short ones cost handshakes: is keep-alive on, in the proxy too?"),
            Panel::lines("Bytes of connections", Unit::Rate(&catalog::SERVER_CONNECTION_IO))
                .query(rate_by("network_io_direction", "server_connection_io_bytes_total{@job}"), "{{network_io_direction}}")
                .opt_in(asked)
                .shows("Bytes on the wire in a second, protocol and all; each connection tells every 64 KiB, and when it closes.")
                .next("Much more than bodies: many small requests, or a client that sends what nobody reads."),
            Panel::lines("Write errors of connections", Unit::Rate(&catalog::SERVER_CONNECTION_WRITE_ERRORS))
                .query(rate_by("error_type", "server_connection_write_errors_total{@job}"), "{{error_type}}")
                .opt_in(asked)
                .shows("Connections that failed in writing, by their first error. Diagnostic: clients that leave look like this.")
                .next("Beside connections by why they closed."),
            Panel::lines("Blocked in writing, p95", Unit::Of(&catalog::SERVER_CONNECTION_WRITE_BLOCKED))
                .query(quantile("0.95", "server_connection_write_blocked_seconds", "@job"), "p95")
                .opt_in(asked)
                .no_value("nothing was blocked")
                .shows("For how long connections took no more bytes.")
                .next("Seconds: clients on slow lines, or that stopped reading; look at backpressure, and set a limit on writing."),
            Panel::lines("Draining for", Unit::Of(&catalog::SERVER_DRAIN_START_TIME))
                .query("time() - (server_drain_start_time_seconds{@job} > 0)", "{{instance}}")
                .opt_in("Drain, of the feature conn")
                .alerts(&["SseDrainStuck"])
                .empty_in_demo("it is scraped while it serves, and not while it drains")
                .no_value("none drains")
                .shows("For how long each instance has been draining.")
                .next("Longer than a minute with open streams: they do not hear the drain; is DrainLayer around them? The orchestrator will kill them."),
            Panel::lines("Open streams of instances that drain", Unit::Of(&catalog::SSE_STREAMS_ACTIVE))
                .query(
                    "sum by (instance) (sse_streams_active{@job}) and on (instance) (server_drain_start_time_seconds{@job} > 0)",
                    "{{instance}}",
                )
                .opt_in("Drain, of the feature conn")
                .alerts(&["SseDrainStuck"])
                .empty_in_demo("it is scraped while it serves, and not while it drains")
                .no_value("none drains")
                .shows("Streams that are still open on instances that drain.")
                .next("It has to fall to 0 before the grace period ends; what does not is cut off, and its clients see an error."),
        ],
    }
}
