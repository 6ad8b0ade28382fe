//! What types cannot say.

mod endpoint;
mod headers;
mod level;
mod metrics;
mod tracing;

pub(super) use self::{
    endpoint::{endpoint, grpc_endpoint},
    headers::header,
    level::level,
};

use std::collections::BTreeMap;

use bartizan::meter::Meter;
use opentelemetry::trace::noop::NoopTracerProvider;
use route_canon::{Budget, Canonicalizer};

use super::{
    Config, ConfigError, EventStreams, Faults, GrpcMetrics, Guess, Layers, LogOutput, Logging,
    Period, Resource, Routes, Scan, Shutdown, Spans, StalledAfter, Vitals,
};
use crate::parts::Parts;

/// What `resource` has a field of its own for.
const FIELDS: [(&str, &str); 3] = [
    ("service.name", "service_name"),
    ("service.version", "service_version"),
    ("deployment.environment.name", "environment"),
];

// === impl Config ===

impl Config {
    /// Checks what types cannot say: that names fit, numbers are in range, and fields go together.
    ///
    /// It makes the layers, as a start does, and lets go of them.
    ///
    /// # Errors
    ///
    /// All that is wrong, each with the field's path and what is accepted.
    pub fn check(&self) -> Result<(), ConfigError> {
        let Self {
            resource,
            logging,
            metrics,
            tracing,
            routes,
            layers,
            tasks: _,
            models: _,
            vitals,
            scan: Scan { interval },
            shutdown:
                Shutdown {
                    timeout,
                    last_scrape: _,
                },
            warnings: _,
        } = self;
        let mut faults = Faults::default();
        check_resource(resource, &mut faults);
        check_logging(logging, &mut faults);
        metrics::check(metrics, &mut faults);
        tracing::check(tracing, &mut faults);
        check_routes(routes, &mut faults);
        check_layers(layers, &mut faults);
        check_vitals(vitals, &mut faults);
        faults.period("scan.interval", *interval);
        faults.period("shutdown.timeout", *timeout);
        if let Err(refused) = Parts::new(self, &Meter::default(), None::<&NoopTracerProvider>) {
            faults.extend(refused);
        }
        faults.end()
    }
}

fn check_resource(resource: &Resource, faults: &mut Faults) {
    let Resource {
        service_name,
        service_version,
        environment,
        attributes,
    } = resource;
    let named = [
        ("resource.service_name", Some(service_name)),
        ("resource.service_version", service_version.as_ref()),
        ("resource.environment", environment.as_ref()),
    ];
    for (path, text) in named {
        if text.is_some_and(|text| text.trim().is_empty()) {
            faults.add(path, "it is empty; a name is accepted");
        }
    }
    for key in attributes.keys() {
        let path = format!("resource.attributes.{key}");
        if key.trim().is_empty() {
            faults.add("resource.attributes", "a key is empty; a name is accepted");
        } else if let Some((_, field)) = FIELDS.iter().find(|(name, _)| name == key) {
            faults.add(path, format!("write it as `resource.{field}`"));
        }
    }
}

fn check_logging(logging: &Logging, faults: &mut Faults) {
    let Logging {
        enabled: _,
        level,
        format: _,
        output,
        file,
        queue,
    } = logging;
    if let Err(problem) = self::level(level) {
        faults.add("logging.level", problem);
    }
    match (output, file) {
        (LogOutput::File, None) => faults.add(
            "logging.file",
            "it is missing; with `output: file` a path is accepted",
        ),
        (LogOutput::File, Some(file)) if file.as_os_str().is_empty() => {
            faults.add("logging.file", "it is empty; a path is accepted");
        }
        (LogOutput::Stdout | LogOutput::Stderr, Some(_)) => faults.add(
            "logging.file",
            "it is given, and `logging.output` is not `file`; write `output: file`, or leave it out",
        ),
        _ => {}
    }
    faults.count("logging.queue", *queue, 1..=10_000_000);
}

