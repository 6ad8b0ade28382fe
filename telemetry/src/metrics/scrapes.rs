//! When our own server was asked for the page, and when it will be again.

use std::{
    collections::VecDeque,
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

use crate::shutdown::Ended;

/// Whether our own server was asked, and since when.
#[derive(Default)]
pub(super) struct Scrapes {
    seen: Mutex<Seen>,
    more: Condvar,
}

#[derive(Default)]
struct Seen {
    /// Raised by each who waits for a scrape that begins from then on.
    epoch: u64,
    /// The epoch in which the last scrape began.
    last: Option<u64>,
    rhythm: Rhythm,
}

/// What the last scrapes say of the next one.
#[derive(Debug, Default)]
struct Rhythm {
    last: Option<Instant>,
    /// The times between them, the latest last.
    gaps: VecDeque<Duration>,
}

/// How many times between scrapes are remembered. A person who looks at the page makes one of them short, and a
/// scrape that failed makes one long: the middle one is the interval.
const GAPS: usize = 5;

/// How much earlier than it is due a scrape may come.
const SLACK: Duration = Duration::from_millis(250);

// === impl Scrapes ===

impl Scrapes {
    pub(super) fn epoch(&self) -> u64 {
        self.seen().epoch
    }

    /// A scrape that began in this epoch was answered.
    pub(super) fn add(&self, epoch: u64) {
        let mut seen = self.seen();
        seen.last = seen.last.max(Some(epoch));
        seen.rhythm.add(Instant::now());
        self.more.notify_all();
    }

    /// Waits until there was one more, if there ever was one, and if the next one is due by the deadline.
    pub(super) fn wait(&self, deadline: Instant) -> Ended {
        let mut seen = self.seen();
        if seen.last.is_none() {
            return Ended::Absent;
        }
        if seen.rhythm.is_late_for(deadline) {
            return Ended::NotAwaited;
        }
        seen.epoch += 1;
        let wanted = Some(seen.epoch);
        let left = deadline.saturating_duration_since(Instant::now());
        let waited = self
            .more
            .wait_timeout_while(seen, left, |seen| seen.last < wanted);
        let (seen, _) = waited.unwrap_or_else(PoisonError::into_inner);
        if seen.last >= wanted {
            Ended::Done
        } else {
            Ended::TimedOut
        }
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

// === impl Rhythm ===

impl Rhythm {
    fn add(&mut self, now: Instant) {
        if let Some(last) = self.last.replace(now) {
            if self.gaps.len() == GAPS {
                self.gaps.pop_front();
            }
            self.gaps.push_back(now.saturating_duration_since(last));
        }
    }

    /// Whether the next one is due later than that, as far as is known.
    fn is_late_for(&self, deadline: Instant) -> bool {
        self.next().is_some_and(|due| due > deadline + SLACK)
    }

    /// When the next one is due; `None` until there were two.
    fn next(&self) -> Option<Instant> {
        let mut gaps: Vec<_> = self.gaps.iter().copied().collect();
        gaps.sort_unstable();
        let gap = gaps.get(gaps.len().saturating_sub(1) / 2)?;
        self.last?.checked_add(*gap)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn secs(secs: u64) -> Duration {
        Duration::from_secs(secs)
    }

    fn rhythm(gaps: &[u64]) -> (Rhythm, Instant) {
        let mut rhythm = Rhythm::default();
        let mut now = Instant::now();
        rhythm.add(now);
        for gap in gaps {
            now += secs(*gap);
            rhythm.add(now);
        }
        (rhythm, now)
    }

    #[test]
    fn the_next_scrape_is_due_after_the_usual_time() {
        for (gaps, usual) in [
            (&[15][..], 15),
            (&[15, 15, 15], 15),
            // A person looked at the page.
            (&[15, 15, 4, 11, 15], 15),
            // One failed.
            (&[15, 30, 15], 15),
            // The interval was changed; what is old is forgotten.
            (&[60, 60, 60, 60, 60, 15, 15, 15], 15),
            // Of two the shorter one: to wait in vain costs less than to miss it.
            (&[15, 5], 5),
        ] {
            let (rhythm, last) = rhythm(gaps);
            assert_eq!(rhythm.next(), Some(last + secs(usual)), "{gaps:?}");
        }
        assert_eq!(Rhythm::default().next(), None);
        assert_eq!(rhythm(&[]).0.next(), None, "one tells no interval");
    }

    #[test]
    fn a_scrape_is_late_if_it_is_due_after_the_deadline_and_some_slack() {
        let (rhythm, last) = rhythm(&[15, 15]);
        let due = last + secs(15);
        assert!(rhythm.is_late_for(last + secs(5)));
        assert!(rhythm.is_late_for(due - SLACK - Duration::from_millis(1)));
        assert!(!rhythm.is_late_for(due - SLACK));
        assert!(!rhythm.is_late_for(due + secs(5)), "it is overdue");
        assert!(!Rhythm::default().is_late_for(last), "who knows?");
    }
}
