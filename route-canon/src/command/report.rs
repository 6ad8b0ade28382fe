//! Shows what was counted.

mod json;
mod table;

#[cfg(test)]
mod tests;

use crate::{
    options::Format,
    tally::{Counts, Overflow},
};
use std::io::{self, Write};

/// Writes the report; of the routes the first `top`, or all.
pub(crate) fn write(
    counts: &Counts,
    format: Format,
    top: Option<usize>,
    out: &mut impl Write,
) -> io::Result<()> {
    let shown = top.unwrap_or(usize::MAX).min(counts.routes.len());
    match format {
        Format::Json => json::write(counts, shown, out),
        Format::Table => table::write(counts, shown, out),
    }
}

/// How many distinct routes there are, those that overflow among them.
fn distinct_routes(counts: &Counts) -> usize {
    let Some(Overflow {
        routes,
        unmatched_routes,
        ..
    }) = counts.overflow
    else {
        return counts.routes.len();
    };
    // All that have no place are shown as one or two.
    counts.routes.len() + routes.saturating_sub(1) + unmatched_routes.saturating_sub(1)
}
