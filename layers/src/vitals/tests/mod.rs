//! The service, asked in process.

mod answers;
mod bodies;
mod browser;
mod canary;
mod fields;
mod flood;

mod options;
mod pages;
mod recording;
mod support;
