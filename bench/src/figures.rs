//! What is reported: differences between cases.

mod table;

use std::{collections::BTreeMap, error::Error};

pub use self::table::ALL;
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
