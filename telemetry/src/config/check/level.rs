//! Which lines of the log are written.

use tracing_subscriber::filter::Targets;

use crate::config::read::near;

const LEVELS: [&str; 6] = ["off", "error", "warn", "info", "debug", "trace"];

const ACCEPTED: &str = "a level (off, error, warn, info, debug, trace), or levels by target as in info,hyper=warn, is accepted";

/// What filters lines as this says.
///
/// A word alone that is no level is a target, all of whose lines are written, and no others. One that looks like a level
/// is refused: `inof` would turn the log off.
///
/// # Errors
///
/// What was given, and what is accepted.
pub(in crate::config) fn level(given: &str) -> Result<Targets, String> {
    for part in given.split(',') {
        let (target, level) = match part.split_once('=') {
            Some((target, level)) => (target, Some(level)),
            None => (part, None),
        };
        let is_level = |word: &str| LEVELS.iter().any(|level| level.eq_ignore_ascii_case(word));
        let word = level.unwrap_or(target);
        if is_level(word) && (level.is_none() || is_target(target)) {
            continue;
        }
        match near(word, LEVELS) {
            Some(meant) if !is_level(word) => {
                return Err(format!(
                    "{given:?} is refused: did you mean `{meant}`? {ACCEPTED}"
                ));
            }
            _ if level.is_none() && is_target(target) => {}
            _ => return Err(format!("{given:?} is refused: {ACCEPTED}")),
        }
    }
    let parsed = given.parse();
    parsed.map_err(|_| format!("{given:?} is refused: {ACCEPTED}"))
}

/// Whether it can be where lines come from, a module's path for most.
fn is_target(text: &str) -> bool {
    let is_of_target = |c: char| c.is_ascii_alphanumeric() || "_:-./".contains(c);
    !text.is_empty() && text.chars().all(is_of_target)
}
