//! The layer in the stacks that people build: it compiles there, records each exchange once, and knows
//! its route, however the exchange ends.

mod app;
mod axum_layers;
mod axum_routers;
mod request_bodies;
mod services;
mod tonic_layers;
