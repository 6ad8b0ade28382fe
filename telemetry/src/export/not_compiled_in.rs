//! What is asked for and was not compiled in.
//!
//! `cargo test -p bartizan-telemetry --no-default-features` runs it, and `--features otlp-http` besides.

use bartizan::meter::Meter;
use opentelemetry_sdk::Resource;
use tokio::runtime::Builder;

use super::{ExportError, spans};
use crate::{
    config::Tracing,
    health::{Health, Signal},
};

fn refused(config: &Tracing) -> ExportError {
    let runtime = Builder::new_current_thread().build().expect("a runtime");
    let health = Health::new(&Meter::new(), Signal::Traces);
    let resource = Resource::builder_empty().build();
    spans(config, resource, &health, runtime.handle()).expect_err("it is not there")
}

#[cfg(not(any(feature = "otlp-grpc", feature = "otlp-http", feature = "zipkin")))]
#[test]
fn an_exporter_of_spans_is_refused_and_its_feature_is_named() {
    use crate::config::TraceExporter;

    let exporters = [
        (TraceExporter::OtlpGrpc, "otlp-grpc"),
        (TraceExporter::OtlpHttp, "otlp-http"),
        (TraceExporter::Zipkin, "zipkin"),
    ];
    for (exporter, feature) in exporters {
        let config = Tracing {
            exporter,
            ..Tracing::default()
        };
        let expected = ExportError::NotCompiledIn {
            field: "tracing.exporter",
            asked: match feature {
                "otlp-grpc" => "`otlp-grpc`",
                "otlp-http" => "`otlp-http`",
                _ => "`zipkin`",
            },
            feature,
        };
        let error = refused(&config);
        assert_eq!(error, expected);
        assert!(
            error
                .to_string()
                .contains(&format!("the feature `{feature}` of"))
        );
    }
}

#[cfg(not(any(feature = "otlp-grpc", feature = "otlp-http")))]
#[test]
fn an_exporter_of_metrics_is_refused_and_its_feature_is_named() {
    use crate::config::{Metrics, OtlpMetrics, OtlpProtocol};

    let runtime = Builder::new_current_thread().build().expect("a runtime");
    let health = Health::new(&Meter::new(), Signal::Metrics);
    for (protocol, feature) in [
        (OtlpProtocol::Grpc, "otlp-grpc"),
        (OtlpProtocol::Http, "otlp-http"),
    ] {
        let otlp = OtlpMetrics {
            protocol,
            ..OtlpMetrics::default()
        };
        let resource = Resource::builder_empty().build();
        let made = super::metrics(
            &otlp,
            &Metrics::default(),
            resource,
            &health,
            runtime.handle(),
        );
        let text = made.expect_err("it is not there").to_string();
        assert!(text.starts_with("metrics.otlp.protocol: "), "{text}");
        assert!(
            text.contains(&format!("the feature `{feature}` of")),
            "{text}"
        );
    }
}

#[cfg(all(feature = "otlp-http", not(feature = "tls")))]
#[test]
fn an_endpoint_of_https_is_refused_and_its_feature_is_named() {
    let config = Tracing {
        exporter: crate::config::TraceExporter::OtlpHttp,
        endpoint: Some("https://collector/v1/traces".into()),
        ..Tracing::default()
    };
    let text = refused(&config).to_string();
    assert!(text.starts_with("tracing.endpoint: "), "{text}");
    assert!(text.contains("the feature `tls` of"), "{text}");
}

#[test]
fn a_share_is_looked_at_first() {
    let config = Tracing {
        ratio: 2.0,
        ..Tracing::default()
    };
    assert_eq!(refused(&config), ExportError::Ratio { given: 2.0 });
}
