//! Jobs behind a layer that measures them, and behind none.

use std::{
    convert::Infallible,
    future::{Ready, ready},
    hint::black_box,
    pin::pin,
    task::{Context, Poll, Waker},
};

use bartizan::task::{TaskLayer, Tasks};
use tower_layer::Layer;
use tower_service::Service;

use crate::{
    drive::{BATCH, Run},
    recorder::Exporter,
};

/// Does each job at once.
#[derive(Clone, Debug)]
struct Worker;

/// The jobs themselves.
pub fn bare(run: Run) -> u64 {
    work(Worker, run)
}

/// Jobs that are measured, without spans and lines.
pub fn measured(run: Run) -> u64 {
    let tasks = Tasks::builder().without_spans().without_lines();
    let tasks = tasks.build().expect("options");
    work(TaskLayer::of(&tasks, "mail").layer(Worker), run)
}

/// The same with all that the features have: no tracer provider is set, and no one subscribes.
pub fn by_default(run: Run) -> u64 {
    work(TaskLayer::of(&Tasks::new(), "mail").layer(Worker), run)
}

/// The same, each named by a function.
pub fn named(run: Run) -> u64 {
    let tasks = Tasks::builder().without_spans().without_lines();
    let tasks = tasks.build().expect("options");
    let layer = TaskLayer::named_by(&tasks, |_: &u64| "mail");
    work(layer.layer(Worker), run)
}

fn work<S>(mut service: S, run: Run) -> u64
where
    S: Service<u64, Response = u64, Error = Infallible>,
{
    let exporter = Exporter::install();
    // What is made once is made before.
    for _ in 0..BATCH {
        one(&mut service);
    }
    exporter.drain();
    let (mut left, mut allocations) = (run.requests, 0);
    while left > 0 {
        let jobs = left.min(BATCH);
        left -= jobs;
        let before = (run.allocations)();
        counted_region_of_jobs(&mut service, jobs);
        allocations += (run.allocations)() - before;
        // Outside of what is counted, as the recorder's own thread does it.
        exporter.drain();
    }
    allocations
}

#[inline(never)]
fn counted_region_of_jobs<S>(service: &mut S, jobs: usize)
where
    S: Service<u64, Response = u64, Error = Infallible>,
{
    for _ in 0..jobs {
        one(service);
    }
}

#[inline(never)]
fn one<S>(service: &mut S)
where
    S: Service<u64, Response = u64, Error = Infallible>,
{
    let mut cx = Context::from_waker(Waker::noop());
    let future = pin!(service.call(black_box(7)));
    let Poll::Ready(Ok(done)) = future.poll(&mut cx) else {
        unreachable!("it is done at once");
    };
    black_box(done);
}

// === impl Worker ===

impl Service<u64> for Worker {
    type Response = u64;
    type Error = Infallible;
    type Future = Ready<Result<u64, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    #[inline(never)]
    fn call(&mut self, job: u64) -> Self::Future {
        ready(Ok(job))
    }
}
