//! What the environment says of spans.

use std::collections::BTreeMap;

use super::{
    check, list,
    variables::{Variables, count, millis},
};
use crate::config::{OtlpProtocol, Propagator, Sampler, TraceExporter, Tracing};

pub(super) const EXPORTER: &str = "OTEL_TRACES_EXPORTER";
const SAMPLER: &str = "OTEL_TRACES_SAMPLER";
const ARGUMENT: &str = "OTEL_TRACES_SAMPLER_ARG";
const PROPAGATORS: &str = "OTEL_PROPAGATORS";
pub(super) const GENERAL_ENDPOINT: &str = "OTEL_EXPORTER_OTLP_ENDPOINT";

pub(super) fn apply(tracing: &mut Tracing, variables: &mut Variables<'_>) {
    exporter(tracing, variables);
    let Tracing {
        exporter,
        endpoint: to,
        headers,
        timeout,
        ..
    } = tracing;
    let mut timeouts = vec!["OTEL_BSP_EXPORT_TIMEOUT"];
    match exporter {
        TraceExporter::OtlpGrpc | TraceExporter::OtlpHttp => {
            let protocol = match exporter {
                TraceExporter::OtlpGrpc => OtlpProtocol::Grpc,
                _ => OtlpProtocol::Http,
            };
            let own = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT";
            if let Some(given) = endpoint(variables, own, protocol, "v1/traces") {
                *to = Some(given);
            }
            let names = [
                "OTEL_EXPORTER_OTLP_TRACES_HEADERS",
                "OTEL_EXPORTER_OTLP_HEADERS",
            ];
            if let Some(given) = variables.parsed(&names, list::headers) {
                *headers = given;
            }
            timeouts.splice(
                0..0,
                [
                    "OTEL_EXPORTER_OTLP_TRACES_TIMEOUT",
                    "OTEL_EXPORTER_OTLP_TIMEOUT",
                ],
            );
        }
        TraceExporter::Zipkin => {
            let given = variables.parsed(&["OTEL_EXPORTER_ZIPKIN_ENDPOINT"], uri);
            if given.is_some() {
                *to = given;
            }
            timeouts.insert(0, "OTEL_EXPORTER_ZIPKIN_TIMEOUT");
        }
        TraceExporter::Stdout | TraceExporter::None => {}
    }
    if let Some(given) = variables.parsed(&timeouts, millis) {
        *timeout = given;
    }
    sampler(tracing, variables);
    propagators(tracing, variables);
    batch(tracing, variables);
}

/// The exporter. Where it becomes another one, the file's endpoint is not its own, and headers go to no other service.
fn exporter(tracing: &mut Tracing, variables: &mut Variables<'_>) {
    let Tracing {
        exporter,
        endpoint,
        headers,
        ..
    } = tracing;
    let before = *exporter;
    let names = [
        "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL",
        "OTEL_EXPORTER_OTLP_PROTOCOL",
    ];
    let is_otlp = |exporter| matches!(exporter, TraceExporter::OtlpGrpc | TraceExporter::OtlpHttp);
    let mut named_by = EXPORTER;
    let mut after = before;
    let given = variables.parsed(&[EXPORTER], |given| Ok(given.to_owned()));
    if let Some(word) = given.and_then(|given| one_exporter(&given, variables)) {
        after = match word {
            TraceExporter::OtlpHttp if is_otlp(before) => before,
            other => other,
        };
    }
    if is_otlp(after)
        && let Some((name, protocol)) = variables.named(&names, protocol)
    {
        named_by = name;
        after = match protocol {
            OtlpProtocol::Grpc => TraceExporter::OtlpGrpc,
            OtlpProtocol::Http => TraceExporter::OtlpHttp,
        };
    }
    *exporter = after;
    if after == before {
        return;
    }
    if matches!(after, TraceExporter::None | TraceExporter::Stdout) {
        // Nothing is sent, as was asked for.
        *endpoint = None;
        return;
    }
    let mut left_out = Vec::new();
    if endpoint.take().is_some() {
        left_out.push("tracing.endpoint");
    }
    let is_another_service = !is_otlp(before) || !is_otlp(after);
    if is_another_service && !std::mem::take(headers).is_empty() {
        left_out.push("tracing.headers");
    }
    if !left_out.is_empty() {
        let problem = format!(
            "{} is left out, for it is of another exporter",
            left_out.join(", ")
        );
        variables.warn(named_by, problem);
    }
}

/// The first exporter of the list that there is; OTLP is by HTTP, as the specification asks.
fn one_exporter(given: &str, variables: &mut Variables<'_>) -> Option<TraceExporter> {
    let mut first = None;
    for word in list::words(given) {
        let exporter = match word {
            "otlp" => TraceExporter::OtlpHttp,
            "zipkin" => TraceExporter::Zipkin,
            "console" => TraceExporter::Stdout,
            "none" => TraceExporter::None,
            _ => {
                let accepted = "`otlp`, `zipkin`, `console` and `none` are accepted";
                variables.warn(EXPORTER, format!("{word:?} is ignored: {accepted}"));
                continue;
            }
        };
        if first.is_some() {
            variables.warn(
                EXPORTER,
                format!("{word:?} is ignored: one exporter is accepted"),
            );
        }
        first = first.or(Some(exporter));
    }
    first
}

