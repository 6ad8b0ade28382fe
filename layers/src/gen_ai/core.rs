//! What all calls of one set of metrics share.

use std::{fmt, sync::Arc};

use metrics::Histogram;
#[cfg(feature = "trace")]
use route_canon::Budget;

use super::{
    GenAiBuilder, NewCall, Operation, Provider,
    capped::{Capped, Number},
    options::Options,
    tokens::Vocabulary,
};
use crate::{
    catalog,
    meter::{Family, Key, Ladder, Meter},
};

/// Measures calls to models and tools. See the [module docs](super).
///
/// Make it once and keep it; a clone shares all of it.
#[derive(Clone)]
pub struct GenAi(Arc<Core>);

#[derive(Debug)]
pub(super) struct Core {
    pub(super) meter: Meter,
    pub(super) options: Options,
    pub(super) vocabulary: Arc<Vocabulary>,
    pub(super) families: Families,
    pub(super) providers: Capped,
    pub(super) models: Capped,
    pub(super) teams: Option<Capped>,
    /// Tools are no label. These are in the names of spans, of which others may make series.
    #[cfg(feature = "trace")]
    pub(super) tools: Budget,
    /// The label sets whose ways to end were registered.
    pub(super) declared: Ladder<()>,
}

#[derive(Debug)]
pub(super) struct Families {
    pub(super) duration: Family<Histogram>,
    pub(super) usage: Family<Histogram>,
    pub(super) first_token: Family<Histogram>,
    pub(super) per_token: Family<Histogram>,
    pub(super) cost: Family<Histogram>,
}

/// What a call is.
#[derive(Debug)]
pub(super) struct About {
    pub(super) operation: Operation,
    pub(super) provider: Number,
    pub(super) model: Number,
    pub(super) team: Number,
    /// The texts as they came, if there may be a span or a line.
    #[cfg(any(feature = "log", feature = "trace"))]
    pub(super) names: Option<Box<Names>>,
}

/// The texts of a call. An empty one is absent.
#[cfg(any(feature = "log", feature = "trace"))]
#[derive(Debug, Default)]
pub(super) struct Names {
    pub(super) provider: String,
    pub(super) model: String,
    pub(super) tool: String,
}

// === impl GenAi ===

impl GenAi {
    /// Metrics through the global recorder; with the features, spans by the global provider, and lines.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Starts a set of options.
    pub fn builder() -> GenAiBuilder {
        GenAiBuilder::default()
    }

    /// A call to a model. An empty name of a model is none: the label is absent.
    pub fn call(&self, operation: Operation, provider: Provider<'_>, model: &str) -> NewCall {
        let Core {
            meter,
            providers,
            models,
            ..
        } = &*self.0;
        let about = About {
            operation,
            provider: providers.number(meter, provider.as_str()),
            model: models.number(meter, model),
            team: Number::ABSENT,
            #[cfg(any(feature = "log", feature = "trace"))]
            names: self.names(provider.as_str(), model, ""),
        };
        NewCall::new(Arc::clone(&self.0), about)
    }

    /// A call of a tool: the operation `execute_tool`, without a provider and a model. The tool's name is told to the
    /// span and the line, and is no label.
    pub fn tool(&self, name: &str) -> NewCall {
        #[cfg(not(any(feature = "log", feature = "trace")))]
        let _ = name;
        let about = About {
            operation: Operation::ExecuteTool,
            provider: Number::ABSENT,
            model: Number::ABSENT,
            team: Number::ABSENT,
            #[cfg(any(feature = "log", feature = "trace"))]
            names: self.names("", "", name),
        };
        NewCall::new(Arc::clone(&self.0), about)
    }

    pub(super) fn from_core(core: Core) -> Self {
        Self(Arc::new(core))
    }

    #[cfg(any(feature = "log", feature = "trace"))]
    #[inline]
    fn names(&self, provider: &str, model: &str, tool: &str) -> Option<Box<Names>> {
        let owned = |text| crate::label::clean(text).into_owned();
        let made = || Names {
            provider: owned(provider),
            model: owned(model),
            tool: owned(tool),
        };
        self.0.options.tells().then(|| Box::new(made()))
    }
}

impl Default for GenAi {
    fn default() -> Self {
        GenAiBuilder::default().finish()
    }
}

impl fmt::Debug for GenAi {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GenAi")
            .field("meter", &self.0.meter)
            .field("options", &self.0.options)
            .finish_non_exhaustive()
    }
}

// === impl Families ===

impl Families {
    pub(super) fn new(meter: &Meter) -> Self {
        Self {
            duration: Family::new(meter, &catalog::GEN_AI_CLIENT_OPERATION_DURATION),
            usage: Family::new(meter, &catalog::GEN_AI_CLIENT_TOKEN_USAGE),
            first_token: Family::new(meter, &catalog::GEN_AI_SERVER_TIME_TO_FIRST_TOKEN),
            per_token: Family::new(meter, &catalog::GEN_AI_SERVER_TIME_PER_OUTPUT_TOKEN),
            cost: Family::new(meter, &catalog::GEN_AI_COST),
        }
    }
}

// === impl About ===

impl About {
    /// The operation, the provider and the model, and a number that tells the other label's values apart.
    #[inline]
    pub(super) fn key(&self, other: u64) -> Key {
        let operation = self.operation as u64;
        Key {
            closed: operation | self.provider.bits() << 8 | self.model.bits() << 24,
            capped: other,
        }
    }
}
