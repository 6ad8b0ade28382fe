//! What calls can be told.

use std::sync::Arc;

#[cfg(feature = "trace")]
use route_canon::Budget;

use super::{
    GenAi, Provider,
    capped::Capped,
    core::{Core, Families},
    options::Options,
    tokens::Vocabulary,
};
use crate::{
    catalog, label,
    meter::{Ladder, Meter},
};

/// The options of [`GenAi`].
#[derive(Debug)]
#[must_use = "nothing is made until `build`"]
pub struct GenAiBuilder {
    meter: Meter,
    options: Options,
    vocabulary: Vocabulary,
    known_models: Vec<String>,
    models: usize,
    providers: usize,
    tools: usize,
    teams: Option<usize>,
}

/// The options of [`GenAi`] were refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum GenAiError {
    /// A cap is out of range.
    #[error(
        "gen_ai.{field}: {given}; 1 to {} names are accepted",
        GenAiBuilder::MOST_NAMES
    )]
    Cap {
        /// The option.
        field: &'static str,
        /// What was given.
        given: usize,
    },
    /// An event type can never come.
    #[error(
        "gen_ai.{field}: {given:?} is not an event type: 1 to {} bytes are accepted, without control characters, \
         quotes or backslashes",
        sse_body::Scanner::MAX_TYPE_LEN
    )]
    EventType {
        /// The option.
        field: &'static str,
        /// What was given.
        given: String,
    },
    /// An end marker's data are empty, or longer than what is looked at.
    #[error(
        "gen_ai.end_data: {given:?}: 1 to {} bytes in one line are accepted",
        sse_body::Scanner::MAX_DATA_LEN
    )]
    EndData {
        /// What was given.
        given: String,
    },
}

// === impl GenAiBuilder ===

impl GenAiBuilder {
    /// The most names that can be asked for, of each kind. A metric keeps 1,900 label sets unless its
    /// [meter](crate::meter::MeterBuilder::max_label_sets) is told otherwise, 4,095 at most.
    pub const MOST_NAMES: usize = 4_000;

    /// Records through `meter`; by default the global recorder, with Prometheus names.
    pub fn meter(mut self, meter: Meter) -> Self {
        self.meter = meter;
        self
    }

    /// So many models are labels besides those that are [known](Self::models); 50 by default. Later ones are
    /// `{overflow}`.
    pub fn model_cap(mut self, cap: usize) -> Self {
        self.models = cap;
        self
    }

    /// These models have their labels whatever else is asked for. Where users choose the model, give those that exist.
    pub fn models(mut self, models: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.known_models
            .extend(models.into_iter().map(Into::into).filter(|m| !m.is_empty()));
        self
    }

    /// So many providers are labels besides the [convention's](Provider::WELL_KNOWN); 20 by default. Later ones are
    /// `{overflow}`.
    pub fn provider_cap(mut self, cap: usize) -> Self {
        self.providers = cap;
        self
    }

    /// So many tools are in the names of spans; 200 by default. Later spans are `execute_tool {overflow}`, and have the
    /// tool as an attribute.
    pub fn tool_cap(mut self, cap: usize) -> Self {
        self.tools = cap;
        self
    }

    /// Adds `team` to the costs, as [`NewCall::team`](super::NewCall::team) tells it. At most `cap` teams are labels, and
    /// later ones `{overflow}`.
    pub fn teams(mut self, cap: usize) -> Self {
        self.teams = Some(cap);
        self
    }

    /// A stream is whole only with an event of this type, such as `message_stop`. One that completes without any of its
    /// end markers is an error of the class `incomplete`.
    ///
    /// It goes for all streams of this `GenAi`: those of a provider without a marker need another one.
    pub fn end_type(mut self, event_type: impl Into<String>) -> Self {
        self.vocabulary.end_types.push(event_type.into());
        self
    }

