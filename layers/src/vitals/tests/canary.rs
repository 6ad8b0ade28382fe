//! A secret that is everywhere in a request, and nowhere else.

use std::sync::{Arc, Mutex};

use http::Request;
use http_body_util::Full;
use tracing_subscriber::{fmt::MakeWriter, layer::SubscriberExt};

use super::support::{Answer, Site};
use crate::vitals::FIELDS;

const CANARY: &str = "c4n4ry";

/// What is logged, at every level.
#[derive(Clone, Debug, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("no panic").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Log {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

/// The secret in every header, and at every method.
fn request(method: &str, body: String, origin: &str) -> Request<Full<bytes::Bytes>> {
    Request::builder()
        .method(method)
        .uri("/v/c4n4ry?token=c4n4ry")
        .header("host", "c4n4ry.example")
        .header("origin", origin)
        .header("content-type", "text/plain; charset=c4n4ry")
        .header("cookie", "session=c4n4ry")
        .header("authorization", "Bearer c4n4ry")
        .header("user-agent", "c4n4ry/1.0")
        .header("referer", "https://c4n4ry.example/c4n4ry")
        .header("access-control-request-headers", "x-c4n4ry")
        .header("x-c4n4ry", "c4n4ry")
        .body(Full::new(body.into()))
        .expect("a request")
}

fn has_canary(answer: &Answer) -> bool {
    let headers = format!("{:?}", answer.headers);
    headers.contains(CANARY) || answer.body.contains(CANARY)
}

#[tokio::test]
async fn nothing_of_a_request_is_told_to_anyone() {
    let log = Log::default();
    let subscriber = tracing_subscriber::registry()
        .with(tracing_subscriber::fmt::layer().with_writer(log.clone()));
    let _guard = tracing::subscriber::set_default(subscriber);
    let guessing = Site::with(|options| options.page_limit(1).navigation_type(true));
    let declared = Site::with(|options| {
        options
            .any_origin()
            .pages(["/orders/{id}"])
            .navigation_type(true)
    });
    let mut bodies = vec![
        CANARY.to_owned(),
        format!("\"{CANARY}\""),
        format!("[{CANARY}]"),
    ];
    for field in FIELDS {
        for value in [
            "\"c4n4ry\"",
            "\"/c4n4ry-9f3/c4n4ry\"",
            "{\"c4n4ry\":[\"c4n4ry\"]}",
        ] {
            let rest: String = FIELDS
                .iter()
                .filter(|other| other.is_needed() && other.name != field.name)
                .map(|other| match other.name {
                    "value" => ",\"value\":1".to_owned(),
                    "name" => ",\"name\":\"CLS\"".to_owned(),
                    name => format!(",\"{name}\":\"id-of-{}\"", field.name),
                })
                .collect();
            bodies.push(format!("{{\"{}\":{value}{rest}}}", field.name));
        }
    }
    bodies.push(r#"{"c4n4ry":1}"#.into());
    bodies
        .push(r#"{"name":"CLS","value":1,"id":"1","page":"/orders/c4n4ry?c4n4ry#c4n4ry"}"#.into());
    let mut taken = 0;
    for body in bodies {
        for method in ["POST", "GET", "HEAD", "OPTIONS", "PUT", "C4N4RY"] {
            for origin in ["https://c4n4ry.example", "https://evil.example/c4n4ry"] {
                for site in [&guessing, &declared] {
                    let answer = site.send(request(method, body.clone(), origin)).await;
                    assert!(!has_canary(&answer), "{answer:?}");
                    taken += u32::from(method == "POST" && answer.status == 204);
                }
            }
        }
    }
    assert!(taken > 20, "{taken}");
    assert!(!declared.scrape().contains(CANARY), "{}", declared.scrape());
    // A guess keeps words and no ids; this one has a digit among its letters.
    assert!(!guessing.scrape().contains(CANARY), "{}", guessing.scrape());
    let log = String::from_utf8(log.0.lock().expect("no panic").clone()).expect("text");
    assert!(!log.contains(CANARY), "{log}");
    assert!(!format!("{:?}", declared.service).contains(CANARY));
}
