//! Requests driven by hand, as hyper drives them, without a runtime.

use std::{
    fmt,
    hint::black_box,
    pin::pin,
    task::{Context, Poll, Waker},
};

use http::{Request, Response};
use http_body::Body;
use tower_service::Service;

use crate::recorder::Exporter;

/// What callgrind counts within, by this name.
pub const COUNTED: &str = "*counted_region*";

/// How many requests are made, counted and drained together: a multiple of the 64 samples that a
/// block of the recorder's histograms holds.
pub const BATCH: usize = 640;

/// How a case is run.
#[derive(Clone, Copy, Debug)]
pub struct Run {
    /// How many requests are counted.
    pub requests: usize,
    /// How many allocations there were so far.
    pub allocations: fn() -> u64,
}

/// Sends requests through `service`, after a batch that is not counted: by then handles are resolved,
/// and the route is known. Returns how many allocations were counted.
pub fn drive<S, A, B>(mut service: S, request: fn() -> Request<A>, run: Run) -> u64
where
    S: Service<Request<A>, Response = Response<B>>,
    S::Error: fmt::Debug,
    B: Body,
    B::Error: fmt::Debug,
{
    let exporter = Exporter::install();
    for request in batch(request, BATCH) {
        exchange(&mut service, request);
    }
    exporter.drain();
    let (mut left, mut allocations) = (run.requests, 0);
    while left > 0 {
        let requests = batch(request, left.min(BATCH));
        left -= requests.len();
        let before = (run.allocations)();
        counted_region(&mut service, requests);
        allocations += (run.allocations)() - before;
        // Outside of what is counted, as the recorder's own thread does it.
        exporter.drain();
    }
    allocations
}

fn batch<A>(request: fn() -> Request<A>, size: usize) -> Vec<Request<A>> {
    (0..size).map(|_| request()).collect()
}

#[inline(never)]
fn counted_region<S, A, B>(service: &mut S, requests: Vec<Request<A>>)
where
    S: Service<Request<A>, Response = Response<B>>,
    S::Error: fmt::Debug,
    B: Body,
    B::Error: fmt::Debug,
{
    for request in requests {
        exchange(service, request);
    }
}

/// One exchange: `poll_ready`, `call`, the future, then the body until it says that it is at its end,
/// or gives `None`; and drop.
#[inline(never)]
pub fn exchange<S, A, B>(service: &mut S, request: Request<A>)
where
    S: Service<Request<A>, Response = Response<B>>,
    S::Error: fmt::Debug,
    B: Body,
    B::Error: fmt::Debug,
{
    let mut cx = Context::from_waker(Waker::noop());
    let ready = service.poll_ready(&mut cx);
    assert!(ready.is_ready(), "every service here is always ready");
    let future = pin!(service.call(request));
    let Poll::Ready(response) = future.poll(&mut cx) else {
        unreachable!("every service here answers at once");
    };
    let (parts, body) = response.expect("no service here fails").into_parts();
    black_box(&parts);
    let mut body = pin!(body);
    while !body.is_end_stream() {
        let Poll::Ready(frame) = body.as_mut().poll_frame(&mut cx) else {
            unreachable!("every body here has its frames ready");
        };
        match frame {
            Some(frame) => drop(black_box(frame.expect("no body here fails"))),
            None => break,
        }
    }
}
