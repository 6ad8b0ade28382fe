//! Everything that this service does to be observed.

use std::time::Duration;

use axum::Router;
use bartizan::{
    catalog,
    http::HttpMetrics,
    meter::Naming,
    observe::ObserveLayer,
    route::{RouteLayer, RouteService},
};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use tokio::time::interval;
use tower::Layer;

use crate::Error;

/// How often the exporter folds the samples of its histograms.
const UPKEEP: Duration = Duration::from_secs(5);

/// Installs the recorder, with the buckets of the catalogue, and a task that keeps it in shape.
pub(crate) fn install() -> Result<PrometheusHandle, Error> {
    let mut builder = PrometheusBuilder::new();
    for (name, edges) in catalog::buckets(&Naming::prometheus()) {
        builder = builder.set_buckets_for_metric(Matcher::Full(name), edges)?;
    }
    let handle = builder.install_recorder()?;
    let upkeep = handle.clone();
    tokio::spawn(async move {
        let mut ticks = interval(UPKEEP);
        loop {
            ticks.tick().await;
            upkeep.run_upkeep();
        }
    });
    Ok(handle)
}

/// Observes every exchange of `router`. The layer that is added last is the outermost one.
pub(crate) fn observe(router: Router) -> Result<Router, Error> {
    let metrics = HttpMetrics::builder().time_to_first_byte().build()?;
    Ok(router.layer(ObserveLayer::new(metrics)))
}

/// Names the route of a nested service, which axum does not show to the outside.
pub(crate) fn nested<S>(service: S) -> RouteService<S> {
    RouteLayer::nested().layer(service)
}
