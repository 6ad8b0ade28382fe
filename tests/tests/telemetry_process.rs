//! What a process has one of: recorders, subscribers, standard output, threads. Each case is a process of its own.
#![cfg_attr(
    not(target_os = "linux"),
    expect(unused, reason = "threads and full disks are Linux's")
)]

use std::{
    env, fs,
    io::{BufRead, BufReader, Read},
    path::Path,
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex},
    thread,
    time::Duration,
};

use bartizan::task::Task;
use bartizan_telemetry::{Config, Ended, Telemetry};
use bartizan_tests::{scrape::Scrape, wait::PATIENCE};
use metrics_exporter_prometheus::PrometheusBuilder;
use serde_json::Value;
use tokio::time::Instant;

/// A case: what its process does, and what is done from outside.
struct Case {
    name: &'static str,
    inside: fn(),
    outside: fn(Child),
}

const CASES: &[Case] = &[
    Case {
        name: "the_first_one_is_global",
        inside: the_first_one_is_global,
        outside: succeeds,
    },
    Case {
        name: "who_was_there_before_stays",
        inside: who_was_there_before_stays,
        outside: succeeds,
    },
    Case {
        name: "standard_output_that_is_closed",
        inside: standard_output_that_is_closed,
        outside: closes_standard_output,
    },
    Case {
        name: "standard_output_that_nobody_reads",
        inside: standard_output_that_nobody_reads,
        outside: succeeds,
    },
    Case {
        name: "a_full_disk",
        inside: a_full_disk,
        outside: tells_once_of_a_failure,
    },
    Case {
        name: "no_thread_is_left",
        inside: no_thread_is_left,
        outside: succeeds,
    },
];

/// Told to whoever started a case, on standard error.
const READY: &str = "ready";

#[cfg(not(target_os = "linux"))]
fn main() {}

/// Without a harness: one prints, and runs threads of its own.
#[cfg(target_os = "linux")]
#[expect(clippy::print_stdout, reason = "a test says what it did")]
fn main() {
    let asked = env::args().nth(1);
    if let Some(case) = CASES
        .iter()
        .find(|case| asked.as_deref() == Some(case.name))
    {
        return (case.inside)();
    }
    for case in CASES {
        let this = env::current_exe().expect("a program");
        let child = Command::new(this)
            .arg(case.name)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn();
        (case.outside)(child.expect("a process"));
        println!("test {} ... ok", case.name);
    }
}

fn config(text: &str) -> Config {
    Config::from_yaml(text).expect("a configuration")
}

fn start(text: &str) -> Telemetry {
    let builder = Telemetry::builder().config(config(text));
    builder.start().expect("a telemetry")
}

/// What Prometheus reads.
fn scrape(telemetry: &Telemetry) -> Scrape {
    use std::io::Write;

    let address = telemetry.metrics_address().expect("it listens");
    let mut stream = std::net::TcpStream::connect(address).expect("a connection");
    let request = b"GET /metrics HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n";
    stream.write_all(request).expect("it takes a request");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    let (_, body) = answer.split_once("\r\n\r\n").expect("a head");
    Scrape::parse(body).expect("a page")
}

fn until(mut is_so: impl FnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !is_so() {
        assert!(Instant::now() < deadline, "it never came");
        thread::sleep(Duration::from_millis(5));
    }
}

fn logs(telemetry: &Telemetry, metric: &str) -> f64 {
    let value = scrape(telemetry).value(metric, &[("signal", "logs")]);
    value.expect("it is registered")
}

fn succeeds(mut child: Child) {
    let mut told = String::new();
    let mut pipe = child.stderr.take().expect("it is piped");
    pipe.read_to_string(&mut told).expect("text");
    assert!(child.wait().expect("it ends").success(), "{told}");
}

