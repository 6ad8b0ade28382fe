use super::*;
use crate::{
    distinct::Estimate,
    labels::Step,
    tally::{Route, Unreadable},
};

fn route(count: u64, example: &str) -> Route {
    Route {
        count,
        example: example.to_owned(),
        steps: Vec::new(),
        overflowed: false,
    }
}

fn counts() -> Counts {
    Counts {
        lines: 1_300,
        paths: 1_250,
        other_status: 20,
        unknown_status: 0,
        unreadable: Unreadable {
            count: 1,
            first: 7,
            file: "shop.log".to_owned(),
            text: "started".to_owned(),
        },
        distinct: Estimate {
            count: 1_012,
            exact: false,
        },
        overflow: None,
        routes: vec![
            ("~/users/{int}".into(), route(1_000, "/users/7")),
            ("~/health".into(), route(200, "/health")),
            (
                "~/a/{text}".into(),
                route(50, &format!("/a/{}", "x".repeat(250))),
            ),
        ],
    }
}

fn shown(counts: &Counts, format: Format, top: Option<usize>) -> String {
    let mut out = Vec::new();
    write(counts, format, top, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn a_table_is_aligned_and_cut() {
    let x = "x".repeat(63);
    let expected = format!(
        "    count  share  route          example
    1,000  80.0%  ~/users/{{int}}  /users/7
      200  16.0%  ~/health
       50   4.0%  ~/a/{{text}}     /a/{x}…

1,300 lines: 1,250 paths, of them about 1,012 distinct; 3 routes; 20 paths with another status; 1 line without a path
"
    );
    assert_eq!(shown(&counts(), Format::Table, None), expected);
}

#[test]
fn what_is_left_out_and_what_overflows_is_said() {
    let mut counts = counts();
    counts.routes[2].0 = "{overflow}".into();
    counts.overflow = Some(Overflow {
        limit: 2,
        routes: 30,
        requests: 50,
        ..Overflow::default()
    });
    let table = shown(&counts, Format::Table, Some(1));
    assert!(
        table.contains("\n      250  20.0%  2 other routes\n"),
        "{table}"
    );
    assert!(table.contains("; 32 routes;"), "{table}");
    assert!(
        table.ends_with("\nlimit 2: 30 routes with 50 requests (4.0%) overflow\n"),
        "{table}"
    );
}

#[test]
fn steps_are_aligned_under_their_route() {
    let mut counts = counts();
    counts.routes.truncate(1);
    let step = |input: &str, output: &str, decision: &str, reason: &str| Step {
        input: input.to_owned(),
        output: output.to_owned(),
        decision: decision.to_owned(),
        reason: reason.to_owned(),
    };
    counts.routes[0].1.steps = vec![
        step("users", "users", "kept", "a word"),
        step("7", "{int}", "int", &"why ".repeat(40)),
    ];
    let table = shown(&counts, Format::Table, None);
    let lines: Vec<_> = table.lines().skip(2).collect();
    assert_eq!(lines[0], "                  users  users  kept: a word");
    assert!(lines[1].starts_with("                  7      {int}  int: why why"));
    assert!(lines[1].ends_with('…') && lines[1].chars().count() <= 100);
}

#[test]
fn a_long_route_has_no_example() {
    let mut counts = counts();
    counts.routes[0].0 = format!("~/{}", "a/".repeat(50)).into();
    let table = shown(&counts, Format::Table, None);
    let line = table.lines().nth(1).unwrap();
    assert!(line.ends_with("/a/") && line.len() == 18 + 102, "{line}");
}

#[test]
fn json_has_the_numbers_as_they_are() {
    let report: serde_json::Value =
        serde_json::from_str(&shown(&counts(), Format::Json, Some(2))).unwrap();
    assert_eq!(report["lines"], 1_300);
    assert_eq!(report["distinct_paths"]["exact"], false);
    assert_eq!(report["first_unreadable_line"], 7);
    assert_eq!(report["routes"].as_array().map(Vec::len), Some(2));
    assert_eq!(report["routes"][0]["route"], "~/users/{int}");
    assert_eq!(report["routes"][0]["share"], 0.8);
    assert_eq!(report["routes"][0].get("segments"), None);
}

#[test]
fn nothing_has_a_report_too() {
    let nothing = Counts {
        lines: 0,
        paths: 0,
        other_status: 0,
        unknown_status: 0,
        unreadable: Unreadable::default(),
        distinct: Estimate {
            count: 0,
            exact: true,
        },
        overflow: None,
        routes: Vec::new(),
    };
    assert_eq!(
        shown(&nothing, Format::Table, None),
        "0 lines: 0 paths, of them 0 distinct; 0 routes; 0 lines without a path\n"
    );
}
