//! Exchanges that nobody thought of: whatever comes, one layer and five see the same, once, and nothing stays.

use bytes::Bytes;
use http::{HeaderValue, Request, StatusCode};
use proptest::{collection::vec, prelude::*};

use super::{Seen, as_layers, as_one};
use crate::rpc::tests::kit::{Reply, Step, answer};

/// What a step of a body is; made anew for each run, for an error cannot be copied.
#[derive(Clone, Debug)]
enum Part {
    Data(Vec<u8>),
    Trailers(&'static [(&'static str, &'static str)]),
    Fail,
    Wait,
    Panic,
}

/// How an exchange goes.
#[derive(Clone, Debug)]
struct Plan {
    method: &'static str,
    path: &'static str,
    asks: &'static str,
    timeout: &'static str,
    answers: Option<(&'static str, u16, &'static str)>,
    parts: Vec<Part>,
}

const TYPES: [&str; 10] = [
    "application/grpc",
    "APPLICATION/GRPC+proto",
    "application/grpc-web",
    "application/grpc-web-text+proto",
    "application/grpc-foo",
    "application/grpcx",
    "application/json",
    "text/event-stream",
    "text/event-stream; charset=utf-8",
    "",
];

fn parts() -> impl Strategy<Value = Part> {
    let event = "data: x\n\n".as_bytes().to_vec();
    let message = b"\0\0\0\0\x02hi".to_vec();
    let trailers = b"\x80\0\0\0\x0fgrpc-status: 5\r\n".to_vec();
    prop_oneof![
        Just(Part::Data(event)),
        Just(Part::Data(message)),
        Just(Part::Data(trailers)),
        vec(any::<u8>(), 0..24).prop_map(Part::Data),
        Just(Part::Trailers(&[("grpc-status", "0")])),
        Just(Part::Trailers(&[("grpc-status", "13")])),
        Just(Part::Trailers(&[("grpc-status", "x")])),
        Just(Part::Trailers(&[])),
        Just(Part::Fail),
        Just(Part::Wait),
        Just(Part::Panic),
    ]
}

fn plans() -> impl Strategy<Value = Plan> {
    use prop::sample::select;
    let statuses = vec![101_u16, 200, 200, 200, 204, 304, 404, 405, 500, 503];
    let answers = (
        select(TYPES.to_vec()),
        select(statuses),
        select(vec!["", "0", "7", "12", "99", "x"]),
    );
    (
        select(vec![
            "GET", "HEAD", "POST", "POST", "POST", "CONNECT", "BREW",
        ]),
        select(vec![
            "/users/7",
            "/test.Echo/Say",
            "/test.Echo/Say/more",
            "/%00%ff/\u{fc}",
            "/",
        ]),
        select(TYPES.to_vec()),
        select(vec!["", "1n", "1H", "99999999999H", "\u{b2}S"]),
        prop::option::weighted(0.9, answers),
        vec(parts(), 0..6),
    )
        .prop_map(|(method, path, asks, timeout, answers, parts)| Plan {
            method,
            path,
            asks,
            timeout,
            answers,
            parts,
        })
}

// === impl Plan ===

impl Plan {
    fn request(&self) -> Request<()> {
        let request = Request::builder().method(self.method).uri(self.path);
        let mut request = request.body(()).expect("a request");
        for (name, value) in [("content-type", self.asks), ("grpc-timeout", self.timeout)] {
            if !value.is_empty() {
                let value = HeaderValue::from_bytes(value.as_bytes()).expect("a value");
                request.headers_mut().insert(name, value);
            }
        }
        request
    }

    fn reply(&self) -> Reply {
        let Some((content_type, status, grpc_status)) = self.answers else {
            // The first step decides.
            return match self.parts.first() {
                Some(Part::Fail) => Reply::Fail("no".into()),
                Some(Part::Panic) => Reply::Panic,
                _ => Reply::Wait,
            };
        };
        let steps = self.parts.iter().map(|part| match part {
            Part::Data(bytes) => Step::Data(Bytes::copy_from_slice(bytes)),
            Part::Trailers(fields) => Step::Trailers(fields),
            Part::Fail => Step::Fail("no".into()),
            Part::Wait => Step::Wait,
            Part::Panic => Step::Panic,
        });
        let mut response = answer(steps);
        *response.status_mut() = StatusCode::from_u16(status).expect("a status");
        response.headers_mut().remove("content-type");
        for (name, value) in [("content-type", content_type), ("grpc-status", grpc_status)] {
            if !value.is_empty() {
                let value = HeaderValue::from_static(value);
                response.headers_mut().insert(name, value);
            }
        }
        Reply::Answer(response)
    }
}

/// One span, the line of one end, and no gauge is left up.
fn assert_once(seen: &Seen) {
    assert_eq!(seen.spans.len(), 1, "{:?}", seen.spans);
    let ends = seen.lines.iter();
    let ends = ends.filter(|line| line.contains(" duration_seconds="));
    assert_eq!(ends.count(), 1, "{:?}", seen.lines);
    for line in &seen.scrape {
        if line.starts_with("http_server_active_requests{")
            || line.starts_with("sse_streams_active{")
        {
            assert!(line.ends_with(" 0"), "{line}");
        }
    }
    // No request is in no duration at all.
    let durations = [
        "http_server_request_duration_seconds_count",
        "rpc_server_call_duration_seconds_count",
    ];
    let is_measured = |line: &String| {
        durations.iter().any(|name| line.starts_with(name)) && !line.ends_with(" 0")
    };
    assert!(seen.scrape.iter().any(is_measured), "{:?}", seen.lines);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn one_layer_and_five_see_the_same_of_anything(plan in plans()) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .expect("a runtime");
        runtime.block_on(async {
            let one = as_one(|all| all, plan.request(), plan.reply());
            assert_once(&one);
            assert_eq!(one, as_layers(plan.request(), plan.reply()));
        });
    }
}
