//! Outputs that fail, hang and are moved, and what lines look like.

use std::{
    fs,
    io::{Read, Write, pipe},
    os::{fd::AsRawFd, unix::fs::symlink},
    path::Path,
    sync::{Arc, Mutex, mpsc},
    thread,
    time::Duration,
};

use bartizan::meter::Meter;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use serde_json::Value;
use tokio::time::Instant;
use tracing::{Dispatch, dispatcher};
use tracing_subscriber::{filter::Targets, fmt::MakeWriter};

use super::{Lines, Output, subscriber};
use crate::{
    config::{LogFormat, Logging},
    health::{Health, Signal},
};

const LONG: Duration = Duration::from_secs(10);

struct Log {
    lines: Lines,
    metrics: PrometheusHandle,
}

impl Log {
    fn to(output: Output, most: usize) -> Self {
        let recorder = PrometheusBuilder::new().build_recorder();
        let metrics = recorder.handle();
        let meter = Meter::builder().recorder(recorder).build();
        let health = Health::new(&meter.expect("there is nothing to refuse"), Signal::Logs);
        let lines = Lines::start(output, most, health, None).expect("a thread can be made");
        Self { lines, metrics }
    }

    fn to_file(path: &Path) -> Self {
        Self::to(Output::file(path), 100)
    }

    fn write(&self, line: &str) {
        let written = self.lines.make_writer().write(line.as_bytes());
        assert_eq!(written.expect("a queue takes what it drops"), line.len());
    }

    /// Writes a line, and waits until it is written or lost.
    fn flush(&self, line: &str) {
        self.write(line);
        let flushed = self.lines.flush(Instant::now() + LONG);
        flushed.expect("the output does not hang");
    }

    fn value(&self, metric: &str) -> u64 {
        let series = format!("{metric}{{signal=\"logs\"}} ");
        let page = self.metrics.render();
        let value = page.lines().find_map(|line| line.strip_prefix(&series));
        let value = value.and_then(|value| value.parse().ok());
        value.unwrap_or_else(|| panic!("{series} is not in {page}"))
    }

    fn told(&self) -> [u64; 3] {
        [
            "bartizan_exporter_up",
            "bartizan_export_failures_total",
            "bartizan_export_dropped_total",
        ]
        .map(|metric| self.value(metric))
    }
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).expect("the file is there")
}

/// Longer than a file goes unlooked at.
fn wait_for_a_look() {
    thread::sleep(Duration::from_millis(1_100));
}

#[test]
fn a_file_is_made_with_its_directories_and_appended_to() {
    let directory = tempfile::tempdir().expect("there is a place for it");
    let path = directory.path().join("some/where/service.log");
    Log::to_file(&path).flush("one\n");
    let log = Log::to_file(&path);
    log.flush("two\n");
    assert_eq!(read(&path), "one\ntwo\n");
    assert_eq!(log.told(), [1, 0, 0]);
}

#[test]
fn a_file_that_was_moved_or_removed_is_opened_anew() {
    let directory = tempfile::tempdir().expect("there is a place for it");
    let path = directory.path().join("service.log");
    let rotated = directory.path().join("service.log.1");
    let log = Log::to_file(&path);
    log.flush("one\n");
    fs::rename(&path, &rotated).expect("it is there");
    wait_for_a_look();
    log.flush("two\n");
    fs::remove_file(&path).expect("it is there");
    wait_for_a_look();
    log.flush("three\n");
    assert_eq!(
        (read(&rotated), read(&path)),
        ("one\n".into(), "three\n".into())
    );
    assert_eq!(log.told(), [1, 0, 0]);
}

#[test]
fn a_full_disk_is_told_and_lines_go_on_when_it_has_room() {
    let directory = tempfile::tempdir().expect("there is a place for it");
    let path = directory.path().join("service.log");
    let there = directory.path().join("there.log");
    symlink("/dev/full", &path).expect("a link can be made");
    let log = Log::to_file(&path);
    log.flush("lost\n");
    log.flush("lost\n");
    assert_eq!(log.told(), [0, 2, 2]);
    fs::remove_file(&path).expect("it is there");
    symlink(&there, &path).expect("a link can be made");
    wait_for_a_look();
    log.flush("kept\n");
    assert_eq!(read(&there), "kept\n");
    assert_eq!(log.told(), [1, 2, 2]);
}

#[test]
fn a_file_that_cannot_be_opened_loses_no_lines() {
    let directory = tempfile::tempdir().expect("there is a place for it");
    let log = Log::to_file(directory.path());
    log.flush("this line of a test is meant to be on standard error\n");
    let [up, failures, dropped] = log.told();
    assert_eq!((up, dropped), (0, 0));
    // Once at the start, and once for the line.
    assert_eq!(failures, 2);
}

#[test]
fn an_output_that_hangs_blocks_nobody_and_lines_are_dropped() {
    let (mut reader, writer) = pipe().expect("a pipe can be made");
    let path = format!("/proc/self/fd/{}", writer.as_raw_fd());
    let log = Log::to(Output::file(Path::new(&path)), 8);
    let line = format!("{}\n", "x".repeat(100_000));
    let started = Instant::now();
    for _ in 0..50 {
        log.write(&line);
    }
    let flushed = log.lines.flush(Instant::now() + Duration::from_millis(100));
    assert!(flushed.is_err(), "nobody reads");
    assert!(started.elapsed() < Duration::from_secs(2));
    let dropped = log.value("bartizan_export_dropped_total");
    // What is under way beside the queue is a batch at most, which is one line of these.
    assert!((41..=42).contains(&dropped), "{dropped}");

    drop(writer);
    let read = thread::spawn(move || {
        let mut all = Vec::new();
        reader.read_to_end(&mut all).map(|_| all)
    });
    let flushed = log.lines.flush(Instant::now() + LONG);
    flushed.expect("somebody reads");
    drop(log);
    let all = read.join().expect("it does not panic");
    let lines = all.expect("it is a pipe").len() / line.len();
    assert_eq!(lines as u64, 50 - dropped);
}

