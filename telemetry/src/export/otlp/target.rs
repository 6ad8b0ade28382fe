//! Where OTLP is sent.

use std::collections::BTreeMap;

use tokio::runtime::Handle;

use super::{Line, Wire};
use crate::{
    config::{OtlpMetrics, Tracing},
    export::ExportError,
};

/// Where OTLP is sent, as a section of the configuration says.
#[derive(Debug)]
pub(crate) struct Target<'a> {
    endpoint: (&'static str, Option<&'a str>),
    headers: (&'static str, &'a BTreeMap<String, String>),
    #[cfg_attr(
        not(feature = "otlp-grpc"),
        expect(dead_code, reason = "a method of gRPC")
    )]
    method: &'static str,
    #[cfg_attr(
        not(feature = "otlp-http"),
        expect(dead_code, reason = "a path of HTTP")
    )]
    path: &'static str,
}

// === impl Target ===

impl<'a> Target<'a> {
    pub(crate) fn spans(config: &'a Tracing) -> Self {
        Self {
            endpoint: ("tracing.endpoint", config.endpoint.as_deref()),
            headers: ("tracing.headers", &config.headers),
            method: "/opentelemetry.proto.collector.trace.v1.TraceService/Export",
            path: "/v1/traces",
        }
    }

    pub(crate) fn metrics(config: &'a OtlpMetrics) -> Self {
        Self {
            endpoint: ("metrics.otlp.endpoint", config.endpoint.as_deref()),
            headers: ("metrics.otlp.headers", &config.headers),
            method: "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export",
            path: "/v1/metrics",
        }
    }

    #[cfg(feature = "otlp-grpc")]
    pub(crate) fn grpc(self, runtime: &Handle) -> Result<Line, ExportError> {
        let (field, to) = self.endpoint;
        let to = to.unwrap_or("http://localhost:4317");
        let grpc = crate::export::grpc::Grpc::new(field, to, self.headers, runtime)?;
        Ok(Line::new(Wire::Grpc(grpc, self.method)))
    }

    #[cfg(feature = "otlp-http")]
    pub(crate) fn http(self, runtime: &Handle) -> Result<Line, ExportError> {
        let (field, to) = self.endpoint;
        let to = (to.unwrap_or("http://localhost:4318"), self.path);
        let content_type = "application/x-protobuf";
        let post = crate::export::post::Post::new(field, to, self.headers, content_type, runtime)?;
        Ok(Line::new(Wire::Http(post)))
    }
}
