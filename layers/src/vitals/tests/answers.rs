//! Methods, origins, preflights, types, rates: what is answered from the head.

use http::{Method, Request};
use tokio::time::{Duration, advance};

use super::{
    super::refusal::Reason,
    support::{Answer, REPORT, Site, post},
};
use crate::catalog;

async fn from(site: &Site, origin: Option<&str>, host: &str) -> u16 {
    let mut request = post(REPORT);
    request.headers_mut().remove("origin");
    if let Some(origin) = origin {
        let origin = origin.parse().expect("a value");
        request.headers_mut().insert("origin", origin);
    }
    request
        .headers_mut()
        .insert("host", host.parse().expect("a value"));
    site.send(request).await.status.as_u16()
}

#[tokio::test]
async fn by_default_only_pages_of_the_same_origin_report() {
    let site = Site::new();
    for (origin, host, status) in [
        (Some("https://shop.example"), "shop.example", 204),
        (Some("http://shop.example"), "SHOP.example", 204),
        (Some("https://shop.example"), "shop.example:443", 204),
        (Some("http://shop.example"), "shop.example:80", 204),
        (Some("http://shop.example:8080"), "shop.example:8080", 204),
        (Some("http://[::1]:3000"), "[::1]:3000", 204),
        (Some("https://shop.example"), "shop.example:80", 403),
        (Some("https://shop.example:8443"), "shop.example", 403),
        (Some("https://evil.example"), "shop.example", 403),
        (
            Some("https://shop.example.evil.example"),
            "shop.example",
            403,
        ),
        (Some("https://sub.shop.example"), "shop.example", 403),
        (Some("shop.example"), "shop.example", 403),
        (Some("file://shop.example"), "shop.example", 403),
        (Some("null"), "shop.example", 403),
        (Some(""), "shop.example", 403),
        (Some("https://"), "", 403),
        (None, "shop.example", 403),
    ] {
        let given = from(&site, origin, host).await;
        assert_eq!(given, status, "{origin:?} at {host}");
    }
}

#[tokio::test]
async fn http_2_s_authority_is_the_request_s() {
    let site = Site::new();
    let mut request = post(REPORT);
    request.headers_mut().remove("host");
    assert_eq!(site.send(request.clone()).await.status, 403);
    *request.uri_mut() = "https://shop.example/v".parse().expect("a URI");
    assert_eq!(site.send(request.clone()).await.status, 204);
    *request.uri_mut() = "https://other.example/v".parse().expect("a URI");
    assert_eq!(site.send(request).await.status, 403);
}

#[tokio::test]
async fn two_origins_are_none() {
    let site = Site::with(|options| options.origins(["https://shop.example"]));
    let mut request = post(REPORT);
    let other = "https://shop.example".parse().expect("a value");
    request.headers_mut().append("origin", other);
    assert_eq!(site.send(request).await.status, 403);
}

#[tokio::test]
async fn a_list_of_origins_is_all_there_is() {
    let site = Site::with(|options| {
        options
            .origins(["https://WWW.shop.example:443"])
            .origins(["http://localhost:3000"])
    });
    for (origin, status) in [
        (Some("https://www.shop.example"), 204),
        (Some("http://localhost:3000"), 204),
        (Some("https://api.shop.example"), 403),
        (Some("http://www.shop.example"), 403),
        (None, 403),
    ] {
        let given = from(&site, origin, "api.shop.example").await;
        assert_eq!(given, status, "{origin:?}");
    }
    assert_eq!(site.rejected("origin"), 3.0);
}

async fn preflight(site: &Site, origin: &str) -> Answer {
    let request = Request::options("/v")
        .header("host", "api.example")
        .header("origin", origin)
        .header("access-control-request-method", "POST")
        .header("access-control-request-headers", "content-type");
    site.send(request.body(String::new()).expect("a request"))
        .await
}

#[tokio::test]
async fn a_preflight_is_answered_by_the_same_list() {
    let site = Site::with(|options| options.origins(["https://shop.example"]));
    let answer = preflight(&site, "https://shop.example").await;
    assert_eq!(answer.status, 204);
    assert_eq!(
        answer.header("access-control-allow-origin"),
        "https://shop.example"
    );
    assert_eq!(answer.header("access-control-allow-methods"), "POST");
    assert_eq!(
        answer.header("access-control-allow-headers"),
        "content-type"
    );
    assert_eq!(answer.header("access-control-allow-credentials"), "");
    assert_eq!(answer.header("vary"), "origin");

    let answer = preflight(&site, "https://evil.example").await;
    assert_eq!(answer.status, 403);
    assert_eq!(answer.header("access-control-allow-origin"), "");
    assert_eq!(answer.header("vary"), "origin");

    let any = Site::with(|options| options.any_origin());
    let answer = preflight(&any, "https://evil.example").await;
    assert_eq!(
        (
            answer.status.as_u16(),
            answer.header("access-control-allow-origin")
        ),
        (204, "*")
    );
    assert_eq!(from(&any, None, "x").await, 204);
}

