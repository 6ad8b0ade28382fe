//! OTLP: what is sent, to where, and what the answers say.

mod answer;
mod line;
mod rpc;
mod target;

#[cfg(all(test, feature = "otlp-grpc"))]
pub(crate) use self::rpc::Seconds;
#[cfg(feature = "otlp-grpc")]
pub(crate) use self::rpc::{RetryInfo, RpcDetail};
pub(crate) use self::{
    line::{Line, Wire},
    rpc::RpcStatus,
    target::Target,
};

use std::sync::Arc;

use opentelemetry_proto::{
    tonic::{
        collector::{
            metrics::v1::ExportMetricsServiceRequest, trace::v1::ExportTraceServiceRequest,
        },
        metrics::v1::metric::Data,
    },
    transform::{
        common::tonic::ResourceAttributesWithSchema,
        trace::tonic::group_spans_by_resource_and_scope,
    },
};
use opentelemetry_sdk::{Resource, metrics::data::ResourceMetrics, trace::SpanData};
use prost::Message;

use super::{courier::Courier, exporter::Deliver, failure::Failure};

/// Sends spans.
#[derive(Debug)]
pub(crate) struct Spans {
    line: Arc<Line>,
    resource: ResourceAttributesWithSchema,
}

/// Sends metrics.
#[derive(Debug)]
pub(crate) struct Metrics {
    line: Arc<Line>,
}

// === impl Spans ===

impl Spans {
    pub(crate) fn new(line: Line, resource: &Resource) -> Self {
        Self {
            line: Arc::new(line),
            resource: resource.into(),
        }
    }
}

impl Deliver for Spans {
    fn deliver(&self, batch: Vec<SpanData>, courier: &Courier) -> Result<(), Failure> {
        let request = ExportTraceServiceRequest {
            resource_spans: group_spans_by_resource_and_scope(batch, &self.resource),
        };
        self.line.deliver(request.encode_to_vec().into(), courier)
    }

    fn place(&self) -> Option<String> {
        Some(self.line.place())
    }
}

// === impl Metrics ===

impl Metrics {
    pub(crate) fn new(line: Line) -> Self {
        Self {
            line: Arc::new(line),
        }
    }

    pub(crate) fn deliver(
        &self,
        metrics: &ResourceMetrics,
        courier: &Courier,
    ) -> Result<(), Failure> {
        let mut request = ExportMetricsServiceRequest::from(metrics);
        bound_only_what_was_recorded(&mut request);
        self.line.deliver(request.encode_to_vec().into(), courier)
    }

    pub(crate) fn place(&self) -> String {
        self.line.place()
    }
}

/// The SDK says the least and the greatest value of a histogram that has none: those of the type.
fn bound_only_what_was_recorded(request: &mut ExportMetricsServiceRequest) {
    let scopes = request.resource_metrics.iter_mut();
    let metrics = scopes
        .flat_map(|resource| &mut resource.scope_metrics)
        .flat_map(|scope| &mut scope.metrics);
    for metric in metrics {
        let Some(Data::Histogram(histogram)) = &mut metric.data else {
            continue;
        };
        for point in histogram
            .data_points
            .iter_mut()
            .filter(|point| point.count == 0)
        {
            point.min = None;
            point.max = None;
        }
    }
}
