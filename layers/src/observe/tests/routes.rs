//! Words about the route, from inside.

use std::{
    future::pending,
    panic::{AssertUnwindSafe, catch_unwind},
};

use http::{Request, Response};
use tower::{Service, service_fn};
use tower_layer::Layer;

use super::support::{Error, Script, Witness, answer, poll};
use crate::{
    observe::ObserveLayer,
    route::{Route, RouteLayer, RouteSlot, RouteSources, annotate},
};

/// The route of an exchange whose handler does `say`.
fn route(layer: &ObserveLayer<Witness>, witness: &Witness, say: fn(&Request<()>)) -> String {
    let mut service = layer.layer(service_fn(move |request: Request<()>| {
        say(&request);
        async { Ok::<_, Error>(Response::new(Script::default())) }
    }));
    let request = Request::builder()
        .uri("/users/7")
        .body(())
        .expect("a request");
    drop(answer(&mut service, request));
    witness.ends().pop().expect("a record").route
}

#[test]
fn the_handlers_last_word_counts() {
    let witness = Witness::default();
    let layer = ObserveLayer::new(witness.clone());
    let said = route(&layer, &witness, |_| {
        assert!(annotate("/a"));
        assert!(annotate(String::from("/b/{id}")));
    });
    assert_eq!(said, "/b/{id}");
    assert!(!annotate("/nowhere"), "no request is being served here");
    assert_eq!(route(&layer, &witness, |_| {}), "{unmatched}");
}

#[test]
fn a_slot_is_there_if_asked_for() {
    let witness = Witness::default();
    let plain = ObserveLayer::new(witness.clone());
    let with_slot = plain.clone().routes(RouteSources::new().slot());
    let say = |request: &Request<()>| {
        if let Some(slot) = request.extensions().get::<RouteSlot>() {
            slot.annotate("/slot");
        }
    };
    assert_eq!(route(&plain, &witness, say), "{unmatched}");
    assert_eq!(route(&with_slot, &witness, say), "/slot");
}

#[test]
fn the_handlers_word_goes_before_the_table_and_the_fixed_route() {
    let witness = Witness::default();
    let sources = RouteSources::new().table(["/users/{id}"]).expect("a table");
    let layer = ObserveLayer::new(witness.clone()).routes(sources);
    assert_eq!(route(&layer, &witness, |_| {}), "/users/{id}");
    assert_eq!(
        route(&layer, &witness, |_| assert!(annotate("/mine"))),
        "/mine"
    );

    let mut fixed = layer.layer(RouteLayer::fixed("/fixed").layer(service_fn(
        |_: Request<()>| async {
            let mut response = Response::new(Script::default());
            response
                .extensions_mut()
                .insert(Route::from("/in-response"));
            Ok::<_, Error>(response)
        },
    )));
    drop(answer(&mut fixed, Request::new(())));
    assert_eq!(
        witness.ends().pop().expect("a record").route,
        "/in-response"
    );
}

#[test]
fn a_word_from_inside_counts_for_a_cancelled_and_a_panicked_request() {
    let witness = Witness::default();
    let layer = ObserveLayer::new(witness.clone());
    let inner = RouteLayer::fixed("/slow/{id}");
    let mut cancelled = layer.layer(inner.layer(service_fn(|_: Request<()>| {
        pending::<Result<Response<Script>, Error>>()
    })));
    {
        let mut future = std::pin::pin!(cancelled.call(Request::new(())));
        assert!(poll(future.as_mut()).is_pending());
    }
    assert_eq!(witness.only().route, "/slow/{id}");

    let mut panics = layer.layer(inner.layer(service_fn(
        |_: Request<()>| -> std::future::Ready<Result<Response<Script>, Error>> {
            panic!("call panics")
        },
    )));
    let panicked = catch_unwind(AssertUnwindSafe(|| {
        answer(&mut panics, Request::new(())).is_ok()
    }));
    assert!(panicked.is_err());
    assert_eq!(witness.ends().pop().expect("a record").route, "/slow/{id}");
    assert!(!annotate("/nowhere"), "the panicked exchange is over");
}

#[test]
fn without_a_live_exchange_the_response_carries_the_word() {
    let mut service = RouteLayer::fixed("/alone").layer(service_fn(|_: Request<()>| async {
        Ok::<_, Error>(Response::new(Script::default()))
    }));
    let mut response = Some(answer(&mut service, Request::new(())).expect("a response"));
    // A layer that the word could not reach, as from another task.
    let witness = Witness::default();
    let sources = RouteSources::new().table(["/{any}"]).expect("a table");
    let mut outer = ObserveLayer::new(witness.clone())
        .routes(sources)
        .layer(service_fn(move |_: Request<()>| {
            let response = response.take().expect("one request");
            async { Ok::<_, Error>(response) }
        }));
    let request = Request::builder().uri("/x").body(()).expect("a request");
    drop(answer(&mut outer, request));
    assert_eq!(witness.only().route, "/alone");
}

