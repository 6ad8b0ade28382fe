//! Observers that panic, that are switched off, that are there twice.

use http::{Request, Response};

use super::support::{Script, Step, Witness, answer, drain, service};
use crate::{
    label::End,
    observe::{FrameRef, ObserveLayer, Observer, Record, RequestHead, ResponseHead},
};

/// Panics in one of its hooks, and otherwise does as a witness.
#[derive(Clone, Debug)]
struct Faulty {
    at: &'static str,
    witness: Witness,
}

impl Faulty {
    fn may_panic(&self, at: &str) {
        assert!(self.at != at, "the observer panics");
    }
}

impl Observer for Faulty {
    type State = <Witness as Observer>::State;

    fn is_on(&self) -> bool {
        self.may_panic("is_on");
        self.at != "nothing"
    }

    fn start(&self, record: Record<'_>, request: RequestHead<'_>) -> Self::State {
        self.may_panic("start");
        self.witness.start(record, request)
    }

    fn enter(&self, _: &Self::State) -> impl Sized {
        self.may_panic("enter");
    }

    fn head(&self, state: &mut Self::State, record: Record<'_>, head: &mut ResponseHead<'_>) {
        self.may_panic("head");
        self.witness.head(state, record, head);
    }

    fn frame(&self, state: &mut Self::State, record: Record<'_>, frame: FrameRef<'_>) {
        self.may_panic("frame");
        self.witness.frame(state, record, frame);
    }

    fn end(&self, state: Self::State, record: Record<'_>) {
        self.witness.end(state, record);
        self.may_panic("end");
    }
}

fn one_frame() -> Response<Script> {
    Response::new(Script::of([Step::Data("one")]))
}

#[test]
fn an_observer_that_panics_fails_no_request_and_no_other_observer() {
    for at in ["is_on", "start", "enter", "head", "frame", "end", "nothing"] {
        let (before, faulty, after) = (Witness::default(), Witness::default(), Witness::default());
        let layer = ObserveLayer::new(before.clone())
            .with(Faulty {
                at,
                witness: faulty.clone(),
            })
            .with(Some(after.clone()));
        let mut body = answer(&mut service(layer.clone(), one_frame), Request::new(()))
            .expect("a response")
            .into_body();
        drain(&mut body);
        assert_eq!(before.only().end, End::Completed, "{at}");
        assert_eq!(after.only().sent, 3, "{at}");
        let ends = faulty.ends().len();
        assert_eq!(
            ends,
            usize::from(!matches!(at, "is_on" | "start" | "nothing")),
            "{at}: as many ends as starts"
        );
    }
}

#[test]
fn an_observer_that_is_switched_off_sees_nothing() {
    let witness = Witness::default();
    let layer = ObserveLayer::new(None::<Witness>).with(Some(Some(witness.clone())));
    let mut body = answer(&mut service(layer.clone(), one_frame), Request::new(()))
        .expect("a response")
        .into_body();
    drain(&mut body);
    assert_eq!(witness.hooks(), ["start", "head", "data", "end"]);
}

#[test]
fn an_inner_layer_records_nothing_twice() {
    use tower_layer::Layer;

    let (outer, inner) = (Witness::default(), Witness::default());
    let mut stack = ObserveLayer::new(outer.clone())
        .layer(service(ObserveLayer::new(inner.clone()), one_frame));
    let mut body = answer(&mut stack, Request::new(()))
        .expect("a response")
        .into_body();
    drain(&mut body);
    assert_eq!(outer.only().sent, 3);
    assert_eq!(inner.ends(), []);

    // By itself, the inner one records; and the thread is as it was.
    let mut alone = service(ObserveLayer::new(inner.clone()), one_frame);
    drain(
        answer(&mut alone, Request::new(()))
            .expect("a response")
            .body_mut(),
    );
    assert_eq!(inner.only().sent, 3);
}

