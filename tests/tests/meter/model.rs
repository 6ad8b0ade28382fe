//! Calls to a model, with all that can be asked for.

use bartizan::{
    gen_ai::{GenAi, Operation, Provider, Tokens},
    meter::Meter,
};
use http_body_util::{BodyExt, Full};

/// A call that streams two tokens, and one that fails; both were paid for.
pub(super) async fn two_calls(meter: Meter) {
    let gen_ai = GenAi::builder().meter(meter).teams(5);
    let gen_ai = gen_ai.without_lines().without_spans().build();
    let gen_ai = gen_ai.expect("options that fit");
    for outcome in [Ok(()), Err("refused")] {
        let new = gen_ai.call(Operation::Chat, Provider::OPENAI, "small");
        let run = new.team("search").run(async |call| {
            call.input_tokens(7);
            call.cost_usd(0.01);
            let body = Full::new(bytes::Bytes::from_static(b"data: a\n\ndata: b\n\n"));
            outcome.map(|()| call.stream(body, Tokens::PerEvent))
        });
        match run.await {
            Ok(body) => drop(body.collect().await.expect("a whole body")),
            Err(error) => assert_eq!(Err(error), outcome),
        }
    }
}
