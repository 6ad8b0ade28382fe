//! A call's stream.

use std::{
    fmt,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    task::{Context, Poll},
    time::Instant,
};

use bytes::Buf;
use http_body::{Body, Frame, SizeHint};
use pin_project_lite::pin_project;
use sse_body::{Ended, Item, OnEnd, OnFrame, OnItem, SseBody, Stats};

use super::{
    Call, Tokens,
    call::{Entered, Part},
    core::{About, Core},
    figures::Counted,
    tokens::{Meaning, Vocabulary},
};
use crate::{
    clock,
    label::{End, Outcome},
    observe::is_known_timeout,
    task::{Running, Watch, WatchOutput, type_number},
};

pin_project! {
    /// A call's stream; made by [`Call::stream`] and [`NewCall::stream`](super::NewCall::stream).
    ///
    /// It gives the same frames, trailers, size hint and end of stream as the body within. The call's end is recorded
    /// when the consumer polls past the last frame, or lets go of the body: what it reads in the last frame can still be
    /// told to the call.
    pub struct CallBody<B>
    where
        B: Body,
    {
        // There until this is dropped.
        #[pin]
        inner: Option<SseBody<B, Hooks>>,
        part: BodyPart,
    }

    impl<B> PinnedDrop for CallBody<B>
    where
        B: Body,
    {
        fn drop(this: Pin<&mut Self>) {
            let mut this = this.project();
            if this.part.is_over {
                return;
            }
            let mut running = Running::of(this.part);
            this.inner.set(None);
            running.end_with(&BodyEnd::LetGo);
        }
    }
}

/// What is seen in the body, told to who watches it.
struct Hooks {
    seen: Arc<Seen>,
    vocabulary: Arc<Vocabulary>,
    tokens: Tokens,
}

#[derive(Debug, Default)]
struct Seen {
    tokens: AtomicU64,
    is_marked: AtomicBool,
    is_completed: AtomicBool,
    /// A frame did not show all its bytes: an end marker may have been in it.
    is_unread: AtomicBool,
}

/// Who watches the body.
struct BodyPart {
    call: Call,
    seen: Arc<Seen>,
    /// The time of `base`, in nanoseconds since the call's start.
    offset: u64,
    base: Instant,
    counted: Option<Counted>,
    /// When the last frame passed, in nanoseconds since the call's start.
    completed: Option<u64>,
    needs_marker: bool,
    is_over: bool,
}

/// How a body ended.
enum BodyEnd {
    /// The consumer polled past its end, or let go of it.
    LetGo,
    /// It failed, with an error of this class.
    Failed(&'static str),
}

const BODY_ERROR: &str = End::BodyError.as_str();
const INCOMPLETE: &str = End::Incomplete.as_str();
const TIMEOUT: &str = End::Timeout.as_str();

/// Registers how streams may end.
pub(super) fn declare(core: &Core, about: &About) {
    core.declare(about, type_number::<BodyEnd>(), || {
        let mut words = vec![BODY_ERROR, TIMEOUT];
        if core.vocabulary.has_markers() {
            words.push(INCOMPLETE);
        }
        words.into()
    });
}

// === impl CallBody ===

impl<B: Body> CallBody<B> {
    pub(super) fn new(
        call: Call,
        vocabulary: Arc<Vocabulary>,
        elapsed: u64,
        body: B,
        tokens: Tokens,
    ) -> Self {
        let seen = Arc::<Seen>::default();
        let needs_marker = vocabulary.has_markers() && tokens != Tokens::Unreadable;
        let hooks = Hooks {
            seen: Arc::clone(&seen),
            vocabulary,
            tokens,
        };
        let inner = SseBody::with_format(body, tokens.format()).clock(clock::instant);
        let part = BodyPart {
            call,
            seen,
            offset: elapsed,
            base: inner.stats().started,
            counted: None,
            completed: None,
            needs_marker,
            is_over: false,
        };
        let inner = Some(inner.with_hooks(hooks));
        Self { inner, part }
    }

    /// The call's handle.
    pub fn call(&self) -> &Call {
        &self.part.call
    }
}

impl<B> Body for CallBody<B>
where
    B: Body<Error: 'static>,
{
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        let this = self.project();
        let mut inner = this.inner.as_pin_mut().expect("kept until the drop");
        if this.part.is_over {
            return inner.poll_frame(cx);
        }
        // Until the poll comes back it is over: by a panic.
        let mut running = Running::of(this.part);
        let poll = inner.as_mut().poll_frame(cx);
        running.watch().passed(inner.stats());
        match &poll {
            Poll::Pending | Poll::Ready(Some(Ok(_))) => running.leave(),
            Poll::Ready(None) => running.end_with(&BodyEnd::LetGo),
            Poll::Ready(Some(Err(error))) if is_known_timeout(error) => {
                running.end_with(&BodyEnd::Failed(TIMEOUT));
            }
            Poll::Ready(Some(Err(_))) => running.end_with(&BodyEnd::Failed(BODY_ERROR)),
        }
        poll
    }

