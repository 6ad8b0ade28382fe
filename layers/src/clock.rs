//! What time it is, in one word.
//!
//! A [`Moment`] is a number of nanoseconds: to subtract two takes one instruction. The standard library keeps seconds
//! and nanoseconds apart, and a difference of two `Instant`s takes about as long as reading the clock.
//!
//! | built for | clock |
//! |---|---|
//! | Unix | `CLOCK_MONOTONIC` |
//! | other systems | `std::time::Instant` |
//! | tests (feature `test-util`) | `tokio::time::Instant`, which a test can pause |

/// A moment of a clock that never goes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Moment(u64);

// === impl Moment ===

impl Moment {
    #[inline]
    pub(crate) fn now() -> Self {
        #[cfg(any(test, feature = "test-util"))]
        let now = pausable::now();
        #[cfg(not(any(test, feature = "test-util")))]
        let now = system::now();
        Self(now)
    }

    /// A number for it, above 0, that tells of no day.
    #[cfg(feature = "sse")]
    pub(crate) const fn number(self) -> u64 {
        self.0
    }

    /// The moment of a [number](Self::number).
    pub(crate) const fn from_number(number: u64) -> Self {
        Self(number)
    }

    /// The nanoseconds from an earlier moment to this one; 0 if that is the later one.
    #[inline]
    pub(crate) const fn since(self, earlier: Self) -> u64 {
        self.0.saturating_sub(earlier.0)
    }

    /// The nanoseconds from this moment until now.
    #[inline]
    pub(crate) fn elapsed(self) -> u64 {
        Self::now().since(self)
    }

    /// The moment that comes so much later.
    #[cfg(feature = "conn")]
    pub(crate) const fn after(self, nanos: u64) -> Self {
        Self(self.0.saturating_add(nanos))
    }
}

/// The clock for the bodies of `sse-body`: of the same time as a [`Moment`], in the standard library's words.
#[cfg(feature = "gen_ai")]
pub(crate) fn instant() -> std::time::Instant {
    #[cfg(any(test, feature = "test-util"))]
    let now = tokio::time::Instant::now().into_std();
    #[cfg(not(any(test, feature = "test-util")))]
    #[allow(
        clippy::disallowed_methods,
        reason = "this is the crate's clock, and tests have the other one"
    )]
    let now = std::time::Instant::now();
    now
}

/// Seconds since 1970, by the clock of the day.
#[cfg(all(unix, feature = "task"))]
#[inline]
pub(crate) fn unix_seconds() -> f64 {
    use rustix::time::{ClockId, Timespec, clock_gettime};

    let Timespec { tv_sec, tv_nsec } = clock_gettime(ClockId::Realtime);
    tv_sec as f64 + tv_nsec as f64 / 1e9
}

/// Seconds since 1970, by the clock of the day.
#[cfg(all(not(unix), feature = "task"))]
pub(crate) fn unix_seconds() -> f64 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    now.unwrap_or_default().as_secs_f64()
}

#[cfg(all(unix, any(test, not(feature = "test-util"))))]
mod system {
    use rustix::time::{ClockId, Timespec, clock_gettime};

    #[inline]
    pub(super) fn now() -> u64 {
        let Timespec { tv_sec, tv_nsec } = clock_gettime(ClockId::Monotonic);
        // Neither is negative on this clock.
        (tv_sec as u64)
            .wrapping_mul(1_000_000_000)
            .wrapping_add(tv_nsec as u64)
    }
}

#[cfg(all(not(unix), any(test, not(feature = "test-util"))))]
mod system {
    use std::{sync::LazyLock, time::Instant};

    static START: LazyLock<Instant> = LazyLock::new(Instant::now);

    pub(super) fn now() -> u64 {
        // One more, for the first reading comes just before the start.
        u64::try_from(START.elapsed().as_nanos()).map_or(u64::MAX, |nanos| nanos.saturating_add(1))
    }
}

#[cfg(any(test, feature = "test-util"))]
mod pausable {
    use std::{sync::LazyLock, time::Duration};

    use tokio::time::Instant;

    /// Clocks of several runtimes differ, and one that is paused may stand before this moment.
    static MIDDLE: LazyLock<Instant> = LazyLock::new(Instant::now);

    pub(super) fn now() -> u64 {
        // Of a thread that ends, tokio's part may be gone, and with it the clock.
        let now = std::panic::catch_unwind(Instant::now).unwrap_or(*MIDDLE);
        let middle = *MIDDLE;
        (1 << 62) + nanos(now.saturating_duration_since(middle))
            - nanos(middle.saturating_duration_since(now))
    }

    /// 584 years fit.
    pub(super) fn nanos(time: Duration) -> u64 {
        u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use std::{thread, time::Duration};

    use super::{Moment, pausable::nanos, system};

    #[test]
    fn the_system_s_clock_is_in_nanoseconds_and_goes_on() {
        #[allow(clippy::disallowed_methods, reason = "the other clock, to compare")]
        let (other, before) = (std::time::Instant::now(), system::now());
        thread::sleep(Duration::from_millis(20));
        let (here, there) = (system::now() - before, nanos(other.elapsed()));
        assert!(here >= 20_000_000, "{here}");
        assert!(here <= there, "{here} of {there}");
    }

    #[test]
    #[cfg(feature = "task")]
    fn the_day_s_clock_is_the_standard_library_s() {
        let other = std::time::UNIX_EPOCH.elapsed().expect("after 1970");
        assert!((super::unix_seconds() - other.as_secs_f64()).abs() < 5.0);
    }

    #[tokio::test(start_paused = true)]
    async fn tokio_s_paused_clock_is_kept_to() {
        let start = Moment::now();
        assert_eq!(start.elapsed(), 0);
        tokio::time::advance(Duration::from_secs(3)).await;
        assert_eq!(start.elapsed(), 3_000_000_000);
        assert_eq!(start.since(Moment::now()), 0);
    }
}
