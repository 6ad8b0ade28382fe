//! Statuses.

use http::{HeaderMap, HeaderValue, StatusCode};

use crate::rpc::RpcStatus;

#[test]
fn every_number_has_its_name() {
    const NAMES: [&str; 17] = [
        "OK",
        "CANCELLED",
        "UNKNOWN",
        "INVALID_ARGUMENT",
        "DEADLINE_EXCEEDED",
        "NOT_FOUND",
        "ALREADY_EXISTS",
        "PERMISSION_DENIED",
        "RESOURCE_EXHAUSTED",
        "FAILED_PRECONDITION",
        "ABORTED",
        "OUT_OF_RANGE",
        "UNIMPLEMENTED",
        "INTERNAL",
        "UNAVAILABLE",
        "DATA_LOSS",
        "UNAUTHENTICATED",
    ];
    for (code, name) in NAMES.into_iter().enumerate() {
        let status = RpcStatus::parse(code.to_string().as_bytes());
        assert_eq!((status.name(), status.code()), (name, Some(code as u8)));
        assert_eq!(status, RpcStatus::ALL[code]);
    }
}

#[test]
fn anything_else_is_other() {
    for text in [
        "17",
        "99",
        "100",
        "-1",
        "",
        "00",
        "01",
        " 0",
        "0 ",
        "OK",
        "0\0",
        "4294967296",
    ] {
        let status = RpcStatus::parse(text.as_bytes());
        assert_eq!(status, RpcStatus::Other, "{text:?}");
        assert_eq!((status.name(), status.code()), ("_OTHER", None));
    }
}

#[test]
fn a_server_s_errors_are_those_of_the_conventions_and_what_is_none() {
    let errors: Vec<_> = RpcStatus::ALL
        .into_iter()
        .filter(|status| status.is_server_error())
        .map(RpcStatus::name)
        .collect();
    let wanted = [
        "UNKNOWN",
        "DEADLINE_EXCEEDED",
        "UNIMPLEMENTED",
        "INTERNAL",
        "UNAVAILABLE",
        "DATA_LOSS",
        "_OTHER",
    ];
    assert_eq!(errors, wanted);
}

#[test]
fn http_statuses_are_mapped_as_clients_map_them() {
    for (http, wanted) in [
        (200, RpcStatus::Unknown),
        (302, RpcStatus::Unknown),
        (400, RpcStatus::Internal),
        (401, RpcStatus::Unauthenticated),
        (403, RpcStatus::PermissionDenied),
        (404, RpcStatus::Unimplemented),
        (418, RpcStatus::Unknown),
        (429, RpcStatus::Unavailable),
        (500, RpcStatus::Unknown),
        (502, RpcStatus::Unavailable),
        (503, RpcStatus::Unavailable),
        (504, RpcStatus::Unavailable),
    ] {
        let status = StatusCode::from_u16(http).expect("a status");
        assert_eq!(RpcStatus::from_http(status), wanted, "{http}");
    }
}

#[test]
fn headers_have_a_status_or_not() {
    let mut headers = HeaderMap::new();
    assert_eq!(RpcStatus::from_headers(&headers), None);
    headers.insert("grpc-status", HeaderValue::from_static("5"));
    assert_eq!(RpcStatus::from_headers(&headers), Some(RpcStatus::NotFound));
    headers.insert(
        "grpc-status",
        HeaderValue::from_bytes(b"\xff").expect("a value"),
    );
    assert_eq!(RpcStatus::from_headers(&headers), Some(RpcStatus::Other));
}
