//! What all clones of a service share, and how reports are recorded.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use metrics::{Counter, Histogram};

use super::{
    ids::Ids,
    origin::Origins,
    pages::{PageLabel, Pages},
    rate::Rate,
    refusal::{Reason, Refusal},
    report::{self, Report, Reports},
    vital::{Name, Rating, Vital},
};
use crate::{
    catalog,
    clock::Moment,
    meter::{Family, Key, Labels, Meter, Overflow},
    observe::guard,
};

#[derive(Debug)]
pub(super) struct Inner {
    pub(super) origins: Origins,
    pub(super) rate: Rate,
    pub(super) limit: usize,
    pub(super) timeout: Duration,
    /// Whether a GET is answered with the module.
    pub(super) module: bool,
    recording: Recording,
}

/// Where reports end up.
#[derive(Debug)]
pub(super) struct Recording {
    meter: Meter,
    pages: Pages,
    /// Whether it is a label.
    navigation: bool,
    ids: Ids,
    /// In the order of [`Vital::ALL`].
    vitals: [Family<Histogram>; Vital::ALL.len()],
    reports: Family<Counter>,
    rejected: Family<Counter>,
    overflow: Overflow,
    /// Set once everything is registered at 0.
    announced: AtomicBool,
}

// === impl Inner ===

impl Inner {
    pub(super) fn new(
        origins: Origins,
        rate: Rate,
        limit: usize,
        timeout: Duration,
        module: bool,
        recording: Recording,
    ) -> Self {
        Self {
            origins,
            rate,
            limit,
            timeout,
            module,
            recording,
        }
    }

    /// Takes a body: all of its reports, or none.
    pub(super) fn take(&self, body: &[u8]) -> Result<(), Refusal> {
        let reports = report::parse(body).map_err(Refusal::Fault)?;
        // A recorder that panics fails no request.
        guard::<Self, _>(|| self.record(reports));
        Ok(())
    }

    fn record(&self, reports: Reports<'_>) {
        self.recording.announce();
        let now = nanos();
        match reports {
            Reports::One(report) => {
                let page = self.recording.page(&report);
                self.recording.record(&report, page, now);
            }
            Reports::Many(reports) => {
                // A page is looked for once in a row of its reports.
                let mut last: Option<(&Report<'_>, PageLabel)> = None;
                for report in &reports {
                    let page = match last {
                        Some((other, page)) if other.page == report.page => page,
                        _ => self.recording.page(report),
                    };
                    self.recording.record(report, page, now);
                    last = Some((report, page));
                }
            }
        }
    }

    /// Counts a request that was refused, or what was not recorded of one.
    pub(super) fn reject(&self, reason: Reason) {
        guard::<Self, _>(|| {
            self.recording.announce();
            self.recording.reject(reason);
        });
    }
}

// === impl Recording ===

impl Recording {
    pub(super) fn new(meter: Meter, pages: Pages, navigation: bool, ids: Ids) -> Self {
        Self {
            vitals: Vital::ALL.map(|vital| vital.family(&meter)),
            reports: Family::new(&meter, &catalog::WEB_VITAL_REPORTS),
            rejected: Family::new(&meter, &catalog::WEB_VITAL_REJECTED),
            overflow: Overflow::new(&meter, meter.naming().label(catalog::PAGE)),
            announced: AtomicBool::new(false),
            meter,
            pages,
            navigation,
            ids,
        }
    }

    fn page(&self, report: &Report<'_>) -> PageLabel {
        let path = report.page.as_deref();
        path.map_or(PageLabel::UNMATCHED, |path| self.pages.find(path))
    }

    fn record(&self, report: &Report<'_>, page: PageLabel, now: u64) {
        let Name::Vital(vital) = report.name else {
            return self.reject(Reason::Unsupported);
        };
        if !self.ids.is_new(vital, &report.id, now) {
            return self.reject(Reason::Update);
        }
        if page == PageLabel::OVERFLOW {
            self.overflow.count(&self.meter, 1);
        }
        let navigation = report.navigation.filter(|_| self.navigation);
        let number = navigation.map_or(0, |navigation| 1 + navigation as u64);
        let key = Key {
            closed: number,
            capped: page.number().into(),
        };
        let fill = |labels: &mut Labels<'_>| {
            labels.push(catalog::PAGE, self.pages.text(page).to_owned());
            if let Some(navigation) = navigation {
                labels.push(catalog::NAVIGATION_TYPE, navigation.as_str());
            }
        };
        self.vitals[vital as usize].with(&self.meter, key, fill, |histogram| {
            histogram.record(vital.in_unit(report.value));
        });
        self.count(vital, vital.rate(report.value), 1);
    }

    fn count(&self, vital: Vital, rating: Rating, reports: u64) -> Option<Key> {
        let key = Key::closed(vital as u64 | (rating as u64) << 3);
        let fill = |labels: &mut Labels<'_>| {
            labels.push(catalog::VITAL, vital.name());
            labels.push(catalog::RATING, rating.as_str());
        };
        let count = |counter: &Counter| counter.increment(reports);
        self.reports.with(&self.meter, key, fill, count)
    }

    fn reject(&self, reason: Reason) {
        self.count_rejected(reason, 1);
    }

    fn count_rejected(&self, reason: Reason, reports: u64) -> Option<Key> {
        let key = Key::closed(reason as u64);
        let fill = |labels: &mut Labels<'_>| labels.push(catalog::VITAL_REASON, reason.as_str());
        let count = |counter: &Counter| counter.increment(reports);
        self.rejected.with(&self.meter, key, fill, count)
    }

    /// Registers what is closed at 0, so that the first of each shows in a rate.
    #[inline]
    fn announce(&self) {
        if !self.announced.load(Ordering::Relaxed) {
            self.announce_all();
        }
    }

    #[cold]
    fn announce_all(&self) {
        let mut is_recorded = true;
        for vital in Vital::ALL {
            for rating in Rating::ALL {
                is_recorded &= self.count(vital, rating, 0).is_some();
            }
        }
        for reason in Reason::ALL {
            is_recorded &= self.count_rejected(reason, 0).is_some();
        }
        if is_recorded {
            self.overflow.count(&self.meter, 0);
        }
        self.announced.store(is_recorded, Ordering::Relaxed);
    }
}

/// What the clock shows.
pub(super) fn nanos() -> u64 {
    Moment::now().since(Moment::from_number(0))
}
