//! Background jobs, one after the other.

use std::time::Duration;

use bartizan::task::{Task, Tasks, stage};
use tokio::time::sleep;

use crate::{Error, faults::Fault};

const PAUSE: Duration = Duration::from_millis(200);
const WORK: Duration = Duration::from_millis(10);

/// Does jobs for ever: mails, and a report beside them that may get stuck.
pub(crate) async fn work(tasks: Tasks) {
    let (mails, reports) = (
        Task::of(&tasks, "send_mail"),
        Task::of(&tasks, "render_report"),
    );
    let mails = async {
        loop {
            Fault::NoJobs.is_switched(false).await;
            let _ = mails.run(mail()).await;
            sleep(PAUSE).await;
        }
    };
    let reports = async {
        loop {
            Fault::NoJobs.is_switched(false).await;
            let _ = reports.run(render()).await;
            sleep(PAUSE).await;
        }
    };
    tokio::join!(mails, reports);
}

async fn mail() -> Result<(), Error> {
    sleep(WORK).await;
    if Fault::FailingJobs.is_on() {
        return Err("refused, as asked".into());
    }
    Ok(())
}

async fn render() -> Result<(), Error> {
    stage("query", async { Ok::<_, Error>(()) }).await?;
    stage("render", async {
        sleep(WORK).await;
        Fault::StuckJob.is_switched(false).await;
        Ok(())
    })
    .await
}
