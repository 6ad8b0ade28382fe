//! What the tests of exporters share.

mod both;
mod collector;
mod hostile;
mod scene;
mod span;

pub(super) use self::{
    both::Both,
    collector::Collector,
    hostile::{Hostile, Manner},
    scene::{Scene, millis, spent},
    span::{context, span},
};
