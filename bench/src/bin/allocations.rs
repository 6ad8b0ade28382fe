//! Runs a case under a counting allocator, and prints how many allocations were counted:
//! `allocations CASE`.

use std::{alloc::System, error::Error};

use bartizan_bench::cases;
use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

fn main() -> Result<(), Box<dyn Error>> {
    let name = std::env::args().nth(1).ok_or("which case?")?;
    println!("{}", cases::find(&name)?.run(allocations));
    Ok(())
}

fn allocations() -> u64 {
    let stats = ALLOCATOR.stats();
    (stats.allocations + stats.reallocations) as u64
}
