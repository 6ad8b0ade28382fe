//! Texts that would forge a line, in each formatter.

use std::{
    io,
    sync::{Arc, Mutex},
};

use http::Request;
use tracing_subscriber::fmt::{self, MakeWriter};

use super::support::{Reply, Step, get, stream};
use crate::{
    log::{Log, LogField},
    observe::{ObserveLayer, StreamHandle, StreamHandles},
    route::annotate,
};

/// What a formatter wrote.
#[derive(Clone, Debug, Default)]
struct Output(Arc<Mutex<Vec<u8>>>);

impl io::Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("no writer panics").write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Output {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

impl Output {
    fn text(&self) -> String {
        let bytes = self.0.lock().expect("no writer panics").clone();
        String::from_utf8(bytes).expect("UTF-8")
    }
}

/// Each is given as a route, a stream's id and a field of the user's own.
const EVIL: [&str; 8] = [
    "x\nERROR bartizan::request: forged",
    "x\r\nERROR bartizan::request: forged",
    "x\u{1b}[2K\u{1b}[1GERROR forged",
    "x\u{2028}ERROR forged\u{2029}",
    "x\u{85}ERROR forged\u{9b}31m",
    "x\u{202e}degrof\u{2066}",
    "x\",\"level\":\"ERROR\",\"forged\":\"",
    "x\\\" forged=1 \\u000a \u{0}\u{7f}\u{8}",
];

/// An exchange of a stream whose every text is evil.
async fn exchange(evil: &'static str) {
    let field = LogField::of_request("evil", move |_| Some(evil.into()));
    let layer = ObserveLayer::new(Log::builder().field(field).build().expect("a log"))
        .stream_handles(StreamHandles::new());
    let service = tower::service_fn(async |request: Request<()>| {
        annotate(evil);
        let handle = request
            .extensions()
            .get::<StreamHandle>()
            .expect("a handle");
        handle.set_id(evil);
        match stream([Step::Fail]) {
            Reply::Answer(response) => Ok(response),
            _ => Err(evil),
        }
    });
    let mut service = tower_layer::Layer::layer(&layer, service);
    let response = tower::Service::call(&mut service, get())
        .await
        .expect("an answer");
    let _ = http_body_util::BodyExt::collect(response.into_body()).await;
}

/// What a subscriber of this kind writes of the two lines of a stream.
async fn written<S>(evil: &'static str, subscriber: impl FnOnce(Output) -> S) -> String
where
    S: tracing::Subscriber + Send + Sync + 'static,
{
    let output = Output::default();
    let _guard = tracing::subscriber::set_default(subscriber(output.clone()));
    exchange(evil).await;
    let text = output.text();
    let deceives = |c: char| {
        (c.is_control() && c != '\n')
            || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    assert!(!text.contains(deceives), "{text:?}");
    text
}

#[tokio::test]
async fn one_event_is_one_line() {
    for evil in EVIL {
        let full = written(evil, |output| {
            fmt::Subscriber::builder()
                .with_ansi(false)
                .with_writer(output)
                .finish()
        });
        let compact = |output| {
            let builder = fmt::Subscriber::builder()
                .with_ansi(false)
                .with_writer(output);
            builder.compact().finish()
        };
        let compact = written(evil, compact);
        for text in [full.await, compact.await] {
            let lines: Vec<_> = text.lines().collect();
            assert_eq!(lines.len(), 2, "{text}");
            assert!(lines[0].contains(" INFO bartizan::stream: "), "{text}");
            assert!(lines[1].contains("ERROR bartizan::stream: "), "{text}");
            assert!(text.ends_with('\n'));
        }
    }
}

#[tokio::test]
async fn a_pretty_record_is_not_forged() {
    for evil in EVIL {
        let text = written(evil, |output| {
            let builder = fmt::Subscriber::builder()
                .with_ansi(false)
                .with_writer(output);
            builder.pretty().finish()
        })
        .await;
        let records = |level: &str| {
            let starts = |line: &&str| {
                let mut words = line.split_whitespace();
                words.nth(1) == Some(level)
            };
            text.lines().filter(starts).count()
        };
        assert_eq!((records("INFO"), records("ERROR")), (1, 1), "{text}");
        assert!(
            !text.lines().any(|line| line.starts_with("ERROR")),
            "{text}"
        );
    }
}

#[tokio::test]
async fn json_parses_and_has_the_fields_that_it_should() {
    for evil in EVIL {
        let text = written(evil, |output| {
            fmt::Subscriber::builder()
                .json()
                .with_writer(output)
                .finish()
        })
        .await;
        let lines: Vec<serde_json::Value> = text
            .lines()
            .map(|line| serde_json::from_str(line).expect("JSON"))
            .collect();
        assert_eq!(lines.len(), 2, "{text}");
        assert_eq!(lines[0]["level"], "INFO");
        assert_eq!(lines[1]["level"], "ERROR");
        let fields = lines[1]["fields"].as_object().expect("fields");
        let names: Vec<_> = fields.keys().map(String::as_str).collect();
        assert_eq!(
            names,
            [
                "close_reason",
                "custom",
                "duration_seconds",
                "error.type",
                "fault",
                "frames",
                "http.request.method",
                "http.response.body.size",
                "http.response.status_code",
                "http.route",
                "message",
                "network.protocol.version",
                "stream_id",
            ]
        );
        assert!(fields["http.response.status_code"].is_u64());
        assert!(fields["duration_seconds"].is_f64());
    }
}