#[test]
fn the_handlers_slot_goes_before_the_word_that_the_response_carries() {
    let witness = Witness::default();
    let layer = ObserveLayer::new(witness.clone()).routes(RouteSources::new().slot());
    let said = route_of(&layer, &witness, |request| {
        let slot = request
            .extensions()
            .get::<RouteSlot>()
            .expect("a slot")
            .clone();
        let mut inner = RouteLayer::fixed("/framework").layer(service_fn(|_: Request<()>| async {
            Ok::<_, Error>(Response::new(Script::default()))
        }));
        // In another thread, as in another task, the layer is out of earshot.
        std::thread::scope(|scope| {
            let elsewhere = scope.spawn(|| {
                slot.annotate("/handler");
                answer(&mut inner, Request::new(()))
                    .expect("a response")
                    .into_parts()
                    .0
                    .extensions
            });
            elsewhere.join().expect("no panic")
        })
    });
    assert_eq!(said, "/handler");
}

/// The route of an exchange whose response has the extensions that `say` gives.
fn route_of(
    layer: &ObserveLayer<Witness>,
    witness: &Witness,
    say: fn(&Request<()>) -> http::Extensions,
) -> String {
    let mut service = layer.layer(service_fn(move |request: Request<()>| {
        let mut response = Response::new(Script::default());
        *response.extensions_mut() = say(&request);
        async { Ok::<_, Error>(response) }
    }));
    drop(answer(&mut service, Request::new(())));
    witness.ends().pop().expect("a record").route
}

#[test]
fn each_exchange_hears_what_was_said_within_it() {
    let (outer, inner) = (Witness::default(), Witness::default());
    let sources = RouteSources::new().table(["/a", "/b"]).expect("a table");
    let inner_layer = ObserveLayer::new(inner.clone())
        .routes(sources)
        .independent();
    let mut batch = ObserveLayer::new(outer.clone()).layer(service_fn(move |_: Request<()>| {
        assert!(annotate("/batch"));
        for path in ["/a", "/b"] {
            let mut sub = inner_layer.layer(service_fn(|request: Request<()>| {
                if request.uri().path() == "/a" {
                    assert!(annotate("/said-by-a"));
                }
                async { Ok::<_, Error>(Response::new(Script::default())) }
            }));
            let request = Request::builder().uri(path).body(()).expect("a request");
            drop(answer(&mut sub, request));
        }
        assert!(annotate("/batch-at-last"));
        async { Ok::<_, Error>(Response::new(Script::default())) }
    }));
    drop(answer(&mut batch, Request::new(())));
    let routes: Vec<_> = inner.ends().into_iter().map(|seen| seen.route).collect();
    assert_eq!(routes, ["/said-by-a", "/b"]);
    assert_eq!(outer.only().route, "/batch-at-last");
}

#[test]
fn an_exchange_that_is_dropped_within_another_says_nothing_to_it() {
    let (dropped, living) = (Witness::default(), Witness::default());
    let mut first = ObserveLayer::new(dropped.clone())
        .routes(RouteSources::new().slot())
        .layer(service_fn(|request: Request<()>| {
            let slot = request
                .extensions()
                .get::<RouteSlot>()
                .expect("a slot")
                .clone();
            async move {
                slot.annotate("/of-the-dropped");
                pending::<Result<Response<Script>, Error>>().await
            }
        }));
    let mut future = Box::pin(first.call(Request::new(())));
    assert!(poll(future.as_mut()).is_pending());
    let mut future = Some(future);
    let mut second = ObserveLayer::new(living.clone()).layer(service_fn(move |_: Request<()>| {
        drop(future.take());
        async { Ok::<_, Error>(Response::new(Script::default())) }
    }));
    drop(answer(&mut second, Request::new(())));
    assert_eq!(dropped.only().route, "/of-the-dropped");
    assert_eq!(living.only().route, "{unmatched}");
}

#[test]
fn new_routes_overflow_once_the_budget_is_spent() {
    let witness = Witness::default();
    let layer = ObserveLayer::new(witness.clone()).routes(RouteSources::new().limit(1));
    assert_eq!(
        route(&layer, &witness, |_| assert!(annotate("/first"))),
        "/first"
    );
    assert_eq!(
        route(&layer, &witness, |_| assert!(annotate("/second"))),
        "{overflow}"
    );
    assert_eq!(
        route(&layer, &witness, |_| assert!(annotate("/first"))),
        "/first"
    );
}
