//! What the environment says of metrics.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use super::{
    list,
    traces::{self, endpoint},
    variables::{Variables, millis},
};
use crate::config::{Metrics, OtlpMetrics};

pub(super) const EXPORTER: &str = "OTEL_METRICS_EXPORTER";

pub(super) fn apply(metrics: &mut Metrics, variables: &mut Variables<'_>) {
    exporters(metrics, variables);
    listen(metrics, variables);
    let OtlpMetrics {
        enabled: _,
        protocol,
        endpoint: to,
        headers,
        interval,
        timeout,
    } = &mut metrics.otlp;
    let names = [
        "OTEL_EXPORTER_OTLP_METRICS_PROTOCOL",
        "OTEL_EXPORTER_OTLP_PROTOCOL",
    ];
    if let Some((name, spoken)) = variables.named(&names, traces::protocol)
        && spoken != *protocol
    {
        *protocol = spoken;
        if to.take().is_some() {
            variables.warn(
                name,
                "metrics.otlp.endpoint is left out, for it is of another protocol",
            );
        }
    }
    let own = "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT";
    if let Some(given) = endpoint(variables, own, *protocol, "v1/metrics") {
        *to = Some(given);
    }
    let names = [
        "OTEL_EXPORTER_OTLP_METRICS_HEADERS",
        "OTEL_EXPORTER_OTLP_HEADERS",
    ];
    if let Some(given) = variables.parsed(&names, list::headers) {
        *headers = given;
    }
    if let Some(given) = variables.parsed(&["OTEL_METRIC_EXPORT_INTERVAL"], millis) {
        *interval = given;
    }
    let names = [
        "OTEL_EXPORTER_OTLP_METRICS_TIMEOUT",
        "OTEL_EXPORTER_OTLP_TIMEOUT",
        "OTEL_METRIC_EXPORT_TIMEOUT",
    ];
    if let Some(given) = variables.parsed(&names, millis) {
        *timeout = given;
    }
}

/// Which exporters there are: all that are named, and no others.
fn exporters(metrics: &mut Metrics, variables: &mut Variables<'_>) {
    let Some(given) = variables.parsed(&[EXPORTER], |given| Ok(given.to_owned())) else {
        return;
    };
    let (mut scraped, mut pushed, mut none) = (false, false, false);
    for word in list::words(&given) {
        match word {
            "prometheus" => scraped = true,
            "otlp" => pushed = true,
            "none" => none = true,
            _ => variables.warn(
                EXPORTER,
                format!("{word:?} is ignored: `prometheus`, `otlp` and `none` are accepted"),
            ),
        }
    }
    if none && (scraped || pushed) {
        variables.warn(
            EXPORTER,
            "`none` is ignored, for there are others beside it",
        );
    }
    if scraped || pushed {
        metrics.enabled = true;
        metrics.otlp.enabled = pushed;
        if !scraped {
            metrics.listen = None;
        }
    } else if none {
        metrics.enabled = false;
        metrics.otlp.enabled = false;
    }
}

/// Where the page is served, if it is.
fn listen(metrics: &mut Metrics, variables: &mut Variables<'_>) {
    let host = variables.parsed(&["OTEL_EXPORTER_PROMETHEUS_HOST"], |given| match given {
        "localhost" => Ok(IpAddr::V4(Ipv4Addr::LOCALHOST)),
        _ => given.parse().map_err(|_| {
            format!("{given:?} is refused: an IP address, or `localhost`, is accepted")
        }),
    });
    let port = variables.parsed(&["OTEL_EXPORTER_PROMETHEUS_PORT"], |given| {
        let refused = |_| format!("{given:?} is refused: a port from 0 to 65535 is accepted");
        given.parse::<u16>().map_err(refused)
    });
    let Some(listen) = &mut metrics.listen else {
        return;
    };
    *listen = SocketAddr::new(host.unwrap_or(listen.ip()), port.unwrap_or(listen.port()));
}
