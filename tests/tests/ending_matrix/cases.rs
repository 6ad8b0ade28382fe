//! The ways an exchange may end: what the service does, what the client does, and what is recorded.

use std::time::Duration;

use bartizan_tests::{
    AnyBody,
    client::text,
    script::{Length, Script, Step, ticks},
};
use http::{Response, StatusCode, header::CONTENT_LENGTH};

/// An exchange, from both sides.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Case {
    pub(crate) method: &'static str,
    pub(crate) reply: fn() -> Reply,
    pub(crate) client: Leaves,
    /// The record: status, error type, size of the response.
    pub(crate) status: Option<&'static str>,
    pub(crate) error: Option<&'static str>,
    pub(crate) size: Size,
}

/// What a service does with a request.
#[derive(Debug)]
pub(crate) enum Reply {
    Answer(Response<AnyBody>),
    Error,
    Pending,
    PanicInCall,
    PanicInFuture,
}

/// When the client leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Leaves {
    AtTheEnd,
    BeforeTheHead,
    /// After so many bytes.
    InTheBody(usize),
    /// Resets the stream, and stays on the connection.
    TheStreamBeforeTheHead,
    /// The same, after so many bytes.
    TheStreamInTheBody(usize),
}

/// The recorded size of the response's body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Size {
    None,
    Exactly(u64),
    AtLeast(u64),
}

const OK: Case = Case {
    method: "GET",
    reply: || Reply::Pending,
    client: Leaves::AtTheEnd,
    status: Some("200"),
    error: None,
    size: Size::Exactly(0),
};

const NO_HEAD: Case = Case {
    status: None,
    size: Size::None,
    ..OK
};

pub(crate) const EMPTY: Case = Case {
    reply: || ok(text("")),
    ..OK
};

pub(crate) const EXACT_LENGTH: Case = Case {
    reply: || ok(text("thirteen byte")),
    size: Size::Exactly(13),
    ..OK
};

pub(crate) const CHUNKED: Case = Case {
    reply: || {
        script([
            Step::data("one"),
            Step::Pend,
            Step::data("two"),
            Step::data("three"),
        ])
    },
    size: Size::Exactly(11),
    ..OK
};

pub(crate) const CHUNKED_WITHOUT_WORD_OF_THE_END: Case = Case {
    reply: || {
        ok(Script::new([Step::data("one"), Step::data("two")])
            .silent()
            .any())
    },
    size: Size::Exactly(6),
    ..OK
};

pub(crate) const TRAILERS: Case = Case {
    reply: || script([Step::data("data"), Step::trailer("x-done")]),
    size: Size::Exactly(4),
    ..OK
};

pub(crate) const TRAILERS_ALONE: Case = Case {
    reply: || script([Step::trailer("x-done")]),
    ..OK
};

pub(crate) const BODY_ERROR: Case = Case {
    reply: || script([Step::data("abc"), Step::Pend, Step::Fail]),
    error: Some("body_error"),
    size: Size::Exactly(3),
    ..OK
};

pub(crate) const BODY_ERROR_AT_ONCE: Case = Case {
    reply: || script([Step::Fail]),
    error: Some("body_error"),
    ..OK
};

pub(crate) const SERVICE_ERROR: Case = Case {
    reply: || Reply::Error,
    error: Some("service_error"),
    ..NO_HEAD
};

pub(crate) const HEAD: Case = Case {
    method: "HEAD",
    reply: EXACT_LENGTH.reply,
    ..OK
};

pub(crate) const HEAD_OF_A_STREAM: Case = Case {
    method: "HEAD",
    reply: || ok(ticks("tick", Duration::from_millis(5))),
    ..OK
};

pub(crate) const NO_CONTENT: Case = Case {
    reply: || status(204, text("")),
    status: Some("204"),
    ..OK
};

pub(crate) const NOT_MODIFIED: Case = Case {
    reply: || declared(304, 13, text("")),
    status: Some("304"),
    ..OK
};

pub(crate) const CLIENT_ERROR: Case = Case {
    reply: || status(404, text("no")),
    status: Some("404"),
    size: Size::Exactly(2),
    ..OK
};

pub(crate) const SERVER_ERROR: Case = Case {
    reply: || status(503, text("oh")),
    status: Some("503"),
    error: Some("503"),
    size: Size::Exactly(2),
    ..OK
};