#[tokio::test]
async fn other_methods_are_told_which_there_are() {
    let site = Site::new();
    for method in [Method::PUT, Method::DELETE, Method::TRACE, Method::PATCH] {
        let mut request = post(REPORT);
        *request.method_mut() = method;
        let answer = site.send(request).await;
        assert_eq!(answer.status, 405);
        assert_eq!(answer.header("allow"), "GET, HEAD, POST, OPTIONS");
    }
    let site = Site::with(|options| options.module(false));
    let get = Request::get("/v").body(String::new()).expect("a request");
    let answer = site.send(get).await;
    assert_eq!(
        (answer.status.as_u16(), answer.header("allow")),
        (405, "POST, OPTIONS")
    );
    let options = Request::options("/v")
        .body(String::new())
        .expect("a request");
    let answer = site.send(options).await;
    assert_eq!(
        (answer.status.as_u16(), answer.header("allow")),
        (204, "POST, OPTIONS")
    );
}

#[tokio::test]
async fn a_get_is_answered_with_the_module() {
    let site = Site::with(|options| options.origins(["https://shop.example"]));
    for (method, body) in [(Method::GET, crate::vitals::MODULE), (Method::HEAD, "")] {
        let request = Request::builder().method(method).uri("/v");
        let request = request.header("origin", "https://shop.example");
        let answer = site
            .send(request.body(String::new()).expect("a request"))
            .await;
        assert_eq!(answer.status, 200);
        assert_eq!(answer.body, body);
        assert_eq!(
            answer.header("content-type"),
            "text/javascript; charset=utf-8"
        );
        assert_eq!(
            answer.header("access-control-allow-origin"),
            "https://shop.example"
        );
        let length = crate::vitals::MODULE.len().to_string();
        assert_eq!(answer.header("content-length"), length);
    }
    assert_eq!(site.series(), 0);
}

#[tokio::test]
async fn types_and_encodings() {
    let site = Site::new();
    for (value, status) in [
        ("application/json", 204),
        ("application/json; charset=utf-8", 204),
        ("Text/Plain ; charset=UTF-8", 204),
        ("text/plain", 204),
        ("text/plainer", 415),
        ("application/x-www-form-urlencoded", 415),
        ("multipart/form-data; boundary=x", 415),
        ("text/html", 415),
        ("", 415),
    ] {
        let mut request = post(REPORT);
        let value = value.parse().expect("a value");
        request.headers_mut().insert("content-type", value);
        let answer = site.send(request).await;
        assert_eq!(answer.status, status);
        if status == 415 {
            assert_eq!(answer.header("accept"), "application/json, text/plain");
        }
    }
    let mut request = post(REPORT);
    request.headers_mut().remove("content-type");
    assert_eq!(site.send(request).await.status, 415);
    assert_eq!(site.rejected("content_type"), 6.0);
    for coding in ["gzip", "br", "identity", ""] {
        let mut request = post(REPORT);
        let coding = coding.parse().expect("a value");
        request.headers_mut().insert("content-encoding", coding);
        let answer = site.send(request).await;
        assert_eq!(
            (answer.status.as_u16(), answer.header("accept-encoding")),
            (415, "identity")
        );
    }
    assert_eq!(site.rejected("content_encoding"), 4.0);
}

#[tokio::test(start_paused = true)]
async fn so_many_a_second_and_no_more() {
    let site = Site::with(|options| options.max_rate(3));
    for status in [204, 204, 204, 429, 429] {
        assert_eq!(site.post(REPORT).await, status);
    }
    let answer = site.send(post(REPORT)).await;
    assert_eq!(
        (answer.status.as_u16(), answer.header("retry-after")),
        (429, "1")
    );
    assert_eq!(site.rejected("rate_limit"), 3.0);
    // What the origin refuses takes nothing from the others.
    for _ in 0..10 {
        assert_eq!(from(&site, Some("https://evil.example"), "x").await, 403);
    }
    advance(Duration::from_millis(334)).await;
    assert_eq!(site.post(REPORT).await, 204);
    assert_eq!(site.post(REPORT).await, 429);
}

#[test]
fn the_catalogue_lists_each_reason() {
    let reasons = Reason::ALL.map(|reason| format!("`{}`", reason.as_str()));
    assert_eq!(catalog::VITAL_REASON.bound, reasons.join(", "));
}
