//! What the log can be told.

use std::sync::Arc;

use super::{
    Log, LogField,
    custom::MOST,
    inner::{Inner, Options},
    sampler::{Rate, Sampler},
};
use crate::observe::RequestHead;

/// The options of [`Log`].
#[derive(Clone, Debug, Default)]
#[must_use = "nothing is made until `build`"]
pub struct LogBuilder {
    options: Options,
    fields: Vec<LogField>,
    rate: Option<Rate>,
}

/// The options of [`Log`] were refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LogError {
    /// A field's name does not fit.
    #[error(
        "log.field {name:?}: a name starts with a letter and goes on with a-z, 0-9, `_` and `.`, at \
         most 40 bytes"
    )]
    Unfit {
        /// What was given.
        name: &'static str,
    },
    /// Two fields have one name.
    #[error("log.field {name:?} is there already")]
    Taken {
        /// What was given.
        name: &'static str,
    },
    /// There are too many fields.
    #[error("log.field: {given} fields; at most {MOST} are accepted")]
    TooManyFields {
        /// How many there are.
        given: usize,
    },
    /// One line of none is not a rate.
    #[error("log.sample: one line of 0; 1 or more is accepted, and 1 leaves none out")]
    OneOfNone,
}

// === impl LogBuilder ===

impl LogBuilder {
    /// Client faults are warnings: answers of 4xx, and `client_disconnect`. Without this they are info.
    pub fn warn_of_client_faults(mut self) -> Self {
        self.options.warns_of_clients = true;
        self
    }

    /// Leaves out lines of busy routes. Of each route's lines at level info, the first `first` of each
    /// second are written, and then one of `then_one_of`; errors and warnings all are. The route's next
    /// line tells by `skipped` how many were left out before it.
    ///
    /// A stream that opened without a line closes without one, unless it closes with a fault that has one.
    /// Seconds are those since this was built. It keeps 16 bytes for each of the routes, 256 at a time.
    pub fn sample(mut self, first: u32, then_one_of: u32) -> Self {
        self.rate = Some(Rate { first, then_one_of });
        self
    }

    /// Adds a field. Eight at most.
    pub fn field(mut self, field: LogField) -> Self {
        self.fields.push(field);
        self
    }

    /// Leaves requests out altogether: health checks, say.
    pub fn skip(mut self, skip: impl Fn(RequestHead<'_>) -> bool + Send + Sync + 'static) -> Self {
        self.options.skip = Some(Arc::new(skip));
        self
    }

    /// Makes the observer.
    ///
    /// # Errors
    ///
    /// [`LogError`] names the option that was refused, and says what is accepted.
    pub fn build(self) -> Result<Log, LogError> {
        for (index, field) in self.fields.iter().enumerate() {
            let name = field.name;
            if !field.fits() {
                return Err(LogError::Unfit { name });
            }
            if self.fields[..index].iter().any(|other| other.name == name) {
                return Err(LogError::Taken { name });
            }
        }
        if self.fields.len() > MOST {
            let given = self.fields.len();
            return Err(LogError::TooManyFields { given });
        }
        if self.rate.is_some_and(|rate| rate.then_one_of == 0) {
            return Err(LogError::OneOfNone);
        }
        Ok(self.finish())
    }

    /// Makes the observer of options that need no check.
    pub(super) fn finish(self) -> Log {
        let Self {
            options,
            fields,
            rate,
        } = self;
        Log::from(Inner {
            options,
            fields_of_response: fields.iter().any(LogField::is_of_response),
            fields: fields.into(),
            sampler: rate.map(Sampler::new),
        })
    }
}
