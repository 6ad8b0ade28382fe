//! Where the receiver passes on to: a server that keeps each span.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use bartizan_tests::server::Server;
use opentelemetry_proto::tonic::{
    collector::trace::v1::{
        ExportTraceServiceRequest, ExportTraceServiceResponse,
        trace_service_server::{TraceService, TraceServiceServer},
    },
    common::v1::{KeyValue, any_value::Value},
    trace::v1::Span,
};
use tonic::{Request, Response, Status, codec::CompressionEncoding, transport};

/// What was passed on.
#[derive(Clone, Debug, Default)]
pub(crate) struct Collector(Arc<Mutex<Vec<Received>>>);

/// A span, and whose it is.
#[derive(Clone, Debug)]
pub(crate) struct Received {
    /// The `service.name` of its resource.
    pub(crate) service: Value,
    /// The scope it was made in.
    pub(crate) scope: String,
    pub(crate) span: Span,
}

// === impl Collector ===

impl Collector {
    pub(crate) async fn serve(&self) -> Server {
        // Rotel compresses, whatever it is told.
        let service = TraceServiceServer::new(self.clone());
        let service = service.accept_compressed(CompressionEncoding::Gzip);
        Server::tonic(transport::Server::builder().add_service(service)).await
    }

    pub(crate) fn received(&self) -> Vec<Received> {
        self.0.lock().expect("no panic in here").clone()
    }
}

#[tonic::async_trait]
impl TraceService for Collector {
    async fn export(
        &self,
        request: Request<ExportTraceServiceRequest>,
    ) -> Result<Response<ExportTraceServiceResponse>, Status> {
        let mut received = self.0.lock().expect("no panic in here");
        for of_resource in request.into_inner().resource_spans {
            let resource = of_resource.resource.unwrap_or_default();
            let service = attributes(&resource.attributes).remove("service.name");
            let service = service.ok_or_else(|| Status::invalid_argument("whose spans?"))?;
            for of_scope in of_resource.scope_spans {
                let scope = of_scope.scope.unwrap_or_default().name;
                received.extend(of_scope.spans.into_iter().map(|span| Received {
                    service: service.clone(),
                    scope: scope.clone(),
                    span,
                }));
            }
        }
        Ok(Response::new(ExportTraceServiceResponse::default()))
    }
}

/// Attributes by their keys.
pub(crate) fn attributes(pairs: &[KeyValue]) -> BTreeMap<&str, Value> {
    let told = |pair: &KeyValue| pair.value.clone()?.value;
    pairs
        .iter()
        .filter_map(|pair| Some((pair.key.as_str(), told(pair)?)))
        .collect()
}

/// A value of the kind that most attributes are.
pub(crate) fn text(value: &str) -> Value {
    Value::StringValue(value.to_owned())
}
