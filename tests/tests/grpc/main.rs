//! gRPC calls on real servers with real clients: one record each, with the labels documented for its end,
//! and their messages, each way.

mod chat;
mod endings;
mod rig;
mod services;
mod streams;
mod web;
