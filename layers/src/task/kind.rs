//! The series of one task.

use std::sync::{Arc, OnceLock};

use metrics::{Counter, Gauge, Histogram};

use super::{
    classify::Words,
    core::{Core, StageLabel},
    in_flight::InFlight,
};
use crate::{
    catalog::{self, Label},
    clock,
    label::{OTHER, Outcome},
    meter::{Family, Handle, Key, Labels},
    observe::signed,
    route::id_of,
};

/// A task that was named.
#[derive(Debug)]
pub(super) struct Kind {
    pub(super) core: Arc<Core>,
    pub(super) text: Arc<str>,
    pub(super) in_flight: InFlight,
    /// The task's number; 0 past the budget.
    number: u64,
    words: Words,
    /// Resolved once there is a recorder.
    hot: OnceLock<Hot>,
}

/// The handles that each job uses. `None` past the cap of label sets, for each use of the series that these share is
/// counted, and where handles may be cut off.
#[derive(Debug)]
struct Hot {
    started: Option<Counter>,
    active: Option<Gauge>,
    success: Option<Histogram>,
    /// Registered with the first success: the time of none would be 1970.
    last_success: OnceLock<Option<Gauge>>,
    classes: Box<[Class]>,
}

/// A class of errors.
#[derive(Clone, Copy, Debug)]
struct Class {
    word: &'static str,
    number: u32,
}

/// In which series a job under way was counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Counted {
    /// There was no recorder.
    #[default]
    No,
    /// In the task's own.
    Own,
    /// In the one that all past the cap of label sets share.
    Overflow,
}

// === impl Kind ===

impl Kind {
    pub(super) fn new(core: Arc<Core>, number: u64, text: &str, words: Words) -> Self {
        Self {
            core,
            text: text.into(),
            in_flight: InFlight::default(),
            number,
            words,
            hot: OnceLock::new(),
        }
    }

    /// A job starts.
    #[inline]
    pub(super) fn start(&self) -> Counted {
        let Some(hot) = self.hot() else {
            return Counted::No;
        };
        let families = &self.core.families;
        match &hot.started {
            Some(started) => started.increment(1),
            None => {
                self.with(&families.started, |counter| counter.increment(1));
            }
        }
        match &hot.active {
            Some(active) => {
                active.increment(1.0);
                Counted::Own
            }
            None => self
                .with(&families.active, |gauge| gauge.increment(1.0))
                .map_or(Counted::No, |taken| {
                    if taken == self.key() {
                        Counted::Own
                    } else {
                        Counted::Overflow
                    }
                }),
        }
    }

    /// A job that was counted is no longer under way.
    #[inline]
    pub(super) fn lower(&self, counted: Counted) {
        let key = match counted {
            Counted::No => return,
            Counted::Own => match self.hot.get() {
                Some(Hot {
                    active: Some(active),
                    ..
                }) => return active.decrement(1.0),
                _ => self.key(),
            },
            Counted::Overflow => Key::OVERFLOW,
        };
        let active = &self.core.families.active;
        active.with(&self.core.meter, key, self.fill(), |gauge| {
            gauge.decrement(1.0);
        });
    }

    /// A job succeeded.
    #[inline]
    pub(super) fn succeed(&self, nanos: u64) {
        let Some(hot) = self.hot() else {
            return;
        };
        let seconds = signed(nanos) / 1e9;
        match &hot.success {
            Some(success) => success.record(seconds),
            None => self.time(Outcome::Success, seconds),
        }
        let now = clock::unix_seconds();
        match hot.last_success.get() {
            Some(Some(last)) => last.set(now),
            _ => self.set_last_success(hot, now),
        }
    }

    #[cold]
    fn set_last_success(&self, hot: &Hot, now: f64) {
        let last = &self.core.families.last_success;
        let mut used = None;
        let taken = self.with(last, |gauge| {
            gauge.set(now);
            used = Some(gauge.clone());
        });
        // Not the one that all past the cap share: each use of it is counted.
        let own = used.filter(|_| taken == Some(self.key()));
        if taken.is_some() {
            let _ = hot.last_success.set(own);
        }
    }

    /// A job ended otherwise; an error has a class.
    #[cold]
    pub(super) fn fail(&self, outcome: Outcome, class: Option<&'static str>, nanos: u64) {
        let Some(hot) = self.hot() else {
            return;
        };
        self.time(outcome, signed(nanos) / 1e9);
        if outcome == Outcome::Error {
            self.count_error(hot.class(class.unwrap_or(OTHER)));
        }
    }

