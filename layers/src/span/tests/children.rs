//! Spans that are made inside are children, whoever makes them, and whenever.

use std::cell::RefCell;

use opentelemetry::{
    Context,
    trace::{TraceContextExt, Tracer},
};
use opentelemetry_sdk::trace::SdkTracer;
use tracing_subscriber::layer::SubscriberExt;

use super::support::{Reply, Script, Step, Traces, exchange, get, layer, ok, with};

thread_local! {
    static TRACER: RefCell<Option<SdkTracer>> = const { RefCell::new(None) };
}

/// Makes a span where it is called.
fn work(name: &'static str) {
    TRACER.with_borrow(|tracer| {
        if let Some(tracer) = tracer {
            drop(tracer.start(name));
        }
    });
}

/// Makes a span when it is dropped.
struct Guard(&'static str);

impl Drop for Guard {
    fn drop(&mut self) {
        work(self.0);
    }
}

fn rig() -> Traces {
    let traces = Traces::new();
    TRACER.set(Some(traces.tracer()));
    traces
}

fn assert_child(traces: &Traces, name: &str) {
    let (child, parent) = (traces.named(name), traces.named("GET /users/{id}"));
    assert_eq!(
        child.parent_span_id,
        parent.span_context.span_id(),
        "{name}"
    );
    assert_eq!(
        child.span_context.trace_id(),
        parent.span_context.trace_id()
    );
    assert!(!child.parent_span_is_remote);
}

#[test]
fn spans_in_call_and_in_the_body_are_children() {
    let traces = rig();
    exchange(&traces.layer(), get("/users/7"), |_| {
        work("in call");
        Reply::Answer(ok([Step::Do(|| work("in the body")), Step::Data("a")]))
    });
    assert_child(&traces, "in call");
    assert_child(&traces, "in the body");
    assert!(!Context::current().has_active_span());
}

#[test]
fn spans_of_what_is_dropped_before_its_end_are_children() {
    let traces = rig();
    exchange(&traces.layer(), get("/users/7"), |_| {
        let mut body = Script::of([Step::Data("a"), Step::Hang]);
        body.on_drop = Some(|| work("as the body is dropped"));
        Reply::Answer(http::Response::new(body))
    });
    assert_child(&traces, "as the body is dropped");
    assert!(!Context::current().has_active_span());

    let traces = rig();
    let mut service = tower_layer::Layer::layer(
        &traces.layer(),
        tower::service_fn(async |_: http::Request<()>| {
            let _guard = Guard("as the future is dropped");
            std::future::pending::<()>().await;
            Ok::<_, super::support::Error>(ok([]))
        }),
    );
    {
        let mut future = Box::pin(tower::Service::call(&mut service, get("/users/7")));
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        assert!(future.as_mut().poll(&mut context).is_pending());
        // Within the span of someone else, which stays what it was.
        let tracer = traces.tracer();
        let other = Context::current_with_span(tracer.start("other"));
        let _other = other.clone().attach();
        drop(future);
        let now = Context::current().span().span_context().span_id();
        assert_eq!(now, other.span().span_context().span_id());
    }
    assert_child(&traces, "as the future is dropped");
    assert!(!Context::current().has_active_span());
}

#[test]
fn a_layer_inside_ends_within_the_span_outside() {
    let traces = rig();
    let inner = traces.with(|options| options.no_propagation());
    let inner = crate::observe::ObserveLayer::new(inner).independent();
    exchange(&traces.layer(), get("/users/7"), |_| {
        exchange(&inner, get("/inner"), |_| {
            Reply::Answer(ok([Step::Data("a"), Step::Hang]))
        });
        Reply::Pending
    });
    assert_child(&traces, "GET");
    assert!(!Context::current().has_active_span());
}

#[test]
fn a_panic_in_a_drop_leaves_no_context_behind() {
    let traces = rig();
    exchange(&traces.layer(), get("/users/7"), |_| {
        let mut body = Script::of([Step::Data("a"), Step::Hang]);
        body.on_drop = Some(|| panic!("as the body is dropped"));
        Reply::Answer(http::Response::new(body))
    });
    assert_eq!(traces.finished().len(), 1);
    assert!(!Context::current().has_active_span());
}

#[test]
fn spans_of_tracing_are_children() {
    let traces = rig();
    let layer = tracing_opentelemetry::layer().with_tracer(traces.tracer());
    let subscriber = tracing_subscriber::registry().with(layer);
    tracing::subscriber::with_default(subscriber, || {
        exchange(&traces.layer(), get("/users/7"), |_| {
            let outer = tracing::info_span!("by tracing");
            let _outer = outer.enter();
            work("within tracing");
            Reply::Answer(ok([
                Step::Do(|| drop(tracing::info_span!("by tracing, in the body").entered())),
                Step::Data("a"),
            ]))
        });
    });
    assert_child(&traces, "by tracing");
    assert_child(&traces, "by tracing, in the body");
    let (inner, outer) = (traces.named("within tracing"), traces.named("by tracing"));
    assert_eq!(inner.parent_span_id, outer.span_context.span_id());
}

#[test]
fn what_is_not_sampled_has_no_children_that_are() {
    let traces = rig();
    let parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00";
    let mut seen = None;
    exchange(&traces.layer(), with(&[("traceparent", parent)]), |_| {
        work("in call");
        seen = Some(Context::current().span().span_context().clone());
        Reply::Answer(ok([Step::Do(|| work("in the body")), Step::Data("a")]))
    });
    assert!(traces.finished().is_empty());
    let seen = seen.expect("a context");
    assert_eq!(
        seen.trace_id().to_string(),
        "4bf92f3577b34da6a3ce929d0e0e4736"
    );
    assert_ne!(seen.span_id().to_string(), "00f067aa0ba902b7");
    assert!(!seen.is_sampled() && !seen.is_remote());
}

#[test]
fn a_handler_reaches_the_span() {
    let traces = rig();
    exchange(&traces.layer(), get("/users/7"), |_| {
        let here = Context::current();
        here.span()
            .set_attribute(opentelemetry::KeyValue::new("tenant", "blue"));
        here.span().update_name("a name of its own");
        Reply::Answer(ok([]))
    });
    let span = traces.named("a name of its own");
    assert_eq!(
        super::support::attribute(&span, "tenant").as_deref(),
        Some("blue")
    );
}

#[test]
fn an_observer_after_the_span_is_within_it() {
    #[derive(Clone)]
    struct Log;

    impl crate::observe::Observer for Log {
        type State = ();

        fn start(&self, _: crate::observe::Record<'_>, _: crate::observe::RequestHead<'_>) {
            work("at the start");
        }

        fn end(&self, (): (), _: crate::observe::Record<'_>) {
            work("at the end");
        }
    }

    let traces = rig();
    exchange(&layer((traces.span(), Log)), get("/users/7"), |_| {
        Reply::Answer(ok([Step::Data("a"), Step::Hang]))
    });
    assert_child(&traces, "at the start");
    assert_child(&traces, "at the end");
}

/// Counts hooks for frames within a span, and without.
#[derive(Clone, Debug, Default)]
struct Looks<const WITHIN: bool>(std::sync::Arc<std::sync::Mutex<Vec<bool>>>);

impl<const WITHIN: bool> Looks<WITHIN> {
    fn look(&self) {
        let is_active = Context::current().has_active_span();
        self.0.lock().expect("no panic").push(is_active);
    }
}

impl<const WITHIN: bool> crate::observe::Observer for Looks<WITHIN> {
    type State = ();

    const FRAMES_WITHIN: bool = WITHIN;

    fn start(&self, _: crate::observe::Record<'_>, _: crate::observe::RequestHead<'_>) {}

    fn poll(&self, (): &mut (), _: crate::observe::Record<'_>) {
        self.look();
    }

    fn frame(&self, (): &mut (), _: crate::observe::Record<'_>, _: crate::observe::FrameRef<'_>) {
        self.look();
    }

    fn end(&self, (): (), _: crate::observe::Record<'_>) {
        assert!(Context::current().has_active_span());
    }
}

/// One frame, and what the hooks of an observer after the span saw.
fn looks_of<const WITHIN: bool>() -> Vec<bool> {
    let (traces, looks) = (rig(), Looks::<WITHIN>::default());
    exchange(
        &layer((traces.span(), looks.clone())),
        get("/users/7"),
        |_| Reply::Answer(ok([Step::Data("a"), Step::Hang])),
    );
    let seen = looks.0.lock().expect("no panic");
    seen.clone()
}

#[test]
fn hooks_for_frames_are_within_it_where_they_want_to_be() {
    // Two polls and a frame between them.
    assert_eq!(looks_of::<true>(), [true; 3]);
    assert_eq!(looks_of::<false>(), [false; 3]);
}
