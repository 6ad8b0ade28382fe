//! What an exchange learns from the one outside of how its stream was let go of.

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use http::{Request, Response, header::CONTENT_TYPE};
use http_body::{Body, Frame};
use tower::{Service, ServiceExt};
use tower_layer::Layer;

use super::support::{Error, Script, Step, Witness, answer, drain, frame, service};
use crate::{
    label::End,
    observe::{ObserveLayer, ObservedBody, Observer, Observers, Record, RequestHead, mark::Mark},
};

/// What a layer in between does to a body.
#[derive(Clone, Copy, Debug)]
enum Does {
    /// Nothing.
    Pass,
    /// Ends it after this many frames, and lets go of what is within.
    End(usize),
    /// Fails it after this many frames.
    Fail(usize),
    /// Lets go of it at the head, for a body of its own.
    Replace,
}

/// A body in the hands of a layer.
#[derive(Debug, Default)]
struct Held<B> {
    inner: Option<B>,
    does: Option<Does>,
    passed: usize,
}

impl<B: Body<Data = Bytes, Error = Error> + Unpin> Body for Held<B> {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        match self.does {
            Some(Does::End(after)) if after == self.passed => {
                self.inner = None;
                return Poll::Ready(None);
            }
            Some(Does::Fail(after)) if after == self.passed => {
                return Poll::Ready(Some(Err("a layer failed it".into())));
            }
            _ => {}
        }
        let Some(inner) = &mut self.inner else {
            return Poll::Ready(None);
        };
        let frame = Pin::new(inner).poll_frame(cx);
        self.passed += usize::from(frame.is_ready());
        frame
    }
}

fn stream() -> Response<Script> {
    let steps = [Step::Data("one"), Step::Data("two"), Step::Pending];
    let response = Response::builder().header(CONTENT_TYPE, "text/event-stream");
    response.body(Script::of(steps)).expect("a response")
}

/// Two exchanges around a layer: how each says that a stream ended which is polled so often and then
/// dropped.
fn ends_of<O: Observers>(
    (inner, inside): (ObserveLayer<O>, Witness),
    does: Does,
    polls: usize,
    response: fn() -> Response<Script>,
) -> (End, End) {
    let outside = Witness::default();
    let between = service(inner, response).map_response(move |response| {
        response.map(|body| match does {
            Does::Replace => Held::default(),
            _ => Held {
                inner: Some(body),
                does: Some(does),
                passed: 0,
            },
        })
    });
    let mut stack = ObserveLayer::new(outside.clone()).layer(between);
    let response: Response<_> = answer(&mut stack, Request::new(())).expect("a response");
    let mut body = response.into_body();
    for _ in 0..polls {
        let _ = frame(&mut body);
    }
    drop(body);
    (outside.only().end, inside.only().end)
}

/// The inner layer is within the outer one's exchange, and has another observer.
fn nested_ends(does: Does, polls: usize) -> (End, End) {
    let other = Other::default();
    let inside = other.0.clone();
    ends_of((ObserveLayer::new(other), inside), does, polls, stream)
}

/// The inner layer looks at none outside.
fn ends(does: Does, polls: usize, response: fn() -> Response<Script>) -> (End, End) {
    let inside = Witness::default();
    let layer = ObserveLayer::new(inside.clone()).independent();
    ends_of((layer, inside), does, polls, response)
}

/// An observer of another type than the one outside.
#[derive(Clone, Debug, Default)]
struct Other(Witness);

impl Observer for Other {
    type State = super::support::Ticket;

    fn start(&self, record: Record<'_>, request: RequestHead<'_>) -> Self::State {
        self.0.start(record, request)
    }

    fn end(&self, state: Self::State, record: Record<'_>) {
        self.0.end(state, record);
    }
}

#[test]
fn a_stream_that_the_outside_lets_go_of_is_dropped_for_both() {
    for polls in [0, 1, 2, 3] {
        assert_eq!(nested_ends(Does::Pass, polls), (End::Dropped, End::Dropped));
    }
}

