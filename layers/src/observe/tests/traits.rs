//! What the public types are, so that a change of it is seen.

use crate::{
    http::{HttpMetrics, HttpMetricsLayer},
    observe::{Counted, CountedInPlace, Observe, ObservedBody, ObservedFuture, Untouched},
    route::{RouteLayer, RouteService, RouteSlot, RouteSources},
};

fn shared<T: Clone + Send + Sync + Unpin + 'static>() {}
fn sent<T: Send + Sync + Unpin + 'static>() {}

#[test]
fn layers_and_services_are_shared_and_bodies_are_sent() {
    shared::<HttpMetricsLayer>();
    shared::<HttpMetrics>();
    shared::<Observe<(), HttpMetrics, Untouched>>();
    shared::<Observe<(), (HttpMetrics, Option<HttpMetrics>), Counted>>();
    shared::<Observe<(), (), CountedInPlace>>();
    shared::<RouteLayer>();
    shared::<RouteService<()>>();
    shared::<RouteSources>();
    shared::<RouteSlot>();
    sent::<ObservedBody<(), HttpMetrics>>();
    sent::<ObservedFuture<(), (HttpMetrics, HttpMetrics)>>();
}