pub(super) fn protocol(given: &str) -> Result<OtlpProtocol, String> {
    match given {
        "grpc" => Ok(OtlpProtocol::Grpc),
        "http/protobuf" => Ok(OtlpProtocol::Http),
        _ => Err(format!(
            "{given:?} is refused: `grpc` and `http/protobuf` are accepted"
        )),
    }
}

/// Where to send to: as a signal's own variable has it, or the general one and with HTTP `path` after that.
pub(super) fn endpoint(
    variables: &mut Variables<'_>,
    own: &'static str,
    protocol: OtlpProtocol,
    path: &str,
) -> Option<String> {
    let (check, path): (fn(&str) -> _, _) = match protocol {
        OtlpProtocol::Grpc => (check::grpc_endpoint, None),
        OtlpProtocol::Http => (check::endpoint, Some(path)),
    };
    let fits = |given: &str| check(given).map(|()| given.to_owned());
    let (name, given) = variables.named(&[own, GENERAL_ENDPOINT], fits)?;
    match path {
        Some(path) if name == GENERAL_ENDPOINT => {
            Some(format!("{}/{path}", given.trim_end_matches('/')))
        }
        _ => Some(given),
    }
}

fn uri(given: &str) -> Result<String, String> {
    check::endpoint(given).map(|()| given.to_owned())
}

fn sampler(tracing: &mut Tracing, variables: &mut Variables<'_>) {
    let given = variables.parsed(&[SAMPLER], |given| match given {
        "always_on" => Ok(Sampler::AlwaysOn),
        "always_off" => Ok(Sampler::AlwaysOff),
        "traceidratio" => Ok(Sampler::TraceIdRatio),
        "parentbased_always_on" => Ok(Sampler::ParentBasedAlwaysOn),
        "parentbased_always_off" => Ok(Sampler::ParentBasedAlwaysOff),
        "parentbased_traceidratio" => Ok(Sampler::ParentBasedTraceIdRatio),
        _ => Err(format!(
            "{given:?} is refused: always_on, always_off, traceidratio and these with parentbased_ before them are \
             accepted"
        )),
    });
    if let Some(sampler) = given {
        tracing.sampler = sampler;
    }
    let takes_ratio = matches!(
        tracing.sampler,
        Sampler::TraceIdRatio | Sampler::ParentBasedTraceIdRatio
    );
    let given = variables.parsed(&[ARGUMENT], |given| match given.parse::<f64>() {
        _ if !takes_ratio => Err("the sampler takes no argument".into()),
        Ok(ratio) if (0.0..=1.0).contains(&ratio) => Ok(ratio),
        _ => Err(format!(
            "{given:?} is refused: a number from 0 to 1 is accepted"
        )),
    });
    if let Some(ratio) = given {
        tracing.ratio = ratio;
    }
}

fn propagators(tracing: &mut Tracing, variables: &mut Variables<'_>) {
    let Some(given) = variables.parsed(&[PROPAGATORS], |given| Ok(given.to_owned())) else {
        return;
    };
    let mut all = BTreeMap::new();
    let mut none = false;
    for word in list::words(&given) {
        match word {
            "tracecontext" => {
                all.insert(0, Propagator::TraceContext);
            }
            "baggage" => {
                all.insert(1, Propagator::Baggage);
            }
            "none" => none = true,
            _ => variables.warn(
                PROPAGATORS,
                format!("{word:?} is ignored: `tracecontext`, `baggage` and `none` are accepted"),
            ),
        }
    }
    let all: Vec<Propagator> = all.into_values().collect();
    match all.as_slice() {
        [Propagator::Baggage] => variables.warn(
            PROPAGATORS,
            "`baggage` goes with `tracecontext`; the variable is ignored",
        ),
        // Nothing that there is was named.
        [] if !none => {}
        _ => tracing.propagators = all,
    }
}

fn batch(tracing: &mut Tracing, variables: &mut Variables<'_>) {
    let batch = &mut tracing.batch;
    if let Some(delay) = variables.parsed(&["OTEL_BSP_SCHEDULE_DELAY"], millis) {
        batch.delay = delay;
    }
    let queue = variables.parsed(&["OTEL_BSP_MAX_QUEUE_SIZE"], count);
    let size = variables.named(&["OTEL_BSP_MAX_EXPORT_BATCH_SIZE"], count);
    batch.queue = queue.unwrap_or(batch.queue);
    if let Some((_, size)) = size {
        batch.size = size;
    }
    if batch.size > batch.queue && (queue.is_some() || size.is_some()) {
        let name = size.map_or("OTEL_BSP_MAX_QUEUE_SIZE", |(name, _)| name);
        variables.warn(
            name,
            format!(
                "a batch of {} does not fit a queue of {}; it gets that size",
                batch.size, batch.queue
            ),
        );
        batch.size = batch.queue;
    }
}
