//! What all tasks of one set of metrics share.

use std::{
    any::TypeId,
    hash::{Hash, Hasher},
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError},
};

use metrics::{Counter, Gauge, Histogram};
use route_canon::{Admission, Budget};

use super::{Tasks, classify::Words, kind::Kind, options::Options};
use crate::{
    catalog,
    label::{self, OTHER, OVERFLOW},
    meter::{Family, Key, Ladder, Meter, Overflow},
    observe::guard,
};

#[derive(Debug)]
pub(super) struct Core {
    pub(super) meter: Meter,
    pub(super) options: Options,
    pub(super) families: Families,
    stages: Budget,
    refused_tasks: Overflow,
    refused_stages: Overflow,
    announced: OnceLock<()>,
}

#[derive(Debug)]
pub(super) struct Families {
    pub(super) active: Family<Gauge>,
    pub(super) started: Family<Counter>,
    pub(super) duration: Family<Histogram>,
    pub(super) errors: Family<Counter>,
    pub(super) stage_duration: Family<Histogram>,
    pub(super) oldest: Family<Gauge>,
    pub(super) last_success: Family<Gauge>,
    pub(super) scan_time: Family<Gauge>,
}

/// The tasks that there are.
#[derive(Debug)]
pub(super) struct Kinds {
    budget: Budget,
    by_key: Ladder<Arc<Kind>>,
    /// All of them, for the scan.
    known: Mutex<Vec<Arc<Kind>>>,
}

/// A stage's label in a number: its place in the budget from 1 on, or 0 for those past it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct StageLabel(u16);

// === impl Core ===

impl Core {
    pub(super) fn new(meter: Meter, options: Options, stages: usize) -> Self {
        Self {
            families: Families::new(&meter),
            stages: Budget::new(stages),
            refused_tasks: Overflow::new(&meter, meter.naming().label(catalog::TASK)),
            refused_stages: Overflow::new(&meter, meter.naming().label(catalog::STAGE)),
            announced: OnceLock::new(),
            options,
            meter,
        }
    }

    /// Registers the overflow of names, so that its first hit shows in a rate.
    pub(super) fn announce(&self) {
        if self.announced.get().is_some() {
            return;
        }
        self.refused_tasks.count(&self.meter, 0);
        if self.options.stages {
            self.refused_stages.count(&self.meter, 0);
        }
        let _ = self.announced.set(());
    }

    /// The label of a stage. Each hit of a full budget is counted.
    pub(super) fn stage(&self, name: &str) -> StageLabel {
        match self.stages.admit(&label::clean(name)) {
            Admission::Known(id) | Admission::Admitted(id) => StageLabel(id.index() as u16 + 1),
            Admission::Overflow { first } => {
                if first {
                    warn(catalog::STAGE.name, self.stages.limit());
                }
                self.refused_stages.count(&self.meter, 1);
                StageLabel(0)
            }
        }
    }

    pub(super) fn refuse_task(&self) {
        self.refused_tasks.count(&self.meter, 1);
    }
}

/// Says once that there are more names than may be labels.
#[cold]
fn warn(label: &str, limit: usize) {
    tracing::warn!(
        label,
        limit,
        "there are more names than may be labels; more are `{OVERFLOW}`"
    );
}

// === impl Families ===

impl Families {
    fn new(meter: &Meter) -> Self {
        Self {
            active: Family::of_gauges(meter, &catalog::TASK_ACTIVE),
            started: Family::new(meter, &catalog::TASK_STARTED),
            duration: Family::new(meter, &catalog::TASK_DURATION),
            errors: Family::new(meter, &catalog::TASK_ERRORS),
            stage_duration: Family::new(meter, &catalog::TASK_STAGE_DURATION),
            oldest: Family::of_gauges(meter, &catalog::TASK_OLDEST_START_TIME),
            last_success: Family::of_gauges(meter, &catalog::TASK_LAST_SUCCESS_TIME),
            scan_time: Family::of_gauges(meter, &catalog::SCAN_TIME),
        }
    }
}

// === impl Kinds ===

impl Kinds {
    pub(super) fn new(cap: usize) -> Self {
        Self {
            budget: Budget::new(cap),
            by_key: Ladder::default(),
            known: Mutex::default(),
        }
    }

    /// The task of this name whose errors have the classes of `C`.
    pub(super) fn get<C: 'static>(&self, core: &Arc<Core>, name: &str, words: Words) -> Arc<Kind> {
        let name = if name.is_empty() { OTHER } else { name };
        let number = match self.budget.lookup(name) {
            Some(id) => id.index() as u64 + 1,
            None => self.admit(core, name),
        };
        let key = Key {
            closed: number,
            capped: type_number::<C>(),
        };
        if let Some(kind) = self.by_key.find(key) {
            return Arc::clone(kind);
        }
        let text = match number {
            0 => OVERFLOW.into(),
            _ => label::clean(name),
        };
        let made = Arc::new(Kind::new(Arc::clone(core), number, &text, words));
        match self
            .by_key
            .find_or_insert(key, usize::MAX, || Some(Arc::clone(&made)))
        {
            Ok(Some(kind)) => {
                if Arc::ptr_eq(kind, &made) {
                    self.known().push(made);
                }
                Arc::clone(kind)
            }
            // There are more than it takes: it is measured, and its oldest job is not told.
            _ => made,
        }
    }

    /// The number of a name that the budget does not have as it is; 0 past the budget.
    #[cold]
    fn admit(&self, core: &Core, name: &str) -> u64 {
        match self.budget.admit(&label::clean(name)) {
            Admission::Known(id) | Admission::Admitted(id) => id.index() as u64 + 1,
            Admission::Overflow { first } => {
                guard::<Tasks, _>(|| {
                    if first {
                        warn(catalog::TASK.name, self.budget.limit());
                    }
                    core.refuse_task();
                });
                0
            }
        }
    }

    pub(super) fn known(&self) -> MutexGuard<'_, Vec<Arc<Kind>>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What tells a list of classes from any other. The number of a type is as good as a hash.
#[inline]
pub(crate) fn type_number<C: 'static>() -> u64 {
    #[derive(Default)]
    struct Taken(u64);

    impl Hasher for Taken {
        fn finish(&self) -> u64 {
            self.0
        }

        fn write(&mut self, bytes: &[u8]) {
            for &byte in bytes {
                self.0 = self.0.rotate_left(8) ^ u64::from(byte);
            }
        }

        fn write_u64(&mut self, number: u64) {
            self.0 ^= number;
        }
    }

    let mut taken = Taken::default();
    TypeId::of::<C>().hash(&mut taken);
    taken.finish()
}

// === impl StageLabel ===

impl StageLabel {
    pub(super) fn number(self) -> u64 {
        self.0.into()
    }

    pub(super) fn text<'a>(self, name: &'a str) -> std::borrow::Cow<'a, str> {
        match self.0 {
            0 => OVERFLOW.into(),
            _ => label::clean(name),
        }
    }
}
