//! The engine's tests: each way to end, what is joined, what is caught.

mod ending;
mod hooks;
mod routes;
mod support;
#[cfg(feature = "http")]
mod traits;
