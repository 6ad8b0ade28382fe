//! The engine's tests: each way to end, what is joined, what is caught.

mod ending;
mod handle;
mod hooks;
mod judge;
mod mark;
mod routes;
mod streams;
mod support;
#[cfg(feature = "http")]
mod traits;
