//! Every field: missing, wrong, huge, twice.

use super::support::{REPORT, Site};
use crate::vitals::{FIELDS, Handling};

/// A report with every field, each with a value that is accepted.
fn members() -> Vec<(&'static str, String)> {
    let value = |handling| match handling {
        Handling::Name => r#""LCP""#,
        Handling::Value => "12.5",
        Handling::Id => r#""v6-1""#,
        Handling::Page => r#""/p""#,
        Handling::Address => r#""https://shop.example/p?q""#,
        Handling::Navigation => r#""back-forward-cache""#,
        Handling::Rating => r#""good""#,
        Handling::Dropped => r#"{"a":[1,null,"x"]}"#,
    };
    FIELDS
        .iter()
        .map(|field| (field.name, value(field.handling).to_owned()))
        .collect()
}

fn object(members: &[(&str, String)]) -> String {
    let members: Vec<_> = members
        .iter()
        .map(|(name, value)| format!("\"{name}\":{value}"))
        .collect();
    format!("{{{}}}", members.join(","))
}

/// The answer to a report whose field has another value.
async fn with(site: &Site, name: &str, value: &str) -> (u16, String) {
    let mut members = members();
    for (_, given) in members.iter_mut().filter(|(given, _)| *given == name) {
        *given = value.to_owned();
    }
    let answer = site.send(super::support::post(object(&members))).await;
    (answer.status.as_u16(), answer.body)
}

#[tokio::test]
async fn a_report_with_every_field_is_taken() {
    let site = Site::new();
    assert_eq!(site.post(object(&members())).await, 204);
    assert_eq!(site.recorded(), 1.0);
}

#[tokio::test]
async fn what_is_needed_is_missed_by_its_name() {
    for field in FIELDS {
        let site = Site::new();
        let mut members = members();
        members.retain(|(name, _)| *name != field.name);
        let answer = site.send(super::support::post(object(&members))).await;
        if field.is_needed() {
            assert_eq!(answer.status, 400);
            assert_eq!(answer.body, format!("{}: it is missing\n", field.name));
            assert_eq!(site.rejected("invalid_field"), 1.0);
        } else {
            assert_eq!(answer.status, 204, "{}", field.name);
        }
    }
}

#[tokio::test]
async fn what_is_there_twice_is_refused_whatever_it_is() {
    let site = Site::new();
    for field in FIELDS {
        let mut members = members();
        members.extend(members.clone().into_iter().filter(|it| it.0 == field.name));
        let answer = site.send(super::support::post(object(&members))).await;
        assert_eq!(answer.status, 400);
        assert_eq!(answer.body, format!("{}: it is there twice\n", field.name));
    }
    assert_eq!(site.recorded(), 0.0);
}

#[tokio::test]
async fn wrong_types_are_refused_by_the_name_of_the_field() {
    let site = Site::new();
    let deep = format!("{}1{}", "[".repeat(1_000), "]".repeat(1_000));
    let deep_object = format!("{}1{}", r#"{"a":"#.repeat(1_000), "}".repeat(1_000));
    for field in FIELDS {
        let wrong = match field.handling {
            Handling::Value => vec![
                r#""12""#, "-1", "600000.5", "NaN", "1e999", "-1e999", "Infinity",
            ],
            Handling::Name => vec!["1", r#""lcp""#, r#""LCP ""#, r#""""#],
            Handling::Id => vec!["1", r#""""#],
            Handling::Page => vec!["1", r#""""#, r#""p""#, r#""https://shop.example/p""#],
            Handling::Address => vec!["1"],
            Handling::Navigation => vec!["1", r#""back_forward""#, r#""""#],
            Handling::Rating => vec!["1", r#""GOOD""#, r#""""#],
            Handling::Dropped => continue,
        };
        let any = [
            "null",
            "true",
            "[]",
            "{}",
            "[1]",
            &deep,
            &deep_object,
            "]",
            "\"\\ud800\"",
        ];
        for value in wrong.into_iter().chain(any) {
            let (status, body) = with(&site, field.name, value).await;
            let shown: String = value.chars().take(40).collect();
            assert_eq!(status, 400, "{}: {shown}", field.name);
            let expected = format!("{}: expected {}\n", field.name, field.accepted);
            assert_eq!(body, expected, "{}: {shown}", field.name);
        }
    }
    assert_eq!(site.recorded(), 0.0);
}

#[tokio::test]
async fn what_is_dropped_may_be_anything_of_json() {
    let site = Site::new();
    let nested = |depth: usize| format!("{}1{}", "[".repeat(depth), "]".repeat(depth));
    let (deep, deeper) = (nested(100), nested(1_000));
    for field in FIELDS
        .iter()
        .filter(|field| field.handling == Handling::Dropped)
    {
        for value in ["null", "[]", "\"\\u0000\"", "-1.5e300", &deep] {
            assert_eq!(
                with(&site, field.name, value).await.0,
                204,
                "{}",
                field.name
            );
        }
        for value in [
            "NaN",
            "[",
            "}",
            "'x'",
            "01",
            "1e999",
            "{1:2}",
            "\"\n\"",
            "\"\\ud800\"",
            &deeper,
        ] {
            assert_eq!(
                with(&site, field.name, value).await.0,
                400,
                "{}",
                field.name
            );
        }
    }
}

#[tokio::test]
async fn huge_values_are_refused_or_do_no_harm() {
    let site = Site::new();
    let text = format!("\"{}\"", "a".repeat(15_000));
    let path = format!("\"/{}\"", "a1/".repeat(5_000));
    let digits = "9".repeat(15_000);
    for (name, value, status) in [
        ("name", &text, 400),
        ("id", &text, 400),
        ("value", &digits, 400),
        ("value", &format!("0.{digits}"), 204),
        ("value", &format!("1e-{digits}"), 204),
        ("navigationType", &text, 400),
        ("rating", &text, 400),
        ("page", &path, 204),
        ("navigationURL", &text, 204),
        ("entries", &text, 204),
    ] {
        let (given, _) = with(&site, name, value).await;
        assert_eq!(given, status, "{name}");
    }
    let series = site.scrape();
    assert!(series.lines().all(|line| line.len() < 600), "{series}");
}

#[tokio::test]
async fn unknown_fields_are_refused_and_not_shown() {
    let site = Site::new();
    for name in ["user", "Name", "name ", "", "__proto__", "pag\\u0065s"] {
        let body = REPORT.replacen('{', &format!("{{\"{name}\":1,"), 1);
        let answer = site.send(super::support::post(body)).await;
        assert_eq!(answer.status, 400);
        assert_eq!(answer.body, "there is a field that is not known\n");
    }
    assert_eq!(site.rejected("unknown_field"), 6.0);
}

#[tokio::test]
async fn escapes_are_read() {
    let site = Site::with(|options| options.pages(["/p/{id}"]));
    let body = r#"{"\u006eame":"\u004cCP","value":1,"id":"\n\ud83d\ude00","page":"\/p\/1"}"#;
    assert_eq!(site.post(body).await, 204);
    let series = r#"browser_web_vital_lcp_seconds_count{page="/p/{id}"}"#;
    assert_eq!(site.value(series), 1.0);
}

#[test]
fn every_field_is_there_once_and_fits_a_table() {
    for (place, field) in FIELDS.iter().enumerate() {
        assert!(FIELDS[..place].iter().all(|other| other.name != field.name));
        for text in [field.name, field.accepted, field.kept] {
            assert!(!text.is_empty() && !text.contains('|'), "{field:?}");
        }
    }
}
