//! Where a configured stack takes routes from, and what a stream is to it.

use bartizan::{observe::MediaTypes, route::RouteSources};

use crate::config::{Faults, Routes};

/// Where routes come from; `methods` are those of gRPC that are known from the start, where calls are routes.
pub(super) fn sources(
    routes: &Routes,
    methods: Option<&[String]>,
    faults: &mut Faults,
) -> RouteSources {
    let Routes {
        limit,
        table,
        guess,
        rules: _,
    } = routes;
    let mut sources = RouteSources::new().limit(*limit);
    if let Some(canonicalizer) = routes.canonicalizer(*guess) {
        sources = sources.guess(canonicalizer);
    }
    if !table.is_empty() {
        let with = sources.clone().table(table);
        sources = faults.keep("routes", &[], with).unwrap_or(sources);
    }
    match methods {
        // Those that are none are the builder's to refuse.
        Some(methods) => sources.clone().grpc_methods(methods).unwrap_or(sources),
        None => sources,
    }
}

/// `text/event-stream`, and these.
pub(super) fn stream_types(types: &[String], faults: &mut Faults) -> MediaTypes {
    let mut all = MediaTypes::event_streams();
    for given in types {
        let with = all.clone().and(given.as_str());
        let with = with.map_err(|error| format!("layers.stream_types: {error}"));
        all = faults.keep("layers", &[], with).unwrap_or(all);
    }
    all
}
