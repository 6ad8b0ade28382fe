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
    match counts.overflow {
        // All that overflow are shown as one.
        Some(Overflow { routes, .. }) if routes > 0 => counts.routes.len() - 1 + routes,
        _ => counts.routes.len(),
    }
}
