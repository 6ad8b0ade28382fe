//! A meter's options.

use std::sync::{Arc, Mutex, atomic::AtomicU64};

use metrics::Recorder;

use super::{Inner, Meter, Naming, ladder};
use crate::label::{self, LabelNameError};

/// The label sets that a metric keeps unless it is told otherwise. OpenTelemetry's SDKs fold at
/// 2,000, which leaves room for what others record under the same name.
const MAX_LABEL_SETS: usize = 1_900;

/// A [`Meter`]'s options.
#[derive(Default)]
#[must_use = "nothing is made until `build`"]
pub struct MeterBuilder {
    recorder: Option<Box<dyn Recorder + Send + Sync>>,
    naming: Naming,
    constant: Vec<metrics::Label>,
    max_label_sets: Option<usize>,
    refreshable: bool,
}

/// A meter's options were refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MeterError {
    /// A constant label's name does not fit.
    #[error("constant label: {0}")]
    ConstantLabel(#[from] LabelNameError),
    /// The cap is out of range.
    #[error("max_label_sets {given}: a metric keeps between 1 and {most} label sets")]
    MaxLabelSets {
        /// What was given.
        given: usize,
        /// The most that is accepted.
        most: usize,
    },
}

/// The most that can be asked for; one place is left for the series that the rest share.
const MOST_LABEL_SETS: usize = ladder::MAX_KEYS - 1;

// === impl MeterBuilder ===

impl MeterBuilder {
    /// Records to `recorder` instead of the global one. Share an `Arc` to keep a hand on it.
    pub fn recorder(mut self, recorder: impl Recorder + Send + Sync + 'static) -> Self {
        self.recorder = Some(Box::new(recorder));
        self
    }

    /// Names metrics and labels by `naming`; Prometheus names by default.
    pub fn naming(mut self, naming: Naming) -> Self {
        self.naming = naming;
        self
    }

    /// Adds a label with one value to every series.
    pub fn constant_label(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        let (name, value) = (name.into(), value.into());
        self.constant
            .push(metrics::Label::new(name, label::clean(&value).into_owned()));
        self
    }

    /// Keeps at most `most` label sets a metric, and folds the rest into one series; 1,900 by
    /// default, 4,095 at most.
    pub fn max_label_sets(mut self, most: usize) -> Self {
        self.max_label_sets = Some(most);
        self
    }

    /// Lets [`Meter::refresh`] forget the kept handles, for exporters with an idle time-out.
    ///
    /// It costs each look-up a read lock, whose word all threads write to; without it there is none.
    pub fn refreshable(mut self) -> Self {
        self.refreshable = true;
        self
    }

    /// Makes the meter.
    ///
    /// # Errors
    ///
    /// [`MeterError`] names the option that was refused, and says what is accepted.
    pub fn build(self) -> Result<Meter, MeterError> {
        let mut names = label::Names::with_catalog();
        for label in &self.constant {
            names.claim(label.key())?;
        }
        match self.max_label_sets {
            Some(given) if !(1..=MOST_LABEL_SETS).contains(&given) => {
                Err(MeterError::MaxLabelSets {
                    given,
                    most: MOST_LABEL_SETS,
                })
            }
            _ => Ok(self.finish()),
        }
    }

    /// Makes the meter of options that need no check.
    pub(super) fn finish(self) -> Meter {
        let Self {
            recorder,
            naming,
            constant,
            max_label_sets,
            refreshable,
        } = self;
        Meter(Arc::new(Inner {
            recorder,
            naming,
            constant,
            max_label_sets: max_label_sets.unwrap_or(MAX_LABEL_SETS),
            refreshable,
            generation: AtomicU64::new(0),
            described: Mutex::new(Vec::new()),
        }))
    }
}

impl std::fmt::Debug for MeterBuilder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self {
            recorder: _,
            naming,
            constant,
            max_label_sets,
            refreshable,
        } = self;
        f.debug_struct("MeterBuilder")
            .field("naming", naming)
            .field("constant", constant)
            .field("max_label_sets", max_label_sets)
            .field("refreshable", refreshable)
            .finish_non_exhaustive()
    }
}
