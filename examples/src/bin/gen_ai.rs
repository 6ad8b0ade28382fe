//! Calls to a language model, measured: a provider that streams its answers over SSE, a client that asks it and
//! runs a tool, and the scrape. Both are here, so nothing is asked for from outside.
//!
//! The last call is given up half-way. The program fails if the figures are not what its calls come to.
#![allow(clippy::print_stdout, reason = "it shows the scrape")]

use std::{convert::Infallible, error::Error, io, net::SocketAddr, time::Duration};

use axum::{
    Router,
    response::{Sse, sse::Event},
    routing::post,
};
use bartizan::{
    catalog,
    gen_ai::{CallBody, GenAi, Operation, Provider, Tokens},
    meter::Naming,
};
use futures_util::{Stream, StreamExt, stream};
use http::{Request, StatusCode};
use http_body_util::{BodyExt, Empty};
use hyper::body::{Bytes, Incoming};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder};
use tokio::{net::TcpListener, time::sleep};

type Failure = Box<dyn Error + Send + Sync>;

/// What a provider bills for: US dollars for each token.
const PRICE: f64 = 0.000_01;

/// Asks the provider.
struct Asks {
    client: Client<HttpConnector, Empty<Bytes>>,
    provider: SocketAddr,
    gen_ai: GenAi,
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let mut builder = PrometheusBuilder::new();
    for (name, edges) in catalog::buckets(&Naming::prometheus()) {
        builder = builder.set_buckets_for_metric(Matcher::Full(name), edges)?;
    }
    let metrics = builder.install_recorder()?;

    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let asks = Asks {
        client: Client::builder(TokioExecutor::new()).build_http(),
        provider: listener.local_addr()?,
        // A stream that ends without its end marker is `incomplete`.
        gen_ai: GenAi::builder().end_data("[DONE]").build()?,
    };
    let provider = Router::new().route("/v1/chat", post(chat));
    tokio::spawn(async move { axum::serve(listener, provider).await });

    for _ in 0..2 {
        println!("answer: {}", asks.whole("small").await?);
    }
    let found = asks.gen_ai.tool("search_web").run(async |_| search().await);
    println!("found: {}", found.await?);
    asks.half("small").await?;
    if asks.stream("none-such").await.is_ok() {
        return Err("there is no such model".into());
    }

    let scrape = metrics.render();
    let is_shown = |line: &&str| !line.contains("_bucket{") && !line.ends_with(" 0");
    for line in scrape.lines().filter(is_shown) {
        println!("{line}");
    }
    check(&scrape)
}

// === impl Asks ===

impl Asks {
    /// Sends a question: the call begins here, and ends with the body of the answer.
    async fn stream(&self, model: &str) -> Result<CallBody<Incoming>, Failure> {
        let request = Request::post(format!("http://{}/v1/chat", self.provider))
            .header("x-model", model)
            .body(Empty::new())?;
        self.gen_ai
            .call(Operation::Chat, Provider::new("local"), model)
            .run(async |call| {
                let response = self.client.request(request).await?;
                if response.status() != StatusCode::OK {
                    return Err(response.status().to_string().into());
                }
                call.input_tokens(12);
                call.cost_usd(12.0 * PRICE);
                Ok(call.stream(response.into_body(), Tokens::PerEvent))
            })
            .await
    }

    /// Reads an answer to its end.
    async fn whole(&self, model: &str) -> Result<String, Failure> {
        let body = self.stream(model).await?;
        let call = body.call().clone();
        let tokens = read(body, usize::MAX, |tokens| {
            // A provider tells with its last event what an answer used; this one is counted.
            call.output_tokens(tokens.len() as u64);
            call.cost_usd(tokens.len() as f64 * PRICE);
        });
        Ok(tokens.await?.concat())
    }

    /// Loses its interest half-way.
    async fn half(&self, model: &str) -> Result<(), Failure> {
        let body = self.stream(model).await?;
        read(body, 2, |_| ()).await?;
        Ok(())
    }
}

/// Reads so many frames, and lets go of the rest; `told` is told the tokens in them before that.
async fn read(
    mut body: CallBody<Incoming>,
    frames: usize,
    told: impl FnOnce(&[String]),
) -> Result<Vec<String>, Failure> {
    let mut text = Vec::new();
    for _ in 0..frames {
        let Some(frame) = body.frame().await else {
            break;
        };
        if let Ok(data) = frame?.into_data() {
            text.extend_from_slice(&data);
        }
    }
    let text = String::from_utf8(text)?;
    let data = text
        .split("\n\n")
        .filter_map(|event| event.strip_prefix("data: "));
    let tokens: Vec<_> = data
        .filter(|data| *data != "[DONE]")
        .map(str::to_owned)
        .collect();
    told(&tokens);
    Ok(tokens)
}

/// A provider: five tokens, a keep-alive between them, and the end marker.
async fn chat(
    headers: http::HeaderMap,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, StatusCode> {
    if headers.get("x-model").is_none_or(|model| model != "small") {
        return Err(StatusCode::NOT_FOUND);
    }
    let keep_alive = Event::default().event("ping").data("{}");
    let tokens = ["A", " lookout", " on", " a", " tower"].map(|token| Event::default().data(token));
    let [first, others @ ..] = tokens;
    let events = [first, keep_alive].into_iter().chain(others);
    let done = [Event::default().data("[DONE]")];
    let events = stream::iter(events.chain(done)).then(async |event| {
        sleep(Duration::from_millis(20)).await;
        Ok(event)
    });
    Ok(Sse::new(events))
}

async fn search() -> io::Result<u32> {
    sleep(Duration::from_millis(5)).await;
    Ok(3)
}

/// Whether the scrape says what was done.
fn check(scrape: &str) -> Result<(), Failure> {
    let small =
        r#"gen_ai_operation_name="chat",gen_ai_provider_name="local",gen_ai_request_model="small""#;
    let none = r#"gen_ai_operation_name="chat",gen_ai_provider_name="local",gen_ai_request_model="none-such""#;
    let count = |metric: &str, labels: String, count: u32| {
        let line = format!("{metric}_count{{{labels}}} {count}");
        if scrape.lines().any(|shown| shown == line) {
            Ok(())
        } else {
            Err(format!("the scrape has no line {line}"))
        }
    };
    let duration = "gen_ai_client_operation_duration_seconds";
    count(duration, small.into(), 2)?;
    count(duration, format!(r#"{small},error_type="cancelled""#), 1)?;
    count(duration, format!(r#"{none},error_type="_OTHER""#), 1)?;
    count(
        duration,
        r#"gen_ai_operation_name="execute_tool""#.into(),
        1,
    )?;
    let usage = "gen_ai_client_token_usage";
    count(usage, format!(r#"{small},gen_ai_token_type="input""#), 3)?;
    count(usage, format!(r#"{small},gen_ai_token_type="output""#), 3)?;
    count("gen_ai_cost_usd", small.into(), 3)?;
    count("gen_ai_server_time_to_first_token_seconds", small.into(), 2)?;
    let per_token = "gen_ai_server_time_per_output_token_seconds";
    count(per_token, small.into(), 2)?;
    // Five tokens, and a keep-alive that is none: 100 ms from the first to the last.
    let sum = format!("{per_token}_sum{{{small}}} ");
    let sum = scrape.lines().find_map(|line| line.strip_prefix(&sum));
    let seconds: f64 = sum.ok_or("no time per token")?.parse()?;
    if !(0.04..1.0).contains(&seconds) {
        return Err(format!("{seconds} s for a token of two calls").into());
    }
    println!("the figures are right");
    Ok(())
}