    fn is_end_stream(&self) -> bool {
        self.inner.as_ref().is_none_or(SseBody::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        let inner = self.inner.as_ref();
        inner.map(SseBody::size_hint).unwrap_or_default()
    }
}

impl<B: Body> fmt::Debug for CallBody<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallBody")
            .field("call", &self.part.call)
            .field("seen", &self.part.seen)
            .finish_non_exhaustive()
    }
}

// === impl Hooks ===

impl<D: Buf> OnFrame<D> for Hooks {
    fn on_frame(&mut self, _: &Frame<D>) {}
}

impl OnItem for Hooks {
    fn on_item(&mut self, item: Item<'_>) {
        let Item::Event(event) = item else {
            return;
        };
        match self.vocabulary.meaning(event, self.tokens) {
            Meaning::Token => {
                let seen = &self.seen.tokens;
                seen.store(seen.load(Ordering::Relaxed) + 1, Ordering::Relaxed);
            }
            Meaning::EndMarker => self.seen.is_marked.store(true, Ordering::Relaxed),
            Meaning::Other => {}
        }
    }
}

impl OnEnd for Hooks {
    fn on_end(&mut self, stats: &Stats, ended: Ended) {
        let Seen {
            is_completed,
            is_unread,
            ..
        } = &*self.seen;
        is_unread.store(stats.unread, Ordering::Relaxed);
        is_completed.store(ended == Ended::Completed, Ordering::Relaxed);
    }
}

// === impl BodyPart ===

impl BodyPart {
    /// A poll came back. What it completed has the time of its frame, by the body's clock.
    fn passed(&mut self, stats: &Stats) {
        let before = self.counted.map_or(0, |counted| counted.tokens);
        let tokens = self.seen.tokens.load(Ordering::Relaxed);
        if tokens > before
            && let Some(at) = stats.last_event
        {
            let since = at.saturating_duration_since(self.base).as_nanos();
            let nanos = self
                .offset
                .saturating_add(u64::try_from(since).unwrap_or(u64::MAX));
            let more = Counted::at(nanos, tokens - before);
            match &mut self.counted {
                Some(counted) => counted.add(more),
                None => self.counted = Some(more),
            }
        }
        if self.completed.is_none() && self.seen.is_completed.load(Ordering::Relaxed) {
            self.completed = Some(self.call.elapsed());
        }
    }

    /// What the end means, given what passed.
    fn judge(&self, end: &BodyEnd) -> (Outcome, Option<&'static str>) {
        let Seen {
            is_marked,
            is_completed,
            is_unread,
            ..
        } = &*self.seen;
        // What was said whole is whole, whatever comes after.
        if is_marked.load(Ordering::Relaxed) {
            return (Outcome::Success, None);
        }
        match end {
            BodyEnd::Failed(class) => (Outcome::Error, Some(class)),
            BodyEnd::LetGo if !is_completed.load(Ordering::Relaxed) => (Outcome::Cancelled, None),
            BodyEnd::LetGo if self.needs_marker && !is_unread.load(Ordering::Relaxed) => {
                (Outcome::Error, Some(INCOMPLETE))
            }
            BodyEnd::LetGo => (Outcome::Success, None),
        }
    }

    fn end(&mut self, outcome: Outcome, class: Option<&'static str>) {
        self.is_over = true;
        if let Some(counted) = self.counted.take()
            // How many more there were is not known.
            && !self.seen.is_unread.load(Ordering::Relaxed)
        {
            self.call.count(counted);
        }
        self.call.end(Part::Body, outcome, class, self.completed);
    }
}

impl Watch for BodyPart {
    type Entered = Option<Entered>;

    fn begin(&mut self) {}

    fn enter(&self) -> Option<Entered> {
        self.call.enter()
    }

    fn end_without(&mut self, outcome: Outcome) {
        self.end(outcome, None);
    }
}

impl WatchOutput<BodyEnd> for BodyPart {
    fn end_with(&mut self, end: &BodyEnd) {
        let (outcome, class) = self.judge(end);
        self.end(outcome, class);
    }
}
