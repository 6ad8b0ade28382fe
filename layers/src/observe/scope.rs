//! What is live on this thread: the exchange within which the code runs.
//!
//! An inner layer finds the exchange of an outer one here, and so do words about the route. Nothing
//! is put into the request for it, so it costs no allocation; what runs in another task than the
//! layer outside is not within its exchange.

use std::cell::Cell;

use crate::route::Word;

/// Which observers see the live exchange, a bit for each type; no other bit if none is known.
pub(crate) type Observing = u64;

/// Set whenever there is a live exchange.
const LIVE: Observing = 1 << 63;

/// How many types of observers can be told apart.
pub(super) const TYPES: usize = 62;

/// Set while there is a word that no exchange has heard.
const SAID: Observing = 1 << 62;

thread_local! {
    static OBSERVING: Cell<Observing> = const { Cell::new(0) };
    static WORD: Cell<Option<Word>> = const { Cell::new(None) };
}

/// Within an exchange; dropped, it is the outer one's turn again.
#[derive(Debug)]
pub(super) struct Scope {
    outer: Observing,
}

/// Which observers see the exchange that is live on this thread.
#[inline]
pub(super) fn observing() -> Observing {
    OBSERVING.get() & !SAID
}

/// Enters an exchange that these see.
#[inline]
pub(super) fn enter(observing: Observing) -> Scope {
    let outer = OBSERVING.get();
    OBSERVING.set(outer | observing | LIVE);
    Scope { outer }
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

/// Whether something was said.
#[inline]
pub(super) fn said() -> bool {
    OBSERVING.get() & SAID != 0
}

/// Takes what was said.
pub(super) fn heard() -> Option<Word> {
    OBSERVING.set(OBSERVING.get() & !SAID);
    WORD.take()
}

// === impl Scope ===

impl Drop for Scope {
    #[inline]
    fn drop(&mut self) {
        // What was said within is still to be heard.
        OBSERVING.set(self.outer | OBSERVING.get() & SAID);
    }
}
