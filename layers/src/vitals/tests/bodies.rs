//! Bodies that are no reports, that are slow, that break, that never come.

use std::{convert::Infallible, panic::AssertUnwindSafe, task::Poll, time::Duration};

use bytes::Bytes;
use futures_util::{FutureExt, StreamExt, stream};
use http_body::Frame;
use http_body_util::{BodyExt, StreamBody};
use tokio::time::{Instant, sleep};
use tower::ServiceExt;

use super::support::{REPORT, Site, post};

#[tokio::test]
async fn what_is_no_report_is_malformed() {
    let site = Site::new();
    let bodies: [&[u8]; 20] = [
        b"",
        b" ",
        b"null",
        b"true",
        b"7",
        b"-7",
        b"7.5",
        b"\"x\"",
        b"[",
        b"[]",
        b"[[]]",
        b"[1]",
        b"[null]",
        b"{",
        b"{1:2}",
        b"\xEF\xBB\xBF{}",
        b"\xFF\xFE",
        b"{\"name\":\"LCP\",\"value\":1,\"id\":\"a\"}x",
        b"{\"name\":\"LCP\",\"value\":1,\"id\":\"a\"}{\"name\":\"LCP\",\"value\":1,\"id\":\"b\"}",
        b"[{\"name\":\"LCP\",\"value\":1,\"id\":\"a\"},]",
    ];
    for body in bodies {
        let answer = site.send(post(body)).await;
        assert_eq!(answer.status, 400, "{}", body.escape_ascii());
        assert_eq!(
            answer.body,
            "a report of JSON, or an array of reports, is expected\n",
            "{}",
            body.escape_ascii()
        );
    }
    assert_eq!(site.rejected("malformed"), bodies.len() as f64);
    assert_eq!(site.recorded(), 0.0);
}

#[tokio::test]
async fn text_that_is_not_utf_8_is_refused_wherever_it_is() {
    let site = Site::new();
    for place in ["LCP", "v5-1", "/p", "navigate", "navigationType"] {
        let (before, after) = REPORT.split_once(place).expect("it is there");
        let body = [before.as_bytes(), b"\xC3\x28", after.as_bytes()].concat();
        assert_eq!(site.post(body).await, 400, "{place}");
    }
    let dropped = REPORT.replacen('{', "{\"entries\":\"?\",", 1);
    let mut dropped = dropped.into_bytes();
    let place = dropped
        .iter()
        .position(|&b| b == b'?')
        .expect("it is there");
    dropped[place] = 0xFF;
    assert_eq!(site.post(dropped).await, 400);
}

