//! What a report of a browser allocates: nothing, once its page is known, beyond what the recorder does by itself.

use std::alloc::System;

use bartizan::vitals::WebVitals;
use bartizan_bench::{
    recorder::Exporter,
    vitals::{report, request, send},
};
use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

const REQUESTS: u64 = 6_400;

/// Allocations for each request, whose making is not counted.
fn allocations(service: &mut WebVitals, body: impl Fn(u64) -> String, status: u16) -> f64 {
    let requests: Vec<_> = (0..REQUESTS).map(|n| request(body(n))).collect();
    let before = ALLOCATOR.stats();
    for request in requests {
        assert_eq!(send(service, request), status);
    }
    let after = ALLOCATOR.stats();
    let made = |stats: stats_alloc::Stats| stats.allocations + stats.reallocations;
    (made(after) - made(before)) as f64 / REQUESTS as f64
}

#[test]
fn a_report_allocates_nothing() {
    let _exporter = Exporter::install();
    for (name, builder) in [
        ("guessed", WebVitals::builder()),
        ("declared", WebVitals::builder().pages(["/products/{id}"])),
    ] {
        let mut service = builder.max_rate(10_000_000).build().expect("options");
        // Handles are resolved, and the page is seen twice.
        for n in 0..1_000 {
            send(&mut service, request(report(900_000 + n, "/products/7")));
        }
        // An answer's map of headers is empty: what is taken is told by its status.
        let new = allocations(&mut service, |n| report(n, "/products/7"), 204);
        assert!(
            new < 0.02,
            "{name}: {new}; a block of the recorder holds 64 samples"
        );
        let update = allocations(&mut service, |n| report(n, "/products/7"), 204);
        assert_eq!(update, 0.0, "{name}: an update");
    }
}
