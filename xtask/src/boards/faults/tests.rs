//! What each check finds.

use bartizan::catalog;

use super::*;
use crate::boards::{
    board::{Choice, Row},
    link::ROUTE_TRACES,
    panel::Steps,
    unit::Unit,
};

fn panel(title: &'static str) -> Panel {
    Panel::lines(title, Unit::Of(&catalog::TASK_ACTIVE))
        .query("sum by (task) (task_active{@task})", "{{task}}")
        .shows("It shows something.")
        .next("Look there.")
}

fn board(panels: Vec<Panel>) -> Board {
    Board {
        name: "test",
        title: "a test",
        about: "A test.",
        source: "task_active",
        choice: Some(Choice {
            name: "task",
            title: "Task",
            label: "task",
            source: "task_active",
            all: ".+",
        }),
        rows: vec![Row {
            title: "A row",
            panels,
        }],
    }
}

#[track_caller]
fn found(panel: Panel, why: &str) {
    let faults = of(&board(vec![panel]));
    assert!(
        faults.iter().any(|fault| fault.contains(why)),
        "{faults:?} has no {why:?}"
    );
}

#[test]
fn a_board_without_faults_has_none() {
    assert_eq!(
        of(&board(vec![panel("A"), panel("B")])),
        Vec::<String>::new()
    );
}

#[test]
fn each_fault_of_a_panel_is_found() {
    let duration = Unit::Of(&catalog::TASK_DURATION);
    let p95 = "histogram_quantile(0.95, sum by (le) (rate(task_duration_seconds_bucket{@task}[$__rate_interval])))";
    found(
        panel("A").shows("no sentence"),
        "what it shows is no sentence",
    );
    found(panel("A").next(""), "what to look at next is no sentence");
    found(
        panel("A").query("task_actives{@task}", "a"),
        "is `task_active` meant?",
    );
    found(
        panel("A").query("task_active{@nobody}", "a"),
        "stands for nothing",
    );
    found(
        panel("A").query("task_active{@route}", "a"),
        "no variable `route`",
    );
    found(
        panel("A").query("task_active", "a"),
        "not limited to the chosen jobs",
    );
    found(
        panel("A").query("sum(task_active{@task})", "{{task}}"),
        "the legend has the label `task`",
    );
    found(
        panel("A").query("sum(task_active{@task})", ""),
        "without a legend",
    );
    found(
        panel("A").link(ROUTE_TRACES),
        "a link has the label `http_route`",
    );
    found(
        Panel {
            unit: duration,
            ..panel("A")
        },
        "its unit is that of task_duration_seconds",
    );
    found(
        Panel {
            queries: vec![],
            ..panel("A")
        },
        "it asks nothing",
    );
    for bad in [601.0, 3_600.0] {
        let quantile = Panel {
            unit: duration,
            queries: vec![],
            ..panel("A")
        };
        found(
            quantile.query(p95, "p95").steps(Steps::Bad(bad)),
            "no edge of its buckets but the last",
        );
    }
}

#[test]
fn two_panels_of_one_title_are_found() {
    let faults = of(&board(vec![panel("A"), panel("A")]));
    assert!(
        faults.iter().any(|fault| fault.contains("has its id")),
        "{faults:?}"
    );
}

#[test]
fn panels_that_overlap_or_leave_the_grid_are_found() {
    let place = |x, width| Place {
        x,
        y: 1,
        width,
        height: 8,
    };
    let title = Place {
        x: 0,
        y: 0,
        width: COLUMNS,
        height: 1,
    };
    assert_eq!(
        of_places(&[(title, vec![place(0, 12), place(12, 12)])]),
        Vec::<String>::new()
    );
    let faults = of_places(&[(title, vec![place(0, 13), place(12, 12)])]);
    assert!(faults.concat().contains("overlaps"), "{faults:?}");
    let faults = of_places(&[(title, vec![place(12, 13)])]);
    assert!(faults.concat().contains("not on the grid"), "{faults:?}");
}

#[test]
fn a_choice_of_a_label_that_is_not_there_is_found() {
    let mut board = board(vec![panel("A")]);
    board.choice = board.choice.map(|choice| Choice {
        label: "page",
        ..choice
    });
    assert!(of(&board).concat().contains("`page` is no label"));
    board.source = "task_actives";
    assert!(of(&board).concat().contains("`task_active` meant"));
}

#[test]
fn words_of_links_are_looked_up() {
    assert!(documented("| `http.route` | end |", "http.route"));
    assert!(!documented("| `http.route` | end |", "http.rout"));
    assert!(documented_as_field("| `http.route` | text |", "http_route"));
    assert!(!documented_as_field("| `http.route` | text |", "route"));
}
