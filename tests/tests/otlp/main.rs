//! Spans through the SDK and its OTLP exporters, to a receiver that is not ours, and to none at all.

mod collector;
mod export;
mod failing;
mod pipeline;
mod rotel;
mod streams;
mod trace;
