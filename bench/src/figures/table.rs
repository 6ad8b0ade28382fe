//! Every figure.

use super::{Figure, Of};

/// Every figure, in the order of the table. *The* figure, which the acceptance line bounds, is `http`
/// without a Content-Length and `http_sized` with one.
pub const ALL: &[Figure] = &[
    over(
        "wrap_only",
        "a layer that only wraps, over the bare service",
        "wrap-only",
        "bare",
        0,
    ),
    request(
        "floor",
        "by hand: counter, gauge, two histograms",
        "floor",
        2,
    ),
    request("engine", "the engine, one idle observer", "engine", 0),
    request("none", "the engine, `None::<HttpMetrics>`", "none", 0),
    request("http", "HttpMetrics, route of a table", "http", 2),
    over(
        "http_sized",
        "the same, request with Content-Length",
        "http, sized",
        "wrap-only, sized",
        3,
    ),
    request(
        "http_unmatched",
        "HttpMetrics, no source of routes",
        "http, unmatched",
        2,
    ),
    over(
        "http_unmatched_sized",
        "the same, request with Content-Length",
        "http, unmatched, sized",
        "wrap-only, sized",
        3,
    ),
    request(
        "first_byte_unmatched",
        "the same without it, with time to first byte",
        "first byte, unmatched",
        3,
    ),
    request(
        "first_byte",
        "HttpMetrics, with time to first byte",
        "first byte",
        3,
    ),
    over(
        "first_byte_sized",
        "the same, request with Content-Length",
        "first byte, sized",
        "wrap-only, sized",
        4,
    ),
    over(
        "joined",
        "a second HttpMetrics inside the first",
        "joined",
        "http",
        0,
    ),
    over(
        "axum",
        "HttpMetrics on axum's Router, over a layer that wraps",
        "axum, http",
        "axum, wrap-only",
        2,
    ),
    frame(
        "frame_engine",
        "a frame: the engine",
        "engine, 1 frame",
        "engine, frames",
    ),
    frame(
        "frame_http",
        "a frame: HttpMetrics",
        "http, 1 frame",
        "http, frames",
    ),
    frame(
        "frame_first_byte",
        "a frame: with time to first byte",
        "first byte, 1 frame",
        "first byte, frames",
    ),
    event(
        "event_scan",
        "an event of 120 bytes: sse-body's wrapper alone",
        "scanned, 1 frame",
        "scanned, frames",
        0,
    ),
    event(
        "event_lean",
        "an event: Sse without gaps and sizes",
        "sse lean, 1 frame",
        "sse lean, frames",
        0,
    ),
    event(
        "event_sse",
        "an event: Sse with all its metrics",
        "sse, 1 frame",
        "sse, frames",
        2,
    ),
    over(
        "engine_unary",
        "a unary gRPC call: the engine, one idle observer",
        "engine, unary",
        "wrap-only, unary",
        0,
    ),
    over(
        "grpc_unary",
        "a unary gRPC call: Grpc",
        "grpc, unary",
        "wrap-only, unary",
        1,
    ),
    over(
        "grpc_unary_in_time",
        "the same with a grpc-timeout",
        "grpc, unary in time",
        "wrap-only, unary in time",
        1,
    ),
    over(
        "grpc_with_http_unary",
        "the same, with HttpMetrics in the layer",
        "grpc with http, unary",
        "wrap-only, unary",
        2,
    ),
    over(
        "guess",
        "a guess: a path of five segments, two of them ids",
        "paths, with ids",
        "paths, none",
        0,
    ),
    over(
        "guess_words",
        "a guess: a path of five words",
        "paths, words",
        "paths, none",
        0,
    ),
    request(
        "http_guessed",
        "HttpMetrics, route guessed",
        "http, guessed",
        2,
    ),
    over(
        "log_off",
        "Log, no subscriber, over the engine",
        "log, no subscriber",
        "engine",
        0,
    ),
    over(
        "log_off_sized",
        "the same, request with Content-Length",
        "log, no subscriber, sized",
        "engine, sized",
        0,
    ),
    over(
        "log_filtered",
        "Log, a subscriber that wants other targets",
        "log, filtered",
        "engine",
        0,
    ),
    over(
        "log_dropped",
        "Log, a subscriber that reads each field and drops it",
        "log, dropped",
        "engine",
        0,
    ),
    over(
        "span_unsampled",
        "Span, not sampled, a W3C parent in the request",
        "span, unsampled",
        "wrap-only, traced",
        0,
    ),
    over(
        "span_unsampled_global",
        "the same by the global provider",
        "span, unsampled, global",
        "wrap-only, traced",
        0,
    ),
    over(
        "span_no_provider",
        "Span, with no provider set and no parent",
        "span, no provider",
        "wrap-only",
        0,
    ),
    over(
        "span_sampled",
        "Span, sampled, required attributes, route of a table, until it is handed over",
        "span, sampled",
        "wrap-only, traced",
        0,
    ),
    over(
        "span_sampled_dropped",
        "the same, until the SDK has let go of it",
        "span, sampled, dropped",
        "wrap-only, traced",
        0,
    ),
    over(
        "span_named",
        "the same, with host, port and user agent",
        "span, named",
        "wrap-only, named",
        0,
    ),
    event(
        "event_span",
        "a frame of an event stream: Span, sampled",
        "span, 1 frame",
        "span, frames",
        0,
    ),
    event(
        "event_active",
        "the same by hand: a context that is made active, and nothing else",
        "active, 1 frame",
        "active, frames",
        0,
    ),
    over(
        "io_write",
        "a write to an observed connection",
        "io, observed",
        "io, bare",
        0,
    ),
    over(
        "task",
        "a job: TaskLayer without spans and lines",
        "jobs, measured",
        "jobs, bare",
        1,
    ),
    over(
        "task_named",
        "the same, its name told by a function",
        "jobs, named",
        "jobs, bare",
        1,
    ),
    over(
        "task_default",
        "a job: TaskLayer with all features, no tracer provider, no subscriber",
        "jobs, by default",
        "jobs, bare",
        1,
    ),
    over(
        "gen_ai_call",
        "a call to a model, told its tokens and its cost: GenAi without spans and lines",
        "calls, measured",
        "calls, bare",
        4,
    ),
];

const fn over(
    name: &'static str,
    what: &'static str,
    case: &'static str,
    base: &'static str,
    samples: u32,
) -> Figure {
    Figure {
        name,
        what,
        of: Of::Request { case, base },
        samples,
    }
}

const fn request(
    name: &'static str,
    what: &'static str,
    case: &'static str,
    samples: u32,
) -> Figure {
    over(name, what, case, "wrap-only", samples)
}

const fn frame(
    name: &'static str,
    what: &'static str,
    one: &'static str,
    many: &'static str,
) -> Figure {
    Figure {
        name,
        what,
        of: Of::Frame { one, many },
        samples: 0,
    }
}

const fn event(
    name: &'static str,
    what: &'static str,
    one: &'static str,
    many: &'static str,
    samples: u32,
) -> Figure {
    Figure {
        name,
        what,
        of: Of::Event { one, many },
        samples,
    }
}
