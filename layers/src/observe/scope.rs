//! What is live on this thread: the exchange within which the code runs.
//!
//! An inner layer finds the exchange of an outer one here, and so do words about the route. Nothing
//! is put into the request for it, so it costs no allocation; what runs in another task than the
//! layer outside is not within its exchange.

use std::cell::{Cell, RefCell};

use crate::route::{RouteState, Routes, Word};

/// Which observers see the live exchange, a bit for each type; no other bit if none is known.
pub(crate) type Observing = u64;

/// Set while there is a word that no exchange has heard.
const SAID: Observing = 1 << 0;

/// Set whenever there is a live exchange: each one that is [entered](enter) has it.
pub(super) const LIVE: Observing = 1 << 1;

/// Set where an observer measures how long calls take.
pub(super) const MEASURES_CALLS: Observing = 1 << 2;

/// Set once an exchange within the live one has such an observer, until that has heard of it.
const IS_MEASURED: Observing = 1 << 3;

/// What the live exchange is to hear.
const NEWS: Observing = SAID | IS_MEASURED;

/// The bits that tell of observers, and that there is an exchange.
pub(super) const OBSERVERS: Observing = !NEWS;

thread_local! {
    static OBSERVING: Cell<Observing> = const { Cell::new(0) };
    static WORD: Cell<Option<Word>> = const { Cell::new(None) };
    /// What is still to be heard by the exchanges outside of the live one, the outermost first: one
    /// for each scope that was entered over a word.
    static WAITING: RefCell<Vec<Word>> = const { RefCell::new(Vec::new()) };
}

/// Within an exchange. Dropped, also by a panic, it hears what was said and gives the turn back to the
/// exchange outside.
#[derive(Debug)]
pub(super) struct Scope<'a> {
    outer: Observing,
    routes: &'a Routes,
    route: &'a mut RouteState,
}

/// The bit of the observer with this number: 60 types can be told apart, later ones have no bit.
pub(super) fn bit(number: usize) -> Observing {
    const FIRST: Observing = IS_MEASURED << 1;
    if number < 60 { FIRST << number } else { 0 }
}

/// Which [observers](OBSERVERS) see the exchange that is live on this thread, and what was said.
#[inline(always)]
pub(super) fn observing() -> Observing {
    OBSERVING.get()
}

/// Enters an exchange that these see, [`LIVE`] among them, and whose route is `route`.
#[inline(always)]
pub(super) fn enter<'a>(
    observing: Observing,
    routes: &'a Routes,
    route: &'a mut RouteState,
) -> Scope<'a> {
    let outer = OBSERVING.get();
    let unsaid = if outer & NEWS == 0 {
        outer
    } else {
        wait();
        outer & !NEWS
    };
    OBSERVING.set(unsaid | observing);
    Scope {
        outer,
        routes,
        route,
    }
}

/// Says a word to the live exchange; gives it back if there is none.
pub(crate) fn say(word: Word) -> Result<(), Word> {
    let observing = OBSERVING.get();
    if observing & LIVE == 0 {
        return Err(word);
    }
    OBSERVING.set(observing | SAID);
    let said = WORD.take();
    WORD.set(Some(match said {
        Some(said) if !word.goes_before(Some(said.source)) => said,
        _ => word,
    }));
    Ok(())
}

/// Tells the live exchange, if there is one, that it is a call that is measured within.
#[cold]
pub(super) fn tell_measured() {
    let observing = OBSERVING.get();
    if observing & LIVE != 0 {
        OBSERVING.set(observing | IS_MEASURED);
    }
}

// === impl Scope ===

impl Scope<'_> {
    /// Takes what was said within, and passes it on to the exchange outside, if there is one.
    #[cold]
    fn hear(&mut self, within: Observing) {
        if within & IS_MEASURED != 0 {
            self.route.is_measured = true;
            tell_measured();
        }
        let said = WORD.take();
        if let Some(word) = &said {
            self.routes.hear(self.route, word);
        }
        // What was said outside, before and now, goes on waiting for the exchange outside.
        if self.outer & SAID != 0 {
            WORD.set(WAITING.with_borrow_mut(Vec::pop));
        }
        if let Some(word) = said {
            let _ = say(word);
        }
    }
}

impl Drop for Scope<'_> {
    #[inline(always)]
    fn drop(&mut self) {
        let within = OBSERVING.get();
        OBSERVING.set(self.outer);
        if (within | self.outer) & NEWS != 0 {
            self.hear(within);
        }
    }
}

/// Puts aside what the exchange outside is still to hear.
#[cold]
fn wait() {
    if let Some(word) = WORD.take() {
        WAITING.with_borrow_mut(|waiting| waiting.push(word));
    }
}
