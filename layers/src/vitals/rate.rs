//! So many requests a second, and no more: one word, no lock.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

/// The generic cell rate algorithm. Each request moves the moment at which the next one is due; one that comes more than
/// a second before its moment is turned away, so a second's requests may come at once.
#[derive(Debug)]
pub(super) struct Rate {
    /// Nanoseconds between two requests.
    interval: u64,
    /// When the next one is due.
    due: AtomicU64,
}

const SECOND: u64 = 1_000_000_000;

// === impl Rate ===

impl Rate {
    pub(super) fn new(a_second: u32) -> Self {
        Self {
            interval: SECOND / u64::from(a_second.max(1)),
            due: AtomicU64::new(0),
        }
    }

    /// Lets a request through that comes at `now`, or says how long it should wait.
    pub(super) fn admit(&self, now: u64) -> Result<(), Duration> {
        let ahead = SECOND - self.interval;
        let next = |due: u64| {
            let due = due.max(now);
            (due - now <= ahead).then_some(due + self.interval)
        };
        let moved = self
            .due
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, next);
        moved
            .map(drop)
            .map_err(|due| Duration::from_nanos(due.saturating_sub(now).saturating_sub(ahead)))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;

    use super::*;

    const START: u64 = 77 * SECOND;

    fn admitted(rate: &Rate, now: u64, asked: usize) -> usize {
        (0..asked).filter(|_| rate.admit(now).is_ok()).count()
    }

    #[test]
    fn a_second_s_requests_pass_at_once_and_then_as_time_goes() {
        let rate = Rate::new(10);
        assert_eq!(admitted(&rate, START, 100), 10);
        assert_eq!(rate.admit(START), Err(Duration::from_millis(100)));
        assert_eq!(admitted(&rate, START + SECOND / 2, 100), 5);
        assert_eq!(admitted(&rate, START + 60 * SECOND, 100), 10);
    }

    #[test]
    fn one_a_second_and_ten_million_a_second() {
        let rate = Rate::new(1);
        assert_eq!(admitted(&rate, START, 3), 1);
        assert_eq!(admitted(&rate, START + SECOND, 3), 1);
        assert_eq!(admitted(&Rate::new(10_000_000), START, 1_000), 1_000);
    }

    #[test]
    fn threads_share_one_second() {
        let (rate, passed) = (Rate::new(1_000), AtomicUsize::new(0));
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    passed.fetch_add(admitted(&rate, START, 1_000), Ordering::Relaxed);
                });
            }
        });
        assert_eq!(passed.into_inner(), 1_000);
    }
}
