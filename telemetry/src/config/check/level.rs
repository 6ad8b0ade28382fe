//! Which lines of the log are written.

use tracing_subscriber::filter::Targets;

use crate::config::read::near;

const LEVELS: [&str; 6] = ["off", "error", "warn", "info", "debug", "trace"];

/// What filters lines as this says.
///
/// A word alone that is no level is a target, all of whose lines are written, and no others. One that looks like a level
/// is refused: `inof` would turn the log off.
///
/// # Errors
///
/// What was given, and what is accepted.
pub(in crate::config) fn level(given: &str) -> Result<Targets, String> {
    let accepted = "a level (off, error, warn, info, debug, trace), or levels by target as in info,hyper=warn, is \
                    accepted";
    for part in given.split(',').map(str::trim) {
        let word = part.rsplit('=').next().unwrap_or(part);
        let is_level = LEVELS.iter().any(|level| level.eq_ignore_ascii_case(word));
        // A target has `::` or comes from a crate's name; what is meant for a level does not.
        if !is_level && let Some(meant) = near(word, LEVELS) {
            return Err(format!(
                "{given:?} is refused: did you mean `{meant}`? {accepted}"
            ));
        }
        if part.is_empty() {
            return Err(format!("{given:?} is refused: {accepted}"));
        }
    }
    given
        .parse()
        .map_err(|_| format!("{given:?} is refused: {accepted}"))
}
