//! A service with a recorder of its own, what it is sent, and what it answers.

use std::convert::Infallible;

use bytes::Bytes;
use http::{HeaderMap, Request, Response, StatusCode};
use http_body::Body;
use http_body_util::{BodyExt, Full};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use tower::ServiceExt;

use crate::{
    catalog,
    meter::{Meter, Naming},
    vitals::{VitalsBody, WebVitals, WebVitalsBuilder},
};

/// A service, and what its recorder shows.
pub(super) struct Site {
    pub(super) service: WebVitals,
    exporter: PrometheusHandle,
}

/// An answer that was read.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: String,
}

/// A report that is as it should be.
pub(super) const REPORT: &str =
    r#"{"name":"LCP","value":2500,"id":"v5-1","page":"/p","navigationType":"navigate"}"#;

// === impl Site ===

impl Site {
    /// Without options.
    pub(super) fn new() -> Self {
        Self::with(|builder| builder)
    }

    pub(super) fn with(options: impl FnOnce(WebVitalsBuilder) -> WebVitalsBuilder) -> Self {
        let mut builder = PrometheusBuilder::new();
        for (name, edges) in catalog::buckets(&Naming::prometheus()) {
            builder = builder
                .set_buckets_for_metric(Matcher::Full(name), edges)
                .expect("edges");
        }
        let recorder = builder.build_recorder();
        let exporter = recorder.handle();
        let meter = Meter::builder().recorder(recorder);
        let vitals = WebVitals::builder().meter(meter.build().expect("a meter"));
        Self {
            service: options(vitals).build().expect("options"),
            exporter,
        }
    }

    pub(super) async fn send<B: Body>(&self, request: Request<B>) -> Answer {
        let answer: Result<_, Infallible> = self.service.clone().oneshot(request).await;
        let Ok(response) = answer;
        read(response).await
    }

    /// Posts a body as a page of the same origin does, and returns the status.
    pub(super) async fn post(&self, body: impl Into<Bytes>) -> u16 {
        self.send(post(body)).await.status.as_u16()
    }

    pub(super) fn scrape(&self) -> String {
        self.exporter.run_upkeep();
        self.exporter.render()
    }

    /// The value of a series that is written so; 0 if there is none.
    pub(super) fn value(&self, series: &str) -> f64 {
        let scrape = self.scrape();
        let line = scrape.lines().find_map(|line| line.strip_prefix(series));
        line.map_or(0.0, |value| value.trim().parse().expect("a number"))
    }

    pub(super) fn rejected(&self, reason: &str) -> f64 {
        self.value(&format!(
            "browser_web_vital_rejected_total{{reason=\"{reason}\"}}"
        ))
    }

    /// How many reports were recorded.
    pub(super) fn recorded(&self) -> f64 {
        let scrape = self.scrape();
        let reports = scrape
            .lines()
            .filter(|line| line.starts_with("browser_web_vital_reports_total{"));
        reports
            .filter_map(|line| line.rsplit(' ').next()?.parse::<f64>().ok())
            .sum()
    }

    /// How many lines of samples the scrape has.
    pub(super) fn series(&self) -> usize {
        let scrape = self.scrape();
        scrape
            .lines()
            .filter(|line| !line.is_empty() && !line.starts_with('#'))
            .count()
    }
}

/// A POST of a page of the same origin.
pub(super) fn post(body: impl Into<Bytes>) -> Request<Full<Bytes>> {
    Request::post("/api/metrics/web-vitals")
        .header("host", "shop.example")
        .header("origin", "https://shop.example")
        .header("content-type", "text/plain;charset=UTF-8")
        .body(Full::new(body.into()))
        .expect("a request")
}

async fn read(response: Response<VitalsBody>) -> Answer {
    let (head, body) = response.into_parts();
    let hint = body.size_hint().exact();
    let Ok(body) = body.collect().await;
    let body = body.to_bytes();
    assert_eq!(hint, Some(body.len() as u64));
    Answer {
        status: head.status,
        headers: head.headers,
        body: String::from_utf8(body.into()).expect("text"),
    }
}

impl Answer {
    pub(super) fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name);
        value.map_or("", |value| value.to_str().expect("ASCII"))
    }
}
