//! What one observer counted of a stream, as another one sees it.

use std::sync::{Arc, Mutex};

use http::{Request, Response, header::CONTENT_TYPE};

use super::support::{Script, Step, answer, drain, service};
use crate::{
    label::End,
    observe::{
        FrameRef, Needs, ObserveLayer, Observer, Observers, Record, RequestHead, StreamCounts,
    },
};

/// Takes each frame for an event, unless it is told to panic.
#[derive(Clone, Debug)]
struct Counter {
    panics: bool,
}

/// Keeps what is known at the end, and needs it or does not.
#[derive(Clone, Debug, Default)]
struct Reader {
    needs: bool,
    seen: Arc<Mutex<Vec<Option<StreamCounts>>>>,
}

impl Observer for Counter {
    type State = u64;

    fn start(&self, _: Record<'_>, _: RequestHead<'_>) -> u64 {
        0
    }

    fn frame(&self, events: &mut u64, _: Record<'_>, _: FrameRef<'_>) {
        *events += 1;
    }

    fn counts(&self, events: &mut u64, record: Record<'_>) -> Option<StreamCounts> {
        assert!(!self.panics, "the observer panics");
        assert_eq!(record.end(), Some(End::Completed));
        Some(StreamCounts {
            events: *events,
            ..StreamCounts::default()
        })
    }

    fn end(&self, _: u64, _: Record<'_>) {}
}

impl Observer for Reader {
    type State = ();

    fn needs(&self) -> Needs {
        match self.needs {
            true => Needs::NONE.stream_counts(),
            false => Needs::NONE,
        }
    }

    fn start(&self, record: Record<'_>, _: RequestHead<'_>) {
        assert_eq!(record.stream_counts(), None);
    }

    fn end(&self, (): (), record: Record<'_>) {
        let mut seen = self.seen.lock().expect("no reader panics");
        seen.push(record.stream_counts());
    }
}

fn stream() -> Response<Script> {
    let mut response = plain();
    let value = http::HeaderValue::from_static("text/event-stream");
    response.headers_mut().insert(CONTENT_TYPE, value);
    response
}

fn plain() -> Response<Script> {
    Response::new(Script::of([Step::Data("one"), Step::Data("two")]))
}

/// The events that the reader of one exchange saw.
fn events<O: Observers>(
    reader: &Reader,
    layer: ObserveLayer<O>,
    reply: fn() -> Response<Script>,
) -> Option<u64> {
    let response = answer(&mut service(layer, reply), Request::new(()));
    drain(&mut response.expect("a response").into_body());
    let seen = reader.seen.lock().expect("no reader panics").pop();
    seen.expect("one exchange").map(|counts| counts.events)
}

#[test]
fn the_counts_of_a_stream_are_known_to_those_who_need_them_whoever_is_first() {
    let counter = Counter { panics: false };
    let reader = Reader {
        needs: true,
        ..Reader::default()
    };
    let layer = || ObserveLayer::new(counter.clone()).with(reader.clone());
    assert_eq!(events(&reader, layer(), stream), Some(2));
    assert_eq!(events(&reader, layer(), plain), None, "it is no stream");
    let layer = ObserveLayer::new(reader.clone()).with(Some(counter.clone()));
    assert_eq!(events(&reader, layer, stream), Some(2));
    let layer = ObserveLayer::new(reader.clone()).with(None::<Counter>);
    assert_eq!(events(&reader, layer, stream), None);
    let broken = Counter { panics: true };
    let layer = ObserveLayer::new(reader.clone()).with(broken);
    assert_eq!(events(&reader, layer, stream), None);
    let reader = Reader::default();
    let layer = ObserveLayer::new(reader.clone()).with(counter);
    assert_eq!(events(&reader, layer, stream), None, "no one needs it");
}
