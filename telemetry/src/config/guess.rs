//! Whether routes are guessed, and how a guess looks.

use std::fmt;

use route_canon::{Canonicalizer, CanonicalizerBuilder};
use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{self, MapAccess, Visitor, value::MapAccessDeserializer},
};

/// Whether routes are guessed: `false`, `true`, or a section that says how a guess looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Guess {
    /// They are not.
    #[default]
    Off,
    /// They are, and a guess looks like this.
    On(GuessedLook),
}

/// How a guess looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct GuessedLook {
    /// What a placeholder names.
    pub placeholders: Placeholders,
    /// How a placeholder is spelled.
    pub spelling: Spelling,
    /// Whether `~` stands in front of a guess, which tells it from a known route.
    pub mark: bool,
    /// The most segments of a label, from 1 to 32; a longer path ends in `{*rest}`.
    pub depth: usize,
}

/// What a placeholder names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Placeholders {
    /// The class of what it stands for: `{int}`, `{uuid}`.
    #[default]
    Class,
    /// `{id}` always.
    Id,
}

/// How a placeholder is spelled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Spelling {
    /// `{int}`.
    #[default]
    Braces,
    /// `:int`.
    Colon,
}

struct GuessVisitor;

// === impl Guess ===

impl Guess {
    /// The settings of what guesses, if something does.
    pub(super) fn canonicalizer(self) -> Option<CanonicalizerBuilder> {
        let Self::On(GuessedLook {
            placeholders,
            spelling,
            mark,
            depth,
        }) = self
        else {
            return None;
        };
        let builder = Canonicalizer::builder()
            .placeholders(match placeholders {
                Placeholders::Class => route_canon::Placeholders::Class,
                Placeholders::Id => route_canon::Placeholders::Id,
            })
            .spelling(match spelling {
                Spelling::Braces => route_canon::Spelling::Braces,
                Spelling::Colon => route_canon::Spelling::Colon,
            })
            .marked(mark)
            .depth(depth);
        Some(builder)
    }
}

impl Serialize for Guess {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Off => serializer.serialize_bool(false),
            Self::On(look) if *look == GuessedLook::default() => serializer.serialize_bool(true),
            Self::On(look) => look.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Guess {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(GuessVisitor)
    }
}

// === impl GuessVisitor ===

impl<'de> Visitor<'de> for GuessVisitor {
    type Value = Guess;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("`true`, `false`, or a section of `placeholders`, `spelling`, `mark`, `depth`")
    }

    fn visit_bool<E: de::Error>(self, on: bool) -> Result<Guess, E> {
        Ok(if on {
            Guess::On(GuessedLook::default())
        } else {
            Guess::Off
        })
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Guess, A::Error> {
        GuessedLook::deserialize(MapAccessDeserializer::new(map)).map(Guess::On)
    }
}

// === impl GuessedLook ===

impl Default for GuessedLook {
    fn default() -> Self {
        Self {
            placeholders: Placeholders::default(),
            spelling: Spelling::default(),
            mark: true,
            depth: Canonicalizer::DEFAULT_DEPTH,
        }
    }
}
