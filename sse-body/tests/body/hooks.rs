//! What hooks are told, and when.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use bytes::Bytes;
use http_body::Frame;
use sse_body::{Ended, Item, OnEnd, OnFrame, OnItem, SseBody, Stats};

use crate::script::{EVENT, Script, Step, drain};

#[test]
fn hooks_are_called_in_the_order_of_what_passes() {
    let told = RefCell::new(Vec::new());
    let tell = |what: String| told.borrow_mut().push(what);
    let mut body = SseBody::new(Script::new([
        Step::Data(b":\n\ndata: a\n\ndata: b"),
        Step::Data(b"\n\n"),
    ]))
    .on_end(|stats: &Stats, ended| tell(format!("{ended:?} {}", stats.events)))
    .on_item(|item: Item<'_>| match item {
        Item::Comment => tell("comment".to_owned()),
        item => tell(format!("event {}", matches!(item, Item::Event(_)))),
    })
    .on_item(|_: Item<'_>| tell("again".to_owned()))
    .on_frame(|frame: &Frame<Bytes>| tell(format!("frame {}", frame.is_data())));
    drain(&mut body);
    drop(body);
    let items = [
        "comment",
        "again",
        "event true",
        "again",
        "frame true",
        "event true",
        "again",
    ];
    let expected: Vec<_> = ["frame true"]
        .into_iter()
        .chain(items)
        .chain(["Completed 2"])
        .collect();
    assert_eq!(*told.borrow(), expected);
}

#[test]
fn hooks_may_share_their_state() {
    #[derive(Default)]
    struct Shared(Rc<Cell<(u32, u32, u32)>>);
    impl OnItem for Shared {
        fn on_item(&mut self, _: Item<'_>) {
            let (frames, items, ends) = self.0.get();
            self.0.set((frames, items + 1, ends));
        }
    }
    impl OnFrame<Bytes> for Shared {
        fn on_frame(&mut self, _: &Frame<Bytes>) {
            let (frames, items, ends) = self.0.get();
            self.0.set((frames + 1, items, ends));
        }
    }
    impl OnEnd for Shared {
        fn on_end(&mut self, _: &Stats, _: Ended) {
            let (frames, items, ends) = self.0.get();
            self.0.set((frames, items, ends + 1));
        }
    }
    let shared = Shared::default();
    let counts = shared.0.clone();
    drain(&mut SseBody::new(Script::new([EVENT, EVENT])).with_hooks(shared));
    assert_eq!(counts.get(), (2, 2, 1));
}