fn closes_standard_output(mut child: Child) {
    let mut told = BufReader::new(child.stderr.take().expect("it is piped"));
    let mut first = String::new();
    told.read_line(&mut first).expect("text");
    assert_eq!(first.trim(), READY);
    drop(child.stdout.take());
    let mut rest = String::new();
    told.read_to_string(&mut rest).expect("text");
    assert!(child.wait().expect("it ends").success(), "{rest}");
    let errors = rest
        .lines()
        .filter(|line| line.contains("the exporter fails"));
    assert_eq!(errors.count(), 1, "{rest}");
}

fn tells_once_of_a_failure(mut child: Child) {
    let mut told = String::new();
    let mut pipe = child.stderr.take().expect("it is piped");
    pipe.read_to_string(&mut told).expect("text");
    assert!(child.wait().expect("it ends").success(), "{told}");
    let lines: Vec<Value> = told
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok())
        .collect();
    assert_eq!(lines.len(), 1, "{told}");
    assert_eq!(lines[0]["level"], "ERROR");
    assert_eq!(lines[0]["signal"], "logs");
}

#[expect(
    clippy::disallowed_macros,
    reason = "it is what a service does for figures of its own"
)]
fn the_first_one_is_global() {
    let directory = env::temp_dir().join(format!("bartizan-{}", std::process::id()));
    let file = directory.join("service.log");
    let telemetry = start(&format!(
        "
metrics: {{ listen: '127.0.0.1:0' }}
logging: {{ output: file, file: '{}' }}
tracing: {{ exporter: stdout }}
",
        file.display()
    ));
    metrics::counter!("orders_total", "kind" => "book").increment(3);
    tracing::info!(order = 7, "ordered");
    let job = Task::new("mail").call(|| Ok::<_, std::io::Error>(()));
    job.expect("it works");
    // Warned of, and no error.
    let second = start("metrics: { listen: null }\ntracing: { exporter: stdout }");
    let found = scrape(&telemetry);
    assert_eq!(found.value("orders_total", &[("kind", "book")]), Some(3.0));
    assert_eq!(
        found.value("task_started_total", &[("task", "mail")]),
        Some(1.0)
    );
    let report = telemetry.shutdown_blocking();
    assert_eq!(report.lines, Ended::Done);
    drop(second);

    let text = fs::read_to_string(&file).expect("it is there");
    fs::remove_dir_all(directory).expect("it is there");
    let lines: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).expect("a line is an object"))
        .collect();
    let ordered = lines.iter().find(|line| line["message"] == "ordered");
    assert_eq!(ordered.expect("it is written")["order"], 7);
    let taken = lines.iter().filter_map(|line| line["what"].as_str());
    assert_eq!(
        taken.collect::<Vec<_>>(),
        [
            "a subscriber of tracing",
            "a recorder of metrics",
            "a provider of tracers",
            "a set of tasks",
        ]
    );
}