#[test]
fn a_pipe_that_nobody_reads_any_more_is_told() {
    let (reader, writer) = pipe().expect("a pipe can be made");
    let path = format!("/proc/self/fd/{}", writer.as_raw_fd());
    let log = Log::to_file(Path::new(&path));
    log.flush("read by nobody, and not lost\n");
    assert_eq!(log.told(), [1, 0, 0]);
    drop(reader);
    log.flush("lost\n");
    assert_eq!(log.told(), [0, 1, 1]);
}

#[test]
fn a_line_that_was_cut_is_ended_before_the_next_one() {
    let directory = tempfile::tempdir().expect("there is a place for it");
    let path = directory.path().join("service.log");
    let Output::File(mut file) = Output::file(&path) else {
        unreachable!("it is a file");
    };
    file.tear(b"a line that was c").expect("there is room");
    let mut output = Output::File(file);
    output.write(b"the next one\n").expect("there is room");
    assert_eq!(read(&path), "a line that was c\nthe next one\n");
}

/// Keeps what is written.
#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<u8>>>);

impl Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("nobody panics").write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn logged(format: LogFormat, level: &str, log: impl FnOnce()) -> String {
    let kept = Kept::default();
    let writer = kept.clone();
    let mut config = Logging::default();
    config.format = format;
    let targets: Targets = level.parse().expect("it is a level");
    let subscriber = subscriber(&config, targets, move || writer.clone());
    dispatcher::with_default(&Dispatch::new(subscriber), log);
    let kept = kept.0.lock().expect("nobody panics").clone();
    String::from_utf8(kept).expect("lines are text")
}

fn request() {
    tracing::info!(
        target: "bartizan::request",
        { http.route = "/users/{id}", http.response.status_code = 200_u64, duration_seconds = 0.25 },
        "request ended"
    );
}

#[test]
fn a_line_of_json_has_its_fields_beside_its_level_and_target() {
    let text = logged(LogFormat::Json, "info", || {
        let _span = tracing::info_span!("job", task = "mail").entered();
        request();
    });
    let line: Value = serde_json::from_str(&text).expect("a line is an object");
    assert_eq!(line["level"], "INFO");
    assert_eq!(line["target"], "bartizan::request");
    assert_eq!(line["message"], "request ended");
    assert_eq!(line["http.route"], "/users/{id}");
    assert_eq!(line["http.response.status_code"], 200);
    assert_eq!(line["duration_seconds"], 0.25);
    assert_eq!(line["span"]["task"], "mail");
    assert!(line["timestamp"].is_string());
    assert_eq!(line["spans"], Value::Null);
    assert_eq!(text.lines().count(), 1);
}

#[test]
fn a_line_for_a_person_is_one_without_colours_where_there_is_no_terminal() {
    let text = logged(LogFormat::Pretty, "info", request);
    assert_eq!(text.lines().count(), 1);
    assert!(text.contains("INFO bartizan::request: request ended http.route=\"/users/{id}\""));
    assert!(!text.contains('\u{1b}'));
}

#[test]
fn levels_go_by_target() {
    let log = || {
        request();
        tracing::warn!(target: "bartizan::request", "warns");
        tracing::info!(target: "shop", "informs");
        tracing::debug!(target: "shop", "goes into detail");
    };
    let text = logged(LogFormat::Pretty, "info,bartizan=warn", log);
    let levels: Vec<_> = text
        .lines()
        .filter_map(|line| line.split_whitespace().nth(1))
        .collect();
    assert_eq!(levels, ["WARN", "INFO"]);
}

#[test]
fn lines_about_lines_go_elsewhere() {
    let (told, tells) = mpsc::channel();
    thread::spawn(move || {
        let log = Log::to_file(Path::new("/dev/full"));
        let targets = Targets::new().with_default(tracing::Level::TRACE);
        let subscriber = subscriber(&Logging::default(), targets, log.lines.clone());
        dispatcher::with_default(&Dispatch::new(subscriber), || {
            for _ in 0..100 {
                tracing::info!("lost");
            }
        });
        let _ = log.lines.flush(Instant::now() + LONG);
        let _ = told.send(log.told());
    });
    let [up, _, dropped] = tells.recv_timeout(LONG).expect("it comes to an end");
    // None but these: what tells of them is no line of the same log.
    assert_eq!((up, dropped), (0, 100));
}

#[test]
fn lines_of_many_threads_are_whole() {
    let directory = tempfile::tempdir().expect("there is a place for it");
    let path = directory.path().join("service.log");
    let log = Log::to_file(&path);
    let writers: Vec<_> = (0..4)
        .map(|writer| {
            let lines = log.lines.clone();
            thread::spawn(move || {
                for _ in 0..20 {
                    let line = format!("{writer}{writer}{writer}\n");
                    let _ = lines.make_writer().write(line.as_bytes());
                }
            })
        })
        .collect();
    for writer in writers {
        writer.join().expect("it does not panic");
    }
    log.flush("end\n");
    let text = read(&path);
    assert_eq!(text.lines().count(), 81, "each line is whole");
    assert!(text.lines().all(|line| line.len() == 3));
}
