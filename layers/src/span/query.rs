//! The query of a request, without what gives access.

use std::borrow::Cow;

use super::{baggage::decode, text};

/// Whose values the conventions have redacted, now and in versions before.
const BY_CONVENTION: [&str; 7] = [
    "AWSAccessKeyId",
    "Signature",
    "X-Amz-Credential",
    "X-Amz-Security-Token",
    "X-Amz-Signature",
    "X-Goog-Signature",
    "sig",
];

const REDACTED: &str = "REDACTED";

/// Which values are redacted: the conventions' names, and the user's.
#[derive(Clone, Debug, Default)]
pub(super) struct Redaction(pub(super) Vec<String>);

// === impl Redaction ===

impl Redaction {
    /// The query as it may be shown.
    pub(super) fn apply(&self, query: &str) -> String {
        let mut shown = String::with_capacity(query.len().min(text::MOST));
        for (index, pair) in query.split('&').enumerate() {
            if shown.len() > text::MOST {
                break;
            }
            if index > 0 {
                shown.push('&');
            }
            match pair.split_once('=') {
                Some((name, _)) if self.names(name) => {
                    shown.push_str(name);
                    shown.push('=');
                    shown.push_str(REDACTED);
                }
                _ => shown.push_str(pair),
            }
        }
        text::fit(&shown)
    }

    /// Whether this name's value is not to be shown. A name may be spelled with `%` sequences.
    fn names(&self, name: &str) -> bool {
        let name = if name.contains('%') {
            decode(name).map_or(Cow::Borrowed(name), Cow::Owned)
        } else {
            Cow::Borrowed(name)
        };
        let given = self.0.iter().map(String::as_str);
        BY_CONVENTION
            .into_iter()
            .chain(given)
            .any(|known| known == name)
    }
}
