//! What the layers cost: instructions and allocations, counted and compared with
//! what is committed in `results/`.
//!
//! Three programs share it: `bartizan-bench` has the command line and is what callgrind watches,
//! `allocations` runs a case under a counting allocator, `server` is what wrk loads.

pub mod args;
pub mod callgrind;
pub mod cases;
pub mod check;
pub mod drive;
pub mod figures;
pub mod floor;
pub mod gen_ai;
pub mod grpc;
pub mod io;
pub mod jobs;
pub mod lines;
pub mod machine;
pub mod recorder;
pub mod results;
pub mod routes;
pub mod scale;
pub mod scan_only;
pub mod services;
pub mod spans;
pub mod streams;
pub mod threads;
pub mod vitals;
pub mod wrap_only;
