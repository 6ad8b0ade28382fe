//! The programs that a service is operated with, as processes of their own on free ports of the loopback.

mod alertmanager;
mod demo;
mod http;
mod process;
mod prometheus;

pub(crate) use self::{
    alertmanager::{Alertmanager, Webhook},
    demo::{Demo, Fault},
    http::Http,
    process::{Process, Scratch, free_port},
    prometheus::{Prometheus, Watch},
};

use std::{fmt, time::Duration};

use tokio::time::{Instant, sleep};

/// How often something that is waited for is looked at.
const LOOK: Duration = Duration::from_millis(250);

/// Waits until `look` finds something, for as long as `patience`; fails with what it saw last.
pub(crate) async fn until<T, E: fmt::Display>(
    what: &str,
    patience: Duration,
    mut look: impl AsyncFnMut() -> Result<T, E>,
) -> T {
    let deadline = Instant::now() + patience;
    loop {
        match look().await {
            Ok(found) => return found,
            Err(last) if Instant::now() >= deadline => {
                panic!(
                    "{what}: not within {} s; at last {last}",
                    patience.as_secs()
                )
            }
            Err(_) => sleep(LOOK).await,
        }
    }
}
