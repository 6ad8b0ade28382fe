//! The builders of what is in the stack.

use bartizan::{
    grpc::{Grpc, GrpcBuilder},
    http::{self, HttpMetricsBuilder},
    label,
    log::{Log, LogBuilder},
    observe::Kind,
    span::{BaggageLimits, ClientAddress, Span, SpanBuilder},
    sse::{Sse, SseBuilder, StallThresholds},
};

use crate::config::{
    Baggage, EventStreams, GrpcMetrics, HttpDurations, HttpMetrics, LineSample, Lines, Propagator,
    Scheme, Spans, StalledAfter, StreamEvents, Timing, UrlPath,
};

/// Whether a builder is told something, and what.
type Switch<B> = (bool, fn(B) -> B);

pub(super) fn span(spans: &Spans, propagators: &[Propagator]) -> SpanBuilder {
    let Spans {
        enabled: _,
        public_endpoint,
        traceresponse,
        url_path,
        url_query,
        redacted_queries,
        server_address,
        server_port,
        client_address_header,
        client_address_hops,
        body_sizes,
        request_headers,
        response_headers,
        last_event_id,
        stream_events,
        sample_by_attributes,
        baggage: Baggage { members, bytes },
    } = spans;
    let mut span = Span::builder()
        .request_headers(request_headers)
        .response_headers(response_headers);
    // Baggage alone is a fault of its own.
    if !propagators.contains(&Propagator::TraceContext) {
        span = span.no_propagation();
    } else if propagators.contains(&Propagator::Baggage) {
        span = span.baggage(BaggageLimits::new(*members, *bytes));
    }
    if let Some(address) = server_address {
        span = span.server_address(address, *server_port);
    }
    if let Some(header) = client_address_header {
        span = span.client_address(ClientAddress::header(header, *client_address_hops));
    }
    if let Some(StreamEvents { every, most }) = stream_events {
        span = span.stream_events(*every, *most);
    }
    if *url_query {
        span = span.url_query(redacted_queries);
    }
    span = match url_path {
        UrlPath::Path => span,
        UrlPath::Route => span.url_path_by_route(),
    };
    let switches: [Switch<SpanBuilder>; 5] = [
        (*public_endpoint, SpanBuilder::public_endpoint),
        (*traceresponse, SpanBuilder::traceresponse),
        (*body_sizes, SpanBuilder::body_sizes),
        (*last_event_id, SpanBuilder::last_event_id),
        (*sample_by_attributes, SpanBuilder::sample_by_attributes),
    ];
    switched(span, switches)
}

pub(super) fn log(lines: &Lines) -> LogBuilder {
    let Lines {
        enabled: _,
        warn_of_client_faults,
        sample,
    } = lines;
    let mut log = Log::builder();
    if let Some(LineSample { first, then_one_of }) = sample {
        log = log.sample(*first, *then_one_of);
    }
    switched(
        log,
        [(*warn_of_client_faults, LogBuilder::warn_of_client_faults)],
    )
}

pub(super) fn http(http: &HttpMetrics) -> HttpMetricsBuilder {
    let HttpMetrics {
        enabled: _,
        duration:
            HttpDurations {
                plain,
                stream,
                upgrade,
                grpc,
            },
        time_to_first_byte,
        request_size,
        response_size,
        protocol_version,
        size_by_status,
        active_by_route,
        server_address_cap,
    } = http;
    let mut metrics = http::HttpMetrics::builder()
        .duration(Kind::Plain, timing(*plain))
        .duration(Kind::Stream, timing(*stream))
        .duration(Kind::Upgrade, timing(*upgrade))
        .request_size(*request_size)
        .response_size(*response_size);
    if let Some(grpc) = grpc {
        metrics = metrics.duration(Kind::Grpc, timing(*grpc));
    }
    if let Some(cap) = server_address_cap {
        metrics = metrics.server_address(*cap);
    }
    let switches: [Switch<HttpMetricsBuilder>; 4] = [
        (*time_to_first_byte, HttpMetricsBuilder::time_to_first_byte),
        (*protocol_version, HttpMetricsBuilder::protocol_version),
        (*size_by_status, HttpMetricsBuilder::size_by_status),
        (*active_by_route, HttpMetricsBuilder::active_by_route),
    ];
    switched(metrics, switches)
}

pub(super) fn grpc(grpc: &GrpcMetrics) -> GrpcBuilder {
    let GrpcMetrics {
        enabled: _,
        messages,
        method_cap,
        methods,
    } = grpc;
    Grpc::builder()
        .messages(*messages)
        .method_limit(*method_cap)
        .methods(methods)
}

pub(super) fn sse(streams: &EventStreams) -> SseBuilder {
    let EventStreams {
        enabled: _,
        event_types,
        event_type_cap,
        keepalive_types,
        end_types,
        end_data,
        event_gap,
        event_size,
        size_by_type,
        stalled_after:
            StalledAfter {
                no_first_event,
                no_event,
                write_blocked,
                not_polled,
            },
    } = streams;
    let mut sse = Sse::builder()
        .event_type_cap(*event_type_cap)
        .keepalive_types(keepalive_types)
        .event_gap(*event_gap)
        .event_size(*event_size)
        .stall_thresholds(StallThresholds {
            no_first_event: no_first_event.as_duration(),
            no_event: no_event.as_duration(),
            write_blocked: write_blocked.as_duration(),
            not_polled: not_polled.as_duration(),
        });
    if let Some(types) = event_types {
        sse = sse.event_types(types);
    }
    sse = end_types.iter().fold(sse, SseBuilder::end_type);
    sse = end_data.iter().fold(sse, SseBuilder::end_data);
    switched(sse, [(*size_by_type, SseBuilder::size_by_type)])
}

pub(super) fn scheme(scheme: Scheme) -> label::Scheme {
    match scheme {
        Scheme::Http => label::Scheme::Http,
        Scheme::Https => label::Scheme::Https,
    }
}

fn timing(timing: Timing) -> http::Timing {
    match timing {
        Timing::Head => http::Timing::Head,
        Timing::End => http::Timing::End,
        Timing::Never => http::Timing::Never,
    }
}

/// A builder that was told of each switch that is on.
fn switched<B, const N: usize>(builder: B, switches: [Switch<B>; N]) -> B {
    let on = switches.into_iter().filter(|(on, _)| *on);
    on.fold(builder, |builder, (_, switch)| switch(builder))
}
