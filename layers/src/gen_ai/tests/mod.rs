//! Calls, each way that they end, and what they leave.

mod bounds;
mod classes;
mod ending;
mod figures;
mod lines;
mod spans;
mod streams;
mod support;
mod tokens;
mod transparency;
mod unread;