#[tokio::test]
async fn nothing_is_too_deep() {
    let site = Site::new();
    for (open, close) in [("[", "]"), (r#"{"name":"#, "}"), (r#"{"entries":"#, "}")] {
        let body = format!("{}1{}", open.repeat(1_000), close.repeat(1_000));
        assert_eq!(site.post(body).await, 400);
        assert_eq!(site.post(open.repeat(1_000)).await, 400);
    }
    let body = REPORT.replacen('{', &format!("{{\"entries\":{}", "[".repeat(15_000)), 1);
    assert_eq!(site.post(body).await, 400);
}

#[tokio::test]
async fn up_to_16_kib_are_read_in_any_pieces() {
    let site = Site::new();
    let padded = |bytes: usize| {
        let body = REPORT.replacen('{', "{\"entries\":\"\",", 1);
        let padding = "x".repeat(bytes - body.len());
        body.replacen("\"\"", &format!("\"{padding}\""), 1)
    };
    assert_eq!(site.post(padded(16_384)).await, 204);
    assert_eq!(site.post(padded(16_385)).await, 413);
    for piece in [1, 7, 1_000, 16_384] {
        for (bytes, status) in [(16_384, 204), (16_385, 413)] {
            let body = padded(bytes).into_bytes();
            let pieces: Vec<_> = body.chunks(piece).map(Bytes::copy_from_slice).collect();
            let frames = pieces
                .into_iter()
                .map(|it| Ok::<_, Infallible>(Frame::data(it)));
            let body = StreamBody::new(stream::iter(frames));
            let answer = site.send(post("").map(|_| body)).await;
            assert_eq!(answer.status, status, "{bytes} in pieces of {piece}");
        }
    }
    assert_eq!(site.rejected("too_large"), 5.0);
}

#[tokio::test]
async fn what_is_declared_too_large_is_not_read() {
    let site = Site::new();
    let never = StreamBody::new(stream::poll_fn(
        |_| -> Poll<Option<Result<Frame<Bytes>, Infallible>>> { panic!("it is read") },
    ));
    let mut request = post("").map(|_| never);
    let length = request.headers_mut();
    length.insert("content-length", "16385".parse().expect("a value"));
    assert_eq!(site.send(request).await.status, 413);
}

#[tokio::test(start_paused = true)]
async fn a_slow_sender_is_given_five_seconds_in_all() {
    for (gap, status) in [(10, 204), (100, 408)] {
        let site = Site::new();
        let bytes = REPORT.bytes().map(move |byte| async move {
            sleep(Duration::from_millis(gap)).await;
            Ok::<_, Infallible>(Frame::data(Bytes::from(vec![byte])))
        });
        let body = StreamBody::new(stream::iter(bytes.collect::<Vec<_>>()).then(|byte| byte));
        let began = Instant::now();
        let answer = site.send(post("").map(|_| body.boxed_unsync())).await;
        assert_eq!(answer.status, status);
        if status == 408 {
            let waited = began.elapsed();
            assert!(
                waited.abs_diff(Duration::from_secs(5)) < Duration::from_millis(10),
                "{waited:?}"
            );
            assert_eq!(site.rejected("timeout"), 1.0);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_body_that_never_comes_is_given_up() {
    let site = Site::with(|options| options.timeout(Duration::from_millis(200)));
    let silent = StreamBody::new(stream::pending::<Result<Frame<Bytes>, Infallible>>());
    let began = Instant::now();
    assert_eq!(site.send(post("").map(|_| silent)).await.status, 408);
    assert!(began.elapsed() < Duration::from_millis(210));
}

#[tokio::test]
async fn a_body_that_breaks_is_refused() {
    let site = Site::new();
    let frames = [
        Ok(Frame::data(Bytes::from_static(REPORT.as_bytes()))),
        Err("reset"),
    ];
    let body = StreamBody::new(stream::iter(frames));
    assert_eq!(site.send(post("").map(|_| body)).await.status, 400);
    assert_eq!(site.rejected("body_error"), 1.0);
    assert_eq!(site.recorded(), 0.0);
}

#[tokio::test]
async fn trailers_are_no_part_of_it() {
    let site = Site::new();
    let frames = [
        Ok::<_, Infallible>(Frame::data(Bytes::from_static(REPORT.as_bytes()))),
        Ok(Frame::trailers(http::HeaderMap::new())),
    ];
    let body = StreamBody::new(stream::iter(frames));
    assert_eq!(site.send(post("").map(|_| body)).await.status, 204);
    assert_eq!(site.recorded(), 1.0);
}

#[tokio::test]
async fn a_future_that_is_dropped_counts_as_cancelled_and_records_nothing() {
    let site = Site::new();
    let first = stream::iter([Ok::<_, Infallible>(Frame::data(Bytes::from_static(
        REPORT.as_bytes(),
    )))]);
    let body = StreamBody::new(first.chain(stream::pending()));
    let mut future = Box::pin(site.service.clone().oneshot(post("").map(|_| body)));
    assert!(futures_util::poll!(&mut future).is_pending());
    drop(future);
    let unpolled = tower_service::Service::call(&mut site.service.clone(), post(REPORT));
    drop(unpolled);
    assert_eq!(site.rejected("cancelled"), 2.0);
    assert_eq!(site.recorded(), 0.0);
    assert_eq!(site.post(REPORT).await, 204);
    assert_eq!(site.recorded(), 1.0);
}

#[tokio::test]
async fn frames_without_an_end_are_no_way_around_the_time() {
    let site = Site::with(|options| options.timeout(Duration::from_millis(50)));
    let empty = stream::repeat_with(|| Ok::<_, Infallible>(Frame::data(Bytes::new())));
    let answer = site.send(post("").map(|_| StreamBody::new(empty))).await;
    assert_eq!(answer.status, 408);
    assert_eq!(site.rejected("timeout"), 1.0);
}

#[tokio::test]
async fn a_body_that_panics_takes_the_request_with_it_and_nothing_else() {
    let site = Site::new();
    let panics = StreamBody::new(stream::poll_fn(
        |_| -> Poll<Option<Result<Frame<Bytes>, Infallible>>> { panic!("within the body") },
    ));
    let service = site.service.clone();
    let failed = tokio::spawn(service.oneshot(post("").map(|_| panics))).await;
    assert!(failed.is_err_and(|error| error.is_panic()));
    assert_eq!(site.post(REPORT).await, 204);
    assert_eq!(site.recorded(), 1.0);
}

#[tokio::test]
async fn what_was_answered_is_not_recorded_again() {
    let site = Site::new();
    let mut service = site.service.clone();
    let mut future = Box::pin(tower_service::Service::call(&mut service, post(REPORT)));
    assert!(futures_util::poll!(&mut future).is_ready());
    let again = AssertUnwindSafe(async { futures_util::poll!(&mut future) });
    assert!(again.catch_unwind().await.is_err());
    drop(future);
    assert_eq!((site.recorded(), site.rejected("update")), (1.0, 0.0));
    assert_eq!(site.rejected("cancelled"), 0.0);
}
