//! Several observing layers in one stack: each observer records an exchange once, unless it is told to
//! record for itself.

use std::{
    panic::AssertUnwindSafe,
    sync::{Arc, Mutex},
};

use axum::{Router, body::Body, extract::Request, routing::get};
use bartizan::{
    http::HttpMetricsLayer,
    observe::{ObserveLayer, Observer, Record, RequestHead},
    route::{RouteLayer, RouteSlot, RouteSources},
};
use bartizan_tests::{
    AnyBody, BoxError,
    client::{get as get_of, text},
    recorder::{DURATION, OVERFLOW, Recorder},
    script::{Script, Step},
};
use futures_util::FutureExt;
use http::Response;
use http_body_util::BodyExt;
use tower::{Layer, Service, ServiceBuilder, ServiceExt, service_fn};

/// An observer of another type, which notes how exchanges ended and on which route.
#[derive(Clone, Debug, Default)]
struct Notes(Arc<Mutex<Vec<String>>>);

impl Observer for Notes {
    type State = ();

    fn start(&self, _: Record<'_>, _: RequestHead<'_>) {}

    fn end(&self, (): (), record: Record<'_>) {
        let end = record.end().expect("it ended");
        self.0
            .lock()
            .expect("nobody panics")
            .push(format!("{} {end}", record.route().label));
    }
}

impl Notes {
    fn take(&self) -> Vec<String> {
        let mut notes = std::mem::take(&mut *self.0.lock().expect("nobody panics"));
        notes.sort();
        notes
    }
}

/// Ends as the path says.
async fn answer(request: http::Request<AnyBody>) -> Result<Response<AnyBody>, BoxError> {
    Ok(Response::new(match request.uri().path() {
        "/panic" => panic!("the path says so"),
        "/hang" => std::future::pending().await,
        "/error" => return Err("the path says so".into()),
        "/break" => Script::new([Step::data("abc"), Step::Fail]).any(),
        "/stay" => Script::new([Step::data("abc"), Step::Hang]).any(),
        _ => text("ok"),
    }))
}

/// Every end, once.
async fn all_ends<S, B>(service: &S)
where
    S: Service<http::Request<AnyBody>, Response = Response<B>, Error = BoxError> + Clone,
    B: http_body::Body<Error = BoxError>,
{
    let exchange = |path: &'static str| {
        let answered = service.clone().oneshot(get_of(path));
        AssertUnwindSafe(async { answered.await?.into_body().collect().await })
    };
    assert!(exchange("/ok").await.is_ok());
    assert!(exchange("/panic").catch_unwind().await.is_err());
    assert!(exchange("/hang").now_or_never().is_none());
    assert!(exchange("/error").await.is_err());
    assert!(exchange("/break").await.is_err());
    assert!(exchange("/stay").now_or_never().is_none());
}

fn ends_on(route: &str) -> Vec<String> {
    let ends = [
        "200",
        "200 body_error",
        "200 dropped",
        "cancelled_before_response",
        "panic",
        "service_error",
    ];
    ends.iter()
        .map(|end| format!("GET {route} {end}"))
        .collect()
}

fn twice(lines: &[String]) -> Vec<String> {
    lines.iter().map(|line| format!("2x {line}")).collect()
}

fn table() -> RouteSources {
    RouteSources::new().table(["/{end}"]).expect("a table")
}

#[tokio::test]
async fn two_layers_record_once() {
    let recorder = Recorder::new();
    let layer = recorder.layer().routes(table());
    let service = ServiceBuilder::new()
        .layer(layer.clone())
        .layer(layer)
        .service_fn(answer);
    all_ends(&service).await;
    let scrape = recorder.scrape();
    assert_eq!(scrape.records(), ends_on("/{end}"));
    assert!(scrape.idle());
}

#[tokio::test]
async fn the_inner_one_tells_the_outer_one_its_route() {
    let recorder = Recorder::new();
    let service = ServiceBuilder::new()
        .layer(recorder.layer())
        .layer(recorder.layer().routes(table()))
        .service_fn(answer);
    all_ends(&service).await;
    assert_eq!(recorder.scrape().records(), ends_on("/{end}"));
}

