//! The HTTP metrics as a scrape shows them.

mod ending;
mod options;
mod shared;
mod support;
