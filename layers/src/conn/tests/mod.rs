//! The wrapped IO, call by call: the flags, the first cause, what waits for a flush, and the records.

mod flags;
mod metrics;
mod outcome;
mod served;
mod settling;
mod sniffing;
mod support;
mod verdicts;
