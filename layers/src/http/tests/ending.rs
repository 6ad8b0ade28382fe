//! The ending matrix, on this observer's records.

use http::{StatusCode, header::CONTENT_TYPE};

use super::support::{Chunks, Reply, Rig, get, ok};

const COUNT: &str = "http_server_request_duration_seconds_count";
const BYTES: &str = "http_server_response_body_size_bytes_sum";

/// One exchange, its one duration, its size, and the gauge at rest.
fn assert_one(reply: fn() -> Reply, labels: &str, size: Option<&str>) {
    let rig = Rig::new();
    rig.exchange(get("/users/7"), reply);
    let all = format!(
        "{COUNT}{{http_request_method=\"GET\",http_route=\"/users/{{id}}\",{labels}url_scheme=\"http\"}} 1"
    );
    assert_eq!(rig.lines(COUNT), [all]);
    let sizes: Vec<_> = size
        .map(|size| {
            format!("{BYTES}{{http_request_method=\"GET\",http_route=\"/users/{{id}}\"}} {size}")
        })
        .into_iter()
        .collect();
    assert_eq!(rig.lines(BYTES), sizes);
    assert_eq!(
        rig.lines("http_server_active_requests"),
        ["http_server_active_requests{http_request_method=\"GET\",url_scheme=\"http\"} 0"]
    );
}

#[test]
fn completed() {
    let labels = "http_response_status_code=\"200\",";
    assert_one(|| Ok(ok("thirteen byte")), labels, Some("13"));
}

#[test]
fn a_client_error_is_no_error() {
    let reply = || {
        let mut response = ok("");
        *response.status_mut() = StatusCode::NOT_FOUND;
        Ok(response)
    };
    assert_one(reply, "http_response_status_code=\"404\",", Some("0"));
}

#[test]
fn a_server_error() {
    let reply = || {
        let mut response = ok("oh");
        *response.status_mut() = StatusCode::BAD_GATEWAY;
        Ok(response)
    };
    assert_one(
        reply,
        "http_response_status_code=\"502\",error_type=\"502\",",
        Some("2"),
    );
}

#[test]
fn a_body_error() {
    let reply = || Ok(http::Response::new(Chunks::of(["one", "two"]).fail()));
    assert_one(
        reply,
        "http_response_status_code=\"200\",error_type=\"body_error\",",
        Some("6"),
    );
}

#[test]
fn a_drop_half_way() {
    let reply = || Ok(http::Response::new(Chunks::endless(["one"])));
    assert_one(
        reply,
        "http_response_status_code=\"200\",error_type=\"dropped\",",
        Some("3"),
    );
}

#[test]
fn a_service_error() {
    assert_one(|| Err("no".into()), "error_type=\"service_error\",", None);
}

#[test]
fn a_panic() {
    let rig = Rig::new();
    let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        rig.exchange(get("/users/7"), || panic!("the service panics"));
    }));
    assert!(panicked.is_err());
    assert_eq!(
        rig.lines(COUNT),
        [format!(
            "{COUNT}{{http_request_method=\"GET\",http_route=\"/users/{{id}}\",error_type=\"panic\",url_scheme=\"http\"}} 1"
        )]
    );
    assert!(rig.lines("http_server_active_requests")[0].ends_with(" 0"));
}

#[test]
fn an_event_stream_is_timed_at_its_head_and_has_no_size() {
    let rig = Rig::new();
    let stream = |chunks| {
        let mut response = http::Response::new(chunks);
        let value = "Text/Event-Stream; charset=utf-8".parse().expect("a value");
        response.headers_mut().insert(CONTENT_TYPE, value);
        response
    };
    rig.exchange(get("/users/7"), || {
        Ok(stream(Chunks::endless(["data: x\n\n"])))
    });
    assert_eq!(
        rig.lines(COUNT),
        [format!(
            "{COUNT}{{http_request_method=\"GET\",http_route=\"/users/{{id}}\",http_response_status_code=\"200\",url_scheme=\"http\"}} 1"
        )],
        "the end, a drop, comes after the head"
    );
    assert_eq!(rig.lines(BYTES), [""; 0]);
    assert!(rig.lines("http_server_active_requests")[0].ends_with(" 0"));
}

#[test]
fn an_upgrade_is_timed_at_its_head_and_has_no_size() {
    let reply = || {
        let mut response = http::Response::new(Chunks::endless([]));
        *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
        Ok(response)
    };
    assert_one(reply, "http_response_status_code=\"101\",", None);
}
