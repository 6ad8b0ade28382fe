//! Background jobs behind apalis: one layer on a worker, and each job is told by how it ended, whatever that is. It has
//! mails sent that end in each way, prints their lines and their figures, and checks the figures.
#![allow(clippy::print_stdout, reason = "it prints its figures")]

use std::{error::Error, fmt, time::Duration};

use apalis::prelude::*;
use bartizan::{
    catalog,
    meter::Naming,
    task::{About, ByError, ErrorClass, Named, TaskLayer, Tasks, stage},
};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use tokio::time::{sleep, timeout};

type Failure = Box<dyn Error + Send + Sync>;

/// A mail that is to be sent, and what comes of it.
#[derive(Clone, Debug)]
struct Mail {
    to: &'static str,
}

/// Why a mail was not sent.
#[derive(Debug)]
enum MailError {
    NoSuchAddress(String),
    Refused,
}

/// What operators are told of it: of an address there is no metric.
#[derive(Clone, Copy)]
enum Class {
    Address,
    Refused,
    TimeOut,
    Other,
}

const MAILS: [Fate; 8] = [
    ("ann@example.com", "success", None),
    ("bob@example.com", "success", None),
    ("cem@example.com", "success", None),
    ("nobody", "error", Some("address")),
    ("refused@example.com", "error", Some("refused")),
    ("slow@example.com", "error", Some("timeout")),
    ("panic@example.com", "panic", None),
    // It is under way when the worker is let go of.
    ("stuck@example.com", "cancelled", None),
];

/// The layer of both workers. Functions in place of closures have types that can be written down.
type MailLayer = TaskLayer<Named, ByError<Classify>, Describe>;
type Classify = fn(&BoxDynError) -> Class;
type Describe = fn(&Task<Mail>, &mut About);

