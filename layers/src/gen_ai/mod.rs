//! Calls to language models and tools: how long they take, how they end, their tokens, their cost, and how fast they
//! stream.
//!
//! [`GenAi`] measures futures and the bodies of event streams, whatever client makes them. Each call is recorded once,
//! whatever becomes of it; what it used is told through its handle, a [`Call`].
//!
//! | metric | kind, unit | labels (most values) | recorded |
//! |---|---|---|---|
//! | `gen_ai_client_operation_duration_seconds` | histogram, s | `gen_ai_operation_name` (17), `gen_ai_provider_name` (16 and 20), `gen_ai_request_model` (50), `error_type` (70) | end |
//! | `gen_ai_client_token_usage` | histogram, {token} | the first three, `gen_ai_token_type` (2) | end, if it was told |
//! | `gen_ai_server_time_to_first_token_seconds` | histogram, s | the first three | end of a success, if the first token was told |
//! | `gen_ai_server_time_per_output_token_seconds` | histogram, s | the first three | end of a success, if two tokens were told |
//! | `gen_ai_cost_usd` | histogram, {USD} | the first three; on request `team` | end, if it was told |
//!
//! How calls to a model may end is registered with the first one, so that the first failure shows in a rate. A tool has
//! no provider and no model, and their labels are absent. Names of models and providers past their caps are `{overflow}`.
//!
//! # How a call ends
//!
//! | what happened | outcome | `error_type` | fault |
//! |---|---|---|---|
//! | its future came to its end, and that is no error | `success` | | |
//! | its future came to its end, and that is an error | `error` | its [class](crate::task::ErrorClass); `timeout` or `_OTHER` by default | server |
//! | its future, or its stream, was dropped before: aborted, timed out from outside, the consumer left | `cancelled` | `cancelled` | unknown |
//! | it panicked, in the function, the future or the body | `panic` | `panic` | server |
//! | its stream came to its end, or to an [end marker](GenAiBuilder::end_data) | `success` | | |
//! | its stream came to its end without any of the markers that are declared | `error` | `incomplete` | server |
//! | its stream failed | `error` | `timeout`, `body_error` | server |
//!
//! [`NewCall::errors`] gives errors the classes of an enum of the service's own. A text of an error is never a label.
//!
//! A call starts when its future is first polled, or with [`NewCall::stream`]. While the future runs, it has the last word
//! on how the call ends; if it hands a [`stream`](Call::stream) on and succeeds, the call ends with that.
//!
//! # Tokens, cost, time
//!
//! What was used was paid for: it is recorded however the call ends, as the sum of what the handle was told. Tokens past
//! 10⁹, costs that are negative, no number or past a million are refused, and leave the sum as it was. What is told after
//! the end changes nothing.
//!
//! A stream that ends with a marker, such as `[DONE]`, needs to have it [declared](GenAiBuilder::end_data): else the marker
//! is an event like others, and a client that reads no further has cancelled the call.
//!
//! A call that hangs is in no metric until it ends: run it within a [`Task`](crate::task::Task), whose jobs under way are.
//!
//! The first event is not the first token, and an event may hold several, or none. So times of tokens are taken where the
//! user says what is one: [`Tokens`] for streams, [`Call::token`] for others. Their time is that of `sse-body`'s clock,
//! when the frame passed that completed them; comments, keep-alives and end markers are none. The time per output token is
//! that from the first to the last, over all but the first. Both are of successes alone, as the convention has it. Where
//! no output tokens were told, those that were counted are the output.
//!
//! # Spans and lines
//!
//! With the feature `trace` a call is a span `{operation} {model}` or `execute_tool {tool}`, of kind client, or internal for
//! tools, plans and workflows; a child of the span that is active where it starts, and active while the future or the body
//! is polled and while it is dropped. It has `gen_ai.operation.name`, `gen_ai.provider.name`, `gen_ai.request.model`,
//! `gen_ai.tool.name`, `gen_ai.usage.input_tokens` and `output_tokens`, `gen_ai.response.model`, `id` and
//! `finish_reasons`, and `error.type`; its status is an error for the outcomes `error` and `panic`. Its name is bounded as
//! labels are.
//!
//! With the feature `log` a call has a line at its end, `call ended` of the target `bartizan::gen_ai`, at level info, and
//! error for `error` and `panic`. Its fields: `trace_id`, `span_id`, those attributes but the answer's, `outcome`,
//! `duration_seconds`, `time_to_first_token_seconds`, `cost_usd`.
//!
//! Prompts, answers and texts of errors are told nowhere.
//!
//! # Cost
//!
//! Without span and line, over a future that is ready at once, told both tokens and a cost: 2,024
//! instructions (1,728 with link-time optimisation; `cargo xtask bench gen_ai_call`), of which the recorder's own are some
//! 690 for the four samples, and one allocation, which the handle and the future share. A stream takes one more.
//!
//! # Errors, panics, cancellation
//!
//! None of its own. A recorder, a subscriber or a function of the user's that panics is caught; the call goes on.
//!
//! # Source
//!
//! OpenTelemetry semantic conventions for generative AI, of the repository `open-telemetry/semantic-conventions-genai`,
//! 1.42.0, in development: names, labels, operations, providers and buckets. `gen_ai_cost_usd` is this project's own.
//!
//! # Example
//!
//! ```
//! use bartizan::gen_ai::{GenAi, Operation, Provider};
//!
//! struct Reply { text: String, input: u64, output: u64 }
//!
//! async fn ask(question: &str) -> std::io::Result<Reply> {
//!     Ok(Reply { text: format!("{question}?"), input: 12, output: 3 })
//! }
//!
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> std::io::Result<()> {
//! let gen_ai = GenAi::new();
//! let reply = gen_ai
//!     .call(Operation::Chat, Provider::ANTHROPIC, "claude-sonnet-4-5")
//!     .run(async |call| {
//!         let reply = ask("why").await?;
//!         call.input_tokens(reply.input);
//!         call.output_tokens(reply.output);
//!         call.cost_usd(0.0031);
//!         Ok::<_, std::io::Error>(reply)
//!     })
//!     .await?;
//! assert_eq!(reply.text, "why?");
//!
//! let found = gen_ai.tool("search_web").run(async |_| Ok::<_, std::io::Error>(7)).await?;
//! assert_eq!(found, 7);
//! # Ok(()) }
//! ```
//!
//! An answer that streams: the request is part of the call, and the call ends with the body. Here each event of one type
//! is a token.
//!
//! ```
//! use bartizan::gen_ai::{GenAi, Operation, Provider, Tokens};
//! use http_body_util::BodyExt;
//! # async fn send() -> std::io::Result<http::Response<String>> {
//! #     Ok(http::Response::new("event: delta\ndata: a\n\nevent: message_stop\ndata: {}\n\n".to_owned()))
//! # }
//!
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let gen_ai = GenAi::builder().end_type("message_stop").build()?;
//! let body = gen_ai
//!     .call(Operation::Chat, Provider::new("gateway"), "small")
//!     .run(async |call| {
//!         let response = send().await?;
//!         Ok::<_, std::io::Error>(call.stream(response.into_body(), Tokens::PerEventOf("delta")))
//!     })
//!     .await?;
//! assert!(body.collect().await?.to_bytes().ends_with(b"{}\n\n"));
//! # Ok(()) }
//! ```

#[cfg(feature = "trace")]
mod attribute;
mod body;
mod builder;
mod call;
mod capped;
mod core;
mod figures;
mod future;
#[cfg(feature = "log")]
mod log;
mod new_call;
mod operation;
mod options;
mod provider;
mod record;
#[cfg(feature = "trace")]
mod span;
#[cfg(test)]
mod tests;
mod tokens;

pub use self::{
    body::CallBody,
    builder::{GenAiBuilder, GenAiError},
    call::Call,
    core::GenAi,
    future::CallFuture,
    new_call::NewCall,
    operation::Operation,
    provider::Provider,
    tokens::Tokens,
};
