//! Which lines of a busy route are left out.

use std::sync::{
    OnceLock,
    atomic::{AtomicU64, Ordering},
};

use crate::{clock::Moment, observe::Record};

/// How many lines a route has at level info: the first so many of each second, then one of so many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Rate {
    pub(super) first: u32,
    pub(super) then_one_of: u32,
}

/// Counts the lines of each route. It takes no lock: routes have a place each, in pages that are there once
/// a route of theirs is.
#[derive(Debug)]
pub(super) struct Sampler {
    rate: Rate,
    origin: Moment,
    pages: Box<[OnceLock<Page>]>,
}

type Page = Box<[Place]>;

/// A route's counts.
#[derive(Debug, Default)]
struct Place {
    /// The second since the origin in the upper half, the lines in it so far in the lower one.
    window: AtomicU64,
    left_out: AtomicU64,
}

/// How many routes a page has.
const PAGE: usize = 256;

/// Routes have numbers up to 2¹⁶; the last place is for all that might be past it.
const PAGES: usize = (1 << 16) / PAGE + 1;

// === impl Sampler ===

impl Sampler {
    pub(super) fn new(rate: Rate) -> Self {
        Self {
            rate,
            origin: Moment::now(),
            pages: (0..PAGES).map(|_| OnceLock::new()).collect(),
        }
    }

    /// Whether a line of the record's route is to be written now.
    pub(super) fn admits(&self, record: Record<'_>) -> bool {
        let since = record.started().since(self.origin);
        let second = since.saturating_add(record.nanos()) / 1_000_000_000;
        let line = self.place(record).next(second as u32);
        let Rate { first, then_one_of } = self.rate;
        match line.checked_sub(first) {
            None | Some(0) => true,
            Some(more) => more % then_one_of == 0,
        }
    }

    /// A line of the record's route is left out.
    pub(super) fn leave_out(&self, record: Record<'_>) {
        let left_out = &self.place(record).left_out;
        left_out.fetch_add(1, Ordering::Relaxed);
    }

    /// How many lines of the record's route were left out since the last one that asked.
    pub(super) fn left_out(&self, record: Record<'_>) -> u64 {
        let left_out = &self.place(record).left_out;
        // Most lines follow on none that was left out, and need not write.
        match left_out.load(Ordering::Relaxed) {
            0 => 0,
            _ => left_out.swap(0, Ordering::Relaxed),
        }
    }

    fn place(&self, record: Record<'_>) -> &Place {
        self.place_of(record.route_key(record.route_label()))
    }

    fn place_of(&self, route: u64) -> &Place {
        let last = PAGES * PAGE - 1;
        let index = usize::try_from(route).unwrap_or(last).min(last);
        let page =
            self.pages[index / PAGE].get_or_init(|| (0..PAGE).map(|_| Place::default()).collect());
        &page[index % PAGE]
    }
}

// === impl Place ===

impl Place {
    /// The number of a line in its second, from 1 on.
    fn next(&self, second: u32) -> u32 {
        let begun = |window: u64| (window >> 32) as u32;
        let mut window = self.window.load(Ordering::Relaxed);
        // A thread that is late counts into the second that another one began.
        while begun(window) < second {
            let new = u64::from(second) << 32 | 1;
            match self.window.compare_exchange_weak(
                window,
                new,
                Ordering::Relaxed,
                Ordering::Relaxed,
            ) {
                Ok(_) => return 1,
                Err(now) => window = now,
            }
        }
        // No second has 2³² lines.
        self.window.fetch_add(1, Ordering::Relaxed) as u32 + 1
    }
}
