//! What the load plays: every route, and every way in which a client can go.

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
}

/// The body that goes with a request.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Payload {
    None,
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
    /// Expects the connection or the stream to break instead of an answer.
    ExpectNoAnswer,
    /// Reads the head and the first piece of the body, and leaves.
    LeaveInBody,
    /// Leaves while the server still works on its answer.
    LeaveBeforeHead,
}

/// The one request that the load also makes by itself.
pub(crate) const METRICS: Scene = get("/metrics", "/metrics");
/// The request that follows another one on the same connection.
pub(crate) const FOLLOW_UP: Scene = get("/api/users/{n}", USER);

/// The programme, in this order, over and over.
pub(crate) const SCENES: &[Scene] = &[
    get("/api/users/{n}", USER),
    get("/download?bytes=300000&chunk=16384", "/download"),
    get(
        "/api/orgs/acme/teams/blue/members/{n}",
        "/api/orgs/{org}/teams/{team}/members/{member}",
    ),
    get(
        "/events?count=5&interval_ms=5&size=120&types=tick,tock",
        "/events",
    ),
    get("/api/users/{n}", USER),
    post("/v1/chat/completions", CHAT, Payload::Json(STREAMED)),
    get("/files/readme.txt", FILES),
    get("/nothing/{n}", UNMATCHED),
    get("/api/slow?ms=40", SLOW),
    post("/api/echo", ECHO, Payload::Sized(2_000)),
    leave(
        Act::LeaveInBody,
        "/download?bytes=1000000000&chunk=65536",
        "/download",
    ),
    get("/api/users/{n}", USER),
    get("/api/error", "/api/error"),
    with("HEAD", "/api/users/{n}", USER),
    leave(
        Act::LeaveInBody,
        "/events?count=0&interval_ms=10",
        "/events",
    ),
    get("/files/missing-{n}.txt", FILES),
    get(
        "/api/orgs/{n}/teams/red/members/{n}",
        "/api/orgs/{org}/teams/{team}/members/{member}",
    ),
    leave(Act::ExpectNoAnswer, "/api/panic", "/api/panic"),
    post("/v1/chat/completions", CHAT, Payload::Json(WHOLE)),
    with("DELETE", "/api/users/{n}", USER),
    leave(Act::LeaveBeforeHead, "/api/slow?ms=60000", SLOW),
    post("/api/echo", ECHO, Payload::Streamed(50_000)),
    get("/", "/"),
    get("/download?bytes=many", "/download"),
    with("HEAD", "/files/hello.html", FILES),
    post(
        "/v1/chat/completions",
        CHAT,
        Payload::Json("{\"messages\": []}"),
    ),
    get("/wp-login-{n}.php", UNMATCHED),
    with("BREW", "/api/users/{n}", USER),
];

const CHAT: &str = "/v1/chat/completions";
const ECHO: &str = "/api/echo";
const FILES: &str = "/files/{*path}";
const SLOW: &str = "/api/slow";
const UNMATCHED: &str = "{unmatched}";
const USER: &str = "/api/users/{id}";

const STREAMED: &str =
    r#"{"stream": true, "messages": [{"role": "user", "content": "one two three four five"}]}"#;
const WHOLE: &str = r#"{"stream": false, "messages": [{"role": "user", "content": "hello"}]}"#;

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
}

const fn with(method: &'static str, path: &'static str, route: &'static str) -> Scene {
    Scene {
        method,
        path,
        route,
        payload: Payload::None,
        act: Act::Read,
    }
}

const fn get(path: &'static str, route: &'static str) -> Scene {
    with("GET", path, route)
}

const fn post(path: &'static str, route: &'static str, payload: Payload) -> Scene {
    Scene {
        method: "POST",
        path,
        route,
        payload,
        act: Act::Read,
    }
}

const fn leave(act: Act, path: &'static str, route: &'static str) -> Scene {
    Scene {
        method: "GET",
        path,
        route,
        payload: Payload::None,
        act,
    }
}
