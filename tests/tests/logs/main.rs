//! The lines of requests and streams, on real servers with real clients.

#[path = "../ending_matrix/cases.rs"]
mod cases;
mod lines;
mod matrix;
#[path = "../ending_matrix/rig.rs"]
mod rig;
#[allow(dead_code, reason = "no stack here has spans: the rig asks for them")]
#[path = "../ending_matrix/spans.rs"]
mod spans;
mod streams;