#[tokio::test]
async fn three_layers_of_a_router_record_once() {
    let recorder = Recorder::new();
    let router = Router::new()
        .nest(
            "/api",
            Router::new()
                .route("/{id}", get(|| async {}))
                .layer(recorder.layer()),
        )
        .layer(recorder.layer());
    let service = recorder.layer().layer(router);
    drop(
        service
            .oneshot(Request::get("/api/7").body(Body::empty()).unwrap())
            .await
            .unwrap(),
    );
    assert_eq!(recorder.scrape().records(), ["GET /api/{id} 200"]);
}

#[tokio::test]
async fn of_two_recorders_the_outer_one_is_told_unless_they_are_independent() {
    type Change = fn(HttpMetricsLayer) -> HttpMetricsLayer;
    let outer_and_inner = |change: [Change; 2]| async move {
        let (outer, inner) = (Recorder::new(), Recorder::new());
        let [of_outer, of_inner] = change;
        let service = ServiceBuilder::new()
            .layer(of_outer(outer.layer().routes(table())))
            .layer(of_inner(inner.layer().routes(table())))
            .service_fn(answer);
        all_ends(&service).await;
        assert!(outer.scrape().idle() && inner.scrape().idle());
        (outer.scrape().records(), inner.scrape().records())
    };
    let (same, independent): (Change, Change) = (|layer| layer, HttpMetricsLayer::independent);
    let all = ends_on("/{end}");
    assert_eq!(outer_and_inner([same, same]).await, (all.clone(), vec![]));
    assert_eq!(
        outer_and_inner([same, independent]).await,
        (all.clone(), all.clone())
    );
    assert_eq!(
        outer_and_inner([independent, same]).await,
        (all.clone(), all.clone())
    );
    assert_eq!(
        outer_and_inner([independent, independent]).await,
        (all.clone(), all)
    );
}

#[tokio::test]
async fn independent_layers_with_one_recorder_record_twice() {
    let recorder = Recorder::new();
    let layer = recorder.layer().routes(table()).independent();
    let service = ServiceBuilder::new()
        .layer(layer.clone())
        .layer(layer)
        .service_fn(answer);
    all_ends(&service).await;
    assert_eq!(recorder.scrape().records(), twice(&ends_on("/{end}")));
}

#[tokio::test]
async fn an_independent_layer_in_the_middle_hides_no_one() {
    let (outer, middle, inner) = (Recorder::new(), Recorder::new(), Recorder::new());
    let service = ServiceBuilder::new()
        .layer(outer.layer())
        .layer(middle.layer().independent())
        .layer(inner.layer())
        .layer(RouteLayer::fixed("/{end}"))
        .service_fn(answer);
    all_ends(&service).await;
    // The word goes out through all of them.
    assert_eq!(outer.scrape().records(), ends_on("/{end}"));
    assert_eq!(middle.scrape().records(), ends_on("/{end}"));
    assert_eq!(inner.scrape().series(), 0);
}

#[tokio::test]
async fn another_observer_inside_still_records() {
    let (recorder, notes) = (Recorder::new(), Notes::default());
    let service = ServiceBuilder::new()
        .layer(recorder.layer().routes(table()))
        .layer(ObserveLayer::new(notes.clone()).routes(table()))
        .service_fn(answer);
    all_ends(&service).await;
    assert_eq!(recorder.scrape().records(), ends_on("/{end}"));
    let ends = [
        "body_error",
        "cancelled_before_response",
        "completed",
        "dropped",
        "panic",
        "service_error",
    ];
    assert_eq!(notes.take(), ends.map(|end| format!("/{{end}} {end}")));
}

#[tokio::test]
async fn of_several_observers_inside_the_ones_that_are_seen_to_rest() {
    let (recorder, notes) = (Recorder::new(), Notes::default());
    let inner = recorder
        .layer()
        .with(notes.clone())
        .with(Some(notes.clone()));
    let service = ServiceBuilder::new()
        .layer(recorder.layer())
        .layer(inner)
        .service_fn(answer);
    all_ends(&service).await;
    assert_eq!(recorder.scrape().records(), ends_on("{unmatched}"));
    // Two of one type in one layer are two observers.
    assert_eq!(notes.take().len(), 12);
}