    /// A stage of a job ended.
    pub(super) fn end_stage(&self, stage: StageLabel, name: &str, outcome: Outcome, nanos: u64) {
        let key = Key::closed(self.number | stage.number() << 21 | (outcome as u64) << 40);
        let fill = |labels: &mut Labels<'_>| {
            labels.push(catalog::TASK, self.text.to_string());
            labels.push(catalog::STAGE, stage.text(name).into_owned());
            labels.push(catalog::OUTCOME, outcome.as_str());
        };
        let family = &self.core.families.stage_duration;
        family.with(&self.core.meter, key, fill, |histogram| {
            histogram.record(signed(nanos) / 1e9);
        });
    }

    /// Tells when the oldest of all jobs of this name was started, 0 if none is under way. Returns whether it could: past
    /// the cap of label sets, several tasks share a series.
    pub(super) fn tell_oldest(&self, unix: f64) -> bool {
        let taken = self.declare(&self.core.families.oldest, |gauge| gauge.set(unix));
        taken != Some(Key::OVERFLOW)
    }

    /// Registers its series, if there is a recorder; whether they are.
    pub(super) fn announce(&self) -> bool {
        self.hot().is_some()
    }

    /// Whether it had a job while there was a recorder.
    pub(super) fn is_live(&self) -> bool {
        self.hot.get().is_some()
    }

    fn time(&self, outcome: Outcome, seconds: f64) {
        let fill = self.fill_with(catalog::OUTCOME, outcome.as_str());
        let key = self.key_with(outcome as u32);
        let duration = &self.core.families.duration;
        duration.with(&self.core.meter, key, fill, |histogram| {
            histogram.record(seconds);
        });
    }

    fn count_error(&self, class: Class) {
        let fill = self.fill_with(catalog::TASK_ERROR_TYPE, class.word);
        let key = self.key_with(class.number);
        let errors = &self.core.families.errors;
        errors.with(&self.core.meter, key, fill, |counter| counter.increment(1));
    }

    #[inline]
    fn hot(&self) -> Option<&Hot> {
        match self.hot.get() {
            None => self.go_live(),
            hot => hot,
        }
    }

    /// The first time that there is a recorder, registers what the task's jobs may come to, at 0: what is born at its
    /// first rise is invisible to a rate.
    #[cold]
    fn go_live(&self) -> Option<&Hot> {
        let families = &self.core.families;
        let keeps = !self.core.meter.is_refreshable();
        self.declare(&families.started, |counter| counter.increment(0))?;
        let mut success = None;
        let own = self.key_with(Outcome::Success as u32);
        let fill = self.fill_with(catalog::OUTCOME, Outcome::Success.as_str());
        let keep = |handle: &Histogram| success = Some(handle.clone());
        let taken = families.duration.declare(&self.core.meter, own, fill, keep);
        let success = success.filter(|_| keeps && taken == Some(own));
        for &outcome in Outcome::ALL {
            let fill = self.fill_with(catalog::OUTCOME, outcome.as_str());
            let key = self.key_with(outcome as u32);
            families
                .duration
                .foresee(&self.core.meter, key, fill, |_| {});
        }
        let words = (self.words)();
        let mut classes: Vec<_> = words.iter().copied().map(Class::of).collect();
        if !words.contains(&OTHER) {
            classes.push(Class::of(OTHER));
        }
        for class in &classes {
            // What is not of the list is nobody's plan: it is no series until it happens.
            if words.contains(&class.word) {
                let fill = self.fill_with(catalog::TASK_ERROR_TYPE, class.word);
                let key = self.key_with(class.number);
                let zero = |counter: &Counter| counter.increment(0);
                families.errors.foresee(&self.core.meter, key, fill, zero);
            }
        }
        let hot = Hot {
            started: self.keep(&families.started, keeps),
            active: self.keep(&families.active, true),
            success,
            last_success: OnceLock::new(),
            classes: classes.into(),
        };
        self.core.announce();
        // Last: a recorder that panics meanwhile is asked again. Two threads may register the same.
        Some(self.hot.get_or_init(|| hot))
    }

    /// A handle of the task's own series.
    fn keep<H: Handle + Clone>(&self, family: &Family<H>, wanted: bool) -> Option<H> {
        let mut kept = None;
        let taken = wanted
            .then(|| self.declare(family, |handle| kept = Some(handle.clone())))
            .flatten();
        kept.filter(|_| taken == Some(self.key()))
    }

    fn declare<H: Handle>(&self, family: &Family<H>, f: impl FnOnce(&H)) -> Option<Key> {
        family.declare(&self.core.meter, self.key(), self.fill(), f)
    }

    /// Uses the task's series of a family whose only label is the task; returns whose it is.
    fn with<H: Handle>(&self, family: &Family<H>, f: impl FnOnce(&H)) -> Option<Key> {
        family.with(&self.core.meter, self.key(), self.fill(), f)
    }

    fn key(&self) -> Key {
        Key::closed(self.number)
    }

    /// The task, and a number below 2²⁴ that tells the other label's values apart. A task takes 17 bits.
    fn key_with(&self, number: u32) -> Key {
        Key::closed(self.number | u64::from(number) << 40)
    }

    fn fill(&self) -> impl Fn(&mut Labels<'_>) {
        move |labels| labels.push(catalog::TASK, self.text.to_string())
    }

    fn fill_with(&self, label: Label, value: &'static str) -> impl Fn(&mut Labels<'_>) {
        move |labels| {
            labels.push(catalog::TASK, self.text.to_string());
            labels.push(label, value);
        }
    }
}

// === impl Hot ===

impl Hot {
    /// A class by its word; the one for all others, if it is none of the list.
    fn class(&self, word: &'static str) -> Class {
        let other = || Class::of(OTHER);
        let mut classes = self.classes.iter();
        classes
            .find(|class| class.word == word)
            .copied()
            .unwrap_or_else(other)
    }
}

// === impl Class ===

impl Class {
    fn of(word: &'static str) -> Self {
        let number = id_of(word);
        Self { word, number }
    }
}
