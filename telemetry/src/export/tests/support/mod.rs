//! What the tests of exporters share.

mod collector;
mod hostile;
mod scene;
mod span;

pub(super) use self::{
    collector::Collector,
    hostile::{Hostile, Manner},
    scene::{Scene, millis, spent},
    span::{context, span},
};
