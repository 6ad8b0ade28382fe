//! The lines of requests and streams, on real servers with real clients.

#[path = "../ending_matrix/cases.rs"]
mod cases;
mod lines;
mod matrix;
#[path = "../ending_matrix/rig.rs"]
mod rig;
mod streams;
