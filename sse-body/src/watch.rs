//! Watches what a body gives, and tells its end once.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    thread,
    time::Instant,
};

use bytes::Buf;
use http_body::Frame;

use crate::{Ended, Format, Item, OnEnd, OnFrame, OnItem, Scanner, Stats};

/// All of an `SseBody` but the body.
#[derive(Debug)]
pub(crate) struct Watch<H: OnEnd> {
    /// `None` once the end was told.
    hooks: Option<H>,
    /// `None` if the content is not read.
    scanner: Option<Scanner>,
    stats: Stats,
    clock: fn() -> Instant,
    /// From when on the wait for the next poll is the longest so far; `None` if nothing was handed over.
    patience: Option<Instant>,
    /// The end if the body is dropped now.
    at_drop: Ended,
}

// === impl Watch ===

impl Watch<()> {
    pub(crate) fn new(format: Format, at_drop: Ended) -> Self {
        #[allow(
            clippy::disallowed_methods,
            reason = "the default, which `clock` replaces"
        )]
        let clock = Instant::now;
        let mut stats = Stats::new(clock());
        stats.encoded = format == Format::Encoded;
        let scanner = match format {
            Format::Encoded => None,
            Format::EventStream => Some(Scanner::new()),
            Format::Lines => Some(Scanner::lines()),
        };
        Self {
            hooks: Some(()),
            scanner,
            stats,
            clock,
            patience: None,
            at_drop,
        }
    }
}

impl<H: OnEnd> Watch<H> {
    /// The same with other hooks, made of those there are.
    pub(crate) fn map_hooks<T: OnEnd>(mut self, map: impl FnOnce(H) -> T) -> Watch<T> {
        Watch {
            hooks: self.hooks.take().map(map),
            scanner: self.scanner.take(),
            stats: self.stats.clone(),
            clock: self.clock,
            patience: self.patience,
            at_drop: self.at_drop,
        }
    }

    pub(crate) fn set_clock(&mut self, clock: fn() -> Instant) {
        self.clock = clock;
        self.stats.started = clock();
    }

    pub(crate) const fn set_start(&mut self, start: Instant) {
        self.stats.started = start;
    }

    pub(crate) const fn stats(&self) -> &Stats {
        &self.stats
    }

    /// The consumer is here again.
    #[inline]
    pub(crate) fn polled(&mut self) {
        if let Some(patience) = self.patience.take() {
            let now = (self.clock)();
            // To compare is a fraction of what a subtraction costs, and most waits are short.
            if now > patience {
                self.stats.longest_backpressure += now - patience;
            }
        }
    }

    #[inline]
    pub(crate) fn frame<D: Buf>(&mut self, frame: &Frame<D>)
    where
        H: OnFrame<D> + OnItem,
    {
        let Some(hooks) = &mut self.hooks else {
            return;
        };
        let now = (self.clock)();
        self.patience = now.checked_add(self.stats.longest_backpressure);
        let data = frame.data_ref();
        self.stats
            .frame(data.map_or(0, |data| data.remaining() as u64), now);
        hooks.on_frame(frame);
        if let (Some(scanner), Some(data)) = (&mut self.scanner, data) {
            let stats = &mut self.stats;
            let before = stats.events;
            let shows_all = scanner.feed_buf(data, &mut |item: Item<'_>| {
                stats.item(item);
                hooks.on_item(item);
            });
            if stats.events != before {
                stats.events_at(now);
            }
            stats.saw_id = scanner.saw_id();
            if !shows_all {
                stats.unread = true;
                self.scanner = None;
            }
        }
    }

    /// Tells the end, unless it was told.
    pub(crate) fn end(&mut self, ended: Ended)
    where
        H: OnItem,
    {
        if let (Ended::Completed, Some(hooks), Some(scanner)) =
            (ended, &mut self.hooks, &mut self.scanner)
        {
            let (stats, now) = (&mut self.stats, (self.clock)());
            let before = stats.events;
            stats.cut_off = scanner.finish(&mut |item: Item<'_>| {
                stats.item(item);
                hooks.on_item(item);
            });
            if stats.events != before {
                stats.events_at(now);
            }
        }
        self.tell(ended);
    }

    fn tell(&mut self, ended: Ended) {
        self.patience = None;
        if let Some(scanner) = self.scanner.take() {
            self.stats.cut_off |= !scanner.at_boundary();
        }
        // Taken first: if the hook panics, it is not called again.
        if let Some(mut hooks) = self.hooks.take() {
            hooks.on_end(&self.stats, ended);
        }
    }
}

impl<H: OnEnd> Drop for Watch<H> {
    fn drop(&mut self) {
        if thread::panicking() {
            // A second panic would abort the process.
            let _ = catch_unwind(AssertUnwindSafe(|| self.tell(self.at_drop)));
        } else {
            self.tell(self.at_drop);
        }
    }
}
