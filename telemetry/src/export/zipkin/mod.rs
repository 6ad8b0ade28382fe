//! Spans for Zipkin: `POST /api/v2/spans`.
//!
//! The mapping is the OpenTelemetry specification's, "OpenTelemetry to Zipkin Transformation". It has none for links, for the
//! trace's state and for a resource but its service's name, so these are not sent.

mod endpoint;
mod span;

use std::sync::Arc;

use opentelemetry::Key;
use opentelemetry_sdk::{Resource, trace::SpanData};
use tokio::runtime::Handle;

use self::{endpoint::Endpoint, span::Span};
use super::{
    ExportError, attempts::attempts, courier::Courier, exporter::Deliver, failure::Failure,
    post::Post,
};
use crate::config::Tracing;

/// Sends spans to Zipkin.
#[derive(Debug)]
pub(crate) struct Zipkin {
    post: Arc<Post>,
    local: Endpoint,
}

// === impl Zipkin ===

impl Zipkin {
    pub(crate) fn new(
        config: &Tracing,
        resource: &Resource,
        runtime: &Handle,
    ) -> Result<Self, ExportError> {
        let to = config.endpoint.as_deref();
        let to = (to.unwrap_or("http://localhost:9411"), "/api/v2/spans");
        let headers = ("tracing.headers", &config.headers);
        let post = Post::new("tracing.endpoint", to, headers, "application/json", runtime)?;
        let name = resource.get(&Key::from_static_str("service.name"));
        let name = name.map_or_else(|| "unknown_service".into(), |name| name.to_string());
        Ok(Self {
            post: Arc::new(post),
            local: Endpoint::service(name),
        })
    }
}

impl Deliver for Zipkin {
    fn deliver(&self, batch: Vec<SpanData>, courier: &Courier) -> Result<(), Failure> {
        let spans: Vec<_> = batch
            .iter()
            .map(|span| Span::new(span, &self.local))
            .collect();
        let body = serde_json::to_vec(&spans).map_err(std::io::Error::from)?;
        let body = bytes::Bytes::from(body);
        let (post, time) = (Arc::clone(&self.post), courier.timeout());
        let result = courier.run(async move {
            // What it answers besides its status is nothing.
            attempts(time, || post.send(body.clone())).await.map(drop)
        });
        if let Err(Failure::TimedOut(_) | Failure::Transport(_)) = result {
            self.post.renew();
        }
        result
    }

    fn place(&self) -> Option<String> {
        Some(self.post.place())
    }
}
