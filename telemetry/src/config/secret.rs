//! What may be shown of values that may be secret: nothing.

use std::{collections::BTreeMap, fmt};

/// Headers, of which only the names are shown.
pub(super) struct Hidden<'a>(pub(super) &'a BTreeMap<String, String>);

// === impl Hidden ===

impl fmt::Debug for Hidden<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hidden = format_args!("(hidden)");
        f.debug_map()
            .entries(self.0.keys().map(|name| (name, hidden)))
            .finish()
    }
}
