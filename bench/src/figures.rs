//! What is reported: differences between cases.

use std::{collections::BTreeMap, error::Error};

use crate::{
    callgrind::{self, Count},
    cases::{self, LONG},
};

/// A figure: what one thing adds to another.
#[derive(Debug)]
pub struct Figure {
    /// Its key in the results.
    pub name: &'static str,
    /// What it is, for the table.
    pub what: &'static str,
    of: Of,
    /// How many samples of a histogram are in it: the recorder allocates for these by itself.
    samples: u32,
}

#[derive(Debug)]
enum Of {
    /// What a request adds over another case.
    Request {
        case: &'static str,
        base: &'static str,
    },
    /// What a frame adds over a frame of the layer that only wraps.
    Frame {
        one: &'static str,
        many: &'static str,
    },
    /// What a frame of an event adds over one of the bare body.
    Event {
        one: &'static str,
        many: &'static str,
    },
}

/// The counts of cases, each counted once.
#[derive(Debug, Default)]
pub struct Counts(BTreeMap<&'static str, Count>);

/// A histogram's block holds so many samples, and is one allocation.
const BLOCK: f64 = 64.0;

/// Every figure, in the order of the table. *The* figure, which the acceptance line bounds, is `http`
/// without a Content-Length and `http_sized` with one.
pub const ALL: &[Figure] = &[
    over(
        "wrap_only",
        "a layer that only wraps, over the bare service",
        "wrap-only",
        "bare",
        0,
    ),
    request(
        "floor",
        "by hand: counter, gauge, two histograms",
        "floor",
        2,
    ),
    request("engine", "the engine, one idle observer", "engine", 0),
    request("none", "the engine, `None::<HttpMetrics>`", "none", 0),
    request("http", "HttpMetrics, route of a table", "http", 2),
    over(
        "http_sized",
        "the same, request with Content-Length",
        "http, sized",
        "wrap-only, sized",
        3,
    ),
    request(
        "http_unmatched",
        "HttpMetrics, no source of routes",
        "http, unmatched",
        2,
    ),
    over(
        "http_unmatched_sized",
        "the same, request with Content-Length",
        "http, unmatched, sized",
        "wrap-only, sized",
        3,
    ),
    request(
        "first_byte_unmatched",
        "the same without it, with time to first byte",
        "first byte, unmatched",
        3,
    ),
    request(
        "first_byte",
        "HttpMetrics, with time to first byte",
        "first byte",
        3,
    ),
    over(
        "first_byte_sized",
        "the same, request with Content-Length",
        "first byte, sized",
        "wrap-only, sized",
        4,
    ),
    over(
        "joined",
        "a second HttpMetrics inside the first",
        "joined",
        "http",
        0,
    ),
    over(
        "axum",
        "HttpMetrics on axum's Router, over a layer that wraps",
        "axum, http",
        "axum, wrap-only",
        2,
    ),
    frame(
        "frame_engine",
        "a frame: the engine",
        "engine, 1 frame",
        "engine, frames",
    ),
    frame(
        "frame_http",
        "a frame: HttpMetrics",
        "http, 1 frame",
        "http, frames",
    ),
    frame(
        "frame_first_byte",
        "a frame: with time to first byte",
        "first byte, 1 frame",
        "first byte, frames",
    ),
    event(
        "event_scan",
        "an event of 120 bytes: sse-body's wrapper alone",
        "scanned, 1 frame",
        "scanned, frames",
        0,
    ),
    event(
        "event_lean",
        "an event: Sse without gaps and sizes",
        "sse lean, 1 frame",
        "sse lean, frames",
        0,
    ),
    event(
        "event_sse",
        "an event: Sse with all its metrics",
        "sse, 1 frame",
        "sse, frames",
        2,
    ),
    over(
        "guess",
        "a guess: a path of five segments, two of them ids",
        "paths, with ids",
        "paths, none",
        0,
    ),
    over(
        "guess_words",
        "a guess: a path of five words",
        "paths, words",
        "paths, none",
        0,
    ),
    request(
        "http_guessed",
        "HttpMetrics, route guessed",
        "http, guessed",
        2,
    ),
    over(
        "log_off",
        "Log, no subscriber, over the engine",
        "log, no subscriber",
        "engine",
        0,
    ),
    over(
        "log_off_sized",
        "the same, request with Content-Length",
        "log, no subscriber, sized",
        "engine, sized",
        0,
    ),
    over(
        "log_filtered",
        "Log, a subscriber that wants other targets",
        "log, filtered",
        "engine",
        0,
    ),
    over(
        "log_dropped",
        "Log, a subscriber that reads each field and drops it",
        "log, dropped",
        "engine",
        0,
    ),
    over(
        "span_unsampled",
        "Span, not sampled, a W3C parent in the request",
        "span, unsampled",
        "wrap-only, traced",
        0,
    ),
    over(
        "span_unsampled_global",
        "the same by the global provider",
        "span, unsampled, global",
        "wrap-only, traced",
        0,
    ),
    over(
        "span_no_provider",
        "Span, with no provider set and no parent",
        "span, no provider",
        "wrap-only",
        0,
    ),
    over(
        "span_sampled",
        "Span, sampled, required attributes, route of a table",
        "span, sampled",
        "wrap-only, traced",
        0,
    ),
    over(
        "span_named",
        "the same, with host, port and user agent",
        "span, named",
        "wrap-only, named",
        0,
    ),
    event(
        "event_span",
        "a frame of an event stream: Span, sampled",
        "span, 1 frame",
        "span, frames",
        0,
    ),
    over(
        "io_write",
        "a write to an observed connection",
        "io, observed",
        "io, bare",
        0,
    ),
];

const fn over(
    name: &'static str,
    what: &'static str,
    case: &'static str,
    base: &'static str,
    samples: u32,
) -> Figure {
    Figure {
        name,
        what,
        of: Of::Request { case, base },
        samples,
    }
}

const fn request(
    name: &'static str,
    what: &'static str,
    case: &'static str,
    samples: u32,
) -> Figure {
    over(name, what, case, "wrap-only", samples)
}

const fn frame(
    name: &'static str,
    what: &'static str,
    one: &'static str,
    many: &'static str,
) -> Figure {
    Figure {
        name,
        what,
        of: Of::Frame { one, many },
        samples: 0,
    }
}

const fn event(
    name: &'static str,
    what: &'static str,
    one: &'static str,
    many: &'static str,
    samples: u32,
) -> Figure {
    Figure {
        name,
        what,
        of: Of::Event { one, many },
        samples,
    }
}

// === impl Figure ===

impl Figure {
    /// Counts what it takes.
    pub fn count(&self, counts: &mut Counts) -> Result<Count, Box<dyn Error>> {
        let Count {
            instructions,
            allocations,
        } = match self.of {
            Of::Request { case, base } => counts.of(case)? - counts.of(base)?,
            Of::Frame { one, many } => {
                let wrap = counts.of("wrap-only, frames")? - counts.of("wrap-only, 1 frame")?;
                per_frame(counts.of(many)? - counts.of(one)? - wrap)
            }
            Of::Event { one, many } => {
                let bare = counts.of("events, frames")? - counts.of("events, 1 frame")?;
                per_frame(counts.of(many)? - counts.of(one)? - bare)
            }
        };
        let of_recorder = f64::from(self.samples) / BLOCK;
        // Blocks come in whole, and a run need not end where one does: two decimals are true.
        let allocations = ((allocations - of_recorder) * 100.0).round() / 100.0;
        Ok(Count {
            instructions: (instructions * 10.0).round() / 10.0,
            allocations: allocations + 0.0,
        })
    }
}

fn per_frame(of_all: Count) -> Count {
    let frames = (LONG - 1) as f64;
    Count {
        instructions: of_all.instructions / frames,
        allocations: of_all.allocations / frames,
    }
}

// === impl Counts ===

impl Counts {
    fn of(&mut self, case: &str) -> Result<Count, Box<dyn Error>> {
        let case = cases::find(case)?;
        if let Some(count) = self.0.get(case.name) {
            return Ok(*count);
        }
        eprintln!("counting: {}", case.name);
        let count = callgrind::count(case)?;
        self.0.insert(case.name, count);
        Ok(count)
    }
}

// === impl Count ===

impl std::ops::Sub for Count {
    type Output = Self;

    fn sub(self, base: Self) -> Self {
        Self {
            instructions: self.instructions - base.instructions,
            allocations: self.allocations - base.allocations,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_figure_is_made_of_cases_that_exist() {
        for figure in ALL {
            let names = match figure.of {
                Of::Request { case, base } => [case, base],
                Of::Frame { one, many } | Of::Event { one, many } => [one, many],
            };
            for name in names {
                assert!(cases::find(name).is_ok(), "{}: {name}", figure.name);
            }
        }
    }
}
