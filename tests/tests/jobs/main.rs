//! Background jobs behind a real queue, apalis: in what order its layers and ours stand, and what comes of jobs by the
//! thousand that end in each way.

mod chaos;
mod order;
mod support;
mod traces;
