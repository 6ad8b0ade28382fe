//! What tasks can be told.

use super::{
    Tasks,
    core::{Core, Kinds},
    options::Options,
};
use crate::meter::Meter;

/// The options of [`Tasks`].
#[derive(Debug)]
#[must_use = "nothing is made until `build`"]
pub struct TasksBuilder {
    meter: Meter,
    options: Options,
    tasks: usize,
    stages: usize,
}

/// The options of [`Tasks`] were refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TasksError {
    /// A cap is out of range.
    #[error(
        "tasks.{field}: {given}; 1 to {} names are accepted",
        TasksBuilder::MOST_NAMES
    )]
    Cap {
        /// The option.
        field: &'static str,
        /// What was given.
        given: usize,
    },
}

// === impl TasksBuilder ===

impl TasksBuilder {
    /// The most names that can be asked for, of tasks and of stages. A metric keeps 1,900 label sets unless its
    /// [meter](crate::meter::MeterBuilder::max_label_sets) is told otherwise, 4,095 at most, and a task has four outcomes.
    pub const MOST_NAMES: usize = 4_000;

    /// Records through `meter`; by default the global recorder, with Prometheus names.
    pub fn meter(mut self, meter: Meter) -> Self {
        self.meter = meter;
        self
    }

    /// So many names of tasks are labels; 200 by default. Later ones are `{overflow}`.
    pub fn task_cap(mut self, cap: usize) -> Self {
        self.tasks = cap;
        self
    }

    /// Measures stages, as `task_stage_duration_seconds`: tasks × stages × outcomes series of 13 buckets, up to the
    /// cap of label sets. Without this they have spans alone. At most `cap` names of stages are labels, and later ones
    /// `{overflow}`; 50 is a good cap.
    pub fn stages(mut self, cap: usize) -> Self {
        self.options.stages = true;
        self.stages = cap;
        self
    }

    /// Makes the spans with `provider`; by default with the global one, which may be set later.
    #[cfg(feature = "trace")]
    pub fn tracer_provider<P>(mut self, provider: &P) -> Self
    where
        P: opentelemetry::trace::TracerProvider,
        P::Tracer:
            opentelemetry::trace::Tracer<Span: Send + Sync + 'static> + Send + Sync + 'static,
    {
        let tracer = provider.tracer_with_scope(crate::span::scope());
        self.options.spans = Some(super::span::Spans::Given(std::sync::Arc::new(tracer)));
        self
    }

    /// Makes no spans: jobs run in the context that is active where they run.
    #[cfg(feature = "trace")]
    pub fn without_spans(mut self) -> Self {
        self.options.spans = None;
        self
    }

    /// Writes lines when jobs end, and none when they start.
    #[cfg(feature = "log")]
    pub fn without_start_lines(mut self) -> Self {
        self.options.lines = super::log::Lines::End;
        self
    }

    /// Writes no lines.
    #[cfg(feature = "log")]
    pub fn without_lines(mut self) -> Self {
        self.options.lines = super::log::Lines::None;
        self
    }

    /// Makes the set of tasks.
    ///
    /// # Errors
    ///
    /// [`TasksError`] names the option that was refused, and says what is accepted.
    pub fn build(self) -> Result<Tasks, TasksError> {
        for (field, given) in [("task_cap", self.tasks), ("stages", self.stages)] {
            if !(1..=Self::MOST_NAMES).contains(&given) {
                return Err(TasksError::Cap { field, given });
            }
        }
        Ok(self.finish())
    }

    /// Makes the set of options that need no check.
    pub(super) fn finish(self) -> Tasks {
        let Self {
            meter,
            options,
            tasks,
            stages,
        } = self;
        Tasks::from_parts(Core::new(meter, options, stages), Kinds::new(tasks))
    }
}

impl Default for TasksBuilder {
    fn default() -> Self {
        Self {
            meter: Meter::default(),
            options: Options {
                #[cfg(feature = "trace")]
                spans: Some(super::span::Spans::default()),
                ..Options::default()
            },
            tasks: 200,
            stages: 50,
        }
    }
}
