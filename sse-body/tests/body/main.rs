//! The body: transparent, told of once at its end, and timed.

mod ends;
mod hooks;
mod read;
mod script;
mod times;
mod transparency;
