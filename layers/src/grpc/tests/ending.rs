//! The ending matrix: each way to end, and the labels of its one record.

use std::{io, time::Duration};

use http::{HeaderValue, Response, StatusCode};

use super::support::{
    DURATION, OK, Reply, Scribe, Script, Step, answer, call, exchange, framed, message,
};

/// How an exchange is made, and the status and the error type that are recorded of it.
type Case = (
    &'static str,
    fn() -> Reply,
    &'static str,
    Option<&'static str>,
);

fn http(status: StatusCode) -> Reply {
    let mut response = answer([Step::Data("sorry".into())]);
    response
        .headers_mut()
        .insert("content-type", HeaderValue::from_static("text/plain"));
    *response.status_mut() = status;
    Reply::Answer(response)
}

fn head_with(status: &'static str, steps: impl IntoIterator<Item = Step>) -> Response<Script> {
    let mut response = answer(steps);
    response
        .headers_mut()
        .insert("grpc-status", HeaderValue::from_static(status));
    response
}

fn ends_with(status: &'static [(&'static str, &'static str)]) -> Reply {
    Reply::Answer(answer([message("one"), Step::Trailers(status)]))
}

fn breaks_with(step: Step) -> Reply {
    Reply::Answer(answer([message("one"), step]))
}

fn timed_out() -> super::support::Error {
    io::Error::from(io::ErrorKind::TimedOut).into()
}

/// gRPC-Web's, in one frame: a message, and trailers.
fn web(content_type: &'static str, trailers: &'static str) -> Reply {
    let body = [framed(0, "one"), framed(0x80, trailers)].concat();
    let mut response = answer([Step::Data(body.into())]);
    response
        .headers_mut()
        .insert("content-type", HeaderValue::from_static(content_type));
    Reply::Answer(response)
}

const CASES: &[Case] = &[
    ("OK", || ends_with(&[("grpc-status", "0")]), "OK", None),
    (
        "the client's fault",
        || ends_with(&[("grpc-status", "5")]),
        "NOT_FOUND",
        None,
    ),
    (
        "cancelled by the server's word",
        || ends_with(&[("grpc-status", "1")]),
        "CANCELLED",
        None,
    ),
    (
        "a server's error",
        || ends_with(&[("grpc-status", "15")]),
        "DATA_LOSS",
        Some("DATA_LOSS"),
    ),
    (
        "a deadline that the server tells",
        || ends_with(&[("grpc-status", "4")]),
        "DEADLINE_EXCEEDED",
        Some("DEADLINE_EXCEEDED"),
    ),
    (
        "a number that is none",
        || ends_with(&[("grpc-status", "17")]),
        "_OTHER",
        Some("_OTHER"),
    ),
    (
        "no number",
        || ends_with(&[("grpc-status", "fine")]),
        "_OTHER",
        Some("_OTHER"),
    ),
    (
        "trailers without a status",
        || ends_with(&[("grpc-message", "hm")]),
        "UNKNOWN",
        Some("UNKNOWN"),
    ),
    (
        "no trailers",
        || Reply::Answer(answer([message("one")])),
        "UNKNOWN",
        Some("UNKNOWN"),
    ),
    (
        "no body",
        || Reply::Answer(answer([])),
        "UNKNOWN",
        Some("UNKNOWN"),
    ),
    (
        "an immediate error",
        || Reply::Answer(head_with("7", [])),
        "PERMISSION_DENIED",
        None,
    ),
    (
        "an immediate error of the server",
        || Reply::Answer(head_with("12", [])),
        "UNIMPLEMENTED",
        Some("UNIMPLEMENTED"),
    ),
    (
        "trailers go before the head",
        || {
            Reply::Answer(head_with(
                "0",
                [message("one"), Step::Trailers(&[("grpc-status", "13")])],
            ))
        },
        "INTERNAL",
        Some("INTERNAL"),
    ),
    (
        "200 that is not gRPC's",
        || http(StatusCode::OK),
        "UNKNOWN",
        Some("UNKNOWN"),
    ),
    (
        "400",
        || http(StatusCode::BAD_REQUEST),
        "INTERNAL",
        Some("INTERNAL"),
    ),
    (
        "401",
        || http(StatusCode::UNAUTHORIZED),
        "UNAUTHENTICATED",
        None,
    ),
    (
        "403",
        || http(StatusCode::FORBIDDEN),
        "PERMISSION_DENIED",
        None,
    ),
    (
        "404",
        || http(StatusCode::NOT_FOUND),
        "UNIMPLEMENTED",
        Some("UNIMPLEMENTED"),
    ),
    (
        "429",
        || http(StatusCode::TOO_MANY_REQUESTS),
        "UNAVAILABLE",
        Some("UNAVAILABLE"),
    ),
    (
        "500",
        || http(StatusCode::INTERNAL_SERVER_ERROR),
        "UNKNOWN",
        Some("UNKNOWN"),
    ),
    (
        "503",
        || http(StatusCode::SERVICE_UNAVAILABLE),
        "UNAVAILABLE",
        Some("UNAVAILABLE"),
    ),
    (
        "204",
        || http(StatusCode::NO_CONTENT),
        "UNKNOWN",
        Some("UNKNOWN"),
    ),
    (
        "a status goes before HTTP's",
        || {
            let mut response = head_with("16", []);
            *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
            Reply::Answer(response)
        },
        "UNAUTHENTICATED",
        None,
    ),
    (
        "let go of before the head",
        || Reply::Wait,
        "CANCELLED",
        Some("cancelled_before_response"),
    ),
    (
        "let go of amid the messages",
        || breaks_with(Step::Wait),
        "CANCELLED",
        Some("dropped"),
    ),
    (
        "let go of once the status is out",
        || Reply::Answer(head_with("5", [Step::Wait])),
        "NOT_FOUND",
        None,
    ),
    (
        "an error of the service",
        || Reply::Fail("no".into()),
        "UNKNOWN",
        Some("service_error"),
    ),
    (
        "a time-out of the service",
        || Reply::Fail(timed_out()),
        "DEADLINE_EXCEEDED",
        Some("timeout"),
    ),
    (
        "an error of the body",
        || breaks_with(Step::Fail("no".into())),
        "UNKNOWN",
        Some("body_error"),
    ),
    (
        "a time-out of the body",
        || breaks_with(Step::Fail(timed_out())),
        "DEADLINE_EXCEEDED",
        Some("timeout"),
    ),
    (
        "short of its length",
        || {
            let mut response = answer([message("one")]);
            response
                .headers_mut()
                .insert("content-length", HeaderValue::from_static("99"));
            Reply::Answer(response)
        },
        "UNKNOWN",
        Some("length_mismatch"),
    ),
    (
        "a panic of the service",
        || Reply::Panic,
        "UNKNOWN",
        Some("panic"),
    ),
    (
        "a panic of the body",
        || breaks_with(Step::Panic),
        "UNKNOWN",
        Some("panic"),
    ),
    (
        "gRPC-Web",
        || web("application/grpc-web+proto", "grpc-status:0\r\n"),
        "OK",
        None,
    ),
    (
        "gRPC-Web that fails",
        || web("application/grpc-web", "grpc-status: 14\r\n"),
        "UNAVAILABLE",
        Some("UNAVAILABLE"),
    ),
    (
        "gRPC-Web without a status",
        || web("application/grpc-web", "a: b\r\n"),
        "UNKNOWN",
        Some("UNKNOWN"),
    ),
];