#[test]
fn a_stream_that_a_layer_in_between_ends_is_that_layers_doing() {
    assert_eq!(
        nested_ends(Does::End(1), 2),
        (End::Completed, End::LayerError)
    );
    assert_eq!(
        nested_ends(Does::End(0), 1),
        (End::Completed, End::LayerError)
    );
    assert_eq!(
        nested_ends(Does::Fail(1), 2),
        (End::BodyError, End::LayerError)
    );
    assert_eq!(
        nested_ends(Does::Fail(0), 1),
        (End::BodyError, End::LayerError)
    );
}

#[test]
fn a_layer_that_would_have_failed_it_later_is_not_blamed() {
    assert_eq!(nested_ends(Does::Fail(2), 2), (End::Dropped, End::Dropped));
    assert_eq!(nested_ends(Does::End(2), 1), (End::Dropped, End::Dropped));
}

#[test]
fn without_a_word_from_outside_there_is_no_evidence() {
    // Let go of before the outer exchange had seen the body.
    assert_eq!(nested_ends(Does::Replace, 0), (End::Dropped, End::Dropped));
    // An independent layer is within no exchange that it knows of.
    assert_eq!(
        ends(Does::End(1), 2, stream),
        (End::Completed, End::Dropped)
    );
}

#[test]
fn what_completes_inside_completes() {
    let complete = || {
        let response = Response::builder().header(CONTENT_TYPE, "text/event-stream");
        let body = Script::of([Step::Data("one")]);
        response.body(body).expect("a response")
    };
    assert_eq!(
        ends(Does::Pass, 3, complete),
        (End::Completed, End::Completed)
    );
    let after_all = ends(Does::Fail(2), 2, complete);
    assert_eq!(after_all, (End::Completed, End::Completed));
    // The inner one was at its end when the layer failed what came of it.
    let early = || {
        let mut response = stream();
        *response.body_mut() = Script {
            ends_early: true,
            ..Script::of([Step::Data("one")])
        };
        response
    };
    assert_eq!(
        ends(Does::Fail(1), 2, early),
        (End::BodyError, End::Completed)
    );
}

#[test]
fn of_what_the_outer_body_does_the_first_thing_stays() {
    let mark = Mark::default();
    assert!(!mark.blames_a_layer(), "no one has seen it");
    mark.drop_outer();
    assert!(!mark.blames_a_layer(), "it never reached the outside");
    mark.reach_outer();
    assert!(mark.blames_a_layer(), "the outer body is there");
    mark.end_outer(false);
    assert!(mark.blames_a_layer(), "it ended by itself");
    mark.drop_outer();
    assert!(mark.blames_a_layer(), "and its drop is no news");
    let mark = Mark::default();
    mark.reach_outer();
    mark.clone().drop_outer();
    assert!(!mark.blames_a_layer(), "it was let go of");
    mark.end_outer(false);
    assert!(!mark.blames_a_layer());
}

#[test]
fn one_that_is_let_go_of_while_it_is_polled_outside_is_no_panic() {
    let (outside, inside) = (Witness::default(), Other::default());
    let inner = service(ObserveLayer::new(inside.clone()), stream);
    let mut stack = ObserveLayer::new(outside.clone()).layer(inner);
    let call = std::pin::pin!(stack.call(Request::new(())));
    let Poll::Ready(Ok(response)) = super::support::poll(call) else {
        panic!("the service was to answer at once");
    };
    let mut body: ObservedBody<_, _> = response.into_body();
    drain(&mut body);
    let holder = std::panic::catch_unwind(std::panic::AssertUnwindSafe(move || {
        let _held = body;
        panic!("whoever holds the body panics");
    }));
    assert!(holder.is_err());
    assert_eq!(
        outside.only().end,
        End::Panic,
        "a layer's panic unwinds through it"
    );
    assert_eq!(inside.0.only().end, End::Panic);
}
