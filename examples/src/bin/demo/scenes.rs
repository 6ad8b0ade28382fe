//! One request, and what its client does: what a programme is made of.

/// One request and what the client does with it.
#[derive(Debug)]
pub(crate) struct Scene {
    pub(crate) method: &'static str,
    /// `{n}` stands for a number that changes with each request.
    pub(crate) path: &'static str,
    /// What the metrics should call it.
    pub(crate) route: &'static str,
    pub(crate) payload: Payload,
    pub(crate) act: Act,
    /// Why the metrics should say that the stream was closed, if the answer is one.
    pub(crate) closes: Option<&'static str>,
}

/// The body that goes with a request.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Payload {
    None,
    /// `{n}` stands for the number in it, too.
    Json(&'static str),
    /// So many bytes, declared.
    Sized(usize),
    /// So many bytes, in two pieces and undeclared.
    Streamed(usize),
}

/// What the client does.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Act {
    /// Reads the answer to its end.
    Read,
    /// The same, and tells which event of the stream before it was the last.
    Resume,
    /// Expects the connection or the stream to break instead of an answer.
    ExpectNoAnswer,
    /// Ends its request when it has read the first piece of the answer, and expects that to break off.
    ExpectBreak,
    /// Reads the head and the first piece of the body, and leaves.
    LeaveInBody,
    /// The same, on a connection of its own that is reset: what a process leaves that is killed.
    ResetInBody,
    /// Leaves while the server still works on its answer.
    LeaveBeforeHead,
}

/// The methods that a metric names as they are.
const KNOWN_METHODS: &[&str] = &[
    "GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT",
];

// === impl Scene ===

impl Scene {
    pub(crate) fn path(&self, number: u64) -> String {
        self.path.replace("{n}", &number.to_string())
    }

    /// What the metrics should call the method.
    pub(crate) fn method_label(&self) -> &'static str {
        if KNOWN_METHODS.contains(&self.method) {
            self.method
        } else {
            "_OTHER"
        }
    }

    /// Whether the client goes before the end.
    pub(crate) fn leaves(&self) -> bool {
        match self.act {
            Act::LeaveInBody | Act::ResetInBody | Act::LeaveBeforeHead => true,
            Act::Read | Act::Resume | Act::ExpectNoAnswer | Act::ExpectBreak => false,
        }
    }

    /// Whether the client has had all of its answer: what it received is then what was sent.
    pub(crate) fn is_whole(&self) -> bool {
        matches!(self.act, Act::Read | Act::Resume)
    }

    pub(crate) const fn acts(self, act: Act) -> Self {
        Self { act, ..self }
    }

    pub(crate) const fn closes(self, reason: &'static str) -> Self {
        let closes = Some(reason);
        Self { closes, ..self }
    }
}

pub(crate) const fn with(method: &'static str, path: &'static str, route: &'static str) -> Scene {
    Scene {
        method,
        path,
        route,
        payload: Payload::None,
        act: Act::Read,
        closes: None,
    }
}

pub(crate) const fn get(path: &'static str, route: &'static str) -> Scene {
    with("GET", path, route)
}

pub(crate) const fn post(path: &'static str, route: &'static str, payload: Payload) -> Scene {
    let scene = with("POST", path, route);
    Scene { payload, ..scene }
}
