//! What is wrong with the section `tracing`.

use super::{check_headers, endpoint, grpc_endpoint};
use crate::config::{Batch, Faults, Propagator, TraceExporter, Tracing};

pub(super) fn check(tracing: &Tracing, faults: &mut Faults) {
    let Tracing {
        exporter,
        endpoint: given,
        headers,
        timeout,
        sampler: _,
        ratio,
        propagators,
        batch: Batch { queue, size, delay },
    } = tracing;
    let endpoint = match exporter {
        TraceExporter::OtlpGrpc => grpc_endpoint,
        _ => endpoint,
    };
    if given.is_some() && matches!(exporter, TraceExporter::None | TraceExporter::Stdout) {
        let problem = "it is given, and `tracing.exporter` sends nothing anywhere; write `exporter: otlp-grpc`, \
                       `otlp-http` or `zipkin`, or leave it out";
        faults.add("tracing.endpoint", problem);
    } else if let Some(Err(problem)) = given.as_deref().map(endpoint) {
        faults.add("tracing.endpoint", problem);
    }
    check_headers("tracing.headers", headers, faults);
    faults.period("tracing.timeout", *timeout);
    // No number is in no range.
    if !(0.0..=1.0).contains(ratio) {
        let problem = format!("`{ratio}` is refused: a number from 0 to 1 is accepted");
        faults.add("tracing.ratio", problem);
    }
    let has = |propagator| propagators.contains(&propagator);
    if has(Propagator::Baggage) && !has(Propagator::TraceContext) {
        let problem = "`baggage` goes with `tracecontext`; write both";
        faults.add("tracing.propagators", problem);
    }
    faults.count("tracing.batch.queue", *queue, 1..=10_000_000);
    // A queue of none is a fault of its own.
    let most = if *queue == 0 { usize::MAX } else { *queue };
    faults.count("tracing.batch.size", *size, 1..=most);
    faults.period("tracing.batch.delay", *delay);
}
