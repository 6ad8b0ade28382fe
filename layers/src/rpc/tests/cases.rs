//! The ending matrix of calls: each way to end, its status and what kind of error it is.

use std::io;

use http::{HeaderValue, Request, Response, StatusCode};

use super::kit::{Error, Reply, Script, Step, answer, call, framed, message};

/// A way to end.
pub(crate) struct Case {
    pub(crate) name: &'static str,
    pub(crate) reply: fn() -> Reply,
    pub(crate) status: &'static str,
    pub(crate) error: Option<&'static str>,
}

const fn case(
    name: &'static str,
    reply: fn() -> Reply,
    status: &'static str,
    error: Option<&'static str>,
) -> Case {
    Case {
        name,
        reply,
        status,
        error,
    }
}

// === impl Case ===

impl Case {
    /// A call that may end so.
    pub(crate) fn request(&self) -> Request<()> {
        let mut request = call("Say");
        if self.name.starts_with("gRPC-Web") {
            let web = HeaderValue::from_static("application/grpc-web");
            request.headers_mut().insert("content-type", web);
        }
        request
    }
}

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

pub(crate) fn breaks_with(step: Step) -> Reply {
    Reply::Answer(answer([message("one"), step]))
}

fn timed_out() -> Error {
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

pub(crate) const CASES: &[Case] = &[
    case("OK", || ends_with(&[("grpc-status", "0")]), "OK", None),
    case(
        "the client's fault",
        || ends_with(&[("grpc-status", "5")]),
        "NOT_FOUND",
        None,
    ),
    case(
        "cancelled by the server's word",
        || ends_with(&[("grpc-status", "1")]),
        "CANCELLED",
        None,
    ),
    case(
        "a server's error",
        || ends_with(&[("grpc-status", "15")]),
        "DATA_LOSS",
        Some("DATA_LOSS"),
    ),
    case(
        "a deadline that the server tells",
        || ends_with(&[("grpc-status", "4")]),
        "DEADLINE_EXCEEDED",
        Some("DEADLINE_EXCEEDED"),
    ),
    case(
        "a number that is none",
        || ends_with(&[("grpc-status", "17")]),
        "_OTHER",
        Some("_OTHER"),
    ),
    case(
        "no number",
        || ends_with(&[("grpc-status", "fine")]),
        "_OTHER",
        Some("_OTHER"),
    ),
    case(
        "trailers without a status",
        || ends_with(&[("grpc-message", "hm")]),
        "UNKNOWN",
        Some("UNKNOWN"),
    ),
    case(
        "no trailers",
        || Reply::Answer(answer([message("one")])),
        "UNKNOWN",
        Some("UNKNOWN"),
    ),
    case(
        "no body",
        || Reply::Answer(answer([])),
        "UNKNOWN",
        Some("UNKNOWN"),
    ),
    case(
        "an immediate error",
        || Reply::Answer(head_with("7", [])),
        "PERMISSION_DENIED",
        None,
    ),
    case(
        "an immediate error of the server",
        || Reply::Answer(head_with("12", [])),
        "UNIMPLEMENTED",
        Some("UNIMPLEMENTED"),
    ),
    case(
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
    case(
        "200 that is not gRPC's",
        || http(StatusCode::OK),
        "UNKNOWN",
        Some("UNKNOWN"),
    ),
    case(
        "400",
        || http(StatusCode::BAD_REQUEST),
        "INTERNAL",
        Some("INTERNAL"),
    ),
    case(
        "401",
        || http(StatusCode::UNAUTHORIZED),
        "UNAUTHENTICATED",
        None,
    ),
    case(
        "403",
        || http(StatusCode::FORBIDDEN),
        "PERMISSION_DENIED",
        None,
    ),
    case(
        "404",
        || http(StatusCode::NOT_FOUND),
        "UNIMPLEMENTED",
        Some("UNIMPLEMENTED"),
    ),
    case(
        "429",
        || http(StatusCode::TOO_MANY_REQUESTS),
        "UNAVAILABLE",
        Some("UNAVAILABLE"),
    ),
    case(
        "500",
        || http(StatusCode::INTERNAL_SERVER_ERROR),
        "UNKNOWN",
        Some("UNKNOWN"),
    ),
    case(
        "503",
        || http(StatusCode::SERVICE_UNAVAILABLE),
        "UNAVAILABLE",
        Some("UNAVAILABLE"),
    ),
    case(
        "204",
        || http(StatusCode::NO_CONTENT),
        "UNKNOWN",
        Some("UNKNOWN"),
    ),
    case(
        "a status goes before HTTP's",
        || {
            let mut response = head_with("16", []);
            *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
            Reply::Answer(response)
        },
        "UNAUTHENTICATED",
        None,
    ),
    case(
        "let go of before the head",
        || Reply::Wait,
        "CANCELLED",
        Some("cancelled_before_response"),
    ),
    case(
        "let go of amid the messages",
        || breaks_with(Step::Wait),
        "CANCELLED",
        Some("dropped"),
    ),
    case(
        "let go of once the status is out",
        || Reply::Answer(head_with("5", [Step::Wait])),
        "NOT_FOUND",
        None,
    ),
    case(
        "an error of the service",
        || Reply::Fail("no".into()),
        "UNKNOWN",
        Some("service_error"),
    ),
    case(
        "a time-out of the service",
        || Reply::Fail(timed_out()),
        "DEADLINE_EXCEEDED",
        Some("timeout"),
    ),
    case(
        "an error of the body",
        || breaks_with(Step::Fail("no".into())),
        "UNKNOWN",
        Some("body_error"),
    ),
    case(
        "a time-out of the body",
        || breaks_with(Step::Fail(timed_out())),
        "DEADLINE_EXCEEDED",
        Some("timeout"),
    ),
    case(
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
    case(
        "a panic of the service",
        || Reply::Panic,
        "UNKNOWN",
        Some("panic"),
    ),
    case(
        "a panic of the body",
        || breaks_with(Step::Panic),
        "UNKNOWN",
        Some("panic"),
    ),
    case(
        "gRPC-Web",
        || web("application/grpc-web+proto", "grpc-status:0\r\n"),
        "OK",
        None,
    ),
    case(
        "gRPC-Web that fails",
        || web("application/grpc-web", "grpc-status: 14\r\n"),
        "UNAVAILABLE",
        Some("UNAVAILABLE"),
    ),
    case(
        "gRPC-Web without a status",
        || web("application/grpc-web", "a: b\r\n"),
        "UNKNOWN",
        Some("UNKNOWN"),
    ),
];
