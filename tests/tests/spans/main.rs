//! Spans on real servers: a trace through two services, and streams whose clients leave.

mod rig;
mod streams;
mod through_two;
