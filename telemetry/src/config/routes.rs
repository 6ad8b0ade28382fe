//! Where the label of a route comes from.

use route_canon::{Budget, Canonicalizer, Rules};
use serde::{Deserialize, Serialize};

use super::Guess;

/// Where the label of a route comes from, besides the framework and the handler.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Routes {
    /// How many distinct routes are labels; later ones are `{overflow}`. From 1 to 60,000; the templates of `table` have
    /// their places in any case.
    pub limit: usize,
    /// The templates of the service's routes, as `/users/{id}`, where no framework tells them.
    pub table: Vec<String>,
    /// Whether the route of a path that nothing else names is guessed from its look.
    pub guess: Guess,
    /// What is known better than by guessing: for segments and for whole paths, the first that matches. They go for the
    /// guesses of `vitals`, too.
    pub rules: Rules,
}

// === impl Routes ===

impl Routes {
    /// What guesses as `guess` says, if it does.
    pub(crate) fn canonicalizer(&self, guess: Guess) -> Option<Canonicalizer> {
        let builder = guess.canonicalizer()?;
        Some(builder.rules(self.rules.clone()).build())
    }
}

impl Default for Routes {
    fn default() -> Self {
        Self {
            limit: Budget::DEFAULT_LIMIT,
            table: Vec::new(),
            guess: Guess::Off,
            rules: Rules::default(),
        }
    }
}
