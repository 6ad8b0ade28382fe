//! The rows of event streams.

use bartizan::catalog;

use super::{
    board::Row,
    expression::{buckets, quantile, quantile_by, rate, rate_by, rise_by},
    link,
    panel::{Panel, Steps},
    unit::Unit,
};

/// How many streams are open, and why they close.
pub(super) fn ends() -> Row {
    let ended = "sse_stream_duration_seconds_count{@route}";
    Row {
        title: "Event streams: open, begun, ended",
        panels: vec![
            Panel::lines("Open streams", Unit::Of(&catalog::SSE_STREAMS_ACTIVE))
                .query("sum by (http_route) (sse_streams_active{@route})", "{{http_route}}")
                .alerts(&["SseStreamsCollapsed", "SseStreamsLow"])
                .shows("Event streams that are open, by route.")
                .next("A cliff: all clients of an instance or a proxy lost at once; ends by close reason tells who closed them. A slow fall: clients cannot come back; look at connections accepted."),
            Panel::lines("Streams begun and ended", Unit::Rate(&catalog::SSE_STREAMS_STARTED))
                .query(rate("sse_streams_started_total{@route}"), "begun")
                .query(rate(ended), "ended")
                .query(rate("sse_reconnects_total{@route}"), "came back")
                .alerts(&["SseDisconnectStorm"])
                .shows("Streams that began and ended in a second. Came back: the client sent Last-Event-ID, so it had lost a stream.")
                .next("All three high: clients lose their streams and come back, over and over. Look at how long streams last: a sharp line is a proxy's time-out."),
            Panel::stack("Ends by close reason", Unit::Other("cps"))
                .query(rate_by("close_reason", ended), "{{close_reason}}")
                .alerts(&["SseEndsUnproven"])
                .shows("Why streams ended. completed is the end that was meant, client_disconnect most ends of streams without an end, server_shutdown a deploy; dropped and unknown are ends that nothing proves.")
                .next("panic, body_error, timeout, incomplete, layer_error: ours, so follow the link. server_closed: the server's own settings, such as an idle time-out. dropped or unknown: observe connections (feature conn).")
                .link(link::CLOSINGS)
                .link(link::CLOSING_LINES),
            Panel::lines("Stalled streams by cause", Unit::Of(&catalog::SSE_STREAMS_STALLED))
                .query("sum by (cause) (sse_streams_stalled{@route})", "{{cause}}")
                .steps(Steps::Bad(5.0))
                .alerts(&["SseStreamsStalled", "SseSlowConsumers"])
                .shows("Open streams that do not get on, as the last scan found them; one stream may have several causes.")
                .next("no_first_event, no_event: the source of events stands still. write_blocked, not_polled: the clients, or a proxy between, do not read; look at backpressure. A frozen line: look at the age of the scan."),
            Panel::lines("How long streams last", Unit::Of(&catalog::SSE_STREAM_DURATION))
                .query(quantile_by("close_reason", "0.5", "sse_stream_duration_seconds", "@route"), "{{close_reason}}")
                .steps(Steps::Below(10.0))
                .alerts(&["SseShortStreams"])
                .shows("The median duration of streams that ended, by close reason. Below 10 s is bad for streams that are to stay open; for answers of a model it is none.")
                .next("Many clients leave after the same 30 or 60 s: a proxy's idle time-out; send keep-alives more often, or raise it.")
                .link(link::CLOSINGS),
            Panel::heatmap("Durations of streams", Unit::Of(&catalog::SSE_STREAM_DURATION))
                .query(buckets("sse_stream_duration_seconds", "@route"), "{{le}}")
                .shows("How many streams lasted how long, whatever ended them.")
                .next("A single band that does not move is a limit that somebody set."),
            Panel::lines("Stream errors by reason", Unit::Rate(&catalog::SSE_ERRORS))
                .query(rate_by("http_route, reason", "sse_errors_total{@route}"), "{{http_route}} {{reason}}")
                .alerts(&["SseErrorSpike"])
                .no_value("no streams")
                .shows("Ends by the server's fault, and events that could not be serialized, by route.")
                .next("The reason is the close reason: follow the link to the lines, then to the trace of one.")
                .link(link::ROUTE_FAULT_LINES)
                .link(link::STREAM_TRACES),
            Panel::lines("Streams without an event", Unit::Rate(&catalog::SSE_STREAMS_WITHOUT_EVENTS))
                .query(rate_by("close_reason", "sse_streams_without_events_total{@route}"), "{{close_reason}}")
                .alerts(&["SseNoFirstEvent"])
                .shows("Streams that ended before any event was sent: their clients waited for nothing.")
                .next("client_disconnect: they gave up; look at the time to the first event. completed: the source had nothing.")
                .link(link::CLOSINGS),
            Panel::table("Streams that failed", Unit::Other("short"))
                .query(
                    rise_by("http_route, close_reason", "sse_stream_duration_seconds_count{@route,close_reason=~\"@stream_server\"}"),
                    "",
                )
                .width(8)
                .no_value("no failed streams")
                .shows("How many streams of each route ended by the server's fault in the time that is shown. Reasons that the service declares itself are in stream errors by reason.")
                .next("The first row is where to begin: follow its link to the log.")
                .link(link::ROUTE_FAULT_LINES),
        ],
    }
}

