//! What the builder is told.

use super::support::{Step, answer, get, lines_of, stream, with_header};
use crate::log::{Log, LogError, LogField, LogLayer};

fn field(name: &'static str) -> LogField {
    LogField::of_request(name, |_| None)
}

#[test]
fn fields_that_are_asked_for_are_there_and_clean() {
    let log = Log::builder()
        .field(LogField::of_request("tenant", |request| {
            Some(request.uri().query()?.to_owned().into())
        }))
        .field(LogField::of_response("cache", |response| {
            Some(response.headers().get("x-cache")?.to_str().ok()?.into())
        }))
        .field(LogField::of_request("plan", |_| {
            Some("a\u{1b}[31m=\"b\r\nINFO".into())
        }))
        .build()
        .expect("a log");
    let layer = LogLayer::new(log);
    let mut request = get();
    *request.uri_mut() = http::Uri::from_static("/users/7?acme");
    let hit = || with_header(answer(200, []), "x-cache", "a hit");
    let lines = lines_of(&layer, request, hit);
    let custom = r#" custom="tenant=acme plan=\"a_[31m=_b__INFO\" cache=\"a hit\"""#;
    assert!(lines[0].ends_with(custom), "{lines:?}");
    // Absent is absent; and a stream has them in both lines.
    let lines = lines_of(&layer, get(), || stream([]));
    for line in &lines {
        assert!(line.contains(r#" custom="plan="#), "{line}");
    }
    assert_eq!(lines.len(), 2);
    let lines = lines_of(&LogLayer::default(), get(), hit);
    assert!(!lines[0].contains("custom"), "{lines:?}");
}

#[test]
fn a_field_of_a_response_alone_is_there() {
    let cache = LogField::of_response("cache", |_| Some("hit".into()));
    let layer = LogLayer::new(Log::builder().field(cache).build().expect("a log"));
    let lines = lines_of(&layer, get(), || answer(200, []));
    assert!(lines[0].ends_with(" custom=\"cache=hit\""), "{lines:?}");
    let lines = lines_of(&layer, get(), || super::support::Reply::Hang);
    assert!(!lines[0].contains("custom"), "{lines:?}");
}

#[test]
fn skipped_requests_have_no_line() {
    let log = Log::builder().skip(|request| request.uri().path() == "/users/7");
    let layer = LogLayer::new(log.build().expect("a log"));
    assert_eq!(lines_of(&layer, get(), || stream([Step::Fail])), [""; 0]);
    let mut other = get();
    *other.uri_mut() = http::Uri::from_static("/users/8");
    assert_eq!(lines_of(&layer, other, || answer(200, [])).len(), 1);
}

#[test]
fn a_panic_in_the_users_code_costs_no_more_than_its_line() {
    let panics = LogField::of_request("tenant", |_| panic!("the user's code panics"));
    let layer = LogLayer::new(Log::builder().field(panics).build().expect("a log"));
    lines_of(&layer, get(), || answer(200, []));
    let panics = LogField::of_response("tenant", |_| panic!("the user's code panics"));
    let layer = LogLayer::new(Log::builder().field(panics).build().expect("a log"));
    let lines = lines_of(&layer, get(), || answer(200, []));
    let of_ours = lines
        .iter()
        .filter(|line| line.contains("bartizan::request"));
    assert_eq!(of_ours.count(), 1, "{lines:?}");
}

#[test]
fn bad_options_are_refused_when_built() {
    let refused = |fields: &[&'static str]| {
        let builder = fields
            .iter()
            .fold(Log::builder(), |builder, name| builder.field(field(name)));
        builder.build().expect_err("it is refused")
    };
    for name in ["", "Tenant", "1st", "a b", "a-b", "ü", "a=b"] {
        assert_eq!(refused(&[name]), LogError::Unfit { name });
    }
    assert_eq!(refused(&["a", "b", "a"]), LogError::Taken { name: "a" });
    let many = ["a", "b", "c", "d", "e", "f", "g", "h", "i"];
    assert_eq!(refused(&many), LogError::TooManyFields { given: 9 });
    assert_eq!(
        Log::builder().sample(1, 0).build().expect_err("refused"),
        LogError::OneOfNone
    );
    assert!(
        Log::builder()
            .sample(0, 1)
            .field(field("app.tenant_2"))
            .build()
            .is_ok()
    );
}
