//! What the load plays: every route, and every way in which an exchange and a stream can go.

use crate::scenes::{Act, Payload, Scene, get, post, with};

/// The request that follows another one on the same connection.
pub(crate) const FOLLOW_UP: Scene = get("/api/users/{n}", USER);

/// The streams that are still open when the server drains.
pub(crate) const STAY: Scene =
    get("/events?count=0&interval_ms=10", EVENTS).closes("server_shutdown");

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
        EVENTS,
    )
    .closes("completed"),
    post("/broken/error", BROKEN, Payload::None)
        .acts(Act::ExpectBreak)
        .closes("body_error"),
    get("/api/users/{n}", USER),
    post("/v1/chat/completions", CHAT, Payload::Json(STREAMED)).closes("completed"),
    get("/files/readme.txt", FILES),
    get("/nothing/{n}", UNMATCHED),
    get("/api/slow?ms=40", SLOW),
    post(VITALS, VITALS, Payload::Json(PAINTED)),
    post(VITALS, VITALS, Payload::Json(ENDLESS)),
    post("/api/echo", ECHO, Payload::Sized(2_000)),
    get("/download?bytes=1000000000&chunk=65536", "/download").acts(Act::LeaveInBody),
    get("/api/users/{n}", USER),
    get("/api/error", "/api/error"),
    with("HEAD", "/api/users/{n}", USER),
    get("/events?count=0&interval_ms=10", EVENTS)
        .acts(Act::LeaveInBody)
        .closes("client_disconnect"),
    get("/answers/{n}?cut=4", ANSWERS).closes("incomplete"),
    get("/answers/{n}", ANSWERS)
        .acts(Act::Resume)
        .closes("completed"),
    get("/files/missing-{n}.txt", FILES),
    get(
        "/api/orgs/{n}/teams/red/members/{n}",
        "/api/orgs/{org}/teams/{team}/members/{member}",
    ),
    get("/api/panic", "/api/panic").acts(Act::ExpectNoAnswer),
    post("/v1/chat/completions", CHAT, Payload::Json(WHOLE)),
    with("DELETE", "/api/users/{n}", USER),
    get("/events?count=0&interval_ms=10", EVENTS)
        .acts(Act::ResetInBody)
        .closes("client_disconnect"),
    get("/answers/{n}", ANSWERS).closes("completed"),
    get("/api/slow?ms=60000", SLOW).acts(Act::LeaveBeforeHead),
    post("/api/echo", ECHO, Payload::Streamed(50_000)),
    get("/", "/"),
    post("/broken/panic", BROKEN, Payload::None)
        .acts(Act::ExpectBreak)
        .closes("panic"),
    get("/metrics", "/metrics"),
    get("/download?bytes=many", "/download"),
    with("HEAD", "/files/hello.html", FILES),
    get("/answers/{n}?quota=3", ANSWERS).closes("quota_exceeded"),
    post(
        "/v1/chat/completions",
        CHAT,
        Payload::Json("{\"messages\": []}"),
    ),
    get("/wp-login-{n}.php", UNMATCHED),
    with("BREW", "/api/users/{n}", USER),
];

const ANSWERS: &str = "/answers/{id}";
const BROKEN: &str = "/broken/{how}";
const CHAT: &str = "/v1/chat/completions";
const ECHO: &str = "/api/echo";
const EVENTS: &str = "/events";
const FILES: &str = "/files/{*path}";
const SLOW: &str = "/api/slow";
const UNMATCHED: &str = "{unmatched}";
const USER: &str = "/api/users/{id}";

const VITALS: &str = "/api/metrics/web-vitals";

/// A page's report, and one that no page could have.
const PAINTED: &str = r#"{"name": "LCP", "value": 1850.5, "id": "v6-{n}", "page": "/shop/{n}"}"#;
const ENDLESS: &str = r#"{"name": "LCP", "value": 1e300, "id": "v6-{n}", "page": "/shop/{n}"}"#;

const STREAMED: &str =
    r#"{"stream": true, "messages": [{"role": "user", "content": "one two three four five"}]}"#;
const WHOLE: &str = r#"{"stream": false, "messages": [{"role": "user", "content": "hello"}]}"#;
