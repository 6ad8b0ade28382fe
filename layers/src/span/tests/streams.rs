//! What the spans of event streams tell.

use std::time::Duration;

use http::Request;
use opentelemetry::trace::{SpanContext, SpanId, TraceFlags, TraceId, TraceState};
use opentelemetry_sdk::trace::SpanData;

use super::support::{Reply, Step, Traces, attribute, exchange, get, layer, stream};
use crate::{
    label::Fault,
    observe::{ObserveLayer, StreamHandle, StreamHandles},
    route::RouteSources,
    span::Span,
    sse::Sse,
};

/// Serves a stream of these steps.
type Run = Box<dyn Fn(Vec<Step>)>;

fn events(count: usize) -> Vec<Step> {
    (0..count).map(|_| Step::Data("data: x\n\n")).collect()
}

fn names(span: &SpanData) -> Vec<&str> {
    span.events.iter().map(|event| &*event.name).collect()
}

fn number(span: &SpanData, key: &str) -> Option<u64> {
    attribute(span, key)?.parse().ok()
}

#[test]
fn ten_thousand_events_end_with_a_close_and_a_summary() {
    // In either order, and in layers of their own: what is counted by one is told by the other.
    let orders: [fn(Span) -> Run; 3] = [
        |span| {
            let layer = layer((span, Sse::new()));
            Box::new(move |steps| {
                exchange(&layer, get("/users/7"), |_| Reply::Answer(stream(steps)));
            })
        },
        |span| {
            let layer = layer((Sse::new(), span));
            Box::new(move |steps| {
                exchange(&layer, get("/users/7"), |_| Reply::Answer(stream(steps)));
            })
        },
        |span| {
            let (outer, middle, inner) = (layer(span), ObserveLayer::new(()), layer(Sse::new()));
            Box::new(move |steps| stacked(&outer, &middle, &inner, steps))
        },
    ];
    for (order, make) in orders.into_iter().enumerate() {
        let traces = Traces::new();
        let run = make(traces.with(|options| options.stream_events(1_000, 5)));
        let mut steps = vec![Step::Data(": keep-alive\n\n")];
        steps.extend(events(10_000));
        run(steps);
        let span = traces.only();
        let mut wanted = vec!["sse.first_byte", "sse.first_event"];
        wanted.extend(["sse.event"; 5]);
        wanted.push("sse.close");
        assert_eq!(names(&span), wanted, "{order}");
        assert_eq!(span.events.dropped_count, 0);
        assert!(
            span.events.is_sorted_by_key(|event| event.timestamp),
            "{order}"
        );
        assert_eq!(number(&span, "sse.stream.events"), Some(10_000), "{order}");
        assert_eq!(number(&span, "sse.stream.keepalives"), Some(1));
        assert_eq!(number(&span, "sse.stream.frames"), Some(10_001));
        assert_eq!(number(&span, "sse.stream.bytes"), Some(90_014));
        for time in [
            "sse.stream.time_to_first_byte",
            "sse.stream.time_to_first_event",
        ] {
            let time: Option<f64> = attribute(&span, time).and_then(|time| time.parse().ok());
            assert!(
                time.is_some_and(|time| (0.0..60.0).contains(&time)),
                "{time:?}"
            );
        }
        let reason = attribute(&span, "sse.stream.close_reason");
        assert_eq!(reason.as_deref(), Some("completed"));
        assert_eq!(span.name, "GET /users/{id}");
    }
}

/// Three layers around one service.
fn stacked(
    outer: &ObserveLayer<Span>,
    middle: &ObserveLayer<()>,
    inner: &ObserveLayer<Sse>,
    steps: Vec<Step>,
) {
    use std::{
        future::ready,
        pin::pin,
        task::{Context, Poll, Waker},
    };

    use http_body::Body;
    use tower::{Service, service_fn};
    use tower_layer::Layer;

    let mut steps = Some(steps);
    let bare = service_fn(move |_: Request<()>| {
        let steps = steps.take().expect("one request");
        ready(Ok::<_, super::support::Error>(stream(steps)))
    });
    let mut service = outer.layer(middle.layer(inner.layer(bare)));
    let mut context = Context::from_waker(Waker::noop());
    let Poll::Ready(Ok(response)) = pin!(service.call(get("/users/7"))).poll(&mut context) else {
        panic!("it answers at once");
    };
    let mut body = pin!(response.into_body());
    while let Poll::Ready(Some(_)) = body.as_mut().poll_frame(&mut context) {}
}