#[tokio::test]
async fn an_observer_that_is_switched_off_hides_no_one() {
    let switched = |recorder: &Recorder, on: bool| {
        let metrics = on.then(|| recorder.http().build().expect("no options"));
        ObserveLayer::new(metrics).routes(table())
    };
    for (outer, inner) in [(true, true), (true, false), (false, true)] {
        let recorder = Recorder::new();
        let service = ServiceBuilder::new()
            .layer(switched(&recorder, outer))
            .layer(switched(&recorder, inner))
            .service_fn(answer);
        all_ends(&service).await;
        assert_eq!(
            recorder.scrape().records(),
            ends_on("/{end}"),
            "{outer} {inner}"
        );
    }
    // Switched on, it is the same observer as one that has no switch.
    let recorder = Recorder::new();
    let service = ServiceBuilder::new()
        .layer(recorder.layer())
        .layer(switched(&recorder, true))
        .service_fn(answer);
    all_ends(&service).await;
    assert_eq!(recorder.scrape().records(), ends_on("/{end}"));
}

#[tokio::test]
async fn one_in_another_task_records_for_itself() {
    let recorder = Recorder::new();
    let inner = recorder.layer().routes(table()).layer(service_fn(answer));
    let spawning = service_fn(move |request| {
        let answered = tokio::spawn(inner.clone().oneshot(request));
        async { answered.await? }
    });
    let service = recorder.layer().routes(table()).layer(spawning);
    let response = service.oneshot(get_of("/ok")).await.unwrap();
    response.into_body().collect().await.unwrap();
    assert_eq!(recorder.scrape().records(), ["2x GET /{end} 200"]);
    assert!(recorder.scrape().idle());
}

#[tokio::test]
async fn a_call_of_another_app_is_part_of_the_exchange_that_makes_it() {
    let recorder = Recorder::new();
    let inner = Router::new()
        .route("/{part}", get(|| async {}))
        .layer(recorder.layer());
    let handler = move || async move {
        for part in ["/one", "/two"] {
            let request = Request::get(part).body(Body::empty()).expect("a request");
            inner.clone().oneshot(request).await.expect("an answer");
        }
    };
    let router = Router::new()
        .route("/both", get(handler))
        .layer(recorder.layer());
    drop(
        router
            .oneshot(Request::get("/both").body(Body::empty()).unwrap())
            .await
            .unwrap(),
    );
    assert_eq!(recorder.scrape().records(), ["GET /both 200"]);
}

#[tokio::test]
async fn a_slot_reaches_both_of_two_independent_layers() {
    let (outer, inner) = (Recorder::new(), Recorder::new());
    let layer = |recorder: &Recorder| {
        recorder
            .layer()
            .routes(RouteSources::new().slot())
            .independent()
    };
    let service = ServiceBuilder::new()
        .layer(layer(&outer))
        .layer(layer(&inner))
        .service_fn(async |request: http::Request<AnyBody>| {
            let slot = request
                .extensions()
                .get::<RouteSlot>()
                .cloned()
                .expect("a slot");
            tokio::spawn(async move { slot.annotate("/from/afar") }).await?;
            answer(request).await
        });
    service
        .oneshot(get_of("/ok"))
        .await
        .unwrap()
        .into_body()
        .collect()
        .await
        .unwrap();
    let records = [outer, inner].map(|recorder| recorder.scrape().records());
    assert_eq!(records, [["GET /from/afar 200"], ["GET /from/afar 200"]]);
}

#[tokio::test]
async fn a_full_budget_inside_is_counted_outside() {
    let recorder = Recorder::new();
    let limited = recorder.layer().routes(RouteSources::new().limit(1));
    let paths = ["/one", "/two", "/three"];
    let router = paths.iter().fold(Router::new(), |router, path| {
        router.route(path, get(|| async {}))
    });
    let service = recorder.layer().layer(router.layer(limited));
    for path in paths {
        let request = Request::get(path).body(Body::empty()).unwrap();
        drop(service.clone().oneshot(request).await.unwrap());
    }
    let scrape = recorder.scrape();
    let overflowed = scrape.count(DURATION, &[("http_route", "{overflow}")]) as f64;
    assert_eq!(
        scrape.value(OVERFLOW, &[("label", "http_route")]),
        Some(overflowed)
    );
    assert_eq!(scrape.ended(), 3);
}
