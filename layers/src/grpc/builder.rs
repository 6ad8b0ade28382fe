//! What the gRPC metrics can be told.

use route_canon::Budget;

use super::{Grpc, inner::Inner};
use crate::{meter::Meter, route::is_path};

/// The options of [`Grpc`].
#[derive(Clone, Debug)]
#[must_use = "nothing is made until `build`"]
pub struct GrpcBuilder {
    meter: Meter,
    limit: usize,
    methods: Vec<String>,
    messages: bool,
}

/// The options of [`Grpc`] were refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum GrpcError {
    /// A declared method is none.
    #[error(
        "grpc.methods: {method:?} is not `package.Service/Method`, or is longer than 199 bytes"
    )]
    Method {
        /// What was given.
        method: String,
    },
    /// More methods than any budget holds.
    #[error(
        "grpc.methods: {given} methods; at most {} are accepted",
        Budget::MAX_LIMIT
    )]
    TooManyMethods {
        /// How many there are.
        given: usize,
    },
}

// === impl GrpcBuilder ===

impl GrpcBuilder {
    /// Records through `meter`; by default the global recorder, with Prometheus names.
    pub fn meter(mut self, meter: Meter) -> Self {
        self.meter = meter;
        self
    }

    /// Keeps at most `limit` distinct methods: 200 by default, 60,000 at most. Declared ones have their
    /// places in any case, so it counts as no less than these. Later ones are `{overflow}`.
    pub fn method_limit(mut self, limit: usize) -> Self {
        self.limit = limit;
        self
    }

    /// Declares methods, `package.Service/Method`: they are labels from the start, and not only once an
    /// answer vouched for them.
    pub fn methods(mut self, methods: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.methods.extend(methods.into_iter().map(Into::into));
        self
    }

    /// Counts messages, or not; on by default.
    pub fn messages(mut self, count: bool) -> Self {
        self.messages = count;
        self
    }

    /// Makes the observer.
    ///
    /// # Errors
    ///
    /// [`GrpcError`] names the method that was refused, and says what is accepted.
    pub fn build(mut self) -> Result<Grpc, GrpcError> {
        for method in &mut self.methods {
            if let Some(bare) = method.strip_prefix('/') {
                *method = bare.to_owned();
            }
            if !is_path(&format!("/{method}")) {
                return Err(GrpcError::Method {
                    method: method.clone(),
                });
            }
        }
        self.methods.sort_unstable();
        self.methods.dedup();
        match self.methods.len() {
            given if given > Budget::MAX_LIMIT => Err(GrpcError::TooManyMethods { given }),
            _ => Ok(self.finish()),
        }
    }

    /// Makes the observer of options that need no check.
    pub(crate) fn finish(self) -> Grpc {
        let Self {
            meter,
            limit,
            methods,
            messages,
        } = self;
        Grpc::from(Inner::new(meter, limit, methods, messages))
    }
}

impl Default for GrpcBuilder {
    fn default() -> Self {
        Self {
            meter: Meter::default(),
            limit: Budget::DEFAULT_LIMIT,
            methods: Vec::new(),
            messages: true,
        }
    }
}
