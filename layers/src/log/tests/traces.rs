//! The ids of the span within which a request is served.

use opentelemetry::{
    Context, ContextGuard,
    trace::{SpanContext, SpanId, TraceContextExt, TraceFlags, TraceId, TraceState},
};

use super::support::{Step, answer, get, lines_of, stream, subscribe};
use crate::{
    log::{Log, LogLayer},
    observe::{ObserveLayer, Observer, Record, RequestHead},
};

const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
const SPAN: &str = "b7ad6b7169203331";
const IDS: &str = "trace_id=\"0af7651916cd43dd8448eb211c80319c\" span_id=\"b7ad6b7169203331\"";

/// Enters a span's context, as an observer of spans does.
#[derive(Clone, Debug)]
struct Spans;

impl Observer for Spans {
    type State = Context;

    fn start(&self, _: Record<'_>, _: RequestHead<'_>) -> Context {
        context()
    }

    fn enter(&self, context: &Context) -> impl Sized {
        context.clone().attach()
    }

    fn end(&self, _: Context, _: Record<'_>) {}
}

/// Writes down which span is active when an event comes.
#[derive(Clone, Debug, Default)]
struct Active(std::sync::Arc<std::sync::Mutex<Vec<String>>>);

impl<S: tracing::Subscriber> tracing_subscriber::Layer<S> for Active {
    fn on_event(&self, _: &tracing::Event<'_>, _: tracing_subscriber::layer::Context<'_, S>) {
        let context = Context::current();
        let span = context.span().span_context().span_id().to_string();
        self.0.lock().expect("no panic").push(span);
    }
}

fn context() -> Context {
    Context::new().with_remote_span_context(SpanContext::new(
        TraceId::from_hex(TRACE).expect("an id"),
        SpanId::from_hex(SPAN).expect("an id"),
        TraceFlags::SAMPLED,
        false,
        TraceState::NONE,
    ))
}

fn attach() -> ContextGuard {
    context().attach()
}

#[test]
fn a_span_that_is_entered_before_the_log_is_in_its_lines_however_the_exchange_ends() {
    let layer = ObserveLayer::new(Spans).with(Log::new());
    for reply in [
        || answer(200, []),
        || answer(200, [Step::Hang]),
        || answer(200, [Step::Panic]),
        || stream([Step::Data("data: x\n\n")]),
        || stream([Step::Hang]),
        || super::support::Reply::PanicInCall,
        || super::support::Reply::Hang,
    ] {
        let lines = lines_of(&layer, get(), reply);
        assert!(!lines.is_empty());
        for line in lines {
            assert!(line.contains(IDS), "{line}");
        }
    }
}

#[test]
fn a_layer_of_spans_outside_is_in_the_lines_even_after_it_let_go() {
    let (_guard, lines) = subscribe();
    let active = Active::default();
    let subscriber = tracing_subscriber::layer::SubscriberExt::with(
        tracing_subscriber::Registry::default(),
        active.clone(),
    );
    let run = || {
        let service = tower::service_fn(async |_: http::Request<()>| match stream([Step::Hang]) {
            super::support::Reply::Answer(response) => Ok(response),
            _ => Err("no answer"),
        });
        let inner = tower_layer::Layer::layer(&LogLayer::default(), service);
        let mut service = tower_layer::Layer::layer(&ObserveLayer::new(Spans), inner);
        let mut task = std::task::Context::from_waker(std::task::Waker::noop());
        let response = std::pin::pin!(tower::Service::call(&mut service, get())).poll(&mut task);
        assert!(!Context::current().has_active_span());
        // The body is let go of outside of any context.
        drop(response);
        assert!(!Context::current().has_active_span());
    };
    run();
    let lines = lines.take();
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert!(lines.iter().all(|line| line.contains(IDS)), "{lines:?}");
    tracing::subscriber::with_default(subscriber, run);
    assert_eq!(*active.0.lock().expect("no panic"), [SPAN, SPAN]);
}

#[test]
fn without_a_span_there_are_no_ids() {
    let lines = lines_of(&LogLayer::default(), get(), || answer(200, []));
    assert!(!lines[0].contains("_id="), "{lines:?}");
    let invalid = Context::new().with_remote_span_context(SpanContext::NONE);
    let _invalid = invalid.attach();
    let lines = lines_of(&LogLayer::default(), get(), || answer(200, []));
    assert!(!lines[0].contains("_id="), "{lines:?}");
}

#[test]
fn a_span_of_the_callers_own_counts() {
    let _span = attach();
    let lines = lines_of(&LogLayer::default(), get(), || answer(200, []));
    assert!(lines[0].contains(IDS), "{lines:?}");
}