pub(crate) const DECLARED_LENGTH_REACHED_BEFORE_THE_END: Case = Case {
    reply: || {
        let body = Script::new([Step::data("forty"), Step::data("forty"), Step::Hang]);
        declared(200, 10, body.any())
    },
    client: Leaves::InTheBody(10),
    size: Size::Exactly(10),
    ..OK
};

pub(crate) const DECLARED_LENGTH_NOT_REACHED: Case = Case {
    reply: || declared(200, 100, Script::new([Step::data("forty")]).silent().any()),
    error: Some("length_mismatch"),
    size: Size::Exactly(5),
    ..OK
};

pub(crate) const DECLARED_LENGTH_NOT_REACHED_BY_WORD_OF_THE_BODY: Case = Case {
    reply: || declared(200, 100, script_body([Step::data("forty")])),
    ..DECLARED_LENGTH_NOT_REACHED
};

pub(crate) const DECLARED_LENGTH_NOT_REACHED_BEFORE_THE_TRAILERS: Case = Case {
    reply: || {
        let body = script_body([Step::data("forty"), Step::trailer("x-done")]);
        declared(200, 100, body)
    },
    ..DECLARED_LENGTH_NOT_REACHED
};

pub(crate) const DECLARED_EMPTY_WITHOUT_WORD_OF_THE_END: Case = Case {
    reply: || declared(200, 0, Script::default().silent().any()),
    ..OK
};

pub(crate) const PANIC_IN_CALL: Case = Case {
    reply: || Reply::PanicInCall,
    error: Some("panic"),
    ..NO_HEAD
};

pub(crate) const PANIC_IN_FUTURE: Case = Case {
    reply: || Reply::PanicInFuture,
    error: Some("panic"),
    ..NO_HEAD
};

pub(crate) const PANIC_IN_BODY: Case = Case {
    reply: || script([Step::data("abc"), Step::Pend, Step::Panic]),
    error: Some("panic"),
    size: Size::Exactly(3),
    ..OK
};

pub(crate) const LEFT_BEFORE_THE_HEAD: Case = Case {
    client: Leaves::BeforeTheHead,
    error: Some("cancelled_before_response"),
    ..NO_HEAD
};

pub(crate) const LEFT_A_TICKING_BODY: Case = Case {
    reply: || ok(ticks("tick", Duration::from_millis(5))),
    client: Leaves::InTheBody(12),
    error: Some("dropped"),
    size: Size::AtLeast(12),
    ..OK
};

pub(crate) const RESET_BEFORE_THE_HEAD: Case = Case {
    client: Leaves::TheStreamBeforeTheHead,
    ..LEFT_BEFORE_THE_HEAD
};

pub(crate) const RESET_A_TICKING_BODY: Case = Case {
    client: Leaves::TheStreamInTheBody(12),
    ..LEFT_A_TICKING_BODY
};

pub(crate) const RESET_A_SILENT_BODY: Case = Case {
    client: Leaves::TheStreamInTheBody(3),
    ..LEFT_A_SILENT_BODY
};

pub(crate) const LEFT_A_SILENT_BODY: Case = Case {
    reply: || script([Step::data("abc"), Step::Hang]),
    client: Leaves::InTheBody(3),
    error: Some("dropped"),
    size: Size::Exactly(3),
    ..OK
};

pub(crate) const LEFT_A_SERVER_ERROR: Case = Case {
    reply: || status(500, script_body([Step::data("abc"), Step::Hang])),
    client: Leaves::InTheBody(3),
    status: Some("500"),
    error: Some("500"),
    size: Size::Exactly(3),
    ..OK
};

fn ok(body: AnyBody) -> Reply {
    Reply::Answer(Response::new(body))
}

fn script(steps: impl IntoIterator<Item = Step>) -> Reply {
    ok(script_body(steps))
}

fn script_body(steps: impl IntoIterator<Item = Step>) -> AnyBody {
    Script::new(steps).length(Length::Unknown).any()
}

fn status(status: u16, body: AnyBody) -> Reply {
    let mut response = Response::new(body);
    *response.status_mut() = StatusCode::from_u16(status).expect("a status");
    Reply::Answer(response)
}

fn declared(code: u16, length: u64, body: AnyBody) -> Reply {
    let mut reply = status(code, body);
    if let Reply::Answer(response) = &mut reply {
        response.headers_mut().insert(CONTENT_LENGTH, length.into());
    }
    reply
}
