//! Each way to end, and the labels of its one record.

use std::time::Duration;

use http::HeaderValue;

use super::support::{DURATION, OK, Reply, Scribe, Step, answer, call, exchange, message};
use crate::rpc::tests::cases::{CASES, Case, breaks_with};

#[test]
fn every_end_has_its_status_and_its_error_type() {
    for case in CASES {
        let Case {
            name,
            reply,
            status,
            error,
        } = case;
        let scribe = Scribe::new();
        let grpc = scribe.grpc(|options| options.methods(["test.Echo/Say"]));
        let layer = crate::observe::ObserveLayer::new(grpc);
        exchange(&layer, case.request(), reply(), || {});
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
