//! What browsers report of their pages.

use std::fmt;

use route_canon::Budget;
use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{self, SeqAccess, Unexpected, Visitor, value::SeqAccessDeserializer},
};

use super::{Guess, Period};

/// What browsers report of their pages, and who may.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Vitals {
    /// Whose pages may report.
    pub origins: Origins,
    /// The templates of pages, as `/articles/{id}`. Those that none matches are `{unmatched}`, unless they are guessed.
    pub pages: Vec<String>,
    /// Whether the route of a page that no template matches is guessed. By default it is where there are no `pages`.
    pub guess: Option<Guess>,
    /// How many distinct pages are labels, from 1 to 60,000; later ones are `{overflow}`.
    pub page_limit: usize,
    /// Whether the histograms are labelled with how the browser came to the page: up to eight times the series.
    pub navigation_type: bool,
    /// The most bytes of a report, up to 16,384.
    pub body_limit: usize,
    /// How long a report may take to arrive, up to `60s`.
    pub timeout: Period,
    /// How many requests are taken in a second, up to 10,000,000.
    pub max_rate: u32,
    /// How many reports are remembered, so that none counts twice, up to 16,777,216; 8 bytes each.
    pub remembered_ids: usize,
    /// Whether a GET is answered with the module for browsers.
    pub module: bool,
}

/// Whose pages may report: `same`, `any`, or a list of origins.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Origins {
    /// Those of the host that the report is sent to.
    #[default]
    Same,
    /// Anyone's.
    Any,
    /// Those of these origins, as `https://shop.example`.
    Listed(Vec<String>),
}

struct OriginsVisitor;

// === impl Vitals ===

impl Default for Vitals {
    fn default() -> Self {
        Self {
            origins: Origins::default(),
            pages: Vec::new(),
            guess: None,
            page_limit: Budget::DEFAULT_LIMIT,
            navigation_type: false,
            body_limit: 16 * 1_024,
            timeout: Period::from_secs(5),
            max_rate: 1_000,
            remembered_ids: 1 << 16,
            module: true,
        }
    }
}

// === impl Origins ===

impl Serialize for Origins {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Same => serializer.serialize_str("same"),
            Self::Any => serializer.serialize_str("any"),
            Self::Listed(origins) => origins.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Origins {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(OriginsVisitor)
    }
}

// === impl OriginsVisitor ===

impl<'de> Visitor<'de> for OriginsVisitor {
    type Value = Origins;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("`same`, `any`, or a list of origins such as `https://shop.example`")
    }

    fn visit_str<E: de::Error>(self, word: &str) -> Result<Origins, E> {
        match word {
            "same" => Ok(Origins::Same),
            "any" => Ok(Origins::Any),
            _ => Err(E::invalid_value(Unexpected::Str(word), &self)),
        }
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Origins, A::Error> {
        Vec::deserialize(SeqAccessDeserializer::new(list)).map(Origins::Listed)
    }
}