/// Whether events flow, and how soon.
pub(super) fn events() -> Row {
    let first = "sse_time_to_first_event_seconds";
    Row {
        title: "Event streams: do events flow",
        panels: vec![
            Panel::lines("Time to first event", Unit::Of(&catalog::SSE_TIME_TO_FIRST_EVENT))
                .query(quantile(  "0.5", first, "@route"), "p50")
                .query(quantile("0.95", first, "@route"), "p95")
                .query(quantile("0.99", first, "@route"), "p99")
                .steps(Steps::Above(2.5, 5.0))
                .alerts(&["SseFirstEventSlow", "SseFirstEventRegression"])
                .shows("From a request's arrival to the first event of its stream that is no keep-alive. It is no time to a first token.")
                .next("High with a low time to first byte: the stream opens and its source is slow. Both high: the handler itself. Then by route."),
            Panel::lines("Time to first event by route, p95", Unit::Of(&catalog::SSE_TIME_TO_FIRST_EVENT))
                .query(quantile_by("http_route", "0.95", first, "@route"), "{{http_route}}")
                .steps(Steps::Above(2.5, 5.0))
                .alerts(&["SseFirstEventSlow"])
                .shows("For whom the first event is slow.")
                .next("Follow the link: the span's event sse.first_event tells when it came.")
                .link(link::STREAM_TRACES),
            Panel::lines("Time to first byte of streams, p95", Unit::Of(&catalog::SSE_TIME_TO_FIRST_BYTE))
                .query(quantile_by("http_route", "0.95", "sse_time_to_first_byte_seconds", "@route"), "{{http_route}}")
                .steps(Steps::Above(1.0, 2.5))
                .shows("From a request's arrival to the first bytes of its stream, comments and keep-alives among them.")
                .next("High: the handler waits before it answers; clients and proxies see nothing so long.")
                .link(link::STREAM_TRACES),
            Panel::stack("Events by type", Unit::Rate(&catalog::SSE_EVENTS))
                .query(rate_by("event_type", "sse_events_total{@route}"), "{{event_type}}")
                .alerts(&["SseFlowStopped"])
                .shows("Events handed over in a second, keep-alives not among them. `message` has no type of its own.")
                .next("It falls to nothing while streams are open: the source stopped. Look at keep-alives, and at stalled streams by cause."),
            Panel::lines("Gaps between events, p95", Unit::Of(&catalog::SSE_EVENT_GAP))
                .query(quantile_by("http_route", "0.95", "sse_event_gap_seconds", "@route"), "{{http_route}}")
                .shows("How long a stream was silent between events.")
                .next("It grows: the source is slower, or the client takes events slower; backpressure tells which.")
                .link(link::STREAM_TRACES),
            Panel::heatmap("Gaps between events", Unit::Of(&catalog::SSE_EVENT_GAP))
                .query(buckets("sse_event_gap_seconds", "@route"), "{{le}}")
                .shows("How many gaps were how long.")
                .next("A second band far above the first: streams that pause. See whether it is one route."),
            Panel::lines("Keep-alives", Unit::Rate(&catalog::SSE_KEEPALIVES))
                .query(rate_by("http_route", "sse_keepalives_total{@route}"), "{{http_route}}")
                .alerts(&["SseHeartbeatsOnly"])
                .shows("Comments and events of a keep-alive type, in a second.")
                .next("Keep-alives without events: the streams are open and have nothing to say. Neither: a proxy will close them."),
            Panel::lines("Backpressure, p95", Unit::Of(&catalog::SSE_BACKPRESSURE))
                .query(quantile_by("http_route", "0.95", "sse_backpressure_seconds", "@route"), "{{http_route}}")
                .empty_in_demo("its clients read at once: no frame waits for 0.1 s")
                .no_value("no waits of 0.1 s")
                .shows("How long a frame waited until the next one was asked for, of those that waited 0.1 s or longer. On HTTP/1 it shows late: the kernel buffers first.")
                .next("Slow clients, or a proxy that buffers. With write_blocked among the stalled: the connection takes nothing.")
                .link(link::STREAM_TRACES),
            Panel::lines("Events that never left", Unit::Rate(&catalog::SSE_EVENTS_UNDELIVERED))
                .query(rate_by("http_route", "sse_events_undelivered_total{@route}"), "{{http_route}}")
                .no_value("none known")
                .shows("Events handed over that the socket never took: a lower bound, and known for HTTP/1 with observed connections alone. No series means that nothing is known, and not that all arrived.")
                .next("Clients that leave in the middle are the usual cause. Make sure that they come back with Last-Event-ID, and that the source can replay.")
                .link(link::STREAM_TRACES),
        ],
    }
}

