//! The hooks that streams brought: before each poll, and after a stream completed.

use std::sync::{Arc, Mutex};

use http::{Method, Request, Response, header::CONTENT_TYPE};

use super::support::{Script, Step, Witness, answer, drain, frame, service};
use crate::{
    label::{End, Fault},
    observe::{FrameRef, MediaTypes, ObserveLayer, Observer, Record, RequestHead, StreamHandles},
};

/// Judges streams, and writes down each hook with what the record says there.
#[derive(Clone, Debug, Default)]
struct Judge {
    verdict: Option<End>,
    panics_at: &'static str,
    said: Arc<Mutex<Vec<String>>>,
}

impl Judge {
    fn says(verdict: End) -> Self {
        Self {
            verdict: Some(verdict),
            ..Self::default()
        }
    }

    fn said(&self) -> Vec<String> {
        self.said.lock().unwrap().clone()
    }

    fn hook(&self, name: &str, record: Record<'_>) {
        let end = record.end().map_or("open", End::as_str);
        self.said
            .lock()
            .unwrap()
            .push(format!("{name} {} {end}", record.frames()));
        assert!(name != self.panics_at, "the observer panics");
    }
}

impl Observer for Judge {
    type State = ();

    fn start(&self, _: Record<'_>, _: RequestHead<'_>) {}

    fn poll(&self, (): &mut (), record: Record<'_>) {
        self.hook("poll", record);
    }

    fn frame(&self, (): &mut (), record: Record<'_>, _: FrameRef<'_>) {
        self.hook("frame", record);
    }

    fn judge(&self, (): &mut (), record: Record<'_>) -> Option<End> {
        self.hook("judge", record);
        self.verdict
    }

    fn end(&self, (): (), record: Record<'_>) {
        self.hook("end", record);
    }
}

fn of_type(content_type: &'static str, script: Script) -> Response<Script> {
    let response = Response::builder().header(CONTENT_TYPE, content_type);
    response.body(script).expect("a response")
}

fn stream(script: Script) -> Response<Script> {
    of_type("text/event-stream", script)
}

fn exchange(judge: &Judge, response: impl Fn() -> Response<Script> + Clone) -> Vec<String> {
    let mut service = service(ObserveLayer::new(judge.clone()), response);
    let mut body = answer(&mut service, Request::new(()))
        .expect("a response")
        .into_body();
    drain(&mut body);
    drop(body);
    judge.said()
}

#[test]
fn the_poll_hook_comes_before_each_poll_of_the_body_and_the_judge_before_the_end() {
    let said = exchange(&Judge::default(), || {
        stream(Script::of([Step::Data("one"), Step::Data("two")]))
    });
    assert_eq!(
        said,
        [
            "poll 0 open",
            "frame 1 open",
            "poll 1 open",
            "frame 2 open",
            "poll 2 open",
            "judge 2 completed",
            "end 2 completed"
        ]
    );
}

#[test]
fn a_poll_that_waits_and_polls_after_the_end() {
    let judge = Judge::default();
    let mut service = service(ObserveLayer::new(judge.clone()), || {
        stream(Script::of([Step::Pending, Step::Data("one")]))
    });
    let mut body = answer(&mut service, Request::new(()))
        .expect("a response")
        .into_body();
    for _ in 0..5 {
        let _ = frame(&mut body);
    }
    assert_eq!(
        judge.said(),
        [
            "poll 0 open",
            "poll 0 open",
            "frame 1 open",
            "poll 1 open",
            "judge 1 completed",
            "end 1 completed"
        ],
        "after the end there is no hook"
    );
}

#[test]
fn a_verdict_is_the_end() {
    let said = exchange(&Judge::says(End::Incomplete), || stream(Script::of([])));
    assert_eq!(said.last().map(String::as_str), Some("end 0 incomplete"));
    // A body that is at its end from the start, too.
    let said = exchange(&Judge::says(End::Incomplete), || {
        stream(Script {
            ends_early: true,
            ..Script::default()
        })
    });
    assert_eq!(said, ["judge 0 completed", "end 0 incomplete"]);
}