#[test]
fn a_sample_of_every_event_leaves_room_for_the_close() {
    let traces = Traces::new();
    let most = crate::span::SpanBuilder::MOST_STREAM_EVENTS;
    let span = traces.with(|options| options.stream_events(1, most));
    exchange(&layer((Sse::new(), span)), get("/users/7"), |_| {
        Reply::Answer(stream(events(10_000)))
    });
    let span = traces.only();
    assert_eq!(names(&span).last(), Some(&"sse.close"));
    let sampled = names(&span)
        .iter()
        .filter(|name| **name == "sse.event")
        .count();
    assert_eq!(sampled, most as usize);
    assert_eq!(span.events.dropped_count, 0);
}

#[test]
fn without_one_who_counts_there_are_no_events_to_tell_of() {
    let traces = Traces::new();
    let span = traces.with(|options| options.stream_events(1, 5));
    exchange(&layer(span), get("/users/7"), |_| {
        Reply::Answer(stream(events(3)))
    });
    let span = traces.only();
    assert_eq!(names(&span), ["sse.first_byte", "sse.close"]);
    assert_eq!(number(&span, "sse.stream.frames"), Some(3));
    assert_eq!(number(&span, "sse.stream.events"), None);
}

#[test]
fn what_is_no_stream_tells_nothing_of_streams() {
    let traces = Traces::new();
    exchange(&layer((traces.span(), Sse::new())), get("/users/7"), |_| {
        Reply::Answer(super::support::ok(events(3)))
    });
    let span = traces.only();
    assert!(span.events.is_empty());
    assert!(!format!("{span:?}").contains("sse."));
}

#[test]
fn the_first_event_is_told_when_it_came() {
    let traces = Traces::new();
    // The span comes before the one who counts, and hears of the event at the next frame.
    exchange(&layer((traces.span(), Sse::new())), get("/users/7"), |_| {
        Reply::Answer(stream([
            Step::Data("data: x\n\n"),
            Step::Do(|| std::thread::sleep(Duration::from_millis(50))),
            Step::Data("data: y\n\n"),
        ]))
    });
    let span = traces.only();
    assert_eq!(
        names(&span),
        ["sse.first_byte", "sse.first_event", "sse.close"]
    );
    let at = |index: usize| span.events[index].timestamp;
    let since = at(1).duration_since(at(0)).unwrap_or_default();
    assert!(since < Duration::from_millis(40), "{since:?}");
}

#[test]
fn a_handler_s_word_and_its_links_are_told() {
    let traces = Traces::new();
    let handles = StreamHandles::new()
        .reason("quota_exceeded", Fault::Server)
        .expect("a reason");
    let routes = RouteSources::new().table(["/users/{id}"]).expect("a table");
    let layer = ObserveLayer::new(traces.span())
        .routes(routes)
        .stream_handles(handles);
    let work = |id: u64| {
        let (trace, span) = (TraceId::from(9), SpanId::from(id));
        SpanContext::new(trace, span, TraceFlags::SAMPLED, false, TraceState::NONE)
    };
    exchange(&layer, get("/users/7"), |request| {
        let handle = request
            .extensions()
            .get::<StreamHandle>()
            .expect("a handle")
            .clone();
        handle.set_id("session\n7");
        handle.end_with("quota_exceeded").expect("a reason");
        handle.link(SpanContext::NONE);
        // Each counts once, and so many are kept.
        for id in (1..=100).chain(1..=100) {
            handle.link(work(id));
        }
        Reply::Answer(stream(events(1)))
    });
    let span = traces.only();
    assert_eq!(span.links.len(), StreamHandle::MOST_LINKS);
    assert_eq!(span.links[0].span_context, work(1));
    let told = |key| attribute(&span, key);
    assert_eq!(told("sse.stream.id").as_deref(), Some("session_7"));
    assert_eq!(
        told("sse.stream.close_reason").as_deref(),
        Some("quota_exceeded")
    );
}

#[test]
fn a_declared_end_that_never_came_is_an_error() {
    let traces = Traces::new();
    let sse = Sse::builder().end_data("[DONE]").build().expect("a marker");
    exchange(&layer((traces.span(), sse)), get("/users/7"), |_| {
        Reply::Answer(stream(events(1)))
    });
    let span = traces.only();
    assert_eq!(
        attribute(&span, "error.type").as_deref(),
        Some("incomplete")
    );
    assert_eq!(
        attribute(&span, "sse.stream.close_reason").as_deref(),
        Some("incomplete")
    );
    assert_eq!(span.status, opentelemetry::trace::Status::error(""));
}