/// A mail, and what comes of it: the outcome, and the class of an error.
type Fate = (&'static str, &'static str, Option<&'static str>);

/// A caller's trace. A service would take its own from `opentelemetry`, and have it sent along with the job.
const TRACEPARENT: &str = "00-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-01";

#[tokio::main]
async fn main() -> Result<(), Failure> {
    tracing_subscriber::fmt().json().flatten_event(true).init();
    let exporter = exporter()?;
    let tasks = Tasks::builder().stages(10).build()?;

    let layer = TaskLayer::of(&tasks, "send_mail")
        .errors(Class::of as Classify)
        .describe(describe as Describe);

    let (stuck, others) = MAILS.split_last().ok_or("there are mails")?;
    let patient = Duration::from_secs(60);
    let hasty = Duration::from_millis(100);
    tokio::try_join!(
        work("mailer", others, layer.clone(), hasty),
        work(
            "patient mailer",
            std::slice::from_ref(stuck),
            layer,
            patient
        ),
    )?;

    let scan = tasks.scan();
    println!("{} jobs are under way", scan.active);
    let scrape = exporter.render();
    for line in scrape.lines().filter(|line| is_shown(line)) {
        println!("{line}");
    }
    check(&scrape)
}

/// A worker that sends these mails, and lets each take so long. It is let go of when it had the time for all that end.
async fn work(
    name: &str,
    mails: &[Fate],
    layer: MailLayer,
    limit: Duration,
) -> Result<(), Failure> {
    let mut storage = MemoryStorage::new();
    for (to, ..) in mails {
        let mut metadata = MetadataStore::new();
        metadata.insert("traceparent", TRACEPARENT)?;
        let mail = TaskBuilder::new(Mail { to }).with_metadata(metadata);
        storage.push_task(mail.build()).await?;
    }
    let worker = WorkerBuilder::new(name)
        .backend(storage)
        // The first is the outermost. To a layer around this one, a panic would be an error.
        .catch_panic()
        .layer(layer)
        // Within the layer, a time-out is an error; around it, the job would be cancelled.
        .timeout(limit)
        .build(send);
    // It has all done by then but what never ends.
    match timeout(Duration::from_millis(600), worker.run()).await {
        Ok(ended) => Ok(ended?),
        Err(_) => Ok(()),
    }
}

async fn send(mail: Mail) -> Result<(), MailError> {
    stage("connect", connect(&mail)).await?;
    stage("deliver", deliver(&mail)).await
}

async fn connect(mail: &Mail) -> Result<(), MailError> {
    match mail.to {
        "refused@example.com" => Err(MailError::Refused),
        "slow@example.com" | "stuck@example.com" => {
            sleep(Duration::from_secs(60)).await;
            Ok(())
        }
        _ => Ok(()),
    }
}

async fn deliver(mail: &Mail) -> Result<(), MailError> {
    match mail.to {
        "panic@example.com" => panic!("a mistake in the program"),
        to if !to.contains('@') => Err(MailError::NoSuchAddress(to.to_owned())),
        _ => Ok(()),
    }
}

/// What a job says of itself: its ids, for its span and its lines, and the trace that it comes from.
fn describe(job: &Task<Mail>, about: &mut About) {
    if let Some(id) = job.task_id() {
        about.id("job.id", id);
    }
    about.id("job.attempt", job.attempt());
    if let Some(traceparent) = job.metadata().get("traceparent") {
        about.link(traceparent, job.metadata().get("tracestate"));
    }
}

fn exporter() -> Result<PrometheusHandle, Failure> {
    let mut builder = PrometheusBuilder::new();
    for (name, edges) in catalog::buckets(&Naming::prometheus()) {
        builder = builder.set_buckets_for_metric(Matcher::Full(name), edges)?;
    }
    Ok(builder.install_recorder()?)
}

fn is_shown(line: &str) -> bool {
    !line.starts_with('#') && !line.contains("_bucket") && !line.contains("_sum")
}

/// Whether each mail came to what it was to come to, by the scrape.
fn check(scrape: &str) -> Result<(), Failure> {
    let count = |which: &dyn Fn(&Fate) -> bool| MAILS.iter().filter(|mail| which(mail)).count();
    let mut expected = vec![
        format!("task_started_total{{task=\"send_mail\"}} {}", MAILS.len()),
        "task_active{task=\"send_mail\"} 0".to_owned(),
    ];
    for outcome in ["success", "error", "cancelled", "panic"] {
        let ended = count(&|(_, of_mail, _)| *of_mail == outcome);
        expected.push(format!(
            "task_duration_seconds_count{{task=\"send_mail\",outcome=\"{outcome}\"}} {ended}"
        ));
    }
    for class in Class::ALL.iter().map(|class| class.as_str()) {
        let failed = count(&|(_, _, of_mail)| *of_mail == Some(class));
        expected.push(format!(
            "task_errors_total{{task=\"send_mail\",error_type=\"{class}\"}} {failed}"
        ));
    }
    let missing: Vec<_> = expected
        .iter()
        .filter(|line| !scrape.lines().any(|of_scrape| of_scrape == *line))
        .collect();
    if !missing.is_empty() {
        return Err(format!("not in the scrape: {missing:#?}").into());
    }
    println!("The figures are those of {} jobs.", MAILS.len());
    Ok(())
}

// === impl Class ===

impl Class {
    fn of(error: &BoxDynError) -> Self {
        if error.is::<tower::timeout::error::Elapsed>() {
            return Self::TimeOut;
        }
        match error.downcast_ref() {
            Some(MailError::NoSuchAddress(_)) => Self::Address,
            Some(MailError::Refused) => Self::Refused,
            None => Self::Other,
        }
    }
}

impl ErrorClass for Class {
    const ALL: &'static [Self] = &[Self::Address, Self::Refused, Self::TimeOut, Self::Other];

    fn as_str(self) -> &'static str {
        match self {
            Self::Address => "address",
            Self::Refused => "refused",
            Self::TimeOut => "timeout",
            Self::Other => "other",
        }
    }
}

// === impl MailError ===

impl fmt::Display for MailError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoSuchAddress(to) => write!(f, "there is no {to}"),
            Self::Refused => f.write_str("the server refused"),
        }
    }
}

impl Error for MailError {}
