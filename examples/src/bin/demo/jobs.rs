//! Background jobs beside the requests: they end in each way, and what was done is compared with what was counted.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use bartizan::task::{ByError, ErrorClass, Outcome, Task, Tasks, stage};
use tokio::{
    sync::oneshot,
    time::{Instant, sleep},
};

use crate::{
    Error,
    routes::PANIC,
    scrape::{self, Family},
    table::{self, grouped},
};

/// Jobs, and what came of them.
#[derive(Debug)]
pub(crate) struct Jobs {
    mails: Task<ByError<Classify>>,
    reports: Task,
    done: Mutex<BTreeMap<Done, u64>>,
}

/// An error is its own class.
type Classify = fn(&MailError) -> MailError;

/// A task's name, and an outcome.
type Done = (&'static str, &'static str);

/// Why a mail was not sent.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum MailError {
    Address,
    Refused,
}

/// The metric whose counts are compared with what was done.
const DURATION: &str = "task_duration_seconds";
/// The gauge that must be back at 0.
pub(crate) const ACTIVE: &str = "task_active";

const MAIL: &str = "send_mail";
const REPORT: &str = "render_report";

/// The pause between two jobs.
const PAUSE: Duration = Duration::from_millis(20);

// === impl Jobs ===

impl Jobs {
    pub(crate) fn new(tasks: &Tasks) -> Self {
        let class: Classify = |error| *error;
        Self {
            mails: Task::of(tasks, MAIL).errors(class),
            reports: Task::of(tasks, REPORT),
            done: Mutex::default(),
        }
    }

    /// Does jobs until then, one after the other.
    pub(crate) async fn play(&self, until: Instant) {
        for number in 0_u32.. {
            if Instant::now() >= until {
                return;
            }
            match number % 6 {
                0 => self.mail(Err(MailError::Address)).await,
                1 => self.mail(Err(MailError::Refused)).await,
                2 => self.panic().await,
                3 => self.cancel().await,
                _ => self.mail(Ok(())).await,
            }
            self.report().await;
            sleep(PAUSE).await;
        }
    }

    async fn mail(&self, outcome: Result<(), MailError>) {
        let sent = self.mails.run(async move {
            sleep(Duration::from_millis(1)).await;
            outcome
        });
        self.note(
            MAIL,
            sent.await.map_or(Outcome::Error, |()| Outcome::Success),
        );
    }

    async fn report(&self) {
        let rendered = self.reports.run(render()).await;
        let outcome = rendered.map_or(Outcome::Error, |()| Outcome::Success);
        self.note(REPORT, outcome);
    }

    async fn panic(&self) {
        let job = tokio::spawn(self.mails.run(panics()));
        if job.await.is_err_and(|error| error.is_panic()) {
            self.note(MAIL, Outcome::Panic);
        }
    }

    /// It has begun when it is aborted: one that has not is no job.
    async fn cancel(&self) {
        let (begins, begun) = oneshot::channel::<()>();
        let job = tokio::spawn(self.mails.run(hangs(begins)));
        let _ = begun.await;
        job.abort();
        if job.await.is_err_and(|error| error.is_cancelled()) {
            self.note(MAIL, Outcome::Cancelled);
        }
    }

    fn note(&self, task: &'static str, outcome: Outcome) {
        let mut done = self.done.lock().unwrap_or_else(PoisonError::into_inner);
        *done.entry((task, outcome.as_str())).or_default() += 1;
    }

    /// Prints what was done beside what was counted; tells whether they agree.
    pub(crate) fn print(&self, families: &[Family]) -> bool {
        println!("\njobs, as they were done and as {DURATION} counted them");
        let done = self.done.lock().unwrap_or_else(PoisonError::into_inner);
        let (mut rows, mut agree, mut all) = (Vec::new(), true, 0);
        for task in [MAIL, REPORT] {
            for outcome in Outcome::ALL.iter().map(|outcome| outcome.as_str()) {
                let done = done.get(&(task, outcome)).copied().unwrap_or_default();
                let counted = counted(families, task, outcome);
                all += done;
                agree &= done == counted;
                if done == 0 && counted == 0 {
                    continue;
                }
                let mark = if done == counted { "" } else { "<" };
                let figures = [done, counted].map(|count| grouped(count as f64, 0));
                let cells = [task, outcome]
                    .map(str::to_owned)
                    .into_iter()
                    .chain(figures);
                rows.push(cells.chain([mark.to_owned()]).collect());
            }
        }
        let heads = ["task", "outcome", "done", "counted", ""].map(str::to_owned);
        table::print(heads.to_vec(), rows, 2);
        println!();
        let active = scrape::sum(families, ACTIVE);
        if active != 0.0 {
            println!("differs: {ACTIVE} is {active}, and nothing should be under way");
            agree = false;
        }
        if agree {
            let all = grouped(all as f64, 0);
            println!("The jobs and the metrics agree on how each of {all} ended.");
        } else {
            println!("differs: the jobs that are marked");
        }
        agree
    }
}

async fn render() -> Result<(), Error> {
    stage("query", async { Ok::<_, Error>(()) }).await?;
    stage("render", sleep_well()).await
}

async fn sleep_well() -> Result<(), Error> {
    sleep(Duration::from_millis(2)).await;
    Ok(())
}

async fn panics() -> Result<(), MailError> {
    panic!("{PANIC}")
}

/// Tells that it began, and never ends.
async fn hangs(begins: oneshot::Sender<()>) -> Result<(), MailError> {
    drop(begins);
    std::future::pending().await
}

fn counted(families: &[Family], task: &str, outcome: &str) -> u64 {
    let of_metric = families.iter().filter(|family| family.name == DURATION);
    let series = of_metric.flat_map(|family| &family.series);
    let is = |value: Option<&String>, wanted: &str| value.is_some_and(|value| value == wanted);
    series
        .filter(|(labels, _)| is(labels.get("task"), task) && is(labels.get("outcome"), outcome))
        .map(|(_, values)| values.count as u64)
        .sum()
}

// === impl MailError ===

impl ErrorClass for MailError {
    const ALL: &'static [Self] = &[Self::Address, Self::Refused];

    fn as_str(self) -> &'static str {
        match self {
            Self::Address => "address",
            Self::Refused => "refused",
        }
    }
}
