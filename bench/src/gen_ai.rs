//! Calls to a model that are measured, and calls that are not.

use std::{
    convert::Infallible,
    hint::black_box,
    pin::pin,
    task::{Context, Poll, Waker},
};

use bartizan::gen_ai::{GenAi, Operation, Provider};

use crate::{
    drive::{BATCH, Run},
    recorder::Exporter,
};

/// The calls themselves: an answer that is there at once.
pub fn bare(run: Run) -> u64 {
    calls(run, || finish(answer()))
}

/// Calls that are told their tokens and their cost, without spans and lines.
pub fn measured(run: Run) -> u64 {
    let gen_ai = GenAi::builder().without_spans().without_lines();
    let gen_ai = gen_ai.build().expect("options");
    calls(run, || {
        let model = black_box("claude-sonnet-4-5");
        let new = gen_ai.call(Operation::Chat, Provider::ANTHROPIC, model);
        finish(new.run(async |call| {
            let answer = answer().await;
            call.input_tokens(1_200);
            call.output_tokens(300);
            call.cost_usd(0.0081);
            answer
        }));
    })
}

async fn answer() -> Result<u64, Infallible> {
    Ok(black_box(7))
}

fn calls(run: Run, one: impl Fn()) -> u64 {
    let exporter = Exporter::install();
    // What is made once is made before.
    for _ in 0..BATCH {
        one();
    }
    exporter.drain();
    let (mut left, mut allocations) = (run.requests, 0);
    while left > 0 {
        let calls = left.min(BATCH);
        left -= calls;
        let before = (run.allocations)();
        counted_region_of_calls(&one, calls);
        allocations += (run.allocations)() - before;
        // Outside of what is counted, as the recorder's own thread does it.
        exporter.drain();
    }
    allocations
}

#[inline(never)]
fn counted_region_of_calls(one: &impl Fn(), calls: usize) {
    for _ in 0..calls {
        one();
    }
}

#[inline(never)]
fn finish(future: impl Future<Output = Result<u64, Infallible>>) {
    let mut cx = Context::from_waker(Waker::noop());
    let Poll::Ready(Ok(answer)) = pin!(future).poll(&mut cx) else {
        unreachable!("it is there at once");
    };
    black_box(answer);
}
