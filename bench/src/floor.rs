//! What the same metrics cost when they are written by hand for one service: two clock reads, a
//! counter, a gauge and two histograms through handles that are kept by route, method and status.

use std::{
    future::Future,
    pin::Pin,
    sync::{Arc, OnceLock},
    task::{Context, Poll, ready},
    time::Instant,
};

use bytes::Buf;
use http::{Method, Request, Response};
use http_body::{Body, Frame, SizeHint};
use metrics::{Counter, Gauge, Histogram};
use pin_project_lite::pin_project;
use route_canon::Table;
use tower_layer::Layer;
use tower_service::Service;

/// How many keys the map may hold.
const SLOTS: usize = 64;

/// Makes [`Floor`].
#[derive(Clone, Debug)]
pub struct FloorLayer(Arc<Shared>);

/// The service.
#[derive(Clone, Debug)]
pub struct Floor<S> {
    inner: S,
    shared: Arc<Shared>,
}

pin_project! {
    /// Its future.
    #[derive(Debug)]
    pub struct FloorFuture<F> {
        #[pin]
        inner: F,
        exchange: Option<Exchange>,
    }
}

pin_project! {
    /// Its body.
    #[derive(Debug)]
    pub struct FloorBody<B> {
        #[pin]
        inner: B,
        exchange: Exchange,
    }
}

#[derive(Debug)]
struct Shared {
    table: Table,
    active: Gauge,
    series: [OnceLock<(u32, Series)>; SLOTS],
}

#[derive(Debug)]
struct Series {
    requests: Counter,
    duration: Histogram,
    size: Histogram,
}

#[derive(Debug)]
struct Exchange {
    shared: Arc<Shared>,
    started: Instant,
    key: u32,
    sent: u64,
}

// === impl FloorLayer ===

impl FloorLayer {
    pub fn new(table: Table) -> Self {
        let active = metrics::gauge!("floor_active_requests");
        Self(Arc::new(Shared {
            table,
            active,
            series: [const { OnceLock::new() }; SLOTS],
        }))
    }
}

impl<S> Layer<S> for FloorLayer {
    type Service = Floor<S>;

    fn layer(&self, inner: S) -> Self::Service {
        Floor {
            inner,
            shared: Arc::clone(&self.0),
        }
    }
}

// === impl Floor ===

impl<S, A, B> Service<Request<A>> for Floor<S>
where
    S: Service<Request<A>, Response = Response<B>>,
    B: Body,
{
    type Response = Response<FloorBody<B>>;
    type Error = S::Error;
    type Future = FloorFuture<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<A>) -> Self::Future {
        let exchange = Exchange::start(&self.shared, &request);
        FloorFuture {
            inner: self.inner.call(request),
            exchange: Some(exchange),
        }
    }
}

// === impl FloorFuture ===

impl<F, B, E> Future for FloorFuture<F>
where
    F: Future<Output = Result<Response<B>, E>>,
    B: Body,
{
    type Output = Result<Response<FloorBody<B>>, E>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let response = ready!(this.inner.poll(cx))?;
        let mut exchange = this
            .exchange
            .take()
            .expect("polled once after it was ready");
        exchange.key |= u32::from(response.status().as_u16());
        Poll::Ready(Ok(response.map(|inner| FloorBody { inner, exchange })))
    }
}

// === impl FloorBody ===

impl<B: Body> Body for FloorBody<B> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        let this = self.project();
        let frame = ready!(this.inner.poll_frame(cx));
        if let Some(Ok(frame)) = &frame
            && let Some(data) = frame.data_ref()
        {
            this.exchange.sent += data.remaining() as u64;
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

// === impl Exchange ===

impl Exchange {
    fn start<A>(shared: &Arc<Shared>, request: &Request<A>) -> Self {
        let started = Instant::now();
        let method = match *request.method() {
            Method::GET => 1,
            Method::POST => 2,
            Method::PUT => 3,
            Method::DELETE => 4,
            _ => 0,
        };
        let route = shared
            .table
            .find(request.uri().path())
            .map_or(0, |index| index as u32 + 1);
        shared.active.increment(1.0);
        Self {
            shared: Arc::clone(shared),
            started,
            key: route << 16 | method << 12,
            sent: 0,
        }
    }
}

impl Drop for Exchange {
    fn drop(&mut self) {
        self.shared.active.decrement(1.0);
        let Some(series) = self.shared.series(self.key) else {
            return;
        };
        series.requests.increment(1);
        series.duration.record(self.started.elapsed().as_secs_f64());
        series.size.record(self.sent as f64);
    }
}

// === impl Shared ===

impl Shared {
    fn series(&self, key: u32) -> Option<&Series> {
        let start = key.wrapping_mul(0x9E37_79B9) >> 26;
        for step in 0..SLOTS {
            let slot = &self.series[(start as usize + step) % SLOTS];
            let (occupant, series) = slot.get_or_init(|| (key, Series::register(key)));
            if *occupant == key {
                return Some(series);
            }
        }
        None
    }
}

// === impl Series ===

impl Series {
    #[cold]
    fn register(key: u32) -> Self {
        let labels = [
            ("route", (key >> 16).to_string()),
            ("method", (key >> 12 & 0xF).to_string()),
            ("status", (key & 0xFFF).to_string()),
        ];
        Self {
            requests: metrics::counter!("floor_requests_total", &labels),
            duration: metrics::histogram!("floor_request_duration_seconds", &labels),
            size: metrics::histogram!("floor_response_body_size_bytes", &labels),
        }
    }
}