/// A subscriber that keeps what it is told.
#[derive(Clone, Default)]
struct Told(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Told {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("nobody panics").write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn who_was_there_before_stays() {
    let told = Told::default();
    let writer = told.clone();
    let subscriber = tracing_subscriber::fmt().with_writer(move || writer.clone());
    tracing::subscriber::set_global_default(subscriber.finish()).expect("it is the first");
    let recorder = PrometheusBuilder::new().build_recorder();
    let others = recorder.handle();
    metrics::set_global_recorder(recorder).expect("it is the first");

    let telemetry = start("metrics: { listen: '127.0.0.1:0' }");
    let job = Task::of(telemetry.tasks(), "mail").call(|| Ok::<_, std::io::Error>(()));
    job.expect("it works");
    let found = scrape(&telemetry);
    assert_eq!(
        found.value("task_started_total", &[("task", "mail")]),
        Some(1.0)
    );
    assert!(!others.render().contains("task_started_total"));
    let report = telemetry.shutdown_blocking();
    assert_eq!(report.lines, Ended::Absent);
    let told = told.0.lock().expect("nobody panics").clone();
    let told = String::from_utf8(told).expect("text");
    for what in ["a subscriber of tracing", "a recorder of metrics"] {
        assert!(told.contains(what), "{told}");
    }
}

fn standard_output_that_is_closed() {
    let telemetry = start("metrics: { listen: '127.0.0.1:0' }");
    tracing::info!("written");
    until(|| logs(&telemetry, "bartizan_exporter_up") == 1.0);
    eprintln!("{READY}");
    until(|| {
        tracing::info!("written, until it is closed");
        logs(&telemetry, "bartizan_exporter_up") == 0.0
    });
    assert!(logs(&telemetry, "bartizan_export_dropped_total") >= 1.0);
    assert!(logs(&telemetry, "bartizan_export_failures_total") >= 1.0);
}

/// It hangs, and nothing else does.
fn standard_output_that_nobody_reads() {
    let telemetry = start(
        "
metrics: { listen: '127.0.0.1:0' }
logging: { queue: 100 }
shutdown: { timeout: 1s, last_scrape: false }
",
    );
    let text = "x".repeat(1_000);
    let started = Instant::now();
    for _ in 0..1_000 {
        tracing::info!(text);
    }
    assert!(
        started.elapsed() < Duration::from_secs(2),
        "{:?}",
        started.elapsed()
    );
    // A pipe takes 64 KiB, a batch as much, and the queue a hundred lines of one.
    assert!(logs(&telemetry, "bartizan_export_dropped_total") >= 500.0);
    let started = Instant::now();
    let report = telemetry.shutdown_blocking();
    assert!(
        started.elapsed() < Duration::from_millis(1_500),
        "{:?}",
        started.elapsed()
    );
    assert_eq!(report.lines, Ended::TimedOut);
    // The end of a process would wait for the lock of its standard output.
    std::process::exit(0);
}

fn a_full_disk() {
    let telemetry = start(
        "
metrics: { listen: '127.0.0.1:0' }
logging: { output: file, file: /dev/full }
shutdown: { last_scrape: false }
",
    );
    for _ in 0..50 {
        tracing::info!("lost");
        thread::sleep(Duration::from_millis(1));
    }
    until(|| logs(&telemetry, "bartizan_export_dropped_total") >= 50.0);
    assert_eq!(logs(&telemetry, "bartizan_exporter_up"), 0.0);
    let report = telemetry.shutdown_blocking();
    assert_eq!(report.lines, Ended::Done, "there is nothing left to write");
}

/// However they end.
fn no_thread_is_left() {
    let ours = || {
        let tasks = fs::read_dir("/proc/self/task").expect("it is Linux");
        let names = tasks.filter_map(|task| {
            let path = task.ok()?.path().join("comm");
            fs::read_to_string(path).ok()
        });
        names.filter(|name| name.starts_with("bartizan")).count()
    };
    let files = || fs::read_dir("/proc/self/fd").expect("it is Linux").count();
    let make = || {
        let config = config("
metrics: { listen: '127.0.0.1:0', otlp: { enabled: true, protocol: http, endpoint: 'http://127.0.0.1:9/v1/metrics' }, upkeep: 10ms }
tracing: { exporter: otlp-http, endpoint: 'http://127.0.0.1:9/v1/traces' }
shutdown: { timeout: 500ms }
");
        let builder = Telemetry::builder().config(config).install_globals(false);
        builder.start().expect("a telemetry")
    };
    assert!(Path::new("/proc/self/task").exists());
    // What a process has once, it has from now on.
    drop(make());
    until(|| ours() == 0);
    let before = files();
    for round in 0..12 {
        let telemetry = make();
        let layers = (round % 3 == 0).then(|| telemetry.layers());
        match round % 4 {
            0 => drop(telemetry),
            1 => drop(telemetry.shutdown_blocking()),
            2 => {
                let clone = telemetry.clone();
                let ending = thread::spawn(move || clone.shutdown_blocking());
                drop(telemetry);
                drop(ending.join().expect("no panic"));
            }
            _ => {
                scrape(&telemetry);
                drop(telemetry);
            }
        }
        if layers.is_some() {
            assert!(ours() > 0, "what can record is looked after");
        }
    }
    until(|| ours() == 0);
    until(|| files() <= before);
}
