//! An honest receiver of OTLP, over gRPC and over HTTP.

use std::{
    collections::VecDeque,
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use axum::{Router, body::Bytes, extract::State, http::HeaderMap, response::IntoResponse};
use http::StatusCode;
use opentelemetry_proto::tonic::{
    collector::{
        metrics::v1::{
            ExportMetricsServiceRequest, ExportMetricsServiceResponse,
            metrics_service_server::{MetricsService, MetricsServiceServer},
        },
        trace::v1::{
            ExportTracePartialSuccess, ExportTraceServiceRequest, ExportTraceServiceResponse,
            trace_service_server::{TraceService, TraceServiceServer},
        },
    },
    metrics::v1::Metric,
    trace::v1::Span,
};
use prost::Message;
use tokio::{net::TcpListener, task::JoinHandle};
use tonic::{Request, Response, Status, service::Routes};

use super::scene::Scene;
use crate::export::courier::now;

/// What a receiver was sent, and how it answers: first by what was planned, then well.
#[derive(Clone, Debug, Default)]
pub(crate) struct Collector(Arc<Mutex<Inner>>);

#[derive(Debug, Default)]
struct Inner {
    headers: Vec<HeaderMap>,
    /// When each request came.
    times: Vec<Instant>,
    spans: Vec<ExportTraceServiceRequest>,
    metrics: Vec<ExportMetricsServiceRequest>,
    bodies: Vec<Bytes>,
    http: VecDeque<(StatusCode, Option<&'static str>, &'static str)>,
    grpc: VecDeque<Status>,
    partial: Option<ExportTracePartialSuccess>,
}

// === impl Collector ===

impl Collector {
    /// Listens for gRPC and HTTP, on one port.
    pub(crate) fn serve(&self, scene: &Scene) -> (SocketAddr, JoinHandle<()>) {
        let http = Router::new()
            .route("/v1/traces", axum::routing::post(Self::http_spans))
            .route("/v1/metrics", axum::routing::post(Self::http_metrics))
            .route("/api/v2/spans", axum::routing::post(Self::http_zipkin))
            .with_state(self.clone());
        let grpc = Routes::new(TraceServiceServer::new(self.clone()))
            .add_service(MetricsServiceServer::new(self.clone()))
            .into_axum_router();
        let listener = scene.run(TcpListener::bind("127.0.0.1:0"));
        let listener = listener.expect("a port");
        let address = listener.local_addr().expect("an address");
        let serve = async move {
            let served = axum::serve(listener, http.fallback_service(grpc)).await;
            served.expect("a server");
        };
        (address, scene.runtime().spawn(serve))
    }

    /// The endpoint for an exporter.
    pub(crate) fn url(&self, scene: &Scene, path: &str) -> String {
        format!("http://{}{path}", self.serve(scene).0)
    }

    pub(crate) fn will_answer(
        &self,
        status: u16,
        retry_after: Option<&'static str>,
        said: &'static str,
    ) {
        let status = StatusCode::from_u16(status).expect("a status");
        self.inner(|inner| inner.http.push_back((status, retry_after, said)));
    }

    pub(crate) fn will_fail(&self, status: Status) {
        self.inner(|inner| inner.grpc.push_back(status));
    }

    pub(crate) fn will_reject(&self, rejected_spans: i64, error_message: &str) {
        let partial = ExportTracePartialSuccess {
            rejected_spans,
            error_message: error_message.into(),
        };
        self.inner(|inner| inner.partial = Some(partial));
    }

    pub(crate) fn requests(&self) -> usize {
        self.inner(|inner| inner.times.len())
    }

    /// The time between the first two requests.
    pub(crate) fn pause(&self) -> Duration {
        self.inner(|inner| inner.times[1] - inner.times[0])
    }

    pub(crate) fn headers(&self) -> Vec<HeaderMap> {
        self.inner(|inner| inner.headers.clone())
    }

    pub(crate) fn span_requests(&self) -> Vec<ExportTraceServiceRequest> {
        self.inner(|inner| inner.spans.clone())
    }

    pub(crate) fn metric_requests(&self) -> Vec<ExportMetricsServiceRequest> {
        self.inner(|inner| inner.metrics.clone())
    }

    pub(crate) fn bodies(&self) -> Vec<Bytes> {
        self.inner(|inner| inner.bodies.clone())
    }

    pub(crate) fn spans(&self) -> Vec<Span> {
        let requests = self.span_requests().into_iter();
        let resources = requests.flat_map(|request| request.resource_spans);
        let scopes = resources.flat_map(|resource| resource.scope_spans);
        scopes.flat_map(|scope| scope.spans).collect()
    }

    /// The metrics of the last push.
    pub(crate) fn metrics(&self) -> Vec<Metric> {
        let last = self.metric_requests().pop().expect("a push");
        let scopes = last.resource_metrics.into_iter();
        let scopes = scopes.flat_map(|resource| resource.scope_metrics);
        scopes.flat_map(|scope| scope.metrics).collect()
    }

    fn inner<T>(&self, look: impl FnOnce(&mut Inner) -> T) -> T {
        look(&mut self.0.lock().expect("no panic in here"))
    }

    /// A request came: is it to be refused?
    fn arrived(&self, headers: &HeaderMap) {
        self.inner(|inner| {
            inner.headers.push(headers.clone());
            inner.times.push(now());
        });
    }

    fn refuse(&self) -> Option<axum::response::Response> {
        let (status, retry_after, said) = self.inner(|inner| inner.http.pop_front())?;
        let mut response = (status, said).into_response();
        if let Some(retry_after) = retry_after {
            let retry_after = retry_after.parse().expect("a header");
            response.headers_mut().insert("retry-after", retry_after);
        }
        Some(response)
    }

    async fn http_spans(
        State(collector): State<Self>,
        headers: HeaderMap,
        body: Bytes,
    ) -> axum::response::Response {
        collector.arrived(&headers);
        if let Some(refused) = collector.refuse() {
            return refused;
        }
        let request = ExportTraceServiceRequest::decode(body).expect("a request");
        let partial_success = collector.inner(|inner| {
            inner.spans.push(request);
            inner.partial.take()
        });
        let answer = ExportTraceServiceResponse { partial_success };
        answer.encode_to_vec().into_response()
    }

    async fn http_metrics(
        State(collector): State<Self>,
        headers: HeaderMap,
        body: Bytes,
    ) -> axum::response::Response {
        collector.arrived(&headers);
        if let Some(refused) = collector.refuse() {
            return refused;
        }
        let request = ExportMetricsServiceRequest::decode(body).expect("a request");
        collector.inner(|inner| inner.metrics.push(request));
        ().into_response()
    }

    async fn http_zipkin(
        State(collector): State<Self>,
        headers: HeaderMap,
        body: Bytes,
    ) -> axum::response::Response {
        collector.arrived(&headers);
        if let Some(refused) = collector.refuse() {
            return refused;
        }
        collector.inner(|inner| inner.bodies.push(body));
        StatusCode::ACCEPTED.into_response()
    }
}

#[tonic::async_trait]
impl TraceService for Collector {
    async fn export(
        &self,
        request: Request<ExportTraceServiceRequest>,
    ) -> Result<Response<ExportTraceServiceResponse>, Status> {
        self.arrived(&request.metadata().clone().into_headers());
        if let Some(status) = self.inner(|inner| inner.grpc.pop_front()) {
            return Err(status);
        }
        let partial_success = self.inner(|inner| {
            inner.spans.push(request.into_inner());
            inner.partial.take()
        });
        Ok(Response::new(ExportTraceServiceResponse {
            partial_success,
        }))
    }
}

#[tonic::async_trait]
impl MetricsService for Collector {
    async fn export(
        &self,
        request: Request<ExportMetricsServiceRequest>,
    ) -> Result<Response<ExportMetricsServiceResponse>, Status> {
        self.arrived(&request.metadata().clone().into_headers());
        self.inner(|inner| inner.metrics.push(request.into_inner()));
        Ok(Response::new(ExportMetricsServiceResponse::default()))
    }
}
