//! Drives a browser as its user would: what it is given is trusted input. It speaks the DevTools protocol over two
//! pipes, JSON with a zero byte after each message.

use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    process::{ChildStdin, ChildStdout},
    time::timeout,
};

use crate::{START, chromium::Chromium};

/// A browser that is driven, with one page.
#[derive(Debug)]
pub(crate) struct Driver {
    browser: Chromium,
    commands: ChildStdin,
    answers: BufReader<ChildStdout>,
    session: Option<String>,
    sent: u64,
}

// === impl Driver ===

impl Driver {
    /// Starts a browser with an empty page.
    pub(crate) async fn start() -> Self {
        let (browser, commands, answers) = Chromium::driven();
        let mut driver = Self {
            browser,
            commands,
            answers: BufReader::new(answers),
            session: None,
            sent: 0,
        };
        let page = json!({ "url": "about:blank" });
        let page = driver.tell("Target.createTarget", page).await;
        let target = json!({ "targetId": page["targetId"], "flatten": true });
        let attached = driver.tell("Target.attachToTarget", target).await;
        driver.session = attached["sessionId"].as_str().map(str::to_owned);
        driver
    }

    /// Goes to a page, and waits until it is loaded.
    pub(crate) async fn visit(&mut self, url: &str) {
        let gone = self.tell("Page.navigate", json!({ "url": url })).await;
        assert_eq!(gone.get("errorText"), None, "{url}");
        let loaded = "new Promise((done) => document.readyState === 'complete'
            ? done() : addEventListener('load', () => done(), { once: true }))";
        self.evaluate(loaded).await;
    }

    /// The value of an expression in the page; of a promise, what comes of it.
    pub(crate) async fn evaluate(&mut self, expression: &str) -> Value {
        let ask = json!({ "expression": expression, "awaitPromise": true, "returnByValue": true });
        let mut answer = self.tell("Runtime.evaluate", ask).await;
        assert_eq!(answer.get("exceptionDetails"), None, "{expression}");
        answer["result"]["value"].take()
    }

    /// Clicks at a place.
    pub(crate) async fn click(&mut self, x: u32, y: u32) {
        for kind in ["mousePressed", "mouseReleased"] {
            let event = json!({ "type": kind, "x": x, "y": y, "button": "left", "clickCount": 1 });
            self.tell("Input.dispatchMouseEvent", event).await;
        }
    }

    /// Turns the wheel at a place.
    pub(crate) async fn scroll(&mut self, x: u32, y: u32, by: i32) {
        let event = json!({ "type": "mouseWheel", "x": x, "y": y, "deltaX": 0, "deltaY": by });
        self.tell("Input.dispatchMouseEvent", event).await;
    }

    pub(crate) async fn close(self) {
        self.browser.close().await;
    }

    /// Sends a command, and waits for its result.
    async fn tell(&mut self, method: &str, params: Value) -> Value {
        self.sent += 1;
        let mut command = json!({ "id": self.sent, "method": method, "params": params });
        if let Some(session) = &self.session {
            command["sessionId"] = json!(session);
        }
        let mut command = command.to_string().into_bytes();
        command.push(0);
        let sent = self.commands.write_all(&command).await;
        sent.unwrap_or_else(|error| panic!("{method}: {error}: {}", self.browser.log()));
        loop {
            let mut message = Vec::new();
            let read = timeout(START, self.answers.read_until(0, &mut message)).await;
            let Ok(Ok(1..)) = read else {
                panic!("{method}: no answer: {}", self.browser.log());
            };
            message.pop();
            let mut message: Value = serde_json::from_slice(&message).expect("JSON");
            // Others are events.
            if message["id"] == self.sent {
                assert_eq!(message.get("error"), None, "{method}");
                return message["result"].take();
            }
        }
    }
}
