//! Runs the command, and holds all that it writes to what is expected.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("testdata/command")
        .join(name)
}

fn command() -> Command {
    Command::new(env!("CARGO_BIN_EXE_route-canon"))
}

fn run(arguments: &[&str], input: &[u8]) -> Output {
    let mut child = command()
        .current_dir(file(""))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the command runs");
    let mut stdin = child.stdin.take().expect("it is piped");
    // A command that refuses its arguments reads nothing.
    let _ = stdin.write_all(input);
    drop(stdin);
    child.wait_with_output().expect("it ends")
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).expect("all that it writes is UTF-8")
}

/// What it writes, if all goes well.
fn written(arguments: &[&str], input: &[u8]) -> String {
    let output = run(arguments, input);
    assert!(output.status.success(), "{arguments:?}: {output:?}");
    text(&output.stdout).to_owned()
}

#[test]
fn a_mixed_log_is_reported() {
    for (arguments, expected) in [
        (&["mixed.log"][..], "mixed.table"),
        (
            &["--explain", "--rules", "rules.yaml", "mixed.log"],
            "mixed.explained",
        ),
        (
            &[
                "--openapi",
                "openapi.yaml",
                "--format",
                "json",
                "--limit",
                "6",
                "--status",
                "2xx,404",
                "mixed.log",
            ],
            "mixed.json",
        ),
    ] {
        let report = written(arguments, b"");
        let expected = fs::read_to_string(file(expected)).unwrap();
        assert_eq!(report, expected, "{arguments:?} writes:\n{report}");
    }
}

#[test]
fn lines_without_a_path_are_said_apart_from_the_report() {
    let output = run(&["mixed.log"], b"");
    assert_eq!(
        text(&output.stderr),
        "route-canon: 5 lines have no path, the first is mixed.log:8: 192.0.2.6 - - \
         [21/Nov/2026:08:00:05 +0000] \"\\x16\\x03\\x01\\x02\" 400 150 \"-\" \"-\"\n"
    );
    let output = run(&["shop.log", "-"], b"/a\nstarted\x1b\n");
    assert_eq!(
        text(&output.stderr),
        "route-canon: -:2 has no path: started\\u{1b}\n"
    );
    assert_eq!(text(&run(&[], b"/a\n").stderr), "");
}

#[test]
fn the_standard_input_is_read_where_no_file_is_named() {
    let log = fs::read(file("mixed.log")).unwrap();
    assert_eq!(written(&[], &log), written(&["mixed.log"], b""));
}

#[test]
fn options_change_the_labels() {
    for (arguments, expected) in [
        (&[][..], "~/users/{int}"),
        (&["--no-mark"], "/users/{int}"),
        (&["--spelling", "colon"], "~/users/:int"),
        (&["--placeholders", "id"], "~/users/{id}"),
        (&["--depth", "1"], "~/{*rest}"),
        (&["--templates", "templates.txt"], "/users/{user}"),
        (&["--rules", "rules.json"], "~/users/{member}"),
    ] {
        let report = written(arguments, b"/users/7\n");
        let row = report.lines().nth(1).unwrap();
        assert_eq!(row.split_whitespace().nth(2), Some(expected), "{report}");
    }
}

#[test]
fn nothing_that_a_client_wrote_controls_the_terminal() {
    let input = [
        &b"/a/\x1b]0;title\x07\n/\x9b31m/b\x7f\n"[..],
        b"/\xe2\x80\xae/c\n/\x1b[2J?x\n",
        br#"{"path": "/\u001b[2J/\u009b"}"#,
    ]
    .concat();
    for arguments in [&["--explain"][..], &["--format", "json", "--explain"]] {
        let report = written(arguments, &input);
        let bad = report.chars().find(|&c| c.is_control() && c != '\n');
        assert_eq!(bad, None, "{report}");
        assert!(!report.contains('\u{202e}'), "{report}");
    }
}

#[test]
fn long_lines_and_long_routes_are_bounded() {
    let mut input = b"/".to_vec();
    input.extend([b'x'; 200_000]);
    input.extend(b"\n/short\n");
    let report = written(&["--explain"], &input);
    assert!(report.contains("~/short\n"), "{report}");
    assert!(
        report.lines().all(|line| line.chars().count() <= 100),
        "{report}"
    );
}

#[test]
fn what_is_not_accepted_is_said_with_what_is() {
    for (arguments, message) in [
        (
            &["--format", "csv"][..],
            "--format: \"csv\" is not accepted: write `table` or `json`",
        ),
        (&["--colour"], "invalid option '--colour'"),
        (&["--rules", "openapi.yaml"], "openapi.yaml: "),
        (&["--openapi", "rules.yaml"], "rules.yaml: "),
        (
            &["--templates", "rules.yaml"],
            "rules.yaml:1: \"rules:\" is refused: ",
        ),
        (&["--rules", "absent.yaml"], "absent.yaml: "),
    ] {
        let output = run(arguments, b"");
        assert_eq!(output.status.code(), Some(2), "{output:?}");
        assert_eq!(text(&output.stdout), "");
        let said = text(&output.stderr);
        assert!(
            said.starts_with(&format!("route-canon: {message}")),
            "{said}"
        );
    }
    let output = run(&["shop.log", "absent.log"], b"");
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    assert_eq!(text(&output.stdout), "");
}

#[test]
fn what_is_no_log_is_said() {
    for (input, message) in [
        (&b"\x1f\x8b\x08"[..], "-: it is compressed: "),
        (b"\xff\xfe/\0a\0", "-: it is in UTF-16: "),
        (
            b"started\n",
            "-:1 has no path: started\nroute-canon: no line has a path\n",
        ),
    ] {
        let output = run(&["-"], input);
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        let said = text(&output.stderr);
        assert!(
            said.starts_with(&format!("route-canon: {message}")),
            "{said}"
        );
    }
    assert!(written(&[], b"").starts_with("0 lines"));
}

#[test]
fn a_byte_order_mark_is_no_part_of_a_line() {
    let report = written(&[], b"\xef\xbb\xbf/users/7\n");
    assert!(report.contains("~/users/{int}"), "{report}");
}

#[test]
fn paths_without_a_status_are_counted_apart() {
    let arguments = ["--status", "2xx", "--format", "json"];
    let output = run(&arguments, b"/a 200\n/b\n/c 404\n");
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["paths_without_status"], 1);
    assert_eq!(report["paths_of_other_status"], 1);
    assert!(text(&output.stderr).contains("1 path has no status"));
}

#[test]
fn a_list_of_rules_may_be_empty() {
    assert!(written(&["--rules", "empty.yaml"], b"/a\n").contains("~/a"));
    assert!(written(&["--rules", "comments.yaml"], b"/a\n").contains("~/a"));
}

#[test]
fn help_and_version_are_written() {
    assert_eq!(
        written(&["--help"], b""),
        include_str!("../src/command/help.txt")
    );
    assert_eq!(
        written(&["-V"], b""),
        format!("route-canon {}\n", env!("CARGO_PKG_VERSION"))
    );
}

#[test]
fn the_readme_shows_what_is_written() {
    let written = written(&["--explain", "--rules", "rules.yaml", "shop.log"], b"");
    assert!(include_str!("../README.md").contains(&written), "{written}");
}

#[test]
fn a_reader_that_has_seen_enough_is_no_failure() {
    let mut child = command()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    child.stdin.take().unwrap().write_all(b"/a\n").unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{output:?}");
    assert_eq!(text(&output.stderr), "");
}