#[test]
fn an_inner_layer_with_another_observer_records_for_that_one() {
    use tower_layer::Layer;

    let (outer, inner) = (Witness::default(), Witness::default());
    let other = Faulty {
        at: "never",
        witness: inner.clone(),
    };
    let both = ObserveLayer::new(inner.clone()).with(other);
    let mut stack = ObserveLayer::new(outer.clone()).layer(service(both, one_frame));
    drain(
        answer(&mut stack, Request::new(()))
            .expect("a response")
            .body_mut(),
    );
    assert_eq!(outer.only().sent, 3);
    assert_eq!(
        inner.only().sent,
        3,
        "by the observer that the outer layer does not have"
    );
}

#[test]
fn an_option_is_the_observer_in_it() {
    use tower_layer::Layer;

    let cases = [(true, true), (true, false), (false, true), (false, false)];
    for (outer_on, inner_on) in cases {
        let (outer, inner) = (Witness::default(), Witness::default());
        let outer_layer = ObserveLayer::new(outer_on.then(|| outer.clone()));
        let inner_layer = ObserveLayer::new(inner_on.then(|| inner.clone()));
        let mut stack = outer_layer.layer(service(inner_layer, one_frame));
        drain(
            answer(&mut stack, Request::new(()))
                .expect("a response")
                .body_mut(),
        );
        let ends = (outer.ends().len(), inner.ends().len());
        let expected = (usize::from(outer_on), usize::from(inner_on && !outer_on));
        assert_eq!(ends, expected, "outer {outer_on}, inner {inner_on}");
    }
    // And a bare one inside of an optional one.
    let (outer, inner) = (Witness::default(), Witness::default());
    let mut stack = ObserveLayer::new(Some(outer.clone()))
        .layer(service(ObserveLayer::new(inner.clone()), one_frame));
    drain(
        answer(&mut stack, Request::new(()))
            .expect("a response")
            .body_mut(),
    );
    assert_eq!((outer.ends().len(), inner.ends().len()), (1, 0));
}

/// Enters something whose drop panics.
#[derive(Clone, Debug)]
struct Trap;

struct Spring;

impl Drop for Spring {
    fn drop(&mut self) {
        panic!("what was entered panics when it is left");
    }
}

impl Observer for Trap {
    type State = ();

    fn start(&self, _: Record<'_>, _: RequestHead<'_>) {}

    fn enter(&self, (): &()) -> impl Sized {
        Spring
    }

    fn end(&self, (): (), _: Record<'_>) {}
}

#[test]
fn what_was_entered_may_panic_when_it_is_left() {
    let witness = Witness::default();
    let layer = ObserveLayer::new(Trap).with(witness.clone()).with(Trap);
    let mut stack = service(layer.clone(), one_frame);
    drain(
        answer(&mut stack, Request::new(()))
            .expect("a response")
            .body_mut(),
    );
    assert_eq!(witness.only().end, End::Completed);

    // Also while the service's own panic unwinds, where a second one would abort the process.
    let mut stack = service(layer, || panic!("the service panics"));
    let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        answer(&mut stack, Request::new(())).is_ok()
    }));
    assert!(panicked.is_err());
    assert_eq!(witness.ends().len(), 2);
}

#[test]
fn independent_layers_both_record() {
    use tower_layer::Layer;

    for (outer_alone, inner_alone) in [(true, false), (false, true), (true, true)] {
        let independent = |witness: &Witness, alone| {
            let layer = ObserveLayer::new(witness.clone());
            if alone { layer.independent() } else { layer }
        };
        let (outer, inner) = (Witness::default(), Witness::default());
        let mut stack = independent(&outer, outer_alone)
            .layer(service(independent(&inner, inner_alone), one_frame));
        drain(
            answer(&mut stack, Request::new(()))
                .expect("a response")
                .body_mut(),
        );
        assert_eq!((outer.only().sent, inner.only().sent), (3, 3));
    }
}
