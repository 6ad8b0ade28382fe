//! Subscribers that want nothing, or panic.

use tracing::{Event, Level, Subscriber, level_filters::LevelFilter};
use tracing_subscriber::{
    Layer, Registry,
    filter::Targets,
    layer::{Context, SubscriberExt},
};

use super::support::{Lines, Reply, answer, exchange, get, stream};
use crate::log::LogLayer;

/// Panics at each event. One that panics when it is asked what it wants breaks `tracing` for the whole
/// process: that test is in a program of its own.
struct Panics;

impl<S: Subscriber> Layer<S> for Panics {
    fn on_event(&self, _: &Event<'_>, _: Context<'_, S>) {
        panic!("the subscriber panics");
    }
}

/// Whether the service's answer arrives, whatever the subscriber does.
fn answers(reply: fn() -> Reply) -> bool {
    let answered = std::sync::atomic::AtomicBool::new(false);
    exchange(&LogLayer::default(), get(), || {
        answered.store(true, std::sync::atomic::Ordering::Relaxed);
        reply()
    });
    answered.into_inner()
}

#[test]
fn a_subscriber_that_panics_costs_no_request() {
    let subscriber = Registry::default().with(Panics);
    tracing::subscriber::with_default(subscriber, || {
        // More than once: what reports the panic must not trip over its own report.
        for _ in 0..3 {
            assert!(answers(|| answer(200, [])));
            assert!(answers(|| stream([])));
            assert!(answers(|| Reply::PanicInFuture));
            unharmed();
        }
    });
}

/// The answer passes whole, through `call`, the future and the body.
fn unharmed() {
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    let service = tower::service_fn(async |_: http::Request<()>| {
        Ok::<_, std::convert::Infallible>(http::Response::new(String::from("Hello")))
    });
    let mut service = tower_layer::Layer::layer(&LogLayer::default(), service);
    let future = std::pin::pin!(tower::Service::call(&mut service, get()));
    let std::task::Poll::Ready(Ok(response)) = future.poll(&mut context) else {
        panic!("the service answers at once");
    };
    let body = std::pin::pin!(http_body_util::BodyExt::collect(response.into_body()));
    let std::task::Poll::Ready(Ok(body)) = body.poll(&mut context) else {
        panic!("the body is there");
    };
    assert_eq!(body.to_bytes(), "Hello");
}

#[test]
fn levels_and_targets_are_filtered() {
    let count = |filter: Targets| {
        let lines = Lines::default();
        let subscriber = Registry::default().with(lines.clone().with_filter(filter));
        tracing::subscriber::with_default(subscriber, || {
            for reply in [|| answer(200, []), || answer(500, []), || stream([])] {
                exchange(&LogLayer::default(), get(), reply);
            }
        });
        lines.take().len()
    };
    assert_eq!(
        count(Targets::new().with_target("bartizan", Level::INFO)),
        4
    );
    assert_eq!(
        count(Targets::new().with_target("bartizan", Level::ERROR)),
        1
    );
    assert_eq!(
        count(Targets::new().with_target("bartizan::stream", Level::TRACE)),
        2
    );
    assert_eq!(
        count(Targets::new().with_target("bartizan::request", Level::WARN)),
        1
    );
    assert_eq!(count(Targets::new().with_target("other", Level::TRACE)), 0);
    assert_eq!(count(Targets::new().with_default(LevelFilter::OFF)), 0);
}
