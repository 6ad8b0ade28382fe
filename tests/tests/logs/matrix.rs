//! Every way to end: one line each, and in it what the metrics show.

use std::pin::Pin;

use bartizan::{log::Log, observe::ObserveLayer, route::RouteSources};
use bartizan_tests::{Protocol, recorder::Recorder, server::Server};
use tower::Layer;
use tracing::Level;

use crate::{
    cases::{self, Case, Size},
    lines::{Line, Lines, Value},
    rig::{Ending, Start, check},
};

fn hyper(recorder: Recorder, service: Ending) -> Pin<Box<dyn Future<Output = Server>>> {
    let routes = RouteSources::new().table(["/end/{case}"]).expect("a table");
    let metrics = recorder.http().build().expect("metrics");
    // The line first: it is there when the metrics are.
    let layer = ObserveLayer::new(metrics).with(Log::new()).routes(routes);
    Box::pin(Server::hyper(layer.layer(service)))
}

fn axum(recorder: Recorder, service: Ending) -> Pin<Box<dyn Future<Output = Server>>> {
    let metrics = recorder.http().build().expect("metrics");
    let layer = ObserveLayer::new(metrics).with(Log::new());
    Box::pin(Server::axum(service.router().layer(layer)))
}

/// Runs a case, and checks its line.
async fn logs(start: Start, protocol: Protocol, case: &Case) {
    let (_guard, lines) = Lines::subscribe();
    check(start, protocol, case).await;
    let lines = lines.all();
    assert_eq!(lines.len(), 1, "{lines:?}");
    case.assert_line(protocol, &lines[0]);
}

/// Whose fault an error type is, and how loud.
fn fault(error: Option<&str>) -> (Option<&'static str>, Level) {
    match error {
        None => (None, Level::INFO),
        Some("dropped" | "cancelled_before_response") => (Some("unknown"), Level::INFO),
        Some("body_error" | "length_mismatch" | "panic" | "service_error" | "500" | "503") => {
            (Some("server"), Level::ERROR)
        }
        Some(other) => panic!("{other} is not in the matrix"),
    }
}

// === impl Case ===

impl Case {
    fn assert_line(&self, protocol: Protocol, line: &Line) {
        let (fault, level) = fault(self.error);
        assert_eq!((line.level, line.target), (level, "request"), "{line:?}");
        let version = match protocol {
            Protocol::Http1 => "1.1",
            Protocol::Http2 => "2",
        };
        let mut names = vec![
            "duration_seconds",
            "http.request.method",
            "http.route",
            "message",
            "network.protocol.version",
        ];
        assert_eq!(line.text("message"), Some("request ended"));
        assert_eq!(line.text("http.request.method"), Some(self.method));
        assert_eq!(line.text("http.route"), Some("/end/{case}"));
        assert_eq!(line.text("network.protocol.version"), Some(version));
        assert_eq!(line.text("error.type"), self.error);
        assert_eq!(line.text("fault"), fault);
        let status = self.status.map(|status| status.parse().expect("a status"));
        assert_eq!(line.number("http.response.status_code"), status);
        let size = line.number("http.response.body.size");
        match self.size {
            Size::None => assert_eq!(size, None),
            Size::Exactly(bytes) => assert_eq!(size, Some(bytes)),
            Size::AtLeast(bytes) => assert!(size >= Some(bytes), "{line:?}"),
        }
        let Some(Value::Seconds(seconds)) = line.fields.get("duration_seconds") else {
            panic!("no duration: {line:?}");
        };
        assert!((0.0..60.0).contains(seconds), "{line:?}");
        if self.status.is_some() {
            names.extend([
                "frames",
                "http.response.body.size",
                "http.response.status_code",
            ]);
        }
        if self.error.is_some() {
            names.extend(["error.type", "fault"]);
        }
        names.sort_unstable();
        assert_eq!(line.names(), names);
    }
}

macro_rules! rows {
    ($($case:ident)*) => {
        /// What HTTP/1 can show, and whether a router can.
        const CASES: &[(&str, &Case)] = &[$((stringify!($case), &cases::$case)),*];
    };
}

rows! {
    BODY_ERROR BODY_ERROR_AT_ONCE CHUNKED CHUNKED_WITHOUT_WORD_OF_THE_END CLIENT_ERROR
    DECLARED_EMPTY_WITHOUT_WORD_OF_THE_END DECLARED_LENGTH_NOT_REACHED
    DECLARED_LENGTH_NOT_REACHED_BEFORE_THE_TRAILERS
    DECLARED_LENGTH_NOT_REACHED_BY_WORD_OF_THE_BODY DECLARED_LENGTH_REACHED_BEFORE_THE_END EMPTY
    EXACT_LENGTH HEAD HEAD_OF_A_STREAM LEFT_A_SERVER_ERROR LEFT_A_SILENT_BODY LEFT_A_TICKING_BODY
    LEFT_BEFORE_THE_HEAD NO_CONTENT NOT_MODIFIED PANIC_IN_BODY PANIC_IN_CALL PANIC_IN_FUTURE
    SERVER_ERROR TRAILERS TRAILERS_ALONE
}

const RESETS: [&Case; 3] = [
    &cases::RESET_A_SILENT_BODY,
    &cases::RESET_A_TICKING_BODY,
    &cases::RESET_BEFORE_THE_HEAD,
];

async fn all(start: Start, protocol: Protocol) {
    for (name, case) in CASES {
        println(name);
        logs(start, protocol, case).await;
    }
}

/// Which case it is, for a test that fails.
#[allow(clippy::print_stdout, reason = "a test shows it if it fails")]
fn println(name: &str) {
    println!("{name}");
}

#[tokio::test]
async fn hyper_http1() {
    all(hyper, Protocol::Http1).await;
    logs(hyper, Protocol::Http1, &cases::SERVICE_ERROR).await;
}

#[tokio::test]
async fn hyper_http2() {
    all(hyper, Protocol::Http2).await;
    logs(hyper, Protocol::Http2, &cases::SERVICE_ERROR).await;
    for case in RESETS {
        logs(hyper, Protocol::Http2, case).await;
    }
}

#[tokio::test]
async fn axum_http1() {
    all(axum, Protocol::Http1).await;
}

#[tokio::test]
async fn axum_http2() {
    all(axum, Protocol::Http2).await;
    for case in RESETS {
        logs(axum, Protocol::Http2, case).await;
    }
}
