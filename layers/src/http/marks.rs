//! What is noted of one exchange, in half a word: a state moves with the future and the body.

use std::num::NonZeroU32;

use super::cache::GAUGES;
use crate::route::RouteLabel;

/// The route at the start, whether the gauge was raised, and what was recorded or left out already.
#[derive(Clone, Copy, Debug)]
pub(super) struct Marks(NonZeroU32);

/// Whether the gauge was raised for an exchange, and in which series.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Raised {
    /// No recorder was there.
    Not,
    /// In that of its own labels.
    Itself,
    /// In the one that the label sets past the cap share.
    Folded,
}

// The route has the lowest 16 bits.
const RAISED: u32 = 1 << 16;
const FOLDED: u32 = 1 << 17;
const SKIPPED: u32 = 1 << 18;
const TIMED: u32 = 1 << 19;
/// The gauge that was raised is kept, at the place that the bits from here on tell.
const KEPT: u32 = 1 << 21;
const PLACE: u32 = 22;
const _: () = assert!(GAUGES <= 1 << (u32::BITS - PLACE));
/// Always set.
const THERE: NonZeroU32 = NonZeroU32::new(1 << 20).expect("not zero");

// === impl Marks ===

impl Marks {
    #[inline(always)]
    pub(super) fn new(route: RouteLabel) -> Self {
        Self(THERE | u32::from(route.number()))
    }

    /// The route when the exchange started.
    #[inline(always)]
    pub(super) fn route(self) -> RouteLabel {
        RouteLabel::from_number(self.0.get() as u16)
    }

    #[inline(always)]
    pub(super) fn raise(&mut self, raised: Raised) {
        match raised {
            Raised::Not => {}
            Raised::Itself => self.0 |= RAISED,
            Raised::Folded => self.0 |= FOLDED,
        }
    }

    #[inline(always)]
    pub(super) fn raised(self) -> Raised {
        if self.has(RAISED) {
            Raised::Itself
        } else if self.has(FOLDED) {
            Raised::Folded
        } else {
            Raised::Not
        }
    }

    /// The kept gauge at this place was raised.
    #[inline(always)]
    pub(super) fn raise_kept(&mut self, place: u64) {
        self.0 |= RAISED | KEPT | (place as u32) << PLACE;
    }

    /// The place of the kept gauge that was raised.
    #[inline(always)]
    pub(super) fn kept(self) -> Option<u64> {
        self.has(KEPT).then_some(u64::from(self.0.get() >> PLACE))
    }

    /// The request is left out.
    pub(super) fn skip(&mut self) {
        self.0 |= SKIPPED;
    }

    #[inline(always)]
    pub(super) fn skipped(self) -> bool {
        self.has(SKIPPED)
    }

    /// The duration was recorded.
    pub(super) fn time(&mut self) {
        self.0 |= TIMED;
    }

    #[inline(always)]
    pub(super) fn timed(self) -> bool {
        self.has(TIMED)
    }

    #[inline(always)]
    fn has(self, mark: u32) -> bool {
        self.0.get() & mark != 0
    }
}
