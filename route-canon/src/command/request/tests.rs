use super::*;

#[test]
fn paths_and_their_status_are_found() {
    for (line, expected) in [
        // bare
        ("/users/7", Some(("/users/7", None))),
        ("  /users/7?x=1\r", Some(("/users/7?x=1", None))),
        ("/users/7 404", Some(("/users/7", Some(404)))),
        ("/a/b=c", Some(("/a/b=c", None))),
        (
            "https://example.com/a",
            Some(("https://example.com/a", None)),
        ),
        // common and combined
        (
            r#"192.0.2.7 - - [21/Nov/2026:08:00:00 +0000] "GET /users/7 HTTP/1.1" 200 512"#,
            Some(("/users/7", Some(200))),
        ),
        (
            r#"192.0.2.7 - ann [x] "POST /a HTTP/2.0" 201 5 "https://example.com/b" "curl/8""#,
            Some(("/a", Some(201))),
        ),
        (
            r#"192.0.2.7 - - [x] "GET /a b\"c HTTP/1.1" 400 0 "-" "-""#,
            Some((r#"/a b\"c"#, Some(400))),
        ),
        (
            r#"192.0.2.7 - - [x] "CONNECT example.com:443 HTTP/1.1" 405 0"#,
            Some(("example.com:443", Some(405))),
        ),
        (r#"- "OPTIONS * HTTP/1.1" 204 -"#, Some(("*", Some(204)))),
        (r#"- "GET /old" -"#, Some(("/old", None))),
        (r#"192.0.2.7 - - [x] "\x16\x03\x01" 400 150 "-" "-""#, None),
        (r#"192.0.2.7 - - [x] "-" 408 0 "-" "-""#, None),
        // HAProxy, AWS ALB
        (
            r#"haproxy[14]: 10.0.1.2:33317 [06/Feb/2026:12:14:14.655] in static/srv1 10/0/30/69/109 200 2750 - - ---- 1/1/1/1/0 0/0 {h} {} "GET /index.html HTTP/1.1""#,
            Some(("/index.html", Some(200))),
        ),
        (
            r#"http 2026-07-02T22:23:00.186641Z app/lb/50dc 192.0.2.1:2817 10.0.0.1:80 0.000 0.001 0.000 502 - 34 366 "GET http://h:80/a HTTP/1.1" "curl/7" - -"#,
            Some(("http://h:80/a", Some(502))),
        ),
        // JSON
        (r#"{"path": "/a", "status": 200}"#, Some(("/a", Some(200)))),
        (
            r#"{"status_code": "503", "uri": "/a"}"#,
            Some(("/a", Some(503))),
        ),
        (
            r#"{"path": "C:\\", "url": "http://h/a"}"#,
            Some(("http://h/a", None)),
        ),
        (r#"{"request": "GET /a HTTP/1.1"}"#, Some(("/a", None))),
        (
            r#"{"request": {"method": "GET", "uri": "/a"}, "status": 204}"#,
            Some(("/a", Some(204))),
        ),
        (
            r#"{"url.path": "/a", "http": {"target": "/b"}, "response": {"status": 404}}"#,
            Some(("/a", Some(404))),
        ),
        (
            r#"{"url": {"path": "/a"}, "sc-status": "200"}"#,
            Some(("/a", Some(200))),
        ),
        (
            r#"{"httpRequest": {"requestUrl": "https://h/a", "status": 201}}"#,
            Some(("https://h/a", Some(201))),
        ),
        (
            r#"{"requestURI": "/api", "responseStatus": {"code": 200}}"#,
            Some(("/api", Some(200))),
        ),
        (
            r#"{"RequestPath": "/a", "code": 500}"#,
            Some(("/a", Some(500))),
        ),
        (
            r#"{"request_line": "GET /a HTTP/1.1", "cs-uri-stem": 7}"#,
            Some(("/a", None)),
        ),
        (r#"{"message": "/a"}"#, None),
        (r#"{"path": "/a""#, None),
        // logfmt, and others
        (
            r#"at=info method=GET path="/a b" host=h status=200 bytes=404"#,
            Some(("/a b", Some(200))),
        ),
        (
            "time=12:00 referer=https://h/x uri=/a status_code=301",
            Some(("/a", Some(301))),
        ),
        ("level=info file=/a", Some(("/a", None))),
        ("GET /a 500 12ms", Some(("/a", Some(500)))),
        (r#"| 200 | 1ms | GET "/a""#, Some(("/a", Some(200)))),
        ("started 12 workers", None),
        ("a://b", Some(("a://b", None))),
        ("", None),
        (r#"""#, None),
        ("=", None),
    ] {
        let found = read(line);
        let found = found.as_ref().map(|r| (r.target.as_ref(), r.status));
        assert_eq!(found, expected, "{line:?}");
    }
}

proptest::proptest! {
    #[test]
    fn any_line_is_read_or_not(line in "[ =/\"\\\\{}a:GET 0-9é]{0,40}", any in proptest::prelude::any::<String>()) {
        let _ = (read(&line), read(&any));
    }
}