/// How much passes.
pub(super) fn volume() -> Row {
    Row {
        title: "Event streams: volume",
        panels: vec![
            Panel::lines("Frames", Unit::Rate(&catalog::SSE_FRAMES))
                .query(rate_by("http_route", "sse_frames_total{@route}"), "{{http_route}}")
                .width(6)
                .shows("Frames of data in a second. One frame may hold several events, or a part of one.")
                .next("Many more frames than events: events are cut into pieces, which costs system calls; write each in one piece."),
            Panel::lines("Bytes of streams", Unit::Rate(&catalog::SSE_BODY))
                .query(rate_by("http_route", "sse_body_bytes_total{@route}"), "{{http_route}}")
                .width(6)
                .shows("Bytes handed over in a second.")
                .next("Near the line's limit: event size tells whether events grew, events by type whether there are more."),
            Panel::lines("Event size, p95", Unit::Of(&catalog::SSE_EVENT_SIZE))
                .query(quantile_by("http_route", "0.95", "sse_event_size_bytes", "@route"), "{{http_route}}")
                .width(6)
                .shows("What 95 of 100 events stay below, their lines and line ends included.")
                .next("A jump: a field that should not be in the event."),
            Panel::lines("Write errors of streams", Unit::Rate(&catalog::SSE_WRITE_ERRORS))
                .query(rate_by("error_type", "sse_write_errors_total{@route}"), "{{error_type}}")
                .width(6)
                .no_value("none known")
                .shows("Streams whose connection failed in writing. Diagnostic: whether a client that leaves is met in reading or in writing is a race, so nothing is ever alerted on this.")
                .next("Only beside ends by close reason: many resets at one minute are one proxy, spread ones are clients."),
        ],
    }
}
