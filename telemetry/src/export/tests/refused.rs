//! Configurations that are refused, and what is said of them.

use std::collections::BTreeMap;

use super::support::{Scene, millis};
use crate::{
    config::{Metrics, OtlpMetrics, OtlpProtocol, TraceExporter, Tracing},
    export::{self, ExportError},
    health::Signal,
};

const EXPORTERS: [TraceExporter; 3] = [
    TraceExporter::OtlpGrpc,
    TraceExporter::OtlpHttp,
    TraceExporter::Zipkin,
];

fn refused(config: &Tracing) -> ExportError {
    let scene = Scene::new();
    let health = scene.health(Signal::Traces);
    let provider = export::spans(
        config,
        Scene::resource(),
        Some(&health),
        scene.runtime(),
        Vec::new(),
    );
    provider.expect_err("a configuration that is refused")
}

#[test]
fn an_endpoint_that_is_none_is_refused_and_no_credentials_are_told() {
    let endpoints = [
        ("", "it is no URI"),
        ("localhost:4317", "neither http nor https"),
        ("/v1/traces", "neither http nor https"),
        ("ftp://collector/", "neither http nor https"),
        ("http://", "it is no URI"),
        ("http://:4317", "it has no host"),
        ("http://me:secret@collector/", "credentials"),
        ("http://collector:99999/ secret", "it is no URI"),
    ];
    for exporter in EXPORTERS {
        for (endpoint, reason) in endpoints {
            let error = refused(&Scene::tracing(exporter, endpoint, millis(50)));
            let text = error.to_string();
            assert!(
                text.starts_with("tracing.endpoint: "),
                "{endpoint:?}: {text}"
            );
            assert!(text.contains(reason), "{endpoint:?}: {text}");
            assert!(!text.contains("secret"), "{text}");
        }
    }
}

#[test]
fn a_header_that_cannot_be_sent_is_refused_and_its_value_is_not_told() {
    for exporter in EXPORTERS {
        for (name, value) in [
            ("x api", "secret"),
            ("", "secret"),
            ("x-key", "secret\nsecret"),
        ] {
            let config = Tracing {
                headers: BTreeMap::from([(name.to_owned(), value.to_owned())]),
                ..Scene::tracing(exporter, "http://collector/", millis(50))
            };
            let error = refused(&config);
            assert!(matches!(error, ExportError::Header { .. }), "{error}");
            let text = format!("{error} {error:?}");
            assert!(
                text.starts_with(&format!("tracing.headers.{name}: ")),
                "{text}"
            );
            assert!(!text.contains("secret"), "{text}");
        }
    }
}

#[test]
fn a_share_that_is_none_is_refused() {
    for ratio in [-0.1, 1.1, f64::NAN, f64::INFINITY] {
        let config = Tracing {
            ratio,
            ..Scene::tracing(TraceExporter::Stdout, "", millis(50))
        };
        assert!(refused(&config).to_string().starts_with("tracing.ratio: "));
    }
}

#[test]
fn metrics_are_refused_by_their_own_fields() {
    let scene = Scene::new();
    let health = scene.health(Signal::Metrics);
    let said = |otlp: &OtlpMetrics, config: &Metrics| {
        let made = export::metrics(otlp, config, Scene::resource(), &health, scene.runtime());
        made.expect_err("a configuration that is refused")
            .to_string()
    };
    for protocol in [OtlpProtocol::Grpc, OtlpProtocol::Http] {
        let otlp = OtlpMetrics {
            protocol,
            endpoint: Some("collector".into()),
            ..OtlpMetrics::default()
        };
        let text = said(&otlp, &Metrics::default());
        assert!(text.starts_with("metrics.otlp.endpoint: "), "{text}");
        let otlp = OtlpMetrics {
            protocol,
            headers: BTreeMap::from([("a b".into(), "secret".into())]),
            ..OtlpMetrics::default()
        };
        let text = said(&otlp, &Metrics::default());
        assert!(text.starts_with("metrics.otlp.headers.a b: "), "{text}");
    }
    let config = Metrics {
        prefix: Some("9".into()),
        ..Metrics::default()
    };
    let text = said(&OtlpMetrics::default(), &config);
    assert!(text.starts_with("metrics.prefix: prefix \"9\""), "{text}");
}

#[test]
fn nowhere_is_no_provider() {
    let scene = Scene::new();
    let health = scene.health(Signal::Traces);
    let config = Tracing::default();
    let provider = export::spans(
        &config,
        Scene::resource(),
        Some(&health),
        scene.runtime(),
        Vec::new(),
    );
    assert!(provider.expect("a good configuration").is_none());
}