fn check_routes(routes: &Routes, faults: &mut Faults) {
    let Routes {
        limit,
        table: _,
        guess,
        rules: _,
    } = routes;
    faults.count("routes.limit", *limit, 1..=Budget::MAX_LIMIT);
    check_guess("routes.guess.depth", *guess, faults);
}

fn check_guess(path: &str, guess: Guess, faults: &mut Faults) {
    if let Guess::On(look) = guess {
        faults.count(path, look.depth, 1..=Canonicalizer::MAX_DEPTH);
    }
}

/// What the builders clamp, or cannot know.
fn check_layers(layers: &Layers, faults: &mut Faults) {
    let Layers {
        spans,
        http,
        grpc,
        sse,
        ..
    } = layers;
    let Spans {
        url_query,
        redacted_queries,
        server_address,
        server_port,
        client_address_header,
        client_address_hops,
        ..
    } = spans;
    let together = [
        (
            "server_port",
            server_port.is_some() && server_address.is_none(),
            "server_address",
        ),
        (
            "client_address_hops",
            *client_address_hops > 0 && client_address_header.is_none(),
            "client_address_header",
        ),
        (
            "redacted_queries",
            !redacted_queries.is_empty() && !url_query,
            "url_query",
        ),
    ];
    for (field, alone, other) in together {
        if alone {
            let problem = format!("it goes with `{other}`, which is not given");
            faults.add(format!("layers.spans.{field}"), problem);
        }
    }
    if let Some(cap) = http.server_address_cap {
        faults.count("layers.http.server_address_cap", cap, 1..=Budget::MAX_LIMIT);
    }
    let GrpcMetrics { method_cap, .. } = grpc;
    faults.count("layers.grpc.method_cap", *method_cap, 1..=Budget::MAX_LIMIT);
    let EventStreams {
        event_type_cap,
        stalled_after:
            StalledAfter {
                no_first_event,
                no_event,
                write_blocked,
                not_polled,
            },
        ..
    } = sse;
    faults.count(
        "layers.sse.event_type_cap",
        *event_type_cap,
        1..=Budget::MAX_LIMIT,
    );
    for (field, period) in [
        ("no_first_event", no_first_event),
        ("no_event", no_event),
        ("write_blocked", write_blocked),
        ("not_polled", not_polled),
    ] {
        faults.period(&format!("layers.sse.stalled_after.{field}"), *period);
    }
}

fn check_vitals(vitals: &Vitals, faults: &mut Faults) {
    if let Some(guess) = vitals.guess {
        check_guess("vitals.guess.depth", guess, faults);
    }
    if let super::Origins::Listed(origins) = &vitals.origins
        && origins.is_empty()
    {
        faults.add(
            "vitals.origins",
            "the list is empty, and nobody could report; write `same`, `any` or origins",
        );
    }
}

fn check_headers(path: &str, headers: &BTreeMap<String, String>, faults: &mut Faults) {
    let mut seen = BTreeMap::new();
    for (name, value) in headers {
        if let Err(problem) = header(name, value) {
            faults.add(format!("{path}.{name}"), problem);
        } else if seen.insert(name.to_ascii_lowercase(), ()).is_some() {
            let problem = "the header is there twice, for case does not matter";
            faults.add(format!("{path}.{name}"), problem);
        }
    }
}

// === impl Faults ===

impl Faults {
    fn period(&mut self, path: &str, period: Period) {
        if period.as_duration().is_zero() {
            self.add(
                path,
                format!("`{period}` is refused: more than 0 is accepted"),
            );
        }
    }

    fn count(&mut self, path: &str, count: usize, accepted: std::ops::RangeInclusive<usize>) {
        if !accepted.contains(&count) {
            let (least, most) = accepted.into_inner();
            self.add(
                path,
                format!("`{count}` is refused: {least} to {most} are accepted"),
            );
        }
    }
}
