//! Clients that send whatever they like: the figures stay true, bounded, and fit to be scraped.

mod calls;
mod flood;
mod hostile;