#[test]
fn every_end_has_its_status_and_its_error_type() {
    for (name, reply, status, error) in CASES {
        let scribe = Scribe::new();
        let grpc = scribe.grpc(|options| options.methods(["test.Echo/Say"]));
        let layer = crate::observe::ObserveLayer::new(grpc);
        let mut request = call("Say");
        if name.starts_with("gRPC-Web") {
            let web = HeaderValue::from_static("application/grpc-web");
            request.headers_mut().insert("content-type", web);
        }
        exchange(&layer, request, reply(), || {});
        let error = error
            .map(|error| format!(",error_type={error}"))
            .unwrap_or_default();
        let wanted = format!(
            "{{rpc_system_name=grpc,rpc_method=test.Echo/Say,rpc_response_status_code={status}{error}}} 1"
        );
        assert_eq!(scribe.series(DURATION), [wanted], "{name}");
    }
}

/// Waits until a call is let go of after so many milliseconds, and returns its labels.
async fn left(timeout: &'static str, after: u64, reply: Reply) -> String {
    let scribe = Scribe::new();
    let mut request = call("Say");
    request
        .headers_mut()
        .insert("grpc-timeout", HeaderValue::from_static(timeout));
    let layer = scribe.layer();
    let handle = tokio::runtime::Handle::current();
    exchange(&layer, request, reply, || {
        let _ = handle;
        futures_util::FutureExt::now_or_never(tokio::time::advance(Duration::from_millis(after)));
    });
    let [series] = <[String; 1]>::try_from(scribe.series(DURATION)).expect("one record");
    let (_, rest) = series
        .split_once("rpc_response_status_code=")
        .expect("a status");
    rest.trim_end_matches("} 1").replace(",error_type=", " ")
}

#[tokio::test(start_paused = true)]
async fn a_deadline_that_passed_is_told_from_a_client_that_left() {
    for (timeout, after, head, wanted) in [
        ("50m", 49, false, "CANCELLED cancelled_before_response"),
        ("50m", 50, false, "DEADLINE_EXCEEDED DEADLINE_EXCEEDED"),
        ("50m", 49, true, "CANCELLED dropped"),
        ("50m", 50, true, "DEADLINE_EXCEEDED DEADLINE_EXCEEDED"),
        ("1H", 3_599_999, true, "CANCELLED dropped"),
        ("1H", 3_600_000, true, "DEADLINE_EXCEEDED DEADLINE_EXCEEDED"),
        ("1", 3_600_000, true, "CANCELLED dropped"),
        ("100000000n", 3_600_000, true, "CANCELLED dropped"),
    ] {
        let reply = if head {
            breaks_with(Step::Wait)
        } else {
            Reply::Wait
        };
        assert_eq!(
            left(timeout, after, reply).await,
            wanted,
            "{timeout} {after}"
        );
    }
}

#[test]
fn what_is_no_call_is_left_alone() {
    let scribe = Scribe::new();
    let layer = scribe.layer();
    let of = |method: &str, content_type: &'static str| {
        let mut request = call("Say");
        *request.method_mut() = method.parse().expect("a method");
        request
            .headers_mut()
            .insert("content-type", HeaderValue::from_static(content_type));
        request
    };
    for request in [
        of("GET", "application/grpc"),
        of("POST", "application/json"),
        of("POST", "application/grpcx"),
        of("OPTIONS", "application/grpc-web"),
    ] {
        exchange(
            &layer,
            request,
            Reply::Answer(answer([message("one"), OK])),
            || {},
        );
    }
    assert_eq!(scribe.series(DURATION), [""; 0]);
}
