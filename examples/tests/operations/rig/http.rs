//! A client.

use std::time::Duration;

use axum::body::Body;
use http::{Method, Request, StatusCode, header};
use http_body_util::BodyExt;
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use serde_json::Value;
use tokio::time::timeout;

type Error = Box<dyn std::error::Error + Send + Sync>;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// A client of whatever listens on the loopback.
#[derive(Clone, Debug)]
pub(crate) struct Http(Client<HttpConnector, Body>);

// === impl Http ===

impl Http {
    pub(crate) fn new() -> Self {
        Self(Client::builder(TokioExecutor::new()).build_http())
    }

    /// An answer's status and text.
    pub(crate) async fn send(
        &self,
        method: Method,
        uri: &str,
        body: String,
    ) -> Result<(StatusCode, String), Error> {
        let request = Request::builder()
            .method(method)
            .uri(uri)
            .header(header::CONTENT_TYPE, "application/json")
            .body(Body::from(body))?;
        let answer = async {
            let response = self.0.request(request).await?;
            let status = response.status();
            let body = response.into_body().collect().await?.to_bytes();
            Ok((status, String::from_utf8(body.to_vec())?))
        };
        timeout(PATIENCE, answer).await?
    }

    /// The text of an answer that is a success.
    pub(crate) async fn get(&self, uri: &str) -> Result<String, Error> {
        let (status, text) = self.send(Method::GET, uri, String::new()).await?;
        if status.is_success() {
            Ok(text)
        } else {
            Err(format!("{uri}: {status}: {text}").into())
        }
    }

    /// What an answer says in JSON.
    pub(crate) async fn json(&self, uri: &str) -> Result<Value, Error> {
        Ok(serde_json::from_str(&self.get(uri).await?)?)
    }
}