#[test]
fn only_streams_that_completed_are_judged() {
    let judged = |response: fn() -> Response<Script>| {
        let said = exchange(&Judge::says(End::Incomplete), response);
        said.iter().any(|hook| hook.starts_with("judge"))
    };
    assert!(judged(|| stream(Script::of([Step::Trailers]))));
    assert!(!judged(|| Response::new(Script::of([Step::Data("x")]))));
    assert!(!judged(|| of_type("application/grpc", Script::of([]))));
    assert!(!judged(|| stream(Script::of([Step::Error]))));
    assert!(!judged(|| stream(Script::of([Step::TimedOut]))));
    assert!(!judged(|| stream(Script::of([Step::Pending]))));
    assert!(!judged(|| {
        let mut response = stream(Script::of([]));
        response.headers_mut().insert("content-length", 9.into());
        response
    }));
}

#[test]
fn the_first_observer_that_knows_better_is_believed() {
    let silent = Judge::default();
    let (first, second) = (Judge::says(End::Incomplete), Judge::says(End::Unknown));
    let witness = Witness::default();
    let layer = ObserveLayer::new(silent.clone())
        .with(Some(first.clone()))
        .with(None::<Judge>)
        .with(second.clone())
        .with(witness.clone());
    let mut service = service(layer, || stream(Script::of([])));
    drain(
        answer(&mut service, Request::new(()))
            .expect("a response")
            .body_mut(),
    );
    assert_eq!(witness.only().end, End::Incomplete);
    assert_eq!(
        silent.said().last().map(String::as_str),
        Some("end 0 incomplete")
    );
    let judged = |judge: &Judge| judge.said().iter().any(|hook| hook.starts_with("judge"));
    assert!(judged(&silent) && judged(&first));
    assert!(!judged(&second), "the matter was settled");
}

#[test]
fn a_panic_in_either_hook_changes_nothing() {
    for panics_at in ["poll", "judge"] {
        let (witness, judge) = (
            Witness::default(),
            Judge {
                panics_at,
                ..Judge::says(End::Incomplete)
            },
        );
        let layer = ObserveLayer::new(judge.clone()).with(witness.clone());
        let mut service = service(layer, || stream(Script::of([Step::Data("one")])));
        drain(
            answer(&mut service, Request::new(()))
                .expect("a response")
                .body_mut(),
        );
        let expected = if panics_at == "judge" {
            End::Completed
        } else {
            End::Incomplete
        };
        assert_eq!(
            (witness.only().end, witness.only().sent),
            (expected, 3),
            "{panics_at}"
        );
        assert!(judge.said().last().expect("hooks").starts_with("end"));
    }
}

#[test]
fn a_word_of_the_handlers_is_not_judged() {
    use std::future::ready;
    use tower::service_fn;
    use tower_layer::Layer;

    let judge = Judge::says(End::Incomplete);
    let handles = StreamHandles::new().reason("quota", Fault::Client);
    let layer = ObserveLayer::new(judge.clone()).stream_handles(handles.expect("a name"));
    let mut service = layer.layer(service_fn(|request: Request<()>| {
        let handle = request.extensions().get::<crate::observe::StreamHandle>();
        handle
            .expect("a handle")
            .end_with("quota")
            .expect("it is declared");
        ready(Ok::<_, super::support::Error>(stream(Script::of([]))))
    }));
    drain(
        answer(&mut service, Request::new(()))
            .expect("a response")
            .body_mut(),
    );
    assert_eq!(judge.said(), ["poll 0 open", "end 0 completed"]);
}

#[test]
fn a_media_type_that_is_added_is_judged_and_the_answer_to_a_head_is_not() {
    let types = MediaTypes::event_streams().and("application/x-ndjson");
    let types = types.expect("a media type");
    for (method, judged) in [(Method::GET, true), (Method::HEAD, false)] {
        let judge = Judge::default();
        let layer = ObserveLayer::new(judge.clone()).streams(types.clone());
        let mut service = service(layer, || of_type("application/X-NDJSON", Script::of([])));
        let request = Request::builder().method(method).body(());
        let request = request.expect("a request");
        drain(
            answer(&mut service, request)
                .expect("a response")
                .body_mut(),
        );
        let judge = judge.said();
        assert_eq!(judge.iter().any(|hook| hook.starts_with("judge")), judged);
    }
}
