//! What a stack is made of.

use super::StackLayer;
#[cfg(feature = "grpc")]
use crate::grpc::Grpc;
#[cfg(feature = "http")]
use crate::http::HttpMetrics;
#[cfg(feature = "log")]
use crate::log::Log;
#[cfg(feature = "_metrics")]
use crate::meter::Meter;
#[cfg(feature = "trace")]
use crate::span::Span;
#[cfg(feature = "sse")]
use crate::sse::Sse;
use crate::{observe::ObserveLayer, route::RouteSources};

/// The parts of a stack; each is there by default, if its feature is on.
///
/// Each takes an observer, or `None` to leave it out; an `Option` switches it at run time.
#[derive(Clone, Debug, Default)]
#[must_use = "nothing is made until `build`"]
pub struct StackBuilder {
    routes: RouteSources,
    #[cfg(feature = "_metrics")]
    meter: Meter,
    #[cfg(feature = "trace")]
    span: Part<Span>,
    #[cfg(feature = "log")]
    log: Part<Log>,
    #[cfg(feature = "http")]
    http: Part<HttpMetrics>,
    #[cfg(feature = "grpc")]
    grpc: Part<Grpc>,
    #[cfg(feature = "sse")]
    sse: Part<Sse>,
}

/// What was said of a part.
#[derive(Clone, Debug, Default)]
enum Part<O> {
    /// Nothing: it has its defaults.
    #[default]
    Default,
    Given(Option<O>),
}

// === impl StackBuilder ===

impl StackBuilder {
    /// Takes routes from these sources. Beside an observer of gRPC calls, their [methods](RouteSources::grpc) are
    /// routes too, and those that it declares are known from the start, also in spans and lines. To tell the built
    /// layer of [routes](ObserveLayer::routes) replaces all of that.
    pub fn routes(mut self, sources: RouteSources) -> Self {
        self.routes = sources;
        self
    }

    /// Records through `meter` whatever is not given: by default through the global recorder, with
    /// Prometheus names. A part that is given has a meter of its own.
    #[cfg(feature = "_metrics")]
    pub fn meter(mut self, meter: Meter) -> Self {
        self.meter = meter;
        self
    }

    /// Makes spans with these.
    #[cfg(feature = "trace")]
    pub fn span(mut self, span: impl Into<Option<Span>>) -> Self {
        self.span = Part::Given(span.into());
        self
    }

    /// Logs with this.
    #[cfg(feature = "log")]
    pub fn log(mut self, log: impl Into<Option<Log>>) -> Self {
        self.log = Part::Given(log.into());
        self
    }

    /// Measures requests with these.
    #[cfg(feature = "http")]
    pub fn http(mut self, http: impl Into<Option<HttpMetrics>>) -> Self {
        self.http = Part::Given(http.into());
        self
    }

    /// Measures gRPC calls with these.
    #[cfg(feature = "grpc")]
    pub fn grpc(mut self, grpc: impl Into<Option<Grpc>>) -> Self {
        self.grpc = Part::Given(grpc.into());
        self
    }

    /// Observes event streams with this. It finds stalls if someone calls its [`scan`](Sse::scan).
    #[cfg(feature = "sse")]
    pub fn sse(mut self, sse: impl Into<Option<Sse>>) -> Self {
        self.sse = Part::Given(sse.into());
        self
    }

    /// Makes the layer.
    #[must_use]
    pub fn build(self) -> StackLayer {
        #[cfg(feature = "trace")]
        let span = self.span.or(Span::new);
        #[cfg(feature = "log")]
        let log = self.log.or(Log::new);
        #[cfg(feature = "http")]
        let http = self
            .http
            .or(|| HttpMetrics::builder().meter(self.meter.clone()).finish());
        #[cfg(feature = "grpc")]
        let grpc = self
            .grpc
            .or(|| Grpc::builder().meter(self.meter.clone()).finish());
        #[cfg(feature = "sse")]
        let sse = self
            .sse
            .or(|| Sse::builder().meter(self.meter.clone()).finish());

        #[cfg(not(feature = "trace"))]
        let span = ();
        #[cfg(not(feature = "log"))]
        let log = ();
        #[cfg(not(feature = "http"))]
        let http = ();
        #[cfg(not(feature = "grpc"))]
        let grpc = ();
        #[cfg(not(feature = "sse"))]
        let sse = ();

        let routes = self.routes;
        #[cfg(feature = "grpc")]
        let routes = match &grpc {
            Some(grpc) => routes.grpc_of(grpc.declared()),
            None => routes,
        };
        ObserveLayer::new((span, (log, (http, (grpc, sse))))).routes(routes)
    }
}

// === impl Part ===

impl<O> Part<O> {
    fn or(self, default: impl FnOnce() -> O) -> Option<O> {
        match self {
            Self::Default => Some(default()),
            Self::Given(given) => given,
        }
    }
}
