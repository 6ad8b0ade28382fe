//! What connections tell of their ends, over real sockets: each way for a client to leave and for a
//! server to close, exactly recorded; and what the adapters for hyper, axum and tonic put where.

mod axum;
mod closing;
mod rig;
mod stalling;
mod timeouts;
mod tonic;
