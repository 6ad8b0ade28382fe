//! `POST /v1/chat/completions`: what a gateway in front of a language model streams. The model's calls are measured, too.

use std::{convert::Infallible, time::Duration};

use axum::{
    Json,
    body::Body,
    extract::State,
    http::StatusCode,
    response::{
        IntoResponse, Response, Sse,
        sse::{Event, KeepAlive},
    },
};
use bartizan::gen_ai::{GenAi, Operation, Provider, Tokens};
use bytes::Bytes;
use futures_util::{StreamExt, stream};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::faults::Fault;

const ID: &str = "chatcmpl-demo";
const CREATED: u64 = 1_700_000_000;
/// What ends a stream; the models' calls go by it, see `demo.yaml`.
const DONE: &str = "[DONE]";
const KEEP_ALIVE: Duration = Duration::from_secs(15);
/// The pace of the answer's words.
const WORD: Duration = Duration::from_millis(5);

/// What a token costs, in US dollars.
const PRICE: f64 = 0.000_01;

/// The part of a request's body that counts here.
#[derive(Deserialize)]
pub(crate) struct Request {
    messages: Vec<Message>,
    #[serde(default = "default_model")]
    model: String,
    #[serde(default)]
    stream: bool,
}

/// One turn of the conversation. `content` is a text, or a list of parts.
#[derive(Deserialize)]
struct Message {
    #[serde(default)]
    content: Value,
}

fn default_model() -> String {
    "demo".into()
}

/// Answers with an echo of the last message, at once or word by word.
pub(crate) async fn completions(State(models): State<GenAi>, body: Bytes) -> Response {
    // Whatever the content type: those who try this by hand forget it.
    let Request {
        messages,
        model,
        stream,
    } = match serde_json::from_slice(&body) {
        Ok(request) => request,
        Err(error) => return refusal(&error.to_string()),
    };
    let Some(last) = messages.last() else {
        return refusal("messages must hold at least one message");
    };
    let answer = answer(last);
    if stream {
        return streamed(&models, &model, &answer);
    }
    let call = models.call(Operation::Chat, Provider::new("demo"), &model);
    let asked = call.run(async |call| {
        tokio::time::sleep(WORD).await;
        if Fault::ModelErrors.is_on() {
            return Err("the model is overloaded, as asked");
        }
        call.input_tokens(words(&answer));
        call.output_tokens(words(&answer));
        call.cost_usd(PRICE * words(&answer) as f64);
        Ok(())
    });
    if let Err(error) = asked.await {
        return (StatusCode::BAD_GATEWAY, error).into_response();
    }
    let message = json!({ "role": "assistant", "content": answer });
    let choice = json!({ "index": 0, "message": message, "finish_reason": "stop" });
    Json(json!({ "id": ID, "object": "chat.completion", "created": CREATED, "model": model, "choices": [choice] }))
        .into_response()
}

/// One chunk for the role, one for each word, one for the reason of the end, and the end's marker.
fn streamed(models: &GenAi, model: &str, answer: &str) -> Response {
    let mut events = vec![chunk(
        model,
        json!({ "role": "assistant", "content": "" }),
        Value::Null,
    )];
    events.extend(
        answer
            .split_inclusive(' ')
            .map(|word| chunk(model, json!({ "content": word }), Value::Null)),
    );
    events.push(chunk(model, json!({}), "stop".into()));
    events.push(DONE.into());
    let events = stream::iter(events).then(|data| async move {
        tokio::time::sleep(WORD).await;
        Ok::<_, Infallible>(Event::default().data(data))
    });
    let response = Sse::new(events).keep_alive(KeepAlive::new().interval(KEEP_ALIVE));
    let call = models.call(Operation::Chat, Provider::new("demo"), model);
    response.into_response().map(|body| {
        let body = call.stream(body, Tokens::PerEvent);
        body.call().input_tokens(words(answer));
        Body::new(body)
    })
}

/// What a tokenizer would say.
fn words(text: &str) -> u64 {
    text.split_whitespace().count() as u64
}

fn chunk(model: &str, delta: Value, finish_reason: Value) -> String {
    let choice = json!({ "index": 0, "delta": delta, "finish_reason": finish_reason });
    json!({ "id": ID, "object": "chat.completion.chunk", "created": CREATED, "model": model, "choices": [choice] })
        .to_string()
}

fn answer(message: &Message) -> String {
    match &message.content {
        Value::String(text) => format!("You said: {text}"),
        Value::Array(parts) => format!("You sent {} parts.", parts.len()),
        _ => "You said nothing.".into(),
    }
}

fn refusal(message: &str) -> Response {
    let error = json!({ "message": message, "type": "invalid_request_error", "code": null });
    (StatusCode::BAD_REQUEST, Json(json!({ "error": error }))).into_response()
}