    /// As [`end_type`](Self::end_type), for an event, or a line, with these data, such as `[DONE]`.
    pub fn end_data(mut self, data: impl Into<String>) -> Self {
        self.vocabulary.end_data.push(data.into());
        self
    }

    /// Events of these types are keep-alives; `heartbeat` and `ping` by default. Comments always are.
    pub fn keepalive_types(mut self, types: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.vocabulary.keepalives = types.into_iter().map(Into::into).collect();
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
        self.options.spans = Some(crate::task::Spans::Given(Arc::new(tracer)));
        self
    }

    /// Makes no spans: calls run in the context that is active where they run.
    #[cfg(feature = "trace")]
    pub fn without_spans(mut self) -> Self {
        self.options.spans = None;
        self
    }

    /// Writes no lines.
    #[cfg(feature = "log")]
    pub fn without_lines(mut self) -> Self {
        self.options.lines = false;
        self
    }

    /// Makes the set of calls.
    ///
    /// # Errors
    ///
    /// [`GenAiError`] names the option that was refused, and says what is accepted.
    pub fn build(self) -> Result<GenAi, GenAiError> {
        let known = self.known_models.len();
        for (field, given) in [
            ("models", known.max(1)),
            ("model_cap", self.models),
            ("provider_cap", self.providers),
            ("tool_cap", self.tools),
            ("teams", self.teams.unwrap_or(1)),
        ] {
            if !(1..=Self::MOST_NAMES).contains(&given) {
                return Err(GenAiError::Cap { field, given });
            }
        }
        let Vocabulary {
            keepalives,
            end_types,
            end_data,
        } = &self.vocabulary;
        for (field, types) in [("keepalive_types", keepalives), ("end_type", end_types)] {
            types.iter().try_for_each(|name| check_type(field, name))?;
        }
        end_data.iter().try_for_each(|data| check_data(data))?;
        Ok(self.finish())
    }

    /// Makes the set of options that need no check.
    pub(super) fn finish(self) -> GenAi {
        let Self {
            meter,
            options,
            vocabulary,
            known_models,
            models,
            providers,
            tools,
            teams,
        } = self;
        let well_known = Provider::WELL_KNOWN.iter().map(|known| known.as_str());
        let known_models: Vec<_> = known_models.iter().map(String::as_str).collect();
        #[cfg(not(feature = "trace"))]
        let _ = tools;
        let core = Core {
            vocabulary: Arc::new(vocabulary),
            families: Families::new(&meter),
            providers: Capped::new(&meter, catalog::GEN_AI_PROVIDER, well_known, providers),
            models: Capped::new(&meter, catalog::GEN_AI_MODEL, known_models, models),
            teams: teams.map(|cap| Capped::new(&meter, catalog::GEN_AI_TEAM, [], cap)),
            #[cfg(feature = "trace")]
            tools: Budget::new(tools),
            declared: Ladder::default(),
            options,
            meter,
        };
        GenAi::from_core(core)
    }
}

impl Default for GenAiBuilder {
    fn default() -> Self {
        Self {
            meter: Meter::default(),
            options: Options::default(),
            vocabulary: Vocabulary::default(),
            known_models: Vec::new(),
            models: 50,
            providers: 20,
            tools: 200,
            teams: None,
        }
    }
}

fn check_type(field: &'static str, name: &str) -> Result<(), GenAiError> {
    let fits = (1..=sse_body::Scanner::MAX_TYPE_LEN).contains(&name.len());
    if fits && *label::clean(name) == *name {
        return Ok(());
    }
    let given = name.to_owned();
    Err(GenAiError::EventType { field, given })
}

fn check_data(data: &str) -> Result<(), GenAiError> {
    let fits = (1..=sse_body::Scanner::MAX_DATA_LEN).contains(&data.len());
    if fits && !data.contains(['\r', '\n']) {
        return Ok(());
    }
    let given = data.to_owned();
    Err(GenAiError::EndData { given })
}
