//! Observers composed: none, one, or a pair of compositions.

use std::{
    any::{TypeId, type_name},
    marker::PhantomData,
    mem::needs_drop,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Mutex, Once, PoisonError},
};

use super::{
    FrameRef, Needs, Observer, Record, RequestHead, RequestTap, ResponseHead,
    scope::{self, Observing},
};
use crate::label::End;

/// One observer or several: `()`, an [`Observer`], or a pair of these.
///
/// It is sealed: what users write is an [`Observer`].
pub trait Observers: sealed::Composition {}

impl<O: sealed::Composition> Observers for O {}

pub(super) mod sealed {
    use super::*;

    /// See [`Observers`](super::Observers).
    #[allow(unnameable_types, reason = "sealed")]
    pub trait Composition: Clone + Send + Sync + 'static {
        /// Which bit of [`Observing`] each observer has.
        type Bits: Copy + Send + Sync + std::fmt::Debug + 'static;
        /// The state of each observer that sees the exchange.
        type Slots: Default + Send + 'static;

        /// Whether an observer of these wants its hooks for frames within what is outside of it.
        const FRAMES_WITHIN: bool;

        fn bits(&self) -> Self::Bits;
        fn observing(bits: Self::Bits) -> Observing;
        /// Whether each observer can be told by its bit, or is off.
        fn known(&self) -> bool;
        fn needs(&self) -> Needs;
        fn start(
            &self,
            bits: Self::Bits,
            outer: Observing,
            record: Record<'_>,
            request: RequestHead<'_>,
        ) -> Self::Slots;
        fn tap(&self, slots: &mut Self::Slots, record: Record<'_>, taps: &mut Vec<RequestTap>);
        fn enter(&self, slots: &Self::Slots) -> impl Sized;
        fn head(&self, slots: &mut Self::Slots, record: Record<'_>, head: &mut ResponseHead<'_>);
        fn poll(&self, slots: &mut Self::Slots, record: Record<'_>);
        fn frame(&self, slots: &mut Self::Slots, record: Record<'_>, frame: FrameRef<'_>);
        fn let_go(&self, slots: &mut Self::Slots, record: Record<'_>);
        fn judge(&self, slots: &mut Self::Slots, record: Record<'_>) -> Option<End>;
        fn end(&self, slots: &mut Self::Slots, record: Record<'_>);
    }
}

use sealed::Composition;

// === impl () ===

impl Composition for () {
    type Bits = ();
    type Slots = ();

    const FRAMES_WITHIN: bool = false;

    fn bits(&self) {}

    fn known(&self) -> bool {
        true
    }

    fn observing((): ()) -> Observing {
        0
    }

    fn needs(&self) -> Needs {
        Needs::NONE
    }

    fn start(&self, (): (), _: Observing, _: Record<'_>, _: RequestHead<'_>) {}
    fn tap(&self, (): &mut (), _: Record<'_>, _: &mut Vec<RequestTap>) {}
    fn enter(&self, (): &()) -> impl Sized {}
    fn head(&self, (): &mut (), _: Record<'_>, _: &mut ResponseHead<'_>) {}
    fn poll(&self, (): &mut (), _: Record<'_>) {}
    fn frame(&self, (): &mut (), _: Record<'_>, _: FrameRef<'_>) {}
    fn let_go(&self, (): &mut (), _: Record<'_>) {}
    fn judge(&self, (): &mut (), _: Record<'_>) -> Option<End> {
        None
    }
    fn end(&self, (): &mut (), _: Record<'_>) {}
}

// === impl Observer ===

/// One observer: its slot is empty where a layer outside has one of its type, where its `start`
/// panicked, and once it has seen the end.
impl<P: Observer> Composition for P {
    type Bits = Observing;
    type Slots = Option<P::State>;

    const FRAMES_WITHIN: bool = P::FRAMES_WITHIN;

    fn bits(&self) -> Observing {
        guard::<P, _>(|| self.identity())
            .flatten()
            .map_or(0, bit_of)
    }

    fn known(&self) -> bool {
        self.identity().is_none_or(|observer| bit_of(observer) != 0)
    }

    fn observing(bits: Observing) -> Observing {
        bits
    }

    fn needs(&self) -> Needs {
        guard::<P, _>(|| Observer::needs(self)).unwrap_or_default()
    }

    #[inline(always)]
    fn start(
        &self,
        bits: Observing,
        outer: Observing,
        record: Record<'_>,
        request: RequestHead<'_>,
    ) -> Self::Slots {
        if outer & bits != 0 || guard::<P, _>(|| self.is_on()) != Some(true) {
            return None;
        }
        guard::<P, _>(|| Observer::start(self, record, request))
    }

    fn tap(&self, slots: &mut Self::Slots, record: Record<'_>, taps: &mut Vec<RequestTap>) {
        if let Some(state) = slots {
            taps.extend(guard::<P, _>(|| Observer::tap(self, state, record)).flatten());
        }
    }

    #[inline(always)]
    fn enter(&self, slots: &Self::Slots) -> impl Sized {
        let state = slots.as_ref()?;
        Entered::<P, _>::new(guard::<P, _>(|| Observer::enter(self, state))?)
    }

    #[inline(always)]
    fn head(&self, slots: &mut Self::Slots, record: Record<'_>, head: &mut ResponseHead<'_>) {
        if let Some(state) = slots {
            guard::<P, _>(|| Observer::head(self, state, record, head));
        }
    }

    #[inline(always)]
    fn poll(&self, slots: &mut Self::Slots, record: Record<'_>) {
        if let Some(state) = slots {
            guard::<P, _>(|| Observer::poll(self, state, record));
        }
    }

    #[inline(always)]
    fn let_go(&self, slots: &mut Self::Slots, record: Record<'_>) {
        if let Some(state) = slots {
            guard::<P, _>(|| Observer::let_go(self, state, record));
        }
    }

    fn judge(&self, slots: &mut Self::Slots, record: Record<'_>) -> Option<End> {
        let state = slots.as_mut()?;
        guard::<P, _>(|| Observer::judge(self, state, record)).flatten()
    }

    #[inline(always)]
    fn frame(&self, slots: &mut Self::Slots, record: Record<'_>, frame: FrameRef<'_>) {
        if let Some(state) = slots {
            guard::<P, _>(|| Observer::frame(self, state, record, frame));
        }
    }

    #[inline(always)]
    fn end(&self, slots: &mut Self::Slots, record: Record<'_>) {
        if let Some(state) = slots.take() {
            guard::<P, _>(|| Observer::end(self, state, record));
        }
    }
}

// === impl (A, B) ===

/// In order at the start, in reverse at the end, and the second within what the first one enters: a
/// log after a span finds the span's context active in its hooks; in those for frames, if it wants that.
impl<A: Observers, B: Observers> Composition for (A, B) {
    type Bits = (A::Bits, B::Bits);
    type Slots = (A::Slots, B::Slots);

    const FRAMES_WITHIN: bool = A::FRAMES_WITHIN || B::FRAMES_WITHIN;

    fn bits(&self) -> Self::Bits {
        (self.0.bits(), self.1.bits())
    }

    fn known(&self) -> bool {
        self.0.known() && self.1.known()
    }

    fn observing((a, b): Self::Bits) -> Observing {
        A::observing(a) | B::observing(b)
    }

    fn needs(&self) -> Needs {
        self.0.needs().and(self.1.needs())
    }

    #[inline(always)]
    fn start(
        &self,
        (a, b): Self::Bits,
        outer: Observing,
        record: Record<'_>,
        request: RequestHead<'_>,
    ) -> Self::Slots {
        let first = self.0.start(a, outer, record, request);
        let within = self.0.enter(&first);
        let second = self.1.start(b, outer, record, request);
        drop(within);
        (first, second)
    }

    fn tap(&self, (a, b): &mut Self::Slots, record: Record<'_>, taps: &mut Vec<RequestTap>) {
        self.0.tap(a, record, taps);
        let _within = self.0.enter(a);
        self.1.tap(b, record, taps);
    }

    #[inline(always)]
    fn enter(&self, (a, b): &Self::Slots) -> impl Sized {
        let outer = self.0.enter(a);
        // Fields drop in order: the one that was entered last first.
        (self.1.enter(b), outer)
    }

    #[inline(always)]
    fn head(&self, (a, b): &mut Self::Slots, record: Record<'_>, head: &mut ResponseHead<'_>) {
        self.0.head(a, record, head);
        let _within = self.0.enter(a);
        self.1.head(b, record, head);
    }

    #[inline(always)]
    fn poll(&self, (a, b): &mut Self::Slots, record: Record<'_>) {
        self.0.poll(a, record);
        let _within = B::FRAMES_WITHIN.then(|| self.0.enter(a));
        self.1.poll(b, record);
    }

    /// In order: what the second enters is left before what the first one enters, as its end comes first.
    #[inline(always)]
    fn let_go(&self, (a, b): &mut Self::Slots, record: Record<'_>) {
        self.0.let_go(a, record);
        self.1.let_go(b, record);
    }

    fn judge(&self, (a, b): &mut Self::Slots, record: Record<'_>) -> Option<End> {
        let first = self.0.judge(a, record);
        let _within = self.0.enter(a);
        first.or_else(|| self.1.judge(b, record))
    }

    #[inline(always)]
    fn frame(&self, (a, b): &mut Self::Slots, record: Record<'_>, frame: FrameRef<'_>) {
        self.0.frame(a, record, frame);
        let _within = B::FRAMES_WITHIN.then(|| self.0.enter(a));
        self.1.frame(b, record, frame);
    }

    #[inline(always)]
    fn end(&self, (a, b): &mut Self::Slots, record: Record<'_>) {
        let within = self.0.enter(a);
        self.1.end(b, record);
        drop(within);
        self.0.end(a, record);
    }
}

/// What an observer entered. Its drop is a hook too: a panic in it ends here.
struct Entered<P: 'static, G>(Option<G>, PhantomData<P>);

impl<P: 'static, G> Entered<P, G> {
    /// What is to be dropped with care, if it has a drop at all.
    #[inline(always)]
    fn new(entered: G) -> Option<Self> {
        if needs_drop::<G>() {
            Some(Self(Some(entered), PhantomData))
        } else {
            None
        }
    }
}

impl<P: 'static, G> Drop for Entered<P, G> {
    #[inline(always)]
    fn drop(&mut self) {
        let entered = self.0.take();
        guard::<P, _>(|| drop(entered));
    }
}

/// The bit of an observer's type: the first 62 types that a process uses have one each. Later ones
/// have none, and are not joined.
fn bit_of(observer: TypeId) -> Observing {
    static TYPES: Mutex<Vec<TypeId>> = Mutex::new(Vec::new());
    let mut types = TYPES.lock().unwrap_or_else(PoisonError::into_inner);
    let index = types
        .iter()
        .position(|known| *known == observer)
        .unwrap_or_else(|| {
            types.push(observer);
            types.len() - 1
        });
    scope::bit(index)
}

/// Runs a hook; a panic in it ends here.
#[inline(always)]
pub(crate) fn guard<P: 'static, T>(hook: impl FnOnce() -> T) -> Option<T> {
    catch_unwind(AssertUnwindSafe(hook))
        .map_err(|payload| caught::<P>(payload))
        .ok()
}

#[cold]
fn caught<P: 'static>(payload: Box<dyn std::any::Any + Send>) {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // What the observer stumbled over may be the subscriber.
        contain(|| {
            tracing::error!(
                observer = type_name::<P>(),
                "an observer panicked; requests go on, and further panics of observers are not \
                 logged"
            );
        });
    });
    // A payload may panic when it is dropped.
    contain(|| drop(payload));
}

/// Runs what may panic, and lets go of nothing that might do so again.
fn contain(f: impl FnOnce()) {
    if let Err(payload) = catch_unwind(AssertUnwindSafe(f)) {
        std::mem::forget(payload);
    }
}
