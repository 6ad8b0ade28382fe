//! A recorder of its own for each test, and what its scrape says.

use std::{
    collections::VecDeque,
    future::ready,
    pin::{Pin, pin},
    task::{Context, Poll, Waker},
};

use bytes::Bytes;
use http::{Request, Response};
use http_body::{Body, Frame};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use tower::{Service, service_fn};
use tower_layer::Layer;

use crate::{
    catalog,
    http::{HttpMetrics, HttpMetricsBuilder, HttpMetricsLayer},
    meter::{Meter, MeterBuilder, Naming},
    observe::ObserveLayer,
    route::RouteSources,
};

/// A layer, and the exporter that it records to.
pub(super) struct Rig {
    pub(super) layer: HttpMetricsLayer,
    exporter: PrometheusHandle,
}

/// A body of these frames.
#[derive(Debug, Default)]
pub(super) struct Chunks(VecDeque<Result<&'static str, Error>>, bool);

pub(super) type Error = Box<dyn std::error::Error + Send + Sync>;
pub(super) type Reply = Result<Response<Chunks>, Error>;

/// A recorder with the catalogue's buckets.
pub(super) fn recorder(naming: &Naming) -> (MeterBuilder, PrometheusHandle) {
    let builder =
        catalog::buckets(naming).fold(PrometheusBuilder::new(), |builder, (name, edges)| {
            builder
                .set_buckets_for_metric(Matcher::Full(name), edges)
                .expect("edges")
        });
    let recorder = builder.build_recorder();
    let exporter = recorder.handle();
    (
        Meter::builder().recorder(recorder).naming(naming.clone()),
        exporter,
    )
}

pub(super) fn get(path: &str) -> Request<()> {
    Request::builder().uri(path).body(()).expect("a request")
}

/// A response with this text in a body of one frame.
pub(super) fn ok(text: &'static str) -> Response<Chunks> {
    Response::new(Chunks::of([text]))
}

// === impl Rig ===

impl Rig {
    pub(super) fn new() -> Self {
        Self::with(|options| options)
    }

    pub(super) fn with(options: impl FnOnce(HttpMetricsBuilder) -> HttpMetricsBuilder) -> Self {
        let (meter, exporter) = recorder(&Naming::prometheus());
        Self::of(meter.build().expect("a meter"), exporter, options)
    }

    pub(super) fn of(
        meter: Meter,
        exporter: PrometheusHandle,
        options: impl FnOnce(HttpMetricsBuilder) -> HttpMetricsBuilder,
    ) -> Self {
        let metrics = options(HttpMetrics::builder().meter(meter))
            .build()
            .expect("metrics");
        let routes = RouteSources::new()
            .table(["/users/{id}", "/health"])
            .expect("a table");
        Self {
            layer: ObserveLayer::new(metrics).routes(routes),
            exporter,
        }
    }

    /// Another layer with the same exporter.
    pub(super) fn around(layer: HttpMetricsLayer, exporter: PrometheusHandle) -> Self {
        Self { layer, exporter }
    }

    /// The same with a changed layer; this one stays.
    pub(super) fn map(&self, change: impl FnOnce(HttpMetricsLayer) -> HttpMetricsLayer) -> Self {
        Self::around(change(self.layer.clone()), self.exporter.clone())
    }

    /// One exchange, whose body is polled until it ends or waits.
    pub(super) fn exchange(&self, request: Request<()>, reply: impl FnOnce() -> Reply) {
        let mut reply = Some(reply);
        let mut service = self.layer.layer(service_fn(move |_: Request<()>| {
            ready(reply.take().expect("one request")())
        }));
        let mut context = Context::from_waker(Waker::noop());
        let Poll::Ready(Ok(response)) = pin!(service.call(request)).poll(&mut context) else {
            return;
        };
        let mut body = pin!(response.into_body());
        while let Poll::Ready(Some(Ok(_))) = body.as_mut().poll_frame(&mut context) {}
    }

    /// The lines of the scrape that begin so, without those of buckets.
    pub(super) fn lines(&self, start: &str) -> Vec<String> {
        let scrape = self.exporter.render();
        let mut lines: Vec<_> = scrape
            .lines()
            .filter(|line| line.starts_with(start) && !line.contains("_bucket{"))
            .map(str::to_owned)
            .collect();
        lines.sort();
        lines
    }

    pub(super) fn scrape(&self) -> String {
        self.exporter.render()
    }
}

// === impl Chunks ===

impl Chunks {
    pub(super) fn of<const N: usize>(frames: [&'static str; N]) -> Self {
        Self(frames.into_iter().map(Ok).collect(), false)
    }

    /// These frames, and then none for ever.
    pub(super) fn endless<const N: usize>(frames: [&'static str; N]) -> Self {
        Self(frames.into_iter().map(Ok).collect(), true)
    }

    pub(super) fn fail(mut self) -> Self {
        self.0.push_back(Err("the body failed".into()));
        self
    }
}

impl Body for Chunks {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        match self.0.pop_front() {
            Some(frame) => Poll::Ready(Some(
                frame.map(|text| Frame::data(Bytes::from_static(text.as_bytes()))),
            )),
            None if self.1 => Poll::Pending,
            None => Poll::Ready(None),
        }
    }
}
