//! What is under way.

use std::{collections::HashMap, time::Duration};

use super::Tasks;
use crate::{
    catalog,
    clock::{self, Moment},
    meter::{Key, Labels},
    observe::guard,
};

/// What a scan found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct TaskScan {
    /// How many jobs are under way.
    pub active: usize,
    /// How long the oldest of them has been so; `None` without any.
    pub oldest: Option<Duration>,
}

// === impl Tasks ===

impl Tasks {
    /// Looks at the jobs that are under way: sets `task_oldest_start_time_seconds` and `bartizan_scan_time_seconds`, and
    /// returns what it found. Run it every 5 seconds: a job that is stuck makes no call, so nothing else can tell of it.
    ///
    /// Cost: a lock for each task, and nothing for each job.
    ///
    /// ```no_run
    /// use std::time::Duration;
    ///
    /// # async fn run() {
    /// tokio::spawn(async {
    ///     let mut ticks = tokio::time::interval(Duration::from_secs(5));
    ///     loop {
    ///         ticks.tick().await;
    ///         bartizan::task::Tasks::global().scan();
    ///     }
    /// });
    /// # }
    /// ```
    pub fn scan(&self) -> TaskScan {
        // Recorders are called without the lock.
        let known = self.kinds().known().clone();
        let (now, wall) = (Moment::now(), clock::unix_seconds());
        let mut found = TaskScan::default();
        // By text: tasks of one name may differ in their classes of errors.
        let mut oldest: HashMap<&str, Option<Duration>> = HashMap::new();
        for kind in &known {
            let (active, since) = kind.in_flight.oldest();
            let age = since.map(|since| Duration::from_nanos(now.since(since)));
            found.active += active;
            found.oldest = found.oldest.max(age);
            let of_text = oldest.entry(&kind.text).or_default();
            *of_text = (*of_text).max(age);
        }
        guard::<Self, _>(|| {
            let core = self.core();
            let started = |age: Option<Duration>| age.map_or(0.0, |age| wall - age.as_secs_f64());
            let mut folded: Option<Option<Duration>> = None;
            for kind in known.iter().filter(|kind| kind.is_live()) {
                let age = oldest.get(&*kind.text).copied().flatten();
                if !kind.tell_oldest(started(age)) {
                    folded = Some(folded.flatten().max(age));
                }
            }
            // Tasks past the cap of label sets share one series, which tells of the oldest job of all.
            if let Some(age) = folded {
                let family = &core.families.oldest;
                let set = |gauge: &metrics::Gauge| gauge.set(started(age));
                family.with(&core.meter, Key::OVERFLOW, |_| {}, set);
            }
            let scan_time = &core.families.scan_time;
            let fill = |labels: &mut Labels<'_>| labels.push(catalog::SCAN, "tasks");
            scan_time.with(&core.meter, Key::default(), fill, |gauge| gauge.set(wall));
        });
        found
    }
}
