//! Hooks, one added to another: the types that the builder methods of [`SseBody`](crate::SseBody) make.

use http_body::Frame;

use crate::{Ended, Item, OnEnd, OnFrame, OnItem, Stats};

/// The hooks of `H`, and after them one for the end. Made by [`SseBody::on_end`](crate::SseBody::on_end).
#[derive(Clone, Debug, Default)]
pub struct WithEnd<H, E> {
    pub(crate) hooks: H,
    pub(crate) on_end: E,
}

/// The hooks of `H`, and after them one for each frame. Made by [`SseBody::on_frame`](crate::SseBody::on_frame).
#[derive(Clone, Debug, Default)]
pub struct WithFrame<H, F> {
    pub(crate) hooks: H,
    pub(crate) on_frame: F,
}

/// The hooks of `H`, and after them one for each item. Made by [`SseBody::on_item`](crate::SseBody::on_item).
#[derive(Clone, Debug, Default)]
pub struct WithItem<H, I> {
    pub(crate) hooks: H,
    pub(crate) on_item: I,
}

// === impl WithEnd ===

impl<H: OnEnd, E: OnEnd> OnEnd for WithEnd<H, E> {
    fn on_end(&mut self, stats: &Stats, ended: Ended) {
        self.hooks.on_end(stats, ended);
        self.on_end.on_end(stats, ended);
    }
}

impl<D, H: OnFrame<D>, E> OnFrame<D> for WithEnd<H, E> {
    fn on_frame(&mut self, frame: &Frame<D>) {
        self.hooks.on_frame(frame);
    }
}

impl<H: OnItem, E> OnItem for WithEnd<H, E> {
    fn on_item(&mut self, item: Item<'_>) {
        self.hooks.on_item(item);
    }
}

// === impl WithFrame ===

impl<H: OnEnd, F> OnEnd for WithFrame<H, F> {
    fn on_end(&mut self, stats: &Stats, ended: Ended) {
        self.hooks.on_end(stats, ended);
    }
}

impl<D, H: OnFrame<D>, F: OnFrame<D>> OnFrame<D> for WithFrame<H, F> {
    fn on_frame(&mut self, frame: &Frame<D>) {
        self.hooks.on_frame(frame);
        self.on_frame.on_frame(frame);
    }
}

impl<H: OnItem, F> OnItem for WithFrame<H, F> {
    fn on_item(&mut self, item: Item<'_>) {
        self.hooks.on_item(item);
    }
}

// === impl WithItem ===

impl<H: OnEnd, I> OnEnd for WithItem<H, I> {
    fn on_end(&mut self, stats: &Stats, ended: Ended) {
        self.hooks.on_end(stats, ended);
    }
}

impl<D, H: OnFrame<D>, I> OnFrame<D> for WithItem<H, I> {
    fn on_frame(&mut self, frame: &Frame<D>) {
        self.hooks.on_frame(frame);
    }
}

impl<H: OnItem, I: OnItem> OnItem for WithItem<H, I> {
    fn on_item(&mut self, item: Item<'_>) {
        self.hooks.on_item(item);
        self.on_item.on_item(item);
    }
}
