//! The layers of a server.

use std::{convert::Infallible, sync::Arc};

use bartizan::{
    conn::{ConnHandle, Drain},
    http::HttpMetrics,
    observe::ObserveLayer,
    sse::{DrainLayer, Sse, SseProbeLayer},
};
use bartizan_tests::{AnyBody, BoxError, client::text};
use bytes::Bytes;
use http::{Request, Response};
use http_body::Body;
use http_body_util::BodyExt;
use tower::{Layer, Service, ServiceExt, service_fn, util::BoxCloneSyncService};
use tower_http::{compression::CompressionLayer, timeout::ResponseBodyTimeoutLayer};

use crate::rig::{Between, Last, Setup};

pub(crate) type Boxed<R> = BoxCloneSyncService<Request<R>, Response<AnyBody>, Infallible>;

pub(crate) type Layers = ObserveLayer<((Option<Last>, Sse), Option<HttpMetrics>)>;

/// What goes around the service.
#[derive(Clone)]
pub(crate) struct Stack {
    pub(crate) setup: Arc<Setup>,
    /// Built once: what is built for each connection has routes of its own.
    pub(crate) layer: Layers,
    pub(crate) again: Layers,
    pub(crate) drain: Drain,
}

// === impl Stack ===

impl Stack {
    /// Puts the layers around a service.
    pub(crate) fn wrap<S, R, B>(&self, service: S, connection: Option<ConnHandle>) -> Boxed<R>
    where
        S: Service<Request<R>, Response = Response<B>, Error = Infallible>
            + Clone
            + Send
            + Sync
            + 'static,
        S::Future: Send + 'static,
        B: Body<Data = Bytes, Error: Into<BoxError>> + Send + 'static,
        R: Send + 'static,
    {
        let Self {
            setup,
            layer,
            again,
            drain,
        } = self;
        let mut service: Boxed<R> = boxed(service);
        if setup.probe {
            service = boxed(SseProbeLayer::new().layer(service));
        }
        if let Some(last) = setup.ends {
            let layer = DrainLayer::new(drain);
            let layer = match last {
                Some(last) => layer.last_event(last).expect("an event"),
                None => layer,
            };
            service = boxed(layer.layer(service));
        }
        let always = |_: http::StatusCode, _: http::Version, _: &_, _: &_| true;
        if setup.gzip_inside {
            service = boxed(CompressionLayer::new().compress_when(always).layer(service));
        }
        let observe = |layer: &Layers| match connection.clone() {
            Some(connection) => layer.clone().connection(connection),
            None => layer.clone(),
        };
        service = boxed(observe(layer).layer(service));
        service = match &setup.between {
            Between::Nothing => service,
            Between::Body(change) => {
                let change = Arc::clone(change);
                boxed(service.map_response(move |response| response.map(|body| change(body))))
            }
            Between::Gzip => boxed(CompressionLayer::new().compress_when(always).layer(service)),
            Between::Timeout(after) => boxed(ResponseBodyTimeoutLayer::new(*after).layer(service)),
            Between::Race(lost) => {
                let lost = Arc::clone(lost);
                boxed(service_fn(move |request| {
                    let (service, lost) = (service.clone(), Arc::clone(&lost));
                    async move {
                        tokio::select! {
                            answer = service.oneshot(request) => answer,
                            () = lost.notified() => Ok(Response::new(text("late"))),
                        }
                    }
                }))
            }
            Between::Again => boxed(observe(again).layer(service)),
        };
        if setup.guard {
            service = boxed(ObserveLayer::new(()).layer(service));
        }
        service
    }
}

fn boxed<S, R, B>(service: S) -> Boxed<R>
where
    S: Service<Request<R>, Response = Response<B>, Error = Infallible>
        + Clone
        + Send
        + Sync
        + 'static,
    S::Future: Send + 'static,
    B: Body<Data = Bytes, Error: Into<BoxError>> + Send + 'static,
    R: 'static,
{
    let any = |response: Response<B>| response.map(|body| body.map_err(Into::into).boxed_unsync());
    BoxCloneSyncService::new(service.map_response(any))
}
