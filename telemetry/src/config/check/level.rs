//! Which lines of the log are written.

use tracing_subscriber::filter::Targets;

use crate::config::read::near;

const LEVELS: [&str; 6] = ["off", "error", "warn", "info", "debug", "trace"];

const ACCEPTED: &str = "a level (off, error, warn, info, debug, trace), or levels by target as in info,hyper=warn, is accepted";

/// What filters lines as this says.
///
/// A word alone is a level. To a subscriber any other word is a target, all of whose lines are written, and no others, so
/// that `verbose` or `inof` would turn the log off; a module's path alone can only be meant as such.
///
/// # Errors
///
/// What was given, and what is accepted.
pub(in crate::config) fn level(given: &str) -> Result<Targets, String> {
    let is_level = |word: &str| LEVELS.iter().any(|level| level.eq_ignore_ascii_case(word));
    for part in given.split(',') {
        let (fits, word) = match part.split_once('=') {
            Some((target, level)) => (is_target(target) && is_level(level), level),
            None => (
                is_level(part) || is_target(part) && part.contains("::"),
                part,
            ),
        };
        if fits {
            continue;
        }
        let hint = match near(word, LEVELS) {
            Some(meant) if !is_level(word) => format!("did you mean `{meant}`? "),
            _ if is_target(part) => {
                format!("{part:?} is no level; for all lines of a target write `{part}=trace`; ")
            }
            _ => String::new(),
        };
        return Err(format!("{given:?} is refused: {hint}{ACCEPTED}"));
    }
    let parsed = given.parse();
    parsed.map_err(|_| format!("{given:?} is refused: {ACCEPTED}"))
}

/// Whether it can be where lines come from, a module's path for most.
fn is_target(text: &str) -> bool {
    let is_of_target = |c: char| c.is_ascii_alphanumeric() || "_:-./".contains(c);
    !text.is_empty() && text.chars().all(is_of_target)
}
