//! Calls to models that a real server streams on, whose clients leave at random: each is recorded once.

use std::{
    convert::Infallible,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use axum::{Router, body::Body, extract::Path, response::Response, routing::get};
use bartizan::gen_ai::{GenAi, Operation, Provider, Tokens};
use bartizan_tests::{
    Protocol,
    client::{self, Client},
    dice::Dice,
    recorder::Recorder,
    server::Server,
    wait::eventually,
};
use futures_util::{StreamExt, future::join_all, stream};
use http_body_util::BodyExt;

/// How many connections there are, of each version of HTTP.
const CONNECTIONS: u64 = 8;
/// How many calls each makes.
const CALLS: u64 = 60;

const DURATION: &str = "gen_ai_client_operation_duration_seconds";

/// An answer of so many tokens, one each millisecond, and the marker; or none, if it is `cut`.
fn answer(gen_ai: &GenAi, tokens: u64, is_cut: bool) -> Response {
    let token = |_| "data: a\n\n";
    let end = (!is_cut).then_some("data: [DONE]\n\n");
    let events = stream::iter((0..tokens).map(token).chain(end)).then(async |event| {
        tokio::time::sleep(Duration::from_millis(1)).await;
        Ok::<_, Infallible>(event)
    });
    let call = gen_ai.call(Operation::Chat, Provider::OPENAI, "small");
    let body = call.stream(Body::from_stream(events), Tokens::PerEvent);
    Response::new(Body::new(body))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn clients_that_leave_lose_no_call() {
    let recorder = Recorder::new();
    let meter = recorder.meter().build().expect("a meter");
    let gen_ai = GenAi::builder().meter(meter).end_data("[DONE]");
    let gen_ai = gen_ai.without_lines().build().expect("options");
    let begun = Arc::new(AtomicU64::new(0));
    let router = Router::new().route(
        "/{cut}/{tokens}",
        get({
            let begun = Arc::clone(&begun);
            async move |Path((cut, tokens)): Path<(String, u64)>| {
                begun.fetch_add(1, Ordering::Relaxed);
                answer(&gen_ai, tokens, cut == "cut")
            }
        }),
    );
    let server = Server::axum(router).await;
    let address = server.address();
    let clients = (0..2 * CONNECTIONS).map(async |number| {
        let protocol = if number % 2 == 0 {
            Protocol::Http1
        } else {
            Protocol::Http2
        };
        let mut dice = Dice::new(number);
        for _ in 0..CALLS {
            let mut client = Client::connect(address, protocol).await;
            let cut = if dice.below(4) == 0 { "cut" } else { "whole" };
            let request = client::get(&format!("/{cut}/{}", dice.below(6)));
            if dice.below(3) > 0 {
                let _ = client.fetch(request).await;
                continue;
            }
            let patience = Duration::from_micros(dice.below(5_000));
            let left = async {
                let response = client.send(request).await?;
                let mut body = response.into_body();
                while let Some(frame) = body.frame().await {
                    frame?;
                }
                Ok::<_, hyper::Error>(())
            };
            let _ = tokio::time::timeout(patience, left).await;
            client.leave().await;
        }
    });
    join_all(clients).await;
    server.stop().await;
    let begun = begun.load(Ordering::Relaxed);
    let ended = || recorder.scrape().count(DURATION, &[]);
    let all_ended = || (ended() == begun).then_some(());
    eventually(all_ended, || format!("{} of {begun} calls ended", ended())).await;
    let of = |error| recorder.scrape().count(DURATION, &[("error_type", error)]);
    assert!(
        of("cancelled") > 0 && of("incomplete") > 0,
        "{}",
        recorder.text()
    );
    let whole = ended() - of("cancelled") - of("incomplete");
    assert!(whole > begun / 4, "{whole} of {begun}");
}
